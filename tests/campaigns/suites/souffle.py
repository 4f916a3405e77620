"""Souffle's test programs: each folder has a program, its facts, and the tables that it has to give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from coverlog.tests.campaigns.suites.souffle_rules import Rules
from coverlog.tests.campaigns.suites.theirs import Atom, RefusedError, Row, Theirs, quoted, wrong
from coverlog.tests.campaigns.suites.tokens import Token, tokens_of

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)|(?P<text>"(?:[^"\\\n]|\\.)*")
    |(?P<float>[0-9]+\.[0-9]+)|(?P<number>0[xb][0-9a-fA-F]+|[0-9]+u?\b)
    |(?P<directive>\.[a-z_]+\b)|(?P<name>[?@A-Za-z_][\w?]*)
    |(?P<sign>:-|<:|<=|>=|!=|[-+*/%^(){}\[\],;:.!=<>|$&])""",
    re.VERBOSE | re.DOTALL,
)
_IGNORED = ("brie", "btree", "btree_delete", "inline", "no_inline", "magic", "no_magic", "overridable", "printsize")


def tests(folder: Path) -> Iterator[tuple[str, object]]:
    """Yield each test program of a checkout of Souffle, but for those that a program of C++ gives its facts."""
    for path in sorted((folder / "tests").rglob("*.dl")):
        if path.parent.name == path.stem and path.parent.parent.name != "interface":
            yield str(path), partial(wrong, read, path)


def read(path: Path) -> Theirs:
    """Return a test as plain Datalog.

    :raises RefusedError: where it is not of the fragment.
    """
    text = path.read_text(encoding="utf-8")
    if re.search(r"^[ \t]*#", text, re.MULTILINE):
        raise RefusedError("the preprocessor of C")
    program = _Program(tokens_of(text, _TOKEN))
    program.read()
    tables = {table: path.parent / f"{table}.csv" for table in program.written}
    expected = {program.name(table): set(program.rows(file, table)) for table, file in tables.items() if file.is_file()}
    if not expected:
        raise RefusedError("no table to compare with")
    for table, options in program.given:
        file = _facts(path.parent, table, options)
        program.clauses += [(Atom(program.name(table), row), ()) for row in program.rows(file, table, options)]
    return Theirs({program.name(each): len(types) for each, types in program.types.items()}, program.clauses, expected)


def _facts(folder: Path, table: str, options: dict[str, str]) -> Path:
    if set(options) - {"filename", "delimiter", "IO"} or options.get("IO", "file") != "file":
        raise RefusedError("facts of another form")
    path = folder / "facts" / options.get("filename", f"{table}.facts")
    if not path.is_file():
        raise RefusedError("its facts are not at hand")
    return path


class _Program(Rules):
    """A program on its way: its tokens, and what they have said so far."""

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self.kinds: dict[str, list[str]] = {}
        self.types: dict[str, list[str]] = {}
        self.written: list[str] = []
        self.given: list[tuple[str, dict[str, str]]] = []

    def read(self) -> None:
        while self.at < len(self.tokens):
            if self.tokens[self.at].kind == "directive":
                self._directive(self.next().text)
            else:
                self.clause()

    def _directive(self, word: str) -> None:
        if word in (".type", ".symbol_type", ".number_type"):
            self._type(word)
        elif word == ".decl":
            self._declaration()
        elif word in (".input", ".output", ".printsize"):
            self._io(word)
        elif word == ".pragma":  # how it is evaluated, not what it says
            while self.kind() == "text":
                self.at += 1
        else:
            raise RefusedError("components" if word in (".comp", ".init") else f"the directive {word}")

    def _type(self, word: str) -> None:
        name = self.next().text
        self.kinds[name] = ["number" if word == ".number_type" else "symbol"]
        if self.take("<:"):
            self.kinds[name] = [self.next().text]
        elif self.take("="):
            self.kinds[name] = [self.next().text]
            while self.take("|"):
                self.kinds[name].append(self.next().text)
            if "[" in self.kinds[name] or self.peek() == "{":
                raise RefusedError("records and variants")

    def base(self, name: str, above: int = 50) -> str:
        """Return whether a type is of numbers or of texts."""
        if name in ("number", "unsigned", "symbol"):
            return "number" if name == "unsigned" else name
        if name == "float":
            raise RefusedError("floating point")
        found = {self.base(each, above - 1) for each in self.kinds.get(name, ())} if above else set()
        if len(found) != 1:
            raise RefusedError("a type of numbers and texts, or of none")
        return found.pop()

    def _names(self) -> list[str]:
        names = [self.next().text]
        while self.take(","):
            names.append(self.next().text)
        return names

    def _declaration(self) -> None:
        names, kinds = self._names(), []
        self.must("(")
        while not self.take(")"):
            self.next()
            self.must(":")
            kinds.append(self.next().text)
            self.take(",")
        while self.peek() in (*_IGNORED, "input", "output"):
            word = self.next().text
            self.written += names if word == "output" else []
            self.given += [(name, {}) for name in names] if word == "input" else []
        if self.peek() in ("eqrel", "choice"):
            raise RefusedError(f"relations that are {self.peek()}")
        self.types |= dict.fromkeys(names, kinds)

    def _io(self, word: str) -> None:
        names, options = self._names(), {}
        if self.take("("):
            while not self.take(")"):
                key = self.next().text
                self.must("=")
                options[key] = self.next().text.strip('"')
                self.take(",")
        if word == ".input":
            self.given += [(name, options) for name in names]
        elif word == ".output" and options:
            raise RefusedError("tables of another form")
        elif word == ".output":
            self.written += names

    def rows(self, path: Path, table: str, options: dict[str, str] | None = None) -> Iterator[Row]:
        """Yield the rows of a table of theirs, as terms."""
        if table not in self.types:
            raise RefusedError("a table that is not declared")
        kinds = [self.base(kind) for kind in self.types[table]]
        mark = (options or {}).get("delimiter", "\t").replace("\\t", "\t")
        for line in path.read_text(encoding="utf-8").splitlines():
            cells = line.split(mark) if kinds else []
            if len(cells) != len(kinds):
                raise RefusedError("a table with other columns")
            yield tuple(_cell(cell, kind) for cell, kind in zip(cells, kinds, strict=True))


def _cell(cell: str, kind: str) -> str:
    if kind == "symbol":
        return quoted(cell)
    if not re.fullmatch(r"-?[0-9]+", cell) or abs(int(cell)) >= 2**31:
        raise RefusedError("numbers of another form, or beyond 32 bits")
    return str(int(cell))
