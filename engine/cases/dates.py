"""What is wrong with the dates of a case: no day of the calendar, or an order in which they cannot be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

from ..language.errors import CONTRADICTORY
from ..program.notation import BETWEEN, SINCE
from ..program.program import Program
from ..program.schema import DATE
from .document import Document, Path

SERVICE_DATE = "date_of_service"
Found = tuple[Path, str, str]  # a place, what is wrong there, and a remedy


def misdated(document: Document, program: Program) -> list[Found]:
    """Return the faults of dates; the schema knows their form only.

    A date from which time is counted to the date of service may not be after it: documentation of what comes later
    contradicts the request.
    """
    case = document.value
    if not isinstance(case, dict):
        return []
    keys = [p.case for p in program.predicates.values() if p.case]
    dated = [key for key in keys if key.shape in SINCE or key.shape == BETWEEN]
    names = dict.fromkeys([SERVICE_DATE, *(name for key in dated for name in (key.other, key.key) if name)])
    at = {name: found for name in names if (found := _written(case.get(name)))}
    path = {name: ((name, "date") if isinstance(case.get(name), dict) else (name,)) for name in names}
    wrong: list[Found] = [(path[n], f"{d} is no day of the calendar", "") for n, d in at.items() if not _is_day(d)]
    pairs = dict.fromkeys((key.other or key.key, key.key if key.other else SERVICE_DATE) for key in dated)
    valid = {name: day for name, day in at.items() if _is_day(day)}
    return wrong + list(_disordered(pairs, valid, path))


def _disordered(pairs: Any, at: dict[str, str], path: dict[str, Any]) -> Iterator[Found]:
    for early, late in pairs:
        if early in at and late in at and at[early] > at[late]:
            told = f"{CONTRADICTORY}: {early} is {at[early]}, after the {late.replace('_', ' ')} {at[late]}"
            yield path[early], told, "correct one"


def _written(value: Any) -> str:
    """Return a date of the right form, with or without a source beside it."""
    date = value.get("date") if isinstance(value, dict) else value
    return date if isinstance(date, str) and re.search(DATE, date) else ""


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
