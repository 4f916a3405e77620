"""The smallest proof of each atom, as a least fixpoint: the smallest of all is found first, and no circle is entered.

The size of a firing is 1, its premises, and the sizes of the premises that are derived in turn; the size of
an atom is that of its smallest firing. Of firings of one size the rule's id decides, then the values bound.
"""

from __future__ import annotations

from ..evaluation.rules import Firing, Model
from ..language.terms import Atom

_Ranked = tuple[int, str, list[str], int, Firing]


class Smallest:
    """The smallest proofs in one model, worked out where they are asked for.

    :param surely: of what is surely so, by sure firings; else of what may be so, whatever else is sure.
    """

    def __init__(self, model: Model, *, surely: bool) -> None:
        self.model, self.surely = model, surely
        self._known: dict[Atom, tuple[int, Firing]] = {}

    def of(self, atom: Atom) -> tuple[int, Firing]:
        """Return the size of an atom's smallest proof, and its last step."""
        if atom not in self._known:
            self._measure(atom)
        return self._known[atom]

    def is_derived(self, atom: Atom) -> bool:
        """Say whether an atom has a proof of its own here."""
        if self.surely:
            return atom in self.model.support and atom not in self.model.given  # what is given is a leaf
        return atom in self.model.firings and atom not in self.model.unknown and not self.model.sure(atom)

    def _measure(self, atom: Atom) -> None:
        """Find the smallest proofs of an atom and of all that it can rest on."""
        import heapq  # few decisions need it

        waiting: dict[Atom, list[int]] = {}  # the firings, by their number, that wait for a premise
        firings: list[Firing] = []
        ready: list[_Ranked] = []
        seen, stack = {atom}, [atom]
        while stack:
            for firing in self.model.firings[stack.pop()]:
                if self.surely and not self.model.is_sure(firing):
                    continue
                derived = {p for p in firing.premises if self.is_derived(p) and p not in self._known}
                for premise in derived:
                    waiting.setdefault(premise, []).append(len(firings))
                firings.append(firing)
                if not derived:
                    ready.append(self._ranked(firing, len(firings)))
                stack += derived - seen
                seen |= derived
        heapq.heapify(ready)
        while ready:
            size, *_, firing = heapq.heappop(ready)
            if firing.head in self._known:
                continue
            self._known[firing.head] = size, firing
            for number in waiting.get(firing.head, ()):
                if all(p in self._known or not self.is_derived(p) for p in firings[number].premises):
                    heapq.heappush(ready, self._ranked(firings[number], number))

    def _ranked(self, firing: Firing, number: int) -> _Ranked:
        """Return a firing with what it is ranked by, once its premises have their sizes."""
        sizes = [self._known[p][0] for p in firing.premises if self.is_derived(p)]
        values = [str(value) for _, value in sorted(firing.binding.items())]
        return 1 + len(firing.premises) + sum(sizes), firing.rule.id, values, number, firing
