"""Texts in a row, and as sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence


def wrapped(
    text: str, width: int, initial_indent: str = "", subsequent_indent: str = "", *, break_long_words: bool = True
) -> list[str]:
    """Return a text as lines of a width; what hyphens hold together, such as an id or a date, stays in one piece.

    The lines are those of `textwrap`, found in a fraction of its time where a text is of words with spaces between.

    :param initial_indent: what the first line begins with.
    :param subsequent_indent: what all others do.
    :param break_long_words: whether a word that is too long for any line is broken.
    """
    plain = width > 0 and text.isprintable() and "   " not in text and text[:1] != " " != text[-1:]
    room = width - max(len(initial_indent), len(subsequent_indent)) if break_long_words else len(text)
    if not plain or (len(text) > room and max(map(len, text.split(" "))) > room):
        import textwrap  # slow to import, and few texts need it

        return textwrap.wrap(text, width, initial_indent=initial_indent, subsequent_indent=subsequent_indent,
                             break_on_hyphens=False, break_long_words=break_long_words)  # fmt: skip
    lines, at, size, begin = list[str](), 0, len(text), initial_indent
    while at < size:
        end = at + width - len(begin)
        cut = size if size <= end else text.rfind(" ", at, max(at, end + 1))
        if cut < 0:  # the next word is too long for any line
            cut = text.find(" ", at)
        cut = size if cut < 0 else cut
        lines.append(begin + text[at:cut].rstrip(" "))
        at, begin = cut + 1 + (text[cut + 1 : cut + 2] == " "), subsequent_indent
    return lines


def filled(text: str, width: int, initial_indent: str = "", subsequent_indent: str = "") -> str:
    """Return the same as one text."""
    return "\n".join(wrapped(text, width, initial_indent, subsequent_indent))


def in_whole_words(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Return a text as lines of a width, in which no word is broken, however long it is; see `wrapped`.

    :param first: what the first line begins with.
    :param rest: what all others do.
    """
    return wrapped(text, width, first, rest, break_long_words=False)


def sentence(text: str) -> str:
    """Return a clause with a capital letter and a full stop."""
    return stopped(f"{text[:1].upper()}{text[1:]}")


def stopped(text: str) -> str:
    """Return a text with a full stop, unless it ends as a sentence or a question does."""
    return text if text.endswith((".", "?")) else f"{text}."


_ONE = r"(?i)(?<![\d.,])(?<!\bsession )1 (\w*[^\Waisu])s\b"


def singular(text: str) -> str:
    """Return a text with what stands in the plural behind a 1 in the singular: `1 week`; a session 1 `has`."""
    return re.sub(_ONE, r"1 \1", text) if "1 " in text else text


def some(number: int, name: str) -> str:
    """Return how many there are of something: `1 case`, `2,000 cases`."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def listed(texts: Sequence[str], comma: str = ", ", last: str = " and ") -> str:
    """Return texts in a row: A, B and C."""
    return texts[0] if len(texts) == 1 else comma.join(texts[:-1]) + last + texts[-1]
