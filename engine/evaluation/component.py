"""Predicates of a grounded edition that rest on each other, their rules, and what they came to for the cases so far."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from ..language.kept import Kept
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
"""How often what one component, or one rule, came to is kept."""


class Asked(NamedTuple):
    """What something depends on: all that is known of some predicates, and whether some atoms are so."""

    pick: Callable[[Mapping[str, object]], object]  # what is known of the predicates, of what is known of each
    bits: int = 0

    def key(self, known: Mapping[str, object], possible: int, sure: int) -> object:
        """Return the same for every case of which as much is known."""
        return self.pick(known), possible & self.bits, sure & self.bits


class Listed(NamedTuple):
    """A firing of a rule that is listed: what it waits for, and what may not be, by a bit for each atom."""

    compiled: Compiled
    row: Row
    premises: int
    absences: int


class Fired(NamedTuple):
    """What fires of a rule where so much was known, and whether it surely does."""

    firings: list[tuple[Firing, bool]]
    steps: int


class Member:
    """A rule of a component: what is listed of it, or how it is joined.

    :param at: its number among the rules of all components.
    :param renewed: the places among its literals in which something of its own component stands.
    """

    asks: Asked

    def __init__(self, compiled: Compiled, at: int, renewed: list[int]) -> None:
        self.compiled, self.at, self.renewed = compiled, at, renewed
        self.reads: set[str] = set()  # the predicates of which it may read any atom
        self.is_listed = self.in_order = self.is_closed = False
        self.counts = bool(compiled.rule.aggregates)
        self.plans: dict[int, Plan] = {}
        self.known: Kept[Row, Firing | None] = Kept(MAX_KEPT)  # what fires by a row
        self.kept: Kept[object, Fired] = Kept(MAX_CAME)  # what fires of it, by what is known of what it reads
        self.needs = 0  # the bits of what it waits for; of a rule that is listed, those by which its firings are found
        self.always: list[int] = []  # the firings listed that wait for nothing
        self.by: dict[int, list[int]] = {}  # the others, by the bit of one thing that each waits for

    def may_fire(self, possible: int) -> bool:
        """Say whether all that it waits for is there; of a rule that is listed, whether it is worth looking."""
        return bool(self.always or self.needs & possible) if self.is_listed else not self.needs & ~possible

    def waiting(self, possible: int) -> list[int]:
        """Return the firings listed of which one thing that they wait for is there, or that wait for nothing."""
        found, there = self.always.copy(), self.needs & possible
        while there:
            bit = there & -there
            found += self.by[bit]
            there ^= bit
        return found


Slot = Atom | str
"""An atom, or a predicate that has some atom."""


class Came(NamedTuple):
    """What a component came to where so much was known."""

    is_something: bool
    firings: dict[Atom, list[Firing]]
    support: dict[Atom, Firing]
    unknown: frozenset[Atom]
    live: dict[str, list[Atom]]  # by predicate, the atoms that may be so
    known: dict[str, object]  # by predicate, what stands for all that is known of it
    possible: int  # the bits of what came, and of what came to be sure
    sure: int
    steps: int


class Component(NamedTuple):
    """Predicates that rest on each other, and their rules."""

    names: frozenset[str]
    asks: Asked  # what it rests on, or is of
    kept: Kept[object, Came]  # what it came to, by what is known of what it asks for
    opens: tuple[str, ...]  # the predicates that may be undocumented
    members: tuple[Member, ...]
    counts: bool  # whether a rule has an aggregate
    recursive: bool


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
