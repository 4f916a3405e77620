"""A case as the fields of a form and back: what may be said, and how, is read off the guideline's own schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ...engine.cases.document import Document
from ...engine.cases.document import Path as At
from ...engine.cases.meant import concept_of
from ...engine.language.visible import visible
from ...engine.library.guideline import Guideline
from ...engine.program.fitting import referred
from ...engine.program.interface import CODE
from ...engine.program.program import Program
from ...engine.program.schema import DATE

Schema = dict[str, Any]
Values = dict[str, Any]
Fields = Mapping[str, str]
"""What a form holds: by the path of a part of the case, with points between, what is written there."""

SOURCE = "source"
_EXPECTED = ("expect", "expect_closed")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?")


class Input(NamedTuple):
    """One thing to fill in."""

    name: str
    label: str
    value: str
    kind: str  # text, number, date or choice
    options: tuple[tuple[str, str], ...] = ()  # of a choice: each word with its label
    hint: str = ""
    example: str = ""

    @property
    def id(self) -> str:
        """What it is called in the page."""
        return f"f-{self.name}"


class Row(NamedTuple):
    """What belongs together: an item of a list, or one concept with what is said of it and where."""

    name: str
    label: str
    inputs: tuple[Input, ...]

    @property
    def said(self) -> bool:
        """Whether anything of it is filled in."""
        return any(each.value for each in self.inputs)


class Section(NamedTuple):
    """A part of the form: a key of the case with its rows."""

    key: str
    title: str
    rows: tuple[Row, ...]
    grows: bool  # whether it is a list, to which rows may be added

    @property
    def said(self) -> bool:
        """Whether anything of it is filled in."""
        return any(row.said for row in self.rows)


class Filled(Document):
    """A case from a form: the place of each part is the name of its field."""

    def __init__(self, values: Values) -> None:
        self.file, self.value, self.places, self.problems = "the form", values, {}, {}

    def place(self, path: At = ()) -> str:
        return ".".join(map(str, path))


class Form:
    """The form of a guideline's cases.

    :param guideline: its schema says which keys there are, of which shape, with which words.
    """

    def __init__(self, guideline: Guideline) -> None:
        self.guideline, self.program, self.root = guideline, guideline.program, guideline.schema
        self.properties = {key: of for key, of in self.root["properties"].items() if key not in _EXPECTED}

    def values(self, fields: Fields) -> Values:
        """Return the case that the fields say, as a file would say it; what is empty is left out."""
        return self._value({"properties": self.properties}, "", fields) or {}

    def fields(self, values: Values) -> dict[str, str]:
        """Return the fields that say a case; `values` gives the case back, but for what it is expected to come to."""
        return dict(self._flat({"properties": self.properties}, "", values))

    def tidied(self, fields: Fields) -> dict[str, str]:
        """Return the fields that say the same case, rows without a gap and words by their names.

        A source that is written before what it is the source of stays.
        """
        ahead = {name: _text(fields, name) for name in fields
                 if name.endswith(f".{SOURCE}") and not any(map(str.isdecimal, name.split(".")))}  # fmt: skip
        return {name: text for name, text in ahead.items() if text} | self.fields(self.values(fields))

    def sections(self, fields: Fields, more: str = "") -> list[Section]:
        """Return the parts of the form, filled in.

        :param more: the key of a list that is to have one more empty row.
        """
        plain = [key for key, of in self.properties.items() if not self._items(of) and "properties" not in of]
        rows = tuple(self._row(self.properties[key], key, titled(key, self.program), fields) for key in plain)
        found = [Section("", "Request", rows, grows=False)]
        for key, of in self.properties.items():
            if key not in plain:
                found.append(self._section(key, of, fields, 2 if key == more else 1))
        return sorted(found, key=lambda section: section.key not in ("", "services"))

    def _section(self, key: str, of: Schema, fields: Fields, blank: int) -> Section:
        title = titled(key, self.program)
        if item := self._items(of):
            used = numbers(key, fields)
            at = [*used, *range(max(used, default=-1) + 1, max(used, default=-1) + 1 + blank)]
            rows = tuple(self._row(item, f"{key}.{n}", f"{title}, {i}", fields) for i, n in enumerate(at, 1))
            return Section(key, title, rows, grows=True)
        rows = tuple(
            self._row(each, f"{key}.{name}", self.program.label(name), fields)
            for name, each in of["properties"].items()
        )
        return Section(key, title, rows, grows=False)

    def _row(self, of: Schema, name: str, label: str, fields: Fields) -> Row:
        return Row(name, label, tuple(self._inputs(of, name, label, fields)))

    def _inputs(self, of: Schema, name: str, label: str, fields: Fields) -> Iterator[Input]:
        """Yield what is to be filled in at a path."""
        of = referred(of, self.root)
        if "if" in of:
            of = referred(of["then"], self.root)
        if "properties" in of:
            for key, each in of["properties"].items():
                yield from self._inputs(each, f"{name}.{key}", titled(key, self.program), fields)
        elif item := self._items(of):
            for number in range(len(numbers(name, fields)) + 1):
                yield from self._inputs(item, f"{name}.{number}", label, fields)
        else:
            yield self._input(of, name, label, fields.get(name, ""))

    def _input(self, of: Schema, name: str, label: str, value: str) -> Input:
        if "enum" in of:
            words: list[str] = of["enum"]
            labels: list[str] = of.get("enumDescriptions", words)
            return Input(name, label, value, "choice", tuple(zip(words, labels, strict=True)), of.get("default", ""))
        if of.get("pattern") == DATE:
            return Input(name, label, value, "date")
        if not _is_number(of):
            return Input(name, label, value, "text")
        unit, _, others = of.get("description", "").partition(",")
        return Input(name, label, value, "number", (), unit, others.partition(": ")[2])

    def _value(self, of: Schema, name: str, fields: Fields) -> Any:
        """Return what the fields say at a path; None where they say nothing."""
        of = referred(of, self.root)
        if "if" in of:
            key = of["then"]["required"][0]
            value, source = self._value(of["else"], f"{name}.{key}", fields), _text(fields, f"{name}.{SOURCE}")
            return value if value is None or not source else {key: value, SOURCE: source}
        if "properties" in of:
            inner = ((key, self._value(each, _at(name, key), fields)) for key, each in of["properties"].items())
            return {key: value for key, value in inner if value is not None} or None
        if item := self._items(of):
            each = [self._value(item, f"{name}.{number}", fields) for number in numbers(name, fields)]
            return [value for value in each if value is not None] or None
        return self._scalar(of, _text(fields, name))

    def _scalar(self, of: Schema, text: str) -> Any:
        if not text:
            return None
        if "enum" in of:
            return text if text in of["enum"] else concept_of(text, self.program) or text
        if _is_number(of) and _NUMBER.fullmatch(text):
            return float(text) if "." in text else int(text)
        return text

    def _flat(self, of: Schema, name: str, value: Any) -> Iterator[tuple[str, str]]:
        of = referred(of, self.root)
        if "if" in of:
            full = value if isinstance(value, dict) else {of["then"]["required"][0]: value}
            yield from ((f"{name}.{key}", str(each)) for key, each in full.items())
        elif "properties" in of and isinstance(value, dict):
            for key in of["properties"]:
                if key in value:
                    yield from self._flat(of["properties"][key], _at(name, key), value[key])
        elif (item := self._items(of)) and isinstance(value, list):
            for number, each in enumerate(value):
                yield from self._flat(item, f"{name}.{number}", each)
        else:
            yield name, str(value)

    @staticmethod
    def _items(of: Schema) -> Schema | None:
        return of.get("items")


def _is_number(of: Schema) -> bool:
    """Say whether a number may stand somewhere; beside it text may, such as `6 weeks`."""
    kinds = of.get("type", "")
    return bool({"integer", "number"} & {*([kinds] if isinstance(kinds, str) else kinds)})


def _at(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key


def titled(key: str, program: Program) -> str:
    """Return a key of a case as the heading of what is filled in there: its declared label, or its words."""
    label = "code" if key == CODE else program.label(key)
    return label[:1].upper() + label[1:]


def _text(fields: Fields, name: str) -> str:
    return visible(fields.get(name, "").strip())


def numbers(name: str, fields: Fields) -> list[int]:
    """Return the numbers of the items of a list that have a field with something in it."""
    own = (
        key[len(name) + 1 :].partition(".")[0] for key, text in fields.items() if key.startswith(f"{name}.") and text
    )
    return sorted({int(number) for number in own if number.isdecimal() and len(number) < 6})
