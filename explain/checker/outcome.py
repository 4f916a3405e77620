"""The conclusion of a line as the proof checker comes to it: its outcome, what decides it, and what is missing."""

from __future__ import annotations

from typing import Any

from ...engine.language.terms import Atom, Var
from .claim import Due, Step, absent, holds
from .due import Dues
from .ground import TRUE, in_order, quoted, unquoted
from .settled import cut_amiss
from .several import Needs
from .supposed import Supposed

FAVOURABLE, UNFAVOURABLE, BESIDE = "medically_necessary", "not_medically_necessary", "not_addressed"
OPEN = "more_information_needed"
OUTCOMES = (FAVOURABLE, UNFAVOURABLE, OPEN, BESIDE)
Line = tuple[str, int]


class Conclusions:
    """Concludes the lines of one case."""

    def __init__(self, dues: Dues, smallest: Dues) -> None:
        """Take what is due in the depth that is shown, and in the smallest proofs, which `rests_on` is of."""
        self.dues, self.smallest, self.truth = dues, smallest, dues.truth
        self._supposed = Supposed(dues.truth, dues.facts)
        self._missing: dict[Line, list[Needs]] = {}

    def outcomes(self, line: Line) -> dict[str, list[Atom]]:
        """Return the possible outcome atoms of a line, by predicate, first what decides first."""
        begin = (line[1], quoted(line[0]))
        found = {}
        for name in (FAVOURABLE, BESIDE, UNFAVOURABLE):
            pattern = Atom(name, (*begin, Var("V")))
            found[name] = sorted(self.truth.relation(name).like(pattern), key=in_order)
        return found

    def contradiction(self, line: Line) -> str:
        """Return what is wrong where the rules give a line two outcomes that exclude each other, or none."""
        possible = self.outcomes(line)
        if not any(possible.values()):
            return "the rules give it no outcome"
        if self._sure(possible[FAVOURABLE]) and self._sure(possible[UNFAVOURABLE]):
            return "the rules give it two outcomes"
        return ""

    def line(self, line: Line) -> Due:
        """Return the determination that is due for a line; what is missing is checked apart."""
        outcome, decisive = self._decided(line)
        claims = [holds(atom) for atom in decisive]
        facts = self._told(line, outcome, decisive)
        facts["text"] = f"{line[0]}, session {line[1]}: {self._said(facts)}"
        facts["rests_on"] = self.smallest.marks(claims)
        return Due("determination", facts, tuple(Step("premise", claim) for claim in claims))

    def contrast(self, line: Line, asked: str) -> Due:
        """Return what is due for the question why a line does not have an outcome."""
        outcome, decisive = self._decided(line)
        facts = self._told(line, outcome, decisive) | {"asked": asked}
        begin = f"{line[0]}, session {line[1]}: why not {asked.replace('_', ' ')}? It is "
        facts["text"] = begin + self._said(facts)
        possible = self.outcomes(line)
        if asked in possible and not possible[asked]:
            third = Var(self.truth.program.predicates[asked].params[2])
            steps = [Step("absence", absent(Atom(asked, (line[1], quoted(line[0]), third))))]
        else:
            shown = possible.get(asked) or self._sure(possible.get(outcome, []))
            steps = [Step("premise", holds(atom)) for atom in shown]
        return Due("contrast", facts, tuple(steps))

    def missing(self, line: Line) -> list[Needs]:
        """Return every smallest set of documentation that would make a line necessary.

        :raises TooLargeError: where there are more than are looked at.
        """
        if line not in self._missing:
            outcome, _ = self._decided(line)
            self._missing[line] = self._supposed.sets(self.outcomes(line)[FAVOURABLE]) if outcome == OPEN else []
        return self._missing[line]

    def is_complete(self, line: Line) -> bool:
        """Say whether all that would make a line necessary is told apart."""
        return self._supposed.is_complete(self.outcomes(line)[FAVOURABLE])

    def cut_amiss(self, line: Line, told: Any, due: list[Needs] | None) -> str:
        """Return what is wrong with a list of sets that is cut, or an empty text; see `settled`."""
        return cut_amiss(self._supposed, self.outcomes(line)[FAVOURABLE], told, due)

    def _sure(self, atoms: list[Atom]) -> list[Atom]:
        return [atom for atom in atoms if self.truth.value(atom) == TRUE]

    def _decided(self, line: Line) -> tuple[str, list[Atom]]:
        """Return a line's outcome and the atoms that decide it."""
        possible = self.outcomes(line)
        for name, atoms in possible.items():
            if sure := self._sure(atoms):
                return name, sure
        return OPEN, possible[FAVOURABLE] or [atom for atoms in possible.values() for atom in atoms]

    def _told(self, line: Line, outcome: str, decisive: list[Atom]) -> dict[str, Any]:
        last = sorted(unquoted(atom.args[2]) for atom in decisive)
        return {
            "cpt": line[0], "session": line[1], "outcome": outcome,
            "by": last if outcome in (FAVOURABLE, UNFAVOURABLE) else [],
            "reason": last[0] if outcome == BESIDE else None,
        }  # fmt: skip

    def _said(self, facts: dict[str, Any]) -> str:
        return self.dues.say.outcome(facts["outcome"], facts["by"], facts["reason"])
