"""What rests on statements that are to be confirmed, and on interpretations: the answers that change without them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..library.guideline import Guideline
from ..program.graph import stratify
from .diff import Change, Pair, Side


class Reliance(NamedTuple):
    """A statement or an interpretation, and each outcome that is another one where its rules are withdrawn."""

    name: str
    changes: tuple[Change, ...]


def reliance(guideline: Guideline, date: str, world: str = "") -> Iterator[Reliance]:
    """Yield each statement to be confirmed and each interpretation of an edition, with what rests on it.

    :raises NotGroundedError: where an edition has no circuit.
    """
    program = guideline.program
    for name in (*sorted(program.unconfirmed(program.statements)), *program.interpretations):
        rules = tuple(rule for rule in program.rules if name not in (*rule.cites, *rule.readings))
        if len(rules) == len(program.rules):
            continue
        less = program._replace(rules=rules)
        other = Guideline(guideline.folder, less, stratify(less))
        pair = Pair(Side(guideline, date), Side(other, date), world)
        found: dict[tuple[str, str], Change] = {}
        for change in pair.outcomes():
            found.setdefault((change.before, change.after), change)
        yield Reliance(name, tuple(found.values()))
