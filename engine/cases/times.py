"""An amount of time as a case may write it, as completed units of the one that the guideline declares."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import accumulate
from typing import Any

from ..program.program import CaseKey, Program
from ..program.schema import COUNT, TIME, is_time
from .document import Path

_DAYS = {"days": 1, "weeks": 7}
_MONTHS = {"months": 1, "years": 12}
_UNITS = {unit[0]: unit for unit in (*_DAYS, *_MONTHS)}
_CYCLE = 4800  # the months after which the Gregorian calendar repeats itself


def times(values: Any, program: Program) -> Iterator[tuple[Path, Any, CaseKey]]:
    """Yield each amount of time of a case: its path, what is written, and its declaration.

    :param values: a case as written; what is no group of amounts is passed over.
    """
    said = values if isinstance(values, Mapping) else {}
    for predicate in program.predicates.values():
        key = predicate.case
        group = said.get(key.key) if key and is_time(key) else None
        if key and isinstance(group, Mapping):
            for concept in filter(group.__contains__, program.of_kind(key.kind)):
                written = group[concept]
                if isinstance(written, Mapping):
                    yield (key.key, concept, "value"), written.get("value"), key
                else:
                    yield (key.key, concept), written, key


def fault(written: Any, key: CaseKey) -> tuple[str, str]:
    """Return what is wrong with an amount of time that has the form of one, and a remedy; empty texts for nothing."""
    unit = key.unit
    if not (found := _counted(written, unit)):
        return "", ""
    (fewest, most), least, limit = found, int(key.least), int(key.most or COUNT)
    if fewest != most:
        said = f"is {fewest:,} to {most:,} completed {unit}, by the calendar"
        return f"is '{written}', and that {said}", f"write the completed {unit}, or the days"
    bound = f"more than {limit:,}" if most > limit else f"less than {least:,}" if most < least else ""
    return (f"is '{written}', and cannot be {bound} {unit}", "") if bound else ("", "")


def plain(values: dict[str, Any], program: Program, notes: list[str]) -> dict[str, Any]:
    """Return a case without faults, its amounts of time as numbers of completed units.

    :param notes: where an amount in another unit is said to be read as it is.
    """
    for (key, concept, *full), written, of in times(values, program):
        if isinstance(written, str):
            unit = of.unit
            number, _ = _counted(written, unit) or (0, 0)
            if not _same(written, unit):
                completed = unit.removesuffix("s") if number == 1 else unit
                notes.append(f"{key}.{concept}: {written!r} is read as {number:,} completed {completed}")
            group = values[str(key)]
            values = {**values, str(key): {**group, concept: {**group[concept], "value": number} if full else number}}
    return values


def _parts(written: Any, unit: str) -> tuple[int, str] | None:
    """Return the number that is written and its unit, or None where it has not the form of an amount of time."""
    found = re.fullmatch(TIME, written) if isinstance(written, str) else None
    return (int(found[1]), _UNITS[found[2][0].lower()] if found[2] else unit) if found else None


def _same(written: str, unit: str) -> bool:
    parts = _parts(written, unit)
    return parts is not None and parts[1] == unit


def _counted(written: Any, unit: str) -> tuple[int, int] | None:
    """Return how many completed units an amount is at least and at most, or None where it is no text of one.

    Days and weeks, and months and years, are told in each other exactly. A month has 28 to 31 days, and what several
    have is taken from every month of the Gregorian calendar to begin with; 2 months are 8 weeks from whichever.
    """
    if not (parts := _parts(written, unit)):
        return None
    number, of = parts
    for family in (_DAYS, _MONTHS):
        if {of, unit} <= family.keys():
            return (number * family[of] // family[unit],) * 2
    if of in _MONTHS:
        fewest, most = _span(number * _MONTHS[of])
        return fewest // _DAYS[unit], most // _DAYS[unit]
    days, each = number * _DAYS[of], _MONTHS[unit]
    longest, shortest = (
        bisect_right(range(1, days + 1), days, key=lambda n, end=end: _span(n * each)[end])  # type: ignore[misc]
        for end in (1, 0)
    )
    return longest, shortest


@cache
def _span(months: int) -> tuple[int, int]:
    """Return the fewest and the most days that so many months have, from whichever month they begin with."""
    cycles, rest = divmod(months, _CYCLE)
    ends = _month_ends()
    spans = [end - start for start, end in zip(ends[:_CYCLE], ends[rest : rest + _CYCLE], strict=True)]
    return cycles * ends[_CYCLE] + min(spans), cycles * ends[_CYCLE] + max(spans)


@cache
def _month_ends() -> list[int]:
    """Return the days from the beginning of a cycle to each month of it and of the next."""
    from calendar import monthrange  # few cases tell days where months are counted

    lengths = (monthrange(2000 + month // 12, month % 12 + 1)[1] for month in range(2 * _CYCLE))
    return list(accumulate(lengths, initial=0))
