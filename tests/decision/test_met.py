"""Which targets a set of what is missing meets: told of all sets at once as of each."""

from collections.abc import Callable

import pytest
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.decision.decide import judge
from coverlog.engine.decision.outcomes import favourable, outcomes
from coverlog.engine.library.guideline import load
from coverlog.engine.program.interface import AWAITED

WAITING = AWAITED.name
EVERY = 4  # canonical cases, in the suite


@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4"])
def test_what_sets_meet_is_the_same_at_once_as_one_by_one(name: str, size: Callable[[int, int], int]) -> None:
    """Each set meets something, and the same whether it is asked for alone or beside the others."""
    guideline, looked_at = load(name), 0
    waiting = [path for path in sorted(canonical_paths(guideline)) if path.parent.name == WAITING]
    for case in read_files(waiting[:: size(EVERY, 1)], guideline):
        assert isinstance(case, Case)
        judged = judge(case, guideline)
        for line in judged.decision.lines:
            if line.needs:
                targets = favourable(outcomes(judged.model, guideline.program, line.key), guideline.program)
                sets = judged.missing.sets(targets).sets
                met = judged.missing.met_each(sets, targets)
                assert met == [judged.missing.met(needs, targets) for needs in sets]
                assert all(met)
                looked_at += len(sets)
    assert looked_at > 3
