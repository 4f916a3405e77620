"""JSON text of the usual kind as a document, without YAML, which is slow to import; the rest is left to that."""

from __future__ import annotations

import json
import re
from bisect import bisect
from typing import Any

from ..language.visible import visible
from .document import DEEPEST, WORDS, Document, Path, is_number, number

_USUAL = r"[\n -\[\]-~]*"  # no escape, no tab, no line break that JSON and YAML see differently
_PIECE = r'"[^"]*"|[][{},:]|[^][{},:"\s]+'
_LONGEST = 1000  # how long a key may be: YAML knows none that is longer


class _UnusualError(Exception):
    """What YAML has to read, or to refuse."""


def usual_json(text: str, file: str) -> Document | None:
    """Return the document of a JSON text as YAML reads it too; None where that may be another one, or none."""
    if not re.fullmatch(_USUAL, text):
        return None
    document = Document(file)
    try:
        json.loads(text)  # from here on it is known to be JSON
        reader = _Reader(text, document)
        document.value = reader.value(next(reader.tokens), ())
    except (ValueError, RecursionError, _UnusualError):
        return None
    return document


class _Reader:
    """Reads one document, part by part."""

    def __init__(self, text: str, document: Document) -> None:
        self.text, self.document = text, document
        self.tokens = re.finditer(_PIECE, text)
        self.lines = [0, *(found.end() for found in re.finditer("\n", text))]  # where each begins

    def value(self, token: re.Match[str], path: Path) -> Any:
        """Return the part that begins with a token."""
        line = bisect(self.lines, token.start())
        self.document.places[path] = line, token.start() - self.lines[line - 1] + 1
        if len(path) > DEEPEST:
            raise _UnusualError
        if token[0] == "{":
            return self._mapping(path)
        return self._sequence(path) if token[0] == "[" else _scalar(token[0])

    def _sequence(self, path: Path) -> list[Any]:
        found: list[Any] = []
        while (token := next(self.tokens))[0] != "]":
            if token[0] != ",":
                found.append(self.value(token, (*path, len(found))))
        return found

    def _mapping(self, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (token := next(self.tokens))[0] != "}":
            if token[0] == ",":
                continue
            key, colon = visible(token[0][1:-1]), next(self.tokens)
            between = self.text[token.end() : colon.start()]
            if key in found or "\n" in between or len(key) + len(between) > _LONGEST:
                raise _UnusualError
            found[key] = self.value(next(self.tokens), (*path, key))
        return found


def _scalar(text: str) -> Any:
    if text.startswith('"'):
        return visible(text[1:-1])
    if text in WORDS:
        return WORDS[text]
    if not is_number(text) or (found := number(text)) is None:
        raise _UnusualError
    return found
