"""One case leaves nothing behind: memory stays flat over ten thousand decisions, and threads do not mix."""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.decision.decide import decide
from coverlog.engine.library.guideline import Guideline

from pyDatalog import Logic  # isort: skip


def _generated(number: int, criteria: ModuleType, guideline: Guideline) -> list[Case]:
    rng = random.Random(5)
    read = [next(iter(read_text(json.dumps(criteria.generate(rng)).encode(), "g", guideline))) for _ in range(number)]
    return [case for case in read if isinstance(case, Case)]


MEASURED = """
import gc, json, random, resource, sys
from importlib.util import module_from_spec, spec_from_file_location
import coverlog
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.decision.decide import decide

def resident():
    with open("/proc/self/statm", encoding="ascii") as stat:
        return int(stat.read().split()[1]) * resource.getpagesize() // 1024

spec = spec_from_file_location("criteria", sys.argv[1])
criteria = sys.modules["criteria"] = module_from_spec(spec)
spec.loader.exec_module(criteria)
number, turns, guideline, rng = int(sys.argv[2]), int(sys.argv[3]), coverlog.load(), random.Random(5)
texts = [json.dumps(criteria.generate(rng)).encode() for _ in range(number)]
cases = [next(iter(read_text(text, "g", guideline))) for text in texts]
cases = [case for case in cases if isinstance(case, Case)]

def decide_all(turns):
    for turn in range(turns):
        for case in cases:
            decide(case, guideline, world="open" if turn % 2 else "closed")
    gc.collect()
    return len(gc.get_objects()), resident()

# What is kept for the cases that come after is made, and what is compiled after some uses compiled.
decide_all(24)
objects, before = decide_all(1)
left, after = decide_all(turns)
print(json.dumps({"decisions": turns * len(cases), "left": left - objects, "before": before, "grown": after - before}))
"""


def test_memory_stays_flat(
    root: Path, size: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    """Once its like was decided no decision leaves an object behind, and ten thousand add less than two megabytes."""
    told = subprocess.run(
        [sys.executable, "-c", MEASURED, str(root / "tests" / "criteria.py"), str(size(30, 500)), str(size(12, 20))],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    measured = json.loads(told)
    record_property(
        "measured",
        "{decisions} decisions: {left} objects left, {before} kB resident, grown by {grown} kB".format(**measured),
    )
    assert measured["left"] < measured["decisions"] / 10
    assert measured["grown"] < 2048


def test_threads_do_not_mix(criteria: ModuleType, guideline: Guideline, size: Callable[[int, int], int]) -> None:
    """Eight threads that decide different cases at once answer as one thread does."""
    cases = _generated(size(60, 500), criteria, guideline)
    alone = [decide(case, guideline) for case in cases]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda case: decide(case, guideline), cases)) == alone


def test_order_does_not_matter(criteria: ModuleType, guideline: Guideline, size: Callable[[int, int], int]) -> None:
    """A case is decided the same whatever was decided before it."""
    cases = _generated(size(40, 500), criteria, guideline)
    forth = {case.id: decide(case, guideline) for case in cases}
    back = {case.id: decide(case, guideline) for case in reversed(cases)}
    assert forth == back


def test_other_users_of_pydatalog_are_left_alone(make: object, guideline: Guideline) -> None:
    """The thread's own pyDatalog database is the same before and after a decision."""
    mine = Logic()
    decide(make(), guideline)  # type: ignore[operator]
    assert Logic(True) is mine
