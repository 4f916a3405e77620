"""What holds in a plain network for many sets of items at once: each gate is one number, with a bit a set."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

from .network import Network, bits


def is_plain(net: Network) -> bool:
    """Say whether no gate of a network is in a circle, or a threshold."""
    return not net.circular and not any(gate.weights for gate in net.gates)


def held_at_once(net: Network, documented: Sequence[int]) -> list[int]:
    """Return for which of some sets each gate of a plain network holds, as a mask of them.

    :param documented: each set, as a mask of items.
    """
    held = [0] * (len(net.gates) + len(net.items))
    for at, items in enumerate(documented):
        for item in bits(items):
            held[~item] |= 1 << at
    every = (1 << len(documented)) - 1
    for node in net.order:
        gate = net.gates[node]
        below = map(held.__getitem__, gate.below)
        held[node] = reduce(and_, below, every) if gate.conjunctive else reduce(or_, below, 0)
    return held
