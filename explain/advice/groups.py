"""The ways of a line drawn together: those that differ in one thing are one group with a choice there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from ...engine.decision.decision import Advisory
from ...engine.language.record import NamedTuple
from ...engine.language.terms import Atom
from .asks import Box, boxes
from .remedies import Way

NEAREST = 4
"""How many groups a short form tells of; it says how many more there are."""
FEWEST = 2
"""How many things groups have to have in common for these to be said once, before the groups."""


Told = TypeVar("Told")


class Group(NamedTuple):
    """Several ways in one: they ask the same of the request, and each choice is one item of a place."""

    request: tuple[str, ...]
    statements: tuple[str, ...]
    box: Box
    objections: tuple[Advisory, ...]
    outcome: str = ""  # which outcome they lead to, where the guideline has several that cover a line
    asked: tuple[Atom, ...] = ()  # what they ask of the request

    @property
    def size(self) -> int:
        """How many things each of the ways needs."""
        return len(self.request) + len(self.box)


def groups(ways: Iterable[Way]) -> list[Group]:
    """Return ways in groups, those that need the fewest things first."""
    same: dict[tuple[object, ...], list[Way]] = {}
    for way in ways:
        asking = tuple(sorted(item.statement for item in way.ask.items))
        same.setdefault((way.request, way.ask.statements, way.ask.outcome, way.objections, asking), []).append(way)
    found = [
        Group(each[0].request, each[0].ask.statements, box, each[0].objections, each[0].ask.outcome, each[0].asked)
        for each in same.values()
        for box in boxes(way.ask.items for way in each)
    ]
    return sorted(found, key=lambda group: group.size)


def shared(found: Sequence[Group]) -> tuple[Box, list[Group]]:
    """Return what several groups all ask for, where that is enough to be said first, and the groups without it."""
    first = found[0].box if len(found) > 1 else ()
    common = tuple(choice for choice in first if all(choice in group.box for group in found))
    if len(common) < FEWEST:
        return (), list(found)
    return common, [group._replace(box=tuple(c for c in group.box if c not in common)) for group in found]


def nearest(found: Sequence[Told]) -> tuple[Sequence[Told], int]:
    """Return the groups that a short form tells of, and how many more there are: never just one."""
    shown = found if len(found) <= NEAREST + 1 else found[:NEAREST]
    return shown, len(found) - len(shown)
