"""Commands that explain: explain."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...engine.library.guideline import load
from .inputs import judge_one, lines_of
from .options import (
    as_of_option,
    case_argument,
    format_option,
    line_option,
    outcome_option,
    output_option,
    world_option,
)
from .output import FAILED, as_json, width, write_out

if TYPE_CHECKING:
    from ..proof.graph import Proof

FORMATS = ("text", "json", "html", "svg", "png", "dot", "mermaid", "graphml")


@click.command()
@case_argument
@line_option("Explain the lines of this procedure code only.")
@click.option("--all", "every", is_flag=True, help="Show every way in which a step holds, not only the shortest.")
@outcome_option("--why-not", "outcome", text="Say why lines do not have this outcome.")
@click.option("--verify", is_flag=True, help="Have the proof checked step by step by an independent program; "
              "exit 1 where it does not hold.")  # fmt: skip
@world_option
@as_of_option
@format_option(*FORMATS, text="Pictures (svg, png, and the one in html) need Graphviz.")
@output_option
@click.pass_obj
def explain(
    guideline: str, case: str, code: str, every: bool, outcome: str | None, verify: bool, world: str, as_of: str,
    form: str, out: Path | None,
) -> None:  # fmt: skip
    """Show the proof of each line's outcome, with statement, authority and source of every step.

    \b
    Example: coverlog explain cts-six-weeks-of-splinting --line 95886
             coverlog explain cts-six-weeks-of-splinting --format html -o proof.html
    """
    from ..proof.build import prove, why_not

    if form == "png" and not out and sys.stdout.isatty():
        raise click.UsageError("a PNG picture is not for a terminal; name a file: -o FILE")
    judged = judge_one(case, load(guideline), world, as_of)
    lines_of(judged, code)
    proof = why_not(judged, outcome, cpt=code) if outcome else prove(judged, cpt=code, every=every)
    write_out(_told(proof, form), out)
    if verify and not _verified(proof):
        sys.exit(FAILED)


def _verified(proof: Proof) -> bool:
    """Have a proof checked, and say on stderr what came of it."""
    from ..checker.verify import verify
    from ..proof.document import as_json as document

    faults = verify(document(proof), proof.judged.case, proof.judged.guideline.program)
    for fault in faults:
        click.echo(fault, err=True)
    click.echo(f"{len(proof.graph)} steps checked, {len(faults)} do not hold", err=True)
    return not faults


def _told(proof: Proof, form: str) -> bytes:
    """Return a proof in a format; text is UTF-8, as the formats themselves say."""
    from ..proof.document import as_json as document
    from ..render import drawing as export
    from ..render import proof_page as html
    from ..render import tree_text as render

    if form == "png":
        return export.png(proof)
    tellers = {
        "text": lambda: render.as_text(proof, width()), "json": lambda: as_json(document(proof)).rstrip(),
        "html": lambda: html.page(proof), "svg": lambda: export.svg(proof), "dot": lambda: export.dot(proof),
        "mermaid": lambda: export.mermaid(proof), "graphml": lambda: export.graphml(proof),
    }  # fmt: skip
    return f"{tellers[form]()}\n".encode()
