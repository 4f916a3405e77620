"""The knowledge base: one folder a guideline, found by name."""

from pathlib import Path

ROOT = Path(__file__).parent
DEFAULT = "cg_med_24"
"""The guideline that is meant where none is named."""


def guidelines() -> dict[str, Path]:
    """Return the guideline folders shipped here, by folder name.

    A folder is a guideline when it holds at least one `.dl` file.
    """
    return {folder.name: folder for folder in sorted(ROOT.iterdir()) if folder.is_dir() and any(folder.glob("*.dl"))}
