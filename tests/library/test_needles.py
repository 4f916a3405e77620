"""A guideline with codes of its own, records, a field of lines and an open count: its words are as any other's."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Unreadable, read_text
from coverlog.engine.library.guideline import load
from coverlog.explain.commands.main import main

DAY = {"part": "arm", "date": "2024-01-01"}
SAID: dict[str, Any] = {"id": "a", "date_of_service": "2025-01-01", "services": [{"cpt": "N0001"}]}


@pytest.fixture(scope="module")
def needles(toy_folder: Callable[[str], Path]) -> Path:
    return toy_folder("needles")


def run(needles: Path, tmp_path: Path, command: str, more: dict[str, Any], *options: str) -> str:
    case = tmp_path / "case.json"
    case.write_text(json.dumps(SAID | more))
    result = CliRunner().invoke(
        main, ["-g", str(needles), command, str(case), *options], env={"COLUMNS": "300"}, catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result.stdout


def test_an_interpretation_that_only_a_predicate_is_read_by_is_used(needles: Path) -> None:
    """The guideline has no finding: that a number may be undocumented rests on a reading."""
    result = CliRunner().invoke(main, ["check", str(needles)])
    assert (result.exit_code, result.stdout) == (0, "")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"lots": ["AB1000"]}, "lots.0 is 'AB1000'; write it like AA000"),
        ({"lots": [5]}, "write it like AA000"),
        ({"conditions": ["G56.01"]}, "conditions.0 is G56.01, which is none of the words allowed; known are"),
        ({"needles": [DAY]}, "needles.1 lacks relief"),
        ({"needles": [DAY | {"relief": 101}]}, "needles.1.relief is 101, and cannot be more than 100"),
        ({"needles": [DAY | {"relief": "9 percent"}]}, "not '9 percent'; write one whole number"),
        ({"needles": [DAY | {"date": "2025-01-02", "relief": 9}]}, "needles.1.date is 2025-01-02, after the date"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_in_the_words_of_the_guideline(needles: Path, more: dict[str, Any], told: str) -> None:
    """A code of the guideline's own is no diagnosis; a record goes by its number; no remedy is for another fault."""
    (item,) = read_text(json.dumps(SAID | more).encode(), "c.json", load(needles))
    assert isinstance(item, Unreadable)
    assert told in item.error
    assert "completed units" not in item.error
    assert "under lots" not in item.error


def test_a_new_case_has_the_words_of_fields(needles: Path) -> None:
    """Of lines and of records alike; and an example of a code of the guideline's own."""
    made = CliRunner().invoke(main, ["-g", str(needles), "new"]).stdout
    assert "# a line may also have part: arm\n" in made
    assert "# needles: [{part: arm, date: YYYY-MM-DD, relief: N}]\n" in made
    assert made.count("# part is one of arm, leg\n") == 2
    assert "codes like AA000\n" in made


def test_a_case_about_nothing_is_said_to_state_what_it_states(needles: Path, tmp_path: Path) -> None:
    """A condition that is stated is named, and not that it is stated."""
    told = run(needles, tmp_path, "explain", {"conditions": ["itch"]}, "--world", "closed")
    assert "The case states an itch, and every criterion for this request asks for another condition." in told


def test_a_letter_has_no_sentence_without_an_end(needles: Path, tmp_path: Path) -> None:
    """Where a guideline has no question for what a case is to be about, none is told."""
    told = run(needles, tmp_path, "letter", {})
    assert "Your request names none." in told
    assert [line for line in told.splitlines() if line.rstrip().endswith(":")] == []


def test_an_open_number_that_may_stand_against_a_line_goes_by_its_key(needles: Path, tmp_path: Path) -> None:
    """It is not recorded, and nothing is said of it as of something that is so."""
    told = run(needles, tmp_path, "explain", {"conditions": ["cramp"]}, "--verify")
    assert "OPEN needles before: count not recorded" in told
    assert "?" not in told
