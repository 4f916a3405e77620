"""An edition grounded: every firing that any case can bring about, found once with pyDatalog.

It is the evaluation of one symbolic case, in which all that a case can say is possible and nothing is sure. A firing
of a case is one of these, with what the case says put in the place of its symbols.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from ..language.record import NamedTuple
from ..language.terms import UNDOCUMENTED, Aggregate, Atom, Place, Rule
from ..language.unify import Binding
from ..program.graph import Strata
from ..program.program import Predicate, Program
from .apart import set_apart
from .columns import Columns
from .compiled import Compiled, Row, compiled_rules
from .limits import NotGroundedError, TooManyStepsError
from .rules import Firing, Tally
from .symbols import Symbols

MAX_FIRINGS = 50_000
"""The most firings of a grounded edition; a guideline with more is evaluated case by case."""

Fired = tuple[str, Row]  # the name of a rule in force, and what its variables stand for


class Grounded(NamedTuple):
    """The firings of an edition, and what a case can say of it."""

    program: Program
    strata: Strata
    date: str  # the ISO date on which the edition begins; empty for the first
    symbols: Symbols
    inputs: tuple[Atom, ...]  # what a case may give
    opens: tuple[Atom, ...]  # what may be undocumented
    fired: tuple[Fired, ...]
    apart: tuple[Rule, ...] = ()  # rules that are left out, and looked at case by case
    made: tuple[Firing, ...] = ()  # the firings, where they were just made

    def firings(self) -> Iterator[Firing]:
        """Yield every firing of a rule with a body, in the order of the strata."""
        yield from self.made
        if self.made:
            return
        rules = {c.name: c for c in compiled_rules(self.program, self.date)}
        for name, row in self.fired:
            if firing := rules[name].firing(row, counted):
                yield firing

    def facts(self) -> Iterator[Atom]:
        """Yield what the text alone says."""
        return (rule.head for rule in self.program.edition(self.date) if not rule.body)


def counted(aggregate: Aggregate, binding: Binding) -> Tally:
    """Raise an error, for no edition is grounded in which something is counted.

    :raises NotGroundedError: always.
    """
    raise NotGroundedError(f"{aggregate} is counted case by case")


def ground(program: Program, strata: Strata, date: str) -> Grounded:
    """Ground the edition of a date.

    :raises NotGroundedError: where no finite number of symbols stands for every case, or too much follows.
    """
    from .solver import Solver  # slow to import, as pyDatalog is; what was grounded before does without

    empty = with_firings(program, strata, date, ())
    # Nothing that a case can change is sure, so that no negation of it fails.
    rules = compiled_rules(empty.program, date)
    solver = Solver(empty.program, strata._replace(open_valued=strata.from_case), date, rules)
    try:
        model = solver.evaluate((), open_world=False, possible=dict.fromkeys([*empty.inputs, *empty.opens]))
    except TooManyStepsError as error:
        raise NotGroundedError(str(error)) from None
    names = {compiled.rule.place: compiled for compiled in rules}
    made = tuple(firing for each in model.firings.values() for firing in each if firing.rule.body)
    if len(made) > MAX_FIRINGS:
        raise NotGroundedError(f"{len(made):,} firings, more than {MAX_FIRINGS:,}")
    return empty._replace(fired=tuple(_fired(made, names)), made=made)


def with_firings(program: Program, strata: Strata, date: str, fired: tuple[Fired, ...]) -> Grounded:
    """Return the grounded edition of a date whose firings are known.

    :raises NotGroundedError: where no finite number of symbols stands for every case.
    """
    if counting := next((rule for rule in program.edition(date) if rule.aggregates), None):
        raise NotGroundedError(f"{counting.id} counts or adds up, which is done case by case")
    of = _symbolic(_Same(program, strata))
    mine = tuple(rule for rule in of.apart if rule.in_force(date))
    return of._replace(date=date, fired=fired, apart=mine)


class _Same(NamedTuple):
    """A program as itself: another one that says the same is not looked for."""

    program: Program
    strata: Strata

    def __hash__(self) -> int:
        return id(self.program)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.program is other.program and self.strata is other.strata


@lru_cache(4)
def _symbolic(same: _Same) -> Grounded:
    """Return what all editions of a program have in common.

    :raises NotGroundedError: where no finite number of symbols stands for every case.
    """
    kept, apart = set_apart(same.program)
    symbols = Symbols(kept, Columns(kept, same.strata))
    inputs, opens = tuple(symbols.atoms()), tuple(_opens(kept))
    return Grounded(kept, same.strata, "", symbols, inputs, opens, (), apart)


def _fired(firings: Iterable[Firing], names: dict[Place, Compiled]) -> Iterator[Fired]:
    for firing in firings:
        compiled = names[firing.rule.place]
        yield compiled.name, tuple([firing.binding[name] for name in compiled.variables])


def _opens(program: Program) -> Iterator[Atom]:
    """Yield every atom that a case may leave undocumented."""
    for predicate in program.predicates.values():
        if predicate.is_open:
            yield from undocumented(predicate, program)


def undocumented(predicate: Predicate, program: Program) -> Iterator[Atom]:
    """Yield what of an open predicate may be undocumented."""
    if predicate.open_count:
        yield Atom(predicate.name, (UNDOCUMENTED,) * len(predicate.params))
    for concept in program.of_kind(predicate.open_kind):
        yield Atom(predicate.name, (concept, *(UNDOCUMENTED,) * (len(predicate.params) - 1)))
