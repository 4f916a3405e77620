"""What makes numbers unsound: text that is ordered or added up, an amount used where it may be undocumented."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from ..language.errors import Finding
from ..language.terms import Aggregate, Element, Rule, Term, Var, term_text, variables
from ..program.program import Program
from .columns import TEXT, Columns, kinds_of


def in_rule(rule: Rule, code: str, message: str, fix: str) -> Finding:
    """Return a finding at the place of a rule, which it names."""
    return Finding(code, rule.place, f"{message} (in {rule.id})", fix)


def _elements(rule: Rule) -> Iterator[tuple[Aggregate, Element, Rule]]:
    """Yield each element of a rule's aggregates, and a rule that has its condition."""
    positive = tuple(literal for literal in rule.literals if literal.positive)
    for aggregate in rule.aggregates:
        for element in aggregate.elements:
            yield aggregate, element, rule._replace(body=(*element.condition, *positive))


def numbers(rule: Rule, known: Columns) -> Iterator[Finding]:
    """Order and sums are of numbers: of text they would be silently false."""
    yield from _ordered(rule, known)
    kinds = kinds_of(rule, known) if rule.aggregates else {}
    for each in rule.aggregates:
        if text := [term for guard in each.guards for term in guard.right if _is_text(term, kinds)]:
            yield _no_number(rule, f"#{each.function} gives a number", text[0], "compare it with a number")
    for aggregate, element, inner in _elements(rule):
        yield from _ordered(inner, known)
        if aggregate.function == "sum" and _is_text(element.terms[0], kinds_of(inner, known)):
            fix = "put the number first, and behind it what it is of"
            yield _no_number(rule, "#sum adds up what stands first", element.terms[0], fix)


def _is_text(term: Term, kinds: dict[str, set[str]]) -> bool:
    return TEXT in kinds.get(term.name, ()) if isinstance(term, Var) else isinstance(term, str)


def _no_number(rule: Rule, what: str, term: Term, fix: str) -> Finding:
    which = "may be text" if isinstance(term, Var) else "is text"
    return in_rule(rule, "comparison", f"{what}, and {term_text(term)} {which}", fix)


def _ordered(rule: Rule, known: Columns) -> Iterator[Finding]:
    kinds = kinds_of(rule, known) if rule.comparisons else {}
    for comparison in rule.comparisons:
        terms = [*comparison.left, *comparison.right]
        ordered = comparison.op not in ("=", "!=") or len(terms) > 2
        text = [term for term in terms if _is_text(term, kinds)]
        if ordered and text:
            fix = "compare text by = or != only, or name what is meant in facts of its own (codes by %@ range)"
            yield _no_number(rule, f"{comparison} needs numbers", text[0], fix)


def amounts(rule: Rule, program: Program) -> Iterator[Finding]:
    """An amount that may be undocumented is compared, or added up, where it is read, and goes nowhere else."""
    own = yield from _read(rule, program)
    if shared := [name for each in rule.aggregates for name in each.shared if name in own]:
        yield in_rule(rule, "amount", f"{shared[0]} may be undocumented and stands in an aggregate",
                      "read the amount inside the aggregate, or compare it outside")  # fmt: skip
    for aggregate, element, inner in _elements(rule):
        is_sum = aggregate.function == "sum"
        read = yield from _read(inner, program)
        for name in variables(element.terms[is_sum:]):
            if name in read:
                fix = "count what it is of, or add it up by #sum as the first of the terms"
                yield in_rule(rule, "amount", f"{name} may be undocumented and tells apart what is counted", fix)
        first = element.terms[0]
        others = [each for each in aggregate.elements if each is not element]
        if is_sum and first in {Var(name) for name in read} and not _is_apart(rule, element, others):
            fix = f"put behind it what it is of, such as {first.name}, Id, and a different word in each part"
            message = f"{first.name} may be undocumented, and equal numbers would be added up once"
            yield in_rule(rule, "amount", message, fix)


def _is_apart(rule: Rule, element: Element, others: Iterable[Element]) -> bool:
    """Say whether an amount that is added up is never one with another number: it has behind it what it is of."""
    bound = {name for literal in rule.literals for name in variables(literal.atom.args)}
    reads = [literal.atom for literal in element.literals if element.terms[0] in literal.atom.args]
    of = {name for atom in reads for name in variables(atom.args)} - bound
    return of <= {*variables(element.terms)} and all(_differ(element.terms[1:], each.terms[1:]) for each in others)


def _differ(one: tuple[Term, ...], other: tuple[Term, ...]) -> bool:
    pairs = zip(one, other, strict=False)
    return len(one) != len(other) or any(a != b and not isinstance(a, Var) and not isinstance(b, Var) for a, b in pairs)


def _read(rule: Rule, program: Program) -> Generator[Finding, None, set[str]]:
    """Yield what is wrong with the amounts that the body of a rule reads; return their names."""
    found: list[str] = []
    for literal in rule.literals:
        declared = program.predicates.get(literal.atom.predicate)
        if declared and declared.is_open and len(declared.params) > declared.amounts_from:
            rest = literal.atom.args[declared.amounts_from :]
            found += variables(rest)
            if not literal.positive or not all(isinstance(t, Var) for t in rest):
                fix = "read it into a variable and compare that"
                yield in_rule(rule, "amount", f"{literal} fixes an amount that may be undocumented", fix)
    yield from _compared(rule, set(found))
    elsewhere = [name for atom in (rule.head, *(lit.atom for lit in rule.literals)) for name in variables(atom.args)]
    for name in dict.fromkeys(found):
        if elsewhere.count(name) > 1:
            message = f"{name} may be undocumented and stands in two places"
            yield in_rule(rule, "amount", message, "use it in comparisons only")
    return set(found)


def _compared(rule: Rule, amounts: set[str]) -> Iterator[Finding]:
    """An amount that may be undocumented is compared with a number."""
    for comparison in rule.comparisons:
        sides = [*comparison.left, *comparison.right]
        if amounts & set(variables(tuple(sides))) and (
            len(sides) != 2 or not any(isinstance(side, int) for side in sides) or comparison.op == "!="
        ):
            message = f"{comparison} compares an amount that may be undocumented"
            yield in_rule(rule, "amount", message, "compare it with a number, by =, <, <=, > or >=")
