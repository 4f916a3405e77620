"""What is wrong with the dates of a case: no day of the calendar, or an order in which they cannot be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

from ..language.errors import CONTRADICTORY
from ..language.record import NamedTuple
from ..program.forms import BETWEEN, RECORDS, SINCE, WITH
from ..program.program import CaseKey, Program
from ..program.schema import DATE
from .document import Document, Path

SERVICE_DATE = "date_of_service"
Found = tuple[Path, str, str]  # a place, what is wrong there, and a remedy


class Dated(NamedTuple):
    """A date that a case gives, and what it may not be after."""

    path: Path
    day: str
    name: str
    before: str = ""  # the later date, and its name
    later: str = ""


NO_DAY = "write the year, a month from 01 to 12 and a day that the month has: YYYY-MM-DD"


def called(path: Path, program: Program) -> str:
    """Return what a place of a case is called; a record by its number, as in proofs."""
    records = {p.case.key for p in program.predicates.values() if p.case and p.case.shape == RECORDS}
    return ".".join(str(at + (path[0] in records) if isinstance(at, int) else at) for at in path)


def misdated(document: Document, program: Program) -> list[Found]:
    """Return the faults of dates; the schema knows their form only.

    A date from which time is counted to the date of service may not be after it: documentation of what comes later
    contradicts the request.
    """
    dates = dict.fromkeys(_dates(document.value, program)) if isinstance(document.value, dict) else {}
    wrong: dict[Path, Found] = {}
    for date in dates:
        if not _is_day(date.day):
            wrong[date.path] = date.path, f"{date.day} is no day of the calendar", NO_DAY
        elif _is_day(date.before) and date.day > date.before:
            told = f"{CONTRADICTORY}: {date.name} is {date.day}, after the {date.later} {date.before}"
            wrong.setdefault(date.path, (date.path, told, "correct one"))
    return list(wrong.values())


def _dates(case: dict[str, Any], program: Program) -> Iterator[Dated]:
    service = _written(case.get(SERVICE_DATE))
    if service:
        yield Dated((SERVICE_DATE,), service, SERVICE_DATE)
    for key in (p.case for p in program.predicates.values() if p.case):
        if key.shape in SINCE:
            yield from _at(case, key.key, service, "date of service")
        elif key.shape == BETWEEN:
            yield from _at(case, key.other, _written(case.get(key.key)), key.key.replace("_", " "))
            yield from _at(case, key.key)
        elif key.shape in (RECORDS, WITH):
            yield from _of_records(case, key, service, program)


def _at(case: dict[str, Any], name: str, before: str = "", later: str = "") -> Iterator[Dated]:
    """Yield the date of a key, where it holds one of the right form."""
    if day := _written(case.get(name)):
        path: Path = (name, "date") if isinstance(case[name], dict) else (name,)
        yield Dated(path, day, name, before, later)


def _of_records(case: dict[str, Any], key: CaseKey, service: str, program: Program) -> Iterator[Dated]:
    records = case.get(key.key)
    names = [field.key for field in key.fields if field.shape in SINCE]
    for at, record in enumerate(records if isinstance(records, list) else ()):
        for name in names if isinstance(record, dict) else ():
            if isinstance(record.get(name), str) and (day := _written(record[name])):
                path: Path = (key.key, at, name)
                yield Dated(path, day, called(path, program), service, "date of service")


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
