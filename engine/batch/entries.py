"""What an input of a batch holds: files or relations by the name of their table, or case files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ..cases.case import SUFFIXES
from .tables import CASE, Table, Tables

PARQUET = ".parquet"
ENDINGS = (PARQUET, ".csv", ".csv.gz", ".csv.zst")
"""How the names of files end that are tables."""
_SLIP = 0.85
"""How close names are, by `difflib`, that differ by a slip of a letter or two; two of a guideline are under 0.75."""


class BatchError(ValueError):
    """A batch that cannot be run: what is missing, and what to do."""


def holds_case_files(path: Path) -> bool:
    """Say whether what a batch is given is a folder of case files, and not one of tables.

    :raises BatchError: where it is both.
    """
    if not path.is_dir() or not (file := next((each for each in path.rglob("*") if each.suffix in SUFFIXES), None)):
        return False
    if table := next((each for each in path.iterdir() if each.name.removesuffix(_ending(each)) == CASE), None):
        raise BatchError(f"{path} holds a table, {table.name}, and a case file, {file.relative_to(path)}; part them")
    return True


def entries(folder: Path, tables: Tables) -> dict[str, list[Path]]:
    """Return the files of each table that stands in a folder: one, or all in a folder of its name.

    :raises BatchError: where a table stands there twice, or by a name that is nearly its own, or cannot be read.
    """
    found: dict[str, list[Path]] = {}
    try:
        names = {path: path.name.removesuffix(_ending(path)) for path in sorted(folder.iterdir())}
        named(str(folder), [name for path, name in names.items() if _ending(path) or path.is_dir()], tables)
        wanted = {table.name for table in tables.all()}
        for path, name in names.items():
            if name not in wanted or not (_ending(path) or path.is_dir()):
                continue
            files = [each for each in sorted(path.iterdir()) if _ending(each)] if path.is_dir() else [path]
            if not files:
                raise BatchError(f"{path}: no table in this folder; put Parquet or CSV into it")
            if name in found or len({file.suffix == PARQUET for file in files}) > 1:
                first = found.get(name, files)[0]
                raise BatchError(f"{folder}: two tables {name}, {first} and {files[-1]}; keep one of them")
            found[name] = files
    except OSError as error:
        raise BatchError(f"{error.filename} cannot be read: {error.strerror}") from None
    return found


def _ending(path: Path) -> str:
    """Return how the name of a table ends; an empty text for what is hidden, and for anything else."""
    hidden = path.name.startswith((".", "_"))
    return "" if hidden else next((each for each in ENDINGS[::-1] if path.name.endswith(each)), "")


def named(told: str, names: Iterable[str], tables: Tables) -> None:
    """Refuse a table whose name is nearly that of one that would be read.

    :raises BatchError: where there is one.
    """
    there, known = {*names}, {table.name for table in tables.all()}
    of = {alike(name): table.name for table in tables.all() for name in (table.key, table.name)}
    for name in sorted(there - known):
        if meant := of.get(alike(name)) or _meant(name, known - there):
            raise BatchError(f"{told}: the table {name} is not read; call it {meant} (coverlog batch --schema)")


def columns_named(told: str, names: Iterable[str], table: Table) -> None:
    """Refuse a column whose name is nearly that of one that would be read and is not there.

    :raises BatchError: where there is one.
    """
    there, known = {*names}, {table.id, *table.columns}
    for name in sorted(there - known):
        if meant := _meant(name, known - there):
            raise BatchError(f"{told}: the column {name} of table {table.name} is not read; call it {meant}")


def _meant(name: str, missing: Iterable[str]) -> str:
    """Return the name that another one is meant for, by its letters or but for a slip; an empty text for none."""
    from difflib import get_close_matches

    of = {alike(each): each for each in missing}
    return next((of[each] for each in get_close_matches(alike(name), of, n=1, cutoff=_SLIP)), "")


def alike(name: str) -> str:
    """Return what names have in common that differ in case, plural and what is between words."""
    return re.sub(r"[\W_]", "", name.casefold()).removesuffix("s")
