"""Cases of a batch put together again from their rows, as a case file says them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..cases.case import Case, Unreadable, not_read, read_text
from ..language.errors import CaseError
from ..language.visible import visible
from ..program.interface import CODE
from .load import Loaded
from .sql import quoted, text
from .stored import WHY
from .tables import CASE, DATE, ID, SERVICE, Table, plain

AT_ONCE = 10_000
"""How many cases are put together at once."""
Rows = list[tuple[Any, ...]]


def codes_of(batch: Loaded, name: str) -> set[str]:
    """Return the codes of the lines of a case; none where there is no such case."""
    found = batch.db.execute(f'SELECT DISTINCT {CODE}::VARCHAR FROM all_service WHERE "case" = {text(name)}')
    return {str(code) for (code,) in found.fetchall()}


def take(batch: Loaded, names: str, tables: Sequence[Table] = ()) -> None:
    """Take some cases out of a batch: their rows as tables in_TABLE, as text, and what they are as the table `cases`.

    :param names: the table of their ids.
    :param tables: those that are taken, that of cases first, with what is taken of their columns; without any, all are.
    """
    for table in tables or batch.list:
        columns = "".join(f', {quoted(c)}::VARCHAR AS "{c}"' for c in table.columns)
        batch.db.execute(f"""CREATE OR REPLACE TEMP TABLE "in_{table.name}" AS
            SELECT t."case", t.row_no, t.{quoted(WHY)}{columns} FROM "all_{table.name}" t
            SEMI JOIN {names} f ON f."case" IS NOT DISTINCT FROM t."case" """)
    as_of = text(batch.as_of) if batch.as_of else DATE
    batch.db.execute(
        f"CREATE OR REPLACE TEMP TABLE cases AS SELECT row_no AS case_no, *, {as_of} AS as_of FROM in_case"
    )


def cases_of(batch: Loaded, where: str = "true") -> Iterator[tuple[int, Case | Unreadable, Rows]]:
    """Yield some of the cases that were taken out: the number of each, and the rows of its lines.

    :param where: what holds of them; a case that was yielded may cease to meet it.
    """
    for number_, said, rows in saids(batch, where):
        yield number_, _read(said, batch)._replace(id=said[ID]), rows  # the id as the row has it, hidden or not


def saids(
    batch: Loaded, where: str = "true", tables: Sequence[Table] = ()
) -> Iterator[tuple[int, dict[str, Any], Rows]]:
    """Yield what some of the cases say that were taken out, in the order of their numbers; see `cases_of`.

    :param tables: what was taken of them; see `take`.
    """
    numbers = batch.db.execute(f"SELECT case_no FROM cases WHERE {where} ORDER BY case_no").fetchall()
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        yield from _part(batch, f"case_no BETWEEN {part[0][0]} AND {part[-1][0]} AND {where}", tables or batch.list)


def _part(batch: Loaded, where: str, tables: Sequence[Table]) -> Iterator[tuple[int, dict[str, Any], Rows]]:
    heads = batch.db.execute(f'SELECT case_no, "case" FROM cases WHERE {where} ORDER BY case_no').fetchall()
    rows: dict[str, dict[str, Rows]] = {name: {table.name: [] for table in tables} for _, name in heads}
    for table in tables:
        for name, *row in _rows(batch, table, "in", f'"case" IN (SELECT "case" FROM cases WHERE {where})'):
            rows[name][table.name].append(tuple(row))
    for at, name in heads:
        yield at, _said(batch, name, rows[name], tables), rows[name].get(SERVICE, [])


def _read(said: dict[str, Any], batch: Loaded) -> Case | Unreadable:
    (case,) = read_text(json.dumps(said).encode(), "", batch.guideline)
    place = place_of(said[ID])
    if isinstance(case, Case):
        return case._replace(place=place)
    return not_read(case.id, CaseError(faults=[fault._replace(place=place) for fault in case.faults]))


def place_of(name: str) -> str:
    """Return the place of a case that stands in no text, but in rows."""
    return visible(f"case {name}")


def _rows(batch: Loaded, table: Table, of: str, where: str) -> Rows:
    """Return rows of a table: the id, the number and the columns of each."""
    told = ", ".join(f"{quoted(column)}::VARCHAR" for column in table.columns)
    found = batch.db.execute(f'SELECT "case", row_no, {told} FROM "{of}_{table.name}" WHERE {where} ORDER BY row_no')
    return list(found.fetchall())


def _said(batch: Loaded, name: str, rows: dict[str, Rows], tables: Sequence[Table]) -> dict[str, Any]:
    row = dict(zip(tables[0].columns, rows[CASE][0][1:], strict=True))
    said: dict[str, Any] = {ID: name, DATE: row.pop(DATE), "services": []}
    is_since = batch.tables.is_since
    said |= {key: value if is_since(key) else plain(value) for key, value in row.items() if value is not None}
    for table in tables[1:]:
        items = [row[1:] for row in rows[table.name]]
        if table.name == SERVICE:
            said["services"] = list(_services(items))
        elif items:
            said[table.key] = _items(table, items)
    return said


def _services(rows: Iterable[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    for code, session, units in rows:
        more = {"session": session, "units": units}
        yield {CODE: code, **{key: plain(value) for key, value in more.items() if value is not None}}


def _items(table: Table, rows: Rows) -> Any:
    if len(table.columns) == 1:
        return [value for (value,) in rows]
    return {name: plain(value) for name, value in rows}
