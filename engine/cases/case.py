"""A case file to facts: read, checked against the schema, and turned into atoms with their sources."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..language.errors import CaseError, Fault, FaultError, refused
from ..language.record import NamedTuple
from ..language.terms import Atom
from ..language.visible import short, visible
from ..library.guideline import Guideline
from ..library.several import Answering
from ..program.interface import CODE
from ..program.schema import DATE
from ..program.shapes import Said, read_facts
from .dates import misdated
from .document import Document
from .document import Path as At
from .faults import faults
from .files import below, read_bounded, unreadable
from .texts import documents
from .times import plain

SUFFIXES = (".yaml", ".yml", ".json")
"""How the names of case files end."""

MAX_BYTES = 2**20
"""The largest case file, in bytes; a case takes about 1,000."""


class Line(NamedTuple):
    """A service line: a procedure code, its units, and the session it belongs to."""

    code: str
    session: int
    units: int


class Case(NamedTuple):
    """One case, ready to be decided."""

    id: str
    title: str
    date: str  # ISO date of service
    lines: tuple[Line, ...]
    facts: dict[Atom, str]  # ground input atoms, each with where the record says so
    expect: dict[str, Any]
    expect_closed: dict[str, Any]
    place: str
    notes: tuple[str, ...]  # what was read otherwise than written
    said: dict[str, Any]  # the case as written, for those who change it or quote its sources
    places: dict[At, tuple[int, int]] = {}  # noqa: RUF012 - nobody adds; line and column of each part of it
    under: Guideline | None = None  # of several guidelines, the one that has read it
    whole: dict[str, Any] | None = None  # the case as written for several guidelines; `said` is the part of this one


class Unreadable(NamedTuple):
    """A case or a file that could not be read, and why: every fault of it, one a line."""

    id: str
    error: str
    faults: tuple[Fault, ...]
    partly: Case | None = None  # what could be read of it: its id, its date and its lists, and nothing of its lines


def not_read(name: str, error: FaultError) -> Unreadable:
    """Return that a case or a file could not be read, by the error that says why."""
    return Unreadable(name, str(error), error.faults)


def read_files(paths: Iterable[Path], guideline: Answering) -> Iterator[Case | Unreadable]:
    """Yield the cases of files, and of all `.yaml`, `.yml` and `.json` files below folders.

    What cannot be read comes as `Unreadable`; the others are not held up by it.
    """
    for path in paths:
        try:
            files: list[Path | CaseError] = list(below(path, SUFFIXES)) if path.is_dir() else [path]
        except (OSError, ValueError) as error:  # a folder on the way to it lets nobody in, or the name is too long
            files = [unreadable(path, error)]
        if not files:
            yield _refused(path, refused(str(path), f"no case file ({', '.join(SUFFIXES)}) in this folder"))
        for file in files:
            if isinstance(file, CaseError):
                yield _refused(path, file)
            else:
                yield from _read_file(file, guideline)


def _read_file(file: Path, guideline: Answering) -> Iterator[Case | Unreadable]:
    try:
        data = read_bounded(file, MAX_BYTES)
    except CaseError as error:
        yield _refused(file, error)
    else:
        yield from read_text(data, str(file), guideline)


def _refused(path: Path, error: CaseError) -> Unreadable:
    return not_read(visible(str(path)), error)


def read_text(data: bytes, file: str, guideline: Answering) -> Iterator[Case | Unreadable]:
    """Yield the cases of one text: a case, a list of cases, or several YAML documents."""
    empty, file = True, visible(file)
    try:
        if len(data) > MAX_BYTES:
            raise refused(file, f"larger than {MAX_BYTES:,} bytes", "split it into several files")
        for document in documents(data.removeprefix(BOM_UTF8).decode(), file):
            for part in (document.items() if isinstance(document.value, list) else ()) or [document]:
                if part.value:
                    empty = False
                    yield from _read_by(part, guideline)
    except UnicodeDecodeError as error:
        yield not_read(file, refused(file, f"not UTF-8 text (byte {error.start})", "save it as UTF-8"))
    except CaseError as error:
        yield not_read(file, error)
    else:
        if empty:
            yield not_read(file, refused(file, "empty", "write a case (see coverlog schema)"))


def _read_by(document: Document, answering: Answering) -> Iterator[Case | Unreadable]:
    """Yield a case once for each guideline that it is for."""
    if isinstance(answering, Guideline):
        yield read_case(document, answering)
        return
    from .part import parts  # only where several guidelines answer

    for guideline, part, notes in parts(document, answering):
        case = read_case(part, guideline)
        if isinstance(case, Case):
            case = case._replace(under=guideline, whole=document.value, notes=(*case.notes, *notes))
        yield case


def read_case(document: Document, guideline: Guideline) -> Case | Unreadable:
    """Return the case a document says, or everything that is wrong with it."""
    name = document.value.get("id") if isinstance(document.value, dict) else None
    if found := faults(document, guideline):
        error = CaseError(faults=found)
        told = not_read(short(name, 200) if isinstance(name, str) else document.file, error)
        return told._replace(partly=_partly(document, guideline)) if isinstance(document.value, dict) else told
    return _case(document, guideline)


def _partly(document: Document, guideline: Guideline) -> Case:
    """Return what a case says that is refused; what is wrong with it is told apart, and is left out or empty."""
    said: dict[str, Any] = document.value
    name, date = (value if isinstance(value := said.get(key), str) else "" for key in ("id", "date_of_service"))
    date = "" if any(path == ("date_of_service",) for path, *_ in misdated(document, guideline.program)) else date
    return Case(name, "", date if re.fullmatch(DATE, date) else "", (), {}, {}, {}, document.place(), (), said,
                document.places, guideline)  # fmt: skip


def _case(document: Document, guideline: Guideline) -> Case:
    said = document.value
    lines = tuple(Line(s[CODE], s.get("session", 1), s.get("units", 1)) for s in said["services"])
    facts: dict[Atom, str] = {}
    notes: list[str] = []
    values = Said(plain(said, guideline.program, notes), guideline.program, notes)
    for predicate in guideline.program.predicates.values():
        if predicate.case:
            facts |= read_facts(predicate.name, predicate.case, values)
    return Case(
        said["id"], said.get("title", ""), said["date_of_service"], lines, facts,
        said.get("expect", {}), said.get("expect_closed", {}), document.place(), tuple(dict.fromkeys(notes)), said,
        document.places,
    )  # fmt: skip
