"""The cases that a user names: files, folders, standard input, and the canonical cases of a guideline."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from ..language.errors import CaseError, did_you_mean, refused
from ..language.visible import visible
from ..library.guideline import Guideline
from ..library.several import Answering, each
from .case import MAX_BYTES, SUFFIXES, Case, Unreadable, not_read, read_files, read_text
from .files import exists, unreadable

Item = TypeVar("Item")


def canonical_paths(guideline: Answering) -> list[Path]:
    """Return the files of the canonical cases, those to be refused among them.

    Those of what a guideline extends stand before its own, but for the ones that it has itself by the same name.
    """
    return [path for one in each(guideline) for path in _canonical(one)]


def _canonical(guideline: Guideline) -> list[Path]:
    found: list[Path] = []
    for folder in guideline.folders[::-1]:
        own = sorted(_below(folder / "cases"))
        found = [path for path in found if path.stem not in {other.stem for other in own}] + own
    return found


def _below(folder: Path) -> Iterator[Path]:
    for at, _, names in os.walk(folder):
        yield from (Path(at, name) for name in names if name.endswith(".yaml"))


def _called(name: str, guideline: Guideline) -> list[Path]:
    """Return the canonical cases of a name, each before the one that stands in its place."""
    file = f"{name}.yaml"
    folders = [folder / "cases" for folder in guideline.folders[::-1]]
    return [
        path for at in folders for path in sorted(Path(top, file) for top, _, names in os.walk(at) if file in names)
    ]


def overridden(guideline: Guideline, path: Path) -> Path | None:
    """Return the case of what a guideline extends in whose place a case of its own stands."""
    if path.is_relative_to(guideline.folder):
        for folder in guideline.folders[1:]:
            for other in folder.glob(f"cases/**/{path.stem}.yaml"):
                return other
    return None


def canonical(guideline: Answering) -> dict[str, Path]:
    """Return the canonical cases of a guideline by name."""
    return {path.stem: path for path in canonical_paths(guideline)}


def find_cases(names: Iterable[str], guideline: Answering) -> Iterator[Case | Unreadable]:
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


def named(name: str, guideline: Answering) -> bool:
    """Return whether a name stands for a file, a folder, standard input or a canonical case."""
    try:
        return name == "-" or bool(_find(name, guideline))
    except CaseError:
        return False


def find_case(name: str, guideline: Answering, *, of: str = "") -> Case:
    """Return the one case of a name.

    :param of: the name of the guideline that it is to be read by, where it is for several.
    :raises CaseError: where it cannot be read, or where the name stands for several, or is for several.
    """
    items = list(find_cases([name], guideline))
    named: list[Case | Unreadable] = [item for item in items if isinstance(item, Case) and _by(item) == of]
    found = only(name, named or items)
    if isinstance(found, Unreadable):
        raise CaseError(faults=found.faults)
    return found


def only(name: str, items: list[Item]) -> Item:
    """Return the one item that a name stands for.

    :raises CaseError: where there are several, or several guidelines that it is for.
    """
    by = dict.fromkeys(_by(item) for item in items if isinstance(item, Case))
    if len(by) > 1:
        raise refused(name, f"{' and '.join(by)} answer it", "name one of the guidelines: -g GUIDELINE")
    if len(items) > 1:
        raise refused(name, f"holds {len(items)} cases", "give a file of one")
    return items[0]


def _by(case: Case) -> str:
    return case.under.program.name if case.under else ""


def _find(name: str, guideline: Answering) -> Path:
    """Return the file or folder of a name, or the canonical case that it is the name of.

    :raises CaseError: where there is none, or none that can be got at.
    """
    if exists(Path(name)):
        return Path(name)
    if found := [path for one in each(guideline) for path in _called(name, one)]:
        return found[-1]
    near = did_you_mean(name, [*_beside(Path(name)), *canonical(guideline)])
    hint = near or "name a file, a folder, - or a canonical case (see coverlog cases)"
    raise refused(name, "no such file or case", hint)


def _beside(path: Path) -> list[str]:
    """Return the case files in the folder of a path, written as the path is."""
    try:
        found = sorted(entry.name for entry in os.scandir(path.parent) if entry.name.endswith(SUFFIXES))
    except (OSError, ValueError):
        return []
    return [str(path.with_name(name)) for name in found]
