"""What the numbers of a case are counted in, as its guideline declares it."""

from __future__ import annotations

import re

from ...engine.language.comparison import TIMES
from ...engine.program.forms import SINGLE
from ...engine.program.program import Predicate, Program

AMOUNT = "amount of"
_NUMBER = re.compile(r"\d+(\.\d+)?")


def number_of(name: str, program: Program) -> Predicate | None:
    """Return the input that reads the number of a name: a concept of which a case gives an amount, or a key.

    :param name: as `Predicate.asked` has it.
    """
    kind = program.concepts.get(name, ("", ""))[0]
    for declared in program.predicates.values():
        key = declared.case
        if key and ((key.shape == AMOUNT and key.kind == kind) or (key.shape in SINGLE and name == _named(declared))):
            return declared
    return None


def _named(declared: Predicate) -> str:
    """Return by what name a case gives the one number of an input."""
    return declared.name if not declared.case or declared.case.other else declared.case.key


def unit_of(name: str, program: Program) -> str:
    """Return what the number of a name is counted in, or an empty text: of an amount it may be what is counted."""
    declared = number_of(name, program)
    if not (declared and declared.case):
        return ""
    return declared.case.unit or (declared.params[1].lower() if declared.case.shape == AMOUNT else "")


def amounts_from(declared: Predicate) -> int:
    """Return from which argument on an atom of the case has numbers that rules may hold against a limit."""
    if declared.is_open:
        return declared.amounts_from
    shape = declared.case.shape if declared.case else ""
    return 0 if shape in SINGLE else 1 if shape == AMOUNT else len(declared.params)


def unit_in(declared: Predicate) -> str:
    """Return what the amounts of an input are counted in, by its own word where it declares no unit."""
    return (declared.case.unit if declared.case else "") or declared.params[amounts_from(declared)].lower()


def counted(value: object, name: str, program: Program) -> str:
    """Return a value that a case gives a name, a number with its unit: `5 weeks`, `1 week`."""
    number = str(value)
    unit = unit_of(name, program) if _NUMBER.fullmatch(number) else ""
    return f"{number} {unit.removesuffix('s') if number == '1' and unit in TIMES else unit}".rstrip()
