"""A batch is summed up on a page: counts, near misses, and from each row to the case and its proof."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from coverlog.engine.decision.decide import judge
from coverlog.engine.evaluation.limits import LimitError, allowing, until
from coverlog.engine.language.errors import FaultError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.commands.main import main
from coverlog.explain.reference import rules
from coverlog.explain.service import app as service
from coverlog.explain.service import batching
from coverlog.explain.service.guard import Guard
from coverlog.explain.service.workbench import workbench

HOST = "127.0.0.1:8765"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch of three cases: one covered, one that waits, one that is refused."""
    found = tmp_path_factory.mktemp("batch")
    said: dict[str, Any] = {"date_of_service": "2025-11-03", "setting": "outpatient", "diagnoses": ["G56.01"],
            "services": [{"cpt": "95886"}, {"cpt": "95909"}]}  # fmt: skip
    met = {"refractory_to_activity_modification": "present", "sensory_loss": "present", "wrist_splint_weeks": 6}
    cases = {"met": said | {"findings": met}, "waits": said, "quiet": said | {"setting": "inpatient"}}
    (found / "in").mkdir()
    for name, case in cases.items():
        (found / "in" / f"{name}.json").write_text(json.dumps({"id": name, **case}))
    out = str(found / "lines.csv")
    told = CliRunner().invoke(main, ["-g", "cg_med_24", "batch", str(found / "in"), "-o", out])
    assert told.exit_code == 0, told.output
    return found


@pytest.fixture(scope="module")
def app(folder: Path) -> Guard:
    guideline = load()
    return workbench(guideline, [HOST], batching.Batch(folder / "lines.csv", folder / "in", guideline))


def ask(app: Guard, method: str, path: str, **fields: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{HOST}") as client:
            return await client.request(method, path, data=fields, headers={"sec-fetch-site": "same-origin"})

    with ThreadPoolExecutor(1) as pool:  # Playwright may have a loop in this thread
        return pool.submit(asyncio.run, asked()).result()


def test_a_batch_is_summed_up(app: Guard) -> None:
    """Its outcomes and deciding statements are counted and filter its lines; near misses say what would do."""
    page = ask(app, "GET", "/batch").text
    assert "3 cases, 6 lines" in page
    for outcome in ("medically_necessary", "more_information_needed", "not_addressed"):
        lines = ask(app, "GET", f"/batch?outcome={outcome}").text
        assert f"/batch?outcome={outcome}" in page
        assert "2 lines with" in lines
    assert "Nearest misses" in page
    assert "would be met with" in page.partition("Nearest misses")[2]
    assert page.count('aria-label="Open in try: waits"') == 4  # two near misses and two lines
    for odd in ("page=9999999999", "page=-1", "page=x", "by='; DROP TABLE lines; --", "outcome=%00"):
        assert ask(app, "GET", f"/batch?{odd}").status_code == 200, odd


def test_a_batch_that_tells_what_is_missing_is_believed(folder: Path, guideline: Guideline) -> None:
    """Where the batch has a column of what is missing, all lines are counted, and no case is decided anew."""
    out = folder / "told.parquet"
    columns = ("--column", "missing", "--column", "distance")
    told = CliRunner().invoke(main, ["-g", "cg_med_24", "batch", str(folder / "in"), "-o", str(out), *columns])
    assert told.exit_code == 0, told.output
    near = batching.Batch(out, None, guideline).near
    assert {(row.case, row.outcome) for row in near.rows} == {("waits", "more_information_needed")}
    assert [row.distance for row in near.rows] == sorted(row.distance or 0 for row in near.rows)
    assert (sum(bar.number for bar in near.lacking), near.cases) == (2, 0)


def test_a_request_whose_time_is_over_leaves_no_near_miss_out_for_the_next(folder: Path, guideline: Guideline) -> None:
    """Near misses are found once and kept: not by a request that had no time left for them."""
    anew = Guideline(guideline.folder, guideline.program, guideline.strata, guideline.hash)  # of which nothing is known
    batch, fresh = (batching.Batch(folder / "lines.csv", folder / "in", each) for each in (anew, guideline))
    with pytest.raises(LimitError):
        until(0, lambda: batch.near)
    assert batch.near == fresh.near
    assert batch.near.rows


def test_a_case_that_was_given_up_was_not_looked_at(
    folder: Path, guideline: Guideline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The near misses are those of the cases that were decided in time, and no more are said to have been looked at."""
    anew = Guideline(guideline.folder, guideline.program, guideline.strata, guideline.hash)  # of which nothing is known
    whole, batch = (batching.Batch(folder / "lines.csv", folder / "in", each) for each in (guideline, anew))
    assert (whole.near.cases, {row.case for row in whole.near.rows}) == (1, {"waits"})
    monkeypatch.setattr(batching, "judge", lambda *of: allowing(-1, lambda: judge(*of)))
    assert (batch.near.cases, batch.near.rows) == (0, [])


def test_a_page_that_is_not_there_in_time_may_be_there(guideline: Guideline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a case for which the time is over it is said that it took too long: not that there is none, nor an outcome."""
    monkeypatch.setattr(rules, "_RUN", {})  # what an earlier test let the cases tell
    anew = Guideline(guideline.folder, guideline.program, guideline.strata, guideline.hash)  # of which nothing is known
    app = workbench(anew, [HOST])
    monkeypatch.setattr(service, "DEADLINE", -1.0)
    for path in ("/cases/cts-six-weeks-of-splinting", "/cases/cts-six-weeks-of-splinting.json"):
        told = ask(app, "GET", path)
        assert (told.status_code, "took longer than" in told.text) == (503, True)
    said = {"services.0.cpt": "95886", "date_of_service": "2025-11-03", "setting": "outpatient", "id": "x"}
    assert "took longer than" in ask(app, "POST", "/try", **said).text
    told = ask(app, "POST", "/try.json", **said)
    assert (told.status_code, told.json().keys()) == (422, {"error", "faults"})


def test_a_row_leads_to_its_case(app: Guard) -> None:
    """The case of a row is opened in the form, its name in the body alone; one that is not there is said."""
    opened = ask(app, "POST", "/batch", case="met")
    assert 'value="met"' in opened.text
    assert "medically necessary" in opened.text
    assert ask(app, "POST", "/batch", case="other").status_code == 422


def test_what_is_no_batch_is_refused(folder: Path, guideline: Guideline) -> None:
    """A file of another kind, or of other columns, is refused at the start; without a batch the page says how."""
    other = folder / "other.csv"
    other.write_text("a,b\n1,2\n")
    for path in (other, folder / "in" / "met.json"):
        with pytest.raises(FaultError):
            batching.Batch(path, None, guideline)
    assert "coverlog workbench --batch" in ask(workbench(guideline, [HOST]), "GET", "/batch").text
