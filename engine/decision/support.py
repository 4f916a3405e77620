"""What an outcome rests on: the case, the rules used, the statements to be confirmed and the interpretations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ..evaluation.rules import Model
from ..language.terms import Atom, Rule
from ..program.program import Program
from .failing import CONTRADICTED, UNMET, Failure
from .ways import Ways
from .why import Why


def leaves(model: Model, atom: Atom) -> set[Atom]:
    """Return the given atoms that a sure atom's proof rests on."""
    found: set[Atom] = set()
    stack = [atom]
    while stack:
        each = stack.pop()
        if step := model.support.get(each):
            stack += step.rests
        else:
            found.add(each)
    return found


def used(targets: Iterable[Atom], model: Model, why: Why) -> tuple[list[Rule], set[str]]:
    """Return what a line's proof uses: the rules of what holds, may hold or fails in play, and the open predicates."""
    found = list(reached(targets, why, Ways(model, why, every=False)))
    rules = {id(each): each for each in found if not isinstance(each, str)}  # to compare whole rules takes long
    return list(rules.values()), {each for each in found if isinstance(each, str)}


def reached(
    targets: Iterable[Atom], why: Why, ways: Ways, done: Callable[[Atom], bool] = lambda _: False
) -> Iterator[Rule | str]:
    """Yield the rules that a line's proof uses, and the open predicates of which it uses what nobody documents.

    :param done: says whether an atom is to be passed over, with all that it rests on.
    """
    model, seen, stack = why.model, set[Atom](), list(targets)
    while stack:
        atom = stack.pop()
        if atom in seen or done(atom):
            continue
        seen.add(atom)
        if atom in model.unknown:
            yield atom.predicate
        elif atom in model.given:  # that is a leaf of a proof
            continue
        elif atom not in model.firings:
            for failure in _failing(atom, why, stack):
                yield failure.rule
        else:
            for firing in ways.of(atom):
                yield firing.rule
                stack += firing.premises
                stack += firing.absences
                for tally in firing.tallies:
                    stack += tally.atoms


def _failing(atom: Atom, why: Why, stack: list[Atom]) -> Iterator[Failure]:
    """Yield how an atom does not hold, and put what the proof of that goes on with on a stack."""
    how = why.kind(atom)
    if how == CONTRADICTED and (denial := why.against(atom)):
        stack.append(denial)
    for failure in why.failures(atom) if how == UNMET else ():
        if failure.in_play:
            yield failure
            for cause in failure.causes:
                stack += why.read(cause, failure.rule)
            stack += [held for _, held in failure.held(why.model)]


def rests_on(rules: Iterable[Rule], undocumented: Iterable[str], program: Program) -> tuple[str, ...]:
    """Return the statements to be confirmed and the interpretations that rules and open predicates go by, sorted."""
    named = {reading for rule in rules for reading in rule.readings}
    named |= {reading for name in undocumented for reading in program.predicates[name].readings}
    named |= program.unconfirmed(c for rule in rules for c in rule.cites)
    return tuple(program.in_order(named))
