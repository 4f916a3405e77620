"""Validate: everything wrong or doubtful in cases at once, each with its place and remedy."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.doubts import doubts
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.library.guideline import Guideline
from coverlog.explain.commands.main import main
from coverlog.explain.reference.schemas import schema_of

CTS = "cts-six-weeks-of-splinting"
CASE = """\
id: a
date_of_service: 2025-11-03
setting: outpatient
services: [{cpt: "95886"}, {cpt: "95909"}]
diagnoses: [M54.12]
"""


def run(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, args, input=stdin, catch_exceptions=False)


def codes(text: str) -> list[tuple[str, int]]:
    told = json.loads(run("validate", "-", "--format", "json", stdin=text).stdout)
    return [(finding["code"], finding["line"]) for finding in told]


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("M54.12", "M54.12", []),
        ("M54.12", "M54.12, {code: M54.l2, source: a note}", [("code-unknown", 5), ("advisory", 5)]),
        ("M54.12", "m5412, M79.641", [("code-unread", 5)]),
        ("[M54.12]", "[]", [("advisory", 4)]),
        ("2025", "2999", [("date-ahead", 2)]),
        (', {cpt: "95909"}', "", [("advisory", 4)]),
        ("[M54.12]", "[M54.12]\nfindings: {elbow_splint_weeks: 600 weeks}", [("advisory", 6)]),
        ("[M54.12]", "[carpal tunnel]\nsetting: office", [("case-fault", 5), ("case-fault", 6)]),
        ("outpatient", "nowhere\ntitle: 7", [("case-fault", 3), ("case-fault", 4)]),
        ("2025-11-03\nsetting: out", "2999-01-01\nsetting: in and out", [("date-ahead", 2), ("case-fault", 3)]),
        ("2025-11-03", "2025-02-30", [("case-fault", 2)]),
        ("outpatient", "here\nconditions: [nothing]", [("case-fault", 3), ("case-fault", 4)]),
        (
            "[M54.12]",
            "[M54.12, G56.O1, M79.641, {code: M54.99}, 7]",
            [("code-unknown", 5), ("code-unread", 5), ("code-unknown", 5), ("case-fault", 5)],
        ),
        ("[M54.12]", "[M54.12]\nfindings:\n  weakness: absent\n  motor_loss_on_exam: present", [("case-fault", 1)]),
    ],
)
def test_what_is_doubtful_is_found_where_it_stands(right: str, wrong: str, found: list[tuple[str, int]]) -> None:
    """Each finding has its code and its line, whether or not the case can be read as a whole; a good case has none."""
    assert right in CASE
    assert codes(CASE.replace(right, wrong)) == found


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    """A fault in one file hides none of another; an id is looked for in all, read or not; the status says it."""
    (tmp_path / "one.yaml").write_text(CASE.replace("outpatient", "unknown") + "findings: {weakness: unknown}\n")
    (tmp_path / "two.yaml").write_text(CASE.replace("id: a", "id: b"))
    (tmp_path / "two.json").write_text('{"id": "b"}')
    (tmp_path / "zwei.yaml").write_text(CASE.replace("id: a", "id: b"))
    ran = run("validate", str(tmp_path))
    lines = ran.stdout.splitlines()
    assert ran.exit_code == 1
    assert [line.split(": ")[2] for line in lines] == [*["case-fault"] * 4, "duplicate-id", "duplicate-id"]
    assert all("; " in line for line in lines)
    assert ran.stderr == "4 cases: 4 errors, 2 warnings\n"


def test_a_name_that_stands_for_nothing_is_bad_input(tmp_path: Path) -> None:
    """A wrong name is status 2 beside what is found in others; a case with warnings alone is status 0."""
    assert run("validate", CTS, str(tmp_path / "none.yaml")).exit_code == 2
    assert run("validate", "-", stdin=CASE.replace("2025", "2999")).exit_code == 0


@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_all_formats_tell_the_same_findings(form: str) -> None:
    """As text, JSON, workflow commands and SARIF there is one record a finding, with its severity."""
    text = f"{CASE}---\n{CASE.replace('M54.12', '')}---\nid: c\n".replace("setting: outpatient", "setting: office")
    told = run("validate", "-", "--format", form, stdin=text).stdout
    if form == "sarif":
        levels = [result["level"] for result in json.loads(told)["runs"][0]["results"]]
    elif form == "json":
        levels = [finding["severity"] for finding in json.loads(told)]
    else:
        levels = [line.split()[1 if form == "text" else 0].strip(":") for line in told.splitlines()]
    advice = {"sarif": "note", "github": "notice"}.get(form, "advice")
    assert levels == ["warning", advice, "error", "error"]


def test_decide_says_what_is_doubtful(tmp_path: Path, guideline: Guideline) -> None:
    """On stderr and in JSON, of the schema, and what the guideline advises stays among the advisories."""
    file = tmp_path / "odd.yaml"
    file.write_text(CASE.replace("[M54.12]", "[M54.129]"))
    ran = run("decide", str(file), "--format", "json")
    told = json.loads(ran.stdout)
    jsonschema_rs.validator_for(schema_of("decision", guideline)).validate(told)
    assert [(w["code"], w["line"], w["fix"]) for w in told["warnings"]] == [
        ("code-unknown", 5, "the nearest that exists is M54.12")
    ]
    assert ran.stderr.startswith(f"{file}:5:13: warning: code-unknown: M54.129 is no ICD-10-CM code of ")
    assert run("decide", str(file)).stderr == ran.stderr
    assert json.loads(run("decide", CTS, "--format", "json").stdout)["warnings"] == []


def test_what_the_guideline_speaks_of_is_what_stands_for_something(guideline: Guideline) -> None:
    """Over the canonical cases, a code is doubted as saying nothing just where the rules find that it says nothing."""
    from coverlog.engine.cases.case import Case, read_files
    from coverlog.engine.decision.situation import Situation

    tried = 0
    for case in read_files(canonical_paths(guideline), guideline):
        assert isinstance(case, Case)
        model = Situation(case, guideline, "closed", case.date).model
        found = [f.message.partition(" ")[0] for f in doubts(case, guideline, case.date)]
        unread = {str(atom.args[0]).strip('"') for atom in model.atoms("unread")}
        assert set(found) == unread, case.id
        tried += bool(unread)
    assert tried > 10
