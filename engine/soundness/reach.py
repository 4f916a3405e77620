"""Which rules can ever fire: what facts, cases and other rules can give, edition by edition."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ..language.terms import Atom, Literal, Rule, Var
from ..program.program import Predicate, Program

# What may stand in one column: some constants, or None for anything.
Domain = frozenset[object] | None
Row = tuple[Domain, ...]
Given = dict[str, dict[object, Row]]


def unreached(program: Program) -> Iterator[tuple[Rule, Literal | None]]:
    """Yield each rule that fires in no edition in which it is in force, and a literal that nothing gives.

    A rule that ends before it begins comes without a literal. What can be given is overestimated (column by
    column, without negation and comparisons): a rule yielded here never fires.
    """
    editions = {date: _given(program, date) for date in ["", *program.boundaries()]}
    for rule in program.rules:
        lacks = [_lacking(rule, given) for date, given in editions.items() if rule.in_force(date)]
        if all(lacks):
            yield rule, lacks[-1] if lacks else None


def _given(program: Program, date: str) -> Given:
    """Return the rows that each predicate can have in the edition of a date."""
    given: Given = defaultdict(dict)
    for p in program.predicates.values():
        if p.case or p.is_open:
            given[p.name]["case"] = _input(p, program)
    rules = program.edition(date)
    changed = True
    while changed:
        changed = False
        for rule in rules:
            domains = _bind(rule.literals, given)
            row = None if domains is None else _row(rule.head, domains)
            known = given[rule.head.predicate]
            if row is not None and known.get(rule) != row:
                known[rule] = row
                changed = True
    return given


def _input(p: Predicate, program: Program) -> Row:
    """Return what a case can say of an input: concepts of a kind first, or anything."""
    kind = p.open_kind or (p.case.kind if p.case else "")
    first: Domain = frozenset(program.of_kind(kind)) if kind else None
    return (first, *(None for _ in p.params[1:])) if p.params else ()


def _row(head: Atom, domains: dict[str, Domain]) -> Row:
    return tuple(domains.get(a.name) if isinstance(a, Var) else frozenset([a]) for a in head.args)


def _bind(literals: Iterable[Literal], given: Given) -> dict[str, Domain] | None:
    """Return what each variable can be, or None where some positive literal cannot hold."""
    domains: dict[str, Domain] = {}
    for literal in literals:
        if literal.positive and not _narrow(domains, literal.atom, given):
            return None
    return domains


def _lacking(rule: Rule, given: Given) -> Literal | None:
    domains: dict[str, Domain] = {}
    positive = (literal for literal in rule.literals if literal.positive)
    return next((literal for literal in positive if not _narrow(domains, literal.atom, given)), None)


def _narrow(domains: dict[str, Domain], atom: Atom, given: Given) -> bool:
    """Narrow the variables of an atom to what its predicate gives; say whether anything is left."""
    rows = [row for row in given[atom.predicate].values() if _admits(row, atom)]
    for index, term in enumerate(atom.args):
        if isinstance(term, Var):
            column = _union(row[index] for row in rows)
            domains[term.name] = _meet(domains.get(term.name), column)
            if domains[term.name] == frozenset():
                return False
    return bool(rows)


def _admits(row: Row, atom: Atom) -> bool:
    if len(row) != len(atom.args):
        return False
    return all(isinstance(a, Var) or column is None or a in column for column, a in zip(row, atom.args, strict=True))


def _union(columns: Iterable[Domain]) -> Domain:
    found: set[object] = set()
    for column in columns:
        if column is None:
            return None
        found |= column
    return frozenset(found)


def _meet(left: Domain, right: Domain) -> Domain:
    if left is None or right is None:
        return right if left is None else left
    return left & right
