"""Batches by Spark as ratios measured in one run: of CPU time, beside decoding by Spark and beside the batch of DuckDB.

Spark is started once; what it decides is decided again in each round, as it compiles what runs often.

Run: python benchmarks/spark.py [--cases 100000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from coverlog.engine.batch.frames import session
from coverlog.engine.batch.output import give, workplace, write
from coverlog.engine.batch.several import Batches
from coverlog.engine.batch.sources import connect
from coverlog.engine.batch.spark import OnSpark
from coverlog.engine.library.guideline import load

GUIDELINE = load()


def cpu(spark: Any, work: Callable[[], object]) -> float:
    """Return the CPU seconds that a work takes, in this process and in that of Spark; on Linux, which tells them."""
    stat = Path(f"/proc/{spark.sparkContext._gateway.proc.pid}/stat")

    def spent() -> float:
        fields = stat.read_text().rsplit(")", 1)[1].split()  # behind the name: the 14th and 15th are its ticks
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + time.process_time()

    start = spent()
    work()
    return spent() - start


def decode(spark: Any, folder: Path) -> None:
    """Read every value of every table, which is the least that any way has to do."""
    for file in sorted(folder.glob("*.parquet")):
        frame = spark.read.parquet(str(file))
        frame.selectExpr(*(f"sum(length(cast(`{c}` AS string)))" for c in frame.columns)).collect()


def by_spark(spark: Any, folder: Path, out: Path) -> None:
    with workplace(out) as work:
        of = Batches(connect(), GUIDELINE, "open")
        decided = OnSpark(spark, of, work)
        decided.run(folder)
        give(of)
        decided.write(out)


def by_duckdb(folder: Path, out: Path) -> None:
    with workplace(out) as work:
        of = Batches(connect("", work), GUIDELINE, "open")
        of.run(folder)
        give(of)
        write(of, out, work)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures batches by Spark, as ratios.")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    spark = session()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, number = folder / "in", options.cases
        generate = [sys.executable, str(Path(__file__).parent / "generate.py"), str(source), "--cases", str(number)]
        subprocess.run(generate, check=True)
        for at in range(1, options.rounds + 1):
            read = cpu(spark, lambda: decode(spark, source))
            here = cpu(spark, lambda: by_spark(spark, source, folder / "spark.parquet"))
            beside = cpu(spark, lambda: by_duckdb(source, folder / "duckdb.parquet"))
            print(f"round {at}, {number:,} cases: Spark / its own decode {here / read:.1f}, Spark / DuckDB "
                  f"{here / beside:.1f} ({here / number * 1e6:.0f} us of CPU a case)", flush=True)  # fmt: skip
    spark.stop()


if __name__ == "__main__":
    main()
