"""One case leaves nothing behind: memory stays flat over ten thousand decisions, and threads do not mix."""

import gc
import random
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

from coverlog.engine.cases.case import Case
from coverlog.engine.decision.decide import decide
from coverlog.engine.library.guideline import Guideline

from pyDatalog import Logic  # isort: skip


def _resident() -> int:
    """Return the resident memory in kilobytes."""
    with open("/proc/self/statm", encoding="ascii") as stat:
        return int(stat.read().split()[1]) * resource.getpagesize() // 1024


def _generated(number: int, criteria: ModuleType, guideline: Guideline) -> list[Case]:
    import json

    from coverlog.engine.cases.case import read_text

    rng = random.Random(5)
    read = [next(iter(read_text(json.dumps(criteria.generate(rng)).encode(), "g", guideline))) for _ in range(number)]
    return [case for case in read if isinstance(case, Case)]


def test_memory_stays_flat(
    criteria: ModuleType,
    guideline: Guideline,
    size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """No decision leaves an object behind, and ten thousand of different cases add less than two megabytes."""
    cases = _generated(size(30, 500), criteria, guideline)
    for world in ("open", "closed"):
        for case in cases:
            decide(case, guideline, world=world)
    turns = size(4, 20)
    gc.collect()
    before, objects = _resident(), len(gc.get_objects())
    for turn in range(turns):
        for case in cases:
            decide(case, guideline, world="open" if turn % 2 else "closed")
    gc.collect()
    number, left, grown = turns * len(cases), len(gc.get_objects()) - objects, _resident() - before
    record_property("measured", f"{number} decisions: {left} objects left, {before} kB resident, grown by {grown} kB")
    assert left < number / 10
    assert grown < size(8192, 2048)  # the first hundreds of decisions still fill the allocator


def test_threads_do_not_mix(criteria: ModuleType, guideline: Guideline) -> None:
    """Eight threads that decide different cases at once answer as one thread does."""
    cases = _generated(160, criteria, guideline)
    alone = [decide(case, guideline) for case in cases]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda case: decide(case, guideline), cases)) == alone


def test_order_does_not_matter(criteria: ModuleType, guideline: Guideline) -> None:
    """A case is decided the same whatever was decided before it."""
    cases = _generated(80, criteria, guideline)
    forth = {case.id: decide(case, guideline) for case in cases}
    back = {case.id: decide(case, guideline) for case in reversed(cases)}
    assert forth == back


def test_other_users_of_pydatalog_are_left_alone(make: object, guideline: Guideline) -> None:
    """The thread's own pyDatalog database is the same before and after a decision."""
    mine = Logic()
    decide(make(), guideline)  # type: ignore[operator]
    assert Logic(True) is mine
