"""The reviewed snapshot: every word and citation of a guideline, and what differs from it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.program import Program
from coverlog.explain.commands.main import main
from coverlog.explain.testing.edits import DECLARED, edits
from coverlog.explain.testing.reviewed import FILE, changes, read, record, snapshot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CASE = """id: tired
date_of_service: 2025-01-01
services: [{cpt: H0001}]
findings: {tired: present}
expect:
  H0001: {outcome: medically_necessary, by: [A]}
"""


@pytest.fixture
def chair(tmp_path: Path, toy_text: Callable[[str], str]) -> Path:
    (tmp_path / "chair.dl").write_text(toy_text("chair"))
    (tmp_path / "cases" / "all").mkdir(parents=True)
    (tmp_path / "cases" / "all" / "tired.yaml").write_text(CASE)
    return tmp_path


def run(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(main, ["-g", str(folder), "test", *args], catch_exceptions=False)


def test_every_edit_of_words_is_noticed_by_review(guideline: Guideline, size: Any) -> None:
    """Whatever of words, authorities, readings or citations changes, the snapshot changes at that place alone."""
    words = snapshot(guideline.program)
    for edit in list(edits(guideline.program))[:: size(7, 1)]:
        found = list(changes(snapshot(edit.apply(guideline.program)), words))
        assert found, edit.name
        assert all(text.startswith(f"{edit.where}: ") or f"{edit.where} from" in text for text in found), edit.name


def test_the_shipped_guideline_stands_as_reviewed(guideline: Guideline) -> None:
    """The recorded words are those of the text."""
    assert list(changes(snapshot(guideline.program), read(guideline.folder) or {})) == []


def test_nothing_reviewed_is_said_once_and_fails_nothing(chair: Path) -> None:
    """A guideline without the file is tested as ever."""
    result = run(chair)
    assert result.exit_code == 0
    assert result.stderr.count("no words were reviewed") == 1


def test_a_word_changed_asks_for_a_review(chair: Path) -> None:
    """Status 1 and the place, until the change is recorded."""
    assert run(chair, "--review").exit_code == 0
    assert run(chair).exit_code == 0
    text = (chair / "chair.dl").read_text().replace("%@ rule A: someone is tired", "%@ rule A: someone is very tired")
    (chair / "chair.dl").write_text(text.replace('"B", inferred', '"B", stated'))
    result = run(chair)
    assert result.exit_code == 1
    assert 'rule A: gloss is "someone is very tired", reviewed as "someone is tired"' in result.stdout
    assert 'statement B: authority is "stated", reviewed as "inferred"' in result.stdout
    assert "review it, then run `coverlog test --review` to record it" in result.stdout
    assert run(chair, "--review").exit_code == 0
    assert run(chair).exit_code == 0
    assert sorted(path.name for path in chair.iterdir()) == ["cases", "chair.dl", FILE]


def test_what_comes_and_goes_is_named(chair: Path) -> None:
    """A statement that nobody reviewed, and one that is gone."""
    now, then = (snapshot(load(chair).program) for _ in range(2))
    del then["statements"]["A"]
    assert list(changes(now, then)) == ["statement A: not reviewed"]
    assert list(changes(then, now)) == ["statement A: reviewed, and not in the text"]


ANY = st.text(st.characters(exclude_categories=["Cs"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(words=ANY, name=ANY)
def test_any_words_are_read_back_as_written(chair: Path, words: str, name: str) -> None:
    """Numbers, dates, truths, blanks, quotes and control characters stay the text they are."""
    program: Program = load(chair).program._replace(notices={name: words, "G1": "2011-11-17", "G2": "true"})
    (chair / FILE).write_text(record(program), encoding="utf-8", newline="\n")
    assert read(chair) == snapshot(program)


def test_a_record_that_is_none_is_said(chair: Path) -> None:
    """A file of another form is named with the remedy."""
    (chair / FILE).write_text("- a\n- b\n")
    with pytest.raises(CaseError, match=r"reviewed\.yaml: not a record of a review; write"):
        read(chair)


def test_edits_are_counted_apart(chair: Path) -> None:
    """Mutants of words are noticed by review; where nothing was reviewed they count for nothing."""
    words = sum(edit.kind != DECLARED for edit in edits(load(chair).program))
    assert f", {words} of words that nobody reviewed" in run(chair, "--mutate", "--jobs", "1").stdout
    run(chair, "--review")
    assert f" {words} noticed by review," in run(chair, "--mutate", "--jobs", "1").stdout


def test_a_case_that_expects_to_rest_on_something_notices_readings(chair: Path) -> None:
    """What a line rests on changes with a reading or an authority, and a case can say so."""
    path = chair / "cases" / "all" / "tired.yaml"
    path.write_text(CASE.replace("by: [A]", "by: [A], rests_on: [R1]"))
    run(chair, "--review")
    words = sum(edit.kind != DECLARED for edit in edits(load(chair).program))
    told = run(chair, "--mutate", "--jobs", "1").stdout
    # rule A not read by R1; statement A inferred; rule A citing B, which is.
    assert f" {words - 3} noticed by review," in told
