"""Cases made for an outcome, and what of a case forces its outcome."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from coverlog.engine.analysis.policy import Policy, read
from coverlog.engine.analysis.sufficient import forced
from coverlog.engine.cases.case import Case
from coverlog.engine.cases.find import canonical_paths, find_cases
from coverlog.engine.decision.decide import decide
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.interface import WAITING
from coverlog.explain.commands.main import main

CTS = "cts-six-weeks-of-splinting"
FOLDERS = {"cg_med_24": 23, "ncd_240_4": 11}  # each so many-th of the canonical cases


def run(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, args, input=stdin, catch_exceptions=False)


def sample(name: str) -> list[tuple[Case, Guideline]]:
    guideline = load(name)
    paths = [path for path in canonical_paths(guideline) if "refused" not in path.parts][:: FOLDERS[name]]
    found = [case for case in find_cases(map(str, paths), guideline) if isinstance(case, Case)]
    return [(case, guideline) for case in found if len({line.session for line in case.lines}) == 1]


def test_a_constructed_case_is_decided_as_asked(tmp_path: Path) -> None:
    """The file that construct writes comes to the outcome by the statement, and says what it had to say."""
    out = tmp_path / "made.yaml"
    asked = ("--code", "95886", "--by", "I.4.a", "--with", "wrist_splint_weeks=6", "--without", "muscle_atrophy")
    assert run("construct", "medically_necessary", *asked, "-o", str(out)).exit_code == 0
    said = yaml.safe_load(out.read_text())
    assert said["findings"]["wrist_splint_weeks"] == 6
    assert "muscle_atrophy" not in said["findings"]
    told = json.loads(run("-g", "cg_med_24", "decide", str(out), "--format", "json").stdout)
    (line,) = [line for line in told["lines"] if line["cpt"] == "95886"]
    assert (line["outcome"], line["by"]) == ("medically_necessary", ["I.4.a"])


def test_where_there_is_no_such_case_that_is_proved() -> None:
    """Stimulation without a condition is never covered where what is undocumented is not so; the exit is 1."""
    asked = ("--code", "95937", "--without", "conditions", "--without", "diagnoses", "--world", "closed")
    ran = run("construct", "medically_necessary", *asked)
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert "proved: there is no such case" in ran.stderr


@pytest.mark.parametrize(
    ("option", "text", "told"),
    [
        ("--with", "wrist_splnt_weeks=6", "did you mean wrist_splint_weeks?"),
        ("--with", "sensory_loss", "write sensory_loss=VALUE"),
        ("--with", "setting=offise", "did you mean office?"),
        ("--without", "wekness", "did you mean weakness?"),
        ("--by", "I.4.z", "did you mean I.4"),
    ],
)
def test_what_a_case_cannot_say_is_refused_with_what_was_meant(option: str, text: str, told: str) -> None:
    """A name or a value that is none ends with 2 and a remedy."""
    ran = run("construct", "medically_necessary", "--code", "95886", option, text)
    assert ran.exit_code == 2
    assert told in ran.stderr


@pytest.mark.parametrize("name", FOLDERS)
def test_what_forces_an_outcome_does_and_the_change_turns_it(name: str) -> None:
    """The outcome told is the decision's; the case after the smallest change comes to another, of another role."""
    for case, guideline in sample(name):
        policy = Policy(guideline, case.date, "open")
        expected = {(line.code, line.session): line for line in decide(case, guideline).lines}
        for line in case.lines[:1]:
            found = forced(policy, case, line.code, line.session)
            mine = expected[line.code, line.session]
            assert found.outcome == mine.outcome, case.id
            assert (found.needs is None) == (mine.outcome == WAITING)
            if found.flipped:
                flipped = decide(read(found.flipped.said, guideline), guideline, as_of=case.date)
                turned = next(each for each in flipped.lines if each.code == line.code)
                assert (turned.role == "favourable") != (mine.role == "favourable"), case.id


def test_a_criterion_met_is_forced_by_what_it_asks_for() -> None:
    """Of a case of carpal tunnel syndrome its setting, its sign and its treatment are needed, and no more."""
    told = json.loads(run("sufficient", "cts-six-weeks-of-splinting", "--format", "json").stdout)
    (line,) = [line for line in told["lines"] if line["cpt"] == "95909"]
    assert line["needs"] == [
        "setting: outpatient", "diagnoses: G56.01", "findings.sensory_loss: present",
        "findings.refractory_to_activity_modification: present", "findings.wrist_splint_weeks: 6",
    ]  # fmt: skip
    assert line["whatever_else_is_documented"] is True
    assert len(line["change"]) == 1


def test_a_case_may_be_asked_about_by_the_rules_of_another_date() -> None:
    """What forces an outcome is told by the rules of the date that is named, of which the decision says the same."""
    told = json.loads(run("sufficient", CTS, "--as-of", "2012-01-01", "--format", "json").stdout)
    decided = json.loads(run("decide", CTS, "--as-of", "2012-01-01", "--format", "json").stdout)
    assert [line["outcome"] for line in told["lines"]] == [line["outcome"] for line in decided["lines"]]
    assert {line["outcome"] for line in told["lines"]} == {"not_addressed"}


def test_a_change_is_told_as_something_to_do() -> None:
    """What is not said is to be said, and what is said too much is left out; nothing becomes of `no` anything."""
    waiting, met = run("sufficient", "cts-splint-weeks-undocumented").stdout, run("sufficient", CTS).stdout
    assert "to medically necessary: say findings." in " ".join(waiting.split())
    assert "to not medically necessary: leave out services: 95909" in " ".join(met.split())
    assert "no findings" not in waiting
    assert "no services" not in met


@pytest.mark.parametrize(
    ("units", "needs"), [(1, {"services: S0001", "size: tall"}), (3, {"services: S0001 (3 units)"})]
)
def test_the_units_of_a_line_are_part_of_what_forces_its_outcome(
    units: int, needs: set[str], toy_text: Callable[[str], str], tmp_path: Path
) -> None:
    """Where a rule asks for the units of the line itself, its outcome is told to rest on them."""
    few = "size(tall), units(Session, Code, Units), Units <= 2."
    text = toy_text("shelf").replace("size(tall).\n\n%@ rule B/covered", f"{few}\n\n%@ rule B/covered")
    (tmp_path / "shelf.dl").write_text(text)
    said = {"id": "a", "date_of_service": "2025-01-01", "size": "tall"}
    case = tmp_path / "case.json"
    case.write_text(json.dumps(said | {"services": [{"cpt": "S0001", "units": units}]}))
    result = CliRunner().invoke(main, ["-g", str(tmp_path), "sufficient", str(case), "--format", "json"])
    assert result.exit_code == 0, result.output
    (line,) = json.loads(result.stdout)["lines"]
    assert set(line["needs"]) == needs
