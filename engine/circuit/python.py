"""A circuit as Python: a function of the inputs of a case that tells each output, for all its sessions at once.

A value is a number with a bit for each session; what is of no session has all bits or none. Arrays of bits are as good:
no step asks whether a value is so, and what looks across sessions is given. Every node that rests on what may be
undocumented is computed twice, as it surely is (`s`) and as it possibly is (`p`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .nodes import AND, INPUT, NOT, OR, UNKNOWN, Nodes

Values = tuple[int, ...]
Function = Callable[[Sequence[int], int], Values]
"""Takes the inputs and the bits of all sessions; returns each output, surely and then possibly."""
NUMBERS = "M * ({0} != 0)"
"""All bits of the sessions where one of a number is set."""


def compiled(
    nodes: Nodes,
    outputs: Sequence[int],
    *,
    open_world: bool,
    alike: Mapping[int, int] | None = None,
    some: Callable[[Any, Any], Any] | None = None,
) -> Function:
    """Return the function that computes some nodes.

    :param alike: what stands for each input; see `Nodes.alike`. Without it each stands for itself.
    :param some: for values other than numbers, what gives all bits of the sessions where one of a value is set.
    """
    text = source(nodes, outputs, open_world=open_world, alike=alike, some="some({0}, M)" if some else NUMBERS)
    space: dict[str, Any] = {"some": some}
    exec(text, space)  # noqa: S102 - of numbers and signs alone
    return space["circuit"]  # type: ignore[no-any-return]


def source(
    nodes: Nodes,
    outputs: Sequence[int],
    *,
    open_world: bool,
    alike: Mapping[int, int] | None = None,
    some: str = NUMBERS,
) -> str:
    """Return the text of the function that computes some nodes."""
    return _Text(nodes, open_world, alike, some).function(outputs)


class _Text:
    """The nodes of a circuit as Python."""

    def __init__(self, nodes: Nodes, open_world: bool, alike: Mapping[int, int] | None, some: str) -> None:
        self.nodes, self.open_world, self.alike, self.some = nodes, open_world, alike, some

    def function(self, outputs: Sequence[int]) -> str:
        # An input that many nodes rest on is fetched once.
        body = [f"i{number} = v[{number}]" for number in dict.fromkeys((self.alike or {}).values())]
        body += [line for node in self.nodes.reached(outputs) for line in self._lines(node)]
        told = "".join(f"{self._name(node, rail)}, " for node in outputs for rail in "sp")
        return "\n    ".join(["def circuit(v, M):", *body, f"return ({told})"]) + "\n"

    def _lines(self, node: int) -> Iterator[str]:
        if self.nodes.gates[node][0] not in (INPUT, "false", "true", "unknown"):
            for rail in "sp" if self.open_world and not self.nodes.crisp[node] else "p":
                yield f"{self._name(node, rail)} = {self._value(node, rail)}"

    def _value(self, node: int, rail: str) -> str:
        kind, of = self.nodes.gates[node]
        if kind == NOT:
            return f"M ^ {self._name(of[0], 'ps'[rail == 'p'])}"
        names = dict.fromkeys(self._name(each, rail) for each in of)
        if kind in (AND, OR):
            return (" & " if kind == AND else " | ").join(names)
        return self.some.format(next(iter(names)))

    def _name(self, node: int, rail: str) -> str:
        """Return how a node is called on a rail."""
        kind, of = self.nodes.gates[node]
        if kind == INPUT:
            return f"v[{of[0]}]" if self.alike is None else f"i{self.alike[of[0]]}"
        if kind in ("false", "true"):
            return "M" if kind == "true" else "0"
        if node == UNKNOWN:
            return "M" if self.open_world and rail == "p" else "0"
        return f"c{node}" if self.nodes.crisp[node] or not self.open_world else f"{rail}{node}"
