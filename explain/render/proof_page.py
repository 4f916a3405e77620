"""A proof as one HTML page that folds without a script, needs no network, and prints whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ...engine.decision.decide import Judged, LineDecision
from ...engine.program.program import Program
from ...engine.program.words import say_code
from ..advice.account import Account, accounts
from ..advice.checklist import MORE
from ..proof.graph import Proof
from ..proof.outline import turning, walk
from .account_words import facts, told
from .dot import GraphvizError
from .drawing import LOOKS, svg
from .page import markup, style, written
from .page import page as written_page
from .tree_html import rows


def page(proof: Proof, *, whole: bool = False) -> str:
    """Return the proof as an HTML page that stands alone.

    :param whole: every step is open, not only the way to what the lines turn on.
    :raises PagesError: where Jinja2 is not installed.
    """
    case = proof.judged.case
    title = f"{case.title or case.id}: proof"
    return written_page(
        "proof", "proof", title=title, kind="proof", **content(proof, whole=whole), **_picture(proof)
    ).rstrip()


def fragment(proof: Proof) -> str:
    """Return the content of the page with its style, to stand in a page that is not ours; see `page`."""
    return written(
        "proof_fragment",
        style=style("proof", program=proof.judged.guideline.program),
        **content(proof),
        **_picture(proof),
    )


def content(proof: Proof, *, whole: bool = False) -> dict[str, Any]:
    """Return what the page tells but for its pictures, by the names that its template has for it."""
    judged = proof.judged
    nodes = [proof.graph.nodes[node] for node in walk(proof)]
    kinds, authorities = {f["kind"] for f in nodes}, {f.get("authority") for f in nodes}
    authorities |= {"interpretation"} if any(f.get("readings") for f in nodes) else set()
    return {
        "case": judged.case, "decision": judged.decision, "program": judged.guideline.program,
        "reasons": reasons(judged, proof.lines),
        "looks": [(kind, look) for kind, look in LOOKS.items() if kind in kinds], "authorities": authorities,
        "rows": rows(proof, whole=whole), "sources": list(_sources(nodes, judged.guideline.program)),
    }  # fmt: skip


def reasons(judged: Judged, lines: Iterable[LineDecision] = ()) -> list[dict[str, Any]]:
    """Return the reason of every line, or of some, in words, for a template that lays it out."""
    return [_reason(account, judged) for account in accounts(judged, lines)]


def _reason(account: Account, judged: Judged) -> dict[str, Any]:
    """Return what the page begins with: a reason, and all that would be enough where lines wait for it."""
    line, program = account.lines[0], judged.guideline.program
    needed = told(account.ways, account.blocks) if line.missing else []
    named = dict.fromkeys(name for each in account.lines for name in each.rests_on)
    return facts(account, judged) | {
        "needed": needed, "more": "" if line.missing_complete else MORE,
        "labels": {each.code: say_code(each.code, program) for each in account.lines},
        "rests_on": program.in_order(named),
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
    for s in program.in_document():
        if s.id in cites:
            yield {"name": s.id, "words": s.words, "authority": s.authority, "where": s.source}
    for name, words in program.interpretations.items():
        if name in readings:
            yield {"name": name, "words": words, "authority": "interpretation", "where": ""}
