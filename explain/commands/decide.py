"""The command that decides: decide."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from ...engine.cases.case import Unreadable
from ...engine.program.interface import ROLES
from .inputs import answering, judge_all, warned
from .options import as_of_option, cases_argument, format_option, outcome_option, world_option
from .output import BAD_INPUT, FOUND, as_json, bar, note, table_width, width, write_out

if TYPE_CHECKING:
    from ...engine.decision.decide import Judged

_ROWS = ("table", "csv", "rows")
"""The formats that tell a row a line."""


@click.command()
@cases_argument
@world_option
@as_of_option
@format_option("text", "json", "jsonl", *_ROWS, text="table, csv and rows (JSON) tell a row a line.")
@click.option("--sort", "order", type=click.Choice(["nearest"]),
              help="Those first that need the fewest things to be favourable: lines in rows, else cases.")  # fmt: skip
@outcome_option(
    "--fail-on", roles=ROLES, multiple=True,
    text="Exit 3 where a line has this outcome, or one of this role (favourable, unfavourable or silent).",
)  # fmt: skip
def decide(
    cases: tuple[str, ...], world: str, as_of: str, form: str, order: str | None,
    fail_on: tuple[str, ...],
) -> None:  # fmt: skip
    """Decide the lines of cases: files, folders, - or names of canonical cases.

    As JSON one case is an object, several are a list; jsonl is a line a case. A case that cannot be read is
    {"case", "error", "faults"}, and the status is then 2. What is doubtful is told on stderr and as "warnings".
    A row has the reason in a sentence and the least that would make the line favourable.

    \b
    Example: coverlog decide cts-six-weeks-of-splinting --format json
             coverlog decide cts-three-weeks-of-splinting --format table --sort nearest
    """
    run = _Run(fail_on)
    found = run.noted(judge_all(cases, answering(), world, as_of))
    if form in _ROWS:
        _tell_rows(bar(found, "cases"), form, order)
    else:
        _tell_cases(run, _sorted(found) if order else found, form)
    sys.exit(run.status)


class _Run:
    """Goes through what is decided: says what could not be, and keeps the exit status."""

    def __init__(self, fail_on: tuple[str, ...]) -> None:
        self.fail_on, self.status = fail_on, 0
        self._seen: dict[str, dict[str, str]] = {}  # by the guideline
        self._doubts: dict[tuple[str, str], list[dict[str, Any]]] = {}  # by the guideline and the case's place

    def noted(self, found: Iterable[Judged | Unreadable]) -> Iterator[Judged | Unreadable]:
        for item in found:
            if isinstance(item, Unreadable):
                self.status = BAD_INPUT
                click.echo(f"coverlog: {item.error}", err=True)
                yield item
                continue
            guideline = item.decision.guideline
            self._doubts[guideline, item.case.place] = warned(item, self._seen.setdefault(guideline, {}))
            if any({line.outcome, line.role}.intersection(self.fail_on) for line in item.decision.lines):
                self.status = self.status or FOUND
            yield item

    def as_object(self, item: Judged | Unreadable) -> dict[str, Any]:
        """Return what `as_object` does, and what is doubtful in the case."""
        if isinstance(item, Unreadable):
            return as_object(item)
        return as_object(item) | {"warnings": self._doubts[item.decision.guideline, item.case.place]}


def _sorted(found: Iterable[Judged | Unreadable]) -> list[Judged | Unreadable]:
    from ..advice.line_rows import distance

    return sorted(found, key=distance)


def _tell_cases(run: _Run, found: Iterable[Judged | Unreadable], form: str) -> None:
    """Tell each case, as soon as it is decided where the format lets that be."""
    told, gap = [], ""
    for item in found:
        if form == "text":
            if not isinstance(item, Unreadable):
                from ..render.decision_text import decision_text

                click.echo(f"{gap}{decision_text(item, width())}")
                gap = "\n"
        elif form == "jsonl":
            click.echo(json.dumps(run.as_object(item)))
        else:
            told.append(run.as_object(item))
    if form == "json":
        write_out(as_json(told if len(told) != 1 else told[0]))


def as_object(item: Judged | Unreadable) -> dict[str, Any]:
    """Return a decision, or why there is none, as the documented JSON object."""
    if isinstance(item, Unreadable):
        return {"case": item.id, "error": item.error, "faults": [fault._asdict() for fault in item.faults]}
    return item.decision.as_json()


def _tell_rows(found: Iterable[Judged | Unreadable], form: str, order: str | None) -> None:
    from ..advice.line_rows import remoteness, rows_of
    from ..render import line_table as told

    rows = [row for item in found for row in rows_of(item)]
    rows = sorted(rows, key=remoteness) if order else rows
    if form == "rows":
        write_out(as_json(told.as_json(rows)))
    elif form == "csv":
        write_out(told.as_csv(rows))
        note(told.summary(rows))
    else:
        write_out(f"{told.as_table(rows, table_width())}\n")
