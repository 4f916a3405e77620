"""What a store is asked: the relation of a rule, and how atoms are marked and rows ordered there."""

from __future__ import annotations

from ..language.record import NamedTuple
from ..language.terms import Atom
from .compiled import Compiled, Row


class Relation(NamedTuple):
    """The firings of a rule, or those by a new atom at one place of its body."""

    compiled: Compiled
    new: int = -1
    bare: bool = False  # without the comparisons of the rule

    @property
    def name(self) -> str:
        return self.compiled.name + (f"D{self.new}" if self.new >= 0 else "") + "B" * self.bare


def shadow(atom: Atom) -> Atom:
    """Return the atom that says an open-valued one is surely so; no text can spell its predicate."""
    return marked("S", atom)


def marked(mark: str, atom: Atom) -> Atom:
    """Return an atom of the predicate that a mark makes of another; no text can spell it."""
    return Atom(f"{mark}_{atom.predicate}", atom.args)


def in_order(rows: list[Row]) -> list[Row]:
    """Sort rows, whose order differs between processes; a column may hold numbers beside text."""
    try:
        return sorted(rows)
    except TypeError:
        return sorted(rows, key=str)
