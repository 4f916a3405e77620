"""What is kept of other cases changes no answer: a case that comes last is told as if it came first."""

import json
import random
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
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
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.forms import SOURCELESS
from coverlog.engine.program.graph import stratify
from coverlog.engine.program.schema import case_schema
from coverlog.explain.advice.account import accounts
from coverlog.explain.proof.build import prove
from coverlog.explain.proof.document import as_json
from coverlog.explain.render.account_text import as_text
from hypothesis import given, settings


def _told(case: Case, guideline: Guideline, world: str) -> Any:
    try:
        judged = judge(case, guideline, world=world)
    except CaseError as error:
        return str(error)
    said = [account.as_json() for account in accounts(judged)], as_text(judged)
    return as_json(prove(judged)), judge(case, guideline, world=world).decision, said


def _new(guideline: Guideline) -> Guideline:
    """Return a guideline that has decided nothing."""
    return Guideline(guideline.folder, guideline.program, guideline.strata, guideline.hash)


def test_a_case_is_told_the_same_after_others(
    criteria: ModuleType, guideline: Guideline, size: Callable[[int, int], int]
) -> None:
    """Decision, reason and proof are those of a guideline that has decided nothing before."""
    rng = random.Random(11)
    cases = [read_case(criteria.generate(rng), guideline) for _ in range(size(40, 400))]
    used = _new(guideline)
    for at, case in enumerate(cases):
        world = ("open", "closed")[at % 2]
        told = _told(case, used, world)
        if not at % 4:
            assert told == _told(case, _new(guideline), world), case.id
    prepared = used.prepared(used.since(cases[0].date))
    assert prepared
    assert any(len(component.kept) > 1 for component in prepared.components)
    evaluator = Situation(cases[0], used, "open", cases[0].date).evaluator
    assert evaluator.refuted
    assert evaluator.resting


def test_no_source_is_told_with_a_request(toy_folder: Callable[[str], Path], root: Path) -> None:
    """What is kept for the cases that ask for the same says where none of them has it from: no case can say so."""
    folders = [*map(toy_folder, ("oxygen", "lamp", "visits")), root / "kb/cg_med_24", root / "kb/ncd_240_4"]
    keys = 0
    for program in (load(folder).program for folder in folders):
        schema = case_schema(program)["properties"]
        said = {p.case.key for p in program.predicates.values() if p.case and p.case.shape in SOURCELESS}
        assert not [key for key in said if "source" in json.dumps(schema[key])]
        keys += len(said)
    assert keys > len(folders)


DEEP = """
guideline("T", "a test", "2025-01-01").
%@ source: s
statement("A", stated, "", "a long way").
statement("B", stated, "", "a short one").
concept(other, reason, "something else").
concept(a, thing, "a thing").
concept(b, thing, "another thing").
%@ predicate service(Session, Code): {Code} is requested
%@ case: services
%@ predicate said(Thing): {Thing} is said
%@ case: things each of thing
%@ predicate medically_necessary(Session, Code, Statement): {Code} is covered
%@ predicate not_medically_necessary(Session, Code, Statement): {Code} is not
%@ predicate not_addressed(Session, Code, Reason): {Code} is not addressed
%@ predicate known(Code): {Code} is known
%@ facts A/known
known("10001").
%@ predicate step0: step 0
%@ rule A/0: the first step
step0 :- service(Session, Code), known(Code).
%@ rule A: the long way
medically_necessary(Session, Code, "A") :- service(Session, Code), said(a), step50.
%@ rule B: the short way
medically_necessary(Session, Code, "B") :- service(Session, Code), said(b), step20.
%@ rule A/other: neither
not_addressed(Session, Code, other) :- service(Session, Code), not said(a), not said(b).
""" + "".join(
    f"%@ predicate step{n}: step {n}\n%@ rule A/{n}: step {n}\nstep{n} :- step{n - 1}.\n" for n in range(1, 51)
)


def test_what_is_too_deep_to_be_told_is_so_after_cases_that_tell_it(tmp_path: Path) -> None:
    """A step that is told whole where it is near is not told whole where it is far from the line."""
    (tmp_path / "t.dl").write_text(DEEP)
    guideline = load(tmp_path)
    said = {"date_of_service": "2025-05-01", "services": [{"cpt": "10001"}]}
    short, long = (read_case(said | {"id": thing, "things": [thing]}, guideline) for thing in "ba")
    assert "10001 is known" in str(_told(short, guideline, "open")[-1])
    assert Situation(short, guideline, "open", short.date).evaluator.told
    told = _told(long, guideline, "open")
    assert "in the whole proof" in str(told[-1])
    assert told == _told(long, _new(guideline), "open")
    assert _told(short, guideline, "open") == _told(short, _new(guideline), "open")


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
