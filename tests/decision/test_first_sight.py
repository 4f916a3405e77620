"""What is kept of other cases changes no answer: a case that comes last is told as if it came first."""

import random
from collections.abc import Callable, Collection, Iterator
from types import ModuleType
from typing import Any

from coverlog.engine.cases.case import Case
from coverlog.engine.cases.said import read_case
from coverlog.engine.decision.decide import judge
from coverlog.engine.decision.failing import NOT_APPLICABLE, UNMET
from coverlog.engine.decision.situation import Situation
from coverlog.engine.decision.why import Why
from coverlog.engine.evaluation.evaluator import Evaluator
from coverlog.engine.evaluation.limits import NotGroundedError
from coverlog.engine.evaluation.outline import outline
from coverlog.engine.evaluation.prepared import Outline, Prepared
from coverlog.engine.language.errors import CaseError
from coverlog.engine.language.terms import Atom
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.graph import stratify
from coverlog.explain.proof.build import prove
from coverlog.explain.proof.document import as_json
from hypothesis import given, settings


def _told(case: Case, guideline: Guideline, world: str) -> object:
    try:
        return as_json(prove(judge(case, guideline, world=world))), judge(case, guideline, world=world).decision
    except CaseError as error:
        return str(error)


def test_a_case_is_told_the_same_after_others(
    criteria: ModuleType, guideline: Guideline, size: Callable[[int, int], int]
) -> None:
    """Decision and proof are those of a guideline that has decided nothing before."""
    rng = random.Random(11)
    cases = [read_case(criteria.generate(rng), guideline) for _ in range(size(40, 400))]
    used = Guideline(guideline.folder, guideline.program, guideline.strata, guideline.hash)
    for at, case in enumerate(cases):
        world = ("open", "closed")[at % 2]
        told = _told(case, used, world)
        if not at % 4:
            new = Guideline(guideline.folder, guideline.program, guideline.strata, guideline.hash)
            assert told == _told(case, new, world), case.id
    prepared = used.prepared(used.since(cases[0].date))
    assert prepared
    assert any(len(component.kept) > 1 for component in prepared.components)
    assert Situation(cases[0], used, "open", cases[0].date).evaluator.refuted


def _failing(evaluator: Evaluator, case: Collection[Atom], *, is_open: bool) -> Iterator[Any]:
    """Yield why nothing is so of each head that has no atom, whoever asked for it first."""
    model = evaluator.evaluate(case, open_world=is_open)
    why = Why(evaluator, model)
    for compiled in evaluator.compiled:
        if not model.atoms(compiled.rule.head.predicate):
            failures = why.failures(compiled.rule.head)
            kind = why.kind(compiled.rule.head)
            if kind in (UNMET, NOT_APPLICABLE):  # also where it is known by the rules alone that none is in play
                assert (kind == UNMET) == any(failure.in_play for failure in failures), compiled.rule.head
                assert why.rules(compiled.rule.head) == [failure.rule for failure in failures]
            yield kind, [failure._replace(atom=compiled.rule.head) for failure in failures]


def test_why_a_random_program_gives_nothing_is_the_same_after_other_cases(
    semantics: ModuleType, quick: settings, record_property: Callable[[str, object], None]
) -> None:
    """Recursion, negation and counts among them: what rests on itself is worked out anew for each case."""
    seen = dict.fromkeys(("failures", "kept"), 0)

    def ready(program: Any, listed: Outline) -> Evaluator:
        strata = stratify(program)
        return Evaluator(program, strata, semantics.DATE, Prepared(program, strata, semantics.DATE, listed))

    @quick
    @given(semantics.programs(), semantics.cases(), semantics.cases())
    def failing(drawn: Any, one: Collection[Atom], two: Collection[Atom]) -> None:
        try:
            listed = outline(drawn.program, stratify(drawn.program), semantics.DATE)
        except NotGroundedError:
            return
        used = ready(drawn.program, listed)
        for case in (one, two, {*one, *two}):
            for is_open in (True, False):
                told = list(_failing(used, case, is_open=is_open))
                assert told == list(_failing(ready(drawn.program, listed), case, is_open=is_open))
                seen["failures"] += len(told)
        seen["kept"] += len(used.refuted)

    failing()
    record_property("measured", f"patterns that fail: {seen}")
    assert seen["failures"] > seen["kept"] > 0
