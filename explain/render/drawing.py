"""A proof in the formats that other tools draw and read: DOT, SVG, PNG, Mermaid and GraphML."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Collection, Iterable
from html import escape
from typing import Any, NamedTuple

import networkx as nx

from ...engine.language.errors import Fault
from ...engine.language.visible import visible
from ...engine.program.interface import FAVOURABLE, SILENT, UNFAVOURABLE, WAITING
from ...engine.program.program import Program
from ..proof.graph import Proof, children, citation, linked
from ..proof.outline import steps, walk
from . import dot as writing
from . import mermaid as flow

_WIDTH, _LINES = 30, 8
MOST = 500
"""How many steps a picture holds; Graphviz would be at more of them for minutes, and nobody could read it."""


class Look(NamedTuple):
    """How the nodes of a kind look; the tag says in words what colour and shape say."""

    tag: str
    meaning: str
    shape: str  # Graphviz's name
    fill: str
    line: str
    mermaid: tuple[str, str]  # the brackets that make Mermaid's shape


LOOKS = {
    "determination": Look("outcome", "what the guideline says of a line", "box", "#ffffff", "#1f2328", ("[[", "]]")),
    "contrast": Look("why not", "why a line has not another outcome", "box", "#ffffff", "#1f2328", ("[[", "]]")),
    "derived": Look("derived", "given by a rule", "box", "#e3edfb", "#1f4f96", ("(", ")")),
    "known": Look("known", "a fact of the guideline", "box", "#eeeff2", "#4d5360", ("[", "]")),
    "given": Look("given", "said by the case", "note", "#e0f4e9", "#17633f", (">", "]")),
    "either": Look("either", "holds, or may hold, in more than one way", "box3d", "#efe6fa", "#623a96", ("[(", ")]")),
    "absent": Look("not so", "does not hold", "octagon", "#fbe6ee", "#96205a", ("{{", "}}")),
    "failed": Look("fails", "a rule that does not give it", "box", "#fde9d9", "#8a4000", ("[\\", "\\]")),
    "compared": Look("compared", "a comparison of amounts", "hexagon", "#dcf3f5", "#0a616a", ("[/", "/]")),
    "counted": Look("counted", "how much there is of something", "trapezium", "#e9f1d8", "#46600c", ("[/", "\\]")),
    "undocumented": Look("undocumented", "nobody documented it", "ellipse", "#fff3c4", "#6d5200", ("([", "])")),
}  # fmt: skip
_STYLES = {"determination": ["bold"], "contrast": ["bold"], "derived": ["rounded"], "failed": ["diagonals"]}
_TIGHT = {shape: {"margin": 0} for shape in ("octagon", "ellipse")}  # these leave room enough at their corners
_GRAPH = {"ordering": "out", "nodesep": 0.18, "ranksep": 0.35, "bgcolor": "transparent"}
_NODE = {"margin": "0.12,0.07", "penwidth": 1.3, "fontcolor": "#1f2328"}
_EDGE = {"fontname": "Arial,sans-serif", "fontsize": 9, "fontcolor": "#4d5560"}
OUTCOME_COLOURS = {
    FAVOURABLE: ("#d9f2df", "#14642c"),
    UNFAVOURABLE: ("#fde2e0", "#9c1c16"),
    WAITING: ("#fff0c2", "#6f4e00"),
    SILENT: ("#e1edf3", "#2d566a"),
}


def plain(text: object) -> str:
    """Return text with nothing hidden in it, which any format can hold."""
    return visible(str(text))


def colours(facts: dict[str, Any], program: Program) -> tuple[str, str]:
    """Return the fill and the line colour of a node."""
    look = LOOKS[facts["kind"]]
    return OUTCOME_COLOURS[program.outcome(facts["outcome"]).role] if "outcome" in facts else (look.fill, look.line)


def _edges(proof: Proof) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """Yield parent, child and what the edge between them says; two parts may rest on one child."""
    for node in walk(proof):
        yield from ((node, child, facts) for child, facts in linked(proof, node))


def _role(facts: dict[str, Any]) -> str:
    """Return the role to label an edge with, which is none for a premise."""
    return "" if facts["role"] == "premise" else str(facts["role"])


def dot(proof: Proof, only: Collection[str] | None = None) -> str:
    """Return the proof as DOT text, or the part of it between some nodes."""
    number = steps(proof)
    drawn = [node for node in number if only is None or node in only]
    lines = []
    for node in drawn:
        left_out = len(set(children(proof, node)).difference(drawn))
        lines.append(_dot_node(proof.graph.nodes[node], number[node], left_out, proof.judged.guideline.program))
    for node, child, facts in _edges(proof):
        if only is None or (node in only and child in only):
            label = {"label": role} if (role := _role(facts)) else {}
            lines.append(writing.edge(f"n{number[node]}", f"n{number[child]}", **label))
    return writing.digraph("proof", _GRAPH, _NODE, _EDGE, [*lines, *_in_line(proof, number, drawn)])


def _in_line(proof: Proof, number: dict[str, int], drawn: Iterable[str]) -> Iterable[str]:
    """Yield what keeps lines that share nothing in their order; Graphviz would draw the last one first."""
    if 1 < len(proof.roots) == nx.number_weakly_connected_components(proof.graph.subgraph(drawn)):
        yield writing.in_order(f"n{number[root]}" for root in proof.roots)


def _dot_node(facts: dict[str, Any], number: int, left_out: int, program: Program) -> str:
    look, (fill, line) = LOOKS[facts["kind"]], colours(facts, program)
    styles = ["filled", *_STYLES.get(facts["kind"], ())]
    styles += ["dashed"] if facts.get("value") == "unknown" else []
    told = {
        "label": writing.Markup(_dot_label(facts, number, left_out)),
        "class": " ".join(filter(None, [facts["kind"], facts.get("outcome", "")])), "shape": look.shape,
        "style": ",".join(styles), "fillcolor": fill, "color": line,
    }  # fmt: skip
    return writing.node(f"n{number}", **told | _TIGHT.get(look.shape, {}))


def _dot_label(facts: dict[str, Any], number: int, left_out: int) -> str:
    """Return step, tag, text and citation in Graphviz's HTML-like markup."""
    parts = [f"<b>{number} {LOOKS[facts['kind']].tag}</b>", *_wrapped(facts["text"], _WIDTH)]
    small = [*_wrapped(citation(facts), _WIDTH + 6), *([f"+ {left_out} more"] if left_out else [])]
    return "<br/>".join([*parts, *(f'<font point-size="9">{line}</font>' for line in small)])


def _wrapped(text: str, width: int) -> list[str]:
    return [writing.as_markup(line) for line in textwrap.wrap(plain(text), width, max_lines=_LINES, placeholder=" …")]


def svg(proof: Proof, only: Collection[str] | None = None) -> str:
    """Return the proof as one SVG element, with a title in place of Graphviz's names and ids of nodes.

    :raises GraphvizError: where Graphviz is not installed or fails, or there are more than `MOST` steps to draw.
    """
    drawn = _draw(proof, only, "svg").decode()
    drawn = re.sub(r'<title>.*?</title>\n?|<!--.*?-->\n?| id="\w+"', "", drawn[drawn.index("<svg") :], flags=re.DOTALL)
    title = escape(plain(f"Proof of {proof.judged.decision.case}"))
    return drawn.strip().replace("<svg", '<svg role="img"', 1).replace(">", f"><title>{title}</title>", 1)


def png(proof: Proof) -> bytes:
    """Return the proof as a PNG picture on white; see `svg`."""
    return _draw(proof, None, "png", "-Gdpi=144", ground="white")


def _draw(proof: Proof, only: Collection[str] | None, form: str, *options: str, ground: str = "") -> bytes:
    count = len(proof.graph if only is None else only)
    if count > MOST:
        large = f"a picture holds {MOST} steps at most, and this proof has {count}"
        remedy = f"{writing.ONE_LINE}, or give the graph to another tool (--format dot)"
        raise writing.GraphvizError(faults=[Fault("", large, remedy)])
    source = dot(proof, only)
    return writing.draw(source.replace("transparent", ground, 1) if ground else source, form, *options)


def mermaid(proof: Proof) -> str:
    """Return the proof as a Mermaid flowchart."""
    number = steps(proof)
    lines = [_mermaid_node(proof.graph.nodes[node], i) for node, i in number.items()]
    for node, child, facts in _edges(proof):
        lines.append(flow.edge(f"n{number[node]}", f"n{number[child]}", _role(facts)))
    classed: dict[str, tuple[flow.Colours, list[str]]] = {}
    for node, i in number.items():
        facts = proof.graph.nodes[node]
        look = colours(facts, proof.judged.guideline.program)
        classed.setdefault(facts.get("outcome", facts["kind"]), (look, []))[1].append(f"n{i}")
    return flow.flowchart("TD", lines, classed)


def _mermaid_node(facts: dict[str, Any], number: int) -> str:
    look = LOOKS[facts["kind"]]
    return flow.node(f"n{number}", [f"{number} {look.tag}", plain(facts["text"]), plain(citation(facts))], look.mermaid)


def graphml(proof: Proof) -> str:
    """Return the proof as GraphML; lists and bindings are JSON text, and what is none is left out."""
    decision = proof.judged.decision
    about = {"case": decision.case, "guideline": decision.guideline, "as_of": decision.as_of, "world": decision.world}
    flat: nx.MultiDiGraph[str] = nx.MultiDiGraph(**_scalars({**about, "roots": list(proof.roots)}))
    for node, number in steps(proof).items():
        flat.add_node(node, step=number, **_scalars(proof.graph.nodes[node]))
    for node, child, facts in _edges(proof):
        flat.add_edge(node, child, **_scalars(facts))
    return "\n".join(nx.generate_graphml(flat))


def _scalars(facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts as GraphML can hold them."""
    told = {key: value for key, value in facts.items() if value is not None}
    return {key: value if isinstance(value, int) else _text(value) for key, value in told.items()}


def _text(value: object) -> str:
    return plain(value if isinstance(value, str) else json.dumps(value, sort_keys=True))
