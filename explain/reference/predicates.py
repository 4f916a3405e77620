"""The dependency graph of a guideline's predicates by stratum, as DOT, Mermaid and SVG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...engine.library.guideline import Guideline
from ...engine.program.graph import edges
from ...engine.soundness.check import INTERFACE

# By the role of a predicate: Graphviz's shape, the fill, the line, and Mermaid's brackets.
_LOOKS = {
    "input": ("note", "#e0f4e9", "#17633f", (">", "]")),
    "open": ("ellipse", "#fff3c4", "#6d5200", ("([", "])")),
    "output": ("box3d", "#e3edfb", "#1f4f96", ("[[", "]]")),
    "derived": ("box", "#ffffff", "#57606a", ("[", "]")),
    "fact": ("box", "#eeeff2", "#4d5360", ("[", "]")),
}
_OUTPUTS = {*INTERFACE, "advisory"}


class Node(NamedTuple):
    """A predicate: its stratum, and whether a case says it, nobody need say it, or it is an answer."""

    name: str
    stratum: int
    role: str


class Graph(NamedTuple):
    """The predicates in the order of evaluation, and what rests on what."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str, bool], ...]  # body, head, and whether through `not`


def dependencies(guideline: Guideline) -> Graph:
    """Return the graph of the predicates that are declared or that rules read."""
    program = guideline.program
    found: dict[tuple[str, str], bool] = {}
    for edge in edges(program):
        found[edge.body, edge.head] = edge.negative or found.get((edge.body, edge.head), False)
    drawn = {*program.predicates, *(name for pair in found for name in pair)}
    level: dict[str, int] = {}
    for component in guideline.strata.components:
        below = [level[b] + is_not for (b, head), is_not in found.items() if head in component and b in level]
        level |= dict.fromkeys(component, max(below, default=0))
    nodes = [Node(name, level[name], _role(name, guideline)) for name in level if name in drawn]
    ordered = sorted(nodes, key=lambda node: (node.stratum, node.name))
    return Graph(tuple(ordered), tuple(sorted((*pair, is_not) for pair, is_not in found.items())))


def _role(name: str, guideline: Guideline) -> str:
    declared = guideline.program.predicates.get(name)
    if declared and declared.is_open:
        return "open"
    if declared and declared.case:
        return "input"
    if name in _OUTPUTS or (declared and declared.is_error):
        return "output"
    ruled = any(rule.body and rule.head.predicate == name for rule in guideline.program.rules)
    return "derived" if ruled else "fact"


def _strata(graph: Graph) -> Iterator[tuple[int, list[Node]]]:
    for stratum in sorted({node.stratum for node in graph.nodes}):
        yield stratum, [node for node in graph.nodes if node.stratum == stratum]


def dot(graph: Graph) -> str:
    """Return the graph as DOT text: a box for each stratum, an edge through `not` dashed."""
    lines = [
        "digraph predicates {",
        '  graph [rankdir=LR, nodesep=0.15, ranksep=0.6, fontname="Arial,sans-serif", fontsize=11];',
        '  node [fontname="Arial,sans-serif", fontsize=11, margin="0.1,0.05", style=filled];',
        '  edge [color="#57606a", arrowsize=0.6];',
    ]
    for stratum, nodes in _strata(graph):
        lines += [f"  subgraph cluster_{stratum} {{", f'    label="stratum {stratum}"; color="#afb8c1";']
        for node in nodes:
            shape, fill, line, _ = _LOOKS[node.role]
            tag = "" if node.role == "derived" else f"\\n{node.role}"
            look = f'shape={shape}, fillcolor="{fill}", color="{line}"'
            lines.append(f'    "{node.name}" [label="{node.name}{tag}", {look}];')
        lines.append("  }")
    for body, head, is_not in graph.edges:
        lines.append(f'  "{body}" -> "{head}"{" [style=dashed]" if is_not else ""};')
    return "\n".join([*lines, "}"])


def mermaid(graph: Graph) -> str:
    """Return the graph as a Mermaid flowchart; ids have a prefix, as Mermaid keeps some words to itself."""
    lines = ["flowchart LR"]
    for stratum, nodes in _strata(graph):
        lines.append(f'  subgraph s{stratum}["stratum {stratum}"]')
        for node in nodes:
            start, end = _LOOKS[node.role][3]
            tag = "" if node.role == "derived" else f"<br/>{node.role}"
            lines.append(f'    p_{node.name}{start}"{node.name}{tag}"{end}')
        lines.append("  end")
    lines += [f"  p_{body} {'-.->' if is_not else '-->'} p_{head}" for body, head, is_not in graph.edges]
    for role, (_, fill, line, _) in _LOOKS.items():
        members = [f"p_{node.name}" for node in graph.nodes if node.role == role]
        if members:
            lines.append(f"  classDef {role} fill:{fill},stroke:{line},color:#1f2328")
            lines.append(f"  class {','.join(members)} {role}")
    return "\n".join(lines)


def svg(graph: Graph) -> str:
    """Return the graph drawn by Graphviz as one SVG document.

    :raises GraphvizError: where Graphviz is not installed, or fails.
    """
    from ..render.drawing import draw

    return draw(dot(graph), "svg").decode().strip()
