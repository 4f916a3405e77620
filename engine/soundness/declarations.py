"""What makes a declaration unsound: how a predicate is fed by the case, and what of it may be undocumented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise

from ..language.errors import Finding, did_you_mean
from ..program.forms import SINGLE, WITH
from ..program.interface import FAVOURABLE, ROLES
from ..program.program import CaseKey, Predicate, Program

_OF_SERVICES = ("", "units", WITH)
# What every case says, whatever the guideline.
_TAKEN = ("id", "title", "date_of_service", "services", "expect", "expect_closed")


def arguments(number: int) -> str:
    """Return how many arguments something has, in words."""
    return f"{number} argument{'' if number == 1 else 's'}"


def check_declarations(program: Program) -> Iterator[Finding]:
    """Yield everything that is wrong with the declared predicates."""
    for predicate in program.predicates.values():
        for message, fix in (*_kinds(predicate, program), *_gloss(predicate)):
            yield Finding("gloss" if "gloss" in message else "undeclared", predicate.place, message, fix)
        found = (*_open(predicate, program), *_case(predicate, program), *_shown(predicate), *_fold(predicate, program))
        for message, fix in found:
            yield Finding("annotation", predicate.place, message, fix)
    for name, message, fix in _outcomes(program):
        yield Finding("outcome-order", program.predicates[name].place, message, fix)


Found = Iterator[tuple[str, str]]


def _kinds(predicate: Predicate, program: Program) -> Found:
    kinds = {kind for kind, _ in program.concepts.values()}
    for kind in filter(None, (predicate.open_kind, *_kinds_of(predicate.case))):
        if kind not in kinds:
            yield (
                f"no concept is of the kind {kind}",
                did_you_mean(kind, kinds) or f'write concept(NAME, {kind}, "label").',
            )
    for name in filter(None, (predicate.unless, predicate.until)):
        if name not in program.predicates:
            yield f"{name} is not declared", did_you_mean(name, program.predicates) or "declare it with %@ predicate"


def _kinds_of(case: CaseKey | None) -> Iterator[str]:
    if case:
        yield from (key.kind for key in (case, *case.fields))


def _gloss(predicate: Predicate) -> Found:
    if not predicate.gloss:
        yield f"{predicate.name} has no gloss", "say in words what it means after the colon"
    for name in re.findall(r"\{(\w*)\}", predicate.gloss):
        if name not in predicate.params:
            fix = did_you_mean(name, predicate.params) or f"known are {', '.join(predicate.params) or 'none'}"
            yield f"the gloss of {predicate.name} speaks of {{{name}}}, which it has not", fix


def _open(predicate: Predicate, program: Program) -> Found:
    if predicate.is_open and not predicate.params:
        yield f"{predicate.name} is open and has no argument", "give it the concept that may be undocumented"
    if predicate.case and predicate.case.shape in SINGLE and predicate.open_kind:
        yield f"{predicate.name} is a number and no {predicate.open_kind}", "write %@ open, without a kind"
    if predicate.is_choice and predicate.is_open and predicate.case:
        if predicate.case.default:
            fix = "leave out the default, or %@ open"
            yield f"{predicate.name} is never undocumented: it is {predicate.case.default} by default", fix
        if predicate.case.kind != predicate.open_kind:
            yield f"{predicate.name} is one {predicate.case.kind}", f"write %@ open: {predicate.case.kind}"
    for how, name in (("unless", predicate.unless), ("until", predicate.until)):
        other = program.predicates.get(name)
        if other and len(other.params) != 1:
            yield f"{name} speaks of no single concept", f"name a predicate of one argument after {how}"
    if predicate.until and len(predicate.params) != 1:
        yield f"{predicate.name} is open until settled and has {arguments(len(predicate.params))}", "give it one"
    if predicate.readings and not predicate.is_open:
        fix = "declare it %@ open, or put the line directly below the rule it belongs to"
        yield f"{predicate.name} is read by an interpretation and is not open", fix
    for reading in predicate.readings:
        if reading not in program.interpretations:
            fix = did_you_mean(reading, program.interpretations) or "state it with interpretation(...)"
            yield f"{predicate.name} names no interpretation: {reading}", fix


def _shown(predicate: Predicate) -> Found:
    of = predicate.params[:-1]
    if predicate.is_shown and (not of or not set(of) <= {"Session", "Code"}):
        fix = f"write %@ predicate {predicate.name}(Session, Value), (Code, Value) or (Session, Code, Value)"
        yield f"{predicate.name} is shown with a line and is of none", fix


def _fold(predicate: Predicate, program: Program) -> Found:
    if predicate.fold and (predicate.name in program.outputs() or predicate.is_open):
        what = "is open" if predicate.is_open else "is told of every line"
        yield f"{predicate.name} {what}: it is never folded", "fold what it rests on"


def _outcomes(program: Program) -> Iterator[tuple[str, str, str]]:
    """Of outcomes that may hold together it is declared which goes first, and those that cover a line do."""
    for role in ROLES:
        for before, each in combinations(program.of_role(role), 2):
            if not (before.order and each.order):
                fix = f"write %@ outcome: {role} 1 below the one, and {role} 2 below the other"
                yield each.name, f"{before.name} and {each.name} are both {role}, and which goes first is not said", fix
    for before, each in pairwise(each for each in program.outcomes if each.order):
        if before.order == each.order:
            yield each.name, f"{before.name} and {each.name} both have the order {each.order}", "give each its own"
        if each.role == FAVOURABLE != before.role:
            fix = f"let the rules of {each.name} ask that {before.name} does not hold, or give it a higher order"
            yield each.name, f"{before.name} goes before {each.name}, which covers the line", fix


def _case(predicate: Predicate, program: Program) -> Found:
    case = predicate.case
    if not case:
        return
    if (case.key == "services") != (case.shape in _OF_SERVICES) or (case.key in _TAKEN and case.key != "services"):
        yield f"{predicate.name} cannot be read from {case.key} {case.shape}".rstrip(), "write %@ case: KEY SHAPE KIND"
    elif len(predicate.params) != len(case.columns):
        yield (
            f"{predicate.name} has {arguments(len(predicate.params))}",
            f"{case.shape or case.key} gives {len(case.columns)}",
        )
    if case.shape.endswith(" of") and not case.kind:
        yield f"{predicate.name} names no kind of concept", f"write %@ case: {case.key} {case.shape} KIND"
    if case.default and program.concepts.get(case.default, ("",))[0] != case.kind:
        fix = did_you_mean(case.default, program.of_kind(case.kind)) or f"name a concept of the kind {case.kind}"
        yield f"the default {case.default} is no {case.kind}", fix
