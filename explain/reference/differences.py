"""How two editions or guidelines differ, as text and as data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ...engine.analysis.conditions import NOT, OPEN, Names, Value, Way, ways_of
from ...engine.analysis.diff import REFUSED, Change, Pair
from ...engine.cases.written import as_yaml
from ...engine.language.terms import Atom, Var
from ...engine.program.interface import CODE
from ...engine.program.program import Program
from ...engine.program.words import any_of, say_atom
from ..advice.phrases import some
from .analyses import witness


class Told(NamedTuple):
    """A kind of change, for all codes of which it is the same, and when it comes about, in words."""

    change: Change
    codes: tuple[str, ...]
    when: tuple[tuple[str, ...], ...]  # each way, and what is so in it
    complete: bool
    statements: tuple[str, ...]  # those of the rules that are on one side alone and fire for the case


def differences(pair: Pair) -> list[Told]:
    """Return every kind of change between two sides; none where it is proved that there is none."""
    found: dict[tuple[Any, ...], Told] = {}
    for change, literals in pair.changes():
        ways: list[Way] = []
        complete = True
        if REFUSED not in (change.before, change.after):
            ways, complete = ways_of(pair, change, literals, Names(pair, change.codes))
        programs = [side.guideline.program for side in pair.sides]
        when = tuple(tuple(_said(atom, value, programs) for atom, value in way) for way in ways)
        key = (change.before, change.after, change.gained, change.lost, tuple(sorted(when)))
        if key in found:
            found[key] = found[key]._replace(codes=(*found[key].codes, *change.codes))
        else:
            found[key] = Told(change, change.codes, when, complete, _statements(change, programs))
    return list(found.values())


def _said(atom: Atom, value: Value, programs: Sequence[Program]) -> str:
    program = next((p for p in programs[::-1] if atom.predicate in p.predicates), programs[-1])
    text = say_atom(atom, program).replace(" in session 1", "").replace("session 1", "the session")
    if atom.args and isinstance(atom.args[-1], Var):
        last = any_of(program.declared()[atom.predicate].params[-1])
        text = text.replace(last, f"{last} that does not change", 1)
    if len(value) > 1:
        words = {NOT: "not", OPEN: "not documented"}
        return f"{text}: {words.get(value[0], 'so')} before, and {words.get(value[1], 'so')} after"
    return {NOT: f"not: {text}", OPEN: f"it is not documented whether {text}"}.get(value[0], text)


def _statements(change: Change, programs: Sequence[Program]) -> tuple[str, ...]:
    rules = [rule for program in programs for rule in program.rules if rule.id in change.rules]
    return tuple(dict.fromkeys(cite for rule in rules for cite in rule.cites))


def as_json(pair: Pair, found: Sequence[Told], flips: Sequence[dict[str, Any]] | None) -> dict[str, Any]:
    """Return how two sides differ as the documented JSON object."""
    sides = [{"guideline": side.guideline.program.name, "as_of": side.date} for side in pair.sides]
    return {
        "before": sides[0], "after": sides[1], "world": pair.world or "both",
        "equivalent": not found, "proved": pair.legal.complete,
        "changes": [
            {
                "codes": list(each.codes), "before": each.change.before, "after": each.change.after,
                "gained": each.change.gained, "lost": each.change.lost, "when": [list(way) for way in each.when],
                "complete": each.complete, "statements": list(each.statements), "rules": list(each.change.rules),
                "witnesses": [witness(one) for one in each.change.witnesses],
            }
            for each in found
        ],
        **({} if flips is None else {"flips": list(flips)}),
    }  # fmt: skip


def as_text(pair: Pair, found: Sequence[Told], flips: Sequence[dict[str, Any]] | None, width: int) -> str:
    """Return how two sides differ as text."""
    names = [f"{side.guideline.program.name} of {side.date}" for side in pair.sides]
    lines = [f"{names[0]} and {names[1]}, every legal case", ""]
    if not found:
        lines.append("proved: every line of every legal case has the same answer on both sides")
    for each in found:
        lines += _block(each, pair, width)
    if flips is not None:
        lines += _flips(flips)
    return "\n".join(lines).rstrip() + "\n"


def _block(each: Told, pair: Pair, width: int) -> Iterator[str]:
    change = each.change
    sides = zip((change.before, change.after), pair.sides, strict=True)
    words = [name if name == REFUSED else side.guideline.program.outcome(name).words for name, side in sides]
    if change.before != change.after:
        head = f"{words[0]} becomes {words[1]}"
    else:
        head = f"{words[0]}, {'now also' if change.gained else 'no longer'} by {change.gained or change.lost}"
    yield from textwrap.wrap(f"{head}: {', '.join(each.codes)}", width, subsequent_indent="    ")
    for at, way in enumerate(each.when):
        text = f"{'or where' if at else 'where'} {'; '.join(way) or 'nothing more is asked'}"
        yield from textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    if not each.complete:
        yield "  or in other ways, which are not told here"
    if each.statements:
        text = f"by {', '.join(each.statements)}"
        yield from textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    one, two = change.witnesses
    told = f"{_answer(one.answer, one.by)}; then {_answer(two.answer, two.by)}"
    yield f"  for example ({one.code}, {one.world} world: {told}):"
    yield from (f"    {line}" for line in as_yaml(max(two.said, one.said, key=_size)).splitlines())
    yield ""


def _size(said: dict[str, Any]) -> int:
    """Return how much a case says: each side is shown what it has words for."""
    return len(as_yaml(said))


def _answer(answer: str, by: Sequence[str]) -> str:
    return f"{answer} by {', '.join(by)}" if by else answer


def _flips(flips: Sequence[dict[str, Any]]) -> Iterator[str]:
    number = some(len(flips), "line") if flips else "no line"
    yield f"{number} of the cases named change{'s' * (len(flips) < 2)}"
    for flip in flips:
        before, after = (_answer(flip[side]["outcome"], flip[side]["by"]) for side in ("before", "after"))
        yield f"  {flip['case']} {flip[CODE]}@{flip['session']}: {before}; then {after}"
