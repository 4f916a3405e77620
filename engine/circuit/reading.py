"""A case as the inputs of a circuit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..evaluation.apart import contradicted
from ..evaluation.grounded import Grounded
from ..language.terms import Atom, Constant

MAX_KEPT = 100_000
"""How many different things that cases say are kept with the inputs that stand for them."""


class Inputs(NamedTuple):
    """The inputs of a case, with a bit for each session."""

    values: list[int]
    sessions: dict[Constant, int]  # the bit of each session
    mask: int  # of all sessions
    contradicted: bool = False  # by a rule that the circuit leaves out


class Reader:
    """Reads cases as inputs of the circuit of an edition."""

    def __init__(self, grounded: Grounded) -> None:
        self.symbols, self._apart = grounded.symbols, grounded.apart
        self.number = {atom: at for at, atom in enumerate(grounded.inputs)}
        declared = grounded.program.declared().values()
        self._of_session = {p.name for p in declared if self.symbols.is_session(p.name, 0)}
        self._known: dict[Atom, int] = {}

    def read(self, facts: Iterable[Atom]) -> Inputs | None:
        """Return the inputs of a case; None where it says more than the symbols can hold apart.

        :param facts: what the case gives, as ground atoms of the declared inputs.
        """
        facts = list(facts)
        sessions: dict[Constant, int] = {}
        for atom in facts:
            if atom.predicate in self._of_session:
                sessions.setdefault(atom.args[0], 1 << len(sessions))  # type: ignore[arg-type]
        mask, values = (1 << len(sessions)) - 1, [0] * len(self.number)
        unnamed: dict[tuple[object, ...], dict[object, int]] = {}
        for atom in facts:
            at = self._known[atom] if atom in self._known else self.number_of(atom)
            if at < 0:
                continue
            if atom.predicate in self._of_session:
                values[at] |= sessions[atom.args[0]]  # type: ignore[index]
                if self.symbols.is_of_other(atom):
                    unnamed.setdefault((atom.predicate, atom.args[0]), {})[atom.args[1]] = at
            else:
                values[at] = mask
        # Of two codes that the text does not name, one stands for both where the same is said of them.
        if any(len(set(codes.values())) > 1 for codes in unnamed.values()):
            return None
        return Inputs(values, sessions, mask, contradicted(self._apart, facts))

    def number_of(self, atom: Atom) -> int:
        """Return the number of the input that stands for an atom; -1 for one that is always so."""
        if len(self._known) >= MAX_KEPT:
            self._known.clear()
        symbol = self.symbols.stand_in(atom)
        self._known[atom] = -1 if symbol is None else self.number[symbol]
        return self._known[atom]
