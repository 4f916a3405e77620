"""Adds nodes to a proof: each once, by its content, without Python's stack; those that compare and count among them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Hashable, Iterable
from types import MappingProxyType
from typing import Any, cast

import networkx as nx

from ...engine.evaluation.rules import Tally
from ...engine.language.comparison import holds
from ...engine.language.kept import Kept
from ...engine.language.terms import Aggregate, Atom, Comparison, Literal, Part, Rule, Substitution, plain, variables
from ...engine.program.program import Program
from ...engine.program.words import say_comparison, say_counted
from .node import Child, node_id
from .saying import Facts, ordered

Steps = Generator["Steps | str", Any, str]
"""Adds a node: yields the steps that add another one, or its name, is sent its name, and returns its own."""
KEPT = 10_000
"""How many nodes are kept of a guideline, with what they say."""


_VALUES = {True: "true", False: "false", None: "unknown"}


def _evidence(part: Comparison | Aggregate, failed: Rule | None, binding: Substitution) -> list[Atom]:
    """Return the premises of a rule that the values of a part which fails come from."""
    names = set(part.names())
    literals = failed.literals if failed else []
    return [lit.atom.substitute(binding) for lit in literals if names & set(variables(lit.atom.args))]


class Adding(ABC):
    """Adds nodes to one graph, each once; what it returns are their names."""

    def __init__(self, program: Program, kept: Kept[Any, Any], pause: Callable[[], None]) -> None:
        """Start with an empty graph; see `Builder`.

        :param kept: the nodes that were told of other cases of the guideline.
        """
        self.program, self.kept, self.pause = program, kept, pause
        self.graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()

    @abstractmethod
    def _holds(self, atom: Atom) -> Steps | str:
        """Add the proof of an atom that is surely or possibly so."""

    @abstractmethod
    def _absence(self, atom: Atom) -> Steps | str:
        """Add why an atom under `not` does not hold; where it may hold, its proof as far as it goes."""

    def _node(self, kind: str, text: str, children: Iterable[Child] = (), **facts: Any) -> str:
        """Add a node named by its content and its children's, so that equal proofs are one."""
        children, facts = tuple(children), {"text": text, **facts}
        return self._put(node_id(kind, facts, children), kind, facts, children)

    def _told(
        self, kind: str, about: Hashable, children: Iterable[Child], says: Callable[..., Facts], *of: object
    ) -> str:
        """Add a node of which all is told by what it is about and by its children, for every case alike.

        :param about: of rules what they are as objects: to compare whole rules takes long.
        :param says: gives, of what it is about and a program, what the node says.
        """
        children = tuple(children)
        key = kind, about, children
        if (kept := self.kept.get(key)) is None:
            facts = says(*of, self.program)
            kept = self.kept.keep(key, (node_id(kind, facts, children), facts))
        return self._put(kept[0], kind, kept[1], children)

    def _put(self, name: str, kind: str, facts: Facts, children: Iterable[Child]) -> str:
        if name not in self.graph:
            own = {key: each.copy() if type(each) in (dict, list) else each for key, each in facts.items()}
            self.graph.add_node(name, kind=kind, **own)
            for order, child in enumerate(children):
                part = {"part": child.part} if child.part >= 0 else {}
                self.graph.add_edge(name, child.node, role=child.role, order=order, **part)
        return name

    def _run(self, steps: Steps | str) -> str:
        """Go through steps with a stack of their own: proofs are deeper than Python's."""
        if isinstance(steps, str):
            return steps
        stack, name = [steps], None  # the name that the last of the stack waits for, once it has begun
        while stack:
            self.pause()
            try:
                asked = stack[-1].send(name)
            except StopIteration as done:
                stack.pop()
                name = done.value
                continue
            name = asked if isinstance(asked, str) else None
            if not isinstance(asked, str):
                stack.append(asked)
        return str(name)

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

    def _counts(self, part: Part, binding: Substitution) -> Steps | str:
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
