"""The closed and the open reading of one rule text, evaluated a stratum at a time.

Kleene's strong logic needs two truths for an atom: surely so, and possibly so. pyDatalog computes
the possible firings (a negation holds unless its atom is surely so); which of them are sure is read
off the firings. In a closed world nothing is undocumented, and the two coincide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from .datalog import Store
from .firing import Compiled, Firing, Model, Row, Slot, slots_of
from .program import Predicate, Program
from .strata import Strata
from .terms import UNDOCUMENTED, Atom, Literal, Rule


class Evaluator:
    """One edition of a guideline in one thread, ready for case after case."""

    def __init__(self, program: Program, strata: Strata, date: str) -> None:
        self.program, self.strata = program, strata
        self.store = Store()
        rules = program.edition(date)
        self.compiled = [Compiled(i, rule) for i, rule in enumerate(rules) if rule.body]
        self.of_head: dict[str, list[Compiled]] = {}
        for compiled in self.compiled:
            self.of_head.setdefault(compiled.rule.head.predicate, []).append(compiled)
        negated = {lit.atom.predicate for c in self.compiled for lit in c.rule.literals if not lit.positive}
        self.shadowed = negated & strata.open_valued
        self.stated = frozenset(p.name for p in program.predicates.values() if p.until)
        bodies = [self._shadow(literal) for compiled in self.compiled for literal in compiled.rule.literals]
        self.read = {literal.atom.predicate for literal in bodies}
        self.steps: dict[str, list[str]] = {}  # the relations of a recursive rule that ask for what came last
        facts = [rule for rule in rules if not rule.body]
        firings = {r.head: [Firing(r, {}, r.head, (), (), ())] for r in facts}
        self.static = Model(firings, (), {atom: fs[0] for atom, fs in firings.items()})
        with self.store.active():
            self._load(facts)

    def _load(self, facts: Iterable[Rule]) -> None:
        for predicate in self.program.predicates.values():
            self.store.declare(predicate.name, len(predicate.params))
            self.store.declare(f"S_{predicate.name}", len(predicate.params))
            self.store.declare(f"N_{predicate.name}", len(predicate.params))
        self.store.add(rule.head for rule in facts)
        self.store.add(shadow(rule.head) for rule in facts if rule.head.predicate in self.shadowed)
        for compiled in self.compiled:
            body = [self._shadow(literal) for literal in compiled.rule.literals]
            self.store.define(compiled.name, compiled.variables, body)
            self._define_steps(compiled, body)
        self.slots = {slot for atom in self.static.firings for slot in slots_of(atom)}
        run = _Run(self, self.static, self.slots)
        for component in self.strata.components:
            if not component & self.strata.from_case:
                run.component(component)

    def _define_steps(self, compiled: Compiled, body: Sequence[Literal]) -> None:
        """Define a recursive rule also with one literal after another asking only for what came last."""
        (component,) = [c for c in self.strata.components if compiled.rule.head.predicate in c]
        for at, literal in enumerate(body):
            if literal.positive and literal.atom.predicate in component:
                name = f"{compiled.name}_{at}"
                self.steps.setdefault(compiled.name, []).append(name)
                rest = [*body[:at], *body[at + 1 :]]
                self.store.define(name, compiled.variables, [Literal(newest(literal.atom)), *rest])

    def _shadow(self, literal: Literal) -> Literal:
        """Let a negation ask what is surely so, which for what may be undocumented is kept apart."""
        if literal.positive or literal.atom.predicate not in self.shadowed:
            return literal
        return Literal(shadow(literal.atom), positive=False)

    def evaluate(self, given: Collection[Atom], *, open_world: bool) -> Model:
        """Return what follows from a case.

        :param given: the case as ground atoms of the declared inputs.
        :param open_world: whether what is not documented may still be so.
        """
        model = Model(dict(self.static.firings), given, dict(self.static.support), self.stated)
        run = _Run(self, model, set(self.slots))
        with self.store.active():
            try:
                run.hold(atom for atom in given if atom not in self.static.firings)
                run.hold(shadow(a) for a in given if a.predicate in self.shadowed and a not in self.static.firings)
                for component in self.strata.components:
                    if component & self.strata.from_case:
                        if open_world:
                            run.suppose(component)
                        run.component(component)
            finally:
                self.store.remove(run.asserted)
        model.unknown -= model.support.keys()
        return model


class _Run:
    """The evaluation of one case: its model, and what it has asserted and has to take back."""

    def __init__(self, evaluator: Evaluator, model: Model, slots: set[Slot]) -> None:
        self.evaluator, self.model, self.slots = evaluator, model, slots
        self.asserted: list[Atom] = []

    def hold(self, atoms: Iterable[Atom]) -> None:
        """Assert atoms that are not in the store yet, as far as some rule reads them."""
        new = [atom for atom in atoms if atom.predicate in self.evaluator.read]
        self.asserted += new
        self.evaluator.store.add(new)
        for atom in new:
            self.slots.update(slots_of(atom))

    def _held(self, atom: Atom) -> bool:
        """Say whether an atom was sure before any rule fired."""
        return atom in self.model.given or atom in self.evaluator.static.firings

    def suppose(self, component: Collection[str]) -> None:
        """Assert as possible what an open predicate of the component leaves undocumented."""
        for name in sorted(component):
            predicate = self.evaluator.program.predicates.get(name)
            if predicate and predicate.is_open:
                unknown = [atom for atom in self._undocumented(predicate) if not self.model.possible(atom)]
                self.model.unknown.update(unknown)
                self.hold(unknown)

    def _undocumented(self, predicate: Predicate) -> Iterator[Atom]:
        documented = {atom.args[0] for atom in self.model.given if atom.predicate == predicate.name}
        for concept in self.evaluator.program.of_kind(predicate.open_kind):
            amounts = (UNDOCUMENTED,) * (len(predicate.params) - 1)
            closing = (Atom(name, (concept,)) for name in (predicate.unless, predicate.until) if name)
            if concept not in documented and not any(map(self.model.sure, closing)):
                yield Atom(predicate.name, (concept, *amounts))

    def component(self, component: Collection[str]) -> None:
        """Fire the rules of a component until nothing new comes, then tell the sure from the possible."""
        rules = [compiled for name in sorted(component) for compiled in self.evaluator.of_head.get(name, ())]
        fired: list[Firing] = []
        seen: set[tuple[str, Row]] = set()
        fresh: dict[Atom, None] | None = None
        while rules:
            thinkable = [compiled for compiled in rules if compiled.thinkable(self.model, self.slots)]
            new = self._fire(thinkable, seen, fresh)
            fresh = dict.fromkeys(firing.head for firing in new if not self.model.possible(firing.head))
            fired += new
            self.model.record(new)
            self.hold(fresh)
            rules = [compiled for compiled in rules if fresh and not compiled.reads.isdisjoint(component)]
        self._settle(fired)
        shadowed = (f.head for f in fired if f.head.predicate in self.evaluator.shadowed)
        self.hold(shadow(a) for a in dict.fromkeys(shadowed) if self.model.sure(a) and not self._held(a))

    def _fire(
        self, rules: Iterable[Compiled], seen: set[tuple[str, Row]], fresh: Iterable[Atom] | None
    ) -> list[Firing]:
        """Return the firings not seen before: all, or those that rest on what came last."""
        store, found = self.evaluator.store, []
        last = [newest(atom) for atom in fresh or ()]
        store.add(last)
        try:
            for compiled in rules:
                names = [compiled.name] if fresh is None else self.evaluator.steps[compiled.name]
                rows = dict.fromkeys(row for name in names for row in store.ask(name, len(compiled.variables)))
                new = [row for row in rows if (compiled.name, row) not in seen]
                seen.update((compiled.name, row) for row in new)
                found += [firing for row in _ordered(new) if (firing := compiled.firing(row))]
        finally:
            store.remove(last)
        return found

    def _settle(self, fired: Sequence[Firing]) -> None:
        """Give each sure atom of a component its first sure firing, in an order that is well founded."""
        waiting, before = list(fired), -1
        while len(waiting) != before:
            before, still = len(waiting), []
            for firing in waiting:
                if self.model.is_sure(firing):
                    self.model.support.setdefault(firing.head, firing)
                else:
                    still.append(firing)
            waiting = still


def shadow(atom: Atom) -> Atom:
    """Return the atom that says an open-valued one is surely so; no text can spell its predicate."""
    return Atom(f"S_{atom.predicate}", atom.args)


def newest(atom: Atom) -> Atom:
    """Return the atom that says another one came last; no text can spell its predicate."""
    return Atom(f"N_{atom.predicate}", atom.args)


def _ordered(rows: list[Row]) -> list[Row]:
    """Sort rows, whose order differs between processes; a column may hold numbers beside text."""
    try:
        return sorted(rows)
    except TypeError:
        return sorted(rows, key=str)
