"""Answers and questionnaires are FHIR: held against R4B by models of another hand, and by a validator of npm."""

import copy
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.fhir.coded import shipped
from coverlog.engine.cases.fhir.example import order_sign
from coverlog.engine.cases.fhir.parts import parse, written
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.cases.plan import Covered, Service
from coverlog.engine.decision.decide import judge
from coverlog.engine.library.guideline import load
from coverlog.explain.advice.questionnaire import of_lines, questionnaire
from coverlog.explain.service.hook import read_call
from coverlog.explain.service.orders import Desk
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.servicerequest import ServiceRequest
from pydantic import ValidationError

PUBLISHED = Path(__file__).parent.parent / "cases" / "fhir" / "published"
NAMES = ("cg_med_24", "ncd_240_4")
MODELS: dict[str, Any] = {"ServiceRequest": ServiceRequest, "Questionnaire": Questionnaire}
VALIDATE = """
const {Fhir} = require('fhir'), f = new Fhir(), text = require('fs').readFileSync(0, 'utf8')
for (const line of text.trim().split('\\n')) {
  const errors = f.validate(JSON.parse(line), {errorOnUnexpected: true}).messages.filter(m => m.severity === 'error')
  if (errors.length) console.log(JSON.stringify(errors))
}
"""
Json = dict[str, Any]


def answered(desk: Desk, data: bytes) -> Iterator[Json]:
    answer = json.loads(written(desk.answer(read_call(parse(data, "call"), "order-sign", ()), "2026-11-26")))
    yield from (action["resource"] for action in answer.get("systemActions", ()))


@pytest.fixture(scope="module")
def resources(size: Any) -> list[Json]:
    """The orders of answers, and questionnaires, of canonical cases and published calls, approval required and not."""
    found: list[Json] = []
    for required in (True, False):
        plan = Service({name: Covered(required, "https://plan.example/p") for name in NAMES}, "https://payer.example")
        desk = Desk(plan, {name: load(name) for name in NAMES}, shipped(), plan.base_url)
        for guideline in map(load, NAMES):
            for path in canonical_paths(guideline)[:: size(40, 1)]:
                for case in read_files([path], guideline) if "refused" not in path.parts else ():
                    assert isinstance(case, Case)
                    found += answered(desk, json.dumps(order_sign(case.said)).encode())
                    wanted = of_lines(judge(case, guideline).decision.lines)
                    found += [questionnaire(wanted, guideline, plan.base_url)] if wanted.first else []
        for path in sorted(PUBLISHED.glob("0*.json")):
            found += answered(desk, path.read_bytes())
        found += answered(desk, (PUBLISHED / "hl7-CRDServiceRequest.json").read_bytes())
    return found


def test_what_is_sent_is_fhir(resources: list[Json], record_property: Any) -> None:
    """Each is read by the models of R4B, which know every element; a planted fault is not."""
    for resource in resources:
        MODELS[resource["resourceType"]].model_validate(resource)
    kinds = [resource["resourceType"] for resource in resources]
    record_property(
        "measured", f"{kinds.count('ServiceRequest')} orders, {kinds.count('Questionnaire')} questionnaires"
    )
    assert set(kinds) == set(MODELS)
    for kind, planted in (("ServiceRequest", {"extension": [{"valueCode": 3}]}), ("Questionnaire", {"status": {}})):
        bad: Json = copy.deepcopy(next(each for each in resources if each["resourceType"] == kind)) | planted
        with pytest.raises(ValidationError):
            MODELS[kind].model_validate(bad)


def test_what_is_sent_is_fhir_by_another_validator(resources: list[Json]) -> None:
    """The validator of npm's `fhir` finds no error, where node and it are installed; a planted fault it finds."""
    node = shutil.which("node")
    if not node or subprocess.run([node, "-e", "require('fhir')"], capture_output=True, check=False).returncode:
        pytest.skip("node and npm's fhir are not installed")
    for sent, wrong in ((resources, 0), ([{**resources[0], "status": "none of them"}], 1)):
        lines = "\n".join(map(json.dumps, sent))
        told = subprocess.run([node, "-e", VALIDATE], input=lines, text=True, capture_output=True, check=True)
        assert len(told.stdout.splitlines()) == wrong, told.stdout
