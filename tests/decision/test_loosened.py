"""The guideline in which what a case says is open: it is made of the firings that the guideline was grounded to."""

from collections.abc import Callable
from typing import Any

import pytest
from coverlog.engine.decision.loosened import relaxed
from coverlog.engine.evaluation.outline import outline
from coverlog.engine.evaluation.prepared import Outline
from coverlog.engine.library.guideline import Guideline, load

GUIDELINES = ("cg_med_24", "ncd_240_4")


def sorted_out(told: Outline) -> tuple[Any, ...]:
    """Return an outline with the rows that a case may give in no order."""
    return told.static, told.listed, {name: (columns, {*rows}) for name, columns, rows in told.given}


@pytest.mark.parametrize("name", GUIDELINES)
def test_what_is_grounded_for_a_guideline_is_grounded_for_its_rules_in_favour(
    name: str, size: Callable[[int, int], int]
) -> None:
    """The firings of the whole that are of rules in favour are what grounding these rules alone lists."""
    whole = load(name)
    loose = relaxed(whole)
    for since in whole.editions()[-size(1, 99) :]:
        own, every = loose.program.edition(since), whole.program.edition(since)
        told = outline(whole.program, whole.strata, since).of_part(every, loose.program, own)
        assert sorted_out(told) == sorted_out(outline(loose.program, loose.strata, since))
        assert told.listed


def test_an_edition_of_rules_in_favour_is_made_of_any_edition_with_the_same(
    guideline: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rules in favour that stay as they are while others change are made from whichever edition is there."""
    new = Guideline(guideline.folder, guideline.program, guideline.strata, guideline.hash)
    loose = relaxed(new)
    *_, since, last = new.editions()
    assert loose.since(since) == loose.since(last)
    new.evaluator(since)
    monkeypatch.setattr(Guideline, "_prepare", lambda *_: pytest.fail("it is grounded again"))
    assert loose.evaluator(last).prepared
