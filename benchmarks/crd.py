"""What a coverage answer costs: 1,000 calls over the loopback, of one client and of sixteen, beside an echo of them.

Run: python benchmarks/crd.py [CALLS]

The calls are those of the canonical cases of both guidelines that orders of one day can say, one after the other. The
echo is the same server with the same guard, which reads the call and sends it back.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import statistics
import sys
import threading
import time
from itertools import cycle, islice
from multiprocessing.connection import Connection
from typing import Any

from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.fhir.coded import shipped
from coverlog.engine.cases.fhir.example import order_sign
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.cases.plan import Covered, Service
from coverlog.engine.library.guideline import load
from coverlog.explain.service.app import application
from coverlog.explain.service.crd import crd
from coverlog.explain.service.orders import Desk
from coverlog.explain.service.server import hosts_of, listening, serve
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

NAMES = ("cg_med_24", "ncd_240_4")
PATH = "/cds-services/order-sign-crd"
TICKS = os.sysconf("SC_CLK_TCK")


def calls() -> list[bytes]:
    """Return the calls of the canonical cases in one session."""
    found = []
    for guideline in map(load, NAMES):
        paths = [path for path in canonical_paths(guideline) if "refused" not in path.parts]
        cases = [case for case in read_files(paths, guideline) if isinstance(case, Case)]
        found += [order_sign(case.said) for case in cases if {line.session for line in case.lines} == {1}]
    return [json.dumps(each).encode() for each in found]


def run(kind: str, told: Connection) -> None:
    """Serve the answers or the echo, and tell on which port."""

    async def echo(request: Request) -> Response:
        return Response(await request.body(), media_type="application/json")

    with listening("127.0.0.1", 0) as bound:
        hosts = hosts_of(bound)
        app: Any = application([Route(PATH, echo, methods=["POST"])], hosts, browser=False)
        if kind == "crd":
            plan = Service({name: Covered(True) for name in NAMES}, "http://payer.example")
            app = crd(Desk(plan, {name: load(name) for name in NAMES}, shipped(), plan.base_url), hosts)
        serve(app, bound, lambda: told.send(bound.getsockname()[1]))


def cpu(pid: int) -> float:
    """Return the seconds of CPU that a process has used, in all its threads."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def asked(port: int, bodies: list[bytes], clients: int) -> list[float]:
    """Send calls by some clients at once, and return how long each took, in seconds."""
    waiting, took = iter(bodies), list[float]()
    lock = threading.Lock()

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while True:
            with lock:
                body = next(waiting, None)
            if body is None:
                return
            began = time.perf_counter()
            connection.request("POST", PATH, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            took.append(time.perf_counter() - began)
            if answer.status != 200:
                raise RuntimeError(answer.status)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def measure(kind: str, bodies: list[bytes]) -> None:
    """Start a server, warm it, and print what each number of clients sees."""
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=run, args=(kind, there), daemon=True)
    server.start()
    port = here.recv()
    asked(port, bodies[:50], 1)
    for clients in (1, 16):
        before = cpu(server.pid or 0)
        took = sorted(asked(port, bodies, clients))
        used = (cpu(server.pid or 0) - before) / len(took)
        p50, p99 = statistics.median(took), took[int(len(took) * 0.99)]
        print(f"{kind:5} {clients:3} clients: {len(took)} calls, CPU {used * 1000:.1f} ms a call, "
              f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms")  # fmt: skip
    server.terminate()
    server.join()


def main() -> None:
    """Measure the echo and the answers."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    bodies = list(islice(cycle(calls()), number))
    for kind in ("echo", "crd"):
        measure(kind, bodies)


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
