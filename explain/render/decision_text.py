"""A decision as text: outcomes first, then why, what is missing, advisories and notices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from ...engine.decision.decide import Judged, LineDecision
from ...engine.program.interface import FAVOURABLE, SILENT, UNFAVOURABLE, WAITING
from ...engine.program.words import say_code, say_session
from ..advice.phrases import wrapped

COLOURS = {FAVOURABLE: "green", UNFAVOURABLE: "red", WAITING: "yellow", SILENT: "cyan"}


def emphasis(role: str, text: str) -> str:
    """Return words of an outcome in the colour of its role, for a terminal."""
    return click.style(text, fg=COLOURS[role], bold=True)


def decision_text(judged: Judged, width: int) -> str:
    """Return a decision as lines of at most `width` columns."""
    decision = judged.decision
    title = f"{decision.case}: {judged.case.title}" if judged.case.title else decision.case
    of = f"{decision.guideline}, as of {decision.as_of}, {decision.world} world"
    # Indented, so that no line of a long title can be taken for one of ours.
    parts = [*(row for text in (title, of) for row in wrapped(text, width, subsequent_indent="  ")), ""]
    same: dict[tuple[object, ...], list[LineDecision]] = {}
    for line in decision.lines:
        same.setdefault((line.session, *line[3:]), []).append(line)
    for lines in same.values():
        parts += _lines(lines, judged, width)
    parts += [*advisories(judged, width), *_items("Notice", decision.notices, width)]
    return "\n".join(parts).rstrip()


def advisories(judged: Judged, width: int) -> list[str]:
    """Return what the guideline advises beside the outcomes, as lines of at most `width` columns."""
    return list(_items("Advisory", [advisory.text for advisory in judged.decision.advisories], width))


def _lines(lines: Sequence[LineDecision], judged: Judged, width: int) -> Iterator[str]:
    """Yield lines with one answer, and what would change it where they wait for information."""
    line, program = lines[0], judged.guideline.program
    codes = list(dict.fromkeys(line.code for line in lines))
    words = line.words.upper()
    head = f"{', '.join(codes)}  {words}" + (f" by {', '.join(line.by)}" if line.by else "")
    for row in wrapped(head, width, subsequent_indent="  "):
        yield row.replace(words, emphasis(line.role, words), 1)
    labels = [label for code in codes if (label := say_code(code, program))]
    if len(codes) > 1:
        labels = [f"{code}: {say_code(code, program)}".removesuffix(": ") for code in codes]
        yield from (row for label in labels for row in _wrap(label, width))
        labels = []
    yield from _wrap("; ".join([*labels, say_session(line.session, line.shown, program)]), width)
    if line.lacks:
        from ..advice.remedies import unstated  # slow to import, and a line that is covered has no use for it

        yield from _wrap(unstated(judged), width)
    if line.reason:
        yield from _wrap(program.label(line.reason), width)
    if line.needs:
        yield from _missing(line, judged, width)
    if line.rests_on:
        yield from _wrap(f"rests on {', '.join(line.rests_on)}", width)
    yield ""


def _missing(line: LineDecision, judged: Judged, width: int) -> Iterator[str]:
    """Yield the nearest ways to settle a line, choices drawn together, and how many more there are."""
    from ..advice.checklist import MORE, listed
    from ..advice.groups import groups, nearest
    from ..advice.remedies import ways

    shown, more = nearest(groups(ways(judged, line).ways))
    yield from _wrap(f"enough is {'this' if len(shown) == 1 else 'any one of these lists'}:", width)
    yield from listed(shown, judged.guideline.program, width, " " * 7)
    if more:
        yield from _wrap(f"and {more} more, which coverlog checklist lists", width)
    if not line.missing_complete:
        yield from _wrap(MORE, width)


def _wrap(text: str, width: int) -> list[str]:
    return wrapped(text, width, initial_indent="       ", subsequent_indent="         ")


def _items(name: str, texts: Sequence[str], width: int) -> Iterator[str]:
    for text in texts:
        yield from wrapped(f"{name}: {text}", width, subsequent_indent="  ")
