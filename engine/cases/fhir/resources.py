"""The resources of a request, wherever they stand in it, and what references lead to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .parts import Part

ORDERED = ("ServiceRequest", "DeviceRequest")
"""The types of orders that are answered; a Claim is read as well."""
FOREIGN = ("MedicationRequest", "NutritionOrder", "CommunicationRequest", "VisionPrescription")
"""The other types of orders that the hooks bring (https://cds-hooks.hl7.org/hooks/order-sign/): none is answered."""
HOOKS = ("order-sign", "order-select")
"""The hooks of CDS Hooks that bring orders to be answered."""
_DEEPEST = 3  # bundles in bundles


class Resources(NamedTuple):
    """What a request holds."""

    hook: str  # of a CDS Hooks request; empty for others
    orders: tuple[Part, ...]  # what is ordered, or the claims, in the order of the request
    record: tuple[Part, ...]  # all else, in an order that rests on what it is and not on where it stands
    patient: str  # the id of the patient that the request is about, where it says so
    encounter: str  # the reference to the encounter of the request, where it says so
    urls: dict[str, Part]  # resources by the full URLs of their entries, by Type/id, and by where they are contained

    def follow(self, reference: Part, within: Part) -> Part | None:
        """Return the resource that a reference leads to: absolute, relative, a URN, or contained; None for nowhere.

        :param reference: the part of type Reference.
        :param within: the resource that has it.
        """
        url = reference.of("reference").text
        if url.startswith("#"):
            return self.urls.get(_inside(within, url[1:]))
        return self.urls.get(url) or self.urls.get(relative(url))

    def of_type(self, *types: str) -> list[Part]:
        """Return the resources of the record of some types."""
        return [part for part in self.record if part.type in types]


def relative(url: str) -> str:
    """Return the Type/id of a URL, without the version it names."""
    parts = url.partition("/_history/")[0].rstrip("/").rsplit("/", 2)
    return "/".join(parts[-2:])


def resources(document: dict[str, Any]) -> Resources:
    """Return the resources of a CDS Hooks request, a Bundle or a single resource; foreign types are kept aside."""
    whole = Part(document, "")
    context = whole.of("context")
    hook = whole.of("hook").text
    found: list[tuple[Part, str, bool]] = []  # each with its URL, and whether it is one that orders
    if hook or not whole.type:
        found += [(part, url, True) for part, url in _within(context.of("draftOrders"), _DEEPEST)]
        prefetch = whole.of("prefetch")
        names = prefetch.value if isinstance(prefetch.value, dict) else {}
        found += [(part, url, False) for name in names for part, url in _within(prefetch.of(name), _DEEPEST)]
    else:
        found += [(part, url, True) for part, url in _within(whole, _DEEPEST)]
    orders = [part for part, _, asks in found if asks and part.type in (*ORDERED, "Claim")]
    claims = [part for part in orders if part.type == "Claim"]
    if hook == "order-select":
        chosen = {relative(each.text) for each in context.each("selections")}
        orders = [part for part in orders if f"{part.type}/{part.id}" in chosen]
    asked = {id(part.value) for part in claims or orders}
    # By their content, so that neither the order of keys nor their names change an answer; each once.
    named = sorted(((_content(part), part, url) for part, url, _ in found), key=lambda each: each[0])
    beside = {content: part for content, part, _ in reversed(named) if id(part.value) not in asked}
    return Resources(
        hook, tuple(claims or orders), tuple(beside[each] for each in sorted(beside)),
        relative(context.of("patientId").text).rpartition("/")[2], context.of("encounterId").text,
        _urls((part, url) for _, part, url in named),
    )  # fmt: skip


def _within(part: Part, depth: int) -> Iterator[tuple[Part, str]]:
    """Yield a resource, or those of a bundle, each with the full URL of its entry; its path begins with its name."""
    if part.type != "Bundle":
        if part.type:
            yield Part(part.value, f"{part.type}/{part.id}" if part.id else part.type), ""
        return
    for entry in part.each("entry") if depth else ():
        resource = entry.of("resource")
        for found, url in _within(resource, depth - 1):
            yield found, url or (entry.of("fullUrl").text if resource.type != "Bundle" else "")


def _urls(found: Iterable[tuple[Part, str]]) -> dict[str, Part]:
    """Return resources by what references call them; of several with one name the first."""
    urls: dict[str, Part] = {}
    for part, url in found:
        for name in (url, relative(url), f"{part.type}/{part.id}" if part.id else ""):
            if name:
                urls.setdefault(name, part)
        for each in part.each("contained"):
            urls.setdefault(_inside(part, each.of("id").text), each)
    return urls


def _inside(within: Part, name: str) -> str:
    """Return what a contained resource is known by: no reference is written so."""
    return f"#{id(within.value)}#{name}"


def _content(part: Part) -> str:
    return f"{part.path} {json.dumps(part.value, sort_keys=True, default=str)}"
