"""Cases decided one by one where no circuit can, or where something in them is out of the ordinary."""

from __future__ import annotations

from collections.abc import Iterator

from ..cases.case import Case, Unreadable
from ..circuit.circuit import WORLDS, Line
from ..decision.decide import decide
from ..evaluation.limits import NotGroundedError
from ..language.errors import CaseError, FaultError
from .back import cases_of
from .columns import Result, result_of, results_of
from .load import Loaded
from .rejects import SOUND, Refused, reject


def decide_apart(batch: Loaded) -> None:
    """Decide every sound case of those that have been looked at closely."""
    reject(batch.db, _refused(batch))


def _refused(batch: Loaded) -> Iterator[Refused]:
    """Decide them, and yield those that cannot be."""
    for number, case, rows in cases_of(batch, SOUND):
        try:
            found = results(case, batch)
        except FaultError as error:
            yield number, case.id, error
        else:
            for (place, *_), result in zip(rows, found, strict=True):
                batch.ids[place - 1] = batch.number(result)


def results(case: Case | Unreadable, batch: Loaded) -> list[Result]:
    """Return what the lines of a case come to.

    :raises CaseError: where it cannot be read or decided.
    """
    if isinstance(case, Unreadable):
        raise CaseError(faults=case.faults)
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
