"""A circuit as Python: a function of the inputs of a case that tells each output, for all its sessions at once.

A value is a number with a bit for each session; what is of no session has all bits or none. An array of such
numbers, an element a case, is as good: no step asks whether a value is so. Every node that rests on
what may be undocumented is computed twice, as it surely is (`s`) and as it possibly is (`p`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from .nodes import AND, INPUT, NOT, OR, UNKNOWN, Nodes

Values = tuple[int, ...]
Function = Callable[[Sequence[int], int], Values]
"""Takes the inputs and the bits of all sessions; returns each output, surely and then possibly."""


def compiled(
    nodes: Nodes, outputs: Sequence[int], *, open_world: bool, alike: Mapping[int, int] | None = None
) -> Function:
    """Return the function that computes some nodes.

    :param alike: what stands for each input; see `Nodes.alike`. Without it each stands for itself.
    """
    space: dict[str, Function] = {}
    exec(source(nodes, outputs, open_world=open_world, alike=alike), space)  # noqa: S102 - of numbers and signs alone
    return space["circuit"]


def source(nodes: Nodes, outputs: Sequence[int], *, open_world: bool, alike: Mapping[int, int] | None = None) -> str:
    """Return the text of the function that computes some nodes."""
    return _Text(nodes, open_world, alike).function(outputs)


class _Text:
    """The nodes of a circuit as Python."""

    def __init__(self, nodes: Nodes, open_world: bool, alike: Mapping[int, int] | None) -> None:
        self.nodes, self.open_world, self.alike = nodes, open_world, alike

    def function(self, outputs: Sequence[int]) -> str:
        # An input that many nodes rest on is fetched once.
        body = [f"i{number} = v[{number}]" for number in dict.fromkeys((self.alike or {}).values())]
        body += [line for node in self.nodes.reached(outputs) for line in self._lines(node)]
        told = ", ".join(self._name(node, rail) for node in outputs for rail in "sp")
        return "\n    ".join(["def circuit(v, M):", *body, f"return ({told},)"]) + "\n"

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
        return f"M * ({next(iter(names))} != 0)"

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
