"""A proof as one HTML page that folds without a script, needs no network, and prints whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...engine.decision.decision import LineDecision
from ...engine.decision.need import say_need
from ...engine.program.program import Program
from ...engine.program.words import say_code, say_session
from ..advice.checklist import MORE
from ..proof.graph import Proof
from ..proof.outline import turning, walk
from .dot import GraphvizError
from .drawing import LOOKS, svg
from .page import markup, style, written
from .page import page as written_page
from .tree_html import rows


def page(proof: Proof) -> str:
    """Return the proof as an HTML page that stands alone.

    :raises PagesError: where Jinja2 is not installed.
    """
    case = proof.judged.case
    title = f"{case.title or case.id}: proof"
    return written_page("proof", "proof", title=title, kind="proof", **_content(proof)).rstrip()


def fragment(proof: Proof) -> str:
    """Return the content of the page with its style, to stand in a page that is not ours; see `page`."""
    return written("proof_fragment", style=style("proof", program=proof.judged.guideline.program), **_content(proof))


def _content(proof: Proof) -> dict[str, Any]:
    """Return what the page tells, by the names that its template has for it."""
    judged = proof.judged
    nodes = [proof.graph.nodes[node] for node in walk(proof)]
    kinds, authorities = {f["kind"] for f in nodes}, {f.get("authority") for f in nodes}
    authorities |= {"interpretation"} if any(f.get("readings") for f in nodes) else set()
    return {
        "case": judged.case, "decision": judged.decision, "program": judged.guideline.program,
        "lines": [_line(line, judged.guideline.program) for line in _lines(proof)],
        "looks": [(kind, look) for kind, look in LOOKS.items() if kind in kinds], "authorities": authorities,
        "rows": rows(proof), "sources": list(_sources(nodes, judged.guideline.program)), **_picture(proof),
    }  # fmt: skip


def _lines(proof: Proof) -> list[LineDecision]:
    """Return the lines the proof speaks of, each once."""
    lines = {(line.cpt, line.session): line for line in proof.judged.decision.lines}
    roots = [proof.graph.nodes[root] for root in proof.roots]
    return [lines[facts["cpt"], facts["session"]] for facts in roots]


def _line(line: LineDecision, program: Program) -> dict[str, Any]:
    """Return what the page begins with of a line: what it is of, and the reason or what is missing."""
    of = say_code(line.cpt, program), say_session(line.session, line.shown, program)
    needed = [" and ".join(say_need(need, program) for need in needs) for needs in line.needs]
    if line.needs_for:
        needed = [f"{told} ({program.outcome(name).words})" for told, name in zip(needed, line.needs_for, strict=True)]
    return {
        "cpt": line.cpt, "outcome": line.outcome, "role": line.role, "words": line.words, "by": line.by,
        "rests_on": line.rests_on, "needed": needed,
        "about": "; ".join(filter(None, of)),
        "reason": program.label(line.reason) if line.reason else "",
        "more": "" if line.missing_complete else MORE,
    }  # fmt: skip


def _picture(proof: Proof) -> dict[str, Any]:
    """Return what the lines turn on as a picture, and the whole graph; or why they are not there."""
    told: dict[str, Any] = {"part": "", "whole": "", "undrawn": ""}
    try:
        told["part"] = _pixels(svg(proof, turning(proof)))
        told["whole"] = _pixels(svg(proof))
    except GraphvizError as error:
        told["undrawn"] = f"The {'whole graph' if told['part'] else 'picture'} is missing: {error}."
    return told


def _pixels(drawn: str) -> str:
    """Return an SVG at three quarters of its size, the smallest at which its text reads well."""
    return markup(re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', drawn, count=2))


def _sources(nodes: list[dict[str, Any]], program: Program) -> Iterator[dict[str, str]]:
    """Yield what the statements and readings cited say, in our own words."""
    cites = {name for f in nodes for name in f.get("cites", ())}
    readings = {name for f in nodes for name in f.get("readings", ())}
    for s in program.statements.values():
        if s.id in cites:
            yield {"name": s.id, "words": s.words, "authority": s.authority, "where": s.source}
    for name, words in program.interpretations.items():
        if name in readings:
            yield {"name": name, "words": words, "authority": "interpretation", "where": ""}
