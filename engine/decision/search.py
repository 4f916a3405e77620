"""The search for the smallest sets that settle one question, by conflicts and best first."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple, Protocol

from ..evaluation.rules import Model
from ..language.terms import Atom
from .need import Item, Need, Set, as_need, order
from .network import Values, bits
from .settle import network

SETS = 256
"""The most sets that are told."""
STEPS = 5_000
"""The most choices that are looked at; fewer where `WORK`, the gates looked at for them, is more."""
WORK = 500_000
NEVER = 1 << 30
_FAN = 1 << 20


class Found(NamedTuple):
    """The sets that settle a question; where they are not complete there may be more, none of them smaller."""

    sets: tuple[Set, ...]
    complete: bool


class Documentation(Protocol):
    """What a search asks of the findings that it chooses among."""

    model: Model

    def weaker(self, atom: Atom) -> set[Atom]:
        """Return what documenting a finding documents as well."""

    def denied(self, atom: Atom) -> set[Atom]:
        """Return what denying a finding denies as well."""


class _Choice(NamedTuple):
    """What is chosen so far on the way to a set."""

    values: Values  # what holds by the items
    items: tuple[int, ...] = ()
    cover: int = 0  # what the items document
    out: int = 0  # items that are out, and `apart`, gates that may not hold: sets with them are found elsewhere
    apart: tuple[int, ...] = ()
    needed: frozenset[int] = frozenset()  # the gates that have to hold
    undecided: tuple[int, ...] = ()  # those of them that can hold by several things


class Search:
    """The search for the sets of one question; items are numbers, and sets of items masks of their bits."""

    def __init__(self, missing: Documentation, targets: Sequence[Atom]) -> None:
        self.missing, self.targets = missing, targets
        self.net = network(missing.model, targets)
        self.items = self.net.items
        self._relate()

    def _relate(self) -> None:
        """Work out for each item what it documents, what documents it, what it contradicts, and its whole amount."""
        told = [self._told(item) for item in self.items]
        pairs = list(enumerate(self.items))
        self.cover = [sum(1 << j for j, other in pairs if _covers(item, other, told[i])) for i, item in pairs]
        self.clash = [sum(1 << j for j, _ in pairs if self._contradict(i, j, told)) for i, _ in pairs]
        self.up = [sum(1 << j for j, _ in pairs if self.cover[j] >> i & 1) for i, _ in pairs]
        self.first = [next(j for j in bits(self.up[i]) if self.up[j] >> i & 1) for i, _ in pairs]  # of equals
        self.whole = [sum(1 << j for j, other in pairs if other.atom == item.atom) for _, item in pairs]

    def _told(self, item: Item) -> set[Atom]:
        """Return the findings that an item documents, or denies."""
        if item.kind == "absent":
            return self.missing.denied(item.atom)
        return self.missing.weaker(item.atom) if item.kind == "present" else set()

    def _contradict(self, one: int, other: int, told: Sequence[set[Atom]]) -> bool:
        a, b = self.items[one], self.items[other]
        kinds = {a.kind, b.kind}
        if kinds == {"absent", "present"}:
            return not told[one].isdisjoint(told[other])
        if kinds == {"present"}:  # two values of one choice
            return a.atom != b.atom and a.atom.predicate == b.atom.predicate and self._is_choice(a)
        low, high = (a.bound, b.bound) if a.kind == "low" else (b.bound, a.bound)
        return kinds == {"low", "high"} and a.atom == b.atom and low > high

    def _is_choice(self, item: Item) -> bool:
        return self.missing.model.declared[item.atom.predicate].is_choice

    @cached_property
    def found(self) -> Found:
        """The minimal sets, the smallest first."""
        sets: list[Set] = []
        complete = True
        for each in self._minimal():
            if each is None or len(sets) == SETS:
                complete = False
                break
            sets.append(each)
        return Found(tuple(sorted(sets, key=order)), complete)

    def met(self, needs: Set) -> set[Atom]:
        """Return the targets that a set makes surely so."""
        held = self.net.values(_union(self.cover, sum(1 << i for i in self._chosen(needs)))).held
        return {target for target, root in zip(self.targets, self.net.roots, strict=False) if held[root]}

    def _chosen(self, needs: Set) -> Iterator[int]:
        for i, item in enumerate(self.items):
            for need in needs:
                if need.atom == item.atom and _is_part(item, need):
                    yield i

    def _minimal(self) -> Iterator[Set | None]:
        """Yield the sets, those with the fewest needs first, and None where the search is given up."""
        first = self._with(_Choice(self.net.values(0)), self.net.top)
        # What is waiting: the least number of needs, the deepest first; whether that number is worked out.
        waiting = [(0, 0, 0, False, first)] if first else []
        masks: list[int] = []
        for step in range(min(STEPS, WORK // len(self.net.gates))):
            if not waiting:
                return
            least, depth, _, known, choice = heapq.heappop(waiting)
            held = choice.values.held.__getitem__
            if any(map(held, choice.apart)) or any(mask & choice.cover == mask for mask in masks):
                continue
            if not known and (bound := self._bound(choice)) > least:
                if bound < NEVER:
                    heapq.heappush(waiting, (bound, depth, step, True, choice))
            elif held(self.net.top):
                if self._is_minimal(kept := self._strongest(choice)):
                    masks.append(sum(1 << i for i in kept))
                    yield self._needs(kept)
            else:
                for at, child in enumerate(self._children(choice)):
                    heapq.heappush(waiting, (least, depth - 1, step * _FAN + at, False, child))
        yield None

    def _bound(self, choice: _Choice) -> int:
        """Return how many needs a set with a choice in it has at least; `NEVER` where there is none."""
        if choice.values.held[self.net.top]:
            return len({self.whole[item] for item in self._strongest(choice)})
        count, taken = 0, 0
        for item in choice.items:
            if not (apart := self._wide(self.up[item])) & taken:
                count, taken = count + 1, taken | apart
        values, unmet = choice.values, choice.undecided
        while unmet:
            values = self.net.more(values, _union(self.cover, taken))
            unmet = tuple(gate for gate in unmet if not values.held[gate])
            for gate in unmet:
                conflict = _union(self.up, self.net.conflict(values, gate)) & ~choice.out
                if not conflict:
                    return NEVER
                if not (apart := self._wide(conflict)) & taken:
                    count, taken = count + 1, taken | apart
        return count

    def _children(self, choice: _Choice) -> Iterator[_Choice]:
        """Yield the choices that go one step further, such that no set comes of two of them."""
        if not choice.undecided:
            return  # it goes in a circle
        gate = min(choice.undecided, key=lambda g: len(self.net.gates[g].below))
        left = choice._replace(undecided=tuple(g for g in choice.undecided if g != gate))
        for below in sorted(self.net.gates[gate].below):
            if child := self._with(left, below):
                yield child
            if below < 0:
                left = left._replace(out=left.out | self.up[~below])
            elif self.net.gates[gate].gone or self.net.circular.get(gate, -1) != self.net.circular.get(below, -2):
                left = left._replace(apart=(*left.apart, below))

    def _with(self, choice: _Choice, node: int) -> _Choice | None:
        """Return a choice with one more gate or item, and all that it needs; None where they exclude each other."""
        items, needed, undecided = list(choice.items), set(choice.needed), list(choice.undecided)
        stack = [node]
        while stack:
            each = stack.pop()
            if each < 0:
                item = self.first[~each]
                if choice.out >> item & 1 or any(self.clash[item] >> i & 1 for i in items):
                    return None
                items += [item] * (item not in items)
            elif each not in needed:
                needed.add(each)
                if self.net.gates[each].conjunctive:
                    stack += self.net.gates[each].below
                else:
                    undecided.append(each)
        cover = _union(self.cover, sum(1 << i for i in items))
        values = self.net.more(choice.values, cover & ~choice.cover)
        return _Choice(
            values, tuple(items), cover, choice.out, choice.apart, frozenset(needed),
            tuple(gate for gate in undecided if not values.held[gate]),
        )  # fmt: skip

    def _wide(self, items: int) -> int:
        """Return items with the other bounds of the same amounts: together they are one need."""
        return _union(self.whole, items)

    def _strongest(self, choice: _Choice) -> list[int]:
        """Return the items chosen but for those that another one documents."""
        chosen = sum(1 << i for i in choice.items)
        return [i for i in choice.items if self.up[i] & chosen == 1 << i]

    def _is_minimal(self, kept: Sequence[int]) -> bool:
        """Say whether no item can be dropped, or give way to what it documents beside itself."""
        for item in kept:
            amount = self.whole[item].bit_count() > 1
            if self.cover[item] == 1 << item and not amount:
                continue  # without it the set would be smaller, and found before
            rest = _union(self.cover, sum(1 << i for i in kept if i != item))
            if self.net.values(rest | self.cover[item] & ~self.up[item]).held[self.net.top]:
                return False
        return True

    def _needs(self, kept: Iterable[int]) -> Set:
        items: dict[Atom, list[Item]] = {}
        for item in kept:
            items.setdefault(self.items[item].atom, []).append(self.items[item])
        declared = self.missing.model.declared
        return frozenset(as_need(own, declared[atom.predicate]) for atom, own in items.items())


def _covers(one: Item, other: Item, told: set[Atom]) -> bool:
    """Say whether an item documents another one; given what it documents, or denies."""
    if one.kind != other.kind:
        return False
    if one.kind in ("present", "absent"):
        return other.atom in told
    return one.atom == other.atom and (one.bound >= other.bound if one.kind == "low" else one.bound <= other.bound)


def _is_part(item: Item, need: Need) -> bool:
    """Say whether an item of a need's atom is a bound that the need sets, or all that it says."""
    bound = {"present": 1, "absent": 0, "low": item.bound, "high": item.bound}[item.kind]
    return bound == (need.high if item.kind == "high" else need.low)


def _union(masks: Sequence[int], of: int) -> int:
    """Return the union of the masks of some items."""
    found = 0
    for item in bits(of):
        found |= masks[item]
    return found
