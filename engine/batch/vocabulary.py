"""The values that are different in a batch, what each says as bits, and what puts the bits of a case together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from ..circuit.circuit import WORLDS, Circuit
from ..evaluation.limits import NotGroundedError
from ..language.terms import Atom, Rule
from ..program.schema import ITEMS
from .kernel import UNDECIDED, Kernel, Lines
from .layout import ASKED, EDITION, FLAGGED, PRESENT, SLOTS, Bits, Layout, merged
from .load import NO_ID, UNITS, Loaded, Reading, insert, whole
from .patterns import Patterns
from .sources import Range, within
from .sql import quoted
from .tables import CASE, SERVICE, Meaning

Row = tuple[Any, ...]


class Vocabulary:
    """What every value means, as bits, and what decides the lines of each edition."""

    def __init__(self, batch: Loaded) -> None:
        self.batch, self.db = batch, batch.db
        self.readings = list(batch.readings())
        self.found = {reading.name: self._distinct(reading) for reading in self.readings}
        dates = sorted({row[0] for row, meaning in self.found["case_date"] if not meaning.fault})
        editions = dict.fromkeys(map(batch.edition, dates))
        self.circuits = {edition: found for edition in editions if (found := self._circuit(edition))}
        self.layout = Layout(list(self.circuits.values()))
        self._said_by: dict[tuple[Atom, ...], Bits] = {}
        self.bits = {r.name: [self._said(r, *each) for each in self.found[r.name]] for r in self.readings}
        self.patterns = Patterns(batch, self.layout) if batch.columns else None
        # Values that all say the same need no look at what each says.
        self.joined = {r.name: len(self.bits[r.name]) > 1 or r.name == SERVICE for r in self.readings}
        self._kernels = {
            edition: Kernel(circuit, self.layout, batch.number, open_world=WORLDS[batch.world])
            for edition, circuit in self.circuits.items()
        }

    def _distinct(self, reading: Reading) -> list[tuple[Row, Meaning]]:
        """Return what is different in some columns, with what it means."""
        columns = ", ".join(map(quoted, reading.columns))
        self.db.execute(f"""CREATE OR REPLACE TEMP TABLE "of_{reading.name}" AS SELECT row_number() OVER () - 1 AS no, *
            FROM (SELECT DISTINCT {columns} FROM "all_{reading.table.name}")""")
        told = ", ".join(f"{quoted(column)}::VARCHAR" for column in reading.columns)
        rows = self.db.execute(f'SELECT {told} FROM "of_{reading.name}" ORDER BY no').fetchall()
        return [(row, reading.of(*row)) for row in rows]

    @cached_property
    def adds_up(self) -> bool:
        """Whether units of lines matter, which are added up where a code stands twice in a session."""
        program = self.batch.guideline.program
        units = {name for name, p in program.predicates.items() if p.case and p.case.shape == UNITS}
        inputs = self.layout.circuits[0].grounded.inputs if self.layout.of_input else ()
        read = {inputs[number].predicate for number in self.layout.of_input} | self.layout.watched
        return bool(units if self.batch.columns else units & read)

    def _circuit(self, edition: str) -> Circuit | None:
        try:
            return self.batch.guideline.circuit(edition)
        except NotGroundedError:
            return None

    def rules(self, date: str) -> tuple[Rule, ...]:
        """Return the rules of the edition of a date that its circuit leaves out."""
        edition = self.batch.edition(date)
        return self.circuits[edition].grounded.apart if edition in self.circuits else ()

    # --- Bits -------------------------------------------------------------------------------------

    def _said(self, reading: Reading, row: Row, meaning: Meaning) -> Bits:
        """Return what values say; what cannot be read, or is too much, lets the case be looked at closely."""
        if meaning.fault:
            return self.layout.bits(FLAGGED)
        if reading.name == "case_date":
            edition = self.batch.edition(row[0])
            return self.layout.bits((EDITION, edition) if edition in self.circuits else FLAGGED)
        if reading.name == SERVICE:
            return self._asked(reading, row, meaning)
        named = [("name", reading.name, row[0])] if "value" in reading.columns else []
        if meaning.atoms not in self._said_by:  # many dates are as long before the date of service
            self._said_by[meaning.atoms] = self.layout.said(meaning.atoms)
        return merged(self._said_by[meaning.atoms], self.layout.bits(*named))

    def _asked(self, reading: Reading, row: Row, meaning: Meaning) -> Bits:
        code, session, _ = row
        slot = whole(session) - 1
        usual = reading.of(code, None, None).atoms
        if slot >= SLOTS or self.layout.is_ambiguous(meaning.atoms, usual):
            return self.layout.bits(FLAGGED)
        return merged(self.layout.said(meaning.atoms, slot), self.layout.bits(ASKED, PRESENT, slot=slot))

    def make(self) -> None:
        """Make the tables that `state` and `lines` join."""
        for reading in self.readings:
            self._table(reading)

    def _table(self, reading: Reading) -> None:
        bits = self.bits[reading.name]
        words = self.layout.words
        columns = "".join(f", {word} BIGINT" for word in words)
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE word (no BIGINT, said BIGINT{columns})")
        said = self._numbers(reading)
        rows = [(no, said[no], *(each.get(at, 0) for at in range(len(words)))) for no, each in enumerate(bits)]
        insert(self.db, "word", rows)
        self.db.execute(f"""CREATE OR REPLACE TEMP TABLE "bits_{reading.name}" AS
            SELECT * FROM "of_{reading.name}" JOIN word USING (no)""")

    def _numbers(self, reading: Reading) -> list[int]:
        """Return the numbers of what values say; 0 for each where nobody asks."""
        found = self.found[reading.name]
        if not self.patterns:
            return [0] * len(found)
        if reading.name == SERVICE:
            return [self.patterns.said(row) for row, _ in found]
        if reading.name == "case_date":
            return [self.patterns.number(reading, meaning, meaning.fault or self.batch.edition(row[0]))
                    for row, meaning in found]  # fmt: skip
        return [self.patterns.number(reading, meaning) for _, meaning in found]

    # --- Statements -------------------------------------------------------------------------------

    def state(self, part: Range) -> str:
        """Return what selects for each case of a range its row, its words, and how it is to be looked at."""
        words = self.layout.words
        rows = " UNION ALL ".join(self._rows(part))
        ored = ", ".join(f"bit_or({word}) AS {word}" for word in words)
        said = ", list(said) FILTER (said IS NOT NULL) AS said" if self.patterns else ""
        compared = " OR ".join(f"({_all(bits)})" for bits in self.layout.compared()) or "false"
        return f"""SELECT "case", row_no, {", ".join(words)}, {self._bad()} AS bad, {compared} AS compared
            {", list_sort(list_distinct(said)) AS said" if said else ""} FROM (
            SELECT "case", {ored}, count(head) AS heads, min(head) AS row_no, count(name) AS names, count(*) AS rows_of
            {said}
            FROM ({rows}) GROUP BY "case")"""

    def _rows(self, part: Range) -> Iterator[str]:
        """Yield what selects the bits of each row of a table, the number of one of a case, and whether it names any."""
        for table in self.batch.list:
            readings = [reading for reading in self.readings if reading.table is table]
            if table.name != CASE and not any(self.found[reading.name] for reading in readings):
                continue
            joined = "".join(self.join(r) for r in readings if self.joined[r.name])
            words = ", ".join(f"{self._word(at, readings)} AS w{at}" for at in range(len(self.layout.words)))
            head = "t.row_no" if table.name == CASE else "NULL::BIGINT"
            name = "true" if "value" in table.columns else "NULL::BOOLEAN"
            of = f'"b_{readings[0].name}".said' if len(readings) == 1 and joined else "NULL::BIGINT"
            said = f", {of} AS said" if self.patterns else ""
            yield (f'SELECT t."case", {words}, {head} AS head, {name} AS name{said} FROM "all_{table.name}" t'
                   f"{joined}{within(part)}")  # fmt: skip
            for reading in readings if self.patterns and len(readings) > 1 else ():
                if self.joined[reading.name]:
                    yield self._also(reading, part)

    def _also(self, reading: Reading, part: Range) -> str:
        """Return what selects what one of several columns of a table says."""
        words = ", ".join(f"0::BIGINT AS w{at}" for at in range(len(self.layout.words)))
        return f"""SELECT t."case", {words}, NULL::BIGINT AS head, NULL::BOOLEAN AS name, "b_{reading.name}".said
            FROM "all_{reading.table.name}" t{self.join(reading)}{within(part)}"""

    def _word(self, at: int, readings: list[Reading]) -> str:
        """Return the bits of a row in a word."""
        constant = merged(*(each for r in readings if not self.joined[r.name] for each in self.bits[r.name]))
        # What has no bit in a word needs no look at the table.
        parts = [f'"b_{reading.name}".w{at}' for reading in readings
                 if self.joined[reading.name] and any(each.get(at) for each in self.bits[reading.name])]  # fmt: skip
        return " | ".join([*parts, f"{constant.get(at, 0)}::BIGINT"] if constant.get(at) or not parts else parts)

    @staticmethod
    def join(reading: Reading) -> str:
        of = f'"b_{reading.name}"'
        on = " AND ".join(f"t.{quoted(c)} IS NOT DISTINCT FROM {of}.{quoted(c)}" for c in reading.columns)
        return f' JOIN "bits_{reading.name}" AS {of} ON {on}'

    def named(self) -> Bits:
        """Return the bits of names: a case says none of them twice that has as many of them as rows that name."""
        keys = (key for key in self.layout.fields if isinstance(key, tuple) and key[0] == "name")
        return merged(*map(self.layout.bits, keys))

    def _bad(self) -> str:
        """Return which cases are to be looked at closely."""
        different = " + ".join(f"bit_count(w{at} & {mask})" for at, mask in self.named().items()) or "0"
        tests = [_all(self.layout.bits(FLAGGED)), f"NOT ({_all(self.layout.bits(ASKED))})"]
        tests += [_all(bits) for bits in self.layout.together()]
        tests += ['"case" IN (FROM twice)'] * self.adds_up
        many = f"names <> {different} OR rows_of > {ITEMS}"
        return f"{NO_ID} OR heads <> 1 OR {many} OR {' OR '.join(tests)}"

    def lines(self, part: Range) -> str:
        """Return what selects the lines of a range that are to be decided: their rows, what they say, their words."""
        (reading,) = (reading for reading in self.readings if reading.name == SERVICE)
        words = ", ".join(f"s.{word}" for word in self.layout.words)
        said = f', "b_{SERVICE}".said, p.pattern_no' if self.patterns else ""
        join = " JOIN pattern p ON p.said = s.said" if self.patterns else ""
        return f"""SELECT t.row_no, s.row_no AS of_case, "b_{SERVICE}".no, {words}{said}
            FROM all_service t{self.join(reading)}
            JOIN state s ON s."case" = t."case"{join}{within(part) or " WHERE true"} AND NOT s.bad"""

    def decide(self, words: list[Any], cases: Any, said: Any) -> Any:
        """Return the numbers of the results of lines.

        :param words: the words of cases, an element for each.
        :param cases: of each line, the place of its case there.
        :param said: the number of what it says.
        """
        import numpy as np

        found = np.full(len(cases), UNDECIDED, np.int32)
        slots = self._slots[said]
        for edition, kernel in self._kernels.items():
            field = self.layout.field((EDITION, edition))
            mine = (words[field.word] & (1 << field.shift)) != 0
            place, lines = np.cumsum(mine) - 1, np.nonzero(mine[cases])[0]
            classes = self._classes[edition][said[lines]]
            found[lines] = kernel.decide(Lines([w[mine] for w in words], place[cases[lines]], classes, slots[lines]))
        return found

    @cached_property
    def _slots(self) -> Any:
        """The slots of the sessions of what lines say, from 0."""
        import numpy as np

        numbers = [whole(session) for (_, session, _), _ in self.found[SERVICE]]
        sessions = np.array([number - 1 if isinstance(number, int) else 0 for number in numbers])
        return np.clip(sessions, 0, SLOTS - 1).astype(np.uint8)

    @cached_property
    def _classes(self) -> dict[str, Any]:
        """By edition, the classes of the codes of what lines say."""
        import numpy as np

        codes = [str(code) for (code, _, _), _ in self.found[SERVICE]]
        return {edition: np.array([kernel.class_of(code) for code in codes], np.uint8)
                for edition, kernel in self._kernels.items()}  # fmt: skip


def _all(bits: Bits) -> str:
    """Return that all of some bits are set."""
    return " AND ".join(f"(w{at} & {mask}) = {mask}" for at, mask in bits.items()) or "true"
