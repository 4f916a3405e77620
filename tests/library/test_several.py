"""Several guidelines at once: each case is decided by those that it is for, each by what it can read of it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, Unreadable, read_text
from coverlog.engine.decision.decide import decide, judge
from coverlog.engine.language.errors import GuidelineError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.library.several import Several, shipped
from coverlog.explain.checker.verify import verify
from coverlog.explain.commands.main import main
from coverlog.explain.proof.build import prove
from coverlog.explain.proof.document import as_json
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Both = tuple[Guideline, Guideline]
OXYGEN, PUMP = ("saturation", "smoker", "seen_asleep"), ("in_study", "log_kept", "better_control")
status = st.sampled_from(["present", "absent"])
facts = st.fixed_dictionaries({}, optional={"saturation": st.integers(80, 95), "smoker": status, "seen_asleep": status})
findings = st.fixed_dictionaries({}, optional=dict.fromkeys(PUMP, status))
BOTH = settings(
    max_examples=40, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory, toy_text: Callable[[str], str]) -> Path:
    folder = tmp_path_factory.mktemp("plans")
    for name in ("oxygen", "pump"):
        (folder / name).mkdir()
        (folder / name / f"{name}.dl").write_text(toy_text(name))
    return folder


@pytest.fixture(scope="module")
def both(plans: Path) -> Both:
    return load(plans / "oxygen"), load(plans / "pump")


def request(**said: Any) -> dict[str, Any]:
    services = [{"cpt": "E1390"}, {"cpt": "E0784"}]
    return {"id": "both", "date_of_service": "2024-05-01", "place": "home", "services": services} | said


def read(said: dict[str, Any], by: Several | Guideline) -> list[Case | Unreadable]:
    return list(read_text(json.dumps(said).encode(), "both.json", by))


def run(plans: Path, *args: str, **said: Any) -> Any:
    named = ["-g", str(plans / "oxygen"), "-g", str(plans / "pump")]
    return CliRunner().invoke(main, [*named, *args], input=json.dumps(request(**said)))


@BOTH
@given(facts, findings, st.sampled_from(["open", "closed"]))
def test_each_guideline_decides_as_if_it_were_alone(
    both: Both, facts: dict[str, Any], findings: dict[str, Any], world: str
) -> None:
    """What only another guideline can read makes no difference, and every proof holds."""
    for case, guideline in zip(read(request(facts=facts, findings=findings), Several(both)), both, strict=True):
        assert isinstance(case, Case)
        assert case.under is guideline
        own = {"facts": facts} if guideline is both[0] else {"findings": findings}
        said = request(**own)
        if guideline is both[1]:
            del said["place"]
        (alone,) = read(said, guideline)
        assert isinstance(alone, Case)
        judged = judge(case, guideline, world=world)
        assert judged.decision.lines == decide(alone, guideline, world=world).lines
        assert verify(as_json(prove(judged)), case, guideline.program) == []


def test_what_is_expected_by_one_guideline_is_read_by_another(both: Both) -> None:
    """An expectation in outcomes that another guideline does not have holds up no case."""
    said = request(services=[{"cpt": "E1390"}], expect={"E1390": "not_covered"})
    for by in (Several(both), Several([both[0], load("cg_med_24")])):
        assert all(isinstance(case, Case) for case in read({**said, "place": "home"}, by)), by


def test_decisions_of_one_case_have_its_hash(both: Both) -> None:
    """The case is named as it was written, not by the part that a guideline reads."""
    hashes = set()
    for case, guideline in zip(read(request(findings={"in_study": "present"}), Several(both)), both, strict=True):
        assert isinstance(case, Case)
        hashes.add(decide(case, guideline).case_hash)
    assert len(hashes) == 1


def test_what_nobody_can_read_is_a_fault_for_each(both: Both) -> None:
    """A misspelt key is told once for each guideline, with its place; so is a word that none has."""
    told = read(request(findngs={"in_study": "present"}, facts={"smoker": "perhaps"}), Several(both))
    assert [isinstance(item, Unreadable) for item in told] == [True, True]
    assert all("findngs" in item.error for item in told if isinstance(item, Unreadable))
    assert "perhaps" in str(told[0])


def test_a_case_is_for_the_guidelines_that_list_one_of_its_codes(both: Both) -> None:
    """By code each guideline answers what it lists; what none lists is the first one's."""
    several = Several(both, by_code=True)
    for codes, names in ((["E1390"], ["OX-1"]), (["E0784"], ["PUMP-1"]), (["E1390", "E0787"], ["OX-1", "PUMP-1"]),
                         (["E9999"], ["OX-1"])):  # fmt: skip
        found = several.answering(set(codes))
        assert [guideline.program.name for guideline in found] == names


def test_the_guidelines_shipped_begin_with_the_one_that_is_meant() -> None:
    """Without -g they answer by code, and a case of the first is read by it alone."""
    several = shipped()
    assert several.by_code
    assert several.all[0].program is load().program


def test_one_decision_a_case_and_guideline(plans: Path) -> None:
    """`decide` tells them one after another; of one case `explain` asks which is meant, and `verify` knows."""
    told = json.loads(run(plans, "decide", "-", "--format", "json").stdout)
    assert [each["guideline"] for each in told] == ["OX-1", "PUMP-1"]
    assert [line["reason"] for line in told[1]["lines"]] == ["code_not_listed", None]
    asked = run(plans, "explain", "-")
    assert asked.exit_code == 2
    assert "OX-1 and PUMP-1 answer it; name one of the guidelines: -g GUIDELINE" in asked.stderr
    refused = run(plans, "rules")
    assert (refused.exit_code, "rules takes one guideline" in refused.stderr) == (2, True)


def test_a_proof_is_verified_by_the_guideline_that_it_names(plans: Path, both: Both, tmp_path: Path) -> None:
    """With several guidelines the one that the proof is of is taken."""
    (tmp_path / "case.json").write_text(json.dumps(request(findings={"in_study": "present"})))
    _, case = read(request(findings={"in_study": "present"}), Several(both))
    assert isinstance(case, Case)
    (tmp_path / "proof.json").write_text(json.dumps(as_json(prove(judge(case, both[1])))))
    told = run(plans, "verify", str(tmp_path / "proof.json"), str(tmp_path / "case.json"))
    assert told.exit_code == 0, told.output


def test_two_guidelines_are_compared_line_by_line(plans: Path, tmp_path: Path) -> None:
    """Where they differ, by which statements of each, in words; of other outcomes the role counts."""
    (tmp_path / "case.json").write_text(json.dumps(request(findings={"in_study": "present"})))
    args = ["compare", str(tmp_path / "case.json"), "-g", str(plans / "oxygen"), "-g", str(plans / "pump")]
    told = CliRunner().invoke(main, args)
    assert "both E0784@1: not addressed: code unknown -> covered in a study by P.3" in told.stdout
    assert "PUMP-1, P.3: for members of a study" in told.stdout
    found = json.loads(CliRunner().invoke(main, [*args, "--format", "json"]).stdout)
    assert found["settings"]["guideline"] == {"old": ["OX-1"], "new": ["PUMP-1"]}
    assert (found["cases"], found["lines"]) == (1, 2)
    wrong = CliRunner().invoke(main, args[:4])
    assert (wrong.exit_code, "cases and two guidelines" in wrong.stderr) == (2, True)


def test_one_process_serves_them_in_any_thread(both: Both) -> None:
    """Guidelines take turns in several threads, and no case touches another."""
    wanted = [{"smoker": "absent", "saturation": 80 + n} for n in range(12)]
    cases = [case for each in wanted for case in read(request(facts=each), Several(both)) if isinstance(case, Case)]

    def lines(case: Case) -> Any:
        assert case.under
        return decide(case, case.under).lines

    alone = list(map(lines, cases))
    with ThreadPoolExecutor(6) as pool:
        for _ in range(3):
            assert list(pool.map(lines, cases)) == alone


def test_concepts_meet_by_a_mapping(plans: Path, toy_text: Callable[[str], str], tmp_path: Path) -> None:
    """What a case says in the words of one guideline another reads in its own, and says so."""
    for name in ("oxygen", "pump"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.dl").write_text(toy_text(name))
    same = tmp_path / "same_as.dl"
    same.write_text('same_as("OX-1", seen_asleep, "PUMP-1", in_study).\n')
    guidelines = load(tmp_path / "oxygen"), load(tmp_path / "pump")
    first, second = read(request(findings={"in_study": {"status": "present", "source": "note"}}), Several(guidelines))
    assert isinstance(first, Case)
    assert isinstance(second, Case)
    assert first.said["facts"] == {"seen_asleep": {"status": "present", "source": "note"}}
    assert first.notes == ("findings: in_study is read as seen_asleep of OX-1 (same_as.dl)",)
    assert second.said["findings"] == {"in_study": {"status": "present", "source": "note"}}
    same.write_text('same_as("OX-1", seen_aslep, "PUMP-1", in_study).\nsame_as(a).\n')
    with pytest.raises(
        GuidelineError, match=r"same_as.dl:1:1: undeclared: OX-1 has no concept seen_aslep; did you mean seen_a"
    ):
        Several(guidelines)


def test_threads_that_ask_at_once_load_a_guideline_once() -> None:
    """A guideline of which a start has only noted the codes is whole for every thread that asks it for more."""
    shipped()  # notes the codes, where no earlier start has
    for _ in range(3):
        lazy = shipped().all[-1]
        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(lambda _, of=lazy: id(of.program), range(16)))) == 1
