"""Whether some line of a request comes to no outcome: found by deciding small requests, so what is found is so."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from ..evaluation.evaluator import Evaluator
from ..language.terms import Atom, Constant, quote
from ..program.graph import stratify
from ..program.interface import GIVEN
from ..program.program import Program
from ..program.schema import PROCEDURE
from ..program.shapes import Said, read_facts

MAX_CODES = 500
"""How many of the codes that a guideline names are tried, beside one that it does not name."""

Request = dict[str, Any]


def without_outcome(program: Program) -> tuple[str, str] | None:
    """Return the code of a line that comes to no outcome in the last edition, and what else the case says.

    Tried are lines of every code, with nothing said, with every choice in turn, and with all findings present or
    all absent. A case that its own guideline refuses is passed over. The program has to be free of errors.
    """
    evaluator = Evaluator(program, stratify(program), max(program.boundaries(), default=""))
    codes = _codes(program)
    for said, words in _requests(program):
        for code in _undecided(codes, said, evaluator):
            if _undecided([code], said, evaluator):  # by itself as well
                return code, words
    return None


def _codes(program: Program) -> list[str]:
    named: dict[str, None] = {}
    for rule in program.rules:
        terms: list[Any] = [*rule.head.args, *(t for literal in rule.asked for t in literal.atom.args)]
        terms += rule.compared
        named |= {t[1:-1]: None for t in terms if isinstance(t, str) and re.fullmatch(PROCEDURE, t.strip('"'))}
    unknown = next(code for n in range(10**5) if (code := f"{n:05}") not in named)
    return [unknown, *list(named)[:MAX_CODES]]


def _requests(program: Program) -> Iterator[tuple[Request, str]]:
    """Yield what a request may say beside its lines, and that in words."""
    keys = [predicate.case for predicate in program.predicates.values() if predicate.case]
    choices = {
        key.key: program.of_kind(key.kind) for key in keys if key.shape == "one of" and program.of_kind(key.kind)
    }
    first = {name: values[0] for name, values in choices.items()}
    picked = [first, *(first | {name: value} for name, values in choices.items() for value in values[1:])]
    groups = [key for key in keys if key.shape in ("present of", "absent of")]
    for choice in picked:
        for status in ("", "present", "absent"):
            said: Request = dict(choice)
            for key in groups if status else ():
                if key.shape.startswith(status):
                    said.setdefault(key.key, {}).update(dict.fromkeys(program.of_kind(key.kind), status))
            words = [f"{name} is {value}" for name, value in choice.items()]
            yield said, " and ".join([*words, f"every finding is {status}" if status else "nothing else is said"])


def _undecided(codes: Collection[str], said: Request, evaluator: Evaluator) -> list[str]:
    """Return the codes whose lines come to no outcome in a request of them all, each in a session of its own."""
    program = evaluator.program
    lines = list(enumerate(codes, 1))
    request = Said(said | {"services": [{"cpt": c, "session": n} for n, c in lines]}, program, [])
    inputs = [p for p in program.predicates.values() if p.case]
    facts = [atom for p in inputs if p.case for atom in read_facts(p.name, p.case, request)]
    model = evaluator.evaluate(facts, open_world=False)
    if any(model.atoms(p.name) for p in program.predicates.values() if p.is_error):
        return []
    decided: set[tuple[Constant, ...]] = {_line(atom) for name in GIVEN for atom in model.atoms(name)}
    return [code for n, code in lines if (n, quote(code)) not in decided]


def _line(atom: Atom) -> tuple[Any, ...]:
    return atom.args[:2]
