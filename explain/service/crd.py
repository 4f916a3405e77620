"""The service of coverage answers: its routes, how calls are refused, and what is kept of them on request."""

from __future__ import annotations

import datetime
import json
import logging
import os
import uuid
from collections.abc import Callable, Collection
from decimal import Decimal
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ...engine.cases.fhir.parts import parse
from ...engine.language.errors import CaseError
from ..advice.asked import from_id
from ..advice.questionnaire import questionnaire
from .app import Worker, application
from .discovery import SERVICES, services
from .guard import Guard, place_of
from .hook import RefusedError, read_call
from .orders import Desk

DEADLINE = 5.0
"""The seconds in which CRD wants an answer (https://hl7.org/fhir/us/davinci-crd/2.2.1/foundation.html)."""
_LOG = logging.getLogger(__name__)
_FHIR = "application/fhir+json"
_CODES = {400: "invalid", 404: "not-found", 412: "required", 422: "business-rule", 500: "exception"}
Today = Callable[[], str]


def crd(desk: Desk, hosts: Collection[str], record: Path | None = None, today: Today | None = None) -> Guard:
    """Return the service as an application.

    :param hosts: the values of the header Host that are answered; see `server.hosts_of`.
    :param record: the folder in which each call and its answer are kept; none are without it.
    :param today: what gives the ISO date of assertions, where it is not that of the clock.
    """
    made = _Crd(desk, Worker(desk.warm, DEADLINE), record, today or _today)
    return application(
        [
            Route("/cds-services", lambda request: _json(services())),
            Route("/cds-services/{name}", made.call, methods=["POST"]),
            Route("/cds-services/{name}/feedback", made.feedback, methods=["POST"]),
            Route("/fhir/Questionnaire/{name}", made.questionnaire),
        ],
        hosts, browser=False,
    )  # fmt: skip


def _today() -> str:
    return datetime.date.today().isoformat()


class _Crd:
    """Answers what is asked."""

    def __init__(self, desk: Desk, worker: Worker, record: Path | None, today: Today) -> None:
        self.desk, self.worker, self.record, self.today = desk, worker, record, today

    async def call(self, request: Request) -> Response:
        """Answer a call of a hook."""
        return await self._answered(request, self._called)

    async def feedback(self, request: Request) -> Response:
        """Take what became of an answer; it is kept where calls are."""
        return await self._answered(request, lambda hook, document: None)

    async def _answered(self, request: Request, work: Callable[[str, dict[str, Any]], Any]) -> Response:
        """Do something with the JSON of a request; whatever goes wrong is told as an OperationOutcome."""
        body = await request.body()
        try:
            if (hook := SERVICES.get(request.path_params["name"])) is None:
                raise RefusedError(404, "There is no service of that id; see /cds-services.")
            answer = await self.worker.run(lambda: work(hook, _document(body)))
        except RefusedError as error:
            response = _outcome(error.status, error.text)
        except Exception as error:  # nothing of the request may get out, nor a 500 without an OperationOutcome
            _LOG.error("%s", place_of(error))
            response = _outcome(500, "The service failed; what it was is told where it was started.")
        else:
            response = _json(answer) if answer is not None else Response(status_code=200)
        if self.record:
            _keep(self.record, request.url.path, body, response)
        return response

    def _called(self, hook: str, document: dict[str, Any]) -> dict[str, Any]:
        return self.desk.answer(read_call(document, hook, self.desk.plan.payers), self.today())

    async def questionnaire(self, request: Request) -> Response:
        """Give the questionnaire of an id, of whichever guideline has one."""
        name = request.path_params["name"]
        for guideline in self.desk.several.all:
            if wanted := from_id(name, guideline):
                return _json(questionnaire(wanted, guideline, self.desk.base), _FHIR)
        return _outcome(404, "There is no questionnaire of that id.")


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


def written(value: Any) -> str:
    """Return JSON with its decimals as they were read: how many places one has says how exact it is.

    A decimal stands as a text that nothing else can hold until it is written, for JSON here knows no other way.
    """
    mark, found = uuid.uuid4().hex, list[str]()

    def placed(decimal: object) -> str:
        if not isinstance(decimal, Decimal):
            raise TypeError(type(decimal).__name__)
        found.append(str(decimal))
        return mark

    text = json.dumps(value, default=placed)  # in the order in which they stand there
    return "".join(part for pair in zip(text.split(f'"{mark}"'), [*found, ""], strict=True) for part in pair)


def _keep(folder: Path, path: str, body: bytes, response: Response) -> None:
    """Keep a call, but for its access token, and its answer as a file that its owner alone can read."""
    now = datetime.datetime.now(tz=datetime.UTC)
    try:
        call = _document(body)
    except RefusedError:
        call = {}
    call.pop("fhirAuthorization", None)  # it lets whoever has it read the record of the patient
    answer = parse(bytes(response.body), "the answer") if response.body else None
    kept = {"at": now.isoformat(), "path": path, "call": call, "status": response.status_code, "answer": answer}
    file = folder / f"{now:%Y%m%dT%H%M%S.%fZ}-{uuid.uuid4().hex}.json"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(written(kept))
