"""What settles a question: a network of `and` and `or` from items to document up to the atoms asked for.

It is made of the firings. An atom is surely so by any of its firings, and a firing by all of its parts; it
is surely not so where each of its firings fails, and a firing fails by any part. What goes in a circle is
surely so only where it is well founded, and fails where nothing but the circle holds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..evaluation.rules import Firing, Model
from ..language.comparison import Bounds, beyond, bounds, within
from ..language.terms import UNDOCUMENTED, Atom, Comparison, variables
from .need import Item, absent, amount, present

_MANY = 1 << 30


class Gate(NamedTuple):
    """An `and` or an `or` of gates, by their index, and of items: item i stands at ~i."""

    conjunctive: bool
    gone: bool  # that something is surely not so
    below: list[int]


class Values(NamedTuple):
    """What holds in a network: the gates, then the items from the last to the first, so that ~i is item i."""

    held: bytearray
    when: dict[int, int]  # when a gate came to fail that is in a circle of what is not so


class Network:
    """Answers which of some targets hold once items are documented.

    :param gates: the gates, each reached from a root.
    :param roots: the index of each target's gate, and last of the one that holds once one of them does.
    :param items: what can be documented.
    """

    def __init__(self, gates: Sequence[Gate], roots: Sequence[int], items: Sequence[Item]) -> None:
        self.gates, self.roots, self.items = gates, roots, items
        self.top = roots[-1]
        self._groups = list(_groups(gates, roots))
        self.circular = {node: at for at, (group, _, circular) in enumerate(self._groups) if circular for node in group}
        self._weight = [_MANY] * len(gates) + [1] * len(items)
        for node in (node for group, *_ in self._groups for node in group):
            weights = [self._weight[c] for c in gates[node].below]
            own = min(weights, default=0) if gates[node].conjunctive else sum(weights)
            self._weight[node] = min(own, _MANY)
        self._above: list[list[int]] = [[] for _ in self._weight]
        for node, gate in enumerate(gates):
            for below in gate.below:
                self._above[below].append(node)
        self._gone_in_circles = any(gone and circular for _, gone, circular in self._groups)
        self._nothing = self._evaluated(bytearray(len(self._weight)))

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
                conjunctive, _, below = self.gates[above]
                if not held[above] and (not conjunctive or all(map(held.__getitem__, below))):
                    held[above] = 1
                    fresh.append(above)
        return Values(held, values.when)

    def _evaluated(self, held: bytearray) -> Values:
        """Work out every gate anew, group by group."""
        when: dict[int, int] = {}
        get = held.__getitem__
        for group, gone, circular in self._groups:
            for node in group:
                held[node] = circular and gone
            changed = True
            while changed:
                changed = False
                for node in group:
                    conjunctive, _, below = self.gates[node]
                    value = all(map(get, below)) if conjunctive else any(map(get, below))
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
        low, high = self.values(0).held, self.values((1 << len(self.items)) - 1).held
        below = [[c for c in gate.below if low[c] != high[c]] for gate in self.gates]
        new: dict[int, int] = {root: i for i, root in enumerate(dict.fromkeys(self.roots))}
        items: dict[int, None] = {}
        gates = []
        for node in (queue := list(new)):
            children = [_alone(c, below) for c in below[node]]
            fresh = [c for c in dict.fromkeys(children) if c >= 0 and c not in new]
            new |= {c: len(new) + i for i, c in enumerate(fresh)}
            queue += fresh
            items |= dict.fromkeys(c for c in children if c < 0)
            constant = low[node] == high[node]
            conjunctive = bool(low[node]) if constant else self.gates[node].conjunctive
            gates.append(Gate(conjunctive, self.gates[node].gone, [] if constant else children))
        order = {old: at for at, old in enumerate(sorted(items, key=lambda i: self.items[~i]))}
        wired = [gate._replace(below=[new[c] if c >= 0 else ~order[c] for c in gate.below]) for gate in gates]
        return Network(wired, [new[root] for root in self.roots], [self.items[~i] for i in order])


def _alone(node: int, below: Sequence[Sequence[int]]) -> int:
    """Return what a node comes to where it rests on one thing only."""
    while node >= 0 and len(below[node]) == 1:
        node = below[node][0]
    return node


def _groups(gates: Sequence[Gate], roots: Iterable[int]) -> Iterator[tuple[list[int], bool, bool]]:
    """Yield the gates in groups to evaluate one after another; whether of what is not so; whether in circles."""
    order = _below_first(gates, roots)
    place = {node: at for at, node in enumerate(order)}
    level = dict.fromkeys(order, 0)
    changed = True
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


def network(model: Model, targets: Iterable[Atom]) -> Network:
    """Return the network below some possible atoms of a model, without what makes no difference."""
    return _Maker(model).network(list(targets)).simplified()


class _Maker:
    """Makes a network from the firings of a model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.items: dict[Item, int] = {}
        self.nodes: dict[tuple[Atom, bool], int] = {}
        self.gates: list[Gate] = []
        self.waiting: list[tuple[Atom, bool]] = []

    def network(self, targets: Sequence[Atom]) -> Network:
        roots = [self._node(target, gone=False) for target in targets]
        roots.append(self._gate(False, False, roots.copy()))
        while self.waiting:
            atom, gone = self.waiting.pop()
            self.gates[self.nodes[atom, gone]] = self._not_so(atom) if gone else self._so(atom)
        return Network(self.gates, roots, list(self.items))

    def _node(self, atom: Atom, *, gone: bool) -> int:
        if (atom, gone) not in self.nodes:
            self.nodes[atom, gone] = self._gate(gone, gone, [])
            self.waiting.append((atom, gone))
        return self.nodes[atom, gone]

    def _gate(self, conjunctive: bool, gone: bool, below: list[int]) -> int:
        self.gates.append(Gate(conjunctive, gone, below))
        return len(self.gates) - 1

    def _item(self, item: Item) -> int:
        return ~self.items.setdefault(item, len(self.items))

    def _so(self, atom: Atom) -> Gate:
        """Return what makes an atom surely so: the record says it, or a firing holds."""
        if self.model.sure(atom):
            return Gate(True, False, [])
        own = [self._present(atom)] if atom in self.model.unknown and not is_amount(atom, self.model) else []
        firings = self.model.firings.get(atom, ())
        return Gate(False, False, own + [self._gate(True, False, self._parts(f)) for f in firings])

    def _parts(self, firing: Firing) -> list[int]:
        """Return what a firing needs: its premises, its amounts within all their bounds, its absences."""
        below = [self._node(a, gone=True) for a in firing.absences]
        for pattern, premise in _patterns(firing):
            if not is_amount(premise, self.model):
                below.append(self._node(premise, gone=False))
                continue
            limits = [found for c in firing.undetermined if _speaks_of(c, pattern) and (found := bounds(c))]
            allowed = within(limits or [Bounds(low=0)])
            below += self._amount(premise, allowed) if allowed.low <= allowed.high else [self._gate(False, False, [])]
        return below

    def _present(self, atom: Atom) -> int:
        return self._item(present(atom, self.model.declared[atom.predicate]))

    def _amount(self, atom: Atom, allowed: Bounds) -> Iterator[int]:
        return map(self._item, amount(atom, allowed, self.model.declared[atom.predicate]))

    def _not_so(self, atom: Atom) -> Gate:
        """Return what makes an atom surely not so: an input is denied, and each firing fails."""
        if not self.model.possible(atom):
            return Gate(True, True, [])
        if self.model.sure(atom):
            return Gate(False, True, [])
        own = [self._denied(atom)] if atom in self.model.unknown else []
        firings = self.model.firings.get(atom, ())
        return Gate(True, True, own + [self._gate(False, True, self._failing(f)) for f in firings])

    def _denied(self, atom: Atom) -> int:
        """Return what documents that an open input is not so: its denial, or another value of the same choice."""
        declared = self.model.declared[atom.predicate]
        if declared.is_choice:
            others = (a for a in self.model.atoms(atom.predicate) if a != atom and a in self.model.unknown)
            return self._gate(False, True, [self._present(other) for other in others])
        if is_amount(atom, self.model) or declared.until:
            return self._gate(False, True, [])  # no single thing to say makes an amount, or a condition, not so
        return self._item(absent(atom, declared))

    def _failing(self, firing: Firing) -> list[int]:
        """Return the ways in which a firing fails: a premise, an absence, or an amount beyond one of its bounds."""
        below = [self._node(premise, gone=True) for premise in firing.premises]
        below += [self._node(a, gone=False) for a in firing.absences]
        for comparison in firing.undetermined:
            for pattern, premise in _patterns(firing):
                if _speaks_of(comparison, pattern) and is_amount(premise, self.model):
                    below += [item for each in beyond(comparison) for item in self._amount(premise, each)]
        return below


def is_amount(atom: Atom, model: Model) -> bool:
    """Say whether an atom stands for an amount nobody documented."""
    return UNDOCUMENTED in atom.args and atom in model.unknown


def bits(mask: int) -> Iterator[int]:
    """Yield the places of a mask's bits, the lowest first."""
    while mask:
        bit = mask & -mask
        yield bit.bit_length() - 1
        mask ^= bit


def _patterns(firing: Firing) -> Iterator[tuple[Atom, Atom]]:
    """Yield each positive literal's atom with its premise."""
    yield from zip((lit.atom for lit in firing.rule.literals if lit.positive), firing.premises, strict=True)


def _speaks_of(comparison: Comparison, pattern: Atom) -> bool:
    return bool(set(comparison.names()) & set(variables(pattern.args)))
