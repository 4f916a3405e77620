"""A case file to facts: read, checked against the schema, and turned into atoms with their sources."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from .errors import CaseError, did_you_mean
from .facts import Said, read_facts
from .library import Guideline
from .schema import DATE, DIAGNOSIS, PROCEDURE, case_schema
from .terms import Atom
from .yaml_text import Document, documents
from .yaml_text import Path as At

MAX_BYTES = 2**20
"""The largest case file, in bytes; a case takes about 1,000."""


class Line(NamedTuple):
    """A service line: a procedure code, its units, and the session it belongs to."""

    cpt: str
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


class Unreadable(NamedTuple):
    """A case or a file that could not be read, and why."""

    id: str
    error: str


def read_files(paths: Iterable[Path], guideline: Guideline) -> Iterator[Case | Unreadable]:
    """Yield the cases of files, and of all `.yaml`, `.yml` and `.json` files below folders.

    What cannot be read comes as `Unreadable`; the others are not held up by it.
    """
    for path in paths:
        files = (
            sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml", ".json")) if path.is_dir() else [path]
        )
        if not files:
            yield Unreadable(str(path), f"{path}: no case file (.yaml, .yml, .json) in this folder")
        for file in files:
            try:
                data = file.read_bytes() if file.stat().st_size <= MAX_BYTES else b" " * (MAX_BYTES + 1)
            except OSError as error:
                yield Unreadable(str(file), f"{file}: cannot be read: {error.strerror}")
                continue
            yield from read_text(data, str(file), guideline)


def read_text(data: bytes, file: str, guideline: Guideline) -> Iterator[Case | Unreadable]:
    """Yield the cases of one text: a case, a list of cases, or several YAML documents."""
    empty = True
    try:
        if len(data) > MAX_BYTES:
            raise CaseError(f"{file}: larger than {MAX_BYTES:,} bytes; split it into several files")
        for document in documents(data.decode("utf-8-sig"), file):
            parts = range(len(document.value)) if isinstance(document.value, list) else ()
            for part in [document.part((i,)) for i in parts] or [document]:
                if part.value:
                    empty = False
                    yield read_case(part, guideline)
    except UnicodeDecodeError as error:
        yield Unreadable(file, f"{file}: not UTF-8 text (byte {error.start}); save it as UTF-8")
    except CaseError as error:
        yield Unreadable(file, str(error))
    else:
        if empty:
            yield Unreadable(file, f"{file}: empty; write a case (see coverlog schema)")


def read_case(document: Document, guideline: Guideline) -> Case | Unreadable:
    """Return the case a document says, or why it says none."""
    name = document.value.get("id") if isinstance(document.value, dict) else None
    try:
        _validate(document, guideline)
        return _case(document, guideline)
    except CaseError as error:
        return Unreadable(name if isinstance(name, str) else document.file, str(error))


def _validate(document: Document, guideline: Guideline) -> None:
    for problem in document.problems.values():
        raise CaseError(problem)
    from fastjsonschema import JsonSchemaValueException

    try:
        _compiled(guideline)(document.value)
    except JsonSchemaValueException as error:
        raise CaseError(_explain(error, document)) from None
    date = document.value["date_of_service"]
    try:
        datetime.date.fromisoformat(date)
    except ValueError:
        raise CaseError(f"{document.place(('date_of_service',))}: {date} is no day of the calendar") from None


@cache
def _compiled(guideline: Guideline) -> Callable[[Any], object]:
    from fastjsonschema import compile as compile_schema

    check: Callable[[Any], object] = compile_schema(case_schema(guideline.program), use_default=False)
    return check


def _explain(error: Any, document: Document) -> str:
    """Say what is wrong at a place of a case, and what was meant."""
    path: At = tuple(int(key) if key.isdigit() else key for key in error.path[1:])
    name = ".".join(map(str, path)) or "the case"
    known: Iterable[str] = ()
    word = str(error.value)
    if error.rule == "additionalProperties":
        known = error.definition["properties"]
        patterns = error.definition.get("patternProperties", {})
        word = next(k for k in error.value if k not in known and not any(re.search(p, k) for p in patterns))
        path, said = (*path, word), f"unknown key {word} in {name}"
    elif error.rule == "enum":
        known, said = error.rule_definition, f"{name} is {word}, which is none of the words allowed"
    else:
        said = f"{name} {_WRONG[error.rule](error)}"
    hint = did_you_mean(word, known) or (f"known are {', '.join(known)}" if known else "")
    return f"{document.place(path)}: {said}" + (f"; {hint}" if hint else "")


_TYPES = {"object": "keys and values", "array": "a list", "string": "text", "integer": "a whole number"}


def _wrong_type(error: Any) -> str:
    quoted = f'; write it in quotes: "{error.value}"'
    hint = quoted if error.rule_definition == "string" and isinstance(error.value, int) else ""
    return f"has to be {_TYPES[error.rule_definition]}, not {error.value!r}{hint}"


def _wrong_form(error: Any) -> str:
    example = {PROCEDURE: "99213, in quotes", DIAGNOSIS: "A00.1", DATE: "2025-11-03"}
    return f"is {error.value!r}; write it like {example.get(error.rule_definition, 'a word')}"


_WRONG: dict[str, Callable[[Any], str]] = {
    "type": _wrong_type,
    "pattern": _wrong_form,
    "minimum": lambda e: f"is {e.value}, and cannot be less than {e.rule_definition}",
    "minItems": lambda e: "is empty; name at least one",
    "required": lambda e: f"lacks {next(k for k in e.rule_definition if k not in e.value)}",
}


def _case(document: Document, guideline: Guideline) -> Case:
    said = document.value
    lines = tuple(Line(s["cpt"], s.get("session", 1), s.get("units", 1)) for s in said["services"])
    facts: dict[Atom, str] = {}
    notes: list[str] = []
    for predicate in guideline.program.predicates.values():
        if predicate.case:
            facts |= read_facts(predicate.name, predicate.case, Said(said, guideline.program, notes))
    return Case(
        said["id"], said.get("title", ""), said["date_of_service"], lines, facts,
        said.get("expect", {}), said.get("expect_closed", {}), document.place(), tuple(dict.fromkeys(notes)), said,
    )  # fmt: skip
