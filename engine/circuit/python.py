"""A circuit as Python: a function of the inputs of a case that tells each output, for all its sessions at once.

A value is a number with a bit for each session; what is of no session has all bits or none. An array of such
numbers, an element a case, is as good: no step asks whether a value is so. Every node that rests on
what may be undocumented is computed twice, as it surely is (`s`) and as it possibly is (`p`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from .nodes import AND, INPUT, NOT, OR, UNKNOWN, Nodes

Values = tuple[int, ...]
Function = Callable[[Sequence[int], int], Values]
"""Takes the inputs and the bits of all sessions; returns each output, surely and then possibly."""


def compiled(nodes: Nodes, outputs: Sequence[int], *, open_world: bool) -> Function:
    """Return the function that computes some nodes."""
    space: dict[str, Function] = {}
    exec(source(nodes, outputs, open_world=open_world), space)  # noqa: S102 - of numbers and signs alone
    return space["circuit"]


def source(nodes: Nodes, outputs: Sequence[int], *, open_world: bool) -> str:
    """Return the text of the function that computes some nodes."""
    body = [line for node in nodes.reached(outputs) for line in _lines(node, nodes, open_world)]
    told = ", ".join(_name(node, nodes, rail, open_world) for node in outputs for rail in "sp")
    return "\n    ".join(["def circuit(v, M):", *body, f"return ({told},)"]) + "\n"


def _lines(node: int, nodes: Nodes, open_world: bool) -> Iterator[str]:
    if nodes.gates[node][0] not in (INPUT, "false", "true", "unknown"):
        for rail in "sp" if open_world and not nodes.crisp[node] else "p":
            yield f"{_name(node, nodes, rail, open_world)} = {_value(node, nodes, rail, open_world)}"


def _value(node: int, nodes: Nodes, rail: str, open_world: bool) -> str:
    kind, of = nodes.gates[node]
    if kind == NOT:
        return f"M ^ {_name(of[0], nodes, 'ps'[rail == 'p'], open_world)}"
    names = [_name(each, nodes, rail, open_world) for each in of]
    if kind in (AND, OR):
        return (" & " if kind == AND else " | ").join(names)
    return f"M * ({names[0]} != 0)"


def _name(node: int, nodes: Nodes, rail: str, open_world: bool) -> str:
    """Return how a node is called on a rail."""
    kind, of = nodes.gates[node]
    if kind == INPUT:
        return f"v[{of[0]}]"
    if kind in ("false", "true"):
        return "M" if kind == "true" else "0"
    if node == UNKNOWN:
        return "M" if open_world and rail == "p" else "0"
    return f"c{node}" if nodes.crisp[node] or not open_world else f"{rail}{node}"
