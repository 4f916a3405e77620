"""The items of one decided case, in the declared words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...engine.decision.support import leaves
from ...engine.evaluation.rules import Tally
from ...engine.language.comparison import Bounds, bounds, measured, within
from ...engine.language.terms import UNDOCUMENTED, Atom, Comparison, Quantity, Rule, Substitution, Term, Var, unquote
from ...engine.language.visible import in_quotes
from ...engine.program.program import CaseKey
from ...engine.program.words import say_atom, say_counted, say_needed, say_rule
from .evidence import DATED, DOCUMENTED, Evidence
from .item import ABSENT, BARS, FOLDED, MET, NO_SOURCE, OPEN, OTHER, SHORT, STATED, Item
from .step import cited
from .units import amounts_from, unit_in

_DAY = r"\d{4}-\d\d-\d\d"
_BETWEEN = re.compile(rf"{_DAY} to {_DAY}")


class Items:
    """Words the items of one decided case."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence, self.model, self.program = evidence, evidence.model, evidence.program
        self.case = evidence.case

    def item(self, atom: Atom, rule: Rule) -> Item:
        """Return what a rule asks of the record, or of what the case states."""
        declared = self.evidence.declared[atom.predicate]
        if len(atom.args) > amounts_from(declared):
            return self._amount(atom, rule)
        concept = str(atom.args[0])
        label = self.program.label(concept) if concept in self.program.concepts else say_atom(atom, self.program)
        about = not declared.is_record
        if self.model.sure(atom):
            told, source = self._origin(atom)
            return Item(MET, label, told, source, concept, about=about, atom=atom)
        if not self.model.possible(atom):
            return self._lacking(atom, label, concept)
        return Item(OPEN, label, "not stated" if about else "not recorded", "", concept, about=about, atom=atom)

    def stated(self, atom: Atom) -> Item:
        """Return something that is so, with where the case says it."""
        return Item(
            MET, self.program.label(atom.args[0]), *self._origin(atom), str(atom.args[0]), about=True, atom=atom
        )

    def _lacking(self, atom: Atom, label: str, concept: str) -> Item:
        """Return an item that is not so: by the record's own word, because nobody says so, or as it is not stated."""
        if not self.evidence.declared[atom.predicate].is_record:
            return Item(ABSENT, label, "not stated", "", concept, about=True, atom=atom)
        against = self.evidence.why.against(atom)
        if against is None:
            return Item(ABSENT, label, "not recorded (counts as absent)", "", concept, atom=atom)
        given = next(self._given(against), against)
        denied = self.program.label(given.args[0])
        if self.program.predicates[given.predicate].is_choice:
            return Item(ABSENT, label, f"{denied} is stated", "", concept, atom=atom, against=given)
        other = atom._replace(args=given.args[:1])
        if given.args[0] == against.args[0]:
            return Item(ABSENT, label, "recorded as absent", self._where(given), concept, atom=atom, against=other)
        told = f"ruled out, {denied} is recorded as absent"
        return Item(
            ABSENT, label, told, self._where(given), concept, weaker=denied, atom=atom, against=other
        )  # fmt: skip

    def _amount(self, atom: Atom, rule: Rule) -> Item:
        """Return an amount beside what is needed of it."""
        declared = self.program.predicates[atom.predicate]
        begin = amounts_from(declared)
        key = declared.case.key if declared.case and not declared.case.other else declared.name
        concept = declared.asked(atom) if begin or declared.is_open else key
        label = self.program.label(concept)
        unit = unit_in(declared)
        limit = self._limit(atom, rule)
        limits = limit.in_words() if str(limit) else ""
        needed = f", {limits.replace(f' {unit}', '')} needed" if limits else ""
        stated = not declared.is_open  # a date, from which the case has the number
        item = Item(MET, label, "", "", concept, str(limit), needed=limits, atom=atom)
        value = atom.args[begin]
        if isinstance(value, Var) or value == UNDOCUMENTED:
            closed = not self.model.possible(atom)
            told = f"{unit} not {'stated' if stated else 'recorded'}{' (counts as none)' * closed}{needed}"
            return item._replace(state=ABSENT if closed else OPEN, told=told)
        falls = isinstance(value, int) and not limit.low <= value <= limit.high
        said = measured(value) if isinstance(value, Quantity) and value.unit else f"{value} {unit}"
        given = next(self._given(atom), atom)
        told = f"{said} {'stated' if stated else 'recorded'}{self._dates(given)}{needed}"
        return item._replace(
            state=SHORT if falls else MET, told=told, source=self._where(given), amount=measured(value)
        )

    def _limit(self, atom: Atom, rule: Rule) -> Bounds:
        """Return what a rule needs an amount to be within."""
        names = {a.name for lit in rule.literals if lit.atom.predicate == atom.predicate and _fits(lit.atom, atom)
                 for a in lit.atom.args if isinstance(a, Var)}  # fmt: skip
        return within([limit for c in rule.comparisons if names & set(c.names()) and (limit := bounds(c))])

    def _key(self, given: Atom) -> CaseKey:
        """Return where the case says what it gives; what rules take for given it says nowhere."""
        return self.program.predicates[given.predicate].case or CaseKey("", "", "", "")

    def _given(self, atom: Atom) -> Iterator[Atom]:
        """Yield what the case says that a sure atom follows from; the form of a code is no word of the case."""
        given = [a for a in leaves(self.model, atom) if a in self.case.facts]
        for each in sorted(given, key=str) if given[1:] else given:
            if self._key(each).shape not in ("hierarchy", "slips"):
                yield each

    def _origin(self, atom: Atom) -> tuple[str, str]:
        """Return what the case says by which something is so, and where."""
        told: dict[str, None] = {}
        sources: dict[str, None] = {}
        for each in self._given(atom):
            key = self._key(each)
            same = each.args[0] == atom.args[0]
            name = unquote(str(each.args[0])) if key.shape == "codes" else self.program.label(each.args[0])
            if key.shape == "one of" and same:
                sources[self.program.label(key.key)] = None
                continue
            if key.shape in DOCUMENTED:
                told["recorded" if same else f"{name} is recorded"] = None
                sources[self._where(each)] = None
            else:
                words = name if key.shape == "codes" else STATED if same else f"{name} is stated"
                told[words + self._dates(each)] = None
                sources |= dict.fromkeys(filter(None, [self._where(each)]))
        return "; ".join(told), "; ".join(sources)

    def _dates(self, given: Atom) -> str:
        """Return the dates between which the time is that a case says, or an empty text."""
        dates = _BETWEEN.search(self.case.facts.get(given, "")) if self._key(given).shape in DATED else None
        return f" ({dates[0]})" if dates else ""

    def _where(self, given: Atom) -> str:
        """Return where the record says what the case says of it."""
        key = self._key(given)
        if key.shape not in DOCUMENTED:
            return "; ".join(quoted[1:-1] for quoted in re.findall('".*"', self.case.facts.get(given, "")))
        written: Any = self.case.said[key.key][str(given.args[0])]
        source = written.get("source") if isinstance(written, dict) else ""
        return in_quotes(source)[1:-1] if source else NO_SOURCE

    def recorded(self) -> tuple[Item, ...]:
        """Return what the record of the case shows, in the order of the case; what has one source together."""
        shapes = {name: p.case.shape for name, p in self.program.predicates.items() if p.case}
        given = [a for a in self.case.facts if shapes.get(a.predicate) == "present of"]
        opened = {p.open_kind: name for name, p in self.program.predicates.items() if p.is_record}
        by_source: dict[str, list[Atom]] = {}
        for atom in given:
            by_source.setdefault(self._where(atom), []).append(atom)
        return tuple(
            Item(MET, self.program.label(a.args[0]), "recorded", source, str(a.args[0]),
                 atom=a._replace(predicate=opened.get(self.evidence.kind(a), a.predicate)))
            for source, atoms in by_source.items() for a in atoms
        )  # fmt: skip

    def folded(self, words: str) -> Item:
        """Return a step that holds and is told by its name alone."""
        return Item(FOLDED, words)

    def plain(self, atom: Atom) -> Item:
        """Return something that is no word of the case, by its gloss."""
        if self.model.sure(atom):
            return Item(MET, say_atom(atom, self.program), atom=atom)
        state = OPEN if self.model.possible(atom) else ABSENT
        return Item(state, say_atom(atom, self.program), "not so", atom=atom)

    def deeper(self, atom: Atom) -> Item:
        """Return something that is not told further."""
        return self.plain(atom)._replace(told="in the whole proof (--full)")

    def absent(self, atom: Atom) -> Item:
        """Return something that is rightly not so."""
        if not self.evidence.is_fact(atom):
            return Item(MET, say_atom(atom, self.program), "not so", atom=atom, so=False)
        lacking = self._lacking(atom, self.program.label(atom.args[0]), str(atom.args[0]))
        return lacking._replace(state=MET, so=False)

    def bar(self, atom: Atom) -> Item:
        """Return something that is so, or may be, and must not be."""
        sure, declared = self.model.sure(atom), self.program.predicates[atom.predicate]
        if UNDOCUMENTED in atom.args:  # an amount, of which some would stand against the line
            concept = declared.asked(atom)
            return Item(OPEN, self.program.label(concept), f"{unit_in(declared)} not recorded", "", concept, atom=atom)
        item = Item(BARS if sure else OPEN, say_atom(atom, self.program), "must not be so", atom=atom, so=False)
        if self.evidence.is_fact(atom):
            told, source = self._origin(atom) if sure else ("not recorded", "")
            label, concept = self.program.label(atom.args[0]), str(atom.args[0])
            return item._replace(
                label=label, told=", ".join(filter(None, [told, "must not be so"])), source=source, concept=concept
            )
        if not sure or atom not in self.model.support:
            return item
        firing = self.evidence.why.shortest(atom)
        label = say_rule(firing.rule, firing.binding, self.program)
        return item._replace(label=label, told="", source=", ".join(firing.rule.cites), by=cited(firing.rule))

    def request(self, atom: Atom) -> Item:
        """Return another request than was made."""
        others = [a for a in self.model.atoms(atom.predicate) if a.args[:-1] == atom.args[:-1]]
        made = f", {say_atom(others[0], self.program)}" if others and len(atom.args) > 1 else ""
        against = others[0] if made else None
        return Item(OTHER, say_atom(atom, self.program), f"not so{made}", atom=atom, against=against)

    def derived(self, atom: Atom, limit: Bounds, *, met: bool) -> Item:
        """Return an amount that a rule hands to another one, beside what is needed of it."""
        return Item(MET if met else SHORT, say_atom(atom, self.program), f"{limit.in_words()} needed")

    def compared(self, part: Comparison, binding: Substitution, value: bool | None) -> Item:
        """Return a comparison that is not of one amount of the record, with its values."""
        state = OPEN if value is None else MET if value else SHORT
        left, right = (" + ".join(_value(t, binding) for t in side) for side in (part.left, part.right))
        return Item(state, f"{left} against {right}", f"has to be {_WORDS[part.op]}")

    def counted(self, tally: Tally) -> Item:
        """Return what an aggregate comes to, with its members."""
        state = OPEN if tally.value is None else MET if tally.value else SHORT
        of = tally.aggregate, tally.binding
        return Item(state, say_needed(*of), say_counted(*of, tally.rows, tally.ends, self.program, needed=False))


_WORDS = {
    "=": "the same", "!=": "another", "<": "less", "<=": "at most as much", ">": "more", ">=": "at least as much",
}  # fmt: skip


def _value(term: Term, binding: Substitution) -> str:
    value = binding.get(term.name, UNDOCUMENTED) if isinstance(term, Var) else term
    return f"{term.name.lower()} not recorded" if isinstance(term, Var) and value == UNDOCUMENTED else unquote(value)


def _fits(pattern: Atom, atom: Atom) -> bool:
    """Say whether an atom is one that a pattern asks for."""
    pairs = zip(pattern.args, atom.args, strict=True)
    return all(isinstance(a, Var) or isinstance(b, Var) or a == b for a, b in pairs)
