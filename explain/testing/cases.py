"""The canonical cases as tests: a result for each case and world, as a table or as JUnit XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ...engine.cases.case import Case, Unreadable, read_files
from ...engine.cases.find import overridden
from ...engine.decision.decide import decide
from ...engine.decision.decision import WORLDS, Decision
from ...engine.evaluation.limits import LimitError
from ...engine.language.errors import CONTRADICTORY, CaseError
from ...engine.language.visible import visible
from ...engine.library.guideline import Guideline
from ...engine.program.program import Program
from ..advice.phrases import wrapped
from ..advice.wording import come_to
from ..render.table import lines_of
from .differing import Difference, compare

REFUSED = "refused"
"""The folder below `cases` whose cases contradict themselves: refusing them is what is expected."""


class Result(NamedTuple):
    """One case in one world: what it came to, by which statements, and where it differs."""

    case: str
    world: str
    outcomes: tuple[str, ...]
    by: tuple[str, ...]
    differences: tuple[Difference, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as the JSON object of `test` and `cases`."""
        return self._asdict() | {"differences": [each._asdict() for each in self.differences]}


def read(paths: Iterable[Path], guideline: Guideline) -> list[Case | Unreadable]:
    """Return the cases of files and folders."""
    return list(read_files(paths, guideline))


def refused(case: Case | Unreadable) -> bool:
    """Say whether a case stands among those whose documentation contradicts itself.

    Where it does so by its dates, the case is not even read.
    """
    if isinstance(case, Unreadable):
        dates = [fault for fault in case.faults if fault.message.startswith(CONTRADICTORY)]
        return len(dates) == len(case.faults) and all(REFUSED in Path(fault.place).parts for fault in dates)
    return REFUSED in Path(case.place).parts


def expected(case: Case, world: str) -> bool:
    """Say whether a case expects something of a world."""
    return bool(refused(case) or (case.expect if world == "open" else case.expect_closed))


def run_case(case: Case | Unreadable, guideline: Guideline) -> Iterator[Result]:
    """Yield the result of a case in each world of which it expects something."""
    if isinstance(case, Unreadable):
        as_meant = refused(case)
        wrong = () if as_meant else (Difference(case.error),)
        yield Result(case.id, "", (REFUSED if as_meant else "unreadable",), (), wrong)
        return
    if not refused(case) and not case.expect:
        yield Result(case.id, "open", (), (), (Difference("nothing is expected; write expect"),))
    for world in WORLDS:
        if expected(case, world):
            yield _run(case, guideline, world)
    if not _differs(case, guideline):
        name = guideline.program.variation.base
        yield Result(case.id, "", (), (), (Difference(f"it expects what the case of {name} does; delete it"),))


def _differs(case: Case, guideline: Guideline) -> bool:
    """Say whether a case that stands in the place of another one expects something else."""
    path = overridden(guideline, Path(case.place.split(":")[0])) if guideline.program.variation.base else None
    other = next(iter(read([path], guideline)), None) if path else None
    return not isinstance(other, Case) or (other.expect, other.expect_closed) != (case.expect, case.expect_closed)


def _run(case: Case, guideline: Guideline, world: str) -> Result:
    try:
        return result(case, guideline, world)
    except LimitError as error:
        return Result(case.id, world, (), (), (Difference(str(error)),))


def result(case: Case, guideline: Guideline, world: str) -> Result:
    """Return the result of a case in one world.

    :raises LimitError: where it has none, for a limit was reached before.
    """
    try:
        decision = decide(case, guideline, world=world)
    except CaseError as error:
        return Result(case.id, world, (REFUSED,), (), () if refused(case) else (Difference(str(error)),))
    outcomes = tuple(dict.fromkeys(line.outcome for line in decision.lines))
    by = tuple(dict.fromkeys(name for line in decision.lines for name in line.by))
    return Result(case.id, world, outcomes, by, tuple(differences(case, world, decision, guideline)))


def differences(case: Case, world: str, decision: Decision, guideline: Guideline) -> Iterator[Difference]:
    """Yield where a decision differs from what its case expects."""
    if refused(case):
        yield Difference("decided; its documentation contradicts itself, and it has to be refused")
    else:
        yield from compare(decision, case.expect if world == "open" else case.expect_closed, guideline.program)


def table(results: Sequence[Result], program: Program, width: int) -> str:
    """Return the results as a table; what differs stands below its case."""
    rows = [
        ("DIFFERS" if r.differences else "ok", r.case, r.world, ", ".join(r.by),
         ", ".join(come_to(name, program) for name in r.outcomes))
        for r in results
    ]  # fmt: skip
    lines = list(lines_of([("", "case", "world", "by", "outcomes"), *rows], width))
    head: list[list[str]] = [[]] * (len(lines) - len(rows))
    below = [*head, *([line for each in r.differences for line in _below(str(each), width)] for r in results)]
    return "\n".join(text for own, more in zip(lines, below, strict=True) for text in [*own, *more])


def _below(text: str, width: int) -> list[str]:
    """Return what differs, below its case."""
    indent = " " * 9
    return wrapped(text, width, indent, f"{indent}  ") if width else [indent + text]


def junit(results: Sequence[Result], seconds: float) -> str:
    """Return the results as JUnit XML, which continuous integration shows."""
    wrong = sum(bool(result.differences) for result in results)
    suite = ET.Element(
        "testsuite", name="coverlog", tests=str(len(results)), failures=str(wrong), errors="0", time=f"{seconds:.3f}"
    )
    for result in results:
        case = ET.SubElement(suite, "testcase", classname=visible(f"cases.{result.world}"), name=visible(result.case))
        if result.differences:
            ET.SubElement(case, "failure", message=visible("; ".join(map(str, result.differences))))
    ET.indent(suite)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(suite, encoding="unicode")}\n'
