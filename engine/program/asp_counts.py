"""Aggregates in plain ASP-Core-2: as they are in the closed world, and at the ends of their value on both rails.

The least that a value may be is counted over what is surely so, the most over what may be so as well; of a sum the
numbers below zero stand on the other side. An amount that nobody documented has no upper end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from itertools import product

from ..language.terms import (
    UNDOCUMENTED,
    Aggregate,
    Atom,
    Comparison,
    Element,
    Guard,
    Literal,
    Part,
    Quantity,
    Term,
    Var,
    term_text,
    variables,
)
from .program import Predicate

_LOW, _HIGH = "low", "high"
# By the sign of a comparison: what the ends have to be for it to hold; of several lines any one is enough.
_SURELY = {
    ">=": [[(_LOW, ">=")]], ">": [[(_LOW, ">")]], "<=": [[(_HIGH, "<=")]], "<": [[(_HIGH, "<")]],
    "=": [[(_LOW, "="), (_HIGH, "=")]], "!=": [[(_LOW, ">")], [(_HIGH, "<")]],
}  # fmt: skip
_POSSIBLY = {
    ">=": [[(_HIGH, ">=")]], ">": [[(_HIGH, ">")]], "<=": [[(_LOW, "<=")]], "<": [[(_LOW, "<")]],
    "=": [[(_LOW, "<="), (_HIGH, ">=")]], "!=": [[(_LOW, "!=")], [(_HIGH, "!=")]],
}  # fmt: skip


def whole(term: Term) -> Term:
    """Return a number as the whole number of its last decimal."""
    return int(term) if isinstance(term, Quantity) else term


def spelt(part: Part) -> str:
    """Return a part of a body with whole numbers."""
    if isinstance(part, Literal):
        atom = Atom(part.atom.predicate, tuple(map(whole, part.atom.args)))
        return str(Literal(atom, part.positive))
    if isinstance(part, Comparison):
        return str(Comparison(tuple(map(whole, part.left)), part.op, tuple(map(whole, part.right))))
    elements = (f"{_terms(each.terms)} : {', '.join(map(spelt, each.condition))}" for each in part.elements)
    guards = tuple(Guard(guard.op, tuple(map(whole, guard.right))) for guard in part.guards)
    begin, end = str(part._replace(elements=(Element((0,), ()),), guards=guards)).split("0 : ", 1)
    return f"{begin}{' ; '.join(elements)}{end}"


def _terms(terms: tuple[Term, ...]) -> str:
    return ", ".join(term_text(whole(term)) for term in terms)


class Ends:
    """Writes aggregates at the ends of their value.

    :param on: gives a literal as it stands on a rail, `sure` or not.
    :param declared: the predicates of the guideline.
    """

    def __init__(self, on: Callable[[Literal, bool], Literal], declared: dict[str, Predicate]) -> None:
        self.on, self.declared = on, declared

    def ways(self, aggregate: Aggregate, *, sure: bool) -> Iterator[list[str]]:
        """Yield the ways in which all comparisons of an aggregate hold, each as parts of a body."""
        table = _SURELY if sure else _POSSIBLY
        for chosen in product(*(self._guard(aggregate, guard, table) for guard in aggregate.guards)):
            yield [part for way in chosen for part in way]

    def _guard(
        self, aggregate: Aggregate, guard: Guard, table: dict[str, list[list[tuple[str, str]]]]
    ) -> list[list[str]]:
        right = " + ".join(term_text(whole(term)) for term in guard.right)
        open_ = list(self._unbounded(aggregate))
        found = []
        for line in table[guard.op]:
            ways = [[self._at(aggregate, end, f"{op} {right}")] for end, op in line]
            for way, (end, op) in zip(ways, line, strict=True):
                if open_ and end == _HIGH and op in ("<=", "<", "="):
                    way.append(f"#count {{ {' ; '.join(open_)} }} <= 0")
            found.append([part for way in ways for part in way])
            if open_ and any(end == _HIGH and op in (">=", ">", "!=") for end, op in line):
                beyond = f"#count {{ {' ; '.join(open_)} }} >= 1"
                low = [self._at(aggregate, end, f"{op} {right}") for end, op in line if end == _LOW]
                found.append([*low, beyond])
        return found

    def _at(self, aggregate: Aggregate, end: str, compared: str) -> str:
        elements = [each for element in aggregate.elements for each in self._counting(aggregate.function, element, end)]
        return f"#{aggregate.function} {{ {' ; '.join(elements)} }} {compared}"

    def _counting(self, function: str, element: Element, end: str) -> Iterator[str]:
        """Yield what counts at an end."""
        for sure in (True, False):
            if not sure and function == "count" and end == _LOW:
                continue
            side = (
                [f"{_terms(element.terms[:1])} {'<' if end == _LOW else '>'} 0"]
                if function == "sum" and not sure
                else []
            )
            summed = variables(element.terms[:1]) if function == "sum" else ()
            for parts in self._conditions(element, sure=sure, known=set(summed)):
                yield f"{_terms(element.terms)} : {', '.join([*parts, *side])}"

    def _unbounded(self, aggregate: Aggregate) -> Iterator[str]:
        """Yield the amounts of a sum that nobody documented."""
        for element in aggregate.elements if aggregate.function == "sum" else ():
            first = element.terms[0]
            if isinstance(first, Var) and first.name in self._amounts(element):
                for parts in self._conditions(element, sure=False, unknown={first.name}):
                    yield f"{_terms(element.terms)} : {', '.join(parts)}"

    def _conditions(
        self,
        element: Element,
        *,
        sure: bool,
        known: AbstractSet[str] = frozenset(),
        unknown: AbstractSet[str] = frozenset(),
    ) -> Iterator[list[str]]:
        """Yield a condition on a rail, once for each way in which its amounts are documented or not."""
        amounts = [] if sure else self._amounts(element)
        for choice in product((False, True), repeat=len(amounts)):
            without = {name for name, not_told in zip(amounts, choice, strict=True) if not_told}
            if without & known or not unknown <= without:
                continue
            parts = [self.on(part, sure) if isinstance(part, Literal) else part for part in element.condition]
            kept = [part for part in parts if isinstance(part, Literal) or not without & set(part.names())]
            told = [f"{name} {'=' if name in without else '!='} {UNDOCUMENTED}" for name in amounts]
            yield [*map(spelt, kept), *told]

    def _amounts(self, element: Element) -> list[str]:
        """Return the variables that read an amount which may be undocumented."""
        found: list[str] = []
        for literal in element.literals:
            declared = self.declared.get(literal.atom.predicate)
            if literal.positive and declared and declared.is_open:
                found += variables(literal.atom.args[declared.amounts_from :])
        return list(dict.fromkeys(found))
