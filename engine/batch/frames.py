"""The tables of a batch as Spark reads them, and the session in which it does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .load import insert, quoted
from .sources import BatchError, Sources
from .sql import text
from .tables import CASE, ID, Table

NO_SPARK = "--engine spark needs PySpark: pip install 'coverlog[batch,spark]'"
NO_JAVA = "Spark needs Java 17 or later: install it (apt-get install default-jre-headless), or let JAVA_HOME name it"
CLOSE = "close"
"""The name before those of the tables in DuckDB of what is looked at closely."""
# A layer is one projection: put together, what is used twice would be computed twice, and so on down.
OPTIONS = {
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.CollapseProject",
    "spark.sql.constraintPropagation.enabled": "false",
    # What puts the bits of all cases together keeps its table, however many cases there are.
    "spark.sql.objectHashAggregate.sortBased.fallbackThreshold": "100000",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.jsonGenerator.ignoreNullFields": "false",
    "spark.sql.session.timeZone": "UTC",
    # Else string literals would have to be written otherwise than SQLGlot does.
    "spark.sql.parser.escapedStringLiterals": "false",
}
# Of methods this large the virtual machine compiles none by itself.
START = {
    "spark.driver.extraJavaOptions": "-XX:-DontCompileHugeMethods",
    "spark.executor.extraJavaOptions": "-XX:-DontCompileHugeMethods",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def session(memory: str = "") -> Any:
    """Return a session of Spark: on this machine, or where the settings of Spark say.

    :param memory: how much the driver may use, such as `4GB`.
    :raises BatchError: where PySpark or Java is not installed.
    """
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise BatchError(NO_SPARK) from None
    if not shutil.which("java", path=f"{os.environ.get('JAVA_HOME', '')}/bin:{os.environ.get('PATH', '')}"):
        raise BatchError(NO_JAVA)
    builder = SparkSession.builder.appName("coverlog batch")
    for key, value in START.items():
        builder = builder.config(key, value)
    if memory:
        builder = builder.config("spark.driver.memory", memory.lower().removesuffix("b"))
    try:
        made = builder.getOrCreate()
    except (PySparkException, OSError) as error:
        raise BatchError(f"Spark does not start: {error}") from None
    made.sparkContext.setLogLevel("ERROR")
    for key, value in OPTIONS.items():
        made.conf.set(key, value)
    return made


def written(statement: str) -> str:
    """Return a statement of DuckDB as Spark has it."""
    import sqlglot

    return sqlglot.transpile(statement, read="duckdb", write="spark", comments=False)[0]


class Frames:
    """The tables of a batch, every value a text, each with the number of its row.

    :param found: where they are, for one guideline or for several.
    :param work: a folder for tables that are not Parquet yet.
    """

    def __init__(self, spark: Any, db: Any, found: Sequence[Sources], work: Path) -> None:
        self.spark, self.db = spark, db
        self._all: dict[str, Any] = {}
        for sources in found:
            for name, select in sources.of.items():
                if name not in self._all:
                    self._all[name] = self._frame(name, select, sources.files.get(name, []), work)
                    self._all[name].createOrReplaceTempView(f"every_{name}")
                    self._empty(name)

    def _frame(self, name: str, select: str, files: Sequence[str], work: Path) -> Any:
        from pyspark.sql import functions as f

        if files:
            read, before = self.spark.read.parquet(*files), self._before(files)
            here = f.create_map(*(f.lit(each) for pair in before.items() for each in pair))
            first = here[f.col("_metadata.file_name")] if len(files) > 1 else f.lit(0)
            row = f.col("_metadata.row_index") + first + 1
        else:
            file = work / f"{name}.parquet"
            self.db.execute(f"COPY ({select}) TO {text(str(file))} (FORMAT parquet)")
            read = self.spark.read.parquet(str(file))
            row = f.col("row_no")
        columns = [f.col(f"`{c}`").cast("string").alias(c) for c in read.columns if c != "row_no"]
        return read.select(*columns, row.cast("bigint").alias("row_no"))

    def _before(self, files: Sequence[str]) -> dict[str, int]:
        """Return by name of a file how many rows come before its first."""
        found, rows = {}, 0
        for file in files:
            found[Path(file).name] = rows
            count = f"SELECT num_rows FROM parquet_file_metadata({text(file)})"
            rows += self.db.execute(count).fetchone()[0]
        return found

    def _empty(self, name: str) -> None:
        """Make the table in DuckDB that rows of this one may be fetched into."""
        columns = ", ".join(f"{quoted(c)} VARCHAR" for c in self._all[name].columns[:-1])
        self.db.execute(f'CREATE OR REPLACE TABLE "{CLOSE}_{name}" ({columns}, was BIGINT, row_no BIGINT)')

    def close(self, told: str) -> Sources:
        """Return the tables of what has been fetched, as a batch of DuckDB reads them."""
        return Sources({name: f'SELECT * EXCLUDE (was) FROM "{CLOSE}_{name}"' for name in self._all}, told, {})

    def views(self, tables: Sequence[Table]) -> None:
        """Make the view all_TABLE of each table of a guideline."""
        for table in tables:
            known = self._all[table.name].columns if table.name in self._all else []
            name = table.id if table.id in known else "case"
            columns = [f"`{c}`" if c in known else f"CAST(NULL AS STRING) AS `{c}`" for c in table.columns]
            of = f"every_{table.name}" if known else "VALUES (CAST(NULL AS STRING), 0) AS none(`case`, row_no)"
            select = f"SELECT `{name}` AS `case`, {', '.join([*columns, 'row_no'])} FROM {of}"
            where = "" if known else " WHERE false"
            self.spark.sql(select + where).createOrReplaceTempView(f"all_{table.name}")

    def fetch(self, cases: str) -> None:
        """Fetch all rows of some cases.

        :param cases: the view of their ids.
        """
        for name, frame in self._all.items():
            of = ID if name == CASE and ID in frame.columns else CASE
            rows = self.spark.sql(f"""SELECT t.* FROM every_{name} t
                LEFT SEMI JOIN {cases} c ON t.`{of}` <=> c.`case`""").collect()
            ordered = enumerate(sorted(rows, key=lambda row: row.row_no), 1)
            insert(self.db, f'"{CLOSE}_{name}"', [(*row, at) for at, row in ordered])

    def number(self) -> None:
        """Let the rejects tell the rows by the numbers that they have in the input."""
        for name in self._all:
            self.db.execute(f"""UPDATE rejects SET row_no = c.was FROM "{CLOSE}_{name}" c
                WHERE source = {text(name)} AND rejects.row_no = c.row_no""")

    def count(self, name: str) -> int:
        """Return how many rows a table has."""
        return int(self._all[name].count())


def values(spark: Any, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Make a view of a few rows: they stand in the statement itself, so that each executor is given them.

    :param columns: the kind of each, as SQL has it.
    """
    told = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows or [[None] * len(columns)])
    casts = ", ".join(f"CAST(c{at} AS {kind}) AS `{c}`" for at, (c, kind) in enumerate(columns.items()))
    names = ", ".join(f"c{at}" for at in range(len(columns)))
    where = "" if rows else " WHERE false"
    spark.sql(f"SELECT {casts} FROM VALUES {told} AS v({names}){where}").createOrReplaceTempView(name)


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return str(value).lower() if isinstance(value, bool) else str(value)
