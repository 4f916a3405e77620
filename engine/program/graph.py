"""The predicate graph: strata for evaluation, and what depends on the case or on open inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..language.record import NamedTuple
from ..language.terms import Atom, Rule
from .program import Predicate, Program


class Edge(NamedTuple):
    """The head predicate of a rule depends on a body predicate, positively, or through `not` or an aggregate."""

    body: str
    head: str
    negative: bool  # what the body predicate has must be known first
    rule: Rule | None


class Strata(NamedTuple):
    """Strongly connected components in evaluation order, and the predicates that vary."""

    components: tuple[frozenset[str], ...]
    from_case: frozenset[str]  # what a case can change; the rest is evaluated once
    open_valued: frozenset[str]  # what may be undocumented, itself or through what it rests on


def closing(predicate: Predicate, atom: Atom) -> list[Atom]:
    """Return what closes an open atom of a predicate: it rules its concept out, or settles it."""
    return [Atom(name, atom.args[:1]) for name in (predicate.unless, predicate.until) if name]


def edges(program: Program) -> list[Edge]:
    """Return the dependencies among predicates; an open predicate depends on what closes it."""
    found = [
        Edge(part.atom.predicate, rule.head.predicate, not part.positive, rule)
        for rule in program.rules
        for part in rule.literals
    ]
    found += [
        Edge(part.atom.predicate, rule.head.predicate, True, rule)
        for rule in program.rules
        for aggregate in rule.aggregates
        for part in aggregate.literals
    ]
    return found + [Edge(c, p.name, True, None) for p in program.predicates.values() for c in (p.unless, p.until) if c]


def below(program: Program, *names: str, closing: bool = False) -> frozenset[str]:
    """Return the predicates that some rest on by the rules, with themselves.

    :param closing: whether what closes an open one is among what it rests on.
    """
    asked: dict[str, set[str]] = {}
    for edge in edges(program):
        if closing or edge.rule:
            asked.setdefault(edge.head, set()).add(edge.body)
    return closure(asked, *names)


def closure(asked: Mapping[str, set[str]], *names: str) -> frozenset[str]:
    """Return what can be reached from some names, themselves among it.

    :param asked: what each of them leads to.
    """
    found, waiting = set(names), list(names)
    while waiting:
        fresh = asked.get(waiting.pop(), set()) - found
        found |= fresh
        waiting += fresh
    return frozenset(found)


def with_inputs(program: Program) -> Program:
    """Return a program whose open predicates know the inputs through which a case says that a concept is so, or not."""
    every = program.predicates.values()

    def named(kind: str, shapes: Iterable[str], among: Iterable[str]) -> str:
        wanted = [(shape, kind) for shape in shapes]
        keys = {(p.case.shape, p.case.kind): p.name for p in every if p.case and p.name in among}
        return next((keys[each] for each in wanted if each in keys), "")

    def known(each: Predicate) -> Predicate:
        said = each.name if each.case else named(each.open_kind, _SAYING[each.is_record], below(program, each.name))
        denied = named(each.open_kind, ("absent of",), below(program, each.unless)) if each.unless else ""
        return each._replace(said_by=said, denied_by=denied)

    opened = {each.name: known(each) for each in every if each.open_kind}
    return program._replace(predicates=program.predicates | opened)


_SAYING = {True: ("present of", "each of"), False: ("each of", "present of")}
"""The keys of a case that say of concepts that they are so, the likelier first: where it is a record, and where not."""


def stratify(program: Program) -> Strata:
    """Return the strata of a program whose negation has been checked (see `check`)."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(program.predicates)
    graph.add_nodes_from(rule.head.predicate for rule in program.rules)
    graph.add_edges_from((edge.body, edge.head) for edge in edges(program))
    condensed = nx.condensation(graph)
    order = nx.lexicographical_topological_sort(condensed, key=lambda n: min(condensed.nodes[n]["members"]))
    components = tuple(frozenset(condensed.nodes[n]["members"]) for n in order)

    def reached(start: Iterable[Predicate]) -> frozenset[str]:
        names = {p.name for p in start}
        return frozenset(names.union(*(nx.descendants(graph, name) for name in names)))

    declared = program.predicates.values()
    return Strata(
        components, reached(p for p in declared if p.case or p.is_open), reached(p for p in declared if p.is_open)
    )
