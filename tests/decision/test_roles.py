"""Outcomes have a role, an order and words of the guideline's own; nothing knows them by name."""

import json
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.decision.decide import decide, judge
from coverlog.engine.decision.decision import Decision
from coverlog.engine.decision.need import single
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.soundness.lint import findings_of
from coverlog.explain.advice.letter import letter
from coverlog.explain.checker.verify import verify
from coverlog.explain.commands.main import main
from coverlog.explain.proof.build import prove, why_not
from coverlog.explain.proof.document import as_json
from coverlog.explain.reference.schemas import schema_of
from coverlog.explain.render.letter_page import as_markdown
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

Text = Callable[[str], str]
FINDINGS = ("injections_failed", "log_kept", "better_control", "in_study", "in_hospital")
PUMPS = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
NAMES = ("covered_initial", "covered", "covered_in_study", "not_covered", "more_information_needed", "not_addressed")
said = st.fixed_dictionaries(
    {},
    optional={name: st.sampled_from(["present", "absent"]) for name in FINDINGS} | {"weeks_used": st.integers(0, 30)},
)
worlds = st.sampled_from(["open", "closed"])


@pytest.fixture(scope="module")
def pump(toy_folder: Callable[[str], Path]) -> Guideline:
    return load(toy_folder("pump"))


def case_of(guideline: Guideline, **said: Any) -> Case:
    case = {"id": "p", "date_of_service": "2024-05-01", "services": [{"cpt": "E0784"}]} | said
    (read,) = read_text(json.dumps(case).encode(), "p.json", guideline)
    assert isinstance(read, Case), read
    return read


def decided(guideline: Guideline, findings: dict[str, Any], world: str = "open") -> Decision:
    return decide(case_of(guideline, findings=findings), guideline, world=world)


def outcomes_of(findings: dict[str, Any]) -> dict[str, bool]:
    """Say of each outcome that covers whether it holds, once everything is documented."""
    so = {name: findings[name] == "present" for name in FINDINGS}
    qualifies = so["injections_failed"] and so["log_kept"]
    return {
        "covered_initial": qualifies and findings["weeks_used"] <= 12,
        "covered": qualifies and so["better_control"],
        "covered_in_study": so["in_study"],
    }


def expected(findings: dict[str, Any], world: str) -> str:
    """Return the outcome by trying everything that the record may leave out."""
    if world == "closed":  # no weeks are no weeks beyond twelve
        full = dict.fromkeys(FINDINGS, "absent") | {"weeks_used": 0} | findings
        return next((name for name, holds in outcomes_of(full).items() if holds), "not_covered")
    left = [name for name in FINDINGS if name not in findings]
    weeks = [findings["weeks_used"]] if "weeks_used" in findings else [0, 30]
    ways = [
        outcomes_of(findings | dict(zip(left, values, strict=True)) | {"weeks_used": number})
        for values in product(("present", "absent"), repeat=len(left)) for number in weeks
    ]  # fmt: skip
    for name in NAMES[:3]:
        if all(way[name] for way in ways):
            return name
    return "more_information_needed" if any(any(way.values()) for way in ways) else "not_covered"


@PUMPS
@given(said, worlds)
def test_the_first_outcome_that_surely_holds_is_the_answer(
    pump: Guideline, findings: dict[str, Any], world: str
) -> None:
    """Of outcomes that cover the first in the declared order; a refusal only where none of them can hold."""
    assert decided(pump, findings, world).lines[0].outcome == expected(findings, world)


@PUMPS
@given(said, worlds, st.booleans())
def test_the_checker_comes_to_the_same_by_itself(
    pump: Guideline, findings: dict[str, Any], world: str, every: bool
) -> None:
    """Every proof of it holds, contrasts with every outcome among them."""
    judged = judge(case_of(pump, findings=findings), pump, world=world)
    for proof in (prove(judged, every=every), *(why_not(judged, name) for name in NAMES)):
        assert verify(as_json(proof), judged.case, pump.program) == []


@PUMPS
@given(said)
def test_a_missing_set_leads_to_the_outcome_it_is_told_for(pump: Guideline, findings: dict[str, Any]) -> None:
    """Documented as asked, the line has that outcome, whichever of those that cover it is."""
    line = decided(pump, findings).lines[0]
    assert line.needs_for is not None
    assert len(line.needs_for) == len(line.needs)
    for needs, outcome in zip(line.needs, line.needs_for, strict=True):
        more = {n.finding: 12 if n.finding == "weeks_used" else n.needs for n in single(needs)}
        assert decided(pump, findings | more).lines[0].outcome == outcome


def test_a_proof_that_names_another_outcome_of_its_role_is_refused(pump: Guideline) -> None:
    """What goes first, and which set leads where, is worked out by the checker, not taken from the proof."""
    whole = dict.fromkeys(FINDINGS[:4], "present") | {"weeks_used": 4}
    case = case_of(pump, findings=whole)
    told = as_json(prove(judge(case, pump)))
    other = json.loads(json.dumps(told).replace('"outcome": "covered_initial"', '"outcome": "covered"'))
    assert verify(told, case, pump.program) == []
    assert any("outcome is" in str(fault) for fault in verify(other, case, pump.program))
    case = case_of(pump, findings={"injections_failed": "present"})
    told = as_json(prove(judge(case, pump)))
    (root,) = [node for node in told["nodes"] if "missing_for" in node]
    root["missing_for"] = root["missing_for"][::-1]
    assert any("missing_for is" in str(fault) for fault in verify(told, case, pump.program))


def test_a_refusal_that_goes_last_shows_that_nothing_before_it_holds(pump: Guideline) -> None:
    """Its proof has the refutation of each outcome that covers; without one of them it does not hold."""
    case = case_of(pump, findings={"injections_failed": "absent", "in_study": "absent"})
    told = as_json(prove(judge(case, pump)))
    (root,) = told["roots"]
    absences = [edge for edge in told["edges"] if edge["from"] == root and edge["role"] == "absence"]
    assert len(absences) == 3
    told["edges"].remove(absences[1])
    assert verify(told, case, pump.program) != []


def test_an_outcome_is_told_in_its_words(pump: Guideline) -> None:
    """Text, letter and checklist say what the guideline calls it, and which outcome each set leads to."""
    case = case_of(pump, findings={"injections_failed": "present", "log_kept": "present", "weeks_used": 4})
    assert "It is covered for the first three months." in as_markdown(letter(judge(case, pump)))
    run = CliRunner()
    request = json.dumps(case.said | {"findings": {"injections_failed": "present"}})
    told = run.invoke(main, ["-g", str(pump.folder), "decide", "-"], input=request).stdout
    assert "1. for P.3: for members of a study (covered in a study)" in told
    asked = run.invoke(main, ["-g", str(pump.folder), "checklist", "-"], input=request).stdout
    assert "1. for P.3: for members of a study (covered in a study)" in asked
    page = run.invoke(main, ["-g", str(pump.folder), "explain", "-", "--format", "html"], input=request).stdout
    assert ".proof :is(.covered_initial, .covered, .covered_in_study) {" in page


@pytest.mark.parametrize("what", ["decision", "proof", "checklist"])
def test_answers_are_as_their_schema_says(what: str, pump: Guideline) -> None:
    """The schema of a guideline with several outcomes that cover has the key that says which."""
    arguments = {"decision": ["decide"], "proof": ["explain"], "checklist": ["checklist"]}[what]
    request = json.dumps(case_of(pump, findings={"injections_failed": "present"}).said)
    told = CliRunner().invoke(main, ["-g", str(pump.folder), *arguments, "-", "--format", "json"], input=request).stdout
    Draft202012Validator(schema_of(what, pump)).validate(json.loads(told))


def test_a_status_may_be_asked_for_by_role(pump: Guideline) -> None:
    """`--fail-on` takes a role beside the names, and a wrong one is told what there is."""
    request = json.dumps(case_of(pump, findings={"injections_failed": "absent", "in_study": "absent"}).said)
    run = CliRunner()
    for name, status in (("unfavourable", 3), ("not_covered", 3), ("favourable", 0), ("medically_necessary", 2)):
        told = run.invoke(main, ["-g", str(pump.folder), "decide", "-", "--fail-on", name], input=request)
        assert told.exit_code == status
    assert "there are covered_initial, covered, covered_in_study, not_covered" in told.stderr


@PUMPS
@given(
    st.fixed_dictionaries(
        {}, optional={"saturation": st.integers(80, 95), "smoker": st.sampled_from(["present", "absent"])}
    ),
    worlds,
    st.sampled_from(["home", "ward"]),
)
def test_names_make_no_difference(toy_text: Text, tmp_path_factory: pytest.TempPathFactory, facts: dict[str, Any],
                                  world: str, place: str) -> None:  # fmt: skip
    """A guideline that declares the customary outcomes under other names decides alike."""
    told = []
    for renamed in (False, True):
        text = toy_text("oxygen")
        for old, new, role in (("not_medically_necessary", "refused", "unfavourable"),
                               ("medically_necessary", "granted", "favourable"),
                               ("not_addressed", "elsewhere", "silent")) if renamed else ():  # fmt: skip
            text = re.sub(rf"\b{old}\b", new, text)
            text = re.sub(rf"(%@ predicate {new}\(.*\n)", rf"\1%@ outcome: {role}, {old.replace('_', ' ')}\n", text)
        folder = tmp_path_factory.getbasetemp() / f"renamed-{renamed}"
        folder.mkdir(exist_ok=True)
        (folder / "oxygen.dl").write_text(text)
        guideline = load(folder)
        case = case_of(guideline, place=place, facts=facts, services=[{"cpt": "E1390"}])
        line = decide(case, guideline, world=world).lines[0]
        told.append((line.role, line.words, line.by, line.reason, line.needs, line.rests_on))
    assert told[0] == told[1]


# --- What `check` finds --------------------------------------------------------------------------


def amiss(text: str) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in findings_of([("pump.dl", text)])]


def test_outcomes_of_one_role_need_an_order(toy_text: Text) -> None:
    """Which goes first is declared, once for each, and what covers goes before what does not."""
    text = toy_text("pump")
    assert amiss(text) == []
    said = "covered and covered_in_study are both favourable, and which goes first is not said"
    assert ("outcome-order", said) in amiss(text.replace("favourable 3", "favourable"))
    said = "covered and covered_in_study both have the order 2"
    assert ("outcome-order", said) in amiss(text.replace("favourable 3", "favourable 2"))
    said = "not_covered goes before covered_in_study, which covers the line"
    assert ("outcome-order", said) in amiss(text.replace("favourable 3", "favourable 5"))


def test_two_outcomes_of_which_neither_goes_first_are_found(toy_text: Text) -> None:
    """By deciding small requests; and a case that comes to both is refused."""
    text = toy_text("pump").replace("unfavourable 4", "unfavourable")
    said = "a line of code E0784 comes to covered_initial and to covered and to covered_in_study and to not_covered"
    found = [message for code, message in amiss(text) if code == "outcome-order"]
    assert [message.partition(" where ")[0] for message in found] == [said]


def test_a_line_with_two_outcomes_is_refused(toy_text: Text, tmp_path: Path) -> None:
    """With both rules, and what could be done."""
    (tmp_path / "pump.dl").write_text(toy_text("pump").replace("unfavourable 4", "unfavourable"))
    with pytest.raises(CaseError, match=r"two outcomes: covered_in_study by P.3 .* and not_covered by P "):
        decided(load(tmp_path), {"in_study": "present"})


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("favourable 3", "good", "annotation", '%@ outcome: good, "covered in a study" gives covered_in_study no role'),
        ("unfavourable 4", "unfavourable 0", "annotation", "%@ outcome: unfavourable 0 gives not_covered no role"),
        ("not_addressed(", "beyond(", "interface", "not_addressed of 3 arguments is not declared"),
    ],
)
def test_a_role_that_is_none_is_told(old: str, new: str, code: str, said: str, toy_text: Text) -> None:
    """What cannot be read, and a role of which not even the customary outcome is there, are errors."""
    assert (code, said) in amiss(toy_text("pump").replace(old, new))
