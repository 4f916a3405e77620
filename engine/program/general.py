"""Glosses in general: a word in capitals stands where a proof fills in a value."""

from __future__ import annotations

import re
from collections.abc import Container

from ..language.comparison import bounds
from ..language.terms import Rule
from .program import Predicate, Program
from .words import say_rule

_SLOT = re.compile(r"\{(\w+)\}(?:(?= (\w+)))?")
_INNER = re.compile(r"(?<=[a-z])(?=[A-Z])")


def of_rule(rule: Rule, program: Program) -> str:
    """Return what a rule concludes: an amount as its bound, as in `at least 4 weeks`, and else `CODE`, or `N weeks`."""
    known = {comparison.names()[0] for comparison in rule.comparisons if bounds(comparison)}
    return say_rule(rule._replace(gloss=_held(rule.gloss, known)), {}, program)


def of_predicate(predicate: Predicate) -> str:
    """Return what a predicate says: `there were N weeks of DURATION`."""
    return _held(predicate.gloss)


def _held(gloss: str, kept: Container[str] = ()) -> str:
    """Return a gloss with words for its slots, but for some that are kept; a number of what follows it is N."""

    def word(slot: re.Match[str]) -> str:
        name, after = slot.groups()
        if name in kept:
            return slot[0]
        return "N" if after == name.lower() else _INNER.sub(" ", name).upper()

    return _SLOT.sub(word, gloss)
