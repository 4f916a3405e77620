"""A received proof as the checker takes it up: what is no proof at all is told apart from what does not hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .circles import reached
from .step import Fault, show

HEADER: dict[str, type] = {
    "case": str, "guideline": str, "as_of": str, "world": str, "every": bool, "lines": list, "roots": list,
    "nodes": list, "edges": list,
}  # fmt: skip
_EDGE: dict[str, type] = {"from": str, "to": str, "role": str, "order": int}
_TYPES = {str: "text", bool: "true or false", list: "a list", int: "a whole number"}


class Link(NamedTuple):
    """An edge to what a step rests on."""

    to: str
    role: str
    order: int
    part: int = -1  # the part of the rule's body that it speaks of, or -1


class Told(NamedTuple):
    """A proof as it was told: its nodes by id, and what each rests on in order."""

    header: dict[str, Any]
    nodes: dict[str, dict[str, Any]]
    below: dict[str, list[Link]]

    def unreached(self) -> list[str]:
        """Return the nodes that no root rests on."""
        seen = reached(self.header["roots"], lambda name: [link.to for link in self.below[name]])
        return [name for name in self.nodes if name not in seen]


def is_proof(told: object) -> bool:
    """Say whether some JSON looks like a proof at all."""
    return isinstance(told, dict) and {"roots", "nodes", "edges"} <= told.keys()


def take_up(told: object) -> tuple[Told | None, list[Fault]]:
    """Return a proof ready for checking, or None, and what is wrong with its form."""
    if not isinstance(told, dict):
        return None, [Fault("", f"this is {show(told)}, and a proof is an object")]
    faults = [Fault("", message) for message in _form(told, HEADER)]
    if faults:
        return None, faults
    nodes: dict[str, dict[str, Any]] = {}
    for node in told["nodes"]:
        if not (isinstance(node, dict) and isinstance(node.get("id"), str)):
            faults.append(Fault("", f"a node is {show(node)}, and has to be an object with an id"))
        elif node["id"] in nodes:
            faults.append(Fault(node["id"], "two nodes have this id"))
        else:
            nodes[node["id"]] = node
    below: dict[str, list[Link]] = {name: [] for name in nodes}
    for edge in told["edges"]:
        faults += _take_edge(edge, below)
    for name, links in below.items():
        links.sort(key=lambda link: link.order)
        if [link.order for link in links] != list(range(len(links))):
            faults.append(Fault(name, "its children are not in order"))
    faults += [Fault("", message) for message in _roots(told["roots"], nodes)]
    return (None if faults else Told(told, nodes, below)), faults


def _take_edge(edge: object, below: dict[str, list[Link]]) -> Iterator[Fault]:
    if not isinstance(edge, dict):
        yield Fault("", f"an edge is {show(edge)}, and has to be an object")
        return
    wrong = list(_form(edge, _EDGE | ({"part": int} if "part" in edge else {})))
    if not wrong:
        wrong = [f"an edge has no node {show(edge[end])}" for end in ("from", "to") if edge[end] not in below]
    if not wrong and edge.get("part", 0) < 0:
        wrong = ["an edge speaks of a part before the first"]
    if wrong:
        begin = edge.get("from")
        yield from (Fault(begin if isinstance(begin, str) else "", message) for message in wrong)
    else:
        below[edge["from"]].append(Link(edge["to"], edge["role"], edge["order"], edge.get("part", -1)))


def _roots(roots: list[Any], nodes: dict[str, Any]) -> Iterator[str]:
    if not roots:
        yield "it proves nothing: there is no root"
    known = [root for root in roots if isinstance(root, str) and root in nodes]
    if len(known) < len(roots):
        yield "a root is no node"
    elif len(set(known)) < len(known):
        yield "a root stands twice"


def _form(told: dict[Any, Any], keys: dict[str, type]) -> Iterator[str]:
    """Yield what keys an object lacks, has too many, or of another type."""
    for key, kind in keys.items():
        if key not in told:
            yield f"it lacks {key}"
        elif type(told[key]) is not kind:
            yield f"{key} is {show(told[key])}, and has to be {_TYPES[kind]}"
    yield from (f"it has an unknown key {show(key)}" for key in told if key not in keys)
