"""What FHIR says becomes a case: every row of the table, on published requests and on requests of our own."""

import copy
import json
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.cases.fhir import drafts as drafting
from coverlog.engine.cases.fhir import writing
from coverlog.engine.cases.fhir.coded import read_map, shipped, systems
from coverlog.engine.cases.fhir.drafts import Draft, drafts, not_ordered
from coverlog.engine.cases.fhir.facts import recorded
from coverlog.engine.cases.fhir.orders import BILLING_OPTIONS, orders
from coverlog.engine.cases.fhir.parts import Part, body, parse
from coverlog.engine.cases.fhir.patient import personal
from coverlog.engine.cases.fhir.resources import resources
from coverlog.engine.cases.fhir.vocabulary import Vocabulary
from coverlog.engine.cases.fhir.writing import Writing
from coverlog.engine.cases.said import read_case
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from hypothesis import given, settings
from hypothesis import strategies as st

PUBLISHED = Path(__file__).parent / "published"
CPT, ICD = "http://www.ama-assn.org/go/cpt", "http://hl7.org/fhir/sid/icd-10-cm"
PLACE = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
CLASS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
DAY = "2025-11-03"
Json = dict[str, Any]


def published(name: str) -> Json:
    return json.loads((PUBLISHED / name).read_text())  # type: ignore[no-any-return]


def read(document: Any, guideline: Guideline, codes: Path | None = None) -> list[Draft]:
    data = json.dumps(document).encode()
    return list(drafts(resources(body(parse(data, "request"), "request")), [guideline], read_map(codes)))


def one(document: Any, guideline: Guideline, codes: Path | None = None) -> Draft:
    (draft,) = read(document, guideline, codes)
    return draft


def coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def order(cpt: str = "95886", **more: Any) -> Json:
    given = {"resourceType": "ServiceRequest", "id": f"o{cpt}", "code": coded(CPT, cpt), "occurrenceDateTime": DAY}
    return {key: value for key, value in {**given, **more}.items() if value is not None}


def bundle(*held: Json) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in held]}


def paths(draft: Draft) -> dict[str, str]:
    return {".".join(map(str, each.at)): each.path for each in draft.taken}


def why(draft: Draft) -> dict[str, str]:
    return {each.path: each.why for each in draft.unused}


# --- Published requests ----------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in PUBLISHED.glob("*.json")))
def test_published_files_are_read_or_hold_no_order(name: str, guideline: Guideline) -> None:
    """Each published file gives cases that the guideline reads, or none, and raises nothing else."""
    try:
        found = read(published(name), guideline)
    except CaseError:
        found = []
    # The order of the reference implementation is one of a device.
    assert bool(found) == name.startswith(("0", "hl7-CRDServiceRequest", "davinci-crd-ri"))
    for draft in found:
        read_case(draft.said, guideline)


def test_a_published_request_is_one_case(guideline: Guideline) -> None:
    """Two orders of one day are one case in one session; an encounter that is long over says nothing of the place."""
    draft = one(published("03-emg-ncs-cts-covered-by-questionnaire.json"), guideline)
    assert draft.said["services"] == [{"cpt": "95886"}, {"cpt": "95909"}]
    assert draft.said["date_of_service"] == DAY
    assert [each["code"] for each in draft.said["diagnoses"]] == ["G56.01"]
    assert draft.said["findings"]["wrist_splint_weeks"]["value"] == 6
    assert "setting" not in draft.said
    assert why(draft)["Encounter/987.class"] == "the encounter ended before the day of service"
    assert paths(draft)["diagnoses.G56.01"] == "ServiceRequest/1357.reasonCode[0].coding[0].code"


def test_prefetch_that_is_null_or_failed_says_nothing(guideline: Guideline) -> None:
    """With null prefetch and a foreign order beside it, or an outcome in place of a resource, the case is the same."""
    beside = published("09-null-prefetch-and-nutrition-order.json")
    expected = one(published("01-emg-ncs-cts-missing.json"), guideline).said
    assert one(beside, guideline).said == expected
    beside["prefetch"] |= {"conditions": {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]},
                           "more": bundle({"resourceType": "OperationOutcome"}), "odd": [3]}  # fmt: skip
    assert one(beside, guideline).said == expected


def test_billing_options_are_alternatives(guideline: Guideline) -> None:
    """HL7's order names four codes that it may be billed by: four cases, each with the other order beside it."""
    found = read(published("hl7-CRDServiceRequest.json"), guideline)
    assert [[line["cpt"] for line in each.said["services"]] for each in found] == [
        ["77061", "E0431"], ["77062", "E0431"], ["77065", "E0431"], ["77066", "E0431"],
    ]  # fmt: skip
    assert [len(each.asks) for each in found] == [2, 1, 1, 1]
    assert {each.note for each in found[0].taken} >= {"the day the order was written: no day of service is named"}


# --- The rows of the table -------------------------------------------------------------------


@pytest.mark.parametrize("system", [CPT, "urn:oid:2.16.840.1.113883.6.12",
                                    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"])  # fmt: skip
def test_the_code_is_of_a_billing_system(system: str, guideline: Guideline) -> None:
    """CPT and HCPCS by any of their names; a code of another system is no line."""
    assert one(order(code=coded(system, " 95886 ")), guideline).said["services"] == [{"cpt": "95886"}]
    other = resources(order(code=coded("http://snomed.info/sct", "42803009")))
    assert list(drafts(other, [guideline], read_map(None))) == []
    assert [each.why for each in not_ordered(other)] == ["has no code of a system that services are billed by"]


def test_a_device_is_ordered_by_its_code_or_its_type(guideline: Guideline) -> None:
    """In the order itself, among its billing options, or of the Device that it refers to; else it is listed."""
    given: Json = {"resourceType": "DeviceRequest", "id": "d", "occurrenceDateTime": DAY}
    options = {"url": BILLING_OPTIONS, "valueCodeableConcept": coded(CPT, "E0601")}
    device = {"resourceType": "Device", "id": "m", "type": coded(CPT, "E0601")}
    for asked in ({"codeCodeableConcept": coded(CPT, "E0601")}, {"codeCodeableConcept": {"extension": [options]}},
                  {"codeReference": {"reference": "Device/m"}}):  # fmt: skip
        (line,) = one(bundle({**given, **asked}, device), guideline).said["services"]
        assert line == {"cpt": "E0601"}
    for asked in ({}, {"codeReference": {"reference": "Device/gone"}}, {"code": coded(CPT, "E0601")}):
        found = resources(bundle({**given, **asked}))
        assert [each.why for each in not_ordered(found)] == ["has no code of a system that services are billed by"]


@pytest.mark.parametrize("kind", ["MedicationRequest", "NutritionOrder", "CommunicationRequest", "VisionPrescription"])
def test_an_order_of_another_type_is_listed(kind: str, guideline: Guideline) -> None:
    """Whatever code it has, it is no line, and says that it is not answered."""
    other = {"resourceType": kind, "id": "x", "code": coded(CPT, "95886"),
             "medicationCodeableConcept": coded(CPT, "95886")}  # fmt: skip
    document = bundle(order("95909", occurrenceDateTime=DAY), other)
    assert one(document, guideline).said["services"] == [{"cpt": "95909"}]
    told = [(each.path, each.why) for each in not_ordered(resources(document))]
    assert told == [(f"{kind}/x", "is of a type of order that is not answered")]


@pytest.mark.parametrize("more", [{"doNotPerform": True}, {"status": "revoked"}, {"status": "entered-in-error"}])
def test_what_is_not_asked_for_is_no_order(more: Json, guideline: Guideline) -> None:
    """What must not be done, was revoked or was an error is no line, and the rest stays."""
    draft = one(bundle(order(), order("95909", **more)), guideline)
    assert draft.said["services"] == [{"cpt": "95886"}]


@pytest.mark.parametrize(("value", "units"), [(3, 3), (3.0, 3), (0, 1), (-1, 1), (1.5, 1), (10**9, 1), ("3", 1),
                                              (None, 1)])  # fmt: skip
def test_units_are_whole_and_at_least_one(value: object, units: int, guideline: Guideline) -> None:
    """Anything else is 1, and said to be taken."""
    draft = one(order(quantityQuantity={"value": value}), guideline)
    assert draft.said["services"][0].get("units", 1) == units
    (taken,) = [each for each in draft.taken if each.at[-1] == "units"]
    assert bool(taken.note) == (units == 1 and value != 1)


@pytest.mark.parametrize(
    ("more", "day", "path"),
    [
        ({"authoredOn": "2024-01-01"}, DAY, "occurrenceDateTime"),
        ({"occurrenceDateTime": f"{DAY}T23:30:00-05:00"}, DAY, "occurrenceDateTime"),
        ({"occurrenceDateTime": None, "occurrencePeriod": {"start": "2025-01-02"}}, "2025-01-02",
         "occurrencePeriod.start"),
        ({"occurrenceDateTime": None, "occurrenceTiming": {"event": ["2025-01-03"]}}, "2025-01-03",
         "occurrenceTiming.event[0]"),
        ({"occurrenceDateTime": "2025-11", "authoredOn": "2025-01-04"}, "2025-01-04", "authoredOn"),
        ({"occurrenceDateTime": "2025-02-30", "authoredOn": "2025-01-04"}, "2025-01-04", "authoredOn"),
    ],
)  # fmt: skip
def test_the_day_is_the_first_that_is_named(more: Json, day: str, path: str, guideline: Guideline) -> None:
    """A month is no day, nor is one that the calendar lacks."""
    draft = one(order(**more), guideline)
    assert draft.said["date_of_service"] == day
    assert paths(draft)["date_of_service"] == f"ServiceRequest/o95886.{path}"


def test_orders_of_two_days_are_two_cases(guideline: Guideline) -> None:
    """A session is a day; an order without a day is none."""
    found = read(bundle(order(), order("95909", occurrenceDateTime="2025-11-04"),
                        order("95910", occurrenceDateTime=None)), guideline)  # fmt: skip
    assert [[line["cpt"] for line in each.said["services"]] for each in found] == [["95886"], ["95909"]]


@pytest.mark.parametrize(("place", "setting"), [("11", "office"), ("19", "outpatient"), ("22", "outpatient"),
                                                ("21", "inpatient"), ("23", "emergency"), ("99", None)])  # fmt: skip
def test_a_place_of_service_is_a_setting(place: str, setting: str | None, guideline: Guideline) -> None:
    """As the knowledge base says of its code; another code says nothing."""
    for element in ("locationCode", "category"):
        assert one({**order(), element: [coded(PLACE, place)]}, guideline).said.get("setting") == setting
    both = order(locationCode=[coded(PLACE, place)], category=[coded(PLACE, "21")])
    assert one(both, guideline).said["setting"] == (setting or "inpatient")


@pytest.mark.parametrize(("class_", "setting"), [("AMB", "outpatient"), ("IMP", "inpatient"),
                                                 ("ACUTE", "inpatient"), ("NONAC", "inpatient"),
                                                 ("EMER", "emergency"), ("VR", None)])  # fmt: skip
def test_an_encounter_is_a_setting(class_: str, setting: str | None, guideline: Guideline) -> None:
    """By its class, with the note that it was ordered there; a place of service goes first; not once it has ended."""
    encounter = {"resourceType": "Encounter", "id": "e", "class": {"system": CLASS, "code": class_}}
    asked = order(encounter={"reference": "Encounter/e"})
    draft = one(bundle(asked, encounter), guideline)
    assert draft.said.get("setting") == setting
    notes = [each.note for each in draft.taken if each.at == ("setting",)]
    assert notes == (["of the encounter in which it was ordered"] if setting else [])
    placed = {**asked, "locationCode": [coded(PLACE, "11")]}
    assert one(bundle(placed, encounter), guideline).said["setting"] == "office"
    over = {**encounter, "period": {"end": "2025-11-02T10:00:00Z"}}
    assert "setting" not in one(bundle(asked, over), guideline).said
    same_day = {**encounter, "period": {"end": f"{DAY}T10:00:00Z"}}
    assert one(bundle(asked, same_day), guideline).said.get("setting") == setting


def test_orders_that_disagree_leave_the_place_open(guideline: Guideline) -> None:
    """An office and a hospital on one day say nothing together, and both are listed."""
    draft = one(bundle(order(locationCode=[coded(PLACE, "11")]), order("95909", locationCode=[coded(PLACE, "21")])),
                guideline)  # fmt: skip
    assert "setting" not in draft.said
    assert [each.why for each in draft.unused] == ["the orders of the day say different places"] * 2


CONDITION = {"resourceType": "Condition", "id": "c", "code": coded(ICD, " G30.0")}


@pytest.mark.parametrize("reference", ["Condition/c", "http://ehr.example/fhir/Condition/c", "urn:uuid:1",
                                       "http://ehr.example/fhir/Condition/c/_history/2", "#c"])  # fmt: skip
def test_reasons_are_followed(reference: str, guideline: Guideline) -> None:
    """Absolute, relative, by URN and contained; a code is trimmed."""
    asked = order(reasonReference=[{"reference": reference}])
    whole = bundle(asked, CONDITION)
    whole["entry"][1]["fullUrl"] = (
        "urn:uuid:1" if reference.startswith("urn") else "http://ehr.example/fhir/Condition/c"
    )
    if reference == "#c":
        whole = bundle({**asked, "contained": [CONDITION]})
    draft = one(whole, guideline)
    assert [each["code"] for each in draft.said["diagnoses"]] == ["G30.0"]


def test_a_reference_to_nowhere_is_listed(guideline: Guideline) -> None:
    """It raises nothing, and is among what was not used."""
    draft = one(order(reasonReference=[{"reference": "Condition/gone"}]), guideline)
    assert list(why(draft).values()) == ["leads to no condition that the request holds"]


def status(name: str, code: str) -> Json:
    return {name: coded(f"http://terminology.hl7.org/CodeSystem/{name}", code)}


@pytest.mark.parametrize("more", [status("verificationStatus", "refuted"), status("clinicalStatus", "resolved"),
                                  status("verificationStatus", "entered-in-error"),
                                  status("clinicalStatus", "inactive")])  # fmt: skip
def test_a_condition_that_is_none_is_no_diagnosis(more: Json, guideline: Guideline) -> None:
    """Refuted, entered in error, inactive or resolved; it is listed instead."""
    draft = one(bundle(order(), {**CONDITION, **more}), guideline)
    assert "diagnoses" not in draft.said
    assert draft.unused
    assert (
        "diagnoses"
        in one(bundle(order(), {**CONDITION, **status("verificationStatus", "provisional")}), guideline).said
    )


def test_words_alone_are_listed(guideline: Guideline) -> None:
    """A reason in words, or in a code that nobody mapped, is not guessed at."""
    draft = one(order(reasonCode=[{"text": "Bradycardia"}, coded("http://snomed.info/sct", "1")]), guideline)
    assert list(why(draft).values()) == ["words without a code", "no code in it is one that is read"]


MAP = """system,code,kind,id
http://loinc.org,1-1,finding,sensory_loss
http://loinc.org,2-2,duration,wrist_splint_weeks
http://snomed.info/sct,3,condition,carpal_tunnel_syndrome
http://snomed.info/sct,4,finding,weakness
http://snomed.info/sct,4,finding,unheard_of
http://snomed.info/sct,260385009,answer,absent
"""


@pytest.fixture
def codes(tmp_path: Path) -> Path:
    (tmp_path / "map.csv").write_text(MAP)
    return tmp_path / "map.csv"


def observed(code: str, **more: Any) -> Json:
    return {"resourceType": "Observation", "id": f"b{code}", "status": "final", "code": coded("http://loinc.org", code),
            **more}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"valueBoolean": True}, "present"),
        ({"valueBoolean": False}, "absent"),
        ({"valueCodeableConcept": coded("http://snomed.info/sct", "260385009")}, "absent"),
        ({"valueCodeableConcept": coded("http://terminology.hl7.org/CodeSystem/v2-0136", "Y")}, "present"),
        ({"valueBoolean": True, "status": "preliminary"}, None),
        ({"valueBoolean": True, "dataAbsentReason": coded("x", "unknown")}, None),
        ({"dataAbsentReason": coded("x", "unknown")}, None),
        ({"valueString": "some"}, None),
    ],
)
def test_an_observation_is_a_finding(more: Json, said: str | None, codes: Path, guideline: Guideline) -> None:
    """Final or amended, boolean or coded; an absent value says nothing."""
    draft = one(bundle(order(), observed("1-1", **more)), guideline, codes)
    assert draft.said.get("findings", {}).get("sensory_loss", {}).get("status") == said
    assert (said is None) == bool(draft.unused)


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        ({"value": 6, "unit": "weeks"}, 6),
        ({"value": 6, "code": "wk", "system": "http://unitsofmeasure.org"}, 6),
        ({"value": 45, "code": "d", "system": "http://unitsofmeasure.org"}, "45 days"),
        ({"value": 6, "unit": "splints"}, None),
        ({"value": 6, "unit": "weeks", "comparator": "<"}, None),
        ({"value": -6, "unit": "weeks"}, None),
        ({"value": 6.5, "unit": "weeks"}, None),
        ({"value": 10**30, "unit": "weeks"}, None),
    ],
)
def test_a_quantity_is_an_amount_in_its_unit(quantity: Json, said: object, codes: Path, guideline: Guideline) -> None:
    """Another unit of time is converted as a case file's is; any other unit, or what is out of bounds, says nothing."""
    draft = one(bundle(order(), observed("2-2", valueQuantity=quantity)), guideline, codes)
    assert draft.said.get("findings", {}).get("wrist_splint_weeks", {}).get("value") == said
    read_case(draft.said, guideline)


def test_a_map_says_what_other_codes_stand_for(codes: Path, guideline: Guideline) -> None:
    """A condition by its code; one that was refuted is absent; a word the guideline lacks is listed."""
    held = {
        **CONDITION,
        "id": "d",
        "code": coded("http://snomed.info/sct", "4"),
        **status("verificationStatus", "refuted"),
    }
    asked = order(reasonCode=[coded("http://snomed.info/sct", "3")])
    draft = one(bundle(asked, held), guideline, codes)
    assert [each["condition"] for each in draft.said["conditions"]] == ["carpal_tunnel_syndrome"]
    assert draft.said["findings"]["weakness"]["status"] == "absent"
    assert "no guideline that answers has a word for it" in why(draft).values()


def test_a_map_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A column that is not there, and a row with nothing in it, each with its line."""
    for text, told in (("system,code,kind\na,b,c\n", "lacks the column id"), ("system,code,kind,id\na,,c,d\n", ":2: ")):
        (tmp_path / "map.csv").write_text(text)
        with pytest.raises(CaseError, match=told):
            read_map(tmp_path / "map.csv")


def answered(*items: tuple[str, Json], **more: Any) -> Json:
    return {"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", **more,
            "item": [{"linkId": name, "answer": [value]} for name, value in items]}  # fmt: skip


def test_answers_are_read_by_what_the_guideline_declares(guideline: Guideline) -> None:
    """Findings, amounts, a choice, a list and a count, by their names; a source beside the answer is its source."""
    response = answered(
        ("sensory_loss", {"valueBoolean": True, "item": [
            {"linkId": "sensory_loss.source", "answer": [{"valueString": "note of May"}]}]}),
        ("weakness", {"valueCoding": {"code": "absent"}}),
        ("muscle_atrophy", {"valueCoding": {"code": "undocumented"}}),
        ("wrist_splint_weeks", {"valueInteger": 6}), ("setting", {"valueCoding": {"code": "office"}}),
        ("carpal_tunnel_syndrome", {"valueCoding": {"code": "stated"}}), ("ncs_studies", {"valueInteger": 5}),
        ("purpose", {"valueString": "screening"}), ("17.b", {"valueBoolean": True}),
    )  # fmt: skip
    said = one(bundle(order(), response), guideline).said
    assert said["findings"]["sensory_loss"] == {"status": "present", "source": "note of May"}
    assert said["findings"]["weakness"]["status"] == "absent"
    assert set(said["findings"]) == {"sensory_loss", "weakness", "wrist_splint_weeks"}
    assert (said["setting"], said["ncs_studies"], said["purpose"]) == ("office", 5, "screening")
    assert said["conditions"][0]["condition"] == "carpal_tunnel_syndrome"


def test_a_response_counts_once_it_is_done(guideline: Guideline) -> None:
    """One in progress says nothing; of two the later goes first; two answers to one item say nothing."""
    yes, no = ("weakness", {"valueBoolean": True}), ("weakness", {"valueBoolean": False})
    assert "findings" not in one(bundle(order(), answered(yes, status="in-progress")), guideline).said
    later = answered(no, id="r", authored="2025-10-02", status="amended")
    draft = one(bundle(order(), answered(yes, authored="2025-10-01"), later), guideline)
    assert draft.said["findings"]["weakness"]["status"] == "absent"
    both = one(bundle(order(), answered(yes, no)), guideline)
    assert "findings" not in both.said
    assert set(why(both).values()) == {"answered in two ways that exclude each other"}


def test_the_record_of_another_patient_is_not_read(guideline: Guideline) -> None:
    """A condition whose subject is another patient than the request's says nothing of this one."""
    request = published("01-emg-ncs-cts-missing.json")
    request["prefetch"]["conditions"] = bundle({**CONDITION, "subject": {"reference": "Patient/999"}})
    draft = one(request, guideline)
    assert [each["code"] for each in draft.said["diagnoses"]] == ["G56.01"]
    assert "of another patient than the request is for" in why(draft).values()


def test_a_claim_is_read_item_by_item(guideline: Guideline) -> None:
    """Codes, units, days and diagnoses of a Claim; the ServiceRequests beside it are what it refers to."""
    claim = {
        "resourceType": "Claim", "id": "k", "status": "active", "created": "2025-01-01",
        "diagnosis": [{"diagnosisCodeableConcept": coded(ICD, "G56.01")}],
        "item": [{"productOrService": coded(CPT, "95886"), "quantity": {"value": 2}, "servicedDate": DAY,
                  "locationCodeableConcept": coded(PLACE, "11")},
                 {"productOrService": coded(CPT, "95909"), "servicedPeriod": {"start": DAY}}],
    }  # fmt: skip
    said = one(bundle(claim, order("95999")), guideline).said
    assert said["services"] == [{"cpt": "95886", "units": 2}, {"cpt": "95909"}]
    assert (said["setting"], said["date_of_service"]) == ("office", DAY)
    assert [each["code"] for each in said["diagnoses"]] == ["G56.01"]


def test_the_second_guideline_reads_its_own_words() -> None:
    """Decimals, dates and a test by linkId, of the guideline that has them."""
    response = answered(("ahi", {"valueDecimal": 17.5}), ("sleep_test", {"valueCoding": {"code": "psg_attended"}}),
                        ("birth_date", {"valueDate": "1960-01-01"}),
                        ("first_use", {"valueDate": "2999-01-01"}))  # fmt: skip
    draft = one(bundle(order("E0601"), response), load("ncd_240_4"))
    assert draft.said["indices"]["ahi"]["value"] == 17.5
    assert draft.said["sleep_test"] == "psg_attended"
    assert draft.said["birth_date"]["date"] == "1960-01-01"
    assert "first_use" not in draft.said  # after the date of service


def patient(**more: Any) -> Json:
    return {"resourceType": "Patient", "id": "p", "birthDate": "1960-11-04", **more}


def test_a_date_of_birth_is_of_the_patient_whom_the_orders_are_for() -> None:
    """By the subject of the order or the patient of the call; a day alone counts, and an answer goes before it."""
    cpap, mine = load("ncd_240_4"), {"subject": {"reference": "Patient/p"}}
    draft = one(bundle(order("E0601", **mine), patient(), patient(id="q", birthDate="1970-01-01")), cpap)
    assert draft.said["birth_date"] == {"date": "1960-11-04", "source": "Patient/p.birthDate"}
    assert "birth_date" not in one(bundle(order("E0601"), patient()), cpap).said
    call: Json = {"hook": "order-sign", "context": {"patientId": "p", "draftOrders": bundle(order("E0601"))},
            "prefetch": {"whom": patient(), "other": patient(id="q", birthDate="1970-01-01")}}  # fmt: skip
    assert one(call, cpap).said["birth_date"]["date"] == "1960-11-04"
    call["context"]["draftOrders"] = bundle(order("E0601", subject={"reference": "Patient/q"}))
    assert one(call, cpap).said["birth_date"]["date"] == "1960-11-04"
    for day, told in (("1960-11", "names no day of the calendar"), ("2960-11-04", "nothing that a case can say")):
        found = one(bundle(order("E0601", **mine), patient(birthDate=day)), cpap)
        assert "birth_date" not in found.said
        assert why(found) == {"Patient/p.birthDate": told}
    said = answered(("birth_date", {"valueDate": "1961-01-01"}))
    assert one(bundle(order("E0601", **mine), patient(), said), cpap).said["birth_date"]["date"] == "1961-01-01"


def test_an_age_is_reckoned_where_the_guideline_asks_for_no_date(guideline: Guideline) -> None:
    """In completed years on the day of service; a guideline that declares neither is told nothing of it."""
    words = Vocabulary([load("ncd_240_4")])
    del words.keys["birth_date"]
    found = resources(bundle(order("E0601", subject={"reference": "Patient/p"}), patient()))
    for day, years in ((DAY, 64), ("2025-11-04", 65)):
        assert [each[:2] for each in personal(list(orders(found)), found, words, day)] == [("age", years)]
    draft = one(bundle(order(subject={"reference": "Patient/p"}), patient()), guideline)
    assert draft.unused == ()


# --- Laws ------------------------------------------------------------------------------------


def shuffled(value: Any, rng: random.Random) -> Any:
    """A document with the keys of its objects in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key], rng) for key in rng.sample(list(value), len(value))}
    return [shuffled(each, rng) for each in value] if isinstance(value, list) else value


@settings(max_examples=10, deadline=None)
@given(rng=st.randoms(use_true_random=True))
def test_the_order_of_keys_and_the_names_of_prefetch_change_nothing(rng: random.Random) -> None:
    """The case, its sources and what was not used stay the same."""
    guideline, request = load(), published("03-emg-ncs-cts-covered-by-questionnaire.json")
    request["prefetch"]["c1"] = bundle(CONDITION, {**CONDITION, "id": "d", "code": coded(ICD, "R20.0")})
    before, other = one(request, guideline), copy.deepcopy(request)
    names = rng.sample(list(other["prefetch"]), len(other["prefetch"]))
    other["prefetch"] = dict(zip(names, other["prefetch"].values(), strict=True))
    after = one(shuffled(other, rng), guideline)
    assert (after.said, after.unused) == (before.said, before.unused)
    assert {each.path for each in after.taken} == {each.path for each in before.taken}


def test_a_record_is_read_once_for_all_days(monkeypatch: pytest.MonkeyPatch, guideline: Guideline) -> None:
    """However many days and alternatives there are; what is in a list already is looked up, not searched for."""
    counted = Counter[str]()

    def reading(*given: Any) -> Any:
        counted["read"] += 1
        return recorded(*given)

    def name(item: Any) -> str:
        counted["named"] += 1
        return str(item["code"])

    monkeypatch.setattr(drafting, "recorded", reading)
    monkeypatch.setattr(writing, "_named", name)
    held = [{**CONDITION, "id": f"c{n}", "code": coded(ICD, f"A{n:03}")} for n in range(400)]
    days = [order(id=f"o{n}", occurrenceDateTime=f"2025-11-0{n + 1}") for n in range(3)]
    assert [len(draft.said["diagnoses"]) for draft in read(bundle(*days, *held), guideline)] == [400] * 3
    assert counted["read"] == 1
    assert counted["named"] <= 3 * 2 * 400


def test_of_a_list_what_is_wrong_is_taken_out_and_nothing_else(guideline: Guideline) -> None:
    """Wherever in it that stands, by the numbers of the items and not by how they are written."""
    written = Writing(Vocabulary([guideline]))
    codes = [{"code": "?" if n in (2, 9, 10) else f"A{n:02}"} for n in range(12)]
    written.said = {"id": "x", "date_of_service": DAY, "services": [{"cpt": "95886"}], "diagnoses": list(codes)}
    written.drop_faults(guideline, only=True)
    assert written.said["diagnoses"] == [each for each in codes if each["code"] != "?"]


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5)
)
ANYTHING = st.recursive(
    LEAVES,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(st.text(max_size=5), below, max_size=3)),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, each in below for found in places(each, (*path, key)))]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_stands_there_is_read_or_refused(data: st.DataObject) -> None:
    """With any part of a request replaced by anything, it gives cases that the guideline reads, or a clear refusal."""
    guideline, request = load(), published("03-emg-ncs-cts-covered-by-questionnaire.json")
    request["prefetch"].pop("patient")
    for path in data.draw(st.lists(st.sampled_from(places(request)[1:]), min_size=1, max_size=3)):
        at: Any = request
        for key in path[:-1]:
            at = (
                at[key]
                if isinstance(at, dict | list) and key in (at if isinstance(at, dict) else range(len(at)))
                else {}
            )
        if isinstance(at, dict) or (isinstance(at, list) and path[-1] in range(len(at))):
            at[path[-1]] = data.draw(ANYTHING)
    for draft in read(request, guideline):
        read_case(draft.said, guideline)


@pytest.mark.parametrize("text", ["", "{", "[1]", "nul", '{"a": NaN}', '{"a":' * 5000, "[" * 100_000,
                                  '{"a": ' + "9" * 5000 + "}", "{" + '"a": {' * 200 + "}" * 201])  # fmt: skip
def test_what_is_no_request_is_refused(text: str) -> None:
    """No JSON, no object, no number, or nested without end: one clear error."""
    with pytest.raises(CaseError):
        body(parse(text.encode(), "request"), "request")


def test_decimals_stay_as_they_are_written() -> None:
    """A decimal of FHIR says how exact it is: 1.50 is not 1.5."""
    assert str(parse(b'{"a": 1.50}', "request")["a"]) == "1.50"
    assert isinstance(parse(b'{"a": 1.50}', "request")["a"], Decimal)


def test_what_is_shipped_of_codes_names_concepts(guideline: Guideline) -> None:
    """Each place of service and class of encounter is a concept of the guideline; none is of SNOMED."""
    for (system, _), meanings in shipped().meanings.items():
        assert "snomed" not in system
        for meaning in meanings:
            assert meaning.kind in ("answer", "unit") or guideline.program.concepts[meaning.id][0] == meaning.kind
    assert {system.name for system in systems().values()} == {"cpt_hcpcs", "icd10cm"}


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(names=st.lists(st.lists(st.sampled_from(["", "a", "b", "#a"]), max_size=4), min_size=1, max_size=3),
       wanted=st.sampled_from(["", "a", "b", "#a", "c"]))  # fmt: skip
def test_what_is_contained_is_found_where_it_is_contained(names: list[list[str]], wanted: str) -> None:
    """A reference to a contained resource leads to the first of its id in its own resource, and to no other."""
    entries = [{"resource": {"resourceType": "ServiceRequest", "id": f"o{at}", "contained": [{"id": n} for n in own]}}
               for at, own in enumerate(names)]  # fmt: skip
    found = resources({"resourceType": "Bundle", "entry": entries})
    for order, own in zip(found.orders, names, strict=True):
        led = found.follow(Part({"reference": f"#{wanted}"}, ""), order)
        first = order.value["contained"][own.index(wanted)] if wanted in own else None
        assert (led and led.value) is first


def test_the_references_of_an_order_are_followed_without_reading_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many references an order has to what it contains, that is read once: many of both are no burden."""
    whole = {"resourceType": "ServiceRequest", "id": "o", "contained": [{"id": "a"}]}
    found = resources(whole)
    monkeypatch.setattr(Part, "each", None)
    assert found.follow(Part({"reference": "#a"}, ""), found.orders[0]) is not None
