"""A comparison of answers as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ...engine.program.program import Program
from .comparison import Comparison, Difference, Key, Told
from .phrases import some, wrapped
from .units import AMOUNT, number_of, unit_of
from .wording import behind, come_to, words

_MOST = 8
"""As many missing sets of a line are told that came or went; JSON holds them all."""
_SIGNS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "=": "exactly"}
_HASH = 64  # the characters of a hash in hex


Known = Sequence[Mapping[str, Program]]
"""The guidelines of the old and of the new answers, by their names."""


def as_text(found: Comparison, known: Known, width: int) -> str:
    """Return what differs, a paragraph a line of request, and the count of it, in at most `width` columns."""
    parts: list[str] = []
    for name, (old, new) in found.settings.items():
        told = f"{name.replace('_', ' ')}: {_names(old)} -> {_names(new)}"
        parts += wrapped(told, width, subsequent_indent="  ")
    for each in found.differences:
        parts += ["", *_difference(each, known, width)]
    for side, keys in zip(("old", "new"), found.only, strict=True):
        parts += ["", *_list(f"only in the {side} answers", map(_line, keys), width)] if keys else []
    for name, *errors in found.errors:
        for side, error in zip(("old", "new"), errors, strict=True):
            told = f"{name}: not decided in the {side} answers: {error}"
            parts += ["", *wrapped(told, width, subsequent_indent="  ")] if error else []
    return "\n".join([*parts, "", *wrapped(_sum(found, known), width)]).strip()


def _names(values: Sequence[str]) -> str:
    """Return values in a row, hashes by their beginning."""
    told = [value[:12] if len(value) == _HASH else value for value in values[:3]]
    return ", ".join([*told, *(["..."] if len(values) > len(told) else [])]) or "not said"


def _line(key: Key) -> str:
    return f"{key[0]} {key[1]}@{key[2]}"


def _difference(each: Difference, known: Known, width: int) -> Iterator[str]:
    programs = [_of(side, line) for side, line in zip(known, (each.old, each.new), strict=True)]
    old, new = map(_outcome, (each.old, each.new), programs)
    moved = f"{old} -> {new}" if old != new else f"stays {old}"
    yield from wrapped(f"{_line(each.key)}: {moved}", width, subsequent_indent="  ")
    if known[0] != known[1]:
        for program, line in zip(programs, (each.old, each.new), strict=True):
            for name in line["by"]:
                yield from _list(f"  {program.name}, {name}", [words(name, program)], width)
    went, came = each.missing(each.old, each.new), each.missing(each.new, each.old)
    for name, sets, program in zip(("was missing", "is missing now"), (went, came), programs, strict=True):
        told = [" and ".join(said(need, program) for need in needs) for needs in sets]
        more = [f"{len(told) - _MOST} more (--format json)"] if len(told) > _MOST else []
        yield from _list(f"  {name}", [*told[:_MOST], *more], width, "; or ")


def _of(side: Mapping[str, Program], line: Told) -> Program:
    """Return the guideline that a line was decided by, or the first there is where it is not at hand."""
    return side.get(str(line["guideline"])) or next(iter(side.values()))


def _outcome(line: Told, program: Program) -> str:
    return come_to(line["outcome"], program) + behind(line["by"] or filter(None, [line.get("reason")]), program)


def said(need: Told, program: Program) -> str:
    """Return what was missing in words, as a decision that was written down has it."""
    if "of" in need:
        return f"at least {need['at_least']} of ({'; '.join(said(each, program) for each in need['of'])})"
    label, needs = program.label(need["finding"]), need["needs"]
    if needs == "present":
        return label
    if needs == "absent":
        return f"{label} recorded as absent"
    told = re.sub(r"([<>]=?|=) ", lambda sign: f"{_SIGNS[sign[1]]} ", needs)
    if told == needs:
        return f"{label} stated" if needs == "stated" else f"{label.replace('_', ' ')}: {program.label(needs)}"
    if unit := unit_of(need["finding"], program):
        told += f" {unit}"
    of = number_of(need["finding"], program)
    is_amount = of and of.case and of.case.shape == AMOUNT
    return f"{told} of {label}" if is_amount else f"{label.replace('_', ' ')}: {told}"


def _list(name: str, items: Iterable[str], width: int, comma: str = ", ") -> list[str]:
    told = comma.join(items)
    return wrapped(f"{name}: {told}", width, subsequent_indent="    ") if told else []


def _sum(found: Comparison, known: Known) -> str:
    """Return how many lines were compared, how many differ and in what."""
    number = len(found.differences)
    told = f"{some(found.lines, 'line')} of {some(found.cases, 'case')} compared, "
    if not number:
        return f"{told}none differs."
    kinds = {"outcome": "outcome", "by": "what decides", "missing": "what is missing"}
    counts = {words: sum(name in each.of for each in found.differences) for name, words in kinds.items()}
    differ = ", ".join(f"{count} in {words}" for words, count in counts.items() if count)
    sides = [list(side.values()) for side in known]
    turns = ((n, zip(turn, sides, strict=True)) for turn, n in found.moved.items())
    moved = "; ".join(f"{n} {' -> '.join(come_to(outcome, *of) for outcome, of in turn)}" for n, turn in turns)
    return f"{told}{number} differ{'s' if number == 1 else ''}: {differ}." + (f" Outcomes: {moved}." if moved else "")
