"""The cases of a batch that are to be looked at closely: what of them cannot be read, in which row, and why."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from ..cases.case import Case, Unreadable
from ..language.errors import CaseError, Fault, FaultError
from ..language.visible import visible
from ..program.schema import ID_LENGTH
from .back import AT_ONCE, cases_of, take
from .load import AMISS, BLANK, Loaded, Reading, insert
from .sources import Sources, starts
from .sql import quoted, text
from .stored import WHY
from .tables import CASE, Table

ANOTHER, TWICE = "another case has this id", " is said twice, and otherwise"
"""Why the rows of an id make no case."""
SOUND = "case_no NOT IN (SELECT case_no FROM rejects WHERE case_no IS NOT NULL)"
"""What holds of the cases that are not rejected."""
UNSOUND = {
    "the id is missing": BLANK,
    f"the id begins with a space, or has more than {ID_LENGTH} characters": f"NOT {BLANK} AND {AMISS}",
    ANOTHER: '"case" IN (SELECT "case" FROM cases GROUP BY "case" HAVING count(*) > 1)',
    "the case has no line": '"case" IS NOT NULL AND '
    '"case" NOT IN (SELECT "case" FROM in_service WHERE "case" IS NOT NULL)',
}
"""Why a case is rejected, whatever else it says, and which ones are."""
_WHY = quoted(WHY)
Refused = tuple[int, str, FaultError]
"""A case that cannot be decided: its number, its id and why."""
TABLE = """CREATE TEMP TABLE IF NOT EXISTS rejects
    (case_no BIGINT, "case" VARCHAR, source VARCHAR, row_no BIGINT, reason VARCHAR, place VARCHAR);
    CREATE TEMP TABLE IF NOT EXISTS stood (source VARCHAR, file VARCHAR, before BIGINT)"""
"""Makes the table of rejects: number and id of the case, table, row, reason and place in a case file; and that of the
files of each table, with how many rows come before the first of a file."""
ROWS = 'rejects (case_no, "case", source, row_no, reason)'
"""What rows are added to that stand in a table."""
REJECTED = "(SELECT DISTINCT case_no FROM rejects WHERE case_no IS NOT NULL)"
"""Selects the cases that are rejected: a row that belongs to none rejects none."""
REJECTS = """SELECT r."case", r.source AS "table", file, row_no - coalesce(before, 0) AS "row",
    concat_ws(': ', place, reason) AS reason
    FROM rejects r ASOF LEFT JOIN stood s ON r.source = s.source AND s.before < r.row_no ORDER BY ALL"""
"""Selects the rejects as they are written, each with its file and the number of its row there."""


class Close:
    """Looks closely at cases, the ids of which stand in the table `flagged`.

    Their rows are then in tables in_TABLE, as text, and in `cases`; what is wrong with them is in `rejects`.
    """

    def __init__(self, batch: Loaded) -> None:
        self.batch, self.db = batch, batch.db

    def look(self) -> None:
        """Read the rows, and find what is wrong with them."""
        self.take("flagged")
        self._reject_lost()
        for reading in self.batch.readings():
            self._reject_faulty(reading)
        self._number()

    def take(self, names: str) -> None:
        """Take cases out, and reject those whose rows do not make one case.

        :param names: the table of their ids.
        """
        take(self.batch, names)
        for why, which in UNSOUND.items():
            self._reject(f"""SELECT case_no, "case", 'case', case_no, {text(why)} FROM cases WHERE {which}""")
        for table in self.batch.list:
            self._reject(f"""SELECT NULL, "case", {text(table.name)}, row_no, {_WHY} FROM "in_{table.name}"
                WHERE {_WHY} IS NOT NULL""")
            if "value" in table.columns:
                self._reject_twice(table)
        self._number()

    def _reject(self, select: str) -> None:
        self.db.execute(f"INSERT INTO {ROWS} {select}")

    def _number(self) -> None:
        self.db.execute("""UPDATE rejects SET case_no = c.case_no FROM cases c
            WHERE rejects.case_no IS NULL AND c."case" = rejects."case" """)

    def _reject_lost(self) -> None:
        """Reject the rows that belong to no case."""
        rows = " UNION ALL ".join(
            f'SELECT {text(table.name)} AS source, "case", row_no FROM "in_{table.name}" WHERE {_WHY} IS NULL'
            for table in self.batch.list[1:]
        )
        self._reject(f"""SELECT NULL, t."case", t.source, t.row_no, 'the row belongs to no case'
            FROM ({rows}) t ANTI JOIN cases USING ("case")""")

    def _reject_twice(self, table: Table) -> None:
        """Reject a case that says a name twice and otherwise."""
        what = f'"{table.columns[0]}"'
        self._reject(f"""SELECT c.case_no, c."case", {text(table.name)}, twice.row_no,
                twice.what || {text(TWICE)}
            FROM (SELECT "case", {what} AS what, max(row_no) AS row_no FROM "in_{table.name}" GROUP BY ALL
                  HAVING min("value") <> max("value")) twice JOIN cases c USING ("case")""")

    def _reject_faulty(self, reading: Reading) -> None:
        columns = [quoted(c) for c in reading.columns]
        source = f'"in_{reading.table.name}"'
        rows = self.db.execute(f"SELECT DISTINCT {', '.join(columns)} FROM {source} WHERE {_WHY} IS NULL").fetchall()
        faulty = [(*row, fault) for row in rows if (fault := reading.of(*row).fault)]
        if not faulty:
            return
        names = ", ".join(f"v{at} VARCHAR" for at in range(len(columns)))
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE fault ({names}, fault VARCHAR)")
        insert(self.db, "fault", faulty)
        on = " AND ".join(f"t.{column} IS NOT DISTINCT FROM f.v{at}" for at, column in enumerate(columns))
        row = "case_no" if reading.table.name == CASE else "row_no"
        source = "cases" if reading.table.name == CASE else source
        self._reject(f"""SELECT NULL, t."case", {text(reading.table.name)}, t.{row}, f.fault
            FROM {source} t JOIN fault f ON {on} WHERE {_WHY} IS NULL""")


def case_of(batch: Loaded, found: Sources, name: str) -> Case:
    """Return the case of an id.

    :param found: where its tables are.
    :raises LookupError: where no case has it.
    :raises CaseError: where a batch rejects it; file and row of each fault of its rows are named.
    """
    batch.db.execute(TABLE)
    batch.db.execute('CREATE OR REPLACE TEMP TABLE flagged AS SELECT ? AS "case"', [name])
    Close(batch).look()
    stand(batch.db, [found])
    rows = batch.db.execute(f'SELECT "table", file, "row", reason FROM ({REJECTS})').fetchall()
    batch.db.execute("DELETE FROM rejects; DELETE FROM stood")
    if rows:
        raise CaseError(faults=[Fault(f"{file}, table {table}, row {row}", why) for table, file, row, why in rows])
    for _, case, _ in cases_of(batch):
        if isinstance(case, Unreadable):
            raise CaseError(faults=case.faults)
        return case._replace(id=visible(name))
    raise LookupError(f"no case has the id {name}")


def stand(db: Any, found: Iterable[Sources]) -> None:
    """Tell where the rows of tables stand, those that have rejects.

    :param found: the tables of each guideline.
    """
    found = list(found)
    stood = {name: files for each in found for name, files in each.stood.items()}
    rows = {file: number for each in found for file, number in each.rows.items()}
    for (name,) in db.execute("SELECT DISTINCT source FROM rejects").fetchall():
        if files := stood.get(name):
            insert(db, "stood", [(name, *each) for each in zip(files, starts(files, db, rows), strict=False)])


def reject(db: Any, refused: Iterable[Refused], *, placed: bool = False) -> None:
    """Reject cases, many at once, a row for each fault.

    :param placed: whether they stand in files, where their faults have places.
    """
    rows = (
        (number, name, CASE, number, str(fault._replace(place="")), fault.place or None if placed else None)
        for number, name, error in refused for fault in error.faults
    )  # fmt: skip
    while part := list(islice(rows, AT_ONCE)):
        insert(db, "rejects", part)


def count(db: Any, what: str) -> int:
    """Return how many rows there are."""
    ((number,),) = db.execute(f"SELECT count(*) FROM {what}").fetchall()
    return int(number)
