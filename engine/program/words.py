"""Atoms and rules in words: glosses with their variables filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from math import inf
from types import MappingProxyType
from typing import Any

from ..language.comparison import TIMES, Bounds, bounds, holds, measured, within
from ..language.terms import (
    UNDOCUMENTED,
    Aggregate,
    Atom,
    Comparison,
    Constant,
    Guard,
    Quantity,
    Rule,
    Substitution,
    Var,
    quote,
    term_text,
    unquote,
)  # fmt: skip
from .program import RESERVED, Program

_SLOT = re.compile(r"\{(\w+)\}")
_parts = lru_cache(maxsize=4096)(_SLOT.split)  # the texts of a gloss, and between them the names of its slots
_TWICE = r"\b(?:(an?|some) (\w+) \2|(\w+) (an?|some) \3)\b"


def fill(gloss: str, values: Substitution, program: Program) -> str:
    """Fill the slots of a gloss: symbols by their label, codes and numbers as they are, the rest as `a code`."""

    parts = [*_parts(gloss)]
    some = False
    for at in range(1, len(parts), 2):
        value = values.get(name := parts[at])
        if value is None:
            parts[at], some = any_of(name), True
        elif isinstance(value, Quantity):
            parts[at] = _with_unit(value, parts[at + 1])
        else:
            parts[at] = unquote(value) if str(value).startswith('"') else program.label(value)
        if parts[at] == "1":
            parts[at + 1] = one_of(name, parts[at + 1])
    said = "".join(parts)
    # "{Weeks} weeks" with nothing to fill in is "some weeks", and "code {Code}" is "a code".
    return re.sub(_TWICE, lambda m: f"{m[1] or m[4]} {m[2] or m[3]}", said) if some else said


def one_of(name: str, after: str) -> str:
    """Return the text behind a 1, with what it counts in the singular: `{Weeks} weeks` is `1 week`."""
    many = f" {name.lower()}"
    return many.removesuffix("s") + after.removeprefix(many) if after.startswith(many) else after


def any_of(name: str) -> str:
    """Return what a variable that is not bound reads as: `an index`, `some weeks`."""
    word = name.lower()
    return f"{'some' if word.endswith('s') else 'an' if word[0] in 'aeiou' else 'a'} {word}"


def _with_unit(value: Quantity, after: str) -> str:
    """Return a number with its unit, where the words after it do not say it."""
    said = value.unit and after.lstrip().startswith(value.unit)
    return str(value) if said else measured(value)


def say_atom(atom: Atom, program: Program) -> str:
    """Return an atom as its predicate's gloss says it; what is not bound reads as `a code`."""
    predicate = program.predicates.get(atom.predicate) or RESERVED.get(atom.predicate)
    if predicate is None:
        return str(atom)
    values = {p: a for p, a in zip(predicate.params, atom.args, strict=True) if not isinstance(a, Var)}
    return fill(predicate.gloss, values, program)


def say_rule(rule: Rule, binding: Substitution, program: Program) -> str:
    """Return what a rule concludes, with its variables bound; a fact reads as its predicate does."""
    if not rule.gloss or not rule.body:
        return say_atom(rule.head, program)
    limits = _limits(rule)
    said = fill(rule.gloss, {n: quote(each.in_words()) for n, each in limits.items()} | dict(binding), program)
    for unit in {end.unit for each in limits.values() for end in each if isinstance(end, Quantity) and end.unit}:
        said = said.replace(f"{unit} {unit}", unit)  # a gloss may say the unit itself
    return said


def _limits(rule: Rule) -> dict[str, Bounds]:
    """Return what a rule needs its amounts to be, by their variables, to stand for an amount that is not known."""
    limits: dict[str, list[Bounds]] = {}
    for comparison in rule.comparisons:
        if limit := bounds(comparison):
            limits.setdefault(comparison.names()[0], []).append(limit)
    return {name: within(each) for name, each in limits.items()}


def say_derived(rule: Rule, binding: Substitution, value: str, program: Program) -> str:
    """Return what a rule concludes, or would conclude where its value is unknown."""
    told = say_rule(rule, {n: v for n, v in binding.items() if v != UNDOCUMENTED}, program)
    return unsure(told, value)


def unsure(text: str, value: str) -> str:
    """Return what holds in words, or that it would hold."""
    return text if value == "true" else f"would hold: {text}"


def say_failed(rule: Rule, asked: Substitution, program: Program) -> str:
    """Return what a rule that fails would have concluded, as far as it was asked."""
    return f"fails: {say_rule(rule, asked, program)}"


def say_undocumented(atom: Atom, value: str, program: Program) -> str:
    """Return that nobody documented an open input; in the closed world that is no evidence for it."""
    declared = program.predicates[atom.predicate]
    if len(atom.args) > declared.amounts_from:
        unit = (declared.case.unit if declared.case else "") or declared.params[declared.amounts_from].lower()
        of = f" of {program.label(atom.args[0])}" if declared.amounts_from else ""
        return f"no number of {unit}{of} is documented"
    said = say_open(atom, "", program)
    return f"it is not documented whether {said}" if value == "unknown" else f"there is no evidence that {said}"


def say_absent(atom: Atom, contradicted: bool, program: Program) -> str:
    """Return that an atom does not hold, by the record's own word or because no rule gives it."""
    return f"{'the record says it is not so:' if contradicted else 'it is not so that'} {say_atom(atom, program)}"


def say_comparison(comparison: Comparison, binding: Substitution) -> str:
    """Return a comparison with its values, and whether it holds; of an unknown amount, what is needed of it."""
    value = holds(comparison, binding)
    if value is not None:
        return f"{comparison.substitute(binding)}{'' if value else ' does not hold'}"
    if limit := bounds(comparison):
        return f"{comparison.names()[0].lower()} not documented, {limit.in_words()} needed"
    known = {name: each for name, each in binding.items() if each != UNDOCUMENTED}
    names = dict.fromkeys(name.lower() for name in comparison.names() if name not in known)
    return f"{' and '.join(names)} not documented"


def say_needed(aggregate: Aggregate, binding: Substitution) -> str:
    """Return how much an aggregate asks for: `at least 2 counted`, `at least 6 weeks in total`."""
    needed = _needed(aggregate.guards, binding, measured)
    return f"{needed} {'counted' if aggregate.function == 'count' else 'in total'}"


def _needed(
    guards: Sequence[Guard], binding: Substitution = MappingProxyType({}), word: Callable[[Any], str] = term_text
) -> str:
    """Return what the value of an aggregate is compared with, in words."""
    terms = [[binding.get(t.name, t) if isinstance(t, Var) else t for t in guard.right] for guard in guards]
    right = [" + ".join(map(word, each)) for each in terms]
    return " and ".join(f"{_SAID[guard.op]} {number}" for guard, number in zip(guards, right, strict=True))


_SAID = {">=": "at least", "<=": "at most", ">": "more than", "<": "fewer than", "=": "exactly", "!=": "other than"}
Rows = Sequence[tuple[Constant, ...]]


def say_counted(
    aggregate: Aggregate, binding: Substitution, members: tuple[Rows, Rows], ends: tuple[float, float],
    program: Program, *, needed: bool = True,
) -> str:  # fmt: skip
    """Return what an aggregate comes to: `2 counted, at least 2 needed: a, b; there are no others`.

    :param binding: the values of the variables that it shares with its rule.
    :param members: what surely counts, and what may count as well.
    :param ends: the least and the most that its value may be.
    :param needed: say how much is needed.
    """
    sure, possible = members
    low, high = ends
    if aggregate.function == "count":
        told = f"{len(sure) or 'none'} counted" + (f" and {len(possible)} more possible" if possible else "")
    elif low == high:
        told = f"{measured(low)} in total"
    else:
        told = f"{low} to {measured(high)} in total" if high < inf else f"{measured(low)} or more in total"
    told += f", {_needed(aggregate.guards, binding)} needed" if needed else ""
    told += f": {_members(aggregate, sure, program)}" if sure else ""
    told += f"; possible: {_members(aggregate, possible, program)}" if possible else ""
    return f"{told}; there are no others"


def _members(aggregate: Aggregate, rows: Rows, program: Program) -> str:
    """Return tuples by their labels; of a sum the number stands before what it is of."""
    told = []
    for row in rows:
        first, *rest = ["not documented" if term == UNDOCUMENTED else program.label(term) for term in row]
        of = aggregate.function == "sum" and rest
        told.append(f"{first} ({', '.join(rest)})" if of else ", ".join((first, *rest)))
    return ", ".join(told)


def say_outcome(code: str, session: int, outcome: str, by: Sequence[str], reason: str | None, program: Program) -> str:
    """Return a line's outcome, given in words, in a sentence's worth of them."""
    because = f" by {', '.join(by)}" if by else ""
    because += f": {program.label(reason)}" if reason else ""
    return f"{code}, session {session}: {outcome}{because}"


def say_session(session: int, shown: Mapping[str, str | None], program: Program) -> str:
    """Return a session in words, with what is shown of it.

    :param shown: the values shown with a line, by predicate; those of its code alone are left out.
    """
    of = [value for name, value in shown.items() if "Session" in program.predicates[name].params]
    told = [program.label(value) for value in of if value]
    return f"session {session}" + (f": {', '.join(told)}" if told else "")


def say_code(code: str, program: Program) -> str:
    """Return a procedure code's label, that it has none, or nothing where the guideline labels no codes at all."""
    labelled = any(name.startswith('"') for name in program.concepts)
    return program.concepts.get(f'"{code}"', ("", "unknown code" if labelled else ""))[1]


def say_contrast(code: str, session: int, asked: str, said: str) -> str:
    """Return the question why a line does not have an outcome, and the one it has.

    :param asked: the outcome asked for, in words.
    :param said: the outcome it has, in the words of `say_outcome`.
    """
    return f'{code}, session {session}: why not "{asked}"? It is {said.partition(": ")[2]}'


def say_open(atom: Atom, amount: str, program: Program) -> str:
    """Return an atom of an open predicate in words, with an amount that nobody documented put as asked.

    :param amount: such as `at least 4`; where it is empty the amount reads as `some`.
    """
    told = quote(amount) if amount else Var("_")
    said = say_atom(atom._replace(args=tuple(told if a == UNDOCUMENTED else a for a in atom.args)), program)
    return once(said, atom, program)


def once(text: str, atom: Atom, program: Program) -> str:
    """Return words about an atom with the unit of each number once, where a gloss or an answer says it as well."""
    case = program.predicates[atom.predicate].case
    for unit in {key.unit for key in (case, *case.fields) if key.unit} if case else ():
        single = unit.removesuffix("s") if unit in TIMES else unit
        text = re.sub(rf"({re.escape(single)}|{re.escape(unit)}) {re.escape(unit)}\b", r"\1", text)
    return text
