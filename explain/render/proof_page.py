"""A proof as one HTML page that folds without a script, needs no network, and prints whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...engine.decision.decide import Decision, LineDecision
from ...engine.program.program import Program
from ...engine.program.words import say_code, say_need, say_session
from ..advice.checklist import MORE
from ..proof.build import Proof
from .drawing import GraphvizError, svg, walk
from .page import document, look
from .tree_html import AUTHORITY, legend, say, tree, turning
from .tree_text import as_text

_WORLDS = {"open": "open: undocumented is unknown", "closed": "closed: undocumented is not so"}
_SIGNS = {
    "medically_necessary": "✓",
    "not_medically_necessary": "✕",
    "more_information_needed": "?",
    "not_addressed": "○",
}


def page(proof: Proof) -> str:
    """Return the proof as an HTML page that stands alone."""
    case = proof.judged.case
    return document(f"{case.title or case.id}: proof", look(), "proof", _body(proof))


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
    lines = {(line.cpt, line.session): line for line in proof.judged.decision.lines}
    roots = [proof.graph.nodes[root] for root in proof.roots]
    return [lines[facts["cpt"], facts["session"]] for facts in roots]


def _header(proof: Proof) -> Iterator[str]:
    decision, case, program = proof.judged.decision, proof.judged.case, proof.judged.guideline.program
    facts = {
        "Case": decision.case,
        "Guideline": f"{program.name}, {program.title}",
        "As of": decision.as_of,
        "World": _WORLDS[decision.world],
    }
    yield f"<header>\n<h1>{say(case.title or case.id)}</h1>\n<dl>"
    yield from (f"<div><dt>{name}</dt><dd>{say(value)}</dd></div>" for name, value in facts.items())
    yield "</dl>\n</header>"


def _outcomes(lines: Iterable[LineDecision], program: Program) -> Iterator[str]:
    yield '<section>\n<h2>Outcome of each line</h2>\n<ul class="outcomes">'
    for line in lines:
        yield f'<li class="determination {line.outcome}">\n<h3><span class="sign" aria-hidden="true">'
        by = f" by {', '.join(line.by)}" if line.by else ""
        yield f"{_SIGNS[line.outcome]}</span> {say(line.cpt)}: {say(_words(line.outcome) + by)}</h3>"
        yield from _about(line, program)
        yield "</li>"
    yield "</ul>\n</section>"


def _about(line: LineDecision, program: Program) -> Iterator[str]:
    """Yield what a line is of, and the reason or what is missing."""
    of = say_code(line.cpt, program), say_session(line.session, line.shown, program)
    yield f"<p>{say('; '.join(filter(None, of)))}</p>"
    if line.reason:
        yield f"<p>Reason: {say(program.label(line.reason))}</p>"
    if line.missing:
        needed = [
            " and ".join(say_need(need["finding"], need["needs"], program) for need in needs) for needs in line.missing
        ]
        yield f"<p>To be documented{', any one of' if len(needed) > 1 else ''}:</p>\n<ul>"
        yield from (f"<li>{say(words)}</li>" for words in needed)
        yield "</ul>"
    if not line.missing_complete:
        yield f"<p>{MORE}</p>"
    if line.rests_on:
        yield f'<p class="cite">rests on {say(", ".join(line.rests_on))}</p>'


def _words(name: str) -> str:
    return name.replace("_", " ")


def _picture(proof: Proof) -> Iterator[str]:
    """Yield what the lines turn on as a picture, and the whole graph; or what to install for it."""
    yield '<section class="picture">\n<h2 id="picture">Picture</h2>'
    try:
        part, whole = svg(proof, turning(proof)), svg(proof)
    except GraphvizError as error:
        yield f"<p>The picture is missing. {say(error.message)}.</p>\n</section>"
        return
    yield "<p>What the lines turn on, with the numbers of the steps in the proof.</p>"
    yield f'<div class="drawn" role="region" aria-labelledby="picture" tabindex="0">{_pixels(part)}</div>'
    yield '<details class="whole"><summary id="whole">The whole graph</summary>'
    yield f'<div class="drawn" role="region" aria-labelledby="whole" tabindex="0">{_pixels(whole)}</div>'
    yield "</details>\n</section>"


def _pixels(drawn: str) -> str:
    """Return an SVG at three quarters of its size, the smallest at which its text reads well."""
    return re.sub(r'(width|height)="([\d.]+)pt"', r'\1="\2"', drawn, count=2)


def _closing(decision: Decision) -> Iterator[str]:
    """Yield advisories and notices."""
    if decision.advisories:
        yield "<section>\n<h2>Advisories</h2>\n<ul>"
        for advisory in decision.advisories:
            yield f'<li>{say(advisory.text)} <span class="cite">{say(advisory.source)}</span></li>'
        yield "</ul>\n</section>"
    if decision.notices:
        yield "<section>\n<h2>Notices</h2>\n<ul>"
        yield from (f"<li>{say(notice)}</li>" for notice in decision.notices)
        yield "</ul>\n</section>"


def _sources(proof: Proof) -> Iterator[str]:
    """Yield what the statements and readings cited say, in our own words."""
    program, facts = proof.judged.guideline.program, [proof.graph.nodes[node] for node in walk(proof)]
    cites = {name for f in facts for name in f.get("cites", ())}
    readings = {name for f in facts for name in f.get("readings", ())}
    rows = [(s.id, s.words, f"{AUTHORITY[s.authority][1]} · {s.source}")
            for s in program.statements.values() if s.id in cites]  # fmt: skip
    rows += [(name, words, AUTHORITY["interpretation"][1])
             for name, words in program.interpretations.items() if name in readings]  # fmt: skip
    yield '<section>\n<h2>What is cited</h2>\n<dl class="cited">'
    for name, words, where in rows:
        yield f'<div><dt>{say(name)}</dt><dd>{say(words)} <span class="cite">{say(where)}</span></dd></div>'
    yield "</dl>\n</section>"


def proof_mimebundle(proof: Proof) -> dict[str, str]:
    """Return a proof for a notebook: as text, and as the page's content with its style."""
    html = "\n".join(['<div class="proof">', f"<style>\n{look()}</style>", *_body(proof), "</div>"])
    return {"text/plain": as_text(proof), "text/html": html}
