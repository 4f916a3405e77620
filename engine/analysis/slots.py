"""What a legal case may say, thing by thing: a slot for each, and the values of which it holds one.

What a value gives is told by the reader of cases itself, so that a case written from values is read as it was meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from ..circuit.circuit import Circuit
from ..evaluation.symbols import OTHER, Amounts, Symbols
from ..language.terms import Atom, Quantity, plain, unquote
from ..program.elapsed import earlier
from ..program.forms import BETWEEN, SINCE
from ..program.interface import CODE
from ..program.program import CaseKey
from ..program.schema import COUNT
from ..program.shapes import Said, read_facts
from .codes import codes_of
from .dates import apart, days_of

LISTS = ("each of", "codes", "hierarchy", "slips")
GROUPS = ("present of", "absent of", "amount of")
NO_DATES: Mapping[str, str] = MappingProxyType({})


class Option(NamedTuple):
    """A value that a slot may hold."""

    value: Any  # as a case writes it; None where it says nothing
    inputs: tuple[frozenset[int], ...] = ()  # that it gives, of each circuit
    facts: tuple[Atom, ...] = ()  # as the reader of cases gives them
    cost: int = 1  # of saying it, where the smallest case is looked for


@dataclass(frozen=True, eq=False)  # each is the one of its space
class Slot:
    """A thing that a case may say, and its values; one of them is so in each case."""

    key: str
    name: str  # of the concept, the code or the line; an empty text where the key holds one value
    shape: str
    options: tuple[Option, ...]
    session: int = 0  # of a line; 0 for what is of no session

    def put(self, said: dict[str, Any], value: Any) -> None:
        """Write a value into a case."""
        if value is None:
            return
        if self.session:
            line = {CODE: self.name, **({"session": self.session} if self.session > 1 else {})}
            said.setdefault(self.key, []).append(line | ({"units": value} if value > 1 else {}))
        elif self.shape in LISTS:
            said.setdefault(self.key, []).append(value)
        elif self.shape in GROUPS:
            said.setdefault(self.key, {})[self.name] = value
        else:
            said[self.key] = value


Part = tuple[Slot, Option]
"""A slot, and the value that it holds."""


class Space:
    """All that a case may say of one or more circuits.

    :param date: the ISO date of service, from which dates in the past are counted.
    :param dates: by key, ISO dates that are among those looked at.
    """

    def __init__(
        self, circuits: Sequence[Circuit], date: str, sessions: int = 1, dates: Mapping[str, str] = NO_DATES
    ) -> None:
        self.circuits, self.date = circuits, date
        self.nothing = Option(None, (frozenset(),) * len(circuits), cost=0)
        self._keys: dict[str, list[CaseKey]] = {}  # how predicates read each key
        self._read_by: list[dict[str, list[tuple[str, CaseKey]]]] = [{} for _ in circuits]  # by key, the predicates
        for each, read_by in zip(circuits, self._read_by, strict=True):
            for name, predicate in each.grounded.symbols.inputs.items():
                if case := predicate.case:
                    read_by.setdefault(case.key, []).append((name, case))
                    known = self._keys.setdefault(case.key, [])
                    known += [case] * (case not in known)
                    if case.other:
                        self._keys.setdefault(case.other, [])
        every = [case for of in self._keys.values() for case in of]
        self.spans = {case: self._cuts(case) for case in every if case.shape == BETWEEN}
        counted = [(c.key, c.unit, n) for c in every if self.spans and c.shape in SINCE for n in self._numbers([c])]
        self.apart = apart(self.spans, {c.key for c in every if c.shape in SINCE})
        self.days = days_of(self.spans, counted, date, dates)  # by key, of two between which days are counted
        self.slots = [slot for key in self._keys for slot in self._slots(key, sessions)]

    def _slots(self, key: str, sessions: int) -> Iterator[Slot]:
        keys = self._keys[key]
        shapes = {each.shape for each in keys}
        if key in self.days:
            yield self._dated(key)
        elif "" in shapes:
            for session in range(1, sessions + 1):
                yield from self._lines(key, session)
        elif shapes & set(GROUPS):
            programs = [circuit.grounded.program for circuit in self.circuits]
            for concept in dict.fromkeys(c for each in keys for of in programs for c in of.of_kind(each.kind)):
                values = list(self._values(keys, concept))
                yield Slot(key, concept, GROUPS[0], self._told(key, concept, GROUPS[0], values))
        elif shapes & set(LISTS):
            yield from self._listed(key, keys)
        else:
            yield Slot(key, "", keys[0].shape, self._told(key, "", keys[0].shape, self._single(keys)))

    def _told(self, key: str, name: str, shape: str, values: Iterable[Any], cost: int = 1) -> tuple[Option, ...]:
        """Return the values of a slot, those that give the same once."""
        must = any(k.shape == "one of" and (k.default or not self._is_open(key)) for k in self._keys[key])
        default = next((k.default for k in self._keys[key] if k.default), None)
        found: dict[tuple[frozenset[int], ...], Option] = {} if must else {self.nothing.inputs: self.nothing}
        for value in values:
            said: dict[str, Any] = {}
            Slot(key, name, shape, ()).put(said, value)
            option = self.read(key, said, value)
            if value == default:
                found = {option.inputs: option._replace(value=None, cost=0), **found}  # what is not said is so
            elif option.inputs not in found:
                found[option.inputs] = option._replace(cost=cost if found else 0)
        return tuple(found.values())

    def _is_open(self, key: str) -> bool:
        declared = (p for each in self.circuits for p in each.grounded.program.predicates.values())
        return any(p.is_open for p in declared if p.case and p.case.key == key)

    def read(self, key: str, said: dict[str, Any], value: Any) -> Option:
        """Return what a value gives, by the reader of cases."""
        inputs, facts = [], dict[Atom, None]()
        for circuit, read_by in zip(self.circuits, self._read_by, strict=True):
            values = Said({"date_of_service": self.date, "services": [], **said}, circuit.grounded.program, [])
            given: dict[Atom, str] = {}
            for name, case in read_by.get(key, ()):
                given |= read_facts(name, case, values)
            inputs.append(frozenset(circuit.numbers(given)))
            facts |= dict.fromkeys(given)
        return Option(value, tuple(inputs), tuple(facts))

    def _dated(self, key: str) -> Slot:
        """Return the slot of a date that gives something beside another one: a number below 0 tells its days apart."""
        options = [self.nothing]
        for at, day in enumerate(self.days[key], 1):
            option = self.read(key, {key: day}, day)
            cost = 1 + (day > self.date)
            options.append(option._replace(inputs=tuple(each | {-at} for each in option.inputs), cost=cost))
        return Slot(key, "", BETWEEN, tuple(options))

    def _lines(self, key: str, session: int) -> Iterator[Slot]:
        """Yield what may be requested in a session: each code that is told apart, with its units."""
        units = sorted(n for n in {1, *self._numbers(self._keys[key])} if 1 <= n <= COUNT)
        for symbol in dict.fromkeys(code for circuit in self.circuits for code in circuit.ways):
            code = self.another() if symbol == OTHER else unquote(symbol)
            slot = Slot(key, code, "", (), session)
            found: dict[tuple[frozenset[int], ...], Option] = {}
            for count in units:
                said: dict[str, Any] = {}
                slot.put(said, count)
                option = self.read(key, said, count)
                found.setdefault(option.inputs, option._replace(cost=1 + (count > 1)))
            yield replace(slot, options=(self.nothing, *found.values()))

    def another(self) -> str:
        """Return a procedure code that no text names."""
        named = {unquote(code) for circuit in self.circuits for code in circuit.ways}
        return next(code for n in range(10**5 - 1, 0, -1) if (code := f"{n:05}") not in named)

    def _values(self, keys: Sequence[CaseKey], concept: str) -> Iterator[Any]:
        mine = [k for k in keys if any(concept in of.grounded.program.of_kind(k.kind) for of in self.circuits)]
        shapes = {key.shape for key in mine}
        yield from (word for word in ("present", "absent") if f"{word} of" in shapes)
        yield from self._amounts([key for key in mine if key.shape == "amount of"])

    def _single(self, keys: Sequence[CaseKey]) -> Iterator[Any]:
        for key in keys:
            if key.shape == "one of":
                yield from dict.fromkeys(c for of in self.circuits for c in of.grounded.program.of_kind(key.kind))
            elif key.shape in SINCE:
                yield from (earlier(key.unit, self.date, count) for count in sorted(self._numbers(keys)) if count >= 0)
        yield from self._amounts([key for key in keys if key.shape == "count"])

    def _amounts(self, keys: Sequence[CaseKey]) -> Iterator[Any]:
        for key in keys[:1]:
            most = min(key.highest, COUNT * 10**key.decimals)
            for count in sorted(self._numbers([*keys, key])):
                if int(key.lowest) <= count <= most:
                    yield plain(Quantity(count, key.decimals, "")) if key.decimals else count

    def _numbers(self, keys: Sequence[CaseKey]) -> set[int]:
        """Return the numbers at which some rule begins or ends to hold of what is read from some keys."""
        found = {int(key.lowest) for key in keys}
        names = {key.key for key in keys}
        apart = self._apart()
        if names & apart:
            names |= apart
        for circuit in self.circuits:
            symbols = circuit.grounded.symbols
            for name, columns in symbols.columns.items():
                case = symbols.inputs[name].case
                if case and case.key in names:
                    points = {int(p) for c in columns if isinstance(c, Amounts) for p in (*c.points, *c.each())}
                    found |= {p + step for p in points for step in (-1, 0, 1)}
        return found

    def _cuts(self, key: CaseKey) -> set[int]:
        """Return the numbers with which rules compare what is read as one key."""
        read = ((s.inputs[name].case, columns) for s in self._symbols for name, columns in s.columns.items())
        mine = (column for case, columns in read if case == key for column in columns)
        return {int(point) for column in mine if isinstance(column, Amounts) for point in column.points}

    @property
    def _symbols(self) -> list[Symbols]:
        return [circuit.grounded.symbols for circuit in self.circuits]

    def _apart(self) -> set[str]:
        """Return the keys whose amounts are compared with each other."""
        return {
            declared.case.key
            for circuit in self.circuits for rule in circuit.grounded.apart for literal in rule.literals
            if (declared := circuit.grounded.program.predicates[literal.atom.predicate]).case
        }  # fmt: skip

    def _listed(self, key: str, keys: Sequence[CaseKey]) -> Iterator[Slot]:
        """Yield a slot for each concept or code that a list may have."""
        for each in (k for k in keys if k.shape == "each of"):
            for concept in dict.fromkeys(c for of in self.circuits for c in of.grounded.program.of_kind(each.kind)):
                yield Slot(key, concept, each.shape, self._told(key, concept, each.shape, [concept]))
        seen = set()
        slips = any(each.shape == "slips" for each in keys)
        for code in (c for k in keys if k.shape == "codes" for c in codes_of(k, self.circuits, slips=slips)):
            options = self._told(key, code, "codes", [code], cost=2)
            if len(options) > 1 and options[1].inputs not in seen:
                seen.add(options[1].inputs)
                yield Slot(key, code, "codes", options)
