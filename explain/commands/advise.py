"""Commands for those who act on a decision: whatif, letter, checklist."""

from __future__ import annotations

import re
from pathlib import Path

import click

from ...engine.decision.decide import Judged, judge
from .complete import Completer, complete_item, complete_setting
from .inputs import answering, judge_one, lines_of
from .options import Option, as_of_option, case_argument, format_option, line_option, output_option, world_option
from .output import as_json, width, write_out


class _WhatIf(click.Command):
    """Takes `--add-ITEM VALUE` and `--drop-ITEM VALUE`, as these options were called, for `--add ITEM=VALUE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = iter(args)
        read: list[str] = []
        for arg in rest:
            found = re.fullmatch(r"(--add|--drop)-(\w+)(?:=(.*))?", arg, re.DOTALL)
            value = (found[3] if found[3] is not None else next(rest, None)) if found else None
            read += [found[1], *([] if value is None else [f"{found[2]}={value}"])] if found else [arg]
        return super().parse_args(ctx, read)


def _change(option: str, text: str, *names: str, complete: Completer = complete_item) -> Option:
    return click.option(option, *names, multiple=True, metavar="KEY=VALUE", help=text, shell_complete=complete)


@click.command(cls=_WhatIf)
@case_argument
@_change("--set", "Set a finding (present, absent, unknown), an amount or a single value.", "settings",
         complete=complete_setting)  # fmt: skip
@_change("--add", "Add to a list: services=CODE or services=CODE@SESSION, and what else a case lists.")
@_change("--drop", "Drop from a list.")
@click.option("--way", type=click.IntRange(min=1), metavar="NUMBER",
              help="Go a way to a yes by its number; without any change the ways are listed.")  # fmt: skip
@world_option
@as_of_option
@format_option("text", "json")
def whatif(
    case: str, world: str, as_of: str, form: str, *,
    settings: tuple[str, ...], add: tuple[str, ...], drop: tuple[str, ...], way: int | None,
) -> None:  # fmt: skip
    """Change a case and show both decisions side by side, with the statements that make the difference.

    \b
    Example: coverlog whatif cts-six-weeks-of-splinting --set wrist_splint_weeks=2
             coverlog whatif cts-six-weeks-of-splinting --drop services=95909
             coverlog whatif cts-three-weeks-of-splinting --way 1
    """
    from ..advice.change import changed, numbered, requested
    from ..advice.whatif import as_json as compared
    from ..render.whatif_text import as_text

    before = judge_one(case, answering(), world, as_of)
    loaded = before.guideline
    asked = {"set": list(settings), "add": list(add), "drop": list(drop)}
    for verb, text in numbered(before, way) if way or not any(asked.values()) else ():
        asked[verb].append(text)
    changes = requested(asked, loaded)
    after = judge(changed(before.case, loaded, changes), loaded, world=world, as_of=as_of)
    if form == "json":
        write_out(as_json(compared(before, after, changes)))
    else:
        write_out(f"{as_text(before, after, changes, width())}\n")


@click.command()
@case_argument
@line_option("List for the lines of this procedure code only.")
@world_option
@as_of_option
@format_option("text", "json", "fhir")
@output_option
def checklist(case: str, code: str, world: str, as_of: str, form: str, out: Path | None) -> None:
    """List what would change an outcome as questions, the shortest list first.

    Of a line that waits for information that is what is missing; of a line that is refused, every minimal way in
    which it would be covered: documentation, a different request, or both. As JSON each way has the
    options of whatif that go it; as a Questionnaire of FHIR R4 it asks for what is missing.

    \b
    Example: coverlog checklist cts-three-weeks-of-splinting
    """
    from ..advice.checklist import as_json as told
    from ..advice.checklist import as_text
    from ..advice.checklist import checklist as listed

    judged = judge_one(case, answering(), world, as_of)
    lines_of(judged, code)
    if form == "fhir":
        write_out(as_json(_questionnaire(judged, code)), out)
        return
    lines = listed(judged, code)
    write_out(as_json(told(judged, lines)) if form == "json" else f"{as_text(judged, lines, width())}\n", out)


def _questionnaire(judged: Judged, code: str) -> dict[str, object]:
    """Return the questionnaire of what is missing in the lines of a code, or in all.

    :raises FaultError: where nothing is.
    """
    from ...engine.language.errors import refused
    from ..advice.questionnaire import of_lines, questionnaire

    wanted = of_lines([line for line in judged.decision.lines if code in ("", line.code)])
    if not wanted.first:
        raise refused(judged.case.id, "nothing is missing that a questionnaire could ask for", "see --format text")
    return questionnaire(wanted, judged.guideline)


@click.command()
@case_argument
@click.option("--plan", "plan", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="The plan's own text for the letter, word for word (see coverlog schema --of plan).")  # fmt: skip
@click.option("--final", is_flag=True, help="Refuse a letter that refuses something while a slot of the plan is empty.")
@world_option
@as_of_option
@format_option("md", "html", "json")
@output_option
def letter(case: str, world: str, as_of: str, form: str, *, plan: Path | None, final: bool, out: Path | None) -> None:
    """Write the rationale of a determination: a paragraph for the member, and a table for the doctor.

    \b
    Example: coverlog letter cts-three-weeks-of-splinting --format html > letter.html
             coverlog letter cts-three-weeks-of-splinting --plan plan.yaml --final -o letter.md
    """
    from ...engine.cases.plan import NO_PLAN, read_plan
    from ..advice.letter import letter as written
    from ..render.letter_page import as_html, as_markdown

    said = read_plan(plan) if plan else NO_PLAN
    made = written(judge_one(case, answering(), world, as_of), said)
    if final:
        made.finish()
    told = {"json": lambda: as_json(made.as_json()), "html": lambda: as_html(made), "md": lambda: as_markdown(made)}
    write_out(told[form](), out)
