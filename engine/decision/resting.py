"""What an answer rests on that it has to name: followed as far as something not yet named can be found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from ..evaluation.evaluator import Evaluator
from ..language.record import NamedTuple
from ..language.terms import Atom, Rule, unquote
from .situation import Situation
from .support import reached

Names = frozenset[str]


class _Named(NamedTuple):
    """The statements to be confirmed and the interpretations of an edition."""

    unconfirmed: Names
    below: dict[str, Names]  # by predicate: all that what an atom of it rests on can name
    cited: dict[str, Names]  # by predicate: the statements that a rule for it, or for what it rests on, cites first
    by_rule: dict[int, Names]  # by what the rule is, as they are asked for: to compare whole rules takes long

    def by(self, rule: Rule) -> Names:
        """Return what a rule of the edition names itself."""
        if (own := self.by_rule.get(id(rule))) is None:
            own = self.by_rule[id(rule)] = self.unconfirmed.intersection(rule.cites).union(rule.readings)
        return own


@lru_cache(maxsize=64)
def _names(evaluator: Evaluator) -> _Named:
    """Work out what can be named, predicate by predicate."""
    program = evaluator.program
    unconfirmed = frozenset(program.unconfirmed(program.statements))
    own = {name: {*each.readings} for name, each in program.predicates.items() if each.is_open}
    cited: dict[str, set[str]] = {}
    # Most clauses are facts, which differ in their terms alone.
    rules = program.edition(evaluator.date)
    for name, cites, readings in {(rule.head.predicate, rule.cites, rule.readings) for rule in rules}:
        own.setdefault(name, set()).update(unconfirmed.intersection(cites), readings)
        cited.setdefault(name, set()).update(cites[:1])
    return _Named(unconfirmed, _below(own, evaluator), _below(cited, evaluator), {})


def _below(own: Mapping[str, set[str]], evaluator: Evaluator) -> dict[str, Names]:
    """Return by predicate what it and those that it rests on have of their own."""
    names = (name for component in evaluator.strata.components for name in component)
    return {name: frozenset[str]().union(*map(own.__getitem__, evaluator.below(name) & own.keys())) for name in names}


def how(decisive: Iterable[Atom], situation: Situation) -> tuple[str, ...]:
    """Return the rules by which statements give an outcome: of each, the first on every sure way down that cites it.

    :param decisive: sure outcome atoms, whose last argument names the statement.
    """
    model, cited, found = situation.model, _names(situation.evaluator).cited, set[str]()
    for atom in decisive:
        statement, stack, seen = unquote(str(atom.args[-1])), [atom], {atom}
        for each in stack:
            for firing in filter(model.is_sure, model.firings.get(each, ())):
                if firing.rule.cites[:1] == (statement,):
                    found.add(firing.rule.id)
                    continue
                further = [p for p in firing.premises if statement in cited[p.predicate] and p not in seen]
                stack += further
                seen.update(further)
    return tuple(sorted(found))


def _add(found: set[str], used: Iterable[Rule | str], names: _Named, situation: Situation) -> None:
    """Add, one after another, what rules and open predicates name."""
    for each in used:
        found.update(situation.program.predicates[each].readings if isinstance(each, str) else names.by(each))


def _asked(atom: Atom, names: _Named, situation: Situation) -> Names:
    """Return all that is named by what is so of the request alone, kept for the cases that ask for the same."""
    why, kept = situation.why, situation.evaluator.resting
    key = atom, why.known_of(atom)
    if (found := kept.get(key)) is None:
        named = set[str]()
        used = reached([atom], why, situation.ways, lambda each: names.below[each.predicate] <= named)
        _add(named, used, names, situation)
        found = kept.keep(key, frozenset(named))
    return found


def rests_on(targets: Iterable[Atom], situation: Situation) -> tuple[str, ...]:
    """Return the statements to be confirmed and the interpretations that what a line's proof uses goes by, sorted."""
    names, found = _names(situation.evaluator), set[str]()
    of_request = situation.evaluator.of_request if situation.model.known else None

    def done(atom: Atom) -> bool:
        if names.below[atom.predicate] <= found:
            return True
        if of_request and of_request(atom.predicate):
            found.update(_asked(atom, names, situation))
            return True
        return False

    _add(found, reached(targets, situation.why, situation.ways, done), names, situation)
    return tuple(situation.program.in_order(found))
