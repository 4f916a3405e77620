"""Tables: nothing of a cell is lost, whatever the width."""

import textwrap

from coverlog.explain.render.table import NARROW, lines_of, table
from hypothesis import given
from hypothesis import strategies as st

WORDS = st.text("abc-é", min_size=1, max_size=15)
CELL = st.lists(WORDS, max_size=8).map(" ".join)
ROWS = st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=2, max_size=6))


def words(*texts: str) -> list[str]:
    return sorted(word for text in texts for word in text.split())


@given(ROWS, st.integers(20, 120))
def test_a_table_fits_and_holds_every_word_whole(rows: list[list[str]], width: int) -> None:
    """No line is wider than asked, and no word or name is cut; each row has lines of its own, with all of its cells."""
    told = list(lines_of(rows, width))
    assert all(len(line) <= width for lines in told for line in lines)
    columns = len(told) == len(rows)
    first, *rest = rows
    named = [[f"{h}:" for h, c in zip(first[1:], row[1:], strict=True) if h and c] for row in rest]
    heads = [""] * len(rows) if columns else list(map(" ".join, named))
    for row, lines, head in zip(rows if columns else rows[1:], told, heads, strict=True):
        assert words(*lines) == words(*row, head)


@given(ROWS, st.integers(20, 120))
def test_no_column_is_a_word_a_line(rows: list[list[str]], width: int) -> None:
    """Where rows stand as columns, a row has no more lines than its longest cell in columns wide enough to read."""
    told = list(lines_of(rows, width))
    if len(told) == len(rows):
        for row, lines in zip(rows, told, strict=True):
            most = max(len(textwrap.wrap(cell, NARROW, break_on_hyphens=False)) for cell in row)
            assert len(lines) <= max(most, 1)


@given(ROWS)
def test_without_a_width_a_row_is_a_line(rows: list[list[str]]) -> None:
    """In a pipe each row is one line that has each of its cells whole."""
    lines = list(lines_of(rows, 0))
    assert [len(each) for each in lines] == [1] * len(rows)
    assert all(cell in line for row, (line,) in zip(rows, lines, strict=True) for cell in row)
    assert table(rows, 0) == "\n".join(line for (line,) in lines)
