"""Decided lines as rows: the outcome, the reason in a sentence, and the least that would make each favourable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import inf
from typing import Any, NamedTuple

from ...engine.cases.case import Unreadable
from ...engine.decision.decide import Judged, LineDecision
from ...engine.program.interface import CODE, FAVOURABLE, SILENT, UNFAVOURABLE, WAITING, Outcome
from .phrases import listed
from .reasons import Reasons
from .remedies import Way, ways
from .wording import answer, words

UNREAD = "not_read"
_TOLD = (FAVOURABLE, UNFAVOURABLE, WAITING, SILENT)


class Row(NamedTuple):
    """A line of a case, or a case that could not be read or decided."""

    case: str
    code: str
    session: int | None
    outcome: str  # or UNREAD
    by: tuple[str, ...]
    reason: str
    nearest: str  # the least that is to be documented, stated or requested; empty where nothing is, or is known
    distance: int | None  # the number of things in it; 0 for a favourable line, None where no way is known
    declared: Outcome | None = None  # the outcome as the guideline declares it

    def as_json(self) -> dict[str, Any]:
        """Return the row as the documented JSON object."""
        told = self._asdict() | {"by": list(self.by)}
        return {CODE if name == "code" else name: value for name, value in told.items() if name != "declared"}


def rows_of(item: Judged | Unreadable) -> list[Row]:
    """Return a row for each line of a decided case, in its order, or the one of a case that could not be decided."""
    if isinstance(item, Unreadable):
        return [Row(item.id, "", None, UNREAD, (), "; ".join(item.error.splitlines()), "", None)]
    reasons = Reasons(item)
    lines = {line.key: line for line in item.decision.lines}
    return [_row(line, reasons) for line in lines.values()]


def _row(line: LineDecision, reasons: Reasons) -> Row:
    nearest = next(iter(ways(reasons.judged, line).ways), None)
    distance = 0 if line.role == FAVOURABLE else nearest.size if nearest else None
    told = listed(_things(nearest, reasons)) if nearest else ""
    because = reason(line, reasons, nearest)
    case = reasons.judged.decision.case
    return Row(case, line.code, line.session, line.outcome, line.by, because, told, distance, line.declared)


def reason(line: LineDecision, reasons: Reasons, nearest: Way | None) -> str:
    """Return why a line has its outcome, in a sentence.

    :param nearest: the least that would make it favourable, where there is such.
    """
    program = reasons.program
    if line.reason:
        return program.label(line.reason)
    if line.role == FAVOURABLE:
        return "; ".join(f"{name}: {words(name, program)}" for name in line.by)
    if line.role == WAITING:
        named = nearest.ask.statements if nearest else ()
        return "; ".join(f"{name} asks for what is not documented: {words(name, program)}" for name in named)
    short = [f"{each.statement}: {because}" for each in reasons.shortfalls(line) for because in each.because]
    return "; ".join(short) or "no criterion speaks of what the case says"


def _things(way: Way, reasons: Reasons) -> list[str]:
    return [*way.request, *(answer(item.need, reasons.program) for item in way.ask.items)]


def distance(item: Judged | Unreadable) -> float:
    """Return how few things would make some line of a case favourable that is not; infinite where none is known."""
    return min(map(remoteness, rows_of(item)), default=inf)


def remoteness(row: Row) -> float:
    """Return the distance of a row as a number to sort by."""
    return inf if row.distance is None else row.distance


def totals(rows: Iterable[Row]) -> dict[str, int]:
    """Return how many lines have each outcome, in the order in which outcomes are told; what is not read comes last."""
    count = Counter((row.declared, row.outcome) for row in rows)
    return {name: number for (_, name), number in sorted(count.items(), key=lambda each: _turn(*each[0]))}


def _turn(declared: Outcome | None, name: str) -> tuple[int, int, str]:
    return (_TOLD.index(declared.role), declared.order, name) if declared else (len(_TOLD), 0, name)
