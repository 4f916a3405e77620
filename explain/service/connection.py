"""A connection of a service: what is sent over it has to come in time, for uvicorn waits for ever for half a head."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD = 10.0
"""How many seconds the head of a request may take, from the connection or from the first byte behind an answer.

The guard has the time of what follows: the body, and the answer.
"""
MOST = 256
"""How many connections are held at once; more are closed unheard, as each of them takes a file."""


class Connection(H11Protocol):
    """Speaks HTTP as uvicorn does, and gives up on who does not come to an end."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > MOST:
            transport.abort()
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._rest()

    def _watch(self) -> None:
        """Let the time of a head run as long as no request is being answered, and no further than its end."""
        if self.cycle and not self.cycle.response_complete:
            self._rest()
        elif self._late is None:
            self._late = self.loop.call_later(HEAD, self.transport.abort)

    def _rest(self) -> None:
        if self._late:
            self._late.cancel()
        self._late = None
