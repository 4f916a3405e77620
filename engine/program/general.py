"""Glosses in general: a word in capitals stands where a proof fills in a value."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from types import MappingProxyType

from ..language.comparison import bounds
from ..language.terms import Aggregate, Atom, Comparison, Part, Rule, Var
from .program import RESERVED, Predicate, Program
from .words import fill, say_needed, say_rule

_SLOT = re.compile(r"\{(\w+)\}(?:(?= (\w+)))?")
_INNER = re.compile(r"(?<=[a-z])(?=[A-Z])")


def of_rule(rule: Rule, program: Program) -> str:
    """Return what a rule concludes: an amount as its bound, as in `at least 4 weeks`, and else `CODE`, or `N weeks`."""
    known = {comparison.names()[0] for comparison in rule.comparisons if bounds(comparison)}
    return say_rule(rule._replace(gloss=_held(rule.gloss, known)), {}, program)


def of_predicate(predicate: Predicate) -> str:
    """Return what a predicate says: `there were N weeks of DURATION`."""
    return _held(predicate.gloss)


def of_part(part: Part, program: Program) -> str:
    """Return what a part of a body asks for, by the names of its variables: `code OTHER counts in session SESSION`."""
    if isinstance(part, Aggregate):
        ways = [" and ".join(of_part(each, program) for each in element.condition) for element in part.elements]
        return f"{say_needed(part, {})} where {'; or '.join(ways)}"
    if isinstance(part, Comparison):
        return str(part)
    said = _of_atom(part.atom, program)
    return said if part.positive else f"it is not so that {said}"


def _of_atom(atom: Atom, program: Program) -> str:
    declared = program.predicates.get(atom.predicate) or RESERVED.get(atom.predicate)
    if declared is None:
        return str(atom)
    given = dict(zip(declared.params, atom.args, strict=True))
    names = {name: arg.name for name, arg in given.items() if isinstance(arg, Var) and arg.name[:1] != "_"}
    values = {name: arg for name, arg in given.items() if not isinstance(arg, Var)}
    return fill(_held(declared.gloss, given.keys() - names, names), values, program)


def _held(gloss: str, kept: Container[str] = (), names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return a gloss with words for its slots, but for some that are kept; a number of what follows it is N.

    :param names: by what other names some slots are told.
    """

    def word(slot: re.Match[str]) -> str:
        name, after = slot.groups()
        if name in kept:
            return slot[0]
        name = names.get(name, name)
        return "N" if after == name.lower() else _INNER.sub(" ", name).upper()

    return _SLOT.sub(word, gloss)
