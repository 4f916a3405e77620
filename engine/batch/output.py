"""The result of a batch written out: whole or not at all, with what was rejected beside it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from ..program.interface import CODE
from .sources import BatchError
from .sql import text

FORMATS = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER true",
    ".jsonl": "FORMAT json",
}
"""What is written, by how the name of the output ends."""
LINES = f"""SELECT "case", line_no AS "row", code AS {CODE}, session, outcome, "by", reason
    FROM result ORDER BY case_no, line_no"""
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


def summary(db: Any) -> Summary:
    """Count what came of a batch."""

    def counted(select: str) -> dict[str, int]:
        return dict(db.execute(select).fetchall())

    cases, lines, rejected = (db.execute(f"SELECT count(*) FROM {each}").fetchone()[0] for each in (
        "cases", "result", '(SELECT DISTINCT "case" FROM rejects)'))  # fmt: skip
    return Summary(
        cases, lines, counted("SELECT outcome, count(*) AS n FROM result GROUP BY ALL ORDER BY n DESC, outcome"),
        counted("""SELECT "by", count(*) AS n FROM result WHERE "by" IS NOT NULL
            GROUP BY ALL ORDER BY n DESC, "by" LIMIT 10"""),
        rejected, counted("SELECT reason, count(*) AS n FROM rejects GROUP BY ALL ORDER BY n DESC, reason LIMIT 10"),
    )  # fmt: skip
