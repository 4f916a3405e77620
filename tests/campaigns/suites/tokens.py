"""The tokens of a program of others, and what reads them one after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from coverlog.tests.campaigns.suites.theirs import RefusedError


class Token(NamedTuple):
    """A word of a program, and what it is."""

    kind: str
    text: str


def tokens_of(text: str, pattern: re.Pattern[str]) -> list[Token]:
    """Return the tokens of a text.

    :param pattern: a group for each kind; that of what stands between tokens is `skip`.
    :raises RefusedError: where something fits no kind.
    """
    found, at = [], 0
    while at < len(text):
        match = pattern.match(text, at)
        if not match:
            raise RefusedError("signs of its own")
        if match.lastgroup != "skip":
            found.append(Token(str(match.lastgroup), match[0]))
        at = match.end()
    return found


class Reader:
    """Tokens that are taken one after the other."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens, self.at = tokens, 0

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead].text if self.at + ahead < len(self.tokens) else ""

    def next(self) -> Token:
        if self.at >= len(self.tokens):
            raise RefusedError("a text that ends early")
        self.at += 1
        return self.tokens[self.at - 1]

    def take(self, text: str) -> bool:
        found = self.peek() == text
        self.at += found
        return found
