"""Cases as a Python program has them: as a mapping, or as paths that may be strings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from ..language.errors import CaseError
from ..library.guideline import Guideline
from . import case as written
from .case import Case, Unreadable


def read_case(said: Mapping[str, Any], guideline: Guideline) -> Case:
    """Return the case that a mapping says, read through the same checks as a case file.

    :param said: what a case file says, as JSON has it (see `coverlog schema`).
    :raises CaseError: with every fault of it, where the guideline cannot read it as a case.
    """
    try:
        data = json.dumps(dict(said), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise CaseError(f"the case is no JSON object: {error}") from None
    (found,) = written.read_text(data, "case", guideline)
    if isinstance(found, Unreadable):
        raise CaseError(faults=found.faults)
    return found


def read_files(
    paths: str | PathLike[str] | Iterable[str | PathLike[str]], guideline: Guideline
) -> Iterator[Case | Unreadable]:
    """Yield the cases of files, and of all case files below folders; what cannot be read comes as `Unreadable`.

    :param paths: a path or several; each a file with one or more cases, or a folder.
    """
    named = [paths] if isinstance(paths, str | PathLike) else paths
    return written.read_files(map(Path, named), guideline)
