"""The command that begins a guideline: init."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import click

from ...engine.language.visible import visible
from .output import Named, Unwritten, note

_STARTER = Path(__file__).parent.parent / "reference" / "starter"


@click.command()
@click.argument("folder", type=Named(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Write the smallest guideline that passes the checks into a new folder, with a case for each outcome.

    \b
    Example: coverlog init walking-aids
             coverlog -g walking-aids explain steady-gait
    """
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{visible(str(folder))} is not empty; name a folder that is, or a new one")
    name = visible(str(folder))
    try:
        _write(folder)
    except OSError as error:
        raise Unwritten(f"{name} cannot be made: {visible(str(error.filename or folder))}: {error.strerror}") from None
    note(f"wrote {name}; next: coverlog check {name}, coverlog -g {name} test")


def _write(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Written beside its place and moved there: a folder that is half written never looks like a guideline.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".coverlog-") as beside:
        written = Path(shutil.copytree(_STARTER, Path(beside) / "guideline", copy_function=shutil.copyfile))
        written.replace(folder)
