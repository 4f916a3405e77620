"""The tables of a batch as Spark reads them, and the session in which it does."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

from .entries import BatchError
from .load import MIDNIGHT
from .sources import CHUNK, Sources, starts
from .sql import quoted, text
from .stored import WHY, held
from .tables import CASE, Table
from .worker import ROW, TABLE

NO_SPARK = "--engine spark needs PySpark: pip install 'coverlog[batch,spark]'"
NO_JAVA = "Spark needs Java 17 or later: install it (apt-get install default-jre-headless), or let JAVA_HOME name it"
FEW = 20_000
"""A part of fewer cases costs more than it saves, though a processor has nothing to do."""
OPTIONS = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    # Workers are handed rows by so many at once.
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(1 << 16),
}
START = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def session(memory: str = "") -> Any:
    """Return a session of Spark: on this machine, or where the settings of Spark say.

    :param memory: how much the driver may use, such as `4GB`.
    :raises BatchError: where PySpark or Java is not installed.
    """
    builder = _builder().appName("coverlog batch")
    for key, value in START.items():
        builder = builder.config(key, value)
    if memory:
        builder = builder.config("spark.driver.memory", memory.lower().removesuffix("b"))
    from pyspark.errors import PySparkException

    try:
        made = builder.getOrCreate()
    except (PySparkException, OSError) as error:
        raise BatchError(f"Spark does not start: {error}") from None
    made.sparkContext.setLogLevel("OFF")
    if str(made.sparkContext.master).startswith("local") and "PYSPARK_PYTHON" not in os.environ:
        made.sparkContext.pythonExec = sys.executable  # which has what is imported here
    for key, value in OPTIONS.items():
        made.conf.set(key, value)
    return made


def _builder() -> Any:
    """Return what makes a session.

    :raises BatchError: where PySpark, what it hands rows to workers through, or Java is not installed.
    """
    try:
        from pyspark.sql import SparkSession
        from pyspark.sql.pandas.utils import require_minimum_pandas_version, require_minimum_pyarrow_version

        require_minimum_pandas_version()
        require_minimum_pyarrow_version()
    except ImportError:
        raise BatchError(NO_SPARK) from None
    if not shutil.which("java", path=f"{os.environ.get('JAVA_HOME', '')}/bin:{os.environ.get('PATH', '')}"):
        raise BatchError(NO_JAVA)
    return SparkSession.builder


class Frames:
    """The tables of a batch as Spark reads them, every value a text, each row with its number.

    :param found: where they are, for one guideline or for several.
    :param work: a folder for tables that are not Parquet yet.
    """

    def __init__(self, spark: Any, db: Any, found: Sequence[Sources], work: Path) -> None:
        self.spark, self.db = spark, db
        self._all: dict[str, Any] = {}
        self._cases = 0
        for sources in found:
            for name, select in sources.of.items():
                if name not in self._all:
                    self._all[name] = self._frame(name, select, sources.files.get(name, []), work)

    def _frame(self, name: str, select: str, files: Sequence[str], work: Path) -> Any:
        from pyspark.sql import functions as f

        row = f.col("_metadata.row_index") + 1
        if not files:
            file = work / f"{name}.parquet"
            self.db.execute(f"COPY ({select}) TO {text(str(file))} (FORMAT parquet)")
            self.db.execute(f"DROP TABLE IF EXISTS {held(name)}")  # from here on Spark holds it
            files, row = [str(file)], f.col(ROW)
        *before, rows = starts(files, self.db)
        if len(files) > 1:
            names = (Path(file).name for file in files)
            here = f.create_map(*(f.lit(each) for pair in zip(names, before, strict=True) for each in pair))
            row += here[f.col("_metadata.file_name")]
        self._cases = rows if name == CASE else self._cases
        read = self.spark.read.parquet(*files)
        day = {c for c, kind in read.dtypes if kind == "timestamp_ntz"}
        told = {c: f.col(f"`{c}`").cast("string") for c in read.columns if c != ROW}
        columns = [(f.regexp_replace(v, MIDNIGHT, "") if c in day else v).alias(c) for c, v in told.items()]
        return read.select(*columns, row.cast("bigint").alias(ROW))

    def of(self, name: str) -> Any:
        """Return a table."""
        return self._all[name]

    def none(self, told: str) -> Sources:
        """Return the tables without their rows, as a batch of DuckDB reads them."""
        columns = {name: ", ".join(f"NULL::VARCHAR AS {quoted(c)}" for c in frame.columns[:-1])
                   for name, frame in self._all.items()}  # fmt: skip
        return Sources({name: f"SELECT {each}, 1 AS {ROW} WHERE false" for name, each in columns.items()}, told, {})

    def tables(self, tables: Iterable[Table]) -> dict[str, tuple[str, ...]]:
        """Return the columns that are read of each table that is there, the id of the case first."""
        found: dict[str, dict[str, None]] = {}
        for table in tables:
            if table.name in self._all:
                known = self._all[table.name].columns
                columns = dict.fromkeys([table.id, *(c for c in (*table.columns, WHY) if c in known)])
                found[table.name] = found.get(table.name, {}) | columns
        return {name: tuple(columns) for name, columns in found.items()}

    def rows(self, tables: Mapping[str, Sequence[str]]) -> Any:
        """Return the rows of all tables, those of a case in one part.

        :param tables: what `tables` gives.
        """
        from pyspark.sql import functions as f

        width = max(map(len, tables.values()))
        each = []
        for at, (name, columns) in enumerate(tables.items()):
            values = [f.col(f"`{c}`") for c in columns] + [f.lit(None).cast("string")] * (width - len(columns))
            named = [value.alias(f"c{place}") for place, value in enumerate(values)]
            each.append(self._all[name].select(f.lit(at).alias(TABLE), f.col(ROW), *named))
        return reduce(lambda one, other: one.unionAll(other), each).repartition(self._parts, "c0")

    @property
    def _parts(self) -> int:
        busy = min(int(self.spark.sparkContext.defaultParallelism), -(-self._cases // FEW))
        return max(1, busy, -(-self._cases // CHUNK))
