"""Amounts of time: read as completed units where they are exact by the calendar, else refused with a remedy."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.cases.case import Case, Unreadable, read_text
from coverlog.engine.cases.times import fault, plain, times
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.program import CaseKey
from coverlog.engine.program.schema import COUNT
from coverlog.explain.checker.lasting import in_units
from coverlog.explain.checker.record import facts_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

UNITS = ("days", "weeks", "months", "years")
BASE: dict[str, Any] = {
    "id": "made", "date_of_service": "2025-11-03", "setting": "office", "services": [{"cpt": "95886"}],
}  # fmt: skip
ONE = "write one number of completed weeks, such as 6 weeks"
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1)).filter(lambda day: day.day <= 28)  # each month has such a day


def amounts(unit: str) -> CaseKey:
    """The declaration of amounts of time in a unit."""
    return CaseKey("facts", "amount of", "reading", "", unit)


def read(weeks: Any, guideline: Guideline) -> Case | Unreadable:
    (item,) = read_text(json.dumps(BASE | {"findings": {"wrist_splint_weeks": weeks}}).encode(), "c.json", guideline)
    return item


def later(day: date, number: int, unit: str) -> date:
    """The day that comes so many units later, by the calendar."""
    if unit in ("days", "weeks"):
        return day + timedelta(number * (7 if unit == "weeks" else 1))
    months = day.year * 12 + day.month - 1 + number * (12 if unit == "years" else 1)
    return day.replace(year=months // 12, month=months % 12 + 1)


@pytest.mark.parametrize(
    ("written", "weeks", "note"),
    [
        ("6", 6, ""), ("6 weeks", 6, ""), ("1 week", 1, ""), (" 6 wks ", 6, ""), ("6w", 6, ""), ("0 weeks", 0, ""),
        ("45 days", 6, "'45 days' is read as 6 completed weeks"), ("13 d", 1, "'13 d' is read as 1 completed week"),
        ("2 months", 8, "'2 months' is read as 8 completed weeks"), ("1 Year", 52, "'1 Year' is read as 52 completed"),
        ({"value": "42 days", "source": "a note"}, 6, "'42 days' is read as 6 completed weeks"),
    ],
)  # fmt: skip
def test_an_amount_of_time_is_read_in_the_guideline_s_unit(
    written: Any, weeks: int, note: str, guideline: Guideline
) -> None:
    """What is written in another unit is completed units of the declared one, and a note says so."""
    case = read(written, guideline)
    assert isinstance(case, Case), case
    (where,) = [source for atom, source in case.facts.items() if str(atom) == f"weeks(wrist_splint_weeks, {weeks})"]
    assert where == "findings.wrist_splint_weeks" + (', "a note"' if isinstance(written, dict) else "")
    assert bool(case.notes) == bool(note)
    assert all(note in each for each in case.notes)
    assert facts_of(case.said, guideline.program) == case.facts


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("3 months", "is '3 months', and that is 12 to 13 completed weeks, by the calendar; write the completed weeks"),
        ("9999 years", "and cannot be more than 100,000 weeks"),
        ("4.5 weeks", "is '4.5 weeks'; count completed weeks"), (4.5, "not 4.5; count completed weeks"),
        ("4-6 weeks", ONE), ("six weeks", ONE), ("6 m", ONE), ("-1 weeks", ONE), ("٦ weeks", ONE), ("6 weeks 3", ONE),
        ("present", "write the number of completed weeks; 0 for none"),
        ("", "leave it out"), ("unknown", "leave it out"),
        ([6], "has to be a whole number"), (True, "has to be a whole number"), (None, "has to be a whole number"),
    ],
)  # fmt: skip
def test_what_is_no_exact_amount_of_time_has_a_remedy(written: Any, message: str, guideline: Guideline) -> None:
    """Fractions, ranges, words, and months that are not the same number of weeks everywhere are faults."""
    item = read(written, guideline)
    assert isinstance(item, Unreadable)
    assert message in item.error
    assert item.error.startswith("c.json:1:")


@settings(max_examples=300)
@given(number=st.integers(0, 400), of=st.sampled_from(UNITS), unit=st.sampled_from(UNITS), day=DAYS)
@example(number=2, of="months", unit="weeks", day=date(2025, 1, 1))
@example(number=45, of="days", unit="months", day=date(2025, 2, 1))
def test_what_is_read_is_so_from_every_day(number: int, of: str, unit: str, day: date) -> None:
    """So many completed units have passed at the end, and one more has not, whichever day the amount begins on."""
    written = f"{number} {of}"
    if fault(written, amounts(unit)) != ("", ""):
        return
    count = in_units(written, unit)
    end = later(day, number, of)
    assert later(day, count, unit) <= end < later(day, count + 1, unit)


@settings(deadline=None, max_examples=200)
@given(number=st.integers(0, 5000), of=st.sampled_from(UNITS), unit=st.sampled_from(UNITS))
def test_the_engine_and_the_checker_read_one_amount(number: int, of: str, unit: str, reader: Any) -> None:
    """Two readings by code that has nothing in common; and an amount that is refused is more than one number."""
    written = f"{number} {of}"
    message, remedy = fault(written, amounts(unit))
    if message:
        assert "cannot be more than" in message or remedy == f"write the completed {unit}, or the days"
    else:
        assert reader(written, unit) == in_units(written, unit) <= COUNT


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, toy_text: Callable[[str], str]) -> Callable[[str, str], int]:
    """What the engine reads an amount as where the toy guideline's unit is another one."""
    programs = {}
    for unit in UNITS:
        folder: Path = tmp_path_factory.mktemp(unit)
        text = toy_text("oxygen").replace("facts amount of reading", f"facts amount of reading in {unit}")
        (folder / "oxygen.dl").write_text(text)
        programs[unit] = load(folder).program

    def read_as(written: str, unit: str) -> int:
        said = {"facts": {"saturation": {"value": written}}}
        assert [(what, key.unit) for _, what, key in times(said, programs[unit])] == [(written, unit)]
        number = plain(said, programs[unit], [])["facts"]["saturation"]["value"]
        assert isinstance(number, int)
        return number

    return read_as


def test_a_guideline_without_a_unit_takes_numbers_alone(tmp_path: Path, toy_text: Callable[[str], str]) -> None:
    """An amount that is none of time, such as a saturation, is not written in weeks."""
    (tmp_path / "oxygen.dl").write_text(toy_text("oxygen"))
    said = {"id": "a", "date_of_service": "2025-11-03", "services": [{"cpt": "E1390"}], "place": "home"}
    text = json.dumps(said | {"facts": {"saturation": "2 weeks"}}).encode()
    (item,) = read_text(text, "c.json", load(tmp_path))
    assert isinstance(item, Unreadable)
    assert "facts.saturation has to be a whole number, not '2 weeks'" in item.error


@pytest.mark.parametrize(
    ("written", "found"),
    [(5, 5), ("5", 5), ("5 weeks", 5), ({"value": "70 days", "source": "a note"}, 10),
     ("24 weeks", "be more than 10 weeks"), ("1 week", "be less than 2 weeks"), ("13 days", "be less than 2 weeks"),
     ("11 weeks", "be more than 10 weeks"),
     ("3 months", "12 to 13 completed weeks"), (11, "cannot be more than 10"), (1, "cannot be less than 2")],
)  # fmt: skip
def test_an_amount_of_time_between_bounds_is_read_as_any_other(
    written: Any, found: Any, tmp_path: Path, toy_text: Callable[[str], str]
) -> None:
    """Bounds of a declaration hold of what is meant, in whichever unit it is written."""
    text = toy_text("oxygen").replace("facts amount of reading", "facts amount of reading in weeks from 2 to 10")
    (tmp_path / "oxygen.dl").write_text(text)
    bounded = load(tmp_path)
    said = {key: value for key, value in BASE.items() if key != "setting"}
    said |= {"place": "home", "facts": {"saturation": written}}
    (case,) = read_text(json.dumps(said).encode(), "c.json", bounded)
    if isinstance(found, int):
        assert isinstance(case, Case), case
        assert [str(atom) for atom in case.facts if "saturation" in str(atom)] == [f"measured(saturation, {found})"]
        assert facts_of(case.said, bounded.program) == case.facts
    else:
        assert isinstance(case, Unreadable)
        assert found in case.error
