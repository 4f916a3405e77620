"""A proof as one HTML page that folds without a script, needs no network, and prints whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ..engine.decide import Decision, LineDecision
from ..engine.program import Program
from .export import GraphvizError, svg, walk
from .html_tree import AUTHORITY, legend, opened, say, tree
from .proof import Proof
from .render import as_text

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_WORLDS = {"open": "open: what is not documented is unknown", "closed": "closed: what is not documented is not so"}
_SIGNS = {
    "medically_necessary": "✓",
    "not_medically_necessary": "✕",
    "more_information_needed": "?",
    "not_addressed": "–",
}


def page(proof: Proof) -> str:
    """Return the proof as an HTML page that stands alone."""
    case = proof.judged.case
    head = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{say(case.title or case.id)}: proof</title>
{_style()}
</head>
<body class="proof">"""
    return "\n".join([head, *_body(proof), "</body>", "</html>"])


def _style() -> str:
    return f"<style>\n{(Path(__file__).parent / 'proof.css').read_text(encoding='utf-8')}</style>"


def _body(proof: Proof) -> Iterator[str]:
    judged = proof.judged
    yield from _header(proof)
    yield "<main>"
    yield from _outcomes(_lines(proof), judged.guideline.program)
    yield '<div class="beside">\n<section>\n<h2>Proof</h2>'
    yield from legend(proof)
    yield from tree(proof)
    yield "</section>"
    yield from _picture(proof)
    yield "</div>"
    yield from _closing(judged.decision)
    yield from _sources(proof)
    yield "</main>"


def _lines(proof: Proof) -> list[LineDecision]:
    """Return the lines the proof speaks of, each once."""
    roots = [proof.graph.nodes[root] for root in proof.roots]
    shown = {(facts["cpt"], facts["session"]) for facts in roots}
    return [line for line in dict.fromkeys(_plainly(proof.judged.decision)) if (line.cpt, line.session) in shown]
