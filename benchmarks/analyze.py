"""How long each proof about all legal cases takes once a circuit is at hand, in processor time of one run.

    python benchmarks/analyze.py

The aim: each analysis within 2 s, conflicts and gaps within 75 ms beyond loading. Of some runs the least is told, for
other work on the machine adds to it and takes nothing away; beside it the most.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

from coverlog.engine.analysis.advising import silent
from coverlog.engine.analysis.construct import construct
from coverlog.engine.analysis.diff import Pair, Side
from coverlog.engine.analysis.idle import idle
from coverlog.engine.analysis.policy import Policy
from coverlog.engine.analysis.run import ANALYSES, SELDOM, Analysis
from coverlog.engine.analysis.sufficient import forced
from coverlog.engine.cases.find import find_case
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.reference.analyses import marks_of

DAY, RUNS = "2026-01-01", 5
CASES = {"cg_med_24": "cts-six-weeks-of-splinting", "ncd_240_4": "mild-with-stroke-continued"}


def tell(name: str, work: Callable[[], object], runs: int = RUNS) -> None:
    """Write the least and the most processor time of some runs."""
    found = []
    for _ in range(runs):
        begun = time.process_time()
        work()
        found.append((time.process_time() - begun) * 1000)
    print(f"  {name:24} {min(found):8.0f} ms  (to {max(found):.0f})", flush=True)


def marked(guideline: Guideline) -> set[tuple[str, str]]:
    return {(mark.rule, mark.mutation) for mark in marks_of(guideline)}


def analysis(name: str, guideline: Guideline) -> None:
    ANALYSES[name](Policy(guideline, DAY), Analysis(DAY, "", [], {}, [], [], [], marked(guideline)))


def dead(guideline: Guideline) -> None:
    """Look for the dead parts with nothing kept of what was found before."""
    policy = Policy(guideline, DAY)
    idle(guideline.program, DAY, marked(guideline))
    silent(guideline.program, DAY, "", policy)


def measure(name: str) -> None:
    guideline = load(name)
    guideline.circuit(DAY)
    print(guideline.program.name)
    analysis("faults", guideline)  # imports the solver
    tell("dead, the first time", lambda: dead(guideline))
    for each in ANALYSES:
        if each == "dead":
            analysis(each, guideline)  # which keeps what it finds
        tell(each, lambda: analysis(each, guideline), 1 if each in SELDOM else RUNS)  # noqa: B023 - used at once
    case = find_case(CASES[name], guideline)
    line, policy = case.lines[0], Policy(guideline, case.date, "open")
    outcome = guideline.program.outcomes[0].name
    tell("construct", lambda: construct(policy, outcome, line.code))
    tell("sufficient", lambda: forced(policy, case, line.code, line.session))
    for day in [day for day in guideline.program.boundaries() if day >= "2013"][-1:]:
        tell("diff", lambda: list(Pair(Side(guideline, "2014-01-01"), Side(guideline, day)).changes()), 2)  # noqa: B023


if __name__ == "__main__":
    gc.set_threshold(50_000, *gc.get_threshold()[1:])  # as the command has it
    for guideline_name in CASES:
        measure(guideline_name)
