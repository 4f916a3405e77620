"""The contract between a guideline and this program: the fixed names, and what an outcome of a line can be."""

from __future__ import annotations

from collections.abc import Iterable

from ..language.record import NamedTuple

SERVICE = "service"
CODE = "cpt"
"""The key under which a case, and every answer, has the procedure code of a line."""
ADVISORY = "advisory"

FAVOURABLE, UNFAVOURABLE, SILENT = "favourable", "unfavourable", "silent"
"""The roles of outcomes: the guideline covers a line, it does not, or it does not speak to it."""
ROLES = (FAVOURABLE, SILENT, UNFAVOURABLE)
"""The roles in the order in which a line's outcome is looked for, where the guideline declares no order."""


class Outcome(NamedTuple):
    """What a line can come to: the predicate that rules give it by, its role, and its words."""

    name: str
    role: str
    words: str  # as in `the line is ...`
    order: int = 0  # of outcomes that hold together the lowest goes first; 0 where none is declared


WAITING = "more_information_needed"
"""The outcome, and the role, of a line that depends on what nobody documented; no rule gives it."""
AWAITED = Outcome(WAITING, WAITING, "more information needed")

CUSTOMARY = (
    Outcome("medically_necessary", FAVOURABLE, "medically necessary"),
    Outcome("not_addressed", SILENT, "not addressed"),
    Outcome("not_medically_necessary", UNFAVOURABLE, "not medically necessary"),
)
"""The outcomes of the roles for which a guideline declares none."""


def in_turn(declared: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Return outcomes as they are looked for: by their order, then by role; a role without one has the customary."""
    found = list(declared)
    found += [each for each in CUSTOMARY if each.role not in {other.role for other in found}]
    return tuple(sorted(found, key=lambda o: (not o.order, o.order, ROLES.index(o.role))))


def against(outcome: Outcome, outcomes: tuple[Outcome, ...]) -> list[Outcome]:
    """Return the outcomes that go before one and say otherwise: it is a line's where they surely do not hold."""
    before = outcomes[: outcomes.index(outcome)] if outcome.order else ()
    return [each for each in before if each.role != outcome.role]


KEY = ("Session", "Code")
"""What a line is known by: the arguments of the predicate of requests."""
