"""Commands for those who act on a decision: whatif, letter, checklist."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ...engine.decision.decide import judge
from ...engine.library.guideline import load
from .main import as_of_option, case_argument, judge_one, width, world_option
from .output import write_out

form_option = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


Function = TypeVar("Function", bound=Callable[..., Any])


def _change(option: str, metavar: str, text: str) -> Callable[[Function], Function]:
    return click.option(option, multiple=True, metavar=metavar, help=text)


@click.command()
@case_argument
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Set a finding (present, absent, unknown), an amount or a single value.",
)
@_change("--add-service", "CPT[@SESSION]", "Request a procedure code.")
@_change("--drop-service", "CPT[@SESSION]", "Request a procedure code no longer.")
@_change("--add-condition", "CONDITION", "Name a condition.")
@_change("--drop-condition", "CONDITION", "Name a condition no longer.")
@world_option
@as_of_option
@form_option
@click.pass_obj
def whatif(
    guideline: str,
    case: str,
    world: str,
    as_of: str,
    form: str,
    *,
    settings: tuple[str, ...],
    add_service: tuple[str, ...],
    drop_service: tuple[str, ...],
    add_condition: tuple[str, ...],
    drop_condition: tuple[str, ...],
) -> None:
    """Change a case and show both decisions side by side, with the statements that make the difference.

    \b
    Example: coverlog whatif cts-six-weeks-of-splinting --set wrist_splint_weeks=2
    """
    from ..advice.change import changed, requested
    from ..advice.whatif import as_json, as_text

    loaded = load(guideline)
    before = judge_one(case, loaded, world, as_of)
    services = {"add_service": add_service, "drop_service": drop_service}
    named = {"add_condition": add_condition, "drop_condition": drop_condition}
    changes = requested({"set": settings} | services | named, loaded)
    if not changes:
        raise click.UsageError("nothing to change; name --set, --add-service, --drop-service or another change")
    after = judge(changed(before.case, loaded, changes), loaded, world=world, as_of=as_of)
    told = json.dumps(as_json(before, after, changes), indent=2) if form == "json" else as_text(
        before, after, changes, width()
    )  # fmt: skip
    click.echo(told)


@click.command()
@case_argument
@click.option("--line", "cpt", default="", metavar="CPT", help="List for the lines of this procedure code only.")
@form_option
@click.pass_obj
def checklist(guideline: str, case: str, cpt: str, form: str) -> None:
    """List the missing documentation as questions, the shortest list first.

    \b
    Example: coverlog checklist cts-six-weeks-of-splinting
    """
    from ..advice.checklist import as_json, as_text
    from ..advice.checklist import checklist as listed

    judged = judge_one(case, load(guideline), "open", "")
    codes = list(dict.fromkeys(line.cpt for line in judged.decision.lines))
    if cpt and cpt not in codes:
        raise click.BadParameter(f"the case has no line {cpt}; it has {', '.join(codes)}", param_hint="--line")
    lines = listed(judged, cpt)
    click.echo(json.dumps(as_json(judged, lines), indent=2) if form == "json" else as_text(judged, lines, width()))


@click.command()
@case_argument
@world_option
@as_of_option
@click.option("--format", "form", type=click.Choice(["md", "html"]), default="md", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a file.")
@click.pass_obj
def letter(guideline: str, case: str, world: str, as_of: str, form: str, output: Path | None) -> None:
    """Write the rationale of a determination in plain language, with the specific reason of every outcome.

    \b
    Example: coverlog letter cts-six-weeks-of-splinting --format html > letter.html
    """
    from ..advice.letter import letter as written
    from ..render.letter_page import as_html, as_markdown

    text = (as_html if form == "html" else as_markdown)(written(judge_one(case, load(guideline), world, as_of)))
    write_out(text, output)
