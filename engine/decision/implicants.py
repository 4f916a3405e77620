"""The sets that settle a small question, gate by gate: what settles an `or` is what settles a part, of an `and` each.

It is quicker than the search where there are few; where there may be many, or a gate counts, the search is left to it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import chain

from .choices import Choices

TERMS = 1_000
"""The most sets that are put together for a gate, before those that ask for more than another one are left out."""
WORK = 100_000
"""How often two sets are compared at most."""


class _TooManyError(Exception):
    """More sets than are gone through."""


def implicants(choices: Choices) -> list[int] | None:
    """Return sets of items by which a question is settled, as masks; each that asks for the least is among them.

    :return: None where there may be too many, or where the network counts or goes in a circle.
    """
    net = choices.net
    if net.circular or any(gate.weights for gate in net.gates):
        return None
    try:
        return _Distributed(choices).terms()
    except _TooManyError:
        return None


class _Distributed:
    """The sets that settle each gate, as masks of items."""

    def __init__(self, choices: Choices) -> None:
        self.net, self.of, self.left = choices.net, choices.of, WORK

    def terms(self) -> list[int]:
        found: dict[int, list[int]] = {}
        for node in self.net.order:
            gate = self.net.gates[node]
            parts = [found[below] if below >= 0 else [1 << self.of.first[~below]] for below in gate.below]
            found[node] = self._both(sorted(parts, key=len)) if gate.conjunctive else self._least({*chain(*parts)})
        return found[self.net.top]

    def _both(self, parts: Iterable[Sequence[int]]) -> list[int]:
        terms = [0]
        for part in parts:
            if len(terms) * len(part) > TERMS:
                raise _TooManyError
            terms = self._least({one | other for one in terms for other in part})
        return terms

    def _least(self, masks: Collection[int]) -> list[int]:
        """Return the masks that document no other one, and nothing that excludes something else of it."""
        kept: list[int] = []
        for mask in sorted(masks, key=int.bit_count):
            self.left -= len(kept)
            if self.left < 0:
                raise _TooManyError
            cover = self.of.covered(mask)
            for each in kept:  # asked for most often of all
                if each & cover == each:
                    break
            else:
                if not self.of.clashes(mask):
                    kept.append(mask)
        return kept
