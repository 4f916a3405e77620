"""Which concepts a questionnaire asks for, as its id: nothing has to be kept to give the questionnaire again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from ...engine.decision.need import AtLeast, Need, single
from ...engine.language.digest import sha256
from ...engine.library.guideline import Guideline
from ...engine.program.program import Program

LONGEST = 64
"""The most characters of an id in FHIR (https://hl7.org/fhir/R4/datatypes.html#id)."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_EVERY, _SOME = "e", "s"


class Asked(NamedTuple):
    """What is asked for, by name: first what the shortest lists need, then what only longer ones need."""

    first: tuple[str, ...]
    later: tuple[str, ...] = ()
    each_enough: bool = False  # whether each of the first would be enough alone


def asked(lines: Iterable[Sequence[Sequence[Need | AtLeast]]]) -> Asked:
    """Return what the sets of some lines ask for.

    :param lines: for each line what is missing, the shortest set first.
    """
    first: dict[str, None] = {}
    every: dict[str, None] = {}
    enough = True
    for sets in lines:
        sizes = [sum(need.size for need in needs) for needs in sets]
        for needs, size in zip(sets, sizes, strict=True):
            names = dict.fromkeys(need.finding for need in single(needs))
            every |= names
            first |= names if size == sizes[0] else {}
        enough = enough and sizes[:1] in ([], [1])
    return Asked(tuple(first), tuple(name for name in every if name not in first), enough)


@lru_cache(maxsize=16)
def _names(guideline: Guideline) -> tuple[str, ...]:
    """Return all that may be asked for in a guideline, in the order of its text."""
    program = guideline.program
    return tuple(dict.fromkeys(name for p in program.predicates.values() if p.is_open for name in _of(p.name, program)))


def _of(name: str, program: Program) -> list[str]:
    predicate = program.predicates[name]
    if predicate.open_count or predicate.is_choice:
        return [predicate.name if predicate.case and predicate.case.other else predicate.case.key]  # type: ignore[union-attr]
    return program.of_kind(predicate.open_kind)


@lru_cache(maxsize=16)
def prefix(guideline: Guideline) -> str:
    """Return how the ids of a guideline's questionnaires begin: its name, and a sum of all that may be asked for."""
    name = re.sub("[^A-Za-z0-9]+", "-", guideline.program.name).strip("-")[:16]
    return f"{name}.{sha256(' '.join(_names(guideline)).encode()).hexdigest()[:6]}"


def as_id(wanted: Asked, guideline: Guideline) -> str:
    """Return the id of the questionnaire that asks for some concepts; what has no room in it is not asked."""
    names = _names(guideline)
    first, later = ([name for name in names if name in each] for each in (wanted.first, wanted.later))
    while len(told := _id(first, later, wanted, guideline)) > LONGEST:
        (later or first).pop()
    return told


def _id(first: Sequence[str], later: Sequence[str], wanted: Asked, guideline: Guideline) -> str:
    names = _names(guideline)
    masks = [_written(sum(1 << names.index(name) for name in each)) for each in (first, later)]
    return ".".join([prefix(guideline), *masks, _EVERY if wanted.each_enough else _SOME])


def from_id(written: str, guideline: Guideline) -> Asked | None:
    """Return what the questionnaire of an id asks for; None where the guideline has none of that id."""
    found = re.fullmatch(re.escape(prefix(guideline)) + r"\.([0-9a-z]{1,64})\.([0-9a-z]{1,64})\.([es])", written)
    names = _names(guideline)
    masks = [int(found[number], len(_DIGITS)) for number in (1, 2)] if found else []
    if not found or any(mask >> len(names) for mask in masks) or not masks[0] or masks[0] & masks[1]:
        return None
    first, later = (tuple(name for at, name in enumerate(names) if mask >> at & 1) for mask in masks)
    return Asked(first, later, found[3] == _EVERY)


def _written(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text or "0"
