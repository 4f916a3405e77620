"""Codes of the world that stand for all that texts treat alike: real ones, as far as there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from ..circuit.circuit import Circuit
from ..evaluation.symbols import Codes
from ..language.terms import unquote
from ..program.code_set import below
from ..program.code_systems import system_of
from ..program.program import CaseKey

MAX_CODES = 40
"""How many codes below a category are looked at for one that the text does not name."""
CATEGORY, LONGEST = 3, 8
"""The characters of a category of diagnoses, and of the longest code, with its point."""


def codes_of(key: CaseKey, circuits: Sequence[Circuit], *, slips: bool) -> Iterator[str]:
    """Yield codes of a key: those that the texts name, some below each and beside all, and one that cannot be a code.

    :param slips: whether a text asks for codes that cannot be one.
    """
    columns = list(_columns(key, circuits))
    named = frozenset(unquote(code) for column in columns for code in column.named)
    yield from sorted(named)
    real = key.system in ("", "icd10cm")
    for code in sorted(named) if any(column.climbs for column in columns) else ():
        yield from islice((each for each in _beneath(code, real) if _nearest(each, named, key) == code), 1)
    other = next(each for each in _others(key, real) if not any(each.startswith(code) for code in named))
    yield other
    if slips:
        yield f"{other[:CATEGORY]}.O"


def _beneath(code: str, real: bool) -> Iterator[str]:
    """Yield codes that belong to a category by their form, those first that there are."""
    yield from below(code)[:MAX_CODES] if real else ()
    point = "." if len(code) == CATEGORY else ""
    yield from (f"{code}{point}{sign}" for sign in "0123456789X" if len(code) < LONGEST)


def _nearest(code: str, named: frozenset[str], key: CaseKey) -> str:
    """Return the named code that a code belongs to next; the code itself where it is named."""
    above = (wider for _, wider in system_of(key.system).hierarchy(code))
    return code if code in named else next((wider for wider in above if wider in named), "")


def _columns(key: CaseKey, circuits: Sequence[Circuit]) -> Iterator[Codes]:
    for circuit in circuits:
        for name, columns in circuit.grounded.symbols.columns.items():
            if (case := circuit.grounded.symbols.inputs[name].case) and case.key == key.key:
                yield from (column for column in columns if isinstance(column, Codes))


def _others(key: CaseKey, real: bool) -> Iterator[str]:
    """Yield codes of a system, of which the text is not likely to name all."""
    if real:
        yield from (f"{letter}{number:02}" for letter in "ZYRWVUTSQ" for number in range(99, 0, -1))
    example = system_of(key.system).example
    yield from (example[:-1] + sign for sign in "0123456789ABCDEFGHXYZ")
    yield example
