"""The command line: the group of commands, each imported when it is used."""

from __future__ import annotations

import gc
import signal
import threading

_interrupted = signal.getsignal(signal.SIGINT)
# Who interrupts a start wants no list of imports: until all is here the signal ends the program, and nothing is told;
# unless the program was started to go on whatever comes, as a shell starts what it does not wait for.
_QUIET = threading.current_thread() is threading.main_thread() and _interrupted is not signal.SIG_IGN
if _QUIET:
    signal.signal(signal.SIGINT, signal.SIG_DFL)

# What a start imports and loads stays: it would be searched for garbage again and again.
gc.set_threshold(50_000, *gc.get_threshold()[1:])

import _thread
import importlib
import os
import sys
from functools import partial
from typing import Any

import click

from ...engine.evaluation.limits import SECONDS, allowing, whatever_happens
from ...engine.evaluation.undisturbed import with_whole_extensions
from ...engine.language.errors import FaultError, GuidelineError, did_you_mean
from ...kb import DEFAULT
from .complete import complete_guideline
from .output import BAD_INPUT, Seconds, end, flush, open_streams, output_failed, quietly

# Where each command is: its module is imported when the command is used, which keeps a start short.
COMMANDS = {
    "analyze": "analyze",
    "batch": "batch",
    "cases": "test",
    "circuit": "circuit",
    "compare": "compare",
    "compile": "batch",
    "construct": "construct",
    "check": "check",
    "checklist": "advise",
    "decide": "decide",
    "diff": "diff",
    "doc": "test",
    "explain": "explain",
    "export": "export",
    "find": "find",
    "fmt": "check",
    "from-fhir": "from_fhir",
    "graph": "rules",
    "init": "init",
    "letter": "advise",
    "new": "new",
    "query": "query",
    "rules": "rules",
    "schema": "schema",
    "serve": "serve",
    "show": "rules",
    "sufficient": "construct",
    "test": "test",
    "trace": "test",
    "validate": "validate",
    "verify": "verify",
    "whatif": "advise",
    "workbench": "workbench",
}


SEVERAL = ("batch", "checklist", "compare", "decide", "explain", "from-fhir", "letter", "validate", "verify", "whatif",
           "workbench")  # fmt: skip
"""The commands that several guidelines may answer."""


def named(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the guidelines named by options, or the one named by the environment; it may have spaces in it.

    :raises click.BadParameter: where a name is empty, as of a variable that is not set: `.` is not meant.
    """
    if "" in given:
        raise click.BadParameter("the name is empty")
    return given or tuple(filter(None, [os.environ.get("COVERLOG_GUIDELINE")]))


def _again(told: sys.UnraisableHookArgs) -> None:
    """Let a Ctrl-C come again that came while Python threw something away, where it would be told and end nothing."""
    if told.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(told)
        return
    while True:
        try:
            _thread.start_new_thread(_send, ())
        except KeyboardInterrupt:  # on a busy machine it comes while this is still here, where it would be lost
            continue
        return


def _send() -> None:
    threading.Event().wait(0.01)
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


class _Context(click.Context):
    """What a command runs in; its help fits the terminal."""

    def make_formatter(self) -> click.HelpFormatter:
        from .help import Help

        return Help()


class _Commands(click.Group):
    """Imports a command on use, and shows a guideline that cannot be used as one clear error."""

    context_class = _Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `-g` by its long name: click takes a short one for a slip first, and imports what finds like words."""
        at, args = 0, [*args]
        while args[at : at + 1] == ["-g"]:
            args[at] = "--guideline"
            at += 2
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with the whole of its first sentence; click would cut it."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(limit=1000)) for name, each in found if each])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f".{COMMANDS[cmd_name]}", __package__)
        name = cmd_name.replace("-", "_")
        found: click.Command = getattr(module, name, None) or getattr(module, f"{name}_")  # Python has a compile
        found.context_class = _Context
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = did_you_mean(args[0], COMMANDS) or "coverlog --help lists them"
            raise click.UsageError(f"{error.message.rstrip('.')}; {hint}", ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with quietly():
                return allowing(ctx.params["limit_seconds"], partial(super().invoke, ctx))
        except click.NoSuchOption as error:
            raise self._placed(error, ctx) from None
        except GuidelineError as error:
            for finding in error.findings:
                click.echo(finding, err=True)
            ctx.exit(BAD_INPUT)
        except (FileNotFoundError, FaultError) as error:
            told = error if isinstance(error, FaultError) else FaultError(str(error))
            click.echo(f"coverlog: {told}", err=True)
            ctx.exit(BAD_INPUT)

    def _placed(self, error: click.NoSuchOption, ctx: click.Context) -> click.UsageError:
        """Return what is wrong with an option that a command has not; of the group's own, where it stands."""
        own = next((each for each in self.get_params(ctx) if error.option_name in each.opts), None)
        if not isinstance(own, click.Option):
            return error
        value = "" if own.is_flag else f" {own.make_metavar(ctx)}"
        hint = f"it stands before the command: coverlog {error.option_name}{value} {ctx.invoked_subcommand}"
        return click.UsageError(f"{error.message.rstrip('.')}; {hint}", error.ctx)

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with quietly():  # --help and --version are written here
            return super().make_context(*args, **extra)

    def __call__(self, *args: Any, **extra: Any) -> Any:
        """Run; where it is all that a script does, end with it."""
        before, sys.unraisablehook = sys.unraisablehook, _again
        try:
            work = partial(with_whole_extensions, partial(self.main, *args, **extra))
            return whatever_happens(work, lambda: setattr(sys, "unraisablehook", before))
        except SystemExit as done:
            status = done.code
        # Where somebody called the script, a profiler perhaps, they go on after it.
        if not (args or extra) and sys._getframe(1).f_back is None and hasattr(sys.modules["__main__"], "__file__"):
            end(status)
        sys.exit(status)

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run, and say in one line where an answer cannot be written; see `output`."""
        open_streams()
        try:
            with quietly():
                try:
                    return super().main(*args, **extra)
                finally:
                    flush()
        except OSError as error:
            sys.exit(output_failed(error))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="coverlog")
@click.option("--guideline", "-g", metavar="NAME", multiple=True, shell_complete=complete_guideline, callback=named,
              help="A guideline shipped here, or a folder of .dl files; several answer side by side. Without it every "
              f"guideline shipped answers the cases with its codes, and {DEFAULT} is meant elsewhere.")  # fmt: skip
@click.option("--limit-seconds", type=Seconds(), metavar="SECONDS", default=SECONDS, show_default=True,
              help="Give up a case that takes longer to decide; exit 2.")  # fmt: skip
@click.pass_context
def main(ctx: click.Context, guideline: tuple[str, ...], limit_seconds: float) -> None:
    """Decide what a coverage guideline says of a case, with a proof for every line.

    \b
    Example: coverlog explain cts-six-weeks-of-splinting
    """
    if len(guideline) > 1 and ctx.invoked_subcommand not in SEVERAL:
        raise click.UsageError(f"{ctx.invoked_subcommand} takes one guideline; name it with one -g")
    ctx.obj = guideline[0] if guideline else DEFAULT
    if os.environ.get("NO_COLOR"):  # https://no-color.org; click leaves it to its users
        ctx.color = False


if _QUIET:
    signal.signal(signal.SIGINT, _interrupted)
