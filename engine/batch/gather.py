"""The words of cases put together from their rows as arrays: without a join or a grouping, as most rows of a case
stand beside each other.

Ids are told apart by their hashes. Cases of one hash are looked at closely, as cases of one id are; so only a row that
belongs to no case could be taken for another's, where two texts of all have one hash of 64 bits.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from ..program.schema import ITEMS
from .compared import Compared
from .layout import ASKED, FLAGGED, Bits
from .load import NO_ID, Reading
from .sources import Range, within
from .sql import quoted
from .tables import CASE, SERVICE, Table
from .vocabulary import Vocabulary

Numbers = Any  # an array of numbers
_SLOTS = 1 << 16
_APART = 1 << 10
"""So many values are hardly ever told apart by the bits of a slot."""


class Gathered(NamedTuple):
    """The cases of a part, and those of their lines that are to be decided."""

    words: list[Numbers]  # an element for each case
    rows: Numbers  # of each case, the number of its row
    bad: Numbers  # whether it is to be looked at closely
    compared: Numbers  # whether it says what a rule compares that no circuit holds
    against: Numbers  # whether such a rule finds that it contradicts itself
    lines: Numbers  # the numbers of the rows of lines
    cases: Numbers  # of each line, the place of its case
    said: Numbers  # of each line, the number of what it says
    lost: dict[str, Numbers]  # by table, the hashes of ids that belong to no case


class Codes:
    """The values of a reading that are different, as numbers that a query can tell without a look at a table.

    :param hashes: of each value, in the order of their numbers.
    """

    def __init__(self, reading: Reading, hashes: Numbers) -> None:
        import numpy as np

        hashed = f"hash({', '.join(f't.{quoted(c)}' for c in reading.columns)})"
        self._order = np.argsort(hashes)
        self._sorted = hashes[self._order]
        self.apart = bool((self._sorted[1:] != self._sorted[:-1]).all())
        self._table: Numbers = None
        for shift in range(49 if len(hashes) < _APART else 0):
            slots = hashes >> np.uint64(shift) & np.uint64(_SLOTS - 1)
            if len(np.unique(slots)) == len(hashes):
                self._table = np.zeros(_SLOTS, np.intp)
                self._table[slots] = np.arange(len(hashes))
                self.sql = f"(({hashed} >> {shift}) & {_SLOTS - 1})::USMALLINT"
                return
        self.sql = hashed

    def numbers(self, told: Numbers) -> Numbers:
        """Return the numbers of values, as told by the query."""
        import numpy as np

        return self._order[np.searchsorted(self._sorted, told)] if self._table is None else self._table[told]


class Gather:
    """Puts together the words of the cases of a batch, part by part.

    `apart` is False where values have one hash, and something else has to.
    """

    def __init__(self, of: Vocabulary, compared: Compared | None) -> None:
        self.of, self.db, self.layout, self.compared = of, of.db, of.layout, compared
        self._codes: dict[str, Codes] = {}
        for reading in of.readings:
            if of.joined[reading.name]:
                columns = ", ".join(map(quoted, reading.columns))
                told = self.db.execute(f'SELECT hash({columns}) AS h FROM "of_{reading.name}" ORDER BY no').fetchnumpy()
                self._codes[reading.name] = Codes(reading, told["h"])
        self._values, self._words = cache(self._of_word), cache(self._set_by)  # the same for every part
        self.apart = all(codes.apart for codes in self._codes.values())

    def part(self, part: Range) -> Gathered:
        """Return the cases of a range."""
        made = _Part(self, self._fetched(self.of.batch.list[0], part))
        for table in self.of.batch.list[1:]:
            made.add(table, self._fetched(table, part))
        return made.gathered()

    def _fetched(self, table: Table, part: Range) -> dict[str, Numbers]:
        """Return the rows of a table: the hash of the id, what the values are, and what else is needed of it."""
        codes = {name: self._codes[name].sql for name in self._names(table)}
        told = ['hash(t."case") AS h', *(f'{sql} AS "{name}"' for name, sql in codes.items())]
        told += ["t.row_no"] if table.name in (CASE, SERVICE) else []
        told += [f"{NO_ID} AS nameless"] if table.name == CASE else []
        found: dict[str, Numbers]
        found = self.db.execute(f'SELECT {", ".join(told)} FROM "all_{table.name}" t{within(part)}').fetchnumpy()
        return found | {name: self._codes[name].numbers(found[name]) for name in codes}

    def _names(self, table: Table) -> list[str]:
        return [r.name for r in self.of.readings if r.table is table and r.name in self._codes]

    def words(self, table: Table, fetched: dict[str, Numbers]) -> dict[int, Numbers]:
        """Return the words of rows, those in which they set bits."""
        import numpy as np

        found: dict[int, Numbers] = {}
        for reading in self.of.readings:
            if reading.table is not table or not self.of.bits[reading.name]:
                continue
            for word in self._words(reading.name):
                values = self._values(reading.name, word)
                # A reading without codes has one value.
                told = values[fetched[reading.name]] if reading.name in self._codes else values[0]
                found[word] = found[word] | told if word in found else told
        return {word: np.broadcast_to(told, len(fetched["h"])) for word, told in found.items()}

    def _of_word(self, reading: str, word: int) -> Numbers:
        """Return the bits of the values of a reading in a word."""
        import numpy as np

        return np.array([bits.get(word, 0) for bits in self.of.bits[reading]], np.int64)

    def _set_by(self, reading: str) -> list[int]:
        """Return the words in which the values of a reading set bits."""
        return sorted({at for bits in self.of.bits[reading] for at in bits})


class _Part:
    """A part while it is put together; the place behind the last case is that of rows that belong to none."""

    def __init__(self, gather: Gather, cases: dict[str, Numbers]) -> None:
        import numpy as np

        self._gather, self._layout = gather, gather.layout
        self._hashes, self._rows = cases["h"], cases["row_no"]
        size = len(self._hashes)
        self._words = [np.zeros(size + 1, np.int64) for _ in self._layout.words]
        for word, told in gather.words(gather.of.batch.list[0], cases).items():
            self._words[word][:size] = told
        self._order: Numbers = np.argsort(self._hashes, kind="stable")
        self._sorted = self._hashes[self._order]
        self._bad = np.zeros(size + 1, bool)
        self._bad[:size] = cases["nameless"]
        twice = np.nonzero(self._sorted[1:] == self._sorted[:-1])[0]
        self._bad[self._order[twice]] = self._bad[self._order[twice + 1]] = self._bad[size] = True
        self._names = np.zeros(size + 1, np.int32)  # how many rows of a case name something
        self._lost: dict[str, Numbers] = {}
        self._said: list[tuple[Numbers, Numbers]] = []  # places, and the numbers of what is compared
        self._compare(gather.of.batch.list[0], cases, np.arange(size))
        self._lines = (np.zeros(0, np.int64), np.zeros(0, np.intp), np.zeros(0, np.intp))

    def add(self, table: Table, rows: dict[str, Numbers]) -> None:
        """Give the cases what the rows of a table say."""
        import numpy as np

        hashes = rows["h"]
        if not len(hashes):
            return
        first = np.concatenate([[True], hashes[1:] != hashes[:-1]])
        starts = np.nonzero(first)[0]
        all_ = np.array_equal(hashes[starts], self._hashes)  # mostly so, and then said in far less time
        places = np.arange(len(starts)) if all_ else self._places(table, hashes[starts])
        for word, told in self._gather.words(table, rows).items():
            said = np.bitwise_or.reduceat(told, starts)
            if all_:
                self._words[word][:-1] |= said
            else:
                np.bitwise_or.at(self._words[word], places, said)
        rows_of = np.diff(starts, append=len(hashes)).astype(np.int32)
        if "value" in table.columns:
            np.add.at(self._names, places, rows_of)
        elif not all_ or rows_of.max() > ITEMS:
            self._bad |= np.bincount(places, rows_of, len(self._bad)) > ITEMS
        every = places[np.cumsum(first) - 1]
        self._compare(table, rows, every)
        if table.name == SERVICE:
            self._lines = rows["row_no"], every, rows[SERVICE]

    def _compare(self, table: Table, rows: dict[str, Numbers], places: Numbers) -> None:
        """Keep what the rows of a table say that rules compare."""
        if not (compared := self._gather.compared):
            return
        for reading in (each for each in self._gather.of.readings if each.table is table):
            if (numbers := compared.numbers[reading.name]).any():
                told = numbers[rows[reading.name]] if reading.name in rows else numbers.repeat(len(places))
                self._said.append((places[told > 0], told[told > 0]))

    def _places(self, table: Table, hashes: Numbers) -> Numbers:
        """Return the places of the cases of some rows."""
        import numpy as np

        size = len(self._hashes)
        order = np.argsort(hashes)  # what is looked up in order is found sooner
        at = np.empty(len(hashes), np.intp)
        at[order] = np.searchsorted(self._sorted, hashes[order])
        at[at == size] = 0
        found: Numbers = self._order[at] if size else at
        lost: Numbers = self._sorted[at] != hashes if size else np.ones(len(at), bool)
        if lost.any():
            self._lost[table.name] = np.unique(hashes[lost])
            found[lost] = size
        return found

    def gathered(self) -> Gathered:
        """Return what has been put together."""
        import numpy as np

        different = np.zeros(len(self._names), np.int32)
        for word, mask in self._gather.of.named().items():
            different += np.bitwise_count(self._words[word] & mask)
        self._bad |= (self._names != different) | self._set(self._layout.bits(FLAGGED))
        self._bad |= ~self._set(self._layout.bits(ASKED))
        for bits in self._layout.together():
            self._bad |= self._set(bits)
        rows, cases, said = self._lines
        sound = np.nonzero(~self._bad[cases])[0]
        compared, against = self._compared()
        return Gathered([word[:-1] for word in self._words], self._rows, self._bad[:-1], compared, against,
                        rows[sound], cases[sound], said[sound], self._lost)  # fmt: skip

    def _compared(self) -> tuple[Numbers, Numbers]:
        """Return which cases say what is compared, and which of these contradict themselves."""
        import numpy as np

        found = np.zeros(len(self._bad), bool)
        for bits in self._layout.compared():
            found |= self._set(bits) & ~self._bad
        if not (self._gather.compared and found.any()):
            return found[:-1], found[:-1]
        places, numbers = (np.concatenate(each) for each in zip(*self._said, strict=True))
        mine = found[places]
        return found[:-1], self._gather.compared.against(places[mine], numbers[mine], len(found) - 1)

    def _set(self, bits: Bits) -> Numbers:
        """Return of which cases all of some bits are set."""
        import numpy as np

        return np.logical_and.reduce([(self._words[word] & mask) == mask for word, mask in bits.items()])
