"""What an outcome rests on: the case, the rules used, the statements to be confirmed and the interpretations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..evaluation.rules import Model
from ..language.terms import Atom, Rule, unquote
from ..program.program import Program
from .ways import Ways
from .why import CONTRADICTED, UNMET, Why


def leaves(model: Model, atom: Atom) -> set[Atom]:
    """Return the given atoms that a sure atom's proof rests on."""
    found: set[Atom] = set()
    stack = [atom]
    while stack:
        each = stack.pop()
        if each in model.support:
            stack += model.support[each].rests
        else:
            found.add(each)
    return found


def used_rules(targets: Iterable[Atom], model: Model, why: Why) -> list[Rule]:
    """Return the rules that a line's proof uses; see `used`."""
    return used(targets, model, why)[0]


def used(targets: Iterable[Atom], model: Model, why: Why, ways: Ways | None = None) -> tuple[list[Rule], set[str]]:
    """Return what a line's proof uses: the rules of what holds, may hold or fails in play, and the open predicates.

    :param ways: the ways of holding, where they are known from another line.
    """
    rules: dict[int, Rule] = {}  # by what they are: to compare whole rules takes long
    seen: set[Atom] = set()
    stack, ways = list(targets), ways or Ways(model, why, every=False)
    while stack:
        atom = stack.pop()
        if atom in seen:
            continue
        seen.add(atom)
        if not model.possible(atom):
            stack += _against(atom, why, rules)
        elif atom not in model.given and atom not in model.unknown:  # those are leaves of a proof
            for firing in ways.of(atom):
                rules[id(firing.rule)] = firing.rule
                stack += (*firing.premises, *firing.absences)
                stack += [atom for tally in firing.tallies for atom in tally.atoms]
    return list(rules.values()), {atom.predicate for atom in seen if atom in model.unknown}


def _against(atom: Atom, why: Why, rules: dict[int, Rule]) -> Iterator[Atom]:
    """Yield what the proof that an atom does not hold goes on with, and add the rules that it uses."""
    how = why.kind(atom)
    if how == CONTRADICTED and (denial := why.against(atom)):
        yield denial
    for failure in why.failures(atom) if how == UNMET else ():
        if failure.in_play:
            rules[id(failure.rule)] = failure.rule
            for cause in failure.causes:
                yield from why.read(cause, failure.rule)
            yield from (held for _, held in failure.held(why.model))


def how(decisive: Iterable[Atom], model: Model) -> tuple[str, ...]:
    """Return the rules by which statements give an outcome: of each, the first on every sure way down that cites it.

    :param decisive: sure outcome atoms, whose last argument names the statement.
    """
    found: dict[str, None] = {}
    for atom in decisive:
        statement, stack, seen = unquote(str(atom.args[-1])), [atom], {atom}
        for each in stack:
            for firing in filter(model.is_sure, model.firings.get(each, ())):
                if firing.rule.cites[:1] == (statement,):
                    found[firing.rule.id] = None
                else:
                    stack += [p for p in firing.premises if p not in seen]
                    seen.update(firing.premises)
    return tuple(sorted(found))


def rests_on(rules: Iterable[Rule], undocumented: Iterable[str], program: Program) -> tuple[str, ...]:
    """Return the statements to be confirmed and the interpretations that rules and open predicates go by, sorted."""
    named = {reading for rule in rules for reading in rule.readings}
    named |= {reading for name in undocumented for reading in program.predicates[name].readings}
    named |= program.unconfirmed(c for rule in rules for c in rule.cites)
    return tuple(program.in_order(named))
