"""Answers compared: what differs between two cases, or between two folders of decisions, and nothing else."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.decision.decide import Judged, judge
from coverlog.engine.decision.need import Need
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.advice.comparison import compared
from coverlog.explain.advice.comparison_text import said
from coverlog.explain.advice.ways import wanted
from coverlog.explain.commands.main import main

SIX, THREE = "cts-six-weeks-of-splinting", "cts-three-weeks-of-splinting"


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, env={"COLUMNS": "100"}, catch_exceptions=False)


def told(*args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("compare", *args, "--format", "json").stdout)
    return found


@pytest.fixture
def folders(tmp_path: Path, guideline: Guideline) -> tuple[Path, Path]:
    """Decisions of some cases in both worlds: one file each in one folder, a line each in the other."""
    names = [path.stem for path in canonical_paths(guideline)[::60] if "refused" not in path.parts]
    opened, closed = tmp_path / "open", tmp_path / "closed"
    for folder in (opened, closed):
        folder.mkdir()
    for name in names:
        (opened / f"{name}.json").write_text(run("decide", name, "--format", "json").stdout)
    (closed / "all.jsonl").write_text(run("decide", *names, "--world", "closed", "--format", "jsonl").stdout)
    return opened, closed


def test_two_cases_are_compared_line_by_line() -> None:
    """Two cases are paired whatever they are called; each line that differs is told with both sides."""
    found = told(SIX, THREE)
    assert found["settings"] == {"case": {"old": [SIX], "new": [THREE]}}
    assert (found["cases"], found["lines"]) == (1, 2)
    first = found["differences"][0]
    assert first["differs"] == ["outcome", "by"]
    assert first["old"] == {"outcome": "medically_necessary", "by": ["I.4.a"], "reason": None}
    assert first["new"]["by"] == ["X1"]
    text = run("compare", SIX, THREE).stdout
    assert "95886@1: medically necessary by I.4.a -> not medically necessary by X1" in " ".join(text.split())
    assert "2 lines of 1 case compared, 2 differ" in text


def test_nothing_differs_from_itself(folders: tuple[Path, Path]) -> None:
    """An answer compared with itself, as decisions or decided anew, has no difference."""
    for folder in folders:
        found = told(str(folder), str(folder))
        assert found["differences"] == found["errors"] == found["moved"] == []
        assert found["settings"] == {}
        assert found["lines"] > found["cases"] > 4
    assert run("compare", SIX, SIX).stdout.endswith("none differs.\n")


def test_folders_of_decisions_are_compared_by_case(folders: tuple[Path, Path]) -> None:
    """Of two worlds just the open lines differ, in all three, and each missing set is one that went."""
    found = told(*map(str, folders))
    assert found["settings"] == {"world": {"old": ["open"], "new": ["closed"]}}
    assert found["differences"]
    for each in found["differences"]:
        assert each["old"]["outcome"] == "more_information_needed"
        assert each["differs"] == ["outcome", "by", "missing"]
        assert each["missing"]["gone"]
        assert each["missing"]["came"] == []
    assert sum(each["lines"] for each in found["moved"]) == len(found["differences"])


def test_the_other_way_round_is_the_mirror(folders: tuple[Path, Path]) -> None:
    """Old and new changed over tell the same differences with their sides changed over."""
    there, back = told(*map(str, folders)), told(*map(str, reversed(folders)))
    key = ("case", "cpt", "session")
    mirrored = sorted(([d[k] for k in key], d["new"], d["old"], d["missing"]["came"]) for d in back["differences"]
                      )  # fmt: skip
    assert sorted(([d[k] for k in key], d["old"], d["new"], d["missing"]["gone"]) for d in there["differences"]) == (
        mirrored
    )


def test_missing_sets_alone_are_a_difference(tmp_path: Path) -> None:
    """A line that keeps its outcome differs where another set is missing; their order says nothing."""
    need = {"finding": "weakness", "needs": "present"}
    other = {"finding": "sensory_loss", "needs": "present"}
    line: dict[str, Any] = {"cpt": "1", "session": 1, "outcome": "more_information_needed", "by": [], "reason": None}
    one = {"case": "a", "lines": [line | {"missing": [[need, other], [need]]}]}
    same = {"case": "a", "lines": [line | {"missing": [[need], [other, need]]}]}
    less = {"case": "a", "lines": [line | {"missing": [[need]]}]}
    assert compared([one], [same]).differences == ()
    (found,) = compared([one], [less]).differences
    assert found.of == ["missing"]
    for name, value in (("one", one), ("less", less)):
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    text = run("compare", str(tmp_path / "one.json"), str(tmp_path / "less.json")).stdout
    assert "was missing: weakness and sensory loss" in text


def test_what_is_missing_is_told_as_the_ways_tell_it(decided: list[Judged]) -> None:
    """A need of a decision that was written down has the label, the number and the unit of the need itself."""
    apnea = load("ncd_240_4")
    cases = [case for case in read_files(canonical_paths(apnea), apnea) if isinstance(case, Case)]
    waiting = [judge(case, apnea) for case in cases if "more_information_needed" in case.place]
    told = set()
    for judged in [*decided, *waiting]:
        program = judged.guideline.program
        for need in {need for line in judged.decision.lines for needs in line.needs for need in needs}:
            stated = " stated" if isinstance(need, Need) and need.stated and not need.denies else ""
            text = said(need.as_json(), program)
            assert text == wanted(need, "", program).label + stated
            told.add(text)
    assert "at least 4 weeks of wrist splint use" in told
    assert "at least 15.0 events per hour of the apnea-hypopnea index (AHI)" in told
    assert len(told) > 20


def test_so_many_of_several_are_compared(toy_folder: Callable[[str], Path], tmp_path: Path) -> None:
    """A choice of so many things to document is compared and told like any other need."""
    case = {"id": "a", "date_of_service": "2024-05-01", "services": [{"cpt": "97110"}],
            "prior": {"left_knee": 1, "right_knee": 1}}  # fmt: skip
    for name, findings in (("old", {"fever": "present"}), ("new", {"fever": "present", "pain": "present"})):
        (tmp_path / f"{name}.json").write_text(json.dumps(case | {"findings": findings}))
    old, new = (str(tmp_path / f"{name}.json") for name in ("old", "new"))
    text = run("-g", str(toy_folder("clues")), "compare", old, new).stdout
    assert "was missing: at least 2 of (pain; stiffness; swelling; weakness)" in text
    assert "is missing now: at least 1 of (stiffness; swelling; weakness)" in text
    (tmp_path / "told.json").write_text(run("-g", str(toy_folder("clues")), "decide", old, "--format", "json").stdout)
    assert run("-g", str(toy_folder("clues")), "compare", str(tmp_path / "told.json"), new).stdout == text


def test_each_answer_is_told_in_the_words_of_its_guideline() -> None:
    """Where cases are of another guideline than the first, its outcomes, findings and reasons are told in words."""
    text = run("compare", "benefit-not-documented", "insomnia-index-of-9").stdout
    assert "more information needed -> covered for the initial 12 weeks by B.5.b" in text
    assert "was missing: benefit from CPAP during the first 12 weeks" in text
    text = " ".join(run("compare", SIX, "emg-with-ncs-inpatient").stdout.split())
    assert "-> not addressed: the place of service is not one that the guideline speaks to" in text


def test_what_is_on_one_side_only_is_told(folders: tuple[Path, Path]) -> None:
    """Lines of cases that one side lacks are listed with it, and are no differences."""
    opened, _ = folders
    gone = next(opened.iterdir())
    lost = json.loads(gone.read_text())
    before = run("decide", *(path.stem for path in opened.iterdir()), "--format", "json").stdout
    (opened.parent / "before.json").write_text(before)
    gone.unlink()
    found = told(str(opened.parent / "before.json"), str(opened))
    assert {each["case"] for each in found["only"]["old"]} == {lost["case"]}
    assert found["only"]["new"] == found["differences"] == []


def test_a_case_that_one_side_cannot_decide_is_told(tmp_path: Path) -> None:
    """A fault is told with its side, and the status is 2; what is no decision is refused with its place."""
    (tmp_path / "broken.yaml").write_text("id: broken\nsetting: nowhere\n")
    result = run("compare", SIX, str(tmp_path / "broken.yaml"))
    assert result.exit_code == 2
    assert "not decided in the new answers" in " ".join(result.stdout.split())
    (tmp_path / "odd.json").write_text('{"case": "a", "lines": [{"cpt": 1}]}')
    refused = run("compare", SIX, str(tmp_path / "odd.json"))
    assert refused.exit_code == 2
    assert "odd.json: number 1: no decision as decide writes it" in refused.stderr
    assert refused.stdout == ""
    assert run("compare", SIX, "nobody").exit_code == 2
