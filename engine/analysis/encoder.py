"""The nodes of a circuit as literals of a formula, on both rails: surely and possibly."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from ..circuit.nodes import AND, ANY, INPUT, NOT, OR, Nodes
from .formula import Formula


class Rails(NamedTuple):
    """The literal that is so where a node surely is, and the one where it possibly is."""

    sure: int
    possible: int


class Encoder:
    """Writes nodes as literals of a formula, each when it is first asked for.

    :param given: returns the literal of an input by its number and its session.
    :param present: for each session, the literal that is so where the case has it; the first has the line asked about.
    """

    def __init__(
        self, formula: Formula, nodes: Nodes, given: Callable[[int, int], int], present: Sequence[int]
    ) -> None:
        self.formula, self.nodes, self._given, self._present = formula, nodes, given, present
        self._known: dict[tuple[int, int], Rails] = {}

    def beside(self, given: Callable[[int, int], int], numbers: Container[int]) -> Encoder:
        """Return an encoder in which some inputs are something else; what rests on none of them is as it is here.

        :param given: returns the literal of an input there.
        :param numbers: of the inputs that are something else.
        """
        other, above = Encoder(self.formula, self.nodes, given, self._present), set[int]()
        for node in sorted({node for node, _ in self._known}):  # one comes after all that it rests on
            kind, of = self.nodes.gates[node]
            if of[0] in numbers if kind == INPUT else not above.isdisjoint(of):
                above.add(node)
        other._known = {key: rails for key, rails in self._known.items() if key[0] not in above}
        return other

    def sure(self, node: int, session: int = 1) -> int:
        """Return the literal that is so where a node surely is."""
        return self.rails(node, session).sure

    def possible(self, node: int, session: int = 1) -> int:
        """Return the literal that is so where a node possibly is."""
        return self.rails(node, session).possible

    def rails(self, node: int, session: int = 1) -> Rails:
        """Return the literals of a node, in a session where it is of one."""
        key = node, session if self.nodes.local[node] else 0
        if key not in self._known:
            for each in self._new(node):
                for place in range(1, len(self._present) + 1) if self.nodes.local[each] else (0,):
                    self._known[each, place] = self._made(each, place)
        return self._known[key]

    def _new(self, node: int) -> list[int]:
        """Return the nodes that one rests on and that have no literals yet, each after all that it rests on."""
        found: set[int] = set()
        waiting, known, local = [node], self._known, self.nodes.local
        while waiting:
            each = waiting.pop()
            if each not in found and (each, 1 if local[each] else 0) not in known:
                found.add(each)
                waiting += self.nodes.below(each)
        return sorted(found)

    def _made(self, node: int, session: int) -> Rails:
        formula = self.formula
        kind, of = self.nodes.gates[node]
        if kind == "unknown":
            return Rails(-formula.true, formula.open)
        if kind in ("true", "false"):
            lit = formula.true if kind == "true" else -formula.true
            return Rails(lit, lit)
        if kind == INPUT:
            lit = self._given(of[0], session)
            return Rails(lit, lit)
        if kind == ANY:
            return self._anywhere(of[0])
        known, local = self._known, self.nodes.local
        parts = [known[each, session if local[each] else 0] for each in of]
        if kind == NOT:
            return Rails(-parts[0].possible, -parts[0].sure)
        gate = {AND: formula.both, OR: formula.either}[kind]
        return Rails(gate([p.sure for p in parts]), gate([p.possible for p in parts]))

    def _anywhere(self, node: int) -> Rails:
        """Return the literals of what is so in some session that the case has."""
        found = [(self._known[node, s], lit) for s, lit in enumerate(self._present, 1)]
        either, both = self.formula.either, self.formula.both
        sure = either(both([rails.sure, lit]) for rails, lit in found)
        return Rails(sure, either(both([rails.possible, lit]) for rails, lit in found))
