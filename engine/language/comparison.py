"""Comparisons at work: whether one holds, and the bounds that it sets for an amount."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf

from .record import NamedTuple
from .terms import MIRROR, UNDOCUMENTED, Comparison, Constant, Quantity, Substitution, Term, Var

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
TIMES = ("days", "weeks", "months", "years")
"""The units of time, which a single one is said without its last letter."""
_OPPOSITES = {">=": ("<",), ">": ("<=",), "<=": (">",), "<": (">=",), "=": ("<", ">")}


def measured(number: object) -> str:
    """Return a number in words, with its unit where it has one: `180.5 degrees Celsius`, `1 week`."""
    unit = number.unit if isinstance(number, Quantity) else ""
    if unit in TIMES and number == Quantity(1, 0, unit):
        unit = unit.removesuffix("s")
    return f"{number} {unit}".rstrip()


def _is_whole(number: float) -> bool:
    """Say whether a number with decimals has none but zeros: next to a bound it is said in place of it, `< 15.0`."""
    places = number.places if isinstance(number, Quantity) else 0
    return bool(places) and int(number) % 10**places == 0


class NotANumberError(TypeError):
    """Something else than an integer stands where order or a sum asks for one."""


class Bounds(NamedTuple):
    """What an amount has to be within, both ends included; an end may be infinite."""

    low: float = -inf
    high: float = inf

    def __str__(self) -> str:
        """Return the bounds as comparisons: `>= 4`, `= 4`, `>= 2 and <= 5`, `>= 5.0 and < 15.0`."""
        if self.low == self.high:
            return f"= {self.low}"
        low = f"> {self.low - 1}" if _is_whole(self.low - 1) else f">= {self.low}"
        high = f"< {self.high + 1}" if _is_whole(self.high + 1) else f"<= {self.high}"
        return " and ".join([low] * (self.low > -inf) + [high] * (self.high < inf))

    def in_words(self) -> str:
        """Return the bounds in words: `at least 4`, `at least 180.5 degrees Celsius`; empty where there are none.

        What is counted follows in the plural, so no bound ends with `1`: `one or more visits`, `fewer than 2 visits`.
        """
        if self.low == self.high:
            return f"exactly {measured(self.low)}"
        said = str if self.high < inf else measured  # the unit is said once, behind the last number
        least = "one or more" if measured(self.low) == "1" else f"at least {said(self.low)}"
        least = f"more than {said(self.low - 1)}" if _is_whole(self.low - 1) else least
        most = "fewer than 2" if measured(self.high) == "1" else f"at most {measured(self.high)}"
        most = f"less than {measured(self.high + 1)}" if _is_whole(self.high + 1) else most
        ends = [least] * (self.low > -inf) + [most] * (self.high < inf)
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
        if type(value) not in (int, Quantity):
            raise NotANumberError(f"{said} compares {value}, which is no whole number")
    found = sum(values)  # type: ignore[arg-type]
    if not -(2**31) < found < 2**31:
        raise NotANumberError(f"{said} adds up to {found}, which is beyond 32 bits")
    return found


def throughout(op: str, low: float, high: float, number: int) -> bool | None:
    """Say whether every number from a low to a high one compares so with another; None where only some do."""
    if op in ("=", "!="):
        same = low == high == int(number)  # a quantity is equal to no plain number
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
