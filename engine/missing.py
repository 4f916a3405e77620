"""What documentation would settle a line: the minimal sets of undocumented inputs, read off the firings.

A set is minimal when no member can be dropped, or replaced by one that it implies. The sets of an
atom are the union over its firings of the products of their premises' sets, with absorption: no
proof tree is enumerated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from math import inf
from typing import NamedTuple

from .firing import Firing, Model
from .terms import Atom, Comparison, Var


class Need(NamedTuple):
    """One thing to document: that a finding is present or absent, or an amount within bounds."""

    atom: Atom
    low: float  # 1 and 1 for present, 0 and 0 for absent, else the bounds of the amount
    high: float

    @property
    def finding(self) -> str:
        """The concept that is to be documented."""
        return str(self.atom.args[0])

    @property
    def needs(self) -> str:
        """What it has to be: `present`, `absent`, or a comparison such as `>= 4`."""
        if len(self.atom.args) == 1:
            return "present" if self.low else "absent"
        if self.low == self.high:
            return f"= {self.low:.0f}"
        bounds = [f">= {self.low:.0f}"] * (self.low > -inf) + [f"<= {self.high:.0f}"] * (self.high < inf)
        return " and ".join(bounds)


Set = frozenset[Need]
_BOUNDS: dict[str, Callable[[float], tuple[float, float]]] = {
    ">=": lambda n: (n, inf), ">": lambda n: (n + 1, inf), "<=": lambda n: (-inf, n),
    "<": lambda n: (-inf, n - 1), "=": lambda n: (n, n),
}  # fmt: skip
_MIRROR = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "="}
_OPPOSITE = {">=": "<", ">": "<=", "<=": ">", "<": ">="}


class Missing:
    """Answers, for one open-world model, what documentation would make an atom surely so."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._known: dict[Atom, set[Set]] = {}
        self._weaker = self._implications()

    def sets(self, targets: Iterable[Atom]) -> list[Set]:
        """Return every minimal set that, documented, makes one of the targets surely so.

        :param targets: possible atoms, such as the ways a line could be medically necessary.
        :return: the sets, the smallest first, then by the names in them.
        """
        found = self._minimal(s for target in targets for s in self._sets(target))
        return sorted(found, key=lambda s: (len(s), sorted((n.finding, n.needs) for n in s)))

    def _implications(self) -> dict[Atom, set[Atom]]:
        """Return, by undocumented input, the ones that documenting it alone makes so as well."""
        direct: dict[Atom, set[Atom]] = {atom: set() for atom in self.model.unknown}
        for head in self.model.unknown:
            for firing in self.model.firings.get(head, ()):
                unsure = [p for p in firing.premises if not self.model.sure(p)]
                if len(unsure) == 1 and unsure[0] in direct and not firing.absences:
                    direct[unsure[0]].add(head)
        return {atom: _closure(atom, direct) for atom in direct}

    def _sets(self, atom: Atom) -> set[Set]:
        """Return the minimal sets of an atom, by fixpoint over what it rests on."""
        order = [a for a in self._below(atom) if a not in self._known]
        place = {a: i for i, a in enumerate(order)}
        circular = any(
            place.get(p, -1) >= i for a, i in place.items() for f in self.model.firings.get(a, ()) for p in f.premises
        )
        changed = True
        while changed:
            changed = False
            for each in order:
                found = self._step(each)
                changed |= circular and found != self._known.get(each)
                self._known[each] = found
        return self._known[atom]

    def _below(self, atom: Atom) -> list[Atom]:
        """Return an atom and what it rests on, premises first as far as there is an order."""
        order: dict[Atom, None] = {}
        seen: set[Atom] = set()
        stack = [(atom, False)]
        while stack:
            each, done = stack.pop()
            if done:
                order[each] = None
            elif each not in seen:
                seen.add(each)
                stack.append((each, True))
                if not self.model.sure(each):
                    stack += [(p, False) for f in self.model.firings.get(each, ()) for p in f.premises]
        return list(order)

    def _step(self, atom: Atom) -> set[Set]:
        if self.model.sure(atom):
            return {frozenset()}
        own = {frozenset([Need(atom, 1, 1)])} if atom in self.model.unknown and len(atom.args) == 1 else set()
        return self._minimal([*own, *(s for f in self.model.firings.get(atom, ()) for s in self._firing(f))])

    def _firing(self, firing: Firing) -> set[Set]:
        bounds = {name: _bounds(c) for c in firing.undetermined for name in c.names()}
        result: set[Set] = {frozenset()}
        for pattern, premise in zip(
            (lit.atom for lit in firing.rule.literals if lit.positive), firing.premises, strict=True
        ):
            amounts = [a.name for a in pattern.args if isinstance(a, Var) and a.name in bounds]
            ways = self._known.get(premise, set())
            if amounts and not self.model.sure(premise):
                every = [_bounds(c) for c in firing.undetermined if amounts[0] in c.names()]
                ways = {frozenset([Need(premise, max(b[0] for b in every), min(b[1] for b in every))])}
            result = self._product(result, ways)
        for absent in firing.absences:
            result = self._product(result, self._against(absent, frozenset()))
        return result

    def _against(self, atom: Atom, above: frozenset[Atom]) -> set[Set]:
        """Return the sets that make an atom surely not so: each of its firings has to fail."""
        if not self.model.possible(atom) or atom in above:
            return {frozenset()}
        if self.model.sure(atom):
            return set()
        if atom in self.model.unknown and len(atom.args) == 1:
            return {frozenset([Need(atom, 0, 0)])}
        result: set[Set] = {frozenset()}
        for firing in self.model.firings.get(atom, ()):
            ways = {s for p in firing.premises for s in self._against(p, above | {atom})}
            ways |= {s for a in firing.absences for s in self._sets(a)}
            ways |= set(self._outside(firing))
            result = self._product(result, ways)
        return result

    @staticmethod
    def _outside(firing: Firing) -> Iterator[Set]:
        for comparison in firing.undetermined:
            low, high = _bounds(comparison._replace(op=_OPPOSITE.get(comparison.op, comparison.op)))
            for premise in firing.premises:
                if any(firing.binding[name] in premise.args for name in comparison.names()):
                    yield frozenset([Need(premise, low, high)])

    def _product(self, left: set[Set], right: set[Set]) -> set[Set]:
        return self._minimal(s for a in left for b in right if (s := self._join(a, b)) is not None)

    def _join(self, left: Set, right: Set) -> Set | None:
        """Unite two sets: bounds on one amount meet, and what another member implies is dropped."""
        if not left or not right:
            return left or right
        bounds: dict[Atom, tuple[float, float]] = {}
        for need in left | right:
            low, high = bounds.get(need.atom, (-inf, inf))
            bounds[need.atom] = max(low, need.low), min(high, need.high)
        if any(low > high for low, high in bounds.values()):
            return None
        needs = [Need(atom, *b) for atom, b in bounds.items()]
        return frozenset(n for n in needs if not any(m != n and self._covers(m, n) for m in needs))

    def _covers(self, strong: Need, weak: Need) -> bool:
        """Say whether documenting the one documents the other as well."""
        if strong.atom == weak.atom:
            return weak.low <= strong.low and strong.high <= weak.high
        return strong.low == weak.low == 1 and weak.atom in self._weaker.get(strong.atom, ())

    def _minimal(self, sets: Iterable[Set]) -> set[Set]:
        """Drop every set that another one does better than."""
        every = set(sets)
        if len(every) < 2:
            return every
        return {s for s in every if not any(t != s and self._better(t, s) for t in every)}

    def _better(self, left: Set, right: Set) -> bool:
        return all(any(self._covers(r, need) for r in right) for need in left)


def _closure(atom: Atom, direct: dict[Atom, set[Atom]]) -> set[Atom]:
    found, stack = {atom}, [atom]
    while stack:
        new = direct[stack.pop()] - found
        found |= new
        stack += new
    return found


def _bounds(comparison: Comparison) -> tuple[float, float]:
    """Return the bounds a comparison of one amount with one number sets (`check` admits no other)."""
    left, right = comparison.left[0], comparison.right[0]
    if isinstance(left, Var):
        return _BOUNDS[comparison.op](int(str(right)))
    return _BOUNDS[_MIRROR[comparison.op]](int(str(left)))
