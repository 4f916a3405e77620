"""The application of a service: its routes behind the guard, and the one thread in which it decides."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import inf
from typing import TypeVar

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from ...engine.evaluation.limits import allowing, until
from .guard import DEADLINE, MAX_BODY, Guard

Result = TypeVar("Result")
SECONDS = 10.0
"""How long one evaluation may take in a service."""


class Worker:
    """One thread, in which everything is decided: more of them gain nothing, and each would keep a store of its own.

    :param warm: what is done before the first request: the guidelines loaded, and a case of each decided.
    :param seconds: how long one evaluation may take.
    """

    def __init__(self, warm: Callable[[], object], seconds: float = SECONDS) -> None:
        self._pool, self._seconds = ThreadPoolExecutor(1, "decisions"), seconds
        self._pool.submit(warm).result()  # in its own time: a busy machine is no fault of what is loaded
        gc.collect()
        gc.freeze()  # what is loaded stays; to search it for garbage each time costs more than a decision

    async def run(self, work: Callable[[], Result]) -> Result:
        """Return what some work gives, done in the thread; what waits for it and is given up is not begun.

        Nothing is evaluated once the request is given up: the next one has the thread.
        """
        end = time.monotonic() + DEADLINE
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._bounded, work, end)

    def _bounded(self, work: Callable[[], Result], end: float = inf) -> Result:
        return until(end, lambda: allowing(self._seconds, work))


def application(
    routes: Sequence[BaseRoute], hosts: Collection[str], *, browser: bool = True, seconds: float = DEADLINE,
    most: int = MAX_BODY,
) -> Guard:  # fmt: skip
    """Return the application that answers some routes, behind the guard.

    :param hosts: the values of the header Host that are answered; see `server.hosts_of`.
    :param browser: whether only its own pages may send to it; see `Guard`.
    :param seconds: how long a request may take.
    :param most: the most bytes of a body.
    """
    return Guard(Starlette(routes=list(routes)), hosts, browser=browser, seconds=seconds, most=most)
