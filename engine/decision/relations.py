"""How the things that can be documented bear on each other; items are numbers, and sets of them masks of bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ..evaluation.rules import Model
from ..language.terms import Atom
from .need import Item
from .network import bits


class Documentation(Protocol):
    """What a search asks of the findings that it chooses among."""

    model: Model
    kept: dict[Any, Any]  # what was found for questions, by what they come to

    def weaker(self, atom: Atom) -> set[Atom]:
        """Return what documenting a finding documents as well."""

    def denied(self, atom: Atom) -> set[Atom]:
        """Return what denying a finding denies as well."""


class Relations:
    """For each item what it documents, what documents it, what it contradicts, and its whole amount."""

    def __init__(self, missing: Documentation, items: Sequence[Item]) -> None:
        self.missing, self.items = missing, items
        told = [self._told(item) for item in self.items]
        pairs = list(enumerate(self.items))
        self.cover = [sum(1 << j for j, other in pairs if _covers(item, other, told[i])) for i, item in pairs]
        self.clash = [sum(1 << j for j, _ in pairs if self._contradict(i, j, told)) for i, _ in pairs]
        self.up = [sum(1 << j for j, _ in pairs if self.cover[j] >> i & 1) for i, _ in pairs]
        self.first = [next(j for j in bits(self.up[i]) if self.up[j] >> i & 1) for i, _ in pairs]  # of equals
        self.whole = [sum(1 << j for j, other in pairs if other.atom == item.atom) for _, item in pairs]
        # Those that document nothing else, and that nothing else documents: any of them may stand for another.
        self.plain = sum(1 << i for i, _ in pairs if self.cover[i] == self.up[i] == 1 << i and not self._is_bound(i))

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

    def _is_bound(self, item: int) -> bool:
        """Say whether an item is one of several bounds of an amount."""
        return self.items[item].kind in ("low", "high") and self.whole[item].bit_count() > 1


def _covers(one: Item, other: Item, told: set[Atom]) -> bool:
    """Say whether an item documents another one; given what it documents, or denies."""
    if one.kind != other.kind:
        return False
    if one.kind in ("present", "absent"):
        return other.atom in told
    return one.atom == other.atom and (one.bound >= other.bound if one.kind == "low" else one.bound <= other.bound)


def union(masks: Sequence[int], of: int) -> int:
    """Return the union of the masks of some items."""
    found = 0
    for item in bits(of):
        found |= masks[item]
    return found
