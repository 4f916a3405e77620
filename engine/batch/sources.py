"""Where the tables of a batch are, and the DuckDB that reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from ..language.record import NamedTuple
from .comma import reader
from .entries import PARQUET, BatchError, entries, named
from .ragged import REMEDY
from .sql import quoted, text
from .stored import ROW, Stored, held
from .tables import CASE, ID, SERVICE, Table, Tables

CHUNK = 250_000
"""How many cases are decided at once, where their order allows it: their words then stand near the processor."""
Range = tuple[str, str]
"""The first id, and the one before which it ends; an empty text for no bound."""


class Sources(NamedTuple):
    """Where the tables of a batch are: by the name of a table, what selects its rows, each with its number row_no."""

    of: dict[str, str]
    told: str
    files: dict[str, list[str]]  # of a table that stands in Parquet
    stood: dict[str, list[str]] = {}  # noqa: RUF012 - nobody adds; where the rows of each table stand, file by file
    rows: dict[str, int] = {}  # noqa: RUF012 - how many a file has, where that was told by reading it


def connect(memory: str = "", folder: Path | None = None, threads: int = 0) -> Any:
    """Return a DuckDB of its own.

    :param memory: how much it may use, such as `500MB`; the rest goes to the folder.
    :param threads: how many it may use; as many as there are processors for 0.
    :raises BatchError: where DuckDB is not installed, or the memory is no size.
    """
    try:
        import duckdb
    except ImportError:
        raise BatchError("batch needs DuckDB and NumPy: pip install 'coverlog[batch]'") from None
    if memory and not re.fullmatch(r"[0-9]+(\.[0-9]+)? *[kmgt]i?b", memory, re.IGNORECASE):
        raise BatchError(f"{memory} is no size of memory; write 500MB or 4GB")
    with told():
        made = duckdb.connect(config={"threads": threads} if threads else {})
        made.execute("SET enable_progress_bar = false")
        if memory:
            made.execute(f"SET memory_limit = {text(memory)}")
        if folder:
            made.execute(f"SET temp_directory = {text(str(folder))}")
    return made


@contextmanager
def told() -> Iterator[None]:
    """Tell in short what DuckDB cannot read, hold or write.

    :raises BatchError: where there is such.
    :raises KeyboardInterrupt: where a query was interrupted.
    """
    import duckdb

    try:
        yield
    except RuntimeError as error:
        if "interrupted" in str(error):
            raise KeyboardInterrupt from None
        raise
    except duckdb.OutOfMemoryException:
        raise BatchError("there is not enough memory; allow more with --memory") from None
    except duckdb.Error as error:
        whole = re.search(r'"exception_message":("([^"\\]|\\.)*")', str(error))
        why, *rest = re.split(r"\n\s*(?:Possible|Potential|LINE|See)", json.loads(whole[1]) if whole else str(error))
        file = re.search(r"^ *file = (.*)$", "\n".join(rest), re.MULTILINE)
        lines = [line for line in why.splitlines() if line.strip()]
        # What a row says stays out of it.
        lines = [lines[0], lines[-1]] if "\nOriginal Line" in why else lines
        first = re.sub(r"^[\w ]+ Error: ", "", "; ".join([*lines, *[REMEDY] * ("CSV Error on" in why)]))
        raise BatchError(f"{file[1]}: {first}" if file else first) from None


def need_arrays() -> None:
    """Make sure that there is what decides lines many at once.

    :raises BatchError: where NumPy is not installed.
    """
    if not find_spec("numpy"):
        raise BatchError("batch needs DuckDB and NumPy: pip install 'coverlog[batch]'")


def sources(path: Path, tables: Sequence[Tables], db: Any, only: str = "") -> list[Sources]:
    """Return where the tables of a batch are, for each guideline: in the files of a folder, or in a database of DuckDB.

    What DuckDB holds of CSV and views is made anew by each call: of two with one DuckDB those of the second are there.

    :param only: the id of the one case that is wanted; without any, all are.
    :raises BatchError: where there is no table of cases or of services, or a broken row that it cannot go on without.
    """
    of = (_in_database if path.is_file() else _in_folder)(path, tables, db, only)
    for each in of:
        for name in (CASE, SERVICE):
            if name not in each.of:
                hint = "make it" if path.is_file() else f"write {name}.parquet or {name}.csv"
                raise BatchError(f"{path}: no table {name} there; {hint} (coverlog batch --schema)")
    return of


def _in_database(path: Path, tables: Sequence[Tables], db: Any, only: str) -> list[Sources]:
    known = _attached(path, db)
    for each in tables:
        named(str(path), known, each)
    found = {
        name: _viewed(path, table, db, only) if known[name] == "VIEW"
        else f'SELECT row_number() OVER () AS {ROW}, * FROM input."{name}"'
        for name, table in _every(tables).items() if name in known
    }  # fmt: skip
    of = [{table.name: found[table.name] for table in each.all() if table.name in found} for each in tables]
    return [Sources(each, str(path), {}, {name: [str(path)] for name in each}) for each in of]


def _attached(path: Path, db: Any) -> dict[str, str]:
    """Attach a database, and return what its tables and views are, by their names."""
    import duckdb

    try:
        db.execute(f"ATTACH IF NOT EXISTS {text(str(path))} AS input (READ_ONLY)")
    except duckdb.Error as error:
        if "lock" in str(error) or "Permission" in str(error):
            raise BatchError(f"{path} cannot be read: another program has it open, or it may not be") from None
        told = f"{path}: neither a folder of tables nor a database of DuckDB; put case files into a folder"
        raise BatchError(told) from None
    there = "FROM information_schema.tables WHERE table_catalog = 'input' AND table_schema = 'main'"
    return dict(db.execute(f"SELECT table_name, table_type {there}").fetchall())


def _viewed(path: Path, table: Table, db: Any, only: str) -> str:
    """Return what selects the rows of a view, which is read once: each time they may come in another order.

    :raises BatchError: where it cannot be read, as a view of what is gone.
    """
    import duckdb

    view = f'input."{table.name}"'
    try:
        columns = [row[0] for row in db.execute(f"DESCRIBE {view}").fetchall()]
        told = ", ".join(quoted(c) if c in {table.id, *table.columns} else f"NULL::VARCHAR AS {quoted(c)}"
                         for c in columns if c.casefold() != ROW)  # fmt: skip
        where = f"WHERE {quoted(table.id)}::VARCHAR = {text(only)}" if only and table.id in columns else ""
        db.execute(f"""CREATE OR REPLACE TEMP TABLE {held(table.name)} AS
            FROM (SELECT row_number() OVER () AS {ROW}, {told} FROM {view}) {where}""")
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        why = str(error).splitlines()[0].partition(": ")[2]
        raise BatchError(f"{path}: the table {table.name} cannot be read: {why}") from None
    return f"FROM {held(table.name)}"


def _in_folder(path: Path, tables: Sequence[Tables], db: Any, only: str) -> list[Sources]:
    stood = [{name: list(map(str, of)) for name, of in entries(path, each).items()} for each in tables]
    files = {name: of for each in stood for name, of in each.items()}
    comma = {name: of for name, of in files.items() if not of[0].endswith(PARQUET)}
    stored = Stored(db, comma, _every(tables), only)
    parquet = {name: of for name, of in files.items() if name not in comma}
    found = {name: " UNION ALL BY NAME ".join(_counted(of, db)) for name, of in parquet.items()} | stored.of
    stored.check(found)
    return [Sources({name: found[name] for name in of}, str(path), {n: f for n, f in parquet.items() if n in of}, of,
                    stored.rows) for of in stood]  # fmt: skip


def _every(tables: Iterable[Tables]) -> dict[str, Table]:
    """Return the tables of all guidelines by name, each with all its columns."""
    found: dict[str, Table] = {}
    for table in (each for of in tables for each in of.all()):
        columns = dict.fromkeys((*found.get(table.name, table).columns, *table.columns))
        found[table.name] = table._replace(columns=tuple(columns))
    return found


def _counted(files: Sequence[str], db: Any) -> Iterator[str]:
    """Yield what selects the rows of each file, numbered through."""
    for file, before in zip(files, starts(files, db), strict=False):
        rows = f"SELECT file_row_number + {before + 1} AS row_no, * FROM read_parquet({text(file)}"
        yield f"{rows}, file_row_number = true)"


def starts(files: Iterable[str], db: Any, known: Mapping[str, int] | None = None) -> Iterator[int]:
    """Yield how many rows come before each of some files, and then how many there are; counted as it is asked for.

    :param known: how many a file has, where that is known.
    """
    return accumulate(((known or {}).get(file) or _rows(file, db) for file in files), initial=0)


def _rows(file: str, db: Any) -> int:
    is_parquet = file.endswith(PARQUET)
    known = f"SELECT num_rows FROM parquet_file_metadata({text(file)})" if is_parquet else ""
    ((number,),) = db.execute(known or f"SELECT count(*) FROM ({reader([file], db)})").fetchall()
    return int(number)


def ranges(of: Sources, db: Any) -> list[Range]:
    """Return the parts in which cases are decided, by their ids: more than one where Parquet has them in order."""
    found: list[tuple[str | None, int]] = []
    for file in of.files.get(CASE, ()):
        found += db.execute(f"""SELECT coalesce(stats_min_value, stats_min), row_group_num_rows
            FROM parquet_metadata({text(file)}) WHERE path_in_schema = {text(ID)} ORDER BY row_group_id""").fetchall()
    firsts = [first for first, _ in found if first]
    if len(firsts) < len(found) or any(one >= two for one, two in pairwise(firsts)):
        return [("", "")]
    starts: list[str] = []
    rows = 0
    for first, number in found[: len(firsts)]:
        if rows + number > CHUNK:
            starts, rows = [*starts, first or ""], 0
        rows += number
    return list(pairwise(["", *starts, ""]))


def within(part: Range) -> str:
    """Return what keeps the rows of a table `t` that are of a range; those without an id are of the first."""
    first, end = part
    tests = [f't."case" >= {text(first)}'] * bool(first) + [f't."case" < {text(end)}'] * bool(end)
    told = " AND ".join(tests)
    return f""" WHERE ({told}{"" if first or not end else ' OR t."case" IS NULL'})""" if told else ""
