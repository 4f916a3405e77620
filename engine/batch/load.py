"""The tables of a batch read: what each value means, and which rows cannot be read, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..library.guideline import Guideline
from ..program.interface import CODE
from .sources import BatchError, Sources
from .sql import text
from .tables import CASE, DATE, SERVICE, Meaning, Table, Tables

DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
SOUND = "case_no NOT IN (SELECT case_no FROM rejects WHERE case_no IS NOT NULL)"
"""What holds of the cases that are not rejected."""
UNSOUND = {
    "the id is missing": """"case" IS NULL OR trim("case") = ''""",
    "another case has this id": '"case" IN (SELECT "case" FROM cases GROUP BY "case" HAVING count(*) > 1)',
    "the date of service is missing or is no date; write YYYY-MM-DD": f"{DATE} IS NULL OR "
    f"NOT regexp_matches({DATE}, {text(DAY)}) OR try_cast({DATE} AS DATE) IS NULL",
    "the case has no line": '"case" IS NOT NULL AND '
    '"case" NOT IN (SELECT "case" FROM in_service WHERE "case" IS NOT NULL)',
}
"""Why a case is rejected, whatever else it says, and which ones are."""

Means = list[tuple[tuple[Any, ...], Meaning]]  # each value that is different, with what it means


class Loaded:
    """The tables of a batch in DuckDB: `cases`, a view in_TABLE of each of the others, and `rejects`."""

    def __init__(self, db: Any, guideline: Guideline, world: str, as_of: str = "") -> None:
        self.db, self.guideline, self.world, self.as_of = db, guideline, world, as_of
        self.tables = Tables(guideline)
        self.list = list(self.tables.all())

    def look(self, found: Sources) -> None:
        """Make the views of the tables alone.

        :raises BatchError: where a column is missing.
        """
        for table in self.list:
            self._view(table, found)

    def read(self, found: Sources) -> None:
        """Read the tables.

        :raises BatchError: where a column is missing.
        """
        self.look(found)
        as_of = text(self.as_of) if self.as_of else DATE
        self.db.execute(f"CREATE TEMP TABLE cases AS SELECT row_no AS case_no, *, {as_of} AS as_of FROM in_case")
        self._results()
        for why, which in UNSOUND.items():
            self._reject(f"""SELECT case_no, "case", 'case', case_no, {text(why)} FROM cases WHERE {which}""")
        self._reject_lost()
        for table in self.list:
            if "value" in table.columns:
                self._reject_twice(table)

    def empty(self) -> None:
        """Make the tables of an empty batch, for cases that come otherwise."""
        self.db.execute('CREATE TEMP TABLE cases (case_no BIGINT, "case" VARCHAR)')
        self._results()

    def _results(self) -> None:
        self.db.execute("""CREATE TEMP TABLE rejects
            (case_no BIGINT, "case" VARCHAR, source VARCHAR, row_no BIGINT, reason VARCHAR)""")
        self.db.execute("""CREATE TEMP TABLE result (case_no BIGINT, "case" VARCHAR, line_no BIGINT, code VARCHAR,
            session BIGINT, outcome VARCHAR, "by" VARCHAR, reason VARCHAR)""")

    def _view(self, table: Table, found: Sources) -> None:
        source = found.of.get(table.name, 'SELECT NULL::VARCHAR AS "case" WHERE false')
        source = f"(SELECT * FROM {source})" if table.name in found.of else f"({source})"
        known = {row[0] for row in self.db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        missing = [column for column in (table.id, *_needed(table)) if column not in known]
        if missing and table.name in found.of:
            told = f"it has {', '.join(sorted(known))} (coverlog batch --schema)"
            raise BatchError(f"{found.told}: table {table.name} has no column {', '.join(missing)}; {told}")
        columns = ", ".join(f'{_quoted(c) if c in known else "NULL"}::VARCHAR AS "{c}"' for c in table.columns)
        name = table.id if table.id in known else "case"
        self.db.execute(f"""CREATE TEMP VIEW "in_{table.name}" AS
            SELECT {_quoted(name)}::VARCHAR AS "case", row_number() OVER () AS row_no, {columns} FROM {source}""")

    def _reject(self, select: str) -> None:
        """Keep rejects: number and id of the case, table, row and reason."""
        self.db.execute(f"INSERT INTO rejects {select}")

    def _reject_lost(self) -> None:
        """Reject the rows that belong to no case."""
        rows = " UNION ALL ".join(
            f'SELECT {text(table.name)} AS source, "case", row_no FROM "in_{table.name}"' for table in self.list[1:]
        )
        self._reject(f"""SELECT NULL, t."case", t.source, t.row_no, 'the row belongs to no case'
            FROM ({rows}) t ANTI JOIN cases USING ("case")""")

    def _reject_twice(self, table: Table) -> None:
        """Reject a case that says a name twice and otherwise; only those that say one twice are looked at closely."""
        what = f'"{table.columns[0]}"'
        names = f"""(SELECT {what}, row_number() OVER (ORDER BY {what}) - 1 AS no FROM
            (SELECT DISTINCT {what} FROM "in_{table.name}"))"""
        self.db.execute(f"""CREATE OR REPLACE TEMP TABLE often AS SELECT "case" FROM "in_{table.name}"
            JOIN {names} USING ({what}) WHERE no < 62
            GROUP BY "case" HAVING bit_count(bit_or(1::BIGINT << no)) < count(*)
            UNION SELECT "case" FROM "in_{table.name}" JOIN {names} USING ({what}) WHERE no >= 62""")
        self._reject(f"""SELECT c.case_no, c."case", {text(table.name)}, twice.row_no,
                twice.what || ' is said twice, and otherwise'
            FROM (SELECT "case", {what} AS what, max(row_no) AS row_no
                  FROM "in_{table.name}" SEMI JOIN often USING ("case") GROUP BY ALL
                  HAVING min("value") <> max("value")) twice JOIN cases c USING ("case")""")

    # --- What values mean -------------------------------------------------------------------------

    def meanings(self) -> dict[str, Means]:
        """Return what each value means, by what reads it, and reject the cases with one that cannot be read."""
        found = {}
        for table in self.list:
            for name, columns, of in self.readings(table):
                rows = self.db.execute(f"SELECT DISTINCT {', '.join(columns)} FROM {_source(table)}").fetchall()
                found[name] = [(row, of(*row)) for row in rows]
                self._reject_faulty(table, columns, [(*row, told.fault) for row, told in found[name] if told.fault])
        self.db.execute("""UPDATE rejects SET case_no = c.case_no FROM cases c
            WHERE rejects.case_no IS NULL AND c."case" = rejects."case" """)
        return found

    def _reject_faulty(self, table: Table, columns: list[str], faulty: list[tuple[Any, ...]]) -> None:
        if not faulty:
            return
        names = ", ".join(f"v{at} VARCHAR" for at in range(len(columns)))
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE fault ({names}, fault VARCHAR)")
        insert(self.db, "fault", faulty)
        on = " AND ".join(f"t.{column} IS NOT DISTINCT FROM f.v{at}" for at, column in enumerate(columns))
        row = "case_no" if table.name == CASE else "row_no"
        self._reject(f"""SELECT NULL, t."case", {text(table.name)}, t.{row}, f.fault
            FROM {_source(table)} t JOIN fault f ON {on}""")

    def readings(self, table: Table) -> Iterator[tuple[str, list[str], Callable[..., Meaning]]]:
        """Yield what reads the values of a table: its name, their columns, and what tells what they mean."""
        if table.name == CASE:
            for key in self.tables.singles:
                more = [DATE] if self.tables.is_since(key) else []
                yield f"case_{key}", [_quoted(key), *more], self._single(key)
        elif table.name == SERVICE:
            yield "service", [CODE, "units"], lambda code, units: self.tables.of_service(code, _whole(units))
            yield "session", ["session"], lambda session: self.tables.of_session(_whole(session))
        else:
            yield table.name, [_quoted(c) for c in table.columns], lambda *row: self.tables.of_item(table, *row)

    def _single(self, key: str) -> Callable[..., Meaning]:
        return lambda value, date="": self.tables.of_single(key, value, date)


def insert(db: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows to a table, at once: a statement for each would take longer than all else."""
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        db.execute(f"INSERT INTO {table} SELECT {', '.join('unnest(?)' for _ in columns)}", columns)


def _source(table: Table) -> str:
    return "cases" if table.name == CASE else f'"in_{table.name}"'


def _quoted(column: str) -> str:
    return f'"{column}"'


def _needed(table: Table) -> tuple[str, ...]:
    """Return the columns that a table cannot do without."""
    return {CASE: (DATE,), SERVICE: (CODE,)}.get(table.name, table.columns)


def _whole(value: Any) -> Any:
    """Return a text as the whole number that it writes, else as it is; 1 for none."""
    if value is None:
        return 1
    return int(value) if str(value).isdigit() else value
