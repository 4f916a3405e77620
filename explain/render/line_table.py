"""Decided lines as a table for people, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from ...engine.program.interface import CODE
from ..advice.line_rows import UNREAD, Row, totals
from ..advice.phrases import filled, some
from .table import table

_CSV = ("case", CODE, "session", "outcome", "by", "reason", "nearest", "distance")


def as_table(rows: Sequence[Row], width: int) -> str:
    """Return a row a line, and the totals below.

    :param width: the most columns it may take; 0 is as many as it takes.
    """
    told = [("case", "line", "outcome", "reason", "nearest way to a yes"), *map(_cells, rows)]
    total = summary(rows)
    return f"{table(told, width)}\n\n{filled(total, width) if width else total}"


def _cells(row: Row) -> tuple[str, ...]:
    line = f"{row.code}@{row.session}" if row.code else ""
    by = f" by {', '.join(row.by)}" if row.by else ""
    count = f"{some(row.distance, 'thing')}: {row.nearest}" if row.distance else ""
    return row.case, line, _words(row) + by, row.reason, count


def _words(row: Row) -> str:
    return row.declared.words if row.declared else row.outcome.replace("_", " ")


def summary(rows: Sequence[Row]) -> str:
    """Return how many lines there are, and how many of each outcome."""
    count = totals(rows)
    lines = sum(number for name, number in count.items() if name != UNREAD)
    words = {row.outcome: _words(row) for row in rows}
    told = [f"{number} {words[name]}" for name, number in count.items()]
    return f"{some(lines, 'line')} of {some(len({row.case for row in rows}), 'case')}: {', '.join(told)}"


def as_csv(rows: Sequence[Row]) -> str:
    """Return the rows as CSV with a header, several statements in a cell divided by spaces."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV)
    writer.writerows(_values(rows))
    return out.getvalue()


def _values(rows: Sequence[Row]) -> Iterator[list[Any]]:
    for row in rows:
        told = row.as_json() | {"by": " ".join(row.by)}
        yield [told[name] for name in _CSV]


def as_json(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the rows and the totals as the documented JSON object."""
    return {"rows": [row.as_json() for row in rows], "totals": totals(rows)}
