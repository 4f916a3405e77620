"""What counts, tables and many facts cost, as ratios measured in one run.

Run: python benchmarks/aggregates.py [ROUNDS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="coverlog-bench-")

from coverlog.engine.cases.case import Case
from coverlog.engine.cases.said import read_case
from coverlog.engine.decision.decide import judge
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.proof.build import prove

HEAD = """
guideline("B-1", "Measured", "2024-01-01").
%@ source: Criteria
statement("A", stated, "", "enough of them").
%@ predicate service(Session, Code): {Code} is requested
%@ case: services
%@ predicate finding(Finding): there is {Finding}
%@ case: findings present of finding
%@ open: finding unless denied
%@ predicate denied(Finding): there is no {Finding}
%@ case: findings absent of finding
%@ predicate diagnosis(Code): {Code} is given
%@ case: diagnoses codes
%@ predicate amount(Number): {Number} are asked for
%@ case: number count
%@ predicate clue(Finding): {Finding} is a clue
%@ predicate most(Code, Number): at most {Number} for {Code}
%@ predicate covered(Session, Code): {Code} is covered
%@ predicate medically_necessary(Session, Code, Statement): necessary
%@ predicate not_medically_necessary(Session, Code, Statement): not necessary
%@ predicate not_addressed(Session, Code, Reason): not addressed
%@ rule A/covered: covered
covered(Session, Code) :- medically_necessary(Session, Code, Statement).
%@ rule A/none: not covered
not_medically_necessary(Session, Code, "A") :- service(Session, Code), not covered(Session, Code).
"""
CLUES = [f"clue_{i:02}" for i in range(12)]
CONCEPTS = "".join(f'concept({name}, finding, "{name}").\n' for name in CLUES)
CLUE_FACTS = "%@ facts A/clues\n" + "".join(f"clue({name}).\n" for name in CLUES)


def made(*parts: str) -> Guideline:
    folder = Path(tempfile.mkdtemp())
    (folder / "text.dl").write_text(HEAD + CONCEPTS + "".join(parts))
    return load(folder)


def counting(least: int) -> Guideline:
    """Return a guideline that covers where at least so many of 12 clues are found."""
    rule = f'medically_necessary(S, C, "A") :- service(S, C), #count {{ F : finding(F), clue(F) }} >= {least}.\n'
    return made(CLUE_FACTS, "%@ rule A: enough clues\n", rule)


def written_out() -> Guideline:
    """Return a guideline that covers by each of 12 clues, a rule each."""
    rules = [f'%@ rule A/{n}: {n}\nmedically_necessary(S, C, "A") :- service(S, C), finding({n}).\n' for n in CLUES]
    return made(*rules)


def table(rows: int) -> Guideline:
    """Return a guideline with a table of diagnoses and the most that is covered for each."""
    codes = [f'most("{chr(65 + i // 1000)}{i // 10 % 100:02}.{i % 10}", {i % 7}).\n' for i in range(rows)]
    rule = 'medically_necessary(S, C, "A") :- service(S, C), diagnosis(D), most(D, N), amount(M), M <= N.\n'
    return made("%@ facts A/most\n", *codes, "%@ rule A: within the most\n", rule)


def crossed(rows: int, below: int) -> Guideline:
    """Return a guideline that joins a table with itself, for numbers below one; the comparison comes last."""
    pairs = [f'most("{i}", {i}).\n' for i in range(rows)]
    rule = f'medically_necessary(S, C, "A") :- service(S, C), most(D, N), most(E, M), M < N, N < {below}.\n'
    return made("%@ facts A/most\n", *pairs, "%@ rule A: joined\n", rule)


def a_case(guideline: Guideline, **said: Any) -> Case:
    base = {"id": "measured", "date_of_service": "2024-05-01", "services": [{"cpt": "10001"}]}
    return read_case(base | said, guideline)


def medians(works: Iterable[Callable[[], object]], rounds: int) -> list[float]:
    """Return the median of each work in milliseconds, the works taking turns."""
    works = list(works)
    times: list[list[float]] = [[] for _ in works]
    for turn in range(rounds + 1):
        for work, kept in zip(works, times, strict=True):
            start = time.perf_counter()
            work()
            if turn:
                kept.append((time.perf_counter() - start) * 1000)
    return [statistics.median(kept) for kept in times]


def told(what: str, own: float, other: float, beside: str) -> None:
    print(f"{what:52} {own:9.2f} ms   {own / other:6.2f} of {beside}")


def counts(rounds: int) -> None:
    """At least 2 of 12 against at least 1 of 12, and against 12 rules."""
    two, one, rules = counting(2), counting(1), written_out()
    cases = [(each, a_case(each)) for each in (two, one, rules)]
    decided = medians([lambda g=g, c=c: judge(c, g) for g, c in cases], rounds)  # type: ignore[misc]
    told("at least 2 of 12 decided, nothing documented", decided[0], decided[1], "at least 1 of 12")
    told("at least 2 of 12 decided, nothing documented", decided[0], decided[2], "12 rules, one clue each")
    proofs = [prove(judge(case, each)) for each, case in cases]
    nodes = [sum(proof.graph.nodes[n]["kind"] == "counted" for n in proof.graph) for proof in proofs]
    print(f"{'counted in the proof of at least 2 of 12':52} {nodes[0]:9} node")
    missing = [judge(case, each).decision.lines[0].missing for each, case in cases]
    print(f"{'sets that would settle it (2 of 12, 1 of 12, rules)':52} {', '.join(str(len(m)) for m in missing):>9}")


def tables(rounds: int) -> None:
    """A table of 1,000 rows against one of 10."""
    small, large = table(10), table(1000)
    cases = [(each, a_case(each, diagnoses=["A00.3"], number=2)) for each in (small, large)]
    times = medians([lambda g=g, c=c: judge(c, g) for g, c in cases], rounds)  # type: ignore[misc]
    told("a table of 1,000 rows joined with a case", times[1], times[0], "one of 10 rows")
    few, all_ = crossed(200, 3), crossed(200, 200)
    times = medians([lambda g=g: judge(a_case(g), g) for g in (few, all_)], rounds)  # type: ignore[misc]
    told("200 rows with themselves, all but 3 filtered", times[0], times[1], "the same, none filtered")


LOAD = "from coverlog.engine.library.guideline import load; import sys; load(sys.argv[1])"


def loading(rounds: int) -> None:
    """10,000 facts loaded the first time, and from the second time on."""
    folders = {}
    for facts in (10, 10_000):
        folder = Path(tempfile.mkdtemp())
        rows = "".join(f'most("{i}", {i % 7}).\n' for i in range(facts))
        rule = '%@ rule A: within\nmedically_necessary(S, C, "A") :- service(S, C), most(C, N), N > 3.\n'
        (folder / "text.dl").write_text(HEAD + CONCEPTS + "%@ facts A/most\n" + rows + rule)
        folders[facts] = folder
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}

    def start(facts: int) -> None:
        subprocess.run([sys.executable, "-c", LOAD, str(folders[facts])], check=True, env=env)

    began = time.perf_counter()
    start(10_000)
    first = (time.perf_counter() - began) * 1000
    few, many = medians([lambda: start(10), lambda: start(10_000)], rounds)
    told("10,000 facts loaded by a new process, first time", first, few, "10 facts, kept")
    told("10,000 facts loaded by a new process, kept", many, few, "10 facts, kept")
    large = load(folders[10_000])
    case = a_case(large)
    times = medians([lambda: judge(case, large)], rounds)
    told("a decision beside 10,000 facts", times[0], many, "loading them")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    counts(rounds)
    tables(rounds)
    loading(rounds)


if __name__ == "__main__":
    main()
