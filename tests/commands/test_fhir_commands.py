"""The commands of FHIR: from-fhir writes cases and says where each value is from; serve reads a plan."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result
from coverlog.explain.commands.main import main

PUBLISHED = Path(__file__).parent.parent / "cases" / "fhir" / "published"
ANSWERED = str(PUBLISHED / "03-emg-ncs-cts-covered-by-questionnaire.json")
OPTIONS = str(PUBLISHED / "hl7-CRDServiceRequest.json")
PLAN = "service:\n  guidelines:\n    cg_med_24: {prior_authorization: true}\n"


def run(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, args, input=stdin, env={"COLUMNS": "100"}, catch_exceptions=False)


def test_what_is_written_is_a_case_that_can_be_decided() -> None:
    """Piped into decide it is decided; with alternatives there are several cases."""
    written = run("from-fhir", ANSWERED)
    assert written.exit_code == 0
    (line, _) = json.loads(run("decide", "-", "--format", "json", stdin=written.stdout).stdout)["lines"]
    assert line["missing"] == [[{"finding": "setting", "needs": "outpatient"}]]
    assert len(list(yaml.safe_load_all(run("from-fhir", OPTIONS).stdout))) == 4


def test_each_value_has_its_path() -> None:
    """In the case as a source, on standard error with --trace, and in JSON; what was not used is named."""
    ran = run("from-fhir", ANSWERED, "--trace")
    for path in ("QuestionnaireResponse/qr1.item[1].answer[0].value", "ServiceRequest/1357.occurrenceDateTime"):
        assert path in ran.stderr
    assert "not used: Encounter/987.class: the encounter ended before the day of service" in ran.stderr
    case = yaml.safe_load(ran.stdout)
    assert case["findings"]["wrist_splint_weeks"]["source"] == "QuestionnaireResponse/qr1.item[1].answer[0].value"
    told = json.loads(run("from-fhir", ANSWERED, "--format", "json").stdout)["cases"][0]
    assert told["case"] == case
    assert {"findings.wrist_splint_weeks", "services.0.cpt", "date_of_service"} <= {
        each["at"] for each in told["trace"]
    }
    assert told["unused"] == [{"path": "Encounter/987.class", "why": "the encounter ended before the day of service"}]


def test_it_reads_standard_input_and_a_map(tmp_path: Path) -> None:
    """A map names what other codes stand for; a wrong one is told with its line."""
    order = {"resourceType": "ServiceRequest", "occurrenceDateTime": "2025-11-03",
             "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "95886"}]},
             "reasonCode": [{"coding": [{"system": "http://snomed.info/sct", "code": "1"}]}]}  # fmt: skip
    (tmp_path / "map.csv").write_text("system,code,kind,id\nhttp://snomed.info/sct,1,condition,radiculopathy\n")
    mapped = run("from-fhir", "-", "--map", str(tmp_path / "map.csv"), stdin=json.dumps(order))
    assert yaml.safe_load(mapped.stdout)["conditions"][0]["condition"] == "radiculopathy"
    assert "not used: ServiceRequest.reasonCode[0]" in run("from-fhir", "-", stdin=json.dumps(order)).stderr
    (tmp_path / "map.csv").write_text("system,code\n1,2\n")
    assert "lacks the column kind, id" in run("from-fhir", "-", "--map", str(tmp_path / "map.csv"), stdin="{}").stderr


@pytest.mark.parametrize(("stdin", "said"), [("{", "not JSON"), ("[]", "has to be a JSON object"),
                                             ("{}", "holds no ServiceRequest, DeviceRequest or Claim")])  # fmt: skip
def test_what_is_no_request_is_said(stdin: str, said: str) -> None:
    """In one line, status 2, and nothing is written."""
    ran = run("from-fhir", "-", stdin=stdin)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert said in ran.stderr
    assert run("from-fhir").exit_code == 2


def test_both_guidelines_read_what_is_theirs(tmp_path: Path) -> None:
    """A request for codes of both is one case, which each of them reads its part of."""
    request = json.loads(run("from-fhir", "--example", "cts-six-weeks-of-splinting").stdout)
    entries = request["context"]["draftOrders"]["entry"]
    entries[1]["resource"]["code"]["coding"][0]["code"] = "E0601"
    ran = run("decide", "-", stdin=run("from-fhir", "-", stdin=json.dumps(request)).stdout)
    assert ran.exit_code == 0
    assert "CG-MED-24" in ran.stdout
    assert "NCD 240.4" in ran.stdout


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ("letter: {}\n", "says nothing for a service"),
        ("service: {}\n", "service lacks guidelines"),
        ("service: {guidelines: {cg_med_24: {}}}\n", "lacks prior_authorization; write prior_authorization: true"),
        (f"{PLAN}  base_url: payer\n", "service.base_url is no address"),
        (f"{PLAN}  payer: [x]\n", "unknown key payer in service; did you mean payers?"),
        (PLAN.replace("cg_med_24", "cg_med_25"), "did you mean cg_med_24?"),
    ],
)
def test_what_is_wrong_with_a_plan_is_said(plan: str, said: str, tmp_path: Path) -> None:
    """With its place and a remedy, before anything is served."""
    (tmp_path / "plan.yaml").write_text(plan)
    ran = run("serve", "--plan", str(tmp_path / "plan.yaml"), "--check")
    assert ran.exit_code == 2
    assert said in ran.stderr


def test_the_example_of_a_plan_can_be_served(tmp_path: Path) -> None:
    """It passes the check; without a plan there is nothing to serve."""
    (tmp_path / "plan.yaml").write_text(run("serve", "--example").stdout)
    ran = run("serve", "--plan", str(tmp_path / "plan.yaml"), "--check")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "answers for CG-MED-24, NCD 240.4" in ran.stderr
    assert run("serve").exit_code == 2


def test_a_service_answers_until_it_is_interrupted(tmp_path: Path) -> None:
    """It says where it listens, answers the hosts of its socket and of its base URL, and ends with status 0."""
    (tmp_path / "plan.yaml").write_text(f"{PLAN}  base_url: https://payer.example/coverage\n")
    command = [sys.executable, "-c", "from coverlog.explain.commands.main import main; main()", "serve", "--port", "0",
               "--plan", str(tmp_path / "plan.yaml")]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ) as server:
        assert server.stderr
        url = server.stderr.readline().split()[2]
        for host in ("", "payer.example"):
            answer = httpx.get(url, headers={"Host": host} if host else {})
            assert len(answer.json()["services"]) == 2
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0
        assert server.stderr.read() == ""
