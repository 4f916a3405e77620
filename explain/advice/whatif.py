"""What a change to a case does: both decisions side by side, and the statements that make the difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...engine.decision.decide import Judged, LineDecision
from ...engine.program.interface import CODE, UNFAVOURABLE
from .asks import asks
from .change import Change
from .reasons import Reasons

WHEN = ("before", "after")
DECIDES, SUPPORTS, ASKS, NOT_MET = "decides", "supports", "asks", "not_met"


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
