"""Cases decided one by one where no circuit can: of a guideline that cannot be grounded, or in folders of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..cases.case import Case, Unreadable
from ..circuit.circuit import WORLDS, Line
from ..decision.decide import decide
from ..evaluation.columns import NotGroundedError
from ..language.errors import CaseError
from .back import case_of
from .load import SOUND, Loaded, insert

Row = tuple[Any, ...]


def decide_apart(batch: Loaded) -> None:
    """Decide every case of a batch that has been read, one by one."""
    names = batch.db.execute(f'SELECT case_no, "case" FROM cases WHERE {SOUND} ORDER BY case_no').fetchall()
    for number, name in names:
        try:
            lines = list(_lines(case_of(batch, name), number, batch))
        except CaseError as error:
            batch.db.execute("INSERT INTO rejects VALUES (?, ?, 'case', ?, ?)", [number, name, number, str(error)])
        else:
            insert(batch.db, "result", lines)


def decide_files(batch: Loaded, cases: Iterable[Case | Unreadable]) -> None:
    """Decide cases that were read from files; what cannot be read or decided is rejected."""
    batch.empty()
    for number, case in enumerate(cases, 1):
        batch.db.execute("INSERT INTO cases VALUES (?, ?)", [number, case.id])
        try:
            if isinstance(case, Unreadable):
                raise CaseError(faults=case.faults)
            lines = list(_lines(case, number, batch))
        except CaseError as error:
            batch.db.execute("INSERT INTO rejects VALUES (?, ?, 'case', ?, ?)", [number, case.id, number, str(error)])
        else:
            insert(batch.db, "result", lines)


def _lines(case: Case, number: int, batch: Loaded) -> Iterator[Row]:
    for at, line in enumerate(_told(case, batch) or _decided(case, batch), 1):
        yield number, case.id, at, line.code, line.session, line.outcome, ", ".join(line.by) or None, line.reason


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


def _decided(case: Case, batch: Loaded) -> list[Line]:
    decision = decide(case, batch.guideline, world=batch.world, as_of=batch.as_of)
    return [Line(line.code, line.session, line.outcome, line.by, line.reason) for line in decision.lines]
