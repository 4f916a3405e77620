"""A proof in its order: the steps numbered as every picture numbers them, and which of them a line turns on."""

from __future__ import annotations

from collections.abc import Iterable

from .graph import Proof, children

TELLING = {"absent", "failed", "compared", "counted", "undocumented", "either"}
"""The kinds of step that are of interest in themselves."""


def walk(proof: Proof) -> list[str]:
    """Return the nodes in the order in which the tree first shows them."""
    seen: dict[str, None] = {}
    stack = list(reversed(proof.roots))
    while stack:
        node = stack.pop()
        if node not in seen:
            seen[node] = None
            stack += reversed(children(proof, node))
    return list(seen)


def steps(proof: Proof) -> dict[str, int]:
    """Return the number of each node, the same in every picture and in the tree."""
    return {node: number for number, node in enumerate(walk(proof), 1)}


def opened(proof: Proof) -> set[str]:
    """Return the nodes to show open: what a line turns on, and the way there from its outcome."""
    tops = [child for root in proof.roots for child in children(proof, root)]
    failing = _over(proof, (node for node in walk(proof) if proof.graph.nodes[node]["kind"] == "failed"))
    found: set[str] = {*proof.roots, *tops}
    stack = [node for node in walk(proof) if _tells(proof, node)]
    while stack:
        node = stack.pop()
        if (node not in found or node in tops) and (node in failing or not _folds(proof, node)):
            found.add(node)
            stack += [above for above in proof.graph.predecessors(node) if above not in found]
    return {node for node in found if proof.graph.out_degree(node)}


def turning(proof: Proof) -> set[str]:
    """Return the nodes to draw: the open ones, the telling ones, and what the decisive ones rest on directly."""
    telling = {node for node in walk(proof) if _tells(proof, node)}
    decisive = (node for node in telling if proof.graph.nodes[node].get("value") == "true")
    return opened(proof).union(telling, *(children(proof, node) for node in decisive))


def _over(proof: Proof, nodes: Iterable[str]) -> set[str]:
    """Return nodes and all that rests on them: no fold hides how a criterion fails."""
    stack = list(nodes)
    found = set(stack)
    while stack:
        stack += (fresh := set(proof.graph.predecessors(stack.pop())) - found)
        found |= fresh
    return found


def _folds(proof: Proof, node: str) -> bool:
    """Return whether a step holds for each one above it, and the guideline folds it."""
    name = proof.graph.nodes[node].get("atom", "").split("(")[0]
    predicate = proof.judged.guideline.program.predicates.get(name)
    roles = {facts["role"] for _, _, facts in proof.graph.in_edges(node, data=True)}
    return bool(predicate and predicate.fold) and roles <= {"premise", "absence", "held"}


def _tells(proof: Proof, node: str) -> bool:
    """Return whether a node is of interest in itself: it may be otherwise, or a line is decided by it."""
    facts = proof.graph.nodes[node]
    predicate = proof.judged.guideline.program.predicates.get(facts.get("atom", "").split("(")[0])
    decisive = {name for root in proof.roots for name in proof.graph.nodes[root]["by"]}
    return (
        facts["kind"] in TELLING
        or facts.get("value") == "unknown"
        or bool(predicate and predicate.is_record)
        or not decisive.isdisjoint(facts.get("cites", ()))
    )
