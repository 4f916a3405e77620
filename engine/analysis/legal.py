"""Legal cases as literals: each slot holds one value, and nothing that is said contradicts itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from types import MappingProxyType
from typing import Any

from ..circuit.circuit import Circuit
from ..circuit.nodes import ANY
from .encoder import Encoder
from .formula import SOLVER, Formula
from .slots import NO_DATES, Option, Part, Slot, Space
from .together import Together

MAX_SESSIONS = 4
"""The most sessions of a case that are looked at, beside which no more could matter where fewer are needed."""
MAX_FULL = 16
"""How many values of a thing are tried together with all else that can be said."""

Values = Mapping[Part, int]
"""By slot and value, the literal that is so where the slot of a copy holds it; other slots are as in the first case."""
NO_VALUES: Values = MappingProxyType({})
Given = tuple[frozenset[int], ...]
Chosen = Mapping[Slot, Option]
"""A case: the value of each slot that is asked about; the others say nothing, or what is so by default."""


def sessions_needed(circuit: Circuit) -> int:
    """Return how many sessions are enough for whatever an outcome of one line may be: one beside it for each gate."""
    reached = circuit.nodes.reached([*_outcomes(circuit), *circuit.errors])
    return 1 + sum(circuit.nodes.gates[node][0] == ANY for node in reached)


def _outcomes(circuit: Circuit) -> list[int]:
    return [way.node for ways in circuit.ways.values() for _, each in ways for way in each]


class Legal:
    """The legal cases of one or more circuits, as clauses that are written when they are asked about.

    :param date: the ISO date of service of each case.
    :param refused: whether cases that contradict themselves, and are refused, count as well.
    :param dates: by key, ISO dates that are among those looked at.
    :param solver: the name of the one that is asked.
    """

    def __init__(
        self, circuits: Sequence[Circuit], date: str, *, refused: bool = False, dates: Mapping[str, str] = NO_DATES,
        solver: str = SOLVER,
    ) -> None:  # fmt: skip
        self.circuits, self.formula = circuits, Formula(solver)
        needed = max(map(sessions_needed, circuits))
        self.complete = needed <= MAX_SESSIONS  # whether what no case shows is proved never to be
        self.space = Space(circuits, date, min(needed, MAX_SESSIONS), dates)
        self.together = Together(self.space)
        self._ways = [self.together.ways(at) for at in range(len(circuits))]
        self._given_by: dict[int, dict[Slot, set[int]]] = {}  # by circuit, the inputs that each slot gives
        self.values: dict[Slot, dict[Given, int]] = {}  # by slot and what its value gives, the literal
        self.present = [self._present(n) for n in range(1, min(needed, MAX_SESSIONS) + 1)]
        self.encoders = [
            Encoder(self.formula, circuit.nodes, self.given(at), self.present) for at, circuit in enumerate(circuits)
        ]
        self._contradictions = [list(self.together.contradictions(circuit)) for circuit in circuits]
        for at in () if refused else range(len(circuits)):
            self.formula.add([-self.refused(at)])
        self.formula.add([-self.misdated()])

    def _present(self, session: int) -> int:
        lines = [slot for slot in self.space.slots if slot.session == session]
        return self.formula.either(-self.literal(slot, slot.options[0]) for slot in lines)

    def by(self, formula: Formula, values: dict[Slot, dict[Given, int]]) -> Legal:
        """Return the same cases in another formula.

        :param values: the literals of each value of each slot there.
        """
        other = copy(self)
        other.formula, other.values = formula, values
        other.present = [other._present(n) for n in range(1, len(self.present) + 1)]
        return other

    def refused(self, at: int, encoder: Encoder | None = None, values: Values = NO_VALUES) -> int:
        """Return the literal that is so where a case contradicts itself by the rules of a circuit.

        :param values: the literals of the slots of a copy, where one is meant, that hold other values.
        """
        told, sessions = encoder or self.encoders[at], range(1, len(self.present) + 1)
        found = [told.sure(node, s) for node in self.circuits[at].errors for s in sessions]
        return self.formula.either([*found, *(self._all(parts, values) for parts in self._contradictions[at])])

    def misdated(self, values: Values = NO_VALUES) -> int:
        """Return the literal that is so where a case, or a copy, has a date before one that it is counted from."""
        return self.formula.either(self._all(pair, values) for pair in self.together.impossible())

    def _all(self, parts: Iterable[Part], values: Values) -> int:
        told = [values.get(part, 0) or self.literal(*part) for part in parts]
        return told[0] if len(told) == 1 else self.formula.both(told)

    def literal(self, slot: Slot, option: Option) -> int:
        """Return the literal that is so where a slot holds a value."""
        if slot not in self.values:
            if len(slot.options) == 1:
                literals = [self.formula.true]
            elif len(slot.options) == 2:
                literals = [-(new := self.formula.new()), new]
            else:
                literals = [self.formula.new() for _ in slot.options]
                self.formula.one_of(literals)
            self.values[slot] = dict(zip((o.inputs for o in slot.options), literals, strict=True))
        return self.values[slot][option.inputs]

    def given(self, at: int, values: Values = NO_VALUES) -> Callable[[int, int], int]:
        """Return what gives the literal of an input of a circuit, by its number and its session.

        :param values: the literals of the slots of a copy, where one is meant, that hold other values.
        """

        def literal(number: int, session: int) -> int:
            ways = (way for way in self._ways[at].get(number, []) if way[0][0].session in (0, session or 1))
            return self.formula.either(self._all(way, values) for way in ways)

        return literal

    def numbers(self, at: int, slots: Iterable[Slot]) -> set[int]:
        """Return the numbers of the inputs of a circuit that some slots give, alone or with others."""
        if at not in self._given_by:
            given = self._given_by[at] = {slot: set() for slot in self.space.slots}
            for number, ways in self._ways[at].items():
                for slot, _ in (part for way in ways for part in way):
                    given[slot].add(number)
        return set().union(*(self._given_by[at][slot] for slot in slots))

    def service(self, code: str, session: int = 1) -> int:
        """Return the literal that is so where a code is requested."""
        slot = next(s for s in self.space.slots if s.session == session and s.name == code)
        return -self.literal(slot, slot.options[0])

    def faulty(self, lines: Iterable[tuple[Sequence[str], int]], values: Values) -> int:
        """Return the literal that is so where a requested line has no outcome or two: its case is refused.

        :param lines: the codes of which the rules say the same, with the literal that is so where that is so of one.
        :param values: the literals of the slots of a copy, where one is meant.
        """
        found = []
        for codes, fault in lines:
            for slot in self.space.slots if fault != -self.formula.true else ():
                if slot.session == 1 and slot.name in codes:
                    said = (values.get((slot, o), 0) or self.literal(slot, o) for o in slot.options[1:])
                    found.append(self.formula.both([fault, self.formula.either(said)]))
        return self.formula.either(found)

    def case(self, model: Iterable[int]) -> Chosen:
        """Return the case of a model."""
        found, chosen = set(model), {}
        for slot, values in self.values.items():
            chosen[slot] = slot.options[0]  # also what was not yet asked about when the model was found
            for option in slot.options[1:]:
                if values[option.inputs] in found:
                    chosen[slot] = option
        return chosen

    def costs(self) -> dict[int, int]:
        """Return what each value costs, by its literal."""
        return {self.values[s][o.inputs]: o.cost for s in self.values for o in s.options if o.cost}

    def silence(self) -> list[int]:
        """Return the literals by which a case says as little as it can."""
        known = [(slot.options[0], option, self.values[slot]) for slot in self.values for option in slot.options]
        return [of[o.inputs] if o is first else -of[o.inputs] for first, o, of in known]

    def fullest(self) -> list[list[int]]:
        """Return the literals of cases that say something of everything, and each the next value of it."""
        most = min(max((len(slot.options) for slot in self.values), default=0), MAX_FULL)
        return [[self.values[s][s.options[min(at, len(s.options) - 1)].inputs] for s in self.values]
                for at in range(1, most)]  # fmt: skip

    def fixed(self, chosen: Chosen) -> list[int]:
        """Return the literals by which a case is as it is."""
        return [self.values[slot][option.inputs] for slot, option in chosen.items() if slot in self.values]

    def written(self, chosen: Chosen, name: str) -> dict[str, Any]:
        """Return a case as a case file has it."""
        said: dict[str, Any] = {"id": name, "date_of_service": self.space.date, "services": []}
        for slot in self.space.slots:
            slot.put(said, chosen.get(slot, slot.options[0]).value)
        return said
