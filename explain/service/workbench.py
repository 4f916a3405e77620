"""The workbench: its routes, and what each of them does with a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from ...engine.language.errors import CaseError, Fault, FaultError, GuidelineError
from ...engine.library.several import Answering
from ..advice.letter import letter
from ..advice.wording import come_to
from ..proof.build import prove
from ..render import letter_page, proof_page
from . import pages
from .app import Worker, application
from .asking import asked_json, asked_page
from .guard import Guard
from .read import Reader
from .reading import Reading
from .start import Begun
from .tryout import ANALYSIS, Desk, Sent, State

if TYPE_CHECKING:
    from .batching import Batch

SHOWN = 50
"""How many lines of a batch a page shows."""
FIELDS = 10_000
"""The most fields of a form; a case of the most items has about so many."""


def workbench(answering: Answering, hosts: Collection[str], batch: Batch | None = None) -> Guard:
    """Return the workbench of some guidelines as an application.

    :param hosts: the values of the header Host that are answered; see `server.hosts_of`.
    :param batch: a batch that was written, to be looked at.
    """
    desk = Desk(answering)
    bench = _Bench(desk, Worker(desk.warm), batch)
    reading = Reading(bench.guidelines, bench.worker)
    styles = pages.styles([form.program for form in desk.forms.values()])
    files = {"/bench.css": (styles, "text/css"), "/bench.js": (pages.script(), "text/javascript")}
    return application(
        [
            Route("/", lambda request: RedirectResponse("/try", 303)),
            Route("/try", bench.empty, methods=["GET"]),
            Route("/query", bench.empty_query, methods=["GET"]),
            Route("/batch", bench.batch_page, methods=["GET"]),
            *(Route(path, _sent(text, kind)) for path, (text, kind) in files.items()),
            *(Route(path, act, methods=["POST"]) for path, act in bench.acts().items()),
            *reading.routes(),
        ],
        hosts,
    )  # fmt: skip


def _sent(text: str, kind: str) -> Callable[[Request], Response]:
    return lambda request: Response(text, media_type=kind)


class _Bench:
    """Does what the forms ask for, in the thread of decisions."""

    def __init__(self, desk: Desk, worker: Worker, batch: Batch | None) -> None:
        self.desk, self.worker, self.batch = desk, worker, batch
        self.guidelines = {name: form.guideline for name, form in desk.forms.items()}

    def acts(self) -> dict[str, Callable[[Request], Any]]:
        """Return what is done with a form that is sent, by its path."""
        return {
            "/try": self.act(lambda sent, data: HTMLResponse(self.desk.page(self.desk.state(sent)))),
            "/try.json": self.act(self.decided), "/start": self.act(self.start),
            "/query": self.act(self.query), "/query.json": self.act(self.query_json),
            "/batch": self.act(self.open), "/case.yaml": self.act(self.file),
            "/letter": self.act(self.letter), "/proof": self.act(self.proof), "/turn": self.act(self.turn),
        }  # fmt: skip

    async def empty(self, request: Request) -> Response:
        """Show a form with nothing in it."""
        form = self.desk.form("")
        state = State(form, {}, "open", "", "reason")
        return HTMLResponse(await self.worker.run(lambda: self.desk.page(state)))

    async def empty_query(self, request: Request) -> Response:
        """Show what may be asked."""
        sent = {"guideline": request.query_params.get("guideline", "")}
        return await self.worker.run(lambda: self.query(sent, b""))

    async def batch_page(self, request: Request) -> Response:
        """Show the batch, or how one is named."""
        asked = dict(request.query_params)
        return HTMLResponse(await self.worker.run(lambda: batch_page(self.batch, asked)))

    def act(self, work: Callable[[Sent, bytes], Response]) -> Callable[[Request], Any]:
        """Return what reads a form and does something with it."""

        async def done(request: Request) -> Response:
            sent: dict[str, str] = {}
            data = b""
            async with request.form(max_files=1, max_fields=FIELDS, max_part_size=2**20) as form:
                for name, value in form.multi_items():
                    if isinstance(value, UploadFile):
                        data = await value.read()
                    elif value or name not in sent:
                        sent[name] = value
            return await self.worker.run(lambda: self.told(work, sent, data))

        return done

    def told(self, work: Callable[[Sent, bytes], Response], sent: Sent, data: bytes) -> Response:
        """Do something, or show the form with what is wrong."""
        try:
            return work(sent, data)
        except FaultError as error:
            return HTMLResponse(self.wrong(sent, error.faults), 422)

    def wrong(self, sent: Sent, faults: tuple[Fault, ...]) -> str:
        """Return the form as it was sent, with what is wrong."""
        known = sent.get("guideline", "") in self.desk.forms
        state = self.desk.state({**sent, "do": "", **({} if known else {"guideline": ""})})  # which may be what failed
        return self.desk.page(state, faults, sent.get("text", ""))

    def decided(self, sent: Sent, data: bytes) -> Response:
        """Tell the decision as `coverlog decide --format json` does."""
        try:
            return JSONResponse(self.desk.judged(self.desk.state(sent)).decision.as_json())
        except FaultError as error:
            faults = [fault._asdict() for fault in error.faults]
            return JSONResponse({"error": str(error), "faults": faults}, 422)

    def start(self, sent: Sent, data: bytes) -> Response:
        return HTMLResponse(self.desk.page(self.desk.start(sent, data)))

    def query(self, sent: Sent, data: bytes) -> Response:
        return HTMLResponse(asked_page(sent, self.guidelines, self.desk.answering, self.desk.names))

    def query_json(self, sent: Sent, data: bytes) -> Response:
        guideline = self.desk.form(sent.get("guideline", "")).guideline
        try:
            return JSONResponse(asked_json(sent, guideline, self.desk.answering))
        except (FaultError, GuidelineError) as error:
            return JSONResponse({"error": str(error)}, 422)

    def open(self, sent: Sent, data: bytes) -> Response:
        """Begin with a case of the batch."""
        try:
            if not self.batch:
                raise CaseError("no batch was named")
            begun = Begun(self.batch.guideline, self.batch.case(sent.get("case", "")).said)
        except CaseError as error:
            return HTMLResponse(batch_page(self.batch, {}, str(error)), 422)
        return HTMLResponse(self.desk.page(self.desk.begun(begun)))

    def file(self, sent: Sent, data: bytes) -> Response:
        named = {"content-disposition": 'attachment; filename="case.yaml"'}
        return Response(self.desk.yaml(self.desk.state(sent)), media_type="application/yaml", headers=named)

    def letter(self, sent: Sent, data: bytes) -> Response:
        return _alone(letter_page.as_html(letter(self.desk.judged(self.desk.state(sent)))))

    def turn(self, sent: Sent, data: bytes) -> Response:
        """Tell the smallest change that turns an outcome."""
        if not ANALYSIS:
            raise CaseError("this needs python-sat: pip install 'coverlog[analysis]'")
        from .turning import turned_page

        return HTMLResponse(turned_page(self.desk.judged(self.desk.state(sent))))

    def proof(self, sent: Sent, data: bytes) -> Response:
        return _alone(proof_page.page(prove(self.desk.judged(self.desk.state(sent)))))


def batch_page(batch: Batch | None, asked: Mapping[str, str], error: str = "") -> str:
    """Return the page of a batch.

    :param asked: what its lines are filtered by, and the page of them.
    """
    facts: dict[str, Any] = {"title": "A batch", "here": "/batch", "batch": batch, "error": error, "asked": asked}
    if batch:
        rows, number, at = batch.rows(asked, SHOWN)
        around = {when: urlencode({**asked, "page": at + by}) for when, by in (("before", -1), ("after", 1))}
        facts |= {
            "rows": rows, "number": number, "at": at, "near": batch.near, "reader": Reader(batch.guideline),
            "program": batch.guideline.program, "come_to": come_to,
        } | around  # fmt: skip
    return pages.page("batch", **facts, shown=SHOWN)


def _alone(html: str) -> Response:
    """Return a page that stands alone, under its own policy: no script, and no style but the one in it."""
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    own = {"content-security-policy": f"{policy[1]}; frame-ancestors 'none'"} if policy else {}
    return HTMLResponse(html, headers=own)
