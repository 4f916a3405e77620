"""A rule in play with what it asks for: items, and what other rules give."""

from __future__ import annotations

from functools import cached_property

from ...engine.language.record import NamedTuple
from ...engine.language.terms import Atom, Rule
from .item import BARS, OTHER, Item


class _Step(NamedTuple):
    rule: Rule
    parts: tuple[Item | Choice, ...]


class Step(_Step):
    """A rule and what it asks for: items, and what other rules give.

    How it stands is worked out once: steps have what is below them in common.
    """

    def __hash__(self) -> int:
        """Return a hash that does not go through all that stands below."""
        return hash(self.rule.id)

    @cached_property
    def lacking(self) -> frozenset[object]:
        """What of it is not met."""
        return frozenset(p for p in self.parts if p.distance)

    @cached_property
    def fails(self) -> bool:
        """Whether it surely does not give what it is for."""
        return any(part.fails for part in self.parts)

    @cached_property
    def barred(self) -> bool:
        """Whether something stands against it, whatever else it lacks."""
        return any(isinstance(part, Item) and part.state == BARS for part in self.parts)

    @property
    def asks_other(self) -> bool:
        """Whether it asks for another request itself."""
        return any(isinstance(part, Item) and part.state == OTHER for part in self.parts)

    @cached_property
    def distance(self) -> int:
        """How many items are not met, by the nearest way."""
        return sum(part.distance for part in self.parts)


class _Choice(NamedTuple):
    atom: Atom
    steps: tuple[Step, ...]


class Choice(_Choice):
    """An atom with the rules that give it or could, any one of which is enough; the nearest first."""

    def __hash__(self) -> int:
        """Return a hash that does not go through all that stands below."""
        return hash(self.atom)

    @cached_property
    def fails(self) -> bool:
        """Whether no way is left."""
        return all(step.fails for step in self.steps)

    @cached_property
    def distance(self) -> int:
        """How many items are not met, by the nearest way."""
        return min((step.distance for step in self.steps), default=1)
