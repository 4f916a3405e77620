"""What documentation is missing, as questions to ask: the shortest list first, each with the statement that asks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ...engine.decision.decide import Judged, LineDecision, outcomes
from ...engine.program.interface import FAVOURABLE, WAITING
from .asks import Ask, Item, asks, boxes, called
from .wording import words

MORE = "There may be other ways; of all that there are these need the fewest things."


class LineAsks(NamedTuple):
    """A line with every set that would make it medically necessary."""

    line: LineDecision
    asks: tuple[Ask, ...]


def checklist(judged: Judged, cpt: str = "") -> list[LineAsks]:
    """Return what to ask for every line of a case decided in the open world, or for the lines of one code.

    Fewest items come first; of equals, those of a criterion for what the case itself names.
    """
    lines = {(line.cpt, line.session): line for line in judged.decision.lines if cpt in ("", line.cpt)}
    return [LineAsks(line, tuple(_asks(line, judged))) for line in lines.values()]


def _asks(line: LineDecision, judged: Judged) -> list[Ask]:
    if not line.missing:
        return []
    return asks(outcomes(judged.model, line.session, line.cpt)[FAVOURABLE], judged)


def as_json(judged: Judged, lines: Iterable[LineAsks]) -> dict[str, Any]:
    """Return the checklist as the documented JSON object."""
    told = [
        {
            "cpt": each.line.cpt,
            "session": each.line.session,
            "missing_complete": each.line.missing_complete,
            "sets": [{"for": list(a.statements), "items": [i.as_json() for i in a.items]} for a in each.asks],
        }
        for each in lines
    ]
    return {"case": judged.decision.case, "lines": told}


def as_text(judged: Judged, lines: Sequence[LineAsks], width: int) -> str:
    """Return the checklist as boxes to tick; lines that ask the same are one, choices are drawn together."""
    case = judged.case
    parts = textwrap.wrap(f"{case.id}: {case.title}" if case.title else case.id, width, subsequent_indent="  ")
    groups: dict[tuple[Ask, ...], list[LineDecision]] = {}
    for line, wanted in lines:
        groups.setdefault(wanted, []).append(line)
    for wanted, same in groups.items():
        codes = ", ".join(called(line, judged) for line in same)
        parts += ["", *(_many(codes, wanted, judged, width) if wanted else _nothing(same, judged, width))]
        parts += [] if same[0].missing_complete else textwrap.wrap(f"  {MORE}", width, subsequent_indent="  ")
    return "\n".join(parts)


def _nothing(lines: Sequence[LineDecision], judged: Judged, width: int) -> Iterator[str]:
    for line in lines:
        by = f" by {', '.join(line.by)}" if line.by else ""
        text = f"{called(line, judged)}: nothing is missing; it is {line.outcome.replace('_', ' ')}{by}"
        if line.outcome == WAITING:
            text = f"{called(line, judged)}: nothing that is missing would make it medically necessary"
        yield from textwrap.wrap(text, width, subsequent_indent="  ")


def _many(codes: str, wanted: Sequence[Ask], judged: Judged, width: int) -> Iterator[str]:
    several = "; any one of these lists is enough" if len(wanted) > 1 else ""
    yield from textwrap.wrap(f"{codes}: more information needed{several}", width, subsequent_indent="  ")
    sets: dict[tuple[str, ...], list[tuple[Item, ...]]] = {}
    for ask in wanted:
        sets.setdefault(ask.statements, []).append(ask.items)
    drawn = [(statements, box) for statements, same in sets.items() for box in boxes(same)]
    for number, (statements, box) in enumerate(sorted(drawn, key=lambda d: len(d[1])), 1):
        told = "; ".join(f"{name}: {words(name, judged.guideline.program)}" for name in statements)
        yield from textwrap.wrap(f"{number}. for {told}", width, initial_indent="  ", subsequent_indent="     ")
        for choice in box:
            yield from _tick(choice, width)


def _tick(choice: Sequence[Item], width: int) -> Iterator[str]:
    """Yield one thing to tick, or one of several, each with its statement."""
    for index, item in enumerate(choice):
        mark = "     [ ] " if not index else "      or "
        text = item.question if item.of else f"{item.question}  [{item.statement}]"
        yield from textwrap.wrap(text, width, initial_indent=mark, subsequent_indent=" " * 9)
        for each in item.of:
            text = f"{each.question}  [{each.statement}]"
            yield from textwrap.wrap(text, width, initial_indent=" " * 9 + "[ ] ", subsequent_indent=" " * 13)
