"""The tables of a batch that stand in CSV, each read once and held by DuckDB, with what tells of broken rows."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .comma import head, reader
from .entries import BatchError
from .ragged import NO_CASE, Broken, Ragged
from .sql import quoted, text
from .tables import CASE, SERVICE, Table

WHY = "why it is broken"
"""The column that tells so of a broken row, in a table that has any."""
ROW = "row_no"


class Stored:
    """Tables of CSV: by name, what selects their rows, numbered through; only columns that are read have values.

    :param files: those of each table.
    :param tables: each table, with all columns that are read.
    :param only: the id of the one case that is wanted; without any, all are.
    :raises BatchError: where a batch cannot go on without a broken row; `check` finds more of such.
    """

    def __init__(
        self, db: Any, files: Mapping[str, Sequence[str]], tables: Mapping[str, Table], only: str = ""
    ) -> None:
        self.db, self._files, self._tables = db, files, tables
        self.of: dict[str, str] = {}
        self.rows: dict[str, int] = {}  # how many a file has, where a row of its table is broken
        self._broken: dict[str, dict[int, tuple[str, Broken]]] = {}  # by table and number, each with its file
        failed = self._store(only)
        if failed and only:
            failed = self._store()  # whose a broken row is can be told among all cases alone
        for name, error in failed.items():
            self._mend(name, error)

    def _store(self, only: str = "") -> dict[str, Exception]:
        """Read the tables; return those that cannot be read as they are, each with why."""
        import duckdb

        failed: dict[str, Exception] = {}
        for name, files in self._files.items():
            try:
                self._create(name, files, only)
            except duckdb.InvalidInputException as error:
                failed[name] = error
        return failed

    def _create(self, name: str, files: Sequence[str], only: str = "") -> None:
        table, source = self._tables[name], reader(files, self.db)
        names = [row[0] for row in self.db.execute(f"DESCRIBE {source}").fetchall()]
        read = [column for column in names if column in {table.id, *table.columns}]
        where = "false" if table.id not in read else f"{quoted(table.id)} = {text(only)}" if only else "true"
        columns = ", ".join([f"row_number() OVER () AS {ROW}", *map(quoted, read)])
        self.db.execute(f"""CREATE OR REPLACE TEMP TABLE {held(name)} AS
            SELECT * FROM (SELECT {columns} FROM ({source})) WHERE {where}""")
        more = (column for column in names if column not in read and column.casefold() not in (ROW, WHY))
        unread = "".join(f", NULL::VARCHAR AS {quoted(column)}" for column in more)
        self.of[name] = f"SELECT *{unread} FROM {held(name)}"

    def _mend(self, name: str, error: Exception) -> None:
        """Read a table without its broken rows, but for the ids of their cases.

        :param error: why it cannot be read as it is.
        """
        import duckdb

        with tempfile.TemporaryDirectory(prefix="coverlog-", dir=self._room()) as folder:
            copies = {str(Path(folder, f"{at}.csv")): file for at, file in enumerate(self._files[name])}
            found = {file: self._copy(name, file, Path(copy), error) for copy, file in copies.items()}
            try:
                self._create(name, [*copies])
            except duckdb.InvalidInputException as more:
                told = str(more)
                for copy, file in copies.items():
                    told = told.replace(copy, file)
                raise duckdb.InvalidInputException(told) from None
        self.rows |= {file: ragged.rows for file, ragged in found.items()}
        self._mark(name, found)

    def _room(self) -> str | None:
        """Return where there is room for files, as DuckDB has been told; None where it has not."""
        ((folder,),) = self.db.execute("SELECT current_setting('temp_directory')").fetchall()
        return str(folder) if folder and Path(folder).is_dir() else None

    def _copy(self, name: str, file: str, to: Path, error: Exception) -> Ragged:
        table, told = self._tables[name], head(file, self.db)
        if table.id not in told.names:
            raise error
        found = Ragged(file, told, table.id, {table.id, *table.columns})
        try:
            found.mend(to)
        except BatchError:
            raise
        except (ValueError, OSError, EOFError, zlib.error):
            raise error from None
        return found

    def _mark(self, name: str, found: Mapping[str, Ragged]) -> None:
        """Tell of the broken rows of a table why they are broken.

        :raises BatchError: where DuckDB and this program do not find the same rows.
        """
        of: dict[int, tuple[str, Broken]] = {}
        before = 0
        for file, ragged in found.items():
            of |= {before + each.row: (file, each) for each in ragged.broken}
            before += ragged.rows
        ((number,),) = self.db.execute(f"SELECT count(*) FROM {held(name)}").fetchall()
        if number != before:
            raise BatchError(f"{', '.join(found)}: it is in doubt where rows end; write them with other quotes")
        if of:
            self._broken[name] = of
            self.db.execute(f"ALTER TABLE {held(name)} ADD COLUMN {quoted(WHY)} VARCHAR")
            self.db.execute(f"""UPDATE {held(name)} SET {quoted(WHY)} = b.why
                FROM (SELECT unnest(?) AS {ROW}, unnest(?) AS why) b WHERE {held(name)}.{ROW} = b.{ROW}""",
                [[*of], [each.why for _, each in of.values()]])  # fmt: skip

    def check(self, found: Mapping[str, str]) -> None:
        """Make sure that the case of each broken row is told: that the cases have its id, or lines those of a case.

        :param found: what selects the rows of all tables; where there are no cases and lines among them, none is told.
        :raises BatchError: where there is a row of which it is not.
        """
        ids = [self._ids(each, found) for each in (CASE, SERVICE)] if self._broken else []
        for name, of in self._broken.items() if all(ids) else ():
            if lost := [*self._lost(name, *ids), *self._within(of, ids[0])]:
                file, broken = of[min(lost)]
                raise broken.stop(file, NO_CASE)

    def _ids(self, name: str, found: Mapping[str, str]) -> str:
        """Return what selects the ids of cases that a table has; an empty text where it is not there, or has none."""
        id_ = Table(name, "", (), "").id
        known = {row[0] for row in self.db.execute(f"DESCRIBE {found[name]}").fetchall()} if name in found else set()
        return f"SELECT {quoted(id_)}::VARCHAR AS id FROM ({found[name]})" if id_ in known else ""

    def _lost(self, name: str, cases: str, lines: str) -> Iterator[int]:
        """Yield the broken rows with an id that is not known, or with which one begins that has the rest in a value."""
        id_, known = f"t.{quoted(self._tables[name].id)}", lines if name == CASE else cases
        for between in {head(file, self.db).between for file in self._files[name]}:
            begun = f"SELECT split_part(id, {text(between)}, 1) FROM ({cases}) WHERE contains(id, {text(between)})"
            rows = f"""SELECT {ROW} FROM {held(name)} t WHERE {id_} IS NOT NULL AND {quoted(WHY)} IS NOT NULL
                AND ({id_} NOT IN (SELECT id FROM ({known}) WHERE id IS NOT NULL) OR {id_} IN ({begun}))"""
            yield from (row for (row,) in self.db.execute(rows).fetchall())

    def _within(self, broken: Mapping[int, tuple[str, Broken]], cases: str) -> Iterator[int]:
        """Yield the broken rows that may hold that of another case, whose id ends a value: a line may lack its end."""
        ((least, most),) = self.db.execute(f"SELECT min(length(id)), max(length(id)) FROM ({cases})").fetchall()
        ends: dict[str, int] = {}
        for row, (_, each) in broken.items():
            for value in each.values[1:]:
                sizes = range(least or 1, min(most or 0, len(value)) + 1)
                ends |= {end: row for size in sizes if (end := value[len(value) - size :]) != each.values[0]}
        known = f"SELECT DISTINCT id FROM ({cases}) WHERE id IN (SELECT unnest(?::VARCHAR[]))"
        yield from (ends[found] for (found,) in self.db.execute(known, [[*ends]]).fetchall())


def held(name: str) -> str:
    """Return what a table of CSV is called in DuckDB."""
    return quoted(f"stored_{name}")
