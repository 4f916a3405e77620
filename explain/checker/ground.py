"""Terms of the rule text at work, for the proof checker: filled in, fitted, compared and spelt by code of its own.

Shared with the builder of proofs are the types of terms and nothing that computes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...engine.language.terms import UNDOCUMENTED, Aggregate, Atom, Comparison, Constant, Part, Quantity, Term, Var
from ...engine.program.program import Predicate

Binding = dict[str, Constant]
TRUE, UNKNOWN, FALSE = 2, 1, 0
WORDS = {TRUE: "true", UNKNOWN: "unknown", FALSE: "false"}


def chosen_from(declared: Predicate) -> bool:
    """Say whether a case chooses one concept for a predicate: the others are not so then."""
    return bool(declared.case and declared.case.shape == "one of")


def asked_for(atom: Atom, declared: Predicate) -> str:
    """Return by what name a case documents an open atom: its concept, or the key of a number or a choice.

    Time between two dates has two keys, and goes by the name of its predicate.
    """
    if declared.case and declared.case.other:
        return declared.name
    by_key = declared.case if declared.open_count or chosen_from(declared) else None
    return by_key.key if by_key else str(atom.args[0])


def put(atom: Atom, binding: Mapping[str, Constant]) -> Atom:
    """Return an atom with its bound variables replaced."""
    return Atom(atom.predicate, tuple([binding.get(a.name, a) if isinstance(a, Var) else a for a in atom.args]))


def is_ground(atom: Atom) -> bool:
    """Say whether no argument is a variable."""
    return not any(isinstance(a, Var) for a in atom.args)


def names(terms: Sequence[Term]) -> list[str]:
    """Return the names of the variables among terms, each once."""
    return list(dict.fromkeys(term.name for term in terms if isinstance(term, Var)))


def fit(pattern: Atom, atom: Atom, binding: Mapping[str, Constant]) -> Binding | None:
    """Return the binding extended so that the pattern becomes the atom, or None.

    A variable of the atom stands for anything: it fits, and binds nothing.
    """
    if pattern.predicate != atom.predicate or len(pattern.args) != len(atom.args):
        return None
    more = dict(binding)
    for mine, theirs in zip(pattern.args, atom.args, strict=True):
        if isinstance(theirs, Var):
            continue
        bound = more.setdefault(mine.name, theirs) if isinstance(mine, Var) else mine
        if bound != theirs:
            return None
    return more


def compare(comparison: Comparison, binding: Mapping[str, Constant]) -> int:
    """Return the value of a comparison: unknown where an amount in it is undocumented.

    Order and sums are of integers; on anything else only `=` and `!=` of two single terms can hold.
    """
    left, right = (
        [binding[t.name] if isinstance(t, Var) else t for t in side] for side in (comparison.left, comparison.right)
    )
    if UNDOCUMENTED in left or UNDOCUMENTED in right:
        return UNKNOWN
    if all(isinstance(value, int) for value in (*left, *right)):
        alike = len({_measure(value) for value in (*left, *right)}) == 1
        return TRUE if alike and _ordered(sum(map(int, left)), comparison.op, sum(map(int, right))) else FALSE
    if len(left) == len(right) == 1 and comparison.op in ("=", "!="):
        return TRUE if (left[0] == right[0]) == (comparison.op == "=") else FALSE
    return FALSE


def _measure(constant: Constant) -> tuple[int, str]:
    """Return how many decimals a number has, and its unit."""
    return (constant.places, constant.unit) if isinstance(constant, Quantity) else (0, "")


def number(constant: int) -> str:
    """Return a number as people write it: its last decimals behind the point."""
    places, _ = _measure(constant)
    whole, part = divmod(abs(int(constant)), 10**places)
    return ("-" if constant < 0 else "") + (f"{whole}.{part:0{places}}" if places else str(whole))


def told(constant: Constant) -> Any:
    """Return a constant as JSON has it."""
    return in_json({"": constant})[""]


def listed(terms: Sequence[Constant]) -> list[Any]:
    """Return terms as JSON has them."""
    return list(map(told, terms))


def in_json(binding: Mapping[str, Constant]) -> dict[str, Any]:
    """Return a binding as JSON has it: a number with decimals as the number that it is."""
    return {
        name: int(each) / 10 ** each.places if isinstance(each, Quantity) and each.places
        else int(each) if isinstance(each, Quantity) else each
        for name, each in binding.items()
    }  # fmt: skip


def _ordered(left: int, op: str, right: int) -> bool:
    """Say whether two numbers stand in an order: each sign names those of <, = and > that it admits."""
    sign = "<" if left < right else ">" if left > right else "="
    return sign != "=" if op == "!=" else sign in op


def comparison_names(comparison: Comparison | Aggregate) -> list[str]:
    """Return the names of the variables that the rest of a rule binds for a comparison, or an aggregate."""
    if isinstance(comparison, Aggregate):
        return list(comparison.shared)
    return names((*comparison.left, *comparison.right))


def spell(atom: Atom) -> str:
    """Return an atom as a rule text spells it."""
    return f"{atom.predicate}({', '.join(map(_term, atom.args))})" if atom.args else atom.predicate


def spell_comparison(comparison: Comparison, binding: Mapping[str, Constant]) -> str:
    """Return a comparison as a rule text spells it, with its bound variables replaced."""
    left, right = (spell_terms(side, " + ", binding) for side in (comparison.left, comparison.right))
    return f"{left} {comparison.op} {right}"


def spell_part(part: Part, binding: Mapping[str, Constant]) -> str:
    """Return a part of a body as a rule text spells it, with its bound variables replaced."""
    if isinstance(part, Aggregate):
        return spell_aggregate(part, {name: binding[name] for name in part.shared if name in binding})
    if isinstance(part, Comparison):
        return spell_comparison(part, binding)
    return ("" if part.positive else "not ") + spell(put(part.atom, binding))


def spell_aggregate(aggregate: Aggregate, binding: Mapping[str, Constant]) -> str:
    """Return an aggregate as a rule text spells it, with its bound variables replaced."""
    elements = []
    for each in aggregate.elements:
        condition = ", ".join(spell_part(part, binding) for part in each.condition)
        elements.append(f"{spell_terms(each.terms, ', ', binding)} : {condition}")
    *before, last = aggregate.guards
    turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
    begin = "".join(f"{spell_terms(guard.right, ' + ', binding)} {turned.get(guard.op, guard.op)} " for guard in before)
    end = f"{last.op} {spell_terms(last.right, ' + ', binding)}"
    return f"{begin}#{aggregate.function} {{ {' ; '.join(elements)} }} {end}"


def spell_terms(terms: Sequence[Term], between: str, binding: Mapping[str, Constant]) -> str:
    """Return terms as a rule text spells them, with their bound variables replaced."""
    return between.join(_term(binding.get(t.name, t) if isinstance(t, Var) else t) for t in terms)


def _term(term: Term) -> str:
    if isinstance(term, Var):
        return "_" if term.name[0] == "_" else term.name
    return number(term) if isinstance(term, int) else term


def quoted(text: str) -> str:
    """Return text as a string constant."""
    return '"' + text + '"'


def unquoted(constant: Any) -> str:
    """Return a constant as plain text."""
    return str(constant).strip('"')


def in_order(atom: Atom) -> list[str]:
    """Return what atoms of one predicate are ordered by."""
    return [_term(a) for a in atom.args]
