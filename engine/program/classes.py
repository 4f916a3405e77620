"""Columns and variables that stand for one thing: classes, joined pair by pair."""

from __future__ import annotations

Node = tuple[object, ...]  # a column of a predicate, or a variable or a comparison of a rule


class Classes:
    """Which nodes are of one class; each class goes by one of its nodes."""

    def __init__(self) -> None:
        self._above: dict[Node, Node] = {}

    def top(self, node: Node) -> Node:
        """Return the node that a class goes by."""
        while node in self._above:
            node = self._above[node]
        return node

    def join(self, one: Node, two: Node) -> tuple[Node, Node]:
        """Make two classes one, and return what they went by: the first now goes by the second."""
        one, two = self.top(one), self.top(two)
        if one != two:
            self._above[one] = two
        return one, two
