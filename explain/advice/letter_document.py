"""A letter as a JSON document: its parts as data, for those who lay it out themselves."""

from __future__ import annotations

from typing import Any

from ...engine.decision.decide import Judged
from .letter import letter


def as_json(judged: Judged) -> dict[str, Any]:
    """Return the letter of a decided case: its blocks, each with its kind and its parts.

    :raises CaseError: where no specific reason can be written for a line that is refused.
    """
    decision = judged.decision
    blocks = [
        {"kind": block.kind, "parts": [{"lead": lead, "text": text} for lead, text in block.parts]}
        for block in letter(judged)
    ]
    header = {key: getattr(decision, key) for key in ("case", "guideline", "as_of", "world")}
    return {**header, "blocks": blocks}
