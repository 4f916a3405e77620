"""Firings of rules, and the model they make: what holds, surely or possibly, and by which firing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from ..language.comparison import holds
from ..language.terms import Atom, Comparison, Constant, Rule, Term, Var
from ..program.program import Predicate

Row = tuple[Constant, ...]


class Firing(NamedTuple):
    """A rule with its variables bound such that the body holds, surely or possibly."""

    rule: Rule
    binding: dict[str, Constant]
    head: Atom
    premises: tuple[Atom, ...]
    absences: tuple[Atom, ...]
    undetermined: tuple[Comparison, ...]  # comparisons on an undocumented amount


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
        self.support = support  # the first sure firing of each sure atom: well founded
        self._sorted: dict[str, list[Atom]] = {}
        self._index: dict[tuple[str, int], dict[Term, list[Atom]]] = {}

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
        """Return the possible atoms of a predicate in a stable order, once the evaluation is over."""
        if predicate not in self._sorted:
            found = self._by_predicate.get(predicate, ())
            self._sorted[predicate] = sorted(found, key=lambda a: [str(x) for x in a.args])
        return self._sorted[predicate]

    @cached_property
    def _by_predicate(self) -> dict[str, list[Atom]]:
        index: dict[str, list[Atom]] = {}
        for atom in self.each():
            index.setdefault(atom.predicate, []).append(atom)
        return index

    def like(self, pattern: Atom) -> list[Atom]:
        """Return the possible atoms that have a pattern's first constant in its place; by index."""
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

    def is_sure(self, firing: Firing) -> bool:
        """Say whether a firing holds whatever the undocumented turns out to be."""
        return (
            not firing.undetermined
            and all(self.sure(atom) for atom in firing.premises)
            and not any(self.possible(atom) for atom in firing.absences)
        )


# A predicate that has atoms, or a constant that stands at a place in some atom of a predicate.
Slot = str | tuple[str, int, Term]


def slots_of(atom: Atom) -> Iterator[Slot]:
    """Yield an atom's predicate, and each constant of it with its place."""
    yield atom.predicate
    for position, term in enumerate(atom.args):
        if not isinstance(term, Var):
            yield atom.predicate, position, term


class _Template:
    """An atom of a rule, filled from a row of the rule's variables."""

    def __init__(self, atom: Atom, variables: Sequence[str]) -> None:
        self.predicate = atom.predicate
        self.args = [(variables.index(a.name), "") if isinstance(a, Var) else (-1, a) for a in atom.args]

    def fill(self, row: Row) -> Atom:
        return Atom(self.predicate, tuple([row[at] if at >= 0 else constant for at, constant in self.args]))


class Compiled:
    """A rule made ready: its relation in the store, and how a row turns into a firing."""

    def __init__(self, index: int, rule: Rule) -> None:
        self.rule = rule
        self.comparisons = rule.comparisons
        self.name = f"F{index}"
        self.variables = sorted({a.name for lit in rule.literals for a in lit.atom.args if isinstance(a, Var)})
        positive = [lit.atom for lit in rule.literals if lit.positive]
        negative = [lit.atom for lit in rule.literals if not lit.positive]
        self.head = _Template(rule.head, self.variables)
        self.premises = [_Template(atom, self.variables) for atom in positive]
        self.absences = [_Template(atom, self.variables) for atom in negative]
        self.reads = frozenset(atom.predicate for atom in positive)
        self.needs = frozenset(slot for atom in positive for slot in slots_of(atom))
        self.ground = [a for a in positive if not any(isinstance(t, Var) for t in a.args)]
        self.denied = [a for a in negative if not any(isinstance(t, Var) for t in a.args)]

    def thinkable(self, model: Model, slots: AbstractSet[Slot]) -> bool:
        """Say whether the rule may fire: asking pyDatalog costs more than looking."""
        return self.needs <= slots and all(map(model.possible, self.ground)) and not any(map(model.sure, self.denied))

    def firing(self, row: Row) -> Firing | None:
        binding = dict(zip(self.variables, row, strict=True))
        values = [holds(comparison, binding) for comparison in self.comparisons]
        if False in values:
            return None
        undetermined = tuple(c for c, v in zip(self.comparisons, values, strict=True) if v is None)
        premises = tuple([template.fill(row) for template in self.premises])
        absences = tuple([template.fill(row) for template in self.absences])
        return Firing(self.rule, binding, self.head.fill(row), premises, absences, undetermined)
