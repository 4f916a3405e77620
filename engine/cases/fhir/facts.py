"""What the record of a request says: diagnosis codes, and concepts that are so or not so, each with its path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .coded import ANSWER, UNIT, Codes, code_in
from .orders import Order
from .parts import Part
from .resources import Resources, relative

DIAGNOSES = "icd10cm"
"""The system of diagnosis codes."""
_FINAL = ("final", "amended", "corrected")
_NOT_SO = ("refuted",)
_NO_CONDITION = ("entered-in-error",)
_OVER = ("inactive", "remission", "resolved")


class Amount(NamedTuple):
    """A number and its unit in words; an empty unit is that of the guideline."""

    number: object  # int or Decimal
    unit: str


class Fact(NamedTuple):
    """What is said of a concept, or of what a case has a key for."""

    name: str
    value: object  # True or False, a text, a number or an Amount
    path: str
    source: str = ""  # what the record itself names as its source
    kind: str = ""  # of the concept, where a map says it


class Diagnosis(NamedTuple):
    """A diagnosis code that the record gives."""

    code: str
    path: str


class Unused(NamedTuple):
    """What stands in a request and is not read, and why."""

    path: str
    why: str


Found = Fact | Diagnosis | Unused


def reasons(orders: Iterable[Order], found: Resources, codes: Codes) -> Iterator[Found]:
    """Yield what orders give as their reasons."""
    for resource in {id(order.resource.value): order.resource for order in orders}.values():
        yield from _reasons(resource, found, codes)


def recorded(found: Resources, codes: Codes) -> Iterator[Found]:
    """Yield what the record holds beside the orders."""
    for resource in found.of_type("Condition"):
        yield from of_another(resource, found) or _condition(resource, codes)
    dated = found.of_type("Observation")
    # The latest goes first; of two of one day the order is that of the record.
    for resource in sorted(dated, key=lambda each: each.of("effectiveDateTime").text, reverse=True):
        yield from of_another(resource, found) or _observation(resource, codes)


def _reasons(resource: Part, found: Resources, codes: Codes) -> Iterator[Found]:
    concepts = [*resource.each("reasonCode"), *(d.of("diagnosisCodeableConcept") for d in resource.each("diagnosis"))]
    for concept in concepts:
        yield from _meant(concept, codes, so=True)
    references = [*resource.each("reasonReference"), *(d.of("diagnosisReference") for d in resource.each("diagnosis"))]
    for reference in references:
        led = found.follow(reference, resource)
        if led and led.type == "Condition":
            yield from _condition(led, codes)
        elif led and led.type == "Observation":
            yield from _observation(led, codes)
        elif reference.of("reference").text:
            yield Unused(reference.path, "leads to no condition that the request holds")


def of_another(resource: Part, found: Resources) -> list[Found]:
    """Return that a resource is of another patient than the request, where it is."""
    whose = relative(resource.of("subject", "reference").text)
    other = found.patient and whose.startswith("Patient/") and whose != f"Patient/{found.patient}"
    return [Unused(resource.path, "of another patient than the request is for")] if other else []


def _condition(resource: Part, codes: Codes) -> Iterator[Found]:
    verified = resource.of("verificationStatus").codes()
    if verified.intersection(_NO_CONDITION):
        yield Unused(resource.path, "entered in error")
    elif resource.of("clinicalStatus").codes().intersection(_OVER):
        yield Unused(resource.path, "no longer active")
    else:
        yield from _meant(resource.of("code"), codes, so=not verified.intersection(_NOT_SO))


def _meant(concept: Part, codes: Codes, *, so: bool) -> Iterator[Found]:
    """Yield what a concept stands for; where it stands for nothing, that it is not used."""
    read: list[Found] = []
    for coding in concept.codings():
        if code := code_in(coding, DIAGNOSES):
            told = Unused(coding.path, "refuted")
            read.append(Diagnosis(code, f"{coding.path}.code") if so else told)
        read += [Fact(m.id, so, f"{coding.path}.code", kind=m.kind) for m in codes.of(coding)]
    yield from read
    if not read and concept.value is not None:
        words = concept.of("text").text and not concept.each("coding")
        yield Unused(concept.path, "words without a code" if words else "no code in it is one that is read")


def _observation(resource: Part, codes: Codes) -> Iterator[Found]:
    meanings = [meaning for coding in resource.of("code").codings() for meaning in codes.of(coding)]
    value = _value(resource, codes)
    if not meanings:
        yield Unused(resource.path, "no code in it is one that is read")
    elif resource.of("status").text not in _FINAL:
        yield Unused(resource.path, "neither final nor amended")
    elif resource.of("dataAbsentReason").value is not None:
        yield Unused(resource.path, "its value is absent, for a reason that it gives")
    elif value is None:
        yield Unused(resource.path, "its value is none that is read")
    else:
        path = f"{resource.path}.value"
        yield from (Fact(meaning.id, value, path, kind=meaning.kind) for meaning in meanings)


def _value(resource: Part, codes: Codes) -> object:
    """Return what an observation says: so, not so, a number or an amount; None for anything else."""
    if isinstance(said := resource.of("valueBoolean").value, bool):
        return said
    answers = [codes.one(coding, ANSWER) for coding in resource.of("valueCodeableConcept").codings()]
    if words := next(filter(None, answers), ""):
        return words == "present"
    if (number := resource.of("valueInteger").number) is not None:
        return number
    return amount(resource.of("valueQuantity"), codes)


def amount(quantity: Part, codes: Codes) -> Amount | None:
    """Return a quantity as a number and its unit in words, or None for none; the unit by its code goes first."""
    number = quantity.of("value").number
    if number is None or quantity.of("comparator").value is not None:
        return None
    return Amount(number, codes.one(quantity, UNIT) or quantity.of("unit").text or quantity.of("code").text)
