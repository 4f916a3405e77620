"""The guideline, the cases and the answers that the peers are held against."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from coverlog.engine.batch.back import cases_of, take
from coverlog.engine.batch.load import Loaded
from coverlog.engine.batch.sources import connect, sources
from coverlog.engine.cases.case import Case
from coverlog.engine.decision.decide import decide
from coverlog.engine.evaluation.symbols import OTHER
from coverlog.engine.language.terms import quote
from coverlog.engine.library.guideline import load
from coverlog.engine.program.interface import WAITING

GENERATE = Path(__file__).parent.parent / "generate.py"
DATE = "2025-06-01"
GUIDELINE = load()
CIRCUIT = GUIDELINE.circuit(DATE)
PROGRAM = CIRCUIT.grounded.program
Line = tuple[str, int, str, tuple[str, ...]]
"""Code, session, outcome, and the statements or the reason of a line."""
Lines = list[Line]
Sets = dict[tuple[str, int], list[list[str]]]
"""The missing sets of each line that waits, each in words."""


def generate(folder: Path, kind: str, number: int, seed: int) -> None:
    """Write tables of cases."""
    options = ["--cases", str(number), "--seed", str(seed), "--kind", kind]
    subprocess.run([sys.executable, str(GENERATE), str(folder), *options], check=True)


def drawn(folder: Path, number: int, seed: int = 1) -> list[Case]:
    """Draw cases, half of them realistic, half of them anything.

    Those are kept that do not contradict themselves, and that state each open choice, such as a setting: the open world
    as it is written for clingo documents no choice.
    """
    return [case for kind in ("realistic", "adversarial") for case in _drawn(folder / kind, kind, number // 2, seed)]


def _drawn(folder: Path, kind: str, number: int, seed: int) -> Iterator[Case]:
    generate(folder, kind, number, seed)
    db = connect()
    batch = Loaded(db, GUIDELINE, "closed", DATE)
    batch.look(sources(folder, [batch.tables], db)[0])
    db.execute('CREATE TEMP TABLE sample AS SELECT "case" FROM all_case')
    take(batch, "sample")
    yield from (case for _, case, _ in cases_of(batch) if isinstance(case, Case) and _is_fit(case))


def _is_fit(case: Case) -> bool:
    choices = {each.name for each in PROGRAM.predicates.values() if each.is_open and each.is_choice}
    if not choices <= {atom.predicate for atom in case.facts}:
        return False
    inputs = CIRCUIT.read(case.facts)
    return inputs is not None and CIRCUIT.lines(inputs, [], open_world=False) is not None


def by_decide(case: Case) -> Lines:
    """Return what the decision says in the closed world."""
    found = decide(case, GUIDELINE, world="closed", as_of=DATE).lines
    return sorted((line.code, line.session, line.outcome, line.by or (line.reason or "",)) for line in found)


def by_open_decide(case: Case) -> tuple[Lines, Sets]:
    """Return what the decision says in the open world, with the missing sets of the lines that wait."""
    found = decide(case, GUIDELINE, world="open", as_of=DATE).lines
    lines = sorted((line.code, line.session, line.outcome, line.by or (line.reason or "",)) for line in found)
    waiting = {(line.code, line.session): sorted(sorted(map(str, needs)) for needs in line.needs)
               for line in found if line.outcome == WAITING}  # fmt: skip
    return lines, waiting


def of_open_circuit(case: Case) -> Lines:
    """Return what the circuit says in the open world."""
    return _by_circuit(case, open_world=True)


def by_circuit(case: Case) -> Lines:
    """Return what the circuit says in the closed world."""
    return _by_circuit(case, open_world=False)


def _by_circuit(case: Case, *, open_world: bool) -> Lines:
    inputs = CIRCUIT.read(case.facts)
    told = CIRCUIT.lines(inputs, [line[:2] for line in case.lines], open_world=open_world) if inputs else None
    return sorted((e.code, e.session, e.outcome, e.by or (e.reason or "",)) for e in told or ())


def known(code: str) -> str:
    """Return the code, quoted, that stands for one of a case."""
    return quote(code) if quote(code) in CIRCUIT.tables else OTHER


Told = Mapping[tuple[int, str], Iterable[int]]
"""By session and code, the places of the ways that are so."""


def settled(case: Case, sure: Told, possible: Told | None = None) -> Lines:
    """Return the lines of a case.

    :param possible: the ways that may be so; without it no other than those that are.
    """
    return sorted(_settled(case, sure, sure if possible is None else possible))


def _settled(case: Case, sure: Told, possible: Told) -> Iterator[Line]:
    for code, session, *_ in case.lines:
        key, table = (session, known(code)), CIRCUIT.tables[known(code)]
        so, may_be = set(sure.get(key, ())), set(possible.get(key, ()))
        found = [(outcome, [last for last, place in ways if place in so]) for outcome, ways in table]
        left = [outcome for outcome, ways in table if any(place in may_be for _, place in ways)]
        name, by, reason = CIRCUIT.settled([each for each in found if each[1]], left)
        yield code, session, name, by or (reason or "",)


def ratio(one: Sequence[float], two: Sequence[float]) -> list[float]:
    """Return the ratios of two ways, round by round."""
    return [a / b for a, b in zip(one, two, strict=True)]
