"""How two editions or guidelines differ, as an HTML page that stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...engine.program.program import Program

HEADS = ("", "change", "codes", "statements", "ways")
FLIP_HEADS = ("case", "line", "before", "after")


class Kind(NamedTuple):
    """A kind of change as the page shows it."""

    title: str
    before: str  # the outcome, which gives it its colour, or that the case is refused
    after: str
    words: tuple[str, str]
    codes: tuple[str, ...]
    statements: tuple[str, ...]
    when: tuple[tuple[str, ...], ...]
    complete: bool  # whether these are all the ways
    witness: dict[str, Any]  # code, world, the answers, and the lines of the case as a file


def as_html(
    sides: Sequence[str], summary: str, kinds: Sequence[Kind], flips: Sequence[Sequence[str]] | None, program: Program
) -> str:  # fmt: skip
    """Return the page.

    :param sides: the names of both sides.
    :param flips: a row a line of a case that changes; None where no cases were named.
    :param program: the guideline whose outcomes have colours.
    :raises PagesError: where Jinja2 is not installed.
    """
    from .page import page

    rows = [
        (str(at), each.title, ", ".join(each.codes), ", ".join(each.statements) or "none", _ways(each))
        for at, each in enumerate(kinds, 1)
    ]
    return page(
        "difference", "proof", "book", title=" and ".join(sides), kind="proof book", program=program, summary=summary,
        heads=HEADS, rows=rows, kinds=kinds, flips=flips, flip_heads=FLIP_HEADS,
    )  # fmt: skip


def _ways(kind: Kind) -> str:
    return f"{len(kind.when)}{'' if kind.complete else ' and more'}"
