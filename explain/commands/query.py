"""Commands that ask: query."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ...engine.library.guideline import load
from .inputs import ask_of
from .options import as_of_option, case_option, format_option, world_option
from .output import Seconds, as_json, note, table_width, width, write_out

if TYPE_CHECKING:
    from ..query.answer import Limits
    from ..query.scene import Scene


@click.command()
@click.argument("text", required=False, metavar="[QUERY]")
@case_option
@world_option
@as_of_option
@click.option("--explain", "proof", is_flag=True, help="Show the proof of each answer, or why there is none.")
@format_option("table", "json", "csv")
@click.option("--limit-seconds", type=Seconds(), default=10.0, show_default=True,
              help="Stop a query that takes longer; exit 2.")  # fmt: skip
@click.option("--limit-rows", type=click.IntRange(1), default=1000, show_default=True, help="Show this many answers.")
@click.pass_obj
def query(
    guideline: str, text: str | None, name: str, world: str, as_of: str, proof: bool, form: str,
    limit_seconds: float, limit_rows: int,
) -> None:  # fmt: skip
    """Ask what holds: of a case, or of the guideline's own facts and rules.

    A query is the body of a rule: literals, not, comparisons, _. Without one, a prompt opens (:help there).
    Beside the guideline's predicates there are effective(Constant, Date), rule(Rule, Predicate),
    cites(Rule, Statement), and statement, concept, interpretation, notice, guideline and ask.

    \b
    Example: coverlog query outpatient --case cts-six-weeks-of-splinting
             coverlog query 'medically_necessary(S, "95886", By)' --explain --case cts-six-weeks-of-splinting
             coverlog query 'cites(Rule, S), statement(S, inferred, From, _)' --format csv
    """
    from ..query.answer import Limits

    if proof and form == "csv":
        raise click.UsageError("CSV has no room for proofs; use --format json")
    limits, found = Limits(limit_seconds, limit_rows), load(guideline)
    if text is None:
        from .repl import Repl

        if proof or form != "table":
            raise click.UsageError("--explain and --format go with a query; write one")
        if name == "-":
            raise click.UsageError("with --case - standard input holds the case; write the query as an argument")
        sys.exit(Repl(found, name, world, as_of, limits).run())
    _answer(text, ask_of(name, found, world, as_of), limits, form, proof)


def _answer(text: str, scene: Scene, limits: Limits, form: str, proof: bool) -> None:
    from ..query import told as answers
    from ..query.answer import run
    from ..query.text import read_query, unknown_constants

    found = run(read_query(text, scene.guideline.program), scene, limits)
    for unknown in () if found.rows else unknown_constants(text, scene.constants()):
        note(unknown)
    if form == "json":
        write_out(as_json(answers.as_json(found, scene, text, explain=proof)))
    elif form == "csv":
        click.echo(answers.as_csv(found, scene))
    else:
        click.echo(answers.as_table(found, scene, table_width(), numbered=proof))
        if proof:
            click.echo(f"\n{answers.explained(found, scene, width())}")
    if found.cut:
        note(f"only the first {limits.rows} answers are shown; allow more with --limit-rows")
