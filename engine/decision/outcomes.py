"""The outcomes of a line in one model: which are possible, which goes first, and which one it has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..evaluation.rules import Model
from ..language.terms import Atom, Term, Var
from ..program.interface import AWAITED, FAVOURABLE, Outcome, against
from ..program.program import Program

Possible = dict[str, list[Atom]]
"""The atoms by which a line may have each outcome, by the outcome's predicate, first what is looked for first."""


def outcomes(model: Model, program: Program, line: tuple[Term, ...]) -> Possible:
    """Return the possible outcome atoms of a line.

    :param line: what the line is known by: the arguments of its request.
    """
    names = (each.name for each in program.outcomes)
    return {name: [a for a in model.atoms(name) if a.args[: len(line)] == line] for name in names}


def favourable(possible: Possible, program: Program) -> list[Atom]:
    """Return the atoms of every outcome that covers the line, first what goes first."""
    return [atom for each in program.of_role(FAVOURABLE) for atom in possible[each.name]]


def awaited(possible: Possible, program: Program) -> list[Atom]:
    """Return what a line without a sure outcome may come to: a criterion met, or else how it fails."""
    return favourable(possible, program) or [atom for atoms in possible.values() for atom in atoms]


def surely(possible: Possible, model: Model) -> Possible:
    """Return the outcomes that a line surely has, with the atoms that are sure."""
    sure = {name: [a for a in atoms if model.sure(a)] for name, atoms in possible.items()}
    return {name: atoms for name, atoms in sure.items() if atoms}


def decided(possible: Possible, sure: Possible, program: Program) -> Outcome:
    """Return the outcome of a line: the first that is sure, unless one that goes before it may still hold.

    Of outcomes that cover the line the first that is sure is enough, whatever may hold beside it.
    """
    first = program.outcome(next(iter(sure), ""))
    return AWAITED if any(possible[each.name] for each in against(first, program.outcomes)) else first


def passed(outcome: Outcome, program: Program, line: tuple[Term, ...]) -> list[Atom]:
    """Return what has to be shown not to hold for a line to have an outcome: whatever goes before it."""
    return [any_way(each.name, program, line) for each in against(outcome, program.outcomes)]


def any_way(outcome: str, program: Program, line: tuple[Term, ...]) -> Atom:
    """Return what stands for every way in which a line could have an outcome, its last argument open."""
    return Atom(outcome, (*line, Var(program.predicates[outcome].params[-1])))


def foremost(atoms: Sequence[Atom], program: Program) -> Sequence[Atom]:
    """Return those of some atoms that are of the outcome that goes first; all of them where none is of any."""
    names = {atom.predicate for atom in atoms}
    first = next((each.name for each in program.outcomes if each.name in names), "")
    return [atom for atom in atoms if atom.predicate == first] if first else atoms


def leads_to(atoms: Sequence[Atom], program: Program) -> str:
    """Return which outcome a line has where some atoms hold, or an empty text where no two could be meant."""
    names = [each.name for each in program.of_role(FAVOURABLE)]
    return next((name for name in names if name == foremost(atoms, program)[0].predicate), "") if names[1:] else ""


def rest_alike(atoms: Iterable[Atom], one: Model, other: Model) -> bool:
    """Say whether atoms turn on the same in two models, down to what is surely so or open in both."""
    stack, seen = [*atoms], set(atoms)
    for atom in stack:
        if (so := one.sure(atom)) != other.sure(atom):
            return False
        if so:
            continue
        firings = one.firings.get(atom)
        if firings != other.firings.get(atom) or (atom in one.unknown) != (atom in other.unknown):
            return False
        further = [each for firing in firings or () for each in firing.reads if each not in seen]
        stack += further
        seen.update(further)
    return True
