"""Lines decided many at once: the function of a circuit, given arrays with an element for each line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ..circuit.circuit import Circuit, Table
from ..evaluation.symbols import OTHER
from ..language.terms import quote
from .columns import Result
from .layout import PRESENT, SLOTS, Field, Layout

BLOCK = 1 << 16
"""How many lines are decided at once: the arrays of so many stay near the processor."""
UNDECIDED, CONTRADICTED, UNSETTLED = -1, -2, -3
"""What stands for a line in place of a result: it is to be decided, its case contradicts itself, rules exclude each
other or give it no outcome."""

Numbers = Any  # an array of numbers


class Lines(NamedTuple):
    """Some lines of cases: an element for each."""

    words: list[Numbers]
    classes: Numbers  # of their codes
    slots: Numbers  # of their sessions, from 0


class Kernel:
    """Decides the lines of one edition.

    :param number: gives a result its number, from 0.
    """

    def __init__(self, circuit: Circuit, layout: Layout, number: Callable[[Result], int], *, open_world: bool) -> None:
        self.circuit, self.layout, self._number = circuit, layout, number
        self._function = circuit.function(open_world=open_world)
        self._errors = [2 * circuit.outputs[node] for node in dict.fromkeys(circuit.errors)]
        alike: dict[object, int] = {}  # the codes whose lines come to the same by the same are a class
        self._class = {code: alike.setdefault(ways, len(alike)) for code, ways in circuit.ways.items()}
        self._tables = {at: circuit.tables[code] for code, at in self._class.items()}
        self._known: dict[tuple[int, bytes], int] = {}

    def class_of(self, code: str) -> int:
        """Return the class of a code of a case."""
        return self._class.get(quote(code), self._class[OTHER])

    def decide(self, lines: Lines) -> Numbers:
        """Return the number of the result of each line, or what stands in place of one."""
        import numpy as np

        found = np.full(len(lines.slots), UNDECIDED, np.int32)
        for start in range(0, len(lines.slots), BLOCK):
            part = slice(start, start + BLOCK)
            found[part] = self._block(Lines([w[part] for w in lines.words], lines.classes[part], lines.slots[part]))
        return found

    def _block(self, lines: Lines) -> Numbers:
        import numpy as np

        # The lines of a case mostly stand beside each other: what is told of the first is told of all.
        change = np.ones(len(lines.slots), bool)
        change[1:] = np.logical_or.reduce([word[1:] != word[:-1] for word in lines.words])
        told = self._told([word[change] for word in lines.words])
        case = np.cumsum(change) - 1
        own = np.left_shift(np.uint8(1), lines.slots)
        found = np.full(len(lines.slots), UNDECIDED, np.int32)
        for at in self._tables:
            rows = np.nonzero(lines.classes == at)[0]
            if len(rows):
                found[rows] = self._results(at, told, case[rows], own[rows])
        for place in self._errors:
            found[np.not_equal(told[place], 0)[case]] = CONTRADICTED
        return found

    def _told(self, words: list[Numbers]) -> list[Numbers]:
        """Return the outputs of the circuit for some cases, a bit for each session."""
        import numpy as np

        values: dict[Field, Numbers] = {}
        mask = self._value(self.layout.fields[PRESENT], words)
        for field in set(self.layout.of_input.values()):
            value = self._value(field, words)
            values[field] = value if field.width == SLOTS else value * mask
        inputs = [values[self.layout.of_input[at]] if at in self.layout.of_input else 0
                  for at in range(len(self.circuit.grounded.inputs))]  # fmt: skip
        return [np.broadcast_to(each, mask.shape) for each in self._function(inputs, mask)]

    @staticmethod
    def _value(field: Field, words: list[Numbers]) -> Numbers:
        import numpy as np

        found = np.right_shift(words[field.word], field.shift)
        return np.bitwise_and(found, (1 << field.width) - 1).astype(np.uint8)

    def _results(self, at: int, told: Sequence[Numbers], case: Numbers, own: Numbers) -> Numbers:
        """Return the results of some lines of a class: each that is different is looked up once."""
        import numpy as np

        def of(place: int) -> Numbers:
            return told[place][case] & own

        table = self._tables[at]
        sure = [of(place) for _, ways in table for _, place in ways]
        possible = []
        for _, ways in table:
            some = np.zeros(len(case), np.uint8)
            for _, place in ways:
                some |= of(place + 1)
            possible.append(some)
        packed = np.packbits(np.array([*sure, *possible]) != 0, axis=0)
        keys = np.zeros((len(case), -(-len(packed) // 8) * 8), np.uint8)
        keys[:, : len(packed)] = packed.T
        flat = keys.view(np.uint64)[:, 0] if keys.shape[1] == 8 else keys.view(f"V{keys.shape[1]}")[:, 0]
        different, back = np.unique(flat, return_inverse=True)
        numbers = [self._result(at, table, each.tobytes()) for each in different]
        return np.array(numbers, np.int32)[back]

    def _result(self, at: int, table: Table, key: bytes) -> int:
        if (at, key) not in self._known:
            bits = iter(f"{byte:08b}"[place] == "1" for byte in key for place in range(8))
            found = [(outcome, [last for last, _ in ways if next(bits)]) for outcome, ways in table]
            possible = [outcome for outcome, _ in table if next(bits)]
            name, by, reason = self.circuit.settled([each for each in found if each[1]], possible)
            self._known[at, key] = self._number((name, ", ".join(by) or None, reason)) if name else UNSETTLED
        return self._known[at, key]
