"""The page of what forces each outcome of a case, and the smallest change that turns it, with the case so changed."""

from __future__ import annotations

import json
from functools import lru_cache

from ...engine.analysis.policy import Policy
from ...engine.analysis.sufficient import forced
from ...engine.decision.decide import Judged
from ...engine.evaluation.limits import NotGroundedError
from ...engine.language.errors import CaseError, FaultError
from ...engine.library.guideline import Guideline
from ..reference.sufficiency import forced_text
from .pages import lines, page

WIDTH = 90
"""The columns of what is told."""


def turned_page(judged: Judged) -> str:
    """Return the page of a case that was decided.

    :raises CaseError: where nothing can be proved of the guideline, or of what the case says.
    """
    decision, program = judged.decision, judged.guideline.program
    try:
        policy = _policy(judged.guideline, decision.as_of, decision.world)
        asked = dict.fromkeys((line.code, line.session) for line in judged.case.lines)
        found = [forced(policy, judged.case, *line) for line in asked]
    except (NotGroundedError, FaultError) as error:
        raise CaseError(f"nothing is proved of this case: {error}") from None
    turned = [(f"{each.code}, session {each.session}", program.outcome(each.flipped.answer).words,
               json.dumps({**each.flipped.said, "id": judged.case.id})) for each in found if each.flipped]  # fmt: skip
    told = forced_text(judged.case.id, found, program, WIDTH)
    return page("turn", title="The smallest change", here="", program=program, told=lines(told), turned=turned)


@lru_cache(maxsize=4)
def _policy(guideline: Guideline, date: str, world: str) -> Policy:
    return Policy(guideline, date, world)
