"""The cases that mutants and edits are tried on, and what each expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ...engine.cases.case import Case
from ...engine.decision.decide import judge
from ...engine.decision.outcomes import passed
from ...engine.decision.support import used
from ...engine.evaluation.limits import TooManyStepsError
from ...engine.evaluation.rules import Model
from ...engine.language.errors import GuidelineError
from ...engine.language.terms import Atom, Rule
from ...engine.library.guideline import Guideline
from .branches import models
from .cases import expected, refused, result


class Bench(NamedTuple):
    """A case in one world, with the model the unchanged rules give."""

    case: Case
    world: str
    model: Model
    used: frozenset[Atom]  # what the bodies of those firings rest on that a case can bring about

    @property
    def expect(self) -> dict[str, Any]:
        """What the case expects of the world; nothing where it is to be refused."""
        return {} if refused(self.case) else self.case.expect if self.world == "open" else self.case.expect_closed


def benches(cases: Iterable[Case], guideline: Guideline) -> Iterator[Bench]:
    """Yield each case in each world of which it expects something."""
    for case in cases:
        for world, model in models(case, guideline):
            if expected(case, world):
                from_case = guideline.strata.from_case
                firings = [f for found in model.firings.values() for f in found if f.head.predicate in from_case]
                used = frozenset(a for f in firings for a in f.reads)
                yield Bench(case, world, model, used)


def notices(bench: Bench, guideline: Guideline) -> bool:
    """Say whether a case comes out otherwise than it expects.

    :raises TooLongError: where the time for it is over: it may come out either way.
    """
    try:
        return bool(result(bench.case, guideline, bench.world).differences)
    except (GuidelineError, TooManyStepsError):
        return True


class Rest(NamedTuple):
    """What the proof of a line uses, and what a case expects that it rests on."""

    case: str
    rules: tuple[Rule, ...]
    undocumented: frozenset[str]
    wanted: frozenset[str]


def rests(bench: Bench, guideline: Guideline) -> Iterator[Rest]:
    """Yield what each line rests on, of those of which a case expects it."""
    case, world, expect = bench.case, bench.world, bench.expect
    if not any("rests_on" in wanted for wanted in expect.values()):
        return
    judged = judge(case, guideline, world=world)
    for line in judged.decision.lines:
        wanted = expect.get(f"{line.code}@{line.session}", expect.get(line.code, {})).get("rests_on")
        if wanted is not None:
            shown = [
                *judged.situation.decisive(line.key, line.outcome),
                *passed(line.declared, guideline.program, line.key),
            ]
            rules, undocumented = used(shown, judged.model, judged.why)
            yield Rest(case.id, tuple(rules), frozenset(undocumented), frozenset(wanted))
