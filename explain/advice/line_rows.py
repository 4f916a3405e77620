"""Decided lines as rows: the outcome, the reason in a sentence, and the least that would make each favourable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import inf
from typing import Any, NamedTuple

from ...engine.cases.case import Unreadable
from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.need import Need
from ...engine.program.interface import CODE, FAVOURABLE, SILENT, UNFAVOURABLE, WAITING, Outcome
from .account import Account, accounts
from .blocks import Block
from .item import MET
from .phrases import listed
from .remedies import Way, ways
from .told import ANY, asked
from .wording import answer

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
    told = {line.key: account for account in accounts(item) for line in account.lines}
    lines = {line.key: line for line in item.decision.lines}
    return [_row(told[key], line, item) for key, line in lines.items()]


def _row(account: Account, line: LineDecision, judged: Judged) -> Row:
    nearest = next(iter(ways(judged, line).ways), None)
    distance = 0 if line.role == FAVOURABLE else nearest.size if nearest else None
    told = listed(_things(nearest, account, judged)) if nearest else ""
    case, because = judged.decision.case, reason(account, judged)
    return Row(case, line.code, line.session, line.outcome, line.by, because, told, distance, line.declared)


def reason(account: Account, judged: Judged) -> str:
    """Return why lines have their outcome, in a sentence: the items of the nearest criterion that decide it."""
    line, blocks = account.lines[0], account.blocks
    if line.reason:
        return judged.guideline.program.label(line.reason)
    if line.role == FAVOURABLE:
        return "; ".join(f"{block.statement}: {block.words}" for block in blocks if block.statement in line.by)
    if account.nothing or account.between:
        return (account.nothing or account.between).removesuffix(".")
    nearest = [block for block in blocks if block.criterion == blocks[0].criterion]
    return "; ".join(filter(None, map(_lacks, nearest)))


def _lacks(block: Block) -> str:
    """Return a statement with what it lacks; empty where that is nothing."""
    parts, any_one = asked(block)
    texts = [text for state, text in parts if state != MET]
    return f"{block.statement}: {ANY * any_one}{'; '.join(texts)}" if texts else ""


def _things(way: Way, account: Account, judged: Judged) -> list[str]:
    """Return what a way takes; where the case names nothing to be tested for, none is proposed."""
    if account.nothing and any(isinstance(item.need, Need) and item.need.stated for item in way.ask.items):
        return ["what a criterion for this request names", *["what that criterion asks for"] * (way.size > 1)]
    return [*way.request, *(answer(item.need, judged.guideline.program) for item in way.ask.items)]


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
