"""Atoms and rules in words: glosses with their variables filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .program import Program
from .terms import Atom, Comparison, Rule, Substitution, Var, holds, unquote

if TYPE_CHECKING:
    from .decide import LineDecision

_SLOT = re.compile(r"\{(\w+)\}")


def _fill(gloss: str, values: Substitution, program: Program) -> str:
    """Fill the slots of a gloss: symbols by their label, codes and numbers as they are, the rest as `some`."""

    def say(slot: re.Match[str]) -> str:
        value = values.get(slot[1])
        if value is None:
            return f"some {slot[1].lower()}"
        return unquote(value) if str(value).startswith('"') else program.label(value)

    # "{Weeks} weeks" with nothing to fill in is "some weeks".
    return re.sub(r"\bsome (\w+) \1\b", r"some \1", _SLOT.sub(say, gloss))


def say_atom(atom: Atom, program: Program) -> str:
    """Return an atom as its predicate's gloss says it; what is not bound reads as `some`."""
    predicate = program.predicates.get(atom.predicate)
    if predicate is None:
        return str(atom)
    values = {p: a for p, a in zip(predicate.params, atom.args, strict=True) if not isinstance(a, Var)}
    return _fill(predicate.gloss, values, program)


def say_rule(rule: Rule, binding: Substitution, program: Program) -> str:
    """Return what a rule concludes, with its variables bound; a fact reads as its predicate does."""
    if not rule.gloss or not rule.body:
        return say_atom(rule.head, program)
    return _fill(rule.gloss, binding, program)


def say_comparison(comparison: Comparison, binding: Substitution) -> str:
    """Return a comparison with its values, and whether it holds."""
    value = holds(comparison, binding)
    if value is None:
        return f"{comparison} is not documented"
    return f"{comparison.substitute(binding)}{'' if value else ' does not hold'}"


def say_outcome(line: LineDecision, program: Program) -> str:
    """Return a line's outcome in a sentence's worth of words."""
    because = f" by {', '.join(line.by)}" if line.by else ""
    because += f": {program.label(line.reason)}" if line.reason else ""
    return f"{line.cpt}, session {line.session}: {line.outcome.replace('_', ' ')}{because}"
