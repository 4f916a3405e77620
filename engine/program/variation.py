"""A guideline that extends another one: its own text, with the statements of the other that it leaves as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..language.errors import Finding, did_you_mean
from ..language.record import NamedTuple
from ..language.terms import Place, unquote

if TYPE_CHECKING:
    from ..language.parser import Annotation, Clause

EXTENDS, REPLACES, WITHDRAWS = "extends", "replaces", "withdraws"
_NAMED = ("statement", "notice", "interpretation")
"""The facts that speak of what their first argument names."""


class Variation(NamedTuple):
    """What a guideline is a variation of, and how."""

    base: str = ""  # the name of the guideline that it extends; empty where it extends none
    replaced: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say in words what is the guideline's own."""
        changes = (self.replaced, "replaced"), (self.withdrawn, "withdrawn")
        told = " and ".join(f"{', '.join(names)} {how}" for names, how in changes if names)
        return f"{self.base} with {told}" if told else self.base


def is_own(place: Place) -> bool:
    """Say whether a clause stands in a guideline's own text; what it extends stands in files below the base's name."""
    return "/" not in place.file


class Changes:
    """What the annotations of a text change in the texts that it extends."""

    def __init__(self, notes: Iterable[Annotation]) -> None:
        self.notes = [(note, name.strip()) for note in notes for name in note.rest.split(",") if name.strip()]

    def named(self, key: str) -> tuple[str, ...]:
        """Return what the guideline itself replaces, or withdraws."""
        return tuple(dict.fromkeys(name for note, name in self.notes if note.key == key and is_own(note.place)))

    def drops(self, names: Iterable[str], place: Place) -> bool:
        """Say whether a clause that rests on statements of some names is gone."""
        gone = set(names)
        return any(name in gone and _is_below(place, note.place) for note, name in self.notes if note.key != EXTENDS)

    def drops_fact(self, clause: Clause) -> bool:
        """Say whether a fact that the reader understands is gone: what it speaks of is, or is said anew."""
        args = [unquote(str(arg)) for arg in clause.head.args[:1]]
        if clause.head.predicate == "guideline":
            return any(note.key == EXTENDS and _is_below(clause.place, note.place) for note, _ in self.notes)
        return clause.head.predicate in _NAMED and self.drops(args, clause.place)

    def amiss(self, there: Iterable[tuple[str, Place]]) -> Iterator[Finding]:
        """Yield what is wrong with the changes.

        :param there: the statements and interpretations of all texts, as they were read.
        """
        known = list(there)
        for note, name in self.notes:
            if note.key == EXTENDS:
                continue
            below = {each for each, place in known if _is_below(place, note.place)}
            own = any(each == name and _beside(place, note.place) for each, place in known)
            if name not in below:
                fix = did_you_mean(name, below) or "name a statement of what the guideline extends (%@ extends: NAME)"
                yield Finding("variant", note.place, f"there is no {name} to be changed", fix)
            elif own != (note.key == REPLACES):
                told = "replaced, and not said anew" if note.key == REPLACES else "withdrawn, and said anew"
                fix = (
                    f'write statement("{name}", ...) with its rules'
                    if note.key == REPLACES
                    else f"write %@ replaces: {name}"
                )
                yield Finding("variant", note.place, f"{name} is {told}", fix)


def _folder(place: Place) -> str:
    return place.file.rpartition("/")[0]


def _beside(place: Place, other: Place) -> bool:
    return _folder(place) == _folder(other)


def _is_below(place: Place, other: Place) -> bool:
    """Say whether a text is one that another one extends."""
    above = _folder(other)
    return _folder(place) != above and _folder(place).startswith(f"{above}/" if above else "")
