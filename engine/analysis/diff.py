"""Two editions, or two guidelines of one vocabulary: each kind of answer that is another, or the proof of none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from ..cases.case import Case
from ..cases.part import readable
from ..circuit.circuit import Ways
from ..decision.decide import decide
from ..decision.decision import LineDecision
from ..decision.situation import Situation
from ..evaluation.symbols import OTHER
from ..language.errors import CaseError
from ..language.terms import unquote
from ..library.guideline import Guideline
from ..program.graph import below
from ..program.interface import ADVISORY
from .legal import Legal
from .lines import Line, line_of
from .policy import WORLDS, NotReproducedError, Witness, read, witness_of

REFUSED = "refused"
"""What a case comes to that contradicts itself."""


class Side(NamedTuple):
    """A guideline on a date."""

    guideline: Guideline
    date: str
    called: str = ""  # by whoever asks, to tell it from another one of its name


class Change(NamedTuple):
    """A kind of answer that is another one: an outcome, or a statement by which it is given."""

    codes: tuple[str, ...]
    before: str  # the outcome, or that the case is refused
    after: str
    gained: str  # where the outcome is the same: the statement or the reason that is told after, or before
    lost: str
    witnesses: tuple[Witness, Witness]
    rules: tuple[str, ...]  # those that are on one side alone, and fire for the witness


class Pair:
    """Two sides, and the cases that both can read.

    :param world: `open`, `closed`, or an empty text for both.
    :raises NotGroundedError: where one of them has no circuit.
    """

    def __init__(self, before: Side, after: Side, world: str = "") -> None:
        self.sides, self.world = (before, after), world
        self.circuits = [side.guideline.circuit(side.date, whole=True) for side in self.sides]
        self.legal = Legal(self.circuits, after.date, refused=True)
        self.formula = self.legal.formula
        self.refused = [self.legal.refused(at) for at in (0, 1)]
        for at in (0, 1):
            faults = ((codes, self.lines(codes)[at].fault) for codes in self.classes)
            self.refused[at] = self.formula.either([self.refused[at], self.legal.faulty(faults, {})])

    @cached_property
    def classes(self) -> dict[tuple[str, ...], tuple[Ways, Ways]]:
        """The codes of which both sides say the same together, with the ways of each."""
        found: dict[tuple[Ways, Ways], list[str]] = {}
        for code in dict.fromkeys(code for circuit in self.circuits for code in circuit.ways):
            one, two = (circuit.ways.get(code, circuit.ways[OTHER]) for circuit in self.circuits)
            found.setdefault((one, two), []).append(self.legal.space.another() if code == OTHER else unquote(code))
        return {tuple(codes): ways for ways, codes in found.items()}

    @cached_property
    def uncompared(self) -> tuple[str, ...]:
        """What stands beside the answers and may be another thing: no case was looked for in which it is.

        They are the predicates that are shown with a line, and the advisories, that do not rest on the same rules.
        """
        shown = {each.name: None for side in self.sides for each in side.guideline.program.shown()}
        return tuple(name for name in (*shown, ADVISORY) if _below(self.sides[0], name) != _below(self.sides[1], name))

    def lines(self, codes: tuple[str, ...]) -> tuple[Line, Line]:
        """Return what a line of some codes may come to on each side."""
        ways, programs = self.classes[codes], [circuit.grounded.program for circuit in self.circuits]
        first, second = (line_of(codes, ways[at], programs[at], self.legal.encoders[at]) for at in (0, 1))
        return first, second

    def assumed(self, code: str) -> list[int]:
        """Return what is taken to be so: the world that is asked about, and that a code is requested."""
        world = [self.formula.open if WORLDS[self.world] else -self.formula.open] if self.world else []
        return [*world, self.legal.service(code)]

    def kinds(self, codes: tuple[str, ...]) -> Iterator[tuple[Change, list[int]]]:
        """Yield every kind of change that may be, without its case, and the literals by which it is so."""
        one, two = self.lines(codes)
        answers = [self._answers(line, at) for at, line in enumerate((one, two))]
        nothing = Change(codes, "", "", "", "", (), ())  # type: ignore[arg-type]
        for before, first in answers[0].items():
            for after, second in answers[1].items():
                if before != after:
                    yield nothing._replace(before=before, after=after), [first, second]
        for before in one.outcomes:
            same = [answers[0][before], answers[1].get(before, -self.formula.true)]
            for last in dict.fromkeys(last for line in (one, two) for name, last in line.by if name == before):
                told = [line.by.get((before, last), -self.formula.true) for line in (one, two)]
                yield nothing._replace(before=before, after=before, gained=last), [*same, -told[0], told[1]]
                yield nothing._replace(before=before, after=before, lost=last), [*same, told[0], -told[1]]

    def _answers(self, line: Line, at: int) -> dict[str, int]:
        fine = -self.refused[at]
        answers = {name: self.formula.both([fine, lit]) for name, lit in line.outcomes.items()}
        return {**answers, REFUSED: self.refused[at]}

    def changes(self) -> Iterator[tuple[Change, list[int]]]:
        """Yield every kind of change that some case shows, each with its smallest case and its literals."""
        for codes in self.classes:
            for kind, literals in self.kinds(codes):
                if (shown := self._change(kind, literals)) is not None:
                    yield shown, literals

    def outcomes(self) -> Iterator[Change]:
        """Yield every outcome that is another one, each with its smallest case."""
        for codes in self.classes:
            found = (self._change(*kind) for kind in self.kinds(codes) if kind[0].before != kind[0].after)
            yield from (change for change in found if change is not None)

    def _change(self, kind: Change, literals: list[int]) -> Change | None:
        asked = [*self.assumed(kind.codes[0]), *literals]
        if self.formula.solve(asked) is None:
            return None
        return self._shown(kind, self.formula.smallest(asked, self.legal.costs()) or set())

    def _shown(self, kind: Change, model: set[int]) -> Change:
        """Return a change with its case, as both sides decide it.

        :raises NotReproducedError: where one of them decides otherwise.
        """
        code, world = kind.codes[0], "open" if self.formula.open in model else "closed"
        said = self.legal.written(self.legal.case(model), "witness")
        one, two = (witness_of(readable(said, s.guideline), s.guideline, world, code, s.date) for s in self.sides)
        for found, expected in ((one, kind.before), (two, kind.after)):
            known = {outcome.name for outcome in self.sides[0].guideline.program.told()}
            if found.answer != expected and not (expected == REFUSED and found.answer not in known):
                raise NotReproducedError(f"internal fault: {expected} was expected, and it is {found.answer}: {said}")
        return kind._replace(witnesses=(one, two), rules=self._rules(said, world))

    def _rules(self, said: dict[str, Any], world: str) -> tuple[str, ...]:
        """Return the rules that are on one side alone and fire for a case."""
        texts = [{(r.id, r.head, r.body) for r in s.guideline.program.edition(s.date)} for s in self.sides]
        alone = {rule[0] for rule in texts[0] ^ texts[1]}
        fired: dict[str, None] = {}
        for side in self.sides:
            fired |= dict.fromkeys(rule for rule in _fired(said, side, world) if rule in alone)
        return tuple(fired)


def _below(side: Side, name: str) -> tuple[set[Any], set[Any]]:
    """Return the rules that a predicate rests on, and what a case can say of those that it rests on."""
    program = side.guideline.program
    read = below(program, name, closing=True)
    rules = {(rule.head, rule.body) for rule in program.edition(side.date) if rule.head.predicate in read}
    declared = (program.predicates[each] for each in read if each in program.predicates)
    said = {
        (p.name, p.params, p.case, p.unless, p.until, p.open_count, (*program.of_kind(p.open_kind),)) for p in declared
    }
    return rules, said


def _fired(said: dict[str, Any], side: Side, world: str) -> list[str]:
    try:
        case = read(readable(said, side.guideline), side.guideline)
        model = Situation(case, side.guideline, world, side.date).model
    except CaseError:
        return []
    return [firing.rule.id for firings in model.firings.values() for firing in firings]


def flips(case: Case, pair: Pair) -> Iterator[tuple[LineDecision, LineDecision]]:
    """Yield the lines of a case whose outcome, or what gives it, is not the same on both sides.

    :raises CaseError: where a side cannot decide it.
    """
    world = pair.world or "open"
    said = {key: value for key, value in case.said.items() if key not in ("expect", "expect_closed")}
    same = pair.sides[0].guideline is pair.sides[1].guideline
    told = []
    for side in pair.sides:
        read_by = case if same else read(readable(said, side.guideline), side.guideline)
        told.append(decide(read_by, side.guideline, world=world, as_of=side.date).lines)
    for one, two in zip(*told, strict=True):
        if (one.outcome, set(one.by), one.reason) != (two.outcome, set(two.by), two.reason):
            yield one, two
