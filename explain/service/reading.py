"""The addresses of what is read: each a page, and with `.json` behind it the same as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ...engine.language.errors import CaseError, FaultError
from ...engine.language.terms import Rule
from ...engine.library.guideline import Guideline
from ..reference import names
from ..reference.rules import STANDING, in_force
from . import pages
from .app import Worker
from .read import CASES, KINDS, MOST, Asked, Listed, Reader, reader_of
from .survey import Survey, Surveyed

_JSON = ".json"
_HERE = "/find"
PATIENCE, SOON = 2.0, 0.05
"""How many seconds the page of all statements and data wait for the canonical cases to be run, and other pages."""


class Reading:
    """Answers what is read, in the thread of decisions."""

    def __init__(self, guidelines: Mapping[str, Guideline], worker: Worker) -> None:
        self.worker = worker
        self.readers = {name: Reader(guideline) for name, guideline in guidelines.items()}
        self.surveys = {name: Survey(guideline) for name, guideline in guidelines.items()}

    def routes(self) -> list[Route]:
        """Return the addresses."""
        lists: dict[str, Callable[[Reader, Asked, Surveyed | None], Listed]] = {
            "rules": lambda reader, asked, _: reader.rules(asked),
            "cases": lambda reader, asked, _: reader.cases(asked),
            "editions": lambda reader, asked, _: reader.editions(asked),
            "trace": lambda reader, asked, surveyed: reader.statements(asked, surveyed),
        }
        found = [Route(f"/{name}{end}", self._list(make, name == "trace")) for name, make in lists.items()
                 for end in ("", _JSON)]  # fmt: skip
        found += [Route(f"/find{end}", self.find) for end in ("", _JSON)]
        return [*found, *(Route(f"/{kind}/{{name:path}}", self.show) for kind in KINDS)]

    def _list(self, make: Callable[[Reader, Asked, Surveyed | None], Listed], survey: bool) -> Callable[[Request], Any]:
        async def told(request: Request) -> Response:
            asked = dict(request.query_params)
            reader = _or_first(self.readers, asked)
            surveyed = await self.surveys[reader.program.name].found(PATIENCE) if survey else None
            if survey and not surveyed and request.url.path.endswith(_JSON):
                return _surveying()
            return await self.worker.run(lambda: self._told(request, reader, asked, make, surveyed))

        return told

    def _told(
        self, request: Request, reader: Reader, asked: Asked,
        make: Callable[[Reader, Asked, Surveyed | None], Listed], surveyed: Surveyed | None,
    ) -> Response:  # fmt: skip
        error = ""
        try:
            reader_of(self.readers, asked)
            listed = make(reader, asked, surveyed)
        except CaseError as wrong:
            error, listed = str(wrong), make(reader, {}, surveyed)
        if request.url.path.endswith(_JSON):
            return _refused(error, 422) if error else JSONResponse(listed.data)
        text = pages.page(
            "list", title=listed.title, here=_HERE, reader=reader, readers=self.readers, listed=listed, asked=asked,
            error=error, twin=_twin(request),
        )  # fmt: skip
        return HTMLResponse(text, 422 if error else 200)

    async def find(self, request: Request) -> Response:
        """Search for words."""
        asked = dict(request.query_params)
        words = asked.get("q", "")[:200]
        reader = _or_first(self.readers, asked)

        def found() -> Response:
            hits, meant = reader.found(words) if words.strip() else ([], [])
            if request.url.path.endswith(_JSON):
                return JSONResponse(names.as_json(hits))
            told = [(hit.entry.kind, reader.link(hit.entry.id), hit.entry.label) for hit in hits[:MOST]]
            return HTMLResponse(pages.page(
                "find", title="Read", here=_HERE, reader=reader, readers=self.readers, words=words, hits=told,
                total=len(hits), meant=" ".join(meant) if meant != names.words_of(words) else words,
                error="", twin=_twin(request),
            ))  # fmt: skip

        return await self.worker.run(found)

    async def show(self, request: Request) -> Response:
        """Tell what there is to tell of a name."""
        asked, name = dict(request.query_params), request.path_params["name"]
        data = name.endswith(_JSON)
        name = name.removesuffix(_JSON)
        try:
            reader = await self.worker.run(lambda: reader_of(self.readers, asked, name))
            surveyed = await self.surveys[reader.program.name].found(PATIENCE if data else SOON)
            return await self.worker.run(lambda: self._shown(request, reader, name, data, surveyed is not None))
        except FaultError as error:
            status = 404 if isinstance(error, CaseError) else 503  # a limit does not say that there is none
            if data:
                return _refused(str(error), status)
            reader = _or_first(self.readers, asked)
            return HTMLResponse(pages.page(
                "find", title="Read", here=_HERE, reader=reader, readers=self.readers, words="", hits=[], total=0,
                meant="", error=str(error), twin="",
            ), status)  # fmt: skip

    def _shown(self, request: Request, reader: Reader, name: str, data: bool, surveyed: bool) -> Response:
        shown = reader.shown(name)
        if data:
            waits = not surveyed and (shown.subject.rules or shown.used_by)
            return _surveying() if waits else JSONResponse(reader.shown_json(shown))
        return HTMLResponse(pages.page(
            "shown", title=shown.subject.id, here=_HERE, reader=reader, readers=self.readers, shown=shown,
            standing=STANDING,
            statement=reader.program.statements.get(shown.subject.id), lines=_lines, in_force=in_force,
            used=list(dict.fromkeys(rule.id for rule in shown.used_by)), surveyed=surveyed,
            is_case=request.url.path.startswith(f"/{CASES}/"), twin=_twin(request),
        ))  # fmt: skip


def _or_first(readers: Mapping[str, Reader], asked: Asked) -> Reader:
    return readers.get(asked.get("guideline", ""), next(iter(readers.values())))


def _twin(request: Request) -> str:
    """Return the address of a page as data."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{_JSON}{query}"


def _surveying() -> Response:
    """Return that data has to wait for the canonical cases: without them it would say that none is of use."""
    return _refused("the canonical cases are being run; ask again in some seconds", 503)


def _refused(error: str, status: int) -> Response:
    return JSONResponse({"error": error}, status)


def _lines(rule: Rule) -> Any:
    """Return a rule as its text has it, a part a line."""
    body = [f"    {part}{',' if i < len(rule.body) else '.'}" for i, part in enumerate(rule.body, 1)]
    return pages.lines("\n".join([f"{rule.head} :-", *body] if body else [f"{rule.head}."]))
