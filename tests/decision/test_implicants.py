"""The sets that settle a question, put together gate by gate, are those that the search finds."""

import random
from collections.abc import Callable
from types import ModuleType

from coverlog.engine.cases.said import read_case
from coverlog.engine.decision.decide import judge
from coverlog.engine.decision.implicants import implicants
from coverlog.engine.decision.outcomes import favourable, outcomes
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline


def test_sets_put_together_are_those_that_are_searched_for(
    criteria: ModuleType,
    guideline: Guideline,
    size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """For every line of a generated case that waits for documentation, both ways give the same minimal sets."""
    rng, seen = random.Random(5), {"lines": 0, "sets": 0}
    for _ in range(size(60, 1000)):
        try:
            judged = judge(read_case(criteria.generate(rng), guideline), guideline)
        except CaseError:
            continue
        for line in judged.decision.lines:
            if line.needs:
                possible = outcomes(judged.model, guideline.program, line.key)
                search = judged.missing._search(favourable(possible, guideline.program))
                terms = implicants(search)
                if terms is not None:
                    found = {*search._of(terms)}
                    assert found == {*search._searched()}, (judged.case.id, line.code)
                    seen["lines"], seen["sets"] = seen["lines"] + 1, seen["sets"] + len(found)
    record_property("measured", f"questions answered in both ways: {seen}")
    assert seen["sets"] > seen["lines"] > 0
