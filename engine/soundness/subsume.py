"""Whether one rule says all that another says: the same head from fewer conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ..language.terms import Aggregate, Comparison, Literal, Part, Rule, Term, Var

Renaming = dict[str, Term]


def redundant(rules: Iterable[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Yield each rule that another, in force on every day it is, makes redundant; of two alike, the later one."""
    by_head: dict[object, list[Rule]] = defaultdict(list)
    for rule in rules:  # a fact says what it says of its own constants only
        by_head[rule.head.predicate if rule.body else rule.head].append(rule)
    for alike in by_head.values():
        for rule in alike:
            others = [*by_head.get(rule.head, ()), *alike] if rule.body else alike
            if other := next((other for other in others if other is not rule and _says_all(other, rule)), None):
                yield rule, other


def _says_all(other: Rule, rule: Rule) -> bool:
    wider = _covers(other, rule) and subsumes(other, rule)
    return wider and (other.place < rule.place or not (_covers(rule, other) and subsumes(rule, other)))


def _covers(wide: Rule, narrow: Rule) -> bool:
    """Say whether one clause is in force on every day the other is."""
    starts = wide.effective <= narrow.effective
    return starts and (not wide.ended or bool(narrow.ended and narrow.ended <= wide.ended))


def subsumes(general: Rule, special: Rule) -> bool:
    """Say whether a substitution makes the heads equal and every part of the one body a part of the other."""
    renaming = _match(general.head.args, special.head.args, {})
    same = general.head.predicate == special.head.predicate
    return same and renaming is not None and _embed(general.body, special.body, renaming)


def _embed(parts: Sequence[Part], into: Sequence[Part], renaming: Renaming) -> bool:
    """Find each part of a body among the parts of another, under one substitution."""
    if not parts:
        return True
    for part in into:
        found = _unify(parts[0], part, renaming)
        if found is not None and _embed(parts[1:], into, found):
            return True
    return False


def _unify(part: Part, with_: Part, renaming: Renaming) -> Renaming | None:
    if isinstance(part, Literal) and isinstance(with_, Literal):
        alike = part.positive == with_.positive and part.atom.predicate == with_.atom.predicate
        return _match(part.atom.args, with_.atom.args, renaming) if alike else None
    if isinstance(part, Comparison) and isinstance(with_, Comparison) and part.op == with_.op:
        left = _match(part.left, with_.left, renaming)
        return None if left is None else _match(part.right, with_.right, left)
    if isinstance(part, Aggregate) and part.substitute(renaming) == with_:
        return renaming
    return None


def _match(terms: Sequence[Term], with_: Sequence[Term], renaming: Renaming) -> Renaming | None:
    """Extend a substitution so that it makes the terms those others."""
    if len(terms) != len(with_):
        return None
    found = dict(renaming)
    for term, other in zip(terms, with_, strict=True):
        if isinstance(term, Var):
            if found.setdefault(term.name, other) != other:
                return None
        elif term != other or type(term) is not type(other):
            return None
    return found
