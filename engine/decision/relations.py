"""How the things that can be documented bear on each other; items are numbers, and sets of them masks of bits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, reduce
from itertools import product
from math import inf, prod
from operator import ge, gt, le, lt, or_
from typing import Any, Protocol

from ..evaluation.rules import Model
from ..language.kept import Kept
from ..language.terms import Atom
from .need import KINDS, Item
from .network import Network, bits

PLACES = 1_000
"""In how many ways amounts may be within or beyond bounds, where it is asked what holds in each."""


class Documentation(Protocol):
    """What a search asks of the findings that it chooses among."""

    model: Model
    kept: Kept[Any, Any]  # what was found for questions, by what they come to

    def network(self, targets: Sequence[Atom]) -> Network:
        """Return the network below what is asked for."""

    def opposed(self, atom: Atom) -> Iterable[Atom]:
        """Return the inputs that a case cannot say beside one that it denies something by."""

    def weaker(self, atom: Atom) -> set[Atom]:
        """Return what documenting a finding documents as well."""

    def denied(self, atom: Atom) -> set[Atom]:
        """Return what denying a finding denies as well."""


class Relations:
    """For each item what it documents, what documents it, what it contradicts, and its whole amount."""

    def __init__(self, missing: Documentation, items: Sequence[Item]) -> None:
        self.items, self._declared = items, missing.model.declared
        self._own: dict[tuple[str, Atom], int] = {}  # by kind and atom, the items, and those that tell of the atom
        self._telling: dict[tuple[str, Atom], int] = {}
        told = [_told(item, missing) for item in items]
        for i, item in enumerate(items):
            self._own[item.kind, item.atom] = self._own.get((item.kind, item.atom), 0) | 1 << i
            for atom in told[i]:
                self._telling[item.kind, atom] = self._telling.get((item.kind, atom), 0) | 1 << i
        self.cover = [self._covered(item, told[i]) for i, item in enumerate(items)]
        self.clash = [self._contradicted(item, told[i]) for i, item in enumerate(items)]
        for i, item in enumerate(items):
            for j in bits(self._opposed(item, missing)):
                self.clash[i] |= 1 << j
                self.clash[j] |= 1 << i
        self._covering = sum(1 << i for i, cover in enumerate(self.cover) if cover != 1 << i)
        self._clashing = sum(1 << i for i, clash in enumerate(self.clash) if clash)
        self.up = [0] * len(items)
        for i, covered in enumerate(self.cover):
            for j in bits(covered):
                self.up[j] |= 1 << i
        self.first = [next(j for j in bits(up) if self.up[j] >> i & 1) for i, up in enumerate(self.up)]  # of equals
        self.whole = [sum(self._own.get((kind, item.atom), 0) for kind in KINDS) for item in items]
        # Those that document nothing else, and that nothing else documents: any of them may stand for another.
        pairs = enumerate(zip(self.cover, self.up, strict=True))
        self.plain = sum(1 << i for i, (cover, up) in pairs if cover == up == 1 << i and not self._is_bound(i))

    def covered(self, items: int) -> int:
        """Return what some items document, themselves among it."""
        return items | union(self.cover, items & self._covering)

    def clashes(self, items: int) -> bool:
        """Say whether some items contradict each other."""
        return any(self.clash[i] & items for i in bits(items & self._clashing))

    @cached_property
    def pieces(self) -> list[list[int]]:
        """By amount that has bounds at both ends what of them holds, wherever it may be, as masks."""
        found = []
        for whole in {self.whole[at]: None for at, item in enumerate(self.items) if item.kind == "low"}:
            ends = [(self.items[at], 1 << at) for at in bits(whole)]
            starts = {item.bound + (item.kind == "high") for item, _ in ends}
            within = (sum(bit for item, bit in ends if _holds(item, start)) for start in (-inf, *starts))
            if len(each := [*dict.fromkeys(filter(None, within))]) > 1 and any(item.kind == "high" for item, _ in ends):
                found.append(each)
        return found

    def somewhere(self, items: int) -> Iterator[int]:
        """Yield items with the bounds that each amount among them is within, wherever it may be.

        They alone are yielded where there are more ways than `PLACES`.
        """
        ways = [
            [each for each in pieces if each & mine == mine] for pieces in self.pieces if (mine := items & _all(pieces))
        ]
        for chosen in product(*ways) if prod(map(len, ways)) <= PLACES else [()]:
            yield items | _all(chosen)

    def _covered(self, item: Item, told: Iterable[Atom]) -> int:
        """Return the items that an item documents; given the findings that it documents, or denies."""
        if item.kind in ("present", "absent"):
            return sum(self._own.get((item.kind, atom), 0) for atom in told)
        return self._bounds(item, item.kind, ge if item.kind == "low" else le)

    def _contradicted(self, item: Item, told: Iterable[Atom]) -> int:
        """Return the items that an item contradicts."""
        if item.kind in ("low", "high"):
            other = "low" if item.kind == "high" else "high"
            return self._bounds(item, other, gt if item.kind == "low" else lt)
        other, found = "absent" if item.kind == "present" else "present", 0
        for atom in told:
            found |= self._telling.get((other, atom), 0)
        if item.kind == "present" and self._declared[item.atom.predicate].is_choice:  # its other values
            values = (own for (kind, atom), own in self._own.items()
                      if kind == "present" and atom.predicate == item.atom.predicate and atom != item.atom)  # fmt: skip
            found |= sum(values)
        return found

    def _opposed(self, item: Item, missing: Documentation) -> int:
        """Return the items that a case cannot say beside one: what it denies by it, bounds of what it does not say."""
        if item.kind == "absent" and item.atom.args == (item.finding,):
            of = item.atom.predicate, item.finding
            ends = (i for i, each in enumerate(self.items) if each.kind in ("low", "high"))
            return sum(1 << i for i in ends if (self.items[i].atom.predicate, self.items[i].finding) == of)
        opposed = missing.opposed(item.atom) if item.kind == "present" else ()
        return _all(self._own.get(("present", atom), 0) for atom in opposed)

    def _bounds(self, item: Item, kind: str, compares: Callable[[float, float], bool]) -> int:
        """Return the bounds of one kind of the amount that an item is of, with which its own compares so."""
        same = bits(self._own.get((kind, item.atom), 0))
        return sum(1 << i for i in same if compares(item.bound, self.items[i].bound))

    def _is_bound(self, item: int) -> bool:
        """Say whether an item is one of several bounds of an amount."""
        return self.items[item].kind in ("low", "high") and self.whole[item].bit_count() > 1


def _told(item: Item, missing: Documentation) -> set[Atom]:
    """Return the findings that an item documents, or denies."""
    if item.kind == "absent":
        return missing.denied(item.atom)
    return missing.weaker(item.atom) if item.kind == "present" else set()


def _holds(item: Item, amount: float) -> bool:
    """Say whether an amount is within a bound."""
    return amount >= item.bound if item.kind == "low" else amount <= item.bound


def _all(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def union(masks: Sequence[int], of: int) -> int:
    """Return the union of the masks of some items."""
    found = 0
    for item in bits(of):
        found |= masks[item]
    return found
