"""What if: a case changed and decided again, side by side, with the statements that make the difference."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.decision.decide import decide
from coverlog.engine.library.guideline import Guideline
from coverlog.explain.advice.change import changed, listing, setting
from coverlog.explain.commands.main import main

CTS = "cts-six-weeks-of-splinting"
SHORT = "cts-three-weeks-of-splinting"


def run(*args: str, columns: int = 100) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False, env={"COLUMNS": str(columns)})


def whatif(case: str, *args: str) -> dict[str, Any]:
    result = run("whatif", case, *args, "--format", "json")
    assert result.exit_code == 0, result.stderr
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def roles(line: dict[str, Any], when: str) -> list[tuple[str, str]]:
    return [(each["id"], each["role"]) for each in line["statements"][when]]


def test_a_flip_names_the_statements_of_both_sides() -> None:
    """Before and after stand beside each other with the statements that decide, ask for more or are not met."""
    told = whatif(CTS, "--set", "wrist_splint_weeks=2")
    assert list(told) == ["case", "changes", "lines", "before", "after"]
    assert told["changes"] == ["--set wrist_splint_weeks=2"]
    for line in told["lines"]:
        assert (line["before"], line["after"]) == ("medically_necessary", "more_information_needed")
        assert line["flips"]
        assert roles(line, "before") == [("I.4.a", "decides")]
        assert roles(line, "after") == [("N0", "asks")]


def test_a_denial_names_what_is_not_met() -> None:
    """In the closed world the same change is a denial, by a statement and by the criterion that fails."""
    (line, _) = whatif(CTS, "--set", "wrist_splint_weeks=2", "--world", "closed")["lines"]
    assert roles(line, "after") == [("X1", "decides"), ("I.4.a", "not_met"), ("N0", "not_met")]


def test_a_waiver_is_seen_to_make_the_difference() -> None:
    """What was not met before and supports the outcome now is named on both sides."""
    (line, _) = whatif(SHORT, "--set", "significant_sensory_loss_on_exam=present")["lines"]
    assert ("N0", "not_met") in roles(line, "before")
    assert roles(line, "after") == [("I.4.a", "decides"), ("N0", "supports")]


def test_the_two_decisions_are_those_of_decide() -> None:
    """Before and after are the documented decision objects."""
    told = whatif(CTS, "--set", "setting=inpatient")
    decided = json.loads(run("decide", CTS, "--format", "json").stdout)
    assert told["before"] | {"warnings": []} == decided  # decide warns of the case as well
    assert {line["reason"] for line in told["after"]["lines"]} == {"setting_not_addressed"}


def test_no_flip_is_said() -> None:
    """Where no outcome changes the text says so, and what it rests on where that does."""
    same = run("whatif", CTS, "--set", "purpose=diagnosis").stdout
    assert "No line flips: every line in both cases keeps its outcome." in same
    assert "before  " not in same.partition("No line flips")[2]
    more = run("whatif", CTS, "--add-condition", "motor_neuron_disease").stdout
    assert "No line flips" in more
    assert "95886@1, 95909@1: stays medically necessary" in more
    assert "after   I.5.a: motor neuron disease" in more


def test_what_a_line_waits_for_is_told_where_that_changes(tmp_path: Path) -> None:
    """Of a line that waits before and after, the text says what would meet it on one side alone, at most four ways."""
    case = {"id": "waits", "date_of_service": "2025-11-03", "setting": "outpatient",
            "conditions": ["carpal_tunnel_syndrome"], "services": [{"cpt": "95886"}, {"cpt": "95909"}]}  # fmt: skip
    (path := tmp_path / "waits.json").write_text(json.dumps(case))
    told = run("whatif", str(path), "--set", "sensory_loss=present").stdout
    assert (
        """\
95886@1, 95909@1: stays more information needed; what would meet it on this side alone:
  before  all of (any one of (muscle atrophy; sensory loss; weakness); lack of response to activity
          modification; at least 4 weeks of wrist splint use)
  after   all of (lack of response to activity modification; at least 4 weeks of wrist splint use)
"""
        in told
    )
    told = run("whatif", str(path), "--set", "significant_weakness_on_exam=absent").stdout
    assert "  before  significant weakness on examination\n  after   nothing else\n" in told
    same = run("whatif", str(path), "--set", "neuropathic_pain=present")
    assert same.exit_code == 0
    assert "on this side alone" not in same.stdout
    path.write_text(json.dumps({**case, "conditions": []}))
    told = run("whatif", str(path), "--set", "sensory_loss=present").stdout
    assert "  after   any one of: motor neuron disease; myopathy; neuropathy from trauma; all of (" in told
    assert "; 12 more" in " ".join(told.split())


def test_lines_come_and_go() -> None:
    """A line added or dropped is not in the other case, and that is no flip."""
    told = whatif(CTS, "--add-service", "95937@2", "--drop-service", "95909")
    found = {(line["cpt"], line["session"]): line for line in told["lines"]}
    assert list(found) == [("95886", 1), ("95909", 1), ("95937", 2)]
    assert (found["95937", 2]["before"], found["95909", 1]["after"]) == (None, None)
    assert not found["95937", 2]["flips"]
    assert found["95886", 1]["after"] == "not_medically_necessary"


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_the_table_fits(columns: int) -> None:
    """No line of the text is wider than the terminal."""
    text = run("whatif", CTS, "--set", "purpose=screening", "--set", "sensory_loss=unknown", columns=columns).stdout
    assert max(map(len, text.splitlines())) <= columns
    # Symptoms are documented, so that a screening is no reason to deny; a criterion of the group asks for more.
    assert "I asks for more" in text


def test_dates_and_worlds_apply_to_both(make: Any) -> None:
    """A changed date of service brings its rules; --as-of holds for both sides."""
    told = whatif(CTS, "--set", "date_of_service=2011-11-16")
    assert (told["before"]["as_of"], told["after"]["as_of"]) == ("2025-11-03", "2011-11-16")
    both = whatif(CTS, "--set", "date_of_service=2011-11-16", "--as-of", "2020-01-01")
    assert (both["before"]["as_of"], both["after"]["as_of"]) == ("2020-01-01", "2020-01-01")
    assert not any(line["flips"] for line in both["lines"])


def test_unknown_takes_back_what_was_said(guideline: Guideline, make: Any) -> None:
    """A finding set to unknown is as if the case had never named it."""
    case = make(diagnoses=["G56.01"], findings={"sensory_loss": "present", "wrist_splint_weeks": 6})
    less = make(diagnoses=["G56.01"], findings={"wrist_splint_weeks": 6})
    assert changed(case, guideline, [setting("sensory_loss=unknown", guideline)]).facts == less.facts


def test_the_case_itself_is_left_alone(guideline: Guideline, make: Any) -> None:
    """Changes are made to a copy."""
    case = make(conditions=["diabetes"], findings={"sensory_loss": "present"})
    before, first = copy.deepcopy(case.said), decide(case, guideline)
    changes = [
        setting("sensory_loss=absent", guideline),
        listing("services=95886", guideline, add=False),
        listing("conditions=hiv", guideline, add=True),
        listing("conditions=diabetes", guideline, add=False),
    ]
    after = changed(case, guideline, changes)
    assert (after.said["conditions"], len(after.lines)) == (["hiv"], 1)
    assert case.said == before
    assert decide(case, guideline) == first


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("--set wrist_splint_week=2", "says no wrist_splint_week; did you mean wrist_splint_weeks?"),
        ("--set sensory_loss=yes", "findings.sensory_loss is yes, .*; write present"),
        ("--set wrist_splint_weeks=-1", "is -1, and cannot be less than 0"),
        ("--set wrist_splint_weeks=six", "is 'six'; write one number of completed weeks"),
        ("--set wrist_splint_weeks=" + "9" * 5000, "write one number of completed weeks"),
        ("--set setting=outpatent", "did you mean outpatient?"),
        ("--set date_of_service=unknown", "lacks date_of_service"),
        ("--set date_of_service=2025-02-30", "is no day of the calendar"),
        ("--set services=95886", "services takes more than one value"),
        ("--set sensory_loss", "write sensory_loss=VALUE"),
        ("--add conditions", "write conditions=VALUE"),
        ("--add condtions=hiv", r"lists no condtions; did you mean conditions\? such are services, "),
        ("--drop =hiv", "lists no such thing; such are services, "),
        ("--add diagnoses=nonsense", "is 'nonsense'; write it like A00.1"),
        ("--set =present", "says no such thing; coverlog schema"),
        ("--add-service 9588", "write it like 99213"),
        ("--add-service 95937@x", "'x' is no session; write 95937@1"),
        ("--add-service 95937@0", "cannot be less than 1"),
        ("--drop-service 95999", "no such line; it has 95886@1, 95909@1"),
        ("--drop-service 95886 --drop-service 95909", "services is empty"),
        ("--add-condition radiculopath", "did you mean radiculopathy?"),
        ("--drop-condition diabetes", "does not name it .it names none."),
    ],
)
def test_an_error_says_which_change_is_wrong(args: str, message: str) -> None:
    """Bad input is one line that begins with the option, status 2, and no traceback."""
    import re

    result = run("whatif", CTS, "--set", "muscle_atrophy=present", *args.split())
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    last = f"--{args.split(' --')[-1].removeprefix('--')}"  # an older name is told as what it stands for
    told = re.sub("^(--add|--drop)-(service|condition) ", r"\1 \2=", last)
    assert line.startswith(f"coverlog: {told}"), line
    assert re.search(message, line), line


def test_a_contradiction_is_said_with_the_changes() -> None:
    """Changes that contradict what the record says are an error that names both."""
    result = run("whatif", CTS, "--set", "sensory_loss=absent", "--set", "sensory_loss_on_exam=present")
    assert result.exit_code == 2
    assert "with --set sensory_loss=absent --set sensory_loss_on_exam=present: contradictory" in result.stderr


def test_nothing_to_change_is_usage() -> None:
    """Without a change there is no question; the ways to a yes are told by their numbers, where there are any.

    Only of what is no yes is it told that no way to one is known.
    """
    result = run("whatif", CTS)
    assert result.exit_code == 2
    assert "nothing to change" in result.stderr
    assert "way to a yes" not in result.stderr
    assert "no way to a yes is known" in run("whatif", "day-before-the-eighteenth-birthday").stderr
    assert "--way 4: --set wrist_splint_weeks=4 (for 95886, 95909)" in run("whatif", SHORT).stderr.splitlines()
    assert "there is no way 5" in run("whatif", SHORT, "--way", "5").stderr


def test_a_way_goes_by_its_number() -> None:
    """Each way that is told changes the outcome of its lines as the checklist has it, in the words of what fired."""
    listed = json.loads(run("checklist", SHORT, "--format", "json").stdout)["lines"][0]["ways"]
    for number, way in enumerate(listed, 1):
        told = whatif(SHORT, "--way", str(number))
        assert told["changes"] == way["whatif"]
        assert all(line["flips"] and line["after"] == "medically_necessary" for line in told["lines"])
    text = run("whatif", SHORT, "--way", "1").stdout
    assert "after   I.4.a: carpal tunnel syndrome, conservative treatment waived" in text


def test_keys_come_from_the_declarations(tmp_path: Path, guideline: Guideline) -> None:
    """Where conditions are written is the guideline's affair; where there are none that is said."""
    case = str(next(guideline.folder.glob(f"cases/*/{CTS}.yaml")))
    for name, old, new in (
        ("renamed", "case: conditions each of", "case: problems each of"),
        ("without", "case: conditions each of condition", "case: conditions count"),
    ):
        (tmp_path / name).mkdir()
        for path in guideline.folder.glob("*.dl"):
            (tmp_path / name / path.name).write_text(path.read_text().replace(old, new))
    added = run("-g", str(tmp_path / "renamed"), "whatif", case, "--add-condition", "hiv", "--format", "json")
    assert added.exit_code == 0, added.stderr
    result = run("-g", str(tmp_path / "without"), "whatif", case, "--add-condition", "hiv")
    assert result.exit_code == 2
    assert "--add condition=hiv: a case of CG-MED-24 lists no condition" in result.stderr


def test_every_list_of_a_case_takes_additions_and_drops(guideline: Guideline, make: Any) -> None:
    """Whatever key holds a list, what is added stands in it once, and dropping it again leaves the case as it was."""
    case = make(diagnoses=["G56.01"], conditions=["diabetes"])
    lists = {key for key, of in guideline.schema["properties"].items() if of.get("type") == "array"}
    values = {"services": "95937", "diagnoses": "G61.0", "conditions": "hiv", "techniques": "residual_latency"}
    assert set(values) == lists
    for key, value in values.items():
        add, drop = (listing(f"{key}={value}", guideline, add=adds) for adds in (True, False))
        more = changed(case, guideline, [add])
        assert len(more.said[key]) == len(case.said.get(key, [])) + 1
        again = changed(case, guideline, [add, drop])
        assert {name: said for name, said in again.said.items() if said != []} == case.said


def test_an_older_name_is_the_option_it_stands_for() -> None:
    """`--add-ITEM VALUE` is `--add` with the key of such items; so is `--drop-ITEM`, and with = in between."""
    new = whatif(CTS, "--add", "services=95937@2", "--add", "conditions=hiv", "--drop", "services=95909")
    old = whatif(CTS, "--add-service", "95937@2", "--add-condition=hiv", "--drop-service", "95909")
    assert old["lines"] == new["lines"]
    assert run("whatif", CTS, "--add-service").exit_code == 2
