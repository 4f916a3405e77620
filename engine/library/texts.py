"""The texts of a guideline: those of its folder, below those of the guideline that it extends."""

from __future__ import annotations

import re
from pathlib import Path

from ...kb import guidelines
from ..language.errors import Finding, GuidelineError, did_you_mean
from ..language.terms import Place
from ..program.program import folder_texts

Texts = tuple[tuple[str, str], ...]
_EXTENDS = r"(?m)^%@\s*extends\s*:?\s*(\S+)\s*$"


def all_texts(folder: Path) -> Texts:
    """Return the name and the text of each file; those of what the guideline extends have its name before theirs.

    :raises GuidelineError: where it extends what is no guideline, or itself.
    """
    return tuple((f"{name}/{file}" if name else file, text) for _, name, texts in chain(folder)[::-1]
                 for file, text in texts)  # fmt: skip


Link = tuple[Path, str, list[tuple[str, str]]]
"""A guideline of a chain: its folder, what it is called by the one that extends it, and its texts."""


def chain(folder: Path) -> list[Link]:
    """Return a guideline, the one which it extends, and so on.

    :raises GuidelineError: where it extends what is no guideline, or itself.
    """
    found = [(folder, "", folder_texts(folder))]
    while base := _base(*found[-1]):
        if base[0].resolve() in {at.resolve() for at, *_ in found}:
            raise GuidelineError([_finding(folder, f"{folder.name} extends itself", "name another guideline")])
        found.append(base)
    return found


def _base(folder: Path, name: str, texts: list[tuple[str, str]]) -> Link | None:
    """Return what a guideline extends, which is shipped here or lies beside it."""
    for _, text in texts:
        if "extends" in text and (found := re.search(_EXTENDS, text)):
            at = guidelines().get(found[1], folder.parent / found[1])
            if not (base := folder_texts(at)):
                fix = did_you_mean(found[1], guidelines()) or f"shipped are {', '.join(guidelines())}"
                raise GuidelineError([_finding(folder, f"there is no guideline {found[1]} to extend", fix)])
            return at, f"{name}/{found[1]}" if name else found[1], base
    return None


def _finding(folder: Path, message: str, fix: str) -> Finding:
    for file, text in folder_texts(folder):
        if found := re.search(_EXTENDS, text):
            return Finding("variant", Place(file, text.count("\n", 0, found.start()) + 1), message, fix)
    return Finding("variant", Place("*.dl", 1), message, fix)
