"""Firings of rules, and the model they make: what holds, surely or possibly, and by which firing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from math import inf
from types import MappingProxyType

from ..language.comparison import NotANumberError, holds
from ..language.record import NamedTuple
from ..language.terms import Aggregate, Atom, Comparison, Constant, Quantity, Rule, Term, Var
from ..language.unify import Binding
from ..program.program import Predicate


class Member(NamedTuple):
    """A tuple of terms that counts, with every way in which the condition holds for it."""

    terms: tuple[Constant, ...]
    ways: tuple[Firing, ...]  # of the condition, as of a rule that gives the terms; the first is the one to show
    sure: bool
    most: float | None = None  # of an amount that nobody documented: the most that it can be, as it is declared
    least: float = 0  # and the least

    def worth(self, function: str) -> tuple[float, float]:
        """Return the least and the most that it adds."""
        value = 1 if function == "count" else self.terms[0]
        if function == "sum" and self.most is not None:
            return min(0, self.least), max(0, self.most)
        if not isinstance(value, int):
            raise NotANumberError(f"a sum has to add up {value}, which is no whole number")
        return (int(value), int(value)) if self.sure else (min(0, int(value)), max(0, int(value)))


class Tally(NamedTuple):
    """An aggregate under a binding of the variables that it shares with its rule."""

    aggregate: Aggregate
    binding: Binding
    members: tuple[Member, ...]  # what surely counts first, then in the order of their terms
    low: float
    high: float
    value: bool | None  # whether its comparisons hold; None where that is not documented

    @property
    def rows(self) -> tuple[list[tuple[Constant, ...]], list[tuple[Constant, ...]]]:
        """The terms of what surely counts, and of what may count as well."""
        sure, possible = ([m.terms for m in self.members if m.sure is so] for so in (True, False))
        return sure, possible

    @property
    def ends(self) -> tuple[int, float]:
        """The least and the most that the value may be, in the measure of what it is compared with."""
        measures = [t for guard in self.aggregate.guards for t in guard.right if isinstance(t, Quantity)]
        if not measures:
            return int(self.low), self.high
        least, most = (
            Quantity(int(n), measures[0].places, measures[0].unit) for n in (self.low, min(self.high, 2**31))
        )
        return least, most if self.high < inf else inf

    @property
    def shown(self) -> list[tuple[Member, Firing]]:
        """Each member with the way by which it is shown to count."""
        return [(member, member.ways[0]) for member in self.members]

    @property
    def atoms(self) -> list[Atom]:
        """What the members that are shown rest on, so or not so."""
        return [atom for _, way in self.shown for atom in (*way.premises, *way.absences)]

    @property
    def premises(self) -> list[Atom]:
        """What the members that surely count rest on being so."""
        return [atom for member, way in self.shown if member.sure for atom in way.premises]


class Firing(NamedTuple):
    """A rule with its variables bound such that the body holds, surely or possibly."""

    rule: Rule
    binding: dict[str, Constant]
    head: Atom
    premises: tuple[Atom, ...]
    absences: tuple[Atom, ...]
    undetermined: tuple[Comparison, ...]  # comparisons on an undocumented amount
    tallies: tuple[Tally, ...] = ()  # of its aggregates

    @property
    def rests(self) -> tuple[Atom, ...]:
        """What it rests on being so: its premises, and those by which the members of its aggregates count."""
        if not self.tallies:
            return self.premises
        return (*self.premises, *(atom for tally in self.tallies for atom in tally.premises))

    @property
    def reads(self) -> tuple[Atom, ...]:
        """What it asks for, so or not so, in every way in which the members of its aggregates may count."""
        if not self.tallies:
            return self.premises + self.absences
        ways = [way for tally in self.tallies for member in tally.members for way in member.ways]
        return (*self.premises, *self.absences, *(atom for way in ways for atom in way.reads))

    @property
    def is_determined(self) -> bool:
        """Whether its comparisons and its aggregates hold whatever the undocumented turns out to be."""
        return not self.undetermined and all(tally.value for tally in self.tallies)


class Model:
    """What follows for one case: atoms with the firings that give them."""

    def __init__(
        self,
        firings: dict[Atom, list[Firing]],
        given: Collection[Atom],
        support: dict[Atom, Firing],
        declared: Mapping[str, Predicate] = MappingProxyType({}),
    ) -> None:
        self.firings = firings
        self.declared = declared  # how the case can document what is open
        self.given = frozenset(given)
        self.unknown: set[Atom] = set()
        self.known: Mapping[str, object] = {}  # by predicate, what stands for all that is known of it
        self.support = support  # the first sure firing of each sure atom: well founded
        self._fixed: tuple[Model, AbstractSet[str]] | None = None
        self._sorted: dict[str, list[Atom]] = {}
        self._index: dict[tuple[str, int], dict[Term, list[Atom]]] = {}

    def rest_on(self, static: Model, predicates: AbstractSet[str]) -> None:
        """Leave predicates that a case does not change to the model of what is the same for every case."""
        self._fixed = static, predicates - {atom.predicate for atom in self.given}

    def sure(self, atom: Atom) -> bool:
        """Say whether an atom is surely so."""
        return atom in self.support or atom in self.given

    def possible(self, atom: Atom) -> bool:
        """Say whether an atom is so, surely or as far as the documentation goes."""
        return atom in self.firings or atom in self.given or atom in self.unknown

    def each(self) -> set[Atom]:
        """Return every possible atom."""
        return {*self.firings, *self.given, *self.unknown}

    def atoms(self, predicate: str) -> list[Atom]:
        """Return the possible atoms of a predicate in a stable order, once all of them are known."""
        if self._fixed and predicate in self._fixed[1]:
            return self._fixed[0].atoms(predicate)
        if predicate not in self._sorted:
            found = self._by_predicate.get(predicate, ())
            self._sorted[predicate] = sorted(found, key=lambda a: [str(x) for x in a.args])
        return self._sorted[predicate]

    def renew(self) -> None:
        """Take in what came since it was first asked for the atoms of a predicate; those it was asked for are whole."""
        self.__dict__.pop("_by_predicate", None)

    def index(self, found: dict[str, list[Atom]]) -> None:
        """Take over the possible atoms by predicate, of those that a case can change; in place of `renew`."""
        self.__dict__["_by_predicate"] = found

    @cached_property
    def _by_predicate(self) -> dict[str, list[Atom]]:
        index: dict[str, list[Atom]] = {}
        fixed: AbstractSet[str] = self._fixed[1] if self._fixed else set()
        for atom in self.firings:
            if atom.predicate not in fixed:
                index.setdefault(atom.predicate, []).append(atom)
        for atom in (self.given | self.unknown) - self.firings.keys():
            if atom.predicate not in fixed:
                index.setdefault(atom.predicate, []).append(atom)
        return index

    def like(self, pattern: Atom) -> list[Atom]:
        """Return the possible atoms that have a pattern's first constant in its place; by index."""
        if self._fixed and pattern.predicate in self._fixed[1]:
            return self._fixed[0].like(pattern)
        for position, wanted in enumerate(pattern.args):
            if not isinstance(wanted, Var):
                key = (pattern.predicate, position)
                if key not in self._index:
                    column: dict[Term, list[Atom]] = {}
                    for atom in self.atoms(pattern.predicate):
                        column.setdefault(atom.args[position], []).append(atom)
                    self._index[key] = column  # kept once it is whole, whatever interrupts
                return self._index[key].get(wanted, [])
        return self.atoms(pattern.predicate)

    def record(self, firings: Iterable[Firing]) -> None:
        """Keep firings under the atoms they give."""
        more: dict[Atom, list[Firing]] = {}
        for firing in firings:
            more.setdefault(firing.head, []).append(firing)
        for head, found in more.items():
            self.firings[head] = [*self.firings.get(head, ()), *found]

    def settle(self, fired: Iterable[Firing]) -> None:
        """Give each sure atom of a component its first sure firing, in an order that is well founded."""
        waiting, before = list(fired), -1
        while len(waiting) != before:
            before, still = len(waiting), []
            for firing in waiting:
                if self.is_sure(firing):
                    self.support.setdefault(firing.head, firing)
                else:
                    still.append(firing)
            waiting = still

    def is_sure(self, firing: Firing) -> bool:
        """Say whether a firing holds whatever the undocumented turns out to be."""
        if firing.undetermined or (firing.tallies and not firing.is_determined):
            return False
        support, given = self.support, self.given  # asked for most often of all
        for atom in firing.premises:
            if atom not in support and atom not in given:
                return False
        return not (firing.absences and any(map(self.possible, firing.absences)))


def instance(rule: Rule, binding: Binding) -> Firing:
    """Return a rule with all its variables bound, none of its comparisons being false."""
    atoms = [(literal.positive, literal.atom.substitute(binding)) for literal in rule.literals]
    return Firing(
        rule, binding, rule.head.substitute(binding), tuple([atom for positive, atom in atoms if positive]),
        tuple([atom for positive, atom in atoms if not positive]),
        tuple([each for each in rule.comparisons if holds(each, binding) is None]),
    )  # fmt: skip
