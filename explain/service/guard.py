"""What stands before every service: who may ask, how much and how long, and what an answer may do in a browser."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Collection
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 2**20
"""The most bytes of a request's body, where a service takes no more; a case file has as many at most."""
DEADLINE = 30.0
"""How many seconds a request may take from its first byte to its answer."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of every answer that has none of its own (https://www.w3.org/TR/CSP3/)."""
HEADERS = {
    "content-security-policy": POLICY, "cache-control": "no-store", "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff", "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}  # fmt: skip
_SAFE = ("GET", "HEAD", "OPTIONS")
_NEAR = ("none", "same-origin")
_LOG = logging.getLogger(__name__)


class Refusal(NamedTuple):
    """The status and the text by which a request is refused; nothing of the request is in it."""

    status: int
    text: str


_HOST = Refusal(421, "This service answers to its own address alone; write it as it was told at the start.")
_ORIGIN = Refusal(403, "This request comes from another page; send it from a page of this service.")
_SLOW = Refusal(503, "The request took too long and was given up; send less at once, or try again.")
_FAILED = Refusal(500, "The service failed; what it was is told where it was started, without a word of the request.")


class Guard:
    """An application behind the rules of a service on this machine.

    :param app: what answers; exceptions end here, and leave their kind and place in the log.
    :param hosts: the values of the header Host that are answered, each with its port: names that somebody else lets
        point here are refused (DNS rebinding).
    :param browser: whether only pages of this service may send (`Origin`, `Sec-Fetch-Site`); else programs may, which
        send neither, and what a browser says is of another page is refused all the same.
    :param most: the most bytes of a body.
    """

    def __init__(
        self, app: ASGIApp, hosts: Collection[str], *, browser: bool = True, seconds: float = DEADLINE,
        most: int = MAX_BODY,
    ) -> None:  # fmt: skip
        self.app, self.hosts, self.browser, self.seconds, self.most = app, frozenset(hosts), browser, seconds, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # nothing else is spoken here
            return
        answer = _Answer(send)
        refusal: Refusal | None = self._refused(Headers(scope=scope), scope["method"])
        try:
            async with asyncio.timeout(self.seconds):
                body = None if refusal else await _body(Headers(scope=scope), receive, self.most)
                if body is not None:
                    await _while_there(self.app(scope, _replay(body), answer), receive)
                if body is None and not refusal:
                    refusal = Refusal(413, f"The request is larger than {self.most:,} bytes.")
        except TimeoutError:
            refusal = _SLOW
        except Exception as error:  # whatever it is, nothing of it may get out
            _LOG.error("%s", place_of(error))
            refusal = _FAILED
        if refusal and not answer.begun:
            await PlainTextResponse(f"{refusal.text}\n", refusal.status)(scope, receive, answer)

    def _refused(self, headers: Headers, method: str) -> Refusal | None:
        if headers.getlist("host")[1:] or headers.get("host", "").lower() not in self.hosts:
            return _HOST
        foreign = not self._own(headers) if self.browser else headers.get("sec-fetch-site", "none") not in _NEAR
        return _ORIGIN if method not in _SAFE and foreign else None

    def _own(self, headers: Headers) -> bool:
        """Say whether a page of this service sends: a browser says where from, or that it is from here.

        A page that sends no referrer has its origin told as null (https://fetch.spec.whatwg.org/#origin-header).
        """
        origin, site = headers.get("origin", "null"), headers.get("sec-fetch-site", "")
        if origin == "null":
            return site == "same-origin"
        return origin.lower() == f"http://{headers['host'].lower()}" and site in ("", "same-origin")


class _Answer:
    """Sends an answer with the headers that every one has, and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self.send, self.begun = send, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self.send(message)


async def _body(headers: Headers, receive: Receive, most: int) -> bytes | None:
    """Return the whole body of a request; None where it is too large."""
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:20]) > most:
        return None
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            return None
    return b"".join(parts)


def _replay(body: bytes) -> Receive:
    """Return what gives an application a body that has been read, and nothing after it."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await asyncio.Future()

    return again


async def _while_there(work: Awaitable[None], receive: Receive) -> None:
    """Do something as long as who asked for it is there: what waits for its turn is then not begun."""
    doing, gone = asyncio.ensure_future(work), asyncio.ensure_future(receive())
    try:
        await asyncio.wait((doing, gone), return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
    finally:
        doing.cancel()
        gone.cancel()
        await asyncio.gather(doing, gone, return_exceptions=True)


def place_of(error: BaseException) -> str:
    """Return what an exception is and where it was raised; its text may hold words of a case."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return "".join([type(error).__name__, *(f" at {each.filename}:{each.lineno}" for each in last)])
