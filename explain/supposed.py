"""What documentation would settle a line, for the proof checker: the smallest sets, made again from its own instances.

Two equations for each atom below what is asked for: the sets that make it surely so, and those that
make it surely not so. They are solved circle by circle, the first kind from below, the second from
above. An item is a bit; a set is better than another where each of its items is covered by the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..engine.terms import UNDOCUMENTED, Atom, Comparison, Var
from .circles import circles
from .ground import TRUE, UNKNOWN, comparison_names, names
from .step import TooLargeError
from .truth import Instance, Truth

LIMIT = 4_000
"""The most sets that are kept for one atom."""

Sets = frozenset[int]  # of sets of items, each a number with a bit for each item
Asked = tuple[bool, Atom]  # whether it is to be so, and the atom
NONE, EMPTY = frozenset[int](), frozenset([0])
INFINITE = 10**30


class Item(NamedTuple):
    """One thing to document: a finding present (1 to 1) or absent (0 to 0), or an amount within bounds."""

    atom: Atom
    low: int
    high: int

    @property
    def is_amount(self) -> bool:
        """Whether it is about an amount."""
        return len(self.atom.args) > 1

    def needs(self, *, stated: bool) -> str:
        """Return what has to be documented, as a proof says it."""
        if not self.is_amount:
            return ("stated" if stated else "present") if self.low else "absent"
        if self.low == self.high:
            return f"= {self.low}"
        bounds = [f">= {self.low}"] if self.low > -INFINITE else []
        return " and ".join([*bounds, *([f"<= {self.high}"] if self.high < INFINITE else [])])


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
        found = [
            {"finding": str(i.atom.args[0]), "needs": i.needs(stated=bool(declared[i.atom.predicate].until))}
            for i in self.of(set_)
        ]
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

    @property
    def _steps(self) -> dict[Atom, list[Instance]]:
        """By premise, the instances that hold once their premises do."""
        if not hasattr(self, "_by_premise"):
            self._by_premise: dict[Atom, list[Instance]] = {}
            for instances in self.truth.instances.values():
                for each in instances:
                    if each.compared == TRUE and not any(map(self.truth.value, each.absences)):
                        for premise in each.premises:
                            if self.truth.value(premise) != TRUE:
                                self._by_premise.setdefault(premise, []).append(each)
        return self._by_premise

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
        denied = {i.atom for i in both if not i.is_amount and not i.low}
        if denied and any(denied & self.implied(i.atom) for i in both if not i.is_amount and i.low):
            return None
        return self._least(sum(map(self.bit, bounds.values())))

    def _least(self, set_: int) -> int:
        """Drop what other items cover as well; of items that cover each other the first is kept."""
        kept = set_
        for item in sorted(self.of(set_), key=lambda i: i, reverse=True):
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


class Supposed:
    """Answers what documentation would make atoms surely so in one case."""

    def __init__(self, truth: Truth, given: Iterable[Atom]) -> None:
        self.truth = truth
        self.items = Items(truth, given)
        self._known: dict[Asked, Sets] = {}

    def sets(self, targets: Iterable[Atom]) -> list[list[dict[str, str]]]:
        """Return every smallest set that makes one of some possible atoms surely so, in the order of a proof.

        :raises TooLargeError: where there are more than are looked at.
        """
        targets = list(targets)
        for part in circles([(True, atom) for atom in targets], self._below):
            self._solve(part)
        found = self.items.minimal(s for atom in targets for s in self._known[True, atom])
        return [self.items.told(each) for each in sorted(found, key=self.items.key)]

    def _solve(self, part: list[Asked]) -> None:
        """Solve the equations of one circle: what is to be so from nothing up, what is not to be so from all down."""
        part = [asked for asked in part if asked not in self._known]
        self._known |= {asked: NONE if asked[0] else EMPTY for asked in part}
        changed = True
        while changed:
            changed = False
            for asked in part:
                found = self._so(asked[1]) if asked[0] else self._not_so(asked[1])
                changed |= found != self._known[asked] and len(part) > 0
                self._known[asked] = found
            if len(part) == 1 and part[0] not in self._below(part[0]):
                break

    def _below(self, asked: Asked) -> list[Asked]:
        """Return the equations that one reads."""
        to_be, atom = asked
        if self.truth.value(atom) != UNKNOWN or (not to_be and self._is_fixed(atom)):
            return []
        found: list[Asked] = []
        for instance in self.truth.instances.get(atom, ()):
            found += [(to_be, p) for p in instance.premises]
            found += [(not to_be, a) for a in instance.absences]
        return found

    def _is_fixed(self, atom: Atom) -> bool:
        """Say whether no single thing to say makes an atom not so: an amount, or what the case has to state."""
        stated = (
            bool(self.truth.program.predicates[atom.predicate].until) if self.truth.is_undocumented(atom) else False
        )
        return self.truth.is_undocumented(atom) and (len(atom.args) > 1 or stated)

    def _so(self, atom: Atom) -> Sets:
        if self.truth.value(atom) != UNKNOWN:
            return EMPTY if self.truth.value(atom) == TRUE else NONE
        own = [self._bit(atom, 1, 1)] if self.truth.is_undocumented(atom) and len(atom.args) == 1 else []
        found = (s for instance in self.truth.instances.get(atom, ()) for s in self._way(instance))
        return self.items.minimal([*own, *found])

    def _way(self, instance: Instance) -> Sets:
        """Return the sets under which an instance surely holds."""
        result = EMPTY
        for pattern, premise in _premises(instance):
            if self.truth.is_undocumented(premise) and len(premise.args) > 1:
                result = self._product(result, self._within(instance, pattern, premise))
            else:
                result = self._product(result, self._known[True, premise])
        for absent in instance.absences:
            result = self._product(result, self._known[False, absent])
        return result

    def _not_so(self, atom: Atom) -> Sets:
        if self.truth.value(atom) != UNKNOWN:
            return NONE if self.truth.value(atom) == TRUE else EMPTY
        if self._is_fixed(atom):
            return NONE
        result = frozenset([self._bit(atom, 0, 0)]) if self.truth.is_undocumented(atom) else EMPTY
        for instance in self.truth.instances.get(atom, ()):
            ways = {s for p in instance.premises for s in self._known[False, p]}
            ways |= {s for a in instance.absences for s in self._known[True, a]}
            ways |= {s for p, atom_ in _premises(instance) for s in self._beyond(instance, p, atom_)}
            result = self._product(result, self.items.minimal(ways))
        return result

    def _product(self, left: Sets, right: Sets) -> Sets:
        if len(left) * len(right) > 100 * LIMIT:
            raise TooLargeError(f"more than {LIMIT:,} sets of missing documentation")
        joined = (self.items.joined(a, b) for a in left for b in right)
        return self.items.minimal(each for each in joined if each is not None)

    def _bit(self, atom: Atom, low: int, high: int) -> int:
        return self.items.bit(Item(atom, low, high))

    def _within(self, instance: Instance, pattern: Atom, premise: Atom) -> Sets:
        """Return the set that documents an amount within every bound; compared with nothing, it has to be known."""
        bounds = [b for c in _open_comparisons(instance, pattern) for b in _bounds(c)] or [(0, INFINITE)]
        low, high = max(b[0] for b in bounds), min(b[1] for b in bounds)
        return frozenset([self._bit(premise, low, high)]) if low <= high else NONE

    def _beyond(self, instance: Instance, pattern: Atom, premise: Atom) -> Iterator[int]:
        """Yield the sets that document an amount beyond a bound."""
        for comparison in _open_comparisons(instance, pattern):
            for low, high in _bounds(comparison):
                if low > -INFINITE:
                    yield self._bit(premise, -INFINITE, low - 1)
                if high < INFINITE:
                    yield self._bit(premise, high + 1, INFINITE)


def _premises(instance: Instance) -> Iterator[tuple[Atom, Atom]]:
    """Yield each positive literal's atom as the rule has it, with the premise it became."""
    yield from zip((lit.atom for lit in instance.rule.literals if lit.positive), instance.premises, strict=True)


def _open_comparisons(instance: Instance, pattern: Atom) -> list[Comparison]:
    """Return the comparisons on an undocumented amount that a literal binds."""
    bound = set(names(pattern.args))
    return [
        c
        for c in instance.rule.comparisons
        if bound & {n for n in comparison_names(c) if instance.binding[n] == UNDOCUMENTED}
    ]


def _bounds(comparison: Comparison) -> list[tuple[int, int]]:
    """Return the bounds that a comparison of one amount with one number sets (`check` admits no other)."""
    left, right = comparison.left[0], comparison.right[0]
    mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
    op, number = (comparison.op, right) if isinstance(left, Var) else (mirrored.get(comparison.op, "="), left)
    if not isinstance(number, int):
        return []
    return {
        ">=": [(number, INFINITE)], ">": [(number + 1, INFINITE)], "<=": [(-INFINITE, number)],
        "<": [(-INFINITE, number - 1)], "=": [(number, number)],
    }.get(op, [])  # fmt: skip
