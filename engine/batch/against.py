"""Why cases contradict themselves, told of many: by no more of them than what the rules that find it rest on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from ..cases.times import plain
from ..circuit.circuit import WORLDS
from ..decision.situation import contradiction, contradictory
from ..evaluation.limits import one_case
from ..language.errors import CaseError
from ..language.terms import Atom
from ..program.shapes import Said, read_facts
from .back import place_of, saids, take
from .load import Loaded
from .rejects import Refused, reject
from .tables import DATE, ID

KEPT = 10_000
"""For so many cases that say other things it is kept what they say against themselves."""


class Reasons:
    """Why cases contradict themselves whose ids stand in the table `told`; each of their values can be read.

    :param errors: the predicates of what may be found, in the order in which it is told.
    """

    def __init__(self, batch: Loaded, errors: Collection[str]) -> None:
        self.batch, self.errors, program = batch, errors, batch.guideline.program
        evaluators = map(batch.guideline.evaluator, batch.guideline.editions())
        below = {each for of in evaluators for name in errors for each in of.below(name)}
        self._inputs = [(p.name, p.case) for p in program.predicates.values() if p.case and p.name in below]
        keys = {DATE, *(key.key for _, key in self._inputs)}
        cases, *others = batch.list
        cases = cases._replace(columns=tuple(column for column in cases.columns if column in keys))
        self._tables = [cases, *(table for table in others if table.key in keys)]
        self._in_words = any(key.shape == "amount of" for _, key in self._inputs)
        self._found = lru_cache(KEPT)(self._look)

    def reject(self) -> None:
        """Reject the cases."""
        take(self.batch, "told", self._tables)
        reject(self.batch.db, self._refused())

    def _refused(self) -> Iterator[Refused]:
        for number, said, _ in saids(self.batch, tables=self._tables):
            yield number, said[ID], self._why(said)

    def _why(self, said: dict[str, Any]) -> CaseError:
        program, facts = self.batch.guideline.program, dict[Atom, str]()
        values = Said(plain(said, program, []) if self._in_words else said, program, [])
        for name, key in self._inputs:
            facts |= read_facts(name, key, values)
        edition = self.batch.edition(said[DATE])
        found = next(filter(None, (self._found(name, edition, frozenset(facts)) for name in self.errors)))
        return contradictory(place_of(said[ID]), facts, *found)

    def _look(self, error: str, edition: str, facts: frozenset[Atom]) -> tuple[str, set[Atom]] | None:
        evaluator = self.batch.guideline.evaluator(edition)
        model = one_case(lambda: evaluator.evaluate(facts, open_world=WORLDS[self.batch.world], of=error))
        return contradiction(self.batch.guideline.program, model)
