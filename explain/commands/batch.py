"""The commands for cases by the million: batch, compile."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...engine.batch.columns import COLUMNS
from ...engine.evaluation.limits import NotGroundedError
from ...engine.language.errors import FaultError
from ...engine.library.guideline import load
from ..advice.phrases import in_whole_words, some
from .inputs import answering
from .options import as_of_option, date_option, format_option, output_option, world_option
from .output import BAD_INPUT, Named, as_json, note, table_width, write_out

if TYPE_CHECKING:
    from ...engine.batch.output import Summary
    from ...engine.batch.several import Batches
    from ...engine.batch.spark import OnSpark

_STRICT = " rejected, and nothing is written (--strict); without it the rejects say file and row"

_BROKEN = """A row of CSV that has too few or too many values, or bytes that are not UTF-8, rejects its case. Where it
is not sure whose the row is (of too few or too many values the first one alone tells it), or where it ends, as after a
quote that is not closed, the batch ends and names the line: some case could else be decided without its row."""


@click.command(epilog=_BROKEN)
@click.argument("source", required=False, metavar="INPUT", type=click.Path(exists=True, path_type=Path))
@click.option("--output", "-o", "out", type=Named(path_type=Path), metavar="FILE",
              help="Write to this; by Spark it is a folder of parts.")  # fmt: skip
@click.option("--schema", is_flag=True, help="Tell the tables and columns of INPUT, and do no more.")
@click.option("--strict", is_flag=True, help="Write nothing where something is rejected; exit 2.")
@click.option("--memory", default="", metavar="SIZE", help="The most that the engine may use, such as 500MB.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True,
              help="DuckDB in this process, or Spark, here or on the cluster of its settings.")  # fmt: skip
@click.option("--column", "columns", multiple=True, metavar="NAME", type=click.Choice(list(COLUMNS)),
              help=f"A column beside outcome, by and reason: {', '.join(COLUMNS)}; may be repeated. It takes a "
              "decision for each case that is different.")  # fmt: skip
@world_option
@as_of_option
@format_option("text", "json", text="Of the summary.")
def batch(
    source: Path | None, out: Path | None, schema: bool, strict: bool, memory: str, engine: str,
    columns: tuple[str, ...], world: str, as_of: str, form: str,
) -> None:  # fmt: skip
    """Decide a folder of tables, a DuckDB database or a folder of case files, and write a row for each line.

    The output is Parquet, CSV or JSONL, as its name ends; what is rejected stands beside it, in NAME-rejects, with
    file, row and reason. It appears whole or not at all. A table is a file, case.parquet or service.csv.gz, or a folder
    of such. Tables and columns that the guideline of a case does not know are not read.

    Each case goes to the guidelines that list its codes, or to the one named with -g. Parquet whose cases are in the
    order of their ids is decided part by part, in little memory. Spark writes the same rows, as a folder of parts.

    \b
    Example: coverlog batch --schema
             coverlog batch claims/ -o lines.parquet
             coverlog batch claims/ -o lines.csv --column missing --column distance
             coverlog batch claims/ -o lines.parquet --engine spark
    """
    if schema:
        write_out(_schema(form))
        return
    if not source or not out:
        raise click.UsageError("name what to decide and where to write it: coverlog batch INPUT -o OUTPUT")
    told = _run(source, out, strict, memory, engine, columns, world, as_of)
    write_out(as_json(told._asdict()) if form == "json" else _summary(told))
    if strict and told.rejects:
        note((some(told.rejected, "case") if told.rejected else "what belongs to no case is") + _STRICT)
        sys.exit(BAD_INPUT)


def _run(
    source: Path, out: Path, strict: bool, memory: str, engine: str, columns: tuple[str, ...], world: str, as_of: str
) -> Summary:
    from ...engine.batch.entries import BatchError
    from ...engine.batch.output import check_apart, check_name, give, summary, workplace, write
    from ...engine.batch.several import Batches
    from ...engine.batch.sources import connect, need_arrays, told
    from ...engine.batch.tables import NotTabledError

    try:
        need_arrays()
        check_name(out)
        with workplace(out) as work:
            db = connect(memory, work)
            with told():
                made = Batches(db, answering(), world, as_of, dict.fromkeys(columns))
                check_apart(out, source, made)
                decided = _on_spark(made, source, out.suffix, work, memory) if engine == "spark" else None
                if not decided:
                    _decide(made, source)
                found = decided.summary() if decided else summary(made)
                give(made)
                if not (strict and found.rejects):
                    decided.write(out) if decided else write(made, out, work)
            db.close()
            return found
    except (BatchError, NotTabledError) as error:
        raise FaultError(str(error)) from None


def _on_spark(of: Batches, source: Path, suffix: str, work: Path, memory: str) -> OnSpark:
    from ...engine.batch.entries import BatchError, holds_case_files
    from ...engine.batch.frames import session
    from ...engine.batch.spark import OnSpark

    if holds_case_files(source):
        raise BatchError(f"{source}: Spark reads tables; case files are decided by --engine duckdb")
    decided = OnSpark(session(memory), of, work, _progress)
    decided.run(source, suffix)
    return decided


def _decide(of: Batches, source: Path) -> None:
    from ...engine.batch.entries import holds_case_files
    from ...engine.cases.case import read_files

    if holds_case_files(source):
        of.decide_files(read_files([source], of.answering))
    else:
        of.run(source, _progress)


def _progress(told: str) -> None:
    if sys.stderr.isatty():
        click.echo(told, err=True)


def _schema(form: str) -> str:
    from ...engine.batch.held import held
    from ...engine.batch.tables import NotTabledError, Tables
    from ...engine.library.several import each

    of = {guideline.program.name: Tables(guideline) for guideline in each(answering())}
    try:
        found = [(name, table, held(tables, table)) for name, tables in of.items() for table in tables.all()]
    except NotTabledError as error:
        raise FaultError(str(error)) from None
    if form == "json":
        return as_json([{"guideline": name, "table": table.name, "columns": [*holds], "holds": holds,
                         "what": table.what} for name, table, holds in found])  # fmt: skip
    width = table_width() or sys.maxsize
    lines, before = [], ""
    for name, table, holds in found:
        lines += ["", f"{name}:"] if name != before and len(of) > 1 else []
        lines += in_whole_words(f"{table.name}({', '.join(holds)}): {table.what}", width, rest="  ")
        names = max(map(len, holds)) + 6
        for column, value in holds.items():
            if width < names + 24:  # there is no room beside the name
                lines += [f"    {column}", *in_whole_words(value, width, " " * 6, " " * 6)]
            else:
                lines += in_whole_words(value, width, f"    {column}".ljust(names), " " * names)
        before = name
    return "\n".join(lines).lstrip("\n") + "\n"


def _summary(told: Summary) -> str:
    lines = [f"{some(told.cases, 'case')}, {some(told.lines, 'line')}, {told.rejected:,} rejected"]
    for title, counts in (
        ("outcomes", told.outcomes), ("decided by", told.deciding), ("missing", told.missing),
        ("rejected for", told.rejects),
    ):  # fmt: skip
        lines += [f"{title}:", *(f"  {number:>12,}  {name}" for name, number in counts.items())] if counts else []
    return "\n".join(lines) + "\n"


@click.command(name="compile")
@click.option("--dialect", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True,
              help="Whose SQL.")  # fmt: skip
@world_option
@date_option("--as-of", "The rules of this date (YYYY-MM-DD) in place of today.")
@output_option
@click.pass_obj
def compile_(guideline: str, dialect: str, world: str, as_of: str, out: Path | None) -> None:
    """Write the guideline as SQL, layer by layer, the rules beside what they give.

    It reads said(case_no, session, symbol), a row for all that a case says, session 0 for what is of no session, and
    line(case_no, line_no, code, session), and gives a row for each line. Its head says what a symbol stands for, and
    which rules are left out because they compare what a case says with more of it.

    \b
    Example: coverlog compile --dialect spark -o guideline.sql
    """
    from ...engine.batch.entries import BatchError
    from ...engine.batch.statement import statement

    date = as_of or datetime.date.today().isoformat()
    try:
        write_out(statement(load(guideline).circuit(date), dialect, open_world=world == "open"), out)
    except (NotGroundedError, BatchError) as error:
        raise FaultError(str(error)) from None
