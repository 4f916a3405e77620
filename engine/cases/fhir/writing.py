"""A case that is being written from a request: each value with the path that says it, and what was not used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...library.guideline import Guideline
from ...program.interface import CODE
from ...program.schema import ITEMS
from ..dates import misdated
from ..document import Document, Path, path_of
from ..times import fault, times
from .coded import Codes
from .facts import DIAGNOSES, Diagnosis, Found, Unused
from .orders import Billing, Order, encounter_of, ended, places
from .resources import Resources
from .vocabulary import Vocabulary

TWICE = "answered in two ways that exclude each other"


class Taken(NamedTuple):
    """A part of a case, what it says, the FHIR path that says so, and what is worth knowing of how it was read."""

    at: Path
    value: Any
    path: str
    note: str = ""


class Line(NamedTuple):
    """A line of a case: the order, and the code that it is billed by here."""

    order: Order
    billing: Billing


class Writing:
    """A case that is being written."""

    def __init__(self, words: Vocabulary) -> None:
        self.words, self.said = words, dict[str, Any]()
        self.taken: dict[Path, Taken] = {}
        self.unused: list[Unused] = []
        self._gone: set[Path] = set()  # what one resource says in two ways

    def request(self, day: str, name: str, lines: Sequence[Line]) -> None:
        """Write what is asked for, and when."""
        self.said |= {"id": name, "date_of_service": day, "services": []}
        date = lines[0].order.date
        self._take(("date_of_service",), day, date.path, date.note)
        for at, (order, billing) in enumerate(lines):
            units = int(order.units.value)
            self.said["services"].append({CODE: billing.code} | ({"units": units} if units > 1 else {}))
            self._take(("services", at, CODE), billing.code, f"{billing.coding.path}.code")
            self._take(("services", at, "units"), units, order.units.path, order.units.note)

    def _take(self, at: Path, value: Any, path: str, note: str = "") -> None:
        self.taken[at] = Taken(at, value, path, note)

    def place(self, ordered: Sequence[Order], found: Resources, codes: Codes, day: str) -> None:
        """Write where the services are done, where the orders, or their encounters, agree."""
        for encounter in filter(None, (encounter_of(order, found) for order in ordered)):
            if ended(encounter, day):
                self.unused.append(Unused(f"{encounter.path}.class", "the encounter ended before the day of service"))
        for key in self.words.choices():
            if key.key in self.said:
                continue
            nearest = []
            for order in ordered:
                coded = ((codes.one(c, key.kind), c, note) for c, note in places(order, found, day))
                nearest += [next(((word, c, note) for word, c, note in coded if word), None)]
            told = [each for each in nearest if each]
            if len({word for word, *_ in told}) == 1 and key in self.words.homes.get(told[0][0], ()):
                word, coding, note = told[0]
                self.said[key.key] = word
                self._take((key.key,), word, f"{coding.path}.code", note)
            else:
                self.unused += [
                    Unused(f"{c.path}.code", "the orders of the day say different places") for _, c, _ in told
                ]

    def put(self, each: Found) -> None:
        """Write what the record says, where the guideline has a word for it; the first to say it is kept."""
        if isinstance(each, Unused):
            self.unused.append(each)
        elif isinstance(each, Diagnosis):
            if key := self.words.of_system(DIAGNOSES):
                self._put((key,), [{"code": each.code, "source": each.path}], each.path)
        elif readings := list(self.words.readings(each)):
            for at, value in readings:
                self._put(at, value, each.path)
        else:
            known = each.name in self.words.homes or each.name in self.words.keys
            why = "no answer that a case can hold" if known else "no guideline that answers has a word for it"
            self.unused.append(Unused(each.path, why))

    def _put(self, at: tuple[str, ...], value: Any, path: str) -> None:
        if isinstance(value, list):
            items = self.said.setdefault(at[0], [])
            name = _named(value[0])
            if (*at, name) in self.taken:
                return
            if len(items) == ITEMS:
                self.unused.append(Unused(path, f"a case holds {ITEMS} {at[0]} at most"))
            else:
                items.append(value[0])
                self._take((*at, name), name, path)
            return
        group = self.said.setdefault(at[0], {}) if len(at) > 1 else self.said
        before = group.get(at[-1])
        if at in self._gone or (before is not None and _told(before) != _told(value)):
            self._twice(at, group, path)
        elif before is None:
            group[at[-1]] = value
            self._take(at, _told(value), path)

    def _twice(self, at: tuple[str, ...], group: dict[str, Any], path: str) -> None:
        """Keep what was said first; where one resource says two things, neither, so that it is asked again."""
        first = self.taken.get(at)
        if first and first.path.partition(".")[0] == path.partition(".")[0]:
            del group[at[-1]], self.taken[at]
            self._gone.add(at)
            self.unused.append(Unused(first.path, TWICE))
        why = TWICE if at in self._gone else "said otherwise before"
        self.unused.append(Unused(path, why))

    def drop_faults(self, guideline: Guideline, *, only: bool) -> None:
        """Take out what the guideline's cases cannot say: a number out of bounds, a day that is none.

        :param only: whether no other guideline reads the case, so that every fault counts.
        """
        document = Document("request")
        document.value = self.said
        paths = [path_of(error, self.said) for error in guideline.errors(self.said)
                 if only or error.kind.name not in ("additionalProperties", "enum")]  # fmt: skip
        paths += [path for path, *_ in misdated(document, guideline.program)]
        paths += [path for path, told, unit in times(self.said, guideline.program) if fault(told, unit)[0]]
        wrong = {path[:2] for path in paths if path and path[0] not in ("services", "id")}
        for path in sorted(wrong, key=_by_place, reverse=True):  # the last of a list first, so that the others stay
            self._drop(path)

    def _drop(self, path: Path) -> None:
        group = self.said.get(str(path[0]))
        at: Path = path
        if isinstance(group, list) and len(path) > 1 and isinstance(path[1], int):
            at = (path[0], _named(group.pop(path[1])))
        elif isinstance(group, dict) and path in self.taken:
            del group[path[1]]
        else:
            self.said.pop(str(path[0]), None)
            at = path[:1]
        if gone := self.taken.pop(at, None):
            self.unused.append(Unused(gone.path, "nothing that a case can say"))


def _by_place(path: Path) -> list[tuple[int, str]]:
    """Return what paths are sorted by: names as names, and the numbers of items as numbers."""
    return [(step, "") if isinstance(step, int) else (0, step) for step in path]


def _named(item: Any) -> str:
    """Return the word or the code of an item of a list."""
    return str(next(value for key, value in item.items() if key != "source")) if isinstance(item, dict) else str(item)


def _told(value: Any) -> Any:
    """Return what is said, without where."""
    if isinstance(value, dict):
        return next((value[key] for key in ("status", "value", "date") if key in value), None)
    return value
