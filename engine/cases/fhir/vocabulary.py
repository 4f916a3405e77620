"""Where a guideline reads what FHIR says: the keys of its cases, by their names and by the concepts they may hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from ...library.guideline import Guideline
from ...program.forms import BETWEEN, SINCE, TIME_UNITS
from ...program.program import CaseKey
from .facts import Amount, Fact

Values = dict[str, Any]
_GROUPS = ("present of", "absent of", "amount of")


class Vocabulary:
    """What some guidelines, together, can read of a request."""

    def __init__(self, guidelines: Sequence[Guideline]) -> None:
        self.keys: dict[str, list[CaseKey]] = {}
        self.homes: dict[str, list[CaseKey]] = {}
        for program in (guideline.program for guideline in guidelines):
            for key in dict.fromkeys(p.case for p in program.predicates.values() if p.case):
                self.keys.setdefault(key.key, []).append(key)
                for concept in program.of_kind(key.kind):
                    self.homes.setdefault(concept, []).append(key)

    def of_system(self, system: str) -> str:
        """Return the key that lists codes of a system; those of none named are of diagnoses."""
        every = (key for keys in self.keys.values() for key in keys)
        return next((key.key for key in every if key.shape == "codes" and key.system in ("", system)), "")

    def choices(self) -> list[CaseKey]:
        """Return the keys that hold one concept of a kind."""
        every = (key for keys in self.keys.values() for key in keys if key.shape == "one of")
        return list({key.key: key for key in every}.values())

    def readings(self, fact: Fact) -> Iterator[tuple[tuple[str, ...], Any]]:
        """Yield where in a case a fact may stand, and as what: `(findings, NAME), present`; nothing where nowhere.

        What stands in a list is yielded as the list of it.
        """
        for key in self.homes.get(fact.name, ()) if fact.kind in ("", *self._kinds(fact.name)) else ():
            yield from _concept(fact, key)
        if not fact.kind:
            for key in self.keys.get(fact.name, ()):
                yield from self._whole(fact, key)

    def _kinds(self, concept: str) -> set[str]:
        return {key.kind for key in self.homes.get(concept, ())}

    def _whole(self, fact: Fact, key: CaseKey) -> Iterator[tuple[tuple[str, ...], Any]]:
        """Yield what a fact says that is named by a key of the case."""
        value = fact.value
        if key.shape in ("one of", "each of") and key in self.homes.get(str(value), ()):
            yield (key.key,), str(value) if key.shape == "one of" else [str(value)]
        elif key.shape == "count" and (told := _number(value, key)) is not None:
            yield (key.key,), told
        elif (key.shape in SINCE or key.shape == BETWEEN) and isinstance(value, str):
            yield (key.key,), {"date": value[:10], "source": fact.source or fact.path}
        elif key.shape == "codes" and isinstance(value, str):
            yield (key.key,), [{"code": value, "source": fact.source or fact.path}]


def _concept(fact: Fact, key: CaseKey) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield what a fact says of a concept, where a key holds such."""
    source = {"source": fact.source or fact.path}
    if key.shape == "amount of" and (told := _number(fact.value, key)) is not None:
        yield (key.key, fact.name), {"value": told, **source}
    elif key.shape in ("present of", "absent of") and isinstance(fact.value, bool):
        yield (key.key, fact.name), {"status": "present" if fact.value else "absent", **source}
    elif key.shape == "each of" and fact.value is True:
        yield (key.key,), [{key.kind: fact.name, **source}]
    elif key.shape == "one of" and fact.value is True:
        yield (key.key,), fact.name


def _number(value: object, key: CaseKey) -> int | float | str | None:
    """Return a number in the unit of a key; of time it may be an amount in another unit; None for any other."""
    number, unit = (value.number, value.unit) if isinstance(value, Amount) else (value, "")
    if isinstance(number, bool) or not isinstance(number, int | Decimal):
        return None
    if unit and unit.casefold() != key.unit.casefold():
        # A case may write an amount of time in another unit; how it is converted is the case's.
        timed = unit in TIME_UNITS and key.unit in TIME_UNITS and isinstance(number, int) and key.shape == "amount of"
        return f"{number} {unit}" if timed else None
    return number if isinstance(number, int) else float(number)


@lru_cache(maxsize=8)
def vocabulary(guidelines: tuple[Guideline, ...]) -> Vocabulary:
    """Return what some guidelines can read; it is worked out once."""
    return Vocabulary(guidelines)
