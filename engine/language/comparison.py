"""Comparisons at work: whether one holds, and the bounds that it sets for an amount."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import NamedTuple

from .terms import MIRROR, UNDOCUMENTED, Comparison, Constant, Substitution, Term, Var

_COMPARE = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
"""The sign of a comparison that holds where another one fails."""
_OPPOSITES = {">=": ("<",), ">": ("<=",), "<=": (">",), "<": (">=",), "=": ("<", ">")}


class NotANumberError(TypeError):
    """Something else than an integer stands where order or a sum asks for one."""


class Bounds(NamedTuple):
    """What an amount has to be within, both ends included; an end may be infinite."""

    low: float = -inf
    high: float = inf

    def __str__(self) -> str:
        """Return the bounds as comparisons: `>= 4`, `= 4`, `>= 2 and <= 5`."""
        if self.low == self.high:
            return f"= {self.low:.0f}"
        ends = [f">= {self.low:.0f}"] * (self.low > -inf) + [f"<= {self.high:.0f}"] * (self.high < inf)
        return " and ".join(ends)

    def in_words(self) -> str:
        """Return the bounds in words: `at least 4`; an empty text where there are none."""
        if self.low == self.high:
            return f"exactly {self.low:.0f}"
        ends = [f"at least {self.low:.0f}"] * (self.low > -inf) + [f"at most {self.high:.0f}"] * (self.high < inf)
        return " and ".join(ends)


_BOUNDS: dict[str, Callable[[int], Bounds]] = {
    ">=": lambda n: Bounds(low=n), ">": lambda n: Bounds(low=n + 1), "<=": lambda n: Bounds(high=n),
    "<": lambda n: Bounds(high=n - 1), "=": lambda n: Bounds(n, n),
}  # fmt: skip


def holds(comparison: Comparison, binding: Substitution) -> bool | None:
    """Evaluate a comparison; None where an amount in it is undocumented.

    :raises NotANumberError: where order or a sum meets anything but integers of 32 bits.
    """
    left, right = (
        [binding[t.name] if isinstance(t, Var) else t for t in s] for s in (comparison.left, comparison.right)
    )
    if UNDOCUMENTED in left or UNDOCUMENTED in right:
        return None
    if comparison.op in ("=", "!=") and len(left) == len(right) == 1:
        return bool(_COMPARE[comparison.op](left[0], right[0]))
    return bool(_COMPARE[comparison.op](_sum(left, comparison), _sum(right, comparison)))


def total(terms: Iterable[Term], binding: Substitution, said: object) -> int:
    """Return the sum of some terms.

    :param said: what has them, for the message.
    :raises NotANumberError: where one is no number, or they add up to more than 32 bits.
    """
    return _sum([binding[term.name] if isinstance(term, Var) else term for term in terms], said)


def _sum(values: list[Constant], said: object) -> int:
    for value in values:
        if type(value) is not int:
            raise NotANumberError(f"{said} compares {value}, which is no whole number")
    found = sum(values)  # type: ignore[arg-type]
    if not -(2**31) < found < 2**31:
        raise NotANumberError(f"{said} adds up to {found}, which is beyond 32 bits")
    return found


def throughout(op: str, low: float, high: float, number: int) -> bool | None:
    """Say whether every number from a low to a high one compares so with another; None where only some do."""
    if op in ("=", "!="):
        same = low == high == number
        return None if low <= number <= high and not same else same == (op == "=")
    ends = {bool(_COMPARE[op](end, number)) for end in (low, high)}
    return ends.pop() if len(ends) == 1 else None


def bounds(comparison: Comparison) -> Bounds | None:
    """Return the bounds that a comparison of one amount with one number sets; None where it is of another form."""
    if len(comparison.names()) != 1 or len(comparison.left) + len(comparison.right) != 2:
        return None
    left, right = comparison.left[0], comparison.right[0]
    mirrored = isinstance(right, Var)
    op = MIRROR[comparison.op] if mirrored else comparison.op
    number = left if mirrored else right
    return _BOUNDS[op](number) if op in _BOUNDS and isinstance(number, int) else None


def beyond(comparison: Comparison) -> list[Bounds]:
    """Return the bounds that each alone let a comparison of one amount with one number fail."""
    opposites = (bounds(comparison._replace(op=op)) for op in _OPPOSITES.get(comparison.op, ()))
    return [each for each in opposites if each]


def within(limits: list[Bounds]) -> Bounds:
    """Return what is within all of some bounds; empty where its low end is above the high one."""
    return Bounds(max((each.low for each in limits), default=-inf), min((each.high for each in limits), default=inf))
