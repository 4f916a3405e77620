"""The ways in which an atom holds, for the proof checker: the smallest proof, and every one outside of circles."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable

from ...engine.language.terms import Atom
from .circles import circles
from .ground import TRUE, spell
from .truth import Instance, Truth


class Sizes:
    """Answers by which instances of rules an atom holds, or may hold.

    The size of an instance is 1, its premises, and the sizes of those that are derived or known;
    that of an atom is the least of its instances'. A case's own facts and the undocumented add nothing.
    """

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        static = truth.edition.static
        if static is not truth and not truth.edition.static_sizes:  # what no case changes is sized once
            truth.edition.static_sizes.update(Sizes(static)._sure)
        known = truth.edition.static_sizes
        derived = truth.derived - truth.given - known.keys()
        sure = (i for atom in derived for i in truth.instances[atom] if truth.is_sure(i))
        self._sure: dict[Atom, int] = known | _least(sure, derived.__contains__, known)
        self._possible: dict[Atom, int] = {}
        self._circle: dict[Atom, int] = {}

    def smallest(self, atom: Atom) -> Instance:
        """Return the last step of the smallest proof of a derived atom."""
        sure = [i for i in self.truth.instances[atom] if self.truth.is_sure(i)]
        return min(sure, key=lambda i: (self._size(i, self._sure), i.standing))

    def every(self, atom: Atom) -> list[Instance]:
        """Return every instance that gives an atom, surely where it is sure, less those that go in a circle.

        Among atoms that rest on each other one follows only from those that come before it: by their size,
        then by how they are spelt.
        """
        sizes = self._sizes_of(atom)
        found = [
            i
            for i in self._instances(atom)
            if all(
                (sizes[p], spell(p)) < (sizes[atom], spell(atom))
                for p in i.premises
                if p in sizes and self._circle_of(p) == self._circle_of(atom)
            )
        ]
        return sorted(found, key=lambda i: i.standing)

    def _sizes_of(self, atom: Atom) -> dict[Atom, int]:
        return self._sure if atom in self._sure else self._sizes_possible()

    def _instances(self, atom: Atom) -> list[Instance]:
        """Return the instances that count for an atom: the sure ones where it is sure."""
        found = self.truth.instances.get(atom, [])
        return [i for i in found if self.truth.is_sure(i)] if atom in self._sure else found

    @staticmethod
    def _size(instance: Instance, sizes: dict[Atom, int]) -> int:
        return 1 + len(instance.premises) + sum(sizes.get(p, 0) for p in instance.premises)

    def _sizes_possible(self) -> dict[Atom, int]:
        """Return the sizes of what is only possible, over all its instances; what is sure adds nothing there."""
        if not self._possible:
            truth = self.truth
            only = [atom for atom in truth.instances if truth.value(atom) != TRUE and not truth.is_undocumented(atom)]
            self._possible = _least((i for atom in only for i in truth.instances[atom]), set(only).__contains__)
        return self._possible

    def _circle_of(self, atom: Atom) -> int:
        """Return the number of the circle that an atom is part of, if only by itself."""
        if atom not in self._circle:
            for part in circles([atom], lambda a: () if a in self._circle else self._below(a)):
                if part[0] not in self._circle:
                    self._circle |= dict.fromkeys(part, len(self._circle))
        return self._circle[atom]

    def _below(self, atom: Atom) -> list[Atom]:
        """Return what the proof of an atom goes on with: what is derived, as sure as the atom."""
        sizes = self._sizes_of(atom)
        return [p for i in self._instances(atom) for p in i.premises if p in sizes]


def _least(
    instances: Iterable[Instance], counted: Callable[[Atom], bool], known: dict[Atom, int] | None = None
) -> dict[Atom, int]:
    """Return the least size of each atom, smallest first as Knuth does.

    :param counted: says which premises have a size to wait for; the others add what is known, or nothing.
    """
    base = known or {}
    waits: dict[Atom, list[_Wait]] = {}
    heap: list[tuple[int, int, _Wait]] = []
    for at, instance in enumerate(instances):
        wait = _Wait(at, instance, counted, base)
        for premise in wait.premises:
            waits.setdefault(premise, []).append(wait)
        if not wait.premises:
            heap.append((wait.size, at, wait))
    heapq.heapify(heap)
    sizes: dict[Atom, int] = {}
    while heap:
        size, _, first = heapq.heappop(heap)
        if first.head not in sizes:
            sizes[first.head] = size
            ready = [wait for wait in waits.get(first.head, ()) if wait.add(size)]
            for wait in ready:
                heapq.heappush(heap, (wait.size, wait.at, wait))
    return sizes


class _Wait:
    """An instance that waits for the sizes of its premises."""

    def __init__(self, at: int, instance: Instance, counted: Callable[[Atom], bool], base: dict[Atom, int]) -> None:
        self.at, self.head = at, instance.head
        self.premises = [p for p in instance.premises if counted(p)]
        self.lacks = len(self.premises)
        known = sum(base.get(p, 0) for p in instance.premises if not counted(p))
        self.size = 1 + len(instance.premises) + known

    def add(self, size: int) -> bool:
        """Add the size of a premise; say whether none is lacking any more."""
        self.lacks -= 1
        self.size += size
        return not self.lacks
