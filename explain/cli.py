"""The command line: a few lines a command; answers go to stdout, everything else to stderr."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from ..engine.case import Case, Unreadable, read_files, read_text
from ..engine.decide import WORLDS, Judged, judge
from ..engine.errors import CaseError, GuidelineError, did_you_mean
from ..engine.library import Guideline, load
from ..engine.schema import OUTCOMES, case_schema

FAILED, BAD_INPUT, FOUND = 1, 2, 3


class _Commands(click.Group):
    """Shows a guideline that cannot be used as one clear error."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GuidelineError as error:
            for finding in error.findings:
                click.echo(finding, err=True)
            ctx.exit(BAD_INPUT)
        except (FileNotFoundError, CaseError) as error:
            click.echo(f"coverlog: {error}", err=True)
            ctx.exit(BAD_INPUT)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coverlog")
@click.option("--guideline", "-g", default="cg_med_24", show_default=True, envvar="COVERLOG_GUIDELINE",
              help="A guideline shipped here, or a folder of .dl files.")  # fmt: skip
@click.pass_context
def main(ctx: click.Context, guideline: str) -> None:
    """Decide what a coverage guideline says of a case, with a proof for every line.

    \b
    Example: coverlog explain cts-six-weeks-of-splinting
    """
    ctx.obj = guideline


_world = click.option("--world", type=click.Choice(WORLDS), default="open", show_default=True,
                      help="What is not documented is unknown (open), or not so (closed).")  # fmt: skip
_as_of = click.option("--as-of", metavar="DATE", callback=lambda c, p, v: _date(v), help="Apply the rules of this date "
                      "(YYYY-MM-DD) in place of the date of service.")  # fmt: skip
_cases = click.argument(
    "cases", nargs=-1, required=True, metavar="CASE...", shell_complete=lambda c, p, i: _complete(i)
)


def _date(value: str | None) -> str:
    import datetime

    try:
        return datetime.date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise click.BadParameter(f"{value} is no date; write YYYY-MM-DD") from None


def canonical(guideline: Guideline) -> dict[str, Path]:
    """Return the canonical cases of a guideline by name."""
    return {path.stem: path for path in sorted(guideline.folder.glob("cases/*/*.yaml"))}


def _complete(incomplete: str) -> list[str]:
    return [name for name in canonical(load()) if name.startswith(incomplete)]


def find_cases(names: Iterable[str], guideline: Guideline) -> Iterator[Case | Unreadable]:
    """Yield the cases that files, folders, `-` and names of canonical cases stand for."""
    for name in names:
        if name == "-":
            yield from read_text(sys.stdin.buffer.read(), "<stdin>", guideline)
        elif Path(name).exists():
            yield from read_files([Path(name)], guideline)
        elif name in (shipped := canonical(guideline)):
            yield from read_files([shipped[name]], guideline)
        else:
            hint = did_you_mean(name, shipped) or "name a file, a folder, - or a canonical case (see coverlog cases)"
            yield Unreadable(name, f"{name}: no such file or case; {hint}")


def judge_all(names: Iterable[str], guideline: Guideline, world: str, as_of: str) -> Iterator[Judged | Unreadable]:
    """Yield each case decided, or why it was not; what was read otherwise than written goes to stderr."""
    for case in find_cases(names, guideline):
        if isinstance(case, Unreadable):
            yield case
            continue
        for note in case.notes:
            click.echo(f"{case.place}: {note}", err=True)
        try:
            yield judge(case, guideline, world=world, as_of=as_of)
        except CaseError as error:
            yield Unreadable(case.id, str(error))


def width() -> int:
    """Return the columns to write in: the terminal's, or 100."""
    return shutil.get_terminal_size((100, 24)).columns


@main.command()
@_cases
@_world
@_as_of
@click.option("--format", "form", type=click.Choice(["text", "json", "jsonl"]), default="text", show_default=True)
@click.option("--fail-on", type=click.Choice(OUTCOMES), multiple=True, help="Exit 3 where a line has this outcome.")
@click.pass_obj
def decide(guideline: str, cases: tuple[str, ...], world: str, as_of: str, form: str, fail_on: tuple[str, ...]) -> None:
    """Decide the lines of cases: files, folders, - or names of canonical cases.

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
                from .report import decision_text

                click.echo(decision_text(item, width()))
        if form == "jsonl":
            click.echo(json.dumps(told.pop()))
    if form == "json":
        click.echo(json.dumps(told if len(told) != 1 else told[0], indent=2))
    sys.exit(status)


@main.command()
@click.argument("case", shell_complete=lambda c, p, i: _complete(i))
@click.option("--line", "cpt", default="", metavar="CPT", help="Explain the lines of this procedure code only.")
@_world
@_as_of
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def explain(guideline: str, case: str, cpt: str, world: str, as_of: str, form: str) -> None:
    """Show the proof of each line's outcome, with statement, authority and source of every step.

    \b
    Example: coverlog explain cts-six-weeks-of-splinting --line 95886
    """
    from .proof import prove
    from .render import as_json, as_text

    status = 0
    for item in judge_all([case], load(guideline), world, as_of):
        if isinstance(item, Unreadable):
            raise CaseError(item.error)
        lines = [line.cpt for line in item.decision.lines]
        if cpt and cpt not in lines:
            raise click.BadParameter(f"the case has no line {cpt}; it has {', '.join(lines)}", param_hint="--line")
        proof = prove(item, cpt=cpt)
        click.echo(json.dumps(as_json(proof), indent=2) if form == "json" else as_text(proof, width()))
    sys.exit(status)


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def cases(guideline: str, form: str) -> None:
    """Run the canonical cases and compare them with what they expect; exit 1 where one differs.

    \b
    Example: coverlog cases
    """
    from .canonical import run_cases, table

    results = list(run_cases(load(guideline)))
    wrong = [result for result in results if result.differences]
    if form == "json":
        click.echo(json.dumps([result._asdict() for result in results], indent=2))
    else:
        click.echo(table(results, width()))
    click.echo(f"{len(results)} cases, {len(wrong)} not as expected", err=True)
    sys.exit(FAILED if wrong else 0)


@main.command()
@click.pass_obj
def schema(guideline: str) -> None:
    """Print the JSON Schema of a case file.

    \b
    Example: coverlog schema > case.schema.json
    """
    click.echo(json.dumps(case_schema(load(guideline).program), indent=2))
