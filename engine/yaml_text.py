"""YAML and JSON text as plain values that know their line: no tags, no aliases, no doubled keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from .errors import CaseError

Path = tuple[str | int, ...]
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)$")
_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+$")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_DEEPEST = 20  # libyaml's own composer overflows the C stack on deep nesting, so events are read here


class Document:
    """One document of a file: its value, and the line and column of every part by path."""

    def __init__(self, file: str, events: Iterator[yaml.Event]) -> None:
        self.file = file
        self.places: dict[Path, tuple[int, int]] = {}
        self.problems: dict[Path, str] = {}
        self.value = self._build(events, next(events), ())

    def part(self, path: Path) -> Document:
        """Return one part of the document as a document of its own."""
        part = object.__new__(Document)
        part.file, part.value = self.file, self.value
        for key in path:
            part.value = part.value[key]
        part.places = {p[len(path) :]: at for p, at in self.places.items() if p[: len(path)] == path}
        part.problems = {p[len(path) :]: text for p, text in self.problems.items() if p[: len(path)] == path}
        return part

    def place(self, path: Path = ()) -> str:
        """Return file, line and column of a part, or of the nearest part around it."""
        while path not in self.places:
            path = path[:-1]
        return "{}:{}:{}".format(self.file, *self.places[path])

    def order(self, path: Path) -> tuple[int, int]:
        """Return line and column of a part, for sorting."""
        return self.places.get(path, (0, 0))

    def _build(self, events: Iterator[yaml.Event], event: yaml.Event, path: Path) -> Any:
        self.places[path] = _position(event)
        if isinstance(event, yaml.AliasEvent):
            self.problems[path] = f"{self.place(path)}: an alias (*name) stands here; write it out"
            return None
        if tag := getattr(event, "tag", None):
            self.problems[path] = f"{self.place(path)}: the tag {tag} is not allowed; leave it out"
        if len(path) > _DEEPEST:
            raise CaseError(f"{self.place(path)}: nested too deeply for a case; see coverlog schema")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        return self._mapping(events, path)

    def _sequence(self, events: Iterator[yaml.Event], path: Path) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            result.append(self._build(events, event, (*path, len(result))))
        return result

    def _mapping(self, events: Iterator[yaml.Event], path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            at = "{}:{}:{}".format(self.file, *_position(event))
            if not isinstance(event, yaml.ScalarEvent):
                raise CaseError(f"{at}: a key has to be a word")
            if event.value in result:
                self.problems[(*path, event.value)] = f"{at}: {event.value} stands twice; keep one"
            result[event.value] = self._build(events, next(events), (*path, event.value))
        return result


def _position(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _scalar(event: yaml.ScalarEvent) -> Any:
    """Return a scalar: a plain word may be a number, true, false or null, a quoted one is text."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _DECIMAL.match(text) else text


def documents(text: str, file: str) -> Iterator[Document]:
    """Yield the documents of a YAML or JSON text.

    :raises CaseError: where the text is neither, with line and column.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    # A raw tab is white space in JSON, and an error in YAML; inside a string JSON has none.
    text = text.replace("\t", " ") if text.lstrip().startswith(("{", "[")) else text
    events = yaml.parse(text, Loader=loader)
    try:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                yield Document(file, events)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        raise CaseError(f"{at}: not YAML or JSON: {error.problem}") from None
    except yaml.YAMLError as error:
        raise CaseError(f"{file}: not YAML or JSON: {str(error).splitlines()[0]}") from None
