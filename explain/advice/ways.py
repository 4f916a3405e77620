"""What would change an outcome, in labels, for the account of a case; read off the one list of ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.need import AtLeast, Need
from ...engine.language.record import NamedTuple
from ...engine.language.terms import Atom
from ...engine.program.program import Program
from . import remedies
from .groups import groups, nearest


class Wanted(NamedTuple):
    """One thing to be so, in the declared words, and the statement that asks for it."""

    label: str
    concept: str
    needs: str
    statement: str
    need: Need | AtLeast

    def as_json(self) -> dict[str, str]:
        """Return it as the documented JSON object."""
        return {name: getattr(self, name) for name in NAMED}


NAMED = tuple(name for name in Wanted._fields if name != "need")
"""What an answer has of a thing that is to be so."""


NTH = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth")
MANY, CHOICES = 3, len(NTH)
"""Among how many things all sentences but one of a paragraph have the reader choose at most, and that one."""


class Way(NamedTuple):
    """What would make a line medically necessary: another request, or what is to be so, a choice in each place."""

    request: tuple[str, ...]
    statements: tuple[str, ...]
    places: tuple[tuple[Wanted, ...], ...]
    objections: tuple[str, ...] = ()  # the advisories that it draws
    outcome: str = ""  # where it leads to, in words, where a guideline has several outcomes that cover a line
    only: tuple[str, ...] = ()  # the codes that it is for, where it is not for all of a reason
    asked: tuple[Atom, ...] = ()  # what the request comes to, as `request` has it in words

    @property
    def size(self) -> int:
        """How many things it takes."""
        return len(self.request) + len(self.places)

    @property
    def choices(self) -> int:
        """Among how many things it has the reader choose."""
        return len(self.asked) + sum(map(len, self.places))

    @property
    def is_long(self) -> bool:
        """Whether there is more to choose among than a sentence can tell."""
        return self.choices > CHOICES

    @property
    def is_single(self) -> bool:
        """Whether it takes one thing of the record, and nothing is to be said beside it."""
        return self.size == 1 and not (self.request or self.objections or self.only or self.outcome)

    def as_json(self) -> dict[str, Any]:
        """Return the way as the documented JSON object."""
        others = ("asked", "outcome")
        told = {name: list(value) for name, value in self._asdict().items() if name not in others}
        return told | {"places": [[w.as_json() for w in place] for place in self.places], "outcome": self.outcome}


def ways(judged: Judged, line: LineDecision) -> list[Way]:
    """Return what would make a line medically necessary, fewest things first."""
    program = judged.guideline.program
    found = groups(remedies.ways(judged, line).ways)
    return [
        Way(each.request, each.statements,
            tuple(tuple(wanted(item.need, item.statement, program) for item in place) for place in each.box),
            tuple(advisory.id for advisory in each.objections),
            program.outcome(each.outcome).words if each.outcome else "", asked=each.asked)
        for each in found
    ]  # fmt: skip


def in_sentences(found: Sequence[Way]) -> tuple[list[Way], int]:
    """Return the ways that a letter tells of, and how many more there are; of many choices the first alone."""
    shown, more = nearest(found)
    many = [way for way in shown if way.choices > MANY]
    told = [way for way in shown if way not in many[1:]]
    return told, more + len(shown) - len(told)


def wanted(need: Need | AtLeast, statement: str, program: Program) -> Wanted:
    """Return a need by the label of what it is about."""
    if isinstance(need, AtLeast):
        of = [wanted(each, statement, program) for each in need.of]
        label = f"at least {need.number} of ({'; '.join(each.label for each in of)})"
        return Wanted(label, ", ".join(each.concept for each in of), str(need), statement, need)
    declared = program.predicates[need.atom.predicate]
    concept = need.finding
    label = program.label(concept)
    if need.bounds:
        limits = need.bounds.in_words()
        unit = "" if declared.case and declared.case.unit else f" {declared.params[declared.amounts_from].lower()}"
        label = f"{limits}{unit} of {label}" if declared.amounts_from else f"{label}: {limits}"
    elif declared.is_choice:
        label = f"{label}: {program.label(need.atom.args[0])}"
    elif need.denies:
        label = f"{label} recorded as absent"
    return Wanted(label, concept, need.needs, statement, need)
