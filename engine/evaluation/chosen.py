"""One case: which firings of the grounded edition are its own, a stratum at a time, surely or possibly."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial

from ..language.terms import Atom, Term
from .compiled import Row
from .join import Join
from .joined import join
from .limits import Budget
from .prepared import MAX_KEPT, Component, Member, Prepared
from .relation import in_order
from .rules import Firing, Model


def choose(
    prepared: Prepared, given: Collection[Atom], settled: Collection[str] = (), *, open_world: bool
) -> Model | None:
    """Return what follows from a case; None where it gives what the grounded edition takes no account of.

    :param given: the case as ground atoms of the declared inputs.
    :param settled: the concepts of which the case says whatever is so.
    :raises LimitError: where too much follows, or it takes too long.
    """
    if not all(map(prepared.represents, given)):
        return None
    static = prepared.static
    model = Model(dict(static.firings), given, dict(static.support), prepared.program.predicates)
    model.rest_on(static, prepared.static_names)
    run = _Choice(prepared, model, settled)
    for component in prepared.components:
        if open_world and component.opens:
            run.suppose(component)
        if component.at in run.active:
            run.component(component)
    model.unknown = {atom for atom in model.unknown if atom not in model.support}
    run.index()
    return model


class _Choice:
    """The choice of a case's firings: what may be so by now, what is sure, and which firings wait for nothing more."""

    def __init__(self, prepared: Prepared, model: Model, settled: Collection[str]) -> None:
        self.prepared, self.model, self.settled, self.budget = prepared, model, settled, Budget()
        self.possible, self.sure = prepared.possible.copy(), prepared.possible.copy()
        self.missing, self.unsure = prepared.missing.copy(), prepared.missing.copy()
        self.ready = {at: found.copy() for at, found in prepared.ready.items()}
        self.active = {prepared.members[at].component for at in prepared.ready}
        self.atoms: dict[str, list[Atom]] = {}  # by predicate, with those of the text; where some case's are among them
        self.join = Join(model)
        self.said: dict[str, set[Term]] = {}
        new = [atom for atom in model.given if atom not in prepared.static.firings]
        for atom in model.given:
            self.said.setdefault(atom.predicate, set()).update(atom.args[:1])
        self.come(new)
        self.settle(new)

    def come(self, atoms: Iterable[Atom]) -> None:
        """Let atoms be possible from now on, which were not before."""
        number, possible = self.prepared.number, self.possible
        for atom in atoms:
            at = number.get(atom, -1)
            if at >= 0 and not possible[at]:
                self._came(at)
            if found := self.atoms.get(atom.predicate):
                found.append(atom)
                continue
            self.atoms[atom.predicate] = [*self.prepared.atoms.get(atom.predicate, ()), atom]
            at = number.get(atom.predicate, -1)
            if at >= 0 and not possible[at]:
                self._came(at)

    def _came(self, number: int) -> None:
        """Let those who wait for something know that it is there."""
        prepared, missing = self.prepared, self.missing
        self.possible[number] = True
        for at in prepared.waiting[number]:
            missing[at] -= 1
            if not missing[at]:
                member = prepared.of[at]
                self.active.add(member.component)
                self.ready.setdefault(member.at, []).append(at)

    def settle(self, atoms: Iterable[Atom]) -> None:
        """Let atoms be sure from now on."""
        prepared, sure, unsure = self.prepared, self.sure, self.unsure
        for atom in atoms:
            number = prepared.number.get(atom, -1)
            if number >= 0 and not sure[number]:
                sure[number] = True
                for at in prepared.waiting[number]:
                    unsure[at] -= 1

    def index(self) -> None:
        """Let the model know its atoms by predicate."""
        self.model.index({**self.prepared.varying, **self.atoms})

    def suppose(self, component: Component) -> None:
        """Let come what the open predicates of a component leave undocumented."""
        for name in component.opens:
            new = [atom for atom in self._undocumented(name) if not self.model.possible(atom)]
            self.model.unknown.update(new)
            self.come(new)

    def _undocumented(self, name: str) -> Iterator[Atom]:
        """Yield what an open predicate may say that the case does not document, as far as nothing closes it."""
        of, said, settled = self.prepared.opens[name], self.said.get(name, ()), self.settled
        if said and of.one:
            return
        if of.single:
            yield of.single
        for concept, atom, closing in of.each:
            if concept not in said and concept not in settled and not any(map(self.model.sure, closing)):
                yield atom

    # --- A component ------------------------------------------------------------------------------

    def component(self, component: Component) -> None:
        """Let the rules of a component fire until nothing new comes, then tell the sure from the possible."""
        self.budget.watch()
        if component.counts:
            first = next(m.compiled.rule for m in component.members if m.compiled.rule.aggregates)
            self.index()  # what aggregates ask for is below the component, and known
            self.join = Join(self.model, partial(self.budget.spend, 1, first))
        if component.recursive:
            self._recursive(component)
            return
        heads: dict[Atom, list[Firing]] = {}
        support = self.model.support
        for member in component.members:
            if member.at not in self.ready:
                continue
            for firing, sure in self._listed(member) if member.is_listed else self._joined(member):
                heads.setdefault(firing.head, []).append(firing)
                if sure:
                    support.setdefault(firing.head, firing)
        if heads:
            self._record(heads)

    def _record(self, heads: dict[Atom, list[Firing]]) -> None:
        firings = self.model.firings
        fresh = [head for head in heads if not self.model.possible(head)]
        for head, found in heads.items():
            firings[head] = [*firings[head], *found] if head in firings else found
        self.come(fresh)
        self.settle(head for head in heads if head in self.model.support)

    def _listed(self, member: Member) -> Iterator[tuple[Firing, bool]]:
        """Yield what fires of a rule that is listed, and whether it surely does."""
        prepared, sure, possible, unsure = self.prepared, self.sure, self.possible, self.unsure
        for at in self._in_order(member, self.ready[member.at]):
            absences = prepared.listed[at].absences
            if not any(sure[number] for number in absences):
                is_sure = not unsure[at] and not any(possible[number] for number in absences)
                yield prepared.firing(at), is_sure

    def _in_order(self, member: Member, found: list[int]) -> list[int]:
        self.budget.spend(len(found), member.compiled.rule)
        if member.in_order:
            return sorted(found)
        rows = {self.prepared.listed[at].row: at for at in found}
        return [rows[row] for row in in_order(list(rows))]

    def _joined(self, member: Member) -> Iterator[tuple[Firing, bool]]:
        """Yield what fires of a rule with what the case names put in, and whether it surely does."""
        for _, firing in self._bound(member, -1, ()):
            yield firing, self.model.is_sure(firing)

    def _bound(self, member: Member, new: int, fresh: Sequence[Atom]) -> Iterator[tuple[Row, Firing]]:
        compiled = member.compiled
        rows = join(self.prepared.plan(member, new), self, fresh, self.budget)
        if not rows:
            return
        self.budget.spend(len(rows), compiled.rule)
        if compiled.absences:
            rows = [row for row in rows if not any(self.model.sure(t.fill(row)) for t in compiled.absences)]
        for row in in_order(rows) if len(rows) > 1 else rows:
            if firing := self._firing(member, row):
                yield row, firing

    def _firing(self, member: Member, row: Row) -> Firing | None:
        """Return the firing of a row; what does not count is the same for each case that names the same."""
        if member.counts:
            return member.compiled.firing(row, self.join.tally)
        if row not in member.known:
            if len(member.known) >= MAX_KEPT:
                member.known.clear()
            member.known[row] = member.compiled.firing(row, self.join.tally)
        return member.known[row]

    def of(self, predicate: str) -> Sequence[Atom]:
        """Return the atoms of a predicate that may be so."""
        return self.atoms[predicate] if predicate in self.atoms else self.prepared.atoms.get(predicate, ())

    def like(self, predicate: str, column: int, constant: Term) -> Sequence[Atom]:
        """Return at least those that have a constant in a column."""
        return self.atoms[predicate] if predicate in self.atoms else self.prepared.like(predicate, column, constant)

    # --- A recursive component --------------------------------------------------------------------

    def _recursive(self, component: Component) -> None:
        """Fire round by round: each by what came last."""
        fired: list[Firing] = []
        seen: set[tuple[int, Row]] = set()
        new = list(self._first(component, seen))
        while new:
            fresh = list(dict.fromkeys(firing.head for firing in new if not self.model.possible(firing.head)))
            fired += new
            self.model.record(new)
            self.come(fresh)
            new = list(self._next(component, seen, fresh)) if fresh else []
        self.model.settle(fired)
        self.settle(head for head in dict.fromkeys(f.head for f in fired) if head in self.model.support)

    def _first(self, component: Component, seen: set[tuple[int, Row]]) -> Iterator[Firing]:
        for member in component.members:
            if member.at in self.ready:
                yield from self._unseen(member, self._rows(member, -1, ()), seen)

    def _next(self, component: Component, seen: set[tuple[int, Row]], fresh: Sequence[Atom]) -> Iterator[Firing]:
        """Yield what fires by new atoms; whatever fires without them has fired."""
        for member in component.members:
            for new in member.renewed if member.at in self.ready else ():
                yield from self._unseen(member, self._rows(member, new, fresh), seen)

    def _unseen(
        self, member: Member, found: Iterable[tuple[Row, Firing]], seen: set[tuple[int, Row]]
    ) -> Iterator[Firing]:
        for row, firing in found:
            if (member.at, row) not in seen:
                seen.add((member.at, row))
                yield firing

    def _rows(self, member: Member, new: int, fresh: Sequence[Atom]) -> Iterator[tuple[Row, Firing]]:
        if not member.is_listed:
            yield from self._bound(member, new, fresh)
            return
        at_place = sum(literal.positive for literal in member.compiled.rule.literals[:new]) if new >= 0 else -1
        came = {self.prepared.number[atom] for atom in fresh if atom in self.prepared.number}
        found = self.ready[member.at]
        if new >= 0:
            found = [at for at in found if self.prepared.listed[at].premises[at_place] in came]
        for at in self._in_order(member, found):
            listed = self.prepared.listed[at]
            if not any(self.sure[number] for number in listed.absences):
                yield listed.row, self.prepared.firing(at)
