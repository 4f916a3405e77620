"""Where answers go: standard output, or a file that is written whole or not at all; and with which exit status."""

from __future__ import annotations

import atexit
import errno
import json
import os
import stat
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import click

from ...engine.cases.files import inherited
from ...engine.language.visible import visible

Item = TypeVar("Item")
FAILED, BAD_INPUT, FOUND = 1, 2, 3
BAD_OUTPUT = BAD_INPUT
INTERRUPTED = 130  # the same of Ctrl-C: 128 and the number of SIGINT
PIPE_CLOSED = 141  # what a shell reports of a program whose reader went away: 128 and the number of SIGPIPE


class Unwritten(click.ClickException):
    """A file that cannot be written; what stood there still does."""

    exit_code = BAD_OUTPUT


def width() -> int:
    """Return the columns to write in: the terminal's, or 100."""
    # As shutil has it, which brings all ways of compression along.
    with suppress(ValueError):
        if (columns := int(os.environ.get("COLUMNS", "0"))) > 0:
            return columns
    with suppress(AttributeError, ValueError, OSError):
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 100  # type: ignore[union-attr]
    return 100


def table_width(*, err: bool = False) -> int:
    """Return the columns a table may take; 0 where it is piped: it is then as wide as it is, a row a line.

    COLUMNS is obeyed everywhere.

    :param err: whether it goes to standard error.
    """
    return width() if (sys.stderr if err else sys.stdout).isatty() or os.environ.get("COLUMNS") else 0


def in_colour() -> bool:
    """Return whether standard output is for colours: a terminal, where nobody asked for none."""
    return sys.stdout.isatty() and click.get_current_context().color is not False


def bar(items: Iterable[Item], label: str, length: int | None = None) -> Iterator[Item]:
    """Yield items, with a progress bar where standard error is a terminal.

    :param length: how many there are, where the items do not say.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, length=length, label=label, file=sys.stderr) as shown:
        yield from shown


def as_json(value: Any) -> str:
    """Return a value as the text of JSON that commands write."""
    return f"{json.dumps(value, indent=2)}\n"


def note(told: str) -> None:
    """Say something beside the answer, on standard error."""
    click.echo(fitted(told, err=True), err=True)


def fitted(text: str, *, err: bool = False) -> str:
    """Return a text in lines that fit the terminal, no word of it cut; where it is piped as it is.

    :param err: whether it goes to standard error.
    """
    from ..advice.phrases import in_whole_words

    if not (columns := table_width(err=err)):
        return text
    rests = ((line, line[: len(line) - len(line.lstrip())] + "  ") for line in text.split("\n"))
    return "\n".join("\n".join(in_whole_words(line, columns, rest=rest)) for line, rest in rests)


def write_out(told: str | bytes, out: Path | None = None) -> None:
    """Write an answer to a file, or to standard output.

    :raises Unwritten: where the file cannot be written; an old one is then as it was.
    """
    if out is None:
        click.echo(told, nl=False)
        return
    try:
        replace_file(out, told.encode() if isinstance(told, str) else told)
    except OSError as error:
        raise Unwritten(f"{visible(str(out))} cannot be written: {_why(out, error)}") from None


def _why(out: Path, error: OSError) -> str:
    """Return why a file cannot be written, and the remedy where the place for it is what is missing."""
    if isinstance(error, FileNotFoundError) and not out.parent.exists():
        return f"there is no folder {visible(str(out.parent))}; make it first"
    return error.strerror or str(error)


def replace_file(file: Path, data: bytes) -> None:
    """Write a file beside an old one and put it in its place; its mode stays. A device or a pipe is written to.

    :raises OSError: where that fails; the old file is then as it was, and nothing is left beside it.
    """
    old = file.stat() if file.exists() else None
    if old and (inherited(file) or not stat.S_ISREG(old.st_mode)):
        file.write_bytes(data)
        return
    real = Path(os.path.realpath(file))  # what a link points to is replaced, not the link
    new = real.with_name(f".coverlog-{os.urandom(8).hex()}")
    mode = 0o600 if old else 0o666  # less what the user never lets others do
    try:
        with open(new, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as partial:
            partial.write(data)
            partial.flush()
            os.fsync(partial.fileno())
        if old:
            _as_before(new, old)
        os.replace(new, real)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _as_before(new: Path, old: os.stat_result) -> None:
    """Give a new file the owner and the mode of the old one."""
    with suppress(OSError):  # who may write a file need not be allowed to give it away
        os.chown(new, old.st_uid, old.st_gid)
    new.chmod(stat.S_IMODE(old.st_mode))


def open_streams() -> None:
    """Make up for standard streams that were closed, and let standard output take any text.

    Reading a closed input finds nothing; writing to a closed output fails, as it should, and to closed errors does not.
    """
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - open to the end
    if sys.stdout is None:
        # For reading: an answer that nobody gets is an error.
        sys.stdout = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - open to the end
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open to the end
    with suppress(AttributeError, OSError):  # a stand-in may have no such thing
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def flush() -> None:
    """Write out what standard output holds back, so that it fails here and not when the program has ended."""
    if sys.stdout.writable():
        sys.stdout.flush()


def end(status: object) -> None:
    """End the program as Python does, but do not take apart what it has loaded: that takes as long as reading a case.

    It is left to Python where a thread still runs, or where what is held back cannot be written.
    """
    if threading.active_count() > 1 or not isinstance(status, int | None):
        return
    atexit._run_exitfuncs()
    with suppress(AttributeError, OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status or 0)


@contextmanager
def quietly() -> Iterator[None]:
    """End where a reader went away, or on Ctrl-C, before click says that a check failed."""
    try:
        yield
    except BrokenPipeError as error:
        sys.exit(output_failed(error))
    except (KeyboardInterrupt, RuntimeError) as error:
        # Python 3.11 tells what comes while a class names its parts as a fault of that.
        if not isinstance(error, KeyboardInterrupt) and not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        click.echo("\ncoverlog: interrupted", err=True)
        sys.exit(INTERRUPTED)


def output_failed(error: OSError) -> int:
    """Say that an answer could not be written, and return the exit status; a reader that went away needs no word."""
    with suppress(OSError, ValueError):  # what is still held back must not fail again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno == errno.EPIPE:
        return PIPE_CLOSED
    where = visible(str(error.filename)) if error.filename else "standard output"
    click.echo(f"coverlog: {where}: {error.strerror or 'it is closed'}", err=True)
    return BAD_OUTPUT


class Named(click.Path):
    """A file or folder to be written or read; an empty name, as of a variable that is not set, is none: not `.`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        if not str(value):
            raise click.BadParameter("the name is empty", ctx, param)
        return super().convert(value, param, ctx)


class Seconds(click.FloatRange):
    """A time that a clock can be set to: more than none, and no more than thirty years."""

    def __init__(self) -> None:
        super().__init__(0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds; what is no number compares as none does."""
        seconds = float(super().convert(value, param, ctx))
        return seconds if seconds <= 1e9 else self.fail(f"{value} is no time to wait; write 60 or the like", param, ctx)
