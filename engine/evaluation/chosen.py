"""One case: which firings of the grounded edition are its own, a stratum at a time, surely or possibly.

What a component comes to depends on what it reads and on what the case says of it, and on nothing else. So it is kept
by that, for every case that says the same of it whatever else it says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial

from ..language.terms import Atom
from .compiled import Row
from .component import WORLD, Came, Component, Fired, Member
from .join import Join
from .joined import join
from .limits import Budget
from .prepared import Prepared
from .relation import in_order
from .rules import Firing, Model
from .waiting import Waiting


def choose(
    prepared: Prepared, given: Collection[Atom], said: Iterable[str] = (), of: Collection[str] = (), *, open_world: bool
) -> Model | None:
    """Return what follows from a case; None where it gives what the grounded edition takes no account of.

    :param given: the case as ground atoms of the declared inputs.
    :param said: the concepts of which the case says whatever is so.
    :param of: the predicates that are asked for, with all that they depend on; without any all are.
    :raises LimitError: where too much follows, or it takes too long.
    """
    if not all(map(prepared.represents, given)):
        return None
    model = Model(dict(prepared.static.firings), given, dict(prepared.static.support), prepared.program.predicates)
    model.rest_on(prepared.static, prepared.static_names)
    run = _Choice(prepared, model, said, open_world)
    for component in prepared.components:
        if not of or not component.names.isdisjoint(of):
            run.take(component)
    model.unknown = model.unknown.difference(model.support)
    run.index()
    model.known = run.known
    return model


class _Choice(Waiting):
    """The choice of a case's firings."""

    def __init__(self, prepared: Prepared, model: Model, settled: Iterable[str], open_world: bool) -> None:
        super().__init__(prepared, model)
        self.open_world, self.budget, self.join = open_world, Budget(), Join(model)
        self.as_said = frozenset((concept,) for concept in settled)
        said: dict[str, list[Atom]] = {}
        for atom in model.given:
            said.setdefault(atom.predicate, []).append(atom)
        self.said = {name: {arg for atom in atoms for arg in atom.args[:1]} for name, atoms in said.items()}
        # What is known of each predicate: the same thing wherever the same is known.
        self.known = prepared.unknown | {name: prepared.one(frozenset(atoms)) for name, atoms in said.items()}
        self.known[WORLD] = open_world, self.as_said

    def take(self, component: Component) -> None:
        """Let a component come to what it does, as it is kept, or else by its rules."""
        pick, bits = component.asks  # asked of every component: without a call in between
        key = pick(self.known), self.possible & bits, self.sure & bits
        came = component.kept.get(key)
        if came is None or came.steps > self.budget.left:
            came = self._worked_out(component)
            component.kept.keep(key, came)
            self.known.update(came.known)
        elif came.is_something:
            self.budget.left -= came.steps
            self.model.firings.update(came.firings)
            self.model.support.update(came.support)
            self.model.unknown |= came.unknown
            self.live.update(came.live)
            self.known.update(came.known)
            self.possible |= came.possible
            self.sure |= came.sure

    def _worked_out(self, component: Component) -> Came:
        model, left, possible, sure = self.model, self.budget.left, self.possible, self.sure
        unknown = frozenset(self.suppose(component) if self.open_world else ())
        firings = {head: model.firings[head] for head in self.component(component)}
        support = {head: model.support[head] for head in firings if head in model.support}
        live = {name: self.live[name] for name in component.names if name in self.live}
        known = {n: (frozenset(each), frozenset(filter(model.sure, each))) for n, each in live.items()}
        return Came(
            bool(firings or live or left > self.budget.left), firings, support, unknown, live,
            {name: self.prepared.one(each) for name, each in known.items()},
            self.possible ^ possible, self.sure ^ sure, left - self.budget.left,
        )  # fmt: skip

    def index(self) -> None:
        """Let the model know its atoms by predicate."""
        self.model.index({**self.prepared.varying, **self.live})

    def suppose(self, component: Component) -> list[Atom]:
        """Let come what the open predicates of a component leave undocumented, as far as nothing closes it."""
        found: list[Atom] = []
        for name in component.opens:
            opens = self.prepared.opens[name]
            closed = {each.args for other in opens.closing for each in self.of(other) if self.model.sure(each)}
            new = opens.left(self.said.get(name, ()), closed | self.as_said, {*self.of(name)})
            self.model.unknown.update(new)
            self.come(new)
            found += new
        return found

    # --- A component ------------------------------------------------------------------------------

    def component(self, component: Component) -> Iterable[Atom]:
        """Let the rules of a component fire until nothing new comes, tell the sure from the possible; return heads."""
        self.budget.watch()
        if component.counts:
            first = next(m.compiled.rule for m in component.members if m.compiled.rule.aggregates)
            self.index()  # what aggregates ask for is below the component, and known
            self.join = Join(self.model, partial(self.budget.spend, 1, first))
        if component.recursive:
            return self._recursive(component)
        heads, support, possible = dict[Atom, list[Firing]](), self.model.support, self.possible
        for member in (each for each in component.members if each.may_fire(possible)):
            for firing, sure in self._listed(member) if member.is_listed else self._joined(member):
                head = firing.head
                if head in heads:
                    heads[head].append(firing)
                else:
                    heads[head] = [firing]
                if sure and head not in support:
                    support[head] = firing
        self._record(heads)
        return heads

    def _record(self, heads: dict[Atom, list[Firing]]) -> None:
        model, fresh = self.model, []
        for head, found in heads.items():
            if head in model.firings:
                model.firings[head] = [*model.firings[head], *found]
                continue
            if head not in model.given and head not in model.unknown:
                fresh.append(head)
            model.firings[head] = found
        self.come(fresh)
        self.settle([head for head in heads if head in model.support])

    def _listed(self, member: Member) -> Iterator[tuple[Firing, bool]]:
        """Yield what fires of a rule that is listed, and whether it surely does."""
        prepared, sure, possible = self.prepared, self.sure, self.possible
        for at in self._in_order(member, self._ready(member)):
            _, _, premises, absences = prepared.listed[at]
            if not absences & sure:
                yield prepared.firing(at), not (premises & ~sure or absences & possible)

    def _ready(self, member: Member) -> list[int]:
        """Return the firings listed that wait for nothing more."""
        absent, listed = ~self.possible, self.prepared.listed
        return [at for at in member.waiting(self.possible) if not listed[at].premises & absent]

    def _in_order(self, member: Member, found: list[int]) -> list[int]:
        self.budget.spend(len(found), member.compiled.rule)
        if member.in_order:
            return sorted(found)
        rows = {self.prepared.listed[at].row: at for at in found}
        return [rows[row] for row in in_order(list(rows))]

    def _joined(self, member: Member) -> list[tuple[Firing, bool]]:
        """Return what fires of a rule with what the case names put in, and whether it surely does."""
        known = None if member.counts else member.asks.key(self.known, self.possible, self.sure)
        kept = member.kept.get(known)
        if kept and kept.steps <= self.budget.left:
            self.budget.left -= kept.steps
            return kept.firings
        left, fired = self.budget.left, self._bound(member, -1, ())
        found = [(firing, member.is_closed or self.model.is_sure(firing)) for _, firing in fired]
        if known is not None:
            member.kept.keep(known, Fired(found, left - self.budget.left))
        return found

    def _bound(self, member: Member, new: int, fresh: Sequence[Atom]) -> list[tuple[Row, Firing]]:
        compiled, found = member.compiled, []
        rows = join(self.prepared.plan(member, new), self, fresh, self.budget)
        if not rows:
            return []
        self.budget.spend(len(rows), compiled.rule)
        for row in in_order(rows) if len(rows) > 1 else rows:
            if compiled.absences and any(self.model.sure(each.fill(row)) for each in compiled.absences):
                continue
            if firing := self._firing(member, row):
                found.append((row, firing))
        return found

    def _firing(self, member: Member, row: Row) -> Firing | None:
        """Return the firing of a row; what does not count is the same for each case that names the same."""
        if member.counts:
            return member.compiled.firing(row, self.join.tally)
        try:
            return member.known[row]
        except KeyError:  # asked for once: threads share what is known, and another one may clear it at any moment
            firing = member.compiled.firing(row, self.join.tally)
        return member.known.keep(row, firing)

    # --- A recursive component --------------------------------------------------------------------

    def _recursive(self, component: Component) -> Iterable[Atom]:
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
        heads = dict.fromkeys(firing.head for firing in fired)
        self.settle(head for head in heads if head in self.model.support)
        return heads

    def _first(self, component: Component, seen: set[tuple[int, Row]]) -> Iterator[Firing]:
        for member in component.members:
            yield from self._unseen(member, self._rows(member, -1, ()), seen)

    def _next(self, component: Component, seen: set[tuple[int, Row]], fresh: Sequence[Atom]) -> Iterator[Firing]:
        """Yield what fires by new atoms; whatever fires without them has fired."""
        for member in component.members:
            for new in member.renewed:
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
            yield from self._bound(member, new, fresh) if member.may_fire(self.possible) else ()
            return
        found, prepared = self._ready(member), self.prepared
        if new >= 0:
            place, came = sum(literal.positive for literal in member.compiled.rule.literals[:new]), {*fresh}
            found = [at for at in found if prepared.firing(at).premises[place] in came]
        for at in self._in_order(member, found):
            if not prepared.listed[at].absences & self.sure:
                yield prepared.listed[at].row, prepared.firing(at)
