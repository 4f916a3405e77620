"""Counts and sums under coverage, under mutation, in queries and in what is kept: parts of a body like any other."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.cases.case import Case
from coverlog.engine.cases.said import read_case
from coverlog.engine.language.errors import GuidelineError
from coverlog.engine.library import cache
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.program import folder_texts
from coverlog.explain.query.answer import run
from coverlog.explain.query.scene import scene_of
from coverlog.explain.query.text import read_query
from coverlog.explain.query.told import explained, verdict
from coverlog.explain.testing.branches import Branch, measure
from coverlog.explain.testing.mutants import mutants
from coverlog.explain.testing.mutation import Runner

COUNT = "#count { F : finding(F), clue(F) } >= 2"


@pytest.fixture(scope="module")
def folder(toy_folder: Callable[[str], Path]) -> Path:
    return toy_folder("clues")


@pytest.fixture(scope="module")
def clues(folder: Path) -> Guideline:
    return load(folder)


def case_of(clues: Guideline, name: str, outcome: str, **findings: str) -> Case:
    said: dict[str, Any] = {
        "id": name, "date_of_service": "2024-05-01", "services": [{"cpt": "97110"}],
        "findings": {"fever": "present"} | findings, "prior": {"left_knee": 2, "right_knee": 2},
        "expect": {"97110": {"outcome": outcome}},
    }  # fmt: skip
    return read_case(said, clues)


def two_and_one(clues: Guideline) -> Iterator[Case]:
    """Yield a case with two clues, and one with a single one beside what is no clue."""
    absent = {"stiffness": "absent", "weakness": "absent"}
    yield case_of(clues, "two", "medically_necessary", pain="present", swelling="present", **absent)
    yield case_of(clues, "one", "not_medically_necessary", pain="present", swelling="absent", **absent)


def test_a_count_decides_where_it_alone_fails(clues: Guideline) -> None:
    """It has its branches: true in one case, and the only part that fails in another."""
    found = {(b.rule, b.part, b.value): b for b in measure(list(two_and_one(clues)), clues)}
    part: Callable[[str], Branch] = lambda value: found["A", COUNT, value]  # noqa: E731
    assert (part("true").case, part("false").case) == ("two", "one")


def test_guards_and_members_are_changed_in_turn(clues: Guideline) -> None:
    """A guard is flipped and off by one, and each thing that a member has to be is left out."""
    changes = {m.change for m in mutants(clues.program) if m.rule.id == "A"}
    for guard in ("< 2", "> 2", ">= 1", ">= 3"):
        assert f"{COUNT} becomes {COUNT.replace('>= 2', guard)}" in changes
    for left in ("finding(F)", "clue(F)"):
        assert f"{COUNT} becomes #count {{ F : {left} }} >= 2" in changes


def test_cases_notice_a_guard_that_is_off_and_a_member_that_counts_without_reason(clues: Guideline) -> None:
    """Two clues and one tell the guard apart; what is no clue tells that a member has to be one."""
    runner = Runner(clues, list(two_and_one(clues)))
    fates = {m.change: runner.run(m).case for m in mutants(clues.program) if m.rule.id == "A" and m.at == 1}
    for change, case in ((">= 1", "one"), (">= 3", "two"), ("< 2", "one")):
        assert fates[f"{COUNT} becomes {COUNT.replace('>= 2', change)}"] in (case, "two"), change
    assert fates[f"{COUNT} becomes #count {{ F : finding(F) }} >= 2"] == "one"


def test_a_fact_that_is_counted_is_noticed(clues: Guideline) -> None:
    """Without a clue of the table the case of two has one."""
    runner = Runner(clues, list(two_and_one(clues)))
    dropped = [m for m in mutants(clues.program) if m.kind == "drop" and str(m.rule.head) == "clue(pain)"]
    assert [runner.run(m).case for m in dropped] == ["two"]


@pytest.mark.parametrize(
    ("query", "case", "answer"),
    [
        ("#count { F : finding(F), clue(F) } >= 2", "two", "yes"),
        ("#count { F : finding(F), clue(F) } >= 2", "one", "no"),
        ("2 <= #count { F : clue(F) } <= 4, #sum { N, C : prior_units(C, N) } = 4", "one", "yes"),
        ("limit(Code, N), #sum { U, S : units(S, Code, U) } > N", "two", "no answers"),
        ("#count { T : weeks(T, W), W >= 4 } >= 1", "two", "unknown"),
    ],
)
def test_a_query_counts(query: str, case: str, answer: str, clues: Guideline) -> None:
    """A query may count what the guideline declares, in both worlds, and shows why."""
    given = {each.id: each for each in two_and_one(clues)}[case]
    scene = scene_of(clues, given, "open", "")
    answers = run(read_query(query, clues.program), scene)
    assert (verdict(answers, scene) if not answers.query.columns or answers.rows else "no answers") == answer
    assert "needed" in explained(answers, scene, 100)


@pytest.mark.parametrize(
    ("query", "amiss"),
    [
        ("#count { F : findings(F) } >= 2", "findings is not declared"),
        ("#count { F : finding(G) } >= 2", "F is bound by no positive literal"),
        ("#count { F : finding(F) } >= N", "N is bound by no positive literal"),
        ("#count { W, T : weeks(T, W) } >= 2", "W may be undocumented"),
        ("#max { W : weeks(T, W) } >= 2", "#max"),
    ],
)
def test_a_query_that_cannot_be_counted_says_why(query: str, amiss: str, clues: Guideline) -> None:
    """What is not declared, not bound, or may be undocumented is told before anything is looked at."""
    with pytest.raises(GuidelineError, match=amiss):
        read_query(query, clues.program)


def test_counts_are_kept_for_the_next_start(
    folder: Path, clues: Guideline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guideline with aggregates comes back from its file as it was."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    texts = tuple(folder_texts(folder))
    cache.keep(folder, texts, (clues.program, clues.strata))
    back = cache.recall(folder, texts)
    assert back is not None
    assert repr(back[0]) == repr(clues.program)
    assert json.dumps(back[0].rules) == json.dumps(clues.program.rules)
