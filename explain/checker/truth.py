"""What holds in a case, surely or possibly, by an evaluation of the proof checker's own.

Strong Kleene logic over the rules in force. The rules of predicates that rest on each other are
applied to each new atom until none comes (semi-naive, by index), which gives every possible instance
of every rule; which of them are sure is then counted off. What no case can change is evaluated once
for a program and a date, and kept. It knows nothing of pyDatalog and of the engine's evaluation.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...engine.language.terms import UNDOCUMENTED, Atom, Rule
from ...engine.program.program import Predicate, Program
from .circles import circles, reached
from .count import Count, Counts
from .ground import FALSE, TRUE, UNKNOWN, Binding, chosen_from, compare, put
from .join import NOTHING, Relation, RuleJoin, values_of
from .step import TooLargeError

LIMIT = 1_000_000
"""The most instances of rules that are looked at for one case."""


class Instance(NamedTuple):
    """A rule with its variables bound such that its body holds, surely or possibly."""

    rule: Rule
    binding: Binding
    head: Atom
    premises: tuple[Atom, ...]
    absences: tuple[Atom, ...]
    compared: int  # the least value of its comparisons and its aggregates
    counts: tuple[Count, ...] = ()

    @property
    def standing(self) -> tuple[str, tuple[str, ...]]:
        """What orders instances that are otherwise equal."""
        return self.rule.id, tuple(map(str, values_of(self.binding)))


class Edition:
    """The rules of a program in force on a date, ready for case after case."""

    def __init__(self, program: Program, date: str) -> None:
        self.program = program
        rules = [r for r in program.rules if r.effective <= date and (not r.ended or date < r.ended)]
        self.rules: dict[str, list[Rule]] = {}
        self.facts: dict[str, dict[Atom, Rule]] = {}
        for rule in rules:
            if rule.body:
                self.rules.setdefault(rule.head.predicate, []).append(rule)
            else:
                self.facts.setdefault(rule.head.predicate, {})[rule.head] = rule
        self.joins = {name: [RuleJoin(rule) for rule in named] for name, named in self.rules.items()}
        self.needs = {name: self._needs(name) for name in [*program.predicates, *self.rules, *self.facts]}
        self.groups = circles(self.needs, lambda name: self.needs.get(name, ()))
        declared = program.predicates.values()
        self.varies = _users((p.name for p in declared if p.case or p.open_kind), self.needs)
        every: dict[str, list[str]] = {}
        for rule in program.rules:  # of whatever date
            every.setdefault(rule.head.predicate, []).extend(lit.atom.predicate for lit in rule.asked)
        self.open_valued = _users((p.name for p in declared if p.open_kind or p.open_count), every)
        self.static = Truth(self)
        self.static_sizes: dict[Atom, int] = {}  # see `sizes`

    def _needs(self, name: str) -> list[str]:
        declared = self.program.predicates.get(name)
        closing = [n for n in (declared.unless, declared.until) if n] if declared else []
        return [*closing, *(lit.atom.predicate for rule in self.rules.get(name, ()) for lit in rule.asked)]


def _users(start: Iterable[str], needs: dict[str, list[str]]) -> set[str]:
    """Return predicates and whatever rests on them."""
    users: dict[str, list[str]] = {}
    for name, needed in needs.items():
        for each in needed:
            users.setdefault(each, []).append(name)
    return set(reached(start, lambda name: users.get(name, ())))


_kept: OrderedDict[tuple[int, int], Edition] = OrderedDict()
_lock = threading.Lock()


def edition(program: Program, date: str) -> Edition:
    """Return the edition in force on an ISO date; the last ones asked for are kept."""
    bounds = sorted({d for rule in program.rules for d in (rule.effective, rule.ended) if d})
    key = id(program), bisect_right(bounds, date)
    with _lock:
        found = _kept.get(key)
        if found is None or found.program is not program:
            _kept[key] = found = Edition(program, date)
        _kept.move_to_end(key)
        while len(_kept) > 16:
            _kept.popitem(last=False)
    return found


class Truth:
    """The value of every ground atom for one case: true, unknown (where it is open) or false."""

    def __init__(self, of: Edition, facts: Iterable[Atom] | None = None, *, open_world: bool = False) -> None:
        self.edition, self.program, self.open_world = of, of.program, open_world
        static = None if facts is None else of.static
        self.given = frozenset(facts or ())
        self.relations: dict[str, Relation] = dict(static.relations) if static else {}
        self.instances: dict[Atom, list[Instance]] = dict(static.instances) if static else {}
        self.derived: set[Atom] = set(static.derived) if static else set()
        self.supposed: set[Atom] = set()
        self.counts = Counts(
            self.relation, self.program.predicates
        )  # of what is known: what a rule counts lies below it
        self._fired = 0
        by_name: dict[str, list[Atom]] = {}
        for atom in self.given:
            by_name.setdefault(atom.predicate, []).append(atom)
        for group in of.groups:
            if of.varies.isdisjoint(group) == (static is None):
                self._evaluate(group, by_name)

    def relation(self, name: str) -> Relation:
        """Return the possible atoms of a predicate."""
        return self.relations.get(name, NOTHING)

    def value(self, atom: Atom) -> int:
        """Return the value of a ground atom."""
        return self.relation(atom.predicate).values.get(atom, FALSE)

    def is_undocumented(self, atom: Atom) -> bool:
        """Say whether an atom is an open input that nobody documented."""
        return atom in self.supposed and self.value(atom) == UNKNOWN

    def is_sure(self, instance: Instance) -> bool:
        """Say whether an instance holds whatever the undocumented turns out to be."""
        return (
            instance.compared == TRUE
            and all(self.value(p) == TRUE for p in instance.premises)
            and not any(map(self.value, instance.absences))
        )

    def _evaluate(self, group: list[str], given: dict[str, list[Atom]]) -> None:
        """Find what is possible in a group of predicates, then what of it is sure."""
        waiting: deque[Atom] = deque()
        for name in group:
            self.relations[name] = relation = Relation()
            for atom, rule in self.edition.facts.get(name, {}).items():
                self.instances[atom] = [Instance(rule, {}, atom, (), (), TRUE)]
                self.derived.add(atom)
                relation.values[atom] = TRUE
            relation.values |= dict.fromkeys(given.get(name, ()), TRUE)
            for atom in self._undocumented(self.program.predicates.get(name), given.get(name, ())):
                if atom not in relation.values:
                    self.supposed.add(atom)
                    relation.values[atom] = UNKNOWN
            waiting.extend(relation.values)
        self._settle(self._fire(group, waiting))

    def _undocumented(self, predicate: Predicate | None, given: Iterable[Atom]) -> Iterator[Atom]:
        """Yield what an open predicate leaves undocumented."""
        if not (predicate and self.open_world):
            return
        documented = {atom.args[0] for atom in given}
        if documented and (predicate.open_count or chosen_from(predicate)):
            return
        if predicate.open_count:
            yield Atom(predicate.name, (UNDOCUMENTED,) * len(predicate.params))
        of_kind = (name for name, (kind, _) in self.program.concepts.items() if kind == predicate.open_kind != "")
        for concept in of_kind:
            closing = [Atom(name, (concept,)) for name in (predicate.unless, predicate.until) if name]
            if concept not in documented and TRUE not in map(self.value, closing):
                yield Atom(predicate.name, (concept, *[UNDOCUMENTED] * (len(predicate.params) - 1)))

    def _fire(self, group: list[str], waiting: deque[Atom]) -> list[Instance]:
        """Apply the rules of a group until no new instance comes."""
        joins = [join for name in group for join in self.edition.joins.get(name, ())]
        reads: dict[str, list[tuple[RuleJoin, int]]] = {}
        for join in joins:
            for at, atom in enumerate(join.positive):
                if atom.predicate in group:
                    reads.setdefault(atom.predicate, []).append((join, at))
        known = {id(join): set[tuple[object, ...]]() for join in joins}
        fired: list[Instance] = []
        for join in joins:
            if not any(atom.predicate in group for atom in join.positive):
                fired += self._new(join, -1, None, known[id(join)], waiting)
        while waiting:
            atom = waiting.popleft()
            for join, at in reads.get(atom.predicate, ()):
                fired += self._new(join, at, atom, known[id(join)], waiting)
        return fired

    def _new(
        self, join: RuleJoin, first: int, atom: Atom | None, known: set[tuple[object, ...]], waiting: deque[Atom]
    ) -> list[Instance]:
        """Return the new instances of a rule, by an atom for one part of its body; new heads wait for their turn."""
        found: list[Instance] = []
        for binding in join.ways(self.relation, first, atom):
            counts = tuple([self.counts.of(each, binding) for each in join.rule.aggregates])
            if (values := values_of(binding)) not in known and all(count.value for count in counts):
                known.add(values)
                found.append(_instance(join, binding, counts))
                head = found[-1].head
                if head not in self.relation(head.predicate).values:
                    self.relations[head.predicate].add(head, UNKNOWN)
                    waiting.append(head)
        self._fired += len(found)
        if self._fired > LIMIT:
            raise TooLargeError(f"more than {LIMIT:,} instances of rules")
        return found

    def _settle(self, fired: list[Instance]) -> None:
        """Count off which instances are sure, from those whose premises are sure already."""
        waits: dict[Atom, list[int]] = {}
        lacks: dict[int, int] = {}
        ready: deque[Atom] = deque()
        for at, instance in enumerate(fired):
            self.instances.setdefault(instance.head, []).append(instance)
            if instance.compared == TRUE and not any(map(self.value, instance.absences)):
                lacking = {p for p in instance.premises if self.value(p) != TRUE}
                lacks[at] = len(lacking)
                for premise in lacking:
                    waits.setdefault(premise, []).append(at)
                if not lacking:
                    ready.append(instance.head)
        while ready:
            atom = ready.popleft()
            self.derived.add(atom)  # by a rule or by the text, whatever the case says itself
            if self.value(atom) == TRUE:
                continue
            self.relations[atom.predicate].values[atom] = TRUE
            for at in waits.get(atom, ()):
                lacks[at] -= 1
                if not lacks[at]:
                    ready.append(fired[at].head)


def _instance(join: RuleJoin, binding: Binding, counts: tuple[Count, ...]) -> Instance:
    return Instance(
        join.rule, binding, put(join.rule.head, binding), tuple([put(atom, binding) for atom in join.positive]),
        tuple([put(atom, binding) for atom in join.negative]),
        min((TRUE, *(compare(each, binding) for each in join.comparisons), *(count.value for count in counts))), counts,
    )  # fmt: skip
