"""Reads lines for the prompt: at a terminal with history and completion, elsewhere as they come."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

import click

_KEPT = 1000
# What ends a word: not the colon of a command, nor what a name in quotes may hold.
_DELIMITERS = " \t\n(),=<>!+"


def history_file() -> Path:
    """Return where the lines typed at the prompt are kept."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "coverlog" / "query_history"


class Prompt:
    """A source of lines; entered, it sets up history and completion, and left, it keeps the history."""

    def __init__(self, words: Callable[[str], Iterable[str]]) -> None:
        """Complete from what `words` gives for the line as typed so far."""
        self.words = words
        self.terminal = sys.stdin.isatty()
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        self.readline: ModuleType | None = None
        self._found: list[str] = []

    def line(self, prompt: str) -> str | None:
        """Return the next line without its end, or None where there is none."""
        if not self.terminal:
            line = sys.stdin.readline()
            return line.rstrip("\r\n") if line else None
        try:
            if sys.stdout.isatty():
                return input(prompt)
            click.echo(prompt, nl=False, err=True)  # what is read from stdout is answers only
            return input()
        except EOFError:
            click.echo(err=not sys.stdout.isatty())
            return None

    def __enter__(self) -> Prompt:
        if self.terminal:
            try:
                import readline
            except ImportError:  # Python can be built without it
                return self
            self.readline = readline
            self._set_up(readline)
        return self

    def _set_up(self, readline: ModuleType) -> None:
        readline.set_completer(self.complete)
        readline.set_completer_delims(_DELIMITERS)
        edit_line = "libedit" in (readline.__doc__ or "")
        readline.parse_and_bind("bind ^I rl_complete" if edit_line else "tab: complete")
        readline.set_history_length(_KEPT)
        try:
            readline.read_history_file(history_file())
        except OSError:
            return

    def __exit__(self, *_: object) -> None:
        if not self.readline:
            return
        try:
            history_file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.readline.write_history_file(history_file())
        except OSError as error:
            click.echo(f"the history cannot be kept: {error.strerror}", err=True)

    def complete(self, word: str, state: int) -> str | None:
        """Return completion number `state` of a word, as readline asks for it."""
        if state == 0:
            typed = self.readline.get_line_buffer() if self.readline else word
            self._found = [each for each in self.words(typed) if each.startswith(word)]
        return self._found[state] if state < len(self._found) else None
