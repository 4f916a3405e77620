"""What an earlier start kept of a guideline: JSON in the user's own cache folder, from which nothing runs.

A file is believed where it is the user's own, nobody else may write it or its folder, and it was made of the
same text by the same program. Anything amiss means that the text is read again.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..language.terms import Atom, Comparison, Literal, Place, Quantity, Rule, Term, Var
from ..program.graph import Strata
from ..program.interface import Outcome
from ..program.program import CaseKey, Predicate, Program, Statement

MAX_BYTES = 2**28
"""The largest file that is read back; a guideline of a thousand clauses takes about half a megabyte."""

Built = tuple[Program, Strata]


def recall(folder: Path, texts: Sequence[tuple[str, str]]) -> Built | None:
    """Return what was kept of a guideline's folder with these texts, or None."""
    try:
        with _cache() as cache:
            data = _read(cache, _name(folder))
        seal, _, body = data.partition(b"\n")
        return _decoded(json.loads(body)) if seal == _seal(texts, body) else None
    except Exception:  # a file that somebody else made, or that was cut, may be wrong in any way
        return None


def keep(folder: Path, texts: Sequence[tuple[str, str]], built: Built) -> None:
    """Keep a guideline for the next start, where the user has a cache folder to keep it in."""
    program, strata = built
    written = program._replace(rules=tuple(map(_with_quantities, program.rules)))
    body = json.dumps([written, [sorted(names) for names in (*strata.components, *strata[1:])]], separators=(",", ":"))
    data = body.encode()
    # No cache folder, a full disk, a text that cannot be encoded: the next start reads the text again.
    with suppress(OSError, RuntimeError, ValueError), _cache(make=True) as cache:
        _write(cache, _name(folder), _seal(texts, data) + b"\n" + data)


def _with_quantities(rule: Rule) -> Any:
    """Return a rule with its quantities as lists of their count, decimals and unit: JSON has no such numbers."""

    def terms(args: tuple[Term, ...]) -> Any:
        return [a.__getnewargs__() if isinstance(a, Quantity) else a for a in args]

    def part(of: Literal | Comparison) -> Any:
        return [terms(of.left), of.op, terms(of.right)] if isinstance(of, Comparison) else [atom(of.atom), of.positive]

    def atom(of: Atom) -> Any:
        return [of.predicate, terms(of.args)]

    return [rule.id, atom(rule.head), [part(each) for each in rule.body], *rule[3:]]


def _name(folder: Path) -> str:
    return sha256(os.fsencode(folder)).hexdigest() + ".json"


def _seal(texts: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """Return the first line of a file: a digest of the program, of the texts and of what was made of them."""
    engine = Path(__file__).parent.parent  # what reads, checks and stratifies a text stands in several rooms
    parts = [path.read_bytes() for path in sorted(engine.rglob("*")) if path.suffix in (".py", ".lark")]
    parts += [part.encode("utf-8", "surrogatepass") for text in texts for part in text]
    digest = sha256()
    for part in (*parts, body):
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest().encode()


@contextmanager
def _cache(*, make: bool = False) -> Iterator[int]:
    """Open the cache folder.

    :raises OSError: where there is none, or where somebody else owns it or may write in it.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    path = (base if base.is_absolute() else Path.home() / ".cache") / "coverlog"
    if not path.is_absolute():
        raise FileNotFoundError(path)
    if make:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _own(os.fstat(folder))
        yield folder
    finally:
        os.close(folder)


def _own(found: os.stat_result) -> None:
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError("not the user's own")


def _read(cache: int, name: str) -> bytes:
    # Without waiting: a pipe of that name would never answer.
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=cache)
    with open(handle, "rb") as file:
        found = os.fstat(handle)
        _own(found)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            raise OSError("no file that was kept here")
        return file.read(MAX_BYTES)


def _write(cache: int, name: str, data: bytes) -> None:
    """Write a new file and rename it: whoever reads sees the old one or the new one."""
    partial = f"{name}.{os.getpid()}.{os.urandom(4).hex()}"
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=cache)
    try:
        with open(handle, "wb") as file:
            file.write(data)
        os.replace(partial, name, src_dir_fd=cache, dst_dir_fd=cache)
    except BaseException:
        os.unlink(partial, dir_fd=cache)
        raise


# --- From JSON, in which every tuple is a list; a Var is a list of its name ---------------------


def _decoded(data: Any) -> Built:
    """Return the guideline that a list says.

    :raises ValueError: where it says none; other errors where it is no such list at all.
    """
    program, (*components, from_case, open_valued) = data
    name, title, published, predicates, rules, statements, *tables, outcomes, authorities, plain, tells = program
    interpretations, notices, concepts, questions = tables
    built = Program(
        _text(name), _text(title), _text(published), {_text(n): _predicate(p) for n, p in predicates.items()},
        tuple([_rule(*rule) for rule in rules]),
        {_text(n): _statement(*s) for n, s in statements.items()},
        {n: _text(words) for n, words in interpretations.items()}, {n: _text(words) for n, words in notices.items()},
        {n: (_text(kind), _text(label)) for n, (kind, label) in concepts.items()},
        {n: (_text(asked), _text(told)) for n, (asked, told) in questions.items()},
        tuple([Outcome(_text(n), _text(role), _text(words), _number(order)) for n, role, words, order in outcomes]),
        {n: _text(words) for n, words in authorities.items()}, {n: _text(words) for n, words in plain.items()},
        {n: (_text(so), _text(not_so)) for n, (so, not_so) in tells.items()},
    )  # fmt: skip
    strata = Strata(
        tuple(frozenset(_texts(names)) for names in components), frozenset(_texts(from_case)),
        frozenset(_texts(open_valued)),
    )  # fmt: skip
    return built, strata


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError(value)
    return value


def _texts(values: Any) -> tuple[str, ...]:
    if type(values) is not list:
        raise ValueError(values)
    return tuple([_text(value) for value in values])


def _number(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(value)
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError(value)
    return value


def _place(value: Any) -> Place:
    file, line, column = value
    return Place(_text(file), _number(line), _number(column))


def _predicate(value: Any) -> Predicate:
    """Return a declaration; what each field holds is told by the field's own default."""
    name, params, gloss, place, case, *rest = value
    kinds = [_READ[type(default)] for default in list(Predicate._field_defaults.values())[1:]]
    return Predicate(
        _text(name), _texts(params), _text(gloss), _place(place), None if case is None else _key(*case),
        *[read(field) for read, field in zip(kinds, rest, strict=True)],
    )  # fmt: skip


def _key(*value: Any) -> CaseKey:
    named = dict(zip(CaseKey._fields, value, strict=True))
    decimals, fields = _number(named.pop("decimals")), tuple([_key(*field) for field in named.pop("fields")])
    return CaseKey(**{name: _text(field) for name, field in named.items()}, decimals=decimals, fields=fields)


_READ: dict[type, Any] = {str: _text, bool: _flag, tuple: _texts}


def _statement(name: Any, authority: Any, effective: Any, words: Any, source: Any, place: Any) -> Statement:
    return Statement(_text(name), _text(authority), _text(effective), _text(words), _text(source), _place(place))


def _rule(
    name: Any, head: Any, body: Any, gloss: Any, cites: Any, readings: Any, effective: Any, ended: Any, source: Any,
    place: Any, fold: Any,
) -> Rule:  # fmt: skip
    return Rule(
        _text(name), _atom(head), tuple([_part(part) for part in body]), _text(gloss), _texts(cites),
        _texts(readings), _text(effective), _text(ended), _text(source), _place(place), _text(fold),
    )  # fmt: skip


def _part(value: Any) -> Literal | Comparison:
    if len(value) == 2:
        return Literal(_atom(value[0]), _flag(value[1]))
    left, op, right = value
    return Comparison(_terms(left), _text(op), _terms(right))


def _atom(value: Any) -> Atom:
    predicate, args = value
    return Atom(_text(predicate), _terms(args))


def _terms(values: Any) -> tuple[Term, ...]:
    return tuple([_term(value) for value in values])


def _term(value: Any) -> Term:
    if type(value) is list:
        name, *measure = value
        return Quantity(_number(name), _number(measure[0]), _text(measure[1])) if measure else Var(_text(name))
    return value if type(value) is int else _text(value)
