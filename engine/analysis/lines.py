"""What a line of a code comes to, as literals: each outcome, waiting for documentation, none, or two at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..circuit.circuit import Circuit, Ways
from ..evaluation.symbols import OTHER
from ..language.terms import unquote
from ..program.interface import WAITING, against
from ..program.program import Program
from .encoder import Encoder
from .formula import Formula


class Line(NamedTuple):
    """The answers that a line of some codes may have, each as the literal that is so where it has it."""

    codes: tuple[str, ...]
    outcomes: dict[str, int]  # by name, more information needed among them
    by: dict[tuple[str, str], int]  # by outcome and statement or reason, where that is told of it
    gap: int  # no outcome
    conflict: int  # two outcomes that exclude each other
    fault: int  # one of both


def classes(circuit: Circuit, another: str) -> dict[tuple[str, ...], Ways]:
    """Return the codes of which the rules say the same together, each with the ways of their outcomes.

    :param another: the code that stands for those that the text does not name.
    """
    found: dict[Ways, list[str]] = {}
    for code, ways in circuit.ways.items():
        found.setdefault(ways, []).append(another if code == OTHER else unquote(code))
    return {tuple(codes): ways for ways, codes in found.items()}


def line_of(codes: tuple[str, ...], ways: Ways, program: Program, encoder: Encoder) -> Line:
    """Return what a line of some codes may come to."""
    formula = encoder.formula
    sure = {(name, way.last): encoder.sure(way.node) for name, each in ways for way in each}
    surely = {name: formula.either(sure[name, way.last] for way in each) for name, each in ways}
    possibly = {name: formula.either(encoder.possible(way.node) for way in each) for name, each in ways}
    conflict = formula.either(_conflicts(surely, program, formula))
    gap = -formula.either(possibly.values())
    outcomes: dict[str, int] = {}
    for at, outcome in enumerate(program.outcomes):
        before = [-surely[each.name] for each in program.outcomes[:at]]
        before += [-possibly[each.name] for each in against(outcome, program.outcomes)]
        outcomes[outcome.name] = formula.both([surely[outcome.name], *before, -conflict])
    outcomes[WAITING] = formula.both([-gap, -conflict, *(-lit for lit in outcomes.values())])
    by = {(name, last): formula.both([outcomes[name], lit]) for (name, last), lit in sure.items()}
    return Line(codes, outcomes, by, gap, conflict, formula.either([gap, conflict]))


def _conflicts(surely: dict[str, int], program: Program, formula: Formula) -> Iterator[int]:
    """Yield where two outcomes hold of which it is not declared which goes first."""
    named = [outcome for outcome in program.outcomes if outcome.name in surely]
    for at, one in enumerate(named):
        for other in named[at + 1 :]:
            if not (one.order and other.order):
                yield formula.both([surely[one.name], surely[other.name]])
