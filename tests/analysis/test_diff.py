"""How two editions differ: exactly as the criteria say, each with a condition and a case, and equivalence proved."""

import json
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.analysis.diff import Pair, Side, flips
from coverlog.engine.cases.case import Case
from coverlog.engine.cases.find import canonical_paths, find_cases
from coverlog.engine.library.guideline import Guideline
from coverlog.explain.commands.main import main
from coverlog.kb import guidelines

MET, UNMET, SILENT, WAITING = (
    "medically_necessary",
    "not_medically_necessary",
    "not_addressed",
    "more_information_needed",
)
JUNCTION = {
    (SILENT, MET, "", ""), (SILENT, UNMET, "", ""), (UNMET, MET, "", ""), (UNMET, WAITING, "", ""),
    # Of a place of service that nobody states it is unknown before whether it is addressed at all.
    (WAITING, MET, "", ""), (WAITING, UNMET, "", ""), (MET, MET, "II", ""), (UNMET, UNMET, "X4", ""),
}  # fmt: skip
STIMULATION = {(SILENT, MET, "", ""), (SILENT, UNMET, "", ""), (SILENT, WAITING, "", "")}
OTHERS = {(UNMET, UNMET, statement, "") for statement in ("X5", "X5.back_pain", "X5.headache")}
EACH = 15  # of the cases that name no splint each fifteenth
NEEDLE, CONDUCTION, REPEATED = "95860", "95907", "95937"


@cache
def told(*args: str) -> dict[str, Any]:
    ran = CliRunner().invoke(main, ["diff", *args, "--format", "json"], catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def head(*args: str) -> str:
    """The first lines of a difference, which name its sides."""
    args = ("diff", *args, "--as-of", "2025-11-03", "--world", "closed")
    return CliRunner().invoke(main, args, catch_exceptions=False).stdout.partition("\n\n")[0]


def kinds(found: dict[str, Any], code: str) -> set[tuple[str, str, str, str]]:
    return {tuple(c[k] for k in ("before", "after", "gained", "lost")) for c in found["changes"] if code in c["codes"]}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("2015-05-06", "2015-05-07", {NEEDLE: JUNCTION, CONDUCTION: JUNCTION, REPEATED: STIMULATION}),
        ("2017-11-01", "2017-11-02", {NEEDLE: OTHERS, CONDUCTION: OTHERS, REPEATED: set()}),
        ("2019-01-01", "2020-01-01", {NEEDLE: set(), CONDUCTION: set(), REPEATED: set()}),
    ],
)
def test_editions_differ_as_the_criteria_say(before: str, after: str, expected: dict[str, Any]) -> None:
    """II, X4 and D2 enter on the one day and X5 on the other, and nothing else changes; in between nothing does."""
    found = told(before, after)
    assert {code: kinds(found, code) for code in expected} == expected
    assert all(kinds(found, code) == set() for code in ("95875", "99999"))
    assert found["equivalent"] is not any(expected.values())
    for change in found["changes"]:
        assert change["complete"]
        assert change["when"]
        assert [w["answer"] for w in change["witnesses"]] == [change["before"], change["after"]]


def test_a_condition_is_in_the_words_of_the_guideline() -> None:
    """X5.back_pain is told of a case about back pain, where criteria speak of none of its conditions."""
    found = told("2017-11-01", "2017-11-02")
    (change,) = [c for c in found["changes"] if c["gained"] == "X5.back_pain"]
    assert change["when"] == [["the case is about back pain", "not: criteria speak of a condition of the case"]]
    assert "X5.back_pain" in change["statements"]


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The guideline with one threshold changed: six weeks of a wrist splint in place of four."""
    folder = tmp_path / "cg_med_24"
    shutil.copytree(guidelines()["cg_med_24"], folder, ignore=shutil.ignore_patterns("cases"))
    text = (folder / "necessary.dl").read_text()
    old = "weeks(wrist_splint_weeks, Weeks), Weeks >= 4."
    assert text.count(old) == 1
    (folder / "necessary.dl").write_text(text.replace(old, old.replace("4", "6")))
    return folder


def test_one_threshold_changes_the_cases_beyond_it_and_no_others(
    changed: Path, size: Callable[[int, int], int]
) -> None:
    """Each witness has four or five weeks, or none said where they decide; of the case bank the same lines change."""
    bank = sorted((guidelines()["cg_med_24"] / "cases" / "medically_necessary").iterdir())
    cases = [path for at, path in enumerate(bank) if path.stem.startswith("cts") or at % size(EACH, 1) == 0]
    assert f"(cg_med_24) and CG-MED-24 of 2025-11-03 ({changed})" in " ".join(head("cg_med_24", str(changed)).split())
    found = told("cg_med_24", str(changed), *(word for path in cases for word in ("--on", str(path))))
    for change in found["changes"]:
        assert change["statements"] == ["I.4.a"]
        said = change["witnesses"][1]["case"].get("findings", {})
        assert said.get("wrist_splint_weeks") in (4, 5)
    assert {flip["before"]["outcome"] for flip in found["flips"]} == {MET}
    assert any(flip["case"].startswith("cts") for flip in found["flips"])


SHOWN = """
%@ predicate kind(Code, Kind): {Code} is {Kind}
%@ shown
%@ facts N/kind
%@ cites: N
kind("97110", KIND).
%@ predicate prior_visits(Visits): there were {Visits} visits
%@ case: prior_visits count
%@ rule N/advice: there were {N} visits
%@ cites: N
advisory("visits", N) :- prior_visits(N), N > MOST.
"""


@pytest.mark.parametrize(
    ("kind", "most", "named", "said"),
    [
        ("tall", "9", [], ""),
        ("short", "9", ["kind"], "what is shown as kind"),
        ("tall", "8", ["advisory"], "the advisories"),
        ("short", "8", ["kind", "advisory"], "what is shown as kind and the advisories"),
    ],
)
def test_what_stands_beside_an_answer_is_named_where_its_rules_are_not_the_same(
    kind: str, most: str, named: list[str], said: str, toy_text: Any, tmp_path: Path
) -> None:
    """Two texts that differ in what is shown with a line, or in what they advise, are not said to be the same in it."""
    sides: list[Path] = []
    for each, more in (("tall", "9"), (kind, most)):
        sides.append(tmp_path / f"{len(sides)}")
        sides[-1].mkdir()
        (sides[-1] / "toy.dl").write_text(toy_text("visits") + SHOWN.replace("KIND", each).replace("MOST", more))
    found = told(*map(str, sides))
    assert found["equivalent"]
    assert found["uncompared"] == named
    ran = CliRunner().invoke(main, ["diff", *map(str, sides)], catch_exceptions=False)
    text = " ".join(ran.stdout.split())
    assert f"not compared: {said}, of which the rules are not the same" in text if named else "not comp" not in text


def test_a_revision_of_git_is_a_side(tmp_path: Path, changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was committed and what lies there differ as two folders do; without a change they are equivalent."""
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for args in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *args], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    assert told("HEAD:cg_med_24", "cg_med_24/")["equivalent"]
    ran = CliRunner().invoke(main, ["diff", "HEAD:nowhere", "cg_med_24/"])
    assert ran.exit_code == 2
    assert "HEAD:nowhere: no such revision of a guideline" in ran.stderr


@pytest.mark.parametrize("turned", [False, True])
def test_a_word_of_one_side_alone_is_left_out_for_the_other(turned: bool, toy_text: Any, tmp_path: Path) -> None:
    """A plan that asks for something its base has no word for is compared with it, and shown with a case that has it.

    Either way round the case that is shown says the word.
    """
    text = toy_text("plan").replace("%@ withdraws: III.3\n", "")
    asked = text.replace("treatment_failed, finding(weakness)", "finding(earlier_test)")
    word = 'concept(earlier_test, finding, "an earlier test").\n\nstatement("I.4.c"'
    (tmp_path / "plan.dl").write_text(asked.replace('statement("I.4.c"', word))
    sides = ("cg_med_24", str(tmp_path))
    args = ("diff", *(sides[::-1] if turned else sides), "--world", "closed")
    ran = CliRunner().invoke(main, args, catch_exceptions=False)
    assert ran.exit_code == 0, ran.output
    assert "I.4.c" in ran.stdout
    assert "an earlier test present" in " ".join(ran.stdout.split())


@pytest.mark.parametrize(
    ("sides", "said"),
    [
        (("cg_med_24", "ncd_240_4"), "CG-MED-24 and NCD 240.4 have other outcomes: diff compares editions of one"),
        (("2017-13-01", "2017-11-02"), "2017-13-01: no such date; write it as YYYY-MM-DD"),
    ],
)
def test_what_cannot_be_compared_says_why(sides: tuple[str, str], said: str) -> None:
    """Guidelines of other outcomes, and a day that is none, are refused with a remedy."""
    ran = CliRunner().invoke(main, ["diff", *sides], catch_exceptions=False)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in ran.stderr


def test_what_does_not_change_is_said_of_the_statement_that_stays(root: Path, tmp_path: Path) -> None:
    """Where a kind of change asks that no other statement gives the answer, that is said where the statement stands."""
    text = (root / "README.md").read_text().partition("Write `six.dl`:\n\n```prolog\n")[2].partition("```\n")[0]
    (tmp_path / "six.dl").write_text(text)
    ran = CliRunner().invoke(
        main, ["diff", "cg_med_24", str(tmp_path), "--world", "closed", "--detail"], env={"COLUMNS": "100"}
    )
    flat = " ".join(ran.stdout.split())
    assert "not: an item that does not change is met as an indication of I" in flat
    assert "is medically necessary by a statement that does not change" in flat


def test_the_short_text_names_every_kind_once_with_all_its_codes_and_the_way_to_the_rest() -> None:
    """Codes head what changes for them; each kind is a line with its statements, and a case in few words below it."""
    args = ["diff", "2017-11-01", "2017-11-02"]
    ran = CliRunner().invoke(main, args, env={"COLUMNS": "100"}, catch_exceptions=False)
    whole = CliRunner().invoke(main, [*args, "--detail"], env={"COLUMNS": "100"}, catch_exceptions=False)
    assert ran.stdout.count(NEEDLE + ",") == 1
    for statement in ("X5", "X5.back_pain", "X5.headache"):
        assert ran.stdout.count(f"now also by {statement} (") == 1
    assert "3 kinds of change, of 19 codes; no other answer changes" in ran.stdout
    assert "conditions: back pain" in ran.stdout
    assert "--detail tells" in ran.stdout
    assert "--detail tells" not in whole.stdout
    assert "    conditions:\n    - back_pain" in whole.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 100
    assert len(ran.stdout.splitlines()) < len(whole.stdout.splitlines())


def test_a_page_of_a_difference_has_all_that_the_text_has(tmp_path: Path) -> None:
    """Each kind with its condition, its case line by line, and the lines of the cases named that change."""
    out = tmp_path / "difference.html"
    args = [
        "diff",
        "2017-11-01",
        "2017-11-02",
        "--on",
        "another-condition-back-pain-and-headache",
        "--format",
        "html",
        "-o",
        str(out),
    ]
    assert CliRunner().invoke(main, args, catch_exceptions=False).stdout == ""
    page = out.read_text()
    assert page.count('<section id="change-') == 3
    assert "the case is about back pain; not: criteria speak of a condition of the case" in page
    assert "conditions:\n- back_pain" in page
    assert "Lines of the cases named that change" in page
    assert "<script" not in page


def test_without_time_it_is_unknown_whether_anything_differs() -> None:
    """A limit of no time leaves nothing proved; the exit is 1."""
    ran = CliRunner().invoke(main, ["diff", "2019-01-01", "2020-01-01", "--seconds", "0"])
    assert ran.exit_code == 1
    assert "unknown" in ran.stderr


def sampled(guideline: Guideline) -> list[Case]:
    paths = [path for path in canonical_paths(guideline) if "refused" not in path.parts][::9]
    return [case for case in find_cases(map(str, paths), guideline) if isinstance(case, Case)]


@pytest.mark.parametrize(("before", "after"), [("2015-05-06", "2015-05-07"), ("2017-11-01", "2017-11-02")])
def test_every_flip_of_a_case_is_of_a_kind_that_is_told(guideline: Guideline, before: str, after: str) -> None:
    """What a canonical case flips between two editions is among the kinds that were found over all cases."""
    pair, seen = Pair(Side(guideline, before), Side(guideline, after)), 0
    changes = told(before, after)
    found = {(code, *kind) for each in changes["changes"] for code in each["codes"] for kind in kinds(changes, code)}
    for case in sampled(guideline):
        for one, two in flips(case, pair):
            seen += 1
            if one.outcome != two.outcome:
                assert (two.code, one.outcome, two.outcome, "", "") in found, case.id
            else:
                assert all((two.code, one.outcome, one.outcome, s, "") in found for s in set(two.by) - set(one.by))
    assert seen > 3


def test_outcomes_are_told_in_words_wherever_a_difference_is_text() -> None:
    """No name of an outcome stands in the text; the case as a file has names of its own."""
    args = ["diff", "2017-11-01", "2017-11-02", "--detail", "--on", "another-condition-back-pain-and-headache"]
    ran = CliRunner().invoke(main, args, env={"COLUMNS": "60"}, catch_exceptions=False)
    assert "not medically necessary by X3; then" in " ".join(ran.stdout.split())
    assert "medically_necessary" not in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 60
