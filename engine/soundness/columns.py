"""What may stand in each column of a predicate: numbers, text, both or nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ..language.terms import Rule, Term, Var
from ..program.program import Predicate, Program

NUMBER, TEXT = "number", "text"
Kinds = set[str]
Columns = dict[str, list[Kinds]]

_KINDS = {"n": NUMBER, "t": TEXT}


def columns(program: Program) -> Columns:
    """Return what facts, cases and rules can put in each column, of every predicate that has any."""
    found: Columns = {}
    for predicate in program.declared().values():
        _widen(found, predicate.name, [_KINDS[letter] for letter in _given(predicate)])
    for rule in program.rules:
        if not rule.body:
            _widen(found, rule.head.predicate, [_kind(term) for term in rule.head.args])
    rules = [rule for rule in program.rules if rule.body]
    changed = True
    while changed:
        changed = False
        for rule in rules:
            for kinds in _heads(rule, found):
                changed |= _widen(found, rule.head.predicate, kinds)
    return found


def _given(predicate: Predicate) -> str:
    shape = predicate.case.columns if predicate.case else ""
    return shape or ("t" + "n" * (len(predicate.params) - 1) if predicate.open_kind else "")


def _kind(term: Term) -> str:
    return NUMBER if isinstance(term, int) else TEXT


def _widen(found: Columns, name: str, kinds: list[str]) -> bool:
    """Add what a row has in its columns; say whether any of it is new."""
    known = found.setdefault(name, [])
    known += [set() for _ in kinds[len(known) :]]
    new = [(column, kind) for column, kind in zip(known, kinds, strict=False) if kind and kind not in column]
    for column, kind in new:
        column.add(kind)
    return bool(new)


def _heads(rule: Rule, found: Columns) -> Iterator[list[str]]:
    """Yield rows of kinds that together have what a rule gives each column; none where it gives nothing."""
    bound = kinds_of(rule, found)
    if all(bound.values()):
        wide = [sorted(bound.get(a.name, ())) if isinstance(a, Var) else [_kind(a)] for a in rule.head.args]
        for at in range(len(_KINDS)):
            yield [kinds[min(at, len(kinds) - 1)] if kinds else "" for kinds in wide]


def kinds_of(rule: Rule, found: Columns) -> dict[str, Kinds]:
    """Return what each variable of a rule's positive literals can be."""
    bound: dict[str, Kinds] = {}
    for literal in rule.literals:
        if literal.positive:
            known = found.get(literal.atom.predicate, [])
            for at, term in enumerate(literal.atom.args):
                if isinstance(term, Var):
                    column = known[at] if at < len(known) else set()
                    bound[term.name] = bound.get(term.name, {NUMBER, TEXT}) & column
    return bound
