"""Help in the columns of the terminal: long choices and examples are broken where they can be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click

from ..advice.phrases import in_whole_words
from .output import width

MOST, LEAST = 78, 24
"""In as many columns text is written at most, however wide the terminal is, and at least, however narrow."""
_ROOM = 40
"""So many columns are left to what is said of an option before its name stands in a line of its own."""
_EXAMPLE = "Example: "
# Of a command: an option with its value, a file behind >, and what stands in quotes are each in one piece.
_WORD = r"(?:'[^']*'|\S)+"
_PIECE = re.compile(rf"(?:(?:>|--?[\w-]+) (?!-))?{_WORD}")


class Help(click.HelpFormatter):
    """Writes help that fits the terminal."""

    def __init__(self) -> None:
        self.most = width()
        super().__init__(width=max(min(self.most - 2, MOST), LEAST))

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        begin = "Usage: " if prefix is None else prefix
        self._write(in_whole_words(f"{begin}{prog} {args}".rstrip(), self.width, rest=" " * len(begin)))

    def write_text(self, text: str) -> None:
        """Write paragraphs; one behind a `\\b`, of examples, line by line."""
        for at, paragraph in enumerate(text.split("\n\n")):
            self.write("\n" * bool(at))
            is_raw = paragraph.startswith("\b")
            self._write(self._examples(paragraph[1:].strip("\n")) if is_raw else self._wrapped(paragraph))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write names, each with what is said of it beside it, or below it where the name is long."""
        rows, begin = list(rows), self.current_indent
        most = min(col_max, max(10, self.width - _ROOM))
        column = min(max(len(name) for name, _ in rows), most)
        beside = begin + column + col_spacing
        for name, text in rows:
            names = [line.replace("| ", "|") for line in self._wrapped(name.replace("|", "| "), hang=4)]
            lines = self._wrapped(text, beside - begin, beside - begin)
            if lines and len(name) <= column:
                names, lines = [f"{names[0]:{beside}}{lines[0].lstrip()}"], lines[1:]
            self._write([*names, *lines])

    def _write(self, lines: Iterable[str]) -> None:
        self.write("".join(f"{line}\n" for line in lines))

    def _wrapped(self, text: str, first: int = 0, hang: int = 0) -> list[str]:
        """Return a text as lines.

        :param first: the columns before the first line, beside those of where it stands.
        :param hang: the columns before the others.
        """
        begin = " " * self.current_indent
        return in_whole_words(" ".join(text.split("\n")), self.width, begin + " " * first, begin + " " * hang)

    def _examples(self, text: str) -> Iterator[str]:
        """Yield commands, one that is too long for the terminal in lines that a shell reads as one."""
        for line in text.splitlines():
            begin = len(_EXAMPLE) if line.startswith(_EXAMPLE) else len(line) - len(line.lstrip())
            hang = " " * (self.current_indent + begin + 2)
            pieces = _PIECE.findall(line[begin:])
            first, *rest = [w for p in pieces for w in ([p] if self._fits(hang, p) else re.findall(_WORD, p))]
            told = " " * self.current_indent + line[:begin] + first
            for piece in rest:
                if not self._fits(told, f" {piece}"):
                    yield f"{told} \\"
                    told = hang + piece
                else:
                    told += f" {piece}"
            yield told

    def _fits(self, told: str, more: str) -> bool:
        """Say whether more of a command fits in a line, and the mark that it goes on in the next."""
        return len(f"{told}{more} \\") <= self.most
