"""Commands that ask: query."""

from __future__ import annotations

import datetime
import json
import sys
from typing import TYPE_CHECKING

import click

from ...engine.cases.case import Case, Unreadable
from ...engine.language.errors import CaseError
from ...engine.library.guideline import Guideline, load
from .main import as_of_option, complete_case, find_cases, width, world_option

if TYPE_CHECKING:
    from ..query.answer import Limits, Scene


@click.command()
@click.argument("text", required=False, metavar="[QUERY]")
@click.option("--case", "name", default="", metavar="CASE", shell_complete=lambda c, p, i: complete_case(i),
              help="Ask of this case: a file, - or a canonical case.")  # fmt: skip
@world_option
@as_of_option
@click.option("--explain", "proof", is_flag=True, help="Show the proof of each answer, or why there is none.")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@click.option("--limit-seconds", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True,
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
    _answer(text, scene_of(found, name, world, as_of), limits, form, proof)


def _answer(text: str, scene: Scene, limits: Limits, form: str, proof: bool) -> None:
    from ..query import told as answers
    from ..query.answer import run
    from ..query.text import read_query, unknown_constants

    found = run(read_query(text, scene.guideline.program), scene, limits)
    for note in () if found.rows else unknown_constants(text, scene.constants()):
        click.echo(note, err=True)
    if form == "json":
        click.echo(json.dumps(answers.as_json(found, scene, text, explain=proof), indent=2))
    elif form == "csv":
        click.echo(answers.as_csv(found, scene))
    else:
        click.echo(answers.as_table(found, scene, width(), numbered=proof))
        if proof:
            click.echo(f"\n{answers.explained(found, scene, width())}")
    if found.cut:
        click.echo(f"only the first {limits.rows} answers are shown; allow more with --limit-rows", err=True)


def scene_of(guideline: Guideline, name: str, world: str, as_of: str) -> Scene:
    """Return what a query is asked of; without a date, the case's applies, or today's.

    :param name: a file, `-`, a canonical case, or an empty text for none.
    :raises CaseError: where the case cannot be read, or where the name stands for several.
    """
    from ...engine.decision.decide import refuse_contradiction
    from ..query.answer import Scene

    case = _one_case(name, guideline) if name else None
    date = as_of or (case.date if case else datetime.date.today().isoformat())
    scene = Scene(guideline, case, world, date)
    if case:
        try:
            refuse_contradiction(case, guideline.program, scene.model)
        except CaseError as error:  # it can be asked all the same, and what contradicts itself be found
            click.echo(error, err=True)
    return scene


def _one_case(name: str, guideline: Guideline) -> Case:
    items = list(find_cases([name], guideline))
    if len(items) > 1:
        raise CaseError(f"{name}: holds {len(items)} cases; give a file of one")
    if isinstance(items[0], Unreadable):
        raise CaseError(items[0].error)
    for note in items[0].notes:
        click.echo(f"{items[0].place}: {note}", err=True)
    return items[0]
