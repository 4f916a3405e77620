"""What settles a question: a network of `and` and `or` from items to document up to the atoms asked for.

It is made of the firings. An atom is surely so by any of its firings, and a firing by all of its parts; it
is surely not so where each of its firings fails, and a firing fails by any part. What goes in a circle is
surely so only where it is well founded, and fails where nothing but the circle holds it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

from ..evaluation.rules import Firing, Model
from ..language.comparison import Bounds, beyond, bounds, within
from ..language.terms import UNDOCUMENTED, Atom, Comparison, variables
from .need import Item, absent, amount, present
from .network import Gate, Network

if TYPE_CHECKING:
    from .threshold import Thresholds


def network(model: Model, targets: Iterable[Atom], whole: Collection[str] = ()) -> Network:
    """Return the network below some possible atoms of a model, without what makes no difference.

    :param whole: the predicates of which an atom is one item, whatever it rests on.
    """
    return Maker(model, whole).network(list(targets)).simplified()


class Maker:
    """Makes a network from the firings of a model."""

    def __init__(self, model: Model, whole: Collection[str] = ()) -> None:
        self.model, self.whole = model, whole
        self.items: dict[Item, int] = {}
        self.nodes: dict[tuple[Atom, bool], int] = {}
        self.gates: list[Gate] = []
        self.waiting: list[tuple[Atom, bool]] = []
        self.complete = True  # what settles an aggregate is told whole

    def network(self, targets: Sequence[Atom]) -> Network:
        roots = [self.node(target, gone=False) for target in targets]
        roots.append(self.gate(False, False, roots.copy()))
        while self.waiting:
            atom, gone = self.waiting.pop()
            self.gates[self.nodes[atom, gone]] = self._not_so(atom) if gone else self._so(atom)
        return Network(self.gates, roots, list(self.items), complete=self.complete)

    @cached_property
    def _thresholds(self) -> Thresholds:
        from .threshold import Thresholds  # few guidelines count

        return Thresholds(self)

    def node(self, atom: Atom, *, gone: bool) -> int:
        """Return the gate that an atom is surely so, or surely not."""
        if (atom, gone) not in self.nodes:
            self.nodes[atom, gone] = self.gate(gone, gone, [])
            self.waiting.append((atom, gone))
        return self.nodes[atom, gone]

    def gate(self, conjunctive: bool, gone: bool, below: list[int], need: int = 1, weights: Iterable[int] = ()) -> int:
        """Add a gate, and return its number."""
        self.gates.append(Gate(conjunctive, gone, below, need, tuple(weights)))
        return len(self.gates) - 1

    def item(self, item: Item) -> int:
        """Return the place of an item."""
        return ~self.items.setdefault(item, len(self.items))

    def _so(self, atom: Atom) -> Gate:
        """Return what makes an atom surely so: the record says it, or a firing holds."""
        if self.model.sure(atom):
            return Gate(True, False, [])
        if atom.predicate in self.whole:
            return Gate(False, False, [self.item(Item(str(atom), "present", 0, atom))])
        own = [self.present(atom)] if atom in self.model.unknown and not is_amount(atom, self.model) else []
        firings = self.model.firings.get(atom, ())
        return Gate(False, False, own + [self.gate(True, False, self.parts(f)) for f in firings])

    def parts(self, firing: Firing, beside: tuple[str, Bounds] | None = None) -> list[int]:
        """Return what a firing needs: its premises, its amounts within all their bounds, its absences and aggregates.

        :param beside: a variable, and bounds for the amount that it reads beside those of the rule.
        """
        below = [self.node(a, gone=True) for a in firing.absences]
        below += [gate for tally in firing.tallies if not tally.value for gate in self._thresholds.enough(tally)]
        for pattern, premise in _patterns(firing):
            if not is_amount(premise, self.model):
                below.append(self.node(premise, gone=False))
                continue
            limits = [*_limits(firing, pattern)]
            limits += [self._measured(premise, beside[1])] if beside and beside[0] in variables(pattern.args) else []
            allowed = within(limits or [Bounds(low=self._lowest(premise))])
            below += self._amount(premise, allowed, gone=False)
        return below

    def present(self, atom: Atom) -> int:
        """Return the place of what documents that an open atom is so."""
        return self.item(present(atom, self.model.declared[atom.predicate]))

    def _amount(self, atom: Atom, allowed: Bounds, *, gone: bool) -> list[int]:
        """Return the bounds that an amount needs, or what never holds where no amount that a case can say has them."""
        declared = self.model.declared[atom.predicate]
        least, most = (declared.case.lowest, declared.case.highest) if declared.case else (0, inf)
        if max(allowed.low, least) > min(allowed.high, most):
            return [self.gate(False, gone, [])]
        return list(map(self.item, amount(atom, allowed, declared)))

    def _measured(self, amount: Atom, limits: Bounds) -> Bounds:
        """Return bounds in the decimals and the unit of an amount."""
        case = self.model.declared[amount.predicate].case
        return Bounds(*(case.quantity(int(end)) if case and abs(end) < inf else end for end in limits))

    def _lowest(self, amount: Atom) -> int:
        """Return the least that an amount can be."""
        case = self.model.declared[amount.predicate].case
        return case.lowest if case else 0

    def _not_so(self, atom: Atom) -> Gate:
        """Return what makes an atom surely not so: an input is denied, and each firing fails."""
        if self.model.sure(atom):
            return Gate(False, True, [])
        if atom.predicate in self.whole and self.model.possible(atom):
            return Gate(True, True, [self.item(Item(str(atom), "absent", 0, atom))])
        firings = self.model.firings.get(atom, ())
        return Gate(True, True, self.closed(atom) + [self.gate(False, True, self.failing(f)) for f in firings])

    def closed(self, atom: Atom) -> list[int]:
        """Return what documents that an input is not open: its denial, or another value of the same choice."""
        if atom not in self.model.unknown:
            return []
        declared = self.model.declared[atom.predicate]
        if declared.is_choice:
            return [self.other_choice(atom)]
        if is_amount(atom, self.model) or not declared.denied_by:
            return [self.gate(False, True, [])]  # no single thing to say makes it not so
        return [self.item(absent(atom, declared))]

    def other_choice(self, atom: Atom) -> int:
        """Return what documents another value of a choice."""
        others = (a for a in self.model.atoms(atom.predicate) if a != atom and a in self.model.unknown)
        return self.gate(False, True, [self.present(other) for other in others])

    def failing(self, firing: Firing, beside: tuple[str, Bounds] | None = None) -> list[int]:
        """Return the ways in which a firing fails: by a premise, an absence, an aggregate, an amount beyond a bound.

        :param beside: a variable, and bounds; that the amount which it reads is within them is a way as well.
        """
        below = [self.node(premise, gone=True) for premise in firing.premises]
        below += [self.node(a, gone=False) for a in firing.absences]
        for tally in firing.tallies:
            below += self._thresholds.short(tally)
        for pattern, premise in _patterns(firing):
            if is_amount(premise, self.model):
                for each in self._outside(firing, pattern):
                    below += self._amount(premise, each, gone=True)
        for pattern, premise in _patterns(firing) if beside else ():
            if beside and beside[0] in variables(pattern.args):
                below += self._amount(premise, self._measured(premise, beside[1]), gone=True)
        return below

    def _outside(self, firing: Firing, pattern: Atom) -> list[Bounds]:
        """Return what an amount may be for a firing to fail: anything, where nothing is within all of its bounds."""
        allowed = within([*_limits(firing, pattern)])
        if allowed.low > allowed.high:
            return [Bounds(low=self._lowest(pattern))]
        return [each for c in firing.undetermined if _speaks_of(c, pattern) for each in beyond(c)]


def is_amount(atom: Atom, model: Model) -> bool:
    """Say whether an atom stands for an amount nobody documented."""
    return UNDOCUMENTED in atom.args and atom in model.unknown


def set_by(firing: Firing, amount: Atom) -> Bounds:
    """Return what a firing needs an amount that nobody documented to be within."""
    read = (pattern for pattern, premise in _patterns(firing) if premise == amount)
    return within([limit for pattern in read for limit in _limits(firing, pattern)])


def _patterns(firing: Firing) -> Iterator[tuple[Atom, Atom]]:
    """Yield each positive literal's atom with its premise."""
    yield from zip((lit.atom for lit in firing.rule.literals if lit.positive), firing.premises, strict=True)


def _limits(firing: Firing, pattern: Atom) -> Iterator[Bounds]:
    """Yield the bounds that a firing sets for the amount that a literal reads."""
    yield from (found for c in firing.undetermined if _speaks_of(c, pattern) and (found := bounds(c)))


def _speaks_of(comparison: Comparison, pattern: Atom) -> bool:
    return bool(set(comparison.names()) & set(variables(pattern.args)))
