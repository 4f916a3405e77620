"""What an aggregate comes to, for the proof checker: what surely counts, what may count, and between which ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from ...engine.language.terms import (
    UNDOCUMENTED,
    Aggregate,
    Atom,
    Comparison,
    Constant,
    Element,
    Literal,
    Quantity,
    Var,
)
from ...engine.program.program import Predicate
from .ground import FALSE, TRUE, UNKNOWN, Binding, compare, names, put
from .join import Relation, extended
from .record import measured

INFINITE = 10**30


class Way(NamedTuple):
    """A condition with its variables bound such that it holds, surely or possibly."""

    element: Element
    binding: Binding
    value: int
    premises: tuple[Atom, ...]
    absences: tuple[Atom, ...]
    standing: tuple[bool, list[str], int]  # what orders the ways by which one member counts


class Member(NamedTuple):
    """What counts: its terms, and the ways, first the one that is shown."""

    terms: tuple[Constant, ...]
    ways: tuple[Way, ...]
    worth: tuple[int, int]  # the least and the most that it adds
    is_amount: bool  # whether it adds an amount that nobody documented

    @property
    def value(self) -> int:
        """Whether it surely counts."""
        return self.ways[0].value


class Count(NamedTuple):
    """An aggregate under a binding."""

    aggregate: Aggregate
    binding: Binding
    members: tuple[Member, ...]
    low: int
    high: int
    value: int

    def measured(self, number: int) -> int:
        """Return a number with the decimals and the unit of what the value is compared with."""
        for term in (term for guard in self.aggregate.guards for term in guard.right):
            if isinstance(term, Quantity):
                return Quantity(int(number), term.places, term.unit)
        return number

    def of(self, value: int) -> list[tuple[Constant, ...]]:
        """Return the terms of the members that have a value."""
        return [member.terms for member in self.members if member.value == value]


class Counts:
    """Counts over atoms that are all known.

    :param relation: gives the atoms of a predicate with their values.
    :param declared: the predicates of the guideline.
    """

    def __init__(self, relation: Callable[[str], Relation], declared: Mapping[str, Predicate]) -> None:
        self.relation, self.declared = relation, declared
        self._known: dict[tuple[object, ...], Count] = {}

    def of(self, aggregate: Aggregate, binding: Binding) -> Count:
        """Return what an aggregate comes to under a binding of its rule's variables."""
        own = {name: binding[name] for name in aggregate.shared}
        key = (aggregate, *own.items())
        if key not in self._known:
            self._known[key] = self._counted(aggregate, own)
        return self._known[key]

    def _counted(self, aggregate: Aggregate, binding: Binding) -> Count:
        found: dict[object, list[Way]] = {}
        for at, element in enumerate(aggregate.elements):
            for way in self._ways(element, at, binding):
                terms = _values(element, way.binding)
                apart = amount_of(way) if terms[0] == UNDOCUMENTED else None
                found.setdefault((terms, apart), []).append(way)
        members = []
        for ways in found.values():
            ways.sort(key=lambda way: way.standing)
            members.append(self._member(ways, aggregate.function))
        members.sort(key=_standing)
        low, high = sum(m.worth[0] for m in members), min(sum(m.worth[1] for m in members), INFINITE)
        told = [_between(low, guard.op, high, total(guard.right, binding)) for guard in aggregate.guards]
        return Count(aggregate, binding, tuple(members), low, high, min(told))

    def _member(self, ways: list[Way], function: str) -> Member:
        """Return a member; what may count adds what it is worth, or nothing."""
        terms = _values(ways[0].element, ways[0].binding)
        number = 1 if function == "count" else terms[0]
        if not isinstance(number, int):
            key = self.declared[amount_of(ways[0]).predicate].case
            least, most = (
                (measured(key.least, key), measured(key.most, key) if key.most else INFINITE) if key else (0, INFINITE)
            )
            return Member(terms, tuple(ways), (min(0, int(least)), max(0, int(most))), is_amount=True)
        low, high = min(int(number), 0), max(int(number), 0)
        own = (low + high,) * 2 if ways[0].value == TRUE else (low, high)
        return Member(terms, tuple(ways), (own[0], own[1]), is_amount=False)

    def _ways(self, element: Element, at: int, binding: Binding) -> Iterator[Way]:
        found = [binding]
        for literal in element.literals:
            if literal.positive:
                found = extended(literal.atom, found, self.relation(literal.atom.predicate))
        for way in found:
            value = min(self._values(element.condition, way))
            if value != FALSE:
                atoms = [(lit.positive, put(lit.atom, way)) for lit in element.literals]
                premises, absences = ([a for positive, a in atoms if positive is so] for so in (True, False))
                standing = value != TRUE, [str(way[name]) for name in sorted(way)], at
                yield Way(element, way, value, tuple(premises), tuple(absences), standing)

    def _values(self, condition: Iterable[Literal | Comparison], way: Binding) -> Iterator[int]:
        for part in condition:
            if isinstance(part, Comparison):
                yield compare(part, way)
            else:
                value = self.relation(part.atom.predicate).values.get(put(part.atom, way), FALSE)
                yield value if part.positive else TRUE - value


def _values(element: Element, way: Binding) -> tuple[Constant, ...]:
    return tuple([way[term.name] if isinstance(term, Var) else term for term in element.terms])


def _standing(member: Member) -> tuple[bool, list[str], list[str]]:
    """Return what orders members: what surely counts comes first."""
    return member.value != TRUE, list(map(str, member.terms)), list(map(str, member.ways[0].premises))


def amount_of(way: Way) -> Atom:
    """Return the undocumented amount that a way adds up."""
    name = names(way.element.terms[:1])[0]
    patterns = [literal.atom for literal in way.element.literals if literal.positive]
    return next(
        atom for pattern, atom in zip(patterns, way.premises, strict=True)
        if name in names(pattern.args) and UNDOCUMENTED in atom.args
    )  # fmt: skip


def total(terms: Iterable[object], binding: Binding) -> int:
    """Return the sum of what a comparison has on its right."""
    return sum(int(binding[term.name] if isinstance(term, Var) else term) for term in terms)  # type: ignore[call-overload]


def _between(low: int, op: str, high: int, number: int) -> int:
    """Return whether what lies between two ends compares so with a number: by which of <, = and > it may do."""
    signs = "<" * (low < number) + "=" * (low <= number <= high) + ">" * (high > number)
    admitted = [sign in (op if op != "!=" else "<>") for sign in signs]
    return TRUE if all(admitted) else UNKNOWN if any(admitted) else FALSE
