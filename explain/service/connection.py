"""A connection of a service: what is sent over it has to come in time, for uvicorn waits for ever for half a head."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD = 10.0
"""How many seconds the head of a request may take, from the connection or from the first byte behind an answer.

The guard has the time of what follows: the body, and the answer.
"""
MOST = 60
"""How many connections are held at once: for one more, the oldest that waits for its client is closed.

They are fewer than those that are served at once (`server.BUSY`), so that who sends a request finds room for it among
any number that send none.
"""


class Connection(H11Protocol):
    """Speaks HTTP as uvicorn does, and gives up on who does not come to an end."""

    _late: asyncio.TimerHandle | None = None
    _begun = 0.0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._begun = self.loop.time()
        held = [each for each in cast("set[Connection]", self.connections) if not each.transport.is_closing()]
        waiting = [each for each in held if each is not self and each.waits]
        if len(held) > MOST and waiting:
            min(waiting, key=lambda each: each._begun).transport.abort()
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._rest()

    @property
    def waits(self) -> bool:
        """Whether no request of it is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _watch(self) -> None:
        """Let the time of a head run as long as it is waited for, and no further than its end."""
        if not self.waits:
            self._rest()
        elif self._late is None:
            self._late = self.loop.call_later(HEAD, self.transport.abort)

    def _rest(self) -> None:
        if self._late:
            self._late.cancel()
        self._late = None
