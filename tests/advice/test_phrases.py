"""Texts as lines: a text of plain words is divided as any other is."""

import textwrap

from coverlog.explain.advice.phrases import in_whole_words
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
