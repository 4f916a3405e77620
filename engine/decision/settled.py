"""What would settle a line beside what its case says, and what comes of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..language.terms import Atom
from .need import Item, Need, Set, single

if TYPE_CHECKING:
    from .relaxed import Relaxed


class Settled:
    """What would settle a line beside what the case says.

    :param every: what settles it, with what the case says already.
    """

    def __init__(self, every: Set, relaxed: Relaxed) -> None:
        self.every, self._relaxed = every, relaxed
        self.needs: Set = frozenset(each for need in every for each in relaxed.left(need))

    @cached_property
    def targets(self) -> tuple[Atom, ...]:
        """The outcomes in favour that it gives, with all else that the case says."""
        return tuple(self._relaxed.missing.met(self.every, self._relaxed.targets, self._stays))

    @cached_property
    def told(self) -> set[Atom]:
        """What follows from the findings that it documents, themselves among it."""
        plain = (need for need in self.every if isinstance(need, Need) and not need.bounds and not need.denies)
        return self._relaxed.missing.follows(*(need.atom for need in plain))

    def _stays(self, item: Item) -> bool:
        """Say whether the case says something, and says it still once what is needed is documented."""
        name, args = item.atom.predicate, item.atom.args
        if item.finding in self._about:
            return False
        if item.kind in ("low", "high"):
            said = (a for a in self._relaxed.said if (a.predicate, a.args[:-1]) == (name, args[:-1]))
            return any(is_within(amount, item) for amount in said)
        opened = self._relaxed.denials.get(name)
        withdrawn = opened and Atom(opened.name, args) in self.told
        return item.kind == "present" and item.atom in self._relaxed.said and not withdrawn

    @cached_property
    def _about(self) -> set[str]:
        """What is documented in place of what the case says of it."""
        return {need.finding for need in single(self.every)}


def is_within(amount: Atom, item: Item) -> bool:
    """Say whether an amount keeps to a bound."""
    number = amount.args[-1]
    return isinstance(number, int) and (number >= item.bound if item.kind == "low" else number <= item.bound)
