"""What documentation would settle a line, for the proof checker: the smallest sets, made again from its own instances.

Two equations for each atom below what is asked for: the sets that make it surely so, and those that
make it surely not so. They are solved circle by circle, the first kind from below, the second from
above (`items` tells which sets are the smallest). Where there are more sets than are looked at, the
told ones are checked one by one: each settles the line, and does so with nothing less.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...engine.language.terms import UNDOCUMENTED, Atom, Comparison, Quantity, Var
from .circles import circles, reached
from .count import Way, amount_of
from .ground import TRUE, UNKNOWN, chosen_from, comparison_names, names
from .items import INFINITE, LIMIT, Item, Items, Sets
from .record import measured
from .step import TooLargeError
from .truth import Instance, Truth
from .weighed import Option, Ways, as_instance, failing, holding

Asked = tuple[bool, Atom]  # whether it is to be so, and the atom
NONE, EMPTY = frozenset[int](), frozenset([0])


class Supposed:
    """Answers what documentation would make atoms surely so in one case."""

    def __init__(self, truth: Truth, given: Iterable[Atom], most: int = 1000) -> None:
        """Look at sets of some atoms of a case.

        :param most: the most items of a set that is looked at.
        """
        self.truth, self.most = truth, most
        self.items = Items(truth, given)
        self._known: dict[Asked, Sets] = {}

    def sets(self, targets: Iterable[Atom]) -> list[list[dict[str, str]]]:
        """Return every smallest set that makes one of some possible atoms surely so, in the order of a proof.

        :raises TooLargeError: where there are more than are looked at.
        """
        targets = list(targets)
        for part in circles([(True, atom) for atom in targets], self.below):
            self._solve(part)
        found = self.items.minimal(s for atom in targets for s in self._known[True, atom])
        return [self.items.told(each) for each in sorted(found, key=self.items.key)]

    def _solve(self, part: list[Asked]) -> None:
        """Solve the equations of one circle: what is to be so from nothing up, what is not to be so from all down."""
        part = [asked for asked in part if asked not in self._known]
        self._known |= {asked: NONE if asked[0] else EMPTY for asked in part}
        changed = True
        while changed:
            changed = False
            for asked in part:
                found = self._so(asked[1]) if asked[0] else self._not_so(asked[1])
                changed |= found != self._known[asked]
                self._known[asked] = found
            if len(part) == 1 and part[0] not in self.below(part[0]):
                break

    def below(self, asked: Asked) -> list[Asked]:
        """Return the equations that one reads."""
        to_be, atom = asked
        if self.truth.value(atom) != UNKNOWN or (not to_be and self.is_fixed(atom)):
            return []
        found: list[Asked] = []
        for instance in self.truth.instances.get(atom, ()):
            found += [(to_be, p) for p in instance.premises]
            found += [(not to_be, a) for a in instance.absences]
            for way in (way for count in instance.counts for member in count.members for way in member.ways):
                found += [(so, each) for each in (*way.premises, *way.absences) for so in (True, False)]
        return found

    def is_complete(self, targets: Iterable[Atom]) -> bool:
        """Say whether what would settle every aggregate below some atoms is told apart."""
        for to_be, atom in reached([(True, atom) for atom in targets], self.below):
            if self.truth.value(atom) == UNKNOWN:
                counts = [
                    each for i in self.truth.instances.get(atom, ()) for each in i.counts if each.value == UNKNOWN
                ]
                wanted = [way for count in counts for way in (holding(count) if to_be else failing(count))]
                if not all(each.complete for _, parts in wanted for each in parts):
                    return False
        return True

    def is_fixed(self, atom: Atom) -> bool:
        """Say whether no single thing to say makes an atom not so: an amount, or what no key of a case denies."""
        if not self.truth.is_undocumented(atom):
            return False
        declared = self.truth.program.predicates[atom.predicate]
        return UNDOCUMENTED in atom.args or (not declared.denied_by and not chosen_from(declared))

    def _so(self, atom: Atom) -> Sets:
        if self.truth.value(atom) != UNKNOWN:
            return EMPTY if self.truth.value(atom) == TRUE else NONE
        own = [self.bit(atom, 1, 1)] if self.truth.is_undocumented(atom) and UNDOCUMENTED not in atom.args else []
        found = (s for instance in self.truth.instances.get(atom, ()) for s in self._way(instance))
        return self.items.minimal([*own, *found])

    def _way(self, instance: Instance) -> Sets:
        """Return the sets under which an instance surely holds."""
        result = EMPTY
        for pattern, premise in premises_of(instance):
            if self.truth.is_undocumented(premise) and UNDOCUMENTED in premise.args:
                result = self._product(result, self.within(instance, pattern, premise))
            else:
                result = self._product(result, self._known[True, premise])
        for absent in instance.absences:
            result = self._product(result, self._known[False, absent])
        for way in (way for count in instance.counts for way in holding(count)):
            result = self._product(result, self._wanted(way))
        return result

    def _wanted(self, way: Ways) -> Sets:
        """Return the sets that meet what an aggregate wants."""
        every, parts = way
        found = [self._reaching(part.options, part.need) for part in parts]
        if not every:
            return self.items.minimal(each for sets in found for each in sets)
        result = EMPTY
        for sets in found:
            result = self._product(result, sets)
        return result

    def _reaching(self, options: Sequence[Option], need: int) -> Sets:
        """Return the sets by which options hold that are worth enough together."""
        known: dict[int, Sets] = {need: EMPTY}  # what is still needed, and what has been documented for the rest
        for option in options if need > 0 else ():
            more = {left: sets for left, sets in known.items() if left > 0}
            for left, sets in more.items():
                with_it = self._product(sets, self._option(option))
                rest = max(left - option.worth, 0)
                known[rest] = self.items.minimal([*known.get(rest, NONE), *with_it])
        return known.get(0, NONE) if need > 0 else EMPTY

    def _option(self, option: Option) -> Sets:
        """Return the sets that document an option."""
        if option.so:
            return self.items.minimal(
                each for way in option.member.ways
                for each in self._product(self._way(as_instance(way)), self._beside(option, way))
            )  # fmt: skip
        result = EMPTY
        for way in option.member.ways:
            beside = self._beside(option, way) if option.bound is not None else NONE
            result = self._product(result, self.items.minimal([*self._failing(as_instance(way)), *beside]))
        return result

    def _beside(self, option: Option, way: Way) -> Sets:
        return EMPTY if option.bound is None else frozenset(self.bounded(option, way))

    def bounded(self, option: Option, way: Way) -> list[int]:
        """Return the item that sets the bound of an option, or nothing where no amount that a case can say has it."""
        amount = amount_of(way)
        key = self.truth.program.predicates[amount.predicate].case
        bound = Quantity(option.bound or 0, key.decimals, key.unit) if key and any(key.measure) else option.bound or 0
        return self._ranged(amount, *((bound, INFINITE) if option.so else (-INFINITE, bound)))

    def _not_so(self, atom: Atom) -> Sets:
        if self.truth.value(atom) != UNKNOWN:
            return NONE if self.truth.value(atom) == TRUE else EMPTY
        if self.is_fixed(atom):
            return NONE
        result = self.items.minimal(self.denying(atom)) if self.truth.is_undocumented(atom) else EMPTY
        for instance in self.truth.instances.get(atom, ()):
            result = self._product(result, self.items.minimal(self._failing(instance)))
        return result

    def _failing(self, instance: Instance) -> set[int]:
        """Return the sets under which an instance surely fails."""
        ways = {s for p in instance.premises for s in self._known[False, p]}
        ways |= {s for a in instance.absences for s in self._known[True, a]}
        ways |= {s for p, atom_ in premises_of(instance) for s in self.beyond(instance, p, atom_)}
        return ways | {s for count in instance.counts for way in failing(count) for s in self._wanted(way)}

    def denying(self, atom: Atom) -> list[int]:
        """Return the items that each say of an undocumented atom that it is not so."""
        if not chosen_from(self.truth.program.predicates[atom.predicate]):
            return [self.bit(atom, 0, 0)]
        values = self.truth.relation(atom.predicate).values
        return [self.bit(each, 1, 1) for each in values if each != atom and self.truth.is_undocumented(each)]

    def _product(self, left: Sets, right: Sets) -> Sets:
        if len(left) * len(right) > 100 * LIMIT:
            raise TooLargeError(f"more than {LIMIT:,} sets of missing documentation")
        joined = (self.items.joined(a, b) for a in left for b in right)
        return self.items.minimal(each for each in joined if each is not None and each.bit_count() <= self.most)

    def bit(self, atom: Atom, low: int, high: int) -> int:
        return self.items.bit(Item(atom, low, high))

    def within(self, instance: Instance, pattern: Atom, premise: Atom) -> Sets:
        """Return the set that documents an amount within every bound; compared with nothing, it has to be known."""
        bounds = [b for c in _open_comparisons(instance, pattern) for b in _bounds(c)]
        bounds = bounds or [(self._ends(premise)[0], INFINITE)]
        return frozenset(self._ranged(premise, max(b[0] for b in bounds), min(b[1] for b in bounds)))

    def _ranged(self, amount: Atom, low: int, high: int) -> list[int]:
        """Return the item that an amount is within bounds, or nothing where no amount that a case can say is."""
        return [self.bit(amount, low, high)] if self.admits(Item(amount, low, high)) else []

    def admits(self, item: Item) -> bool:
        """Say whether a case can say what an item asks for."""
        least, most = self._ends(item.atom) if item.is_amount else (item.low, item.high)
        return max(item.low, least) <= min(item.high, most)

    def _ends(self, amount: Atom) -> tuple[int, int]:
        """Return the least and the most that the declaration of an amount lets a case say."""
        key = self.truth.program.predicates[amount.predicate].case
        return (measured(key.least, key), measured(key.most, key) if key.most else INFINITE) if key else (0, INFINITE)

    def beyond(self, instance: Instance, pattern: Atom, premise: Atom) -> Iterator[int]:
        """Yield the sets that document an amount beyond a bound."""
        for comparison in _open_comparisons(instance, pattern):
            for low, high in _bounds(comparison):
                yield from self._ranged(premise, -INFINITE, low - 1) if low > -INFINITE else ()
                yield from self._ranged(premise, high + 1, INFINITE) if high < INFINITE else ()


def premises_of(instance: Instance) -> Iterator[tuple[Atom, Atom]]:
    """Yield each positive literal's atom as the rule has it, with the premise it became."""
    yield from zip((lit.atom for lit in instance.rule.literals if lit.positive), instance.premises, strict=True)


def _open_comparisons(instance: Instance, pattern: Atom) -> list[Comparison]:
    """Return the comparisons on an undocumented amount that a literal binds."""
    bound = set(names(pattern.args))
    return [
        c
        for c in instance.rule.comparisons
        if bound & {n for n in comparison_names(c) if instance.binding[n] == UNDOCUMENTED}
    ]


def _bounds(comparison: Comparison) -> list[tuple[int, int]]:
    """Return the bounds that a comparison of one amount with one number sets (`check` admits no other)."""
    left, right = comparison.left[0], comparison.right[0]
    mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
    op, number = (comparison.op, right) if isinstance(left, Var) else (mirrored.get(comparison.op, "="), left)
    if not isinstance(number, int):
        return []
    return {
        ">=": [(number, INFINITE)], ">": [(number + 1, INFINITE)], "<=": [(-INFINITE, number)],
        "<": [(-INFINITE, number - 1)], "=": [(number, number)],
    }.get(op, [])  # fmt: skip
