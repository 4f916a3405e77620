"""The files that a user names: which there are, and their bytes; regular files only, and never beyond a bound."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from ..language.errors import CaseError, refused

# Open already when the program starts: the standard streams, and what a shell writes for `<(command)`.
_INHERITED = r"/dev/(stdin|stdout|stderr|fd/[0-9]+)"


def inherited(path: Path) -> bool:
    """Return whether a path names a file that was open before the program started."""
    return (name := str(path)).startswith("/dev/") and bool(re.fullmatch(_INHERITED, name))


def exists(path: Path) -> bool:
    """Return whether there is such a file or folder.

    :raises CaseError: where that cannot be told: a name too long, a loop of links, no way through a folder.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    return True


def below(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path | CaseError]:
    """Yield the files in and below a folder whose names end so, in order, and an error for a folder not let in."""
    refused: list[CaseError] = []
    walk = os.walk(folder, onerror=lambda error: refused.append(unreadable(Path(error.filename), error)))
    found = [Path(top, name) for top, _, names in walk for name in names]
    yield from sorted(path for path in found if path.suffix in suffixes)
    yield from refused


def read_bounded(path: Path, most: int) -> bytes:
    """Return the bytes of a file, at most one more than a bound: more than the bound is too many.

    What the file's size is said to be is not trusted, and nothing is waited for.

    :raises CaseError: where it cannot be read, or is no regular file: a device or a pipe may have no end.
    """
    try:
        if inherited(path):
            return path.open("rb").read(most + 1)
        _refuse_special(path, path.stat().st_mode)
        # Between looking and opening it could become a pipe; opening one for reading would wait.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            _refuse_special(path, os.fstat(descriptor).st_mode)
            return file.read(most + 1) or b""
    except (OSError, ValueError) as error:
        if isinstance(error, CaseError):
            raise
        raise unreadable(path, error) from None


def _refuse_special(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise refused(str(path), "not a regular file", "name a file of text, or pipe it in and write -")


def unreadable(path: Path, error: OSError | ValueError) -> CaseError:
    """Return the error that a path cannot be read, and why."""
    why = getattr(error, "strerror", None) or str(error)
    return refused(short_name(path), f"cannot be read: {why}")


def short_name(path: Path) -> str:
    """Return a path, the middle of one too long to be a file's left out."""
    name = str(path)
    return name if len(name) <= 1000 else f"{name[:100]}…{name[-20:]}"
