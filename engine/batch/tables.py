"""The tables of a batch in long form, as a guideline declares what its cases say, and what each value there means.

A value is read as a case file's is, by the same reader: once for each value that is different, whatever the rows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from ..cases.case import Case, Unreadable, read_text
from ..cases.document import number
from ..cases.times import times
from ..language.record import NamedTuple
from ..language.terms import Atom
from ..library.guideline import Guideline
from ..program.elapsed import elapsed
from ..program.fitting import fits
from ..program.forms import BETWEEN, RECORDS, SINCE, SINGLE, WITH
from ..program.interface import CODE
from ..program.program import CaseKey
from ..program.shapes import Said, read_facts

CASE, SERVICE = "case", "service"
NO_DATE = "the date of service is no date; write YYYY-MM-DD"
_IRREGULAR = {"indices": "index"}
ID, DATE = "id", "date_of_service"
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_LONG = 1000
"""From so many digits on a number is told as a text: its reader takes long."""
LARGE = 10**15
"""From here on a number may be read otherwise than it is written."""


class NotTabledError(ValueError):
    """A guideline whose cases have no form as tables."""


class Table(NamedTuple):
    """A table of a batch: its name, and the key of a case file that its rows are items of."""

    name: str
    key: str  # an empty text for the table of cases
    columns: tuple[str, ...]  # what is read beside the id of the case
    what: str

    @property
    def id(self) -> str:
        """The column that names the case."""
        return ID if self.name == CASE else CASE


class Meaning(NamedTuple):
    """What a value means: the atoms that it gives, or why it cannot be read."""

    atoms: tuple[Atom, ...]
    fault: str


def singular(key: str) -> str:
    """Return what one item of a key of a case file is called: `diagnoses` has items called diagnosis."""
    return _IRREGULAR.get(key) or (f"{key[:-2]}is" if key.endswith("ses") else key.removesuffix("s"))


class Tables:
    """The tables of a guideline.

    :raises NotTabledError: where a case may say what no table of a batch holds.
    """

    def __init__(self, guideline: Guideline) -> None:
        self.guideline = guideline
        self._keys: dict[str, list[CaseKey]] = {}
        for predicate in guideline.program.predicates.values():
            if predicate.case:
                self._keys.setdefault(predicate.case.key, []).append(predicate.case)
        # What dates mean is told by the time between them, of which there is less than there are pairs of dates.
        self._since: dict[tuple[Any, ...], Meaning] = {}
        self._of_key: dict[str, dict[str, CaseKey]] = {}
        for predicate in guideline.program.predicates.values():
            if predicate.case:
                self._of_key.setdefault(predicate.case.key, {})[predicate.name] = predicate.case
        self._base = {ID: "batch", DATE: "2024-01-01", "services": [{CODE: "00000"}], **self._required()}

    def _required(self) -> dict[str, Any]:
        """Return what a case cannot leave out, as a first value that is allowed."""
        properties = self.guideline.schema["properties"]
        needed = set(self.guideline.schema["required"]) - {ID, DATE, "services"}
        return {name: properties[name].get("enum", [0])[0] for name in sorted(needed)}

    @property
    def singles(self) -> list[str]:
        """The keys of which a case says one value; they are columns of the table of cases."""
        return [key for key, of in self._keys.items() if of[0].shape in ("one of", *SINGLE)]

    def all(self) -> Iterator[Table]:
        """Yield every table of a batch."""
        yield Table(CASE, "", (DATE, *self.singles), "a row for each case")
        yield Table(SERVICE, "services", (CODE, "session", "units"), "a row for each line of a request")
        for key, of in self._keys.items():
            if apart := [each.shape for each in of if each.shape in (RECORDS, WITH, BETWEEN)]:
                told = f"{key} is read by {apart[0]}, for which there is no table yet"
                raise NotTabledError(f"{told}; let INPUT be a folder of case files")
            if key != "services" and key not in self.singles:
                named = of[0].shape in ("present of", "absent of", "amount of")
                name = singular(key)
                columns = (name, "value") if named else (name,)
                yield Table(name, key, columns, "a row for each that is documented" if named else "a row for each")

    def is_since(self, key: str) -> bool:
        """Say whether a key holds a date, which means the time from it to the date of service."""
        return self._keys[key][0].shape in SINCE

    def of_date(self, value: Any) -> Meaning:
        """Return that a text is a date of service, or why not."""
        if is_day(value):
            return Meaning((), "")
        case = self._read({key: each for key, each in {**self._base, DATE: value}.items() if each is not None})
        return Meaning((), _told(case, DATE) if isinstance(case, Unreadable) else NO_DATE)

    def of_service(self, code: Any, units: Any) -> Meaning:
        """Return what a line of a session means."""
        return self._meaning("services", [{CODE: code, "session": 1, "units": units}])

    def of_session(self, session: Any) -> Meaning:
        """Return that a session may have this number, or why not."""
        return self._meaning("services", [{CODE: "00000", "session": session}])

    def of_single(self, key: str, value: Any, served: Any) -> Meaning:
        """Return what the one value of a key means; None is a value that a case leaves out."""
        if not self.is_since(key):
            return self._meaning(key, plain(value))
        if not is_day(served) or (value is not None and not (is_day(value) and value <= served)):
            return self._meaning(key, value, {DATE: served})
        passed = [elapsed(each.unit, value, served) for each in self._keys[key]] if value else []
        if (key, *passed) not in self._since:
            self._since[key, *passed] = self._meaning(key, value, {DATE: served})
        return self._since[key, *passed]

    def of_item(self, table: Table, *values: Any) -> Meaning:
        """Return what an item of a list means, or a name with a value."""
        if len(values) == 1:
            return self._meaning(table.key, [values[0]])
        if values[0] is None:
            return Meaning((), f"{table.name} is empty; say what it is, or leave the row out")
        return self._meaning(table.key, {str(values[0]): plain(values[1])})

    def _meaning(self, key: str, value: Any, more: dict[str, Any] | None = None) -> Meaning:
        said = {**self._base, **(more or {}), key: value}
        if value is None:
            del said[key]
        elif self._surely_fits(key, said):
            facts, values = dict[Atom, str](), Said(said, self.guideline.program, [])
            for name, of in self._of_key[key].items():
                facts |= read_facts(name, of, values)
            return Meaning(tuple(facts), "")
        case = self._read(said)
        if isinstance(case, Unreadable):
            return Meaning((), _told(case, key))
        return Meaning(tuple(atom for atom in case.facts if atom.predicate in self._of_key[key]), "")

    def _read(self, said: dict[str, Any]) -> Case | Unreadable:
        (case,) = read_text(json.dumps(said).encode(), "", self.guideline)
        return case

    def _surely_fits(self, key: str, said: dict[str, Any]) -> bool:
        """Say whether a value surely has no fault, as most have none; it says no of dates and of time in words."""
        schema, value = self.guideline.schema, said[key]
        if any(of.shape in SINCE for of in self._keys[key]) or not (_is_plain(value) and self._base_fits):
            return False
        if any(isinstance(written, str) for _, written, _ in times(said, self.guideline.program)):
            return False
        return fits(value, schema["properties"][key], schema)

    @cached_property
    def _base_fits(self) -> bool:
        return not isinstance(self._read(self._base), Unreadable)


def _is_plain(value: Any) -> bool:
    """Say whether a value is the same once it is written and read: it is of whole numbers and of plain texts."""
    if isinstance(value, dict):
        return all(_is_plain(each) for pair in value.items() for each in pair)
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, str):
        return value.isascii() and value.isprintable() and not {*value} & {'"', "\\"}
    return type(value) is int and abs(value) < LARGE


def _told(case: Unreadable, key: str) -> str:
    """Return why a value cannot be read; an item of a key is called as its table and its columns are."""
    told = "; ".join(dict.fromkeys("; ".join(filter(None, (f.message, f.remedy))) for f in case.faults)) or case.error
    return told.replace(f"{key}.0.", "").replace(f"{key}.0", singular(key))


@lru_cache(1 << 14)
def is_day(value: Any) -> bool:
    """Say whether a value is an ISO date."""
    try:
        return value is not None and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def plain(value: Any) -> Any:
    """Return a text as the number that it writes as a case file would, or as it is."""
    if not (isinstance(value, str) and _NUMBER.fullmatch(value)):
        return value
    if (found := number(value)) is not None:
        return found
    return int(value) if value.lstrip("-").isdecimal() and len(value) < _LONG else value
