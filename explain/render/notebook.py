"""A decision and a proof for a notebook, as text and as HTML; importing this registers them with `view.shown`."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ...engine.decision.decide import Decision, LineDecision
from ...engine.decision.view import shown
from ..proof.graph import Proof


@shown.register
def proof_bundle(proof: Proof) -> dict[str, str]:
    """Return a proof as the tree in words, and as the page's content with its style."""
    from .proof_page import fragment
    from .tree_text import as_text

    return {"text/plain": as_text(proof), "text/html": fragment(proof)}


@shown.register
def decision_bundle(decision: Decision) -> dict[str, str]:
    """Return a decision as a line for each of its own, and as a table."""
    title = f"{decision.case}: {decision.guideline}, as of {decision.as_of}, {decision.world} world"
    rows = [[line.cpt, str(line.session), line.outcome.replace("_", " "), _because(line)] for line in decision.lines]
    return {"text/plain": "\n".join([title, *map("  ".join, rows)]), "text/html": "\n".join(_table(title, rows))}


def _because(line: LineDecision) -> str:
    """Return what an outcome is by, its reason, or what to document."""
    needed = [" and ".join(f"{need['finding']} {need['needs']}" for need in needs) for needs in line.missing]
    return ", ".join(line.by) or line.reason or "; or ".join(needed)


def _table(title: str, rows: list[list[str]]) -> Iterator[str]:
    yield f"<table><caption>{escape(title)}</caption>"
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("code", "session", "outcome", "by, reason or missing"))
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
    yield "</tbody></table>"
