"""A proof as an indented tree in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..advice.phrases import wrapped
from ..proof.graph import Proof, citation, linked

INDENTS = 40
"""How deep a tree in words is indented at most; deeper steps stand there, each with its depth before it."""
_TEXT = 24
"""The columns left to the text of the deepest step, where the width has them."""


def as_text(proof: Proof, width: int = 100) -> str:
    """Return the proof as an indented tree; a part that stands above already is named, not repeated."""
    tree = _Tree(proof, width)
    return "\n".join(line for root in proof.roots for line in [*tree.lines(root), ""])


class _Branch(NamedTuple):
    """A node to draw: how deep it stands, in what role, and the indents of its first line and of those below."""

    node: str
    depth: int
    role: str
    first: str
    rest: str


class _Tree:
    """Draws a proof depth first and remembers what it has shown."""

    def __init__(self, proof: Proof, width: int) -> None:
        self.proof, self.width = proof, width
        self.indents = max(1, min(INDENTS, (width - _TEXT) // 3))
        self.shown: set[str] = set()

    def lines(self, root: str) -> Iterator[str]:
        """Yield the lines of a node and of what it rests on."""
        stack = [_Branch(root, 0, "", "", "")]
        while stack:
            branch = stack.pop()
            below = linked(self.proof, branch.node)
            again = branch.node in self.shown and bool(below)
            self.shown.add(branch.node)
            yield from self._node(branch, below_it=bool(below) and not again, again=again)
            if not again:
                stack += reversed(list(self._below(branch, below)))

    def _node(self, branch: _Branch, *, below_it: bool, again: bool) -> Iterator[str]:
        facts, rest = self.proof.graph.nodes[branch.node], branch.rest
        inner = rest + ("│  " if below_it else "   ")
        said = f"({branch.depth}) " if branch.depth > self.indents else ""
        said += "although " if branch.role == "held" else ""
        cited = f"  [{text}]" if (text := citation(facts)) else ""
        yield from self._wrap(f"{said}{facts['text']}{cited}{' (as above)' if again else ''}", branch.first, inner)
        if not again and (folded := facts.get("folded")):
            yield from self._wrap(f"not about this case: {', '.join(folded)}", inner, inner)

    def _below(self, branch: _Branch, below: list[tuple[str, dict[str, Any]]]) -> Iterator[_Branch]:
        depth, rest = branch.depth + 1, branch.rest
        for index, (child, facts) in enumerate(below):
            end, line = ("└─ ", "   ") if index == len(below) - 1 else ("├─ ", "│  ")
            if depth > self.indents:
                rest, end, line = branch.rest[: 3 * self.indents], "", ""
            yield _Branch(child, depth, facts["role"], rest + end, rest + line)

    def _wrap(self, text: str, first: str, rest: str) -> list[str]:
        return wrapped(text, max(self.width, len(rest) + 1), initial_indent=first, subsequent_indent=rest)
