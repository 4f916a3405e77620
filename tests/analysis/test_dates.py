"""Days between two dates of a case: whatever a case can say of them together is looked at, and shown by two dates."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from coverlog.engine.analysis.legal import Legal
from coverlog.engine.cases.case import Case
from coverlog.engine.cases.said import read_case
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.graph import stratify
from coverlog.engine.program.reader import read_program
from coverlog.engine.soundness.check import check
from coverlog.explain.commands.main import main
from hypothesis import given, settings
from hypothesis import strategies as st

DAY = date(2025, 3, 31)
HEAD = """
guideline("R", "dates", "2020-01-01").
%@ source: Criteria
statement("A", stated, "", "a"). statement("B", stated, "", "b").
%@ predicate service(Session, Code): {Code} is requested in {Session}
%@ case: services
%@ predicate waited(Days): {Days} from the test to the beginning
%@ case: days from tested to begun
%@ open
%@ predicate used(Days): {Days} from the beginning to the visit
%@ case: days from begun to seen
%@ open
%@ predicate medically_necessary(Session, Code, Statement): {Code} by {Statement}
%@ predicate not_medically_necessary(Session, Code, Statement): {Code} not by {Statement}
%@ predicate not_addressed(Session, Code, Reason): {Code} not addressed, {Reason}
%@ predicate met: it is so
%@ rule A: it is so
medically_necessary(Session, Code, "A") :- service(Session, Code), met.
%@ rule B: it is not so
not_medically_necessary(Session, Code, "B") :- service(Session, Code), not met.
"""
KEYS = ("tested", "begun", "seen")
MET = "%@ rule A/met: it is so\nmet :- waited(One), One >= {}, One < {}, used(Two), Two < {}{}.\n"


def guideline_of(text: str) -> Guideline:
    program, findings = read_program([("r.dl", text)])
    assert [*findings, *check(program)] == []
    return Guideline(Path("r"), program, stratify(program))


def text_of(bounds: list[int], since: list[tuple[str, str, int]]) -> str:
    """A guideline with bounds on the days between three dates, and on the time since some of them."""
    told, more = HEAD, ""
    for at, (key, unit, least) in enumerate(since):
        told += f"%@ predicate ago{at}(Time): {key} is {{Time}} ago\n%@ case: {key} {unit} since\n%@ open\n"
        more += f", ago{at}(Since{at}), Since{at} >= {least}"
    return told + MET.format(*bounds, more)


def case_of(days: dict[str, date], guideline: Guideline) -> Case:
    said = {key: day.isoformat() for key, day in days.items()}
    base = {"id": "x", "date_of_service": DAY.isoformat(), "services": [{"cpt": "10001"}]}
    return read_case(base | said, guideline)


SINCE = st.tuples(st.sampled_from(KEYS), st.sampled_from(["days", "weeks", "months"]), st.integers(0, 3))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(0, 6), min_size=3, max_size=3),
    st.lists(SINCE, max_size=2, unique_by=lambda each: each[0]),
    st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, st.integers(-9, 70))), min_size=30, max_size=30),
)
def test_whatever_dates_say_together_is_looked_at(
    bounds: list[int], since: list[tuple[str, str, int]], cases: list[dict[str, int]]
) -> None:
    """Each case that can be read gives what some dates looked at give, and these are written as a case that does."""
    guideline = guideline_of(text_of(bounds, since))
    legal = Legal([guideline.circuit(DAY.isoformat())], DAY.isoformat())
    numbers, literal = range(len(legal.circuits[0].grounded.inputs)), legal.given(0)
    for ages in cases:
        try:
            case = case_of({key: DAY - timedelta(age) for key, age in ages.items()}, guideline)
        except CaseError:
            continue
        given = set(legal.circuits[0].numbers(case.facts))
        asked = [literal(number, 1) if number in given else -literal(number, 1) for number in numbers]
        model = legal.formula.solve(asked)
        assert model is not None, ages
        shown = read_case(legal.written(legal.case(model), "shown"), guideline)
        assert set(legal.circuits[0].numbers(shown.facts)) == given


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False)


WAIT = """
%@ rule A/met: at least 14 and at most 30 days passed, and no more than 90 since the visit
met :- waited(One), One >= 14, One <= 30, ago(Days), Days <= 90, used(Two), Two > 60.
%@ predicate ago(Days): the visit is {Days} ago
%@ case: seen days since
"""


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    (tmp_path / "waiting.dl").write_text(HEAD + WAIT)
    return tmp_path


def analysed(folder: Path, *more: str) -> Any:
    return json.loads(run("analyze", str(folder), "--as-of", DAY.isoformat(), *more, "--format", "json").stdout)


def test_what_is_found_of_two_dates_is_shown_by_two_dates(waiting: Path, toy_folder: Callable[[str], Path]) -> None:
    """A wait of 14 to 30 days can be, and no part of the rule is idle; what waits in vain has dates that leave none."""
    told = analysed(waiting)
    assert told["unknown"] == []
    ways = {(way["outcome"], way["by"]) for each in told["reach"] for way in each["ways"]}
    assert ways == {("medically_necessary", "A"), ("not_medically_necessary", "B"), ("more_information_needed", "")}
    (hopeless,) = told["findings"]
    assert hopeless["code"] == "hopeless"
    said = hopeless["witness"]["case"]
    days = {key: date.fromisoformat(said[key]) for key in KEYS if key in said}
    assert 0 < len(days) < len(KEYS)
    assert run("analyze", str(toy_folder("apnea")), "--only", "faults").exit_code == 0


def test_a_wait_that_cannot_be_is_found(waiting: Path) -> None:
    """A visit more than 60 days after the beginning cannot be where the beginning was at most 60 days ago."""
    text = (waiting / "waiting.dl").read_text().replace("Two > 60.", "Two > 60, begun_ago(Since), Since <= {}.")
    more = "%@ predicate begun_ago(Days): begun {Days} ago\n%@ case: begun days since\n"
    for most, codes in ((60, {"dead-rule"}), (61, set())):
        (waiting / "waiting.dl").write_text(text.replace("{}.", f"{most}.") + more)
        found = {finding["code"] for finding in analysed(waiting, "--only", "dead")["findings"]}
        assert found & {"dead-rule"} == codes


@pytest.mark.parametrize("more", [(), ("--with", "begun=2025-01-02"), ("--with", "tested=2024-12-01")])
def test_a_case_is_made_with_dates_that_are_as_far_apart_as_a_rule_asks(waiting: Path, more: tuple[str, ...]) -> None:
    """The dates that construct writes are those asked for, and come to the outcome; decide says the same."""
    out = waiting / "made.yaml"
    asked = ("medically_necessary", "--code", "10001", "--as-of", DAY.isoformat(), "-o", str(out), *more)
    assert run("-g", str(waiting), "construct", *asked).exit_code == 0
    said = yaml.safe_load(out.read_text())
    tested, begun, seen = (date.fromisoformat(str(said[key])) for key in KEYS)
    assert 14 <= (begun - tested).days <= 30
    assert (seen - begun).days > 60
    for name, _, value in (text.partition("=") for text in more[1:]):
        assert str(said[name]) == value
    told = json.loads(run("-g", str(waiting), "decide", str(out), "--format", "json").stdout)
    assert told["lines"][0]["outcome"] == "medically_necessary"
    ran = run("-g", str(waiting), "sufficient", str(out), "--format", "json")
    (line,) = json.loads(ran.stdout)["lines"]
    assert line["outcome"] == "medically_necessary"
    assert {need.partition(":")[0] for need in line["needs"]} == set(KEYS)


def test_a_bound_on_days_that_is_another_one_is_shown_by_a_case_between_them(
    waiting: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:  # fmt: skip
    """Of 14 and of 20 days at least the difference is shown by dates 14 to 19 days apart."""
    other = tmp_path_factory.mktemp("other")
    (other / "waiting.dl").write_text((waiting / "waiting.dl").read_text().replace("One >= 14", "One >= 20"))
    ran = run("diff", str(waiting), str(other), "--as-of", DAY.isoformat(), "--world", "closed", "--format", "json")
    (change,) = json.loads(ran.stdout)["changes"]
    said = change["witnesses"][0]["case"]
    assert 14 <= (date.fromisoformat(said["begun"]) - date.fromisoformat(said["tested"])).days < 20


@pytest.mark.parametrize("asked", ["One >= 5", "One < 5"])
def test_of_two_dates_one_alone_waits_for_the_other(asked: str, tmp_path: Path) -> None:
    """The other may come after the date of service, so that whatever day the one is, the days that help can be."""
    text = HEAD.replace("%@ predicate used(Days): {Days} from the beginning to the visit", "").replace(
        "%@ case: days from begun to seen\n%@ open\n", ""
    )
    (tmp_path / "alone.dl").write_text(f"{text}%@ rule A/met: it is so\nmet :- waited(One), {asked}.\n")
    told = analysed(tmp_path)
    assert [finding["code"] for finding in told["findings"] if finding["code"] == "hopeless"] == []
    assert told["unknown"] == []
