"""What an answer rests on that it has to name: followed as far as something not yet named can be found."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ..evaluation.evaluator import Evaluator
from ..language.record import NamedTuple
from ..language.terms import Atom
from .situation import Situation
from .support import reached

Names = frozenset[str]


class _Named(NamedTuple):
    """The statements to be confirmed and the interpretations of an edition."""

    by_rule: dict[int, Names]  # by what the rule is: to compare whole rules takes long
    below: dict[str, Names]  # by predicate: all that what an atom of it rests on can name


@lru_cache(maxsize=64)
def _names(evaluator: Evaluator) -> _Named:
    """Work out what can be named, predicate by predicate in the order of the strata."""
    program, by_rule = evaluator.program, dict[int, Names]()
    unconfirmed = frozenset(program.unconfirmed(program.statements))
    own = {name: {*each.readings} for name, each in program.predicates.items() if each.is_open}
    asked: dict[str, set[str]] = {}
    for rule in program.edition(evaluator.date):
        by_rule[id(rule)] = names = unconfirmed.intersection(rule.cites).union(rule.readings)
        if names:
            own.setdefault(rule.head.predicate, set()).update(names)
        if rule.body:
            asked.setdefault(rule.head.predicate, set()).update(literal.atom.predicate for literal in rule.asked)
    for name, each in program.predicates.items():
        asked.setdefault(name, set()).update([each.unless] * bool(each.unless))
    below: dict[str, Names] = {}
    for component in evaluator.strata.components:
        names = component.union(*(asked.get(name, ()) for name in component))
        found = frozenset[str]().union(*(own.get(name, ()) for name in component), *(below.get(n, ()) for n in names))
        below |= dict.fromkeys(component, found)
    return _Named(by_rule, below)


def rests_on(targets: Iterable[Atom], situation: Situation) -> tuple[str, ...]:
    """Return the statements to be confirmed and the interpretations that what a line's proof uses goes by, sorted."""
    program, names = situation.program, _names(situation.evaluator)
    found: set[str] = set()
    for each in reached(targets, situation.why, situation.ways, lambda name: names.below[name] <= found):
        found.update(program.predicates[each].readings if isinstance(each, str) else names.by_rule[id(each)])
    return tuple(program.in_order(found))
