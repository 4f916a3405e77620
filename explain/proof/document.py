"""A proof as a JSON document, which the checker reads without the rest of the program."""

from __future__ import annotations

from typing import Any

from ...engine.program.interface import CODE
from .graph import Proof, by_order


def as_json(proof: Proof) -> dict[str, Any]:
    """Return the proof as nodes and edges; `roots` are the determinations in the order of the lines."""
    return {
        "case": proof.judged.decision.case,
        "guideline": proof.judged.decision.guideline,
        "as_of": proof.judged.decision.as_of,
        "world": proof.judged.decision.world,
        "every": proof.every,
        "lines": [f"{told[CODE]}@{told['session']}" for told in map(proof.graph.nodes.__getitem__, proof.roots)],
        "roots": list(proof.roots),
        "nodes": [{"id": name, **proof.graph.nodes[name]} for name in sorted(proof.graph)],
        "edges": [{"from": a, "to": b, **facts} for a, b, facts in sorted(proof.graph.edges(data=True), key=by_order)],
    }
