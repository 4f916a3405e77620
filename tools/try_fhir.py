"""What becomes of published FHIR: every JSON file of some folders is sent to the service and read as cases.

    python tools/try_fhir.py FOLDER...

Each file is sent to the hook that it names, or, where it is a resource or an answer, inside a call made around it; and
it is read as `coverlog from-fhir` reads it. The counts say what became of the files; exit 1 where one failed.
"""

from __future__ import annotations

import asyncio
import copy
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
from coverlog.engine.cases.fhir.coded import shipped
from coverlog.engine.cases.fhir.drafts import drafts
from coverlog.engine.cases.fhir.example import order_sign
from coverlog.engine.cases.fhir.parts import body, parse
from coverlog.engine.cases.fhir.resources import resources
from coverlog.engine.cases.plan import Covered, Service
from coverlog.engine.cases.said import read_case
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import load
from coverlog.explain.service.crd import crd
from coverlog.explain.service.orders import Desk

HOST = "payer.example"
NAMES = ("cg_med_24", "ncd_240_4")


def main() -> int:
    """Try every file of the folders that are named."""
    plan = Service({name: Covered(True) for name in NAMES}, f"https://{HOST}")
    desk = Desk(plan, {name: load(name) for name in NAMES}, shipped(), plan.base_url)
    app, counted, failed = crd(desk, {HOST}), Counter[str](), list[str]()
    for folder in map(Path, sys.argv[1:]):
        for path in sorted(folder.rglob("*.json")):
            data = path.read_bytes()
            told = [asyncio.run(sent(app, called)) for called in calls(data)] + [read(data)]
            counted.update(told)
            failed += [f"{path}: {each}" for each in told if "FAILED" in each]
    print("\n".join([*failed, *(f"{number:6} {what}" for what, number in sorted(counted.items()))]))
    return bool(failed)


def calls(data: bytes) -> list[tuple[str, bytes]]:
    """Return the calls that a file makes: itself, and where it is a resource, one that orders it and one beside it."""
    try:
        document = json.loads(data)
    except ValueError:
        return [("order-sign", data)]
    hook = document.get("hook") if isinstance(document, dict) else None
    if hook in ("order-sign", "order-select"):
        return [(str(hook), data), (str(hook), json.dumps(with_coverage(document)).encode())]
    if not isinstance(document, dict) or not document.get("resourceType"):
        return [("order-sign", data)]
    ordered, beside = (order_sign({"date_of_service": "2025-11-03", "services": [{"cpt": "95886"}]}) for _ in "12")
    ordered["context"]["draftOrders"]["entry"] = [{"resource": document}]
    beside["prefetch"]["other"] = document
    return [("order-sign", json.dumps(each).encode()) for each in (ordered, beside)]


def with_coverage(document: dict[str, Any]) -> dict[str, Any]:
    """Return a call with a coverage, which public ones often leave to be fetched."""
    new = copy.deepcopy(document)
    prefetch = new.get("prefetch") if isinstance(new.get("prefetch"), dict) else {}
    new["prefetch"] = {**(prefetch or {}), "coverage": {"resourceType": "Coverage", "id": "c", "status": "active"}}
    return new


async def sent(app: Any, call: tuple[str, bytes]) -> str:
    """Send a call, and return what became of it."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"https://{HOST}") as client:
        answer = await client.post(f"/cds-services/{call[0]}-crd", content=call[1])
    if answer.status_code == 200:
        assertions = answer.text.count("coverage-assertion-id")
        if "indeterminate" in answer.text:
            return "served: FAILED, indeterminate"
        return "served: answered" if assertions else "served: answered, with no order to say anything of"
    told = "OperationOutcome" in answer.text or answer.status_code == 413  # what is too large is not even read
    refused = answer.status_code in (400, 412, 413, 422) and told
    return f"served: refused, {answer.status_code}" if refused else f"served: FAILED, {answer.status_code}"


def read(data: bytes) -> str:
    """Read a file as cases, and return what became of it."""
    guideline = load()
    try:
        found = list(drafts(resources(body(parse(data, "file"), "file")), [guideline], shipped()))
    except CaseError:
        return "read: refused"
    for draft in found:
        read_case(draft.said, guideline)
    return "read: cases" if found else "read: no order with a code"


if __name__ == "__main__":
    sys.exit(main())
