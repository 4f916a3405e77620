"""CSV as a batch reads it: its first line tells the columns and what stands between them, and nothing is guessed."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import Any

from .entries import BatchError
from .sql import text

BETWEEN = ",;\t|"
"""What may stand between the values of a row."""
_AS_TOLD = "auto_detect = false, comment = ''"
_FIRST = f"""SELECT line FROM read_csv({{}}, {_AS_TOLD}, header = false, delim = '\x1f', quote = '', escape = '',
    strict_mode = false, columns = {{{{'line': 'VARCHAR'}}}}) LIMIT 1"""


def reader(files: Iterable[str], db: Any) -> str:
    """Return what selects the rows of files, in order, every value as a text.

    :raises BatchError: where a first line names no columns, or one twice.
    """
    return " UNION ALL BY NAME ".join(_one(file, db) for file in files)


def _one(file: str, db: Any) -> str:
    line = "".join(first or "" for (first,) in db.execute(_FIRST.format(text(file))).fetchall())
    between = max(BETWEEN, key=line.count)
    names = [name.strip() or f"column {at}" for at, name in enumerate(next(csv.reader([line], delimiter=between), []))]
    if not names:
        raise BatchError(f"{file} is empty; its first line has to name the columns")
    if twice := [name for at, name in enumerate(names) if name.casefold() in map(str.casefold, names[:at])]:
        raise BatchError(f"{file}: two columns are called {twice[0]}; keep one of them")
    columns = ", ".join(f"{text(name)}: 'VARCHAR'" for name in names)
    return f"""SELECT * FROM read_csv({text(file)}, {_AS_TOLD}, header = true, delim = {text(between)},
        quote = '"', escape = '"', columns = {{{columns}}})"""
