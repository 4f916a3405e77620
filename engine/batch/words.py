"""What a case says as bits of a few words: a bit for all inputs of a circuit that mean the same to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..circuit.nodes import INPUT, OR, Nodes

BITS = 62
"""The bits of a word: it is a signed number of 64."""


class Words:
    """The place of each input that some outputs rest on."""

    def __init__(self, nodes: Nodes, outputs: Iterable[int]) -> None:
        self.reached = nodes.reached(outputs)
        parents: dict[int, list[int]] = {}
        for node in self.reached:
            for each in nodes.below(node):
                parents.setdefault(each, []).append(node)
        told = set(outputs)
        self.place: dict[int, int] = {}  # the number of the bit of an input, by the number of the input
        known: dict[tuple[object, ...], int] = {}
        for node in self.reached:
            kind, of = nodes.gates[node]
            if kind == INPUT:
                above = parents.get(node, [])
                # Inputs of which every one does for the same nodes are one.
                alike = all(nodes.gates[each][0] == OR for each in above) and node not in told
                key = tuple(above) if alike else ("alone", node)
                self.place[of[0]] = known.setdefault(key, len(known))
        self.number = len(known)

    @property
    def names(self) -> list[str]:
        """The names of the words."""
        return [f"w{at}" for at in range(max(1, -(-self.number // BITS)))]

    def masks(self, inputs: Iterable[int]) -> dict[str, int]:
        """Return the bits of some inputs, word by word."""
        found: dict[str, int] = {}
        for each in inputs:
            word, bit = divmod(self.place[each], BITS)
            found[f"w{word}"] = found.get(f"w{word}", 0) | 1 << bit
        return found

    def values(self, inputs: Sequence[int]) -> list[int]:
        """Return the words in which the bits of some inputs are set; what no output rests on has none."""
        masks = self.masks(each for each in inputs if each in self.place)
        return [masks.get(name, 0) for name in self.names]
