"""What a query is asked of: a case or none, in a world, on a date, and the rules themselves."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from ...engine.cases.case import Case
from ...engine.decision.decide import Judged
from ...engine.decision.decision import Decision
from ...engine.decision.situation import Situation, refuse_contradiction
from ...engine.evaluation.rules import Model
from ...engine.language.errors import CaseError
from ...engine.language.terms import Atom, Constant, Rule, Var, quote
from ...engine.library.guideline import Guideline
from .text import BUILT_IN


class Scene:
    """What a query is asked of: a case or none, in a world, on a date."""

    def __init__(self, guideline: Guideline, case: Case | None, world: str, date: str) -> None:
        self.guideline, self.world, self.date = guideline, world, date
        self.name = case.id if case else ""
        self.contradiction = ""
        self.case = case or Case("", "", date, (), {}, {}, {}, "", (), {})
        situation = Situation(self.case, guideline, world, date)
        self.model = situation.model
        self.built_in: dict[Atom, Rule] = {}  # the atoms of the built-in relations, each with its clause
        for rule in guideline.program.rules:
            for atom in _built_in(rule, date):
                if atom.predicate not in guideline.program.predicates:
                    self.built_in.setdefault(atom, rule)
        self.judged = Judged(Decision(self.name, guideline.program.name, date, world, (), (), ()), situation)
        self._described = Model({}, self.built_in, {})

    def of(self, predicate: str) -> Model:
        """Return the model that has a predicate's atoms: the case's, or that of the rules themselves."""
        described = predicate in BUILT_IN and predicate not in self.guideline.program.predicates
        return self._described if described else self.model

    def constants(self) -> set[Constant]:
        """Return every constant of the rules, of the case and of the built-in relations."""
        atoms = [*self.model.firings, *self.model.given, *self.model.unknown, *self.built_in]
        for rule in self.guideline.program.rules:
            atoms += [rule.head, *(literal.atom for literal in rule.asked)]
        return {arg for atom in atoms for arg in atom.args if not isinstance(arg, Var)}


def _built_in(rule: Rule, date: str) -> Iterator[Atom]:
    """Yield what a clause says of itself; of a rule, what is in force on the date."""
    if not rule.body and rule.effective and rule.head.args:
        yield Atom("effective", (rule.head.args[0], quote(rule.effective)))
    if rule.cites and rule.in_force(date):
        yield Atom("rule", (quote(rule.id), rule.head.predicate))
        for statement in rule.cites:
            yield Atom("cites", (quote(rule.id), quote(statement)))


def scene_of(guideline: Guideline, case: Case | None, world: str, as_of: str) -> Scene:
    """Return what a query is asked of; without a date, the case's applies, or today's.

    A case that contradicts itself can be asked all the same: `contradiction` says so, and a query may find why.
    """
    date = as_of or (case.date if case else datetime.date.today().isoformat())
    scene = Scene(guideline, case, world, date)
    if case:
        try:
            refuse_contradiction(case, guideline.program, scene.model)
        except CaseError as error:
            scene.contradiction = str(error)
    return scene
