"""Which ways of holding a proof shows of an atom: the smallest, or every one that goes in no circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..evaluation.rules import Firing, Model
from ..language.terms import Atom
from .smallest import Smallest
from .why import Why


class Ways:
    """The firings that the proofs of one decision show.

    Of what is surely so it is the smallest, or every sure one; of what may be so it is every one. Among atoms
    that rest on each other one is shown to follow only from those that have smaller proofs, so that no proof
    goes in a circle, and what is shown of an atom is the same wherever it stands.
    """

    def __init__(self, model: Model, why: Why, *, every: bool) -> None:
        self.model, self.why, self.every = model, why, every
        self._sizes = {sure: Smallest(model, surely=sure) for sure in (True, False)}
        self._circle: dict[Atom, int] = {}

    def of(self, atom: Atom) -> list[Firing]:
        """Return the firings to show of an atom that is derived, surely or possibly."""
        circular = atom.predicate in self.why.evaluator.circular
        if not circular and len(only := self.model.firings[atom]) == 1:
            return only
        if atom in self.model.support and not self.every:
            return [self.why.shortest(atom)]
        if not circular:
            return self._firings(atom)
        if atom not in self._circle:
            self._find_circles(atom)
        return [f for f in self._firings(atom) if all(self._is_before(premise, atom) for premise in f.premises)]

    def _firings(self, atom: Atom) -> list[Firing]:
        firings = self.model.firings[atom]
        return [f for f in firings if self.model.is_sure(f)] if atom in self.model.support else firings

    def _premises(self, atom: Atom) -> set[Atom]:
        """Return what an atom's proof goes on with, as sure as the atom."""
        sizes = self._sizes[atom in self.model.support]
        return {p for firing in self._firings(atom) for p in firing.premises if sizes.is_derived(p)}

    def _is_before(self, premise: Atom, atom: Atom) -> bool:
        if self._circle.get(premise) != self._circle[atom]:
            return True
        sizes = self._sizes[atom in self.model.support]
        return (sizes.of(premise)[0], str(premise)) < (sizes.of(atom)[0], str(atom))

    def _find_circles(self, atom: Atom) -> None:
        """Number what an atom rests on such that what rests on each other has one number."""
        premises: dict[Atom, set[Atom]] = {}
        stack = [atom]
        while stack:
            each = stack.pop()
            if each not in premises:
                premises[each] = self._premises(each)
                stack += premises[each]
        for circle in _circles(premises):
            number = len(self._circle)
            self._circle |= dict.fromkeys((a for a in circle if a not in self._circle), number)


def _circles(premises: Mapping[Atom, set[Atom]]) -> Iterator[set[Atom]]:
    """Yield atoms in groups that rest on each other; mostly each is on its own."""
    from graphlib import CycleError, TopologicalSorter  # few rules rest on themselves

    try:
        TopologicalSorter(premises).prepare()
    except CycleError:
        import networkx as nx  # slow to import, and seldom needed

        graph: nx.DiGraph[Atom] = nx.DiGraph()
        graph.add_edges_from((head, each) for head, below in premises.items() for each in below)
        graph.add_nodes_from(premises)
        yield from nx.strongly_connected_components(graph)
    else:
        yield from ({each} for each in premises)
