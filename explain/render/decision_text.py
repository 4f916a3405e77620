"""A decision as text: outcomes first, then why, what is missing, advisories and notices."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

import click

from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.need import say_need
from ...engine.program.interface import FAVOURABLE, SILENT, UNFAVOURABLE, WAITING
from ...engine.program.program import Program
from ...engine.program.words import say_code, say_session

COLOURS = {FAVOURABLE: "green", UNFAVOURABLE: "red", WAITING: "yellow", SILENT: "cyan"}


def decision_text(judged: Judged, width: int) -> str:
    """Return a decision as lines of at most `width` columns."""
    decision, program = judged.decision, judged.guideline.program
    title = f"{decision.case}: {judged.case.title}" if judged.case.title else decision.case
    # Indented, so that no line of a long title can be taken for one of ours.
    parts = [
        *textwrap.wrap(title, width, subsequent_indent="  "),
        f"{decision.guideline}, as of {decision.as_of}, {decision.world} world",
        "",
    ]
    for line in decision.lines:
        parts += _line(line, program, width)
    parts += [*_items("Advisory", [a.text for a in decision.advisories], width)]
    parts += [*_items("Notice", decision.notices, width), ""]
    return "\n".join(parts)


def _line(line: LineDecision, program: Program, width: int) -> Iterator[str]:
    yield f"{line.cpt}  {click.style(line.words.upper(), fg=COLOURS[line.role], bold=True)}" + (
        f" by {', '.join(line.by)}" if line.by else ""
    )
    of = say_code(line.cpt, program), say_session(line.session, line.shown, program)
    yield from _wrap("; ".join(filter(None, of)), width)
    if line.reason:
        yield from _wrap(f"{line.reason}: {program.label(line.reason)}", width)
    for index, needs in enumerate(line.needs):
        told = " and ".join(say_need(need, program) for need in needs)
        leads = f" ({program.outcome(line.needs_for[index]).words})" if line.needs_for else ""
        yield from _wrap(f"{'document' if not index else 'or'} that {told}{leads}", width)
    if not line.missing_complete:
        yield from _wrap("there may be other ways; of all that there are these need the fewest things", width)
    if line.rests_on:
        yield from _wrap(f"rests on {', '.join(line.rests_on)}", width)
    yield ""


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent="       ", subsequent_indent="         ")


def _items(name: str, texts: Sequence[str], width: int) -> Iterator[str]:
    for text in texts:
        yield from textwrap.wrap(f"{name}: {text}", width, subsequent_indent="  ")
