"""The canonical cases, decided and compared with what they expect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..engine.cases.case import Case, Unreadable, read_files
from ..engine.decision.decide import Decision, LineDecision, decide
from ..engine.language.errors import CaseError
from ..engine.library.guideline import Guideline
from .render import decision_text as report


class Result(NamedTuple):
    """One canonical case: its outcomes, and where it differs from what it expects."""

    case: str
    outcomes: str
    differences: list[str]


def run_cases(guideline: Guideline) -> Iterator[Result]:
    """Yield the result of every canonical case, in the order of folder and name."""
    for case in read_files(sorted(guideline.folder.glob("cases/*/*.yaml")), guideline):
        if isinstance(case, Unreadable):
            yield Result(case.id, "error", [case.error])
        else:
            yield _run(case, guideline)


def _run(case: Case, guideline: Guideline) -> Result:
    told, differences = "", []
    for world, expected in (("open", case.expect), ("closed", case.expect_closed)):
        try:
            decision = decide(case, guideline, world=world)
        except CaseError as error:
            return Result(case.id, "error", [str(error)])
        told = told or ", ".join(dict.fromkeys(line.outcome for line in decision.lines))
        differences += [f"{world} world: {text}" for text in compare(decision, expected)]
    if not case.expect:
        differences.append("nothing is expected; write expect")
    return Result(case.id, told, differences)


def compare(decision: Decision, expected: dict[str, Any]) -> Iterator[str]:
    """Yield every difference between a decision and the expectation of a case file."""
    for line in decision.lines if expected else ():
        wanted = expected.get(f"{line.cpt}@{line.session}", expected.get(line.cpt))
        if wanted is None:
            yield f"{line.cpt}: nothing is expected of this line"
            continue
        got = {"outcome": line.outcome, "by": list(line.by), "reason": line.reason, "missing": missing_texts(line)}
        for key, value in wanted.items():
            if got[key] != value:
                yield f"{line.cpt}@{line.session}: {key} is {got[key]}, expected {value}"
    if "advisories" in expected:
        got_ids = sorted({advisory.id for advisory in decision.advisories})
        if got_ids != sorted(expected["advisories"]):
            yield f"advisories are {got_ids}, expected {expected['advisories']}"


def missing_texts(line: LineDecision) -> list[list[str]]:
    """Return the missing sets in the short form of case files: `FINDING`, or `AMOUNT >= 4`."""
    return [
        [n["finding"] + ("" if n["needs"] == "present" else f" {n['needs']}") for n in needs] for needs in line.missing
    ]


def table(results: Sequence[Result], width: int) -> str:
    """Return the results as a table; what differs stands below its case."""
    rows = [("ok" if not r.differences else "DIFFERS", r.case, r.outcomes) for r in results]
    lines = report.table([("", "case", "outcomes"), *rows], width).splitlines()
    below = [[], *([f"         {text}" for text in r.differences] for r in results)]
    return "\n".join(text for line, more in zip(lines, below, strict=True) for text in [line, *more])
