"""The circuits of several editions as one, and the SQL that computes it, layer by layer, a row for each case.

A value is a number with a bit for each session, as in the Python of a circuit, so that no case is told twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..circuit.circuit import Circuit
from ..circuit.nodes import AND, ANY, FALSE, INPUT, NOT, OR, TRUE, UNKNOWN, Nodes
from ..program.interface import Outcome
from .columns import Result
from .layout import PRESENT, SLOTS, Layout
from .words import BITS

CARRIED = ('"case"', "lines", "apart", "edition", "m")
"""What of a case goes through all layers."""
Place = tuple[int, int]
"""Where it is told whether a line has a way, surely and possibly: places in the words of a line."""


class Told(NamedTuple):
    """What a line is told by: the outcomes of its code, each with the last arguments of its atoms and their places."""

    circuit: Circuit
    table: list[tuple[Outcome, list[tuple[str, Place]]]]
    errors: list[int]


class Merged:
    """The nodes of the circuits of a batch, over the fields of its words.

    :param circuits: by the date from which they hold.
    """

    def __init__(self, circuits: dict[str, Circuit], layout: Layout, *, open_world: bool) -> None:
        self.layout, self.open_world, self.nodes = layout, open_world, Nodes()
        self.fields = list(dict.fromkeys(layout.of_input.values()))
        self._places: dict[str, int] = {}  # by expression, where it is told
        self.told: dict[tuple[str, str], Told] = {}  # by edition and code
        self._reached: dict[int, None] = {}
        for edition, circuit in circuits.items():
            self._add(edition, circuit)

    def _add(self, edition: str, circuit: Circuit) -> None:
        mine: dict[int, int] = {}
        for node in circuit.nodes.reached([*circuit.outputs, FALSE, TRUE, UNKNOWN]):
            mine[node] = self._put(circuit.nodes, node, mine)
        self._reached |= dict.fromkeys(mine[node] for node in circuit.outputs)
        errors = [self._place(mine[node], "s") for node in dict.fromkeys(circuit.errors)]
        for code, table in circuit.ways.items():
            told = [(circuit.grounded.program.outcome(name), [(way.last, self._both(mine[way.node])) for way in ways])
                    for name, ways in table]  # fmt: skip
            self.told[edition, code] = Told(circuit, told, errors)

    def _put(self, nodes: Nodes, node: int, mine: dict[int, int]) -> int:
        """Return the node, among those of all editions, of one of an edition."""
        kind, of = nodes.gates[node]
        if node in (FALSE, TRUE, UNKNOWN):
            return node
        if kind == INPUT:
            field = self.layout.of_input[of[0]]
            return self.nodes.input(self.fields.index(field), local=field.width == SLOTS)
        parts = [mine[each] for each in of]
        if kind in (AND, OR):
            return (self.nodes.both if kind == AND else self.nodes.either)(parts)
        return (self.nodes.negated if kind == NOT else self.nodes.any)(parts[0])

    def _both(self, node: int) -> Place:
        return self._place(node, "s"), self._place(node, "p")

    def _place(self, node: int, rail: str) -> int:
        return self._places.setdefault(self.value(node, rail), len(self._places))

    # --- SQL ----------------------------------------------------------------------------------------

    def value(self, node: int, rail: str) -> str:
        """Return a node as an expression over the columns of the layers below."""
        kind, of = self.nodes.gates[node]
        if kind in ("false", "true"):
            return "0" if kind == "false" else "m"
        if node == UNKNOWN:
            return "m" if self.open_world and rail == "p" else "0"
        if kind == INPUT:
            return f"f{of[0]}"
        if kind == NOT:
            return f"(m - {self.value(of[0], 'ps'[rail == 'p'])})"
        return f"{rail if len(self._rails(node)) > 1 else 'c'}{node}"

    def _rails(self, node: int) -> str:
        return "sp" if self.open_world and not self.nodes.crisp[node] else "p"

    def _gate(self, node: int, rail: str) -> str:
        kind, of = self.nodes.gates[node]
        parts = [self.value(each, rail) for each in of]
        if kind == ANY:
            return f"CASE WHEN {parts[0]} <> 0 THEN m ELSE 0 END"
        return (" & " if kind == AND else " | ").join(parts)

    def layers(self, state: str) -> Iterator[str]:
        """Yield the layers as parts of a WITH; the last one is called `told`.

        :param state: the table of the words of cases.
        """
        present = self.layout.fields[PRESENT]
        mask = f"CAST((w{present.word} >> {present.shift}) & {(1 << SLOTS) - 1} AS INTEGER) AS m"
        read = [f"CAST((w{f.word} >> {f.shift}) & {(1 << f.width) - 1} AS INTEGER) AS f{at}"
                for at, f in enumerate(self.fields)]  # fmt: skip
        yield f"read AS (SELECT *, {', '.join([mask, *read])} FROM {state})"
        # What is of no session is of each of them.
        kept = [f"f{at}" if f.width == SLOTS else f"f{at} * m AS f{at}" for at, f in enumerate(self.fields)]
        yield f"layer0 AS (SELECT {', '.join([*CARRIED, *kept])} FROM read)"
        last = 0
        for last, nodes in enumerate(self._levels(), 1):
            made = ", ".join(f"{self._gate(n, r)} AS {self.value(n, r)}" for n in nodes for r in self._rails(n))
            yield f"layer{last} AS (SELECT *, {made} FROM layer{last - 1})"
        yield f"told AS (SELECT * FROM layer{last})"

    def _levels(self) -> list[list[int]]:
        """Return the gates that outputs rest on, those of a level resting on lower ones alone."""
        level: dict[int, int] = {}
        for node in self.nodes.reached(self._reached):
            is_gate = self.nodes.gates[node][0] in (AND, OR, ANY)
            level[node] = max((level[each] for each in self.nodes.below(node)), default=0) + is_gate
        found: list[list[int]] = [[] for _ in range(max(level.values(), default=0))]
        for node, at in level.items():
            if self.nodes.gates[node][0] in (AND, OR, ANY):
                found[at - 1].append(node)
        return found

    @property
    def words(self) -> int:
        """How many words tell a line."""
        return max(1, -(-len(self._places) // BITS))

    def line(self) -> Iterator[str]:
        """Yield the words that tell a line, of the session in the column `own`."""
        each = list(self._places)
        for at in range(self.words):
            parts = [f"CASE WHEN ({value} & own) <> 0 THEN {1 << bit} ELSE 0 END"
                     for bit, value in enumerate(each[at * BITS :][:BITS]) if value != "0"]  # fmt: skip
            yield f"{' + '.join(f'CAST({part} AS BIGINT)' for part in parts) or 'CAST(0 AS BIGINT)'} AS t{at}"

    # --- Results ------------------------------------------------------------------------------------

    def masks(self, told: Told) -> list[int]:
        """Return, word by word, the bits that tell a line."""
        places = {place for _, ways in told.table for _, both in ways for place in both} | set(told.errors)
        found = [0] * self.words
        for place in places:
            found[place // BITS] |= 1 << place % BITS
        return found

    @staticmethod
    def result(told: Told, words: Sequence[int]) -> Result | None:
        """Return what a line comes to; None where its case contradicts itself, or the rules settle nothing."""

        def is_so(place: int) -> bool:
            return bool(words[place // BITS] >> place % BITS & 1)

        if any(map(is_so, told.errors)):
            return None
        sure = [(o, [last for last, (place, _) in ways if is_so(place)]) for o, ways in told.table]
        possible = [outcome for outcome, ways in told.table if any(is_so(place) for _, (_, place) in ways)]
        name, by, reason = told.circuit.settled([each for each in sure if each[1]], possible)
        return (name, ", ".join(by) or None, reason) if name else None
