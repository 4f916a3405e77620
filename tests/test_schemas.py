"""What the commands answer is of the schemas they publish, and the schemas are schemas."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner
from coverlog.engine.decision.decide import Judged
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.advice.checklist import as_json as checklist_json
from coverlog.explain.advice.checklist import checklist
from coverlog.explain.advice.comparison import as_json as comparison_json
from coverlog.explain.advice.comparison import compared
from coverlog.explain.advice.letter import letter
from coverlog.explain.advice.line_rows import rows_of
from coverlog.explain.commands.main import main
from coverlog.explain.commands.schema import OF
from coverlog.explain.proof.build import prove, why_not
from coverlog.explain.proof.document import as_json as proof_json
from coverlog.explain.reference.schemas import SCHEMAS, schema_of
from coverlog.explain.render.line_table import as_json as rows_json


def told(*args: str) -> Any:
    result = CliRunner().invoke(main, args, catch_exceptions=False)
    return json.loads(result.stdout)


OTHERWISE = {"outcome": "none", "by": [], "missing": [[{"finding": "one", "needs": "present"}]]}
ANSWERS: dict[str, Callable[[Judged], list[Any]]] = {
    "decision": lambda each: [each.decision.as_json()],
    "proof": lambda each: [
        proof_json(proof) for proof in (prove(each), prove(each, every=True), why_not(each, "medically_necessary"))
    ],
    "checklist": lambda each: [checklist_json(each, checklist(each, ""))],
    "letter": lambda each: [letter(each).as_json()],
    "case": lambda each: [each.case.said],
    "plan": lambda each: [{"letter": {"identity": each.case.id, "appeal": ["who", "how"]}}],
    "rows": lambda each: [rows_json(rows_of(each))],
    "comparison": lambda each: [
        comparison_json(compared([each.decision.as_json()], [other]))
        for other in (
            each.decision.as_json() | {"case": "other", "lines": []},
            {"case": each.case.id, "error": "no"},
            {"case": "other", "lines": [line | OTHERWISE for line in each.decision.as_json()["lines"]]},
        )
    ],
}


@pytest.mark.parametrize("what", ANSWERS)
def test_answers_are_of_their_schema(
    what: str, guideline: Guideline, decided: list[Judged], size: Callable[[int, int], int]
) -> None:
    """What is said of canonical cases, in both worlds, is what the schema says, and nothing that it does not."""
    validator = jsonschema_rs.validator_for(schema_of(what, guideline))
    cases = decided[:: size(3, 1)]
    answers = [json.loads(json.dumps(answer)) for each in cases for answer in ANSWERS[what](each)]
    assert len(answers) >= len(cases) > size(15, 800)
    for answer in answers:
        validator.validate(answer)
        for key in answer:
            if what not in ("case", "plan"):  # what people write may leave things out
                assert not validator.is_valid({name: value for name, value in answer.items() if name != key}), key


@pytest.mark.parametrize("what", OF)
def test_each_schema_is_one_of_its_draft_with_a_name_of_its_own(what: str) -> None:
    """A published schema is sound, says its draft, its name and its title, and refers to nothing outside."""
    schema = told("schema", "--of", what)
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:coverlog:schema:{what}:CG-MED-24"
    told_as, _, named = schema["title"].partition(" for ")
    assert named == "CG-MED-24"
    assert told_as[0].isupper()
    assert not re.fullmatch(r"An? \w+[^is]s", told_as), "an article before a plural"
    assert tuple(SCHEMAS) == OF


PROOFS: dict[str, list[list[str]]] = {
    "analysis": [
        ["analyze", "ncd_240_4"],
        ["analyze", "ncd_240_4", "--only", "reliance", "--on", "age-not-documented", "--on", "bilevel-devices"],
        ["analyze", "ncd_240_4", "--seconds", "0"],
    ],
    "difference": [
        ["diff", "2017-11-01", "2017-11-02"],
        ["diff", "2019-01-01", "2020-01-01", "--on", "cts-six-weeks-of-splinting"],
        ["diff", "2015-05-06", "2015-05-07", "--world", "closed", "--on", "cts-six-weeks-of-splinting"],
    ],
    "construction": [
        ["construct", "medically_necessary", "--code", "95886"],
        ["construct", "medically_necessary", "--code", "99999"],
    ],
    "sufficiency": [["sufficient", f"cts-{name}"] for name in ("six-weeks-of-splinting", "splint-weeks-undocumented")],
}


@pytest.mark.parametrize("what", PROOFS)
def test_what_is_proved_of_all_cases_is_of_its_schema(what: str) -> None:
    """What the commands that prove things write is what its schema says, and no key of it can be left out."""
    for asked in PROOFS[what]:
        guideline = load("ncd_240_4" if "ncd_240_4" in asked else "cg_med_24")
        validator = jsonschema_rs.validator_for(schema_of(what, guideline))
        answer = told(*asked, "--format", "json")
        validator.validate(answer)
        for key in set(answer or ()) - {"flips"}:
            assert not validator.is_valid({name: value for name, value in answer.items() if name != key}), key
    assert {*PROOFS, *ANSWERS} == set(OF)


def test_the_schema_of_a_case_tells_editors_what_each_word_means(guideline: Guideline) -> None:
    """Every concept that a case may say stands in the schema with its label."""
    program = guideline.program
    properties = told("schema")["properties"]
    for predicate in program.predicates.values():
        if predicate.case and predicate.case.kind:
            of = properties[predicate.case.key]
            for concept in program.of_kind(predicate.case.kind):
                if "properties" in of:
                    assert of["properties"][concept]["description"] == program.label(concept)
                else:
                    words = of.get("items", of)
                    words = words.get("else", words)  # an item of a list may be an object with a source
                    assert words["enumDescriptions"][words["enum"].index(concept)] == program.label(concept)


def test_a_refused_case_is_of_the_schema_and_names_each_fault_apart(tmp_path: Path) -> None:
    """What decide says of a case that it refuses has place, message and remedy of each fault."""
    file = tmp_path / "odd.yaml"
    file.write_text("id: odd\ndate_of_service: 2025-02-30\nsetting: ofice\nservices: [{cpt: '95886'}]\n")
    refused = told("decide", str(file), "--format", "json")
    jsonschema_rs.validator_for(told("schema", "--of", "decision")).validate(refused)
    date, setting = refused["faults"]
    assert date["place"] == f"{file}:2:18"
    assert (date["message"], date["remedy"][-11:]) == ("2025-02-30 is no day of the calendar", " YYYY-MM-DD")
    assert (setting["place"], setting["remedy"]) == (f"{file}:3:10", "did you mean office?")
