"""The command that publishes schemas: schema."""

from __future__ import annotations

from pathlib import Path

import click

from ...engine.library.guideline import load
from .options import output_option
from .output import as_json, write_out

OF = (
    "case", "decision", "proof", "checklist", "letter", "rows", "comparison", "plan", "analysis", "difference",
    "construction", "sufficiency",
)  # fmt: skip


@click.command()
@click.option("--of", "what", type=click.Choice(OF), default=OF[0], show_default=True,
              help="A case, a plan, or what decide, explain, checklist, letter, compare, analyze, diff, construct and "
                   "sufficient write as JSON.")  # fmt: skip
@output_option
@click.pass_obj
def schema(guideline: str, what: str, out: Path | None) -> None:
    """Print a JSON Schema (draft 2020-12) for the guideline: of a case file, or of an answer.

    \b
    Example: coverlog schema -o case.schema.json
             coverlog schema --of decision
    """
    from ..reference.schemas import schema_of

    write_out(as_json(schema_of(what, load(guideline))), out)
