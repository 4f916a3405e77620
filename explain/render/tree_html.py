"""The rows of the tree that folds: what the record had to show is open, the rest closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..proof.graph import Proof, linked
from ..proof.outline import TELLING, opened, steps
from .drawing import LOOKS

# What a step is to the one above it, where its kind does not say so already.
_ROLES = {"cause": "because", "held": "although", "way": "one way", "absence": "under not"}
NESTED = 100
"""How deep lists are nested; browsers nest a few hundred."""


class Row(NamedTuple):
    """A step as it stands in the tree."""

    step: int
    facts: dict[str, Any]
    tag: str
    word: str  # what it is to the step above
    classes: str
    below: tuple[int, ...]  # the steps that it rests on
    again: bool  # it stands above already
    folds: bool  # what it rests on is a list in it, that a row of None ends
    opened: bool


def rows(proof: Proof, *, whole: bool = False) -> Iterator[Row | None]:
    """Yield the rows of the tree; a part that stands above already is linked, not repeated.

    :param whole: every step is open, not only the way to what the lines turn on.
    """
    writer = _Writer(proof, set(proof.graph) if whole else opened(proof))
    for root in proof.roots:
        yield from writer.rows(root)


class _Writer:
    def __init__(self, proof: Proof, open_: set[str]) -> None:
        self.proof, self.step, self.open = proof, steps(proof), open_
        self.shown: set[str] = set()

    def rows(self, root: str) -> Iterator[Row | None]:
        """Yield a node with what it rests on; below a depth no browser should nest, steps stand one after another."""
        stack: list[tuple[str, str, int] | None] = [(root, "premise", 0)]
        while stack:
            if (each := stack.pop()) is None:
                yield None
                continue
            node, role, depth = each
            below = linked(self.proof, node)
            again = node in self.shown
            folds = depth < NESTED and not again and bool(below)
            yield self._row(node, role, [child for child, _ in below], again=again, folds=folds)
            if not again:
                stack += [None] if folds else []
                stack += [(child, facts["role"], depth + folds) for child, facts in reversed(below)]

    def _row(self, node: str, role: str, below: list[str], *, again: bool, folds: bool) -> Row:
        facts = self.proof.graph.nodes[node]
        self.shown.add(node)
        return Row(
            step=self.step[node],
            facts=facts,
            tag=LOOKS[facts["kind"]].tag,
            word="" if role == "absence" and facts["kind"] in TELLING else _ROLES.get(role, ""),
            classes=classes(facts),
            below=tuple(self.step[child] for child in below),
            again=again,
            folds=folds,
            opened=node in self.open,
        )


def classes(facts: dict[str, Any]) -> str:
    """Return the classes that give a node its colours."""
    unsure = "unsure" if facts.get("value") == "unknown" else ""
    return " ".join(filter(None, [facts["kind"], facts.get("outcome", ""), unsure]))
