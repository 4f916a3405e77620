"""What a guideline says of a case: the outcome of every line, the advisories and the notices."""

from __future__ import annotations

from typing import Any

from ...version import __version__
from ..language.record import NamedTuple
from ..language.terms import Constant, quote
from ..program.interface import CODE, UNFAVOURABLE, WAITING, Outcome
from .need import AtLeast, Need
from .view import mimebundle

WORLDS = ("open", "closed")


class LineDecision(NamedTuple):
    """The outcome of one service line."""

    code: str
    session: int
    shown: dict[str, str | None]  # what the guideline declares to be shown with a line, by predicate
    outcome: str
    by: tuple[str, ...]
    how: tuple[str, ...]  # the rules by which these statements give it
    reason: str | None
    needs: tuple[tuple[Need | AtLeast, ...], ...]
    missing_complete: bool
    rests_on: tuple[str, ...]
    declared: Outcome  # the outcome as the guideline declares it
    needs_for: tuple[str, ...] | None = None  # of several favourable outcomes, the one that each set leads to

    @property
    def role(self) -> str:
        """What the outcome says of the line: `favourable`, `unfavourable`, `silent`, or that it waits."""
        return self.declared.role

    @property
    def lacks(self) -> bool:
        """Whether it is not covered and might be: it is refused, or waits."""
        return self.role in (UNFAVOURABLE, WAITING)

    @property
    def words(self) -> str:
        """The outcome in words."""
        return self.declared.words

    @property
    def key(self) -> tuple[Constant, ...]:
        """What the line is known by, as its request has it."""
        return self.session, quote(self.code)

    def as_json(self) -> dict[str, Any]:
        """Return the line as the documented JSON object."""
        for_ = {} if self.needs_for is None else {"missing_for": list(self.needs_for)}
        return {
            CODE: self.code, "session": self.session, **self.shown, "outcome": self.outcome, "by": list(self.by),
            "how": list(self.how), "reason": self.reason, "missing": [list(s) for s in self.missing], **for_,
            "missing_complete": self.missing_complete, "rests_on": list(self.rests_on),
        }  # fmt: skip

    @property
    def missing(self) -> tuple[tuple[dict[str, Any], ...], ...]:
        """The sets of what is to be documented, by names: `needs` as the documented JSON has it."""
        return tuple(tuple(need.as_json() for need in each) for each in self.needs)


class Advisory(NamedTuple):
    """Something worth saying that changes no outcome."""

    id: str
    text: str
    source: str


class Decision(NamedTuple):
    """What a guideline says of a case."""

    case: str
    guideline: str
    as_of: str
    world: str
    lines: tuple[LineDecision, ...]
    advisories: tuple[Advisory, ...]
    notices: tuple[str, ...]
    version: str = __version__  # of the product
    guideline_hash: str = ""  # SHA-256 of the guideline's text, in hex
    case_hash: str = ""  # SHA-256 of the case as canonical JSON, less what it is expected to come to

    def as_json(self) -> dict[str, Any]:
        """Return the decision as the documented JSON object."""
        return self._asdict() | {
            "lines": [line.as_json() for line in self.lines],
            "advisories": [advisory._asdict() for advisory in self.advisories],
            "notices": list(self.notices),
        }

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show the decision in a notebook."""
        return mimebundle(self)
