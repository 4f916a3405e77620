"""Things to document as bits, for the proof checker: which cover which, and which sets are the smallest.

A set of items is a number with a bit for each. A set is better than another where each of its items is
covered by the other: documented by it as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from ...engine.language.terms import UNDOCUMENTED, Atom, Quantity
from ...engine.program.program import Predicate
from .ground import TRUE, asked_for, chosen_from, number
from .step import TooLargeError
from .truth import Instance, Truth

LIMIT = 4_000
"""The most sets that are kept for one atom."""
INFINITE = 10**30
Sets = frozenset[int]


class Item(NamedTuple):
    """One thing to document: a finding present (1 to 1) or absent (0 to 0), or an amount within bounds."""

    atom: Atom
    low: int
    high: int

    @property
    def is_amount(self) -> bool:
        """Whether it is about an amount."""
        return UNDOCUMENTED in self.atom.args

    def told(self, declared: Predicate) -> dict[str, str]:
        """Return what has to be documented, as a proof says it."""
        return {"finding": asked_for(self.atom, declared), "needs": self._needs(declared)}

    def _needs(self, declared: Predicate) -> str:
        if chosen_from(declared):
            return str(self.atom.args[0])
        if not self.is_amount:
            return ("stated" if declared.until else "present") if self.low else "absent"
        if self.low == self.high:
            return f"= {number(self.low)}"
        ends = [_end(">", self.low, -1)] * (self.low > -INFINITE) + [_end("<", self.high, 1)] * (self.high < INFINITE)
        return " and ".join(ends)


def _end(sign: str, bound: int, beyond: int) -> str:
    """Return one bound; with decimals, a whole number next to it is said in place of it."""
    places = bound.places if isinstance(bound, Quantity) else 0
    whole = places > 0 and (int(bound) + beyond) % 10**places == 0
    return f"{sign} {number(bound + beyond)}" if whole else f"{sign}= {number(bound)}"


class Items:
    """The items of a case as bits, and which of them cover which."""

    def __init__(self, truth: Truth, given: Iterable[Atom]) -> None:
        self.truth, self.given = truth, list(given)
        self.items: list[Item] = []
        self._bits: dict[Item, int] = {}
        self._covers: list[int] = []  # by item, the bits of what documenting it documents as well
        self._closures: dict[int, int] = {}
        self._implied: dict[Atom, set[Atom]] = {}
        self._denied: dict[Atom, set[Atom]] = {}
        self._keys: dict[int, tuple[int, list[tuple[str, str]]]] = {}

    def bit(self, item: Item) -> int:
        """Return the bit of an item."""
        if item not in self._bits:
            bit = 1 << len(self.items)
            own = bit
            for at, other in enumerate(self.items):
                if self._covering(item, other):
                    own |= 1 << at
                if self._covering(other, item):
                    self._covers[at] |= bit
                    self._closures.clear()
            self._bits[item] = bit
            self.items.append(item)
            self._covers.append(own)
        return self._bits[item]

    def of(self, set_: int) -> list[Item]:
        """Return the items of a set."""
        return [item for at, item in enumerate(self.items) if set_ >> at & 1]

    def closure(self, set_: int) -> int:
        """Return the bits of all that a set covers."""
        if set_ not in self._closures:
            found = 0
            for at in range(set_.bit_length()):
                if set_ >> at & 1:
                    found |= self._covers[at]
            self._closures[set_] = found
        return self._closures[set_]

    def key(self, set_: int) -> tuple[int, list[tuple[str, str]]]:
        """Return what sets are ordered by."""
        if set_ not in self._keys:
            told = self.told(set_)
            self._keys[set_] = len(told), sorted((each["finding"], each["needs"]) for each in told)
        return self._keys[set_]

    def told(self, set_: int) -> list[dict[str, str]]:
        """Return a set as a proof says it."""
        declared = self.truth.program.predicates
        found = [item.told(declared[item.atom.predicate]) for item in self.of(set_)]
        return sorted(found, key=lambda each: (each["finding"], each["needs"]))

    def _covering(self, strong: Item, weak: Item) -> bool:
        if strong.is_amount or weak.is_amount:
            return strong.atom == weak.atom and weak.low <= strong.low and strong.high <= weak.high
        if strong.low and weak.low:
            return weak.atom in self.implied(strong.atom)
        return not strong.low and not weak.low and weak.atom in self._denies(strong.atom)

    def implied(self, atom: Atom) -> set[Atom]:
        """Return the undocumented findings that one alone makes so, itself among them."""
        if atom not in self._implied:
            found, waiting = {atom}, [atom]
            while waiting:
                for step in self._steps.get(waiting.pop(), ()):
                    if step.head not in found and all(p in found or self.truth.value(p) == TRUE for p in step.premises):
                        found.add(step.head)
                        waiting.append(step.head)
            self._implied[atom] = {a for a in found if self.truth.is_undocumented(a)}
        return self._implied[atom]

    @cached_property
    def _steps(self) -> dict[Atom, list[Instance]]:
        """By premise, the instances that hold once their premises do."""
        found: dict[Atom, list[Instance]] = {}
        for each in (instance for instances in self.truth.instances.values() for instance in instances):
            if each.compared == TRUE and not any(map(self.truth.value, each.absences)):
                for premise in each.premises:
                    if self.truth.value(premise) != TRUE:
                        found.setdefault(premise, []).append(each)
        return found

    def _denies(self, atom: Atom) -> set[Atom]:
        """Return the undocumented findings that denying one denies, itself among them."""
        if atom not in self._denied:
            denial = Atom(self.truth.program.predicates[atom.predicate].unless, atom.args[:1])
            then = Truth(self.truth.edition, [*self.given, denial], open_world=True)
            left = self.truth.supposed - then.supposed
            self._denied[atom] = {a for a in left if self.truth.is_undocumented(a)} | {atom}
        return self._denied[atom]

    def joined(self, left: int, right: int) -> int | None:
        """Return two sets in one: bounds on an amount meet, and what another item covers is dropped."""
        if not left or not right:
            return left | right
        both = self.of(left | right)
        bounds: dict[Atom, Item] = {}
        for item in both:
            met = bounds.get(item.atom, item)
            bounds[item.atom] = Item(item.atom, max(met.low, item.low), min(met.high, item.high))
            if bounds[item.atom].low > bounds[item.atom].high:
                return None
        if self._chooses_twice(both):
            return None
        absent = [i.atom for i in both if not i.is_amount and not i.low]
        denied = set[Atom]().union(*map(self._denies, absent)) if len(absent) < len(both) else ()
        if denied and any(denied & self.implied(i.atom) for i in both if not i.is_amount and i.low):
            return None
        return self._least(sum(map(self.bit, bounds.values())))

    def _chooses_twice(self, items: Iterable[Item]) -> bool:
        declared = self.truth.program.predicates
        chosen = [name for name, _ in {(i.atom.predicate, i.atom) for i in items} if chosen_from(declared[name])]
        return len(chosen) > len(set(chosen))

    def _least(self, set_: int) -> int:
        """Drop what other items cover as well; of items that cover each other the first is kept."""
        kept = set_
        for item in sorted(self.of(set_), reverse=True):
            bit = self.bit(item)
            if bit & self.closure(kept & ~bit):
                kept &= ~bit
        return kept

    def minimal(self, sets: Iterable[int]) -> Sets:
        """Drop every set that another one does better than; of sets that are as good the first is kept."""
        every = sorted(set(sets), key=self.key)
        if len(every) > 4 * LIMIT:
            raise TooLargeError(f"more than {LIMIT:,} sets of missing documentation")
        kept: list[int] = []
        for one in every:
            reach = self.closure(one)
            if not any(not other & ~reach for other in kept):
                kept = [other for other in kept if one & ~self.closure(other)]
                kept.append(one)
        if len(kept) > LIMIT:
            raise TooLargeError(f"more than {LIMIT:,} sets of missing documentation")
        return frozenset(kept)
