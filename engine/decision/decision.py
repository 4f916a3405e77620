"""What a guideline says of a case: the outcome of every line, the advisories and the notices."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...version import __version__
from .need import AtLeast, Need
from .view import mimebundle

WORLDS = ("open", "closed")


class LineDecision(NamedTuple):
    """The outcome of one service line."""

    cpt: str
    session: int
    shown: dict[str, str | None]  # what the guideline declares to be shown with a line, by predicate
    outcome: str
    by: tuple[str, ...]
    reason: str | None
    needs: tuple[tuple[Need | AtLeast, ...], ...]
    missing_complete: bool
    rests_on: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the line as the documented JSON object."""
        told = {("missing" if name == "needs" else name): value for name, value in self._asdict().items()} | {
            "by": list(self.by), "missing": [list(s) for s in self.missing], "rests_on": list(self.rests_on)
        }  # fmt: skip
        return {"cpt": told.pop("cpt"), "session": told.pop("session"), **told.pop("shown"), **told}

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
