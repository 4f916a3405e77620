"""Commands that explain: explain."""

from __future__ import annotations

import json

import click

from ..engine.library import load
from ..engine.schema import OUTCOMES
from .cli import as_of_option, case_argument, judge_one, width, world_option


@click.command()
@case_argument
@click.option("--line", "cpt", default="", metavar="CPT", help="Explain the lines of this procedure code only.")
@click.option("--all", "every", is_flag=True, help="Show every way in which a step holds, not only the shortest.")
@click.option("--why-not", "outcome", type=click.Choice(OUTCOMES), help="Say why lines do not have this outcome.")
@world_option
@as_of_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def explain(
    guideline: str, case: str, cpt: str, every: bool, outcome: str | None, world: str, as_of: str, form: str
) -> None:
    """Show the proof of each line's outcome, with statement, authority and source of every step.

    \b
    Example: coverlog explain cts-six-weeks-of-splinting --line 95886
    """
    from .proof import prove, why_not
    from .render import as_json, as_text

    judged = judge_one(case, load(guideline), world, as_of)
    lines = [line.cpt for line in judged.decision.lines]
    if cpt and cpt not in lines:
        raise click.BadParameter(f"the case has no line {cpt}; it has {', '.join(lines)}", param_hint="--line")
    proof = why_not(judged, outcome, cpt=cpt) if outcome else prove(judged, cpt=cpt, every=every)
    click.echo(json.dumps(as_json(proof), indent=2) if form == "json" else as_text(proof, width()))
