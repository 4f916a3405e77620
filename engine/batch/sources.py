"""Where the tables of a batch are, and the DuckDB that reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from .sql import text
from .tables import CASE, SERVICE, Tables

READERS = {".parquet": "read_parquet({})", ".csv": "read_csv({}, all_varchar = true, header = true)"}
"""How a file is read, by how its name ends."""


class BatchError(ValueError):
    """A batch that cannot be run: what is missing, and what to do."""


class Sources(NamedTuple):
    """Where the tables of a batch are: by the name of a table, what DuckDB selects from."""

    of: dict[str, str]
    told: str


def connect(memory: str = "", folder: Path | None = None) -> Any:
    """Return a DuckDB of its own.

    :param memory: how much it may use, such as `500MB`; the rest goes to the folder.
    :raises BatchError: where DuckDB is not installed, or the memory is no size.
    """
    try:
        import duckdb
    except ImportError:
        raise BatchError("batch needs DuckDB: pip install 'coverlog[batch]'") from None
    made = duckdb.connect()
    try:
        if memory:
            made.execute(f"SET memory_limit = {text(memory)}")
    except duckdb.Error:
        raise BatchError(f"{memory} is no size of memory; write 500MB or 4GB") from None
    if folder:
        made.execute(f"SET temp_directory = {text(str(folder))}")
    return made


def sources(path: Path, tables: Tables, db: Any) -> Sources:
    """Return where the tables of a batch are: in the files of a folder, or in a database of DuckDB.

    :raises BatchError: where there is no table of cases or of services.
    """
    found = _in_database(path, tables, db) if path.is_file() else _in_folder(path, tables)
    for name in (CASE, SERVICE):
        if name not in found:
            hint = f"write {name}.parquet or {name}.csv (coverlog batch --schema)"
            raise BatchError(f"{path}: no table {name} there; {hint}")
    return Sources(found, str(path))


def _in_database(path: Path, tables: Tables, db: Any) -> dict[str, str]:
    import duckdb

    try:
        db.execute(f"ATTACH {text(str(path))} AS input (READ_ONLY)")
    except duckdb.Error:
        raise BatchError(f"{path}: neither a folder of tables nor a database of DuckDB") from None
    known = db.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'input'").fetchall()
    return {table.name: f'input."{table.name}"' for table in tables.all() if (table.name,) in known}


def _in_folder(path: Path, tables: Tables) -> dict[str, str]:
    found = {}
    for table in tables.all():
        for suffix, read in READERS.items():
            if (file := path / f"{table.name}{suffix}").is_file():
                found[table.name] = read.format(text(str(file)))
            elif any((path / table.name).glob(f"*{suffix}")):
                found[table.name] = read.format(text(str(path / table.name / f"*{suffix}")))
    return found
