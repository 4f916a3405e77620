"""What an earlier start kept of a guideline: JSON in the user's own cache folder, from which nothing runs.

A file is believed where it is the user's own, nobody else may write it or its folder, and it was made of the
same text by the same program. Anything amiss means that the text is read again. What nothing has used for thirty
days, and beyond a total the longest unused, makes way when something is kept.
"""

from __future__ import annotations

import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ...version import __version__
from ..language.digest import sha256
from .written import Built, encoded
from .written import decoded as decode

MAX_BYTES = 2**28
"""The largest file that is read back; a guideline of a thousand clauses takes about half a megabyte."""
MAX_TOTAL = 2 * MAX_BYTES
"""What all files take at most, in bytes: those used longest ago go first."""
MAX_IDLE = 30 * 86_400
"""The seconds for which a file that nothing uses is kept."""
_NOTED = 86_400  # a use is noted once a day: a start writes nothing where it need not
_NAME = r"[0-9a-f]{64}\.json(\.\d+\.[0-9a-f]{8})?"  # ours, and what a writer that was ended left of one

_ROOMS = ("language", "program", "evaluation", "circuit", "soundness", "library")
"""Where what is kept is read, checked, grounded and drawn: the rooms that this one may ask, and itself."""

Kept = TypeVar("Kept")


def recall(folder: Path, texts: Sequence[tuple[str, str]]) -> Built | None:
    """Return what was kept of a guideline's folder with these texts, or None."""
    return recalled(folder, texts, decode)


def recalled(name: Path, texts: Sequence[tuple[str, str]], decoded: Callable[[Any], Kept]) -> Kept | None:
    """Return what was kept under a name and made of some texts, as a function reads it off JSON, or None."""
    try:
        with _cache() as folder:
            data = _read(folder, _name(name))
        seal, _, body = data.partition(b"\n")
        return decoded(json.loads(body)) if seal == _seal(name, texts, body) else None
    except Exception:  # a file that somebody else made, or that was cut, may be wrong in any way
        return None


def keep(folder: Path, texts: Sequence[tuple[str, str]], built: Built) -> None:
    """Keep a guideline for the next start, where the user has a cache folder to keep it in."""
    keep_written(folder, texts, encoded(built))


def keep_written(name: Path, texts: Sequence[tuple[str, str]], written: Any) -> None:
    """Keep what JSON can say under a name; see `keep`."""
    data = json.dumps(written, separators=(",", ":")).encode()
    # No cache folder, a full disk, a text that cannot be encoded: the next start reads the text again.
    with suppress(OSError, RuntimeError, ValueError), _cache(make=True) as folder:
        _write(folder, _name(name), _seal(name, texts, data) + b"\n" + data)
        _evict(folder)


def of_edition(
    kind: str, seal: tuple[str, str], decoded: Callable[[Any], Kept], make: Callable[[], Kept],
    written: Callable[[Kept], Any],
) -> Kept:  # fmt: skip
    """Return what an earlier start kept of an edition, or else make and keep it.

    :param kind: what is kept.
    :param seal: the digest of the guideline's text, empty where nothing is to be kept, and the edition.
    :param decoded: reads it off JSON; see `recalled`.
    :param written: returns it as JSON can say it.
    """
    if not seal[0]:
        return make()
    name = Path("/".join((kind, *seal)))
    found = recalled(name, [seal], decoded)
    if found is None:
        found = make()
        keep_written(name, [seal], written(found))
    return found


def _name(folder: Path) -> str:
    return sha256(os.fsencode(folder)).hexdigest() + ".json"


def _seal(name: Path, texts: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """Return the first line of a file: a digest of the program, its name, the texts and what was made of them."""
    digest = _program(Path(__file__).parent.parent).copy()
    said = (part.encode("utf-8", "surrogatepass") for text in texts for part in text)
    for part in (os.fsencode(name), *said, body):
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return str(digest.hexdigest()).encode()


def program_in(folder: Path, *rooms: str) -> str:
    """Return a digest of the program in a folder, for what more is made by than a file is sealed with.

    :param rooms: those that count; without any, all that are in the folder.
    """
    every = tuple(sorted(each for each in os.listdir(folder) if (folder / each).is_dir()))
    return str(_program(folder, rooms or every).hexdigest())


@cache
def _program(folder: Path, rooms: tuple[str, ...] = _ROOMS) -> Any:
    """Return a digest of the program in some rooms, as it is when it is first asked for.

    It is of the version, and of each file's name, size and time: by these Python tells whether what it compiled still
    is the program, and to read the files would take longer than all that was kept.
    """
    said = [__version__]
    for room in rooms:
        with os.scandir(f"{folder}/{room}") as files:
            found = ((each.name, each.stat()) for each in files if each.name.endswith((".py", ".lark")))
            said += [f"{room}/{name} {at.st_size} {at.st_mtime_ns}" for name, at in sorted(found)]
    return sha256("\n".join(said).encode())


@contextmanager
def _cache(*, make: bool = False) -> Iterator[int]:
    """Open the cache folder.

    :raises OSError: where there is none, or where somebody else owns it or may write in it.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    path = (base if base.is_absolute() else Path.home() / ".cache") / "coverlog"
    if not path.is_absolute():
        raise FileNotFoundError(path)
    if make:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _own(os.fstat(folder))
        yield folder
    finally:
        os.close(folder)


def _own(found: os.stat_result) -> None:
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError("not the user's own")


def _read(folder: int, name: str) -> bytes:
    # Without waiting: a pipe of that name would never answer.
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with open(handle, "rb") as file:
        found = os.fstat(handle)
        _own(found)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
            raise OSError("no file that was kept here")
        if time.time() - found.st_mtime > _NOTED:
            with suppress(OSError):  # a folder that may only be read
                os.utime(handle)
        return file.read(MAX_BYTES)


def _write(folder: int, name: str, data: bytes) -> None:
    """Write a new file and rename it: whoever reads sees the old one or the new one."""
    partial = f"{name}.{os.getpid()}.{os.urandom(4).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with open(partial, "wb", opener=lambda name, _: os.open(name, flags, 0o600, dir_fd=folder)) as file:
            file.write(data)
        os.replace(partial, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):  # a signal came before it was there, or once it was renamed
            os.unlink(partial, dir_fd=folder)
        raise


def _evict(folder: int) -> None:
    """Remove what is not used: who has a file open reads it to its end, and who misses one makes it again.

    Other processes may keep, use and remove files meanwhile: one that they put or used since it was looked at stays.
    """
    found = {name: used for name in os.listdir(folder) if re.fullmatch(_NAME, name) and (used := _used(folder, name))}
    now, total = time.time(), 0
    for name, used in sorted(found.items(), key=lambda item: item[1], reverse=True):
        total += used[1]
        if (total > MAX_TOTAL or now - used[0] > MAX_IDLE) and _used(folder, name) == used:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)


def _used(folder: int, name: str) -> tuple[float, int] | None:
    """Return when a file was last used and its size, or None where there is no such file."""
    with suppress(FileNotFoundError):
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
        return (found.st_mtime, found.st_size) if stat.S_ISREG(found.st_mode) else None
    return None
