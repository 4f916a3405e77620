"""The closed and the open reading of one rule text, evaluated a stratum at a time with pyDatalog.

Kleene's strong logic needs two truths for an atom: surely so, and possibly so. pyDatalog computes
the possible firings (a negation holds unless its atom is surely so); which of them are sure is read
off the firings. In a closed world nothing is undocumented, and the two coincide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from math import prod

from ..language.record import NamedTuple
from ..language.terms import Atom, Literal
from ..program.graph import Strata
from ..program.program import Program
from .compiled import Compiled, Row, Slot, filters, slots_of
from .datalog import Store
from .join import Join
from .limits import Budget
from .relation import Relation, in_order, marked, shadow
from .rules import Firing, Model
from .supposed import undocumented


class _Ready(NamedTuple):
    """A clean store, with what follows from the text alone."""

    store: Store
    static: Model
    defined: set[str]  # the relations it knows: each is defined when it is first asked
    slots: set[Slot]
    sizes: Counter[str]  # how many atoms of each predicate it holds


class Solver:
    """One edition of a guideline in one thread, which asks pyDatalog for case after case."""

    def __init__(self, program: Program, strata: Strata, date: str, rules: Sequence[Compiled]) -> None:
        self.program, self.strata, self.compiled = program, strata, rules
        self.of_head: dict[str, list[Compiled]] = {}
        for compiled in self.compiled:
            self.of_head.setdefault(compiled.rule.head.predicate, []).append(compiled)
        negated = {lit.atom.predicate for c in self.compiled for lit in c.rule.literals if not lit.positive}
        self.shadowed = negated & strata.open_valued
        bodies = [self._shadow(literal) for compiled in self.compiled for literal in compiled.rule.literals]
        self.read = {literal.atom.predicate for literal in bodies}
        self.facts = [rule for rule in program.edition(date) if not rule.body]
        self._component = {name: component for component in strata.components for name in component}
        self.renewed = {compiled.name: list(self._renewed(compiled)) for compiled in self.compiled}
        # A store is taken out while it is used, and put back once it is clean: one that an exception
        # left as it was, at whatever moment, is lost, and the next case builds another.
        self._clean = [self._build()]

    @property
    def static(self) -> Model:
        """What follows from the text alone."""
        return self._clean[0].static

    def _build(self) -> _Ready:
        """Return a store with the facts and rules of the edition, and what follows from them."""
        firings = {r.head: [Firing(r, {}, r.head, (), (), ())] for r in self.facts}
        static = Model(firings, (), {atom: fs[0] for atom, fs in firings.items()})
        ready = _Ready(Store(), static, set(), set(), Counter())
        run = _Run(self, ready, static, Budget())
        self._declare(ready.store)
        ready.store.add(rule.head for rule in self.facts if rule.head.predicate in self.read)
        ready.store.add(shadow(rule.head) for rule in self.facts if rule.head.predicate in self.shadowed)
        run.know(firings)
        for component in self.strata.components:
            if not component & self.strata.from_case:
                run.component(component)
        static.renew()
        return ready

    def _declare(self, store: Store) -> None:
        new = {c.rule.literals[r.new].atom.predicate for c in self.compiled for r in self.renewed[c.name]}
        for predicate in self.program.declared().values():
            for mark, known in (("", self.program.declared()), ("S_", self.shadowed), ("D_", new)):
                if predicate.name in known:
                    store.declare(mark + predicate.name, len(predicate.params))

    def define(self, relation: Relation, store: Store) -> None:
        """Define a relation in a store: a new atom comes first in its body, where it leaves the fewest ways."""
        compiled, at, _ = relation
        body = [self._shadow(literal) for literal in compiled.rule.literals]
        if at >= 0:
            body.insert(0, Literal(marked("D", body.pop(at).atom)))
        tests = () if relation.bare else filters(compiled.rule, self.program.predicates)
        store.define(relation.name, compiled.variables, body, tests)

    def _renewed(self, compiled: Compiled) -> Iterator[Relation]:
        """Yield the firings by a new atom wherever a rule's body is recursive."""
        component = self._component[compiled.rule.head.predicate]
        for at, literal in enumerate(compiled.rule.literals):
            if literal.positive and literal.atom.predicate in component:
                yield Relation(compiled, at)

    def _shadow(self, literal: Literal) -> Literal:
        """Let a negation ask what is surely so, which for what may be undocumented is kept apart."""
        if literal.positive or literal.atom.predicate not in self.shadowed:
            return literal
        return Literal(shadow(literal.atom), positive=False)

    def evaluate(
        self, given: Collection[Atom], *, open_world: bool, possible: Collection[Atom] = (),
        settled: Collection[str] = (), steps: int | None = None, of: frozenset[str] = frozenset(),
    ) -> Model:  # fmt: skip
        """Return what follows from a case.

        :param given: the case as ground atoms of the declared inputs.
        :param open_world: whether what is not documented may still be so.
        :param possible: atoms that may be so as well, and are not sure; all that a case can change is then open.
        :param settled: the concepts of which the case says whatever is so.
        :param steps: how many steps of rules it may take, where that is not the usual number.
        :param of: the predicates that are asked for, with all that they depend on; without any all are.
        :raises LimitError: where too much follows, or it takes too long.
        """
        ready = self._clean.pop() if self._clean else self._build()  # where it is lost, or in use further up
        run = _Run(self, ready, (model := self._start(ready.static, given, possible)), Budget(steps))
        run.hold(atom for atom in (*given, *possible) if atom not in ready.static.firings)
        run.hold(shadow(a) for a in given if a.predicate in self.shadowed and a not in ready.static.firings)
        for component in filter((of or self.strata.from_case).intersection, self.strata.components):
            if open_world:
                run.suppose(component, settled)
            run.component(component)
        ready.store.remove(run.asserted)
        self._clean[:] = [ready]
        model.unknown -= model.support.keys()
        model.renew()
        return model

    def _start(self, static: Model, given: Collection[Atom], possible: Collection[Atom]) -> Model:
        """Return the model of a case of which nothing has fired."""
        model = Model(dict(static.firings), given, dict(static.support), self.program.predicates)
        model.unknown.update(possible)
        model.rest_on(static, self.program.declared().keys() - self.strata.from_case)
        return model


class _Run:
    """The evaluation of one case: its model, and what it has asserted and has to take back."""

    def __init__(self, solver: Solver, ready: _Ready, model: Model, budget: Budget) -> None:
        self.solver, self.model, self.budget = solver, model, budget
        self.store, self.static, self.defined = ready.store, ready.static, ready.defined
        # What the text alone gives is changed only while it is built.
        building = model is ready.static
        self.slots = ready.slots if building else set(ready.slots)
        self.sizes = ready.sizes if building else Counter(ready.sizes)
        self.asserted: list[Atom] = []
        self.join = Join(model)

    def know(self, atoms: Iterable[Atom]) -> None:
        """Keep in view what the store holds."""
        for atom in atoms:
            self.slots.update(slots_of(atom))
            self.sizes[atom.predicate] += 1

    def hold(self, atoms: Iterable[Atom]) -> None:
        """Assert atoms that are not in the store yet, as far as some rule reads them."""
        new = [atom for atom in atoms if atom.predicate in self.solver.read]
        self.asserted += new
        self.store.add(new)
        self.know(new)

    def _held(self, atom: Atom) -> bool:
        """Say whether an atom was sure before any rule fired."""
        return atom in self.model.given or atom in self.static.firings

    def suppose(self, component: Collection[str], settled: Collection[str]) -> None:
        """Assert as possible what an open predicate of the component leaves undocumented."""
        for atoms in (undocumented(name, self.solver.program, self.model, settled) for name in sorted(component)):
            unknown = [atom for atom in atoms if not self.model.possible(atom)]
            self.model.unknown.update(unknown)
            self.hold(unknown)

    def component(self, component: Collection[str]) -> None:
        """Fire the rules of a component until nothing new comes, then tell the sure from the possible."""
        rules = [compiled for name in sorted(component) for compiled in self.solver.of_head.get(name, ())]
        for compiled in [each for each in rules if each.rule.aggregates][:1]:
            self.model.renew()  # what aggregates ask for is below the component, and known
            self.join = Join(self.model, partial(self.budget.spend, 1, compiled.rule))
        fired: list[Firing] = []
        seen: set[tuple[str, Row]] = set()
        new = list(self._fire(map(Relation, rules), seen, ()))
        renewed = [relation for compiled in rules for relation in self.solver.renewed[compiled.name]]
        while new:
            fresh = dict.fromkeys(firing.head for firing in new if not self.model.possible(firing.head))
            fired += new
            self.model.record(new)
            self.hold(fresh)
            new = self._renew(fresh, renewed, seen) if renewed and fresh else []
        self.model.settle(fired)
        shadowed = (f.head for f in fired if f.head.predicate in self.solver.shadowed)
        self.hold(shadow(a) for a in dict.fromkeys(shadowed) if self.model.sure(a) and not self._held(a))

    def _renew(self, fresh: Collection[Atom], relations: list[Relation], seen: set[tuple[str, Row]]) -> list[Firing]:
        """Return what fires by new atoms of a recursive component; whatever fires without them has fired."""
        latest = [marked("D", atom) for atom in fresh]
        self.store.add(latest)
        new = list(self._fire(relations, seen, latest))
        self.store.remove(latest)
        return new

    def _fire(
        self, relations: Iterable[Relation], seen: set[tuple[str, Row]], fresh: Sequence[Atom]
    ) -> Iterator[Firing]:
        for relation in relations:
            compiled = relation.compiled
            if compiled.thinkable(self.model, self.slots):
                for row in in_order(self._ask(relation, fresh)):
                    if (compiled.name, row) not in seen:
                        seen.add((compiled.name, row))
                        if firing := compiled.firing(row, self.join.tally):
                            yield firing

    def _ask(self, relation: Relation, fresh: Sequence[Atom]) -> list[Row]:
        """Ask a relation within what the evaluation may still do."""
        compiled = relation.compiled
        if prod([self.sizes[premise.predicate] for premise in compiled.premises]) > self.budget.left:
            self._expect(relation, fresh)
        try:
            rows = self._rows(relation)
        except TypeError:  # text where numbers are compared: the rows as they are say so
            rows = self._rows(relation._replace(bare=True))
        self.budget.spend(len(rows), compiled.rule)
        return rows

    def _rows(self, relation: Relation) -> list[Row]:
        if relation.name not in self.defined:
            self.solver.define(relation, self.store)
            self.defined.add(relation.name)
        return self.store.ask(relation.name, len(relation.compiled.variables))

    def _expect(self, relation: Relation, fresh: Sequence[Atom]) -> None:
        """Count what a relation binds, where that may be more than is left."""
        compiled, new, _ = relation
        joined = [(i, literal.atom) for i, literal in enumerate(compiled.rule.literals) if literal.positive]
        parts = [marked("D", atom) if i == new else atom for i, atom in joined]
        sizes = [len(fresh) if i == new else self.sizes[atom.predicate] for i, atom in joined]
        self.budget.expect(compiled.rule, parts, sizes, lambda: [*self.model.each(), *fresh])
