"""One edition of a guideline as all its cases at once: what is asked of it is proved, or shown by a case."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from ..cases.case import Case, read_text
from ..circuit.circuit import Circuit
from ..decision.decide import answers
from ..language.errors import CaseError, FaultError
from ..library.guideline import Guideline
from ..program.interface import CODE
from .legal import Chosen, Legal, Values
from .lines import Line, classes, line_of
from .slots import NO_DATES

WORLDS = {"open": True, "closed": False}
NO_NAMES: Mapping[str, str] = MappingProxyType({})


class NotReproducedError(FaultError):
    """A witness of which the decision says something else: a fault of the analysis, and no answer."""


class Witness(NamedTuple):
    """A case that shows something, as a case file has it, and what the decision says of it."""

    said: dict[str, Any]
    world: str
    code: str
    answer: str  # the outcome of the line, or the error by which the case is refused
    by: tuple[str, ...] = ()  # the statements or the reason of it


class Policy:
    """An edition and its circuit, with the lines of each class of codes.

    :param date: the ISO date whose edition is asked about.
    :param served: the ISO date of service of each case, where it is another one.
    :param dates: by key, ISO dates that cases may say beside those that are looked at.
    :raises NotGroundedError: where the edition has no circuit.
    """

    def __init__(
        self, guideline: Guideline, date: str, world: str = "", served: str = "", dates: Mapping[str, str] = NO_DATES
    ) -> None:
        self.guideline, self.date, self.world = guideline, date, world
        self.program = guideline.program
        self.circuit: Circuit = guideline.circuit(date)
        self.legal = Legal([self.circuit], served or date, dates=dates)
        self.formula = self.legal.formula
        self.encoder = self.legal.encoders[0]

    @cached_property
    def lines(self) -> list[Line]:
        """What a line may come to, for each class of codes."""
        found = classes(self.circuit, self.legal.space.another())
        return [line_of(codes, ways, self.program, self.encoder) for codes, ways in found.items()]

    @cached_property
    def has_faults(self) -> bool:
        """Whether some line of some legal case has no outcome, or two."""
        return any(self.find(line.codes[0], line.fault) is not None for line in self.lines)

    def sound(self, lines: Iterable[Line] = (), values: Values = MappingProxyType({})) -> int:
        """Return the literal that is so where each line that is requested has an outcome, and one.

        :param lines: those of a copy of the case, where one is meant, whose slots hold other values.
        """
        if not self.has_faults:
            return self.formula.true
        return -self.legal.faulty(((line.codes, line.fault) for line in lines or self.lines), values)

    def line(self, code: str) -> Line:
        """Return what a line of a code may come to; one that the text does not name is as any such."""
        found = [line for line in self.lines if code in line.codes]
        return found[0] if found else self.line(self.legal.space.another())

    def assumed(self, code: str = "") -> list[int]:
        """Return what is taken to be so: the world that is asked about, and that a code is requested."""
        world = [self.formula.open if WORLDS[self.world] else -self.formula.open] if self.world else []
        return [*world, *([self.legal.service(code)] if code else [])]

    def find(self, code: str, *literals: int) -> set[int] | None:
        """Return a model in which a code is requested and some literals hold; None where there is none."""
        return self.formula.solve([*self.assumed(code), *literals])

    def smallest(self, code: str, *literals: int) -> Witness | None:
        """Return the smallest case in which a code is requested and some literals hold, as the decision has it."""
        model = self.formula.smallest([*self.assumed(code), *literals], self.legal.costs())
        return None if model is None else self.witness(model, code)

    def witness(
        self, model: set[int], code: str, values: Chosen = MappingProxyType({}), names: Mapping[str, str] = NO_NAMES
    ) -> Witness:
        """Return the case of a model as the decision has it.

        :param values: what is written in place of the values that stand for it.
        :param names: the codes that are written in place of those that stand for them.
        :raises NotReproducedError: where the decision says otherwise than the circuit.
        """
        said = self.legal.written({**self.legal.case(model), **values}, "witness")
        said["services"].sort(key=lambda line: line[CODE] != code)
        for line in said["services"]:
            line[CODE] = names.get(line[CODE], line[CODE])
        found = witness_of(said, self.guideline, self.told_world(model), names.get(code, code), self.date)
        return self._held(found, model, code)

    def told_world(self, model: set[int]) -> str:
        """Return the world of a model."""
        return "open" if self.formula.open in model else "closed"

    def _held(self, found: Witness, model: set[int], code: str) -> Witness:
        line = self.line(code)
        expected = [name for name, lit in line.outcomes.items() if self.holds(lit, model)]
        by = {last for (_, last), lit in line.by.items() if self.holds(lit, model)}
        if [found.answer] != expected if expected else found.by:
            raise NotReproducedError(_fault(found, expected))
        if expected and set(found.by) - by:
            raise NotReproducedError(_fault(found, sorted(by)))
        return found

    @staticmethod
    def holds(literal: int, model: set[int]) -> bool:
        """Say whether a literal is so in a model."""
        return literal in model

    def case(self, chosen: Chosen) -> Case:
        """Return a case as the reader reads it."""
        return read(self.legal.written(chosen, "witness"), self.guideline)


def _fault(found: Witness, expected: Iterable[str]) -> str:
    told = f"the decision says {found.answer} {' '.join(found.by)}".rstrip()
    wanted = ", ".join(expected) or "a refusal"
    return f"internal fault: the analysis expects {wanted}, and {told}: {json.dumps(found.said)}"


def read(said: dict[str, Any], guideline: Guideline) -> Case:
    """Return a case given as values, as the reader of files reads it.

    :raises CaseError: where it cannot be read.
    """
    (found,) = read_text(json.dumps(said).encode(), "witness", guideline)
    if not isinstance(found, Case):
        raise CaseError(faults=found.faults)
    return found


def witness_of(said: dict[str, Any], guideline: Guideline, world: str, code: str, as_of: str = "") -> Witness:
    """Return a case with what the decision says of its line of a code."""
    try:
        case = read(said, guideline)
    except CaseError as error:
        return Witness(said, world, code, str(error))
    return witness_in(case, said, guideline, world, code, as_of)


def witness_in(
    case: Case, said: dict[str, Any], guideline: Guideline, world: str, code: str, as_of: str = ""
) -> Witness:
    """Return a case that has been read with what the decision says of its line of a code."""
    try:
        found = answers(case, guideline, world=world, as_of=as_of)
    except CaseError as error:
        return Witness(said, world, code, str(error))
    return Witness(said, world, code, *found[code, 1])


def each_code(lines: Iterable[Line]) -> Iterator[tuple[str, Line]]:
    """Yield one code of each class, with its line: the rules say the same of the others."""
    return ((line.codes[0], line) for line in lines)
