"""The outcomes of a line in one model: which are possible, in the order in which they are looked for."""

from __future__ import annotations

from ..evaluation.rules import Model
from ..language.terms import Atom, quote
from ..program.interface import FAVOURABLE, GIVEN


def outcomes(model: Model, session: int, code: str) -> dict[str, list[Atom]]:
    """Return the possible outcome atoms of a line, by predicate."""
    return {name: [a for a in model.atoms(name) if a.args[:2] == (session, quote(code))] for name in GIVEN}


def awaited(possible: dict[str, list[Atom]]) -> list[Atom]:
    """Return what a line without a sure outcome may come to: a criterion met, or else how it fails."""
    return possible[FAVOURABLE] or [atom for atoms in possible.values() for atom in atoms]
