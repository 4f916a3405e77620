"""A guideline as JSON says it, and read back: every tuple is a list, a Var a list of its name, a quantity a list."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from ..language.terms import (
    Aggregate,
    Atom,
    Comparison,
    Element,
    Guard,
    Literal,
    Part,
    Place,
    Quantity,
    Rule,
    Term,
    Var,
)
from ..program.graph import Strata
from ..program.interface import Outcome
from ..program.program import CaseKey, Predicate, Program, Statement
from ..program.variation import Variation

Built = tuple[Program, Strata]
_STR, _INT = {str}, {int}


def encoded(built: Built) -> Any:
    """Return a guideline as JSON can say it; rules in a row that have much in common are told by columns."""
    program, strata = built
    runs = [[shared, *zip(*map(_row, rules), strict=True)] for shared, rules in groupby(program.rules, key=_shared)]
    return [[*program[:4], runs, *program[5:]], [sorted(names) for names in (*strata.components, *strata[1:])]]


def _shared(rule: Rule) -> Any:
    return [*rule[3:9], rule.place.file, rule.fold]


def _row(rule: Rule) -> Any:
    """Return what is a rule's own; a quantity is a list of its count, decimals and unit: JSON has no such numbers."""

    def terms(args: tuple[Term, ...]) -> Any:
        return [a.__getnewargs__() if isinstance(a, Quantity) else a for a in args]

    def part(of: Part) -> Any:
        if isinstance(of, Aggregate):
            elements = [[terms(each.terms), [part(p) for p in each.condition]] for each in of.elements]
            return [of.function, elements, [[guard.op, terms(guard.right)] for guard in of.guards], of.shared]
        return [terms(of.left), of.op, terms(of.right)] if isinstance(of, Comparison) else [atom(of.atom), of.positive]

    def atom(of: Atom) -> Any:
        return [of.predicate, terms(of.args)]

    return [rule.id, *rule.place[1:], *atom(rule.head), [*map(part, rule.body)]]


def decoded(data: Any) -> Built:
    """Return the guideline that a list says.

    :raises ValueError: where it says none; other errors where it is no such list at all.
    """
    program, (*components, from_case, open_valued) = data
    name, title, published, predicates, rules, statements, *tables = program
    *tables, outcomes, authorities, plain, tells, other, order = tables
    interpretations, notices, concepts, questions = tables
    built = Program(
        _text(name), _text(title), _text(published), {_text(n): _predicate(p) for n, p in predicates.items()},
        tuple([rule for run in rules for rule in _rules(*run)]),
        {_text(n): _statement(*s) for n, s in statements.items()},
        {n: _text(words) for n, words in interpretations.items()}, {n: _text(words) for n, words in notices.items()},
        {n: (_text(kind), _text(label)) for n, (kind, label) in concepts.items()},
        {n: (_text(asked), _text(told)) for n, (asked, told) in questions.items()},
        tuple([Outcome(_text(n), _text(role), _text(words), _number(order)) for n, role, words, order in outcomes]),
        {n: _text(words) for n, words in authorities.items()}, {n: _text(words) for n, words in plain.items()},
        {n: (_text(so), _text(not_so)) for n, (so, not_so) in tells.items()},
        Variation(_text(other[0]), *map(_texts, other[1:])), _texts(order),
    )  # fmt: skip
    strata = Strata(
        tuple(frozenset(_texts(names)) for names in components), frozenset(_texts(from_case)),
        frozenset(_texts(open_valued)),
    )  # fmt: skip
    return built, strata


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(value)
    return value


def _texts(values: Any) -> tuple[str, ...]:
    if type(values) is not list or not _STR.issuperset(map(type, values)):
        raise ValueError(values)
    return tuple(values)


def _number(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(value)
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError(value)
    return value


def _place(value: Any) -> Place:
    if [*map(type, value)] != [str, int, int]:
        raise ValueError(value)
    return Place(*value)


def _predicate(value: Any) -> Predicate:
    """Return a declaration; what each field holds is told by the field's own default."""
    name, params, gloss, place, case, *rest = value
    kinds = [_READ[type(default)] for default in list(Predicate._field_defaults.values())[1:]]
    return Predicate(
        _text(name), _texts(params), _text(gloss), _place(place), None if case is None else _key(*case),
        *[read(field) for read, field in zip(kinds, rest, strict=True)],
    )  # fmt: skip


def _key(*value: Any) -> CaseKey:
    named = dict(zip(CaseKey._fields, value, strict=True))
    decimals, fields = _number(named.pop("decimals")), tuple([_key(*field) for field in named.pop("fields")])
    return CaseKey(**{name: _text(field) for name, field in named.items()}, decimals=decimals, fields=fields)


_READ: dict[type, Any] = {str: _text, bool: _flag, tuple: _texts}


def _statement(name: Any, authority: Any, effective: Any, words: Any, source: Any, place: Any) -> Statement:
    return Statement(_text(name), _text(authority), _text(effective), _text(words), _text(source), _place(place))


def _rules(
    shared: Any, names: Any, lines: Any, columns: Any, predicates: Any, args: Any, bodies: Any
) -> Iterable[Rule]:
    gloss, cites, readings, effective, ended, source, file, fold = shared
    # The types of many at once: there are hundreds of rules.
    if not _STR.issuperset(map(type, (gloss, effective, ended, source, file, fold, *names, *predicates))):
        raise ValueError(shared)
    if not _INT.issuperset(map(type, (*lines, *columns))):
        raise ValueError(lines)
    every = (gloss, _texts(cites), _texts(readings), effective, ended, source)
    rows = zip(names, lines, columns, predicates, map(_terms, args), bodies, strict=True)
    return [
        Rule(name, Atom(predicate, terms), tuple(map(_part, body)), *every, Place(file, line, column), fold)
        for name, line, column, predicate, terms, body in rows
    ]


def _part(value: Any) -> Part:
    if len(value) == 4:
        function, elements, guards, shared = value
        of = tuple([Element(_terms(terms), tuple(map(_simple, condition))) for terms, condition in elements])
        compared = tuple([Guard(_text(op), _terms(right)) for op, right in guards])
        return Aggregate(_text(function), of, compared, _texts(shared))
    return _simple(value)


def _simple(value: Any) -> Literal | Comparison:
    if len(value) == 2:
        return Literal(_atom(value[0]), _flag(value[1]))
    left, op, right = value
    return Comparison(_terms(left), _text(op), _terms(right))


def _atom(value: Any) -> Atom:
    predicate, args = value
    return Atom(_text(predicate), _terms(args))


def _terms(values: Any) -> tuple[Term, ...]:
    return tuple(values) if _STR.issuperset(map(type, values)) else tuple(map(_term, values))


def _term(value: Any) -> Term:
    if type(value) is list:
        name, *measure = value
        return Quantity(_number(name), _number(measure[0]), _text(measure[1])) if measure else Var(_text(name))
    return value if type(value) is int else _text(value)
