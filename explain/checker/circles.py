"""Circles of a graph, for the proof checker: which nodes rest on each other, what they rest on first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

import networkx as nx

Node = TypeVar("Node", bound=Hashable)


def circles(start: Iterable[Node], below: Callable[[Node], Iterable[Node]]) -> list[list[Node]]:
    """Return the strongly connected parts of what is reached from a start, each after those it rests on.

    :param below: gives what a node rests on; asked once for each node.
    """
    rests: dict[Node, list[Node]] = {}
    reached(start, lambda node: rests.setdefault(node, list(below(node))))
    graph: nx.DiGraph[Node] = nx.DiGraph()
    graph.add_nodes_from(rests)
    graph.add_edges_from((node, other) for node, others in rests.items() for other in others)
    place = {node: number for number, node in enumerate(graph)}
    condensed = nx.condensation(graph)
    parts = reversed(list(nx.topological_sort(condensed)))
    return [sorted(condensed.nodes[part]["members"], key=place.__getitem__) for part in parts]


def reached(start: Iterable[Node], below: Callable[[Node], Iterable[Node]]) -> dict[Node, None]:
    """Return what is reached from a start, itself included, in the order of a walk."""
    seen: dict[Node, None] = {}
    stack = list(start)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen[node] = None
            stack.extend(below(node))
    return seen
