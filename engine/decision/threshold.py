"""What settles an aggregate: enough of its members, each by whatever settles it, as thresholds of a network.

The least that the value may be rises where a member surely counts, the most falls where one surely does not; of
a sum a member weighs as much as it adds (below zero it is the other way round). An amount that nobody documented
weighs one for each step of a bound on it, and a bound that there has to be, at all, more than everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import Protocol

from ..evaluation.rules import Firing, Member, Tally
from ..language.comparison import OPPOSITE, Bounds, total
from ..language.terms import UNDOCUMENTED, Var

LEVELS = 100
"""How many steps of a bound on an undocumented amount are told apart, where it is one of several things in a sum."""

Weighed = list[tuple[int, int]]
"""What can be documented, as a gate, with what it weighs."""


class Maker(Protocol):
    """What makes the gates of a network."""

    complete: bool

    def gate(self, conjunctive: bool, gone: bool, below: list[int], need: int = 1, weights: Iterable[int] = ()) -> int:
        """Add a gate, and return its number."""

    def parts(self, firing: Firing, beside: tuple[str, Bounds] | None = None) -> list[int]:
        """Return what a firing needs; with bounds for the amount that a variable reads, beside its own."""

    def failing(self, firing: Firing, beside: tuple[str, Bounds] | None = None) -> list[int]:
        """Return the ways in which a firing fails, or an amount that it reads is within bounds."""


class Thresholds:
    """Makes the gates of aggregates, each once."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self._made: dict[object, int] = {}

    def enough(self, tally: Tally) -> list[int]:
        """Return what makes each comparison of an aggregate hold whatever else turns out."""
        return [self._compared(tally, guard.op, total(guard.right, tally.binding, tally.aggregate), gone=False)
                for guard in tally.aggregate.guards]  # fmt: skip

    def short(self, tally: Tally) -> list[int]:
        """Return the ways in which one of its comparisons fails whatever else turns out."""
        return [self._compared(tally, OPPOSITE[guard.op], total(guard.right, tally.binding, tally.aggregate), gone=True)
                for guard in tally.aggregate.guards]  # fmt: skip

    def _compared(self, tally: Tally, op: str, number: int, *, gone: bool) -> int:
        key = (tally.aggregate, *tally.binding.items(), op, number, gone)
        if key not in self._made:
            low = number + (op in (">", "!="))
            high = number - (op in ("<", "!="))
            sides = [self._raised(tally, low, gone)] if op not in ("<", "<=") else []
            sides += [self._lowered(tally, high, gone)] if op not in (">", ">=") else []
            self._made[key] = sides[0] if len(sides) == 1 else self.maker.gate(op == "=", gone, sides)
        return self._made[key]

    def _raised(self, tally: Tally, number: int, gone: bool) -> int:
        """Return what makes the value at least a number."""
        need, amounts = number - int(tally.low), _amounts(tally)
        found = self._known(tally, up=True)
        if amounts and need > 0 and self._are_apart(tally, amounts):
            alone = len(amounts) + len(found) == 1
            for member in amounts:
                last = int(min(need, member.most or 0))
                steps = self._steps(range(1, last + 1), alone=alone and last == need, weight=need)
                found += [(self._reads(member, step), weight) for step, weight in steps]
        return self._threshold(found, need, gone)

    def _lowered(self, tally: Tally, number: int, gone: bool) -> int:
        """Return what makes the value at most a number; amounts without an end all have to have a bound for that."""
        amounts, found = _amounts(tally), self._known(tally, up=False)
        endless = [member for member in amounts if member.most == inf]
        ends = [member.worth(tally.aggregate.function)[1] for member in tally.members if member not in endless]
        high, spare = int(sum(ends)), sum(weight for _, weight in found)
        spare += int(sum(member.most or 0 for member in amounts if member not in endless))
        room = number - high + spare  # for all the amounts together
        if high <= number and not endless:
            return self.maker.gate(True, gone, [])
        if room < 0 or (amounts and not self._are_apart(tally, amounts)):
            return self.maker.gate(False, gone, [])
        alone, first = len(amounts) + len(found) == 1, len(endless) * room + spare + 1
        for member in amounts:
            most = room if member in endless else int(member.most or 0) - 1
            last = room if member in endless else number - high + int(member.most or 0)
            steps = self._steps(range(most, -1, -1), alone=alone, weight=first + room, last=last)
            weights = [first if member in endless and not at and not alone else w for at, (_, w) in enumerate(steps)]
            found += [(self._below(member, step), weight) for (step, _), weight in zip(steps, weights, strict=True)]
        need = len(endless) * (first + room) + high - number
        return self._threshold(found, min(need, first + room) if alone and amounts else need, gone)

    def _known(self, tally: Tally, *, up: bool) -> Weighed:
        """Return what raises, or lowers, the value by members whose worth is known."""
        found: Weighed = []
        for member in tally.members:
            least, most = member.worth(tally.aggregate.function)
            if member.most is None and least < most:
                counts = (most > 0) == up
                found.append((self._so(member) if counts else self._not_so(member), int(most - least)))
        return found

    def _are_apart(self, tally: Tally, amounts: list[Member]) -> bool:
        """Say whether no amount is below zero, or can be one with another number, which would be added up once."""
        rests = [member.terms[1:] for member in tally.members]
        apart = all(rests.count(member.terms[1:]) == 1 and member.least >= 0 for member in amounts)
        self.maker.complete &= apart
        return apart

    def _steps(self, steps: range, *, alone: bool, weight: int, last: int | None = None) -> Weighed:
        """Return the steps of a bound with what each weighs; what is alone has to make the last one, and at once."""
        if alone:
            return [(steps[-1] if last is None else last, weight)]
        if len(steps) > LEVELS:
            self.maker.complete = False
            return []
        return [(step, 1) for step in steps]

    def _threshold(self, found: Weighed, need: int, gone: bool) -> int:
        if need <= 0:
            return self.maker.gate(True, gone, [])
        return self.maker.gate(False, gone, [gate for gate, _ in found], need, [weight for _, weight in found])

    def _so(self, member: Member) -> int:
        return self._each(member, True, lambda way: self.maker.parts(way))

    def _not_so(self, member: Member) -> int:
        return self._each(member, False, lambda way: self.maker.failing(way))

    def _reads(self, member: Member, least: int) -> int:
        """Return what makes a member count with an amount of at least so much."""
        return self._each(member, True, lambda way: self.maker.parts(way, (_summed(way), Bounds(low=least))))

    def _below(self, member: Member, most: int) -> int:
        """Return what makes a member not count, or with an amount of at most so much."""
        return self._each(member, False, lambda way: self.maker.failing(way, (_summed(way), Bounds(high=most))))

    def _each(self, member: Member, so: bool, parts: Callable[[Firing], list[int]]) -> int:
        """Return what makes a member count by any of its ways, or not count by each of them failing."""
        ways = [self.maker.gate(so, not so, parts(way)) for way in member.ways]
        return self.maker.gate(not so, not so, ways)


def _summed(way: Firing) -> str:
    """Return the name of the variable that reads the amount which is added up."""
    first = way.rule.head.args[0]
    return first.name if isinstance(first, Var) and way.binding[first.name] == UNDOCUMENTED else ""


def _amounts(tally: Tally) -> list[Member]:
    """Return the members that add an amount which nobody documented."""
    return [member for member in tally.members if member.most is not None] if tally.aggregate.function == "sum" else []
