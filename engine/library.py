"""Loading a guideline: read, checked, stratified, and kept for the next start."""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import threading
from bisect import bisect_right
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from ..kb import guidelines
from .errors import GuidelineError, did_you_mean
from .program import Program, folder_texts
from .schema import case_schema
from .strata import Strata
from .world import Evaluator

_FORMAT = 1  # raise when Program or Strata change their shape


class Guideline:
    """A guideline that has passed the checks, ready for evaluation in any thread."""

    def __init__(self, folder: Path, program: Program, strata: Strata) -> None:
        self.folder, self.program, self.strata = folder, program, strata
        self._threads = threading.local()

    @cached_property
    def validator(self) -> Any:
        """The validator of its cases, by the schema it publishes."""
        from jsonschema import Draft202012Validator

        return Draft202012Validator(case_schema(self.program))

    def evaluator(self, date: str) -> Evaluator:
        """Return this thread's evaluator of the edition in force on an ISO date."""
        editions: dict[int, Evaluator] = self._threads.__dict__
        edition = bisect_right(self.program.boundaries(), date)
        if edition not in editions:
            editions[edition] = Evaluator(self.program, self.strata, date)
        return editions[edition]


@lru_cache(maxsize=8)
def load(folder: Path | str = "cg_med_24") -> Guideline:
    """Load a guideline, from the cache where its text is unchanged.

    :param folder: the name of a guideline shipped here, or a folder of `.dl` files.
    :raises GuidelineError: where the text does not parse or is unsound; it lists every finding.
    :raises FileNotFoundError: where there is no such guideline.
    """
    path = guidelines().get(str(folder), Path(folder))
    texts = folder_texts(path)
    if not texts:
        hint = did_you_mean(str(folder), guidelines()) or f"shipped are {', '.join(guidelines())}"
        raise FileNotFoundError(f"{folder}: no guideline there (no .dl file); {hint}")
    digest = hashlib.sha256(repr((_FORMAT, sys.version_info[:2], texts)).encode()).hexdigest()
    kept = _cache_folder() / f"{digest}.pickle"
    found = _read(kept) or _build(texts)
    if not kept.exists():
        _write(kept, found)
    return Guideline(path, *found)


def _build(texts: list[tuple[str, str]]) -> tuple[Program, Strata]:
    # Parsing and graphs are needed only where the text is new: Lark and networkx are slow to import.
    from .check import check
    from .reader import read_program
    from .strata import stratify

    program, findings = read_program(texts)
    findings = findings or check(program)
    if findings:
        raise GuidelineError(findings)
    return program, stratify(program)


def _cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "coverlog"


def _read(path: Path) -> tuple[Program, Strata] | None:
    """Return what an earlier start kept; anything wrong with it means reading the text again."""
    try:
        return pickle.loads(path.read_bytes())  # type: ignore[no-any-return]  # noqa: S301: the user's own cache
    except Exception:  # a damaged or foreign pickle can raise anything
        return None


def _write(path: Path, found: tuple[Program, Strata]) -> None:
    """Keep a guideline for the next start, where the cache can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_bytes(pickle.dumps(found))
        partial.replace(path)
    except OSError:
        return
