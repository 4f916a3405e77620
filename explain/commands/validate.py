"""The command that looks over cases before they are decided: validate."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from ...engine.cases.case import Case, Unreadable
from ...engine.cases.find import find_cases, named
from ...engine.decision.decide import judge
from ...engine.evaluation.limits import on_time
from ...engine.language.errors import FaultError, Finding
from ...engine.library.guideline import Guideline
from ...engine.library.several import each
from ..advice.phrases import some
from .inputs import answering, doubted, noted
from .options import cases_argument, format_option, output_option
from .output import BAD_INPUT, FAILED, note, write_out


@click.command()
@cases_argument
@format_option("text", "json", "github", "sarif")
@output_option
def validate(cases: tuple[str, ...], form: str, out: Path | None) -> None:
    """Tell everything that is wrong or doubtful in cases, each with its place and remedy: exit 1 where one is wrong.

    Errors are what a case cannot be decided with. Warnings are codes that do not exist or stand for nothing, a date
    to come and an id used twice. Advice is what the guideline's own advisories say of the request.

    \b
    Example: coverlog validate cts-six-weeks-of-splinting --format json
    """
    from ...engine.soundness.registry import ERROR, severity
    from ..render.findings import counted, written

    by, seen, findings, number = answering(), dict[str, dict[str, str]](), list[Finding](), 0
    for case in find_cases(cases, by):
        number += 1
        read = case if isinstance(case, Case) else case.partly
        guideline = (read.under if read else None) or each(by)[0]
        findings += _found(case, guideline, seen.setdefault(guideline.program.name, {}))
    write_out(written(findings, Path(), form), out)
    note(f"{some(number, 'case')}: {counted(findings)}")
    wrong = FAILED if any(severity(finding) == ERROR for finding in findings) else 0
    sys.exit(wrong if all(named(name, by) for name in cases) else BAD_INPUT)


def _found(case: Case | Unreadable, guideline: Guideline, seen: dict[str, str]) -> Iterator[Finding]:
    """Yield what is found in one case: its faults, what is doubtful, and what its guideline says of the request."""
    from ...engine.cases.doubts import as_findings
    from ..advice.objections import objections

    if isinstance(case, Unreadable):
        found = [*as_findings(case.faults), *(doubted(case.partly, guideline, seen) if case.partly else ())]
        yield from sorted(found, key=lambda finding: finding.place)
        return
    yield from doubted(noted(case), guideline, seen)
    try:
        judged = on_time(lambda: judge(case, guideline))
    except FaultError as error:
        yield from as_findings(error.faults)
    else:
        yield from objections(judged)
