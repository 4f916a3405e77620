"""What makes a guideline unsound: unsafe, undeclared, unstratified, ambiguous or missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ..language.errors import Finding, did_you_mean
from ..language.terms import Atom, Literal, Part, Place, Rule, Var, term_text, variables
from ..program.graph import Edge, edges
from ..program.interface import SERVICE
from ..program.program import Predicate, Program
from .amounts import amounts, in_rule, numbers
from .columns import columns
from .declarations import arguments, check_declarations


def check(program: Program) -> list[Finding]:
    """Return everything that keeps a program from being evaluated, in the order of the text."""
    found = [*_interface(program), *check_declarations(program), *_duplicates(program), *_unstratified(program)]
    arities, known = _arities(program), columns(program)
    for rule in program.rules:
        found += [
            *_arity(rule, program, arities),
            *numbers(rule, known),
            *_unsafe(rule),
            *amounts(rule, program),
            *_gloss(rule, program),
        ]
    return sorted(dict.fromkeys(found), key=lambda finding: finding.place)


def _interface(program: Program) -> Iterator[Finding]:
    start = Place(program.rules[0].place.file if program.rules else "*.dl", 1)
    for name, params in program.interface().items():
        if len(params) != _arities(program).get(name):
            fix = f"write %@ predicate {name}({', '.join(params)}): gloss"
            more = ", and read what else a line has by %@ case: services with FIELD TYPE"
            fix += more if name == SERVICE and name in program.predicates else ""
            at = program.predicates[name].place if name in program.predicates else start
            yield Finding("interface", at, f"{name} of {arguments(len(params))} is not declared", fix)
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


def _atoms(rule: Rule) -> Iterator[Atom]:
    yield rule.head
    yield from (literal.atom for literal in rule.asked)


def _arity(rule: Rule, program: Program, arities: dict[str, int]) -> Iterator[Finding]:
    for atom in _atoms(rule):
        if atom.predicate not in arities and rule.cites:
            yield in_rule(
                rule,
                "undeclared",
                f"{atom.predicate} is not declared",
                did_you_mean(atom.predicate, arities) or "declare it with %@ predicate",
            )
        elif rule.cites and arities[atom.predicate] != len(atom.args):
            yield in_rule(
                rule,
                "arity",
                f"{atom.predicate} has {arguments(len(atom.args))} here and {arities[atom.predicate]} where declared",
                f"write {_sketch(atom.predicate, program)}",
            )


def _sketch(name: str, program: Program) -> str:
    return str(Atom(name, tuple(map(Var, program.declared()[name].params))))


def _unsafe(rule: Rule) -> Iterator[Finding]:
    """A variable of the head, of a comparison or under `not` has to be bound by a positive literal."""
    bound = {name for lit in rule.literals if lit.positive for name in variables(lit.atom.args)}
    loose = {*variables(rule.head.args), *_asked_of(rule.body)} - bound
    for element in (each for aggregate in rule.aggregates for each in aggregate.elements):
        own = {name for lit in element.literals if lit.positive for name in variables(lit.atom.args)}
        loose |= {*variables(element.terms), *_asked_of(element.condition)} - own - bound
    guarded = {name for each in rule.aggregates for guard in each.guards for name in variables(guard.right)}
    for name in sorted({term_text(Var(name)) for name in loose}):
        yield in_rule(
            rule,
            "unsafe",
            f"{name} is bound by no positive literal",
            "give what is negated a predicate of its own, without _"
            if name == "_"
            else f"add a literal that gives {name} its values"
            + (", or compare with a number: an aggregate gives none" if name in guarded else ""),
        )


def _asked_of(parts: Iterable[Part]) -> Iterator[str]:
    """Yield the variables of comparisons, of aggregates and under `not`, which bind nothing."""
    for part in parts:
        if not isinstance(part, Literal):
            yield from part.names()
        elif not part.positive:
            yield from variables(part.atom.args)


_SLOT = re.compile(r"\{(\w*)\}")


def _gloss(rule: Rule, program: Program) -> Iterator[Finding]:
    if not rule.cites:
        return
    declared: Predicate | None = program.predicates.get(rule.head.predicate)
    known = (
        {name for atom in (rule.head, *(lit.atom for lit in rule.literals)) for name in variables(atom.args)}
        if rule.body
        else set(declared.params if declared else ())
    )
    for name in _SLOT.findall(rule.gloss):
        if name not in known:
            yield in_rule(
                rule,
                "gloss",
                f"the gloss of {rule.id} speaks of {{{name}}}, which the clause lacks",
                did_you_mean(name, known) or f"known are {', '.join(sorted(known)) or 'none'}",
            )
    if rule.body and not rule.gloss:
        yield in_rule(rule, "gloss", f"{rule.id} has no gloss", "say in words what it concludes after the colon")


def _unstratified(program: Program) -> Iterator[Finding]:
    """A predicate may not depend on its own absence."""
    import networkx as nx

    every = edges(program)
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((edge.body, edge.head) for edge in every)
    component = {name: i for i, names in enumerate(nx.strongly_connected_components(graph)) for name in names}
    for edge in every:
        if edge.negative and component[edge.body] == component[edge.head]:
            place = edge.rule.place if edge.rule else program.predicates[edge.head].place
            path = nx.shortest_path(graph, edge.head, edge.body)
            yield Finding(
                "unstratified",
                place,
                f"{edge.head} {_depends(edge)} {edge.body}, by {' -> '.join(path)}",
                "break the circle: a predicate may not rest on its own absence, or on a count of its own",
            )


def _depends(edge: Edge) -> str:
    negated = not edge.rule or any(lit.atom.predicate == edge.body and not lit.positive for lit in edge.rule.literals)
    return "depends on not" if negated else "counts"
