"""One thing that a rule asks for: whether it is met, how it fails, and where that is said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...engine.language.record import NamedTuple
from ...engine.language.terms import Atom
from ...engine.language.visible import in_quotes

MET, SHORT, ABSENT, OPEN, BARS, OTHER, FOLDED = "met", "SHORT", "ABSENT", "OPEN", "BARS", "OTHER", "folded"
"""How an item stands: met, an amount falls short, not so, nobody says, so though it must not be, another request."""

STATES = (OPEN, SHORT, ABSENT, BARS, OTHER, MET)
"""The states that are told: first what is open, which decides wherever it stands beside what fails."""

NO_SOURCE = "no source given"

STATED = "stated"
"""What is told of an item that the case itself names."""


class Item(NamedTuple):
    """One thing that a rule asks for."""

    state: str
    label: str  # whole, as declared
    told: str = ""  # what the record says of it, and what is needed
    source: str = ""
    concept: str = ""  # the concept or the key that it is about
    needs: str = ""  # the bounds of an amount, such as `>= 4`
    about: bool = False  # what the case states, and not what its record documents
    weaker: str = ""  # the label of what the record denies, where that rules it out
    amount: str = ""  # what the record has of an amount
    needed: str = ""  # what is needed of it, in words
    atom: Atom | None = None  # what is asked for
    against: Atom | None = None  # what is so instead, or what the record denies
    so: bool = True  # whether it is to be so; where not, that it is not
    by: tuple[str, ...] = ()  # what the rule goes by in whose words it is told

    @property
    def distance(self) -> int:
        """Whether it is not met, as a number."""
        return int(self.state not in (MET, FOLDED))

    @property
    def fails(self) -> bool:
        """Whether it is surely not met."""
        return self.state in (SHORT, ABSENT, BARS, OTHER)

    @property
    def place(self) -> str:
        """Where the record says so, in quotation marks, so that no word of a case reads as one of ours."""
        said = self.concept and self.told and self.source not in ("", NO_SOURCE)
        return in_quotes(self.source) if said else self.source

    def text(self, *, short: bool = False) -> str:
        """Return the item in words, its source behind it.

        :param short: leave out `recorded`, where a source says as much.
        """
        source = f" ({self.source})" if self.source else ""
        told = "" if short and self.told == "recorded" and source else self.told
        return f"{self.label}{f': {told}' if told else ''}{source}"

    def as_json(self) -> dict[str, Any]:
        """Return the item as the documented JSON object."""
        return {name: getattr(self, name) for name in TOLD}


TOLD = tuple(name for name in Item._fields if name not in ("atom", "against", "by"))
"""The fields of an item that an answer has."""


def by_amount(items: Iterable[Item]) -> list[Item]:
    """Return items with what is asked of one amount of the record in several places as one of them."""
    found: dict[object, Item] = {}
    for item in items:
        key = (item.atom, item.amount) if item.amount and item.atom else item
        same = found.setdefault(key, item)
        if item.needed not in same.needed.split(" or "):
            found[key] = same._replace(needed=f"{same.needed} or {item.needed}")
    return list(found.values())
