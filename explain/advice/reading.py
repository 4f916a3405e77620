"""Which statement of a guideline asks for a concept, and within which bounds, whatever the case."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import NamedTuple

from ...engine.language.comparison import Bounds, bounds, within
from ...engine.language.terms import Rule, Var
from ...engine.program.interface import ADVISORY
from ...engine.program.program import Predicate, Program


class Asking(NamedTuple):
    """The statement that asks for a concept, and the bounds for an amount of it."""

    statement: str
    bounds: Bounds  # beyond which no rule that reads the amount can be met by it
    agreed: bool = True  # whether every such rule sets these bounds


def asking(name: str, program: Program) -> Asking:
    """Return what asks for a concept, or for a number or a choice by its key: the first rule that reads it.

    Without any the statement is an empty text.
    """
    found = list(_reading(name, program))
    limits = [each.bounds for each in found]
    around = Bounds(min((b.low for b in limits), default=-inf), max((b.high for b in limits), default=inf))
    return Asking(next((each.statement for each in found), ""), around, len(set(limits)) < 2)


def _reading(name: str, program: Program) -> Iterator[Asking]:
    facts = {(rule.head.predicate, at, str(arg)) for rule in program.rules if not rule.body
             for at, arg in enumerate(rule.head.args)}  # fmt: skip
    for rule in (rule for rule in program.rules if rule.head.predicate != ADVISORY):
        for literal in rule.literals:
            predicate = program.predicates.get(literal.atom.predicate)
            if predicate and predicate.is_open and literal.positive and rule.head.predicate != predicate.name:
                first = literal.atom.args[0]
                one_of = name in program.of_kind(predicate.open_kind)
                if _named(name, predicate) or str(first) == name or (one_of and _ranges(first, name, rule, facts)):
                    yield Asking(rule.cites[0] if rule.cites else "", _limit(rule, literal.atom.args))


def _named(name: str, predicate: Predicate) -> bool:
    return bool(predicate.case) and (predicate.open_count or predicate.is_choice) and name in (
        predicate.name, predicate.case.key if predicate.case else "")  # fmt: skip


def _ranges(first: object, name: str, rule: Rule, facts: set[tuple[str, int, str]]) -> bool:
    """Say whether a variable of a rule ranges over facts that name a concept."""
    if not isinstance(first, Var):
        return False
    others = [(other.atom.predicate, at) for other in rule.literals if other.positive
              for at, arg in enumerate(other.atom.args) if arg == first]  # fmt: skip
    return len(others) == 1 or any((predicate, at, name) in facts for predicate, at in others)


def _limit(rule: Rule, args: tuple[object, ...]) -> Bounds:
    names = {arg.name for arg in args if isinstance(arg, Var)}
    return within([limit for c in rule.comparisons if names & set(c.names()) and (limit := bounds(c))])
