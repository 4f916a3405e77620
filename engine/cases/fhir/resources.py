"""The resources of a request, wherever they stand in it, and what references lead to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from .parts import Part

HOOKS = ("order-sign", "order-select")
"""The hooks of CDS Hooks that bring orders to be answered."""
_DEEPEST = 3  # bundles in bundles


class Resources(NamedTuple):
    """What a request holds."""

    hook: str  # of a CDS Hooks request; empty for others
    orders: tuple[Part, ...]  # the service requests, or the claims, in the order of the request
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
    orders = [part for part, _, asks in found if asks and part.type in ("ServiceRequest", "Claim")]
    claims = [part for part in orders if part.type == "Claim"]
    if hook == "order-select":
        chosen = {relative(each.text) for each in context.each("selections")}
        orders = [part for part in orders if f"{part.type}/{part.id}" in chosen]
    asked = {id(part.value) for part in claims or orders}
    return Resources(
        hook, tuple(claims or orders), tuple(_in_order(part for part, *_ in found if id(part.value) not in asked)),
        relative(context.of("patientId").text).rpartition("/")[2], context.of("encounterId").text, _urls(found),
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


def _urls(found: list[tuple[Part, str, bool]]) -> dict[str, Part]:
    """Return resources by what references call them; of several with one name the first by its content."""
    named = sorted(((_content(part), part, url) for part, url, _ in found), key=lambda each: each[0])
    urls: dict[str, Part] = {}
    for _, part, url in named:
        for name in (url, relative(url), f"{part.type}/{part.id}" if part.id else ""):
            if name:
                urls.setdefault(name, part)
        for each in part.each("contained"):
            urls.setdefault(_inside(part, each.of("id").text), each)
    return urls


def _inside(within: Part, name: str) -> str:
    """Return what a contained resource is known by: no reference is written so."""
    return f"#{id(within.value)}#{name}"


def _in_order(parts: Iterator[Part]) -> Iterator[Part]:
    """Yield resources by their content, each once: neither the order of keys nor their names change an answer."""
    seen: set[str] = set()
    for content, part in sorted(((_content(part), part) for part in parts), key=lambda each: each[0]):
        if content not in seen:
            seen.add(content)
            yield part


def _content(part: Part) -> str:
    return f"{part.path} {json.dumps(part.value, sort_keys=True, default=str)}"
