"""Rows as aligned columns; a cell that has no room goes on below itself, and none is cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from ..advice.phrases import in_whole_words

_GAP = "  "
NARROW = 24
"""A column that has to give way gets no narrower: text in fewer columns is a word a line."""


def table(rows: Sequence[Sequence[str]], width: int) -> str:
    """Return rows, the head first, as aligned columns; see `lines_of`."""
    return "\n".join(line for lines in lines_of(rows, width) for line in lines)


def lines_of(rows: Sequence[Sequence[str]], width: int) -> Iterator[list[str]]:
    """Yield the lines of each row in columns that take at most `width` characters together, gaps among them.

    The widest columns give way first, and none becomes narrower than its longest word: an id stays in one piece.
    Where there is no room for columns that can be read, a row is told cell below cell; a line is then wider for a
    longer word alone.

    :param rows: rows of one length; a cell has no line break.
    :param width: in characters; with 0 each column has all the room it takes, and a row is a line.
    """
    columns = list(zip(*rows, strict=True))
    sizes = [max(map(len, column)) for column in columns]
    least = [
        max(min(size, NARROW), *(len(word) for cell in column for word in ("", *cell.split())))
        for column, size in zip(columns, sizes, strict=True)
    ]
    room, most = width - len(_GAP) * (len(sizes) - 1), max(sizes)
    while width and most and sum(sizes) > room:
        sizes = [min(size, max(most, word, 1)) for size, word in zip(sizes, least, strict=True)]
        most -= 1
    if width and sum(sizes) > room:
        yield from (list(_stacked(row, rows[0], width)) for row in rows[1:])
    else:
        yield from (list(_side_by_side(row, sizes)) for row in rows)


def _side_by_side(row: Sequence[str], sizes: Sequence[int]) -> Iterator[str]:
    cells = [_wrap(cell, max(size, 1)) or [""] for cell, size in zip(row, sizes, strict=True)]
    for parts in zip_longest(*cells, fillvalue=""):
        yield _GAP.join(f"{part:{size}}" for part, size in zip(parts, sizes, strict=True)).rstrip()


def _stacked(row: Sequence[str], head: Sequence[str], width: int) -> Iterator[str]:
    """Yield the first cell, and each other one below it with the name of its column."""
    named = ((f"{name}: " if name else "", cell) for name, cell in zip(head[1:], row[1:], strict=True) if cell)
    for at, text in enumerate([row[0], *map("".join, named)]):
        indent = "  " if at else ""
        yield from _wrap(text, max(width, 9), indent, indent + "  ")


def _wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    return in_whole_words(text, width, first, rest)
