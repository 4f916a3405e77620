"""The aggregates of the notation, each with its meaning and an example, for the page of the language."""

from __future__ import annotations

from typing import NamedTuple


class Aggregate(NamedTuple):
    """An aggregate: what it is called, what it means, and an example."""

    name: str
    meaning: str
    example: str


AGGREGATES = {entry.name: entry for entry in (
    Aggregate(
        "#count", "How many different tuples of terms (here one term, X) the condition behind the colon holds for.",
        """concept(ache, finding, "an ache").
concept(chill, finding, "a chill").

%@ predicate finding(Finding): there is {Finding}
%@ case: findings present of finding
%@ predicate clue(Finding): {Finding} is a clue
%@ predicate enough: enough clues are found

%@ facts T/clues
clue(ache).
clue(chill).

%@ rule T/enough: at least 2 of the clues are found
enough :- #count { X : finding(X), clue(X) } >= 2.""",
    ),
    Aggregate(
        "#sum", "The sum of the first terms of the different tuples; what stands behind it tells equal numbers apart.",
        """concept(knee, course, "the knee").
concept(hip, course, "the hip").

%@ predicate used(Course, Hours): {Hours} were used for {Course}
%@ case: prior amount of course unit "hours" decimals 1 from 0 to 40
%@ open: course
%@ predicate within: the hours used are within what is allowed

%@ rule T/within: no more than 12.5 hours are used
within :- #sum { Hours, Course : used(Course, Hours) } <= 12.5.""",
    ),
)}  # fmt: skip
