"""A batch on Spark: it brings the rows of each case together, and its workers decide them by the batch of DuckDB."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..program.interface import CODE
from .columns import Result
from .entries import BatchError
from .frames import Frames
from .load import insert
from .output import Summary, appear, copy, copy_rejects, lines, summary
from .rejects import ROWS
from .run import Step
from .several import Batches
from .sources import sources
from .tables import SERVICE
from .worker import Job, Told, decide

NO_WORKER = (
    "the Python of Spark's executors lacks {}: install coverlog there as here (pip install 'coverlog[batch,spark]'), "
    "or let PYSPARK_PYTHON name one that has it"
)
REMEDIES = (
    (r"No module named (.*)", NO_WORKER),
    (r"needs (DuckDB and NumPy)", NO_WORKER),
    (r'Cannot run program "(.*?)"', "Spark's executors have no Python {}: let PYSPARK_PYTHON name one that is there"),
    (
        r"(No space left on device)",
        "a disk of Spark's executors is full ({}): make room where the output is written, "
        "or let SPARK_LOCAL_DIRS name another disk for what passes between them",
    ),
    (
        r"(exited unexpectedly|OutOfMemoryError)",
        "a worker of Spark ended ({}), as it does where memory is short: "
        "let spark.executor.memory be more, and --memory on one machine",
    ),
)
"""By what an error says: what to do, with what is named."""
NOT_SHARED = "{} is not on a disk that Spark's executors write to as well: name an output on one that they share"


def remedy(error: str) -> str:
    """Return what an error of Spark comes to, and what to do; Spark writes no log of its own.

    :param error: what Spark says, with the errors of a worker: in Python the last one is what ended it, in Java the
        first that is a cause, as those below say less.
    """
    of_python = re.findall(r"^[\w.]+(?:Error|Exception): .*", error, re.MULTILINE)[-1:]
    of_java = re.findall(r"^Caused by: ([\w.]+(?:Error|Exception): .*)", error, re.MULTILINE)
    why = [*of_python, *of_java, error.partition("\n")[0]][0]
    for pattern, told in REMEDIES:
        if found := re.search(pattern, why) or re.search(pattern, error):
            return told.format(found[1])
    return f"Spark does not decide: {why}"


class OnSpark:
    """A batch of each guideline that answers, over the same input.

    :param of: what is asked for; it decides nothing itself.
    :param work: a folder for what is unfinished, on a disk that the executors share.
    """

    def __init__(self, spark: Any, of: Batches, work: Path, step: Step = lambda told: None) -> None:
        self.spark, self.of, self.work, self.step = spark, of, work, step
        self.counts: Counter[Result] = Counter()
        self.cases = 0

    def run(self, path: Path, suffix: str) -> None:
        """Decide the tables of a folder or of a database.

        :param suffix: how the name of the output ends.
        :raises BatchError: where a table or a column is missing, or what the executors need.
        """
        self.of.found = sources(path, [batch.tables for batch in self.of.all], self.of.db)
        frames = Frames(self.spark, self.of.db, self.of.found, self.work)
        for batch in self.of.all:
            batch.look(frames.none(str(path)))  # says what is missing, before anything is read
        (self.work / "lines").mkdir()
        self.step("deciding")
        for row in self._collected(self.decided(frames, suffix)):
            self.add(Told(*json.loads(row.told)))

    def decided(self, frames: Frames, suffix: str) -> Any:
        """Return what has a row for each part that is decided, once it is collected."""
        tables = frames.tables([table for batch in self.of.all for table in batch.list])
        job = Job(
            self.of.answering, self.of.all[0].world, self.of.all[0].as_of, self.of.columns, self._masks(frames), tables,
            str((self.work / "lines").resolve()), suffix,
        )  # fmt: skip

        def part(rows: Iterator[Any]) -> Iterator[Any]:
            return decide(job, rows)

        return frames.rows(tables).mapInArrow(part, "told string")

    def _masks(self, frames: Frames) -> dict[str, int]:
        """Return for whom the codes are; where one guideline answers, all are for it."""
        if len(self.of.all) == 1:
            return {}
        return self.of.masks(str(code) for (code,) in frames.of(SERVICE).select(CODE).distinct().collect())

    def _collected(self, told: Any) -> list[Any]:
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            return list(told.collect())
        except (PySparkException, Py4JError) as error:
            raise BatchError(remedy(str(error))) from None

    def add(self, told: Told) -> None:
        """Add what came of a part.

        :raises BatchError: where its lines are not where they should be.
        """
        if told.file and not Path(told.file).is_file():
            raise BatchError(NOT_SHARED.format(self.work.parent))
        self.cases += told.cases
        self.counts.update({tuple(result): number for result, number in told.counts})
        insert(self.of.db, ROWS, told.rejects)

    def summary(self) -> Summary:
        """Count what came of the batch."""
        return summary(self.of, self.counts, self.cases)

    def write(self, out: Path) -> None:
        """Let the lines, a folder of parts, and the rejects, a file, appear once both are whole."""
        folder = self.work / "lines"
        for hidden in folder.glob(".*"):
            hidden.unlink()  # of a task that did not end
        if not any(folder.iterdir()):
            copy(self.of.db, lines(self.of), folder / f"part-00000{out.suffix}")
        rejects = self.work / f"rejects{out.suffix}"
        copy_rejects(self.of, rejects)
        appear(out, folder, rejects)
