"""What documentation would settle a line: the minimal sets of undocumented inputs, the smallest first.

A set is minimal when no member can be dropped, or replaced by what it documents beside itself. The search
goes by conflicts: where a choice does not settle the line there are items of which it needs one, and
conflicts that have no item in common tell how many more it needs at least. So the smallest sets are found
first, and the time goes with the sets that are found, not with those that can be thought of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from ..evaluation.rules import Model
from ..language.kept import Kept
from ..language.terms import Atom
from .need import Item, Set
from .network import Network
from .search import Found, Search
from .settle import is_amount, network

Step = tuple[Atom, set[Atom]]
"""The head of a firing, and the premises that are not surely so."""
Steps = dict[Atom, list[Step]]
"""Steps by each of their premises."""


class Missing:
    """Answers, for one open-world model, what documentation would make an atom surely so.

    :param model: what follows in the open world.
    :param denied: gives the model that follows when an undocumented input is denied as well; asked
        only where rules rest on the absence of open inputs.
    :param kept: what was found for questions of other cases of the edition.
    """

    def __init__(self, model: Model, denied: Callable[[Atom], Model], kept: Kept[Any, Any] | None = None) -> None:
        self.model, self.kept = model, Kept[Any, Any](1) if kept is None else kept
        self._model_denying = denied
        self._denials: dict[Atom, set[Atom]] = {}
        self._searches: dict[tuple[Atom, ...], Search] = {}  # by what is asked for, and by what that turns on
        self._cores: dict[Atom, Atom] = {}

    def sets(self, targets: Iterable[Atom]) -> Found:
        """Return the minimal sets that, documented, make one of the targets surely so.

        :param targets: possible atoms, such as the ways a line could be covered.
        :return: at most `search.SETS` sets, the smallest first, then by the names in them.
        """
        return self._search(targets).found

    def met(self, needs: Set, targets: Sequence[Atom], says: Callable[[Item], bool] | None = None) -> list[Atom]:
        """Return the targets that a set found for them makes surely so.

        :param says: whether something is documented beside it.
        """
        met = self._search(targets).met(needs, says)
        return [target for target in targets if self._core(target) in met]

    def met_each(self, every: Sequence[Set], targets: Sequence[Atom]) -> list[list[Atom]]:
        """Return for each of some sets found for targets those that it makes surely so."""
        each = self._search(targets).met_each(every)
        cores = [(target, self._core(target)) for target in targets]
        return [[target for target, core in cores if core in met] for met in each]

    def _search(self, targets: Iterable[Atom]) -> Search:
        if (asked := tuple(targets)) not in self._searches:
            cores = tuple(sorted(set(map(self._core, asked)), key=str))
            self._searches[asked] = self._searches.get(cores) or Search(self, cores)
            self._searches[cores] = self._searches[asked]
        return self._searches[asked]

    def _core(self, atom: Atom) -> Atom:
        """Return what an atom turns on, where all else that its one firing needs is so; lines have it in common."""
        if atom not in self._cores:
            self._cores[atom] = self._turning(atom)
        return self._cores[atom]

    def _turning(self, atom: Atom) -> Atom:
        seen = {atom}
        while atom in self.model.firings and atom not in self.model.unknown and not self.model.sure(atom):
            firing, *others = self.model.firings[atom]
            left = [p for p in firing.premises if not self.model.sure(p)]
            further = others or not firing.is_determined or any(map(self.may_be, firing.absences))
            if further or len(left) != 1 or left[0] in seen or is_amount(left[0], self.model):
                break
            atom = left[0]
            seen.add(atom)
        return atom

    @cached_property
    def _steps(self) -> Steps:
        """The firings by which documented findings alone can complete others, or what leads to them."""
        steps: Steps = {}
        seen, stack = set(self.model.unknown), [*self.model.unknown]
        while stack:
            for premise, step in self._completing(stack.pop()):
                steps.setdefault(premise, []).append(step)
                if premise not in seen:
                    seen.add(premise)
                    stack.append(premise)
        return steps

    @cached_property
    def _every_step(self) -> Steps:
        steps: Steps = {}
        unsure = self.model.firings.keys() - self.model.support.keys() - self.model.given
        for head in unsure:
            for premise, step in self._completing(head):
                steps.setdefault(premise, []).append(step)
        return steps

    def _completing(self, head: Atom) -> Iterator[tuple[Atom, Step]]:
        """Yield what documented findings alone can complete for a head: each premise, and the firing as a step."""
        support, given = self.model.support, self.model.given  # asked for most often of all
        if head in support or head in given:
            return
        for firing in self.model.firings.get(head, ()):
            if firing.is_determined and not (firing.absences and any(map(self.may_be, firing.absences))):
                step = head, {p for p in firing.premises if p not in support and p not in given}
                for premise in step[1]:
                    yield premise, step

    def network(self, targets: Sequence[Atom]) -> Network:
        """Return the network below what is asked for."""
        return network(self.model, targets)

    def may_be(self, atom: Atom) -> bool:
        """Say whether an atom may be so, as far as what is to be documented of it goes."""
        return self.model.possible(atom)

    def opposed(self, atom: Atom) -> Iterable[Atom]:
        """Return the inputs that a case cannot say beside one that it denies something by."""
        return ()

    def weaker(self, *atoms: Atom) -> set[Atom]:
        """Return what documenting findings alone documents as well, themselves among it, and what leads to that."""
        return _closed(atoms, self._steps)

    def follows(self, *atoms: Atom) -> set[Atom]:
        """Return all that documenting findings alone makes so, themselves among it."""
        return _closed(atoms, self._every_step)

    def denied(self, atom: Atom) -> set[Atom]:
        """Return the undocumented findings that denying one of them denies, itself among them."""
        if atom not in self._denials:
            left = self._model_denying(atom)
            ruled_out = {a for a in self.model.unknown - left.unknown if not left.sure(a)}
            self._denials[atom] = ruled_out | {atom}
        return self._denials[atom]


def _closed(atoms: Iterable[Atom], steps: Steps) -> set[Atom]:
    """Return atoms with the heads of all steps that they complete."""
    found, queue = set(atoms), [*atoms]
    for each in queue:
        for head, premises in steps.get(each, ()):
            if head not in found and premises <= found:
                found.add(head)
                queue.append(head)
    return found
