"""Whether some line of a request comes to no outcome or to two: found by deciding small requests, so it is so."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from ..evaluation.evaluator import Evaluator
from ..evaluation.limits import TooManyStepsError
from ..language.errors import Finding
from ..language.terms import quote
from ..program.code_systems import PROCEDURE
from ..program.graph import stratify
from ..program.interface import CODE, SILENT, UNFAVOURABLE, Outcome
from ..program.program import Program
from ..program.shapes import Said, read_facts

MAX_CODES = 500
"""How many of the codes that a guideline names are tried, beside one that it does not name."""

Request = dict[str, Any]


class Trial(NamedTuple):
    """A line of a small request, what else the request says, and the outcomes that it came to."""

    code: str
    words: str
    outcomes: tuple[str, ...]


def undecided(program: Program) -> Iterator[Finding]:
    """A line that comes to no outcome, or to two, is an error of its case; asked of a program without errors only.

    :raises TooLongError: where it takes too long to try one out.
    """
    try:
        found = list(misjudged(program))
    except TooManyStepsError:  # too much follows to try it out here
        return
    for code, words, outcomes in found:
        place = program.predicates[(outcomes or [program.of_role(UNFAVOURABLE)[0].name])[0]].place
        if outcomes:
            message = f"a line of code {code} comes to {' and to '.join(outcomes)} where {words}"
            fix = "let one of them ask that the other does not hold, or declare which goes first"
            yield Finding("outcome-order", place, message, fix)
        else:
            fix = f"let a rule give every line {program.of_role(SILENT)[0].name} or one of the others"
            message = f"a line of code {code} comes to no outcome where {words}"
            yield Finding("line-without-outcome", place, message, fix)


def misjudged(program: Program) -> Iterator[Trial]:
    """Yield a line that comes to no outcome in the last edition, and one to two of which neither goes first.

    Tried are lines of every code, with nothing said, with every choice in turn, and with all findings present or
    all absent. A case that its own guideline refuses is passed over. The program has to be free of errors.
    """
    evaluator = Evaluator(program, stratify(program), max(program.boundaries(), default=""))
    codes, amiss = _codes(program), [_has_none, _has_two]
    for said, words in _requests(program):
        for code, outcomes in _given(codes, said, evaluator):
            for wrong in [each for each in amiss if each(outcomes)]:
                for _, alone in _given([code], said, evaluator):
                    if wrong(alone):  # by itself as well
                        amiss.remove(wrong)
                        yield Trial(code, words, tuple(each.name for each in alone))
        if not amiss:
            return


def _has_none(outcomes: Sequence[Outcome]) -> bool:
    return not outcomes


def _has_two(outcomes: Sequence[Outcome]) -> bool:
    return len(outcomes) > 1 and not all(each.order for each in outcomes)


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


def _given(codes: Collection[str], said: Request, evaluator: Evaluator) -> Iterator[tuple[str, list[Outcome]]]:
    """Yield codes with the outcomes of their lines in a request of them all, each in a session of its own."""
    program = evaluator.program
    lines = list(enumerate(codes, 1))
    request = Said(said | {"services": [{CODE: c, "session": n} for n, c in lines]}, program, [])
    inputs = [p for p in program.predicates.values() if p.case]
    facts = [atom for p in inputs if p.case for atom in read_facts(p.name, p.case, request)]
    model = evaluator.evaluate(facts, open_world=False)
    if not any(model.atoms(p.name) for p in program.predicates.values() if p.is_error):
        given = {each: {atom.args[:2] for atom in model.atoms(each.name)} for each in program.outcomes}
        yield from ((code, [each for each in given if (n, quote(code)) in given[each]]) for n, code in lines)
