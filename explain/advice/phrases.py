"""Texts in a row, and as sentences."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from functools import partial

wrapped = partial(textwrap.wrap, break_on_hyphens=False)
"""Returns a text as lines of a width; what hyphens hold together, such as an id or a date, stays in one piece."""

filled = partial(textwrap.fill, break_on_hyphens=False)
"""The same as one text."""


def in_whole_words(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Return a text as lines of a width, in which no word is broken, however long it is.

    The lines are those of `wrapped`, found in a fraction of its time where a text is of words with one space between.

    :param first: what the first line begins with.
    :param rest: what all others do.
    """
    if width < 1 or not text.isprintable() or "  " in text or text != text.strip():
        return wrapped(text, width, initial_indent=first, subsequent_indent=rest, break_long_words=False)
    lines, at, size, begin = list[str](), 0, len(text), first
    while at < size:
        end = at + width - len(begin)
        cut = size if size <= end else text.rfind(" ", at, max(at, end + 1))
        if cut < 0:  # the next word is too long for any line
            cut = text.find(" ", at)
        cut = size if cut < 0 else cut
        lines.append(begin + text[at:cut])
        at, begin = cut + 1, rest
    return lines


def sentence(text: str) -> str:
    """Return a clause with a capital letter and a full stop."""
    return stopped(f"{text[:1].upper()}{text[1:]}")


def stopped(text: str) -> str:
    """Return a text with a full stop, unless it ends as a sentence or a question does."""
    return text if text.endswith((".", "?")) else f"{text}."


def some(number: int, name: str) -> str:
    """Return how many there are of something: `1 case`, `2,000 cases`."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def listed(texts: Sequence[str], comma: str = ", ", last: str = " and ") -> str:
    """Return texts in a row: A, B and C."""
    return texts[0] if len(texts) == 1 else comma.join(texts[:-1]) + last + texts[-1]
