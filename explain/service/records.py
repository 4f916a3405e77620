"""What is kept of calls where that is asked: each with its answer, for the owner alone."""

from __future__ import annotations

import datetime
import logging
import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...engine.cases.fhir.parts import parse, written
from ...engine.language.errors import CaseError

if TYPE_CHECKING:
    from starlette.responses import Response

_LOG = logging.getLogger(__name__)


class Records:
    """Keeps calls and their answers in a folder.

    :param folder: it is there already.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self._told = folder, False

    def keep(self, path: str, body: bytes, response: Response) -> bool:
        """Keep a call, but for its access token, and its answer; say whether that was done.

        Where it cannot be, nothing half-written is left, and the log is told once, until it can be again.
        """
        now = datetime.datetime.now(tz=datetime.UTC)
        answer = parse(bytes(response.body), "the answer") if response.body else None
        kept = {"at": now.isoformat(), "path": path, "call": _call(body), "status": response.status_code}
        file = self.folder / f"{now:%Y%m%dT%H%M%S.%fZ}-{uuid.uuid4().hex}.json"
        try:
            _write(file, written({**kept, "answer": answer}))
        except OSError as error:
            if not self._told:
                _LOG.error("calls cannot be kept in %s: %s", self.folder, error.strerror)
            self._told = True
            return False
        self._told = False
        return True


def _call(body: bytes) -> dict[str, Any]:
    """Return a call without its access token, which lets whoever has it read the record; empty where it is none."""
    try:
        call = parse(body, "the call")
    except CaseError:
        return {}
    return {key: value for key, value in call.items() if key != "fhirAuthorization"} if isinstance(call, dict) else {}


def _write(file: Path, text: str) -> None:
    """Write a new file that its owner alone can read, or none.

    :raises OSError: where it cannot be written.
    """
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        try:
            out.write(text)
            out.flush()
        except OSError:
            file.unlink(missing_ok=True)
            raise
