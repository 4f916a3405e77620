"""One thing to document, and how one such thing bears on another."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from math import inf
from typing import Any

from ..language.comparison import Bounds
from ..language.record import NamedTuple
from ..language.terms import UNDOCUMENTED, Atom
from ..program.program import Predicate, Program
from ..program.words import say_open


class Need(NamedTuple):
    """One thing to document: a finding or its denial, an amount within bounds, or which of several it is."""

    atom: Atom
    low: float  # 1 and 1 for what is to be so, 0 and 0 for what is not, else the bounds of the amount
    high: float
    finding: str  # what the record is asked for: a concept, or the case's key of a count or a choice
    stated: bool = False  # the case has to state it, which settles what it does not state

    @property
    def bounds(self) -> Bounds | None:
        """What the amount has to be within; None where it is about no amount."""
        return Bounds(self.low, self.high) if UNDOCUMENTED in self.atom.args else None

    @property
    def denies(self) -> bool:
        """Whether it is to be documented that something is not so."""
        return not self.bounds and not self.low

    @property
    def needs(self) -> str:
        """What it has to be: `present`, `absent`, `stated`, the value of a choice, or bounds such as `>= 4`."""
        if bounds := self.bounds:
            return str(bounds)
        if self.finding != self.atom.args[0]:
            return str(self.atom.args[0])
        return "stated" if self.stated and self.low else "present" if self.low else "absent"

    @property
    def size(self) -> int:
        """How many things it asks for."""
        return 1

    @property
    def key(self) -> tuple[object, ...]:
        """What it is ordered by among the needs of a set: its names."""
        return 0, self.finding, self.needs

    def as_json(self) -> dict[str, Any]:
        """Return it as the documented JSON object."""
        return {"finding": self.finding, "needs": self.needs}

    def __str__(self) -> str:
        """Return it as case files have it: `FINDING`, `FINDING absent`, or `AMOUNT >= 4`."""
        return self.finding + ("" if self.needs == "present" else f" {self.needs}")


class AtLeast(NamedTuple):
    """So many of several things to document, whichever they are; it stands for each choice of so many of them."""

    number: int
    of: tuple[Need, ...]  # by their names

    @property
    def size(self) -> int:
        """How many things it asks for."""
        return self.number

    @property
    def key(self) -> tuple[object, ...]:
        """What it is ordered by among the needs of a set: behind those of one thing."""
        return 1, self.number, *(each.key for each in self.of)

    def as_json(self) -> dict[str, Any]:
        """Return it as the documented JSON object."""
        return {"at_least": self.number, "of": [each.as_json() for each in self.of]}

    def in_words(self, told: Iterable[str]) -> str:
        """Return it in words, as the end of `document that ...`.

        :param told: each of the things in words.
        """
        return f"at least {self.number} of these {'is' if self.number == 1 else 'are'} so ({'; '.join(told)})"

    def __str__(self) -> str:
        """Return it as case files have it: `at least 2 of: a; b absent; c >= 4`."""
        return f"at least {self.number} of: {'; '.join(map(str, self.of))}"


Set = frozenset[Need | AtLeast]


def single(needs: Iterable[Need | AtLeast]) -> list[Need]:
    """Return the single things that needs are made of."""
    return [each for need in needs for each in (need.of if isinstance(need, AtLeast) else [need])]


def fewest(needs: Iterable[Need | AtLeast]) -> list[Need]:
    """Return one way to meet needs: of several things the first so many."""
    return [each for need in needs for each in (need.of[: need.number] if isinstance(need, AtLeast) else [need])]


def say_need(need: Need | AtLeast, program: Program, say: Callable[[Atom, str, Program], str] = say_open) -> str:
    """Return what is to be documented of a finding or an amount, as the end of `document that ...`.

    :param say: puts an atom into words, with what its amount has to be.
    """
    if isinstance(need, AtLeast):
        return need.in_words(say_need(each, program, say) for each in need.of)
    said = say(need.atom, need.bounds.in_words() if need.bounds else "", program)
    return f"it is not so that {said}" if need.denies else said


@lru_cache(maxsize=1024)
def in_order(needs: Set) -> tuple[Need | AtLeast, ...]:
    """Return the needs of a set by their names, which are their order in every answer."""
    return tuple(sorted(needs, key=lambda need: need.key))


def order(needs: Set) -> tuple[int, list[tuple[object, ...]]]:
    """Return the sort key of a set: what asks for the fewest things first, then by the names in it."""
    return sum(need.size for need in needs), [need.key for need in in_order(needs)]


KINDS = ("present", "absent", "low", "high")
"""What can be documented of an atom: that it is so, that it is not, and the ends of an amount."""


class Item(NamedTuple):
    """The least that can be documented: a finding, its denial, or one bound of an amount."""

    finding: str
    kind: str  # one of `KINDS`
    bound: float  # a whole number, or a quantity
    atom: Atom


def present(atom: Atom, declared: Predicate) -> Item:
    """Return the item that an open atom is so."""
    return Item(declared.asked(atom), "present", 0, atom)


def absent(atom: Atom, declared: Predicate) -> Item:
    """Return the item that an open atom is not so."""
    return Item(declared.asked(atom), "absent", 0, atom)


def amount(atom: Atom, bounds: Bounds, declared: Predicate) -> list[Item]:
    """Return the items that together set bounds for an amount."""
    ends = [("low", bounds.low)] * (bounds.low > -inf) + [("high", bounds.high)] * (bounds.high < inf)
    return [Item(declared.asked(atom), kind, bound, atom) for kind, bound in ends]


def as_need(items: list[Item], declared: Predicate) -> Need:
    """Return items of one atom as one need."""
    atom, kind, finding = items[0].atom, items[0].kind, items[0].finding
    if kind in ("present", "absent"):
        value = int(kind == "present")
        return Need(atom, value, value, finding, bool(declared.until))
    low = max((i.bound for i in items if i.kind == "low"), default=-inf)
    return Need(atom, low, min((i.bound for i in items if i.kind == "high"), default=inf), finding)
