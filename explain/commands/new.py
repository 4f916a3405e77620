"""The command that begins a case: new."""

from __future__ import annotations

import datetime
import re
import sys
from pathlib import Path

import click

from ...engine.cases.meant import concept_of, home
from ...engine.language.errors import did_you_mean, known_are
from ...engine.language.visible import visible
from ...engine.library.guideline import Guideline, load
from ...engine.program.code_systems import DIAGNOSIS, normal_code
from ...engine.program.program import Program
from .options import output_option
from .output import BAD_INPUT, write_out

ALL = "coverlog new"
"""What lists all that a case may name."""


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in _listed(load().program) if name.startswith(incomplete)]


@click.command()
@click.argument("condition", required=False, default="", shell_complete=_complete)
@click.option("--ask", "asking", is_flag=True, help="Ask the questions of the checklist, and write the answers.")
@output_option
@click.option("--force", is_flag=True, help="Replace the file of --output where there is one.")
@click.pass_obj
def new(guideline: str, condition: str, asking: bool, out: Path | None, force: bool) -> None:
    """Begin a case: a commented file of all that it may say, what the criteria of a condition ask for first.

    A condition is given by its name, its label or a diagnosis code. With --ask the answers may end early: what was
    not answered is left out.

    \b
    Example: coverlog new -o case.yaml
             coverlog new --ask -o asked.yaml
    """
    if out is not None and out.is_file() and not force:
        raise click.UsageError(f"{visible(str(out))} is there already; --force replaces it")
    loaded, today = load(guideline), datetime.date.today().isoformat()
    about = _about(condition, loaded)
    if asking:
        write_out(_asked(loaded, about, today), out)
    else:
        from ..advice.template import template

        write_out(template(loaded, about, today), out)


def _listed(program: Program) -> list[str]:
    """Return the concepts that a case names in a list."""
    kinds = {p.case.kind for p in program.predicates.values() if p.case and p.case.shape == "each of"}
    return [name for name, (kind, _) in program.concepts.items() if kind in kinds]


def _about(text: str, guideline: Guideline) -> str:
    """Return the concept or the diagnosis code that a text names.

    :raises click.BadParameter: where it names neither.
    """
    program = guideline.program
    concept, names = concept_of(text, program) if text else "", _listed(program)
    codes = any(p.case and p.case.shape == "codes" for p in program.predicates.values())
    is_code = codes and re.search(DIAGNOSIS, text) and any(map(str.isdigit, text))
    if not text or (concept in names and home(concept, program)) or is_code:
        return concept or normal_code(text)
    labels = [name for each in names for name in (each, program.label(each))]
    having = [label for label in labels if text.casefold() in label.casefold()][-1:]
    meant = f"did you mean {having[0]}?" if having else did_you_mean(text, labels)
    known = known_are(text, names, ALL) if names else f"a case of {program.name} lists nothing by name"
    raise click.BadParameter(f"nothing that a case lists is called {visible(text)}; {meant or known}")


def _asked(guideline: Guideline, about: str, today: str) -> str:
    """Return the case that the answers on standard input give, as YAML; questions go to standard error."""
    from ...engine.cases.written import as_yaml
    from ..advice.interview import EndedError, Talk, interview

    try:
        return as_yaml(interview(guideline, about, today, Talk(_answer, lambda text: click.echo(text, err=True))))
    except EndedError:
        click.echo("coverlog: the answers ended before there was a case; nothing is written", err=True)
        sys.exit(BAD_INPUT)


def _answer(question: str, default: str) -> str:
    """Return a line of standard input, or the default for an empty one.

    Not by click.prompt, which writes a blank to standard output for each question: there the answer goes.
    """
    from ..advice.interview import EndedError

    click.echo(f"{question}{f' [{default}]' if default else ''}: ", nl=not sys.stdin.isatty(), err=True)
    line = sys.stdin.readline(10_000)
    if not line:
        raise EndedError
    return visible(line.strip()) or default
