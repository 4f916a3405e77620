"""The proof of a decision as a networkx graph with shared parts and content-addressed ids.

Two parts of a body may rest on one node: there are as many edges as parts. An edge runs from a conclusion
to what it rests on, with `order`, `role` (premise, absence, comparison, count, member, possible, failure, cause,
held, way) and, where it speaks of one part of a rule's body, `part`, its index.
A node has `kind`, `text`, and by kind:

=============== ======================================================================================
determination   the outcome of a line: `cpt`, `session`, `outcome`, `by`, `how`, `reason`, `missing`,
                `missing_complete`, `rests_on`
contrast        why a line has not the outcome `asked`: `cpt`, `session`, `outcome`, `by`, `how`, `reason`
derived         given by a rule: `atom`, `rule`, `binding`, `value` (true, or unknown in the open world)
known           a fact of the knowledge base: `atom`, `rule`
given           said by the case: `atom`, `where`
either          holds, or may hold, in more than one way: `atom`, `value`
absent          does not hold: `atom` (its variables stand for anything), `how`; below it are the rules
                that fail though the case is about them, `folded` names the others
failed          a rule that does not give the atom: `rule`, `binding`; below it are its parts that fail
                (cause) and those that hold all the same (held), in every instance in play
compared        a comparison: `comparison`, `binding`, `value`
counted         an aggregate: `aggregate`, `binding`, `value`, `members` and `possible` (the terms of what counts,
                and of what may count as well), `low` and `high` (between which its value lies; null where
                there is no end); below it is why each counts, and there are no others
undocumented    an open input nobody documented: `atom`, `value`, and `readings` where it is open by one
=============== ======================================================================================

Which ways of holding are shown, and where a circle is cut, is said in `ways`.
Nodes that rest on a rule also have `cites`, `authority`, `source` and `readings`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import networkx as nx

from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.view import mimebundle
from ...engine.program.interface import CODE


class Proof(NamedTuple):
    """The proofs of a decision's lines in one graph; `roots` are their determinations, in line order."""

    graph: nx.MultiDiGraph[str]
    roots: tuple[str, ...]
    judged: Judged
    every: bool = False  # shows every way in which a step holds

    @property
    def lines(self) -> list[LineDecision]:
        """The lines the proof speaks of, each once."""
        lines = {(line.code, line.session): line for line in self.judged.decision.lines}
        return [lines[facts[CODE], facts["session"]] for facts in map(self.graph.nodes.__getitem__, self.roots)]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show the proof in a notebook."""
        return mimebundle(self)


def by_order(edge: tuple[str, str, dict[str, Any]]) -> tuple[str, int]:
    """Return what sorts edges: where they come from, then their order there."""
    return edge[0], int(edge[2]["order"])


def children(proof: Proof, node: str) -> list[str]:
    """Return what a node rests on, in order, each once."""
    return list(dict.fromkeys(child for child, _ in linked(proof, node)))


def linked(proof: Proof, node: str) -> list[tuple[str, dict[str, Any]]]:
    """Return what a node rests on, in order, with what each edge says: its role, its order, and the part."""
    edges = sorted(proof.graph.out_edges(node, data=True), key=by_order)
    return [(child, facts) for _, child, facts in edges]


def citation(facts: dict[str, Any]) -> str:
    """Return statement ids, authority and locator of a node that rests on a rule, or a leaf's source."""
    if facts.get("cites"):
        authority = facts["authority"].replace("_", " ")
        return "; ".join([", ".join(facts["cites"]), authority, facts["source"], *facts["readings"]])
    if "where" in facts:
        return f"case: {facts['where']}"
    return ""
