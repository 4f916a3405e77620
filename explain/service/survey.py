"""What the canonical cases tell of the rules and statements, found in a process beside the one that answers."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple, TypeVar

from ...engine.cases.case import Case, read_files
from ...engine.cases.find import canonical_paths
from ...engine.library.guideline import Guideline, load
from ..reference.rules import Uses, keep, uses
from ..testing.traceability import Row, matrix

Item = TypeVar("Item")


class Surveyed(NamedTuple):
    """What was found: the cases that exercise each rule, and the traceability matrix."""

    uses: Uses
    rows: list[Row]


class Survey:
    """The canonical cases of a guideline, run once, when they are first asked for."""

    def __init__(self, guideline: Guideline) -> None:
        self.guideline = guideline
        self._found: asyncio.Future[Surveyed] | None = None

    async def found(self, patience: float) -> Surveyed | None:
        """Return what was found; None where it takes longer than a page waits, which can do without.

        :param patience: in seconds.
        """
        if self._found is None:
            self._found = asyncio.ensure_future(self._run())
        try:
            return await asyncio.wait_for(asyncio.shield(self._found), patience)
        except TimeoutError:
            return None
        except (EOFError, OSError):  # the process did not begin, or ended before it had an answer; another may have one
            self._found = None
            return None

    async def _run(self) -> Surveyed:
        """Run the cases in a process, which ends with this one."""
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe(duplex=False)
        context.Process(target=_survey, args=(str(self.guideline.folder), there), daemon=True).start()
        there.close()
        found = await _received(here)
        keep(self.guideline, found.uses)
        return found


async def _received(here: Connection) -> Surveyed:
    """Return what a process sends; the thread that waits for it keeps nobody from ending."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[Surveyed] = loop.create_future()

    def wait() -> None:
        with suppress(RuntimeError):  # the loop may have ended
            try:
                loop.call_soon_threadsafe(found.set_result, here.recv())
            except EOFError as error:
                loop.call_soon_threadsafe(found.set_exception, error)

    threading.Thread(target=wait, daemon=True).start()
    return await found


def _survey(folder: str, out: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that began it ends it
    os.nice(10)
    guideline = load(Path(folder))
    cases = [case for case in read_files(canonical_paths(guideline), guideline) if isinstance(case, Case)]
    out.send(Surveyed(uses(guideline, _while_wanted), matrix(cases, guideline, _while_wanted)))


def _while_wanted(items: Sequence[Item]) -> Iterator[Item]:
    """Yield items as long as the process that began this one is there."""
    parent = multiprocessing.parent_process()
    for item in items:
        if parent and not parent.is_alive():
            sys.exit(1)
        yield item
