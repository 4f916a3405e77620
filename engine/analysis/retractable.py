"""A guideline of which what rules rest on is retractable: a case is decided with each name in force, or without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..cases.case import Case
from ..evaluation.prepared import Prepared
from ..language.terms import Atom, Literal, Place, Rule
from ..library.grounding import prepared
from ..library.guideline import Guideline
from ..program.graph import stratify
from ..program.program import CaseKey, Predicate, Program
from .switched import CUT


class Retractable(Guideline):
    """A guideline in which a rule fires only where all that it rests on is in force.

    It is grounded once for all names, however few cases each is asked about.

    :param rests_on: by rule, the names of what it rests on.
    """

    def __init__(self, guideline: Guideline, program: Program, rests_on: Mapping[Rule, Iterable[str]]) -> None:
        names = dict.fromkeys(name for each in rests_on.values() for name in each)
        self._in_force = {name: Atom(CUT, (CUT + name,)) for name in names}
        said = Predicate(CUT, ("Cut",), "", Place("", 1), CaseKey(CUT, "each of", CUT, ""))
        wider = program._replace(
            rules=tuple(self._asking(rule, rests_on.get(rule, ())) for rule in program.rules),
            predicates={**program.predicates, CUT: said},
            concepts={**program.concepts, **{CUT + name: (CUT, "") for name in names}},
        )
        super().__init__(guideline.folder, wider, stratify(wider))

    def _asking(self, rule: Rule, names: Iterable[str]) -> Rule:
        return rule._replace(body=(*rule.body, *(Literal(self._in_force[name], True) for name in names)))

    def without(self, case: Case, name: str) -> Case:
        """Return a case of the guideline in which all is in force but one name."""
        facts = {atom: CUT for other, atom in self._in_force.items() if other != name}
        return case._replace(facts={**case.facts, **facts})

    def prepared(self, edition: str) -> Prepared | None:
        """Return an edition ready to choose from, which is kept by no start."""
        return prepared(self.program, self.strata, edition, ("", edition))
