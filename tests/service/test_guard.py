"""A service answers to its own address and pages alone, within its bounds, and tells nothing of what was asked."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from coverlog.engine.evaluation.limits import Budget, LimitError, one_case
from coverlog.engine.language.errors import FaultError
from coverlog.explain.service import app as app_module
from coverlog.explain.service.app import Worker, application
from coverlog.explain.service.guard import DEADLINE, HEADERS, MAX_BODY, Guard
from coverlog.explain.service.server import hosts_of, listening, url_of
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

OWN = {"host": "127.0.0.1:8765"}
MARK = "marked-text-of-a-case"


async def echo(request: Request) -> Response:
    return PlainTextResponse(await request.body())


async def fail(request: Request) -> Response:
    raise ValueError((await request.body()).decode())


async def wait(request: Request) -> Response:
    await asyncio.sleep(60)
    return Response()


def guarded(*, browser: bool = True, seconds: float = 5) -> Guard:
    names = {"/echo": echo, "/fail": fail, "/wait": wait}
    routes = [Route(path, each, methods=["GET", "POST"]) for path, each in names.items()]
    return application(routes, [OWN["host"], "localhost:8765"], browser=browser, seconds=seconds)


def apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Do something in a thread of its own: Playwright may have a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def send(app: Guard, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def sent() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
            return await client.request(method, path, content=body, headers=OWN | named)

    found: httpx.Response = apart(sent())
    return found


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1", "127.0.0.1:80", "localhost.example.com:8765", ""])
def test_only_its_own_address_is_answered(host: str) -> None:
    """A name that points here is refused with whatever port, for reading too."""
    assert send(guarded(), "GET", "/echo", host=host).status_code == 421
    assert send(guarded(), "GET", "/echo", host="LOCALHOST:8765").status_code == 200


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 403),
    ({"origin": "http://127.0.0.1:8765"}, 200),
    ({"origin": "http://127.0.0.1:8765", "sec_fetch_site": "same-origin"}, 200),
    ({"sec_fetch_site": "same-origin"}, 200),
    ({"origin": "null", "sec_fetch_site": "same-origin"}, 200),
    ({"origin": "null"}, 403),
    ({"origin": "null", "sec_fetch_site": "cross-site"}, 403),
    ({"origin": "http://127.0.0.1:8766", "sec_fetch_site": "same-site"}, 403),
    ({"origin": "https://example.com", "sec_fetch_site": "same-origin"}, 403),
    ({"origin": "http://127.0.0.1:8765", "sec_fetch_site": "cross-site"}, 403),
])  # fmt: skip
def test_only_its_own_pages_send(headers: dict[str, Any], status: int) -> None:
    """What another page sends is refused before it is read, also where programs are meant, which say neither."""
    assert send(guarded(), "POST", "/echo", b"x", **headers).status_code == status
    foreign = headers.get("sec_fetch_site", "none") not in ("none", "same-origin")
    assert send(guarded(browser=False), "POST", "/echo", b"x", **headers).status_code == (403 if foreign else 200)
    assert send(guarded(), "GET", "/echo", **headers).status_code == 200


def test_a_body_has_a_bound() -> None:
    """A mebibyte is taken and a byte more is not, whether or not its length was told."""
    own = {"origin": "http://127.0.0.1:8765"}
    assert len(send(guarded(), "POST", "/echo", b"x" * MAX_BODY, **own).content) == MAX_BODY
    for length in (str(MAX_BODY + 1), "1", "-1", "9" * 5000):
        sent = send(guarded(), "POST", "/echo", b"x" * (MAX_BODY + 1), content_length=length, **own)
        assert sent.status_code == 413, length


def test_a_request_has_a_deadline() -> None:
    """What takes longer is given up, and said."""
    sent = send(guarded(seconds=0.05), "GET", "/wait")
    assert (sent.status_code, "too long" in sent.text) == (503, True)


def test_what_nobody_waits_for_is_not_begun() -> None:
    """Where who asked goes away, what was waiting for the thread of decisions is given up."""
    begun: list[int] = []

    async def asked() -> None:
        worker = Worker(lambda: None)
        held = threading.Event()

        async def work(request: Request) -> Response:
            return PlainTextResponse(await worker.run(lambda: begun.append(1)) or "")

        app = application([Route("/work", work)], [OWN["host"]])
        first = asyncio.ensure_future(worker.run(held.wait))
        messages = [{"type": "http.disconnect"}, {"type": "http.request"}]

        async def receive() -> Any:
            await asyncio.sleep(0.05)
            return messages.pop()

        async def send(message: Any) -> None:
            raise AssertionError(message)

        headers = [(b"host", OWN["host"].encode())]
        scope = {"type": "http", "method": "GET", "path": "/work", "headers": headers, "query_string": b""}
        await app(scope, receive, send)
        held.set()
        await first
        await worker.run(lambda: None)

    apart(asked())
    assert begun == []


def test_what_was_given_up_holds_the_thread_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all that a request lets be evaluated nothing begins after its deadline, however long each may take."""
    ends: list[float] = []

    def several() -> None:
        for _ in range(3):
            ends.append(one_case(lambda: Budget().end))

    async def asked() -> None:
        worker = Worker(lambda: None, seconds=1000)
        await worker.run(several)
        monkeypatch.setattr(app_module, "DEADLINE", -1.0)
        with pytest.raises(LimitError):
            await worker.run(lambda: Budget().watch())

    before = time.monotonic()
    apart(asked())
    assert max(ends) - before <= DEADLINE + time.monotonic() - before
    assert len(set(ends)) == 1


def test_what_is_loaded_takes_its_time() -> None:
    """What is done before the first request is not cut short as a request is, however busy the machine."""
    ends: list[float] = []
    worker = Worker(lambda: ends.append(Budget().end), seconds=-1.0)
    assert ends[0] > time.monotonic()
    with pytest.raises(LimitError):
        apart(worker.run(lambda: Budget().watch()))


def test_an_error_tells_nothing_of_the_request(caplog: pytest.LogCaptureFixture) -> None:
    """The answer and the log have the kind of a failure and its place, and no word that was sent."""
    with caplog.at_level(logging.DEBUG):
        sent = send(guarded(browser=False), "POST", "/fail", MARK.encode())
    assert sent.status_code == 500
    assert "ValueError at " in caplog.text
    assert MARK not in caplog.text + sent.text + str(sent.headers)


def test_every_answer_has_the_headers() -> None:
    """Refusals, what is not found, and failures have them too; there is no cookie."""
    for path, host in (("/echo", OWN["host"]), ("/nowhere", OWN["host"]), ("/fail", OWN["host"]), ("/echo", "other")):
        headers = send(guarded(), "GET", path, host=host).headers
        assert HEADERS.items() <= dict(headers).items(), path
        assert "set-cookie" not in headers


def test_a_service_listens_on_one_named_address() -> None:
    """It is this machine's own; every address at once, a name and a port that is taken are refused."""
    with listening("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        assert bound.proto == socket.IPPROTO_TCP
        assert hosts_of(bound) == {f"127.0.0.1:{port}", f"localhost:{port}"}
        assert url_of(bound) == f"http://127.0.0.1:{port}/"
        every = "0.0.0.0"  # noqa: S104 - it is refused
        for host, taken in ((every, 0), ("::", 0), ("example.com", 0), ("127.0.0.1", port)):
            with pytest.raises(FaultError):
                listening(host, taken)
