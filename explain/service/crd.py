"""The service of coverage answers: its routes, how calls are refused, and what is kept of them on request."""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...engine.cases.fhir.parts import parse, written
from ...engine.evaluation.limits import until
from ...engine.language.errors import CaseError
from ..advice.asked import from_id
from ..advice.questionnaire import questionnaire
from .app import Worker, application
from .discovery import SERVICES, services
from .guard import Guard, place_of
from .hook import RefusedError, read_call
from .orders import Desk, failed
from .records import Records

DEADLINE = 5.0
"""The seconds in which CRD wants an answer (https://hl7.org/fhir/us/davinci-crd/2.2.1/foundation.html).

What is not decided once a call has taken so long is answered as a fault of the service.
"""
MOST = 4 * 2**20
"""The most bytes of a call; a prefetched record of some thousand conditions takes so many."""
_LOG = logging.getLogger(__name__)
_FHIR = "application/fhir+json"
_CODES = {400: "invalid", 404: "not-found", 412: "required", 422: "business-rule", 500: "exception"}
_FAILED = "The service failed; what it was is told where it was started."
Today = Callable[[], str]
Work = Callable[[str, dict[str, Any]], Any]
"""What is done with a request: its hook and its JSON."""


def crd(desk: Desk, hosts: Collection[str], record: Path | None = None, today: Today | None = None) -> Guard:
    """Return the service as an application.

    :param hosts: the values of the header Host that are answered; see `server.hosts_of`.
    :param record: the folder in which each call and its answer are kept; none are without it.
    :param today: what gives the ISO date of assertions, where it is not that of the clock.
    """
    made = _Crd(desk, Worker(desk.warm), Records(record) if record else None, today or _today)
    return application(
        [
            Route("/cds-services", lambda request: _json(services())),
            Route("/cds-services/{name}", made.call, methods=["POST"]),
            Route("/cds-services/{name}/feedback", made.feedback, methods=["POST"]),
            Route("/fhir/Questionnaire/{name}", made.questionnaire),
        ],
        hosts, browser=False, most=MOST,
    )  # fmt: skip


def _today() -> str:
    return datetime.date.today().isoformat()


class _Crd:
    """Answers what is asked."""

    def __init__(self, desk: Desk, worker: Worker, records: Records | None, today: Today) -> None:
        self.desk, self.worker, self.records, self.today = desk, worker, records, today

    async def call(self, request: Request) -> Response:
        """Answer a call of a hook."""
        return await self._kept(request, self._called, self._failed)

    async def feedback(self, request: Request) -> Response:
        """Take what became of an answer; it is kept where calls are."""
        return await self._kept(request, lambda hook, document: None, _unkept)

    async def _kept(self, request: Request, work: Work, unkept: Work) -> Response:
        """Answer a request, and keep both; what has to be kept and cannot be is a fault of the service.

        :param unkept: what is then answered in place of an answer.
        """
        body = await request.body()
        response = await self._answered(request, body, work)
        kept = not self.records or self.records.keep(request.url.path, body, response)
        return response if kept or response.status_code != 200 else await self._answered(request, body, unkept)

    async def _answered(self, request: Request, body: bytes, work: Work) -> Response:
        """Do something with the JSON of a request; whatever goes wrong is told as an OperationOutcome."""
        try:
            if (hook := SERVICES.get(request.path_params["name"])) is None:
                raise RefusedError(404, "There is no service of that id; see /cds-services.")
            answer = await self.worker.run(lambda: work(hook, _document(body)))
        except RefusedError as error:
            return _outcome(error.status, error.text)
        except Exception as error:  # nothing of the request may get out, nor a 500 without an OperationOutcome
            _LOG.error("%s", place_of(error))
            return _outcome(500, _FAILED)
        return _json(answer) if answer is not None else Response(status_code=200)

    def _called(self, hook: str, document: dict[str, Any]) -> dict[str, Any]:
        call = read_call(document, hook, self.desk.plan.payers)
        return until(time.monotonic() + DEADLINE, lambda: self.desk.answer(call, self.today()))

    def _failed(self, hook: str, document: dict[str, Any]) -> dict[str, Any]:
        return failed(read_call(document, hook, self.desk.plan.payers), self.today())

    async def questionnaire(self, request: Request) -> Response:
        """Give the questionnaire of an id, of whichever guideline has one."""
        name = request.path_params["name"]
        for guideline in self.desk.several.all:
            if wanted := from_id(name, guideline):
                return _json(questionnaire(wanted, guideline, self.desk.base), _FHIR)
        return _outcome(404, "There is no questionnaire of that id.")


def _unkept(hook: str, document: dict[str, Any]) -> None:
    raise RefusedError(500, _FAILED)


def _document(body: bytes) -> dict[str, Any]:
    """Return the object that a request is.

    :raises RefusedError: 400 where it is none; the text names the kind of fault and never what stands there.
    """
    try:
        document = parse(body, "the call")
    except CaseError as error:
        raise RefusedError(400, f"{error}.") from None
    if not isinstance(document, dict):
        raise RefusedError(400, "The call has to be a JSON object.")
    return document


def _outcome(status: int, text: str) -> Response:
    """Return an OperationOutcome."""
    issue = {"severity": "error", "code": _CODES[status], "diagnostics": text}
    return _json({"resourceType": "OperationOutcome", "issue": [issue]}, _FHIR, status)


def _json(value: Any, kind: str = "application/json", status: int = 200) -> Response:
    return Response(written(value), status, media_type=kind)
