"""A circuit as Python: a function of the inputs of a case that tells each output, for all its sessions at once.

A value is a number with a bit for each session; what is of no session has all bits or none. Arrays of bits are as good:
no step asks whether a value is so, and what looks across sessions is given. Every node that rests on what may be
undocumented is computed twice, as it surely is (`s`) and as it possibly is (`p`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .nodes import AND, INPUT, NOT, OR, UNKNOWN, Nodes

Values = tuple[int, ...]
Function = Callable[[Sequence[int], int], Values]
"""Takes the inputs and the bits of all sessions; returns each output, surely and then possibly."""


def of_numbers(value: int, mask: int) -> int:
    """Return all bits of the sessions where one of them is set."""
    return mask * (value != 0)


def compiled(nodes: Nodes, outputs: Sequence[int], *, open_world: bool, some: Any = of_numbers) -> Function:
    """Return the function that computes some nodes.

    :param some: for values other than numbers, what stands in place of `of_numbers`.
    """
    space: dict[str, Any] = {"some": some}
    exec(source(nodes, outputs, open_world=open_world), space)  # noqa: S102 - of numbers and signs alone
    return space["circuit"]  # type: ignore[no-any-return]


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
    return f"some({names[0]}, M)"


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
