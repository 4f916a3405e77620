"""One thing to document, and how one such thing bears on another."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import NamedTuple

from ..language.terms import Atom, Comparison, Var


class Need(NamedTuple):
    """One thing to document: that a finding is present or absent, or an amount within bounds."""

    atom: Atom
    low: float  # 1 and 1 for present or stated, 0 and 0 for absent, else the bounds of the amount
    high: float
    stated: bool = False  # the case has to state it, which settles what it does not state

    @property
    def finding(self) -> str:
        """The concept that is to be documented."""
        return str(self.atom.args[0])

    @property
    def needs(self) -> str:
        """What it has to be: `present`, `absent`, `stated`, or a comparison such as `>= 4`."""
        if self.stated:
            return "stated"
        if len(self.atom.args) == 1:
            return "present" if self.low else "absent"
        if self.low == self.high:
            return f"= {self.low:.0f}"
        bounds = [f">= {self.low:.0f}"] * (self.low > -inf) + [f"<= {self.high:.0f}"] * (self.high < inf)
        return " and ".join(bounds)


Set = frozenset[Need]


def order(needs: Set) -> tuple[int, list[tuple[str, str]]]:
    """Return the sort key of a set: the smallest first, then by the names in it."""
    return len(needs), sorted((need.finding, need.needs) for need in needs)


class Item(NamedTuple):
    """The least that can be documented: a finding, its denial, or one bound of an amount."""

    finding: str
    kind: str  # present, absent, low or high
    bound: int
    atom: Atom


def present(atom: Atom) -> Item:
    """Return the item that a finding is there."""
    return Item(str(atom.args[0]), "present", 0, atom)


def absent(atom: Atom) -> Item:
    """Return the item that a finding is not there."""
    return Item(str(atom.args[0]), "absent", 0, atom)


def amount(atom: Atom, low: float, high: float) -> list[Item]:
    """Return the items that together set bounds for an amount."""
    found = [("low", low)] * (low > -inf) + [("high", high)] * (high < inf)
    return [Item(str(atom.args[0]), kind, int(bound), atom) for kind, bound in found]


def as_need(items: list[Item], stated: bool) -> Need:
    """Return items of one atom as one need."""
    atom, kind = items[0].atom, items[0].kind
    if kind in ("present", "absent"):
        value = int(kind == "present")
        return Need(atom, value, value, stated)
    low = max((i.bound for i in items if i.kind == "low"), default=-inf)
    return Need(atom, low, min((i.bound for i in items if i.kind == "high"), default=inf))


_BOUNDS: dict[str, Callable[[float], tuple[float, float]]] = {
    ">=": lambda n: (n, inf), ">": lambda n: (n + 1, inf), "<=": lambda n: (-inf, n),
    "<": lambda n: (-inf, n - 1), "=": lambda n: (n, n),
}  # fmt: skip
_MIRROR = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "="}
_OPPOSITES = {">=": ("<",), ">": ("<=",), "<=": (">",), "<": (">=",), "=": ("<", ">")}


def bounds(comparison: Comparison) -> tuple[float, float]:
    """Return the bounds a comparison of one amount with one number sets (`check` admits no other)."""
    left, right = comparison.left[0], comparison.right[0]
    if isinstance(left, Var):
        return _BOUNDS[comparison.op](int(str(right)))
    return _BOUNDS[_MIRROR[comparison.op]](int(str(left)))


def beyond(comparison: Comparison) -> list[tuple[float, float]]:
    """Return the bounds that each alone let a comparison fail."""
    return [bounds(comparison._replace(op=op)) for op in _OPPOSITES[comparison.op]]
