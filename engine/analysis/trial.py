"""Parts of the rules that make no difference to any legal case: each is taken away in turn, and nothing changes.

All that a rule gives without one of its parts is grounded together with the edition, each part behind a switch.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from ..circuit.build import Built
from ..circuit.circuit import Circuit, draw
from ..evaluation.grounded import Grounded, ground
from ..evaluation.rules import Firing
from ..language.terms import Atom, Literal, Part, Place, Rule
from ..program.graph import stratify
from ..program.program import CaseKey, Predicate, Program
from .encoder import Encoder
from .legal import Legal
from .lines import Line, classes, line_of
from .many import Bits, Many

Of = TypeVar("Of", bound=Hashable)
CUT = "\0"
"""What the file of a rule without one of its parts begins with, for it stands in none."""


class Cut(NamedTuple):
    """A part of a rule that is taken away, or the whole rule."""

    rule: Rule
    part: int = -1  # its place in the body; -1 for the rule

    @property
    def change(self) -> str:
        """What is done, in the words of a mutation."""
        return "dropped" if self.part < 0 else f"without {self.rule.body[self.part]}"

    def relaxed(self) -> Rule:
        """Return the rule without the part, at a place of its own."""
        place = self.rule.place._replace(file=f"{CUT}{self.part}{self.rule.place.file}")
        return self.rule._replace(body=without(self.rule, self.part), place=place)


def without(rule: Rule, at: int) -> tuple[Part, ...]:
    """Return the body of a rule without one of its parts."""
    return (*rule.body[:at], *rule.body[at + 1 :])


VARYING = Atom(CUT, (CUT,))
"""What no text can say: where a rule asks for it, what the rule gives is not settled by the text alone."""


def _widened(program: Program, relaxed: Iterable[Rule], facts: Mapping[Rule, Place]) -> Program:
    """Return a program with more rules, in which nothing that rules or some facts give is settled without a case.

    Each of these facts is put in a place of its own, for those of a range stand in one.
    What a rule that is taken away would have settled may be asked for under `not`.
    """
    asks = Literal(VARYING, True)
    varies = stratify(program).from_case
    rules = [
        _asking(rule._replace(place=facts.get(rule, rule.place)), asks)
        if rule in facts or (rule.body and varies.isdisjoint(each.atom.predicate for each in rule.asked)) else rule
        for rule in program.rules
    ]  # fmt: skip
    said = Predicate(CUT, ("Cut",), "", Place("", 1), CaseKey(CUT, "each of", CUT, ""))
    return program._replace(
        rules=(*rules, *(_asking(rule, asks) for rule in relaxed)),
        predicates={**program.predicates, CUT: said}, concepts={**program.concepts, CUT: (CUT, "")},
    )  # fmt: skip


def _asking(rule: Rule, literal: Literal) -> Rule:
    return rule._replace(body=(*rule.body, literal))


class Switched(Built):
    """Nodes of an edition in which every part of a rule, and every rule, can be taken away by an input.

    :param switches: by the place of a rule, the number of the input.
    """

    def __init__(self, grounded: Grounded, switches: dict[Place, int]) -> None:
        self._switches = switches
        self._fires: dict[int, int] = {}  # by identity of a firing, which is kept
        super().__init__(grounded)

    def told(self) -> dict[int, str]:
        """Return nothing: what nodes stand for is asked of no circuit with switches."""
        return {}

    def fires(self, firing: Firing, *more: int) -> int:
        """Return the node of a firing: of a rule while it is not taken away, of a rule without a part once that is."""
        place = firing.rule.place
        if (number := self._switches.get(place)) is not None:
            switch = self.nodes.input(number, local=False)
            more = (*more, switch if place.file.startswith(CUT) else self.nodes.negated(switch))
        node = self._fires[id(firing)] = super().fires(firing, *more)
        return node

    def _circle(self, left: Mapping[Atom, list[Firing]], base: Mapping[Atom, int]) -> None:
        super()._circle(left, base)
        for firing in (each for fired in left.values() for each in fired):
            self.fires(firing)  # by what its atoms came to in the end

    def fired(self, firing: Firing) -> int:
        """Return the node of a firing as it came to be."""
        return self._fires[id(firing)]


class Trial:
    """An edition beside itself without parts of its rules: what of them makes a difference to a legal case.

    :param date: the ISO date of the edition.
    :param read: predicates whose atoms are told beside the answers.
    :raises NotGroundedError: where it has no circuit.
    """

    def __init__(self, program: Program, date: str, wanted: list[Cut], read: Collection[str] = ()) -> None:
        self.program, self._read = program, sorted(read)
        relaxed = {cut: cut.relaxed() for cut in wanted if cut.part >= 0}
        bare = [cut.rule for cut in wanted if not cut.rule.body]
        facts = {rule: rule.place._replace(file=f"{rule.place.file}{CUT}{at}") for at, rule in enumerate(bare)}
        wider = _widened(program, relaxed.values(), facts)
        grounded = ground(wider, stratify(wider), date)
        first = len(grounded.inputs)
        places = [facts.get(cut.rule, relaxed.get(cut, cut.rule).place) for cut in wanted]
        switches = {place: first + at for at, place in enumerate(places)}
        self.built = Switched(grounded, switches)
        self.circuit = Circuit(grounded, draw(grounded, self.built))
        self.legal = Legal([self.circuit], date, refused=True)
        self.formula = self.legal.formula
        self.formula.add([self.legal.given(0)(self.built.inputs[VARYING], 1)])
        self.switches, self._first = len(wanted), first
        self._places = dict(zip(wanted, switches.values(), strict=True))
        self._switches = {cut: self.formula.new() for cut in wanted}
        self._before = self._encoder(self.legal, {})

    def _encoder(self, legal: Legal, switches: Mapping[Cut, int]) -> Encoder:
        """Return what encodes the edition with some switches, each a literal; nothing else is taken away."""
        given, off, first = legal.given(0), -legal.formula.true, self._first
        literals = {self._places[cut]: literal for cut, literal in switches.items()}
        return Encoder(
            legal.formula, self.circuit.nodes,
            lambda at, session: literals.get(at, off) if at >= first else given(at, session), legal.present,
        )  # fmt: skip

    def changing(self, cuts: Iterable[Cut]) -> set[Cut]:
        """Return those parts without which, one at a time, some legal case is answered otherwise."""
        asked = list(cuts)
        found = self.shown(asked) if len(self.ways) < len(asked) else set()  # else the solver is asked less
        return found | self.proved([cut for cut in asked if cut not in found])

    def proved(self, cuts: Iterable[Cut]) -> set[Cut]:
        """Return the same; the solver is asked of each."""
        left = {cut: self._switches[cut] for cut in cuts}
        differs = self._differs(self.legal, self._before, self._encoder(self.legal, left))
        off = {-literal for literal in left.values()}
        return {cut for cut, lit in left.items() if self.formula.is_possible([differs, lit, *sorted(off - {-lit})])}

    @cached_property
    def ways(self) -> list[int]:
        """The literals of all that may be told of a line."""
        lines = self.lines(self._before)
        return list(dict.fromkeys(lit for line in lines for lit in self._requested(self.legal, line)))

    def shown(self, cuts: Sequence[Cut]) -> set[Cut]:
        """Return those parts that make a difference in some case of each answer: all are tried in all cases at once."""
        models = [model for lit in self.ways if (model := self.formula.solve([lit]))]
        many = Many(self.legal, models, len(cuts))
        switches = {cut: Bits(many.first << at) for at, cut in enumerate(cuts)}
        before, after = (self._encoder(many.legal, each) for each in ({}, switches))
        differs = self._differs(many.legal, before, after)
        return {cut for cut, bits in switches.items() if differs & bits}

    def without(self, cuts: Collection[Cut]) -> list[int]:
        """Return the literals by which some parts are taken away, and no others."""
        taken = {self._switches[cut] for cut in cuts}
        return [literal if literal in taken else -literal for literal in self._switches.values()]

    @cached_property
    def sides(self) -> tuple[Encoder, Encoder]:
        """What encodes the edition as it is, and as it is without what is taken away."""
        return self._before, self._encoder(self.legal, self._switches)

    def said(self, model: set[int]) -> dict[str, Any]:
        """Return the case of a model as a case file has it."""
        chosen = {slot: option for slot, option in self.legal.case(model).items() if slot.key != CUT}
        return self.legal.written(chosen, "witness")

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
        shown = [atom for p in self.program.shown() for atom in self.built.atoms(p.name)]
        found += (encoder.possible(self.built.of(atom)) for atom in shown)
        read = [self.built.of(atom) for name in self._read for atom in self.built.atoms(name)]
        return [*found, *map(encoder.sure, read), *map(encoder.possible, read)]

    @staticmethod
    def _requested(legal: Legal, line: Line) -> list[int]:
        """Return the literals of each answer that a line may have, where it is requested."""
        service = legal.service(line.codes[0])
        answers = (*line.outcomes.values(), *line.by.values(), line.gap, line.conflict)
        return [legal.formula.both([service, literal]) for literal in answers]

    def firing(self, places: Collection[Place]) -> set[Place]:
        """Return the places of those rules that surely fire in some legal case, or in one that is refused."""
        return self._some((firing.rule.place, firing) for firing in self._fired() if firing.rule.place in places)

    def asked(self, facts: Iterable[Atom]) -> set[Atom]:
        """Return those facts for which a rule asks that can fire."""
        wanted = set(facts)
        return self._some((atom, firing) for firing in self._fired() for atom in wanted & {*firing.premises})

    def _fired(self) -> Iterator[Firing]:
        fired = (f for of in self.built.firings.values() for each in of.values() for f in each)
        return (firing for firing in fired if not firing.rule.place.file.startswith(CUT))

    def _some(self, firings: Iterable[tuple[Of, Firing]]) -> set[Of]:
        """Return that of which some firing surely is in some case: the first of each is asked for before the rest."""
        nodes: dict[Of, list[int]] = {}
        for of, firing in firings:
            nodes.setdefault(of, []).append(self.built.fired(firing))
        found = set[Of]()
        for most in (1, None):
            left = ((of, each[:most]) for of, each in nodes.items() if of not in found)
            told = {of: self.formula.either(map(self._before.sure, each)) for of, each in left}
            possible = self.formula.possible(told.values())
            found |= {of for of, literal in told.items() if literal in possible}
        return found
