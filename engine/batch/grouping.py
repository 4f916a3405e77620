"""A batch as one statement of Spark: the words of cases in one grouping, then the circuits, a layer on another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..circuit.circuit import WORLDS
from ..evaluation.symbols import OTHER
from ..language.terms import quote
from ..program.interface import CODE
from .columns import Result
from .frames import values, written
from .layout import EDITION, SLOTS
from .load import Loaded, Reading, insert, quoted, whole
from .merged import Merged
from .tables import CASE, SERVICE, Meaning
from .vocabulary import Row, Vocabulary

ROWS = 20
"""The bits of a number that tell what a line says; above them stands the number of its row."""


class Words(Vocabulary):
    """What every value of the tables means, with the values told by Spark."""

    def __init__(self, batch: Loaded, spark: Any) -> None:
        self.spark = spark
        super().__init__(batch)
        self.services = [row for row, _ in self._found[SERVICE]]

    def _distinct(self, reading: Reading) -> list[tuple[Row, Meaning]]:
        columns = ", ".join(f"`{c}`" for c in reading.columns)
        of = f"all_{reading.table.name}"
        rows = [tuple(row) for row in self.spark.sql(f"SELECT DISTINCT {columns} FROM {of}").collect()]
        kinds = ", ".join(f"{quoted(c)} VARCHAR" for c in reading.columns)
        self.db.execute(f'CREATE OR REPLACE TEMP TABLE "of_{reading.name}" (no BIGINT, {kinds})')
        insert(self.db, f'"of_{reading.name}"', [(no, *row) for no, row in enumerate(rows)])
        return [(row, reading.of(*row)) for row in rows]

    def give(self, masks: dict[str, int]) -> None:
        """Let Spark have the bits of every value."""
        self.make()
        words = dict.fromkeys(self.layout.words, "BIGINT")
        for reading in self.readings:
            told = ", ".join(map(quoted, [*reading.columns, *words, "no"]))
            rows = self.db.execute(f'SELECT {told} FROM "bits_{reading.name}" ORDER BY no').fetchall()
            columns: dict[str, str] = dict.fromkeys(reading.columns, "STRING") | words | {"no": "BIGINT"}
            if reading.name == SERVICE:
                columns, rows = columns | {"mask": "BIGINT"}, [(*row, masks.get(str(row[0]), 0)) for row in rows]
            values(self.spark, f"bits_{reading.name}", columns, rows)

    def grouped(self) -> str:
        """Return what selects for each case its words, its lines, and whether it is to be decided apart."""
        rows = " UNION ALL ".join(self._rows_of_tables())
        words = ", ".join(f"bit_or({word}) AS {word}" for word in self.layout.words)
        return f"""SELECT "case", {", ".join(self.layout.words)}, lines, route, {self._bad()} AS bad FROM (
            SELECT "case", {words}, count(head) AS heads, count(name) AS names,
            array_agg(line) FILTER (WHERE line IS NOT NULL) AS lines, coalesce(bit_or(mask), 0) AS route
            FROM ({rows}) AS given GROUP BY "case") AS grouped"""

    def _rows_of_tables(self) -> Iterator[str]:
        for table in self.batch.list:
            readings = [reading for reading in self.readings if reading.table is table]
            if any(self._found[reading.name] for reading in readings):
                joined = "".join(self._join(r) for r in readings if self.joined[r.name])
                words = ", ".join(f"{self._word(at, readings)} AS w{at}" for at in range(len(self.layout.words)))
                head = "true" if table.name == CASE else "NULL::BOOLEAN"
                name = "true" if "value" in table.columns else "NULL::BOOLEAN"
                line = f'(t.row_no << {ROWS}) + "b_{SERVICE}".no' if table.name == SERVICE else "NULL::BIGINT"
                mask = f'"b_{SERVICE}".mask' if table.name == SERVICE else "NULL::BIGINT"
                yield (f'SELECT t."case", {words}, {head} AS head, {name} AS name, {line} AS line, {mask} AS mask '
                       f'FROM "all_{table.name}" AS t{joined}')  # fmt: skip

    def editions(self) -> str:
        """Return which edition decides a case, by its place."""
        fields = {at: self.layout.bits((EDITION, edition)) for at, edition in enumerate(self.circuits)}
        whens = [f"WHEN (w{word} & {bit}) <> 0 THEN {at}" for at, bits in fields.items() for word, bit in bits.items()]
        return f"CASE {' '.join(whens)} ELSE -1 END" if whens else "-1"

    def alike(self, edition: str, code: str) -> str:
        """Return the first code whose lines come to the same by the same, in an edition, as those of another one."""
        all_ways = self.circuits[edition].ways
        mine = all_ways.get(quote(code), all_ways[OTHER])
        return next(each for each, ways in all_ways.items() if ways == mine)


class Grouping:
    """The lines of the cases that are for one guideline, told by bits.

    :param masks: by code a bit for each guideline that decides a case with it; none where one decides all cases.
    """

    def __init__(self, batch: Loaded, spark: Any, masks: dict[str, int]) -> None:
        self.batch, self.spark = batch, spark
        self.words = Words(batch, spark)
        self.words.give(masks)
        self.merged = Merged(self.words.circuits, self.words.layout, open_world=WORLDS[batch.world])
        self.editions = list(self.words.circuits)
        self._kinds: list[tuple[str, ...]] = []
        self._give_lines()

    @property
    def keys(self) -> list[str]:
        """The columns that tell what a line comes to."""
        return ["edition", "kind", *(f"k{at}" for at in range(self.merged.words))]

    def _give_lines(self) -> None:
        """Let Spark have what each line says, and the bits that tell a line of each kind of code."""
        rows = []
        for no, (code, number, _) in enumerate(self.words.services):
            kind, slot = self._kind(str(code)), whole(number) - 1 if str(whole(number)).isdigit() else 0
            rows.append((no, code, slot + 1, kind, 1 << min(max(slot, 0), SLOTS - 1)))
        columns: dict[str, str] = {"no": "BIGINT", CODE: "STRING", "session": "BIGINT", "kind": "INT", "own": "INT"}
        values(self.spark, "says", columns, rows)
        masks = [(at, kind, *self.merged.masks(self.merged.told[edition, codes[at]]))
                 for at, edition in enumerate(self.editions) for kind, codes in enumerate(self._kinds)]  # fmt: skip
        columns = {"edition": "INT", "kind": "INT"} | {f"m{at}": "BIGINT" for at in range(self.merged.words)}
        values(self.spark, "masks", columns, masks)

    def _kind(self, code: str) -> int:
        """Return the number of the kind of a code: those that every edition treats alike are one."""
        alike = tuple(self.words.alike(edition, code) for edition in self.editions)
        if alike not in self._kinds:
            self._kinds.append(alike)
        return self._kinds.index(alike)

    def statement(self, route: str) -> str:
        """Return the whole as one statement of Spark; see `query`."""
        return written(self.query(route))

    def query(self, route: str) -> str:
        """Return the whole as one statement of DuckDB: a row for each line with the bits that tell it.

        A case that is decided apart has one row, and no number in it.

        :param route: what holds of the cases that are for this guideline, or for several.
        """
        state = f"""state AS (SELECT *, bad OR bit_count(route) > 1 AS apart, {self.words.editions()} AS edition
            FROM ({self.words.grouped()}) AS g WHERE {route})"""
        keys = ", ".join(f"t{at} & m{at} AS k{at}" for at in range(self.merged.words))
        lines = f"""line AS (SELECT *, unnest(CASE WHEN apart THEN [NULL::BIGINT] ELSE lines END) AS line FROM told),
            said AS (SELECT line.*, says.{CODE}, says.session, says.kind, says.own FROM line
                LEFT JOIN says ON (line.line & {(1 << ROWS) - 1}) = says.no),
            bits AS (SELECT "case", line >> {ROWS} AS row_no, {CODE}, session, edition, kind,
                {", ".join(self.merged.line())} FROM said)
            SELECT "case", row_no, {CODE}, session, bits.edition, bits.kind, {keys} FROM bits
            LEFT JOIN masks ON bits.edition = masks.edition AND bits.kind = masks.kind"""
        return f"WITH {state}, {', '.join(self.merged.layers('state'))}, {lines}"

    def results(self, found: Sequence[Any]) -> list[Result | None]:
        """Return what each different line comes to.

        :param found: edition, kind and the bits of each.
        """
        return [self.merged.result(self.merged.told[self.editions[edition], self._kinds[kind][edition]], words)
                for edition, kind, *words in found]  # fmt: skip
