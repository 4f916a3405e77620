"""What was proved of an edition, as text and as data: findings with their witnesses, and what lines can come to."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ...engine.analysis.policy import Witness
from ...engine.analysis.reliance import Reliance
from ...engine.analysis.run import Analysis, Proved
from ...engine.analysis.sweep import Harm
from ...engine.cases.written import as_yaml
from ...engine.language.errors import Finding
from ...engine.language.terms import quote
from ...engine.library.guideline import Guideline
from ...engine.program.interface import CODE, WAITING
from ..render.findings import record, shown
from ..testing.equivalent import Mark, read_marks

GUARDS = "guards.yaml"
"""The file of a guideline that marks with a reason what is kept, though it changes no answer."""
_NONE = {
    "faults": "no line of any legal case has two outcomes, or none",
    "hopeless": "no line waits for documentation that comes to one refusal whatever it says",
    "dead": "every rule fires, and every part of a rule matters",
    "properties": "what can never be by properties.dl is so in no legal case",
}


def marks_of(guideline: Guideline) -> list[Mark]:
    """Return what is marked of a guideline, with a reason: changes that are equivalent, and parts that are kept.

    :raises CaseError: where a file of marks cannot be read.
    """
    return [m for folder in guideline.folders for name in (GUARDS, "equivalent.yaml") for m in read_marks(folder, name)]


def unmarked(found: Sequence[Proved], marks: Sequence[Mark]) -> tuple[list[Proved], int]:
    """Return the findings that no mark is for, and how many are marked."""
    known = {(mark.rule, mark.mutation) for mark in marks}
    left = [each for each in found if not each.cut or (each.cut.rule.id, each.cut.change) not in known]
    return left, len(found) - len(left)


def as_json(told: Analysis, left: Sequence[Proved], guideline: Guideline) -> dict[str, Any]:
    """Return an analysis as the documented JSON object."""
    return {
        "guideline": guideline.program.name, "as_of": told.date, "world": told.world or "both",
        "analyses": told.asked, "unknown": told.unknown,
        "findings": [
            {**record(each.finding, guideline.folder), "witness": witness(each.witness) if each.witness else None}
            for each in left
        ],
        "reach": [
            {"codes": list(codes), "ways": [{"outcome": name, "by": by} for name, by in ways]}
            for codes, ways in told.reach.items()
        ],
        "reliance": [
            {
                "name": each.name,
                "changes": [
                    {"codes": list(c.codes), "before": c.before, "after": c.after, "witness": witness(c.witnesses[0])}
                    for c in each.changes
                ],
            }
            for each in told.reliance
        ],
        "harm": [
            {"key": h.slot.key, "name": h.slot.name, "before": witness(h.before), "after": witness(h.after)}
            for h in told.harms
        ],
    }  # fmt: skip


def witness(found: Witness) -> dict[str, Any]:
    """Return a witness as the documented JSON object."""
    return {
        "case": found.said, "world": found.world, CODE: found.code, "answer": found.answer, "by": list(found.by),
    }  # fmt: skip


def as_text(told: Analysis, left: Sequence[Proved], marked: int, guideline: Guideline, width: int) -> str:
    """Return an analysis as text."""
    worlds = {"open": "open world", "closed": "closed world"}.get(told.world, "both worlds")
    lines = [f"{guideline.program.name}, rules of {told.date}, every legal case, {worlds}", ""]
    lines += (line for each in left for line in finding_lines(each, guideline.folder))
    lines += _proved(told, left, marked)
    lines += _reach(told, guideline, width)
    lines += _harms(told.harms, guideline, width)
    lines += _reliance(told.reliance, guideline, width)
    lines += (f"unknown: {name}: the time was over" for name in told.unknown)
    return "\n".join(lines).rstrip() + "\n"


def finding_lines(each: Proved, folder: Path) -> Iterator[str]:
    """Yield a finding with the case that shows it."""
    finding: Finding = each.finding
    place = f"{shown(folder / finding.place.file)}:{finding.place.line}:{finding.place.column}"
    yield f"{place}: {finding.code}: {finding.message}; {finding.fix}"
    if each.witness:
        yield from case_lines(each.witness)


def case_lines(found: Witness) -> Iterator[str]:
    """Yield a witness: what the decision says of it, and the case."""
    by = f" ({', '.join(found.by)})" if found.by else ""
    yield f"  {found.code} in the {found.world} world: {found.answer}{by}"
    yield from (f"    {line}" for line in as_yaml(found.said).splitlines())


def _proved(told: Analysis, left: Sequence[Proved], marked: int) -> Iterator[str]:
    kinds = {"faults": ("conflict", "gap"), "hopeless": ("hopeless",), "properties": ("property",)}
    for name in told.asked:
        mine = kinds.get(name, tuple({each.finding.code for each in left} - {c for k in kinds.values() for c in k}))
        if name in _NONE and name not in told.unknown and not any(each.finding.code in mine for each in left):
            more = f" ({marked} marked with a reason)" if name == "dead" and marked else ""
            yield f"proved: {_NONE[name]}{more}"


def _reach(told: Analysis, guideline: Guideline, width: int) -> Iterator[str]:
    for codes, ways in told.reach.items():
        yield ""
        named = (code if _named(code, guideline) else f"{code} (any code not named)" for code in codes)
        yield from textwrap.wrap(", ".join(named), width, subsequent_indent="  ")
        for outcome in dict.fromkeys(name for name, _ in ways):
            by = ", ".join(last for name, last in ways if name == outcome and last)
            words = guideline.program.outcome(outcome).words if outcome != WAITING else "more information needed"
            text = f"{words}: {by}" if by else words
            yield from textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")


def _named(code: str, guideline: Guideline) -> bool:
    """Say whether the text of a guideline speaks of a code; one that it does not stands for all others."""
    return any(quote(code) in rule.head.args for rule in guideline.program.rules)


def _reliance(found: Sequence[Reliance], guideline: Guideline, width: int) -> Iterator[str]:
    for each in found:
        turns = (f"{c.before} would be {c.after} ({c.codes[0]})" for c in each.changes)
        text = f"without {each.name}: {'; '.join(turns) or 'no outcome would be another one'}"
        yield from textwrap.wrap(text, width, subsequent_indent="  ")


def _harms(found: Sequence[Harm], guideline: Guideline, width: int) -> Iterator[str]:
    if found:
        yield ""
        yield "turns a yes into a no where it is said beside the rest (no fault):"
    for each in found:
        name = " ".join(filter(None, (each.slot.key, each.slot.name)))
        words = [guideline.program.outcome(w.answer).words for w in (each.before, each.after)]
        by = (", ".join(w.by) for w in (each.before, each.after))
        turn = " becomes ".join(f"{outcome} by {last}" for outcome, last in zip(words, by, strict=True))
        told = f"{name}: {each.before.code} {turn}"
        yield from textwrap.wrap(told, width, initial_indent="  ", subsequent_indent="    ")
