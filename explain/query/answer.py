"""The answers to a query: its literals and comparisons joined over what holds in a case."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import click

from ...engine.cases.case import Case
from ...engine.decision.decide import Decision, Judged
from ...engine.decision.situation import Situation
from ...engine.evaluation.rules import Model
from ...engine.language.comparison import NotANumberError, holds
from ...engine.language.errors import CaseError
from ...engine.language.terms import UNDOCUMENTED, Atom, Comparison, Constant, Rule, Var, quote
from ...engine.library.guideline import Guideline
from .text import BUILT_IN, Part, Query

Binding = dict[str, Constant]


class QueryTimeout(click.ClickException):
    """A query that took longer than it may."""

    exit_code = 2


class Limits(NamedTuple):
    """How long a query may take, and how many answers it may give."""

    seconds: float = 10.0
    rows: int = 1000


class Clock:
    """Tells when a query, or the proof of its answers, has taken longer than it may."""

    def __init__(self, limits: Limits) -> None:
        self.seconds, self.end = limits.seconds, time.monotonic() + limits.seconds

    def check(self, remedy: str) -> None:
        """Raise `QueryTimeout` with a remedy where the time is up."""
        if time.monotonic() > self.end:
            told = f"the query took longer than {self.seconds:g} seconds"
            raise QueryTimeout(f"{told}; {remedy}, or allow more (--limit-seconds)")


class Answer(NamedTuple):
    """The values of a query's variables, whether they surely hold, and what makes them."""

    values: tuple[Constant, ...]
    sure: bool
    binding: Binding


class Answers(NamedTuple):
    """The answers to a query; `cut` says that there are more than the limit, and `limits` hold for proofs of them."""

    query: Query
    rows: tuple[Answer, ...]
    cut: bool
    limits: Limits


class Scene:
    """What a query is asked of: a case or none, in a world, on a date."""

    def __init__(self, guideline: Guideline, case: Case | None, world: str, date: str) -> None:
        self.guideline, self.world, self.date = guideline, world, date
        self.name = case.id if case else ""
        self.case = case or Case("", "", date, (), {}, {}, {}, "", (), {})
        situation = Situation(self.case, guideline, world, date)
        self.model = situation.model
        self.built_in: dict[Atom, Rule] = {}  # the atoms of the built-in relations, each with its clause
        for rule in guideline.program.rules:
            for atom in _built_in(rule, date):
                if atom.predicate not in guideline.program.predicates:
                    self.built_in.setdefault(atom, rule)
        self.judged = Judged(Decision(self.name, guideline.program.name, date, world, (), (), ()), situation)
        self._described = Model({}, self.built_in, {})

    def of(self, predicate: str) -> Model:
        """Return the model that has a predicate's atoms: the case's, or that of the rules themselves."""
        described = predicate in BUILT_IN and predicate not in self.guideline.program.predicates
        return self._described if described else self.model

    def constants(self) -> set[Constant]:
        """Return every constant of the rules, of the case and of the built-in relations."""
        atoms = [*self.model.firings, *self.model.given, *self.model.unknown, *self.built_in]
        for rule in self.guideline.program.rules:
            atoms += [rule.head, *(literal.atom for literal in rule.literals)]
        return {arg for atom in atoms for arg in atom.args if not isinstance(arg, Var)}


def _built_in(rule: Rule, date: str) -> Iterator[Atom]:
    """Yield what a clause says of itself; of a rule, what is in force on the date."""
    if not rule.body and rule.effective and rule.head.args:
        yield Atom("effective", (rule.head.args[0], quote(rule.effective)))
    if rule.cites and rule.in_force(date):
        yield Atom("rule", (quote(rule.id), rule.head.predicate))
        for statement in rule.cites:
            yield Atom("cites", (quote(rule.id), quote(statement)))


def run(query: Query, scene: Scene, limits: Limits = Limits()) -> Answers:  # noqa: B008 - immutable
    """Return the distinct answers to a query, in a stable order.

    :raises QueryTimeout: where it takes longer than the limit.
    """
    join = _Join(query.parts, scene, limits)
    found: dict[tuple[Constant, ...], Answer] = {}
    for binding, sure in join.ways({}, surely=False):
        values = tuple(binding[name] for name in query.columns)
        if values in found:
            continue
        if len(found) >= limits.rows:
            return Answers(query, tuple(found.values()), True, limits)
        if not sure:  # another way to the same values may be a sure one
            told = dict(zip(query.columns, values, strict=True))
            binding, sure = next(join.ways(told, surely=True), (binding, sure))
        found[values] = Answer(values, sure, binding)
        if not query.columns:
            break
    return Answers(query, tuple(found.values()), False, limits)


def closest(query: Query, scene: Scene, limits: Limits) -> tuple[tuple[Part, ...], Binding]:
    """Return as much of a query without answers as is needed to see why, and values for all but its last part."""
    binding: Binding = {}
    for at in range(len(query.parts)):
        way = next(_Join(query.parts[: at + 1], scene, limits).ways({}, surely=False), None)
        if way is None:
            return query.parts[: at + 1], binding
        binding = way[0]
    return query.parts, binding


class _Join:
    """Binds a query's variables, part by part."""

    def __init__(self, parts: tuple[Part, ...], scene: Scene, limits: Limits) -> None:
        self.parts, self.scene, self.clock = parts, scene, Clock(limits)

    def ways(self, binding: Binding, *, surely: bool, at: int = 0, sure: bool = True) -> Iterator[tuple[Binding, bool]]:
        """Yield each binding under which all parts hold, and whether they surely do."""
        if at == len(self.parts):
            yield binding, sure
            return
        for more, certain in self._extend(self.parts[at], binding):
            self.clock.check("let its literals share variables")
            if certain or not surely:
                yield from self.ways(more, surely=surely, at=at + 1, sure=sure and certain)

    def _extend(self, part: Part, binding: Binding) -> Iterator[tuple[Binding, bool]]:
        if isinstance(part, Comparison):
            try:
                value = holds(part, binding)
            except NotANumberError as error:
                raise CaseError(f"{error}; compare text by = or != only") from None
            if value is not False:
                yield binding, value is True
        elif part.positive:
            yield from ((more, sure) for _, more, sure in matches(part.atom.substitute(binding), binding, self.scene))
        else:
            blocking = [certain for _, _, certain in matches(part.atom.substitute(binding), binding, self.scene)]
            if not any(blocking):
                yield binding, not blocking


def matches(wanted: Atom, binding: Binding, scene: Scene) -> Iterator[tuple[Atom, Binding, bool]]:
    """Yield each atom that holds and fits one with variables, the binding, and whether it surely does."""
    model = scene.of(wanted.predicate)
    declared = scene.guideline.program.predicates.get(wanted.predicate)
    amounts = declared is not None and declared.is_open and len(declared.params) > declared.amounts_from
    for atom in model.atoms(wanted.predicate) if amounts else model.like(wanted):
        found: Binding = dict(binding)
        same = [_same(mine, theirs, found) for mine, theirs in zip(wanted.args, atom.args, strict=True)]
        if False not in same:
            yield atom, found, model.sure(atom) and None not in same


def _same(mine: Constant | Var, theirs: Constant | Var, binding: Binding) -> bool | None:
    """Bind a variable, or compare; an amount nobody documented may be any number."""
    value = binding.setdefault(mine.name, theirs) if isinstance(mine, Var) else mine  # type: ignore[arg-type]
    if value == theirs:
        return True
    amounts = UNDOCUMENTED in (value, theirs) and (isinstance(value, int) or isinstance(theirs, int))
    return None if amounts else False
