"""What follows from a case: chosen from the grounded edition, or asked of pyDatalog where there is none."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..language.terms import Atom, Comparison, Literal, Part
from ..language.unify import Binding, unify
from ..program.graph import Strata
from ..program.program import Program
from .chosen import choose
from .compiled import Compiled, compiled_rules
from .join import names_of
from .prepared import Prepared
from .rules import Model

if TYPE_CHECKING:
    from .solver import Solver

MAX_KEPT = 10_000
"""Of how many patterns it is kept which rules fit them."""


class Evaluator:
    """One edition of a guideline in one thread, ready for case after case.

    :param prepared: the grounded edition, which threads share; without one every case is asked of pyDatalog.
    :raises LimitError: without one, where too much follows from the text alone.
    """

    def __init__(self, program: Program, strata: Strata, date: str, prepared: Prepared | None = None) -> None:
        self.program, self.strata, self.date, self.prepared = program, strata, date, prepared
        self.compiled = prepared.compiled if prepared else compiled_rules(program, date)
        self.of_head: dict[str, list[Compiled]] = {}
        for compiled in self.compiled:
            self.of_head.setdefault(compiled.rule.head.predicate, []).append(compiled)
        self.records = {name for name, each in program.predicates.items() if each.is_record}
        self.searches: dict[Any, Any] = {}  # what those who search models of its cases keep
        self.refuted: dict[Any, Any] = {}  # and those who ask why something is not so
        self._fitting: dict[Atom, list[tuple[Compiled, Binding]]] = {}
        self._below: dict[str, tuple[str, ...]] = {}
        heads = {name: self.of_head.get(name, ()) for names in strata.components for name in names}
        self.circular = {  # the predicates of which an atom may rest on another one
            name for names in strata.components for name in names
            if not names.isdisjoint(lit.atom.predicate for each in heads[name] for lit in each.rule.asked)
        }  # fmt: skip
        self._parts: dict[str, list[tuple[int, Part, tuple[str, ...]]]] = {}
        if not prepared:
            self.solver  # noqa: B018 - what follows from the text alone is worked out, and refused, at once

    @cached_property
    def solver(self) -> Solver:
        """What asks pyDatalog; it is slow to import, and a grounded edition does without."""
        from .solver import Solver

        return Solver(self.program, self.strata, self.date, self.compiled)

    def in_order(self, compiled: Compiled) -> list[tuple[int, Part, tuple[str, ...]]]:
        """Return the parts of a rule with their numbers and variables, in the order to look at why it fails.

        What the case is about comes first, then what is documented, then what is compared, then what is counted.
        """
        if compiled.name not in self._parts:
            parts = sorted(enumerate(compiled.rule.body), key=lambda each: self._rank(each[1]))
            self._parts[compiled.name] = [(at, part, tuple(names_of(part))) for at, part in parts]
        return self._parts[compiled.name]

    def fitting(self, pattern: Atom) -> list[tuple[Compiled, Binding]]:
        """Return the rules whose heads fit a pattern, with what it says of their variables; not to be changed."""
        if (found := self._fitting.get(pattern)) is None:
            pairs = ((each, unify(each.rule.head, pattern)) for each in self.of_head.get(pattern.predicate, ()))
            found = [(each, binding) for each, binding in pairs if binding is not None]
            if len(self._fitting) >= MAX_KEPT:
                self._fitting.clear()
            self._fitting[pattern] = found
        return found

    def below(self, predicate: str) -> tuple[str, ...]:
        """Return the predicates that what is so of a predicate depends on, and what is not, itself among them."""
        if predicate not in self._below:
            found = {predicate: None}
            for name in (queue := [predicate]):
                declared = self.program.predicates.get(name)
                more = [each for each in (declared.unless, declared.until) if each] if declared else []
                more += [lit.atom.predicate for each in self.of_head.get(name, ()) for lit in each.rule.asked]
                fresh = [each for each in dict.fromkeys(more) if each not in found]
                found |= dict.fromkeys(fresh)
                queue += fresh
            self._below[predicate] = tuple(found)
        return self._below[predicate]

    def known(self, predicate: str, model: Model) -> object:
        """Return what stands for all that is known of what a predicate depends on, in a model that was chosen."""
        known = tuple(map(model.known.get, self.below(predicate)))
        return self.prepared.one(known) if self.prepared else known

    def _rank(self, part: Part) -> int:
        if not isinstance(part, Literal):
            return 3 if isinstance(part, Comparison) else 4
        return int(part.atom.predicate in self.strata.open_valued) if part.positive else 2

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
