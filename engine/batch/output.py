"""The result of a batch written out: whole or not at all, with what was rejected beside it."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from ..program.interface import CODE
from .columns import COLUMNS, MISSING, SEPARATOR, TOLD
from .load import Loaded, quoted
from .rejects import count
from .sources import BatchError
from .sql import text

FORMATS = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER true",
    ".jsonl": "FORMAT json",
}
"""What is written, by how the name of the output ends."""
_LINES = f"""SELECT "case", row_no AS "row", {CODE}, session, {{told}}
    FROM (SELECT "case", row_no, {CODE}, coalesce(try_cast(session AS BIGINT), 1) AS session FROM all_service)
    POSITIONAL JOIN answer WHERE id >= 0"""
REJECTS = 'SELECT "case", source AS "table", row_no AS "row", reason FROM rejects ORDER BY ALL'


class Summary(NamedTuple):
    """What came of a batch, counted."""

    cases: int
    lines: int
    outcomes: dict[str, int]
    deciding: dict[str, int]  # by statements that decided, the most first
    missing: dict[str, int]  # lines by what is in their smallest missing set, the most first; where it is asked for
    rejected: int  # cases
    rejects: dict[str, int]  # by reason, the most first


def rejects_of(out: Path) -> Path:
    """Return where the rejects of an output are written."""
    return out.with_name(f"{out.stem}-rejects{out.suffix}")


def check_name(out: Path) -> None:
    """Refuse an output before any work is done for it.

    :raises BatchError: where its name ends otherwise than the known formats, or its folder cannot be written to.
    """
    if out.suffix not in FORMATS:
        raise BatchError(f"{out}: in what format? let its name end with {', '.join(FORMATS)}")
    if not os.access(out.parent, os.W_OK):
        raise BatchError(f"{out} cannot be written: there is no folder {out.parent} that can be written to")


def lines(batch: Loaded) -> str:
    """Return what selects the lines, in the order of their table.

    An answer stands beside each, as no other join would keep the order; its values are in variables told_COLUMN.
    """
    told = (f"getvariable('told_{name}')[id + 1] AS {quoted(name)}" for name in (*TOLD, *batch.columns))
    return _LINES.format(told=", ".join(told))


def write(batch: Loaded, out: Path) -> None:
    """Write the lines and the rejects; both files appear once they are whole, the rejects first.

    :raises BatchError: where they cannot be written.
    """
    form = FORMATS[out.suffix]
    made: list[str] = []
    try:
        for select in (REJECTS, lines(batch)):
            handle, name = tempfile.mkstemp(dir=out.parent, prefix=".coverlog-", suffix=out.suffix)
            os.close(handle)
            made.append(name)
            batch.db.execute(f"COPY ({select}) TO {text(name)} ({form})")
            Path(name).chmod(0o644)
        os.replace(made[0], rejects_of(out))
        os.replace(made[1], out)
    except OSError as error:
        raise BatchError(f"{out} cannot be written: {error.strerror}") from None
    finally:
        for name in made:
            Path(name).unlink(missing_ok=True)


def give(batch: Loaded) -> None:
    """Give DuckDB the results, and beside each line the number of its one."""
    values = [list(each) for each in zip(*batch.results, strict=True)] or [[]] * len((*TOLD, *batch.columns))
    for name, each in zip((*TOLD, *batch.columns), values, strict=True):
        # A value of an enumeration is written once, however many rows have it.
        known = ", ".join(map(text, sorted({value for value in each if isinstance(value, str)})))
        kind = f"ENUM ({known})" if known else COLUMNS[name].kind if name in COLUMNS else "VARCHAR"
        batch.db.execute(f"SET VARIABLE told_{name} = ?::{kind}[]", [each])
    batch.db.register("answer", {"id": batch.ids})


def summary(batch: Loaded) -> Summary:
    """Count what came of a batch."""
    import numpy as np

    numbers = np.bincount(batch.ids[batch.ids >= 0], minlength=len(batch.results)).tolist()
    outcomes, deciding, missing = Counter[str](), Counter[str](), Counter[str]()
    place = len(TOLD) + batch.columns.index(MISSING) if MISSING in batch.columns else 0
    for result, at in batch.results.items():
        outcomes[result[0]] += numbers[at]
        deciding[result[1] or ""] += numbers[at]
        for item in (result[place] or "").split(SEPARATOR) if place else ():
            missing[item] += numbers[at]
    del deciding[""], missing[""]
    found = batch.db.execute("SELECT reason, count(*) AS n FROM rejects GROUP BY ALL ORDER BY n DESC, reason LIMIT 10")
    return Summary(
        batch.cases, sum(numbers), _most(outcomes), _most(deciding, 10), _most(missing, 10),
        count(batch.db, '(SELECT DISTINCT "case" FROM rejects)'), dict(found.fetchall()),
    )  # fmt: skip


def _most(counts: Counter[str], number: int | None = None) -> dict[str, int]:
    """Return what was counted, the most first."""
    return dict(sorted(((name, n) for name, n in counts.items() if n), key=lambda each: (-each[1], each[0]))[:number])
