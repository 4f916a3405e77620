"""Rules as plain data: terms, atoms, literals, comparisons, clauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .quantity import Quantity as Quantity
from .record import NamedTuple


class Var(NamedTuple):
    """A variable; every `_` of the text is read as a variable of its own, named `_1`, `_2`, ..."""

    name: str


# A constant is an int, or a str in the form the text has it: a symbol, or "text" with its quotes.
Constant = str | int
Term = Var | Constant
Substitution = Mapping[str, Constant]

UNDOCUMENTED = '"?"'
"""Stands for the amount nobody documented; amounts are numbers, so none collides with it."""


def _put(terms: tuple[Term, ...], binding: Mapping[str, Term]) -> tuple[Term, ...]:
    return tuple([binding.get(t.name, t) if isinstance(t, Var) else t for t in terms])


class Atom(NamedTuple):
    """A predicate and its arguments; ground when no argument is a variable."""

    predicate: str
    args: tuple[Term, ...]

    def substitute(self, binding: Mapping[str, Term]) -> Atom:
        """Return the atom with every bound variable replaced."""
        return tuple.__new__(Atom, (self.predicate, _put(self.args, binding)))  # made most often of all

    def __str__(self) -> str:
        return f"{self.predicate}({', '.join(map(term_text, self.args))})" if self.args else self.predicate


class Literal(NamedTuple):
    """An atom, or its absence."""

    atom: Atom
    positive: bool = True

    def substitute(self, binding: Mapping[str, Term]) -> Literal:
        """Return the literal with every bound variable replaced."""
        return Literal(self.atom.substitute(binding), self.positive)

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

    def substitute(self, binding: Mapping[str, Term]) -> Comparison:
        """Return the comparison with every bound variable replaced."""
        return Comparison(_put(self.left, binding), self.op, _put(self.right, binding))

    def __str__(self) -> str:
        left, right = (" + ".join(map(term_text, side)) for side in (self.left, self.right))
        return f"{left} {self.op} {right}"


class Element(NamedTuple):
    """What an aggregate takes up: its terms, once for each of their values for which the condition holds."""

    terms: tuple[Term, ...]
    condition: tuple[Literal | Comparison, ...]

    @property
    def literals(self) -> list[Literal]:
        """The condition without its comparisons."""
        return [part for part in self.condition if isinstance(part, Literal)]

    def names(self) -> set[str]:
        """Return the names of its variables."""
        found = {*variables(self.terms)}
        for part in self.condition:
            found.update(part.names() if isinstance(part, Comparison) else variables(part.atom.args))
        return found

    def substitute(self, binding: Mapping[str, Term]) -> Element:
        """Return the element with every bound variable replaced."""
        condition = tuple(part.substitute(binding) for part in self.condition)
        return Element(_put(self.terms, binding), condition)

    def __str__(self) -> str:
        return f"{', '.join(map(term_text, self.terms))} : {', '.join(map(str, self.condition))}"


class Guard(NamedTuple):
    """What the value of an aggregate, on the left, is compared with."""

    op: str
    right: tuple[Term, ...]

    def __str__(self) -> str:
        return f"{self.op} {' + '.join(map(term_text, self.right))}"


MIRROR = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "=", "!=": "!="}
"""The signs of comparisons with their sides exchanged."""


class Aggregate(NamedTuple):
    """The number of different tuples of terms that its elements give, or the sum of their first terms, compared."""

    function: str  # count or sum
    elements: tuple[Element, ...]
    guards: tuple[Guard, ...]  # one, or two that both have to hold
    shared: tuple[str, ...]  # the variables that stand elsewhere in the rule too; the others are the elements' own

    @property
    def literals(self) -> list[Literal]:
        """The literals of its conditions."""
        return [literal for element in self.elements for literal in element.literals]

    def names(self) -> list[str]:
        """Return the names of the variables that the rest of the rule has to bind."""
        return list(self.shared)

    def substitute(self, binding: Mapping[str, Term]) -> Aggregate:
        """Return the aggregate with every bound variable of the rule replaced."""
        known = {name: binding[name] for name in self.shared if name in binding}
        left = tuple(name for name in self.shared if name not in known)
        guards = tuple(Guard(guard.op, _put(guard.right, known)) for guard in self.guards)
        return Aggregate(self.function, tuple(element.substitute(known) for element in self.elements), guards, left)

    def __str__(self) -> str:
        first, last = self.guards[0], self.guards[-1]
        before = f"{' + '.join(map(term_text, first.right))} {MIRROR[first.op]} " if len(self.guards) > 1 else ""
        return f"{before}#{self.function} {{ {' ; '.join(map(str, self.elements))} }} {last}"


Part = Literal | Comparison | Aggregate
"""What stands in a body."""


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
    body: tuple[Part, ...]
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
        """The literals of the body itself."""
        return [part for part in self.body if isinstance(part, Literal)]

    @property
    def comparisons(self) -> list[Comparison]:
        """The comparisons of the body itself."""
        return [part for part in self.body if isinstance(part, Comparison)]

    @property
    def aggregates(self) -> list[Aggregate]:
        """The aggregates of the body."""
        return [part for part in self.body if isinstance(part, Aggregate)]

    @property
    def asked(self) -> list[Literal]:
        """Every literal of the body, those inside its aggregates among them."""
        if not self.body:
            return []
        return [*self.literals, *(literal for aggregate in self.aggregates for literal in aggregate.literals)]

    @property
    def compared(self) -> list[Term]:
        """Every term that is compared, inside its aggregates or with their values too."""
        inside = [part for aggregate in self.aggregates for element in aggregate.elements for part in element.condition]
        every = [part for part in (*self.body, *inside) if isinstance(part, Comparison)]
        found = [term for part in every for term in (*part.left, *part.right)]
        return found + [term for each in self.aggregates for guard in each.guards for term in guard.right]

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


def in_words(constant: object) -> str:
    """Return a constant that has no label as text: a string as it is written, and of a symbol its words."""
    text = str(constant)
    return unquote(text) if text.startswith('"') else text.replace("_", " ")


def variables(parts: tuple[Term, ...]) -> Iterator[str]:
    """Yield the names of the variables among terms."""
    return (term.name for term in parts if isinstance(term, Var))
