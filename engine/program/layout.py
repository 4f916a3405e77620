"""The one layout of a guideline's text, with its comments where they were."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ..language.errors import Finding, GuidelineError
from ..language.parser import Annotation, Clause, parse
from ..language.terms import Place
from .collected import RESERVED

WIDTH = 100
_INDENT = "    "
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+) | (?P<note>%[@>][^\n]*) | (?P<comment>%[^\n]*)
      | (?P<part>"[^"\\\n]*" | :- | [!<>]= | -?[0-9]+(?:\.[0-9]+)? | \#?[A-Za-z_][A-Za-z0-9_]* | [=<>.,()+{}:;])""",
    re.VERBOSE,
)
_SPACED = {"=", "!=", "<", "<=", ">", ">=", "+", "{", ":", ";"}
_BEFORE = {",": ", ", "not": "not ", "}": " }"}
_KINDS = {
    "source": "section", "order": "section", "locator": "locator",
    "rule": "owner", "facts": "owner", "predicate": "predicate",
    "case": "declared", "open": "declared", "error": "declared", "shown": "declared", "outcome": "declared",
}  # fmt: skip
_TITLED = {"rule", "facts", "predicate", "range"}


@dataclass
class Piece:
    """A head or a literal, what ends it, and the comments between it and the next one."""

    words: list[str] = field(default_factory=list)
    depth: int = 0
    end: str = ""
    comments: list[tuple[str, bool]] = field(default_factory=list)  # the text, and whether it shares the line
    breaks: bool = False  # the author goes on on a new line

    def add(self, word: str) -> None:
        self.depth += (word in "({") - (word in ")}")
        if not self.depth and word in (":-", ",", "."):
            self.end = word
        else:
            self.words.append(word)
            self.breaks = False

    def __str__(self) -> str:
        spaced = (f" {word} " if word in _SPACED else _BEFORE.get(word, word) for word in self.words)
        return "".join(spaced).strip() + (" :-" if self.end == ":-" else self.end)


@dataclass
class Item:
    """A comment, an annotation or a clause, as lines."""

    kind: str  # comment; section, locator, owner, property, predicate, declared; reserved, fact, rule
    lines: list[str]
    blank: bool  # a line above it is free


def format_text(text: str, file: str) -> str:
    """Return a text in the canonical layout.

    :param text: the content of one `.dl` file.
    :param file: its name, for messages.
    :raises GuidelineError: where the text is not of the grammar.
    """
    said = _content(text, file)
    items = list(_items(text, file))
    laid_out = "\n".join(_lines(items))
    laid_out += "\n" if laid_out else ""
    if _content(laid_out, file) != said:
        raise GuidelineError([Finding("syntax", Place(file, 1), "the canonical layout would change what the text says",
                                      "leave this file as it is, and report it")])  # fmt: skip
    return laid_out


def _content(text: str, file: str) -> list[object]:
    """Return what a text says, without where it says it, and its comments."""
    said: list[object] = [_said(part) for part in parse(text, file)]
    return said + [match["comment"].rstrip() for match in _TOKEN.finditer(text) if match["comment"]]


def _said(part: Clause | Annotation) -> object:
    if isinstance(part, Clause):
        return part.head, part.body
    return part.key, [piece.strip() for piece in part.rest.partition(":")]


def _words(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the kind of each word, the word, and how many lines end in the space above it."""
    ends = 0
    for match in _TOKEN.finditer(text):
        if match["space"]:
            ends = match["space"].count("\n")
        else:
            yield str(match.lastgroup), match[0], ends
            ends = 0


def _items(text: str, file: str) -> Iterator[Item]:
    """Yield what stands in a text, in order."""
    notes = (part for part in parse(text, file) if isinstance(part, Annotation))
    clause: list[Piece] = []
    free = False
    for kind, word, ends in _words(text):
        if clause:
            clause[-1].breaks |= bool(ends)
            ended = clause[-1].end == "."
            if kind == "comment" and not (ended and ends):
                clause[-1].comments.append((word.rstrip(), not ends))
                continue
            if ended:
                yield from _clause(clause, free)
                clause = []
        if kind == "part":
            free = free if clause else ends > 1
            _add(clause, word)
        else:
            yield Item("comment", [word.rstrip()], ends > 1) if kind == "comment" else _note(next(notes), ends > 1)
    yield from _clause(clause, free)


def _add(clause: list[Piece], word: str) -> None:
    """Add a word to the last piece of a clause, or begin another."""
    if not clause or clause[-1].end:
        clause.append(Piece())
    clause[-1].add(word)


def _note(note: Annotation, blank: bool) -> Item:
    """Return an annotation with single spaces; a colon sets a value apart, and a gloss from what it glosses."""
    key, rest = note.key, note.rest
    if key in _TITLED:
        name, _, gloss = rest.partition(":")
        rest = f"{name.strip()}: {gloss.strip()}" if gloss.strip() else name.strip()
    mark = "%>" if key == "locator" else f"%@ {key}"
    colon = ":" if rest and key not in {*_TITLED, "locator"} else ""
    return Item(_KINDS.get(key, "property"), [f"{mark}{colon} {rest}".rstrip()], blank)


def _clause(pieces: Sequence[Piece], blank: bool) -> Iterator[Item]:
    """Yield a clause, and the comments that stand after its last literal as items of their own."""
    if not pieces:
        return
    name = pieces[0].words[0]
    kind = "rule" if len(pieces) > 1 else "reserved" if name in RESERVED else "fact"
    line = " ".join(map(str, pieces))
    fits = len(line) <= WIDTH and not any(piece.comments for piece in pieces[:-1])
    lines = [line] if fits else _broken(pieces)
    rest = pieces[-1].comments
    if rest and rest[0][1]:
        lines[-1] += f"  {rest[0][0]}"
        rest = rest[1:]
    yield Item(kind, lines, blank)
    yield from (Item("comment", [text], False) for text, _ in rest)


def _broken(pieces: Sequence[Piece]) -> list[str]:
    """Return a clause on several lines: broken where the author did, after a comment, and at the width."""
    lines = [str(pieces[0])]
    fresh = True
    for before, piece in pairwise(pieces):
        for index, (comment, same) in enumerate(before.comments):
            if same and not index:
                lines[-1] += f"  {comment}"
            else:
                lines.append(_INDENT + comment)
        fresh = fresh or bool(before.comments) or before.breaks
        if fresh or len(f"{lines[-1]} {piece}") > WIDTH:
            lines.append(_INDENT + str(piece))
        else:
            lines[-1] += f" {piece}"
        fresh = False
    return lines


def _lines(items: Sequence[Item]) -> Iterator[str]:
    for index, item in enumerate(items):
        if index and _apart(items[index - 1].kind, _leads(items, index), item.blank):
            yield ""
        yield from item.lines


def _leads(items: Sequence[Item], index: int) -> str:
    """Return the kind of an item; a comment directly above an annotation belongs to it."""
    kind = items[index].kind
    while kind == "comment" and index + 1 < len(items) and not items[index + 1].blank:
        index += 1
        kind = items[index].kind
    return kind if kind in ("section", "locator", "owner", "predicate") else items[index].kind


def _apart(before: str, kind: str, blank: bool) -> bool:
    """Say whether a free line stands between two items; `blank` is what the author has."""
    if before == "comment" or kind == "comment":
        return blank
    clauses = ("reserved", "fact", "rule")
    if kind in ("property", "declared"):
        return blank and before in clauses
    if kind in clauses:
        return _apart_clause(before, kind, blank)
    heads = ("section", "locator")
    if before in clauses or (before not in heads and kind != "predicate") or (before in heads and kind == "owner"):
        return True
    return blank and (before, kind) != heads


def _apart_clause(before: str, kind: str, blank: bool) -> bool:
    if before in ("owner", "property") or before == kind == "fact":
        return False
    return blank or before in ("predicate", "declared", "rule") or kind == "rule"
