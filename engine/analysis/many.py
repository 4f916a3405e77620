"""Many cases at once as a formula: a literal is a number with bits for each case, set where it is so.

What writes nodes and lines as literals then works them out for all of these cases, and asks no solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import and_, or_

from .formula import Formula
from .legal import Given, Legal
from .slots import Slot


class Bits(int):
    """Bits of which the negation is the complement, as it is of a literal."""

    def __neg__(self) -> Bits:
        """Return the other bits."""
        return Bits(~self)


class Many(Formula):
    """The cases of some models of a formula.

    :param width: how many bits each case has, such as one for each switch that is tried in it.
    """

    def __init__(self, legal: Legal, models: Sequence[set[int]], width: int) -> None:
        self._width = width
        self._cases = [((1 << width) - 1 << at * width, model) for at, model in enumerate(models)]
        self.first = sum(1 << at * width for at in range(len(models)))  # the first bit of each case
        self.true = Bits(-1)
        self.open = self._where(legal.formula.open)
        self.legal = legal.by(self, {slot: self._values(slot, legal.values.get(slot)) for slot in legal.space.slots})

    def _where(self, literal: int) -> Bits:
        """Return the bits of the cases in whose models a literal is so."""
        return Bits(sum(bits for bits, model in self._cases if literal in model))

    def _values(self, slot: Slot, literals: Mapping[Given, int] | None) -> dict[Given, int]:
        """Return where a slot holds each of its values: the first, where a model tells of none."""
        first, *others = [option.inputs for option in slot.options]
        found: dict[Given, int] = {each: self._where(literals[each]) if literals else Bits(0) for each in others}
        return {first: Bits((1 << len(self._cases) * self._width) - 1 & -self.either(found.values())), **found}

    def differ(self, one: int, two: int) -> int:
        """Return where two literals are not the same."""
        return Bits(one ^ two)

    def either(self, literals: Iterable[int]) -> int:
        """Return where one of some literals is so."""
        return Bits(reduce(or_, literals, 0))

    def both(self, literals: Iterable[int]) -> int:
        """Return where all of some literals are so."""
        return Bits(reduce(and_, literals, -1))
