"""Other engines on the same rules and cases, in the closed world, as ratios of CPU time measured in one run.

Each is held against `decide` on random cases before it is timed; they then take turns, the cases shuffled. What they
are given is written from the rule text, not by hand.

Run: python benchmarks/peers/run.py [--cases 300] [--batch 2000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import clingo
from coverlog.engine.batch.back import cases_of, take
from coverlog.engine.batch.load import Loaded
from coverlog.engine.batch.several import Batches
from coverlog.engine.batch.sources import connect, sources
from coverlog.engine.cases.case import Case
from coverlog.engine.decision.decide import decide
from coverlog.engine.language.errors import CaseError
from coverlog.engine.language.terms import Atom, Rule, unquote
from coverlog.engine.library.guideline import load
from coverlog.engine.program.asp import CLOSED, as_asp
from coverlog.engine.program.asp_counts import spelt
from coverlog.engine.program.interface import SILENT

GENERATE = Path(__file__).parent.parent / "generate.py"
DATE = "2025-06-01"
GUIDELINE = load()
CIRCUIT = GUIDELINE.circuit(DATE)
NAMES = {outcome.name for outcome in CIRCUIT.grounded.program.outcomes}
SILENT_ONES = {outcome.name for outcome in CIRCUIT.grounded.program.of_role(SILENT)}
Lines = list[tuple[str, int, str, tuple[str, ...]]]  # code, session, outcome, statements


def drawn(folder: Path, number: int) -> list[Case]:
    """Draw cases that do not contradict themselves."""
    subprocess.run([sys.executable, str(GENERATE), str(folder), "--cases", str(number)], check=True)
    db = connect()
    batch = Loaded(db, GUIDELINE, "closed", DATE)
    batch.look(sources(folder, batch.tables, db))
    db.execute('CREATE TEMP TABLE sample AS SELECT "case" FROM all_case')
    take(batch, "sample")
    return [case for _, case, _ in cases_of(batch) if isinstance(case, Case) and by_decide(case)]


def by_decide(case: Case) -> Lines:
    try:
        found = decide(case, GUIDELINE, world="closed", as_of=DATE).lines
    except CaseError:
        return []
    return sorted((line.code, line.session, line.outcome, line.by or (line.reason or "",)) for line in found)


def by_circuit(case: Case) -> Lines:
    inputs = CIRCUIT.read(case.facts)
    told = CIRCUIT.lines(inputs, [line[:2] for line in case.lines], open_world=False) if inputs else None
    return sorted((e.code, e.session, e.outcome, e.by or (e.reason or "",)) for e in told or ())


def of_atoms(case: Case, atoms: Sequence[clingo.Symbol]) -> Lines:
    """Return the lines of a case, read off what holds."""
    found: dict[tuple[int, str], dict[str, list[str]]] = {}
    for atom in atoms:
        if atom.name in NAMES:
            session, code, way = atom.arguments
            found.setdefault((session.number, code.string), {}).setdefault(atom.name, []).append(unquote(str(way)))
    told = []
    for line in case.lines:
        here = found[line.session, line.code]
        (name,) = here
        last = sorted(here[name])
        told.append((line.code, line.session, name, tuple(last[:1] if name in SILENT_ONES else last)))
    return sorted(told)


def by_clingo(case: Case) -> Lines:
    """Let clingo read the text for each case."""
    control = clingo.Control(["--warn=none"])
    control.add("base", [], as_asp(GUIDELINE.program, GUIDELINE.strata, DATE, list(case.facts), CLOSED))
    control.ground([("base", [])])
    with control.solve(yield_=True) as handle:
        return next(of_atoms(case, model.symbols(atoms=True)) for model in handle)


def of_all(rule: Rule) -> str:
    """Return a rule with the case as a first argument of all that a case can change."""
    from_case = GUIDELINE.strata.from_case

    def told(atom: Atom) -> str:
        name, _, args = str(atom).partition("(")
        return f"{name}(Case_{', ' + args if args else ')'}" if atom.predicate in from_case else str(atom)

    if rule.head.predicate not in from_case:
        return f"{rule.head} :- {', '.join(map(spelt, rule.body))}." if rule.body else f"{rule.head}."
    parts = [f"{'' if part.positive else 'not '}{told(part.atom)}" for part in rule.literals]
    return f"{told(rule.head)} :- {', '.join(['a_case(Case_)', *parts, *map(spelt, rule.comparisons)])}."


def by_clingo_at_once(cases: Sequence[Case]) -> list[Lines]:
    """Let clingo ground the rules once for all cases together."""
    text = [of_all(rule) for rule in GUIDELINE.program.edition(DATE)]
    for at, case in enumerate(cases):
        text.append(f"a_case({at}).")
        text += (f"{name}({at}{', ' + args if args else ')'}." for name, _, args in
                 (str(atom).partition("(") for atom in case.facts))  # fmt: skip
    control = clingo.Control(["--warn=none"])
    control.add("base", [], "\n".join([*text, *(f"#show {name}/4." for name in NAMES)]))
    control.ground([("base", [])])
    atoms: list[list[clingo.Symbol]] = [[] for _ in cases]
    with control.solve(yield_=True) as handle:
        for atom in next(iter(handle)).symbols(shown=True):
            atoms[atom.arguments[0].number].append(clingo.Function(atom.name, atom.arguments[1:]))
    return [of_atoms(case, its) for case, its in zip(cases, atoms, strict=True)]


def cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def by_batch(folder: Path) -> None:
    of = Batches(connect(), GUIDELINE, "closed", DATE)
    of.run(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description="Compares engines on the same rules and cases.")
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--batch", type=int, default=2_000)
    parser.add_argument("--large", type=int, default=100_000, help="cases of the batch of coverlog")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        cases = drawn(Path(name) / "few", options.cases)
        many = drawn(Path(name) / "many", options.batch)
        large = Path(name) / "large"
        subprocess.run([sys.executable, str(GENERATE), str(large), "--cases", str(options.large)], check=True)
        at_once = by_clingo_at_once(cases)
        for case, lines in zip(cases, at_once, strict=True):
            assert by_decide(case) == by_circuit(case) == by_clingo(case) == lines, case.id  # noqa: S101
        print(f"{len(cases)} cases: the circuit, clingo and clingo at once say what decide says")
        by_batch(large)
        each: dict[str, list[float]] = {}
        for _ in range(options.rounds):
            random.shuffle(cases)
            for work in (by_clingo, by_decide, by_circuit):
                took = cpu(lambda work=work: [work(case) for case in cases])  # type: ignore[misc]
                each.setdefault(work.__name__, []).append(took / len(cases))
            each.setdefault("by_clingo_at_once", []).append(cpu(lambda: by_clingo_at_once(many)) / len(many))
            each.setdefault("by_batch", []).append(cpu(lambda: by_batch(large)) / options.large)
        base = statistics.median(each["by_clingo"])
        for work_name, times in each.items():
            took = statistics.median(times)
            print(f"{work_name:20} {took * 1e6:10.1f} us of CPU a case, {took / base:8.5f} of clingo, case by case")
        ratio = statistics.median(a / b for a, b in zip(each["by_clingo_at_once"], each["by_batch"], strict=True))
        print(f"clingo at once / batch: {ratio:.0f}")


if __name__ == "__main__":
    main()
