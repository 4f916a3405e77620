"""Adds nodes to a proof: each once, by its content, without Python's stack; those that compare and count among them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable
from types import MappingProxyType
from typing import Any, cast

import networkx as nx

from ...engine.evaluation.rules import Tally
from ...engine.language.comparison import holds
from ...engine.language.terms import Aggregate, Atom, Comparison, Literal, Part, Rule, Substitution, plain, variables
from ...engine.program.program import Program
from ...engine.program.words import say_comparison, say_counted
from .node import Child, node_id

Steps = Generator["Steps", str, str]
"""Adds a node: yields the steps that add another one, is sent its name, and returns its own."""


def ordered(binding: Substitution) -> dict[str, Any]:
    """Return a binding in the order of its names."""
    return {name: plain(value) for name, value in sorted(binding.items())}


_VALUES = {True: "true", False: "false", None: "unknown"}


def _evidence(part: Comparison | Aggregate, failed: Rule | None, binding: Substitution) -> list[Atom]:
    """Return the premises of a rule that the values of a part which fails come from."""
    names = set(part.names())
    literals = failed.literals if failed else []
    return [lit.atom.substitute(binding) for lit in literals if names & set(variables(lit.atom.args))]


class Adding(ABC):
    """Adds nodes to one graph, each once; what it returns are their names."""

    def __init__(self, program: Program, pause: Callable[[], None]) -> None:
        """Start with an empty graph; see `Builder`."""
        self.program, self.pause = program, pause
        self.graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()

    @abstractmethod
    def _holds(self, atom: Atom) -> Steps:
        """Add the proof of an atom that is surely or possibly so."""

    @abstractmethod
    def _absence(self, atom: Atom) -> Steps:
        """Add why an atom under `not` does not hold; where it may hold, its proof as far as it goes."""

    def _node(self, kind: str, text: str, children: Iterable[Child] = (), **facts: Any) -> str:
        """Add a node named by its content and its children's, so that equal proofs are one."""
        children, facts = list(children), {"text": text, **facts}
        name = node_id(kind, facts, children)
        if name not in self.graph:
            self.graph.add_node(name, kind=kind, **facts)
            for order, child in enumerate(children):
                part = {"part": child.part} if child.part >= 0 else {}
                self.graph.add_edge(name, child.node, role=child.role, order=order, **part)
        return name

    def _rule(self, rule: Rule) -> dict[str, Any]:
        return {
            "rule": rule.id,
            "cites": list(rule.cites),
            "authority": self.program.authority(rule),
            "source": rule.source,
            "readings": list(rule.readings),
        }

    def _run(self, steps: Steps) -> str:
        """Go through steps with a stack of their own: proofs are deeper than Python's."""
        stack, name = [steps], ""
        begun = False  # whether the last of the stack waits for a name
        while stack:
            self.pause()
            try:
                stack.append(stack[-1].send(name) if begun else next(stack[-1]))
                begun = False
            except StopIteration as done:
                stack.pop()
                name, begun = str(done.value), True
        return name

    def _counted(self, tally: Tally, failed: Rule | None = None, way: Substitution = MappingProxyType({})) -> Steps:
        """Add what an aggregate comes to: what counts, what may count, each with why, and that there is nothing else.

        Where it fails, also the premises that the values it shares with its rule come from.
        """
        children = []
        for atom in _evidence(tally.aggregate, failed, way):
            children.append(Child("premise", (yield self._holds(atom))))
        for member, shown in tally.shown:
            role = "member" if member.sure else "possible"
            for part in shown.rule.body:
                children.append(Child(role, (yield self._counts(part, shown.binding))))
        (sure, possible), (low, high) = tally.rows, tally.ends
        return self._node(
            "counted", say_counted(tally.aggregate, tally.binding, (sure, possible), (low, high), self.program),
            dict.fromkeys(children), aggregate=str(tally.aggregate), value=_VALUES[tally.value],
            binding=ordered(tally.binding), members=[list(map(plain, row)) for row in sure],
            possible=[list(map(plain, row)) for row in possible], low=plain(low),
            high=plain(high) if isinstance(high, int) else None,
        )  # fmt: skip

    def _counts(self, part: Part, binding: Substitution) -> Steps:
        """Add why a part of a condition holds, surely or possibly."""
        if not isinstance(part, Literal):
            return self._compared(cast("Comparison", part), binding)
        atom = part.atom.substitute(binding)
        return self._holds(atom) if part.positive else self._absence(atom)

    def _compared(self, comparison: Comparison, binding: Substitution, failed: Rule | None = None) -> Steps:
        """Add a comparison with its values; where it fails, also the premises that the values come from."""
        children = []
        for atom in _evidence(comparison, failed, binding):
            children.append(Child("premise", (yield self._holds(atom))))
        return self._node(
            "compared",
            say_comparison(comparison, binding),
            children,
            comparison=str(comparison),
            value=_VALUES[holds(comparison, binding)],
            binding=ordered({name: binding[name] for name in comparison.names()}),
        )
