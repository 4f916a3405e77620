"""What a canonical case is: its file, what it says, and how it is decided in both worlds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...engine.cases.case import Case
from ...engine.cases.find import find_case
from ...engine.decision.decide import decide
from ...engine.decision.decision import WORLDS
from ...engine.language.errors import CaseError
from ...engine.library.guideline import Guideline
from ...engine.program.words import say_atom, say_outcome
from ..render.findings import shown
from .subjects import Subject

_UNSAID = ("units", "hierarchy", "slips")
"""Shapes whose facts are worked out of what stands beside them."""


def example(name: str, guideline: Guideline) -> Subject:
    """Return a canonical case as a subject; see `canonical`.

    :raises CaseError: where it cannot be read.
    """
    case = find_case(name, guideline)
    told = [
        ("file", shown(Path(case.place.rsplit(":", 2)[0]))), ("date of service", case.date),
        *(("says", said) for said in _said(case, guideline)),
        *((f"{world} world", said) for world in WORLDS for said in _decided(case, guideline, world)),
    ]  # fmt: skip
    lead = (f"coverlog explain {name}", f"coverlog checklist {name}", f"coverlog letter {name}")
    return Subject(name, (("case", case.title or "no title"),), (), (), told=tuple(told), next=lead)


def _said(case: Case, guideline: Guideline) -> Iterator[str]:
    """Yield what a case says, in the order of the declarations, each with where it does."""
    for predicate in guideline.program.predicates.values():
        if predicate.case and predicate.case.shape not in _UNSAID:
            for atom in sorted((a for a in case.facts if a.predicate == predicate.name), key=str):
                yield f"{say_atom(atom, guideline.program)} ({case.facts[atom]})"


def _decided(case: Case, guideline: Guideline, world: str) -> Iterator[str]:
    try:
        lines = decide(case, guideline, world=world).lines
    except CaseError as error:
        yield f"refused: {error.faults[0].message}"
        return
    for line in dict.fromkeys((x.code, x.session, x.words, x.by, x.reason) for x in lines):
        yield say_outcome(*line, program=guideline.program)
