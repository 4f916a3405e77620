"""Coverage answers: what each situation comes to, the rules of CRD that every answer keeps, and what is refused."""

import asyncio
import copy
import json
import logging
import random
import resource
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import fhirpathpy
import httpx
import pytest
from coverlog.engine.cases.fhir.coded import shipped
from coverlog.engine.cases.fhir.example import order_sign, response
from coverlog.engine.cases.fhir.orders import BILLING_OPTIONS
from coverlog.engine.cases.fhir.parts import parse, written
from coverlog.engine.cases.plan import Covered, Service
from coverlog.engine.evaluation.limits import until
from coverlog.engine.library.guideline import load
from coverlog.explain.service import crd as served
from coverlog.explain.service import orders as answering
from coverlog.explain.service.coverage_information import URL
from coverlog.explain.service.crd import crd
from coverlog.explain.service.hook import read_call
from coverlog.explain.service.orders import Desk
from fhirpathpy.models import models
from hypothesis import given, settings
from hypothesis import strategies as st

THREAD = ThreadPoolExecutor(1)  # Playwright may have a loop in the thread of the tests
PUBLISHED = Path(__file__).parent.parent / "cases" / "fhir" / "published"
HOST, TODAY = "payer.example", "2026-11-26"
POLICY = "https://plan.example/policy"
Json = dict[str, Any]


class Asking:
    """A service that is asked without a socket."""

    def __init__(self, *, required: bool, record: Path | None = None, payers: tuple[str, ...] = ()) -> None:
        names = ("cg_med_24", "ncd_240_4")
        plan = Service({name: Covered(required, POLICY) for name in names}, f"https://{HOST}", payers)
        desk = Desk(plan, {name: load(name) for name in names}, shipped(), plan.base_url)
        self.app = crd(desk, {HOST}, record, lambda: TODAY)

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Ask; a body that is no text of its own is sent as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None

        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"https://{HOST}") as client:
                return await client.request(method, path, content=data)

        return THREAD.submit(asyncio.run, sent()).result()

    def call(self, request: Any) -> httpx.Response:
        hook = request.get("hook", "order-sign") if isinstance(request, dict) else "order-sign"
        return self.ask("POST", f"/cds-services/{hook if isinstance(hook, str) else 'order-sign'}-crd", request)

    def answers(self, request: Any) -> list[list[Json]]:
        """The assertions of each order, by name; every answer is held against the rules of CRD."""
        answer = self.call(request)
        assert answer.status_code == 200, answer.text
        return [[told(each) for each in ours(action["resource"])] for action in actions(answer)]


@pytest.fixture(scope="module")
def required() -> Asking:
    """The service of a plan that asks for prior authorization."""
    return Asking(required=True)


@pytest.fixture(scope="module")
def free() -> Asking:
    """The service of a plan that asks for none."""
    return Asking(required=False)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the machine of the tests is busy no call is cut short, but where that is what is tested."""
    monkeypatch.setattr(served, "DEADLINE", 60.0)


def actions(answer: httpx.Response) -> list[Json]:
    found: list[Json] = json.loads(answer.text).get("systemActions", [])
    for action in found:
        assert action["type"] == "update"
        assert list(broken(action["resource"])) == []
    return found


def ours(resource: Json) -> list[Json]:
    return [each for each in resource.get("extension", []) if each.get("url") == URL]


def told(extension: Json) -> Json:
    """What an extension says, by its names; details by their codes."""
    said: Json = {}
    for part in extension["extension"]:
        (value,) = [value for key, value in part.items() if key.startswith("value")] or [part.get("extension")]
        if part["url"] == "detail":
            inner = {each["url"]: next(v for k, v in each.items() if k != "url") for each in value}
            said[inner["code"]["coding"][0]["code"]] = inner["value"]
        else:
            said[part["url"]] = value
    return said


# --- The rules of CRD ------------------------------------------------------------------------


def exists(url: str, *values: str) -> str:
    """The expression that a part says one of some values; of 2.2.1 with what a single item needs to be a boolean."""
    either = " or ".join(f"value = '{value}'" for value in values)
    return f"extension.where(url = '{url}'{f' and ({either})' if values else ''}).exists()"


DECIDED = "(url = 'covered' or url = 'pa-needed' or url = 'doc-needed')"
CONDITIONAL = f"extension.where({DECIDED} and value = 'conditional').exists()"
REASONS = ("gold-card", "no-member-found", "no-active-coverage", "coverage-not-found", "auth-out-network", "technical")
RULES = {
    "q1": f"{exists('questionnaire')} implies {exists('doc-needed')}",
    "q2": f"{exists('covered', 'not-covered')} implies {exists('pa-needed')}.not()",
    "q3": f"{CONDITIONAL} = {exists('info-needed')}",  # if and only if, as its words are
    "q4": f"{exists('pa-needed', 'satisfied', 'no-auth', 'not-covered')} implies "
          f"{exists('doc-purpose', 'withpa')}.not()",
    "q5": f"{exists('pa-needed', 'satisfied')} = {exists('satisfied-pa-id')}",
    "q6": f"{exists('info-needed', 'OTH')} implies {exists('reason')}",
    "q7": "extension.where(url = 'reason').empty() or extension.where(url = 'reason').value.text.exists() or "
          "extension.where(url = 'reason').value.memberOf('http://hl7.org/fhir/us/davinci-crd/ValueSet/"
          "coverageAssertionReasons').exists()",
    "q8": f"extension.where(url = 'doc-purpose' and value != 'conditional').exists() implies {exists('reason')}",
    "q9": f"extension.where({DECIDED} and value = 'indeterminate').exists() implies {exists('reason')}",
    "2.0.1 q2": f"extension.where(url = 'covered' and value != 'not-covered').exists() implies {exists('pa-needed')}",
    "2.0.1 q3": f"{exists('info-needed')} implies {CONDITIONAL}",
    "one of each": " and ".join(f"extension.where(url = '{url}').count() = 1"
                                for url in ("coverage", "covered", "date", "coverage-assertion-id")),
    "oth has a detail": f"{exists('info-needed', 'OTH')} implies {exists('detail')}",
}  # fmt: skip
MEMBER = {"memberOf": {"fn": lambda found, _: [each for each in found if in_reasons(each)], "arity": {1: ["String"]}}}


def in_reasons(node: Any) -> bool:
    value = getattr(node, "data", node)
    return any(coding.get("code") in REASONS for coding in value.get("coding", []))


COMPILED: dict[str, Any] = {
    name: fhirpathpy.compile(f"extension.where(url = '{URL}').all({rule})", models["r4"],
                             {"userInvocationTable": MEMBER})
    for name, rule in RULES.items()
}  # fmt: skip


def broken(resource: Json) -> Iterator[str]:
    """Yield the rules that the coverage information of a resource breaks, each of its extensions by itself."""
    for each in ours(resource):
        yield from broken_by(json.dumps(each))


@cache
def broken_by(extension: str) -> tuple[str, ...]:
    """The rules that an extension breaks, as it is said of nothing but it; mutated calls have the same by hundreds."""
    resource = {"resourceType": "ServiceRequest", "extension": [json.loads(extension)]}
    return tuple(name for name, rule in COMPILED.items() if rule(resource) != [True])


def published(name: str) -> Json:
    found: Json = json.loads((PUBLISHED / name).read_text())
    return found


def test_the_rules_tell_good_answers_from_bad_ones() -> None:
    """An answer that Inferno publishes keeps them, and one breaks q8; a planted fault breaks the rule it is against."""
    good = published("inferno-coverage_info_system_action_covered.json")["resource"]
    assert list(broken(good)) == []
    assert "q8" in list(broken(published("inferno-coverage_info_system_action_conditional.json")["resource"]))
    planted = {"q1": ("questionnaire", "valueCanonical", "x"), "q5": ("satisfied-pa-id", "valueString", "x"),
               "q3": ("info-needed", "valueCode", "location"), "q4": ("doc-purpose", "valueCode", "withpa"),
               "q7": ("reason", "valueCodeableConcept", {"coding": [{"code": "other"}]})}  # fmt: skip
    for rule, (url, key, value) in planted.items():
        bad = copy.deepcopy(good)
        bad["extension"][0]["extension"].append({"url": url, key: value})
        assert rule in list(broken(bad)), rule


# --- Situations ------------------------------------------------------------------------------

FINDINGS = {"sensory_loss": "present", "refractory_to_activity_modification": "present", "wrist_splint_weeks": 6}
WRIST: Json = {
    "date_of_service": "2025-11-03", "services": [{"cpt": "95886"}, {"cpt": "95909"}], "diagnoses": ["G56.01"],
    "setting": "outpatient",
    "findings": FINDINGS,
}  # fmt: skip


def wrist(**findings: Any) -> Json:
    """A request for carpal tunnel syndrome, with other findings."""
    return order_sign({**WRIST, "findings": {**FINDINGS, **findings}})


def only(said: list[list[Json]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(each.get(name) for name in names) for order in said for each in order]


def test_what_is_met_is_covered(required: Asking, free: Asking) -> None:
    """With or without authorization, as the plan says, and with the statement as its reason."""
    for asking, needed in ((required, "auth-needed"), (free, "no-auth")):
        said = asking.answers(wrist())
        assert only(said, "covered", "pa-needed", "doc-needed", "info-needed") == [("covered", needed, None, None)] * 2
        assert "I.4.a" in said[0][0]["reason"]["text"]
        assert "Decided as EMG with NCS" in said[0][0]["reason"]["text"]
        assert said[0][0]["coverage"] == {"reference": "Coverage/example"}
        assert said[0][0]["billingCode"] == {"system": "http://www.ama-assn.org/go/cpt", "code": "95886"}
        assert said[0][0]["date"] == TODAY


def test_what_is_missing_is_asked_for(required: Asking, free: Asking) -> None:
    """As clinical documentation, with a questionnaire that the service gives; answered, the order is covered."""
    request = order_sign({**WRIST, "findings": {}})
    for asking, needed, purpose in ((required, "auth-needed", "withpa"), (free, "no-auth", "withclaim")):
        said = asking.answers(request)
        assert (
            only(said, "covered", "pa-needed", "doc-needed", "doc-purpose")
            == [("covered", needed, "clinical", purpose)] * 2
        )
        url = said[0][0]["questionnaire"]
        form = asking.ask("GET", url.removeprefix(f"https://{HOST}"))
        assert form.headers["content-type"].startswith("application/fhir+json")
        assert form.json()["url"] == url
        link = form.json()["item"][0]["linkId"]
        answered = copy.deepcopy(request)
        answered["prefetch"]["renamed"] = response([(link, "present", "a note")], "mine")
        assert only(asking.answers(answered), "covered", "pa-needed", "doc-needed") == [("covered", needed, None)] * 2


def test_what_is_not_met_goes_to_a_person(required: Asking, free: Asking) -> None:
    """Never not-covered: to authorization where there is one; else it is conditional, with what would help."""
    request = wrist(wrist_splint_weeks=2, sensory_loss="absent", weakness="absent", muscle_atrophy="absent")
    said = required.answers(request)
    assert (
        only(said, "covered", "pa-needed", "info-needed", "policy-link")
        == [("covered", "auth-needed", None, POLICY)] * 2
    )
    assert said[0][0]["reason"]["text"].startswith("Not medically necessary by CG-MED-24: X1")
    said = free.answers(request)
    assert only(said, "covered", "pa-needed", "info-needed") == [("conditional", "conditional", "OTH")] * 2
    assert "I.4.a is not met, because a wrist splint was used for 2 weeks" in said[0][0]["instructions"]


def test_what_no_guideline_speaks_of_is_open(required: Asking) -> None:
    """Conditional, for another reason, with the reason and a detail."""
    said = required.answers(order_sign({**WRIST, "services": [{"cpt": "99213"}]}))
    assert only(said, "covered", "pa-needed", "info-needed") == [("conditional", "conditional", "OTH")]
    assert "not one of those listed" in said[0][0]["reason"]["text"]


def test_where_it_is_done_is_asked_for_where_it_matters(required: Asking) -> None:
    """Not by a questionnaire; where it does not matter, the answer is as it is anywhere."""
    request = wrist()
    request["prefetch"]["encounter"] = None
    request["prefetch"]["questionnaireResponses"]["item"] = [
        item for item in request["prefetch"]["questionnaireResponses"]["item"] if item["linkId"] != "setting"
    ]
    said = required.answers(request)
    assert (
        only(said, "covered", "pa-needed", "info-needed", "questionnaire")
        == [("conditional", "conditional", "location", None)] * 2
    )
    anywhere = order_sign({"date_of_service": "2025-11-03", "services": [{"cpt": "95872"}, {"cpt": "95937"}],
                           "diagnoses": ["G70.00"]})  # fmt: skip
    assert only(required.answers(anywhere), "covered") == [("covered",)] * 2
    refused = order_sign({"date_of_service": "2025-11-03", "services": [{"cpt": "95886"}], "diagnoses": ["M54.16"]})
    assert only(required.answers(refused), "covered", "info-needed") == [("conditional", "location")]


def test_an_order_without_a_code_to_bill_is_asked_to_have_one(required: Asking) -> None:
    """A code of another system, or no day: what is lacking is named, and no billing code is."""
    request = wrist()
    first, second = (entry["resource"] for entry in request["context"]["draftOrders"]["entry"])
    first["code"] = {"coding": [{"system": "http://snomed.info/sct", "code": "42803009"}]}
    del second["occurrenceDateTime"]
    said = required.answers(request)
    assert only(said, "covered", "info-needed", "billingCode") == [
        ("conditional", "detail-code", None),
        ("conditional", "timeframe", {"system": "http://www.ama-assn.org/go/cpt", "code": "95909"}),
    ]


def test_a_fault_of_the_service_says_so(required: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Indeterminate, with the reason code; the log has the kind and the place, and nothing of the call."""
    monkeypatch.setattr(answering, "judge", lambda case, guideline: 1 / 0)
    said = required.answers(wrist())
    assert only(said, "covered") == [("indeterminate",)] * 2
    assert said[0][0]["reason"]["coding"][0]["code"] == "technical"


def test_a_call_is_decided_so_many_times_at_most(required: Asking) -> None:
    """An order with ever so many billing options is answered in time: what is beyond the bound says so."""
    request = order_sign({**WRIST, "services": [{"cpt": "95886"}]})
    system = "http://www.ama-assn.org/go/cpt"
    options = [{"url": BILLING_OPTIONS, "valueCodeableConcept": {"coding": [{"system": system, "code": f"{n:05}"}]}}
               for n in range(10_000, 10_000 + 3 * answering.MOST)]  # fmt: skip
    request["context"]["draftOrders"]["entry"][0]["resource"]["code"] = {"extension": options}
    (action,) = required.call(request).json()["systemActions"]
    said = [told(each)["covered"] for each in ours(action["resource"])]
    assert said == ["conditional"] * answering.MOST + ["indeterminate"] * 2 * answering.MOST


def test_needle_alone_says_that_it_was_decided_without_the_other(required: Asking) -> None:
    """Ordered without the other study, or for another day."""
    request = wrist()
    second = request["context"]["draftOrders"]["entry"][1]["resource"]
    second["occurrenceDateTime"] = "2025-11-10"
    for asked in (request, order_sign({**WRIST, "services": [{"cpt": "95886"}]})):
        assert "Decided as EMG without NCS." in required.answers(asked)[0][0]["reason"]["text"]


def test_each_billing_option_has_an_assertion(required: Asking) -> None:
    """HL7's order with four options has four, with ids of their own; the other order has one."""
    said = required.answers(published("hl7-CRDServiceRequest.json"))
    assert [[each["billingCode"]["code"] for each in order] for order in said] == [
        ["77061", "77062", "77065", "77066"], ["E0431"]
    ]  # fmt: skip
    assert len({each["coverage-assertion-id"] for order in said for each in order}) == 5
    assert "the day the order was written" in said[0][0]["reason"]["text"]


def test_the_second_guideline_answers_its_own_codes(required: Asking) -> None:
    """On one day with codes of the first, each order is answered by the guideline that lists its code."""
    request = order_sign({**WRIST, "services": [{"cpt": "95886"}, {"cpt": "E0601"}]})
    first, second = required.answers(request)
    assert "CG-MED-24" in first[0]["reason"]["text"]
    assert "NCD 240.4" in second[0]["reason"]["text"]
    assert "/NCD-240-4." in second[0]["questionnaire"]


def test_selected_orders_alone_are_answered_when_orders_are_selected(required: Asking, free: Asking) -> None:
    """And no documentation is asked for."""
    request = order_sign({**WRIST, "findings": {}})
    request["hook"] = "order-select"
    request["context"]["selections"] = ["ServiceRequest/order-2"]
    for asking, covered in ((required, "covered"), (free, "conditional")):
        said = asking.answers(request)
        assert only(said, "billingCode") == [({"system": "http://www.ama-assn.org/go/cpt", "code": "95909"},)]
        assert only(said, "covered", "doc-needed", "doc-purpose", "questionnaire") == [(covered, None, None, None)]


def patient_born(day: str) -> Json:
    return {"resourceType": "Patient", "id": "example", "birthDate": day}


def test_answers_that_contradict_each_other_are_asked_again(required: Asking) -> None:
    """By the guideline's own rules, or within one response: documentation is asked for, and the reason says why."""
    request = order_sign({**WRIST, "findings": {}})
    request["prefetch"]["mine"] = response(
        [("significant_weakness_on_exam", "present", ""), ("weakness", "absent", "")]
    )
    said = required.answers(request)
    assert only(said, "doc-needed") == [("clinical",)] * 2
    assert "contradictory documentation" in said[0][0]["reason"]["text"]
    request["prefetch"]["mine"] = response([("weakness", "present", ""), ("weakness", "absent", "")])
    assert only(required.answers(request), "doc-needed") == [("clinical",)] * 2
    cpap = order_sign({**WRIST, "services": [{"cpt": "E0601"}], "findings": {}})
    cpap["prefetch"] |= {"mine": response([("age", 30, "")]), "patient": patient_born("1960-01-01")}
    ((said_,),) = required.answers(cpap)
    assert said_["doc-needed"] == "clinical"
    assert "30 years" in said_["reason"]["text"]


# --- Laws ------------------------------------------------------------------------------------


def test_what_was_received_is_what_is_sent_back(required: Asking) -> None:
    """Taking our extensions out restores each order, decimals as they were written; other extensions stay."""
    for name in (
        "hl7-CRDServiceRequest.json",
        "01-emg-ncs-cts-missing.json",
        "09-null-prefetch-and-nutrition-order.json",
    ):
        request = published(name)
        first = next(entry["resource"] for entry in request["context"]["draftOrders"]["entry"]
                     if entry["resource"]["resourceType"] == "ServiceRequest")  # fmt: skip
        first |= {"extension": [{"url": "http://x", "valueDecimal": 4711.25}], "name": "\ud83d\ude00 \u200b"}
        text = json.dumps(request).replace("4711.25", "1.500")
        answer = required.ask("POST", "/cds-services/order-sign-crd", text.encode())
        assert "1.500" in answer.text
        held = {
            entry["resource"]["id"]: entry["resource"] for entry in json.loads(text)["context"]["draftOrders"]["entry"]
        }
        assert len(actions(answer)) == 2
        for action in actions(answer):
            resource = action["resource"]
            resource["extension"] = [each for each in resource["extension"] if each["url"] != URL]
            before = held[resource["id"]]
            assert resource == {**before, "extension": before.get("extension", [])}


def test_nothing_new_is_no_action(required: Asking) -> None:
    """An order that has the assertion already is not updated; with another finding it is, for the id is another."""
    request = wrist()
    updated = [action["resource"] for action in actions(required.call(request))]
    for entry, order in zip(request["context"]["draftOrders"]["entry"], updated, strict=True):
        entry["resource"] = order
    assert required.call(request).json() == {"cards": []}
    request["prefetch"]["mine"] = response([("weakness", "present", "")])
    assert len(actions(required.call(request))) == 2


def test_the_order_of_keys_and_the_names_of_prefetch_change_no_answer(required: Asking) -> None:
    """Nor whether a resource stands in a bundle or alone."""
    request = published("03-emg-ncs-cts-covered-by-questionnaire.json")
    before, rng = required.call(request).json(), random.Random(1)
    for _ in range(5):
        other = shuffled(request, rng)
        other["prefetch"] = {f"k{at}": value for at, value in enumerate(other["prefetch"].values())}
        other["prefetch"]["coverage"] = None
        assert required.call(other).json() == before


def shuffled(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(value[key], rng) for key in rng.sample(list(value), len(value))}
    return [shuffled(each, rng) for each in value] if isinstance(value, list) else value


def test_a_client_may_ask_for_nothing(required: Asking) -> None:
    """Coverage information can be turned off by the option that discovery tells; other options are ignored."""
    request = wrist()
    request["extension"] = {"davinci-crd.configuration": {"coverage-info": False}}
    assert required.call(request).json() == {"cards": []}
    request["extension"]["davinci-crd.configuration"] = {"max-cards": 0}
    assert len(actions(required.call(request))) == 2


def test_the_hooks_can_be_discovered(required: Asking) -> None:
    """With what to prefetch, the version of CRD and the options, of the shape that HL7 publishes."""
    told, hl7 = required.ask("GET", "/cds-services").json(), published("hl7-CRDServices.json")
    for service in told["services"]:
        assert set(service) == set(hl7["services"][0])
        assert service["extension"]["davinci-crd.version"] == ["2.2"]
        (option,) = service["extension"]["davinci-crd.configuration-options"]
        assert set(option) == set(hl7["services"][0]["extension"]["davinci-crd.configuration-options"][0])
        assert {"patient", "encounter", "coverage", "conditions", "questionnaireResponses"} <= set(service["prefetch"])
    assert [service["hook"] for service in told["services"]] == ["order-sign", "order-select"]


# --- Refusals --------------------------------------------------------------------------------


def changed(path: str, value: Any) -> Json:
    """A request with another value at a place; None takes the place out."""
    request = wrist()
    at: Any = request
    *steps, last = path.split(".")
    for step in steps:
        at = at[int(step)] if step.isdecimal() else at[step]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return request


ORDER = "context.draftOrders.entry.0.resource"


@pytest.mark.parametrize(
    ("path", "value", "status"),
    [
        ("hook", "order-dispatch", 404), ("hookInstance", "x", 422), ("context.userId", None, 422),
        ("context.patientId", 3, 422), ("context.draftOrders", {}, 422), ("context", [], 422),
        (f"{ORDER}.id", None, 422),
        (f"{ORDER}.extension", {}, 422), ("prefetch.coverage", None, 412), ("prefetch", None, 412),
        ("prefetch.coverage", {"resourceType": "OperationOutcome"}, 412),
        ("prefetch.coverage", {"resourceType": "Bundle", "entry": []}, 400),
        ("prefetch.coverage.status", "cancelled", 400), ("prefetch.coverage.id", None, 400),
        ("prefetch.other", {"resourceType": "Coverage", "id": "two", "status": "active"}, 400),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_refused(path: str, value: Any, status: int, required: Asking) -> None:
    """By the status of its kind, with an OperationOutcome."""
    answer = required.call(changed(path, value))
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"null", b'{"a": NaN}', b'{"a":' * 100_000, b"[" * 5_000,
                                  b'{"a": ' * 150 + b"1" + b"}" * 150, b"9" * 9_000])  # fmt: skip
def test_what_is_no_call_is_refused(body: bytes, required: Asking) -> None:
    """No JSON, no object, or nested without end: 400, and never more."""
    answer = required.ask("POST", "/cds-services/order-sign-crd", body)
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_the_coverage_has_to_be_of_the_payer() -> None:
    """By an identifier, a reference, or the identifier of the organisation that it leads to."""
    named = ("http://id|acme", "Organization/acme")
    asking = Asking(required=True, payers=named)
    assert asking.call(wrist()).status_code == 400
    for payor in ({"identifier": {"system": "http://id", "value": "acme"}}, {"reference": "http://ehr/Organization/acme"},
                  {"reference": "#o"}):  # fmt: skip
        request = wrist()
        request["prefetch"]["coverage"] |= {
            "payor": [payor],
            "contained": [{"resourceType": "Organization", "id": "o",
                           "identifier": [{"system": "http://id", "value": "acme"}]}],
        }  # fmt: skip
        assert asking.call(request).status_code == 200


def test_other_addresses_are_not_there(required: Asking) -> None:
    """A service or a questionnaire of no such id; feedback is taken, and has to be JSON."""
    assert required.ask("POST", "/cds-services/none", wrist()).status_code == 404
    assert required.ask("GET", "/fhir/Questionnaire/CG-MED-24.0.0.0.e").status_code == 404
    assert required.ask("POST", "/cds-services/order-sign-crd/feedback", {"feedback": []}).status_code == 200
    assert required.ask("POST", "/cds-services/order-sign-crd/feedback", b"{").status_code == 400


def test_calls_are_kept_only_where_that_is_asked(tmp_path: Path) -> None:
    """A file for each call and its answer, that its owner alone can read; the access token of a call is not in it."""
    asking = Asking(required=True, record=tmp_path)
    assert list(tmp_path.iterdir()) == []
    answer = asking.call(wrist() | {"fhirAuthorization": {"access_token": MARK}})
    (kept,) = tmp_path.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert json.loads(kept.read_text())["call"] == wrist()
    assert json.loads(kept.read_text())["answer"] == answer.json()
    assert asking.ask("POST", "/cds-services/order-sign-crd", b"{").status_code == 400
    assert len(list(tmp_path.iterdir())) == 2


def test_what_cannot_be_kept_is_a_fault(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The answer says that nothing could be determined, and nothing half-written is left; the log is told once.

    A refusal stays what it is. Once calls can be kept again they are, and are answered.
    """
    asking = Asking(required=True, record=tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        for _ in range(2):
            said = asking.answers(wrist() | {"more": MARK})
            assert only(said, "covered", "pa-needed") == [("indeterminate", "indeterminate")] * 2
            assert [each["reason"]["coding"][0]["code"] for order in said for each in order] == ["technical"] * 2
        feedback = asking.ask("POST", "/cds-services/order-sign-crd/feedback", {"feedback": MARK})
        assert (feedback.status_code, feedback.json()["resourceType"]) == (500, "OperationOutcome")
        assert asking.ask("POST", "/cds-services/order-sign-crd", b"{").status_code == 400
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []
    (told,) = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    assert told == f"calls cannot be kept in {tmp_path}: File too large"
    assert MARK not in caplog.text + feedback.text
    assert only(asking.answers(wrist()), "covered") == [("covered",)] * 2
    assert len(list(tmp_path.iterdir())) == 1


def test_a_record_may_be_large(required: Asking) -> None:
    """Thousands of conditions as clients write them, over a mebibyte of them, are read; beyond the bound is refused."""
    request = wrist()
    system = {"system": "http://hl7.org/fhir/sid/icd-10-cm"}
    held = [{"resourceType": "Condition", "id": f"c{n}", "text": {"status": "generated", "div": "x" * 500},
             "code": {"coding": [{**system, "code": f"Z{n % 100:02}.{n // 100}"}]}} for n in range(2_000)]  # fmt: skip
    request["prefetch"]["conditions"] = {"resourceType": "Bundle", "entry": [{"resource": each} for each in held]}
    assert 2**20 < len(json.dumps(request)) < served.MOST
    assert only(required.answers(request), "covered") == [("covered",)] * 2
    request["more"] = "x" * served.MOST
    assert required.call(request).status_code == 413


def test_a_call_is_answered_in_time(
    required: Asking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What is not decided by then could not be determined, and the log is told once, however many orders there are."""
    monkeypatch.setattr(served, "DEADLINE", -1.0)
    request = order_sign({**WRIST, "services": [{"cpt": "95886"}] * 3})
    for day, entry in enumerate(request["context"]["draftOrders"]["entry"], 1):
        entry["resource"]["occurrenceDateTime"] = f"2025-11-0{day}"
    assert only(required.answers(request), "covered") == [("indeterminate",)] * 3
    (told,) = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    assert told.startswith("TooLongError at ")


def test_a_record_that_cannot_be_read_is_a_fault(required: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever fails before a case is made, each order says that it could not be determined."""
    monkeypatch.setattr(answering, "record", lambda found, codes: 1 / 0)
    said = required.answers(wrist())
    assert only(said, "covered") == [("indeterminate",)] * 2


def test_a_device_is_answered_and_other_orders_are_left_alone(required: Asking) -> None:
    """The order of a device has the answer that one of a service has; of another type no action is taken."""
    request = order_sign({**WRIST, "services": [{"cpt": "E0601"}, {"cpt": "95886"}]})
    device, other = (entry["resource"] for entry in request["context"]["draftOrders"]["entry"])
    ((said,), _) = required.answers(request)
    device |= {"resourceType": "DeviceRequest", "codeCodeableConcept": device.pop("code")}
    other["resourceType"] = "MedicationRequest"
    (action,) = actions(required.call(request))
    assert action["resource"]["resourceType"] == "DeviceRequest"
    (answer,) = (told(each) for each in ours(action["resource"]))
    assert {**answer, "coverage-assertion-id": 0} == {**said, "coverage-assertion-id": 0}
    selected = {**request, "hook": "order-select"}
    selected["context"] = {**request["context"], "selections": ["DeviceRequest/order-1", "MedicationRequest/order-2"]}
    assert only(required.answers(selected), "doc-needed", "questionnaire") == [(None, None)]
    del device["id"]
    assert required.call(request).status_code == 422


def test_a_date_of_birth_is_not_asked_for_where_the_patient_has_one(required: Asking) -> None:
    """In the same call with it and without, the age is asked for only without."""
    request = order_sign({**WRIST, "services": [{"cpt": "E0601"}]})
    asks = []
    for patient in ({}, {"birthDate": "1960-01-01"}):
        request["prefetch"]["patient"] |= patient
        ((said,),) = required.answers(request)
        form = required.ask("GET", said["questionnaire"].removeprefix(f"https://{HOST}")).json()
        asks.append({item["linkId"] for item in form["item"]})
    assert asks[0] - asks[1] == {"age"}


def test_no_record_is_read_once_the_time_is_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What a call still asks for after its time is answered as a fault of the service, at once."""
    name = "cg_med_24"
    plan = Service({name: Covered(True, POLICY)}, f"https://{HOST}", ())
    desk = Desk(plan, {name: load(name)}, shipped(), plan.base_url)
    call = read_call(wrist(), "order-sign", ())
    monkeypatch.setattr(answering, "draft", None)
    found = until(0, lambda: desk.answer(call, TODAY))["systemActions"]
    assert all("failed to decide" in json.dumps(action) for action in found)
    assert {record.getMessage().split()[0] for record in caplog.records} == {"TooLongError"}


def test_json_is_written_as_it_was_read() -> None:
    """Decimals keep their places, wherever they stand, and what looks like a mark stays text."""
    text = '{"a": [1.50, -0.0, 1E+5, "x0.", 3], "b": {"c": 2.000}}'
    assert written(parse(text.encode(), "x")) == text


_VALUES = st.recursive(
    st.none() | st.booleans() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
)


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(value=_VALUES)
def test_json_that_is_written_says_what_it_was_written_of(value: Any) -> None:
    """Read again it is the same value, each decimal as exact as it was and in its place."""
    assert repr(json.loads(written(value), parse_float=Decimal, parse_int=Decimal)) == repr(value)


# --- Hostile input ---------------------------------------------------------------------------

MARK = "Zyx-Mark-Zyx"
JUNK: list[Any] = [None, True, 0, -1, 10**30, 1.5, "", "x" * 300, MARK, [], {}, [[]], [None], {"coding": {}},
                   {"resourceType": "Bundle"}, {"resourceType": 3}, {"reference": "#"}, "\ud800", "2025-13-45",
                   "urn:uuid:"]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in below:
        yield (*path, key)
        yield from places(each, (*path, key))


def device() -> Json:
    """A request for a device, with a date of birth, a condition and an answer."""
    request = order_sign({"date_of_service": "2025-11-03", "services": [{"cpt": "E0601"}], "diagnoses": ["I10"],
                          "indices": {"ahi": 17.5}, "sleep_test": "psg_attended"})  # fmt: skip
    order = request["context"]["draftOrders"]["entry"][0]["resource"]
    order |= {"resourceType": "DeviceRequest", "codeCodeableConcept": order.pop("code")}
    request["prefetch"]["patient"]["birthDate"] = "1960-11-04"
    coding = {"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I63.9"}
    request["prefetch"]["conditions"] = {"resourceType": "Condition", "id": "c", "code": {"coding": [coding]}}
    return request


def mutated(request: Json, rng: random.Random) -> Json:
    """A request with some of its parts replaced, taken out, doubled, or put somewhere else."""
    new = copy.deepcopy(request)
    for _ in range(rng.choice((1, 1, 2, 5))):
        every = list(places(new))
        path = rng.choice(every)
        at: Any = new
        for key in path[:-1]:
            at = at[key]
        what = rng.random()
        if what < 0.2:
            del at[path[-1]]
        elif what < 0.4:
            other: Any = new
            for key in rng.choice(every):
                other = other[key]
            at[path[-1]] = copy.deepcopy(other)
        else:
            at[path[-1]] = copy.deepcopy(rng.choice(JUNK))
    return new


def test_whatever_is_sent_is_answered_or_refused(
    required: Asking, size: Any, caplog: pytest.LogCaptureFixture, record_property: Any
) -> None:
    """Mutated calls, by the thousand in a campaign: never a 500, each answer keeps the rules, no log has a word."""
    rng, counted = random.Random(7), dict[int, int]()
    bases = [published(name) for name in ("03-emg-ncs-cts-covered-by-questionnaire.json", "hl7-CRDServiceRequest.json")]
    for base in bases:
        base.get("prefetch", {}).pop("patient", None)
    bases += [wrist(), device()]
    with caplog.at_level(logging.DEBUG):
        for number in range(size(40, 5_000)):
            request = mutated(bases[number % len(bases)], rng)
            answer = required.ask("POST", "/cds-services/order-sign-crd", request)
            counted[answer.status_code] = counted.get(answer.status_code, 0) + 1
            assert answer.status_code in (200, 400, 412, 422), (answer.status_code, request)
            if answer.status_code == 200:
                assert "indeterminate" not in answer.text, request
                actions(answer)
            else:
                assert MARK not in answer.text
    assert MARK not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("coverlog")]
    record_property("measured", f"mutated calls by status: {dict(sorted(counted.items()))}")
    assert counted[200] > 20
