"""YAML and JSON text as plain values that know their line: no tags, no aliases, no doubled keys, nothing hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from ..language.errors import Fault, refused
from ..language.visible import short, visible
from .broken import not_yaml

Path = tuple[str | int, ...]
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_LONGEST = 18  # the digits of a number: what is longer counts nothing, and some of it takes Python minutes to read
_STRING = r'(?s)"(?:[^"\\]++|\\.)*+"?'  # one that is not closed ends with the text
_PAIR = r"(?si)\\u(d[89ab]..)\\u(d[c-f]..)|(\\ud[89a-f]..)|\\."
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_COUNT = "write a whole number of at most 18 digits, or a text in quotes"
_TOO_DEEP = "nested too deeply for a case", "see coverlog schema"
_DEEPEST = 20  # libyaml's own composer overflows the C stack on deep nesting, so events are read here


class Document:
    """One document of a file: its value, and the line and column of every part by path.

    Its text is visible: what a reader could not see stands there as an escape, in keys and in values.
    """

    def __init__(self, file: str, events: Iterator[yaml.Event] | None = None) -> None:
        self.file = file
        self.places: dict[Path, tuple[int, int]] = {}
        self.problems: dict[Path, Fault] = {}
        self.value: Any = self._build(events, next(events), ()) if events else None

    def items(self) -> list[Document]:
        """Return the items of a list, each as a document of its own."""
        items = [Document(self.file) for _ in self.value]
        for item, value in zip(items, self.value, strict=True):
            item.value = value
        for (index, *rest), at in ((path, at) for path, at in self.places.items() if path):
            items[index].places[tuple(rest)] = at  # type: ignore[index]
        for (index, *rest), fault in ((path, fault) for path, fault in self.problems.items() if path):
            items[index].problems[tuple(rest)] = fault  # type: ignore[index]
        return items

    def place(self, path: Path = ()) -> str:
        """Return file, line and column of a part, or of the nearest part around it."""
        return "{}:{}:{}".format(self.file, *self.order(path))

    def order(self, path: Path) -> tuple[int, int]:
        """Return line and column of a part, or of the nearest part around it, for sorting."""
        around = (path[:end] for end in range(len(path), -1, -1))
        return next((self.places[each] for each in around if each in self.places), (0, 0))

    def _build(self, events: Iterator[yaml.Event], event: yaml.Event, path: Path) -> Any:
        self.places[path] = _position(event)
        if isinstance(event, yaml.AliasEvent):
            self._fault(path, "an alias (*name) stands here", "write it out")
            return None
        if tag := getattr(event, "tag", None):
            self._fault(path, f"the tag {tag} is not allowed", "leave it out")
        if len(path) > _DEEPEST:
            raise refused(self.place(path), *_TOO_DEEP)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        return self._mapping(events, path)

    def _fault(self, path: Path, message: str, remedy: str) -> None:
        self.problems[path] = Fault(self.place(path), message, remedy)

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
                raise refused(at, "a key has to be a word")
            key = visible(event.value)
            again = key in result
            result[key] = self._build(events, next(events), (*path, key))
            if again:
                self.problems[(*path, key)] = Fault(at, f"{short(key)} stands twice", "keep one")
        return result

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Any:
        """Return a scalar: a plain word may be a number, true, false or null, a quoted one is text."""
        text: str = event.value
        if not event.implicit[0]:
            return visible(text)
        if text in _WORDS:
            return _WORDS[text]
        if not _NUMBER.fullmatch(text):
            return visible(text)
        number = _number(text)
        if number is None:
            self._fault(path, f"{short(text, 24)} is no number that can be counted with", _COUNT)
        return number


def _position(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _number(text: str) -> int | float | None:
    """Return a number as it is meant, a whole decimal (6.0, 6e0) as the integer it is.

    None stands for one that is too long, too large or too fine to be told from others.
    """
    if len(text) <= _LONGEST and text.lstrip("-").isdecimal():
        return int(text)
    from decimal import Decimal, DecimalException  # most cases have no decimals

    try:
        exact = Decimal(text)
        if len(text) > 2 * _LONGEST or exact.adjusted() >= _LONGEST:
            return None
        if exact == exact.to_integral_value():
            return int(exact)
    except DecimalException:
        return None
    return None if float(exact).is_integer() else float(exact)


def path_of(error: Any, value: Any) -> Path:
    """Return where an error of the validator stands in a value: it gives a key of digits alone as a number.

    :param error: a `jsonschema_rs.ValidationError`.
    """
    path: Path = ()
    for step in error.instance_path:
        if isinstance(value, dict) and isinstance(step, int):
            alike = (key for key in value if (key.lstrip("+0") or "0") == str(step))
            step = str(step) if str(step) in value else next(alike)
        path, value = (*path, step), value[step]
    return path


def documents(text: str, file: str) -> Iterator[Document]:
    """Yield the documents of a YAML or JSON text.

    :raises CaseError: where the text is neither, with line and column.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    if text.lstrip().startswith(("{", "[")):
        # A raw tab is white space in JSON, and an error in YAML; inside a string JSON has none.
        text = re.sub(_STRING, lambda found: _paired(found, file), text.replace("\t", " "))
    try:
        events = yaml.parse(text, Loader=loader)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                yield Document(file, events)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        deep = "nesting depth" in str(error.problem)  # libyaml has a limit of its own, which may be met first
        raise refused(at, *(_TOO_DEEP if deep else not_yaml(str(error.problem)))) from None
    except yaml.reader.ReaderError as error:
        # Its position counts bytes or characters, as the parser does; the character itself is allowed nowhere.
        at = _at(file, text, max(text.find(chr(error.character)), 0))
        raise refused(at, f"not YAML or JSON: {str(error).splitlines()[0]}") from None
    except yaml.YAMLError as error:
        raise refused(file, f"not YAML or JSON: {str(error).splitlines()[0]}") from None


def _paired(string: re.Match[str], file: str) -> str:
    """Return a string of JSON with pairs of surrogates, which YAML does not know, as the characters they stand for.

    Spaces after it make up for its length, so that what follows keeps its column.

    :raises CaseError: where a half stands alone.
    """

    def character(escape: re.Match[str]) -> str:
        high, low, alone = escape.groups()
        if alone:
            at = _at(file, string.string, string.start() + escape.start())
            raise refused(at, f"{alone} is half a character", "write both halves, or leave it out")
        return chr(0x10000 + (int(high, 16) - 0xD800) * 0x400 + int(low, 16) - 0xDC00) if high else escape[0]

    whole = re.sub(_PAIR, character, string[0])
    return whole + " " * (len(string[0]) - len(whole))


def _at(file: str, text: str, offset: int) -> str:
    """Return file, line and column of an offset in a text."""
    before = text[:offset]
    return f"{file}:{before.count(chr(10)) + 1}:{offset - before.rfind(chr(10))}"
