"""A case of a batch put together again from its rows, as a case file says it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..cases.case import Case, Unreadable, read_text
from ..language.errors import CaseError
from ..program.interface import CODE
from .load import Loaded
from .tables import CASE, DATE, ID, SERVICE, Table, number


def case_of(batch: Loaded, name: str) -> Case:
    """Return the case of an id.

    :raises LookupError: where no case has it.
    :raises CaseError: where the case cannot be read.
    """
    said = said_of(batch, name)
    (case,) = read_text(json.dumps(said).encode(), f"case {name}", batch.guideline)
    if isinstance(case, Unreadable):
        raise CaseError(faults=case.faults)
    return case


def said_of(batch: Loaded, name: str) -> dict[str, Any]:
    """Return what a case says.

    :raises LookupError: where no case has this id.
    """
    columns = batch.list[0].columns
    found = _rows(batch, CASE, columns, name)
    if not found:
        raise LookupError(f"no case has the id {name}")
    row = dict(zip(columns, found[0], strict=True))
    said: dict[str, Any] = {ID: name, DATE: row.pop(DATE), "services": []}
    said |= {key: _plain(value, batch, key) for key, value in row.items() if value is not None}
    for table in batch.list[1:]:
        rows = _rows(batch, table.name, table.columns, name)
        if table.name == SERVICE:
            said["services"] = list(_services(rows))
        elif rows:
            said[table.key] = _items(table, rows)
    return said


def _rows(batch: Loaded, table: str, columns: tuple[str, ...], name: str) -> list[tuple[Any, ...]]:
    told = ", ".join(f'"{column}"' for column in columns)
    found = batch.db.execute(f'SELECT {told} FROM "in_{table}" WHERE "case" = ? ORDER BY row_no', [name]).fetchall()
    return list(found)


def _plain(value: Any, batch: Loaded, key: str) -> Any:
    found = None if batch.tables.is_since(key) else number(value)
    return value if found is None else found


def _services(rows: list[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    for code, session, units in rows:
        more = {"session": session, "units": units}
        yield {CODE: code, **{k: v if number(v) is None else number(v) for k, v in more.items() if v is not None}}


def _items(table: Table, rows: list[tuple[Any, ...]]) -> Any:
    if len(table.columns) == 1:
        return [value for (value,) in rows]
    return {name: value if number(value) is None else number(value) for name, value in rows}
