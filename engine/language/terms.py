"""Rules as plain data: terms, atoms, literals, comparisons, clauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Var(NamedTuple):
    """A variable; every `_` of the text is read as a variable of its own, named `_1`, `_2`, ..."""

    name: str


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


# A constant is an int, or a str in the form the text has it: a symbol, or "text" with its quotes.
Constant = str | int
Term = Var | Constant
Substitution = Mapping[str, Constant]

UNDOCUMENTED = '"?"'
"""Stands for the amount nobody documented; amounts are numbers, so none collides with it."""


class Atom(NamedTuple):
    """A predicate and its arguments; ground when no argument is a variable."""

    predicate: str
    args: tuple[Term, ...]

    def substitute(self, binding: Substitution) -> Atom:
        """Return the atom with every bound variable replaced."""
        return Atom(
            self.predicate,
            tuple(binding.get(a.name, a) if isinstance(a, Var) else a for a in self.args),
        )

    def __str__(self) -> str:
        return f"{self.predicate}({', '.join(map(term_text, self.args))})" if self.args else self.predicate


class Literal(NamedTuple):
    """An atom, or its absence."""

    atom: Atom
    positive: bool = True

    def __str__(self) -> str:
        return str(self.atom) if self.positive else f"not {self.atom}"


class Comparison(NamedTuple):
    """`left op right`, each side a sum of terms."""

    left: tuple[Term, ...]
    op: str
    right: tuple[Term, ...]

    def names(self) -> list[str]:
        """Return the names of its variables."""
        return [*variables(self.left), *variables(self.right)]

    def substitute(self, binding: Substitution) -> Comparison:
        """Return the comparison with every bound variable replaced."""
        left, right = (
            tuple(binding.get(t.name, t) if isinstance(t, Var) else t for t in side) for side in (self.left, self.right)
        )
        return Comparison(left, self.op, right)

    def __str__(self) -> str:
        left, right = (" + ".join(map(term_text, side)) for side in (self.left, self.right))
        return f"{left} {self.op} {right}"


class Place(NamedTuple):
    """Where in the text something stands: file, line and column, counted from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Rule(NamedTuple):
    """One clause with its annotations; a fact is a rule with no body."""

    id: str
    head: Atom
    body: tuple[Literal | Comparison, ...]
    gloss: str
    cites: tuple[str, ...]
    readings: tuple[str, ...]
    effective: str  # ISO date, or "" for no bound
    ended: str  # the first ISO date on which it no longer holds, or ""
    source: str  # document and locator
    place: Place
    fold: str = ""  # what short explanations call a step by it that holds, in place of the step

    def in_force(self, date: str) -> bool:
        """Say whether the clause holds on an ISO date."""
        return self.effective <= date and (not self.ended or date < self.ended)

    @property
    def literals(self) -> list[Literal]:
        """The body without its comparisons."""
        return [part for part in self.body if isinstance(part, Literal)]

    @property
    def comparisons(self) -> list[Comparison]:
        """The comparisons of the body."""
        return [part for part in self.body if isinstance(part, Comparison)]

    def __str__(self) -> str:
        return f"{self.head} :- {', '.join(map(str, self.body))}." if self.body else f"{self.head}."


def term_text(term: Term) -> str:
    """Return a term as the text spells it."""
    if isinstance(term, Var):
        return "_" if term.name.startswith("_") else term.name
    return str(term)


def plain(constant: Constant) -> Constant | float:
    """Return a constant as JSON has it: a quantity as the number that people write."""
    if not isinstance(constant, Quantity):
        return constant
    return float(str(constant)) if constant.places else int(constant)


def quote(text: str) -> str:
    """Return text as a string constant."""
    return f'"{text}"'


def unquote(constant: Constant) -> str:
    """Return a constant as plain text, without the quotes of a string."""
    return str(constant).strip('"')


def variables(parts: tuple[Term, ...]) -> Iterator[str]:
    """Yield the names of the variables among terms."""
    return (term.name for term in parts if isinstance(term, Var))
