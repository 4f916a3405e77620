"""The procedure codes that rules for an outcome in favour tell apart, and what settles a line of such a code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from ..evaluation.rules import Model
from ..language.terms import Atom, Rule, Var, quote, unquote
from ..library.cache import of_edition
from ..library.guideline import Guideline
from ..program.graph import below
from ..program.interface import FAVOURABLE, SERVICE
from ..program.program import Predicate
from .loosened import inputs, is_of_line, is_varied, relaxed
from .need import Item
from .outcomes import favourable, outcomes
from .relaxed import Gates
from .unsaid import network

Column = tuple[str, int]


def alike(guideline: Guideline, date: str) -> tuple[tuple[str, ...], ...]:
    """Return the codes that make a difference to an outcome in favour, those of which the rules say the same together.

    :param date: the ISO date whose rules apply.
    """
    return _of_edition(guideline, relaxed(guideline).since(date))


@lru_cache(maxsize=16)
def _of_edition(guideline: Guideline, edition: str) -> tuple[tuple[str, ...], ...]:
    return of_edition("alike", (relaxed(guideline).hash, edition), _read, lambda: _alike(guideline, edition), list)


def _read(found: Any) -> tuple[tuple[str, ...], ...]:
    """Return what a list says.

    :raises ValueError: where it says no codes; other errors where it is no such list at all.
    """
    if any(type(codes) is not list or any(type(code) is not str for code in codes) for codes in found):
        raise ValueError(found)
    return tuple(map(tuple, found))


def _alike(guideline: Guideline, date: str) -> tuple[tuple[str, ...], ...]:
    rules = relaxed(guideline).program.edition(date)
    columns = _columns(rules)
    said: dict[str, set[object]] = {}
    for rule in rules:
        for at, atom in enumerate((rule.head, *(literal.atom for literal in rule.asked))):
            for place, value in enumerate(atom.args):
                if (atom.predicate, place) in columns and not isinstance(value, Var):
                    others = tuple("" if p == place else a for p, a in enumerate(atom.args))
                    where = (rule, at) if rule.body else ()
                    said.setdefault(unquote(str(value)), set()).add((atom.predicate, others, where))
    groups: dict[frozenset[object], list[str]] = {}
    for code in sorted(said):
        groups.setdefault(frozenset(said[code]), []).append(code)
    return tuple(codes for codes in map(tuple, groups.values()) if _differs(codes[0], groups.values(), guideline, date))


def _differs(code: str, groups: Iterable[list[str]], guideline: Guideline, date: str) -> bool:
    """Say whether a code beside one of each other group gives anything but what speaks of the code."""
    evaluator = relaxed(guideline).evaluator(date)
    beside = [Atom(SERVICE, (1, quote(codes[0]))) for codes in groups if code not in codes]
    without = evaluator.evaluate(beside, open_world=True).each()
    new = evaluator.evaluate([*beside, Atom(SERVICE, (1, quote(code)))], open_world=True).each() ^ without
    return any(quote(code) not in atom.args for atom in new)


def gates(guideline: Guideline, date: str, facts: Iterable[Atom], line: Atom) -> Gates | None:
    """Return what settles a line where nothing is documented; None where nothing does.

    :param facts: what a case says; only what it says of the request counts.
    :param line: the service of the line.
    """
    date = relaxed(guideline).since(date)  # the rules in favour may stay as they are while others change
    asked = (atom for atom in facts if atom.predicate in _of_request(guideline))
    codes = _codes(guideline, date)
    same = frozenset(atom._replace(args=tuple(codes.get(str(a), a) for a in atom.args)) for atom in asked)
    fewer = frozenset(atom for atom in same if is_of_line(guideline.program.predicates[atom.predicate]))
    if not _opens(guideline, date, same, fewer):
        same = fewer
    return _gates(guideline, date, same, line._replace(args=tuple(codes.get(str(a), a) for a in line.args)))


@lru_cache(maxsize=512)
def _opens(guideline: Guideline, date: str, more: frozenset[Atom], fewer: frozenset[Atom]) -> bool:
    """Say whether what a case says of itself, beside its services, opens a way to an outcome in favour.

    Where it does not, it only makes surely so what may be so without it, and nothing fires otherwise that is not sure.
    Then whatever stands against a line in the network with it does so in the one without it: something more may, which
    is looked at in vain, and found to be so already. There is a network for each request, and not for each diagnosis.
    """
    model, before = _open(guideline, date, more), _open(guideline, date, fewer)
    in_favour = {each.name for each in guideline.program.of_role(FAVOURABLE)}
    if any(atom.predicate in in_favour or not model.sure(atom) for atom in model.each() - before.each()):
        return True
    one, other = model.firings, before.firings
    changed = (head for head in one.keys() | other.keys() if one.get(head) != other.get(head))
    return not all(map(model.sure, changed))


@lru_cache(maxsize=32)
def _open(guideline: Guideline, date: str, fixed: frozenset[Atom]) -> Model:
    """Return what may follow of a request where nothing is documented."""
    return relaxed(guideline).evaluator(date).evaluate(fixed, open_world=True)


@lru_cache(maxsize=16)
def _of_request(guideline: Guideline) -> frozenset[str]:
    """Return the inputs of outcomes in favour that say something of the request."""
    program = guideline.program
    given = {n for n, p in program.predicates.items() if p.case and n not in inputs(program) and not is_varied(p)}
    return below(program, *(each.name for each in program.of_role(FAVOURABLE)), closing=True) & given


@lru_cache(maxsize=16)
def _codes(guideline: Guideline, date: str) -> dict[str, str]:
    """Return the codes, each with the first of those of which the rules say the same."""
    return {quote(code): quote(codes[0]) for codes in alike(guideline, date) for code in codes}


@lru_cache(maxsize=512)
def _gates(guideline: Guideline, date: str, fixed: frozenset[Atom], line: Atom) -> Gates | None:
    model = _open(guideline, date, fixed)
    targets = favourable(outcomes(model, guideline.program, line.args), guideline.program)
    net = network(model, targets, guideline.program, whole=_whole(guideline))
    gates: dict[str, list[list[Item]]] = {}
    for gate in net.gates:
        own: dict[str, list[Item]] = {}
        for item in (net.items[~each] for each in gate.below if each < 0):
            own.setdefault(item.atom.predicate, []).append(item)
        for name, items in own.items():
            gates.setdefault(name, []).append(items)
    return gates if targets else None


@lru_cache(maxsize=16)
def _whole(guideline: Guideline) -> frozenset[str]:
    """Return the predicates that rest on nothing that may stand against a line: what they rest on need not be told.

    A choice and an amount may, and a finding that has not to be so, or whose denial is asked for.
    """
    program = relaxed(guideline).program
    closing = {(p.name, name) for p in guideline.program.predicates.values() for name in (p.unless, p.until) if name}
    pairs = {
        (rule.head.predicate, part.atom.predicate, part.positive) for rule in program.rules for part in rule.literals
    }
    pairs |= {
        (rule.head.predicate, part.atom.predicate, so)
        for rule in program.rules for each in rule.aggregates for part in each.literals for so in (True, False)
    }  # fmt: skip
    signed, size = {(each.name, True) for each in program.of_role(FAVOURABLE)}, 0
    while len(signed) != size:
        size = len(signed)
        signed |= {(name, so == of) for head, name, so in pairs for of in (True, False) if (head, of) in signed}
        signed |= {(name, True) for head, name in closing if (head, False) in signed}
    asked, size = below(program, *(each.name for each in program.of_role(FAVOURABLE))), 0
    against = {name for name, so in signed if _stands_against(program.predicates.get(name), so, name in asked)}
    while len(against) != size:
        size = len(against)
        against |= {head for head, name, _ in pairs if name in against}
        against |= {head for head, name in closing if name in against}
    return frozenset({name for name, _ in signed} - against)


def _stands_against(predicate: Predicate | None, so: bool, asked: bool) -> bool:
    """Say whether what a case says by a predicate may stand against a line that asks for it, so or not so.

    :param asked: whether a rule asks for it, and it does not only close what is open.
    """
    shape = predicate.case.shape if predicate and predicate.case else ""
    if shape == "absent of":
        return asked
    return bool(predicate and is_varied(predicate) and not (so and shape == "present of"))


def _columns(rules: Iterable[Rule]) -> set[Column]:
    """Return the places in which procedure codes stand: where a rule has what a request says, and so on."""
    found: set[Column] = {(SERVICE, 1)}
    joined = [places for rule in rules if rule.body for places in _joined(rule)]
    before = 0
    while len(found) != before:
        before = len(found)
        for places in joined:
            if places & found:
                found |= places
    return found


def _joined(rule: Rule) -> Iterator[set[Column]]:
    """Yield, for each variable of a rule, the places in which it stands."""
    of: dict[str, set[Column]] = {}
    atoms = [rule.head, *(literal.atom for literal in rule.asked)]
    for atom in atoms:
        for place, term in enumerate(atom.args):
            if isinstance(term, Var):
                of.setdefault(term.name, set()).add((atom.predicate, place))
    yield from of.values()
