"""What a change to a case does, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...engine.decision.decide import Judged, LineDecision
from ...engine.program.interface import WAITING
from ..advice.account import accounts
from ..advice.change import Change
from ..advice.phrases import wrapped
from ..advice.remedies import unstated
from ..advice.told import ANY
from ..advice.whatif import ASKS, DECIDES, NOT_MET, SUPPORTS, WHEN, Flip, compare, differing
from ..advice.wording import words_of
from .account_words import nearest, told
from .table import table

MOST = 4
"""How many ways are told of a side."""

_SAID = {DECIDES: "", SUPPORTS: "", ASKS: " asks for more", NOT_MET: " is not met"}


def as_text(before: Judged, after: Judged, changes: Sequence[Change], width: int) -> str:
    """Return the comparison as a table, which lines flip, and the statements that made the difference."""
    flips = compare(before, after)
    parts = wrapped(f"{before.decision.case}, {' '.join(c.option for c in changes)}", width)
    dates = " -> ".join(dict.fromkeys([before.decision.as_of, after.decision.as_of]))
    parts += wrapped(f"{before.decision.guideline}, as of {dates}, {after.decision.world} world", width)
    rows = [("line", "before", "after", ""), *map(_row, flips)]
    parts += ["", table(rows, width), "", *wrapped(_sum(flips), width)]
    parts += _paragraphs(flips, before, after, width)
    parts += ["", *_beside(before, after, width)]
    return "\n".join(parts).rstrip()


def _paragraphs(flips: Sequence[Flip], before: Judged, after: Judged, width: int) -> Iterator[str]:
    """Yield what is not the same of lines, those together of which the same is told."""
    same: dict[tuple[str, str], list[str]] = {}
    for flip in (each for each in flips if each.before != each.after):
        left = _stays(flip, "what would meet it on this side alone:")
        for head, lines in ((_moved(flip), _difference), (left, _left)):
            if text := "\n".join(lines(flip, before, after, width)):
                same.setdefault((head, text), []).append(f"{flip.code}@{flip.session}")
    for (head, text), alike in same.items():
        yield from ("", *wrapped(f"{', '.join(alike)}: {head}", width, subsequent_indent="  "), text)


def _beside(before: Judged, after: Judged, width: int) -> Iterator[str]:
    """Yield what is said beside the outcomes, of one side or of both: what is not stated, and the advisories."""
    sides = [[unstated(j), *(f"Advisory: {a.text}" for a in j.decision.advisories)] for j in (before, after)]
    for text in filter(None, dict.fromkeys([*sides[0], *sides[1]])):
        when = [name for name, said in zip(WHEN, sides, strict=True) if text in said]
        told = f"{text} ({when[0]})" if len(when) == 1 else text
        yield from wrapped(told, width, subsequent_indent="  ")


def _sum(flips: Sequence[Flip]) -> str:
    flipped = sum(flip.flips for flip in flips)
    if flipped:
        return f"{flipped} of {len(flips)} line{'s' * (len(flips) > 1)} {'flips' if flipped == 1 else 'flip'}."
    return "No line flips: every line in both cases keeps its outcome."


def _cell(line: LineDecision | None) -> str:
    if line is None:
        return "not in the case"
    return line.words + (f" by {', '.join(line.by)}" if line.by else "")


def _row(flip: Flip) -> tuple[str, ...]:
    return f"{flip.code}@{flip.session}", _cell(flip.before), _cell(flip.after), "flips" if flip.flips else ""


def _moved(flip: Flip) -> str:
    if flip.before and flip.after and not flip.flips:
        return _stays(flip, "what it rests on:")
    return f"{_cell(flip.before)} -> {_cell(flip.after)}"


def _stays(flip: Flip, told: str) -> str:
    return f"stays {flip.after.words}; {told}" if flip.after else told


def _left(flip: Flip, before: Judged, after: Judged, width: int) -> Iterator[str]:
    """Yield what would meet a line that waits before and after, as far as it would on one of the sides alone."""
    lines = [line for line in (flip.before, flip.after) if line and line.role == WAITING]
    if len(lines) < 2 or lines[0].needs == lines[1].needs:
        return
    each = [[way for account in accounts(judged, [line]) for way in told(account.ways, ())]
            for judged, line in zip((before, after), lines, strict=True)]  # fmt: skip
    for name, line, ways, others in zip(WHEN, lines, each, reversed(each), strict=True):
        own = [way for way in ways if way not in others]
        more = "; there may be more" * (not line.missing_complete)
        said = f"{ANY * (len(own) > 1)}{nearest(own, MOST)}{more}" if own else "nothing else"
        yield from wrapped(said, width, initial_indent=f"  {name:8}", subsequent_indent=" " * 10)


def _difference(flip: Flip, before: Judged, after: Judged, width: int) -> Iterator[str]:
    """Yield what made the difference for a line: reasons in words, statements with theirs."""
    program = after.guideline.program
    told = differing(flip, before, after)
    for name, line, roles in zip(WHEN, (flip.before, flip.after), told, strict=True):
        reason = [program.label(line.reason)] if line and line.reason else []
        said = [f"{r.id}{_SAID[r.role]}: {words_of(r.id, line, program)}" for r in roles] if line else []
        for each in [*reason, *said]:
            yield from wrapped(each, width, initial_indent=f"  {name:8}", subsequent_indent=" " * 10)
