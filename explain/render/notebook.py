"""A decision and a proof for a notebook, as text and as HTML; importing this registers them with `view.shown`."""

from __future__ import annotations

from collections.abc import Callable

from ...engine.decision.decision import Decision, LineDecision
from ...engine.decision.view import shown
from ...engine.library.guideline import loaded
from ...engine.program.program import Program
from ..proof.graph import Proof
from .page import PagesError, written

_HEADS = ("code", "session", "outcome", "by, reason or missing")
FEW = 3
"""So many missing sets of a line are told, the smallest first."""


@shown.register
def proof_bundle(proof: Proof) -> dict[str, str]:
    """Return a proof as its reasons in words, and as the page's content with its style."""
    from .account_text import as_text
    from .proof_page import fragment

    return _bundle(as_text(proof.judged, proof.lines, colour=False), lambda: fragment(proof))


@shown.register
def decision_bundle(decision: Decision) -> dict[str, str]:
    """Return a decision as a line for each of its own, and as a table."""
    title = f"{decision.case}: {decision.guideline}, as of {decision.as_of}, {decision.world} world"
    guideline = loaded(decision.guideline_hash)
    program = guideline.program if guideline else None
    rows = [[line.code, str(line.session), line.words, _because(line, program)] for line in decision.lines]
    text = "\n".join([title, *map("  ".join, rows)])
    return _bundle(text, lambda: written("decision", title=title, heads=_HEADS, rows=rows))


def _bundle(text: str, html: Callable[[], str]) -> dict[str, str]:
    """Return text with HTML; where nothing can write HTML, the text says what to install."""
    try:
        return {"text/plain": text, "text/html": html()}
    except PagesError as error:
        return {"text/plain": f"{text}\n({error})"}


def _because(line: LineDecision, program: Program | None) -> str:
    """Return what an outcome is by, its reason, or what to document.

    :param program: the guideline, in whose words it is told; without it names stand as case files have them.
    """
    if line.by or line.reason:
        return ", ".join(line.by) or (program.label(line.reason) if program else str(line.reason))
    from ..advice.ways import wanted

    needed = [
        " and ".join(wanted(need, "", program).label if program else str(need) for need in needs)
        for needs in line.needs[:FEW]
    ]
    more = len(line.needs) - len(needed)
    return "; or ".join([*needed, *[f"{more} more (checklist)"] * bool(more)])
