"""Text of a case or a file's name as people may be shown it: nothing in it is hidden, and it ends where it ends."""

from __future__ import annotations

import re
import unicodedata

# Printable by Unicode's word, and yet nothing to see: joiners, fillers, selectors of variants beyond those of emoji.
_HIDDEN = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\U000e0100-\U000e01ef]"

CONTROL, ESCAPED = 4, 10
"""The most characters of the escape of a control of ASCII, and of anything."""


def visible(text: str) -> str:
    r"""Return a text with what cannot be seen as its escape: an ESC as `\x1b`, a bidirectional mark as `\u202e`.

    Line breaks, tabs and wide spaces become spaces; controls, marks of direction, zero-width characters, line
    separators, lone surrogates and what Unicode has not assigned become escapes. It is its own fixed point.
    """
    if text.isprintable() and (text.isascii() or not re.search(_HIDDEN, text)):
        return text
    return "".join(c if c.isprintable() and not re.match(_HIDDEN, c) else _escape(c) for c in text)


def _escape(char: str) -> str:
    if char in "\t\n\r" or unicodedata.category(char) == "Zs":
        return " "
    number = ord(char)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def in_quotes(text: str) -> str:
    """Return words of a case between quotation marks, so that they end where they end and imitate no citation.

    A quotation mark among them becomes an apostrophe.
    """
    return '"{}"'.format(text.replace('"', "'"))


def short(text: str, most: int = 60) -> str:
    """Return the beginning of a text, for quoting in a message of one line."""
    return text if len(text) <= most else f"{text[:most]}…"
