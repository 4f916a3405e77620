"""Rules that are left out of a grounding, and looked at case by case: they find a contradiction in what a case says.

A rule that compares one amount of a case with another would need a symbol for every number. Where all that it reads is
what the case says, and nothing reads what it gives but the refusal of the case, it can as well be looked at by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from ..language.comparison import holds
from ..language.terms import Atom, Comparison, Literal, Rule
from ..language.unify import Binding, unify
from ..program.program import Program


def set_apart(program: Program) -> tuple[Program, tuple[Rule, ...]]:
    """Return a program without the rules that are looked at case by case, and these."""
    read = {literal.atom.predicate for rule in program.rules for literal in rule.asked}
    apart = tuple(rule for rule in program.rules if _is_apart(rule, program, read))
    return program._replace(rules=tuple(rule for rule in program.rules if rule not in apart)), apart


def _is_apart(rule: Rule, program: Program, read: Collection[str]) -> bool:
    head = program.predicates.get(rule.head.predicate)
    if head is None or not head.is_error or head.name in read:
        return False
    asked = [part for part in rule.body if isinstance(part, Literal)]
    plain = all(part.positive and _is_said(part.atom, program) for part in asked)
    both = [part for part in rule.body if isinstance(part, Comparison) and len(part.names()) > 1]
    return plain and bool(both) and len(asked) + len(rule.comparisons) == len(rule.body)


def _is_said(atom: Atom, program: Program) -> bool:
    """Say whether a predicate holds of what the case says and of nothing else."""
    declared = program.predicates.get(atom.predicate)
    return bool(declared and declared.case) and all(rule.head.predicate != atom.predicate for rule in program.rules)


def contradicted(rules: Iterable[Rule], facts: Sequence[Atom]) -> bool:
    """Say whether one of some rules that are set apart fires for what a case says."""
    return any(
        all(holds(part, binding) for part in rule.comparisons)
        for rule in rules
        for binding in _ways(rule.literals, facts, {})
    )


def _ways(literals: Sequence[Literal], facts: Sequence[Atom], binding: Binding) -> Iterator[Binding]:
    if not literals:
        yield binding
        return
    wanted = literals[0].atom.substitute(binding)
    for atom in facts:
        if (found := unify(wanted, atom)) is not None:
            yield from _ways(literals[1:], facts, {**binding, **found})
