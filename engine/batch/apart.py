"""Cases decided one by one where no circuit can, or where something in them is out of the ordinary."""

from __future__ import annotations

from collections.abc import Iterable

from ..cases.case import Case, Unreadable
from ..circuit.circuit import WORLDS, Line
from ..decision.decide import decide
from ..evaluation.columns import NotGroundedError
from ..language.errors import CaseError
from ..program.interface import CODE
from .back import cases_of
from .columns import Result, result_of, results_of
from .load import Loaded, insert
from .rejects import SOUND, TABLE
from .tables import CASE

AT_ONCE = 10_000
"""How many cases are put together at once."""


def decide_apart(batch: Loaded) -> None:
    """Decide every sound case of those that have been looked at closely."""
    numbers = batch.db.execute(f"SELECT case_no FROM cases WHERE {SOUND} ORDER BY case_no").fetchall()
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        for number, case, rows in cases_of(batch, f"case_no BETWEEN {part[0][0]} AND {part[-1][0]} AND {SOUND}"):
            try:
                if not isinstance(case, Case):
                    raise CaseError(faults=case.faults)
                found = results(case, batch)
            except CaseError as error:
                row = [number, case.id, number, str(error)]
                batch.db.execute("INSERT INTO rejects VALUES (?, ?, 'case', ?, ?)", row)
            else:
                for (place, *_), result in zip(rows, found, strict=True):
                    batch.ids[place - 1] = batch.number(result)


def results(case: Case, batch: Loaded) -> list[Result]:
    """Return what the lines of a case come to.

    :raises CaseError: where it cannot be decided.
    """
    told = None if batch.columns else _told(case, batch)
    if told:
        return list(map(result_of, told))
    return results_of(decide(case, batch.guideline, world=batch.world, as_of=batch.as_of), batch.columns)


def _told(case: Case, batch: Loaded) -> list[Line] | None:
    """Return what the circuit says of a case; None where the decision has to tell it."""
    try:
        circuit = batch.guideline.circuit(batch.as_of or case.date)
    except NotGroundedError:
        return None
    lines = [line[:2] for line in case.lines]
    inputs = circuit.read(case.facts)
    told = circuit.lines(inputs, lines, open_world=WORLDS[batch.world]) if inputs else None
    return told if told and all(line.outcome for line in told) else None


def decide_files(batch: Loaded, cases: Iterable[Case | Unreadable]) -> None:
    """Decide cases that were read from files; what cannot be read or decided is rejected."""
    import numpy as np

    batch.db.execute(TABLE)
    rows: list[tuple[str, int, str, int]] = []
    rejects: list[tuple[object, ...]] = []
    ids: list[int] = []
    for number, case in enumerate(cases, 1):
        batch.cases = number
        try:
            if isinstance(case, Unreadable):
                raise CaseError(faults=case.faults)
            found = results(case, batch)
        except CaseError as error:
            rejects.append((number, case.id, CASE, number, str(error)))
        else:
            rows += [(case.id, len(rows) + at, line.code, line.session) for at, line in enumerate(case.lines, 1)]
            ids += map(batch.number, found)
    batch.db.execute(f"""CREATE OR REPLACE TEMP TABLE all_service
        ("case" VARCHAR, row_no BIGINT, {CODE} VARCHAR, session BIGINT)""")
    insert(batch.db, "all_service", rows)
    insert(batch.db, "rejects", rejects)
    batch.ids = np.array(ids, np.int32)
