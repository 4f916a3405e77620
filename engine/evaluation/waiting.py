"""What a case's firings wait for: counted down as atoms come to be possible, and as they come to be sure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..language.terms import Atom, Term
from .prepared import Prepared
from .rules import Model


class Waiting:
    """What may be so by now, what is sure, and which firings wait for nothing more."""

    def __init__(self, prepared: Prepared, model: Model) -> None:
        self.prepared, self.model = prepared, model
        self.possible, self.sure = prepared.possible.copy(), prepared.possible.copy()
        self.missing, self.unsure = prepared.missing.copy(), prepared.missing.copy()
        self.ready = {at: found.copy() for at, found in prepared.ready.items()}
        self.active = {prepared.members[at].component for at in prepared.ready}
        self.live: dict[str, list[Atom]] = {}  # by predicate, with those of the text; where some case's are among them
        self.text = prepared.atoms
        self.numbers: list[int] = []  # of what came, in order; `settled` of what was sure
        self.settled: list[int] = []
        new = [atom for atom in model.given if atom not in prepared.static.firings]
        self.come(new)
        self.settle(new)

    def come(self, atoms: Iterable[Atom]) -> None:
        """Let atoms be possible from now on, which were not before."""
        number, watched, live = self.prepared.number, self.prepared.watched, self.live
        for atom in atoms:
            name = atom.predicate
            if name in watched and (at := number.get(atom)) is not None:
                self.came(at)
            if name in live:
                live[name].append(atom)
                continue
            live[name] = [*self.text.get(name, ()), atom]
            if (at := number.get(name)) is not None:
                self.came(at)

    def came(self, number: int) -> None:
        """Let those who wait for something know that it is there."""
        if self.possible[number]:
            return
        prepared, missing = self.prepared, self.missing
        self.possible[number] = True
        self.numbers.append(number)
        for at in prepared.waiting[number]:
            missing[at] -= 1
            if not missing[at]:
                member = prepared.of[at]
                self.active.add(member.component)
                self.ready.setdefault(member.at, []).append(at)

    def settle(self, atoms: Iterable[Atom]) -> None:
        """Let atoms be sure from now on."""
        number, watched = self.prepared.number, self.prepared.watched
        for atom in atoms:
            if atom.predicate in watched and (at := number.get(atom)) is not None:
                self.settles(at)

    def settles(self, number: int) -> None:
        """Let those who wait for something know that it is sure."""
        if not self.sure[number]:
            self.sure[number] = True
            self.settled.append(number)
            for at in self.prepared.waiting[number]:
                self.unsure[at] -= 1

    def of(self, predicate: str) -> Sequence[Atom]:
        """Return the atoms of a predicate that may be so."""
        return self.live[predicate] if predicate in self.live else self.text.get(predicate, ())

    def like(self, predicate: str, column: int, constant: Term) -> Sequence[Atom]:
        """Return at least those that have a constant in a column."""
        return self.live[predicate] if predicate in self.live else self.prepared.like(predicate, column, constant)
