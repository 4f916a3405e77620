"""Texts as lines: a text of plain words is divided as any other is."""

import textwrap

import pytest
from coverlog.explain.advice.phrases import filled, in_whole_words, singular, wrapped
from hypothesis import example, given
from hypothesis import strategies as st

WORD = st.text("ab-,é\u00a0\u2003\t\n", max_size=12)
TEXT = st.lists(WORD, max_size=12).map(" ".join)
INDENT = st.integers(0, 12).map(" ".__mul__)


@given(TEXT, st.integers(1, 40), INDENT, INDENT)
@example("ab" * 20, 5, "", "    ")
@example("a bcd", 4, "  ", "          ")
def test_words_stay_whole_as_the_library_keeps_them(text: str, width: int, first: str, rest: str) -> None:
    """The lines are those of `textwrap` that breaks no word, whatever the text, the width and the indents are."""
    told = textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest,
                         break_on_hyphens=False, break_long_words=False)  # fmt: skip
    assert in_whole_words(text, width, first, rest) == told


@given(TEXT, st.integers(13, 50), INDENT, INDENT)  # where no line has room for a letter, the library never ends
@example("ab-ab ab", 5, "", "")
@example("", 5, " ", "")
def test_lines_are_those_of_the_library(text: str, width: int, first: str, rest: str) -> None:
    """The lines are those of `textwrap` that breaks a word only where it is too long, and so is the text of them."""
    indents = {"initial_indent": first, "subsequent_indent": rest}
    assert wrapped(text, width, **indents) == textwrap.wrap(text, width, break_on_hyphens=False, **indents)  # type: ignore[arg-type]
    assert filled(text, width, **indents) == textwrap.fill(text, width, break_on_hyphens=False, **indents)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("at least 1 weeks of it", "at least 1 week of it"),
        ("1 degrees, 21 degrees and 0.1 degrees", "1 degree, 21 degrees and 0.1 degrees"),
        ("session 1 combines both, and Session 1 needs them", "session 1 combines both, and Session 1 needs them"),
        ("1 has been, 1 is, 1 illness, 1 radius", "1 has been, 1 is, 1 illness, 1 radius"),
    ],
)
def test_one_of_something_is_told_in_the_singular(text: str, told: str) -> None:
    """What is counted loses its plural behind a 1; a verb does not, and no word that ends in a double s."""
    assert singular(text) == told
