"""What a case says as bits of a few words: a bit for all inputs of a circuit that mean the same to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ..circuit.nodes import Nodes

BITS = 62
"""The bits of a word: it is a signed number of 64."""


class Words:
    """The place of each input that some outputs rest on."""

    def __init__(self, nodes: Nodes, outputs: Collection[int]) -> None:
        self.reached = nodes.reached(outputs)
        known: dict[int, int] = {}
        # The number of the bit of an input, by the number of the input.
        self.place = {at: known.setdefault(first, len(known)) for at, first in nodes.alike(outputs).items()}
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
