"""What makes a guideline unsound: unsafe, undeclared, unstratified, ambiguous or missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..language.errors import Finding, did_you_mean
from ..language.terms import Atom, Comparison, Place, Rule, Var, term_text, variables
from ..program.graph import edges
from ..program.program import Predicate, Program
from .columns import TEXT, Columns, columns, kinds_of
from .declarations import check_declarations


def check(program: Program) -> list[Finding]:
    """Return everything that keeps a program from being evaluated, in the order of the text."""
    found = [*_interface(program), *check_declarations(program), *_duplicates(program), *_unstratified(program)]
    arities, known = _arities(program), columns(program)
    for rule in program.rules:
        found += [
            *_arity(rule, program, arities),
            *_comparisons(rule, known),
            *_unsafe(rule),
            *_amounts(rule, program),
            *_gloss(rule, program),
        ]
    return sorted(found, key=lambda finding: finding.place)


def _interface(program: Program) -> Iterator[Finding]:
    start = Place(program.rules[0].place.file if program.rules else "*.dl", 1)
    for name, params in program.interface().items():
        if len(params) != _arities(program).get(name):
            yield Finding(
                "interface",
                start,
                f"{name} of {len(params)} arguments is not declared",
                f"write %@ predicate {name}({', '.join(params)}): gloss",
            )
    if not program.name:
        yield Finding(
            "interface", start, "the guideline has no name", 'write guideline("NAME", "title", "YYYY-MM-DD").'
        )


def _arities(program: Program) -> dict[str, int]:
    return {name: len(predicate.params) for name, predicate in program.declared().items()}


def _duplicates(program: Program) -> Iterator[Finding]:
    """An id names one clause, or versions of it that are in force one after the other."""
    versions: dict[str, list[Rule]] = {}
    for rule in program.rules:
        key = rule.id if rule.body else f"{rule.head.predicate} {rule.id}"  # a fact's id holds its arguments
        twin = next((other for other in versions.get(key, ()) if _overlap(rule, other)), None)
        if twin:
            fix = "give each clause an id of its own, or end the earlier version with %@ ended:"
            yield Finding("duplicate", rule.place, f"the id {rule.id} is taken by {twin.place}", fix)
        versions.setdefault(key, []).append(rule)


def _overlap(one: Rule, other: Rule) -> bool:
    return not (one.ended and one.ended <= other.effective) and not (other.ended and other.ended <= one.effective)


def _in(rule: Rule, code: str, message: str, fix: str) -> Finding:
    return Finding(code, rule.place, f"{message} (in {rule.id})", fix)


def _atoms(rule: Rule) -> Iterator[Atom]:
    yield rule.head
    yield from (literal.atom for literal in rule.literals)


def _arity(rule: Rule, program: Program, arities: dict[str, int]) -> Iterator[Finding]:
    for atom in _atoms(rule):
        if atom.predicate not in arities and rule.cites:
            yield _in(
                rule,
                "undeclared",
                f"{atom.predicate} is not declared",
                did_you_mean(atom.predicate, arities) or "declare it with %@ predicate",
            )
        elif rule.cites and arities[atom.predicate] != len(atom.args):
            yield _in(
                rule,
                "arity",
                f"{atom.predicate} has {len(atom.args)} arguments here and {arities[atom.predicate]} where declared",
                f"write {_sketch(atom.predicate, program)}",
            )


def _sketch(name: str, program: Program) -> str:
    return str(Atom(name, tuple(map(Var, program.declared()[name].params))))


def _unsafe(rule: Rule) -> Iterator[Finding]:
    """A variable of the head, of a comparison or under `not` has to be bound by a positive literal."""
    bound = {name for lit in rule.literals if lit.positive for name in variables(lit.atom.args)}
    wanted = [*rule.head.args]
    for part in rule.body:
        if isinstance(part, Comparison):
            wanted += [*part.left, *part.right]
        elif not part.positive:
            wanted += part.atom.args
    loose = {term_text(t): None for t in wanted if isinstance(t, Var) and t.name not in bound}
    for name in loose:
        yield _in(
            rule,
            "unsafe",
            f"{name} is bound by no positive literal",
            f"add a literal that gives {name} its values"
            if name != "_"
            else "give what is negated a predicate of its own, without _",
        )


def _comparisons(rule: Rule, known: Columns) -> Iterator[Finding]:
    """Order and sums are of numbers: of text they would be silently false."""
    kinds = kinds_of(rule, known) if rule.comparisons else {}
    for comparison in rule.comparisons:
        terms = [*comparison.left, *comparison.right]
        ordered = comparison.op not in ("=", "!=") or len(terms) > 2
        text = [t for t in terms if (TEXT in kinds.get(t.name, ()) if isinstance(t, Var) else isinstance(t, str))]
        if ordered and text:
            which = "may be text" if isinstance(text[0], Var) else "is text"
            yield _in(
                rule,
                "comparison",
                f"{comparison} needs numbers, and {term_text(text[0])} {which}",
                "compare text by = or != only, or name what is meant in facts of its own (codes by %@ range)",
            )


def _amounts(rule: Rule, program: Program) -> Iterator[Finding]:
    """An amount that may be undocumented is compared where it is read, and goes nowhere else."""
    amounts: list[str] = []
    for literal in rule.literals:
        declared = program.predicates.get(literal.atom.predicate)
        if declared and declared.is_open and len(declared.params) > declared.amounts_from:
            rest = literal.atom.args[declared.amounts_from :]
            amounts += variables(rest)
            if not literal.positive or not all(isinstance(t, Var) for t in rest):
                yield _in(
                    rule,
                    "amount",
                    f"{literal} fixes an amount that may be undocumented",
                    "read it into a variable and compare that",
                )
    yield from _compared(rule, set(amounts))
    elsewhere = [name for atom in _atoms(rule) for name in variables(atom.args)]
    for name in dict.fromkeys(amounts):
        if elsewhere.count(name) > 1:
            yield _in(
                rule, "amount", f"{name} may be undocumented and stands in two places", "use it in comparisons only"
            )


def _compared(rule: Rule, amounts: set[str]) -> Iterator[Finding]:
    """An amount that may be undocumented is compared with a number."""
    for comparison in rule.comparisons:
        sides = [*comparison.left, *comparison.right]
        if amounts & set(variables(tuple(sides))) and (
            len(sides) != 2 or not any(isinstance(side, int) for side in sides) or comparison.op == "!="
        ):
            yield _in(
                rule,
                "amount",
                f"{comparison} compares an amount that may be undocumented",
                "compare it with a number, by =, <, <=, > or >=",
            )


_SLOT = re.compile(r"\{(\w*)\}")


def _gloss(rule: Rule, program: Program) -> Iterator[Finding]:
    if not rule.cites:
        return
    declared: Predicate | None = program.predicates.get(rule.head.predicate)
    known = (
        {name for atom in _atoms(rule) for name in variables(atom.args)}
        if rule.body
        else set(declared.params if declared else ())
    )
    for name in _SLOT.findall(rule.gloss):
        if name not in known:
            yield _in(
                rule,
                "gloss",
                f"the gloss of {rule.id} speaks of {{{name}}}, which the clause lacks",
                did_you_mean(name, known) or f"known are {', '.join(sorted(known)) or 'none'}",
            )
    if rule.body and not rule.gloss:
        yield _in(rule, "gloss", f"{rule.id} has no gloss", "say in words what it concludes after the colon")


def _unstratified(program: Program) -> Iterator[Finding]:
    """A predicate may not depend on its own absence."""
    import networkx as nx

    every = edges(program)
    graph: nx.DiGraph[str] = nx.DiGraph([(edge.body, edge.head) for edge in every])
    component = {name: i for i, names in enumerate(nx.strongly_connected_components(graph)) for name in names}
    for edge in every:
        if edge.negative and component[edge.body] == component[edge.head]:
            place = edge.rule.place if edge.rule else program.predicates[edge.head].place
            path = nx.shortest_path(graph, edge.head, edge.body)
            yield Finding(
                "unstratified",
                place,
                f"{edge.head} depends on not {edge.body}, by {' -> '.join(path)}",
                "break the circle: a predicate may not rest on its own absence",
            )
