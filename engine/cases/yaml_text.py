"""YAML text as documents: no tags, no aliases, no doubled keys, nothing hidden; and JSON out of the ordinary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from ..language.errors import Fault, refused
from ..language.visible import short, visible
from .broken import not_yaml
from .document import DEEPEST, WORDS, Document, Path, is_number, number

_STRING = r'(?s)"(?:[^"\\]++|\\.)*+"?'  # one that is not closed ends with the text
_PAIR = r"(?si)\\u(d[89ab]..)\\u(d[c-f]..)|(\\ud[89a-f]..)|\\."
_COUNT = "write a whole number of at most 18 digits, or a text in quotes"
_TOO_DEEP = "nested too deeply for a case", "see coverlog schema"


class _Reader:
    """Reads one document; libyaml's own composer overflows the C stack on deep nesting, so events are read here."""

    def __init__(self, document: Document, events: Iterator[yaml.Event]) -> None:
        self.document, self.events = document, events

    def build(self, event: yaml.Event, path: Path) -> Any:
        self.document.places[path] = _position(event)
        if isinstance(event, yaml.AliasEvent):
            self.document.fault(path, "an alias (*name) stands here", "write it out")
            return None
        if tag := getattr(event, "tag", None):
            self.document.fault(path, f"the tag {tag} is not allowed", "leave it out")
        if len(path) > DEEPEST:
            raise refused(self.document.place(path), *_TOO_DEEP)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            result.append(self.build(event, (*path, len(result))))
        return result

    def _mapping(self, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            at = "{}:{}:{}".format(self.document.file, *_position(event))
            if not isinstance(event, yaml.ScalarEvent):
                raise refused(at, "a key has to be a word")
            key = visible(event.value)
            again = key in result
            result[key] = self.build(next(self.events), (*path, key))
            if again:
                self.document.problems[(*path, key)] = Fault(at, f"{short(key)} stands twice", "keep one")
        return result

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Any:
        """Return a scalar: a plain word may be a number, true, false or null, a quoted one is text."""
        text: str = event.value
        if not event.implicit[0]:
            return visible(text)
        if text in WORDS:
            return WORDS[text]
        if not is_number(text):
            return visible(text)
        found = number(text)
        if found is None:
            self.document.fault(path, f"{short(text, 24)} is no number that can be counted with", _COUNT)
        return found


def _position(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def yaml_documents(text: str, file: str) -> Iterator[Document]:
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
                document = Document(file)
                document.value = _Reader(document, events).build(next(events), ())
                yield document
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
