"""The tables of a batch in DuckDB, and what each value that is different there means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any

from ..language.record import NamedTuple
from ..language.visible import CONTROL, ESCAPED
from ..library.guideline import Guideline
from ..program.interface import CODE
from ..program.schema import ID_LENGTH
from .columns import Result
from .entries import BatchError, columns_named
from .sources import Sources
from .sql import quoted
from .stored import ROW, WHY
from .tables import CASE, DATE, SERVICE, Meaning, Table, Tables, plain

SESSION, UNITS = "session", "units"
MIDNIGHT = " 00:00:00$"
_SPACE = r"[\t\n\r\p{Zs}]"
BLANK = f"""(regexp_full_match(coalesce("case", ''), '{_SPACE}*'))"""
"""What holds of an id that is missing."""
AMISS = f"""(length("case") > {ID_LENGTH} OR regexp_matches("case", '^{_SPACE}'))"""
"""What holds of one that a case file may not have either: it begins with a space, or is too long."""
NO_ID = f"""("case" IS NULL OR "case" < '!' OR ("case" > '~' AND {AMISS})
    OR (length("case") > {ID_LENGTH // ESCAPED} AND strlen("case") > length("case"))
    OR (length("case") > {ID_LENGTH // CONTROL} AND ({AMISS} OR regexp_matches("case", '[[:cntrl:]]'))))"""
"""What holds of every id that may be so, or too long once it is told with what is hidden in it; soon said of most."""


class Reading(NamedTuple):
    """Some columns of a table, the values of which are read together."""

    name: str
    table: Table
    columns: tuple[str, ...]
    of: Callable[..., Meaning]


class Loaded:
    """The tables of a batch: a view all_TABLE of each, with the id of the case, the number of the row, the columns.

    Beside them what comes of it: `ids` holds for each line, in the order of the table of services, the number of its
    result in `results`.

    :param columns: what is told of a line beside outcome, statements and reason; see `COLUMNS`.
    """

    def __init__(self, db: Any, guideline: Guideline, world: str, as_of: str = "", columns: Iterable[str] = ()) -> None:
        self.db, self.guideline, self.world, self.as_of, self.columns = db, guideline, world, as_of, tuple(columns)
        self.tables = Tables(guideline)
        self.results: dict[Result, int] = {}
        self.ids: Any = None
        self.cases = 0

    @cached_property
    def list(self) -> Sequence[Table]:
        """The tables; cases of files are decided without.

        :raises NotTabledError: where a case may say what no table holds.
        """
        return [*self.tables.all()]

    def edition(self, date: str) -> str:
        """Return since when the rules are in force by which a case of a date of service is decided."""
        return self.guideline.since(self.as_of or date)

    def number(self, result: Result) -> int:
        """Return the number of a result."""
        return self.results.setdefault(result, len(self.results))

    def look(self, found: Sources, only: str = "") -> None:
        """Make the views: every_TABLE, and all_TABLE without the rows of cases that are for others.

        :param only: what is joined to leave these out.
        :raises BatchError: where a column is missing.
        """
        for table in self.list:
            self._view(table, found)
            self.db.execute(f"""CREATE OR REPLACE TEMP VIEW "all_{table.name}" AS FROM "every_{table.name}" {only}""")

    def _view(self, table: Table, found: Sources) -> None:
        empty = 'SELECT NULL::VARCHAR AS "case", 1::BIGINT AS row_no WHERE false'
        source = f"({found.of.get(table.name, empty)})"
        known = {row[0]: row[1] for row in self.db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        missing = [column for column in (table.id, *_needed(table)) if column not in known]
        if missing and table.name in found.of:
            told = f"it has {', '.join(sorted({*known} - {ROW, WHY}))} (coverlog batch --schema)"
            raise BatchError(f"{found.told}: table {table.name} has no column {', '.join(missing)}; {told}")
        columns_named(found.told, sorted(known), table)
        columns = ", ".join(f"{_read(c, known.get(c, ''))} AS {quoted(c)}" for c in (*table.columns, WHY))
        name = table.id if table.id in known else "case"
        of = quoted(name) if known[name] == "VARCHAR" else f"{quoted(name)}::VARCHAR"
        self.db.execute(f"""CREATE OR REPLACE TEMP VIEW "every_{table.name}" AS
            SELECT {of} AS "case", row_no, {columns} FROM {source}""")

    def readings(self) -> Iterator[Reading]:
        """Yield what reads the values of the tables."""
        for table in self.list:
            if table.name == CASE:
                yield Reading("case_date", table, (DATE,), self.tables.of_date)
                for key in self.tables.singles:
                    more = [DATE] if self.tables.is_since(key) else []
                    yield Reading(f"case_{key}", table, (key, *more), self._single(key))
            elif table.name == SERVICE:
                yield Reading(SERVICE, table, (CODE, SESSION, UNITS), self._service())
            else:
                yield Reading(table.name, table, table.columns, self._item(table))

    def _single(self, key: str) -> Callable[..., Meaning]:
        return lambda value, date="": self.tables.of_single(key, value, date)

    def _item(self, table: Table) -> Callable[..., Meaning]:
        return lambda *row: self.tables.of_item(table, *row)

    def _service(self) -> Callable[..., Meaning]:
        line, session = lru_cache(None)(self.tables.of_service), lru_cache(None)(self.tables.of_session)

        def read(code: Any, number: Any, units: Any) -> Meaning:
            told, fault = line(code, whole(units)), session(whole(number)).fault
            return Meaning(told.atoms, "; ".join(filter(None, (told.fault, fault))))

        return read


def insert(db: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows to a table, at once: a statement for each would take longer than all else."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        db.execute(f"INSERT INTO {table} SELECT {', '.join('unnest(?)' for _ in columns)}", columns)


def _read(column: str, kind: str) -> str:
    """Return what reads a column of a type; a time without a zone that is midnight is a day."""
    if kind.startswith("TIMESTAMP") and "ZONE" not in kind:
        return f"regexp_replace({quoted(column)}::VARCHAR, '{MIDNIGHT}', '')"
    return quoted(column) if kind else "NULL::VARCHAR"


def _needed(table: Table) -> tuple[str, ...]:
    """Return the columns that a table cannot do without."""
    return {CASE: (DATE,), SERVICE: (CODE,)}.get(table.name, table.columns)


def whole(value: Any) -> Any:
    """Return a text as the whole number that it writes, else as it is; 1 for none."""
    return 1 if value is None else plain(value)
