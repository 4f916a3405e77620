"""The ways in which an atom holds, for the proof checker: the smallest proof, and every one outside of circles."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable

from ..engine.terms import Atom
from .circles import circles
from .ground import TRUE
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
        self._sure = known | _least(sure, derived.__contains__, known)
        self._possible: dict[Atom, int] = {}
        self._circle: dict[Atom, int] = {}

    def smallest(self, atom: Atom) -> Instance:
        """Return the last step of the smallest proof of a derived atom."""
        sure = [i for i in self.truth.instances[atom] if self.truth.is_sure(i)]
        return min(sure, key=lambda i: (self._size(i, self._sure), i.standing))

    def every(self, atom: Atom) -> list[Instance]:
        """Return every instance that gives an atom, surely where it is sure, less those that go in a circle."""
        found = self.truth.instances[atom]
        if is_sure := atom in self.truth.derived:
            found = [i for i in found if self.truth.is_sure(i)]
        circle = self._circle_of(atom)
        if circle is not None:
            sizes = self._sure if is_sure else self._sizes_possible()
            found = [
                i
                for i in found
                if all(sizes.get(p, 0) < sizes[atom] for p in i.premises if self._circle_of(p) == circle)
            ]
        return sorted(found, key=lambda i: i.standing)

    @staticmethod
    def _size(instance: Instance, sizes: dict[Atom, int]) -> int:
        return 1 + len(instance.premises) + sum(sizes.get(p, 0) for p in instance.premises)

    def _sizes_possible(self) -> dict[Atom, int]:
        """Return the sizes of what is only possible, over all its instances, beside those of what is sure."""
        if not self._possible:
            truth = self.truth
            only = [atom for atom in truth.instances if truth.value(atom) != TRUE and not truth.is_undocumented(atom)]
            unsure = set(only)
            found = (i for atom in only for i in truth.instances[atom])
            self._possible = self._sure | _least(found, unsure.__contains__, self._sure)
        return self._possible

    def _circle_of(self, atom: Atom) -> int | None:
        """Return the number of the circle that an atom is part of, or None where it rests on itself in no way."""
        if atom not in self._circle:
            new = circles([atom], lambda a: () if a in self._circle else self._below(a))
            for part in new:
                if part[0] not in self._circle:
                    turns = len(part) > 1 or part[0] in self._below(part[0])
                    number = len(self._circle) if turns else -1
                    self._circle |= dict.fromkeys(part, number)
        number = self._circle[atom]
        return None if number < 0 else number

    def _below(self, atom: Atom) -> list[Atom]:
        return [p for i in self.truth.instances.get(atom, ()) for p in i.premises]


def _least(
    instances: Iterable[Instance], counted: Callable[[Atom], bool], known: dict[Atom, int] | None = None
) -> dict[Atom, int]:
    """Return the least size of each atom, smallest first as Knuth does.

    :param counted: says which premises have a size to wait for; the others add what is known, or nothing.
    """
    base, sizes = known or {}, dict[Atom, int]()
    waits: dict[Atom, list[int]] = {}
    every, lacks, total = list(instances), list[int](), list[int]()
    heap: list[tuple[int, int]] = []
    for at, instance in enumerate(every):
        wait = [p for p in instance.premises if counted(p)]
        lacks.append(len(wait))
        total.append(1 + len(instance.premises) + sum(base.get(p, 0) for p in instance.premises if not counted(p)))
        for premise in wait:
            waits.setdefault(premise, []).append(at)
        if not wait:
            heap.append((total[at], at))
    heapq.heapify(heap)
    while heap:
        size, at = heapq.heappop(heap)
        head = every[at].head
        if head in sizes:
            continue
        sizes[head] = size
        for waiting in waits.get(head, ()):
            lacks[waiting] -= 1
            total[waiting] += size
            if not lacks[waiting]:
                heapq.heappush(heap, (total[waiting], waiting))
    return sizes
