"""Batches by Spark as ratios measured in one run: of CPU time, beside decoding by Spark and beside the batch of DuckDB.

Spark is started once; what it decides is decided again in each round, as it compiles what runs often. Its rows and its
rejects are held against those of DuckDB.

Run: python benchmarks/spark.py [--cases 100000] [--rounds 3] [--world open] [--guideline NAME]
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

import duckdb
from coverlog.engine.batch.frames import session
from coverlog.engine.batch.output import give, rejects_of, workplace, write
from coverlog.engine.batch.several import Batches
from coverlog.engine.batch.sources import connect
from coverlog.engine.batch.spark import OnSpark
from coverlog.engine.library.guideline import Guideline, load


def spent(of: int) -> dict[int, float]:
    """Return the CPU seconds of the processes that a process has started, and of theirs; on Linux, which tells them.

    They are told one by one: what a worker has spent is lost once it ends, as Spark lets it after a minute.
    """
    children: dict[int, dict[int, float]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()  # behind the name
        except OSError:
            continue  # it has ended meanwhile
        # The 4th is the parent, the 14th to the 17th are the ticks of it and of those of its children that have ended.
        own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        children.setdefault(int(fields[1]), {})[int(stat.parent.name)] = own
    return _below(of, children)


def _below(of: int, children: dict[int, dict[int, float]]) -> dict[int, float]:
    found = children.get(of, {})
    for child in list(found):
        found = found | _below(child, children)
    return found


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that a work takes, in this process, in that of Spark and in its workers."""
    before, start = spent(os.getpid()), time.process_time()
    work()
    own = time.process_time() - start
    return own + sum(took - before.get(one, 0.0) for one, took in spent(os.getpid()).items())


def decode(spark: Any, folder: Path) -> None:
    """Read every value of every table, which is the least that any way has to do."""
    for file in sorted(folder.glob("*.parquet")):
        frame = spark.read.parquet(str(file))
        frame.selectExpr(*(f"sum(length(cast(`{c}` AS string)))" for c in frame.columns)).collect()


def by_spark(spark: Any, guideline: Guideline, world: str, folder: Path, out: Path) -> None:
    with workplace(out) as work:
        decided = OnSpark(spark, Batches(connect(), guideline, world), work)
        decided.run(folder, out.suffix)
        decided.write(out)


def by_duckdb(guideline: Guideline, world: str, folder: Path, out: Path) -> None:
    with workplace(out) as work:
        of = Batches(connect("", work), guideline, world)
        of.run(folder)
        give(of)
        write(of, out, work)


def same(one: Path, other: Path) -> str:
    """Return how many rows two outputs have.

    :raises SystemExit: where they differ.
    """
    told = []
    for what, mine, its in (("rows", f"{one}/*", other), ("rejects", rejects_of(one), rejects_of(other))):
        first, second = (f"FROM read_parquet('{each}')" for each in (mine, its))
        ((mine_, its_, left, right),) = duckdb.execute(f"""SELECT (SELECT count(*) {first}), (SELECT count(*) {second}),
            (SELECT count(*) FROM ({first} EXCEPT ALL {second})),
            (SELECT count(*) FROM ({second} EXCEPT ALL {first}))""").fetchall()
        if left or right:
            sys.exit(f"{left:,} of {mine_:,} {what} of Spark are not those of DuckDB, {right:,} of its {its_:,} lack")
        told.append(f"{mine_:,} {what}")
    return " and ".join(told)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures batches by Spark, as ratios.")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--world", choices=["open", "closed"], default="open")
    parser.add_argument("--guideline", default="cg_med_24")
    options = parser.parse_args()
    guideline, number = load(options.guideline), options.cases
    spark = session()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, mine, its = folder / "in", folder / "spark.parquet", folder / "duckdb.parquet"
        generate = [sys.executable, str(Path(__file__).parent / "generate.py"), str(source)]
        subprocess.run([*generate, "--cases", str(number), "--guideline", options.guideline], check=True)
        for at in range(1, options.rounds + 1):
            read = cpu(lambda: decode(spark, source))
            here = cpu(lambda: by_spark(spark, guideline, options.world, source, mine))
            beside = cpu(lambda: by_duckdb(guideline, options.world, source, its))
            print(f"round {at}, {number:,} cases: Spark / its own decode {here / read:.1f}, Spark / DuckDB "
                  f"{here / beside:.1f} ({here / number * 1e6:.0f} us of CPU a case; decode {read:.1f} s, DuckDB "
                  f"{beside:.1f} s); {same(mine, its)} alike", flush=True)  # fmt: skip
    spark.stop()


if __name__ == "__main__":
    main()
