"""The part of a case that a guideline can read, where others read the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..library.guideline import Guideline
from ..library.several import Several
from ..program.interface import CODE
from ..program.program import CaseKey, Program
from .document import Document, Path, path_of

_EXPECTED = ("expect", "expect_closed")
"""What a case is expected to come to, which is by one guideline."""


def parts(document: Document, several: Several) -> Iterator[tuple[Guideline, Document, list[str]]]:
    """Yield each guideline that a case is for, what it can read of the case, and what it reads by another name.

    What it cannot read and another one can is left out; what none can read stays, to be told as a fault.
    """
    of = several.answering(_codes(document.value))
    refused = {each.program.name: _refused(document.value, each) for each in of}
    for guideline in of:
        own = refused[guideline.program.name]
        others = [other for other in of if other is not guideline]
        read = {path: other for path in own for other in others if not _covers(refused[other.program.name], path)}
        part = _Part(document, {*read, *((name,) for name in _EXPECTED)} if others else set())
        yield guideline, part, list(_translated(part, document, read, guideline, several))


def _codes(value: Any) -> set[str]:
    services = value.get("services") if isinstance(value, dict) else None
    items = services if isinstance(services, list) else []
    return {str(item.get(CODE)) for item in items if isinstance(item, dict)}


def _refused(value: Any, guideline: Guideline) -> set[Path]:
    """Return what a guideline has no word for: keys that it does not know, and words that are none of its own."""
    found: set[Path] = set()
    for error in guideline.errors(value):
        path = path_of(error, value)
        kind: Any = error.kind
        if kind.name == "additionalProperties":
            found |= {(*path, key) for key in kind.unexpected}
        elif kind.name == "enum":
            found.add(path)
    return found


def readable(value: Any, guideline: Guideline) -> Any:
    """Return what of a case, given as values, a guideline has words for."""
    whole = Document("case")
    whole.value = value
    return _Part(whole, _refused(value, guideline)).value


def _covers(refused: Iterable[Path], path: Path) -> bool:
    return any(path[: len(each)] == each for each in refused)


class _Part(Document):
    """A document without some of its parts; what is left keeps its place."""

    def __init__(self, whole: Document, without: set[Path]) -> None:
        super().__init__(whole.file)
        self._whole, self._without = whole, without
        self.value = self._kept(whole.value, (), ())

    def _kept(self, value: Any, path: Path, to: Path) -> Any:
        if path in self._whole.places:
            self.places[to] = self._whole.places[path]
        if path in self._whole.problems:
            self.problems[to] = self._whole.problems[path]
        if isinstance(value, dict):
            left = [key for key in value if (*path, key) not in self._without]
            return {key: self._kept(value[key], (*path, key), (*to, key)) for key in left}
        if isinstance(value, list):
            kept = [at for at in range(len(value)) if (*path, at) not in self._without]
            return [self._kept(value[at], (*path, at), (*to, number)) for number, at in enumerate(kept)]
        return value


def _translated(
    part: Document, whole: Document, read: dict[Path, Guideline], guideline: Guideline, several: Several
) -> Iterator[str]:
    """Say again in a guideline's own words what the case says in those of another; yield what is read as what."""
    for refused, other in read.items():
        value: Any = whole.value
        for step in refused:
            value = value[step]
        for path, word, said in _words(refused, value):
            own = several.same.get(((other.program.name, word), guideline.program.name))
            if own and (key := _key(own, guideline.program)):
                _put(part.value, key, own, said)
                part.places[(key.key, own)] = whole.order(path)
                yield f"{path[0]}: {word} is read as {own} of {guideline.program.name} (same_as.dl)"


def _words(path: Path, value: Any) -> Iterator[tuple[Path, str, Any]]:
    """Yield each word that stands at a place or directly below it, and what is said of it."""
    if isinstance(value, list):
        yield from (((*path, at), str(item), item) for at, item in enumerate(value))
    elif isinstance(value, dict) and len(path) == 1:
        yield from (((*path, word), word, said) for word, said in value.items())
    else:
        yield path, str(path[-1] if isinstance(path[-1], str) and len(path) > 1 else value), value


_GROUPS = ("present of", "absent of", "amount of")


def _key(concept: str, program: Program) -> CaseKey | None:
    """Return where a guideline reads a concept."""
    keys = [p.case for p in program.predicates.values() if p.case and concept in program.of_kind(p.case.kind)]
    return next(iter(keys), None)


def _put(values: dict[str, Any], key: CaseKey, concept: str, value: Any) -> None:
    if key.shape in _GROUPS:
        values.setdefault(key.key, {}).setdefault(concept, value)
    elif key.shape == "each of":
        values[key.key] = [*values.get(key.key, []), concept]
    else:
        values.setdefault(key.key, concept)
