"""Where a case in the form comes from: a canonical case, text that was pasted or uploaded, or another guideline."""

from __future__ import annotations

import csv
import datetime
import io
import re
from typing import Any, NamedTuple

from ...engine.cases.case import Case, Unreadable, read_files, read_text
from ...engine.cases.find import canonical
from ...engine.cases.meant import GROUPS, concept_of, home
from ...engine.cases.part import parts
from ...engine.language.errors import CaseError, did_you_mean, refused
from ...engine.library.guideline import Guideline
from ...engine.library.several import Answering, Several
from ...engine.program.interface import CODE
from ...engine.program.program import Program
from .form import Filled, Values

_LIST = re.compile(r"\s*;\s*")
_LINE = (CODE, "session", "units")


class Begun(NamedTuple):
    """The case that a form begins with: the guideline it is for, what it says, and what is to be told of it."""

    guideline: Guideline
    values: Values
    notes: tuple[str, ...] = ()


def canonical_case(name: str, guideline: Guideline) -> Begun:
    """Begin with a canonical case; a name is never that of another file.

    :raises CaseError: where there is none of that name, or it cannot be read.
    """
    paths = canonical(guideline)
    if name not in paths:
        hint = did_you_mean(name, paths) or "choose one of the list"
        raise refused("", f"{guideline.program.name} has no canonical case of that name", hint)
    for case in read_files([paths[name]], guideline):
        if isinstance(case, Unreadable):
            raise CaseError(faults=case.faults)
        return Begun(guideline, case.said)
    raise refused("", "the case is empty")


def text_case(data: bytes, guideline: Guideline, answering: Answering) -> Begun:
    """Begin with the first case of a YAML, JSON or CSV text; a guideline that lists its codes answers it.

    :param guideline: the one that is chosen where the text is CSV, and where several can read it.
    :raises CaseError: where there is no case in it.
    """
    if (table := _table(data, guideline.program)) is not None:
        return Begun(guideline, table)
    found = list(read_text(data, "the text", answering))
    cases = [each for each in found if isinstance(each, Case)]
    if not cases:
        raise CaseError(faults=[fault for each in found if isinstance(each, Unreadable) for fault in each.faults])
    case = next((each for each in cases if each.under is guideline), cases[0])
    several = len({(each.id, each.place) for each in cases}) > 1 or len(cases) < len(found)
    notes = (*case.notes, *(["the text holds several cases; this is the first that can be read"] if several else []))
    return Begun(case.under or guideline, case.said, notes)


def for_other(values: Values, guideline: Guideline, answering: Answering) -> Begun:
    """Begin with what another guideline can read of a case."""
    if isinstance(answering, Several):
        for one, part, notes in parts(Filled(values), answering):
            if one is guideline:
                return Begun(guideline, part.value, tuple(notes))
    return Begun(guideline, values)


def day_of(text: str, place: str) -> str:
    """Return an ISO date that was sent, or an empty text where none was.

    :param place: what it was sent as.
    :raises CaseError: where it is none.
    """
    try:
        return datetime.date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise refused(place, "this is no date", "write YYYY-MM-DD") from None


def _table(data: bytes, program: Program) -> Values | None:
    """Return the case of a CSV, a row for each line of the request; None where it is none.

    A column is a key of a case, a field of a line, or a concept; items of a list are separated by `;`.
    """
    text = data.decode("utf-8-sig", "replace")
    head = next(csv.reader(io.StringIO(text[:10_000])), [])
    if CODE not in (names := [name.strip() for name in head]):
        return None
    rows = [dict(zip(names, row, strict=False)) for row in list(csv.reader(io.StringIO(text)))[1:] if any(row)]
    values: Values = {}
    for row in rows:
        line = {key: _scalar(row[key]) for key in _LINE if row.get(key, "").strip()}
        values.setdefault("services", []).append(line | ({CODE: row[CODE].strip()} if CODE in row else {}))
        for name, said in ((name, text.strip()) for name, text in row.items() if name not in _LINE):
            if said and name:
                _put(values, name, said, program)
    return values


def _put(values: Values, name: str, said: str, program: Program) -> None:
    concept = concept_of(name, program)
    key = home(concept, program) if concept else None
    lists = {p.case.key for p in program.predicates.values() if p.case and p.case.shape in ("codes", "each of")}
    if key and key.shape in GROUPS:
        values.setdefault(key.key, {})[concept] = _scalar(said)
    elif name in lists:
        values[name] = list(dict.fromkeys([*values.get(name, []), *filter(None, _LIST.split(said))]))
    else:
        values[name] = _scalar(said)


def _scalar(text: str) -> Any:
    text = text.strip()
    if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,4})?", text):
        return float(text) if "." in text else int(text)
    return text
