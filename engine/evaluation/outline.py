"""The grounded edition that decisions are chosen from: the firings over what the text names, listed with pyDatalog.

It is the evaluation of one case of which all may be so and nothing is sure, with one sign for all that a case names
itself. So every firing of every case is one of these; those of rules that speak of what a case names are joined when
the case is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import product

from ..language.comparison import NotANumberError
from ..language.terms import Atom, Comparison, Literal, Place, Rule, Term, variables
from ..language.unify import Binding
from ..program.graph import Strata
from ..program.program import Predicate, Program
from .compiled import Row, compiled_rules
from .limits import NotGroundedError, TooManyStepsError
from .named import Named
from .prepared import ANY, Given, Outline
from .relation import in_order
from .rules import Model
from .solver import Solver

MAX_LISTED = 50_000
"""The most firings of an edition that are listed; the cases of a guideline with more are asked of pyDatalog."""


def outline(program: Program, strata: Strata, date: str) -> Outline:
    """List the firings of the edition of a date.

    :raises NotGroundedError: where there are too many.
    """
    rules, compiled = program.edition(date), compiled_rules(program, date)
    names = {int(each.name[1:]): each.variables for each in compiled}
    named = Named(program, rules)
    given = tuple(_given(program, named))
    try:
        static = Solver(program, strata, date, compiled).static
        model = _everything(program, strata, date, static, given)
    except (TooManyStepsError, NotANumberError) as error:
        raise NotGroundedError(str(error)) from None
    number = {each.rule: int(each.name[1:]) for each in compiled}
    alone = tuple(
        (number[f.rule], _row(f.binding, names[number[f.rule]]))
        for fired in static.firings.values() for f in fired if f.rule.body
    )  # fmt: skip
    heads = {n: rules[n].head.predicate for n in names if _is_listed(n, rules[n], named)}
    listed: dict[int, list[Row]] = {n: [] for n, head in heads.items() if head in strata.from_case}
    for fired in model.firings.values():
        for firing in fired:
            if firing.rule.body and (at := int(firing.rule.id)) in listed:
                listed[at].append(_row(firing.binding, names[at]))
    return Outline(alone, tuple((at, tuple(in_order(rows))) for at, rows in listed.items()), given)


def _row(binding: Binding, names: Iterable[str]) -> Row:
    return tuple([binding[name] for name in names])


def _is_listed(number: int, rule: Rule, named: Named) -> bool:
    """Say whether the firings of a rule can be listed: what it reads is of the text, and it counts nothing."""
    names = {name for literal in rule.literals for name in variables(literal.atom.args)}
    return (
        not rule.aggregates
        and any(lit.positive for lit in rule.literals)
        and not any(named.variable(number, name) for name in names)
    )


def _everything(program: Program, strata: Strata, date: str, static: Model, given: Iterable[Given]) -> Model:
    """Return what follows from a case of which all may be so, and nothing is sure.

    :raises LimitError: where that is too much.
    """
    rules = program.edition(date)
    named = Named(program, rules)
    known = [Rule("", named.without(a), (), "", (), (), "", "", "", Place("", 1)) for a in static.firings]
    open_rules = [
        _without(number, rule, named, program.declared().keys() - strata.from_case)
        for number, rule in enumerate(rules) if rule.body and rule.head.predicate in strata.from_case
    ]  # fmt: skip
    over = program._replace(rules=(*dict.fromkeys(known), *open_rules))
    atoms = dict.fromkeys(Atom(name, args) for name, _, each in given for args in each)
    solver = Solver(over, strata._replace(open_valued=strata.from_case), date, compiled_rules(over, date))
    return solver.evaluate((), open_world=False, possible=atoms, steps=MAX_LISTED)


def _without(number: int, rule: Rule, named: Named, static: Collection[str]) -> Rule:
    """Return a rule without what a case names, called by its number."""
    fixed = (c for c in rule.comparisons if not any(named.variable(number, name) for name in c.names()))
    body: tuple[Literal | Comparison, ...] = (*named.kept(rule, static), *fixed)
    return rule._replace(id=str(number), head=named.without(rule.head), body=body)


def _given(program: Program, named: Named) -> Iterator[Given]:
    """Yield what a case may give, or deny, or leave undocumented."""
    found: dict[str, dict[tuple[Term, ...], None]] = {}
    for predicate in program.predicates.values():
        kinds = [kind for kind in (predicate.case and predicate.case.kind, predicate.open_kind) if kind]
        if predicate.case or predicate.is_open:
            found.setdefault(predicate.name, {}).update(dict.fromkeys(_rows(predicate, kinds, program, named)))
        if predicate.unless:
            rows = ((concept,) for concept in program.of_kind(predicate.open_kind))
            atoms = (named.without(Atom(predicate.unless, row)) for row in rows)
            found.setdefault(predicate.unless, {}).update(dict.fromkeys(atom.args for atom in atoms))
    for name, each in found.items():
        columns = range(len(program.declared()[name].params))
        yield name, tuple(named.column(name, at) for at in columns), tuple(each)


def _rows(predicate: Predicate, kinds: Iterable[str], program: Program, named: Named) -> Iterator[tuple[Term, ...]]:
    fixed = [at for at in range(len(predicate.params)) if not named.column(predicate.name, at)]
    concepts = [concept for kind in kinds for concept in program.of_kind(kind)]
    for chosen in product(concepts, repeat=len(fixed)):
        of = dict(zip(fixed, chosen, strict=True))
        yield tuple(of.get(at, ANY) for at in range(len(predicate.params)))
