"""Parts of the rules that make no difference to any legal case: each is taken away in turn, and nothing changes.

All that a rule gives without one of its parts is grounded together with the edition, each part behind a switch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import NamedTuple

from ..circuit.build import Built
from ..circuit.circuit import Circuit, draw
from ..evaluation.grounded import Grounded, ground
from ..evaluation.rules import Firing
from ..language.terms import Atom, Literal, Part, Place, Rule
from ..program.graph import stratify
from ..program.program import CaseKey, Predicate, Program
from .formula import Encoder, on_time
from .legal import Legal
from .lines import Line, classes, line_of

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


def _widened(program: Program, relaxed: Iterable[Rule]) -> Program:
    """Return a program with more rules, in which nothing that rules give is settled before a case is known.

    What a rule that is taken away would have settled may be asked for under `not`.
    """
    asks = Literal(VARYING, True)
    varies = stratify(program).from_case
    rules = [rule if not rule.body or rule.head.predicate in varies else _asking(rule, asks) for rule in program.rules]
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
        super().__init__(grounded)

    def fires(self, firing: Firing) -> int:
        """Return the node of a firing: of a rule while it is not taken away, of a rule without a part once that is."""
        node, place = super().fires(firing), firing.rule.place
        if (number := self._switches.get(place)) is None:
            return node
        switch = self.nodes.input(number, local=False)
        return self.nodes.both([node, switch if place.file.startswith(CUT) else self.nodes.negated(switch)])


class Trial:
    """An edition beside itself without parts of its rules: what of them makes a difference to a legal case.

    :param date: the ISO date of the edition.
    :param read: predicates whose atoms are told beside the answers.
    :raises NotGroundedError: where it has no circuit.
    """

    def __init__(self, program: Program, date: str, wanted: list[Cut], read: Collection[str] = ()) -> None:
        self._read = sorted(read)
        relaxed = {cut: cut.relaxed() for cut in wanted if cut.part >= 0}
        wider = _widened(program, relaxed.values())
        grounded = ground(wider, stratify(wider), date)
        first = len(grounded.inputs)
        switches = {relaxed.get(cut, cut.rule).place: first + at for at, cut in enumerate(wanted)}
        self.built = Switched(grounded, switches)
        self.circuit = Circuit(grounded, draw(grounded, self.built))
        self.legal = Legal([self.circuit], date, refused=True)
        self.formula = self.legal.formula
        self.formula.add([self.legal.given(0)(self.built.inputs[VARYING], 1)])
        self._switches = {cut: self.formula.new() for cut in wanted}
        literals = dict(zip(range(first, first + len(wanted)), self._switches.values(), strict=True))
        self._after = self._encoder(literals.__getitem__, first)
        self._before = self._encoder(lambda number: -self.formula.true, first)

    def _encoder(self, switch: Callable[[int], int], first: int) -> Encoder:
        given = self.legal.given(0)
        return Encoder(
            self.formula, self.circuit.nodes,
            lambda number, session: switch(number) if number >= first else given(number, session), self.legal.present,
        )  # fmt: skip

    def changes(self, cut: Cut) -> bool:
        """Say whether some legal case is answered otherwise where a part is taken away."""
        others = (-lit for other, lit in self._switches.items() if other != cut)
        return self.formula.solve([self._differs, self._switches[cut], *others]) is not None

    @cached_property
    def _differs(self) -> int:
        """What is so where the answer to some line is not the same before and after."""
        formula = self.formula
        refused = [self.legal.refused(0, encoder) for encoder in (self._before, self._after)]
        told = [formula.differ(*pair) for pair in zip(*map(self._told, (self._before, self._after)), strict=True)]
        answered = formula.both([-refused[0], -refused[1], formula.either(told)])
        return formula.either([answered, formula.differ(*refused)])

    def _told(self, encoder: Encoder) -> list[int]:
        """Return the literals of all that is told of a line of some code."""
        program = self.circuit.grounded.program
        found: list[int] = []
        for codes, ways in classes(self.circuit, self.legal.space.another()).items():
            service = self.legal.service(codes[0])
            found += (self.formula.both([service, lit]) for lit in _answers(line_of(codes, ways, program, encoder)))
        shown = [atom for p in program.shown() for atom in self.built.atoms(p.name)]
        found += (encoder.possible(self.built.of(atom)) for atom in shown)
        read = [self.built.of(atom) for name in self._read for atom in self.built.atoms(name)]
        return [*found, *map(encoder.sure, read), *map(encoder.possible, read)]

    def fires(self, rule: Rule) -> bool:
        """Say whether a rule surely fires in some legal case, or in one that is refused."""
        of = self.built.firings.get(rule.head.predicate, {})
        return self._some(f for each in of.values() for f in each if f.rule.place == rule.place)

    def asked(self, fact: Rule) -> bool:
        """Say whether a rule that asks for a fact can fire."""
        fired = (f for of in self.built.firings.values() for each in of.values() for f in each)
        return self._some(f for f in fired if fact.head in f.premises and not f.rule.place.file.startswith(CUT))

    def _some(self, firings: Iterable[Firing]) -> bool:
        on_time()
        nodes = (self.built.fires(firing) for firing in firings)
        return any(self.formula.solve([self._before.sure(node)]) is not None for node in nodes)


def _answers(line: Line) -> list[int]:
    return [*line.outcomes.values(), *line.by.values(), line.gap, line.conflict]
