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
        "roots": list(proof.roots),
        "nodes": [{"id": name, **proof.graph.nodes[name]} for name in sorted(proof.graph)],
        "edges": [{"from": a, "to": b, **facts} for a, b, facts in sorted(proof.graph.edges(data=True), key=_edge)],
    }


def _edge(edge: tuple[str, str, dict[str, Any]]) -> tuple[str, int]:
    return edge[0], int(edge[2]["order"])


def children(proof: Proof, node: str) -> list[str]:
    """Return what a node rests on, in order."""
    edges = sorted(proof.graph.out_edges(node, data=True), key=_edge)
    return [child for _, child, _ in edges]


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
    shown: set[str] = set()
    return "\n".join(line for root in proof.roots for line in [*_tree(proof, root, "", "", width, shown), ""])


def _tree(proof: Proof, node: str, first: str, rest: str, width: int, shown: set[str]) -> Iterator[str]:
    facts = proof.graph.nodes[node]
    below = children(proof, node)
    again = node in shown and bool(below)
    shown.add(node)
    text = facts["text"] + (f"  [{cited}]" if (cited := citation(facts)) else "") + (" (as above)" if again else "")
    inner = rest + ("│  " if below and not again else "   ")
    yield from textwrap.wrap(text, max(width, len(inner) + 30), initial_indent=first, subsequent_indent=inner)
    if again:
        return
    if folded := facts.get("folded"):
        yield from _folded(folded, rest + ("│  " if below else "   "), width)
    for child in below:
        last = child == below[-1]
        yield from _tree(
            proof, child, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "), width, shown
        )


def _folded(rules: list[str], indent: str, width: int) -> Iterator[str]:
    text = f"not about this case: {', '.join(rules)}"
    yield from textwrap.wrap(text, max(width, len(indent) + 30), initial_indent=indent, subsequent_indent=indent)
