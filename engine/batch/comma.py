"""CSV as a batch reads it: its first line tells the columns and what stands between them, and nothing is guessed."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable
from typing import IO, Any, cast

from ..language.record import NamedTuple
from .entries import BatchError
from .sql import text

BETWEEN = ",;\t|"
"""What may stand between the values of a row."""
_AS_TOLD = "auto_detect = false, comment = ''"
_FIRST = f"""SELECT line FROM read_csv({{}}, {_AS_TOLD}, header = false, delim = '\x1f', quote = '', escape = '',
    strict_mode = false, columns = {{{{'line': 'VARCHAR'}}}}) LIMIT 1"""


class Head(NamedTuple):
    """What the first line of a file tells."""

    between: str
    names: list[str]


def head(file: str, db: Any) -> Head:
    """Return what the first line of a file tells.

    :raises BatchError: where it names no columns, or one twice.
    """
    line = _first(file, db)
    between = max(BETWEEN, key=line.count)
    names = [name.strip() or f"column {at}" for at, name in enumerate(next(csv.reader([line], delimiter=between), []))]
    if not names:
        raise BatchError(f"{file} is empty; its first line has to name the columns")
    if twice := [name for at, name in enumerate(names) if name.casefold() in map(str.casefold, names[:at])]:
        raise BatchError(f"{file}: two columns are called {twice[0]}; keep one of them")
    return Head(between, names)


def _first(file: str, db: Any) -> str:
    """Return the first line of a file; of DuckDB it is asked first, which refuses it where a later one is no UTF-8."""
    import duckdb

    try:
        return "".join(first or "" for (first,) in db.execute(_FIRST.format(text(file))).fetchall())
    except duckdb.InvalidInputException as error:
        try:
            with opened(file) as lines:
                return lines.readline().decode("utf-8-sig").rstrip("\r\n")
        except ValueError:  # nor is the first
            raise error from None


def opened(file: str) -> IO[bytes]:
    """Return the bytes of a file.

    :raises ValueError: where it is compressed in a way that Python cannot read.
    :raises OSError: where it cannot be read.
    """
    if file.endswith(".zst"):
        raise ValueError(file)
    return cast(IO[bytes], gzip.open(file)) if file.endswith(".gz") else open(file, "rb")


def reader(files: Iterable[str], db: Any) -> str:
    """Return what selects the rows of files, in order, every value as a text.

    :raises BatchError: where a first line names no columns, or one twice.
    """
    return " UNION ALL BY NAME ".join(_one(file, *head(file, db)) for file in files)


def _one(file: str, between: str, names: Iterable[str]) -> str:
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in names)
    return f"""SELECT * FROM read_csv({text(file)}, {_AS_TOLD}, header = true, delim = {text(between)},
        quote = '"', escape = '"', columns = {{{columns}}})"""
