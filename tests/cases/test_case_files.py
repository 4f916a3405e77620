"""Case files: what is read, and one clear message with file, place and remedy for what is not."""

import json
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.cases.broken import not_json
from coverlog.engine.cases.case import MAX_BYTES, Case, Unreadable, read_files, read_text
from coverlog.engine.decision.decide import judge
from coverlog.engine.language.terms import Atom, Quantity
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.schema import case_schema
from coverlog.explain.advice.change import changed, listing
from coverlog.explain.advice.letter import letter
from coverlog.explain.checker.record import facts_of
from coverlog.explain.proof.build import prove
from coverlog.explain.render.letter_page import as_markdown
from coverlog.explain.render.tree_text import as_text
from hypothesis import given, settings
from hypothesis import strategies as st

GOOD = """\
id: good
title: a case
date_of_service: 2025-11-03
setting: outpatient
services: [{cpt: "95886", units: 1}, {cpt: "95909"}]
diagnoses: [G56.01]
ncs_studies: 6
findings:
  sensory_loss: present
  wrist_splint_weeks: {value: 6, source: "office note"}
"""

FAULTS = [
    ("sensory_loss:", "sensory_los:", r"c.yaml:9:\d+: unknown key sensory_los in findings; did you mean sensory_loss"),
    ("title:", "titel:", r"c.yaml:2:\d+: unknown key titel .*did you mean title"),
    ("loss: present", "loss: yes", r"c.yaml:9:\d+: findings.sensory_loss is yes.*; write present"),
    ("value: 6", "value: -1", r"c.yaml:10:\d+: findings.wrist_splint_weeks.value is -1, and cannot be less than 0"),
    ("value: 6", "value: 4.5", r"c.yaml:10:\d+: .* has to be a whole number, not 4.5"),
    ("value: 6", "value: true", r"c.yaml:10:\d+: .* has to be a whole number, not True"),
    ('"95886"', "95886", r'c.yaml:5:\d+: services.0.cpt has to be text, not 95886; write it in quotes: "95886"'),
    ('"95886"', '"9588"', r"c.yaml:5:\d+: services.0.cpt is '9588'; write it like"),
    ("units: 1", "units: 0", r"c.yaml:5:\d+: services.0.units is 0, and cannot be less than 1"),
    ("outpatient", "outpatent", r"c.yaml:4:\d+: setting is outpatent.*did you mean outpatient"),
    ("2025-11-03", "2025-02-30", r"c.yaml:3:\d+: 2025-02-30 is no day of the calendar"),
    ("2025-11-03", "3/11/2025", r"c.yaml:3:\d+: date_of_service is '3/11/2025'; write it like 2025-11-03"),
    ('[{cpt: "95886", units: 1}, {cpt: "95909"}]', "[]", r"c.yaml:5:\d+: services is empty; name at least one"),
    ("id: good\n", "", r"c.yaml:1:\d+: the case lacks id"),
    ("G56.01", "G5", r"c.yaml:6:\d+: diagnoses.0 is 'G5'; write it like A00.1"),
    ("ncs_studies: 6", "ncs_studies: six", r"c.yaml:7:\d+: ncs_studies has to be a whole number, not 'six'"),
    ("title: a case", "id: again", r"c.yaml:2:\d+: id stands twice; keep one"),
    ("title: a case", "title: *name", r"c.yaml:2:\d+: an alias"),
    ("title: a case", "title: !!python/name:os.system x", r"c.yaml:2:\d+: the tag .* is not allowed"),
    (
        "title: a case",
        "title: [a",
        r"c.yaml:3:\d+: not YAML or JSON: a \[ is not closed, or a comma is missing; close it",
    ),
    ("title: a case", "title: a: case", r"c.yaml:2:\d+: not YAML or JSON: a colon where no key can stand; put a text"),
    (
        "title: a case",
        "title: @a",
        r"c.yaml:2:\d+: not YAML or JSON: a tab, or a sign that no text begins with; indent",
    ),
    ("title: a case", "title: 'it's'", r"c.yaml:2:\d+: not YAML or JSON: no key of what it stands in; indent it"),
    ("title: a case", "resourceType: Bundle", r"c.yaml:2:\d+: no case: a FHIR resource; .* coverlog from-fhir c.yaml"),
    (
        "title: a case",
        "hook: order-sign",
        r"c.yaml:2:\d+: no case: a request of CDS Hooks; .* coverlog from-fhir c.yaml",
    ),
]


def read(text: str | bytes, guideline: Guideline) -> list[Case | Unreadable]:
    return list(read_text(text.encode() if isinstance(text, str) else text, "c.yaml", guideline))


WHOLE = '{"a": [1, -2.5, true, null, "x\\u00e9"], "b": {"c": "d"}}'


@given(at=st.integers(0, len(WHOLE)), cut=st.integers(0, len(WHOLE)), put=st.text(max_size=3))
def test_what_is_no_json_is_told_in_our_words(at: int, cut: int, put: str) -> None:
    """However a text is broken, the fault has its place, says what is wrong in words of ours, and what to give."""
    text = WHOLE[:at] + put + WHOLE[at + cut :]
    fault = None
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        fault = error
    if fault:
        told = str(not_json("a.json", fault, "give a proof"))
        assert told.endswith("; give a proof")
        assert fault.msg not in told
        assert told.startswith((f"a.json:{fault.lineno}:{fault.colno}: not JSON: ", "a.json: not JSON: it is empty"))


@pytest.mark.parametrize(("right", "wrong", "message"), FAULTS, ids=[f"{w[:30]}" for _, w, _ in FAULTS])
def test_a_fault_is_named_with_its_place(right: str, wrong: str, message: str, guideline: Guideline) -> None:
    """What is wrong with a case is said with file, line, column and what was meant."""
    import re

    assert right in GOOD
    (item,) = read(GOOD.replace(right, wrong), guideline)
    assert isinstance(item, Unreadable)
    assert re.match(message, item.error), item.error
    assert "\n" not in item.error


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"# nothing\n", "empty"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"\x00", "not YAML or JSON"),
        (b"just words", "has to be keys and values"),
        (b"[" * 100_000, "nested too deeply"),
        (b"? [a]\n: 1", "a key has to be a word"),
        (b"x" * (MAX_BYTES + 1), "larger than 1,048,576 bytes"),
    ],
)
def test_a_file_that_is_no_case_is_one_error(content: bytes, message: str, guideline: Guideline) -> None:
    """Empty, foreign, huge and hostile files each give one message, and no traceback."""
    (item,) = read(content, guideline)
    assert isinstance(item, Unreadable)
    assert message in item.error


@given(st.from_regex(r"[0-9]{5}", fullmatch=True))
@settings(max_examples=40, deadline=None, database=None, derandomize=True)
def test_a_key_of_digits_is_a_key(guideline: Guideline, key: str) -> None:
    """What stands under a key that looks like a number has its faults told, with their own place."""
    (item,) = read(f"{GOOD}expect:\n  '{key}': bogus\n", guideline)
    assert isinstance(item, Unreadable)
    assert f"expect.{key} has to be keys and values, not 'bogus'" in item.error
    assert f"c.yaml:{len(GOOD.splitlines()) + 2}:" in item.error


def test_the_other_cases_are_still_read(guideline: Guideline) -> None:
    """A fault in one case of a file holds up none of the others."""
    bad = GOOD.replace("outpatient", "nowhere").replace("good", "bad")
    items = read(f"{GOOD}---\n{bad}---\n{GOOD.replace('id: good', 'id: last')}", guideline)
    assert [type(item) for item in items] == [Case, Unreadable, Case]
    assert [item.id for item in items] == ["good", "bad", "last"]


def test_a_list_is_many_cases(guideline: Guideline) -> None:
    """A file may hold a list of cases, in JSON with tabs too."""
    case = {"date_of_service": "2025-11-03", "setting": "office", "services": [{"cpt": "95886"}]}
    text = json.dumps([{"id": "a"} | case, {"id": "b"} | case], indent="\t")
    assert [item.id for item in read(text, guideline)] == ["a", "b"]


@pytest.mark.parametrize("written", [" g56.01 ", "G56.01", "g5601"])
def test_a_diagnosis_code_is_normalised(written: str, guideline: Guideline) -> None:
    """Stray spaces, small letters and a missing point are read right, and said when they were there."""
    (case,) = read(GOOD.replace("G56.01", f'"{written}"'), guideline)
    assert isinstance(case, Case)
    assert Atom("diagnosis", ('"G56.01"',)) in case.facts
    assert case.notes == (() if written == "G56.01" else (f"diagnoses: {written!r} is read as G56.01",))


def test_a_code_belongs_to_its_categories(guideline: Guideline) -> None:
    """The categories of a code are the code without its last characters, down to three."""
    (case,) = read(GOOD.replace("G56.01", "M50.120"), guideline)
    assert isinstance(case, Case)
    chain = sorted(str(a) for a in case.facts if a.predicate == "broader")
    assert chain == ['broader("M50.1", "M50")', 'broader("M50.12", "M50.1")', 'broader("M50.120", "M50.12")']


def test_sources_are_kept(guideline: Guideline) -> None:
    """Each fact knows where the case says it; the case's own words stand in quotation marks."""
    (case,) = read(GOOD, guideline)
    assert isinstance(case, Case)
    assert (
        case.facts[Atom("weeks", ("wrist_splint_weeks", Quantity(6, 0, "weeks")))]
        == 'findings.wrist_splint_weeks, "office note"'
    )


@pytest.mark.parametrize(
    "said",
    [
        {"diagnoses": [{"code": "g56.01", "source": "a note"}, "G56.01"]},
        {"diagnoses": ["G56.01", {"code": "G56.01"}, {"code": "G56.01", "source": "a note"}, {"code": "G56.01"}]},
        {
            "conditions": [{"condition": "carpal_tunnel_syndrome", "source": "a note"}],
            "diagnoses": [{"code": "M62.81"}],
        },
        {"techniques": [{"technique": "sympathetic_skin_response", "source": 'a "note"'}, "limb_ischemia"]},
    ],
)
def test_an_item_of_a_list_may_name_its_source(said: dict[str, Any], guideline: Guideline, make: Any) -> None:
    """A diagnosis, a condition or a technique has its source in its fact, in the proof and in the letter."""
    case = make(**said)
    assert facts_of(case.said, guideline.program) == case.facts
    (key,) = (key for key, items in said.items() for item in items if "source" in item)
    (where,) = {source for source in case.facts.values() if source.startswith(f"{key}, ")}
    assert where.replace("'", "") == f'{key}, "a note"'
    judged = judge(make(**said, findings={"significant_weakness_on_exam": "present"}), guideline)
    if key != "techniques":
        assert f"case: {where}" in " ".join(as_text(prove(judged)).replace("│", " ").split())
        assert '"a note"' in as_markdown(letter(judged))
    again = changed(case, guideline, [listing(f"{key}={_name(said[key][0])}", guideline, add=False)])
    assert not any(source.startswith(f"{key}, ") for source in again.facts.values())


def _name(item: Any) -> str:
    return item if isinstance(item, str) else str(next(iter(item.values())))


def test_units_add_up(guideline: Guideline) -> None:
    """Two lines with one code in one session are two lines, and their units are added."""
    (case,) = read(GOOD.replace('{cpt: "95909"}', '{cpt: "95886", units: 2}'), guideline)
    assert isinstance(case, Case)
    assert len(case.lines) == 2
    assert Atom("units", (1, '"95886"', 3)) in case.facts


def test_missing_files_and_empty_folders_are_said(tmp_path: Path, guideline: Guideline) -> None:
    """A path without a case is an error of its own."""
    items = list(read_files([tmp_path, tmp_path / "none.yaml"], guideline))
    assert [type(item) for item in items] == [Unreadable, Unreadable]


def test_the_published_schema_says_what_the_reader_does(guideline: Guideline) -> None:
    """Another validator, with the published schema, accepts and refuses the same cases."""
    import yaml
    from jsonschema import Draft202012Validator

    schema = case_schema(guideline.program)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    def accepts(text: str) -> bool:
        value: Any = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - all scalars as text
        value["services"] = [s | {"units": int(s["units"])} if "units" in s else s for s in value["services"]]
        value["ncs_studies"] = int(value["ncs_studies"])
        value["findings"]["wrist_splint_weeks"]["value"] = int(value["findings"]["wrist_splint_weeks"]["value"])
        return bool(validator.is_valid(value))

    assert accepts(GOOD)
    for right, wrong, _ in FAULTS[:2] + FAULTS[3:4] + FAULTS[7:10] + FAULTS[11:13]:
        assert not accepts(GOOD.replace(right, wrong)), wrong
