"""Batches and circuits as ratios measured in one run: of CPU time, the ways taking turns.

Run: python benchmarks/batch.py [--cases 100000 1000000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.circuit.circuit import WORLDS
from coverlog.engine.decision.decide import decide
from coverlog.engine.library.guideline import load

HERE = Path(__file__).parent
GUIDELINE = load()


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds that a work takes, its threads and processes included."""

    def spent() -> float:
        each = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(one.ru_utime + one.ru_stime for one in each)

    start = spent()
    work()
    return spent() - start


def circuits(rounds: int) -> None:
    """Compare the circuit with the decision, on canonical cases that both have seen before."""
    found = (c for c in read_files(canonical_paths(GUIDELINE)[::5], GUIDELINE) if isinstance(c, Case))
    cases = [case for case in found if "refused" not in case.place]

    def by_circuit(world: str) -> None:
        for case in cases:
            circuit = GUIDELINE.circuit(case.date)
            if inputs := circuit.read(case.facts):
                circuit.lines(inputs, [line[:2] for line in case.lines], open_world=WORLDS[world])

    def by_decision(world: str) -> None:
        for case in cases:
            decide(case, GUIDELINE, world=world)

    for world in WORLDS:
        one, two = partial(by_circuit, world), partial(by_decision, world)
        one()
        two()
        gc.collect()
        ratio = statistics.median(cpu(one) / cpu(two) for _ in range(rounds))
        print(f"circuit / decision, {world} world: {ratio:.4f} ({cpu(one) / len(cases) * 1e6:.0f} us a case)")


def decode(folder: Path) -> None:
    """Read every value of every table, which is the least that any way has to do."""
    db = duckdb.connect()
    for file in sorted(folder.glob("*.parquet")):
        columns = [row[0] for row in db.execute(f"DESCRIBE SELECT * FROM '{file}'").fetchall()]
        sums = ", ".join(f'sum(length("{c}"::VARCHAR))' for c in columns)
        db.execute(f"SELECT {sums} FROM '{file}'").fetchall()


def batches(cases: int, rounds: int, folder: Path) -> None:
    """Compare a batch with decoding what it reads."""
    source, out = folder / f"in{cases}", folder / "lines.parquet"
    generate = [sys.executable, str(HERE / "generate.py"), str(source), "--cases", str(cases)]
    subprocess.run(generate, check=True)
    command = [str(Path(sys.executable).with_name("coverlog")), "batch", str(source), "-o", str(out)]
    command += ["--memory", "500MB"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # circuits are kept from the first start on
    decoded, decided = [], []
    for _ in range(rounds):
        before = cpu(lambda: decode(source))
        decided.append(cpu(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)))
        # What else the machine does changes while a batch runs: what it is set against is measured on both sides.
        decoded.append((before + cpu(lambda: decode(source))) / 2)
    ratio = statistics.median(b / a for a, b in zip(decoded, decided, strict=True))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    each = statistics.median(decided) / cases * 1e6
    print(f"batch / decode, {cases:,} cases: {ratio:.1f} ({each:.1f} us of CPU a case, largest process {peak:.0f} MB)")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures circuits and batches, as ratios.")
    parser.add_argument("--cases", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    circuits(options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        for cases in options.cases:
            batches(cases, options.rounds, Path(folder))


if __name__ == "__main__":
    main()
