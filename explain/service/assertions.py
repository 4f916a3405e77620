"""What a decided line is in terms of coverage: covered, prior authorization, and what has to be documented."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from ...engine.cases.fhir.coded import ANSWER, UNIT, shipped
from ...engine.cases.plan import Covered
from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.need import single
from ...engine.library.guideline import Guideline
from ...engine.program.interface import FAVOURABLE, SILENT, UNFAVOURABLE
from ..advice.phrases import some
from ..advice.questionnaire import canonical, of_lines
from ..advice.reasons import Reasons
from ..advice.wording import answer, words_of
from .coverage_information import Assertion

COVERED, CONDITIONAL, OTHER = "covered", "conditional", "OTH"
_SHORTFALLS = 3
_AT_SELECTION = "Signed, the order may ask for documentation."


class Setting(NamedTuple):
    """What an answer rests on beside the decision."""

    plan: Covered
    base: str  # the address of the service
    asks: bool  # whether documentation is asked for in this hook


def assertion(judged: Judged, line: LineDecision, setting: Setting) -> Assertion:
    """Return what a line comes to.

    A refusal is never `not-covered`: a person denies. Where authorization is required, the request goes to one; where
    it is not, what is lacking is said.
    """
    reason = _reason(judged, line)
    needed = "auth-needed" if setting.plan.prior_authorization else "no-auth"
    if line.role == FAVOURABLE:
        return Assertion(COVERED, needed, reason)
    if line.role not in (UNFAVOURABLE, SILENT):
        return _waiting(judged, line, setting, reason, needed)
    lacking = _lacks(judged, line)
    if line.role == UNFAVOURABLE and setting.plan.prior_authorization:
        return Assertion(COVERED, needed, reason, instructions=lacking, policy=setting.plan.policy)
    return _open(reason, OTHER, lacking, setting.plan.policy)


def _open(reason: str, info: str, told: str = "", policy: str = "") -> Assertion:
    return Assertion(CONDITIONAL, CONDITIONAL, reason, info_needed=info, instructions=told, policy=policy)


def _waiting(judged: Judged, line: LineDecision, setting: Setting, reason: str, needed: str) -> Assertion:
    """Return what a line comes to that depends on what nobody documented."""
    places, said = places_of(judged.guideline), judged.case.said
    lacking = [name for name in places if name not in said]
    if lacking and all(_needs(needs, lacking) for needs in line.needs):
        return _open(f"{reason} It has to be known where the service is done.", "location")
    if not line.needs:
        return _open(reason, OTHER, "What the record leaves open would not lead to coverage.", setting.plan.policy)
    if setting.asks:
        kept = line._replace(needs=tuple(needs for needs in line.needs if not _needs(needs, lacking)))
        return Assertion(
            COVERED, needed, reason, doc_needed="clinical",
            doc_purpose="withpa" if setting.plan.prior_authorization else "withclaim",
            questionnaire=canonical(of_lines([kept]), judged.guideline, setting.base),
        )  # fmt: skip
    if setting.plan.prior_authorization:
        return Assertion(COVERED, needed, f"{reason} {_AT_SELECTION}")
    return _open(reason, OTHER, _AT_SELECTION)


def _needs(needs: Collection[object], names: Collection[str]) -> bool:
    return any(need.finding in names for need in single(needs))  # type: ignore[arg-type]


@lru_cache(maxsize=16)
def places_of(guideline: Guideline) -> list[str]:
    """Return the keys of a case that say where a service is done: of a kind that places of service have."""
    kinds = {meaning.kind for meanings in shipped().meanings.values() for meaning in meanings} - {ANSWER, UNIT}
    keys = [p.case for p in guideline.program.predicates.values() if p.case and p.case.shape == "one of"]
    return list(dict.fromkeys(key.key for key in keys if key.kind in kinds))


def _reason(judged: Judged, line: LineDecision) -> str:
    """Return in words why a line has its outcome: by which statements, and as what it was decided."""
    program = judged.guideline.program
    by = "; ".join(f"{name}, {words_of(name, line, program)}" for name in line.by)
    if line.reason:
        by = program.label(line.reason)
    elif line.needs:
        enough = " and ".join(f"that {answer(need, program)}" for need in line.needs[0])
        others = f", or one of {some(len(line.needs) - 1, 'other way')}" if line.needs[1:] else ""
        by = f"enough would be {enough}{others}"
    told = f"{line.words[:1].upper()}{line.words[1:]} by {program.name}" + (f": {by}." if by else ".")
    return told + "".join(f" Decided as {name}." for name in _decided_as(judged, line))


def _decided_as(judged: Judged, line: LineDecision) -> list[str]:
    """Return what the guideline shows of the whole session of a line, such as which tests it has together."""
    program = judged.guideline.program
    values = [line.shown.get(p.name) for p in program.shown() if p.params[:1] == ("Session",) and len(p.params) == 2]
    return [program.label(value) for value in values if value]


def _lacks(judged: Judged, line: LineDecision) -> str:
    """Return in words what the criteria that are about the case lack, the first few of them.

    Every way to be covered would help more, and can take seconds to find.
    """
    if line.role == SILENT:
        return "No documentation would change this."
    found = Reasons(judged).shortfalls(line)
    told = [f"{each.statement} is not met, because {' and '.join(each.because)}" for each in found[:_SHORTFALLS]]
    return f"{'; '.join(told)}." if told else "No criterion is about what the record shows."
