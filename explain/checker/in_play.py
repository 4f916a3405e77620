"""Why an atom does not hold, for the proof checker: which rules the case is about, and where each of them fails."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...engine.language.terms import Aggregate, Atom, Comparison, Literal, Part, Rule, Var
from .circles import circles
from .ground import FALSE, TRUE, Binding, compare, comparison_names, fit, in_order, is_ground, names, put, spell_part
from .step import TooLargeError
from .truth import Truth

LIMIT = 200_000
"""The most bindings under which a part of a failing rule is looked at."""


class Cause(NamedTuple):
    """A part of a body that fails, under the first of the ways that bind it so."""

    at: int
    part: Part
    way: Binding


class Failing(NamedTuple):
    """A rule that does not give an atom."""

    rule: Rule
    asked: Binding  # what the atom asked for binds of the head
    causes: tuple[tuple[Cause, ...], ...]  # for each part that fails, each bound version of it
    held: tuple[tuple[int, Atom], ...]  # what is possible all the same, with its part


class InPlay:
    """Answers which rules fail though the case is about them, by least fixpoint."""

    def __init__(self, truth: Truth) -> None:
        self.truth, self.program = truth, truth.program
        self._failing: dict[Atom, list[Failing]] = {}
        self._stage: dict[Atom, int] = {}
        self._circle: dict[Atom, int] = {}
        self._sorted: dict[Atom, list[Atom]] = {}

    def is_record(self, atom: Atom) -> bool:
        """Say whether an atom is of a predicate that is open whatever else the case says."""
        declared = self.program.predicates.get(atom.predicate)
        return bool(declared and (declared.open_kind or declared.open_count) and not declared.until)

    def rules(self, atom: Atom) -> tuple[list[Failing], list[str]]:
        """Return the rules that fail in play, each with the causes that count, and the ids of the others.

        :param atom: an atom that does not hold; its variables stand for anything.
        """
        pattern = _numbered(atom)
        self._explore(pattern)
        shown, folded = [], []
        for failing in self._failing[pattern]:
            causes = [[c for c in versions if self._applies(c, pattern)] for versions in failing.causes]
            if all(causes):
                shown.append(failing._replace(causes=tuple(map(tuple, causes))))
            else:
                folded.append(failing.rule.id)
        return shown, sorted(folded)

    def _applies(self, cause: Cause, above: Atom) -> bool:
        """Say whether a version of a part is a reason; in a circle only what has one of its own is."""
        below = self._awaits(cause)
        if below is None:
            return True
        if below not in self._stage:
            return False
        return self._circle[below] != self._circle[above] or self._stage[below] < self._stage[above]

    def _awaits(self, cause: Cause) -> Atom | None:
        """Return the atom whose rules decide whether a version is a reason; None where it is one by itself."""
        if not isinstance(cause.part, Literal) or not cause.part.positive or self.is_record(cause.part.atom):
            return None
        return _numbered(put(cause.part.atom, cause.way))

    def _explore(self, pattern: Atom) -> None:
        """Find the failures below an atom, their circles, and the round in which each atom gets a rule in play."""
        if pattern in self._failing:
            return
        parts = circles([pattern], lambda a: () if a in self._circle else self._below(a))
        new = [atom for part in parts for atom in part if atom not in self._circle]
        for part in parts:
            if part[0] not in self._circle:
                self._circle |= dict.fromkeys(part, len(self._circle))
        users: dict[Atom, set[Atom]] = {}
        for atom in new:
            for below in self._below(atom):
                users.setdefault(below, set()).add(atom)
        rounds = [(1, atom) for atom in new]
        rounds += [(self._stage[below] + 1, user) for below in users if below in self._stage for user in users[below]]
        heap = [(number, spell_part(Literal(atom), {}), atom) for number, atom in rounds]
        heapq.heapify(heap)
        while heap:
            number, _, atom = heapq.heappop(heap)
            if atom not in self._stage and any(self._plays(f, number) for f in self._failing[atom]):
                self._stage[atom] = number
                for user in users.get(atom, ()):
                    heapq.heappush(heap, (number + 1, spell_part(Literal(user), {}), user))

    def _plays(self, failing: Failing, number: int) -> bool:
        """Say whether a rule is in play in a round, by what was so in the rounds before."""
        return all(
            any((below := self._awaits(c)) is None or self._stage.get(below, number) < number for c in versions)
            for versions in failing.causes
        )

    def _below(self, pattern: Atom) -> list[Atom]:
        if pattern not in self._failing:
            rules = self.truth.edition.rules.get(pattern.predicate, ())
            asked = [(rule, fit(rule.head, pattern, {})) for rule in rules]
            self._failing[pattern] = [self._fail(rule, binding) for rule, binding in asked if binding is not None]
        causes = (c for failing in self._failing[pattern] for versions in failing.causes for c in versions)
        return [below for cause in causes if (below := self._awaits(cause)) is not None]

    def _fail(self, rule: Rule, asked: Binding) -> Failing:
        """Join a body part by part; a part that leaves no binding is a cause, and is passed over."""
        ways, causes = [asked], []
        for at in sorted(range(len(rule.body)), key=lambda i: self._rank(rule.body[i])):
            part = rule.body[at]
            passed = list(self._passed(part, ways))
            if len(passed) > LIMIT:
                raise TooLargeError(f"more than {LIMIT:,} bindings of {rule.id}")
            if not passed:
                versions = {spell_part(part, way): Cause(at, part, way) for way in reversed(ways)}
                causes.append(tuple(versions[text] for text in sorted(versions)))
            ways = passed or ways
        return Failing(rule, asked, tuple(sorted(causes, key=lambda c: c[0].at)), tuple(self._held(rule, ways)))

    def _rank(self, part: Part) -> int:
        if not isinstance(part, Literal):
            return 3 if isinstance(part, Comparison) else 4
        return int(part.atom.predicate in self.truth.edition.open_valued) if part.positive else 2

    def _passed(self, part: Part, ways: list[Binding]) -> Iterator[Binding]:
        """Yield the bindings under which a part may hold; one whose variables are not bound is passed over."""
        for way in ways:
            if not isinstance(part, Literal):
                if not way.keys() >= set(comparison_names(part)) or self._value(part, way) != FALSE:
                    yield way
                continue
            wanted = put(part.atom, way)
            if part.positive:
                yield from (more for a in self._like(wanted) if (more := fit(wanted, a, way)) is not None)
            elif not is_ground(wanted) or self.truth.value(wanted) != TRUE:
                yield way

    def _value(self, part: Comparison | Aggregate, way: Binding) -> int:
        return compare(part, way) if isinstance(part, Comparison) else self.truth.counts.of(part, way).value

    def _like(self, wanted: Atom) -> list[Atom]:
        """Return the possible atoms of a pattern in order."""
        pattern = _numbered(wanted)
        if pattern not in self._sorted:
            self._sorted[pattern] = sorted(self.truth.relation(wanted.predicate).like(wanted), key=in_order)
        return self._sorted[pattern]

    def _held(self, rule: Rule, ways: Iterable[Binding]) -> list[tuple[int, Atom]]:
        found = {}
        for way in ways:
            for at, part in enumerate(rule.body):
                if isinstance(part, Literal) and part.positive:
                    atom = put(part.atom, way)
                    if is_ground(atom) and self.truth.value(atom) != FALSE:
                        found[at, spell_part(Literal(atom), {})] = atom
        return [(at, found[at, text]) for at, text in sorted(found)]

    def evidence(self, rule: Rule, comparison: Comparison | Aggregate, way: Binding) -> list[Atom]:
        """Return the atoms that the values of a failing comparison, or aggregate, come from."""
        bound = set(comparison_names(comparison))
        atoms = [put(lit.atom, way) for lit in rule.literals if lit.positive and bound & set(names(lit.atom.args))]
        return [atom for atom in atoms if is_ground(atom) and self.truth.value(atom) != FALSE]


def _numbered(atom: Atom) -> Atom:
    """Name the variables by position, so that one pattern is looked at once."""
    return Atom(atom.predicate, tuple([Var(f"V{i}") if isinstance(a, Var) else a for i, a in enumerate(atom.args)]))
