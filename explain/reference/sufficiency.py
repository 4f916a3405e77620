"""What forces an outcome, and a constructed case, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...engine.analysis.policy import Witness
from ...engine.analysis.sufficient import Forced
from ...engine.cases.written import as_yaml
from ...engine.library.guideline import Guideline
from ...engine.program.interface import CODE, WAITING
from ...engine.program.program import Program
from ..advice.phrases import wrapped
from ..advice.units import counted
from ..advice.wording import behind
from .analyses import in_words, witness

_NO = "no "


def forced_json(case: str, date: str, found: Sequence[Forced]) -> dict[str, Any]:
    """Return what forces the outcomes of a case, by the rules of an ISO date, as the documented JSON object."""
    return {"case": case, "as_of": date, "lines": [_line(each) for each in found]}


def _line(each: Forced) -> dict[str, Any]:
    change = None if each.change is None else [{"before": old, "after": new} for old, new in each.change]
    return {
        CODE: each.code, "session": each.session, "outcome": each.outcome, "needs": each.needs,
        "whatever_else_is_documented": each.whatever, "change": change,
        "flipped": witness(each.flipped) if each.flipped else None,
    }  # fmt: skip


def forced_text(case: str, found: Sequence[Forced], program: Program, width: int) -> str:
    """Return what forces the outcomes of a case as text; lines of which the same is said are told together."""
    told: dict[tuple[str, ...], list[str]] = {}
    for each in found:
        told.setdefault(tuple(_said(each, program)), []).append(f"{each.code}@{each.session}")
    lines = wrapped(case, width)
    for (outcome, *said), names in told.items():
        lines += ["", *wrapped(f"{', '.join(names)}: {outcome}", width, subsequent_indent="  ")]
        for text in said:
            indent = " " * (len(text) - len(text.lstrip()))
            lines += wrapped(text, width, subsequent_indent=f"{indent}  ")
    return "\n".join(lines) + "\n"


def _said(each: Forced, program: Program) -> Iterator[str]:
    yield program.outcome(each.outcome).words
    if each.outcome == WAITING:
        yield "  forced by nothing: it waits for documentation"
    elif each.needs is not None:
        what = "whatever else is documented of what is open" if each.whatever else "where nothing else is documented"
        yield f"  forced by the least of what the case says, {what}:"
        yield from (f"    {_with_unit(need, program)}" for need in each.needs or ["nothing beside the request"])
    if each.change is None:
        yield "  turned by no change"
    else:
        answer = program.outcome(each.flipped.answer).words if each.flipped else ""
        turned = "; ".join(_turned(_with_unit(old, program), _with_unit(new, program)) for old, new in each.change)
        yield f"  turned by the smallest change to {answer}: {turned}"


def _with_unit(said: str, program: Program) -> str:
    """Return a thing that a case says, as its file writes it, with the unit of a number behind it."""
    key, colon, value = said.partition(": ")
    return key + colon + counted(value, key.rpartition(".")[2], program)


def _turned(old: str, new: str) -> str:
    """Return a change in words; what is not said reads `no KEY` where it is of one thing."""
    if old.startswith(_NO):
        return f"say {new}"
    return f"leave out {old}" if new.startswith(_NO) else f"{old} becomes {new}"


def constructed(found: Witness, guideline: Guideline) -> str:
    """Return a constructed case as a file that can be decided."""
    told = in_words(found.answer, guideline) + behind(found.by, guideline.program)
    return f"# {found.code}, in the {found.world} world: {told}\n{as_yaml(found.said)}"
