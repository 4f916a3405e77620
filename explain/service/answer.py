"""The answer beside the form: outcomes with their reasons, what is missing, what changed, and the proof on request."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from ...engine.cases.doubts import doubts
from ...engine.decision.decide import Judged, LineDecision
from ...engine.library.several import Answering, each
from ..advice.whatif import ASKS, NOT_MET, WHEN, Flip, compare, differing
from ..advice.wording import words
from ..proof.build import prove
from ..render.proof_page import content, reasons
from .form import Fields
from .questions import questions

REASON, PLAY, FULL = "reason", "play", "full"
DETAIL = {REASON: "what decides", PLAY: "every criterion in play", FULL: "the whole proof"}
"""How much is told: each level has what the one before it has."""
_DOES = {ASKS: " asks for more", NOT_MET: " is not met"}


class Answer(NamedTuple):
    """What a template lays out beside the form."""

    judged: Judged
    reasons: list[dict[str, Any]]
    asked: list[Any]
    proof: dict[str, Any]  # empty where it was not asked for
    changed: dict[str, Any]  # beside the pinned case; empty where none is
    doubts: list[str]
    others: list[str]  # the other guidelines that list the codes
    criteria: int | None  # how many criteria of a reason are open

    @property
    def summary(self) -> str:
        """The outcomes in one sentence, for those who do not look at the page."""
        return "; ".join(f"{each['codes']}: {each['says']}" for each in self.reasons)


def answered(judged: Judged, fields: Fields, detail: str, answering: Answering, before: Judged | None) -> Answer:
    """Return the answer to a case that was decided.

    :param fields: the form that it was read from.
    :param detail: one of `DETAIL`.
    :param before: the pinned case, decided in the same world and on the same date.
    """
    case, name = judged.case, judged.guideline.program.name
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    doubtful = [f"{doubt.message}; {doubt.fix}" for doubt in doubts(case, judged.guideline, today)]
    codes = {line.code for line in case.lines}
    others = [other.program.name for other in each(answering) if codes & other.codes]
    return Answer(
        judged, reasons(judged), questions(judged, fields), content(prove(judged)) if detail == FULL else {},
        _changed(before, judged) if before else {}, [*case.notes, *doubtful],
        [other for other in others if other != name], 1 if detail == REASON else None,
    )  # fmt: skip


def _changed(before: Judged, after: Judged) -> dict[str, Any]:
    """Return both decisions side by side, and the statements that make the difference."""
    flips = compare(before, after)
    alike: dict[tuple[str, ...], list[str]] = {}
    for flip in flips:
        if flip.before != flip.after:
            alike.setdefault(tuple(_differing(flip, before, after)), []).append(flip.code)
    return {
        "rows": [(f"{f.code}, session {f.session}", _cell(f.before), _cell(f.after), f.flips) for f in flips],
        "flipped": sum(flip.flips for flip in flips),
        "differences": [(", ".join(codes), texts) for texts, codes in alike.items()],
    }


def _cell(line: LineDecision | None) -> str:
    if line is None:
        return "not in the case"
    return line.words + (f" by {', '.join(line.by)}" if line.by else "")


def _differing(flip: Flip, before: Judged, after: Judged) -> list[str]:
    program = after.guideline.program
    told = zip(WHEN, differing(flip, before, after), strict=True)
    return [f"{when}: {r.id}{_DOES.get(r.role, '')}: {words(r.id, program)}" for when, roles in told for r in roles]
