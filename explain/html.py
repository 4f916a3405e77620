"""A proof as one HTML page that folds without a script, needs no network, and prints whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.decide import Decision, LineDecision
from ..engine.program import AUTHORITIES, Program
from .export import LOOKS, GraphvizError, plain, steps, svg
from .proof import Proof
from .render import as_text, children

if TYPE_CHECKING:
    from collections.abc import Collection

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_WORLDS = {"open": "open: what is not documented is unknown", "closed": "closed: what is not documented is not so"}
_SIGNS = {
    "medically_necessary": "✓",
    "not_medically_necessary": "✕",
    "more_information_needed": "?",
    "not_addressed": "–",
}
_MARKS = {
    "stated": ("●", "stated", "the guideline says so"),
    "earlier_edition": ("◐", "earlier edition", "an earlier edition says so"),
    "inferred": ("○", "inferred", "read off the guideline's structure"),
    "interpretation": ("◇", "interpretation", "a reading of ambiguous text"),
}
# What a step is to the one above it, where its kind does not say it already.
_ROLES = {("cause", ""): "because", ("way", ""): "one way"}


def _say(text: object) -> str:
    return escape(plain(text))


def _words(name: str) -> str:
    return _say(name.replace("_", " "))


def page(proof: Proof) -> str:
    """Return the proof as an HTML page that stands alone."""
    case = proof.judged.case
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{_say(case.title or case.id)}: proof</title>",
            _style(),
            "</head>",
            '<body class="proof">',
            *_body(proof),
            "</body>",
            "</html>",
        ]
    )


def _style() -> str:
    return f"<style>\n{(Path(__file__).parent / 'proof.css').read_text(encoding='utf-8')}</style>"


def _body(proof: Proof) -> Iterator[str]:
    judged = proof.judged
    decision, program = judged.decision, judged.guideline.program
    shown = {(f["cpt"], f["session"]) for f in (proof.graph.nodes[root] for root in proof.roots)}
    yield from _header(proof)
    yield "<main>"
    yield from _outcomes([line for line in decision.lines if line[:2] in shown], program)
    yield '<div class="beside">'
    yield from _tree(proof)
    yield from _picture(proof)
    yield "</div>"
    yield from _closing(decision)
    yield from _cited(proof)
    yield "</main>"


def _header(proof: Proof) -> Iterator[str]:
    decision, case, program = proof.judged.decision, proof.judged.case, proof.judged.guideline.program
    facts = {
        "Case": decision.case,
        "Guideline": f"{program.name}, {program.title}",
        "As of": decision.as_of,
        "World": _WORLDS[decision.world],
    }
    yield f"<header>\n<h1>{_say(case.title or case.id)}</h1>\n<dl>"
    yield from (f"<div><dt>{name}</dt><dd>{_say(value)}</dd></div>" for name, value in facts.items())
    yield "</dl>\n</header>"


def _outcomes(lines: Iterable[LineDecision], program: Program | None) -> Iterator[str]:
    yield '<section>\n<h2>Outcome of each line</h2>\n<ul class="outcomes">'
    for line in dict.fromkeys((n.cpt, n.session) for n in lines):
        yield from _outcome(next(n for n in lines if n[:2] == line), program)
    yield "</ul>\n</section>"
