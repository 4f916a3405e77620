"""The coverage-information extension of Da Vinci CRD 2.2: what is asserted of an order, as FHIR has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...engine.language.digest import sha256

CRD = "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/"
URL = f"{CRD}ext-coverage-information"
_CODES = "http://hl7.org/fhir/us/davinci-crd/CodeSystem/temp"
Json = dict[str, Any]


class Assertion(NamedTuple):
    """What is said of an order, by the names of the extension; empty for what is not said."""

    covered: str
    pa_needed: str
    reason: str
    doc_needed: str = ""
    doc_purpose: str = ""
    info_needed: str = ""
    technical: bool = False  # whether the reason is a fault of the service
    instructions: str = ""  # what would help, in words
    policy: str = ""  # where the policy can be read
    questionnaire: str = ""  # the canonical URL of the questions


def identified(*parts: str) -> str:
    """Return the id of an assertion: the hash of all that it rests on."""
    digest = sha256()
    for part in parts:
        digest.update(b"%d:" % len(encoded := part.encode("utf-8", "surrogatepass")) + encoded)
    return digest.hexdigest()


def extension(said: Assertion, coverage: str, billing: Json | None, date: str, name: str) -> Json:
    """Return the extension.

    :param coverage: the reference to the coverage.
    :param billing: the coding that the assertion is for, where there is one.
    :param date: the ISO date of the assertion.
    :param name: its id.
    """
    return {"url": URL, "extension": [*_said(said, coverage, billing), _of("date", valueDate=date),
                                      _of("coverage-assertion-id", valueString=name)]}  # fmt: skip


def _said(said: Assertion, coverage: str, billing: Json | None) -> Iterator[Json]:
    yield _of("coverage", valueReference={"reference": coverage})
    codes = {"covered": said.covered, "pa-needed": said.pa_needed, "doc-needed": said.doc_needed,
             "doc-purpose": said.doc_purpose, "info-needed": said.info_needed}  # fmt: skip
    yield from (_of(url, valueCode=code) for url, code in codes.items() if code)
    if billing:
        yield _of("billingCode", valueCoding=billing)
    coding = {"coding": [{"system": _CODES, "code": "technical"}]} if said.technical else {}
    yield _of("reason", valueCodeableConcept={**coding, "text": said.reason})
    if said.instructions:
        yield _detail("instructions", valueString=said.instructions)
    if said.policy:
        yield _detail("policy-link", valueUrl=said.policy)
    if said.questionnaire:
        yield _of("questionnaire", valueCanonical=said.questionnaire)


def _of(url: str, **value: object) -> Json:
    return {"url": url, **value}


def _detail(code: str, **value: object) -> Json:
    return {"url": "detail", "extension": [
        _of("category", valueCode="cat-other"),
        _of("code", valueCodeableConcept={"coding": [{"system": _CODES, "code": code}]}),
        _of("value", **value),
    ]}  # fmt: skip


def ids_of(resource: Json) -> set[str]:
    """Return the ids of the assertions that a resource has already, whatever else stands among its extensions."""
    found = resource.get("extension")
    outer = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    inner = [part for each in outer if each.get("url") == URL and isinstance(each.get("extension"), list)
             for part in each["extension"] if isinstance(part, dict)]  # fmt: skip
    names = [part.get("valueString") for part in inner if part.get("url") == "coverage-assertion-id"]
    return {name for name in names if isinstance(name, str)}
