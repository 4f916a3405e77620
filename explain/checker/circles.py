"""Circles of a graph, for the proof checker: which nodes rest on each other, what they rest on first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def circles(start: Iterable[Node], below: Callable[[Node], Iterable[Node]]) -> list[list[Node]]:
    """Return the strongly connected parts of what is reached from a start, each after those it rests on.

    :param below: gives what a node rests on; asked once for each node.
    """
    # Tarjan's walk with a stack of its own: a chain may be thousands of steps deep.
    number: dict[Node, int] = {}
    low: dict[Node, int] = {}
    open_nodes: list[Node] = []
    on_stack: set[Node] = set()
    found: list[list[Node]] = []
    for root in start:
        if root in number:
            continue
        walk: list[tuple[Node, Iterator[Node]]] = []

        def enter(node: Node, walk: list[tuple[Node, Iterator[Node]]] = walk) -> None:
            number[node] = low[node] = len(number)
            open_nodes.append(node)
            on_stack.add(node)
            walk.append((node, iter(below(node))))

        enter(root)
        while walk:
            node, rest = walk[-1]
            for each in rest:
                if each not in number:
                    enter(each)
                    break
                if each in on_stack:
                    low[node] = min(low[node], number[each])
            else:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[node])
                if low[node] == number[node]:
                    at = len(open_nodes) - 1
                    while open_nodes[at] != node:
                        at -= 1
                    found.append(open_nodes[at:])
                    on_stack.difference_update(open_nodes[at:])
                    del open_nodes[at:]
    return found


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
