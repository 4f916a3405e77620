"""Where the bits stand of what a case says: in a few words, alike for all editions that cases are decided by."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ..circuit.circuit import Circuit
from ..evaluation.symbols import OTHER
from ..language.terms import Atom
from .words import BITS, Words

SLOTS = 8
"""The sessions of a case that are told apart; a case with a later one is decided by itself."""
FLAGGED, ASKED, EDITION, PRESENT = "flagged", "asked", "edition", "present"
"""Fields of what is no input: something is to be looked at closely, there is a line, the edition, the sessions."""


class Field(NamedTuple):
    """Some bits of a word."""

    word: int
    shift: int
    width: int


Bits = dict[int, int]
"""The bits that are set, by word."""


class Layout:
    """The fields of the words of a case: one for all inputs that mean the same to every edition.

    An input of a session has a bit for each of them.
    """

    def __init__(self, circuits: Sequence[Circuit]) -> None:
        self.circuits = circuits
        self.fields: dict[Hashable, Field] = {}
        self.of_input: dict[int, Field] = {}
        self.watched = {
            literal.atom.predicate for c in circuits for rule in c.grounded.apart for literal in rule.literals
        }
        places = [Words(c.nodes, c.outputs).place for c in circuits]
        for number, atom in enumerate(circuits[0].grounded.inputs if circuits else ()):
            key = tuple(place.get(number) for place in places)
            if any(at is not None for at in key):
                width = SLOTS if self.is_local(atom) else 1
                self.of_input[number] = self.field(("alike", key, width), width)
        for name in (FLAGGED, ASKED):
            self.field(name)
        self.field(PRESENT, SLOTS)

    @property
    def words(self) -> list[str]:
        """The names of the words."""
        return [f"w{at}" for at in range(1 + max(field.word for field in self.fields.values()))]

    def is_local(self, atom: Atom) -> bool:
        """Say whether an atom is of a session."""
        return self.circuits[0].grounded.symbols.is_session(atom.predicate, 0)

    def field(self, key: Hashable, width: int = 1) -> Field:
        """Return the field of a key, made where there is none yet."""
        if key not in self.fields:
            last = next(reversed(self.fields.values()), Field(0, 0, 0))
            end = last.shift + last.width
            fits = end + width <= BITS
            self.fields[key] = Field(last.word, end, width) if fits else Field(last.word + 1, 0, width)
        return self.fields[key]

    def bits(self, *keys: Hashable, slot: int = 0) -> Bits:
        """Return the bits of some keys, of the session in a slot where they are of sessions."""
        return self._set([self.field(key) for key in keys], slot)

    def said(self, atoms: Iterable[Atom], slot: int = 0) -> Bits:
        """Return the bits of what a case says."""
        atoms = list(atoms)
        numbers = self.circuits[0].numbers(atoms) if self.circuits else []
        found = [self.of_input[number] for number in numbers if number in self.of_input]
        watched = [self.field(("watched", a.predicate)) for a in atoms if a.predicate in self.watched]
        return self._set([*found, *watched], slot)

    def compared(self) -> list[Bits]:
        """Return what, said together, a rule compares that no circuit holds: whole amounts, one in a row."""
        return [bits for is_local, bits in self._apart() if not is_local]

    def together(self) -> list[Bits]:
        """Return what, said together, is to be looked at closely: such a rule compares what is of a session."""
        return [bits for is_local, bits in self._apart() if is_local]

    def _apart(self) -> Iterator[tuple[bool, Bits]]:
        """Yield for each rule that no circuit holds whether it speaks of sessions, and the bits of what it compares."""
        for rule in {rule.id: rule for circuit in self.circuits for rule in circuit.grounded.apart}.values():
            atoms = [literal.atom for literal in rule.literals]
            yield any(map(self.is_local, atoms)), self.bits(*(("watched", atom.predicate) for atom in atoms))

    def is_ambiguous(self, atoms: Iterable[Atom], usual: Iterable[Atom]) -> bool:
        """Say whether a line of a code that no text names differs, to the circuits, from a usual one of such a code.

        Two lines of which that holds apart would be taken for one.
        """
        of_other = any(self.is_local(a) and str(a.args[1]) == OTHER for a in self.stood(usual))
        return of_other and self._inputs(atoms) != self._inputs(usual)

    def stood(self, atoms: Iterable[Atom]) -> list[Atom]:
        """Return the symbols that stand for what a case says."""
        if not self.circuits:
            return []
        symbols = self.circuits[0].grounded.symbols
        return [found for atom in atoms if (found := symbols.stand_in(atom))]

    def _inputs(self, atoms: Iterable[Atom]) -> set[Field]:
        numbers = self.circuits[0].numbers(atoms) if self.circuits else []
        return {self.of_input[number] for number in numbers if number in self.of_input}

    @staticmethod
    def _set(fields: Iterable[Field], slot: int) -> Bits:
        found: Bits = {}
        for field in fields:
            bit = 1 << (field.shift + (slot if field.width == SLOTS else 0))
            found[field.word] = found.get(field.word, 0) | bit
        return found


def merged(*all_: Bits) -> Bits:
    """Return the bits that are set in one or the other."""
    found: Bits = {}
    for bits in all_:
        for word, value in bits.items():
            found[word] = found.get(word, 0) | value
    return found
