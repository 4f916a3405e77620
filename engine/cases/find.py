"""The cases that a user names: files, folders, standard input, and the canonical cases of a guideline."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from ..language.errors import CaseError, did_you_mean, refused
from ..language.visible import visible
from ..library.guideline import Guideline
from .case import MAX_BYTES, Case, Unreadable, not_read, read_files, read_text
from .files import exists, unreadable

Item = TypeVar("Item")


def canonical_paths(guideline: Guideline) -> list[Path]:
    """Return the files of the canonical cases, those to be refused among them."""
    return sorted(guideline.folder.glob("cases/**/*.yaml"))


def canonical(guideline: Guideline) -> dict[str, Path]:
    """Return the canonical cases of a guideline by name."""
    return {path.stem: path for path in canonical_paths(guideline)}


def find_cases(names: Iterable[str], guideline: Guideline) -> Iterator[Case | Unreadable]:
    """Yield the cases that files, folders, `-` and names of canonical cases stand for."""
    for name in names:
        try:
            if name == "-":
                yield from read_text(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>", guideline)
            else:
                yield from read_files([_find(name, guideline)], guideline)
        except (CaseError, OSError) as error:
            told = error if isinstance(error, CaseError) else unreadable(Path("<stdin>"), error)
            yield not_read(visible(name), told)


def named(name: str, guideline: Guideline) -> bool:
    """Return whether a name stands for a file, a folder, standard input or a canonical case."""
    try:
        return name == "-" or bool(_find(name, guideline))
    except CaseError:
        return False


def find_case(name: str, guideline: Guideline) -> Case:
    """Return the one case of a name.

    :raises CaseError: where it cannot be read, or where the name stands for several.
    """
    found = only(name, list(find_cases([name], guideline)))
    if isinstance(found, Unreadable):
        raise CaseError(faults=found.faults)
    return found


def only(name: str, items: list[Item]) -> Item:
    """Return the one item that a name stands for.

    :raises CaseError: where there are several.
    """
    if len(items) > 1:
        raise refused(name, f"holds {len(items)} cases", "give a file of one")
    return items[0]


def _find(name: str, guideline: Guideline) -> Path:
    """Return the file or folder of a name, or the canonical case that it is the name of.

    :raises CaseError: where there is none, or none that can be got at.
    """
    if exists(Path(name)):
        return Path(name)
    if name in (shipped := canonical(guideline)):
        return shipped[name]
    hint = did_you_mean(name, shipped) or "name a file, a folder, - or a canonical case (see coverlog cases)"
    raise refused(name, "no such file or case", hint)
