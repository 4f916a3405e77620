"""A part of a batch where Spark has its rows, in a worker: decided by the batch of DuckDB, as a whole is."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..language.record import NamedTuple
from ..library.several import Answering
from .output import copy, counted, give, lines
from .several import Batches
from .sources import Sources, connect
from .sql import quoted, text
from .tables import CASE, SERVICE

TABLE, ROW = "place", "row_no"
"""The columns of rows beside their values c0, c1 and so on: the place of their table, and their number there."""
IN = "in"
"""The name before those of the tables of a part."""


class Job(NamedTuple):
    """What every worker is told."""

    answering: Answering
    world: str
    as_of: str
    columns: tuple[str, ...]
    masks: dict[str, int]  # what `Batches.masks` gives for the codes of the whole
    tables: dict[str, tuple[str, ...]]  # in the order of their places, each with what its values are called
    folder: str  # for the lines that are decided
    suffix: str  # of the output


class Told(NamedTuple):
    """What came of a part."""

    cases: int
    counts: list[tuple[list[Any], int]]  # the lines, by what they come to
    rejects: list[tuple[int | None, str | None, str, int, str]]  # number and id of the case, table, row, reason
    file: str  # where the lines are; an empty text where there is none


def decide(job: Job, rows: Iterator[Any]) -> Iterator[Any]:
    """Decide the cases of a part, write their lines, and yield `Told` as JSON, one batch of Arrow with one row.

    :param rows: batches of Arrow with all rows of these cases.
    """
    import pyarrow as pa
    from pyspark import TaskContext

    context = TaskContext.get()
    name = f"part-{context.partitionId() if context else 0:05}"
    if told := part(job, rows, name):
        yield pa.RecordBatch.from_pydict({"told": [json.dumps(told)]})


def part(job: Job, rows: Iterable[Any], name: str) -> Told | None:
    """Decide the cases of a part and write their lines; None where it has no rows.

    :param name: that of the file of the lines, without its suffix.
    """
    with tempfile.TemporaryDirectory(prefix="coverlog-") as folder:
        db = connect(folder=Path(folder), threads=1)  # Spark has one task for each processor
        try:
            return _decided(db, job, rows, name) if _taken(db, job, rows) else None
        finally:
            db.close()


def _taken(db: Any, job: Job, rows: Iterable[Any]) -> int:
    """Make the tables of a part, in the order of the input; return how many rows there are."""
    import pyarrow as pa

    width = max(map(len, job.tables.values()))
    schema = pa.schema([(TABLE, pa.int32()), (ROW, pa.int64()), *((f"c{at}", pa.string()) for at in range(width))])
    db.register("given", pa.RecordBatchReader.from_batches(schema, rows))
    number = db.execute("CREATE TEMP TABLE part AS FROM given").fetchone()[0]
    for at, (name, columns) in enumerate(job.tables.items()):
        told = ", ".join(f"c{place} AS {quoted(column)}" for place, column in enumerate(columns))
        db.execute(f"""CREATE TEMP TABLE "{IN}_of_{name}" AS SELECT *, row_number() OVER () AS row_no FROM
            (SELECT {told}, {ROW} AS was FROM part WHERE {TABLE} = {at} ORDER BY {ROW})""")
    db.execute("DROP TABLE part")
    return int(number)


def _decided(db: Any, job: Job, rows: Iterable[Any], name: str) -> Told:
    of = Batches(db, job.answering, job.world, job.as_of, job.columns)
    found = Sources({each: f'SELECT * EXCLUDE (was) FROM "{IN}_of_{each}"' for each in job.tables}, "the part", {})
    of.decide([found for _ in of.all], masks=job.masks)
    for table in job.tables:  # rejects are told by the rows of the input
        db.execute(f"""UPDATE rejects SET row_no = c.was FROM "{IN}_of_{table}" c
            WHERE source = {text(table)} AND rejects.row_no = c.row_no""")
    db.execute(f'UPDATE rejects SET case_no = c.was FROM "{IN}_of_{CASE}" c WHERE case_no = c.row_no')
    rejects = db.execute('SELECT case_no, "case", source, row_no, reason FROM rejects').fetchall()
    counts = counted(of)
    file = Path(job.folder, f"{name}{job.suffix}") if counts else None
    if file:
        give(of)
        _write(of, file)
    cases = max(batch.cases for batch in of.all)
    return Told(cases, [(list(result), n) for result, n in counts.items()], rejects, str(file or ""))


def _write(of: Batches, file: Path) -> None:
    """Write the lines into a file that is there once it is whole: a task may be tried again, or run twice at once."""
    hidden = file.with_name(f".{os.getpid()}-{file.name}")
    copy(of.db, f"""SELECT l.* REPLACE (c.was AS "row") FROM ({lines(of)}) l
        JOIN "{IN}_of_{SERVICE}" c ON c.row_no = l."row" ORDER BY c.row_no""", hidden)  # fmt: skip
    os.replace(hidden, file)
