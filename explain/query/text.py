"""A query as text: parsed, checked against the declarations, and put in an order to be answered in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from ...engine.language.errors import Finding, GuidelineError, did_you_mean
from ...engine.language.parser import parse_query
from ...engine.language.terms import (
    Aggregate,
    Atom,
    Comparison,
    Constant,
    Literal,
    Part,
    Place,
    Rule,
    Var,
    quote,
    variables,
)
from ...engine.program.collected import RESERVED
from ...engine.program.program import Program
from ...engine.program.quantities import with_quantities
from ...engine.soundness.amounts import amounts
from ..advice.phrases import some

# What a query may ask of the rules themselves, where the guideline has no predicate of that name.
BUILT_IN = {"effective": ("Constant", "Date"), "rule": ("Rule", "Predicate"), "cites": ("Rule", "Statement")}
_MOST_PARTS = 100


class Query(NamedTuple):
    """A checked query: its parts in the order of evaluation, and the variables to tell, in the order of the text."""

    parts: tuple[Part, ...]
    columns: tuple[str, ...]


def relations(program: Program) -> dict[str, tuple[str, ...]]:
    """Return what a query may ask for, each with the names of its arguments."""
    return BUILT_IN | RESERVED | {p.name: p.params for p in program.predicates.values()}


def read_query(text: str, program: Program) -> Query:
    """Return the query that a text spells, checked.

    :raises GuidelineError: where it does not parse, asks for what is not declared, or leaves a variable unbound.
    """
    placed = parse_query(text)
    if len(placed) > _MOST_PARTS:
        fix = f"write at most {_MOST_PARTS}"
        raise GuidelineError([Finding("syntax", placed[-1][1], f"the query has {len(placed)} parts", fix)])
    parts = [part for part, _ in placed]
    bound = {name for part in parts if _positive(part) for name in _names(part)}
    for part, place in placed:
        found = [_undeclared(part, place, relations(program)), _unsafe(part, place, bound)]
        found += _aggregate(part, place, bound, program) if isinstance(part, Aggregate) else []
        if finding := next(filter(None, found), None):
            raise GuidelineError([finding])
    parts = measured(placed, program)
    named = (name for part in parts for name in _names(part) if not name.startswith("_"))
    return Query(_in_order(parts), tuple(dict.fromkeys(named)))


def measured(placed: Sequence[tuple[Part, Place]], program: Program) -> list[Part]:
    """Return the parts of a query with its numbers in the decimals and units of what they meet.

    :raises GuidelineError: where a number meets others with other decimals or another unit.
    """
    body = tuple(part for part, _ in placed)
    if all(isinstance(p, Literal) and not any(isinstance(a, int) for a in p.atom.args) for p in body):
        return list(body)  # there is no number that could be amiss
    query = Rule("the query", Atom("", ()), body, "", (), (), "", "", "", placed[0][1])
    typed, found = with_quantities(program._replace(rules=(*program.rules, query)))
    if found:
        raise GuidelineError(found)
    return list(typed.rules[-1].body)


def _positive(part: Part) -> bool:
    return isinstance(part, Literal) and part.positive


def _names(part: Part) -> list[str]:
    return list(variables(part.atom.args)) if isinstance(part, Literal) else part.names()


def _literals(part: Part) -> list[Literal]:
    if isinstance(part, Aggregate):
        return part.literals
    return [part] if isinstance(part, Literal) else []


def _aggregate(part: Aggregate, place: Place, bound: set[str], program: Program) -> Iterator[Finding | None]:
    """Yield what is wrong inside an aggregate: it counts what the guideline declares, and knows each variable."""
    known = RESERVED | {p.name: p.params for p in program.predicates.values()}
    yield from (_undeclared(each, place, known) for each in part.literals)
    for element in part.elements:
        own = bound.union(*(_names(each) for each in element.literals if each.positive))
        asked = [literal.atom.args for literal in element.literals if not literal.positive]
        compared = [each for each in element.condition if isinstance(each, Comparison)]
        for each in (*compared, *(Comparison(terms, "=", terms) for terms in (element.terms, *asked))):
            yield _unsafe(each, place, own)
    alone = Rule("the query", Atom("", ()), (part,), "", (), (), "", "", "", place)
    yield from amounts(alone, program)


def _undeclared(part: Part, place: Place, known: dict[str, tuple[str, ...]]) -> Finding | None:
    if not isinstance(part, Literal):
        return None
    name, given = part.atom.predicate, len(part.atom.args)
    if name not in known:
        hint = did_you_mean(name, known) or "coverlog graph shows the predicates"
        return Finding("undeclared", place, f"{name} is not declared", hint)
    if len(known[name]) != given:
        wanted = f"{name}({', '.join(known[name])})" if known[name] else name
        here = some(given, "argument")
        return Finding("arity", place, f"{name} has {here} here and {len(known[name])} where declared",
                       f"write {wanted}")  # fmt: skip
    return None


def _unsafe(part: Part, place: Place, bound: set[str]) -> Finding | None:
    """A variable of a comparison or under `not` is bound by a positive literal; `_` under `not` is anything."""
    if _positive(part):
        return None
    for name in _names(part):
        if name.startswith("_") and not isinstance(part, Literal):
            return Finding("unsafe", place, "_ has no value to compare", "name it, and bind it by a positive literal")
        if name not in bound and not name.startswith("_"):
            or_any = ", or write _ for any" if isinstance(part, Literal) else ""
            return Finding("unsafe", place, f"{name} is bound by no positive literal",
                           f"add a literal that gives {name} its values{or_any}")  # fmt: skip
    return None


def _in_order(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Put positive literals in the order of the text, and each other part where its variables are bound."""
    parts = list(parts)
    ordered: list[Part] = []
    bound: set[str] = set()
    waiting = [part for part in parts if not _positive(part)]
    for part in [None, *filter(_positive, parts)]:
        if part is not None:
            ordered.append(part)
            bound.update(_names(part))
        ready = [each for each in waiting if all(n in bound or n.startswith("_") for n in _names(each))]
        ordered += ready
        waiting = [each for each in waiting if each not in ready]
    return tuple(ordered)


def unknown_constants(text: str, known: Collection[Constant]) -> Iterator[str]:
    """Yield a note on each constant of a query's literals that is not known and resembles one that is."""
    names = {str(constant) for constant in known}
    for part, place in parse_query(text):
        for term in (term for literal in _literals(part) for term in literal.atom.args):
            if isinstance(term, Var) or term in known:
                continue
            quoted = quote(str(term))
            close = did_you_mean(str(term), sorted(names)) if isinstance(term, str) else ""
            hint = f"did you mean {quoted}?" if quoted in names else close
            if hint:
                yield f"{place}: nothing is called {term}; {hint}"
