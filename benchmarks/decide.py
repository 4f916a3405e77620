"""Speed of decisions, as ratios measured in one run: against clingo, of explaining, and of a cold start.

Run: python benchmarks/decide.py [ROUNDS]
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import clingo
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.decision.decide import judge
from coverlog.engine.library.guideline import load
from coverlog.engine.program.program import folder_texts
from coverlog.explain.proof.build import prove

GUIDELINE = load()
CASES = [
    case for case in read_files(sorted(GUIDELINE.folder.glob("cases/*/*.yaml")), GUIDELINE) if isinstance(case, Case)
]
RULES = "\n".join(text for _, text in folder_texts(GUIDELINE.folder))


def with_clingo(case: Case) -> None:
    """Solve the closed world of a case on the shipped text, all editions in force."""
    control = clingo.Control(["--warn=none"])
    control.add("base", [], RULES + "".join(f"{fact}." for fact in case.facts))
    control.ground([("base", [])])
    with control.solve(yield_=True) as handle:
        for model in handle:
            model.symbols(atoms=True)


def with_clingo_open(case: Case) -> None:
    """Find what holds surely and what holds possibly, with a choice for each open input the case leaves out."""
    said = {(fact.predicate, fact.args[0]) for fact in case.facts if fact.args}
    choices = [
        f"{{ {name}({concept}) }} :- not {predicate.unless}({concept})."
        if predicate.unless
        else f"1 {{ {name}({concept}, 0..9) }} 1."
        for name, predicate in GUIDELINE.program.predicates.items()
        if predicate.is_open
        for concept in GUIDELINE.program.of_kind(predicate.open_kind)
        if (name, concept) not in said
    ]
    for mode in ("brave", "cautious"):
        control = clingo.Control(["--warn=none", f"--enum-mode={mode}", "0"])
        control.add("base", [], RULES + "".join(f"{fact}." for fact in case.facts) + "".join(choices))
        control.ground([("base", [])])
        with control.solve(yield_=True) as handle:
            for model in handle:
                model.symbols(atoms=True)


def decided(case: Case) -> None:
    judge(case, GUIDELINE)


def explained(case: Case) -> None:
    prove(judge(case, GUIDELINE))


def milliseconds(work: Callable[[Case], None], case: Case) -> float:
    start = time.perf_counter()
    work(case)
    return (time.perf_counter() - start) * 1000


def medians(works: list[Callable[[Case], None]], rounds: int) -> list[float]:
    """Return each work's median over all cases and rounds, the works taking turns case by case."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for case in CASES:
            for work, kept in zip(works, times, strict=True):
                kept.append(milliseconds(work, case))
    return [statistics.median(kept) for kept in times]


def cold(command: list[str], rounds: int) -> float:
    # A user's Python keeps compiled modules; so does this one, whatever the environment says.
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=env)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[1:])


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for case in CASES:
        explained(case)
    # As a long-running service would: what is loaded for good is not searched for garbage again.
    gc.collect()
    gc.freeze()
    bare, told, rival, open_rival = medians([decided, explained, with_clingo, with_clingo_open], rounds)
    print(f"{len(CASES)} canonical cases, {rounds} rounds, medians")
    print(f"decision, open world, all lines      {bare:7.2f} ms")
    print(f"explained decision                   {told:7.2f} ms   {told / bare:5.2f} of a bare one")
    print(f"clingo in process, closed world      {rival:7.2f} ms   a decision takes {bare / rival:5.2f} of it")
    print(
        f"clingo in process, open world        {open_rival:7.2f} ms   a decision takes {bare / open_rival:5.2f} of it"
    )
    script = Path(sys.executable).with_name("coverlog")
    start = cold([str(script), "decide", "cts-six-weeks-of-splinting"], 3 * rounds)
    imports = cold([sys.executable, "-c", "import click, yaml, lark, pyDatalog"], 3 * rounds)
    print(f"cold start of coverlog decide        {start:7.0f} ms   {start / imports:5.2f} of the imports alone")
    print(f"import click, yaml, lark, pyDatalog  {imports:7.0f} ms")


if __name__ == "__main__":
    main()
