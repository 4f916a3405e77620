"""The workbench as it is served, once for all tests of it, and what it wrote and logged meanwhile."""

import logging
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import httpx
import pytest
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.library.several import Several, shipped
from coverlog.explain.service.server import hosts_of, listening, server, url_of
from coverlog.explain.service.survey import Survey, Surveyed
from coverlog.explain.service.workbench import workbench
from coverlog.explain.testing.traceability import matrix


class Served(NamedTuple):
    """Where the workbench is, the guidelines behind it, and the records of every log."""

    url: str
    guidelines: Several
    logged: list[logging.LogRecord]

    def post(self, path: str, fields: dict[str, str], file: bytes = b"") -> httpx.Response:
        """Send a form as a page of the workbench does."""
        files: dict[str, Any] = {name: (None, text) for name, text in fields.items()}
        files |= {"file": ("case", file)} if file else {}
        headers = {"sec-fetch-site": "same-origin"}
        return httpx.post(f"{self.url}{path}", files=files or {"none": (None, "")}, headers=headers, timeout=60)

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=60)


@contextmanager
def running(app: Any, bound: socket.socket) -> Iterator[None]:
    """Serve an application in a thread, as a command serves it."""
    serving = server(app)
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    while not serving.started:
        time.sleep(0.01)
    yield
    serving.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def serving() -> Callable[[Any, socket.socket], AbstractContextManager[None]]:
    """What serves an application on a socket as long as a test needs it."""
    return running


class _Keeping(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


async def _few(self: Survey, patience: float = 0) -> Surveyed:
    """What three cases tell, in place of all, which take a process of their own a minute."""
    cases = [case for case in read_files(canonical_paths(self.guideline)[:3], self.guideline) if isinstance(case, Case)]
    return Surveyed({}, matrix(cases, self.guideline))


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script that looks for what keeps people out of a page; it is fetched, and no part of this project."""
    folder = tmp_path_factory.mktemp("axe")
    npm = shutil.which("npm")
    command = [npm or "", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), "axe-core@4"]
    if not npm or subprocess.run(command, capture_output=True, timeout=60, check=False).returncode:
        pytest.skip("axe-core cannot be fetched: it needs npm and a registry")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """The workbench of the shipped guidelines, on a port of its own, in a thread."""
    patch = pytest.MonkeyPatch()
    patch.setattr(Survey, "found", _few)
    keeping, guidelines = _Keeping(), shipped()
    root = logging.getLogger()
    root.addHandler(keeping)
    with listening("127.0.0.1", 0) as bound, running(workbench(guidelines, hosts_of(bound)), bound):
        yield Served(url_of(bound).rstrip("/"), guidelines, keeping.records)
    root.removeHandler(keeping)
    patch.undo()
