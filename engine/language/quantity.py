"""Numbers with decimals and units, exact: whole numbers of their last decimal."""

from __future__ import annotations


class Quantity(int):
    """A number with decimals or a unit, as the whole number that counts its last decimal: 15.0 is 150.

    It orders and adds up as that number does, and equals only a quantity of the same decimals and unit.
    """

    places: int  # how many decimals it has
    unit: str  # in words, such as `degrees Celsius`, or an empty text

    def __new__(cls, count: int, places: int = 0, unit: str = "") -> Quantity:
        """Return the quantity of so many of the last decimal."""
        made = super().__new__(cls, count)
        made.places, made.unit = places, unit
        return made

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Quantity)
            and int.__eq__(self, other)
            and (self.places, self.unit) == (other.places, other.unit)
        )

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((int(self), self.places, self.unit))

    def __add__(self, other: int) -> Quantity:
        return Quantity(int(self) + int(other), self.places, self.unit)

    __radd__ = __add__

    def __sub__(self, other: int) -> Quantity:
        return self + -int(other)

    def __getnewargs__(self) -> tuple[int, int, str]:  # type: ignore[override]
        return int(self), self.places, self.unit

    def __str__(self) -> str:
        """Return the number as people write it, with its decimals and without its unit: `15.0`."""
        digits = str(abs(int(self))).rjust(self.places + 1, "0")
        at = len(digits) - self.places
        return "-" * (self < 0) + digits[:at] + ("." + digits[at:] if self.places else "")

    def __repr__(self) -> str:
        return f"Quantity({int(self)}, {self.places}, {self.unit!r})"
