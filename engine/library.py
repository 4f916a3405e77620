"""Loading a guideline: read, checked, stratified, and kept for the next start."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from bisect import bisect_right
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..kb import guidelines
from .errors import GuidelineError, did_you_mean
from .program import Program, folder_texts
from .schema import case_schema
from .strata import Strata
from .world import Evaluator

if TYPE_CHECKING:
    from jsonschema_rs import Validator

_FORMAT = 4  # raise when Program or Strata change their shape


class Guideline:
    """A guideline that has passed the checks, ready for evaluation in any thread."""

    def __init__(self, folder: Path, program: Program, strata: Strata) -> None:
        self.folder, self.program, self.strata = folder, program, strata
        self._threads = threading.local()
        self._boundaries = program.boundaries()

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of a case, as the guideline publishes it."""
        return case_schema(self.program)

    @cached_property
    def validator(self) -> Validator:
        """The check of a case by the schema; its `iter_errors` yields every fault."""
        import jsonschema_rs

        return jsonschema_rs.validator_for(self.schema)

    def evaluator(self, date: str) -> Evaluator:
        """Return this thread's evaluator of the edition in force on an ISO date."""
        editions: dict[Any, Evaluator] = self._threads.__dict__
        edition = bisect_right(self._boundaries, date)
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
    kept = _cache_folder() / f"{quote(str(path.resolve()), safe='')}.pickle"
    stamp = (_FORMAT, sys.version_info[:3], texts)
    found = _read(kept, stamp)
    if not found:
        found = _build(texts)
        _write(kept, (stamp, found))
    return Guideline(path, *found)


Built = tuple[Program, Strata]


def _build(texts: list[tuple[str, str]]) -> Built:
    """Read and check a guideline."""
    # Needed only where the text is new: Lark and networkx are slow to import.
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


def _read(path: Path, stamp: object) -> Built | None:
    """Return what an earlier start kept of the same text; anything amiss means reading the text again."""
    try:
        of, found = pickle.loads(path.read_bytes())  # noqa: S301 - the user's own cache folder
    except Exception:  # a damaged or foreign pickle can raise anything
        return None
    return found if of == stamp else None


def _write(path: Path, kept: object) -> None:
    """Keep a guideline for the next start, where the cache can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_suffix(f".{os.getpid()}")
        partial.write_bytes(pickle.dumps(kept))
        partial.replace(path)
    except OSError:
        return
