"""The text of a guideline, parsed by Lark into clauses and annotations in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from .errors import Finding, GuidelineError
from .foreign import foreign
from .terms import UNDOCUMENTED, Aggregate, Atom, Comparison, Element, Literal, Part, Place, Quantity, Term, Var
from .tuples import aggregate, numbered, sharing


class Annotation(NamedTuple):
    """A `%@ key rest` line (`%>` has the key `locator`)."""

    key: str
    rest: str
    place: Place


class Clause(NamedTuple):
    """A head and its body, before its annotations are attached."""

    head: Atom
    body: tuple[Part, ...]
    place: Place


class _OtherwiseError(Exception):
    """A token that a solver of the same language reads otherwise, or cannot read."""

    def __init__(self, token: Token, message: str, fix: str) -> None:
        self.token, self.message, self.fix = token, message, fix


FUNCTIONS = ("#count", "#sum")
LARGEST = 2**31 - 1
"""The largest number a text may hold; a solver of the same language counts in 32 bits."""
_PLAIN = re.compile(r"0|-?[1-9][0-9]{0,9}")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,9})\.[0-9]{1,4}")


class _Build(Transformer[Token, list[object]]):
    """Turns Lark's tokens into terms. It keeps nothing: one is shared by all threads."""

    def VARIABLE(self, token: Token) -> Var:
        return Var(str(token))

    def ANONYMOUS(self, token: Token) -> Var:
        return Var("_")

    def STRING(self, token: Token) -> str:
        if token == UNDOCUMENTED:
            raise _OtherwiseError(
                token, f"{token} stands for what is undocumented", "use another text, or read a variable"
            )
        return str(token)

    def INTEGER(self, token: Token) -> int:
        plain = bool(_PLAIN.fullmatch(token))
        if not plain and len(token.lstrip("-0")) <= 10:
            raise _OtherwiseError(token, f"{token} is no plain number", f"write {int(token)}, or a text in quotes")
        if not plain or abs(int(token)) > LARGEST:
            raise _OtherwiseError(token, "a number is too long", f"write one from -{LARGEST} to {LARGEST}")
        return int(token)

    def DECIMAL(self, token: Token) -> Quantity:
        count, places = int(token.replace(".", "")), len(token.partition(".")[2])
        if not _DECIMAL.fullmatch(token) or abs(count) > LARGEST:
            most = f"at most 4 decimals, and at most {LARGEST} without its point"
            raise _OtherwiseError(token, f"{token} is no decimal number to count with", f"write one with {most}")
        return Quantity(count, places)

    def atom(self, parts: list[Token]) -> tuple[Atom, Token]:
        name, *args = parts
        terms = tuple(str(a) if isinstance(a, Token) else a for a in args if a is not None)
        return Atom(str(name), terms), name

    def literal(self, parts: list[object]) -> Literal:
        negation, atom = parts
        return Literal(atom[0], negation is None)  # type: ignore[index]

    def sum(self, parts: list[Term]) -> tuple[Term, ...]:
        return tuple(str(p) if isinstance(p, Token) else p for p in parts)

    def comparison(self, parts: list[object]) -> Comparison:
        left, op, right = parts
        return Comparison(left, str(op), right)  # type: ignore[arg-type]

    def terms(self, parts: list[Term]) -> tuple[Term, ...]:
        return self.sum(parts)

    def condition(self, parts: list[Literal | Comparison]) -> tuple[Literal | Comparison, ...]:
        return tuple(parts)

    def element(self, parts: list[object]) -> Element:
        return Element(*parts)  # type: ignore[arg-type]

    def aggregate(self, parts: list[Any]) -> Aggregate:
        (*left, function), elements, right = parts[:3], tuple(parts[3:-2]), parts[-2:]
        if function not in FUNCTIONS:
            raise _OtherwiseError(function, f"{function} is not supported", f"write {' or '.join(FUNCTIONS)}")
        if left[1] is None and right[0] is None:
            raise _OtherwiseError(function, f"{function} is compared with nothing", "write >= and a number behind it")
        return aggregate(str(function), elements, left, right)

    def body(self, parts: list[Part]) -> tuple[Part, ...]:
        return tuple(numbered(parts))

    def clause(self, parts: list[object]) -> Clause:
        (head, name), body = cast("tuple[tuple[Atom, Token], tuple[Part, ...] | None]", parts)
        return Clause(head, tuple(sharing(body or (), head)), Place("", name.line or 1, name.column or 1))

    def start(self, parts: list[object]) -> list[object]:
        return parts


class _Placed(_Build):
    """Keeps the place of each part of a query."""

    def literal(self, parts: list[object]) -> tuple[Literal, Token]:  # type: ignore[override]
        return super().literal(parts), parts[1][1]  # type: ignore[index]

    def comparison(self, parts: list[object]) -> tuple[Comparison, Token]:  # type: ignore[override]
        return super().comparison(parts), cast("Token", parts[1])

    def condition(self, parts: list[tuple[Any, Token]]) -> tuple[Any, ...]:  # type: ignore[override]
        return tuple(part for part, _ in parts)

    def aggregate(self, parts: list[Any]) -> tuple[Aggregate, Token]:  # type: ignore[override]
        return super().aggregate(parts), parts[2]

    def body(self, parts: list[tuple[Part, Token]]) -> object:  # type: ignore[override]
        return list(zip(sharing(list(numbered(part for part, _ in parts))), [t for _, t in parts], strict=True))

    def query(self, parts: list[object]) -> object:
        return parts[0]


@cache
def _parser(start: str = "start") -> Lark:
    grammar = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    build = _Placed() if start == "query" else _Build()
    return Lark(grammar, parser="lalr", start=start, transformer=build, maybe_placeholders=True)


def parse(text: str, file: str) -> Iterator[Clause | Annotation]:
    """Return the clauses and annotations of a text in order.

    :param text: the content of one `.dl` file.
    :param file: its name, for messages.
    :raises GuidelineError: where the text is not of the grammar, with line, column and a remedy.
    """
    return iter(_parts(text, file))


@lru_cache(maxsize=32)  # a text that is checked is read more than once
def _parts(text: str, file: str) -> list[Clause | Annotation]:
    try:
        parts = _parser().parse(text)
    except UnexpectedInput as error:
        raise GuidelineError([_explain(error, file, text)]) from None
    except _OtherwiseError as error:
        raise GuidelineError([_otherwise(error, file)]) from None
    return [
        part._replace(place=part.place._replace(file=file)) if isinstance(part, Clause) else _annotation(part, file)
        for part in parts  # type: ignore[attr-defined]
    ]


def parse_query(text: str, file: str = "query") -> list[tuple[Part, Place]]:
    """Return the parts of a query, the body of a rule with or without its full stop, each with its place.

    :raises GuidelineError: where it is no query, with line, column and a remedy.
    """
    try:
        parts = cast("list[tuple[Part, Token]]", _parser("query").parse(text))
    except UnexpectedToken as error:
        if error.token.type != "$END":
            raise GuidelineError([_explain(error, file, text, query=True)]) from None
        place = Place(file, max(error.line, 1), max(error.column, 1))
        fix = f"write one of: {_expected(error.accepts)}"
        raise GuidelineError([Finding("syntax", place, "the query ends here unfinished", fix)]) from None
    except UnexpectedInput as error:
        raise GuidelineError([_explain(error, file, text, query=True)]) from None
    except _OtherwiseError as error:
        raise GuidelineError([_otherwise(error, file)]) from None
    return [(part, Place(file, token.line or 1, token.column or 1)) for part, token in parts]


def _annotation(token: Token, file: str) -> Annotation:
    place = Place(file, token.line or 1, token.column or 1)
    if token.type == "LOCATOR":
        return Annotation("locator", token[2:].strip(), place)
    words = token[2:].strip()
    key = words.replace(":", " ", 1).split(" ", 1)[0] if words else ""
    return Annotation(key, words[len(key) :].lstrip(":").strip(), place)


def _otherwise(error: _OtherwiseError, file: str) -> Finding:
    place = Place(file, error.token.line or 1, error.token.column or 1)
    return Finding("syntax", place, error.message, error.fix)


_TRAPS = {
    "\r": "end the line with a line feed", "\0": "delete the zero byte",
    "%*": "begin each line of the comment with % and a space",
}  # fmt: skip


def _explain(error: UnexpectedInput, file: str, text: str, *, query: bool = False) -> Finding:
    """Say what stands at the place of a syntax error and what belongs there."""
    place = Place(file, max(error.line, 1), max(error.column, 1))
    if error.pos_in_stream is not None and (known := foreign(text, error.pos_in_stream, query=query)):
        return Finding("syntax", place, *known)
    if isinstance(error, UnexpectedCharacters):
        trap = next((word for word in _TRAPS if text.startswith(word, error.pos_in_stream)), "")
        message = f"unexpected {(trap or error.char)!r}"
        fix = _TRAPS.get(trap) or f"write one of: {_expected(error.allowed)}"
    elif isinstance(error, UnexpectedToken) and error.token.type == "$END":
        message, fix = "the text ends inside a clause", "end the clause with a full stop"
    elif isinstance(error, UnexpectedToken) and error.token.type == "VARIABLE":
        token = str(error.token)
        message, fix = f"{token} is a variable here", f"start a name with a small letter: {token.lower()}"
    else:
        token = str(getattr(error, "token", ""))
        message, fix = f"unexpected {token!r}", f"write one of: {_expected(getattr(error, 'accepts', ()))}"
    return Finding("syntax", place, message, fix)


_NAMES = {
    "DOT": "a full stop", "COMMA": "a comma", "LPAR": "(", "RPAR": ")", "_NECK": ":-", "NAME": "a name",
    "VARIABLE": "a variable", "STRING": "a string", "INTEGER": "a number", "DECIMAL": "a number", "OP": "a comparison",
    "FUNCTION": "#count or #sum", "LBRACE": "{", "RBRACE": "}", "COLON": ":", "SEMICOLON": ";",
    "PLUS": "+", "NOT": "not", "ANONYMOUS": "_", "ANNOTATION": "an annotation", "LOCATOR": "a locator",
    "$END": "the end of the text",
}  # fmt: skip


def _expected(tokens: Iterable[str] | None) -> str:
    return ", ".join(sorted({_NAMES[t] for t in tokens or () if t in _NAMES}))
