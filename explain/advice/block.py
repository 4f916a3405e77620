"""The parts a letter is made of, before anyone writes them as Markdown or HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Block(NamedTuple):
    """A part of a letter: `title`, `heading`, `text` or `items`, each with (lead, text) pairs; a lead stands out."""

    kind: str
    parts: tuple[tuple[str, str], ...]


def heading(text: str) -> Block:
    """Return the heading of a section."""
    return Block("heading", (("", text),))


def text(text: str, lead: str = "") -> Block:
    """Return a paragraph; its lead stands out."""
    return Block("text", ((lead, text),))


def items(parts: Iterable[tuple[str, str]]) -> Block:
    """Return a list of (lead, text) pairs."""
    return Block("items", tuple(parts))


def sentence(text: str) -> str:
    """Return a clause with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")


def listed(texts: Sequence[str], comma: str = ", ", last: str = " and ") -> str:
    """Return texts in a row: A, B and C."""
    return texts[0] if len(texts) == 1 else comma.join(texts[:-1]) + last + texts[-1]


def one(found: Sequence[object], one: str, several: str) -> str:
    """Return the word for one thing, or the one for several."""
    return one if len(found) == 1 else several
