"""Whatever interrupts a decision, at whatever moment, the next case is decided as if nothing had happened."""

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from coverlog.engine.cases.case import Case
from coverlog.engine.decision.decide import decide
from coverlog.engine.evaluation import datalog
from coverlog.engine.evaluation.datalog import Store
from coverlog.engine.evaluation.evaluator import Evaluator
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.graph import stratify
from coverlog.engine.program.program import folder_texts
from coverlog.engine.program.reader import read_program

from pyDatalog import Logic  # isort: skip

DOORS = ("add", "remove", "ask", "declare", "define")
BEFORE = {"conditions": ["carpal_tunnel_syndrome"], "findings": {"sensory_loss": "present", "wrist_splint_weeks": 9}}
AFTER = {"conditions": ["radiculopathy"], "findings": {"muscle_atrophy": "absent"}}


class Interrupted(BaseException):
    """Neither an error nor an exit: what a signal's handler may raise."""


ERRORS = (KeyboardInterrupt, MemoryError, Interrupted)


@contextmanager
def broken(door: str, at: int, error: type[BaseException], late: bool) -> Iterator[list[int]]:
    """Let one call of the adapter raise, before or after it has done its work; count the calls."""
    real: Callable[..., Any] = getattr(Store, door)
    calls = [0]

    def call(*args: Any) -> Any:
        calls[0] += 1
        if calls[0] != at + 1:
            return real(*args)
        if late:
            real(*args)
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, door, call)
        yield calls


class Asked(Guideline):
    """A guideline every case of which is asked of pyDatalog, as where it cannot be grounded."""

    def prepared(self, edition: str) -> None:
        return None


def anew(guideline: Guideline, kind: type[Guideline] = Asked) -> Guideline:
    """The shipped guideline without a store yet."""
    return kind(guideline.folder, guideline.program, guideline.strata, guideline.hash)


@pytest.fixture
def fresh(guideline: Guideline) -> Guideline:
    return anew(guideline)


def told(guideline: Guideline, case: Case) -> list[Any]:
    return [decide(case, guideline, world=world) for world in ("open", "closed")]


@pytest.mark.parametrize("door", DOORS)
def test_no_call_that_fails_leaves_anything_behind(
    door: str, make: Any, guideline: Guideline, fresh: Guideline, size: Callable[[int, int], int]
) -> None:
    """Each call of the adapter raises in turn, in the suite some of them; another case is then decided as ever."""
    first, second = make(id="first", **BEFORE), make(id="second", **AFTER)
    expected = told(guideline, second)
    at, raised = 0, True
    while raised:
        raised = False
        if door in ("declare", "define"):  # only where a store is built
            fresh = anew(guideline)
        error = ERRORS[at % len(ERRORS)]
        with broken(door, at, error, late=bool(at % 2)), suppress(error):
            try:
                decide(first, fresh)
            except error:
                raised = True
                raise
        assert told(fresh, second) == expected, (door, at)
        at += size(7, 1) if door in ("add", "remove") else size(23, 11)
    assert at > 1


@pytest.mark.parametrize("kind", [Guideline, Asked])
def test_alarms_at_any_moment_change_no_later_answer(
    kind: type[Guideline],
    make: Any,
    guideline: Guideline,
    size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """Alarms at random moments interrupt decisions, and no later decision differs."""
    rng, fresh = random.Random(7), anew(guideline, kind)
    cases = [make(id="first", **BEFORE), make(id="second", **AFTER), make(id="third")]
    expected = {case.id: decide(case, guideline) for case in cases}
    seconds = min(_seconds(cases[0], fresh) for _ in range(5))

    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    alarms = wrong = 0
    try:
        for _ in range(size(45, 3000)):
            try:
                signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-5, 1.3 * seconds))
                decide(rng.choice(cases), fresh)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except Interrupted:
                alarms += 1
                wrong += any(decide(case, fresh) != expected[case.id] for case in cases)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    record_property("measured", f"{alarms} alarms within decisions, {wrong} wrong answers after them")
    assert alarms > 20
    assert wrong == 0


def _seconds(case: Case, guideline: Guideline) -> float:
    start = time.perf_counter()
    decide(case, guideline)
    return time.perf_counter() - start


def test_a_decision_within_a_decision_is_its_own(make: Any, guideline: Guideline, fresh: Guideline) -> None:
    """What a handler decides in the middle of an evaluation neither sees that one nor disturbs it."""
    first, second = make(id="first", **BEFORE), make(id="second", **AFTER)
    expected = [decide(case, guideline) for case in (first, second)]
    real = Store.ask
    inner: list[Any] = []

    def ask(store: Store, name: str, arity: int) -> Any:
        if not inner:
            inner.append(None)
            inner[0] = decide(second, fresh)
        return real(store, name, arity)

    decide(first, fresh)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "ask", ask)
        outer = decide(first, fresh)
    assert [outer, inner[0]] == expected
    assert [decide(case, fresh) for case in (first, second)] == expected


def test_a_store_is_nobody_elses(fresh: Guideline, make: Any) -> None:
    """A thread that had no pyDatalog database has none after a decision: nothing reaches the store by chance."""
    kept = Logic.tl.__dict__.pop("logic", None)
    try:
        decide(make(), fresh)
        assert not hasattr(Logic.tl, "logic")
    finally:
        if kept is not None:
            Logic.tl.logic = kept


def test_a_store_that_was_interrupted_is_not_used_again(guideline: Guideline, make: Any) -> None:
    """The evaluator that an interrupt left is as good as a fresh one, also for those who hold on to it."""
    program, findings = read_program(folder_texts(guideline.folder))
    assert not findings
    evaluator = Evaluator(program, stratify(program), "2025-11-03")
    case = make(**BEFORE)
    expected = evaluator.evaluate(case.facts, open_world=True).support
    with broken("remove", 0, KeyboardInterrupt, late=False), pytest.raises(KeyboardInterrupt):
        evaluator.evaluate(make(**AFTER).facts, open_world=True)
    assert evaluator.evaluate(case.facts, open_world=True).support == expected
    assert datalog.Store is Store
