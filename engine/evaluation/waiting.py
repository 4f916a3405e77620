"""What a case's firings wait for: a bit for each thing that is there, surely or possibly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..language.terms import Atom, Term
from .prepared import Prepared
from .rules import Model


class Waiting:
    """What may be so by now, and what is sure."""

    def __init__(self, prepared: Prepared, model: Model) -> None:
        self.prepared, self.model = prepared, model
        self.possible = self.sure = prepared.possible
        self.live: dict[str, list[Atom]] = {}  # by predicate, with those of the text; where some case's are among them
        self.text = prepared.atoms
        new = [atom for atom in model.given if atom not in prepared.static.firings]
        self.come(new)
        self.settle(new)

    def come(self, atoms: Iterable[Atom]) -> None:
        """Let atoms be possible from now on, which were not before."""
        bit, watched, live = self.prepared.bit, self.prepared.watched, self.live
        for atom in atoms:
            name = atom.predicate
            if name in watched:
                self.possible |= bit.get(atom, 0)
            if name in live:
                live[name].append(atom)
            else:
                live[name] = [*self.text.get(name, ()), atom]
                self.possible |= bit.get(name, 0)

    def settle(self, atoms: Iterable[Atom]) -> None:
        """Let atoms be sure from now on."""
        bit, watched = self.prepared.bit, self.prepared.watched
        for atom in atoms:
            if atom.predicate in watched:
                self.sure |= bit.get(atom, 0)

    def of(self, predicate: str) -> Sequence[Atom]:
        """Return the atoms of a predicate that may be so."""
        return self.live[predicate] if predicate in self.live else self.text.get(predicate, ())

    def like(self, predicate: str, column: int, constant: Term) -> Sequence[Atom]:
        """Return at least those that have a constant in a column."""
        return self.live[predicate] if predicate in self.live else self.prepared.like(predicate, column, constant)
