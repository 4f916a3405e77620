"""What codes of FHIR stand for: the systems that the knowledge base names, its codes, and those of a user's map."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ....kb import ROOT
from ...language.errors import CaseError, Fault, refused
from ...language.visible import short
from ...program.code_systems import System, system_of
from ..files import read_bounded
from .parts import MAX_BYTES, Part

COLUMNS = ("system", "code", "kind", "id")
"""The columns of a map of codes: a code of a system, and the concept of a guideline that it stands for."""
ANSWER, UNIT = "answer", "unit"
"""The kinds of the map that are no guideline's: the answers present and absent, and units of time."""


class Meaning(NamedTuple):
    """The concept that a code stands for, and its kind."""

    kind: str
    id: str


class Codes(NamedTuple):
    """What codes stand for, by the URL of their system and the code."""

    meanings: dict[tuple[str, str], tuple[Meaning, ...]]

    def of(self, coding: Part) -> tuple[Meaning, ...]:
        """Return what a coding stands for; several where the map says several, nothing where it says none."""
        return self.meanings.get((coding.of("system").text, coding.of("code").text), ())

    def one(self, coding: Part, kind: str) -> str:
        """Return the concept of a kind that a coding stands for, or an empty text."""
        return next((meaning.id for meaning in self.of(coding) if meaning.kind == kind), "")


@cache
def systems() -> dict[str, System]:
    """Return the systems of codes by the URLs that FHIR knows them by."""
    rows = csv.DictReader(io.StringIO(_shipped("fhir_systems.csv")))
    return {row["url"]: system_of(row["system"]) for row in rows}


@cache
def shipped() -> Codes:
    """Return what the knowledge base says of codes: places of service, classes of encounters, answers and units."""
    return _codes(csv.DictReader(io.StringIO(_shipped("fhir_codes.csv"))))


@cache
def elements() -> dict[str, list[str]]:
    """Return the keys of a case, the first that a guideline declares, by the elements of FHIR that say what they ask.

    An element is written as the type of the resource and the name.
    """
    found: dict[str, list[str]] = {}
    for row in csv.DictReader(io.StringIO(_shipped("fhir_elements.csv"))):
        found.setdefault(row["element"], []).append(row["key"])
    return found


def _shipped(name: str) -> str:
    return (ROOT / "code_systems" / name).read_text(encoding="utf-8")


def read_map(path: Path | None) -> Codes:
    """Return what codes stand for by the knowledge base and by a user's map, which goes before it.

    :param path: a CSV file with the columns system, code, kind and id, or None.
    :raises CaseError: where it cannot be read, with every fault and its line.
    """
    if path is None:
        return shipped()
    try:
        text = read_bounded(path, MAX_BYTES).decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
    except UnicodeDecodeError as error:
        raise refused(str(path), f"not UTF-8 text (byte {error.start})", "save it as UTF-8") from None
    except csv.Error as error:
        raise refused(str(path), f"not a table of comma-separated values: {error}") from None
    if rows and (lacking := [name for name in COLUMNS if name not in rows[0]]):
        raise refused(f"{path}:1", f"lacks the column {', '.join(lacking)}", f"begin with {','.join(COLUMNS)}")
    faults = [Fault(f"{path}:{number}", f"{short(str(row['code'] or ''))}: empty {name}", "fill it, or drop the row")
              for number, row in enumerate(rows, 2) for name in COLUMNS if not (row[name] or "").strip()]  # fmt: skip
    if faults:
        raise CaseError(faults=faults)
    return Codes({**shipped().meanings, **_codes(rows).meanings})


def _codes(rows: Iterable[dict[str, str]]) -> Codes:
    found: dict[tuple[str, str], tuple[Meaning, ...]] = {}
    for row in rows:
        system, code, kind, concept = (row[name].strip() for name in COLUMNS)
        found[system, code] = (*found.get((system, code), ()), Meaning(kind, concept))
    return Codes(found)


def code_in(coding: Part, system: str) -> str:
    """Return the code of a coding in the one form of its system; empty where it is of another, or has no such form.

    :param system: the name of a system of the knowledge base.
    """
    of = systems().get(coding.of("system").text)
    written = coding.of("code").text
    return of.normal(written) if of and of.name == system and re.search(of.pattern, written) else ""
