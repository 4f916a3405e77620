"""The command that proves things about all legal cases: analyze."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...engine.cases.case import Case, Unreadable
from ...engine.decision.decision import WORLDS
from ...engine.evaluation.limits import NotGroundedError
from ...engine.language.errors import FaultError
from ...engine.library.guideline import Guideline, load
from .complete import complete_case
from .options import date_option, format_option, output_option
from .output import BAD_INPUT, FAILED, Named, as_json, width, write_out

if TYPE_CHECKING:
    from ...engine.analysis.run import Analysis, Proved

NAMES = ("faults", "hopeless", "properties", "dead", "reach", "harm", "reliance")
UNGROUNDED = "the guideline has no circuit, and nothing is proved of it"


@click.command()
@click.argument("path", required=False, type=Named())
@date_option("--as-of", "The rules of this date (YYYY-MM-DD) in place of today.")
@click.option("--world", type=click.Choice(WORLDS), default=None, help="Of one world; without it, of both.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(NAMES),
    help="Make this analysis alone; may be repeated. Reliance is made only when asked for.",
)
@click.option("--on", "cases", multiple=True, metavar="CASE", shell_complete=complete_case,
              help="For reliance: how many lines of these cases change, all by the rules of the date.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(0), default=60.0, show_default=True,
              help="Give up what takes more processor time: it is unknown; exit 1.")  # fmt: skip
@format_option("text", "json", "github", "sarif")
@output_option
@click.pass_obj
def analyze(
    guideline: str, path: str | None, as_of: str, world: str | None, only: tuple[str, ...], cases: tuple[str, ...],
    seconds: float, form: str, out: Path | None,
) -> None:  # fmt: skip
    """Prove things about every legal case of a guideline: a folder or a name; exit 1 where one does not hold.

    Whether a line can have two outcomes or none, can wait for documentation that would not help, what rules and parts
    of rules never matter, which outcomes each code can have, and what, said beside the rest, turns a yes into a no.
    Each finding has a smallest case that shows it, decided again before it is shown. What is kept as it is
    is marked in guards.yaml or equivalent.yaml.

    \b
    Example: coverlog analyze ncd_240_4
             coverlog analyze cg_med_24 --only faults --format json
             coverlog analyze --only reliance --on CASES
    """
    from ..reference.analyses import marks_of, stale, unmarked

    if cases and "reliance" not in only:
        raise click.UsageError("--on tells of reliance: say --only reliance as well")
    loaded = load(path or guideline)
    bank, unread = read_bank(cases, loaded)
    marks = marks_of(loaded)
    known = {(mark.rule, mark.mutation) for mark in marks}
    told = _analysed(loaded, as_of or datetime.date.today().isoformat(), world or "", only, seconds, known, bank)
    left, marked = unmarked(told.found, marks)
    left += stale(told, loaded)
    write_out(_written(told, left, marked, loaded, form), out)
    sys.exit(BAD_INPUT if unread else FAILED if left or told.unknown else 0)


def _analysed(
    guideline: Guideline, date: str, world: str, only: tuple[str, ...], seconds: float, known: set[tuple[str, str]],
    bank: Sequence[Case],
) -> Analysis:  # fmt: skip
    from ...engine.analysis.run import analyse

    try:
        return analyse(guideline, date, world, only, seconds, known, bank)
    except NotGroundedError as error:
        raise FaultError(f"{UNGROUNDED}: {error}") from None


def read_bank(names: Sequence[str], guideline: Guideline) -> tuple[list[Case], int]:
    """Return the cases that can be read, and how many cannot; of these it is said on standard error why."""
    from ...engine.cases.find import find_cases

    found, unread = list[Case](), 0
    for case in find_cases(names, guideline) if names else ():
        if isinstance(case, Unreadable):
            click.echo(case.error, err=True)
            unread += 1
        else:
            found.append(case)
    return found, unread


def _written(told: Analysis, left: Sequence[Proved], marked: int, guideline: Guideline, form: str) -> str:
    from ..reference import analyses
    from ..render.findings import written

    if form == "text":
        return analyses.as_text(told, left, marked, guideline, width())
    if form == "json":
        return as_json(analyses.as_json(told, left, guideline))
    return written([each.finding for each in left], guideline.folder, form)
