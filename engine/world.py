"""The closed and the open reading of one rule text, evaluated a stratum at a time.

Kleene's strong logic needs two truths for an atom: surely so, and possibly so. pyDatalog computes
the possible firings (a negation holds unless its atom is surely so); which of them are sure is read
off the firings. In a closed world nothing is undocumented, and the two coincide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from .datalog import Row, Store
from .program import Predicate, Program
from .strata import Strata
from .terms import UNDOCUMENTED, Atom, Comparison, Constant, Literal, Rule, Var, holds


class Firing(NamedTuple):
    """A rule with its variables bound such that the body holds, surely or possibly."""

    rule: Rule
    binding: dict[str, Constant]
    head: Atom
    premises: tuple[Atom, ...]
    absences: tuple[Atom, ...]
    undetermined: tuple[Comparison, ...]  # comparisons on an undocumented amount


class Model:
    """What follows for one case: atoms with the firings that give them."""

    def __init__(self, firings: dict[Atom, list[Firing]], given: Collection[Atom], support: dict[Atom, Firing]) -> None:
        self.firings = firings
        self.given = frozenset(given)
        self.unknown: set[Atom] = set()
        self._sorted: dict[str, list[Atom]] = {}
        self.populated = {atom.predicate for atom in (*firings, *given)}
        self.support = support  # the first sure firing of each sure atom: well founded

    def sure(self, atom: Atom) -> bool:
        """Say whether an atom is surely so."""
        return atom in self.support or atom in self.given

    def possible(self, atom: Atom) -> bool:
        """Say whether an atom is so, surely or as far as the documentation goes."""
        return atom in self.firings or atom in self.given or atom in self.unknown

    def atoms(self, predicate: str) -> list[Atom]:
        """Return the possible atoms of a predicate in a stable order, once the evaluation is over."""
        if predicate not in self._sorted:
            found = self._by_predicate.get(predicate, ())
            self._sorted[predicate] = sorted(found, key=lambda a: [str(x) for x in a.args])
        return self._sorted[predicate]

    @cached_property
    def _by_predicate(self) -> dict[str, list[Atom]]:
        index: dict[str, list[Atom]] = {}
        for atom in {*self.firings, *self.given, *self.unknown}:
            index.setdefault(atom.predicate, []).append(atom)
        return index

    def record(self, firings: Iterable[Firing]) -> None:
        """Keep firings under the atoms they give."""
        for firing in firings:
            self.firings.setdefault(firing.head, []).append(firing)
            self.populated.add(firing.head.predicate)

    def is_sure(self, firing: Firing) -> bool:
        """Say whether a firing holds whatever the undocumented turns out to be."""
        return (
            not firing.undetermined
            and all(self.sure(atom) for atom in firing.premises)
            and not any(self.possible(atom) for atom in firing.absences)
        )


class _Compiled:
    """A rule made ready: its relation in the store, and how a row turns into a firing."""

    def __init__(self, index: int, rule: Rule) -> None:
        self.rule = rule
        self.name = f"F{index}"
        self.variables = sorted({a.name for lit in rule.literals for a in lit.atom.args if isinstance(a, Var)})
        self.positive = [lit.atom for lit in rule.literals if lit.positive]
        self.negative = [lit.atom for lit in rule.literals if not lit.positive]
        self.needs = frozenset(atom.predicate for atom in self.positive)
        self.ground = [a for a in self.positive if not any(isinstance(t, Var) for t in a.args)]

    def has_premises(self, model: Model) -> bool:
        """Say whether a firing is thinkable: asking pyDatalog costs more than looking."""
        return self.needs <= model.populated and all(map(model.possible, self.ground))

    def firing(self, row: Row) -> Firing | None:
        binding = dict(zip(self.variables, row, strict=True))
        values = [holds(comparison, binding) for comparison in self.rule.comparisons]
        if False in values:
            return None
        undetermined = tuple(c for c, v in zip(self.rule.comparisons, values, strict=True) if v is None)
        return Firing(
            self.rule, binding, self.rule.head.substitute(binding),
            tuple(atom.substitute(binding) for atom in self.positive),
            tuple(atom.substitute(binding) for atom in self.negative), undetermined,
        )  # fmt: skip


class Evaluator:
    """One edition of a guideline in one thread, ready for case after case."""

    def __init__(self, program: Program, strata: Strata, date: str) -> None:
        self.program, self.strata = program, strata
        self.store = Store()
        rules = program.edition(date)
        self.compiled = [_Compiled(i, rule) for i, rule in enumerate(rules) if rule.body]
        self.of_head: dict[str, list[_Compiled]] = {}
        for compiled in self.compiled:
            self.of_head.setdefault(compiled.rule.head.predicate, []).append(compiled)
        facts = [rule for rule in rules if not rule.body]
        firings = {r.head: [Firing(r, {}, r.head, (), (), ())] for r in facts}
        self.static = Model(firings, (), {atom: fs[0] for atom, fs in firings.items()})
        with self.store.active():
            self._load(facts)

    def _load(self, facts: Iterable[Rule]) -> None:
        negated = {lit.atom.predicate for c in self.compiled for lit in c.rule.literals if not lit.positive}
        self.shadowed = negated & self.strata.open_valued
        for predicate in self.program.predicates.values():
            self.store.declare(predicate.name, len(predicate.params))
            self.store.declare(f"S_{predicate.name}", len(predicate.params))
        self.store.add(rule.head for rule in facts)
        for compiled in self.compiled:
            body = [self._shadow(literal) for literal in compiled.rule.literals]
            self.store.define(compiled.name, compiled.variables, body)
        for component in self.strata.components:
            if not component & self.strata.from_case:
                self._component(component, self.static, [])

    def _shadow(self, literal: Literal) -> Literal:
        """Let a negation ask what is surely so, which for what may be undocumented is kept apart."""
        if literal.positive or literal.atom.predicate not in self.shadowed:
            return literal
        return Literal(Atom(f"S_{literal.atom.predicate}", literal.atom.args), positive=False)

    def evaluate(self, given: Collection[Atom], *, open_world: bool) -> Model:
        """Return what follows from a case.

        :param given: the case as ground atoms of the declared inputs.
        :param open_world: whether what is not documented may still be so.
        """
        model = Model(dict(self.static.firings), given, dict(self.static.support))
        asserted: list[Atom] = []
        with self.store.active():
            try:
                self._assert((a for a in given if a not in self.static.firings), asserted)
                for component in self.strata.components:
                    if component & self.strata.from_case:
                        if open_world:
                            self._suppose(component, model, asserted)
                        self._component(component, model, asserted)
            finally:
                self.store.remove(asserted)
        model.unknown -= model.support.keys()
        return model

    def _assert(self, atoms: Iterable[Atom], asserted: list[Atom]) -> None:
        new = list(atoms)
        asserted.extend(new)
        self.store.add(new)

    def _suppose(self, component: Collection[str], model: Model, asserted: list[Atom]) -> None:
        """Assert as possible what an open predicate of the component leaves undocumented."""
        for name in sorted(component):
            predicate = self.program.predicates.get(name)
            if predicate and predicate.is_open:
                unknown = [a for a in self._undocumented(predicate, model) if not model.possible(a)]
                model.unknown.update(unknown)
                model.populated.update(a.predicate for a in unknown)
                self._assert(unknown, asserted)

    def _undocumented(self, predicate: Predicate, model: Model) -> Iterable[Atom]:
        documented = {atom.args[0] for atom in model.given if atom.predicate == predicate.name}
        for concept in self.program.of_kind(predicate.open_kind):
            amounts = (UNDOCUMENTED,) * (len(predicate.params) - 1)
            ruled_out = predicate.unless and model.possible(Atom(predicate.unless, (concept,)))
            if concept not in documented and not ruled_out:
                yield Atom(predicate.name, (concept, *amounts))

    def _component(self, component: Collection[str], model: Model, asserted: list[Atom]) -> None:
        """Fire the rules of a component until nothing new comes, then tell the sure from the possible."""
        rules = [compiled for name in sorted(component) for compiled in self.of_head.get(name, ())]
        fired: list[Firing] = []
        seen: set[tuple[str, Row]] = set()
        while rules:
            new = [f for c in rules if c.has_premises(model) for f in self._fire(c, seen)]
            fresh = dict.fromkeys(f.head for f in new if not model.possible(f.head))
            fired += new
            model.record(new)
            self._assert(fresh, asserted)
            rules = [c for c in rules if fresh and not c.needs.isdisjoint(component)]
        self._settle(fired, model)
        sure = [Atom(f"S_{f.head.predicate}", f.head.args) for f in fired
                if f.head.predicate in self.shadowed and model.sure(f.head)]  # fmt: skip
        self._assert(dict.fromkeys(sure), asserted)

    def _fire(self, compiled: _Compiled, seen: set[tuple[str, Row]]) -> Iterable[Firing]:
        rows = self.store.ask(compiled.name, len(compiled.variables))
        for row in sorted(rows, key=lambda r: [str(x) for x in r]):
            if (compiled.name, row) not in seen:
                seen.add((compiled.name, row))
                firing = compiled.firing(row)
                if firing:
                    yield firing

    @staticmethod
    def _settle(fired: Sequence[Firing], model: Model) -> None:
        """Give each sure atom of a component its first sure firing, in an order that is well founded."""
        waiting = list(fired)
        while True:
            still = []
            for firing in waiting:
                if model.is_sure(firing):
                    model.support.setdefault(firing.head, firing)
                else:
                    still.append(firing)
            if len(still) == len(waiting):
                return
            waiting = still
