"""Nemo's test programs: a `.rls` file each, with the tables that it has to give in a folder of its name."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from coverlog.tests.campaigns.suites.theirs import (
    Atom,
    Clause,
    Not,
    Part,
    RefusedError,
    Row,
    Test,
    Theirs,
    quoted,
    wrong,
)
from coverlog.tests.campaigns.suites.tokens import Reader, tokens_of

_TOKEN = re.compile(
    r"""(?P<skip>\s+|%[^\n]*)|(?P<text>"[^"\n]*"(?![@^]))|(?P<iri><[^>\s]*>)|(?P<float>-?[0-9]+\.[0-9]+|[0-9]+[eE])
    |(?P<number>-?[0-9]+(?![\w]))|(?P<variable>\?\w+|_(?!\w))|(?P<some>!\w+)|(?P<directive>@[a-z]+)
    |(?P<name>[A-Za-z_][\w%]*(?:-\w+)*)|(?P<aggregate>\#\w+)|(?P<sign>:-|<=|>=|!=|[-+*/~(){},.:=<>\[\]$|;])""",
    re.VERBOSE,
)
_OPS = ("=", "!=", "<", "<=", ">", ">=")
_OWN = "arithmetic, functions, or a form of its own"
_FORM = "data of another form, or not at hand"
_WHY = {
    "some": "values that are made up", "aggregate": "an aggregate that gives a value", "float": "floating point",
    "directive": "prefixes, parameters and others",
}  # fmt: skip


def tests(folder: Path) -> Iterator[tuple[str, object]]:
    """Yield each test program of a checkout of Nemo."""
    for path in sorted((folder / "resources" / "testcases").rglob("*.rls")):
        yield str(path), partial(wrong, read, path)


def read(path: Path) -> Theirs:
    """Return a test as plain Datalog.

    :raises RefusedError: where it is not of the fragment.
    """
    program = _Program(path.read_text(encoding="utf-8"))
    program.read()
    for name, resource in program.given:
        program.clauses += [(Atom(name, row), ()) for row in _rows(path.parent / resource)]
    files = {name: path.with_suffix("") / f"{name.removeprefix('p_')}.csv" for name in program.written}
    expected = {name: set(_rows(file)) for name, file in files.items() if file.is_file()}
    if not expected:
        raise RefusedError("no table to compare with")
    atoms = [part for head, body in program.clauses for part in (head, *body) if isinstance(part, Atom)]
    widths = {atom.name: len(atom.args) for atom in atoms}
    if any(len(atom.args) != widths[atom.name] for atom in atoms):
        raise RefusedError("a predicate with several numbers of arguments")
    return Theirs({name: 0 for name in expected if name not in widths} | widths, program.clauses, expected)


def _rows(path: Path) -> Iterator[Row]:
    if path.suffix != ".csv" or not path.is_file():
        raise RefusedError(_FORM)
    with path.open(encoding="utf-8", newline="") as file:
        yield from (tuple(map(_constant, row)) for row in csv.reader(file) if row)


def _constant(text: str) -> str:
    """Return a term; texts and names are one, as in their tables."""
    if re.fullmatch(r"-?[0-9]+", text):
        if abs(int(text)) >= 2**31:
            raise RefusedError("numbers beyond 32 bits")
        return str(int(text))
    if re.fullmatch(r"[-+]?[0-9]*\.[0-9]+([eE].*)?", text):
        raise RefusedError("floating point")
    return quoted(text.strip('"') if text[:1] == '"' else text.removeprefix("<").removesuffix(">"))


class _Program(Reader):
    """A program on its way: its tokens, and what they have said so far."""

    def __init__(self, text: str) -> None:
        super().__init__(tokens_of(text, _TOKEN))
        self.clauses: list[Clause] = []
        self.given: list[tuple[str, str]] = []
        self.written: list[str] = []

    def must(self, text: str) -> None:
        if not self.take(text):
            raise RefusedError(_OWN)

    def read(self) -> None:
        while self.at < len(self.tokens):
            if self.take("@import"):
                self._import()
            elif self.take("@export"):
                name = f"p_{self.next()[1]}"
                if self.take(":-") and not all(map(self.take, ("csv", "{", "}", "."))):
                    raise RefusedError(_FORM)
                self.written.append(name)
            else:
                self._clause()

    def _import(self) -> None:
        name = f"p_{self.next()[1]}"
        begins = all(map(self.take, (":-", "csv", "{", "resource", "=")))
        resource = self.next()[1].strip('"')
        if not begins or not all(map(self.take, ("}", "."))):
            raise RefusedError(_FORM)
        self.given.append((name, resource))

    def _clause(self) -> None:
        heads = [self._atom()]
        while self.take(","):
            heads.append(self._atom())
        body: list[Part] = []
        if self.take(":-"):
            body.append(self._part())
            while self.take(","):
                body.append(self._part())
        self.must(".")
        self.clauses += [(head, tuple(body)) for head in heads]

    def _part(self) -> Part:
        if self.take("~"):
            return Not(self._atom())
        if self.tokens[self.at][0] == "name" and self.tokens[self.at + 1][1] == "(":
            return self._atom()
        left = self._sum()
        op = self.next()[1]
        if op not in _OPS:
            raise RefusedError(_OWN)
        return Test(left, op, self._sum())

    def _sum(self) -> str:
        terms = [self._term()]
        while self.take("+"):
            terms.append(self._term())
        return " + ".join(terms)

    def _atom(self) -> Atom:
        kind, name = self.next()
        if kind != "name":
            raise RefusedError(_WHY.get(kind, _OWN))
        self.must("(")
        args = []
        while not self.take(")"):
            args.append(self._term())
            if not self.take(",") and self.peek() != ")":
                raise RefusedError(_OWN)
        return Atom(f"p_{name.replace('-', '_').replace('%', '_')}", tuple(args))

    def _term(self) -> str:
        kind, text = self.next()
        if kind == "variable":
            return text if text == "_" else f"V{text[1:]}"
        if kind in ("text", "iri", "number", "name") and self.peek() != "(":
            return _constant(text)
        raise RefusedError(_WHY.get(kind, _OWN))
