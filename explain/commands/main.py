"""The command line: the group of commands, each imported when it is used, and what they share."""

from __future__ import annotations

import gc
import importlib
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ...engine.cases.case import MAX_BYTES, Case, Unreadable, read_files, read_text
from ...engine.cases.files import exists, unreadable
from ...engine.decision.decide import WORLDS, Judged, judge
from ...engine.evaluation.limits import SECONDS, allowing, on_time
from ...engine.language.errors import CaseError, GuidelineError, did_you_mean
from ...engine.language.visible import visible
from ...engine.library.guideline import Guideline, load
from .output import flush, open_streams, output_failed, quiet_pipe

FAILED, BAD_INPUT, FOUND = 1, 2, 3


# Where each command is: its module is imported when the command is used, which keeps a start short.
COMMANDS = {
    "cases": "decide",
    "check": "check",
    "checklist": "advise",
    "decide": "decide",
    "doc": "test",
    "explain": "explain",
    "fmt": "check",
    "graph": "rules",
    "letter": "advise",
    "query": "query",
    "rules": "rules",
    "schema": "decide",
    "show": "rules",
    "test": "test",
    "trace": "test",
    "verify": "verify",
    "whatif": "advise",
}


class _Commands(click.Group):
    """Imports a command on use, and shows a guideline that cannot be used as one clear error."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f".{COMMANDS[cmd_name]}", __package__)
        found: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"{error.message} {hint}".strip(), ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with quiet_pipe():
                return super().invoke(ctx)
        except GuidelineError as error:
            for finding in error.findings:
                click.echo(finding, err=True)
            ctx.exit(BAD_INPUT)
        except (FileNotFoundError, CaseError) as error:
            told = error if isinstance(error, CaseError) else CaseError(str(error))
            click.echo(f"coverlog: {told}", err=True)
            ctx.exit(BAD_INPUT)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with quiet_pipe():  # --help and --version are written here
            return super().make_context(*args, **extra)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run, and say in one line where an answer cannot be written; see `output`."""
        open_streams()
        try:
            try:
                return super().main(*args, **extra)
            finally:
                flush()
        except OSError as error:
            sys.exit(output_failed(error))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coverlog")
@click.option("--guideline", "-g", default="cg_med_24", show_default=True, envvar="COVERLOG_GUIDELINE",
              help="A guideline shipped here, or a folder of .dl files.")  # fmt: skip
@click.option("--limit-seconds", type=click.FloatRange(0, min_open=True), default=SECONDS, show_default=True,
              help="Give up a case that takes longer to decide; exit 2.")  # fmt: skip
@click.pass_context
def main(ctx: click.Context, guideline: str, limit_seconds: float) -> None:
    """Decide what a coverage guideline says of a case, with a proof for every line.

    \b
    Example: coverlog explain cts-six-weeks-of-splinting
    """
    ctx.obj = guideline
    ctx.with_resource(allowing(limit_seconds))
    ctx.with_resource(_seldom_collecting())


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for garbage less often: loading a guideline makes much that stays, and would be searched each time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


world_option = click.option(
    "--world",
    type=click.Choice(WORLDS),
    default="open",
    show_default=True,
    help="What is not documented is unknown (open), or not so (closed).",
)
as_of_option = click.option(
    "--as-of",
    metavar="DATE",
    callback=lambda c, p, v: _date(v),
    help="Apply the rules of this date (YYYY-MM-DD) in place of the date of service.",
)
cases_argument = click.argument(
    "cases", nargs=-1, required=True, metavar="CASE...", shell_complete=lambda c, p, i: complete_case(i)
)
case_argument = click.argument("case", shell_complete=lambda c, p, i: complete_case(i))


def _date(value: str | None) -> str:
    import datetime

    try:
        return datetime.date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise click.BadParameter(f"{value} is no date; write YYYY-MM-DD") from None


def canonical(guideline: Guideline) -> dict[str, Path]:
    """Return the canonical cases of a guideline by name."""
    return {path.stem: path for path in sorted(guideline.folder.glob("cases/*/*.yaml"))}


def complete_case(incomplete: str) -> list[str]:
    """Return the names of canonical cases for the shell's completion."""
    return [name for name in canonical(load()) if name.startswith(incomplete)]


def find_cases(names: Iterable[str], guideline: Guideline) -> Iterator[Case | Unreadable]:
    """Yield the cases that files, folders, `-` and names of canonical cases stand for."""
    for name in names:
        try:
            if name == "-":
                yield from read_text(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>", guideline)
            else:
                yield from read_files([_find(name, guideline)], guideline)
        except (CaseError, OSError) as error:
            told = error if isinstance(error, CaseError) else unreadable(Path("<stdin>"), error)
            yield Unreadable(visible(name), str(told))


def _find(name: str, guideline: Guideline) -> Path:
    """Return the file or folder of a name, or the canonical case that it is the name of.

    :raises CaseError: where there is none, or none that can be got at.
    """
    if exists(Path(name)):
        return Path(name)
    if name in (shipped := canonical(guideline)):
        return shipped[name]
    hint = did_you_mean(name, shipped) or "name a file, a folder, - or a canonical case (see coverlog cases)"
    raise CaseError(f"{name}: no such file or case; {hint}")


def judge_all(names: Iterable[str], guideline: Guideline, world: str, as_of: str) -> Iterator[Judged | Unreadable]:
    """Yield each case decided, or why it was not; what was read otherwise than written goes to stderr."""
    for case in find_cases(names, guideline):
        if isinstance(case, Unreadable):
            yield case
            continue
        for note in case.notes:
            click.echo(f"{case.place}: {note}", err=True)
        try:
            with on_time():
                judged = judge(case, guideline, world=world, as_of=as_of)
        except CaseError as error:
            yield Unreadable(case.id, str(error))
        else:
            yield judged


def judge_one(name: str, guideline: Guideline, world: str, as_of: str) -> Judged:
    """Return the one case of a name decided.

    :raises CaseError: where it cannot be read, or where the name stands for several.
    """
    items = list(judge_all([name], guideline, world, as_of))
    if len(items) > 1:
        raise CaseError(f"{name}: holds {len(items)} cases; give a file of one")
    if isinstance(items[0], Unreadable):
        raise CaseError(items[0].error)
    return items[0]


def width() -> int:
    """Return the columns to write in: the terminal's, or 100."""
    return shutil.get_terminal_size((100, 24)).columns
