"""A case as the inputs of a circuit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..evaluation.apart import contradicted
from ..evaluation.grounded import Grounded
from ..language.kept import Kept
from ..language.record import NamedTuple
from ..language.terms import Atom, Constant

MAX_KEPT = 100_000
"""How many different things that cases say are kept with the inputs that stand for them."""

_Read = tuple[int, int, bool, bool]
"""The number of an input, the number of the one that is set for it, whether it is of a session, of an unnamed code."""


class Inputs(NamedTuple):
    """The inputs of a case, with a bit for each session."""

    values: list[int]  # by number; of those that mean the same, of the first
    sessions: dict[Constant, int]  # the bit of each session
    mask: int  # of all sessions
    contradicted: bool = False  # by a rule that the circuit leaves out


class Reader:
    """Reads cases as inputs of the circuit of an edition.

    :param alike: by number of an input, the number of the one that is set for it; others are not set.
    """

    def __init__(self, grounded: Grounded, alike: Mapping[int, int]) -> None:
        self.symbols, self._apart = grounded.symbols, grounded.apart
        self.number = {atom: at for at, atom in enumerate(grounded.inputs)}
        declared = grounded.program.declared().values()
        self._of_session = {p.name for p in declared if self.symbols.is_session(p.name, 0)}
        self._alike = alike
        self._known: Kept[Atom, _Read] = Kept(MAX_KEPT)

    def read(self, facts: Iterable[Atom]) -> Inputs | None:
        """Return the inputs of a case; None where it says more than the symbols can hold apart.

        :param facts: what the case gives, as ground atoms of the declared inputs.
        """
        facts = list(facts)
        sessions: dict[Constant, int] = {}
        values, of_case = [0] * len(self.number), []
        unnamed: dict[tuple[object, ...], dict[object, int]] = {}
        for atom in facts:
            number, place, local, is_other = self._known.get(atom) or self._learn(atom)
            if local:
                session: Constant = atom.args[0]  # type: ignore[assignment]
                bit = sessions.get(session) or sessions.setdefault(session, 1 << len(sessions))
                if place >= 0:
                    values[place] |= bit
                if is_other:
                    unnamed.setdefault((atom.predicate, session), {})[atom.args[1]] = number
            elif place >= 0:
                of_case.append(place)
        mask = (1 << len(sessions)) - 1
        for place in of_case:
            values[place] = mask
        # Of two codes that the text does not name, one stands for both where the same is said of them.
        if any(len(set(codes.values())) > 1 for codes in unnamed.values()):
            return None
        return Inputs(values, sessions, mask, contradicted(self._apart, facts))

    def _learn(self, atom: Atom) -> _Read:
        """Return what an atom of a case says, and keep it."""
        number = self.number_of(atom)
        local = number >= 0 and atom.predicate in self._of_session
        read = number, self._alike.get(number, -1), local, local and self.symbols.is_of_other(atom)
        return self._known.keep(atom, read)

    def number_of(self, atom: Atom) -> int:
        """Return the number of the input that stands for an atom; -1 for one that is always so."""
        symbol = self.symbols.stand_in(atom)
        return -1 if symbol is None else self.number[symbol]
