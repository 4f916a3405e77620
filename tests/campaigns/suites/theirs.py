"""A program that somebody else wrote, as plain Datalog, and what the engine makes of it in both readings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from coverlog.engine.evaluation.evaluator import Evaluator
from coverlog.engine.evaluation.limits import LimitError
from coverlog.engine.evaluation.rules import Model
from coverlog.engine.language.errors import GuidelineError
from coverlog.engine.program.graph import stratify
from coverlog.engine.program.program import Program
from coverlog.engine.program.reader import read_program
from coverlog.engine.soundness.check import check

HEADER = """guideline("THEIRS", "a program of others", "2025-01-01").
%@ source: a suite
statement("S", stated, "", "whatever it says").
%@ predicate service(Session, Code): service
%@ case: services
%@ predicate medically_necessary(Session, Code, Statement): necessary
%@ predicate not_medically_necessary(Session, Code, Statement): not necessary
%@ predicate not_addressed(Session, Code, Reason): not addressed
"""
DATE = "2025-01-01"
MOST_FACTS = 20_000
Row = tuple[str, ...]


class RefusedError(Exception):
    """What of a program is not of the fragment that can be translated clause by clause."""


class Atom(NamedTuple):
    """A name, and arguments as this language writes them."""

    name: str
    args: Row

    def __str__(self) -> str:
        return f"{self.name}({', '.join(self.args)})" if self.args else self.name

    def names(self) -> set[str]:
        return {arg for arg in self.args if is_variable(arg)}

    def put(self, name: str, term: str) -> Atom:
        """Return the atom with a term in the place of a variable."""
        return Atom(self.name, tuple(term if arg == name else arg for arg in self.args))


class Test(NamedTuple):
    """A comparison of two sums."""

    left: str
    op: str
    right: str

    def __str__(self) -> str:
        return f"{self.left} {self.op} {self.right}"

    def names(self) -> set[str]:
        return {word for side in (self.left, self.right) for word in side.split(" + ") if is_variable(word)}


class Counted(NamedTuple):
    """A count or a sum over a condition, compared with a term."""

    function: str
    weight: str  # of a sum
    condition: tuple[Part, ...]
    op: str
    right: str

    def __str__(self) -> str:
        own = sorted({name for part in self.condition for name in part.names()} - {self.weight})
        terms = [self.weight] * (self.function == "sum") + own or ['"one"']
        inside = ", ".join(map(str, self.condition))
        return f"#{self.function} {{ {', '.join(terms)} : {inside} }} {self.op} {self.right}"

    def names(self) -> set[str]:
        inside = {name for part in self.condition for name in part.names()}
        return inside | ({self.right} if is_variable(self.right) else set())


class Not(NamedTuple):
    """An atom that has not to be so."""

    atom: Atom

    def __str__(self) -> str:
        return f"not {self.atom}"

    def names(self) -> set[str]:
        return self.atom.names()


Part = Atom | Not | Test | Counted
Clause = tuple[Atom, tuple[Part, ...]]


class Theirs(NamedTuple):
    """A program: its facts and rules, and the tables that it is expected to give."""

    arities: dict[str, int]
    clauses: list[Clause]
    expected: dict[str, set[Row]]


def is_variable(text: str) -> bool:
    return text[:1].isupper()


def quoted(text: str) -> str:
    if re.search(r'["\\\r\n\0]', text) or not text.strip("?"):
        raise RefusedError("a text with a quotation mark, a backslash, a line end, or of nothing but ?")
    return f'"{text}"'


def plain(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """Write clauses without what this language says otherwise: `X = term`, and what only a negation speaks of."""
    for number, (head, body) in enumerate(clauses):
        head, body = _joined(head, body)
        if "_" in head.args:
            raise RefusedError("a head without a value")
        parts: list[Part] = []
        for at, part in enumerate(body):
            others = {name for each in (head, *body[:at], *body[at + 1 :]) for name in each.names()}
            free = part.names() - others if isinstance(part, Not) else set()
            if isinstance(part, Not) and (free or "_" in part.atom.args):
                kept = tuple(dict.fromkeys(a for a in part.atom.args if is_variable(a) and a not in free))
                named = Atom(f"some_{number}_{at}", kept)
                yield named, (part.atom,)
                parts.append(Not(named))
            else:
                parts.append(part)
        yield head, tuple(parts)


def _joined(head: Atom, body: tuple[Part, ...]) -> Clause:
    """Put what a variable is said to be in its place, where no atom gives it a value."""
    bound = {name for part in body if isinstance(part, Atom) for name in part.names()}
    for part in body:
        if isinstance(part, Test) and part.op == "=" and "+" not in part.left + part.right:
            for one, other in ((part.left, part.right), (part.right, part.left)):
                if is_variable(one) and one not in bound:
                    rest = tuple(_put(each, one, other) for each in body if each is not part)
                    return _joined(head.put(one, other), rest)
    return head, body


def _put(part: Part, name: str, term: str) -> Part:
    if isinstance(part, Atom):
        return part.put(name, term)
    if isinstance(part, Not):
        return Not(part.atom.put(name, term))
    if isinstance(part, Test):
        left, right = (" + ".join(term if word == name else word for word in side.split(" + ")) for side in part[::2])
        return Test(left, part.op, right)
    inside = tuple(_put(each, name, term) for each in part.condition)
    return part._replace(condition=inside, right=term if part.right == name else part.right)


def written(theirs: Theirs) -> str:
    """Return a program as a guideline's text.

    :raises RefusedError: where it is too large.
    """
    clauses = list(dict.fromkeys((str(head), ", ".join(map(str, body))) for head, body in plain(theirs.clauses)))
    arities = theirs.arities | {head.name: len(head.args) for head, _ in plain(theirs.clauses)}
    lines = [HEADER]
    for name, arity in arities.items():
        params = ", ".join(f"A{i}" for i in range(arity))
        lines.append(f"%@ predicate {name}{f'({params})' * bool(params)}: it is so")
    facts = [head for head, body in clauses if not body]
    if len(facts) > MOST_FACTS:
        raise RefusedError(f"more than {MOST_FACTS:,} facts")
    lines += ["%@ facts S/facts", *(f"{head}." for head in facts)] if facts else []
    rules = [(head, body) for head, body in clauses if body]
    lines += [f"%@ rule S/{i}: it follows\n{head} :- {body}." for i, (head, body) in enumerate(rules)]
    return "\n".join(lines) + "\n"


def sound(text: str) -> Program:
    """Return a program that is read without a finding.

    :raises RefusedError: where there is one.
    """
    try:
        program, found = read_program([("theirs.dl", text)])
    except GuidelineError as error:
        raise RefusedError(f"syntax: {error.findings[0].message}") from None
    if found := [*found, *check(program)]:
        raise RefusedError(f"{found[0].code}: {_kind(found[0].message)}")
    return program


def wrong(read: Callable[[Path], Theirs], path: Path) -> list[str]:
    """Return the tables that the engine gives otherwise than a test expects, in either reading.

    :raises RefusedError: where the program is not of the fragment, is not sound here, or passes a limit.
    """
    theirs = read(path)
    program = sound(written(theirs))
    try:
        models = [Evaluator(program, stratify(program), DATE).evaluate((), open_world=each) for each in (False, True)]
    except LimitError as error:
        raise RefusedError(f"a limit: {str(error).partition(';')[0][:80]}") from None
    differ = [name for model in models for name, rows in theirs.expected.items() if _rows(name, model) != rows]
    return sorted(set(differ))


def _kind(message: str) -> str:
    """Return what a finding says without the names of one program."""
    return re.sub(r"^\S+ (?=is |counts |depends )", "", message).partition(", by ")[0].partition(" (in ")[0]


def _rows(name: str, model: Model) -> set[Row]:
    return {tuple(map(str, atom.args)) for atom in model.atoms(name)}
