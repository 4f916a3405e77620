"""What a step of a proof stands for, for the proof checker, and the node that is due for it."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...engine.language.terms import Atom
from .ground import spell


@dataclass(frozen=True)
class Claim:
    """What a node stands for: an atom that holds or not, an instance of a rule, a rule that fails, a comparison."""

    kind: str
    key: Hashable
    about: Any = field(compare=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}" if isinstance(self.key, str) else self.kind


class Step(NamedTuple):
    """What a node rests on."""

    role: str
    claim: Claim
    part: int = -1


class Due(NamedTuple):
    """A node as it has to be."""

    kind: str
    facts: dict[str, Any]
    steps: tuple[Step, ...] = ()


def holds(atom: Atom) -> Claim:
    """Claim that an atom is so, surely or possibly."""
    return Claim("holds", (spell(atom), atom), atom)


def absent(atom: Atom) -> Claim:
    """Claim that an atom is not so; its variables stand for anything."""
    return Claim("absent", (spell(atom), atom), atom)
