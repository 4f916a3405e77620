"""A network of `and` and `or` from items to document up to the atoms asked for, and what holds in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from math import gcd

from ..evaluation.masks import bits as bits
from ..language.record import NamedTuple
from .need import Item

_MANY = 1 << 30


class Gate(NamedTuple):
    """An `and` or an `or` of gates, by their index, and of items: item i stands at ~i.

    With weights it is a threshold: it holds where those of what holds below it come to what it needs.
    """

    conjunctive: bool
    gone: bool  # that something is surely not so
    below: list[int]
    need: int = 1
    weights: tuple[int, ...] = ()

    @property
    def weighed(self) -> Iterator[tuple[int, int]]:
        """Each weight of a threshold, with what it is of."""
        return zip(self.weights, self.below, strict=True)

    def lacks(self, held: Sequence[int]) -> int:
        """Return what a threshold still needs."""
        return self.need - sum(weight for weight, below in self.weighed if held[below])

    def holds(self, held: Sequence[int]) -> bool:
        """Say whether it holds by what does."""
        if self.weights:
            return self.lacks(held) <= 0
        every = map(held.__getitem__, self.below)
        return all(every) if self.conjunctive else any(every)

    def without(self, low: Sequence[int], high: Sequence[int]) -> Gate:
        """Return the gate without what holds, or fails, whatever is documented."""
        kept = [c for c in self.below if low[c] != high[c]]
        if not self.weights:
            return Gate(self.conjunctive, self.gone, kept)
        weights = [weight for weight, c in self.weighed if low[c] != high[c]]
        need = self.lacks(low)  # what holds by nothing at all counts already
        shared = gcd(*weights)
        if sum(weights) - min(weights, default=0) < need:  # nothing can be left out
            return Gate(True, self.gone, kept)
        return Gate(False, self.gone, kept, -(-need // shared), tuple(w // shared for w in weights))


class Values(NamedTuple):
    """What holds in a network: the gates, then the items from the last to the first, so that ~i is item i."""

    held: bytearray
    when: dict[int, int]  # when a gate came to fail that is in a circle of what is not so


class Network:
    """Answers which of some targets hold once items are documented.

    :param gates: the gates, each reached from a root.
    :param roots: the index of each target's gate, and last of the one that holds once one of them does.
    :param items: what can be documented.
    :param complete: whether all that would settle the targets is in it.
    """

    def __init__(
        self, gates: Sequence[Gate], roots: Sequence[int], items: Sequence[Item], *, complete: bool = True
    ) -> None:
        self.gates, self.roots, self.items, self.complete = gates, roots, items, complete
        self.top = roots[-1]

    @cached_property
    def _groups(self) -> list[tuple[list[int], bool, bool]]:
        return list(_groups(self.gates, self.roots))

    @cached_property
    def circular(self) -> dict[int, int]:
        """The gates that are in a circle, each with the number of its group."""
        return {node: at for at, (group, _, circular) in enumerate(self._groups) if circular for node in group}

    @cached_property
    def order(self) -> list[int]:
        """The gates, each after what it rests on."""
        return [node for group, *_ in self._groups for node in group]

    @cached_property
    def _weight(self) -> list[int]:
        """How many items each gate needs at least, and each item, as far as is counted."""
        weight = [_MANY] * len(self.gates) + [1] * len(self.items)
        for node in self.order:
            weights = [weight[c] for c in self.gates[node].below]
            own = min(weights, default=0) if self.gates[node].conjunctive else sum(weights)
            weight[node] = min(own, _MANY)
        return weight

    @cached_property
    def _above(self) -> list[list[int]]:
        above: list[list[int]] = [[] for _ in range(len(self.gates) + len(self.items))]
        for node, gate in enumerate(self.gates):
            for below in gate.below:
                above[below].append(node)
        return above

    @cached_property
    def _gone_in_circles(self) -> bool:
        return any(gone and circular for _, gone, circular in self._groups)

    @cached_property
    def _nothing(self) -> Values:
        """What holds where nothing is documented."""
        return self._evaluated(bytearray(len(self.gates) + len(self.items)))

    def values(self, documented: int) -> Values:
        """Return what holds once items are documented, given as a mask."""
        return self.more(self._nothing, documented)

    def more(self, values: Values, documented: int) -> Values:
        """Return what holds once further items are documented."""
        held = values.held.copy()
        fresh = [~item for item in bits(documented) if not held[~item]]
        for node in fresh:
            held[node] = 1
        if self._gone_in_circles:
            return self._evaluated(held)
        while fresh:
            node = fresh.pop()
            for above in self._above[node]:
                gate = self.gates[above]
                if not held[above] and (not (gate.conjunctive or gate.weights) or gate.holds(held)):
                    held[above] = 1
                    fresh.append(above)
        return Values(held, values.when)

    def _evaluated(self, held: bytearray) -> Values:
        """Work out every gate anew, group by group."""
        when: dict[int, int] = {}
        for group, gone, circular in self._groups:
            for node in group:
                held[node] = circular and gone
            changed = True
            while changed:
                changed = False
                for node in group:
                    value = self.gates[node].holds(held)
                    if value != held[node]:
                        changed, held[node] = circular, value
                        if gone and circular:
                            when[node] = len(when) + 1
        return Values(held, when)

    def conflict(self, values: Values, start: int) -> int:
        """Return the items, as a mask, of which one is needed beyond what is documented for a gate to hold."""
        found, stack, seen = 0, [start], {start}
        while stack:
            node = stack.pop()
            if node < 0:
                found |= 1 << ~node
                continue
            failed = [c for c in self.gates[node].below if not values.held[c]]
            if self.gates[node].conjunctive and failed:
                before = values.when.get(node, _MANY)  # why something may still be so is well founded
                founded = (c for c in failed if values.when.get(c, 0) < before)
                failed = [min(founded, key=self._weight.__getitem__)]
            stack += [c for c in failed if c not in seen]
            seen.update(failed)
        return found

    def simplified(self) -> Network:
        """Return the network without what holds, or fails, whatever is documented."""
        every = self._evaluated(bytearray(len(self.gates)) + b"\1" * len(self.items))
        low, high = self._nothing.held, every.held
        gates_left = [gate.without(low, high) for gate in self.gates]
        below = [gate.below for gate in gates_left]
        new: dict[int, int] = {root: i for i, root in enumerate(dict.fromkeys(self.roots))}
        items: dict[int, None] = {}
        gates = []
        for node in (queue := list(new)):
            children = [_alone(c, below) for c in below[node]]
            fresh = [c for c in dict.fromkeys(children) if c >= 0 and c not in new]
            new |= {c: len(new) + i for i, c in enumerate(fresh)}
            queue += fresh
            items |= dict.fromkeys(c for c in children if c < 0)
            if low[node] == high[node]:
                gates.append(Gate(bool(low[node]), self.gates[node].gone, []))
            else:
                left = gates_left[node]
                gates.append(Gate(left.conjunctive, left.gone, children, left.need, left.weights))
        order = {old: at for at, old in enumerate(sorted(items, key=lambda i: self.items[~i]))}
        wired = [Gate(conjunctive, gone, [new[c] if c >= 0 else ~order[c] for c in below_it], need, weights)
                 for conjunctive, gone, below_it, need, weights in gates]  # fmt: skip
        return Network(
            wired, [new[root] for root in self.roots], [self.items[~i] for i in order], complete=self.complete
        )


def _alone(node: int, below: Sequence[Sequence[int]]) -> int:
    """Return what a node comes to where it rests on one thing only."""
    while node >= 0 and len(below[node]) == 1:
        node = below[node][0]
    return node


def _groups(gates: Sequence[Gate], roots: Iterable[int]) -> Iterator[tuple[list[int], bool, bool]]:
    """Yield the gates in groups to evaluate one after another; whether of what is not so; whether in circles."""
    order = _below_first(gates, roots)
    place = {node: at for at, node in enumerate(order)}
    if all(c < 0 or place[c] < at for at, node in enumerate(order) for c in gates[node].below):
        yield order, False, False  # nothing goes in a circle
        return
    level = dict.fromkeys(order, 0)
    changed = any(gates[node].gone for node in order)
    while changed:  # circles are within a level: no circle goes through `not`
        changed = False
        for node in order:
            below = (level[c] + (gates[c].gone != gates[node].gone) for c in gates[node].below if c >= 0)
            if (least := max(below, default=0)) > level[node]:
                level[node], changed = least, True
    groups: dict[tuple[int, bool], list[int]] = {}
    for node in order:
        groups.setdefault((level[node], gates[node].gone), []).append(node)
    for (_, gone), group in sorted(groups.items(), key=lambda g: g[0][0]):
        own = set(group)
        yield group, gone, any(c in own and place[c] >= place[n] for n in group for c in gates[n].below)


def _below_first(gates: Sequence[Gate], roots: Iterable[int]) -> list[int]:
    """Return the gates such that each stands after what it is made of, as far as there is an order."""
    order: dict[int, None] = {}
    seen: set[int] = set()
    stack = [(root, False) for root in roots]
    while stack:
        node, done = stack.pop()
        if done:
            order[node] = None
        elif node >= 0 and node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack += [(c, False) for c in gates[node].below]
    return list(order)
