"""The command that publishes schemas: schema."""

from __future__ import annotations

import click

from ...engine.library.guideline import load
from .output import as_json, write_out


@click.command()
@click.pass_obj
def schema(guideline: str) -> None:
    """Print the JSON Schema of a case file.

    \b
    Example: coverlog schema > case.schema.json
    """
    write_out(as_json(load(guideline).schema))
