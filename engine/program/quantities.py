"""The numbers of a program given their decimals and units, by what they are compared with.

A column of an input has the measure that its declaration says. It goes wherever a variable takes it: through the
columns of heads and bodies, and across comparisons. What so meets has to have one measure; a number of the text takes
on the measure of what it meets, and has to be written with as many decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..language.errors import Finding
from ..language.terms import (
    Aggregate,
    Atom,
    Comparison,
    Element,
    Guard,
    Literal,
    Part,
    Quantity,
    Rule,
    Term,
    Var,
    term_text,
)
from .classes import Classes, Node
from .program import Predicate, Program

Measure = tuple[int, str]  # decimals and unit


class Measures:
    """Which measure each column of a program has."""

    def __init__(self, program: Program) -> None:
        self.findings: list[Finding] = []
        self._classes = Classes()
        self._measures: dict[Node, Measure] = {}
        for predicate in program.predicates.values():
            self._measures |= dict(_declared(predicate))
        for at, rule in enumerate(program.rules):
            self.meet(rule, at)

    def of(self, node: Node) -> Measure | None:
        """Return the measure of a node; None where nothing tells it."""
        return self._measures.get(self._classes.top(node))

    def meet(self, rule: Rule, at: int) -> None:
        """Let what a rule's variables take from one place to another have one measure."""
        for node, term in terms_of(rule, at):
            if isinstance(term, Var):
                self._join(node, (at, term.name), rule, term)

    def _join(self, node: Node, other: Node, rule: Rule, term: Term) -> None:
        one, two = self._classes.top(node), self._classes.top(other)
        if one == two:
            return
        measures = [self._measures[each] for each in (two, one) if each in self._measures]
        if len(set(measures)) > 1:
            told = " and with ".join(map(in_words, measures))
            message = f"{term_text(term)} is of numbers with {told} (in {rule.id})"
            fix = "compare numbers of one unit and as many decimals"
            self.findings.append(Finding("unit", rule.place, message, fix))
            return
        self._classes.join(one, two)
        if measures:
            self._measures[two] = measures[0]


def in_words(measure: Measure) -> str:
    """Return a measure in words: `1 decimal, in degrees Celsius`."""
    decimals, unit = measure
    told = f"{decimals or 'no'} decimal{'s' * (decimals != 1)}"
    return told + (f", in {unit}" if unit else ", without a unit")


def _declared(predicate: Predicate) -> Iterator[tuple[Node, Measure]]:
    for at, measure in predicate.case.measures() if predicate.case else ():
        yield (predicate.name, at), measure


def terms_of(rule: Rule, at: int) -> Iterator[tuple[Node, Term]]:
    """Yield each term of a clause with the node where it stands: a column, or a comparison of that clause.

    :param at: the number of the clause.
    """
    for scope, part in parts_of(rule):
        if isinstance(part, Aggregate):
            first = [each.terms[0] for each in part.elements] if part.function == "sum" else []
            terms = [((at, *scope), term) for guard in part.guards for term in guard.right]
            terms += [((at, *scope), _own(term, part, (*scope, i))) for i, term in enumerate(first)]
            yield from terms
        elif isinstance(part, Comparison):
            yield from (((at, *scope), term) for term in (*part.left, *part.right))
        else:
            yield from (((part.atom.predicate, column), term) for column, term in enumerate(part.atom.args))


def parts_of(rule: Rule) -> Iterator[tuple[tuple[int, ...], Part]]:
    """Yield the head, the parts of the body, and those inside its aggregates, each with where it stands.

    The variables of an aggregate alone are named apart from those of others.
    """
    yield (), Literal(rule.head)
    for number, part in enumerate(rule.body):
        yield (number,), part
        if not isinstance(part, Aggregate):
            continue
        for i, element in enumerate(part.elements):
            own = {name: _own(Var(name), part, (number, i)) for name in element.names()}
            yield from (((number, i, at), each.substitute(own)) for at, each in enumerate(element.condition))


def _own(term: Term, aggregate: Aggregate, scope: tuple[int, ...]) -> Term:
    """Return a term of an element as the rule would have it, were it a part of its body."""
    if not isinstance(term, Var) or term.name in aggregate.shared:
        return term
    return Var(f"{term.name} of element {'.'.join(map(str, scope))}")


def with_quantities(program: Program) -> tuple[Program, list[Finding]]:
    """Return a program whose numbers have their decimals and units, and what does not fit."""
    cases = [predicate.case for predicate in program.predicates.values() if predicate.case]
    decimals = (t for rule in program.rules for _, t in terms_of(rule, 0) if isinstance(t, Quantity))
    if not any(any(measure) for case in cases for _, measure in case.measures()) and next(decimals, None) is None:
        return program, []
    measures = Measures(program)
    typed = _Typed(measures)
    rules = tuple(typed.rule(rule, at) for at, rule in enumerate(program.rules))
    return program._replace(rules=rules), measures.findings + typed.findings


def _bound(parts: Iterable[Part]) -> set[str]:
    """Return the variables that positive literals among some parts give their values."""
    literals = [part for part in parts if isinstance(part, Literal) and part.positive]
    return {arg.name for literal in literals for arg in literal.atom.args if isinstance(arg, Var)}


class _Typed:
    """Gives the numbers of clauses their measures, and keeps what is written with other decimals."""

    def __init__(self, measures: Measures) -> None:
        self.measures = measures
        self.findings: list[Finding] = []

    def rule(self, rule: Rule, at: int) -> Rule:
        bound = _bound(rule.body)
        body = tuple(self._part(part, (at, number), rule, bound) for number, part in enumerate(rule.body))
        return rule._replace(head=self._atom(rule.head, rule), body=body)

    def _part(self, part: Part, node: Node, rule: Rule, bound: set[str]) -> Part:
        if isinstance(part, Literal):
            return Literal(self._atom(part.atom, rule), part.positive)
        if isinstance(part, Comparison):
            if part.op != "=" and not bound.issuperset(part.names()):
                return part  # a slip in a variable's name, which is told as such
            return Comparison(self._terms(part.left, node, rule), part.op, self._terms(part.right, node, rule))
        elements = []
        for i, (terms, condition) in enumerate(part.elements):
            own = bound | _bound(condition)
            asked = tuple(self._part(each, (*node, i, at), rule, own) for at, each in enumerate(condition))
            first = self._terms(terms[:1], node, rule) if part.function == "sum" else terms[:1]
            elements.append(Element((*first, *terms[1:]), asked))  # type: ignore[arg-type]
        guards = tuple(Guard(guard.op, self._terms(guard.right, node, rule)) for guard in part.guards)
        return part._replace(elements=tuple(elements), guards=guards)

    def _terms(self, terms: tuple[Term, ...], node: Node, rule: Rule) -> tuple[Term, ...]:
        return tuple(self._term(term, node, rule) for term in terms)

    def _atom(self, atom: Atom, rule: Rule) -> Atom:
        args = (self._term(term, (atom.predicate, column), rule) for column, term in enumerate(atom.args))
        return Atom(atom.predicate, tuple(args))

    def _term(self, term: Term, node: Node, rule: Rule) -> Term:
        if not isinstance(term, int):
            return term
        measure = self.measures.of(node)
        places = term.places if isinstance(term, Quantity) else 0
        if measure and places == measure[0]:
            return Quantity(int(term), *measure) if any(measure) else int(term)
        if places and not measure:
            told = "meets nothing that is declared with decimals"
            fix = "declare what it is compared with: %@ case: KEY amount of KIND decimals 1"
        elif measure:
            told = f"meets numbers with {in_words(measure)}"
            fix = f"write {rewritten(term, places, measure[0])}"
        else:
            return term
        self.findings.append(Finding("unit", rule.place, f"{term} {told} (in {rule.id})", fix))
        return term


def rewritten(number: int, places: int, decimals: int) -> str:
    """Return how a number is written with other decimals; where it has more, what to do with them."""
    if places > decimals:
        return f"it with {decimals or 'no'} decimal{'s' * (decimals != 1)}"
    return str(Quantity(int(number) * 10 ** (decimals - places), decimals))
