"""The dependency graph of a guideline's predicates by stratum, as DOT, Mermaid and SVG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...engine.library.guideline import Guideline
from ...engine.program.graph import edges
from ...engine.program.interface import SERVICE
from ..render import dot as writing
from ..render import mermaid as flow

# By the role of a predicate: Graphviz's shape, the fill, the line, and Mermaid's brackets.
_LOOKS = {
    "input": ("note", "#e0f4e9", "#17633f", (">", "]")),
    "open": ("ellipse", "#fff3c4", "#6d5200", ("([", "])")),
    "output": ("box3d", "#e3edfb", "#1f4f96", ("[[", "]]")),
    "derived": ("box", "#ffffff", "#57606a", ("[", "]")),
    "fact": ("box", "#eeeff2", "#4d5360", ("[", "]")),
}
_GRAPH = {"nodesep": 0.15, "ranksep": 0.6, "fontname": "Arial,sans-serif", "fontsize": 11}


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
    if name in (SERVICE, *guideline.program.outputs()) or (declared and declared.is_error):
        return "output"
    ruled = any(rule.body and rule.head.predicate == name for rule in guideline.program.rules)
    return "derived" if ruled else "fact"


def _strata(graph: Graph) -> Iterator[tuple[int, list[Node]]]:
    for stratum in sorted({node.stratum for node in graph.nodes}):
        yield stratum, [node for node in graph.nodes if node.stratum == stratum]


def dot(graph: Graph) -> str:
    """Return the graph as DOT text: a box for each stratum, an edge through `not` dashed."""
    lines: list[str] = []
    for stratum, nodes in _strata(graph):
        lines += writing.cluster(stratum, f"stratum {stratum}", map(_dot_node, nodes))
    for body, head, is_not in graph.edges:
        style = {"style": "dashed"} if is_not else {}
        lines.append(writing.edge(writing.quoted(body), writing.quoted(head), **style))
    return writing.digraph("predicates", _GRAPH, {"margin": "0.1,0.05", "style": "filled"}, {}, lines)


def _dot_node(node: Node) -> str:
    shape, fill, line, _ = _LOOKS[node.role]
    return writing.node(
        writing.quoted(node.name), label="\\n".join(_words(node)), shape=shape, fillcolor=fill, color=line
    )


def _words(node: Node) -> list[str]:
    return [node.name] if node.role == "derived" else [node.name, node.role]


def mermaid(graph: Graph) -> str:
    """Return the graph as a Mermaid flowchart; ids have a prefix, as Mermaid keeps some words to itself."""
    lines: list[str] = []
    for stratum, nodes in _strata(graph):
        drawn = (flow.node(f"p_{node.name}", _words(node), _LOOKS[node.role][3]) for node in nodes)
        lines += flow.subgraph(f"s{stratum}", f"stratum {stratum}", drawn)
    for body, head, is_not in graph.edges:
        lines.append(flow.edge(f"p_{body}", f"p_{head}", arrow="-.->" if is_not else "-->"))
    members = {role: [f"p_{node.name}" for node in graph.nodes if node.role == role] for role in _LOOKS}
    classed = {role: (_LOOKS[role][1:3], names) for role, names in members.items() if names}
    return flow.flowchart("LR", lines, classed)


def svg(graph: Graph) -> str:
    """Return the graph drawn by Graphviz as one SVG document.

    :raises GraphvizError: where Graphviz is not installed, or fails.
    """
    return writing.draw(dot(graph), "svg").decode().strip()
