"""What follows from a case: chosen from the grounded edition, or asked of pyDatalog where there is none."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..language.kept import Kept
from ..language.terms import Atom
from ..program.forms import SOURCELESS
from ..program.graph import Strata
from ..program.program import Program
from .chosen import choose
from .compiled import Compiled, compiled_rules
from .prepared import Prepared
from .rules import Model

if TYPE_CHECKING:
    from .solver import Solver

KEPT, KEPT_SEARCHES = 10_000, 1_000
"""How much is kept of an edition in each respect, and of how many searches what was found."""


class Evaluator:
    """One edition of a guideline in one thread, ready for case after case.

    :param prepared: the grounded edition, which threads share; without one every case is asked of pyDatalog.
    :param kept: what is kept for all editions of the guideline, whoever keeps it.
    :raises LimitError: without one, where too much follows from the text alone.
    """

    def __init__(
        self, program: Program, strata: Strata, date: str, prepared: Prepared | None = None,
        kept: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.program, self.strata, self.date, self.prepared = program, strata, date, prepared
        self.compiled = prepared.compiled if prepared else compiled_rules(program, date)
        self.of_head: dict[str, list[Compiled]] = {}
        for compiled in self.compiled:
            self.of_head.setdefault(compiled.rule.head.predicate, []).append(compiled)
        self.kept = {} if kept is None else kept
        self.searches: Kept[Any, Any] = Kept(KEPT_SEARCHES)  # what those who search models of its cases keep
        self.refuted: Kept[Any, Any] = Kept(KEPT)  # and those who ask why something is not so
        self.resting: Kept[Any, frozenset[str]] = Kept(KEPT)  # and what a proof goes by
        self.told: Kept[Any, Any] = Kept(KEPT)  # and those who tell it
        self._of_request: dict[str, int] = {}
        asked = {name: [lit for each in of for lit in each.rule.asked] for name, of in self.of_head.items()}
        self.asks = {name: {lit.atom.predicate for lit in each} for name, each in asked.items()}  # what rules read
        self.circular = {  # the predicates of which an atom may rest on another one
            name for names in strata.components for name in names if not names.isdisjoint(self.asks.get(name, ()))
        }  # fmt: skip
        if not prepared:
            self.solver  # noqa: B018 - what follows from the text alone is worked out, and refused, at once

    @cached_property
    def solver(self) -> Solver:
        """What asks pyDatalog; it is slow to import, and a grounded edition does without."""
        from .solver import Solver

        return Solver(self.program, self.strata, self.date, self.compiled)

    def below(self, predicate: str) -> frozenset[str]:
        """Return the predicates that what is so of a predicate depends on, and what is not, itself among them."""
        return self._below.get(predicate) or frozenset((predicate,))

    @cached_property
    def _below(self) -> dict[str, frozenset[str]]:
        """What each predicate depends on, those below it first."""
        asked = {p.name: {p.unless, p.until} - {""} for p in self.program.predicates.values()}
        below: dict[str, frozenset[str]] = {}
        for component in self.strata.components:
            names = component.union(*[each[name] for each in (self.asks, asked) for name in component if name in each])
            found = names.union(*[below[name] for name in names if name in below])
            below |= dict.fromkeys(component, frozenset(found))
        return below

    def of_request(self, predicate: str) -> int:
        """Return how many predicates one rests on, itself among them, where that is the request alone; else 0.

        What is so of it is the same in many cases, no case names a source for it, and it does not rest on itself.
        """
        if (found := self._of_request.get(predicate)) is None:
            below = self.below(predicate)
            found = self._of_request[predicate] = len(below) * self._recorded.isdisjoint(below)
        return found

    @cached_property
    def _recorded(self) -> set[str]:
        """What a case may name a source for, and what may rest on itself."""
        inputs = ((name, p.case) for name, p in self.program.predicates.items() if p.case)
        return {name for name, case in inputs if case.shape not in SOURCELESS} | self.circular

    def known(self, predicate: str, model: Model) -> object:
        """Return what stands for all that is known of what a predicate depends on, in a model that was chosen."""
        known = tuple(map(model.known.get, self.below(predicate)))
        return self.prepared.one(known) if self.prepared else known

    def evaluate(
        self, given: Collection[Atom], *, open_world: bool, settled: Collection[str] = (), of: str = ""
    ) -> Model:
        """Return what follows from a case.

        :param given: the case as ground atoms of the declared inputs.
        :param open_world: whether what is not documented may still be so.
        :param settled: the concepts of which that is not so: what the case does not say of them is not so.
        :param of: the predicate that is asked for, where one alone is: what it does not depend on is left out.
        :raises LimitError: where too much follows, or it takes too long.
        """
        asked = self.strata.from_case.intersection(self.below(of) if of else ())
        model = choose(self.prepared, given, settled, asked, open_world=open_world) if self.prepared else None
        return model or self.solver.evaluate(given, open_world=open_world, settled=settled, of=asked)
