"""What would change an outcome, for the account of a case; read off the one list of ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...engine.decision.decide import Judged, LineDecision, outcomes
from ...engine.decision.need import Need
from ...engine.program.interface import FAVOURABLE, UNFAVOURABLE
from ...engine.program.program import Program
from .asks import Ask, asks, boxes
from .remedies import Remedies


class Wanted(NamedTuple):
    """One thing to be so, in the declared words, and the statement that asks for it."""

    label: str
    concept: str
    needs: str
    statement: str


class Way(NamedTuple):
    """What would make a line medically necessary: another request, or what is to be so, a choice in each place."""

    request: tuple[str, ...]
    statements: tuple[str, ...]
    places: tuple[tuple[Wanted, ...], ...]
    only: tuple[str, ...] = ()  # the codes that it is for, where it is not for all of a reason

    @property
    def size(self) -> int:
        """How many things it takes."""
        return len(self.request) + len(self.places)

    def as_json(self) -> dict[str, Any]:
        """Return the way as the documented JSON object."""
        places = [[wanted._asdict() for wanted in place] for place in self.places]
        return {"request": list(self.request), "statements": list(self.statements), "places": places,
                "only": list(self.only)}  # fmt: skip


def ways(judged: Judged, line: LineDecision) -> list[Way]:
    """Return what would make a line medically necessary, fewest things first."""
    found: list[Way] = []
    for request, wanted in _found(judged, line):
        same: dict[tuple[str, ...], list[Ask]] = {}
        for ask in wanted:
            same.setdefault(ask.statements, []).append(ask)
        for statements, each in same.items():
            for box in boxes(ask.items for ask in each):
                places = tuple(tuple(_wanted(i.need, i.statement, judged.guideline.program) for i in p) for p in box)
                found.append(Way(request, statements, places))
    return sorted(found, key=lambda way: way.size)


def _found(judged: Judged, line: LineDecision) -> Iterator[tuple[tuple[str, ...], list[Ask]]]:
    """Yield each request with the sets that would be enough beside it."""
    if line.needs:
        yield (), asks(outcomes(judged.model, line.session, line.cpt)[FAVOURABLE], judged)
    elif line.outcome == UNFAVOURABLE:
        same: dict[tuple[str, ...], list[Ask]] = {}
        for request, ask in Remedies(judged).remedies(line):
            same.setdefault(request, []).append(ask)
        yield from same.items()


def _wanted(need: Need, statement: str, program: Program) -> Wanted:
    """Return a need by the label of what it is about."""
    declared = program.predicates[need.atom.predicate]
    concept = need.finding
    label = program.label(concept) if concept in program.concepts else concept.replace("_", " ")
    if need.bounds:
        limits = need.bounds.in_words()
        unit = declared.params[declared.amounts_from].lower()
        label = f"{limits} {unit} of {label}" if declared.amounts_from else f"{limits} {unit}"
    elif declared.is_choice:
        label = f"{label}: {program.label(need.atom.args[0])}"
    elif need.denies:
        label = f"{label} recorded as absent"
    return Wanted(label, concept, need.needs, statement)
