"""What a hurried analyst writes wrong: each fault is told with the remedy for it, and the remedy is one."""

import json
from typing import Any

import pytest
from coverlog.engine.cases.case import Case, Unreadable, read_text
from coverlog.engine.cases.meant import home
from coverlog.engine.library.guideline import Guideline, load

BASE = """\
id: x
date_of_service: 2025-11-03
setting: outpatient
services: [{cpt: "95886"}, {cpt: "95909"}]
diagnoses: [G56.01]
"""
SERVICES = '[{cpt: "95886"}, {cpt: "95909"}]'
# What stands in the case, what a hurried hand writes there, and the remedy told.
CASES = [
    ("outpatient", "Outpatient", "write outpatient"), ("outpatient", "OFFICE", "write office"),
    ("outpatient", "11", "known are outpatient"), ("outpatient", "", "say what setting is"),
    ("setting: outpatient", "seting: office", "did you mean setting?"),
    ("date_of_service", "date", "write date_of_service: 2025-11-03"),
    ("2025-11-03", "11/03/2025", "write it like 2025-11-03"), ("2025-11-03", "13/11/2025", "did you mean 2025-11-13?"),
    ("2025-11-03", "11/13/2025", "did you mean 2025-11-13?"), ("2025-11-03", "20251103", "did you mean 2025-11-03?"),
    ("2025-11-03", "2025/11/3", "did you mean 2025-11-03?"), ("2025-11-03", "3.11.2025", "write it like 2025-11-03"),
    ("2025-11-03", "2025-11-03T10:00:00Z", "did you mean 2025-11-03?"),
    ("2025-11-03", "Nov 3 2025", "write it like 2025-11-03"), ("2025-11-03", "", "write it like 2025-11-03"),
    (SERVICES, '["95886", "95909"]', 'write {cpt: "95886"}'), (SERVICES, "95886", 'write [{cpt: "95886"}]'),
    (SERVICES, "[95886]", 'write {cpt: "95886"}'), (SERVICES, '{cpt: "95886"}', 'write [{cpt: "95886"}]'),
    (SERVICES, '"95886, 95909"', 'write [{cpt: "95886"}, {cpt: "95909"}]'),
    ('"95886"', "95886", 'write it in quotes: "95886"'), ('"95886"', '"95886-26"', 'alone, in quotes: "95886"'),
    ('"95886"', '"95886 x2"', 'write the code alone, in quotes: "95886"'), ('"95886"', "", "say what cpt is"),
    ('"95886"', '"95886, 95909"', 'write each alone, in quotes: "95886", "95909"'),
    ('cpt: "95886"', 'code: "95886"', "known are cpt, units, session"),
    ('"95886"', '"95886", units: "2"', "write 2 without quotes"), ('"95886"', '"95886", units: 1.5', "completed units"),
    ("[G56.01]", "G56.01", "write a list: [G56.01]"), ("[G56.01]", "G56.01; M54.12", "write a list: [G56.01, M54.12]"),
    ("[G56.01]", "[carpal tunnel syndrome]", "write it as conditions: [carpal_tunnel_syndrome]"),
    ("[G56.01]", "[carpal_tunnel_syndrome]", "carpal_tunnel_syndrome is a condition"),
    ("[G56.01]", "[weakness]", "write it as findings: {weakness: present}"),
    ("[G56.01]", "[G56.01 right wrist]", "write the code alone: G56.01"),
    ("[G56.01]", '["G56.01, M54.12"]', "write each alone: G56.01, M54.12"),
    ("[G56.01]", "[354.1]", "write it like A00.1"), ("[G56.01]", "[{icd: G56.01}]", "known are code, source"),
    ("[G56.01]", "[{code: G56.01, source: }]", "say what source is, or leave it out"),
    ("diagnoses", "diagnosis", "did you mean diagnoses?"), ("diagnoses", "Diagnoses", "did you mean diagnoses?"),
    ("id: x", "id: 12", 'write it in quotes: "12"'), ("id: x\n", "", "write id: and a name"),
]  # fmt: skip
# The same for a key that the case has not yet.
ADDED = [
    ("conditions: [G56.01]", "write it under diagnoses"), ("condition: [diabetes]", "did you mean conditions?"),
    ("conditions: [sensory_loss]", "write it as findings: {sensory_loss: present}"),
    ("conditions: [the AIDS]", "all of them: coverlog schema"), ("conditions: [HIV infection]", "write hiv"),
    ("conditions: diabetes", "write a list: [diabetes]"), ("conditions: {diabetes: present}", "a list: [diabetes]"),
    ("conditions: [carpal tunel]", "did you mean carpal_tunnel_syndrome?"),
    ("diabetes: present", "write it as conditions: [diabetes]"), ("weakness: absent", "findings: {weakness: present}"),
    ("wrist_splint_weeks: 6", "write it as findings: {wrist_splint_weeks: 6}"),
    ("techniques: limb_ischemia", "write a list: [limb_ischemia]"), ("purpose: screen", "did you mean screening?"),
    ("ncs_studies: '6'", "write 6 without quotes"), ("ncs_studies: unknown", "leave it out"),
    ("findings: ", "say what findings is, or leave it out"), ("findings: [weakness]", "write each as NAME: present"),
    ("findings: weakness", "write each as NAME: present"), ("findings: {diabetes: present}", "conditions: [diabetes]"),
    ("findings: {weakness: unknown}", "leave it out: what a case does not say is undocumented"),
    ("findings: {weakness: n/a}", "leave it out"), ("findings: {weakness: '?'}", "leave it out"),
    ("findings: {weakness: }", "say what weakness is, or leave it out"), ("findings: {weakness: yes}", "write present"),
    ("findings: {weakness: true}", "write present"), ("findings: {weakness: Present}", "write present"),
    ("findings: {weakness: +}", "write present"), ("findings: {weakness: denied}", "write absent"),
    ("findings: {weakness: no}", "write absent"), ("findings: {weakness: mild}", "known are present, absent"),
    ("findings: {weakness: {status: yes}}", "write present"), ("findings: {weakness: {source: a}}", "write status: pr"),
    ("findings: {Weakness: present}", "write weakness"), ("findings: {sensory loss: present}", "write sensory_loss"),
    ("findings: {significant_weakness: present}", "did you mean significant_weakness_on_exam?"),
    ("findings: {wrist splint use: 6}", "write wrist_splint_weeks"), ("findings: {limb_ischemia: present}", "[limb_is"),
    ("findings: {wrist_splint_weeks: {weeks: 6}}", "write value: 6"),
    ("findings: {wrist_splint_weeks: 4,5}", "all of them: coverlog schema"),
    ("findings: {wrist_splint_weeks: '4,5'}", "completed weeks"),
    ("findings: {wrist_splint_weeks: {value: unknown}}", "leave it out"),
]  # fmt: skip


def read(text: str, guideline: Guideline) -> Case | Unreadable:
    (item,) = read_text(text.encode(), "c.yaml", guideline)
    return item


@pytest.mark.parametrize(
    ("text", "remedy"),
    [(BASE.replace(right, wrong, 1), remedy) for right, wrong, remedy in CASES]
    + [(f"{BASE}{line}\n", remedy) for line, remedy in ADDED],
    ids=[str((wrong or right).strip()) for right, wrong, _ in CASES] + [line for line, _ in ADDED],
)
def test_what_is_written_in_a_hurry_has_its_remedy(text: str, remedy: str, guideline: Guideline) -> None:
    """Each fault has its place, and one of the case's faults is told with what to write in its stead."""
    item = read(text, guideline)
    assert isinstance(item, Unreadable)
    assert any(remedy in fault.remedy for fault in item.faults), item.error
    for fault in item.faults:
        assert fault.place.startswith("c.yaml:")
        assert fault.remedy
        assert "\n" not in str(fault)


@pytest.mark.parametrize("written", ["2.5", "true", "7", "x", "[2.5]", "[[x]]", "{x: 2.5}", "[{x: [1]}]"])
@pytest.mark.parametrize("by", ["cg_med_24", "ncd_240_4"])
def test_whatever_stands_under_a_key_is_told_or_read(written: str, by: str) -> None:
    """A value of any type under any key of a case is one that belongs there, or has its place and what is wrong."""
    guideline = load(by)
    keys = guideline.schema["properties"]
    for key in keys:
        lines = [line for line in BASE.splitlines() if line.split(":")[0] in keys.keys() - {key}]
        item = read("\n".join([f"{key}: {written}", *lines]), guideline)
        assert isinstance(item, Case) or any(f.place.startswith("c.yaml:1:") for f in item.faults), item.error


def test_a_concept_in_the_wrong_place_is_told_its_own(guideline: Guideline) -> None:
    """What any concept is written under, by its name or its label, the remedy names the key where it belongs."""
    program = guideline.program
    tried = 0
    for concept, (kind, label) in program.concepts.items():
        key = home(concept, program)
        if key is None:
            continue
        for word in (concept, label):
            for other, said in (("diagnoses", [word]), ("conditions", [word]), ("findings", {word: "present"})):
                case: dict[str, Any] = {
                    "id": "a", "date_of_service": "2025-11-03", "setting": "office", "services": [{"cpt": "95886"}],
                    other: said,
                }  # fmt: skip
                item = read(json.dumps(case), guideline)
                if key.key == other and word == concept:
                    assert isinstance(item, Case) == (kind != "duration"), word
                else:
                    assert isinstance(item, Unreadable), word
                    wanted = f"write {concept}" if key.key == other else f"{concept} is a"
                    assert wanted in item.error, item.error
                    assert key.key == other or f"write it as {key.key}: " in item.error
                tried += 1
    assert tried > 300
