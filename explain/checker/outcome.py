"""The conclusion of a line as the proof checker comes to it: its outcome, what decides it, and what is missing."""

from __future__ import annotations

from typing import Any

from ...engine.language.terms import Atom, Var
from ...engine.program.interface import CODE, Outcome
from .circles import reached
from .claim import Due, Step, absent, holds
from .due import Dues
from .ground import TRUE, in_order, quoted, unquoted
from .settled import Settled, cut_amiss
from .several import Needs, expanded
from .supposed import Supposed
from .truth import Instance

FAVOURABLE, UNFAVOURABLE, BESIDE = "favourable", "unfavourable", "silent"
OPEN = "more_information_needed"
Line = tuple[str, int]


class Conclusions:
    """Concludes the lines of one case."""

    def __init__(self, dues: Dues, smallest: Dues, date: str = "") -> None:
        """Take what is due in the depth that is shown, and in the smallest proofs, which `rests_on` is of.

        :param date: the date whose rules apply, where it is not the date of service.
        """
        self._when = f", as of {date}" if date else ""
        self.dues, self.smallest, self.truth = dues, smallest, dues.truth
        self._supposed = Supposed(dues.truth, dues.facts)
        self._missing: dict[Line, list[Needs]] = {}
        self._declared = {each.name: each for each in sorted(self.truth.program.outcomes, key=_turn)}

    def is_outcome(self, name: object) -> bool:
        """Say whether a line can have an outcome of a name."""
        return name == OPEN or name in self._declared

    def outcomes(self, line: Line) -> dict[str, list[Atom]]:
        """Return the possible outcome atoms of a line, by predicate, first what decides first."""
        begin = (line[1], quoted(line[0]))
        found = {}
        for name in self._declared:
            pattern = Atom(name, (*begin, Var("V")))
            found[name] = sorted(self.truth.relation(name).like(pattern), key=in_order)
        return found

    def contradiction(self, line: Line) -> str:
        """Return what is wrong where the rules give a line two outcomes that exclude each other, or none."""
        possible = self.outcomes(line)
        if not any(possible.values()):
            return "the rules give it no outcome"
        sure = [self._declared[name] for name, atoms in possible.items() if self._sure(atoms)]
        if len(sure) > 1 and any(each.order == 0 for each in sure):
            return "the rules give it two outcomes"
        return ""

    def line(self, line: Line) -> Due:
        """Return the determination that is due for a line; what is missing is checked apart."""
        outcome, decisive = self._decided(line)
        claims = [holds(atom) for atom in decisive]
        passed = [absent(self._any(name, line)) for name in self._before(outcome)]
        facts = self._told(line, outcome, decisive)
        facts["text"] = f"{line[0]}, session {line[1]}{self._when}: {self._said(facts)}"
        facts["rests_on"] = self.smallest.marks([*claims, *passed])
        steps = [*(Step("premise", claim) for claim in claims), *(Step("absence", claim) for claim in passed)]
        return Due("determination", facts, tuple(steps))

    def contrast(self, line: Line, asked: str) -> Due:
        """Return what is due for the question why a line does not have an outcome."""
        outcome, decisive = self._decided(line)
        facts = self._told(line, outcome, decisive) | {"asked": asked}
        begin = f'{line[0]}, session {line[1]}{self._when}: why not "{self.dues.say.come_to(asked)}"? It is '
        facts["text"] = begin + self._said(facts)
        possible = self.outcomes(line)
        if asked in possible and not possible[asked]:
            steps = [Step("absence", absent(self._any(asked, line)))]
        else:
            shown = possible.get(asked) or self._sure(possible.get(outcome, []))
            steps = [Step("premise", holds(atom)) for atom in shown]
        return Due("contrast", facts, tuple(steps))

    def missing(self, line: Line) -> list[Needs]:
        """Return every smallest set of documentation that would cover a line.

        :raises TooLargeError: where there are more than are looked at.
        """
        if line not in self._missing:
            outcome, _ = self._decided(line)
            self._missing[line] = self._supposed.sets(self._covering(line)) if outcome == OPEN else []
        return self._missing[line]

    def is_complete(self, line: Line) -> bool:
        """Say whether all that would make a line favourable is told apart."""
        return self._supposed.is_complete(self._covering(line))

    def leads(self, line: Line, told: list[Needs]) -> list[str] | None:
        """Return which outcome each set of documentation leads to; None where the guideline has one that covers."""
        possible = self.outcomes(line)
        covering = [name for name, each in self._declared.items() if each.role == FAVOURABLE]
        if len(covering) == 1:
            return None
        settled = {name: Settled(self._supposed, possible[name]) for name in covering}
        met = {name: [all(map(settled[name].by, expanded([needs]))) for needs in told] for name in covering}
        return [next((name for name in covering if met[name][at]), "") for at in range(len(told))]

    def cut_amiss(self, line: Line, told: Any, due: list[Needs] | None) -> str:
        """Return what is wrong with a list of sets that is cut, or an empty text; see `settled`."""
        return cut_amiss(self._supposed, self._covering(line), told, due)

    def _covering(self, line: Line) -> list[Atom]:
        """Return the possible atoms of the outcomes that cover a line."""
        possible = self.outcomes(line)
        return [atom for name, atoms in possible.items() if self._declared[name].role == FAVOURABLE for atom in atoms]

    def _any(self, outcome: str, line: Line) -> Atom:
        """Return what stands for every way in which a line could have an outcome."""
        return Atom(outcome, (line[1], quoted(line[0]), Var(self.truth.program.predicates[outcome].params[-1])))

    def _before(self, outcome: str) -> list[str]:
        """Return what is declared to go before an outcome and has another role: it must not hold."""
        own = self._declared.get(outcome)
        if own is None or own.order == 0:
            return []
        return [name for name, each in self._declared.items() if 0 < each.order < own.order and each.role != own.role]

    def _sure(self, atoms: list[Atom]) -> list[Atom]:
        return [atom for atom in atoms if self.truth.value(atom) == TRUE]

    def _decided(self, line: Line) -> tuple[str, list[Atom]]:
        """Return a line's outcome and the atoms that decide it.

        The first that is sure decides, unless one before it, declared to go first and of another role, may hold.
        """
        possible = self.outcomes(line)
        for name, atoms in possible.items():
            if sure := self._sure(atoms):
                if any(possible[each] for each in self._before(name)):
                    break
                return name, sure
        return OPEN, self._covering(line) or [atom for atoms in possible.values() for atom in atoms]

    def _told(self, line: Line, outcome: str, decisive: list[Atom]) -> dict[str, Any]:
        last = sorted(unquoted(atom.args[-1]) for atom in decisive)
        role = self._declared[outcome].role if outcome in self._declared else OPEN
        return {
            CODE: line[0], "session": line[1], "outcome": outcome,
            "by": last if role in (FAVOURABLE, UNFAVOURABLE) else [],
            "how": self._how(decisive) if role in (FAVOURABLE, UNFAVOURABLE) else [],
            "reason": last[0] if role == BESIDE else None,
        }  # fmt: skip

    def _how(self, decisive: list[Atom]) -> list[str]:
        """Return the rules that give an outcome by the statements it names: on each way down the first to cite one."""
        citing = set()
        for atom in decisive:
            named = unquoted(atom.args[-1])

            def below(each: Atom, named: str = named) -> list[Atom]:
                return [p for way in self._sure_ways(each) if way.rule.cites[0] != named for p in way.premises]

            citing |= {way.rule.id for each in reached([atom], below) for way in self._sure_ways(each)
                       if way.rule.cites[0] == named}  # fmt: skip
        return sorted(citing)

    def _sure_ways(self, atom: Atom) -> list[Instance]:
        """Return the instances of rules that surely give an atom; what the case says needs none."""
        return [way for way in self.truth.instances.get(atom, ()) if way.rule.cites and self.truth.is_sure(way)]

    def _said(self, facts: dict[str, Any]) -> str:
        return self.dues.say.outcome(facts["outcome"], facts["by"], facts["reason"])


def _turn(outcome: Outcome) -> tuple[bool, int, int]:
    """Return when an outcome is looked for: those with a declared order first, the others by their role."""
    return outcome.order == 0, outcome.order, (FAVOURABLE, BESIDE, UNFAVOURABLE).index(outcome.role)
