"""What is read in the workbench is what the commands tell; each page leads on, has its JSON, and shuts nobody out."""

import asyncio
import html
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.commands.main import main
from coverlog.explain.reference import rules as reference
from coverlog.explain.reference.rules import uses
from coverlog.explain.reference.show import as_json, look_up
from coverlog.explain.service.batching import Batch
from coverlog.explain.service.survey import Survey
from coverlog.explain.service.workbench import batch_page
from coverlog.explain.testing.traceability import matrix
from playwright.sync_api import Browser, Page

needs_chromium = pytest.mark.skipif(
    not shutil.which("chromium") and os.environ.get("CI") != "true",
    reason="Chromium is not installed: apt-get install chromium",
)
PAGES = ("/statements/III.3", "/find?q=splint", "/editions", "/cases/cts-three-weeks-of-splinting",
         "/statements/no.such", "/try", "/find", "/statements/I.4.a", "/statements/B.1", "/codes/95886",
         "/codes/G56.01", "/rules?authority=inferred", "/cases?outcome=not_addressed", "/trace?authority=stated",
         "/readings/INT-9", "/query", "/batch", "/predicates/service", "/rules/I.4.a",
         "/concepts/carpal_tunnel_syndrome", "/find?q=splint&guideline=NCD+240.4")  # fmt: skip
ALONE = ("Letter", "Proof with pictures", "Smallest change that flips")
"""The buttons of an answer that open a page of its own."""
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("dark", "light")
# Runs axe, and returns what it finds serious.
FOUND = """async () => (await axe.run()).violations.filter(each => ['serious', 'critical'].includes(each.impact))
  .map(each => `${each.id}: ${each.nodes[0].html.slice(0, 200)}`)"""


def command(*args: str) -> Any:
    return json.loads(CliRunner().invoke(main, [*args, "--format", "json"]).stdout)


def hrefs(text: str) -> list[str]:
    return [html.unescape(href) for href in re.findall(r'href="(/[^"]*)"', text)]


def test_pages_tell_what_the_commands_tell(served: Any, guideline: Guideline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page's JSON is that of show, find and rules; its links lead to pages, and what is inferred looks so."""
    monkeypatch.setattr(reference, "_RUN", {})  # what an earlier test let the cases tell, of one guideline of the two
    assert served.get("/find.json?q=splint").json() == command("find", "splint")
    assert served.get("/rules.json?authority=inferred").json() == command("rules", "--authority", "inferred")
    for path, name in (("/codes/95886", "95886"), ("/cases/cts-six-weeks-of-splinting", "cts-six-weeks-of-splinting")):
        assert served.get(f"{path}.json").json() == as_json(look_up(guideline, name, None), guideline.program)
    page = served.get("/statements/III.3").text
    assert 'class="rule unsure"' in page
    assert 'class="rule unsure"' not in served.get("/statements/X1").text
    links = set(hrefs(page + served.get("/cases/cts-six-weeks-of-splinting").text))
    assert any(link.startswith("/statements/I.4.a") for link in links)
    for link in links:
        assert served.get(link).status_code == 200, link


def test_lists_are_filtered(served: Any) -> None:
    """By authority, date and outcome; a word that no filter knows is said, and shows all."""
    every, inferred = (served.get(f"/rules.json{more}").json() for more in ("", "?authority=inferred"))
    assert {each["authority"] for each in inferred} == {"inferred"}
    assert len(inferred) < len(every)
    assert len(served.get("/rules.json?date=2014-01-01").json()) < len(every)
    assert {each["outcome"] for each in served.get("/cases.json?outcome=not_addressed").json()} == {"not_addressed"}
    dates = [each["date"] for each in served.get("/editions.json").json()]
    assert dates == sorted(dates)
    assert "2015-05-07" in dates
    began = served.get(f"/editions?from={dates[-1]}").text
    assert "another condition, of which no criterion speaks" in began
    assert "modelled" not in began
    assert {each["authority"] for each in served.get("/trace.json?authority=stated").json()} == {"stated"}
    assert served.get("/rules?authority=nobody").status_code == 422
    assert served.get("/rules.json?authority=nobody").status_code == 422


def test_what_is_not_there_is_said(served: Any) -> None:
    """No name, no page: 404 with what was probably meant, and as JSON too; a guideline is found by what is asked."""
    answer = served.get("/concepts/carpal_tunel_syndrome")
    assert answer.status_code == 404
    assert "did you mean carpal_tunnel_syndrome?" in answer.text
    assert "did you mean" in served.get("/concepts/carpal_tunel_syndrome.json").json()["error"]
    assert "NCD 240.4" in served.get("/statements/B.1").text
    assert served.get("/statements/B.1?guideline=nobody").status_code == 404


def test_a_query_is_answered_as_the_command_does(served: Any) -> None:
    """Answers are the command's, each with the steps that prove it; what is wrong stands beside the text."""
    asked = {"query": "criterion(S)", "case": "cts-six-weeks-of-splinting"}
    told = command("query", "criterion(S)", "--case", "cts-six-weeks-of-splinting")
    assert served.post("/query.json", asked).json() == told
    page = served.post("/query", asked | {"proof": "yes"}).text
    for step in re.findall(r'href="#(step-\d+)"', page):
        assert f'id="{step}"' in page
    assert 'href="#step-1"' in page
    possible = served.post("/query", {"query": "documented(F)", "case": "cts-splint-weeks-undocumented"}).text
    assert "possible" in possible
    wrong = served.post("/query", {"query": "criteron(S)", "text": "{"}).text
    assert "criteron is not declared; did you mean criterion?" in wrong
    assert "no-such-case" not in served.post("/query", asked | {"case": "../no-such-case"}).headers
    assert "no canonical case" in served.post("/query", asked | {"case": str(Path(__file__))}).text


def test_cases_are_run_beside_the_service(toy_folder: Callable[[str], Path]) -> None:
    """A process of its own finds what this one would: which cases use each rule, and the matrix."""
    folder = toy_folder("toy")
    guideline = load(folder)
    case = '{"id": "a", "date_of_service": "2025-01-01", "services": [{"cpt": "A0001"}]}'
    (folder / "cases").mkdir()
    (folder / "cases" / "a.yaml").write_text(case)
    # Playwright may have a loop in this thread
    found = ThreadPoolExecutor(1).submit(asyncio.run, Survey(guideline).found(60)).result()
    assert found is not None
    cases = [each for each in read_files(canonical_paths(guideline), guideline) if isinstance(each, Case)]
    assert (found.uses, found.rows) == (uses(guideline), matrix(cases, guideline))


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    found = browser.new_page()
    yield found
    found.close()


@pytest.fixture(scope="module")
def batched(tmp_path_factory: pytest.TempPathFactory, guideline: Guideline) -> str:
    """The page of a batch of the canonical cases whose lines differ."""
    source, out = guideline.folder / "cases" / "mixed", tmp_path_factory.mktemp("batch") / "lines.csv"
    told = CliRunner().invoke(main, ["-g", "cg_med_24", "batch", str(source), "-o", str(out)])
    assert told.exit_code == 0, told.output
    return batch_page(Batch(out, source, guideline), {})


def looked_at(page: Page, axe: str, name: str, schemes: Sequence[Scheme]) -> list[str]:
    """What is wrong with the page shown: for assistive software in some colours, and at 320 px and 200 %."""
    wrong = []
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.evaluate(axe)
        wrong += [f"{name}, {scheme}: {each}" for each in page.evaluate(FOUND)]
    for width in (320, 640):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        wrong += [f"{name} is {wide} wide at {width}"] if wide > width else []
    page.set_viewport_size({"width": 1280, "height": 900})
    return wrong


@needs_chromium
def test_no_page_shuts_anybody_out(
    page: Page, served: Any, axe: str, batched: str, size: Callable[[int, int], int]
) -> None:
    """Axe finds nothing serious on any page, light or dark; none scrolls sideways at 320 px or 200 % of 1280.

    The suite looks at some pages in one colour, a whole campaign at all in both.
    """
    wrong, schemes = [], SCHEMES[: size(1, 2)]
    for path in PAGES[: size(2, len(PAGES))]:
        page.goto(f"{served.url}{path}")
        wrong += looked_at(page, axe, path, schemes)
    page.goto(f"{served.url}/try")
    page.locator("[name=case]").fill("no-benefit-after-12-weeks")
    page.locator("form[action='/start'] [name=guideline]").select_option("NCD 240.4")
    page.get_by_text("Start", exact=True).click()
    page.locator(".outcomes").wait_for()
    page.get_by_text("Pin this case as before").click()
    page.get_by_text("What changed").wait_for()
    page.locator("[name=detail]").select_option("full")
    page.locator(".tree").first.wait_for()
    wrong += looked_at(page, axe, "an answer with its proof", schemes)
    for words in ALONE[: size(1, len(ALONE))]:
        with page.expect_popup() as opened:
            page.get_by_text(words, exact=True).click()
        opened.value.wait_for_load_state()
        wrong += looked_at(opened.value, axe, words, schemes)
        opened.value.close()
    page.route(f"{served.url}/batch", lambda route: route.fulfill(body=batched, content_type="text/html"))
    page.goto(f"{served.url}/batch")
    wrong += looked_at(page, axe, "a batch", schemes)
    page.go_back()
    page.locator("[name=date_of_service]").fill("soon")
    page.locator(".faults").wait_for()
    wrong += looked_at(page, axe, "faults", schemes)
    page.goto(f"{served.url}/query")
    page.locator("[name=query]").fill("criteron(S)")
    page.get_by_text("Ask", exact=True).last.click()
    page.locator("#wrong").wait_for()
    wrong += looked_at(page, axe, "a wrong query", schemes)
    assert wrong == []
