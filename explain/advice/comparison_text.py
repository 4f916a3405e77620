"""A comparison of answers as text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from ...engine.program.program import Program
from .comparison import Comparison, Difference, Key, Told
from .phrases import some
from .wording import words

_MOST = 8
"""As many missing sets of a line are told that came or went; JSON holds them all."""
_SIGNS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
_HASH = 64  # the characters of a hash in hex


def as_text(found: Comparison, programs: tuple[Program, Program], width: int) -> str:
    """Return what differs, a paragraph a line of request, and the count of it, in at most `width` columns."""
    parts: list[str] = []
    for name, (old, new) in found.settings.items():
        told = f"{name.replace('_', ' ')}: {_names(old)} -> {_names(new)}"
        parts += textwrap.wrap(told, width, subsequent_indent="  ")
    for each in found.differences:
        parts += ["", *_difference(each, programs, width)]
    for side, keys in zip(("old", "new"), found.only, strict=True):
        parts += ["", *_list(f"only in the {side} answers", map(_line, keys), width)] if keys else []
    for name, *errors in found.errors:
        for side, error in zip(("old", "new"), errors, strict=True):
            told = f"{name}: not decided in the {side} answers: {error}"
            parts += ["", *textwrap.wrap(told, width, subsequent_indent="  ")] if error else []
    return "\n".join([*parts, "", *textwrap.wrap(_sum(found), width)]).strip()


def _names(values: Sequence[str]) -> str:
    """Return values in a row, hashes by their beginning."""
    told = [value[:12] if len(value) == _HASH else value for value in values[:3]]
    return ", ".join([*told, *(["..."] if len(values) > len(told) else [])]) or "not said"


def _line(key: Key) -> str:
    return f"{key[0]} {key[1]}@{key[2]}"


def _difference(each: Difference, programs: tuple[Program, Program], width: int) -> Iterator[str]:
    old, new = _outcome(each.old), _outcome(each.new)
    moved = f"{old} -> {new}" if old != new else f"stays {old}"
    yield from textwrap.wrap(f"{_line(each.key)}: {moved}", width, subsequent_indent="  ")
    if programs[0] is not programs[1]:
        for program, line in zip(programs, (each.old, each.new), strict=True):
            for name in line["by"]:
                yield from _list(f"  {program.name}, {name}", [words(name, program)], width)
    program = programs[1]
    went, came = each.missing(each.old, each.new), each.missing(each.new, each.old)
    for name, sets in (("was missing", went), ("is missing now", came)):
        told = [" and ".join(_need(need, program) for need in needs) for needs in sets]
        more = [f"{len(told) - _MOST} more (--format json)"] if len(told) > _MOST else []
        yield from _list(f"  {name}", [*told[:_MOST], *more], width, "; or ")


def _outcome(line: Told) -> str:
    by = f" by {', '.join(line['by'])}" if line["by"] else f": {line['reason']}" if line.get("reason") else ""
    return str(line["outcome"]).replace("_", " ") + by


def _need(need: dict[str, str], program: Program) -> str:
    """Return what was missing in words, as a decision that was written down has it."""
    label, needs = program.label(need["finding"]), need["needs"]
    if needs == "present":
        return label
    said = re.sub(r"([<>]=?) ", lambda sign: f"{_SIGNS[sign[1]]} ", needs)
    return f"{label} recorded as absent" if needs == "absent" else f"{label}{',' * (said != needs)} {said}"


def _list(name: str, items: Iterable[str], width: int, comma: str = ", ") -> list[str]:
    told = comma.join(items)
    return textwrap.wrap(f"{name}: {told}", width, subsequent_indent="    ") if told else []


def _sum(found: Comparison) -> str:
    """Return how many lines were compared, how many differ and in what."""
    number = len(found.differences)
    told = f"{some(found.lines, 'line')} of {some(found.cases, 'case')} compared, "
    if not number:
        return f"{told}none differs."
    kinds = {"outcome": "outcome", "by": "what decides", "missing": "what is missing"}
    counts = {words: sum(name in each.of for each in found.differences) for name, words in kinds.items()}
    differ = ", ".join(f"{count} in {words}" for words, count in counts.items() if count)
    moved = "; ".join(f"{n} {a} -> {b}".replace("_", " ") for (a, b), n in found.moved.items())
    return f"{told}{number} differ{'s' if number == 1 else ''}: {differ}." + (f" Outcomes: {moved}." if moved else "")
