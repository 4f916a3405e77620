"""What a change to a case does: both decisions side by side, and the statements that make the difference."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

from ...engine.decision.decide import Judged, LineDecision
from ...engine.program.interface import CODE, UNFAVOURABLE
from .asks import asks
from .change import Change
from .reasons import Reasons
from .remedies import unstated
from .wording import words_by

WHEN = ("before", "after")
DECIDES, SUPPORTS, ASKS, NOT_MET = "decides", "supports", "asks", "not_met"
_SAID = {DECIDES: "", SUPPORTS: "", ASKS: " asks for more", NOT_MET: " is not met"}


class Role(NamedTuple):
    """A statement, and what it does for a line: `decides`, `supports`, `asks` for more, or is `not_met`."""

    id: str
    role: str


class Flip(NamedTuple):
    """A line before and after; None where it is not part of the case."""

    code: str
    session: int
    before: LineDecision | None
    after: LineDecision | None

    @property
    def flips(self) -> bool:
        """Whether the line is there before and after, with another outcome."""
        return self.before is not None and self.after is not None and self.before.outcome != self.after.outcome


def compare(before: Judged, after: Judged) -> list[Flip]:
    """Return every line of either case with its decision before and after."""
    old, new = ({(line.code, line.session): line for line in j.decision.lines} for j in (before, after))
    return [Flip(*line, old.get(line), new.get(line)) for line in dict.fromkeys([*old, *new])]


def differing(flip: Flip, before: Judged, after: Judged) -> tuple[list[Role], list[Role]]:
    """Return the statements that make the difference for a line, and what each does for it, before and after.

    Where the outcome flips these are the ones that decide it, ask for more or are not met, and what supports
    it that was not met or asked for more; where it stays, what is not the same on both sides.
    """
    old, new = _roles(flip.before, before), _roles(flip.after, after)
    if flip.before and flip.after and not flip.flips:
        return [role for role in old if role not in new], [role for role in new if role not in old]
    return _telling(old, new), _telling(new, old)


def _telling(roles: Sequence[Role], others: Sequence[Role]) -> list[Role]:
    elsewhere = {other.id for other in others if other.role != SUPPORTS}
    return [role for role in roles if role.role != SUPPORTS or role.id in elsewhere]


def _roles(line: LineDecision | None, judged: Judged) -> list[Role]:
    """Return the statements that bear on a line, each once: first those that decide it."""
    if line is None:
        return []
    reasons = Reasons(judged)
    decisive = reasons.decisive(line)
    roles: list[tuple[str, Sequence[str]]] = [
        (DECIDES, line.by or (reasons.statements(decisive) if line.reason else ()))
    ]
    if line.missing:
        wanted = asks(decisive, judged)
        roles.append((ASKS, sorted({item.statement for ask in wanted for item in ask.items})))
    if line.role == UNFAVOURABLE:
        short = [short.statement for short in reasons.shortfalls(line)]
        roles += [(DECIDES, reasons.blockers(line)), (NOT_MET, short)]
    roles.append((SUPPORTS, reasons.statements(decisive)))
    found: dict[str, Role] = {}
    for role, names in roles:
        for name in names:
            found.setdefault(name, Role(name, role))
    return list(found.values())


def as_json(before: Judged, after: Judged, changes: Sequence[Change]) -> dict[str, Any]:
    """Return the comparison as the documented JSON object."""
    lines = []
    for flip in compare(before, after):
        told = differing(flip, before, after)
        statements = {when: [role._asdict() for role in roles] for when, roles in zip(WHEN, told, strict=True)}
        outcomes = {"before": flip.before and flip.before.outcome, "after": flip.after and flip.after.outcome}
        lines.append({CODE: flip.code, "session": flip.session, **outcomes, "flips": flip.flips,
                      "statements": statements})  # fmt: skip
    return {
        "case": before.decision.case,
        "changes": [change.option for change in changes],
        "lines": lines,
        "before": before.decision.as_json(),
        "after": after.decision.as_json(),
    }


def as_text(before: Judged, after: Judged, changes: Sequence[Change], width: int) -> str:
    """Return the comparison as a table, which lines flip, and the statements that made the difference."""
    flips = compare(before, after)
    parts = textwrap.wrap(f"{before.decision.case}, {' '.join(c.option for c in changes)}", width)
    dates = " -> ".join(dict.fromkeys([before.decision.as_of, after.decision.as_of]))
    parts += textwrap.wrap(f"{before.decision.guideline}, as of {dates}, {after.decision.world} world", width)
    parts += ["", *_table(flips, width), "", *textwrap.wrap(_sum(flips), width)]
    same: dict[str, list[Flip]] = {}
    for flip in flips:
        told = "\n".join(_difference(flip, before, after, width))
        if told and flip.before != flip.after:
            same.setdefault(told, []).append(flip)
    for told, alike in same.items():
        codes = ", ".join(f"{flip.code}@{flip.session}" for flip in alike)
        parts += ["", *textwrap.wrap(f"{codes}: {_moved(alike[0])}", width, subsequent_indent="  "), told]
    parts += ["", *_beside(before, after, width)]
    return "\n".join(parts).rstrip()


def _beside(before: Judged, after: Judged, width: int) -> Iterator[str]:
    """Yield what is said beside the outcomes, of one side or of both: what is not stated, and the advisories."""
    sides = [[unstated(j), *(f"Advisory: {a.text}" for a in j.decision.advisories)] for j in (before, after)]
    for text in filter(None, dict.fromkeys([*sides[0], *sides[1]])):
        when = [name for name, said in zip(WHEN, sides, strict=True) if text in said]
        told = f"{text} ({when[0]})" if len(when) == 1 else text
        yield from textwrap.wrap(told, width, subsequent_indent="  ")


def _sum(flips: Sequence[Flip]) -> str:
    flipped = sum(flip.flips for flip in flips)
    if flipped:
        return f"{flipped} of {len(flips)} line{'s' * (len(flips) > 1)} {'flips' if flipped == 1 else 'flip'}."
    return "No line flips: every line in both cases keeps its outcome."


def _cell(line: LineDecision | None) -> str:
    if line is None:
        return "not in the case"
    by = f" by {', '.join(line.by)}" if line.by else f": {line.reason}" if line.reason else ""
    return line.words + by


def _table(flips: Sequence[Flip], width: int) -> Iterator[str]:
    """Yield a row a line; cells wrap, so that the table is never wider than asked."""
    rows = [("line", "before", "after", "")]
    rows += [(f"{f.code}@{f.session}", _cell(f.before), _cell(f.after), "flips" if f.flips else "") for f in flips]
    first, last = max(len(row[0]) for row in rows), 5
    most = max(len(cell) for row in rows for cell in row[1:3])
    size = max(10, min(most, (width - first - last - 6) // 2))
    for row in rows:
        cells = [[row[0]], textwrap.wrap(row[1], size), textwrap.wrap(row[2], size), [row[3]]]
        for a, b, c, d in zip_longest(*cells, fillvalue=""):
            yield f"{a:{first}}  {b:{size}}  {c:{size}}  {d}".rstrip()


def _moved(flip: Flip) -> str:
    if flip.before and flip.after and not flip.flips:
        return f"stays {flip.after.words}; what it rests on:"
    return f"{_cell(flip.before)} -> {_cell(flip.after)}"


def _difference(flip: Flip, before: Judged, after: Judged, width: int) -> Iterator[str]:
    """Yield what made the difference for a line: reasons in words, statements with theirs."""
    program = after.guideline.program
    told = differing(flip, before, after)
    for name, line, roles in zip(WHEN, (flip.before, flip.after), told, strict=True):
        reason = [program.label(line.reason)] if line and line.reason else []
        fired = {rule.cites[0]: [rule] for rule in program.rules if line and rule.id in line.how}
        said = [f"{r.id}{_SAID[r.role]}: {words_by(r.id, fired.get(r.id, []), program)}" for r in roles]
        for each in [*reason, *said]:
            yield from textwrap.wrap(each, width, initial_indent=f"  {name:8}", subsequent_indent=" " * 10)
