"""A case as an order-sign request of CDS Hooks: to begin with, and to try a service with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ...program.interface import CODE
from .answers import SOURCE
from .coded import systems
from .facts import DIAGNOSES
from .orders import PROCEDURES

_PATIENT, _ENCOUNTER = "Patient/example", "Encounter/example"


def order_sign(said: dict[str, Any]) -> dict[str, Any]:
    """Return the request that orders the services of a case for its diagnoses, with all else that it says answered.

    :param said: a case as a case file has it.
    """
    orders = [{"resource": order} for order in _orders(said)]
    encounter = {"resourceType": "Encounter", "id": "example", "status": "in-progress",
                 "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}}  # fmt: skip
    return {
        "hookInstance": "00000000-0000-4000-8000-000000000000",
        "hook": "order-sign",
        "context": {
            "userId": "Practitioner/example", "patientId": "example", "encounterId": "example",
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": orders},
        },
        "prefetch": {
            "patient": {"resourceType": "Patient", "id": "example"},
            "encounter": encounter if said.get("setting") else None,
            "coverage": {"resourceType": "Coverage", "id": "example", "status": "active",
                         "beneficiary": {"reference": _PATIENT}, "payor": [{"display": "example"}]},
            "questionnaireResponses": response(answers_of(said)),
        },
    }  # fmt: skip


def _orders(said: dict[str, Any]) -> Iterator[dict[str, Any]]:
    codes = [item["code"] if isinstance(item, dict) else item for item in said.get("diagnoses", ())]
    reasons = [{"coding": [{"system": _url(DIAGNOSES), "code": code}]} for code in codes]
    for number, service in enumerate(said["services"], 1):
        yield {
            "resourceType": "ServiceRequest", "id": f"order-{number}", "status": "draft", "intent": "original-order",
            "code": {"coding": [{"system": _url(PROCEDURES), "code": service[CODE]}]},
            "subject": {"reference": _PATIENT}, "encounter": {"reference": _ENCOUNTER},
            "quantityQuantity": {"value": service.get("units", 1)},
            "occurrenceDateTime": said["date_of_service"],
            **({"reasonCode": reasons} if reasons else {}),
        }  # fmt: skip


def _url(system: str) -> str:
    return next(url for url, of in systems().items() if of.name == system)


def answers_of(said: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """Yield what a case says beside its services and diagnoses: the name, the value, and where the record says so."""
    for key, value in said.items():
        if key in ("id", "title", "date_of_service", "services", "diagnoses", "expect", "expect_closed"):
            continue
        if isinstance(value, dict) and "date" not in value:
            yield from ((name, *_full(each)) for name, each in value.items())
        elif isinstance(value, list):
            yield from ((key, *_full(each)) for each in value)
        else:
            yield key, *_full(value)


def _full(value: Any) -> tuple[Any, str]:
    """Return what is said, and its source."""
    if not isinstance(value, dict):
        return value, ""
    return next(each for name, each in value.items() if name != "source"), value.get("source", "")


def response(answers: Iterable[tuple[str, Any, str]], name: str = "example") -> dict[str, Any]:
    """Return a completed QuestionnaireResponse.

    :param answers: of each item its linkId, the answer, and where the record says so.
    """
    return {
        "resourceType": "QuestionnaireResponse", "id": name, "status": "completed",
        "subject": {"reference": _PATIENT},
        "item": [{"linkId": link, "answer": [_answer(link, value, source)]} for link, value, source in answers],
    }  # fmt: skip


def _answer(link: str, value: Any, source: str) -> dict[str, Any]:
    below = {"item": [{"linkId": f"{link}{SOURCE}", "answer": [{"valueString": source}]}]} if source else {}
    if isinstance(value, int):
        return {"valueInteger": value, **below}
    if isinstance(value, float):
        return {"valueDecimal": value, **below}
    if amount := re.fullmatch(r"([0-9]+) ?([a-z]+)", value):
        return {"valueQuantity": {"value": int(amount[1]), "unit": amount[2]}, **below}
    return ({"valueDate": value} if re.fullmatch(r"[0-9-]{10}", value) else {"valueCoding": {"code": value}}) | below
