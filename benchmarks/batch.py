"""Batches and circuits as ratios measured in one run: of CPU time, the ways taking turns.

Run: python benchmarks/batch.py [--cases 100000 1000000] [--kind adversarial|realistic] [--rounds 3]
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
FEW = 1_000
"""So many cases are decided in hardly any time beyond that of the start."""


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


def ran(command: list[str]) -> tuple[float, float]:
    """Run a command to its end; return the CPU seconds and the most megabytes of memory that it took."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, took = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return took.ru_utime + took.ru_stime, took.ru_maxrss / 1024


def drawn(cases: int, folder: Path, kind: str, guideline: str) -> Path:
    """Return a folder of cases, drawn where it is not there yet."""
    source = folder / f"{guideline}-{kind}{cases}"
    if not source.exists():
        run = [sys.executable, str(HERE / "generate.py"), str(source), "--cases", str(cases), "--kind", kind]
        subprocess.run([*run, "--guideline", guideline], check=True)
    return source


def batches(sizes: list[int], rounds: int, folder: Path, kind: str, guideline: str) -> None:
    """Compare batches with decoding what they read, the sizes taking turns; a batch of few cases is all start."""
    sizes = [FEW, *sizes]
    sources = {cases: drawn(cases, folder, kind, guideline) for cases in sizes}
    out = folder / "lines.parquet"
    command = [str(Path(sys.executable).with_name("coverlog")), "-g", guideline, "batch", "-o", str(out)]
    command += ["--memory", "500MB"]
    ran([*command, str(sources[sizes[0]])])  # circuits are kept from the first start on
    ratios: dict[int, list[float]] = {cases: [] for cases in sizes}
    times: dict[int, list[float]] = {cases: [] for cases in sizes}
    peaks = dict.fromkeys(sizes, 0.0)
    for _ in range(rounds):
        for cases, source in sources.items():
            before = cpu(partial(decode, source))
            took, peak = ran([*command, str(source)])
            # What else the machine does changes while a batch runs: what it is set against is measured on both sides.
            ratios[cases].append(took / ((before + cpu(partial(decode, source))) / 2))
            times[cases].append(took)
            peaks[cases] = max(peaks[cases], peak)
            print(f"{cases:,} cases: {took:.2f} s, {ratios[cases][-1]:.1f}, {peak:.0f} MB", file=sys.stderr, flush=True)
    start = statistics.median(times[FEW])
    print(f"batch of {FEW:,} cases, which is the start: {start:.2f} s of CPU, at most {peaks[FEW]:.0f} MB")
    for cases in sizes[1:]:
        took, ratio = statistics.median(times[cases]), statistics.median(ratios[cases])
        each, beyond = (seconds / cases * 1e6 for seconds in (took, took - start))
        told = f"{each:.2f} us of CPU a case, {beyond:.2f} beyond the start, at most {peaks[cases]:.0f} MB"
        print(f"batch / decode, {cases:,} {kind} cases: {ratio:.1f} ({told})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures circuits and batches, as ratios.")
    parser.add_argument("--cases", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--kind", choices=["adversarial", "realistic"], default="adversarial")
    parser.add_argument("--guideline", default="cg_med_24")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where cases are drawn, and kept for the next time")
    parser.add_argument("--only-batches", action="store_true")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not options.only_batches:
        circuits(options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        batches(options.cases, options.rounds, options.folder or Path(folder), options.kind, options.guideline)


if __name__ == "__main__":
    main()
