"""Clauses as JSON can have them: a quantity as a list of its count, decimals and unit."""

from __future__ import annotations

from typing import Any

from ..language.terms import Atom, Comparison, Literal, Quantity, Rule, Term


def with_quantities(rule: Rule) -> Any:
    """Return a rule with its quantities as lists of their count, decimals and unit: JSON has no such numbers."""

    def terms(args: tuple[Term, ...]) -> Any:
        return [a.__getnewargs__() if isinstance(a, Quantity) else a for a in args]

    def part(of: Literal | Comparison) -> Any:
        return [terms(of.left), of.op, terms(of.right)] if isinstance(of, Comparison) else [atom(of.atom), of.positive]

    def atom(of: Atom) -> Any:
        return [of.predicate, terms(of.args)]

    return [rule.id, atom(rule.head), [part(each) for each in rule.body], *rule[3:]]
