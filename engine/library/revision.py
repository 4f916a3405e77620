"""A guideline as it was in a revision of a git repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from ..language.errors import FaultError

SECONDS = 60
"""How long git may take."""


@contextmanager
def revision(text: str) -> Iterator[Path]:
    """Give the folder of a guideline as it was in a revision, for as long as it is looked at.

    :param text: REVISION:PATH, the path from the root of the repository, or with `./` before it from here.
    :raises FaultError: where git finds no such folder.
    """
    try:
        told = subprocess.run(  # noqa: S603 - git alone, and no shell
            ["git", "archive", "--format=tar", text], capture_output=True, timeout=SECONDS, check=False  # noqa: S607
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FaultError(f"{text}: git does not answer: {error}") from None
    if told.returncode:
        why = told.stderr.decode(errors="replace").strip().splitlines()
        raise FaultError(f"{text}: no such revision of a guideline ({why[-1] if why else 'git says nothing'})")
    with tempfile.TemporaryDirectory(prefix="coverlog-") as name:
        folder = Path(name) / PurePosixPath(text.partition(":")[2]).name
        with tarfile.open(fileobj=io.BytesIO(told.stdout)) as archive:
            archive.extractall(folder, filter="data")
        yield folder
