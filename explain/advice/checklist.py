"""What would change an outcome, as questions to ask: the shortest list first, each with the statement that asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...engine.decision.decide import Judged, LineDecision
from ...engine.language.record import NamedTuple
from ...engine.program.interface import CODE, UNFAVOURABLE, WAITING
from ...engine.program.program import Program
from .asks import Ask, Item, called
from .groups import Group, groups, shared
from .phrases import wrapped
from .remedies import Way, Ways, unstated, ways
from .wording import covered_words, words

MORE = "There may be other ways; of all that there are these need the fewest things."
OTHERS = "There may be other ways: more than could be looked at."


class LineAsks(NamedTuple):
    """A line with every way that would cover it."""

    line: LineDecision
    asks: tuple[Ask, ...]  # the sets of what is missing, where it waits for information
    ways: Ways = Ways((), complete=True)


def checklist(judged: Judged, code: str = "") -> list[LineAsks]:
    """Return what to ask for every line of a case, or for the lines of one code.

    Fewest things come first; of equals, those of a criterion for what the case itself names.
    """
    lines = {(line.code, line.session): line for line in judged.decision.lines if code in ("", line.code)}
    found = [(line, ways(judged, line)) for line in lines.values()]
    return [LineAsks(line, tuple(way.ask for way in all_.ways) if line.missing else (), all_) for line, all_ in found]


def as_json(judged: Judged, lines: Iterable[LineAsks]) -> dict[str, Any]:
    """Return the checklist as the documented JSON object."""
    told = [
        {
            CODE: each.line.code,
            "session": each.line.session,
            "outcome": each.line.outcome,
            "missing_complete": each.line.missing_complete,
            "sets": [ask.as_json() for ask in each.asks],
            "ways_complete": each.ways.complete,
            "ways": [_way(way) for way in each.ways.ways],
        }
        for each in lines
    ]
    advisories = [advisory._asdict() for advisory in judged.decision.advisories]
    about = {name: getattr(judged.decision, name) for name in ("case", "guideline", "as_of", "world")}
    return {**about, "lines": told, "advisories": advisories}


def _way(way: Way) -> dict[str, Any]:
    objections = [advisory._asdict() for advisory in way.objections]
    return {"request": list(way.request), **way.ask.as_json(), "objections": objections, "whatif": list(way.options)}


def as_text(judged: Judged, lines: Sequence[LineAsks], width: int) -> str:
    """Return the checklist as boxes to tick; lines that ask the same are one, choices are drawn together."""
    case = judged.case
    dated = f" ({judged.dated})" * bool(judged.dated)
    parts = wrapped(f"{case.id}{': ' * bool(case.title)}{case.title}{dated}", width, subsequent_indent="  ")
    same: dict[tuple[object, ...], list[LineAsks]] = {}
    for each in lines:
        line, found = each.line, each.ways
        asked = [(way.request, way.ask, way.objections) for way in found.ways]
        same.setdefault((line.outcome, line.by, line.reason, found.complete, *asked), []).append(each)
    for alike in same.values():
        parts += ["", *_alike(alike, judged, width)]
    for advisory in judged.decision.advisories:
        told = wrapped(f"Advisory: {advisory.text}", width, subsequent_indent="  ")
        parts += ["", *told] if advisory == judged.decision.advisories[0] else told
    return "\n".join(parts)


def _alike(lines: Sequence[LineAsks], judged: Judged, width: int) -> Iterator[str]:
    """Yield what lines with one answer have in common, and what would change it."""
    line, found = lines[0].line, lines[0].ways
    drawn, program = groups(found.ways), judged.guideline.program
    because = f": {program.label(line.reason)}" if line.reason else f" by {', '.join(line.by)}" * bool(line.by)
    text = f"{', '.join(called(each.line, judged) for each in lines)}: {line.words}{because}"
    text += "" if line.reason else f"; {_change(lines[0], drawn, judged)}"
    yield from wrapped(text, width, subsequent_indent="  ")
    if line.lacks:
        yield from wrapped(unstated(judged), width, initial_indent="  ", subsequent_indent="  ")
    yield from listed(drawn, program, width, "  ")
    if not found.complete:
        more = MORE if line.outcome == WAITING else OTHERS
        yield from wrapped(f"  {more}", width, subsequent_indent="  ")


def _change(each: LineAsks, drawn: Sequence[Group], judged: Judged) -> str:
    """Return what would change the outcome of a line, or that nothing would or is asked for."""
    line, found = each.line, each.ways.ways
    if not line.lacks:
        return "nothing is missing"
    if not found:
        from .nothing import between  # slow to import, and only a line that no list would settle is told so

        if told := between(line, judged):
            return f"no answer leads to a yes; {told}"
        return f"nothing that is {'missing' if line.role == WAITING else 'known'} would change that"
    led = [way.ask.outcome for way in found]
    covered = covered_words(judged.guideline.program, led)
    if line.role == UNFAVOURABLE:
        return f"it would be {covered} with {_any(drawn)}"
    return f"enough{f' to be {covered}' * any(led)} is {_any(drawn)}"


def _any(found: Sequence[object]) -> str:
    return "this" if len(found) == 1 else "any one of these lists"


def listed(found: Sequence[Group], program: Program, width: int, indent: str) -> Iterator[str]:
    """Yield groups of ways as numbered lists of boxes to tick, with what the guideline says against them.

    What all of them ask for comes first.
    """
    common, rest = shared(found)
    several = len({group.outcome for group in found}) > 1
    if common:
        yield f"{indent}each of them asks for this:"
        for choice in common:
            yield from _tick(choice, width, indent + " " * 3)
    for number, group in enumerate(rest, 1):
        told = "; ".join(f"{name}: {words(name, program)}" for name in group.statements)
        told += f" ({program.outcome(group.outcome).words})" if group.outcome and several else ""
        begin, under = f"{indent}{number}. ", indent + " " * 3
        yield from wrapped(f"for {told}", width, initial_indent=begin, subsequent_indent=under)
        for request in group.request:
            text = f"Can the request be such that {request}?"
            yield from wrapped(text, width, initial_indent=f"{under}[ ] ", subsequent_indent=under + " " * 4)
        for choice in group.box:
            yield from _tick(choice, width, under)
        for advisory in group.objections:
            text = f"Advisory: {advisory.text}"
            yield from wrapped(text, width, initial_indent=under + " " * 4, subsequent_indent=under + " " * 6)


def _tick(choice: Sequence[Item], width: int, under: str) -> Iterator[str]:
    """Yield one thing to tick, or one of several, each with its statement."""
    for index, item in enumerate(choice):
        mark = f"{under} or " if index else f"{under}[ ] "
        text = item.question if item.of else f"{item.question}  [{item.statement}]"
        yield from wrapped(text, width, initial_indent=mark, subsequent_indent=under + " " * 4)
        for each in item.of:
            yield from _tick([each], width, under + " " * 4)
