"""Other engines on the same rules and cases, as ratios of CPU time measured in one run.

Each is held against `decide` on random cases before it is timed; they then take turns, on new cases in every round, in
an order of their own. What they are given is written from the rule text, but for `tests/criteria.py`: the guideline in
plain Python, by hand. What turns a case into the form that a peer reads is not in its time, coverlog's own reading is.

Run: pip install -r benchmarks/peers/requirements.txt
     python benchmarks/peers/run.py [--cases 300] [--batch 10000] [--large 1000000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from common import (
    DATE,
    GUIDELINE,
    Lines,
    by_circuit,
    by_decide,
    by_open_decide,
    drawn,
    generate,
    of_open_circuit,
    ratio,
)
from coverlog.engine.batch.several import Batches
from coverlog.engine.batch.sources import connect
from coverlog.engine.cases.case import Case
from with_clingo import Once, by_clingo, by_clingo_at_once
from with_clingo_open import OnceOpen
from written import Python, RegoCpp, Regorus, Zen

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
import criteria

REREAD, AT_ONCE = "clingo, the text read for each case", "clingo, many cases in one grounding"
BATCH, DECISION, CIRCUIT = (
    "coverlog batch, in one process, not written",
    "coverlog decision, open world",
    "coverlog circuit",
)
BY_HAND, OPEN_ONCE = "plain Python, by hand", OnceOpen.name


class Way(NamedTuple):
    """A way to decide cases one by one."""

    name: str
    ready: Callable[[Case], Any]
    lines: Callable[[Any], Any]
    expected: Callable[[Case], Any] = by_decide


def by_hand(said: dict[str, Any]) -> Lines:
    told = criteria.judge(said, "closed")
    return sorted((e["cpt"], e["session"], e["outcome"], tuple(e["by"]) or (e["reason"] or "",)) for e in told)


def ways() -> Iterator[Way]:
    """Yield every way; one that is not installed is told."""

    def itself(case: Case) -> Case:
        return case

    yield Way(REREAD, itself, by_clingo)
    yield Way("coverlog decision, closed world", itself, by_decide)
    yield Way(DECISION, itself, by_open_decide, by_open_decide)
    yield Way(CIRCUIT, itself, by_circuit)
    yield Way("coverlog circuit, open world", itself, of_open_circuit, lambda case: by_open_decide(case)[0])
    yield Way(BY_HAND, lambda case: {**case.said, "date_of_service": DATE}, by_hand)
    for made in (Python, Once, Regorus, RegoCpp, Zen):
        try:
            of = made()
        except ImportError as error:
            print(f"left out, as {error} (benchmarks/peers/requirements.txt): {made.name}")
            continue
        yield Way(of.name, of.ready, of.lines)
    once = OnceOpen()
    yield Way(once.name, once.ready, once.answer, by_open_decide)


def cpu(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start


def by_batch(folder: Path) -> None:
    of = Batches(connect(), GUIDELINE, "closed", DATE)
    of.run(folder)


def timed(way: Way, cases: list[Case]) -> float:
    """Return the CPU time of a case, shuffled."""
    ready = [way.ready(case) for case in random.sample(cases, len(cases))]
    return cpu(lambda: [way.lines(each) for each in ready]) / len(cases)


def check(each: list[Way], cases: list[Case]) -> None:
    for way in each:
        for case in cases:
            found, expected = way.lines(way.ready(case)), way.expected(case)
            assert found == expected, (way.name, case.id, found, expected)  # noqa: S101
    for case, lines in zip(cases, by_clingo_at_once(cases), strict=True):
        assert lines == by_decide(case), case.id  # noqa: S101
    sets = sum(len(found) for case in cases for found in by_open_decide(case)[1].values())
    print(f"{len(cases)} cases, {sum(len(case.lines) for case in cases)} lines: all say what decide says, "
          f"with {sets} missing sets")  # fmt: skip


def told(times: dict[str, list[float]]) -> None:
    base = statistics.median(times[REREAD])
    for name, took in sorted(times.items(), key=lambda each: statistics.median(each[1])):
        one = statistics.median(took)
        print(f"{name:60} {one * 1e6:10.1f} us of CPU a case, {one / base:8.5f} of clingo, the text read for each")
    pairs = [(CIRCUIT, BY_HAND), *((peer, CIRCUIT) for peer in (Regorus.name, RegoCpp.name, Zen.name)),
             (DECISION, OPEN_ONCE), (AT_ONCE, BATCH)]  # fmt: skip
    for first, second in pairs:
        if first in times and second in times:
            found = ratio(times[first], times[second])
            print(f"{first} / {second}: {statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(description="Compares engines on the same rules and cases.")
    parser.add_argument("--cases", type=int, default=420, help="drawn for each round; some 300 are kept")
    parser.add_argument("--batch", type=int, default=10_000, help="cases of one grounding of clingo")
    parser.add_argument("--large", type=int, default=1_000_000, help="cases of the batch of coverlog")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        each = list(ways())
        check(each, drawn(folder / "checked", options.cases))
        many = drawn(folder / "many", options.batch)
        generate(folder / "large", "adversarial", options.large, 1)
        by_batch(folder / "large")
        times: dict[str, list[float]] = {}
        for number in range(2, options.rounds + 2):
            cases = drawn(folder / str(number), options.cases, number)
            for way in random.sample(each, len(each)):
                times.setdefault(way.name, []).append(timed(way, cases))
            times.setdefault(AT_ONCE, []).append(cpu(lambda: by_clingo_at_once(many)) / len(many))
            times.setdefault(BATCH, []).append(cpu(lambda: by_batch(folder / "large")) / options.large)
        told(times)


if __name__ == "__main__":
    main()
