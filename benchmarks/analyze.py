"""How long each proof about all legal cases takes once a circuit is at hand, in processor time of one run.

    python benchmarks/analyze.py

The aim: each analysis within 2 s, conflicts and gaps within 75 ms beyond loading.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from coverlog.engine.analysis.construct import construct
from coverlog.engine.analysis.diff import Pair, Side
from coverlog.engine.analysis.policy import Policy
from coverlog.engine.analysis.run import ANALYSES, Analysis
from coverlog.engine.analysis.sufficient import forced
from coverlog.engine.cases.find import find_case
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.reference.analyses import marks_of

DAY, RUNS = "2026-01-01", 3
CASES = {"cg_med_24": "cts-six-weeks-of-splinting", "ncd_240_4": "mild-with-stroke-continued"}


def taken(work: Callable[[], object]) -> float:
    """Return the median seconds of processor time that some work takes."""
    found = []
    for _ in range(RUNS):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return median(found)


def analysis(name: str, guideline: Guideline) -> None:
    known = {(mark.rule, mark.mutation) for mark in marks_of(guideline)}
    ANALYSES[name](Policy(guideline, DAY), Analysis(DAY, "", [], {}, [], [], [], known))


def measure(name: str) -> None:
    guideline = load(name)
    loading = taken(lambda: load(name).circuit(DAY))
    print(f"{guideline.program.name}: circuit at hand {loading * 1000:.1f} ms")
    analysis("faults", guideline)  # imports the solver
    for each in ANALYSES:
        print(f"  {each:12} {taken(lambda: analysis(each, guideline)) * 1000:8.0f} ms")  # noqa: B023 - used at once
    case = find_case(CASES[name], guideline)
    line, policy = case.lines[0], Policy(guideline, case.date, "open")
    outcome = guideline.program.outcomes[0].name
    days = [day for day in guideline.program.boundaries() if day >= "2013"][-1:]
    print(f"  {'construct':12} {taken(lambda: construct(policy, outcome, line.code)) * 1000:8.0f} ms")
    print(f"  {'sufficient':12} {taken(lambda: forced(policy, case, line.code, line.session)) * 1000:8.0f} ms")
    for day in days:
        sides = Side(guideline, "2014-01-01"), Side(guideline, day)
        list(Pair(*sides).changes())
        print(f"  {'diff':12} {taken(lambda: list(Pair(*sides).changes())) * 1000:8.0f} ms")  # noqa: B023


if __name__ == "__main__":
    for guideline_name in CASES:
        measure(guideline_name)
