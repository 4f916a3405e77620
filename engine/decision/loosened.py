"""A guideline in which what a case says may be otherwise: all that its rules in favour rest on is open."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ..evaluation.prepared import Prepared
from ..language.digest import sha256
from ..library.cache import program_in
from ..library.guideline import Guideline
from ..program.forms import WITH
from ..program.graph import Strata, below
from ..program.interface import FAVOURABLE
from ..program.program import Predicate, Program


def inputs(program: Program) -> dict[str, Predicate]:
    """Return the open predicates that are derived, each by the input through which a case documents it."""
    return {p.said_by: p for p in program.predicates.values() if p.said_by and not p.case}


def denials(program: Program) -> dict[str, Predicate]:
    """Return the open predicates by the input through which a case denies their concepts."""
    keys = [(p.name, p.case.kind) for p in program.predicates.values() if p.case and p.case.shape == "absent of"]
    of_kind = {p.open_kind: p for p in program.predicates.values() if p.said_by}
    ruled_out = {p.denied_by: p for p in program.predicates.values() if p.denied_by}
    return {name: of_kind[kind] for name, kind in keys if kind in of_kind} | ruled_out


def is_varied(predicate: Predicate) -> bool:
    """Say whether what a case says by an input may be otherwise: a finding, an amount, a choice, an open count."""
    shape = predicate.case.shape if predicate.case else ""
    return shape in ("present of", "absent of", "amount of", "one of") or (shape == "count" and predicate.is_open)


def is_of_line(predicate: Predicate) -> bool:
    """Say whether what a case says by an input is of a service line: that it is requested, by how many units, how."""
    return predicate.case is not None and predicate.case.shape in ("", "units", WITH)


@lru_cache(maxsize=16)
def turning(guideline: Guideline) -> frozenset[str]:
    """Return the open predicates of outcomes in favour of which another request says or denies something by itself."""
    program = guideline.program
    services = {name for name, each in program.predicates.items() if is_of_line(each)}
    read = below(program, *(each.name for each in program.of_role(FAVOURABLE)))
    opened = (name for name, each in program.predicates.items() if each.is_open and name in read)
    return frozenset(name for name in opened if not services.isdisjoint(below(program, name, closing=True)))


class _Loosened(Guideline):
    """A guideline made of another one, whose firings are grounded already."""

    def __init__(self, whole: Guideline, program: Program, strata: Strata) -> None:
        super().__init__(whole.folder, program, strata, _digest(whole))
        self._whole = whole

    def _prepare(self, edition: str) -> Prepared:
        for since, ready in self._whole.ready().items():
            if self.since(since) == edition:  # its own rules may have stayed as they were for longer
                whole, rules = self._whole.program.edition(since), self.program.edition(edition)
                return Prepared(self.program, self.strata, edition, ready.outline.of_part(whole, self.program, rules))
        return super()._prepare(edition)


@lru_cache(maxsize=16)
def relaxed(guideline: Guideline) -> Guideline:
    """Return a guideline for outcomes in favour alone, in which all that a case can say is open."""
    program, strata = guideline.program, guideline.strata
    opened = denials(program) | inputs(program)
    read = below(program, *(each.name for each in program.of_role(FAVOURABLE)), closing=True)
    derived = {each.name for each in opened.values() if not each.case}

    def loosened(predicate: Predicate) -> Predicate:
        if predicate.name in opened:
            return predicate._replace(open_kind=opened[predicate.name].open_kind)
        if predicate.name in derived:
            return predicate._replace(open_kind="", unless="", until="")
        if predicate.is_choice and predicate.case and predicate.name in read:
            return predicate._replace(open_kind=predicate.case.kind, unless="", until="")
        return predicate._replace(unless="", until="") if predicate.case else predicate

    return _Loosened(
        guideline,
        program._replace(
            predicates={name: loosened(p) for name, p in program.predicates.items()},
            rules=tuple(rule for rule in program.rules if rule.head.predicate in read),
        ),
        Strata(strata.components, strata.from_case, strata.from_case),
    )


def _digest(guideline: Guideline) -> str:
    """Return what a guideline made of another one is grounded under: its text, and the program that makes it here."""
    made = program_in(Path(__file__).parent.parent, "decision") if guideline.hash else ""
    return sha256(f"{guideline.hash} {made}".encode()).hexdigest() if guideline.hash else ""
