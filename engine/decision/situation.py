"""A case in a world, on a date: what follows for it, and what answers why, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..cases.case import Case
from ..evaluation.rules import Model
from ..language.errors import CONTRADICTORY, CaseError, refused
from ..language.terms import Atom, Term
from ..library.guideline import Guideline
from ..program.program import Program
from ..program.words import say_rule
from .outcomes import Possible, awaited, outcomes
from .support import leaves
from .ways import Ways
from .why import Why

if TYPE_CHECKING:
    from .missing import Missing


class Situation:
    """One case under one guideline, in one world, on one date.

    :param world: `open` or `closed`.
    :param date: the ISO date whose rules apply.
    :raises LimitError: where a limit of the evaluation is reached.
    """

    def __init__(self, case: Case, guideline: Guideline, world: str, date: str) -> None:
        self.case, self.guideline, self.world, self.date = case, guideline, world, date
        self.program = guideline.program
        self.evaluator = guideline.evaluator(date)
        self.model = self.evaluator.evaluate(case.facts, open_world=world == "open")
        self.relaxed: dict[Any, Missing] = {}  # what searches it as it might be otherwise; see `relaxed.Relaxed`
        self.why = Why(self.evaluator, self.model)
        self._outcomes: dict[tuple[Term, ...], Possible] = {}

    @cached_property
    def missing(self) -> Missing:
        """What tells the documentation that would settle a question."""
        from .missing import Missing  # only a line that waits for documentation needs it

        evaluator, facts, denial = self.evaluator, self.case.facts, self.program.denial

        def denying(atom: Atom) -> Model:  # it does not keep what keeps it: so a case is let go of at once
            return evaluator.evaluate([*facts, denial(atom)], open_world=True)

        return Missing(self.model, denying, evaluator.searches)

    def outcomes(self, line: tuple[Term, ...]) -> Possible:
        """Return the possible outcome atoms of a line, by what its request has it known by."""
        if (found := self._outcomes.get(line)) is None:
            found = self._outcomes[line] = outcomes(self.model, self.program, line)
        return found

    def decisive(self, line: tuple[Term, ...], outcome: str) -> list[Atom]:
        """Return the atoms that the outcome of a line is read off: the sure ones, or what it may come to."""
        possible = self.outcomes(line)
        return list(filter(self.model.sure, possible.get(outcome, ()))) or awaited(possible, self.program)

    @cached_property
    def ways(self) -> Ways:
        """Which ways of holding the shortest proofs show."""
        return Ways(self.model, self.why, every=False)


def refuse_contradiction(case: Case, program: Program, model: Model) -> None:
    """Raise `CaseError` where the case's documentation contradicts itself, by the guideline's own rules."""
    if found := contradiction(program, model):
        raise contradictory(case.place, case.facts, *found)


def contradiction(program: Program, model: Model) -> tuple[str, set[Atom]] | None:
    """Return what of a case contradicts itself, in words, and the given atoms that this rests on; None for nothing."""
    for predicate in program.predicates.values():
        if predicate.is_error:
            for atom in filter(model.support.get, model.atoms(predicate.name)):
                firing = model.support[atom]
                return say_rule(firing.rule, firing.binding, program), leaves(model, atom)
    return None


def contradictory(place: str, facts: Mapping[Atom, str], said: str, rests: Iterable[Atom]) -> CaseError:
    """Return that a case contradicts itself.

    :param facts: what it gives, with where it says so.
    :param said: what contradicts itself, and by which of these; see `contradiction`.
    """
    sources = sorted({facts[atom] for atom in rests if atom in facts})
    return refused(place, f"{CONTRADICTORY}: {said} ({'; '.join(sources)})", "correct one")
