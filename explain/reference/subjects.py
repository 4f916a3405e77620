"""What a name stands for in a guideline: a statement, a rule, a predicate, a reading, a concept or a code."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...engine.language.errors import did_you_mean, refused
from ...engine.language.terms import Atom, Rule, Var, quote
from ...engine.program.general import of_predicate
from ...engine.program.program import Program
from ..testing.reviewed import group
from .rules import authority_of, stated, under


class Subject(NamedTuple):
    """What an id stands for: kinds with their words, and the rules it is about."""

    id: str
    about: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]
    below: tuple[str, ...]  # the statements below a statement
    constants: tuple[str, ...] = ()  # the concepts it is or stands for, as rules write them
    told: tuple[tuple[str, str], ...] = ()  # what else there is to tell of it, by what it is about
    next: tuple[str, ...] = ()  # commands that tell more


def subject(program: Program, name: str) -> Subject:
    """Return what an id stands for: a rule, a group of facts, a statement, a predicate, an interpretation, a concept.

    :raises CaseError: where it is none of them.
    """
    written = program.concepts.keys() | codes(program)
    constants = tuple(constant for constant in (name, quote(name)) if constant in written)
    about = tuple(_about(program, name, constants))
    rules = tuple(r for r in stated(program) if _is_of(r, name) or not set(constants).isdisjoint(r.head.args))
    if not about and not rules:
        hint = did_you_mean(name, names(program)) or "coverlog rules lists the rules"
        raise refused("", f"no rule, statement, predicate, interpretation or concept is called {name}", hint)
    is_statement = name in program.statements
    below = tuple(each for each in program.statements if is_statement and each != name and under(each, name))
    return Subject(name, about, rules, below, constants, next=tuple(_next(program, constants)))


def _about(program: Program, name: str, constants: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield every kind of which there is something of a name, with its words."""
    if statement := program.statements.get(name):
        since = [f"in force from {statement.effective}"] if statement.effective else []
        cited = "; ".join([authority_of(statement.authority), statement.source, *since])
        yield "statement", f"{statement.words} ({cited})"
    if name in program.notices:
        yield "notice", program.notices[name]
    if name in program.interpretations:
        yield "interpretation", program.interpretations[name]
    if predicate := program.predicates.get(name):
        form = f"{name}({', '.join(predicate.params)}): " if predicate.params else ""
        yield "predicate", form + of_predicate(predicate)
    for constant in filter(program.concepts.__contains__, constants):
        kind, label = program.concepts[constant]
        asked = program.questions.get(constant, ("", ""))[0]
        yield kind, label + (f"; asked as: {asked}" if asked else "")


def _next(program: Program, constants: Iterable[str]) -> Iterator[str]:
    """Yield the command that searches for what else speaks of a concept."""
    for constant in constants:
        yield f"coverlog find {shlex.quote(program.label(constant))}"


def names(program: Program) -> set[str]:
    """Return every id that has a subject."""
    ids = {group(rule) for rule in stated(program)} | {rule.id for rule in stated(program) if rule.body}
    concepts = {name.strip('"') for name in program.concepts}
    return {*program.statements, *program.interpretations, *program.predicates, *ids, *concepts}


def codes(program: Program) -> set[str]:
    """Return what facts name in quotes, labelled or not."""
    args = (arg for rule in stated(program) if not rule.body for arg in rule.head.args)
    return {arg for arg in args if isinstance(arg, str) and arg.startswith('"')}


def _is_of(rule: Rule, name: str) -> bool:
    grouped = not rule.body and group(rule) == name
    return grouped or name in (rule.id, rule.head.predicate, *rule.cites, *rule.readings)


def mentioning(program: Program, constants: Iterable[str]) -> list[Rule]:
    """Return the rules that ask for one of some constants."""
    wanted = set(constants)
    return [r for r in stated(program) if any(_mentions(lit.atom, wanted) for lit in r.literals)]


def taking(program: Program, constants: Iterable[str]) -> list[Rule]:
    """Return the rules that take whatever a case gives of the kind of one of some constants, or of its key."""
    kinds = {program.concepts[each][0]: each for each in constants if each in program.concepts}
    inputs = {
        name for name, declared in program.predicates.items()
        if (key := declared.case) and (key.kind in kinds or key.key in kinds.values())
    }  # fmt: skip
    return [r for r in stated(program) if any(lit.atom.predicate in inputs and _is_any(lit.atom) for lit in r.literals)]


def _is_any(atom: Atom) -> bool:
    return all(isinstance(arg, Var) for arg in atom.args)


def _mentions(atom: Atom, constants: set[str]) -> bool:
    return not constants.isdisjoint(map(str, atom.args))
