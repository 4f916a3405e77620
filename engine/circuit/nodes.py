"""Circuits of AND, OR and NOT in Kleene's logic, every node kept once and simplified as it is made.

What a case says is so or not. The one thing that may be neither is `UNKNOWN`: it stands for what nobody documented, and
is not so in a closed world. A simplification holds for all three values; where a node rests on no `UNKNOWN`, for two.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

FALSE, TRUE, UNKNOWN = 0, 1, 2
INPUT, NOT, AND, OR, ANY = KINDS = ("input", "not", "and", "or", "any")
CONSTANTS = ("false", "true", "unknown")
Gate = tuple[str, tuple[int, ...]]

MAX_NODES = 200_000
"""The most nodes of a circuit."""


class TooLargeError(ValueError):
    """A circuit that outgrows its limit."""


class Nodes:
    """The nodes of a circuit by number; one comes after all that it rests on."""

    def __init__(self) -> None:
        self.gates: list[Gate] = [(kind, ()) for kind in CONSTANTS]
        self.crisp = [True, True, False]  # whether a node is so or not in every case
        self.local = [False, False, False]  # whether a node may differ between the sessions of a case
        self._known: dict[Gate, int] = {gate: at for at, gate in enumerate(self.gates)}

    @classmethod
    def of(cls, gates: Sequence[Gate], crisp: Iterable[bool], local: Iterable[bool]) -> Nodes:
        """Return the nodes that an earlier start made."""
        made = cls()
        made.gates, made.crisp, made.local = list(gates), list(crisp), list(local)
        made._known = {gate: at for at, gate in enumerate(gates)}
        return made

    def _node(self, kind: str, of: tuple[int, ...], *, crisp: bool, local: bool) -> int:
        gate = kind, of
        if gate not in self._known:
            if len(self.gates) >= MAX_NODES:
                raise TooLargeError(f"more than {MAX_NODES:,} nodes")
            self._known[gate] = len(self.gates)
            self.gates.append(gate)
            self.crisp.append(crisp)
            self.local.append(local)
        return self._known[gate]

    def input(self, number: int, *, local: bool) -> int:
        """Return the node of an input; a local one is of a session."""
        return self._node(INPUT, (number,), crisp=True, local=local)

    def negated(self, node: int) -> int:
        """Return the node that is so where another is not."""
        if node in (FALSE, TRUE):
            return TRUE - node
        kind, of = self.gates[node]
        return of[0] if kind == NOT else self._node(NOT, (node,), crisp=self.crisp[node], local=self.local[node])

    def any(self, node: int) -> int:
        """Return the node that is so where another is so in some session."""
        if not self.local[node]:
            return node
        kind, of = self.gates[node]
        if kind == OR:
            return self.either(map(self.any, of))
        apart = [part for part in of if not self.local[part]] if kind == AND else []
        if apart:
            return self.both([*apart, self.any(self.both(part for part in of if self.local[part]))])
        return self._node(ANY, (node,), crisp=self.crisp[node], local=False)

    def both(self, nodes: Iterable[int]) -> int:
        """Return the node that is so where all of some are."""
        return self._gate(AND, nodes, TRUE, FALSE)

    def either(self, nodes: Iterable[int]) -> int:
        """Return the node that is so where one of some is."""
        return self._gate(OR, nodes, FALSE, TRUE)

    def _gate(self, kind: str, nodes: Iterable[int], idle: int, end: int) -> int:
        parts = self._flat(kind, nodes) - {idle}
        if end in parts or self._opposed(parts):
            return end
        other, gates = OR if kind == AND else AND, self.gates
        # A part that asks for more (or less) than another part does adds nothing: a or (a and b) is a.
        sets = {part: {*gates[part][1]} for part in parts if gates[part][0] == other}
        for part in [p for p, of in sets.items() if not parts.isdisjoint(of) or any(map(of.__gt__, sets.values()))]:
            parts.remove(part)
        if not parts:
            return idle
        if len(parts) == 1:
            return parts.pop()
        # A part that is no gate of the other kind is in none that is left.
        common = set.intersection(*(sets[part] for part in parts)) if parts <= sets.keys() else ()
        if common:
            return self._apart(kind, common, [sets[part] for part in parts])
        of = tuple(sorted(parts))
        if (known := self._known.get((kind, of))) is not None:
            return known
        return self._node(kind, of, crisp=all(self.crisp[p] for p in of), local=any(self.local[p] for p in of))

    def _flat(self, kind: str, nodes: Iterable[int]) -> set[int]:
        parts, gates = set[int](), self.gates
        for node in nodes:
            found, of = gates[node]
            if found == kind:
                parts.update(of)
            else:
                parts.add(node)
        return parts

    def _opposed(self, parts: set[int]) -> bool:
        """Say whether some part is the negation of another, and both are so or not in every case."""
        for part in parts:
            kind, of = self.gates[part]
            if kind == NOT and of[0] in parts and self.crisp[part]:
                return True
        return False

    def _apart(self, kind: str, common: set[int], sets: Iterable[set[int]]) -> int:
        """Return the node of some parts with what they have in common taken out."""
        inner, outer = (self.both, self.either) if kind == AND else (self.either, self.both)
        return outer([*common, inner([outer(each - common) for each in sets])])

    def reached(self, outputs: Iterable[int], known: Container[int] = ()) -> list[int]:
        """Return the nodes that some outputs rest on, themselves among them, each after all that it rests on.

        :param known: nodes that are left out, with what they alone rest on.
        """
        seen: set[int] = set()
        stack = list(outputs)
        while stack:
            node = stack.pop()
            if node not in seen and node not in known:
                seen.add(node)
                stack += self.below(node)
        return sorted(seen)

    def above(self, numbers: Sequence[int]) -> list[int]:
        """Return for each node on which of some inputs it rests, by their numbers: a bit for each, in their order."""
        bits = {number: 1 << at for at, number in enumerate(numbers)}
        found: list[int] = []
        for kind, of in self.gates:
            told = bits.get(of[0], 0) if kind == INPUT else 0
            for each in of if kind != INPUT else ():
                told |= found[each]
            found.append(told)
        return found

    def alike(self, outputs: Iterable[int]) -> dict[int, int]:
        """Return for each input that outputs rest on the first that means the same to them, by their numbers.

        Inputs of which every one does for the same nodes mean the same.
        """
        told, above = set(outputs), dict[int, list[int]]()
        reached = self.reached(told)
        for node in reached:
            for each in self.below(node):
                above.setdefault(each, []).append(node)
        first: dict[tuple[object, ...], int] = {}
        found = {}
        for node in reached:
            kind, of = self.gates[node]
            if kind == INPUT:
                nodes = above.get(node, [])
                any_does = node not in told and all(self.gates[each][0] == OR for each in nodes)
                found[of[0]] = first.setdefault(tuple(nodes) if any_does else ("alone", node), of[0])
        return found

    def below(self, node: int) -> tuple[int, ...]:
        """Return what a node rests on directly."""
        kind, of = self.gates[node]
        return () if kind == INPUT else of

    def with_inputs(self, node: int, values: dict[int, int], known: dict[int, int]) -> int:
        """Return a node with some inputs settled.

        :param values: by number of the input, TRUE or FALSE.
        :param known: what has been settled before; kept for the next node.
        """
        for each in self.reached([node], known):
            known[each] = self._settled(each, values, known)
        return known[node]

    def _settled(self, node: int, values: dict[int, int], known: dict[int, int]) -> int:
        kind, of = self.gates[node]
        if kind == INPUT:
            return values.get(of[0], node)
        if all(known[each] == each for each in of):
            return node
        if kind in (AND, OR):
            return (self.both if kind == AND else self.either)(known[each] for each in of)
        if kind in (NOT, ANY):
            return (self.negated if kind == NOT else self.any)(known[of[0]])
        return node
