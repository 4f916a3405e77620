"""The command that shows a guideline as a circuit: circuit."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

from ...engine.evaluation.limits import NotGroundedError
from ...engine.language.errors import FaultError
from ...engine.library.guideline import load
from .complete import complete_code
from .options import date_option, format_option, output_option
from .output import as_json, width, write_out


@click.command()
@click.option("--code", default="", metavar="CPT", shell_complete=complete_code,
              help="Of a line of this code alone; its circuit is what the code leaves of the whole.")  # fmt: skip
@date_option("--as-of", "The rules of this date (YYYY-MM-DD) in place of today.")
@format_option("text", "dot", "json", text="dot is for Graphviz.")
@output_option
@click.pass_obj
def circuit(guideline: str, code: str, as_of: str, form: str, out: Path | None) -> None:
    """Show the guideline as one circuit: each outcome as AND, OR and NOT of what a case can say, with its counts.

    The circuit is what all firings of the rules come to, for every case at once. One session stands for each, a code
    that ends in ~ for all below it that the text does not name, a number for all that the text treats alike.

    \b
    Example: coverlog circuit --code 95886
             coverlog circuit --format json
    """
    from ..reference import circuits

    date = as_of or datetime.date.today().isoformat()
    try:
        found = load(guideline).circuit(date, whole=True)  # its firings are counted
        codes = circuits.chosen(found, code)
        told = (
            as_json(circuits.as_json(found, codes)) if form == "json" else circuits.WRITERS[form](found, codes, width())
        )
    except NotGroundedError as error:
        raise FaultError(f"the guideline has no circuit, and its cases are decided one by one: {error}") from None
    except LookupError as error:
        raise FaultError(str(error)) from None
    write_out(told, out)
