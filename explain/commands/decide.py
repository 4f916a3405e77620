"""The command that decides: decide."""

from __future__ import annotations

import json
import sys

import click

from ...engine.cases.case import Unreadable
from ...engine.library.guideline import load
from ...engine.program.interface import OUTCOMES
from .inputs import judge_all, warned
from .options import as_of_option, cases_argument, format_option, world_option
from .output import BAD_INPUT, FOUND, as_json, width, write_out


@click.command()
@cases_argument
@world_option
@as_of_option
@format_option("text", "json", "jsonl")
@click.option("--fail-on", type=click.Choice(OUTCOMES), multiple=True, help="Exit 3 where a line has this outcome.")
@click.pass_obj
def decide(guideline: str, cases: tuple[str, ...], world: str, as_of: str, form: str, fail_on: tuple[str, ...]) -> None:
    """Decide the lines of cases: files, folders, - or names of canonical cases.

    As JSON one case is an object, several are a list; jsonl is a line a case. What is doubtful is told on stderr and
    as "warnings". A case that cannot be read is {"case", "error", "faults"}, and the status is then 2.

    \b
    Example: coverlog decide cts-six-weeks-of-splinting --format json
    """
    from ..render.decision_text import decision_text

    status, told = 0, []
    seen: dict[str, str] = {}
    for item in judge_all(cases, load(guideline), world, as_of):
        if isinstance(item, Unreadable):
            status = BAD_INPUT
            told.append({"case": item.id, "error": item.error, "faults": [each._asdict() for each in item.faults]})
            click.echo(f"coverlog: {item.error}", err=True)
        else:
            told.append(item.decision.as_json() | {"warnings": warned(item, seen)})
            if any(line.outcome in fail_on for line in item.decision.lines):
                status = status or FOUND
            if form == "text":
                click.echo(decision_text(item, width()))
        if form == "jsonl":
            click.echo(json.dumps(told.pop()))
    if form == "json":
        write_out(as_json(told if len(told) != 1 else told[0]))
    sys.exit(status)
