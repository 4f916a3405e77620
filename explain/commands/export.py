"""The command that writes a guideline for other programs: export."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from ...engine.cases.find import find_case
from ...engine.library.guideline import load
from ...engine.program.asp import CLOSED, WORLDS, as_asp
from .complete import complete_case
from .inputs import noted
from .options import as_of_option, output_option
from .output import write_out


@click.command()
@click.argument("name", required=False, default="", metavar="[CASE]", shell_complete=complete_case)
@click.option("--asp", is_flag=True, help="As ASP-Core-2, which clingo and other solvers read.")
@click.option("--world", type=click.Choice(WORLDS), default=CLOSED, show_default=True,
              help="The closed world; or what may be so in the open one (possible), or surely is (sure).")  # fmt: skip
@as_of_option
@output_option
@click.pass_obj
def export(guideline: str, name: str, asp: bool, world: str, as_of: str, out: Path | None) -> None:
    """Write the clauses in force, and a case as facts, for a solver.

    Numbers with decimals become whole numbers of their last decimal (15.0 is 150), ranges of codes their facts, and
    annotations are dropped. Of the open world each text holds both rails: what may be so, and what surely is; those
    of the other rail have a name of their own.

    \b
    Example: coverlog export --asp cts-six-weeks-of-splinting
             coverlog export --asp --world possible cts-six-weeks-of-splinting > case.lp
    """
    if not asp:
        raise click.UsageError("no format is named; write --asp")
    found = load(guideline)
    case = noted(find_case(name, found)) if name else None
    date = as_of or (case.date if case else datetime.date.today().isoformat())
    write_out(as_asp(found.program, found.strata, date, case.facts if case else (), world), out)
