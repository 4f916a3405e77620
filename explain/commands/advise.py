"""Commands for those who act on a decision: whatif, letter, checklist."""

from __future__ import annotations

from pathlib import Path

import click

from ...engine.decision.decide import judge
from ...engine.library.guideline import load
from .inputs import judge_one, lines_of
from .options import Option, as_of_option, case_argument, format_option, line_option, output_option, world_option
from .output import as_json, width, write_out


def _change(option: str, metavar: str, text: str) -> Option:
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
@format_option("text", "json")
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
    from ..advice.whatif import as_json as compared
    from ..advice.whatif import as_text

    loaded = load(guideline)
    before = judge_one(case, loaded, world, as_of)
    services = {"add_service": add_service, "drop_service": drop_service}
    named = {"add_condition": add_condition, "drop_condition": drop_condition}
    changes = requested({"set": settings} | services | named, loaded)
    if not changes:
        raise click.UsageError("nothing to change; name --set, --add-service, --drop-service or another change")
    after = judge(changed(before.case, loaded, changes), loaded, world=world, as_of=as_of)
    if form == "json":
        write_out(as_json(compared(before, after, changes)))
    else:
        write_out(f"{as_text(before, after, changes, width())}\n")


@click.command()
@case_argument
@line_option("List for the lines of this procedure code only.")
@format_option("text", "json")
@click.pass_obj
def checklist(guideline: str, case: str, code: str, form: str) -> None:
    """List the missing documentation as questions, the shortest list first.

    \b
    Example: coverlog checklist cts-six-weeks-of-splinting
    """
    from ..advice.checklist import as_json as told
    from ..advice.checklist import as_text
    from ..advice.checklist import checklist as listed

    judged = judge_one(case, load(guideline), "open", "")
    lines_of(judged, code)
    lines = listed(judged, code)
    write_out(as_json(told(judged, lines)) if form == "json" else f"{as_text(judged, lines, width())}\n")


@click.command()
@case_argument
@world_option
@as_of_option
@format_option("md", "html")
@output_option
@click.pass_obj
def letter(guideline: str, case: str, world: str, as_of: str, form: str, out: Path | None) -> None:
    """Write the rationale of a determination in plain language, with the specific reason of every outcome.

    \b
    Example: coverlog letter cts-six-weeks-of-splinting --format html > letter.html
    """
    from ..advice.letter import letter as written
    from ..render.letter_page import as_html, as_markdown

    text = (as_html if form == "html" else as_markdown)(written(judge_one(case, load(guideline), world, as_of)))
    write_out(text, out)
