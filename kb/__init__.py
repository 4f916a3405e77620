"""The knowledge base: one folder a guideline, found by name."""

import os
from pathlib import Path

ROOT = Path(__file__).parent
DEFAULT = "cg_med_24"
"""The guideline that is meant where none is named."""


def texts_in(folder: Path) -> list[str]:
    """Return the names of the `.dl` files of a folder, in order; what is no folder has none."""
    try:
        return sorted(name for name in os.listdir(folder) if name.endswith(".dl"))
    except OSError:
        return []


def guidelines() -> dict[str, Path]:
    """Return the guideline folders shipped here, by folder name.

    A folder is a guideline when it holds at least one `.dl` file.
    """
    return {name: ROOT / name for name in sorted(os.listdir(ROOT)) if texts_in(ROOT / name)}
