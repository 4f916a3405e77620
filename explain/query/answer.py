"""The answers to a query: its literals and comparisons joined over what holds in a case."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

from ...engine.evaluation.join import Join
from ...engine.evaluation.limits import LimitError
from ...engine.language.comparison import NotANumberError, holds
from ...engine.language.errors import Fault, refused
from ...engine.language.terms import UNDOCUMENTED, Atom, Comparison, Constant, Literal, Part, Var
from .scene import Scene
from .text import Query

Binding = dict[str, Constant]


class QueryTimeoutError(LimitError):
    """A query that took longer than it may."""


class Limits(NamedTuple):
    """How long a query may take, and how many answers it may give."""

    seconds: float = 10.0
    rows: int = 1000


class Clock:
    """Tells when a query, or the proof of its answers, has taken longer than it may."""

    def __init__(self, limits: Limits) -> None:
        self.seconds, self.end = limits.seconds, time.monotonic() + limits.seconds

    def check(self, remedy: str) -> None:
        """Raise `QueryTimeoutError` with a remedy where the time is up."""
        if time.monotonic() > self.end:
            told = f"the query took longer than {self.seconds:g} seconds"
            raise QueryTimeoutError(faults=[Fault("", told, f"{remedy}, or allow more (--limit-seconds)")])


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


def run(query: Query, scene: Scene, limits: Limits = Limits()) -> Answers:  # noqa: B008 - immutable
    """Return the distinct answers to a query, in a stable order.

    :raises QueryTimeoutError: where it takes longer than the limit.
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
        self.join = Join(scene.model, lambda: self.clock.check("let its literals share variables"))

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
        if not isinstance(part, Literal):
            try:
                value = holds(part, binding) if isinstance(part, Comparison) else self.join.tally(part, binding).value
            except NotANumberError as error:
                raise refused("", str(error), "compare text by = or != only") from None
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
