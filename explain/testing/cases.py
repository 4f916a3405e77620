"""The canonical cases as tests: a result for each case and world, as a table or as JUnit XML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from ...engine.cases.case import Case, Unreadable, read_files
from ...engine.decision.decide import WORLDS, Decision, decide
from ...engine.language.errors import CaseError
from ...engine.library.guideline import Guideline
from ..canonical import compare
from ..render import decision_text as report

REFUSED = "refused"
"""The folder below `cases` whose cases contradict themselves: refusing them is what is expected."""


class Result(NamedTuple):
    """One case in one world: what it came to, by which statements, and where it differs."""

    case: str
    world: str
    outcomes: tuple[str, ...]
    by: tuple[str, ...]
    differences: tuple[str, ...]


def canonical_paths(guideline: Guideline) -> list[Path]:
    """Return the files of the canonical cases, those to be refused among them."""
    return sorted(guideline.folder.glob("cases/**/*.yaml"))


def read(paths: Iterable[Path], guideline: Guideline) -> list[Case | Unreadable]:
    """Return the cases of files and folders."""
    return list(read_files(paths, guideline))


def refused(case: Case) -> bool:
    """Say whether a case stands among those whose documentation contradicts itself."""
    return REFUSED in Path(case.place).parts


def expected(case: Case, world: str) -> bool:
    """Say whether a case expects something of a world."""
    return bool(refused(case) or (case.expect if world == "open" else case.expect_closed))


def run_case(case: Case | Unreadable, guideline: Guideline) -> Iterator[Result]:
    """Yield the result of a case in each world of which it expects something."""
    if isinstance(case, Unreadable):
        yield Result(case.id, "", ("unreadable",), (), (case.error,))
        return
    if not refused(case) and not case.expect:
        yield Result(case.id, "open", (), (), ("nothing is expected; write expect",))
    for world in WORLDS:
        if expected(case, world):
            yield _run(case, guideline, world)


def _run(case: Case, guideline: Guideline, world: str) -> Result:
    try:
        decision = decide(case, guideline, world=world)
    except CaseError as error:
        return Result(case.id, world, (REFUSED,), (), () if refused(case) else (str(error),))
    outcomes = tuple(dict.fromkeys(line.outcome for line in decision.lines))
    by = tuple(dict.fromkeys(name for line in decision.lines for name in line.by))
    return Result(case.id, world, outcomes, by, tuple(differences(case, world, decision)))


def differences(case: Case, world: str, decision: Decision) -> Iterator[str]:
    """Yield where a decision differs from what its case expects."""
    if refused(case):
        yield "decided; its documentation contradicts itself, and it has to be refused"
    else:
        yield from compare(decision, case.expect if world == "open" else case.expect_closed)


def table(results: Sequence[Result], width: int) -> str:
    """Return the results as a table; what differs stands below its case."""
    rows = [
        ("ok" if not r.differences else "DIFFERS", r.case, r.world, ", ".join(r.by), ", ".join(r.outcomes))
        for r in results
    ]
    lines = report.table([("", "case", "world", "by", "outcomes"), *rows], width).splitlines()
    below: list[list[str]] = [[], *([f"         {text}" for text in r.differences] for r in results)]
    return "\n".join(text for line, more in zip(lines, below, strict=True) for text in [line, *more])


def junit(results: Sequence[Result], seconds: float) -> str:
    """Return the results as JUnit XML, which continuous integration shows."""
    wrong = sum(bool(result.differences) for result in results)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuite name="coverlog" tests="{len(results)}" failures="{wrong}" errors="0" time="{seconds:.3f}">',
    ]
    for result in results:
        name = quoteattr(result.case)
        head = f"  <testcase classname={quoteattr(f'cases.{result.world}')} name={name}"
        if result.differences:
            told = quoteattr("; ".join(result.differences))
            lines.append(f"{head}><failure message={told}/></testcase>")
        else:
            lines.append(f"{head}/>")
    return "\n".join([*lines, "</testsuite>", ""])
