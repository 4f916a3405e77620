"""Evaluation has limits: a rule that runs away ends with a clear error of its case, and what comes after is right."""

import json
import signal
import sys
import time
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.analysis import formula
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.decision.decide import decide
from coverlog.engine.evaluation import datalog, limits
from coverlog.engine.evaluation.joined import OFTEN
from coverlog.engine.evaluation.limits import LimitError, TooLongError, TooManyStepsError, allowing
from coverlog.engine.language.errors import CaseError
from coverlog.engine.language.terms import Atom
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.soundness.lint import findings_of
from coverlog.explain.commands.main import main

from pyDatalog import Logic  # isort: skip

HEADER = """
guideline("T", "a test", "2025-01-01").
%@ source: s
statement("A", stated, "", "words").
concept(other, reason, "something else").
concept(a, thing, "a").
%@ predicate service(Session, Code): {Code}
%@ case: services
%@ predicate said(Thing): {Thing}
%@ case: things each of thing
%@ predicate medically_necessary(Session, Code, Statement): {Code}
%@ predicate not_medically_necessary(Session, Code, Statement): {Code}
%@ predicate not_addressed(Session, Code, Reason): {Code}
%@ predicate n(Number): {Number}
%@ predicate met: met
%@ predicate step(From, To): from {From} to {To}
%@ predicate path(From, To): from {From} to {To}
%@ rule A/line: a line
medically_necessary(Session, Code, "A") :- service(Session, Code), met.
%@ rule A/other: a line
not_addressed(Session, Code, other) :- service(Session, Code), not met.
"""
RUNAWAY = "%@ rule A/cross: all\nmet :- said(a), n(X), n(Y), n(Z), X + Y + Z < 0.\n"


def facts(number: int) -> str:
    return "%@ facts A/n\n" + "".join(f"n({i}).\n" for i in range(number))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write_text(text: str) -> Path:
        (tmp_path / "t.dl").write_text(HEADER + text)
        return tmp_path

    return write_text


def case(guideline: Guideline, **said: Any) -> Case:
    base = {"id": "c", "date_of_service": "2025-05-01", "services": [{"cpt": "10001"}]}
    (read,) = read_text(json.dumps(base | said).encode(), "c.json", guideline)
    assert isinstance(read, Case), read
    return read


def test_a_cross_product_ends_with_an_error_that_names_its_rule(write: Callable[[str], Path]) -> None:
    """A thousand facts three times over are refused before pyDatalog is asked, and the next case is decided."""
    guideline = load(write(RUNAWAY + facts(1000)))
    with pytest.raises(
        TooManyStepsError, match=r"c\.json:1:1: more than 200,000 steps of rules; .* A/cross \(t\.dl:"
    ) as told:
        decide(case(guideline, things=["a"]), guideline)
    (fault,) = told.value.faults
    assert (fault.place, fault.remedy) == ("c.json:1:1", "let its literals share variables, or split the case")
    assert decide(case(guideline), guideline).lines[0].outcome == "not_addressed"


def test_a_limit_says_nothing_of_a_case() -> None:
    """Who concludes something of a case that cannot be decided catches no limit, and who catches one has no other."""
    assert not issubclass(LimitError, CaseError | ValueError)
    assert not issubclass(TooLongError, TooManyStepsError)
    assert not issubclass(TooManyStepsError, TooLongError)


def test_the_command_gives_the_other_cases_their_decision(write: Callable[[str], Path], tmp_path: Path) -> None:
    """Exit 2, the limit named on the error of that case, the cases after it decided."""
    folder = write(RUNAWAY + facts(1000))
    both = [{"id": i, "date_of_service": "2025-05-01", "services": [{"cpt": "10001"}], "things": t}
            for i, t in (("bad", ["a"]), ("good", []))]  # fmt: skip
    (tmp_path / "two.json").write_text(json.dumps(both))
    told = CliRunner().invoke(main, ["-g", str(folder), "decide", str(tmp_path / "two.json"), "--format", "json"])
    assert told.exit_code == 2
    bad, good = json.loads(told.stdout)
    assert "more than 200,000 steps" in bad["error"]
    assert good["lines"][0]["outcome"] == "not_addressed"


def test_the_time_of_a_case_is_limited(write: Callable[[str], Path]) -> None:
    """A case that takes longer than it may is an error that says so, in the library and on the command line."""
    guideline = load(write(RUNAWAY + facts(50)))
    asked = case(guideline, things=["a"])
    with pytest.raises(TooLongError, match=r"took longer than 1e-09 seconds; .*--limit-seconds"):
        allowing(1e-9, lambda: decide(asked, guideline))
    assert decide(asked, guideline).lines[0].outcome == "not_addressed"
    told = CliRunner().invoke(
        main,
        ["-g", str(guideline.folder), "--limit-seconds", "1e-6", "decide", "-"],
        input=json.dumps({"id": "c", "date_of_service": "2025-05-01", "services": [{"cpt": "10001"}]}),
    )
    assert told.exit_code == 2
    assert "took longer than 1e-06 seconds" in told.stderr


@pytest.mark.parametrize("command", [["decide", "-"], ["query", "effective(A, B)"]])
@pytest.mark.parametrize("seconds", ["nan", "inf", "1e400", "1e10", "0", "-1"])
def test_a_time_that_no_clock_can_be_set_to_is_refused(seconds: str, command: list[str]) -> None:
    """What is no number of seconds, or more than a timer takes, is bad usage and no traceback."""
    option = ["--limit-seconds", seconds]
    told = CliRunner().invoke(main, [*command, *option] if command[0] == "query" else [*option, *command])
    assert told.exit_code == 2, told.output
    assert "Invalid value for '--limit-seconds'" in told.stderr


def test_a_timer_stops_what_looks_at_no_clock(make: Any, guideline: Guideline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line's timer ends a search that never ends, and leaves no timer behind."""
    from coverlog.engine.decision import decide as module

    def forever(*_: object) -> None:
        while True:
            pass

    before = signal.getsignal(signal.SIGALRM)
    monkeypatch.setattr(module, "refuse_contradiction", forever)
    with pytest.raises(TooLongError, match=r"took longer than 0\.05 seconds"):
        allowing(0.05, lambda: limits.on_time(lambda: decide(make(), guideline)))
    monkeypatch.undo()
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    assert signal.getsignal(signal.SIGALRM) == before
    assert decide(make(), guideline).lines


CHANGES: dict[str, Callable[[Callable[[], object]], object]] = {
    "one_case": limits.one_case,
    "on_time": limits.on_time,
    "until": lambda work: limits.until(time.monotonic() + 9, work),
    "allowing": lambda work: allowing(9, work),
    "within": lambda work: formula.within(9, work),
    "store": lambda work: datalog.Store().add(each for each in (work() for _ in "x") if isinstance(each, Atom)),
}


def _state() -> tuple[object, ...]:
    timer = signal.getitimer(signal.ITIMER_REAL)[0] > 0, signal.getsignal(signal.SIGALRM)
    return timer, dict(copy_context()), dict(Logic.tl.__dict__)


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_interrupted_at_any_step_leaves_nothing(name: str, is_interrupted: Callable[..., bool]) -> None:
    """Wherever an interrupt comes, limits, timers and pyDatalog's database are as before; later work has its own."""
    before, meanwhile, at = _state(), list[object](), 1
    modules = limits, formula, datalog
    while is_interrupted(lambda: CHANGES[name](lambda: meanwhile.append(_state())), at, *modules):
        assert _state() == before, at
        with pytest.raises(limits.TooLongError):
            allowing(0.001, lambda: limits.on_time(_look_at_no_clock))
        at += 1
    assert at > 20
    assert before not in meanwhile


def _look_at_no_clock() -> None:
    for _ in range(10**8):
        pass


def test_a_timer_of_somebody_else_is_left_alone() -> None:
    """Where a timer runs already, the time is looked at all the same and the timer runs on."""
    rung: list[int] = []
    handler = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 100)
        with pytest.raises(limits.TooLongError):
            allowing(-1, lambda: limits.on_time(lambda: limits.Budget().watch()))
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 100
        signal.raise_signal(signal.SIGALRM)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
    assert rung == [1]


CLOSURE = "%@ rule A/step: on\npath(X, Y) :- step(X, Y).\n%@ rule A/on: on\npath(X, Z) :- path(X, Y), step(Y, Z).\n"
USE = "%@ rule A/met: met\nmet :- said(a), path(0, {}).\n"


def test_a_long_chain_is_followed_and_a_wide_closure_refused(
    write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, shallow: int, size: Callable[[int, int], int]
) -> None:
    """Recursion asks for what is new only: a chain longer than Python's stack is followed, a square is refused."""
    length = size(shallow + 50, 2000)
    assert length > sys.getrecursionlimit()
    steps = "%@ facts A/steps\n" + "".join(f"step({i}, {i + 1}).\n" for i in range(length))
    chain = CLOSURE.replace("path(X, Y) :- step(X, Y).", "path(0, Y) :- step(0, Y).")
    guideline = load(write(chain + USE.format(length) + steps))
    evaluator = guideline.evaluator("2025-05-01")
    assert any(str(atom) == f"path(0, {length})" for atom in evaluator.evaluate([], open_world=False).support)
    steps = "%@ facts A/steps\n" + "".join(f"step({i}, {i + 1}).\n" for i in range(120))
    monkeypatch.setattr(limits, "MAX_STEPS", 5_000)  # of 7,260
    with pytest.raises(TooManyStepsError, match="more than 5,000 steps"):
        load(write(CLOSURE + USE.format(120) + steps)).evaluator("2025-05-01")


def test_checking_many_facts_is_no_matter_of_minutes(write: Callable[[str], Path]) -> None:
    """Ten thousand facts have no finding that one fact has not."""
    rule = "%@ rule A/some: {X}\nmet :- n(X), said(a), X > 3.\n"
    unused = {"unused-declaration", "subsumed-rule"}
    few, many = (findings_of([("t.dl", HEADER + rule + facts(number))]) for number in (5, 10_000))
    assert {f.code for f in few} == {f.code for f in many} <= unused


def test_a_case_takes_the_same_steps_however_many_came_before(write: Callable[[str], Path]) -> None:
    """What comparisons leave out on the way is no step of an early case, nor of a late one."""
    joined = "met :- said(a), service(Session, Code), n(X), X > 38, n(Y), n(Z), Y + Z > 100.\n"
    guideline = load(write(facts(40) + "%@ rule A/cross: all\n" + joined))
    for code in range(10_001, 10_001 + 2 * OFTEN):
        decide(case(guideline, things=["a"], services=[{"cpt": str(code)}]), guideline)
    prepared = guideline.prepared(guideline.since("2025-05-01"))
    assert prepared
    met = next(each for each in prepared.components if each.names == {"met"})
    assert len(met.kept) == 2 * OFTEN
    assert {came.steps for came in met.kept.values()} == {40 * 40}
