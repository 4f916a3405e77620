"""What rests on statements that are to be confirmed, and on interpretations: the answers that change without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..cases.case import Case
from ..circuit.reading import Inputs
from ..language.terms import Rule
from ..library.guideline import Guideline
from .diff import REFUSED
from .idle import deciding
from .policy import WORLDS, NotReproducedError, Witness, read, witness_in
from .retractable import Retractable
from .switched import Cut
from .trial import Trial


class Turn(NamedTuple):
    """An outcome that is another one without what it rests on."""

    code: str
    before: str  # the outcome, or that the case is refused
    after: str


class Share(NamedTuple):
    """How many lines of a case bank are answered otherwise."""

    lines: int
    changed: int
    cases: tuple[str, ...]  # the ids of those with such a line
    unread: int  # lines of which the edition does not hold apart what the case says


class Reliance(NamedTuple):
    """A statement or an interpretation, and each outcome that is another one where its rules are withdrawn."""

    name: str
    changes: tuple[Turn, ...]
    witnesses: tuple[Witness, Witness] | None = None  # a case of the first change, from which nothing can be left out
    share: Share | None = None


def reliance(guideline: Guideline, date: str, world: str = "", cases: Sequence[Case] = ()) -> Iterator[Reliance]:
    """Yield each statement to be confirmed and each interpretation of an edition, with what rests on it.

    :param cases: those of which it is told how many lines change, all decided by the rules of the date.
    :raises NotGroundedError: where the edition has no circuit.
    """
    found = Withdrawn(guideline, date, world)
    shares = found.shares(cases) if cases else {}
    for name in found.names:
        turns = tuple(sorted(found.turns(name), key=found.order))
        yield Reliance(name, turns, found.shown(name, turns[0]) if turns else None, shares.get(name))


class Withdrawn:
    """An edition beside itself without the rules and facts that cite a statement or follow an interpretation."""

    def __init__(self, guideline: Guideline, date: str, world: str) -> None:
        self.guideline, self.date, self.world = guideline, date, world
        program = deciding(guideline.program)
        told = (*sorted(guideline.program.unconfirmed(program.statements)), *program.interpretations)
        resting = {name: [Cut(rule) for rule in program.edition(date) if name in rests_on(rule)] for name in told}
        self.names: Mapping[str, list[Cut]] = {
            name: resting[name] for name in told if any(name in rests_on(rule) for rule in guideline.program.rules)
        }
        self.trial = Trial(program, date, list(dict.fromkeys(cut for cuts in resting.values() for cut in cuts)))
        self.kinds = dict(self._kinds())
        on = {rule: [name for name in told if name in rests_on(rule)] for rule in program.rules}
        self._less = Retractable(guideline, program, on)

    def _kinds(self) -> Iterator[tuple[Turn, int]]:
        """Yield every way in which an answer may be another one, each with the literal that is so where it is."""
        legal, formula = self.trial.legal, self.trial.formula
        sides = []
        for encoder in self.trial.sides:
            lines = self.trial.lines(encoder)
            faults = legal.faulty(((line.codes, line.fault) for line in lines), {})
            refused = formula.either([legal.refused(0, encoder), faults])
            sides.append([
                {name: formula.both([-refused, lit]) for name, lit in line.outcomes.items()} | {REFUSED: refused}
                for line in lines
            ])  # fmt: skip
        for line, one, two in zip(lines, *sides, strict=True):
            code = line.codes[0]
            for before, first in one.items():
                for after, second in two.items():
                    if before != after:
                        yield Turn(code, before, after), formula.both([legal.service(code), first, second])

    def order(self, turn: Turn) -> tuple[int, int]:
        """Return where a change stands among others: those of outcomes named first come first."""
        names = [*(outcome.name for outcome in self.guideline.program.told()), REFUSED]
        return names.index(turn.before), names.index(turn.after)

    def _given(self, name: str) -> list[int]:
        """Return the literals by which the rules of a name are taken away, in the world that is asked about."""
        formula = self.trial.formula
        world = [formula.open if WORLDS[self.world] else -formula.open] if self.world else []
        return [*self.trial.without(self.names[name]), *world]

    def turns(self, name: str) -> Iterator[Turn]:
        """Yield each outcome that is another one without the rules of a name."""
        formula, given = self.trial.formula, self._given(name)
        left = {lit: kind for kind, lit in self.kinds.items()} if self.names[name] else {}
        while left:
            model = formula.solve([*given, formula.some(left)])
            if model is None:
                return
            told = {(kind.before, kind.after): kind for literal, kind in left.items() if literal in model}
            yield from told.values()
            left = {literal: kind for literal, kind in left.items() if (kind.before, kind.after) not in told}

    def shown(self, name: str, turn: Turn) -> tuple[Witness, Witness]:
        """Return a case of a change, as it is decided with and without the rules of a name.

        :raises NotReproducedError: where it is decided otherwise.
        """
        code, before, after = turn
        asked = [*self._given(name), self.kinds[turn]]
        model = self.trial.formula.least(asked, self.trial.legal.costs())
        world = "open" if self.trial.formula.open in model else "closed"
        said = self.trial.said(model)
        case = read(said, self.guideline)
        one = witness_in(case, said, self.guideline, world, code, self.date)
        two = witness_in(self._less.without(case, name), said, self._less, world, code, self.date)
        known = {outcome.name for outcome in self.guideline.program.told()}
        for found, expected in ((one, before), (two, after)):
            if found.answer != expected and not (expected == REFUSED and found.answer not in known):
                raise NotReproducedError(f"internal fault: {expected} was expected, and it is {found.answer}: {said}")
        return one, two

    def shares(self, cases: Iterable[Case]) -> dict[str, Share]:
        """Return by name how many lines of some cases are answered otherwise without its rules."""
        places = {name: {self.trial.place(cut) for cut in cuts} for name, cuts in self.names.items()}
        total = unread = 0
        changed: dict[str, list[str]] = {name: [] for name in self.names}
        for case in cases:
            lines = list(dict.fromkeys((line.code, line.session) for line in case.lines))
            total += len(lines)
            inputs = self.trial.circuit.read(case.facts)
            if inputs is None:
                unread += len(lines)
                continue
            before = self._answers(inputs, lines, set())
            for name in self.names:
                after = self._answers(inputs, lines, places[name])
                changed[name] += [case.id for one, two in zip(before, after, strict=True) if one != two]
        return {name: Share(total, len(ids), tuple(dict.fromkeys(ids)), unread) for name, ids in changed.items()}

    def _answers(self, inputs: Inputs, lines: Sequence[tuple[str, int]], off: set[int]) -> list[str]:
        """Return the outcome of each line where some switches are set."""
        values = [*inputs.values, *[0] * self.trial.switches]
        for number in off:
            values[self.trial.circuit.alike.get(number, number)] = inputs.mask
        world = WORLDS[self.world or "open"]
        told = self.trial.circuit.lines(inputs._replace(values=values), lines, open_world=world)
        return [line.outcome for line in told] if told is not None else [REFUSED] * len(lines)


def rests_on(rule: Rule) -> tuple[str, ...]:
    """Return the statements that a rule cites, and the interpretations that it follows."""
    return (*rule.cites, *rule.readings)
