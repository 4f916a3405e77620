"""What a row of a batch may tell beside outcome, statements and reason: columns that are asked for by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..language.record import NamedTuple
from ..program.interface import FAVOURABLE

if TYPE_CHECKING:
    from ..circuit.circuit import Line
    from ..decision.decision import Decision, LineDecision
    from ..decision.need import AtLeast, Need

Result = tuple[Any, ...]
"""Outcome, statements and reason of a line, and what else is told of it."""
TOLD = ("outcome", "by", "reason")
"""The columns that every batch has."""
MISSING, DISTANCE = "missing", "distance"
_SEPARATOR = "; "
"""What stands between the things of a missing set, and between those of a choice, which are the last of a set."""


class Column(NamedTuple):
    """A column that may be asked for."""

    what: str
    of: Callable[[LineDecision, Decision], Any]
    kind: str = "VARCHAR"


def _missing(line: LineDecision) -> str | None:
    return joined(line.needs[0]) if line.needs else None


def joined(needs: Iterable[Need | AtLeast]) -> str:
    """Return the things of a missing set as one text."""
    return _SEPARATOR.join(map(str, needs))


def things(told: str) -> list[str]:
    """Return them again; so many of several are one thing."""
    single, *choices = re.split(rf"(?:^|{_SEPARATOR})(?=at least \d+ of: )", told)
    return [*filter(None, single.split(_SEPARATOR)), *choices]


def _distance(line: LineDecision) -> int | None:
    """Return how many things are missing; 0 for a favourable line, None where no documentation is awaited."""
    if line.role == FAVOURABLE:
        return 0
    return sum(need.size for need in line.needs[0]) if line.needs else None


COLUMNS = {
    MISSING: Column("the smallest set of what is to be documented", lambda line, _: _missing(line)),
    DISTANCE: Column("how many things are in it; 0 for a favourable line", lambda line, _: _distance(line), "INTEGER"),
    "rests_on": Column("the inferred statements and the readings that it rests on",
                       lambda line, _: ", ".join(line.rests_on) or None),
    "advisories": Column("the advisories that apply to the case",
                         lambda _, of: ", ".join(dict.fromkeys(each.id for each in of.advisories)) or None),
}  # fmt: skip
"""By name, what a batch tells where it is asked to; it costs a decision for each case that is different."""


def result_of(line: Line | LineDecision) -> Result:
    """Return what a line comes to as a row of a batch tells it."""
    return line.outcome, ", ".join(line.by) or None, line.reason


def results_of(decision: Decision, columns: Sequence[str]) -> list[Result]:
    """Return the same of each line of a decision, with the columns that are asked for."""
    return [(*result_of(line), *(COLUMNS[name].of(line, decision) for name in columns)) for line in decision.lines]
