"""Predicates of a grounded edition that rest on each other, their rules, and what they came to for the cases so far."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from ..language.record import NamedTuple
from ..language.terms import Atom, Term
from .compiled import Compiled, Row
from .joined import Plan
from .rules import Firing

WORLD = ""
"""Stands among the predicates for whether what is not documented may still be so, and of what that is not asked."""
MAX_KEPT = 100_000
"""How many firings that what cases name was put into are kept of a rule."""
MAX_CAME = 1_000
"""How often what one component came to is kept."""


class Listed(NamedTuple):
    """A firing of a rule that is listed: its atoms by their numbers."""

    row: Row
    head: Atom
    premises: tuple[int, ...]
    absences: tuple[int, ...]


class Member:
    """A rule of a component: what is listed of it, or how it is joined."""

    def __init__(self, compiled: Compiled, at: int, component: int, renewed: list[int]) -> None:
        self.compiled, self.at, self.component, self.renewed = compiled, at, component, renewed
        self.is_listed = self.in_order = self.is_closed = False
        self.counts = bool(compiled.rule.aggregates)
        self.plans: dict[int, Plan] = {}
        self.known: dict[Row, Firing | None] = {}

    def keep(self, row: Row, firing: Firing | None) -> Firing | None:
        """Keep what fires by a row, and return it."""
        if len(self.known) >= MAX_KEPT:
            self.known.clear()
        self.known[row] = firing
        return firing


Slot = Atom | str
"""An atom, or a predicate that has some atom."""


class Came(NamedTuple):
    """What a component came to where so much was known."""

    is_something: bool
    firings: dict[Atom, list[Firing]]
    support: dict[Atom, Firing]
    unknown: tuple[Atom, ...]
    live: dict[str, list[Atom]]  # by predicate, the atoms that may be so
    known: dict[str, object]  # by predicate, what stands for all that is known of it
    numbers: tuple[int, ...]  # of what came
    settled: tuple[int, ...]  # of what came to be sure
    steps: int


class Component(NamedTuple):
    """Predicates that rest on each other, and their rules."""

    at: int
    names: tuple[str, ...]
    asks: Callable[[Mapping[str, object]], object]  # picks what is known of the predicates that it rests on, or is of
    kept: dict[object, Came]
    opens: tuple[str, ...]  # the predicates that may be undocumented
    members: tuple[Member, ...]
    counts: bool  # whether a rule has an aggregate
    recursive: bool

    def keep(self, known: object, came: Came) -> None:
        """Keep what it came to, by what is known of what it asks for."""
        if len(self.kept) >= MAX_CAME:
            self.kept.clear()
        self.kept[known] = came


class Open(NamedTuple):
    """What an open predicate may say where nobody documents it."""

    single: tuple[Atom, ...]  # the one number, where it says one
    each: tuple[tuple[Term, Atom], ...]  # a concept, and what may be so of it
    closing: tuple[str, ...]  # the predicates that close what they hold of
    one: bool  # whether nothing of it is undocumented once anything is said

    def left(self, said: Collection[Term], closed: Collection[object], known: Collection[Atom]) -> list[Atom]:
        """Return what nobody documents of it.

        :param said: the concepts that a case speaks of.
        :param closed: what closes it, each in a tuple.
        :param known: what it says anyway.
        """
        if said and self.one:
            return []
        found = [atom for concept, atom in self.each if concept not in said and (concept,) not in closed]
        return [atom for atom in (*self.single, *found) if atom not in known]
