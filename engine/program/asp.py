"""A program as plain ASP-Core-2: numbers as whole numbers of their last decimal, ranges as facts, no annotations.

Three worlds. In the closed one the answer set of the text is what follows from the facts. The open one has two rails:
in `possible` the answer set has, under its own names, what may be so, and in `sure` what is so whatever is not
documented. A negation of the one asks the other, so each text has both, the other one under names of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import product

from ..language.terms import UNDOCUMENTED, Aggregate, Atom, Literal, Part, Rule, variables
from .asp_counts import Ends, spelt
from .graph import Strata
from .program import Predicate, Program

CLOSED, POSSIBLE, SURE = "closed", "possible", "sure"
WORLDS = (CLOSED, POSSIBLE, SURE)


def as_asp(program: Program, strata: Strata, date: str, given: Collection[Atom], world: str) -> str:
    """Return the clauses in force on a date and the facts of a case as text for a solver.

    :param date: an ISO date.
    :param given: the case as ground atoms of the declared inputs.
    :param world: `closed`, or the rail of the open world: `possible` or `sure`.
    """
    rules = program.edition(date)
    if world == CLOSED:
        clauses = [*((rule.head, rule.body) for rule in rules), *((atom, ()) for atom in sorted(given, key=str))]
        return "".join(f"{_clause(head, body)}\n" for head, body in clauses)
    return "".join(f"{line}\n" for line in _Rails(program, strata, world).lines(rules, given))


def _clause(head: Atom, body: Iterable[Part]) -> str:
    told = ", ".join(map(spelt, body))
    return f"{_atom(head)} :- {told}." if told else f"{_atom(head)}."


def _atom(atom: Atom) -> str:
    return spelt(Literal(atom))


class _Rails:
    """Writes both rails of the open world into one text."""

    def __init__(self, program: Program, strata: Strata, world: str) -> None:
        self.program, self.open_valued = program, strata.open_valued
        self.ends = Ends(lambda part, sure: self._literal(part, SURE if sure else POSSIBLE), program.predicates)
        self.plain, other = (POSSIBLE, SURE) if world == POSSIBLE else (SURE, POSSIBLE)
        self.mark = f"{other}_"
        while any(name.startswith(self.mark) for name in program.declared()):
            self.mark = f"{self.mark}_"

    def lines(self, rules: Iterable[Rule], given: Collection[Atom]) -> Iterator[str]:
        """Yield the clauses of both rails; what rests on nothing open is written once."""
        for rule in rules:
            if rule.head.predicate not in self.open_valued:
                yield _clause(rule.head, rule.body)
            else:
                for rail in (POSSIBLE, SURE):
                    yield from dict.fromkeys(self._rule(rule, rail))
        for atom in sorted(given, key=str):
            yield from (_clause(self._on(atom, rail), ()) for rail in self._rails(atom))
        for predicate in self.program.predicates.values():
            if predicate.is_open:
                yield from self._undocumented(predicate, given)

    def _rails(self, atom: Atom) -> tuple[str, ...]:
        return (POSSIBLE, SURE) if atom.predicate in self.open_valued else (self.plain,)

    def _on(self, atom: Atom, rail: str) -> Atom:
        """Return an atom as it stands on a rail."""
        if rail == self.plain or atom.predicate not in self.open_valued:
            return atom
        return Atom(self.mark + atom.predicate, atom.args)

    def _rule(self, rule: Rule, rail: str) -> Iterator[str]:
        """Yield a rule on a rail: once for each way in which its open amounts are documented or not."""
        body = [self._literal(part, rail) if isinstance(part, Literal) else part
                for part in rule.body if not isinstance(part, Aggregate)]  # fmt: skip
        counted = list(product(*(self.ends.ways(each, sure=rail == SURE) for each in rule.aggregates)))
        amounts = list(self._amounts(rule)) if rail == POSSIBLE else []
        for unknown in product((False, True), repeat=len(amounts)):
            without = {name for name, not_told in zip(amounts, unknown, strict=True) if not_told}
            kept = [part for part in body if isinstance(part, Literal) or not without & set(part.names())]
            told = [f"{name} {'=' if name in without else '!='} {UNDOCUMENTED}" for name in amounts]
            for way in counted:
                parts = [*map(spelt, kept), *told, *(part for parts in way for part in parts)]
                head = _atom(self._on(rule.head, rail))
                yield f"{head} :- {', '.join(parts)}." if parts else f"{head}."

    def _literal(self, part: Literal, rail: str) -> Literal:
        """Return a literal as it stands on a rail; what is not so there is not so on the other one."""
        across = SURE if rail == POSSIBLE else POSSIBLE
        return Literal(self._on(part.atom, rail if part.positive else across), part.positive)

    def _amounts(self, rule: Rule) -> Iterator[str]:
        """Yield the variables that stand for an amount which may be undocumented, and are compared."""
        compared = {name for comparison in rule.comparisons for name in comparison.names()}
        for literal in rule.literals:
            declared = self.program.predicates.get(literal.atom.predicate)
            if literal.positive and declared and declared.is_open:
                yield from (n for n in variables(literal.atom.args[declared.amounts_from :]) if n in compared)

    def _undocumented(self, predicate: Predicate, given: Collection[Atom]) -> Iterator[str]:
        """Yield what the case leaves undocumented of an open predicate, as long as nothing closes it."""
        documented = {atom.args[0] for atom in given if atom.predicate == predicate.name}
        if documented and (predicate.is_choice or predicate.open_count):
            return
        if predicate.open_count:
            yield _clause(self._on(Atom(predicate.name, (UNDOCUMENTED,) * len(predicate.params)), POSSIBLE), ())
        for concept in self.program.of_kind(predicate.open_kind):
            if concept not in documented:
                amounts = (UNDOCUMENTED,) * (len(predicate.params) - 1)
                closing = [Atom(name, (concept,)) for name in (predicate.unless, predicate.until) if name]
                head = self._on(Atom(predicate.name, (concept, *amounts)), POSSIBLE)
                yield _clause(head, [Literal(self._on(atom, SURE), positive=False) for atom in closing])
