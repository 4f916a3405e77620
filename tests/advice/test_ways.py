"""The one list of what would change an outcome: each way does, none has a part that would, and none is left out."""

import json
import random
from collections.abc import Callable, Iterator
from types import ModuleType

from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.decision.decide import LineDecision, decide, judge
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.interface import AWAITED, CUSTOMARY, UNFAVOURABLE, WAITING
from coverlog.explain.advice.change import changed, requested
from coverlog.explain.advice.remedies import ways

OUTCOMES = tuple(each.name for each in (*CUSTOMARY, AWAITED))
WORLDS = ("open", "closed")


def canonical(guideline: Guideline) -> Iterator[Case]:
    for case in read_files([guideline.folder / "cases" / name for name in (*OUTCOMES, "mixed")], guideline):
        assert isinstance(case, Case)
        yield case


def generated(number: int, criteria: ModuleType, guideline: Guideline) -> Iterator[Case]:
    rng = random.Random(9)
    for _ in range(number):
        (case,) = read_text(json.dumps(criteria.generate(rng)).encode(), "generated", guideline)
        assert isinstance(case, Case)
        yield case


def gone(case: Case, options: tuple[str, ...], guideline: Guideline) -> Case:
    """Return a case after the options of a way."""
    asked: dict[str, list[str]] = {"set": [], "add": [], "drop": []}
    for option in options:
        verb, _, text = option.removeprefix("--").partition(" ")
        asked[verb].append(text)
    return changed(case, guideline, requested(asked, guideline))


def outcome(case: Case, line: LineDecision, world: str, guideline: Guideline) -> set[str]:
    return {each.outcome for each in decide(case, guideline, world=world).lines if each[:2] == line[:2]}


def held(cases: Iterator[Case], guideline: Guideline, criteria: ModuleType) -> dict[str, int]:
    """Go every way of every line, in both worlds; return what was counted."""
    counted = dict.fromkeys(("cases", "lines", "ways", "cut"), 0)
    for case in cases:
        counted["cases"] += 1
        for world in WORLDS:
            judged = judge(case, guideline, world=world)
            for line in dict.fromkeys(judged.decision.lines, None) if False else judged.decision.lines:
                found = ways(judged, line)
                assert (line.role in (WAITING, UNFAVOURABLE)) or not found.ways
                counted["lines"] += bool(found.ways)
                counted["cut"] += not found.complete
                for way in found.ways:
                    counted["ways"] += 1
                    after = outcome(gone(case, way.options, guideline), line, world, guideline)
                    assert after == {"medically_necessary"}, (case.id, world, line.cpt, way)
    return counted


def test_every_way_of_a_canonical_case_changes_the_outcome(
    criteria: ModuleType, guideline: Guideline, size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """Applied as what-if applies changes and decided again, each way makes its line medically necessary."""
    cases = list(canonical(guideline))[:: size(25, 1)]
    record_property("measured", f"canonical: {held(iter(cases), guideline, criteria)}")
