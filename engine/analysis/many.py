"""Many cases at once as a formula: a literal is a number with bits for each case, set where it is so.

What writes nodes and lines as literals then works them out for all of these cases, and asks no solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
        whole = (1 << width) - 1
        self.first = sum(1 << at * width for at in range(len(models)))  # the first bit of each case
        self.true = Bits(-1)
        self.open = Bits(sum(whole << at * width for at, each in enumerate(models) if legal.formula.open in each))
        values: dict[Slot, dict[Given, int]] = {
            s: dict.fromkeys((o.inputs for o in s.options), 0) for s in legal.space.slots
        }
        for at, model in enumerate(models):
            chosen = legal.case(model)
            for slot, literals in values.items():
                literals[chosen.get(slot, slot.options[0]).inputs] |= whole << at * width
        known: dict[Slot, dict[Given, int]] = {
            slot: {given: Bits(bits) for given, bits in literals.items()} for slot, literals in values.items()
        }
        self.legal = legal.by(self, known)

    def either(self, literals: Iterable[int]) -> int:
        """Return where one of some literals is so."""
        return Bits(reduce(or_, literals, 0))

    def both(self, literals: Iterable[int]) -> int:
        """Return where all of some literals are so."""
        return Bits(reduce(and_, literals, -1))
