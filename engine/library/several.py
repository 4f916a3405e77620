"""Several guidelines at once: which of them a case is for, and which of their concepts are the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from ...kb import DEFAULT, guidelines
from ..language.errors import Finding, GuidelineError, did_you_mean
from ..language.terms import unquote
from ..program.program import Program, read_text
from .guideline import Guideline, later

SAME_AS = "same_as.dl"
"""The file, beside the folders of guidelines, that says which of their concepts are the same."""


class Several:
    """Guidelines that answer side by side, each for the cases that are for it.

    :param all_: the guidelines, in the order in which they answer.
    :param by_code: whether a case is for those that list one of its codes; else it is for all of them.
    :raises GuidelineError: where a file of same concepts cannot be read.
    """

    def __init__(self, all_: Sequence[Guideline], *, by_code: bool = False) -> None:
        self.all, self.by_code = tuple(all_), by_code
        if not by_code:
            self.same  # noqa: B018 - what is wrong with it is told at once

    @cached_property
    def same(self) -> dict[tuple[Concept, str], str]:
        """For a concept of one guideline and the name of another, the concept there that is the same."""
        return dict(_same(self.all))

    def answering(self, codes: set[str]) -> tuple[Guideline, ...]:
        """Return the guidelines that a request of some codes is for; where none lists any of them, the first."""
        if not self.by_code:
            return self.all
        return tuple(each for each in self.all if codes & each.codes) or self.all[:1]


Answering = Guideline | Several
"""The guideline, or the guidelines, that cases are read and decided by."""


def each(answering: Answering) -> tuple[Guideline, ...]:
    """Return the guidelines that answer, in order."""
    return answering.all if isinstance(answering, Several) else (answering,)


def shipped() -> Several:
    """Return the guidelines shipped here, the one that is meant where none is named before the others."""
    names = sorted(guidelines(), key=lambda name: (name != DEFAULT, name))
    return Several([later(name) for name in names], by_code=True)


Concept = tuple[str, str]
"""A concept of a guideline: the guideline's name, and the concept."""


def _same(all_: Sequence[Guideline]) -> Iterator[tuple[tuple[Concept, str], str]]:
    """Yield, for a concept of one guideline and the name of another, the concept there that is the same."""
    programs = {guideline.program.name: guideline.program for guideline in all_}
    for path in dict.fromkeys(guideline.folder.parent / SAME_AS for guideline in all_):
        for left, right in _pairs(path, programs) if path.is_file() else ():
            yield (left, right[0]), right[1]
            yield (right, left[0]), left[1]


def _pairs(path: Path, programs: dict[str, Program]) -> Iterator[tuple[Concept, Concept]]:
    from ..language.parser import Clause, parse

    found: list[Finding] = []
    for clause in parse(read_text(path), path.name):
        if isinstance(clause, Clause):
            args = [str(arg) for arg in clause.head.args]
            if clause.head.predicate != "same_as" or clause.body or len(args) != 4:
                fix = 'write same_as("GUIDELINE", concept, "OTHER GUIDELINE", its_concept).'
                found.append(Finding("arity", clause.place, "this says of no two concepts that they are the same", fix))
                continue
            pair = (unquote(args[0]), args[1]), (unquote(args[2]), args[3])
            for name, concept in pair:
                if name in programs and concept not in programs[name].concepts:
                    fix = did_you_mean(concept, programs[name].concepts) or "name one of its concepts"
                    found.append(Finding("undeclared", clause.place, f"{name} has no concept {concept}", fix))
            yield pair
    if found:
        raise GuidelineError(found)
