"""Who does not send what was begun, or does not take the answer, holds no connection; who does is answered."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from coverlog.explain.service import connection, server
from coverlog.explain.service.app import application
from coverlog.explain.service.server import hosts_of, listening
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

HEAD, BODY = 0.5, 1.0  # seconds
LARGE = 30_000_000
Serving = Callable[[Any, socket.socket], AbstractContextManager[None]]
RELEASED = threading.Event()


async def echo(request: Request) -> Response:
    return PlainTextResponse(await request.body())


async def late(request: Request) -> Response:
    while not RELEASED.is_set():
        await asyncio.sleep(0.01)
    return PlainTextResponse("late")


async def large(request: Request) -> Response:
    return PlainTextResponse("x" * LARGE)


@contextmanager
def served(serving: Serving, seconds: float) -> Iterator[tuple[str, int]]:
    """Serve, and give the address."""
    routes = [Route("/", echo, methods=["POST"]), Route("/late", late), Route("/large", large)]
    with listening("127.0.0.1", 0) as bound:
        app = application(routes, hosts_of(bound), browser=False, seconds=seconds)
        with serving(app, bound):
            yield bound.getsockname()


@pytest.fixture
def address(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Where a service listens that has less patience than one in use."""
    monkeypatch.setattr(connection, "HEAD", HEAD)
    monkeypatch.setattr(server, "UNREAD", 1)
    with served(serving, BODY) as found:
        yield found


@pytest.fixture
def patient(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Where one listens that has more, and less room."""
    monkeypatch.setattr(connection, "HEAD", 3.0)
    monkeypatch.setattr(connection, "MOST", 5)
    RELEASED.clear()
    with served(serving, 60) as found:
        yield found
    RELEASED.set()


def connected(address: tuple[str, int]) -> socket.socket:
    found = socket.create_connection(address)
    found.settimeout(10)
    return found


def head(address: tuple[str, int], first: str, length: int = 0) -> bytes:
    return f"{first} HTTP/1.1\r\nHost: 127.0.0.1:{address[1]}\r\nContent-Length: {length}\r\n\r\n".encode()


def rest(client: socket.socket, drip: bytes = b"") -> bytes:
    """What comes until the connection is closed, while a byte is sent from time to time; it has to be closed."""
    told = b""
    client.settimeout(0.05 if drip else 10)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            if drip:
                client.sendall(drip)
            if not (new := client.recv(2**16)):
                return told
            told += new
        except TimeoutError:
            continue
        except ConnectionError:
            return told
    raise AssertionError("the connection is held")


@pytest.mark.parametrize("begun", [b"", b"P", b"POST / HTTP/1.1\r\nHost: x\r\nX-Some: "])
@pytest.mark.parametrize("drip", [b"", b"a"])
def test_half_a_head_is_given_up(begun: bytes, drip: bytes, address: tuple[str, int]) -> None:
    """At its beginning or in the middle, whether or not more of it comes from time to time; also behind an answer."""
    with connected(address) as client:
        client.sendall(begun)
        assert b"200" not in rest(client, drip)
    with connected(address) as client:
        client.sendall(head(address, "POST /", 1) + b"x")
        assert client.recv(2**16).startswith(b"HTTP/1.1 200")
        client.sendall(begun or b"P")
        assert b"200" not in rest(client, drip)


@pytest.mark.parametrize("drip", [b"", b"a"])
def test_half_a_body_is_given_up(drip: bytes, address: tuple[str, int]) -> None:
    """It is told that it took too long, and then the connection is closed, though more should come."""
    with connected(address) as client:
        client.sendall(head(address, "POST /", 10_000) + b"x")
        assert rest(client, drip).startswith(b"HTTP/1.1 503")


def answer(client: socket.socket) -> bytes:
    """Return an answer, whose head and body may come one after the other."""
    told = b""
    while not told.endswith(b"late") and (more := client.recv(2**16)):
        told += more
    return told


def test_what_comes_in_time_is_answered(patient: tuple[str, int]) -> None:
    """A head in two parts, an answer that takes longer than a head may, and another behind it."""
    with connected(patient) as client:
        told = head(patient, "GET /late")
        client.sendall(told[:20])
        time.sleep(0.5)
        client.sendall(told[20:])
        time.sleep(3.5)
        RELEASED.set()
        assert answer(client).startswith(b"HTTP/1.1 200")
        client.sendall(told)
        assert answer(client).startswith(b"HTTP/1.1 200")


def test_what_is_no_http_is_refused(address: tuple[str, int], caplog: pytest.LogCaptureFixture) -> None:
    """In the place of a head, behind a request that is answered, and behind an answer; no word of it is logged."""
    RELEASED.set()
    for before in (b"", head(address, "GET /late"), head(address, "POST /", 1) + b"x"):
        with connected(address) as client:
            client.sendall(before)
            if before.startswith(b"POST"):
                client.recv(2**16)
            client.sendall(b"Zyx-Mark-Zyx\x00\r\n\r\n")
            assert b" 500 " not in rest(client)
    assert "Zyx-Mark" not in caplog.text


def test_who_sends_nothing_makes_room(patient: tuple[str, int]) -> None:
    """However many begin and do not go on, a request is answered, and so is the one that was being answered before."""
    with connected(patient) as first:
        first.sendall(head(patient, "GET /late"))
        time.sleep(0.5)
        held = [connected(patient) for _ in range(30)]
        with connected(patient) as one_more:
            one_more.sendall(head(patient, "POST /", 1) + b"x")
            assert one_more.recv(2**16).startswith(b"HTTP/1.1 200")
        RELEASED.set()
        assert first.recv(2**16).startswith(b"HTTP/1.1 200")
    for client in held:
        client.close()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system counts no such time")
def test_an_answer_that_nobody_takes_is_given_up(address: tuple[str, int]) -> None:
    """The connection ends though its client reads nothing, so that most of the answer never comes."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(address)
    with client:
        client.sendall(head(address, "GET /large"))
        time.sleep(4)
        assert len(rest(client)) < LARGE
