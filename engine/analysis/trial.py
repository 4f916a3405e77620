"""Parts of the rules that make no difference to any legal case: each is taken away in turn, and nothing changes.

All that a rule gives without one of its parts is grounded together with the editions, each part behind a switch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

from ..circuit.circuit import Circuit, draw
from ..evaluation.apart import set_apart
from ..evaluation.grounded import with_firings
from ..evaluation.rules import Firing
from ..language.terms import Atom, Place
from ..program.graph import stratify
from ..program.program import Program
from .encoder import Encoder
from .formula import QUICK
from .legal import Legal
from .lines import Line, classes, line_of
from .many import Bits, Many
from .switched import CUT, Cut, Switched

Of = TypeVar("Of", bound=Hashable)


class Trial:
    """An edition beside itself without parts of its rules: what of them makes a difference to a legal case.

    :param date: the ISO date of the edition.
    :param read: predicates whose atoms are told beside the answers.
    :param days: ISO dates of other editions that are asked about as well.
    :raises NotGroundedError: where it has no circuit.
    """

    def __init__(
        self, program: Program, date: str, wanted: Sequence[Cut], read: Collection[str] = (), days: Sequence[str] = ()
    ) -> None:
        self.program, self.date, self._days, self._read = program, date, days, sorted(read)
        grounded = with_firings(program, stratify(program), date, ())
        rules = [r for r in grounded.program.rules if any(map(r.in_force, (date, *days)))]
        ranged = [Cut(r) for r in rules if not all(map(r.in_force, (date, *days)))]
        self._first = len(grounded.inputs)
        self._places = {cut: self._first + at for at, cut in enumerate(dict.fromkeys([*wanted, *ranged]))}
        self._ranged = {self._places[cut]: cut.rule for cut in ranged}
        self.built = Switched(grounded, rules, self._places)
        self.circuit = Circuit(grounded, draw(grounded, self.built))
        self.legal = Legal([self.circuit], date, refused=True, solver=QUICK)
        self.formula, self.switches = self.legal.formula, len(self._places)
        self._switches = {cut: self.formula.new() for cut in wanted}
        self._editions: dict[str, Encoder] = {}
        self._cases: dict[str, Encoder] = {}  # by edition, what encodes it for the cases that were tried

    def is_of(self, day: str) -> bool:
        """Say whether the edition of a day is among those asked about: what contradicts itself is the same in all."""
        apart = [rule for rule in set_apart(self.program)[1] if rule.in_force(day)]
        return day in self._days and apart == [*self.circuit.grounded.apart]

    def _given(self, legal: Legal, day: str, switches: Mapping[Cut, int]) -> Callable[[int, int], int]:
        """Return what gives the literal of an input where nothing is taken away but by some switches."""
        given, first, formula = legal.given(0), self._first, legal.formula
        gone = {number: formula.true for number, rule in self._ranged.items() if not rule.in_force(day)}
        literals = gone | {self._places[cut]: literal for cut, literal in switches.items()}
        return lambda at, session: literals.get(at, -formula.true) if at >= first else given(at, session)

    def _edition(self, day: str) -> Encoder:
        """Return what encodes the edition of a day as it is."""
        if day not in self._editions:
            given = self._given(self.legal, day, {})
            changed = [at for at, rule in self._ranged.items() if rule.in_force(day) is not rule.in_force(self.date)]
            first = None if day == self.date else self._edition(self.date)
            made = Encoder(self.formula, self.circuit.nodes, given, self.legal.present)
            self._editions[day] = first.beside(given, changed) if first else made
        return self._editions[day]

    def _without(self, legal: Legal, before: Encoder, day: str, switches: Mapping[Cut, int]) -> Encoder:
        """Return what encodes the edition of a day with some switches, each a literal."""
        return before.beside(self._given(legal, day, switches), {self._places[cut] for cut in switches})

    def changing(self, cuts: Iterable[Cut], day: str = "") -> set[Cut]:
        """Return those parts without which, one at a time, some legal case is answered otherwise.

        :param day: an ISO date of the edition that is meant, where it is another one.
        """
        asked = list(cuts)
        found = self.shown(asked, day) if len(self.ways) < len(asked) else set()  # else the solver is asked less
        return found | self.proved([cut for cut in asked if cut not in found], day)

    def proved(self, cuts: Iterable[Cut], day: str = "") -> set[Cut]:
        """Return the same; the solver is asked of each."""
        left = {cut: self._switches[cut] for cut in cuts}
        before = self._edition(day or self.date)
        differs = self._differs(self.legal, before, self._without(self.legal, before, day or self.date, left))
        off = {-literal for literal in left.values()}
        return {cut for cut, lit in left.items() if self.formula.is_possible([differs, lit, *sorted(off - {-lit})])}

    @cached_property
    def ways(self) -> list[int]:
        """The literals of all that may be told of a line."""
        lines = self.lines(self._edition(self.date))
        return list(dict.fromkeys(lit for line in lines for lit in self._requested(self.legal, line)))

    def shown(self, cuts: Sequence[Cut], day: str = "") -> set[Cut]:
        """Return those parts that make a difference in some case of each answer: all are tried in all cases at once."""
        self.formula.prefer(self.legal.silence())  # so that each thing that a case says is likely to matter
        asked = [*([lit] for lit in self.ways), *self.legal.fullest()]
        models = [model for each in asked if (model := self.formula.solve(each))]
        many = Many(self.legal, models, len(cuts))
        switches = {cut: Bits(many.first << at) for at, cut in enumerate(cuts)}
        given = self._given(many.legal, day or self.date, {})
        before = Encoder(many, self.circuit.nodes, given, many.legal.present)
        self._cases[day or self.date] = before
        differs = self._differs(many.legal, before, self._without(many.legal, before, day or self.date, switches))
        return {cut for cut, bits in switches.items() if differs & bits}

    def without(self, cuts: Collection[Cut]) -> list[int]:
        """Return the literals by which some parts are taken away, and no others."""
        taken = {self._switches[cut] for cut in cuts}
        return [literal if literal in taken else -literal for literal in self._switches.values()]

    @cached_property
    def sides(self) -> tuple[Encoder, Encoder]:
        """What encodes the edition as it is, and as it is without what is taken away."""
        before = self._edition(self.date)
        return before, self._without(self.legal, before, self.date, self._switches)

    def said(self, model: set[int]) -> dict[str, Any]:
        """Return the case of a model as a case file has it."""
        return self.legal.written(self.legal.case(model), "witness")

    def place(self, cut: Cut) -> int:
        """Return the place of the switch of a part among the inputs of the circuit."""
        return self._places[cut]

    def lines(self, encoder: Encoder) -> list[Line]:
        """Return what a line may come to, for each class of codes."""
        program, found = self.circuit.grounded.program, classes(self.circuit, self.legal.space.another())
        return [line_of(codes, ways, program, encoder) for codes, ways in found.items()]

    def _differs(self, legal: Legal, *sides: Encoder) -> int:
        """Return what is so where the answer to some line is not the same on two sides."""
        formula = legal.formula
        refused = [legal.refused(0, encoder) for encoder in sides]
        told = [formula.differ(*pair) for pair in zip(*(self._told(legal, each) for each in sides), strict=True)]
        answered = formula.both([-refused[0], -refused[1], formula.either(told)])
        return formula.either([answered, formula.differ(*refused)])

    def _told(self, legal: Legal, encoder: Encoder) -> list[int]:
        """Return the literals of all that is told of a line of some code."""
        found = [lit for line in self.lines(encoder) for lit in self._requested(legal, line)]
        found += map(encoder.possible, self._nodes(p.name for p in self.program.shown()))
        return [*found, *(literal for node in self._of_read for literal in encoder.rails(node))]

    @cached_property
    def _of_read(self) -> list[int]:
        """The nodes of what is read beside the answers."""
        return self._nodes(self._read)

    def _nodes(self, names: Iterable[str]) -> list[int]:
        return list(dict.fromkeys(self.built.of(atom) for name in names for atom in self.built.atoms(name)))

    @staticmethod
    def _requested(legal: Legal, line: Line) -> list[int]:
        """Return the literals of each answer that a line may have, where it is requested."""
        service = legal.service(line.codes[0])
        answers = (*line.outcomes.values(), *line.by.values(), line.gap, line.conflict)
        return [legal.formula.both([service, literal]) for literal in answers]

    def firing(self, places: Collection[Place], day: str = "") -> set[Place]:
        """Return the places of those rules that surely fire in some legal case, or in one that is refused."""
        return self._some(((f.rule.place, f) for f in self._fired() if f.rule.place in places), day or self.date)

    def asked(self, facts: Iterable[Atom]) -> set[Atom]:
        """Return those facts for which a rule asks that can fire."""
        wanted = set(facts)
        return self._some(((atom, f) for f in self._fired() for atom in wanted & {*f.premises}), self.date)

    def _fired(self) -> Iterator[Firing]:
        fired = (f for of in self.built.firings.values() for each in of.values() for f in each)
        return (firing for firing in fired if not firing.rule.place.file.startswith(CUT))

    def _some(self, firings: Iterable[tuple[Of, Firing]], day: str) -> set[Of]:
        """Return that of which some firing surely is in some case.

        What the cases that were tried do not show is asked of the solver: the first of each before the rest.
        """
        nodes: dict[Of, list[int]] = {}
        for of, firing in firings:
            nodes.setdefault(of, []).append(self.built.fired(firing))
        tried = self._cases.get(day)
        found = {of for of, each in nodes.items() if tried and any(map(tried.sure, each))}
        self.formula.prefer(range(1, self.formula.top + 1))  # so that a model tells of many
        for most in (1, None):
            left = ((of, each[:most]) for of, each in nodes.items() if of not in found)
            told = {of: self.formula.either(map(self._edition(day).sure, each)) for of, each in left}
            possible = self.formula.possible(told.values())
            found |= {of for of, literal in told.items() if literal in possible}
        return found
