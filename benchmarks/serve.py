"""The latency of the workbench: requests over loopback by one client and by several, beside an echo of the same size.

    python benchmarks/serve.py [REQUESTS]

Prints the median and the 99th percentile of a request in milliseconds, and the CPU time of the service a request. Lines
that are not covered are asked apart: every way to a yes is looked for then, which takes longer.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlencode

REQUESTS, CLIENTS, CASES = 1000, (1, 16), 20
TICK = os.sysconf("SC_CLK_TCK")
_ECHO = """
from coverlog.explain.service.app import application
from coverlog.explain.service.server import hosts_of, listening, serve, url_of
from starlette.responses import Response
from starlette.routing import Route
import sys
async def echo(request):
    return Response(await request.body())
with listening("127.0.0.1", 0) as bound:
    app = application([Route("/try", echo, methods=["POST"])], hosts_of(bound))
    serve(app, bound, lambda: print(url_of(bound), file=sys.stderr, flush=True))
"""
SERVICES = {
    "echo": [sys.executable, "-c", _ECHO],
    "workbench": [sys.executable, "-c", "from coverlog.explain.commands.main import main; main()", "workbench",
                  "--port", "0"],
}  # fmt: skip


class Figures(NamedTuple):
    """What one run came to, in milliseconds."""

    middle: float
    slow: float
    cpu: float


@contextmanager
def served(command: list[str]) -> Iterator[tuple[int, int]]:
    """Start a service, and give its process and its port."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stderr.readline() if process.stderr else ""
        found = re.search(r":(\d+)/", line)
        if not found:
            raise SystemExit(f"no service: {line}")
        yield process.pid, int(found[1])
    finally:
        process.terminate()
        process.wait()


def bodies() -> dict[str, list[bytes]]:
    """Return the forms of some canonical cases: of those that are covered or not spoken of, and of the others."""
    from coverlog.engine.cases.case import Case, read_files
    from coverlog.engine.cases.find import canonical_paths
    from coverlog.engine.library.guideline import load
    from coverlog.engine.program.interface import FAVOURABLE, SILENT
    from coverlog.explain.service.form import Form

    guideline = load()
    form, program = Form(guideline), guideline.program
    settled = {each.name for role in (FAVOURABLE, SILENT) for each in program.of_role(role)}
    found: dict[str, list[bytes]] = {"covered": [], "not covered": []}
    for name, told in found.items():
        paths = [path for path in canonical_paths(guideline) if "refused" not in path.parts
                 and (path.parent.name in settled) == (name == "covered")]  # fmt: skip
        for case in read_files(paths[:: len(paths) // CASES], guideline):
            if isinstance(case, Case):
                told.append(urlencode(form.fields(case.said) | {"guideline": program.name}).encode())
    return found


def cpu(pid: int) -> float:
    """Return the CPU time that a process has taken, in seconds."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


async def client(port: int, sent: list[bytes], taken: list[float]) -> None:
    """Send requests one after another on one connection, and note how long each takes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for body in sent:
        head = (
            f"POST /try HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\norigin: http://127.0.0.1:{port}\r\n"
            f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        begun = time.perf_counter()
        writer.write(head.encode() + body)
        told = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", told)
        if not told.startswith(b"HTTP/1.1 200") or not length:
            raise SystemExit(told.decode())
        await reader.readexactly(int(length[1]))
        taken.append(time.perf_counter() - begun)
    writer.close()


def run(pid: int, port: int, sent: list[bytes], clients: int) -> Figures:
    """Send requests by so many clients at once."""

    async def all_() -> None:
        await asyncio.gather(*(client(port, sent[at::clients], taken) for at in range(clients)))

    taken: list[float] = []
    before = cpu(pid)
    asyncio.run(all_())
    slow = statistics.quantiles(taken, n=100)[98]
    return Figures(statistics.median(taken) * 1e3, slow * 1e3, (cpu(pid) - before) / len(taken) * 1e3)


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else REQUESTS
    print(f"{'service':<24}{'clients':>8}{'requests':>10}{'p50 ms':>10}{'p99 ms':>10}{'CPU ms a request':>18}")
    for name, command in SERVICES.items():
        with served(command) as (pid, port):
            for kind, forms in bodies().items():
                sent = [forms[at % len(forms)] for at in range(number)]
                run(pid, port, forms[:2], 1)  # the first of each kind, which is not counted
                for clients in CLIENTS if kind == "covered" or name == "workbench" else ():
                    found = run(pid, port, sent, clients)
                    told = f"{found.middle:>10.1f}{found.slow:>10.1f}{found.cpu:>18.1f}"
                    print(f"{name + ', ' + kind:<24}{clients:>8}{number:>10}{told}", flush=True)


if __name__ == "__main__":
    main()
