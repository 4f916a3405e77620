"""A batch decided by Spark: most lines there, by the bits that tell them, each different one once.

What is out of the ordinary is fetched and decided by the batch of DuckDB, which finds the same faults in the same rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..program.interface import CODE
from .columns import TOLD, Result
from .frames import CLOSE, Frames, values
from .grouping import Grouping
from .load import Loaded
from .output import REJECTS, Summary, appear, copy, lines, summary
from .run import Step
from .several import Batches
from .sources import sources
from .tables import CASE, SERVICE

WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {
    ".parquet": ("parquet", {"compression": "zstd"}),
    ".csv": ("csv", {"header": True}),
    ".jsonl": ("json", {"ignoreNullFields": False}),
}
"""What Spark writes, by how the name of the output ends."""


class Stage:
    """The lines of one guideline: their bits, and what each different ones come to."""

    def __init__(self, at: int, grouping: Grouping, spark: Any) -> None:
        self.at, self.grouping, self.spark = at, grouping, spark
        self.name, self.answers = f"stage{at}", f"answer{at}"
        self.counts: Counter[Result] = Counter()
        on = " AND ".join(f"s.{key} = a.{key}" for key in grouping.keys)
        self._joined = f"s JOIN {self.answers} a ON {on}"

    def make(self, route: str, work: Path) -> None:
        """Write the bits of all lines, and find what they come to."""
        where = str(work / self.name)
        self.spark.sql(self.grouping.statement(route)).write.parquet(where)
        self.spark.read.parquet(where).createOrReplaceTempView(self.name)
        rows = self._counted()
        results = self.grouping.results([row[:-1] for row in rows])
        answers = [(*row[:-1], *(result or (None,) * len(TOLD))) for row, result in zip(rows, results, strict=True)]
        words = dict.fromkeys(self.grouping.keys[2:], "BIGINT")
        columns = {"edition": "INT", "kind": "INT"} | words | dict.fromkeys(TOLD, "STRING")
        values(self.spark, self.answers, columns, answers)
        if None in results:  # all lines of such a case are decided apart
            kept = f"SELECT s.* FROM {self.name} s LEFT ANTI JOIN ({self.unsettled}) o ON s.`case` <=> o.`case`"
            self.spark.sql(kept).createOrReplaceTempView(f"sound{self.at}")
            self.name, rows = f"sound{self.at}", []
        known = {answer[: len(self.grouping.keys)]: result for answer, result in zip(answers, results, strict=True)}
        for *key, number in rows or self._counted():
            self.counts[known[tuple(key)] or ("", None, None)] += number

    def _counted(self) -> Sequence[Any]:
        keys = ", ".join(self.grouping.keys)
        counted = f"SELECT {keys}, count(*) AS n FROM {self.name} WHERE row_no IS NOT NULL GROUP BY {keys}"
        return list(self.spark.sql(counted).collect())

    @property
    def unsettled(self) -> str:
        """What selects the cases that contradict themselves, or that the rules do not settle."""
        return f"SELECT s.`case` FROM stage{self.at} {self._joined} WHERE a.outcome IS NULL"

    @property
    def apart(self) -> str:
        """What selects the cases that are decided apart, some more than once."""
        return f"SELECT `case` FROM stage{self.at} WHERE row_no IS NULL UNION ALL {self.unsettled}"

    def lines(self) -> Any:
        """Return the lines as they are written."""
        guideline = self.grouping.batch.guideline.program.name
        told = ", ".join(f"a.`{name}`" for name in TOLD)
        return self.spark.sql(f"""SELECT s.`case`, s.row_no AS row, s.{CODE}, s.session, {told},
            '{guideline}' AS guideline FROM {self.name} {self._joined}""")


class OnSpark:
    """A batch of each guideline that answers, over the same input.

    :param of: what decides, in DuckDB, what is out of the ordinary.
    :param work: a folder for what is unfinished.
    """

    def __init__(self, spark: Any, of: Batches, work: Path, step: Step = lambda told: None) -> None:
        self.spark, self.of, self.work, self.step = spark, of, work, step
        self.stages: list[Stage] = []
        self.cases = 0

    def run(self, path: Path) -> None:
        """Decide the tables of a folder or of a database; what is apart is then decided in `of`.

        :raises BatchError: where a table or a column is missing.
        """
        frames = Frames(self.spark, self.of.db, [sources(path, b.tables, self.of.db) for b in self.of.all], self.work)
        close = frames.close(str(path))
        for batch in self.of.all:
            batch.look(close)  # says what is missing, before anything is read
        self.cases = frames.count(CASE)
        codes = self.spark.sql(f"SELECT DISTINCT {CODE} FROM every_service").collect()
        masks = self.of.masks(str(code) for (code,) in codes)
        alone = self.of.alone(set(masks.values()))
        for at, batch in enumerate(self.of.all):
            if alone in (None, at):
                frames.views(batch.list)
                batch.look(close)
                self.stages.append(self._stage(at, batch, masks if alone is None else {}))
        self.step("looking closely at what is out of the ordinary")
        apart = " UNION ALL ".join(f"({stage.apart})" for stage in self.stages)
        where = str(self.work / "apart")
        self.spark.sql(apart).write.parquet(where)  # each table asks for them
        self.spark.read.parquet(where).createOrReplaceTempView("apart")
        frames.fetch("apart")
        self.of.decide([close for _ in self.of.all], masks=masks)
        frames.number()

    def _stage(self, at: int, batch: Loaded, masks: dict[str, int]) -> Stage:
        self.step("reading what the values mean")
        stage = Stage(at, Grouping(batch, self.spark, masks), self.spark)
        route = "true" if not masks else f"route = {1 << at}" if at else "route IN (0, 1) OR bit_count(route) > 1"
        self.step("deciding")
        stage.make(route, self.work)
        return stage

    def summary(self) -> Summary:
        """Count what came of the batch."""
        counts = Counter[Result]()
        for stage in self.stages:
            counts.update(stage.counts)
        return summary(self.of, counts, self.cases)

    def write(self, out: Path) -> None:
        """Write the lines, a folder of parts, and the rejects, a file; both appear once both are whole."""
        form, options = WRITTEN[out.suffix]
        folder = self.work / "lines"
        for stage in self.stages:
            stage.lines().write.mode("append").options(**options).format(form).save(str(folder))
        for hidden in (*folder.glob(".*"), *folder.glob("_*")):
            hidden.unlink()
        apart = f"""SELECT l.* REPLACE (c.was AS "row") FROM ({lines(self.of)}) l
            JOIN "{CLOSE}_{SERVICE}" c ON c.row_no = l."row" ORDER BY c.row_no"""
        if any(batch.results for batch in self.of.all):
            copy(self.of.db, apart, folder / f"part-apart{out.suffix}")
        copy(self.of.db, REJECTS, self.work / f"rejects{out.suffix}")
        appear(out, folder, self.work / f"rejects{out.suffix}")
