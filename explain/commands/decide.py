"""The command that decides: decide."""

from __future__ import annotations

import json
import sys

import click

from ...engine.cases.case import Unreadable
from ...engine.library.guideline import load
from ...engine.program.interface import ROLES
from .inputs import judge_all, warned
from .options import as_of_option, cases_argument, format_option, outcome_option, world_option
from .output import BAD_INPUT, FOUND, as_json, width, write_out


@click.command()
@cases_argument
@world_option
@as_of_option
@format_option("text", "json", "jsonl")
@outcome_option(
    "--fail-on", roles=ROLES, multiple=True,
    text="Exit 3 where a line has this outcome, or one of this role (favourable, unfavourable or silent).",
)  # fmt: skip
@click.pass_obj
def decide(guideline: str, cases: tuple[str, ...], world: str, as_of: str, form: str, fail_on: tuple[str, ...]) -> None:
    """Decide the lines of cases: files, folders, - or names of canonical cases.

    As JSON one case is an object, several are a list; jsonl is a line a case. A case that cannot be read is
    {"case", "error", "faults"}, and the status is then 2. What is doubtful is told on stderr and as "warnings".

    \b
    Example: coverlog decide cts-six-weeks-of-splinting --format json
    """
    status, told = 0, []
    seen: dict[str, str] = {}
    for item in judge_all(cases, load(guideline), world, as_of):
        if isinstance(item, Unreadable):
            status = BAD_INPUT
            faults = [fault._asdict() for fault in item.faults]
            told.append({"case": item.id, "error": item.error, "faults": faults})
            click.echo(f"coverlog: {item.error}", err=True)
        else:
            told.append(item.decision.as_json() | {"warnings": warned(item, seen)})
            if any({line.outcome, line.role}.intersection(fail_on) for line in item.decision.lines):
                status = status or FOUND
            if form == "text":
                from ..render.decision_text import decision_text

                click.echo(decision_text(item, width()))
        if form == "jsonl":
            click.echo(json.dumps(told.pop()))
    if form == "json":
        write_out(as_json(told if len(told) != 1 else told[0]))
    sys.exit(status)
