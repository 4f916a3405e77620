"""The socket of a service and the loop that serves it: this machine alone, unless another address is named."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from ...engine.language.errors import FaultError, refused

if TYPE_CHECKING:
    from starlette.types import ASGIApp
    from uvicorn import Server

LOOPBACK = "127.0.0.1"
BUSY = 64
"""How many connections are served at once; more get the status 503."""
UNREAD = 30
"""How many seconds an answer may wait for who asked to take it, where the system counts them."""


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; a port of 0 takes one that is free.

    The protocol is named: with 0 for it the loop leaves Nagle's algorithm on, and small answers wait 40 ms.

    :raises FaultError: where the address is none of this machine's, or is every one, or the port is taken.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise refused("", f"{host} is no address", f"write one as {LOOPBACK}") from None
    if address.is_unspecified:
        raise refused("", f"{host} stands for every address of this machine", "name one of them")
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD * 1000)
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise refused("", f"{host} port {port}: {error.strerror}", "name another with --port or --host") from None
    found.listen(128)
    return found


def hosts_of(bound: socket.socket) -> frozenset[str]:
    """Return the values of the header Host by which a socket is addressed; localhost is one for this machine alone."""
    host, port = bound.getsockname()[:2]
    names = [f"[{host}]" if ":" in host else host, *(["localhost"] if ipaddress.ip_address(host).is_loopback else [])]
    return frozenset(text for name in names for text in (f"{name}:{port}", *([name] if port == 80 else [])))


def url_of(bound: socket.socket) -> str:
    """Return the address of a service, to be opened."""
    host, port = bound.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def server(app: ASGIApp) -> Server:
    """Return what serves an application; nothing that was asked is logged.

    :raises FaultError: where uvicorn is not installed.
    """
    try:
        import uvicorn

        from .connection import Connection
    except ModuleNotFoundError:
        raise FaultError("a service needs Starlette and uvicorn: pip install 'coverlog[workbench]'") from None
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, proxy_headers=False, lifespan="off", ws="none",
        http=Connection, loop="asyncio", limit_concurrency=BUSY, timeout_keep_alive=5, timeout_graceful_shutdown=2,
    )  # fmt: skip
    return uvicorn.Server(config)


def serve(app: ASGIApp, bound: socket.socket, ready: Callable[[], object] = lambda: None) -> None:
    """Serve an application until it is interrupted.

    :param ready: called once it is about to answer.
    :raises FaultError: where uvicorn is not installed.
    """
    serving = server(app)
    ready()
    with suppress(KeyboardInterrupt):
        serving.run(sockets=[bound])
