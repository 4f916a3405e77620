"""Commands that decide: decide, cases, schema."""

from __future__ import annotations

import json
import sys

import click

from ...engine.cases.case import Unreadable
from ...engine.library.guideline import load
from ...engine.program.schema import OUTCOMES, case_schema
from .main import BAD_INPUT, FAILED, FOUND, as_of_option, cases_argument, judge_all, width, world_option


@click.command()
@cases_argument
@world_option
@as_of_option
@click.option("--format", "form", type=click.Choice(["text", "json", "jsonl"]), default="text", show_default=True)
@click.option("--fail-on", type=click.Choice(OUTCOMES), multiple=True, help="Exit 3 where a line has this outcome.")
@click.pass_obj
def decide(guideline: str, cases: tuple[str, ...], world: str, as_of: str, form: str, fail_on: tuple[str, ...]) -> None:
    """Decide the lines of cases: files, folders, - or names of canonical cases.

    As JSON one case is an object, several are a list; jsonl is a line a case. A case that cannot be read is
    {"case", "error"}, and the status is then 2.

    \b
    Example: coverlog decide cts-six-weeks-of-splinting --format json
    """
    status, told = 0, []
    for item in judge_all(cases, load(guideline), world, as_of):
        if isinstance(item, Unreadable):
            status = BAD_INPUT
            told.append({"case": item.id, "error": item.error})
            click.echo(f"coverlog: {item.error}", err=True)
        else:
            told.append(item.decision.as_json())
            if any(line.outcome in fail_on for line in item.decision.lines):
                status = status or FOUND
            if form == "text":
                from ..render.decision_text import decision_text

                click.echo(decision_text(item, width()))
        if form == "jsonl":
            click.echo(json.dumps(told.pop()))
    if form == "json":
        click.echo(json.dumps(told if len(told) != 1 else told[0], indent=2))
    sys.exit(status)


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def cases(guideline: str, form: str) -> None:
    """Run the canonical cases and compare them with what they expect, as `test` does; exit 1 where one differs.

    \b
    Example: coverlog cases
    """
    from ..testing.cases import canonical_paths, read, run_case, table

    loaded = load(guideline)
    found = read(canonical_paths(loaded), loaded)
    with click.progressbar(
        found, len(found), "canonical cases", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as running:
        results = [result for case in running for result in run_case(case, loaded)]
    wrong = [result for result in results if result.differences]
    if form == "json":
        click.echo(json.dumps([result._asdict() for result in results], indent=2))
    else:
        click.echo(table(results, width()))
    click.echo(f"{len(found)} cases, {len(results)} results, {len(wrong)} not as expected", err=True)
    sys.exit(FAILED if wrong else 0)


@click.command()
@click.pass_obj
def schema(guideline: str) -> None:
    """Print the JSON Schema of a case file.

    \b
    Example: coverlog schema > case.schema.json
    """
    click.echo(json.dumps(case_schema(load(guideline).program), indent=2))
