"""A call of a CDS Hook before it is answered: what it has to have, and the coverage that it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ...engine.cases.fhir.parts import Part
from ...engine.cases.fhir.resources import HOOKS, ORDERED, Resources, relative, resources

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_USABLE = ("active", "")  # a coverage whose status is not told is taken to be one that the client chose


class RefusedError(Exception):
    """A call that is not answered; the text says what is wrong, and nothing of what the call holds."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


class Call(NamedTuple):
    """A call that can be answered."""

    found: Resources
    coverage: str  # the reference to the coverage
    wanted: bool  # whether the client wants coverage information


def read_call(document: dict[str, Any], hook: str, payers: tuple[str, ...]) -> Call:
    """Return a call of a hook.

    :param payers: what the payer is named by; without any every coverage is the payer's.
    :raises RefusedError: 422 where a rule of CDS Hooks or CRD is broken, 412 where the coverage was not prefetched, 400
        where there is not exactly one that can be used.
    """
    whole = Part(document, "")
    if broken := list(_broken(whole, hook)):
        raise RefusedError(422, " ".join(broken))
    found = resources(document)
    options = whole.of("extension", "davinci-crd.configuration", "coverage-info").value
    return Call(found, _coverage(whole, found, payers), options is not False)


def _broken(whole: Part, hook: str) -> Iterator[str]:
    """Yield each rule that a call breaks."""
    context, drafts = whole.of("context"), whole.of("context", "draftOrders")
    asked = [entry.of("resource") for entry in drafts.each("entry")]
    asked = [order for order in asked if order.type in ORDERED]
    rules = {
        f"The hook of this service is {hook}.": whole.of("hook").text == hook,
        "hookInstance has to be a UUID.": bool(_UUID.fullmatch(whole.of("hookInstance").text)),
        "context.userId is lacking.": bool(context.of("userId").text),
        "context.patientId is lacking.": bool(context.of("patientId").text),
        "context.draftOrders has to be a Bundle.": drafts.type == "Bundle",
        "context.selections has to be a list.": hook != HOOKS[1] or isinstance(context.of("selections").value, list),
        "Each order in context.draftOrders has to have an id.": all(order.id for order in asked),
        "The extensions of an order have to be a list.": all(
            isinstance(order.value.get("extension", []), list) for order in asked
        ),
    }
    yield from (rule for rule, kept in rules.items() if not kept)


def _coverage(whole: Part, found: Resources, payers: tuple[str, ...]) -> str:
    held = found.of_type("Coverage")
    if not held and whole.of("prefetch", "coverage").type != "Bundle":
        raise RefusedError(412, "The coverage was not prefetched, and this service does not query for it.")
    usable = [each for each in held if each.id and each.of("status").text in _USABLE and _pays(each, found, payers)]
    if len({each.id for each in usable}) != 1:
        raise RefusedError(400, "The call has to bring exactly one active Coverage of this payer.")
    return f"Coverage/{usable[0].id}"


def _pays(coverage: Part, found: Resources, payers: tuple[str, ...]) -> bool:
    """Say whether a payer of a coverage is the one that answers."""
    if not payers:
        return True
    names: set[str] = set()
    for payor in coverage.each("payor"):
        url = payor.of("reference").text
        names |= {url, relative(url)}
        payer = found.follow(payor, coverage)
        for identifier in (payor.of("identifier"), *(payer.each("identifier") if payer else ())):
            value = identifier.of("value").text
            names |= {value, f"{identifier.of('system').text}|{value}"}
    return bool(names.intersection(payers))
