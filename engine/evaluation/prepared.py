"""A grounded edition made ready to choose from: shared by threads, and changed by none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import reduce
from itertools import count
from operator import itemgetter, or_

from ..language.kept import Kept
from ..language.record import NamedTuple
from ..language.terms import UNDOCUMENTED, Atom, Rule, Term, quote
from ..program.graph import Strata
from ..program.program import Program
from .compiled import Compiled, Row, compiled_rules
from .component import MAX_CAME, WORLD, Asked, Component, Listed, Member, Open, Slot
from .join import Join
from .joined import Index, Plan
from .masks import bits
from .rules import Firing, Model

ANY = quote("*")
"""Stands for whatever a case names."""
MAX_KEPT = 100_000
"""How many atoms of cases are kept, and of how much that is known what stands for it."""

Given = tuple[str, tuple[bool, ...], tuple[tuple[Term, ...], ...]]
"""A predicate of which a case may give atoms, which of its columns hold what a case names, its atoms without that."""


class Outline(NamedTuple):
    """What can be said of every case of an edition; its rules are known by their numbers."""

    static: tuple[tuple[int, Row], ...]  # what fires by the text alone
    listed: tuple[tuple[int, tuple[Row, ...]], ...]  # what a case may let fire, of the rules of which that is listed
    given: tuple[Given, ...]

    def of_part(self, whole: Iterable[Rule], program: Program, rules: Iterable[Rule]) -> Outline:
        """Return the outline of a program of some of the rules, in which what a case says is open.

        The firings listed are those of which all may be so, whether a case says it or leaves it open.
        """
        at = {id(rule): number for number, rule in enumerate(rules)}
        new = {old: at[id(rule)] for old, rule in enumerate(whole) if id(rule) in at}
        asked = {name for name, each in program.predicates.items() if each.case or each.is_open}
        asked.update(each.unless for each in program.predicates.values())
        return Outline(
            tuple([(new[rule], row) for rule, row in self.static if rule in new]),
            tuple([(new[rule], rows) for rule, rows in self.listed if rule in new]),
            tuple([each for each in self.given if each[0] in asked]),
        )


class Prepared:
    """An edition that cases are chosen from."""

    def __init__(self, program: Program, strata: Strata, date: str, outline: Outline) -> None:
        self.program, self.strata, self.outline = program, strata, outline
        rules = program.edition(date)
        self.compiled = compiled_rules(program, date)
        by_number = {int(compiled.name[1:]): compiled for compiled in self.compiled}
        facts = [rule for rule in rules if not rule.body]
        self.static = _static(facts, [(by_number[at], row) for at, row in outline.static])
        self.static_names = program.declared().keys() - strata.from_case
        self._given = {name: (columns, set(rows)) for name, columns, rows in outline.given}
        self._known: Kept[Atom, bool] = Kept(MAX_KEPT)
        self._ones: dict[object, object] = {}
        self.unknown: dict[str, object] = {}  # what is known of each predicate where nothing is
        self.opens = {name: _open(name, program) for name, p in program.predicates.items() if p.is_open}
        self.bit: dict[Slot, int] = {}  # of an atom that is waited for, or of a predicate that has to have one
        self.listed: list[Listed] = []
        self.components = tuple(self._components({by_number[at].name: rows for at, rows in outline.listed}))
        self.members = [member for component in self.components for member in component.members]
        self.watched = {slot.predicate for slot in self.bit if isinstance(slot, Atom)}
        self.firings: list[Firing | None] = [None] * len(self.listed)
        self._index: Index = {}
        self._start()

    def _components(self, listed: Mapping[str, Sequence[Row]]) -> Iterable[Component]:
        of_head: dict[str, list[Compiled]] = {}
        for compiled in self.compiled:
            of_head.setdefault(compiled.rule.head.predicate, []).append(compiled)
        number = count()
        for names in (names for names in self.strata.components if names & self.strata.from_case):
            rules = [compiled for name in sorted(names) for compiled in of_head.get(name, ())]
            members = tuple([Member(each, next(number), _renewed(each, names)) for each in rules])
            for member in members:
                if member.compiled.name in listed:
                    self._list(member, listed[member.compiled.name])
                else:
                    self._ask(member)
            counts = any(each.rule.aggregates for each in rules)
            opens = tuple(name for name in sorted(names) if name in self.opens)
            if members or opens:
                asks = names.union(*(m.reads for m in members), *(self.opens[name].closing for name in opens))
                self.unknown.update(dict.fromkeys(asks))
                recursive = any(member.renewed for member in members)
                asked = Asked(_asked(asks), reduce(or_, (m.asks.bits for m in members), 0))
                yield Component(names, asked, Kept(MAX_CAME), opens, members, counts, recursive)

    def _list(self, member: Member, rows: Sequence[Row]) -> None:
        """Give a bit to each thing that the firings listed of a rule wait for: that is all that they depend on."""
        compiled, member.is_listed, member.in_order, asked = member.compiled, True, _orders(rows), 0
        for row in rows:
            member.always.append(len(self.listed))
            premises = self._bits([template.fill(row) for template in compiled.premises])
            absences = self._bits([template.fill(row) for template in compiled.absences]) if compiled.absences else 0
            self.listed.append(Listed(compiled, row, premises, absences))
            asked |= premises | absences
        member.asks = Asked(_asked(()), asked)

    def _ask(self, member: Member) -> None:
        """Let a rule that is joined ask for bits where its literals are ground, or else for whole predicates."""
        compiled = member.compiled
        ground = [*compiled.ground, *compiled.denied]
        member.reads = {each.atom.predicate for each in compiled.rule.asked if each.atom not in ground}
        member.asks = Asked(_asked(member.reads), self._bits(ground))
        member.needs = self._bits((*compiled.ground, *compiled.reads))
        read = {literal.atom.predicate for literal in compiled.rule.literals}
        member.is_closed = not member.counts and read.isdisjoint(self.strata.open_valued)

    def _bits(self, slots: Iterable[Slot]) -> int:
        found, bit = 0, self.bit
        for slot in slots:
            if (known := bit.get(slot)) is None:
                known = bit[slot] = 1 << len(bit)
            found |= known
        return found

    def _start(self) -> None:
        """Let what the text alone gives come: from there each case starts."""
        self.atoms: dict[str, list[Atom]] = {}  # of the text, by predicate
        for atom in self.static.firings:
            self.atoms.setdefault(atom.predicate, []).append(atom)
        self.varying = {name: found for name, found in self.atoms.items() if name in self.strata.from_case}
        self.possible = 0
        for slot, bit in self.bit.items():
            if slot in self.atoms if isinstance(slot, str) else slot in self.static.firings:
                self.possible |= bit
        for member in self.members:
            self._find_by(member)

    def _find_by(self, member: Member) -> None:
        """Let the firings of a rule be found, each by what the fewest of them wait for."""
        waits = {at: self.listed[at].premises & ~self.possible for at in member.always}
        often = Counter(place for each in waits.values() for place in bits(each)) if len(waits) > 1 else Counter[int]()
        member.always = [at for at, each in waits.items() if not each]
        for at, each in waits.items():
            if each:
                bit = 1 << min(bits(each), key=often.__getitem__) if each & each - 1 else each
                member.by.setdefault(bit, []).append(at)
                member.needs |= bit

    def plan(self, member: Member, new: int) -> Plan:
        """Return how a rule is joined."""
        if new not in member.plans:
            member.plans[new] = Plan(member.compiled, new, self.strata.from_case, self.atoms)
        return member.plans[new]

    def like(self, predicate: str, column: int, constant: Term) -> list[Atom]:
        """Return the atoms of the text that have a constant in a column."""
        if (predicate, column) not in self._index:
            found: dict[Term, list[Atom]] = {}
            for atom in self.atoms.get(predicate, ()):
                found.setdefault(atom.args[column], []).append(atom)
            self._index[predicate, column] = found
        return self._index[predicate, column].get(constant, [])

    def firing(self, at: int) -> Firing:
        """Return a listed firing."""
        if (known := self.firings[at]) is None:
            compiled, row, *_ = self.listed[at]
            known = self.firings[at] = compiled.fired(row, dict(zip(compiled.variables, row, strict=True)))
        return known

    def one(self, known: object) -> object:
        """Return what stands for all that is known of a predicate: one thing for what is the same."""
        if len(self._ones) >= MAX_KEPT:
            self._ones.clear()
        return self._ones.setdefault(known, object())

    def represents(self, atom: Atom) -> bool:
        """Say whether what is listed takes account of an atom that a case gives."""
        known = self._known.get(atom)
        if known is None:
            columns, rows = self._given.get(atom.predicate, ((), set()))
            args = (ANY if named else term for named, term in zip(columns, atom.args, strict=False))
            known = self._known.keep(atom, len(columns) == len(atom.args) and tuple(args) in rows)
        return known


def _static(facts: Iterable[Rule], fired: Iterable[tuple[Compiled, Row]]) -> Model:
    """Return what the text alone gives; each atom is sure by what gave it first."""
    firings = {rule.head: [Firing(rule, {}, rule.head, (), (), ())] for rule in facts}
    model = Model(firings, (), {})
    tally = Join(model).tally
    for compiled, row in fired:
        if compiled.aggregates:
            model.renew()  # what aggregates ask for is below, and known
            tally = Join(model).tally
        if firing := compiled.firing(row, tally):
            firings.setdefault(firing.head, []).append(firing)
    model.support.update((atom, fired[0]) for atom, fired in firings.items())
    model.renew()
    return model


def _open(name: str, program: Program) -> Open:
    predicate = program.predicates[name]
    amounts = (UNDOCUMENTED,) * (len(predicate.params) - 1)
    each = ((concept, Atom(name, (concept, *amounts))) for concept in program.of_kind(predicate.open_kind))
    single = (Atom(name, (UNDOCUMENTED,) * len(predicate.params)),) * bool(predicate.open_count)
    closing = tuple([other for other in (predicate.unless, predicate.until) if other])
    return Open(single, tuple(each), closing, predicate.is_choice or predicate.open_count)


def _asked(predicates: Iterable[str]) -> Callable[[Mapping[str, object]], object]:
    """Return what picks what is known of predicates, in a world."""
    return itemgetter(WORLD, *sorted(predicates))


def _renewed(compiled: Compiled, names: Collection[str]) -> list[int]:
    """Return the places among the literals of a rule in which something of its own component stands."""
    return [at for at, lit in enumerate(compiled.rule.literals) if lit.positive and lit.atom.predicate in names]


def _orders(rows: Sequence[Row]) -> bool:
    """Say whether rows are in order as they are, whichever of them are taken."""
    try:
        return sorted(rows) == list(rows)
    except TypeError:
        return False
