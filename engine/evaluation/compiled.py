"""A rule made ready: what it asks for, and how a row of its variables turns into a firing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from operator import itemgetter

from ..language.comparison import holds
from ..language.terms import Aggregate, Atom, Comparison, Constant, Rule, Term, Var, variables
from ..language.unify import Binding
from ..program.program import Predicate, Program
from .rules import Firing, Model, Tally

Row = tuple[Constant, ...]
_new = tuple.__new__  # what the class of a named tuple calls in turn: made most often of all

# A predicate that has atoms, or a constant that stands at a place in some atom of a predicate.
Slot = str | tuple[str, int, Term]


def slots_of(atom: Atom) -> Iterator[Slot]:
    """Yield an atom's predicate, and each constant of it with its place."""
    yield atom.predicate
    for position, term in enumerate(atom.args):
        if not isinstance(term, Var):
            yield atom.predicate, position, term


def filters(rule: Rule, declared: Mapping[str, Predicate]) -> Iterator[Comparison]:
    """Yield the comparisons that a store can make: of a term with another, on nothing that may be undocumented."""
    amounts: set[str] = set()
    for literal in rule.literals:
        predicate = declared.get(literal.atom.predicate)
        if predicate and predicate.is_open:
            amounts.update(variables(literal.atom.args[predicate.amounts_from :]))
    for each in rule.comparisons:
        if each.names() and len(each.left) == len(each.right) == 1 and amounts.isdisjoint(each.names()):
            yield each


class _Template:
    """An atom of a rule, filled from a row of the rule's variables."""

    def __init__(self, atom: Atom, variables: Sequence[str]) -> None:
        self.predicate = atom.predicate
        self._constants = tuple([a for a in atom.args if not isinstance(a, Var)])
        rest = iter(range(len(variables), len(variables) + len(self._constants)))
        self._pick = _picking([variables.index(a.name) if isinstance(a, Var) else next(rest) for a in atom.args])

    def fill(self, row: Row) -> Atom:
        return _new(Atom, (self.predicate, self._pick(row + self._constants)))


def _picking(places: Sequence[int]) -> Callable[[Row], Row]:
    """Return what picks the terms at some places of a row."""
    if len(places) > 1:
        return itemgetter(*places)
    at = places[0] if places else 0
    return itemgetter(slice(at, at + len(places)))  # of fewer it gives a tuple too


class Compiled:
    """A rule made ready: its relation in the store, and how a row turns into a firing."""

    def __init__(self, index: int, rule: Rule) -> None:
        self.rule, literals = rule, rule.literals
        self.comparisons, self.aggregates = rule.comparisons, rule.aggregates
        self.name = f"F{index}"
        self.variables = sorted({a.name for lit in literals for a in lit.atom.args if isinstance(a, Var)})
        positive = [lit.atom for lit in literals if lit.positive]
        negative = [lit.atom for lit in literals if not lit.positive]
        self.head = _Template(rule.head, self.variables)
        self.premises = [_Template(atom, self.variables) for atom in positive]
        self.absences = [_Template(atom, self.variables) for atom in negative]
        self.reads = frozenset(atom.predicate for atom in positive)
        self.ground = [a for a in positive if not any(isinstance(t, Var) for t in a.args)]
        self.denied = [a for a in negative if not any(isinstance(t, Var) for t in a.args)]

    @cached_property
    def needs(self) -> frozenset[Slot]:
        """What has to be there for it to fire; only who asks pyDatalog looks."""
        return frozenset(slot for lit in self.rule.literals if lit.positive for slot in slots_of(lit.atom))

    def thinkable(self, model: Model, slots: AbstractSet[Slot]) -> bool:
        """Say whether the rule may fire: asking pyDatalog costs more than looking."""
        return self.needs <= slots and all(map(model.possible, self.ground)) and not any(map(model.sure, self.denied))

    def firing(self, row: Row, tally: Callable[[Aggregate, Binding], Tally]) -> Firing | None:
        """Return the firing of a row, or None where a comparison or an aggregate fails.

        :param tally: gives what an aggregate comes to.
        """
        binding = dict(zip(self.variables, row, strict=True))
        if not (self.comparisons or self.aggregates):
            return self.fired(row, binding)
        values = [holds(comparison, binding) for comparison in self.comparisons]
        if False in values:
            return None
        tallies = tuple([tally(aggregate, binding) for aggregate in self.aggregates])
        if any(each.value is False for each in tallies):
            return None
        undetermined = tuple(c for c, v in zip(self.comparisons, values, strict=True) if v is None)
        return self.fired(row, binding, undetermined, tallies)

    def fired(
        self, row: Row, binding: Binding, undetermined: tuple[Comparison, ...] = (), tallies: tuple[Tally, ...] = ()
    ) -> Firing:
        """Return the firing of a row; see `Firing`."""
        premises = tuple([template.fill(row) for template in self.premises])
        absences = tuple([template.fill(row) for template in self.absences]) if self.absences else ()
        return Firing(self.rule, binding, self.head.fill(row), premises, absences, undetermined, tallies)


def compiled_rules(program: Program, date: str) -> list[Compiled]:
    """Return the rules in force on an ISO date, each named by its number among the clauses in force."""
    return [Compiled(number, rule) for number, rule in enumerate(program.edition(date)) if rule.body]
