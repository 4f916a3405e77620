"""The result of a batch written out: whole or not at all, with what was rejected beside it."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..program.interface import CODE
from .load import insert, quoted
from .rejects import count
from .sources import BatchError
from .sql import text

if TYPE_CHECKING:
    from .run import Batch

FORMATS = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER true",
    ".jsonl": "FORMAT json",
}
"""What is written, by how the name of the output ends."""
LINES = f"""SELECT "case", row_no AS "row", {CODE}, session, outcome, "by", reason FROM
    (SELECT "case", row_no, {CODE}, coalesce(try_cast(session AS BIGINT), 1) AS session FROM all_service)
    POSITIONAL JOIN answer JOIN result USING (id)"""
"""The lines in the order of their table. An answer stands beside each; what is not decided has none in `result`."""
REJECTS = 'SELECT "case", source AS "table", row_no AS "row", reason FROM rejects ORDER BY ALL'


class Summary(NamedTuple):
    """What came of a batch, counted."""

    cases: int
    lines: int
    outcomes: dict[str, int]
    deciding: dict[str, int]  # by statements that decided, the most first
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


def write(db: Any, out: Path) -> None:
    """Write the lines and the rejects; both files appear once they are whole, the rejects first.

    :raises BatchError: where they cannot be written.
    """
    form = FORMATS[out.suffix]
    made: list[str] = []
    try:
        for select in (REJECTS, LINES):
            handle, name = tempfile.mkstemp(dir=out.parent, prefix=".coverlog-", suffix=out.suffix)
            os.close(handle)
            made.append(name)
            db.execute(f"COPY ({select}) TO {text(name)} ({form})")
            Path(name).chmod(0o644)
        os.replace(made[0], rejects_of(out))
        os.replace(made[1], out)
    except OSError as error:
        raise BatchError(f"{out} cannot be written: {error.strerror}") from None
    finally:
        for name in made:
            Path(name).unlink(missing_ok=True)


def give(batch: Batch) -> None:
    """Give DuckDB the results: a table of what is different, and the number of each line's."""
    db, rows = batch.db, [(at, *result) for result, at in batch.results.items()]
    db.execute('CREATE OR REPLACE TEMP TABLE result (id INTEGER, outcome VARCHAR, "by" VARCHAR, reason VARCHAR)')
    insert(db, "result", rows)
    for column in ("outcome", quoted("by"), "reason"):
        # A value is then written once, however many rows have it.
        values = db.execute(f"SELECT DISTINCT {column} FROM result WHERE {column} IS NOT NULL ORDER BY ALL").fetchall()
        told = ", ".join(text(value) for (value,) in values) or "''"
        db.execute(f"ALTER TABLE result ALTER {column} TYPE ENUM ({told})")
    db.register("answer", {"id": batch.ids})


def summary(batch: Batch) -> Summary:
    """Count what came of a batch."""
    import numpy as np

    numbers = np.bincount(batch.ids[batch.ids >= 0], minlength=len(batch.results)).tolist()
    outcomes: Counter[str] = Counter()
    deciding: Counter[str] = Counter()
    for (outcome, by, _), at in batch.results.items():
        outcomes[outcome] += numbers[at]
        deciding[by or ""] += numbers[at]
    del deciding[""]
    found = batch.db.execute("SELECT reason, count(*) AS n FROM rejects GROUP BY ALL ORDER BY n DESC, reason LIMIT 10")
    return Summary(
        batch.cases, sum(numbers), _most(outcomes), dict([*_most(deciding).items()][:10]),
        count(batch.db, '(SELECT DISTINCT "case" FROM rejects)'), dict(found.fetchall()),
    )  # fmt: skip


def _most(counts: Counter[str]) -> dict[str, int]:
    """Return what was counted, the most first."""
    return {name: n for name, n in sorted(counts.items(), key=lambda each: (-each[1], each[0])) if n}
