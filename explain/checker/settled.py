"""Whether a told set of documentation settles a line, with nothing less: for the proof checker, one set at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...engine.language.terms import UNDOCUMENTED, Atom
from ...engine.program.program import CaseKey
from .circles import circles
from .ground import TRUE, UNKNOWN, asked_for
from .items import INFINITE, Item
from .record import measured
from .several import Needs, are_in_order, are_sets, expanded, size
from .step import TooLargeError
from .supposed import Asked, Supposed, premises_of
from .truth import Instance
from .weighed import Option, Ways, as_instance, failing, holding

TOLD = 256
"""The most sets of missing documentation that a proof tells; where there are more, it tells so many."""


def cut_amiss(supposed: Supposed, targets: Sequence[Atom], told: Any, due: list[Needs] | None) -> str:
    """Return what is wrong with a list of sets that says that it is cut, or an empty text.

    :param due: every set, where they are not too many to look at; else the told ones are tried one by one.
    """
    if not are_sets(told):
        return "is no list of sets"
    return next(_amiss(supposed, targets, told, due), "")


def _amiss(supposed: Supposed, targets: Sequence[Atom], told: list[Needs], due: list[Needs] | None) -> Iterator[str]:
    if not are_in_order(told):
        yield "is not in order"
    if not told or len(told) > TOLD or (due and len(told) < TOLD):
        yield f"is cut at {len(told)} sets, and has to be at {TOLD}"
    most = size(told[-1]) if told else 0
    every = expanded(told)
    if due is None:
        settled = Settled(supposed, targets)
        yield from (f"has a set that {amiss}" for amiss in map(settled.amiss, every) if amiss)
        try:
            due = [*every, *Supposed(supposed.truth, supposed.items.given, most=most - 1).sets(targets)]
        except TooLargeError:
            due = every  # the smaller ones are too many as well: up to here they have been looked at
    if any(each not in due for each in every):
        yield "has a set that is none of the smallest"
    if any(each not in every for each in due if len(each) < most):
        yield "leaves out a smaller set"


class Settled:
    """Evaluates the equations of `supposed` with a set documented, for some targets."""

    def __init__(self, supposed: Supposed, targets: Iterable[Atom]) -> None:
        self.supposed, self.truth, self.items = supposed, supposed.truth, supposed.items
        self.targets = [(True, atom) for atom in targets]
        self.parts = circles(self.targets, supposed.below)
        self.values: dict[Asked, bool] = {}
        self.closure = 0
        for instance in (i for part in self.parts for _, atom in part for i in self.truth.instances.get(atom, ())):
            self._number(instance)

    def _number(self, instance: Instance) -> None:
        """Give every bound of an instance its bit, so that what documents it is known to."""
        for pattern, premise in premises_of(instance):
            if UNDOCUMENTED in premise.args:
                self.supposed.within(instance, pattern, premise)
                list(self.supposed.beyond(instance, pattern, premise))
        wanted = [way for count in instance.counts for way in (*holding(count), *failing(count))]
        for option in (option for _, parts in wanted for each in parts for option in each.options):
            for way in option.member.ways:
                self._number(as_instance(way))
                if option.bound is not None:
                    self.supposed.bounded(option, way)

    def by(self, told: list[dict[str, str]]) -> bool:
        """Say whether a told set settles the line."""
        items = [self._item(each) for each in told]
        return all(items) and self._holds(self._closure(self.items.bit(item) for item in items if item))

    def amiss(self, told: list[dict[str, str]]) -> str:
        """Return what is wrong with a told set, or an empty text."""
        items = [self._item(each) for each in told]
        if any(item is None for item in items):
            return "names what cannot be documented so"
        bits = [self.items.bit(item) for item in items if item]
        every = self._closure(bits)
        if not self._holds(every):
            return "does not settle the line"
        for item, bit in zip(items, bits, strict=True):
            others = [other for other in bits if other != bit]
            weaker = [self._wider(item, side) for side in (-1, 1)] if item and item.is_amount else []
            less = [self._closure(others) | (self.items.closure(bit) & ~self._equal(bit))]
            less += [self._closure([*others, self.items.bit(each)]) for each in weaker if each]
            if any(map(self._holds, less)):
                return "asks for more than settles the line"
        return ""

    def _closure(self, bits: Iterable[int]) -> int:
        found = 0
        for bit in bits:
            found |= self.items.closure(bit)
        return found

    def _equal(self, bit: int) -> int:
        """Return the items that an item covers and is covered by."""
        covered = self.items.closure(bit)
        ones = (1 << at for at in range(covered.bit_length()) if covered >> at & 1)
        return sum(one for one in ones if bit & self.items.closure(one))

    @staticmethod
    def _wider(item: Item | None, side: int) -> Item | None:
        """Return an amount with one bound wider by one."""
        if item is None or (item.low <= -INFINITE if side < 0 else item.high >= INFINITE):
            return None
        return item._replace(low=item.low - 1) if side < 0 else item._replace(high=item.high + 1)

    def _item(self, told: dict[str, str]) -> Item | None:
        """Return the item that a proof names; only what is undocumented can be."""
        for atom in self.truth.supposed:
            declared = self.truth.program.predicates[atom.predicate]
            if asked_for(atom, declared) == told["finding"] and self.truth.is_undocumented(atom):
                found = _read(atom, told["needs"], declared.case)
                if found and self.supposed.admits(found) and found.told(declared) == told:
                    return found
        return None

    def _holds(self, closure: int) -> bool:
        """Say whether one of the targets is surely so, with items documented."""
        self.closure, self.values = closure, {}
        for part in self.parts:
            self.values |= {asked: not asked[0] for asked in part}
            changed = True
            while changed:
                found = {asked: self._so(asked[1]) if asked[0] else self._not_so(asked[1]) for asked in part}
                changed = any(self.values[asked] != value for asked, value in found.items())
                self.values |= found
        return any(self.values[asked] for asked in self.targets)

    def _so(self, atom: Atom) -> bool:
        if self.truth.value(atom) != UNKNOWN:
            return self.truth.value(atom) == TRUE
        own = self.truth.is_undocumented(atom) and UNDOCUMENTED not in atom.args
        if own and self.supposed.bit(atom, 1, 1) & self.closure:
            return True
        return any(map(self._fires, self.truth.instances.get(atom, ())))

    def _fires(self, instance: Instance) -> bool:
        for pattern, premise in premises_of(instance):
            if self.truth.is_undocumented(premise) and UNDOCUMENTED in premise.args:
                if not any(bits & self.closure for bits in self.supposed.within(instance, pattern, premise)):
                    return False
            elif not self.values[True, premise]:
                return False
        wanted = (self._wanted(way) for count in instance.counts for way in holding(count))
        return all(self.values[False, absent] for absent in instance.absences) and all(wanted)

    def _wanted(self, way: Ways) -> bool:
        """Say whether what an aggregate wants is documented."""
        every, parts = way
        met = (sum(o.worth for o in part.options if self._option(o)) >= part.need for part in parts)
        return all(met) if every else any(met)

    def _option(self, option: Option) -> bool:
        for way in option.member.ways:
            beside = option.bound is not None and any(b & self.closure for b in self.supposed.bounded(option, way))
            if option.so and self._fires(as_instance(way)) and (beside or option.bound is None):
                return True
            if not option.so and not (beside or self._fails(as_instance(way))):
                return False
        return not option.so

    def _not_so(self, atom: Atom) -> bool:
        if self.truth.value(atom) != UNKNOWN:
            return self.truth.value(atom) != TRUE
        if self.supposed.is_fixed(atom):
            return False
        if self.truth.is_undocumented(atom) and not any(bit & self.closure for bit in self.supposed.denying(atom)):
            return False
        return all(map(self._fails, self.truth.instances.get(atom, ())))

    def _fails(self, instance: Instance) -> bool:
        return (
            any(self.values[False, premise] for premise in instance.premises)
            or any(self.values[True, absent] for absent in instance.absences)
            or any(b & self.closure for p, a in premises_of(instance) for b in self.supposed.beyond(instance, p, a))
            or any(self._wanted(way) for count in instance.counts for way in failing(count))
        )


def _read(atom: Atom, needs: str, key: CaseKey | None) -> Item | None:
    """Return the item that a need says of an undocumented atom; written amiss, it differs from what is said of it."""
    if UNDOCUMENTED not in atom.args:
        return Item(atom, 0, 0) if needs == "absent" else Item(atom, 1, 1)
    low, high = -INFINITE, INFINITE
    for bound in needs.split(" and "):
        sign, _, number = bound.partition(" ")
        if key is None or len(number) > 18 or not number.removeprefix("-").replace(".", "", 1).isdecimal():
            return None
        low = measured(number, key) + (sign == ">") if sign in (">", ">=", "=") else low
        high = measured(number, key) - (sign == "<") if sign in ("<", "<=", "=") else high
    return Item(atom, low, high)
