"""Commands that explain: explain."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..engine.library import load
from ..engine.schema import OUTCOMES
from .cli import as_of_option, case_argument, judge_one, width, world_option

if TYPE_CHECKING:
    from .proof import Proof

FORMATS = ("text", "json", "html", "svg", "png", "dot", "mermaid", "graphml")


@click.command()
@case_argument
@click.option("--line", "cpt", default="", metavar="CPT", help="Explain the lines of this procedure code only.")
@click.option("--all", "every", is_flag=True, help="Show every way in which a step holds, not only the shortest.")
@click.option("--why-not", "outcome", type=click.Choice(OUTCOMES), help="Say why lines do not have this outcome.")
@world_option
@as_of_option
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", "-o", "out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write to this file in place of standard output.")  # fmt: skip
@click.pass_obj
def explain(
    guideline: str, case: str, cpt: str, every: bool, outcome: str | None, world: str, as_of: str, form: str,
    out: Path | None,
) -> None:  # fmt: skip
    """Show the proof of each line's outcome, with statement, authority and source of every step.

    \b
    Example: coverlog explain cts-six-weeks-of-splinting --line 95886
    """
    from .proof import prove, why_not

    if form == "png" and not out and sys.stdout.isatty():
        raise click.UsageError("a PNG picture is not for a terminal; name a file: -o FILE")
    judged = judge_one(case, load(guideline), world, as_of)
    lines = [line.cpt for line in judged.decision.lines]
    if cpt and cpt not in lines:
        raise click.BadParameter(f"the case has no line {cpt}; it has {', '.join(lines)}", param_hint="--line")
    proof = why_not(judged, outcome, cpt=cpt) if outcome else prove(judged, cpt=cpt, every=every)
    _write(_told(proof, form), out)


def _told(proof: Proof, form: str) -> bytes:
    """Return a proof in a format; text is UTF-8, as the formats themselves say."""
    from . import export, html, render

    if form == "png":
        return export.png(proof)
    tellers = {
        "text": lambda: render.as_text(proof, width()), "json": lambda: json.dumps(render.as_json(proof), indent=2),
        "html": lambda: html.page(proof), "svg": lambda: export.svg(proof), "dot": lambda: export.dot(proof),
        "mermaid": lambda: export.mermaid(proof), "graphml": lambda: export.graphml(proof),
    }  # fmt: skip
    return f"{tellers[form]()}\n".encode()


def _write(told: bytes, out: Path | None) -> None:
    if not out:
        click.echo(told, nl=False)
        return
    try:
        out.write_bytes(told)
    except OSError as error:
        raise click.BadParameter(f"{out} cannot be written: {error.strerror}", param_hint="-o") from None
