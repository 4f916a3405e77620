"""The services that a request orders: what, how many, when and where, each with the path that says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...program.schema import COUNT
from .coded import code_in
from .parts import Part
from .resources import FOREIGN, Resources

BILLING_OPTIONS = "http://hl7.org/fhir/us/davinci-crd/StructureDefinition/ext-billing-options"
PROCEDURES = "cpt_hcpcs"
"""The system of codes that services are billed by."""
_NOT_ASKED = ("revoked", "entered-in-error", "cancelled")


class Billing(NamedTuple):
    """A code that the service may be billed by, as the request has it."""

    code: str
    coding: Part


class Said(NamedTuple):
    """A value, the path that says it, and what is worth knowing of how it was read."""

    value: str
    path: str
    note: str = ""


class Order(NamedTuple):
    """One service that is ordered."""

    resource: Part  # the ServiceRequest, the DeviceRequest or the Claim
    item: Part  # the same, or the item of the Claim
    billing: tuple[Billing, ...]  # several are alternatives; none where no code is one to bill by
    units: Said
    date: Said  # the value is empty where no day is named


def orders(found: Resources) -> Iterator[Order]:
    """Yield the services of a request that are asked for; what must not be done, or was an error, is not."""
    for resource in found.orders:
        if resource.of("doNotPerform").value is not True and resource.of("status").text not in _NOT_ASKED:
            if resource.type == "Claim":
                yield from (_item(resource, item) for item in resource.each("item"))
            else:
                yield _service(resource, found)


def _service(order: Part, found: Resources) -> Order:
    code = _code(order, found)
    own = [Billing(billed, coding) for coding in code.codings() if (billed := code_in(coding, PROCEDURES))]
    return Order(order, order, tuple(own[:1]) or tuple(_options(code)), _units(order.of("quantityQuantity")),
                 _date(order))  # fmt: skip


def _code(order: Part, found: Resources) -> Part:
    """Return what is ordered: the code, of a device its own or the type of the device that is referred to."""
    if order.type != "DeviceRequest":
        return order.of("code")
    device = found.follow(order.of("codeReference"), order)
    return order.of("codeCodeableConcept") if device is None or device.type != "Device" else device.of("type")


def _options(code: Part) -> Iterator[Billing]:
    """Yield the codes of the billing options, each once."""
    seen: set[str] = set()
    for extension in code.each("extension"):
        if extension.of("url").text == BILLING_OPTIONS:
            for coding in extension.of("valueCodeableConcept").codings():
                found = code_in(coding, PROCEDURES)
                if found and found not in seen:
                    seen.add(found)
                    yield Billing(found, coding)


def _item(claim: Part, item: Part) -> Order:
    codings = item.of("productOrService").codings()
    own = [Billing(found, coding) for coding in codings if (found := code_in(coding, PROCEDURES))]
    days = [(item.of("servicedDate"), ""), (item.of("servicedPeriod", "start"), ""),
            (claim.of("billablePeriod", "start"), "the beginning of the billed period"),
            (claim.of("created"), "the day the claim was made: no day of service is named")]  # fmt: skip
    return Order(claim, item, tuple(own[:1]), _units(item.of("quantity")), _first_day(days))


def _units(quantity: Part) -> Said:
    """Return the units: a whole number, at least 1; where there is none 1, and a note that it was taken."""
    value = quantity.of("value")
    number = value.number
    if isinstance(number, int) and 1 <= number <= COUNT:
        return Said(str(number), value.path)
    return Said("1", value.path, "1 unit is taken: the order gives no whole number of units")


def _date(order: Part) -> Said:
    events = order.of("occurrenceTiming").each("event")
    days = [(order.of("occurrenceDateTime"), ""), (order.of("occurrencePeriod", "start"), ""),
            *((event, "") for event in events[:1]),
            (order.of("authoredOn"), "the day the order was written: no day of service is named")]  # fmt: skip
    return _first_day(days)


def _first_day(days: list[tuple[Part, str]]) -> Said:
    found = (Said(part.day, part.path, note) for part, note in days if part.day)
    return next(found, Said("", days[0][0].path, "no day of service is named"))


def passed(found: Resources) -> Iterator[tuple[Part, str]]:
    """Yield what stands among the orders and asks for nothing that can be answered, each with why."""
    for resource in found.orders:
        if resource.of("doNotPerform").value is True:
            yield resource, "must not be done"
        elif resource.of("status").text in _NOT_ASKED:
            yield resource, f"is {resource.of('status').text}"
    for order in orders(found):
        if not order.billing:
            yield order.item, "has no code of a system that services are billed by"
        elif not order.date.value:
            yield order.item, "names no day of service"
    for resource in found.of_type(*FOREIGN):
        yield resource, "is of a type of order that is not answered"


def places(order: Order, found: Resources, date: str) -> Iterator[tuple[Part, str]]:
    """Yield the codings that may say where a service is done, the nearest first, each with a note."""
    item = order.item
    for concept in (*item.each("locationCode"), item.of("locationCodeableConcept"), *item.each("category")):
        yield from ((coding, "") for coding in concept.codings())
    encounter = encounter_of(order, found)
    if encounter and not ended(encounter, date):
        yield encounter.of("class"), "of the encounter in which it was ordered"


def ended(encounter: Part, date: str) -> bool:
    """Say whether an encounter ended before a day: where it was says nothing of what is done on the day."""
    end = encounter.of("period", "end").day
    return bool(end) and end < date


def encounter_of(order: Order, found: Resources) -> Part | None:
    """Return the encounter in which a service was ordered: the order's own, or that of the request."""
    own = order.resource.of("encounter")
    of_request = Part({"reference": _reference(found.encounter)}, "context.encounterId")
    resource = found.follow(own, order.resource) or found.follow(of_request, order.resource)
    return resource if resource and resource.type == "Encounter" else None


def _reference(encounter: str) -> str:
    """Return the reference of an encounter that may be named by its id alone."""
    return encounter if "/" in encounter else f"Encounter/{encounter}"
