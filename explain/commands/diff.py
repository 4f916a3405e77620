"""The command that compares two editions or guidelines over all legal cases: diff."""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...engine.cases.case import Case
from ...engine.decision.decision import WORLDS
from ...engine.evaluation.limits import NotGroundedError
from ...engine.language.errors import FaultError
from ...engine.library.guideline import load
from ...engine.program.interface import CODE
from ...kb import guidelines
from .analyze import read_bank
from .complete import complete_case, complete_guideline
from .construct import UNGROUNDED
from .options import date_option, format_option, output_option
from .output import BAD_INPUT, FAILED, Named, as_json, bar, note, width, write_out

if TYPE_CHECKING:
    from ...engine.analysis.diff import Pair, Side
    from ..reference.differences import Told


@click.command()
@click.argument("before", type=Named(), metavar="A", shell_complete=complete_guideline)
@click.argument("after", type=Named(), metavar="B", shell_complete=complete_guideline)
@date_option("--as-of", "The rules of this date (YYYY-MM-DD) in place of today, where A and B are no dates.")
@click.option("--world", type=click.Choice(WORLDS), default=None, help="Of one world; without it, of both.")
@click.option("--on", "cases", multiple=True, metavar="CASE", shell_complete=complete_case,
              help="List the lines of these cases whose answer changes: files, folders, canonical cases.")  # fmt: skip
@click.option("--seconds", type=click.FloatRange(0), default=60.0, show_default=True,
              help="Give up what takes more processor time: it is unknown; exit 1.")  # fmt: skip
@click.option("--detail", is_flag=True, help="Tell when each change comes about, and show each case as a file.")
@output_option
@format_option("text", "json", "html")
@click.pass_obj
def diff(
    guideline: str, before: str, after: str, as_of: str, world: str | None, cases: tuple[str, ...], seconds: float,
    detail: bool, out: Path | None, form: str,
) -> None:  # fmt: skip
    """Tell every kind of answer that differs between A and B, over all legal cases, or prove that none does.

    A and B are each a date of the guideline, a guideline (a name or a folder), or REVISION:PATH of a git repository.
    An answer is an outcome with its statements or its reason: words and missing documentation are not compared. Where
    what is shown beside it, or what advises, rests on other rules, it is named as not compared.
    Each change has the condition under which it comes about, the statements that make it, and a smallest case, decided
    by both sides before it is shown.

    \b
    Example: coverlog diff 2017-11-01 2017-11-02
             coverlog diff cg_med_24 FOLDER --on CASES --format html -o difference.html
    """
    date = as_of or datetime.date.today().isoformat()
    with ExitStack() as kept:
        sides = [_side(name, guideline, date, kept) for name in (before, after)]
        _comparable(sides)
        pair, found = _compared(sides, world or "", seconds)
        bank, unread = read_bank(cases, pair.sides[1].guideline)
        flips = list(_flips(bank, pair)) if cases else None
        write_out(_written(pair, found, flips, form, detail=detail), out)
    sys.exit(BAD_INPUT if unread else 0)


def _written(
    pair: Pair, found: Sequence[Told], flips: Sequence[dict[str, Any]] | None, form: str, *, detail: bool
) -> str:  # fmt: skip
    from ..reference import differences

    if form == "json":
        return as_json(differences.as_json(pair, found, flips))
    if form == "html":
        return differences.as_html(pair, found, flips)
    return differences.as_text(pair, found, flips, width(), detail=detail)


def _comparable(sides: Sequence[Side]) -> None:
    """Refuse two guidelines of which neither has all outcomes of the other.

    :raises FaultError: which says what to do.
    """
    one, two = ({outcome.name for outcome in side.guideline.program.told()} for side in sides)
    if not (one <= two or two <= one):
        names = " and ".join(side.guideline.program.name for side in sides)
        raise FaultError(
            f"{names} have other outcomes: diff compares editions of one guideline, or a plan's with its base; "
            "coverlog compare CASE... -g A -g B compares answers by their roles"
        )


def _compared(sides: Sequence[Side], world: str, seconds: float) -> tuple[Pair, list[Told]]:
    from ...engine.analysis.diff import Pair
    from ...engine.analysis.formula import OutOfTimeError, within
    from ..reference.differences import differences

    try:
        return within(seconds, lambda: (pair := Pair(sides[0], sides[1], world), differences(pair)))
    except NotGroundedError as error:
        raise FaultError(f"{UNGROUNDED}: {error}") from None
    except OutOfTimeError:
        note(f"unknown: not proved within {seconds:g} seconds of processor time")
        sys.exit(FAILED)


def _side(name: str, guideline: str, date: str, kept: ExitStack) -> Side:
    """Return the side that a name stands for: a date, a guideline, or a revision of one.

    :raises FileNotFoundError: where there is no such guideline.
    :raises FaultError: where there is no such revision.
    """
    from ...engine.analysis.diff import Side
    from ...engine.library.revision import revision

    try:
        return Side(load(guideline), datetime.date.fromisoformat(name).isoformat())
    except ValueError:
        if re.fullmatch(r"[\d-]+", name) and not Path(name).exists():
            raise FaultError(f"{name}: no such date; write it as YYYY-MM-DD") from None
    if ":" in name and name not in guidelines() and not Path(name).exists():
        return Side(load(kept.enter_context(revision(name))), date, name)
    return Side(load(name), date, name)


def _flips(cases: Sequence[Case], pair: Pair) -> Iterator[dict[str, Any]]:
    """Yield the lines of cases that both sides decide otherwise."""
    from ...engine.analysis.diff import flips

    for case in bar(cases, "cases"):
        for one, two in flips(case, pair):
            sides = {
                side: {"outcome": line.outcome, "by": list(line.by or filter(None, [line.reason]))}
                for side, line in (("before", one), ("after", two))
            }
            yield {"case": case.id, CODE: two.code, "session": two.session, **sides}
