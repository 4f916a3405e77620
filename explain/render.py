"""A proof as an indented tree in words, and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from .proof import Proof

_AUTHORITY = {"earlier_edition": "earlier edition"}


def as_json(proof: Proof) -> dict[str, Any]:
    """Return the proof as nodes and edges; `roots` are the determinations in the order of the lines."""
    return {
        "case": proof.judged.decision.case,
        "guideline": proof.judged.decision.guideline,
        "as_of": proof.judged.decision.as_of,
        "world": proof.judged.decision.world,
        "every": proof.every,
        "lines": ["{cpt}@{session}".format(**proof.graph.nodes[root]) for root in proof.roots],
        "roots": list(proof.roots),
        "nodes": [{"id": name, **proof.graph.nodes[name]} for name in sorted(proof.graph)],
        "edges": [{"from": a, "to": b, **facts} for a, b, facts in sorted(proof.graph.edges(data=True), key=_edge)],
    }


def _edge(edge: tuple[str, str, dict[str, Any]]) -> tuple[str, int]:
    return edge[0], int(edge[2]["order"])


def children(proof: Proof, node: str) -> list[str]:
    """Return what a node rests on, in order."""
    return [child for child, _ in _roles(proof, node)]


def _roles(proof: Proof, node: str) -> list[tuple[str, str]]:
    edges = sorted(proof.graph.out_edges(node, data=True), key=_edge)
    return [(child, facts["role"]) for _, child, facts in edges]


def citation(facts: dict[str, Any]) -> str:
    """Return statement ids, authority and locator of a node that rests on a rule, or a leaf's source."""
    if facts.get("cites"):
        authority = _AUTHORITY.get(facts["authority"], facts["authority"])
        return "; ".join([", ".join(facts["cites"]), authority, facts["source"], *facts["readings"]])
    if "where" in facts:
        return f"case: {facts['where']}"
    return ""


def as_text(proof: Proof, width: int = 100) -> str:
    """Return the proof as an indented tree; a part that stands above already is named, not repeated."""
    tree = _Tree(proof, width)
    return "\n".join(line for root in proof.roots for line in [*tree.lines(root, "", "", ""), ""])


class _Tree:
    """Draws a proof depth first and remembers what it has shown."""

    def __init__(self, proof: Proof, width: int) -> None:
        self.proof, self.width = proof, width
        self.shown: set[str] = set()

    def lines(self, node: str, said: str, first: str, rest: str) -> Iterator[str]:
        """Yield the lines of a node and of what it rests on.

        :param said: what stands before its words.
        :param first: the indent of its first line, with its branch.
        :param rest: the indent of the lines below it.
        """
        facts = self.proof.graph.nodes[node]
        below = _roles(self.proof, node)
        again = node in self.shown and bool(below)
        self.shown.add(node)
        inner = rest + ("│  " if below and not again else "   ")
        cited = f"  [{text}]" if (text := citation(facts)) else ""
        yield from self._wrap(f"{said}{facts['text']}{cited}{' (as above)' if again else ''}", first, inner)
        if again:
            return
        if folded := facts.get("folded"):
            indent = rest + ("│  " if below else "   ")
            yield from self._wrap(f"not about this case: {', '.join(folded)}", indent, indent)
        for index, (child, role) in enumerate(below):
            branch, line = ("└─ ", "   ") if index == len(below) - 1 else ("├─ ", "│  ")
            yield from self.lines(child, "although " if role == "held" else "", rest + branch, rest + line)

    def _wrap(self, text: str, first: str, rest: str) -> list[str]:
        return textwrap.wrap(text, max(self.width, len(rest) + 30), initial_indent=first, subsequent_indent=rest)
