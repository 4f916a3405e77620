"""Lines decided many at once: the function of a circuit, given arrays with a bit for each case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

from ..circuit.circuit import Circuit, Table
from ..circuit.python import compiled
from ..evaluation.symbols import OTHER
from ..language.terms import quote
from .columns import Result
from .layout import PRESENT, SLOTS, Field, Layout
from .lookup import WIDTH, Lookup

BLOCK = 1 << 16
"""How many sessions are decided at once: the bits of so many stay near the processor."""
UNDECIDED, CONTRADICTED, UNSETTLED = -1, -2, -3
"""What stands for a line in place of a result: it is to be decided, its case contradicts itself, rules exclude each
other or give it no outcome."""

Numbers = Any  # an array of numbers


class Lines(NamedTuple):
    """Some lines, and the cases that they are of."""

    words: list[Numbers]  # an element for each case
    cases: Numbers  # of each line, the place of its case there
    classes: Numbers  # of its code
    slots: Numbers  # of its session, from 0


class Kernel:
    """Decides the lines of one edition.

    :param number: gives a result its number, from 0.
    """

    def __init__(self, circuit: Circuit, layout: Layout, number: Callable[[Result], int], *, open_world: bool) -> None:
        self.circuit, self.layout, self._number = circuit, layout, number
        self._function = compiled(circuit.nodes, list(circuit.outputs), open_world=open_world, some=_some)
        self._errors = [2 * circuit.outputs[node] for node in dict.fromkeys(circuit.errors)]
        alike: dict[object, int] = {}  # the codes whose lines come to the same by the same are a class
        self._class = {code: alike.setdefault(ways, len(alike)) for code, ways in circuit.ways.items()}
        self._tables = {at: circuit.tables[code] for code, at in self._class.items()}
        self._results = {at: Lookup(self._result(table)) for at, table in self._tables.items()}

    def class_of(self, code: str) -> int:
        """Return the class of a code of a case."""
        return self._class.get(quote(code), self._class[OTHER])

    def decide(self, lines: Lines) -> Numbers:
        """Return the number of the result of each line, or what stands in place of one."""
        import numpy as np

        found = np.full(len(lines.cases), UNDECIDED, np.int32)
        block, place = (np.zeros(len(lines.words[0]), np.int32) for _ in range(2))
        blocks = list(self._blocks(lines.words))
        for at, (_, cases) in enumerate(blocks):
            block[cases], place[cases] = at, np.arange(len(cases))
        of = block[lines.cases]
        for at, (planes, cases) in enumerate(blocks):
            rows = np.nonzero(of == at)[0]
            part = Lines([w[cases] for w in lines.words], place[lines.cases[rows]], lines.classes[rows],
                         lines.slots[rows])  # fmt: skip
            found[rows] = self._block(part, planes)
        return found

    def _blocks(self, words: list[Numbers]) -> Iterator[tuple[int, Numbers]]:
        """Yield cases by their places, with how many sessions they have at most."""
        import numpy as np

        field = self.layout.fields[PRESENT]
        present = np.right_shift(words[field.word], field.shift) & (1 << SLOTS) - 1
        least = 0
        for planes in (1, 2, SLOTS):
            cases = np.nonzero((present >= 1 << least) & (present < 1 << planes))[0]
            least, size = planes, BLOCK // planes
            yield from ((planes, cases[start : start + size]) for start in range(0, len(cases), size))

    def _block(self, lines: Lines, planes: int) -> Numbers:
        import numpy as np

        told = self._told(lines.words, planes)
        found = np.full(len(lines.cases), UNDECIDED, np.int32)
        at = lines.slots * np.intp(told[0].shape[1] * 8) + lines.cases
        for class_, table in self._tables.items():
            rows = np.nonzero(lines.classes == class_)[0]
            if len(rows):
                found[rows] = self._results[class_].of(_keys(_bits(table, told))[at[rows]])
        if self._errors:
            against = np.bitwise_or.reduce([told[place] for place in self._errors])
            found[np.unpackbits(np.bitwise_or.reduce(against))[lines.cases] != 0] = CONTRADICTED
        return found

    def _told(self, words: list[Numbers], planes: int) -> list[Numbers]:
        """Return the outputs of the circuit for some cases: rows of bits, one for each session, a bit for each case."""
        import numpy as np

        def bits(word: int, shift: int) -> Numbers:
            return np.packbits((words[word] & (1 << shift)) != 0)

        def sessions(field: Field) -> Numbers:
            return np.array([bits(field.word, field.shift + slot) for slot in range(planes)])

        mask = sessions(self.layout.fields[PRESENT])
        values = {field: sessions(field) if field.width == SLOTS else bits(field.word, field.shift) & mask
                  for field in set(self.layout.of_input.values())}  # fmt: skip
        inputs = [values[self.layout.of_input[at]] if at in self.layout.of_input else 0
                  for at in range(len(self.circuit.grounded.inputs))]  # fmt: skip
        # Few outputs are constants, and broadcasting takes longer than most of the circuit.
        return [each if np.shape(each) == mask.shape else np.broadcast_to(each, mask.shape)
                for each in self._function(inputs, mask)]  # fmt: skip

    def _result(self, table: Table) -> Callable[[int], int]:
        """Return what gives the number of the result of lines by the bits of `_bits`."""

        bits = (1 << at for at in count())
        sure = [(outcome, [(next(bits), last) for last, _ in ways]) for outcome, ways in table]
        maybe = [(next(bits), outcome) for outcome, _ in table]

        def of(key: int) -> int:
            found = [(outcome, [last for bit, last in ways if key & bit]) for outcome, ways in sure]
            possible = [outcome for bit, outcome in maybe if key & bit]
            name, by, reason = self.circuit.settled([each for each in found if each[1]], possible)
            return self._number((name, ", ".join(by) or None, reason)) if name else UNSETTLED

        return of


def _some(value: Numbers, mask: Numbers) -> Numbers:
    import numpy as np

    return np.bitwise_or.reduce(value) & mask


def _bits(table: Table, told: Sequence[Numbers]) -> list[Numbers]:
    """Return what tells the result of a line: its ways, as they surely are, and each outcome as it possibly is."""
    import numpy as np

    sure = [told[place] for _, ways in table for _, place in ways]
    none = np.zeros_like(told[0])
    return [*sure, *(np.bitwise_or.reduce([none, *(told[place + 1] for _, place in ways)]) for _, ways in table)]


def _keys(bits: list[Numbers]) -> Numbers:
    """Return the bits of each session of each case as one number."""
    import numpy as np

    size = bits[0].size * 8
    keys = np.zeros((size, -(-len(bits) // WIDTH) * 8), np.uint8)
    for at in range(0, len(bits), 8):
        byte = np.zeros(size, np.uint8)
        for place, each in enumerate(bits[at : at + 8]):
            byte |= np.unpackbits(each) << np.uint8(place)
        keys[:, at // 8 + at // WIDTH] = byte
    return keys.view("<u8")
