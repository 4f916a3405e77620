"""The result of a batch written out: whole or not at all, with what was rejected beside it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from ..program.interface import CODE
from .columns import COLUMNS, MISSING, TOLD, Result, things
from .entries import BatchError, holds_case_files
from .load import Loaded
from .rejects import REJECTED, REJECTS, count, stand
from .run import FETCHED
from .several import Batches
from .sql import quoted, text
from .tables import CASE

FORMATS = {
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
    ".csv": "FORMAT csv, HEADER true",
    ".jsonl": "FORMAT json",
}
"""What is written, by how the name of the output ends."""
_PREFIX = ".coverlog-batch-"
_LINES = f"""SELECT "case", row_no AS "row", {CODE}, session, {{told}}, {{guideline}} AS guideline
    FROM (SELECT "case", row_no, {CODE}, coalesce(try_cast(session AS BIGINT), 1) AS session FROM every_service)
    POSITIONAL JOIN answer{{at}} WHERE id >= 0"""
_NONE = f"""SELECT "case", row_no AS "row", {CODE}, session, {", ".join(f"NULL AS {quoted(name)}" for name in TOLD)},
    NULL AS guideline FROM every_service WHERE false"""


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
    if out.is_dir() and any(not part.name.startswith("part-") for part in out.iterdir()):
        raise BatchError(f"{out} is a folder with other things in it; remove it, or name another output")
    if rejects_of(out).is_dir():
        raise BatchError(f"{rejects_of(out)}, for what is rejected, is a folder; remove it, or name another output")


def check_apart(out: Path, source: Path, of: Batches) -> None:
    """Refuse an output that would be read as a table of the input, now or by the next run.

    :raises BatchError: where it would.
    """
    names = {CASE} if holds_case_files(source) else {table.name for batch in of.all for table in batch.list}
    root = source.resolve()
    for each in (out, rejects_of(out)):
        at = each.parent.resolve() / each.name
        first = at.relative_to(root).parts[:1] if at.is_relative_to(root) else ("",)
        if not first or first[0].partition(".")[0] in names or (each.exists() and each.samefile(root)):
            raise BatchError(f"{each} would be a table of {source}; name another output")


def lines(of: Batches) -> str:
    """Return what selects the lines of each guideline, in the order of their table.

    An answer stands beside each, as no other join would keep the order; its values are in variables told_COLUMN.
    """
    return " UNION ALL ".join(_lines(batch, at) for at, batch in enumerate(of.all) if batch.results) or _NONE


def _lines(batch: Loaded, at: int) -> str:
    told = (f"getvariable('told{at}_{name}')[id + 1] AS {quoted(name)}" for name in (*TOLD, *batch.columns))
    return _LINES.format(told=", ".join(told), guideline=text(batch.guideline.program.name), at=at)


@contextmanager
def workplace(out: Path) -> Iterator[Path]:
    """Make a folder beside an output for what is unfinished, and remove it; so are those of runs that were killed.

    :raises BatchError: where it cannot be made.
    """
    for left in out.parent.glob(f"{_PREFIX}*"):
        with suppress(OSError), _held(left):
            shutil.rmtree(left)
    with _written(out):
        made = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=out.parent)
    with made as name, _held(Path(name)):
        yield Path(name)


@contextmanager
def _written(out: Path) -> Iterator[None]:
    """Tell that an output cannot be written.

    :raises BatchError: where the system says so.
    """
    try:
        yield
    except OSError as error:
        raise BatchError(f"{out} cannot be written: {error.strerror}") from None


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder, as a run does for as long as it lives.

    :raises OSError: where another run holds it.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def write(of: Batches, out: Path, work: Path) -> None:
    """Write the lines and the rejects; both appear once both are whole.

    :param work: the folder for what is unfinished.
    """
    rejected, decided = (work / f"{name}{out.suffix}" for name in ("rejects", "lines"))
    copy_rejects(of, rejected)
    copy(of.db, lines(of), decided)
    appear(out, decided, rejected)


def copy(db: Any, select: str, to: Path) -> None:
    """Write what is selected into a file, in the format that its name asks for."""
    db.execute(f"COPY ({select}) TO {text(str(to))} ({FORMATS[to.suffix]})")


def copy_rejects(of: Batches, to: Path) -> None:
    """Write the rejects into a file."""
    stand(of.db, of.found)
    copy(of.db, REJECTS, to)


def appear(out: Path, decided: Path, rejected: Path) -> None:
    """Put an output in the place of an earlier one; no old lines stand beside new rejects.

    :param decided: the lines, a file or a folder of parts.
    """
    with _written(out):
        shutil.rmtree(out) if out.is_dir() else out.unlink(missing_ok=True)
        os.replace(rejected, rejects_of(out))
        os.replace(decided, out)


def give(of: Batches) -> None:
    """Give DuckDB the results, and beside each line the number of its one."""
    for at, batch in enumerate(of.all):
        names = (*TOLD, *batch.columns)
        for name, values in zip(names, zip(*batch.results, strict=True), strict=False):
            # A value of an enumeration is written once, however many rows have it.
            known = ", ".join(map(text, sorted({value for value in values if isinstance(value, str)})))
            kind = f"ENUM ({known})" if known else COLUMNS[name].kind if name in COLUMNS else "VARCHAR"
            of.db.execute(f"SET VARIABLE told{at}_{name} = ?::{kind}[]", [list(values)])
        if batch.results:
            of.db.register(f"answer{at}", {"id": batch.ids})


def counted(of: Batches) -> Counter[Result]:
    """Count the lines by what they come to."""
    import numpy as np

    found = Counter[Result]()
    for batch in of.all:
        numbers = np.zeros(len(batch.results), np.int64)
        # Counting takes several times the memory of what is counted.
        for start in range(0, len(batch.ids) if batch.results else 0, FETCHED):
            part = batch.ids[start : start + FETCHED]
            numbers += np.bincount(part[part >= 0], minlength=len(numbers))
        found.update(dict(zip(batch.results, numbers.tolist(), strict=True)))
    return +found


def summary(of: Batches, counts: Mapping[Result, int] | None = None, cases: int = 0) -> Summary:
    """Count what came of a batch.

    :param counts: lines that were decided elsewhere, by what they come to.
    :param cases: how many there are, where they were.
    """
    outcomes, deciding, missing = Counter[str](), Counter[str](), Counter[str]()
    place = len(TOLD) + of.columns.index(MISSING) if MISSING in of.columns else 0
    for result, number in (counted(of) if counts is None else counts).items():
        outcomes[result[0]] += number
        deciding[result[1] or ""] += number
        for item in things(result[place] or "") if place else ():
            missing[item] += number
    del deciding[""]
    most = "SELECT reason, count(*) AS n FROM rejects GROUP BY ALL ORDER BY n DESC, reason LIMIT 10"
    reasons = dict(of.db.execute(most).fetchall())
    return Summary(
        cases or max(batch.cases for batch in of.all), sum(outcomes.values()), _most(outcomes), _most(deciding, 10),
        _most(missing, 10), count(of.db, REJECTED), reasons,
    )  # fmt: skip


def _most(counts: Counter[str], number: int | None = None) -> dict[str, int]:
    """Return what was counted, the most first."""
    return dict(sorted(((name, n) for name, n in counts.items() if n), key=lambda each: (-each[1], each[0]))[:number])
