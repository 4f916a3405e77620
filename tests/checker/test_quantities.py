"""Numbers with decimals and units, and time counted from dates: decided, shown and checked by two readings."""

import datetime
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.cases.case import Case, Unreadable, read_text
from coverlog.engine.decision.decide import judge
from coverlog.engine.language.comparison import measured
from coverlog.engine.language.errors import GuidelineError
from coverlog.engine.language.terms import Atom, Quantity
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program import shapes
from coverlog.engine.program.elapsed import earlier, elapsed
from coverlog.explain.advice.change import changed, requested
from coverlog.explain.advice.checklist import checklist
from coverlog.explain.advice.letter import letter
from coverlog.explain.advice.remedies import ways
from coverlog.explain.advice.wording import telling
from coverlog.explain.checker.lasting import completed
from coverlog.explain.checker.record import facts_of
from coverlog.explain.checker.verify import verify
from coverlog.explain.proof.build import prove
from coverlog.explain.proof.document import as_json
from coverlog.explain.query.answer import run
from coverlog.explain.query.scene import scene_of
from coverlog.explain.query.text import read_query
from coverlog.explain.query.told import as_json as as_json_of
from coverlog.explain.query.told import as_table
from coverlog.explain.render.letter_page import as_markdown
from hypothesis import given
from hypothesis import strategies as st

FINDINGS = ("sleepiness", "benefit")
SERVICE = "2025-10-05"


@pytest.fixture(scope="module")
def apnea(toy_folder: Callable[[str], Path]) -> Guideline:
    return load(toy_folder("apnea"))


def read(said: dict[str, Any], guideline: Guideline) -> Case | Unreadable:
    base = {"id": "made", "date_of_service": SERVICE, "services": [{"cpt": "E0601"}]}
    (found,) = read_text(json.dumps(base | said).encode(), "made", guideline)
    return found


def generate(rng: random.Random) -> dict[str, Any]:
    """Return what a case may say: each number near a threshold, each date near an anniversary, or nothing."""
    chances: dict[str, Callable[[], Any]] = {
        "measured": lambda: {
            name: {"value": value, "source": "study"} if rng.random() < 0.3 else value
            for name, value in {
                "ahi": rng.choice([0, 4.9, 5, 14.9, 15.0, 15.1, 200]), "rdi": rng.choice([4.9, 15]),
                "recorded": rng.choice([1.99, 2, 2.01]), "pressure": rng.choice([-5, 19.9, 20.0, 20.1]),
            }.items() if rng.random() < 0.6
        },
        "events": lambda: rng.choice([29, 30]), "test": lambda: rng.choice(["psg", "home_test"]),
        "birth_date": lambda: rng.choice(["2007-10-05", "2007-10-06"]),
        "first_use": lambda: {"date": rng.choice(["2025-07-13", "2025-07-12"]), "source": "ticket"},
        "last_visit": lambda: rng.choice(["2025-04-05", "2025-04-06"]),
        "trial_begin": lambda: "2025-06-01", "trial_end": lambda: rng.choice(["2025-06-02", "2025-06-03"]),
        "findings": lambda: {name: rng.choice(["present", "absent"]) for name in FINDINGS if rng.random() < 0.5},
    }  # fmt: skip
    return {name: make() for name, make in chances.items() if rng.random() < 0.7}


def cases(guideline: Guideline, number: int) -> Iterator[Case]:
    rng = random.Random(15)
    for _ in range(number):
        case = read(generate(rng), guideline)
        assert isinstance(case, Case), case
        yield case


def test_the_two_readings_of_a_case_agree(apnea: Guideline) -> None:
    """Decimals, units and dates are read by the checker as by the engine, with their sources."""
    seen = set()
    for case in cases(apnea, 300):
        assert facts_of(case.said, apnea.program) == case.facts
        seen |= {atom.predicate for atom in case.facts}
    assert {"index", "slept", "events", "age", "in_use", "seen", "nights", "pressed"} <= seen


def test_every_proof_is_verified(apnea: Guideline, size: Callable[[int, int], int]) -> None:
    """Both worlds, all ways and the shortest: the checker finds nothing, and every outcome occurs."""
    outcomes = set()
    for case in cases(apnea, size(30, 600)):
        for world in ("open", "closed"):
            judged = judge(case, apnea, world=world)
            outcomes |= {line.outcome for line in judged.decision.lines}
            for every in (False, True):
                told = json.loads(json.dumps(as_json(prove(judged, every=every))))
                assert verify(told, case, apnea.program) == [], case.said
    assert outcomes == {"medically_necessary", "not_medically_necessary", "more_information_needed"}


def test_a_number_told_otherwise_is_caught(apnea: Guideline) -> None:
    """Another decimal in an atom, a binding, a comparison, a source or a set of what is missing is refused."""
    case = read({"measured": {"ahi": 15.1, "recorded": 2}, "first_use": "2025-07-13"}, apnea)
    assert isinstance(case, Case)
    told = json.dumps(as_json(prove(judge(case, apnea), every=True)))
    for old, new in {
        "index(ahi, 15.1)": "index(ahi, 151)", '"Rate": 15.1': '"Rate": 151', "Rate >= 15.0": "Rate >= 15",
        "from 2025-07-13 to": "from 2025-07-14 to", ">= 18": ">= 18.0", '"Days": 84': '"Days": 85',
    }.items():  # fmt: skip
        assert old in told, old
        assert verify(json.loads(told.replace(old, new)), case, apnea.program), old


PLANTED: dict[str, Callable[..., Any]] = {
    "elapsed": lambda unit, start, end: elapsed(unit, start, end) + 1,
    "scaled": lambda value, key: key.quantity(int(float(value)) * 10**key.decimals),
    "dated": lambda written: "2024-02-29",
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_in_the_builders_numbers_is_caught(
    name: str, apnea: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever of a number or a date the engine reads amiss, a proof that uses it is refused."""
    monkeypatch.setattr(shapes, name, PLANTED[name])
    case = read({"measured": {"ahi": 15.9}, "first_use": "2025-07-13", "test": "psg", "birth_date": SERVICE}, apnea)
    assert isinstance(case, Case)
    assert verify(json.loads(json.dumps(as_json(prove(judge(case, apnea))))), case, apnea.program)


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)), st.integers(0, 40_000))
def test_time_is_counted_alike_by_arithmetic_and_by_counting_up(start: datetime.date, days: int) -> None:
    """Completed units of the calendar come out the same by two ways, and one anniversary more is not reached."""
    end = start + datetime.timedelta(days=days)
    for unit in ("days", "weeks", "months", "years"):
        assert elapsed(unit, start.isoformat(), end.isoformat()) == completed(unit, start, end)
    assert (
        elapsed("years", start.isoformat(), end.isoformat())
        == elapsed("months", start.isoformat(), end.isoformat()) // 12
    )


@given(st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1)), st.integers(0, 1000))
def test_a_date_so_long_before_is_so_long_before(end: datetime.date, count: int) -> None:
    """From the date that is so many units before another one, just so many are complete."""
    for unit in ("days", "weeks", "months", "years"):
        if unit != "years" or count < 900:
            assert elapsed(unit, earlier(unit, end.isoformat(), count), end.isoformat()) == count


TIMES = {
    ("months", "2025-01-31", "2025-02-28"): 0,
    ("months", "2025-01-31", "2025-03-01"): 1,
    ("years", "2004-02-29", "2025-02-28"): 20,
    ("years", "2004-02-29", "2025-03-01"): 21,
    ("weeks", "2025-10-01", "2025-10-07"): 0,
    ("days", "2025-10-05", "2025-10-05"): 0,
}


@pytest.mark.parametrize("asked", TIMES)
def test_a_unit_is_complete_when_its_day_has_come_round(asked: tuple[str, str, str]) -> None:
    """Where a month has no such day, the first day after completes it."""
    assert elapsed(*asked) == TIMES[asked]


@given(st.integers(-(10**9), 10**9), st.integers(0, 4), st.integers(-1000, 1000))
def test_a_quantity_is_the_number_that_people_write(count: int, places: int, more: int) -> None:
    """Its text is exact, its order and sums are those of the whole numbers, and no plain number equals it."""
    one = Quantity(count, places, "u")
    assert int(str(one).replace(".", "")) == count
    assert len(str(one).partition(".")[2]) == places
    assert sum([one, Quantity(more, places, "u")]) == one + more == Quantity(count + more, places, "u")
    assert one - more == Quantity(count - more, places, "u")
    assert (one < Quantity(more, places, "u")) == (count < more)
    assert one != count
    assert len({one, count, Quantity(count, places, "v")}) == 3


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a decimal too many": ({"measured": {"ahi": 4.95}}, "write 1 decimal"),
    "beyond the bounds": ({"measured": {"ahi": 200.1}}, "cannot be more than 200"),
    "a number as text": ({"measured": {"ahi": "4.9"}}, "has to be a number"),
    "a date after the date of service": ({"first_use": "2025-10-06"}, "contradictory documentation: first_use"),
    "an end before its beginning": (
        {"trial_begin": "2025-06-03", "trial_end": "2025-06-02"}, "contradictory documentation: trial_begin",
    ),
    "no day of the calendar": ({"birth_date": "2025-02-30"}, "no day of the calendar"),
    "no date": ({"birth_date": {"date": "spring"}}, "write it like"),
    "a date without its key": ({"birth_date": {"source": "chart"}}, "lacks date"),
}  # fmt: skip


@pytest.mark.parametrize("truth", WRONG)
def test_what_is_wrong_with_a_number_or_a_date_is_told(truth: str, apnea: Guideline) -> None:
    """One fault each, with its place and what to do."""
    said, told = WRONG[truth]
    found = read(said, apnea)
    assert isinstance(found, Unreadable)
    assert len(found.faults) == 1
    assert told in found.error
    assert found.faults[0].place.startswith("made:1:")


def test_what_is_missing_is_told_as_people_write_it(apnea: Guideline) -> None:
    """Thresholds have their decimals, questions their unit, and time between dates goes by its predicate."""
    case = read({"test": "home_test", "birth_date": "1980-01-01", "events": 30}, apnea)
    assert isinstance(case, Case)
    judged = judge(case, apnea)
    (line,) = judged.decision.lines
    needs = {(item["finding"], item["needs"]) for found in line.as_json()["missing"] for item in found}
    assert {("ahi", ">= 15.0"), ("rdi", ">= 5.0 and < 15.0"), ("nights", ">= 2"), ("last_visit", "<= 5")} <= needs
    asked = {item.question for found in checklist(judged)[0].asks for item in found.items}
    assert "What is the apnea-hypopnea index, in events per hour? (at least 15.0 events per hour needed)" in asked


def test_a_way_out_is_options_that_can_be_tried(apnea: Guideline) -> None:
    """Of a case that waits, each way is options of what-if, dates among them, with which the line is covered."""
    case = read({"test": "home_test", "measured": {"ahi": 15.9, "recorded": 2}}, apnea)
    assert isinstance(case, Case)
    (line,) = judge(case, apnea).decision.lines
    found = ways(judge(case, apnea), line).ways
    assert any("--set birth_date=2007-10-05" in option for way in found for option in way.options)
    for way in found:
        options = [option.removeprefix("--set ") for each in way.options for option in each.split(" --set ")]
        tried = changed(case, apnea, requested({"set": options, "add": [], "drop": []}, apnea))
        assert judge(tried, apnea).decision.lines[0].outcome == "medically_necessary", way.options


def test_a_letter_names_dates_and_units(apnea: Guideline) -> None:
    """What a case shows is told as people write it, with its dates and its source."""
    said = {"measured": {"ahi": 15.9, "recorded": 2.25}, "birth_date": "1980-02-01", "test": "psg",
            "first_use": {"date": "2025-07-25", "source": "delivery ticket"}}  # fmt: skip
    case = read(said, apnea)
    assert isinstance(case, Case)
    told = as_markdown(letter(judge(case, apnea)))
    assert (
        "shows that the apnea-hypopnea index is 15.9 events per hour. The guideline asks for at least 15.0 events"
        in told
    )
    assert 'the device was first used 72 days before ("delivery ticket"). The guideline asks for at most 84' in told
    assert '| first use, at most 84 days | 72 days stated (2025-07-25 to 2025-10-05) | "delivery ticket" |' in told
    short = read(said | {"birth_date": "2010-02-01"}, apnea)
    assert isinstance(short, Case)
    told = as_markdown(letter(judge(short, apnea)))
    assert "the person is 15 years old. The guideline asks for at least 18 years." in told
    assert "15 years recorded (2010-02-01 to 2025-10-05)" in told


def test_a_query_speaks_in_decimals(apnea: Guideline) -> None:
    """Numbers of a query have the decimals of what they meet, and answers show them as people write them."""
    case = read({"measured": {"ahi": 14.9, "rdi": 15.0}}, apnea)
    assert isinstance(case, Case)
    scene = scene_of(apnea, case, "closed", "")
    found = run(read_query("index(I, N), N >= 15.0", apnea.program), scene)
    assert as_table(found, scene, 80).splitlines() == ["I    N", "rdi  15.0"]
    told = as_json_of(found, scene, "", explain=False)["answers"]
    assert [answer["values"] for answer in told] == [{"I": "rdi", "N": 15.0}]
    for query, fix in {
        "index(I, N), N >= 15": "write 15.0", "index(I, 15)": "write 15.0", "index(I, N), N > 1.50": "1 decimal",
        "index(I, N), events(M), N > M": "one unit", "service(S, C), S > 1.5": "no decimals",
    }.items():  # fmt: skip
        with pytest.raises(GuidelineError, match=fix):
            read_query(query, apnea.program)


ONCE = {0: "0 weeks", 1: "1 week", 6: "6 weeks"}


@pytest.mark.parametrize("weeks", ONCE)
def test_a_unit_is_said_once(weeks: int, guideline: Guideline) -> None:
    """An answer that has the unit itself is not told it twice, and one week is no weeks."""
    atom = Atom("weeks", ("wrist_splint_weeks", Quantity(weeks, 0, "weeks")))
    told = telling(atom, measured(atom.args[1]), guideline.program)
    assert told == f"a wrist splint was used for {ONCE[weeks]}"


def test_a_kept_guideline_has_its_quantities(apnea: Guideline, tmp_path: Path, toy_text: Callable[[str], str]) -> None:
    """What an earlier start kept is read back with every decimal and unit."""
    from coverlog.engine.library import cache

    texts = (("apnea.dl", toy_text("apnea")),)
    cache.keep(tmp_path, texts, (apnea.program, apnea.strata))
    assert cache.recall(tmp_path, texts) == (apnea.program, apnea.strata)
    literals = {term for rule in apnea.program.rules for c in rule.comparisons for term in (*c.left, *c.right)}
    assert Quantity(150, 1, "events per hour") in literals
    assert Quantity(84, 0, "days") in literals


def test_a_table_of_thresholds_has_the_measure_of_what_it_meets(apnea: Guideline) -> None:
    """A number goes through facts and heads: the fact of a threshold is scaled by what a rule compares it with."""
    assert Atom("strong", (Quantity(200, 1, "cm of water"),)) in {rule.head for rule in apnea.program.rules}
