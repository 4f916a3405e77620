"""The outcomes of a line in one model: which are possible, in the order in which they are looked for."""

from __future__ import annotations

from ..evaluation.rules import Model
from ..language.terms import Atom, quote


def outcomes(model: Model, session: int, code: str) -> dict[str, list[Atom]]:
    """Return the possible outcome atoms of a line, by predicate."""
    names = ("medically_necessary", "not_addressed", "not_medically_necessary")
    return {name: [a for a in model.atoms(name) if a.args[:2] == (session, quote(code))] for name in names}


def awaited(possible: dict[str, list[Atom]]) -> list[Atom]:
    """Return what a line without a sure outcome may come to: a criterion met, or else how it fails."""
    return possible["medically_necessary"] or [atom for atoms in possible.values() for atom in atoms]
