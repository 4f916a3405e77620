"""CSV with broken rows: which ones they are, and the file with each of them reduced to the id of its case.

A row is broken that has too few or too many values, or bytes that are no UTF-8 where they are read. What is left of it
says nothing, so its case cannot be decided. Where the borders of rows are in doubt, or nothing tells whose row it is,
no case is safe from having lost it, and the batch ends.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import IO

from ..language.record import NamedTuple
from .comma import Head, opened
from .entries import BatchError

LONGEST = 1 << 21
"""The most bytes of a row, as of DuckDB."""
NO_UTF8 = "bytes that are not UTF-8"
OPEN = "a quote that is not closed, so it is in doubt where the row ends"
STRAY = "text beside a value in quotes, or a carriage return, so it is in doubt where values end"
OLD = "a row is broken, and which one is told only where lines end with a line feed; let them, and run again"
LONG = f"more than {LONGEST:,} bytes"
NO_CASE = ", and nothing tells surely which case it is of"
NOTHING = "; it says nothing, and is of no case"
REMEDY = "correct the line, and run again"


class Broken(NamedTuple):
    """A row that is broken: its number among the rows of its file, its line there, and why."""

    row: int
    line: int
    why: str
    values: tuple[str, ...] = ()  # the id of its case first

    def stop(self, file: str, more: str = "") -> BatchError:
        """Return that a batch cannot go on without this row.

        :param more: why it cannot.
        """
        return BatchError(f"{file}, line {self.line} (row {self.row}): {self.why}{more}; {REMEDY}")


class Ragged:
    """A file of CSV, row by row: how many there are, and the broken ones.

    :param id_: the column that names the case, which is there.
    :param read: the columns that are read.
    """

    def __init__(self, file: str, head: Head, id_: str, read: Collection[str]) -> None:
        self.file, self.width, self.between = file, len(head.names), head.between.encode()
        self.rows = 0
        self.broken: list[Broken] = []
        self._read = [at for at, name in enumerate(head.names) if name in read]
        self._at = head.names.index(id_)
        self._first = f", which the column {id_} would tell if it were the first" if self._at else ""
        end, quote = re.escape(head.between), r' *"(?:[^"]++|"")*+'
        plain = f'[^"\r\n{end}]*+'
        self._sound = re.compile(f"{plain}(?:{end}{plain}){{{self.width - 1}}}".encode())
        self._value = re.compile(f'(?:{quote}" *|(?! *")[^\r\n{end}]*+)(?={end}|\\Z)'.encode())
        self._open = re.compile(f"{quote}\\Z".encode())

    def mend(self, to: Path) -> None:
        """Write the file with its broken rows reduced.

        :raises BatchError: where a batch cannot go on without one of them.
        :raises ValueError, OSError: where it cannot be read by Python.
        """
        with opened(self.file) as lines, to.open("wb") as out:
            first = lines.readline().rstrip(b"\r\n")
            if b"\r" in first:
                raise BatchError(f"{self.file}: {OLD}")
            out.write(first + b"\n")
            for line, row in self._lines(lines):
                out.write(self._reduced(line, row) + b"\n")

    def _lines(self, lines: IO[bytes]) -> Iterator[tuple[int, bytes]]:
        """Yield rows without the end of their last line, each with the number of its first line."""
        line = 2
        while row := lines.readline(LONGEST):
            more = self._more(lines, row, line) if b'"' in row and self._is_open(row) else []
            yield line, b"".join([row, *more]).removesuffix(b"\n").removesuffix(b"\r")
            line += 1 + len(more)

    def _more(self, lines: IO[bytes], row: bytes, line: int) -> list[bytes]:
        """Return the lines up to the one that closes what a row has opened."""
        more, size = list[bytes](), len(row)
        while next_ := lines.readline(LONGEST):
            more.append(next_)
            size += len(next_)
            if size > LONGEST:
                break
            if b'"' in next_ and not self._is_open(b"".join([row, *more])):
                return more
        raise Broken(self.rows + 1, line, OPEN).stop(self.file)

    def _values(self, row: bytes) -> tuple[list[bytes], bytes]:
        """Return the values of a row as they are written, and what is left where no value can be told."""
        found, at = list[bytes](), 0
        while value := self._value.match(row, at):
            found.append(value[0])
            at = value.end() + 1
            if at > len(row):
                return found, b""
        return found, row[at:]

    def _is_open(self, row: bytes) -> bool:
        """Say whether a row, with the ends of its lines, ends within quotes."""
        return bool(self._open.fullmatch(self._values(row.removesuffix(b"\n").removesuffix(b"\r"))[1]))

    def _reduced(self, line: int, row: bytes) -> bytes:
        """Return a row as it is, or what is left of a broken one."""
        if not row and self.width > 1:
            return row  # an empty line is no row
        self.rows += 1
        if len(row) >= LONGEST:
            raise Broken(self.rows, line, LONG).stop(self.file)
        if row.isascii() and self._sound.fullmatch(row):
            return row
        values, rest = self._values(row)
        why = STRAY if rest else self._why(values)
        if not why:
            return row
        broken = Broken(self.rows, line, why)
        if rest or b"\n" in row:
            raise broken.stop(self.file, "" if rest else ", and a line ends within it")
        told = self._id(values, broken)
        whole = broken._replace(values=_texts(told, values)) if told else broken._replace(why=why + NOTHING)
        self.broken.append(whole)
        return self.between * self._at + told + self.between * (self.width - 1 - self._at)

    def _why(self, values: Sequence[bytes]) -> str:
        """Return why a row is broken; an empty text where it is not. Empty values at its end are none too many."""
        if len(values) < self.width or set(values[self.width :]) - {b"", b'""'}:
            columns = f"{self.width} column{'s'[: self.width > 1]}"
            return f"{len(values)} value{'s'[: len(values) > 1]} where the first line names {columns}"
        return "" if all(_is_text(values[at]) for at in self._read) else NO_UTF8

    def _id(self, values: Sequence[bytes], broken: Broken) -> bytes:
        """Return what tells the case of a broken row; nothing of a row that says nothing.

        Of too few or too many values it is the first, and another has to end it: more of a value may be lost.

        :raises BatchError: where nothing tells it.
        """
        if not any(map(_said, values)):
            return b""
        whole = len(values) == self.width
        told = values[self._at] if whole or (len(values) > 1 and not self._at) else b""
        if not _said(told) or not _is_text(told):
            raise broken.stop(self.file, NO_CASE + ("" if whole else self._first))
        return told


def _said(value: bytes) -> bytes:
    """Return what a value says, without quotes and spaces."""
    return value.strip(b' "')


def _texts(first: bytes, values: Sequence[bytes]) -> tuple[str, ...]:
    """Return what values say as texts, that of one of them first."""
    its = (first, *(value for value in values if value is not first))
    return tuple(_said(value).decode(errors="replace") for value in its)


def _is_text(value: bytes) -> bool:
    """Say whether a value is UTF-8."""
    try:
        return bool(value.decode()) or True
    except UnicodeDecodeError:
        return False
