"""The workbench in a browser, with its script and without: a case is tried, answered and read, and nothing leaks."""

import html
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.decision.decide import decide
from coverlog.engine.library.guideline import Guideline
from coverlog.explain.service.form import Form
from coverlog.explain.service.tryout import Desk
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.skipif(
    not shutil.which("chromium") and os.environ.get("CI") != "true",
    reason="Chromium is not installed: apt-get install chromium",
)
MARK = "marked-text"
BARE = {"id": "wrist", "date_of_service": "2025-11-03", "setting": "outpatient", "services.0.cpt": "95886",
        "services.1.cpt": "95909", "diagnoses.0.code": "G56.01"}  # fmt: skip


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def page(request: pytest.FixtureRequest, tab: Callable[..., Page], served: Any) -> Iterator[Page]:
    """A page with or without scripts; it may ask the workbench alone, and nothing may be wrong with it."""
    found = tab(scripts=request.param)
    asked: list[str] = []
    wrong: list[str] = []
    listeners: dict[Any, Callable[[Any], None]] = {
        "request": lambda each: asked.append(each.url),
        "console": lambda each: wrong.append(each.text),
        "pageerror": lambda each: wrong.append(str(each)),
    }
    for event, listener in listeners.items():
        found.on(event, listener)
    yield found
    for event, listener in listeners.items():
        found.remove_listener(event, listener)
    assert wrong == []
    assert [url for url in asked if not url.startswith((served.url, "data:"))] == []
    assert found.context.storage_state() == {"cookies": [], "origins": []}  # so the next test has a tab as if new


def outcome(page: Page) -> str:
    return " ".join(page.locator(".outcomes h3").all_inner_texts())


def focused(page: Page) -> str:
    """What has the focus: a question's answer, and what it says."""
    return str(page.locator(":focus").inner_text())


def press(page: Page, served: Any, key: str) -> None:
    """Press a key, and wait until it is answered."""
    with page.expect_response(f"{served.url}/try"):
        page.keyboard.press(key)
    page.wait_for_load_state()
    page.wait_for_function("() => document.querySelector('#answer')")


def test_a_request_is_brought_to_covered_by_the_keyboard(page: Page, served: Any) -> None:
    """From an undocumented request, each answer leads to the next question, until the lines are covered."""
    page.goto(f"{served.url}/try")
    page.locator("[name=text]").fill(json.dumps({
        "id": "wrist", "date_of_service": "2025-11-03", "setting": "outpatient", "diagnoses": ["G56.01"],
        "services": [{"cpt": "95886"}, {"cpt": "95909"}]}))  # fmt: skip
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".outcomes")
    assert "more information needed" in outcome(page)
    for _ in range(200):  # the first answer, after all fields of the form
        page.keyboard.press("Tab")
        if page.locator(".question :focus").count():
            break
    for answered in range(8):
        if "more information needed" not in outcome(page):
            break
        number = page.locator("input.nothing, .question input:focus").count()
        if number:
            page.keyboard.type("6")
        press(page, served, "Enter")
        assert answered < 7
    assert "95886, 95909: medically necessary" in outcome(page)
    assert page.locator(":focus").count()


def test_marks_stay_text_and_in_the_body(page: Page, served: Any) -> None:
    """What is written in every field is shown as it is, runs nowhere, and is in no address, header or log."""
    attack = f"<script>document.title='{MARK}'</script>\"'>&{MARK}"
    page.on("request", lambda each: urls.append(each.url))
    urls: list[str] = []
    page.goto(f"{served.url}/try")
    page.get_by_text("Start", exact=True).click()
    inputs = page.locator("#case input:not([type=radio]):not([type=hidden])")
    inputs.evaluate_all("(every, text) => every.forEach(each => each.value = text)", attack)
    with page.expect_response(f"{served.url}/try") as told:
        page.locator("#case button").first.click()
    page.wait_for_selector(".faults")
    assert MARK not in page.title()
    assert page.locator("script:not([src])").count() == 0
    kept = inputs.evaluate_all("every => every.map(each => each.value)")
    assert kept.count(attack) > 30
    assert MARK not in " ".join(urls)
    assert MARK not in str(told.value.all_headers())
    for path in ("/letter", "/proof", "/case.yaml", "/start"):
        answer = served.post(path, {"id": attack, "guideline": attack, "text": attack, "before": attack})
        assert MARK not in str(answer.headers), path
        assert answer.status_code < 500, path
        assert f"<script>document.title='{MARK}'" not in answer.text or path == "/case.yaml"
    assert MARK not in "".join(f"{each.getMessage()}{each.exc_info}" for each in served.logged)


def test_rows_are_added_and_removed(page: Page, served: Any) -> None:
    """A list grows by a row that is ready to be written in, and loses the one whose button is pressed."""
    page.goto(f"{served.url}/try")
    page.locator("[name='services.0.cpt']").fill("95886")
    with page.expect_response(f"{served.url}/try"):
        page.get_by_text("Add to services").click()
    page.locator("[name='services.2.cpt']").wait_for()
    assert page.locator(":focus").get_attribute("name") == "services.2.cpt"
    with page.expect_response(f"{served.url}/try"):
        page.get_by_label("Remove Services, 1").click()
    page.locator("[name='services.1.cpt']").wait_for(state="detached")
    assert page.locator("[name='services.0.cpt']").input_value() == ""


def test_typing_decides_and_keeps_its_place(browser: Browser, served: Any) -> None:
    """With the script the answer follows what is typed, and the field that is typed in keeps the focus."""
    page = browser.new_page()
    page.goto(f"{served.url}/try")
    page.locator("[name=case]").fill("cts-splint-weeks-undocumented")
    page.get_by_text("Start", exact=True).click()
    weeks = page.locator("[name='findings.wrist_splint_weeks.value']")
    with page.expect_response(f"{served.url}/try"):
        weeks.press_sequentially("5")
    page.wait_for_selector(".outcomes .medically_necessary, .outcomes .favourable")
    assert page.locator(":focus").get_attribute("name") == "findings.wrist_splint_weeks.value"
    assert "medically necessary" in page.locator("#notice").inner_text()
    page.close()


def test_the_command_serves_until_it_is_interrupted() -> None:
    """It says where it listens and who else can connect, writes no word of what it was sent, and ends with 0."""
    command = [sys.executable, "-c", "from coverlog.explain.commands.main import main; main()", "-g", "ncd_240_4",
               "workbench", "--port", "0"]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stderr is not None
    told = process.stderr.readline()
    url = re.findall(r"http://127\.0\.0\.1:\d+/", told)[0]
    assert "Other users of this machine can connect" in told
    answer = httpx.post(f"{url}try", data={"id": MARK, "title": MARK}, headers={"sec-fetch-site": "same-origin"})
    assert MARK in answer.text
    assert httpx.post(f"{url}try", data={"id": MARK}).status_code == 403
    assert httpx.get(f"{url}{MARK}").status_code == 404
    assert "are being looked for" in httpx.get(f"{url}statements/B.1").text  # by a process that is not waited for
    while (data := httpx.get(f"{url}statements/B.1.json")).status_code == 503:  # and data does not say that none is
        assert "ask again in some seconds" in data.text
    assert data.json()["cases"]
    with socket.create_connection(("127.0.0.1", int(url.rstrip("/").rpartition(":")[2]))) as raw:
        raw.sendall(f"{MARK} no request of HTTP\r\n\r\n".encode())
        raw.recv(1000)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, MARK in err) == (0, "", False)


def test_decisions_are_those_of_the_command(served: Any, size: Callable[[int, int], int]) -> None:
    """Each canonical case of each guideline, through the form, has the decision that it has as a file."""
    for guideline in served.guidelines.all:
        desk = Desk(guideline)
        for path in canonical_paths(guideline)[:: size(40, 1)]:
            for case in read_files([path], guideline):
                if isinstance(case, Case) and "refused" not in path.parts:
                    for world in ("open", "closed"):
                        sent = Form(guideline).fields(case.said) | {"world": world}
                        told = desk.judged(desk.state(sent)).decision
                        assert told.as_json() == decide(case, guideline, world=world).as_json(), case.id


def test_a_pinned_case_is_compared(served: Any) -> None:
    """What flips is said with the statement that made the difference; what the pin says is checked as a case is."""
    before = json.dumps({"id": "wrist", "date_of_service": "2025-11-03", "setting": "outpatient",
                         "services": [{"cpt": "95886"}], "diagnoses": ["G56.01"]})  # fmt: skip
    sent = BARE | {"before": before, "findings.wrist_splint_weeks.value": "5",
                   "findings.refractory_to_activity_modification.status": "present",
                   "findings.sensory_loss.status": "present"}  # fmt: skip
    told = served.post("/try", sent).text
    assert "flips" in told
    assert "after: I.4.a: carpal tunnel syndrome" in told
    assert 'href="/statements/I.4.a?guideline=CG-MED-24"' in told
    both = json.dumps({"id": "wrist", "date_of_service": "2025-11-03", "setting": "outpatient", "diagnoses": ["G56.01"],
                       "services": [{"cpt": "95886"}, {"cpt": "95909"}]})  # fmt: skip
    assert re.findall("<p>(.*): what made", served.post("/try", sent | {"before": both}).text) == ["95886, 95909"]
    for wrong in ("[]", "{", '{"id": 5}', "[" * 5000, "null"):
        answer = served.post("/try", BARE | {"before": wrong})
        assert answer.status_code == 200, wrong
        assert "cannot be decided" in answer.text, wrong


def test_a_case_is_uploaded_or_pasted(served: Any) -> None:
    """A file begins a form and is no larger than a mebibyte; a text that is wrong stays to be put right."""
    text = "id: up\ndate_of_service: 2025-11-03\nsetting: outpatient\nservices: [{cpt: '95886'}]\n"
    assert 'value="up"' in served.post("/start", {}, text.encode()).text
    assert served.post("/start", {}, b"#" * 2**20).status_code == 413
    wrong = served.post("/start", {"text": text.replace("outpatient", "outpatent")})
    assert wrong.status_code == 422
    assert "the text:3:" in wrong.text
    assert "did you mean outpatient?" in wrong.text
    kept = re.findall("(?s)<textarea[^>]*>(.*?)</textarea>", wrong.text)
    assert html.unescape(kept[0]) == text.replace("outpatient", "outpatent").strip() + "\n"


def test_a_button_that_no_page_has_is_refused_with_its_form(served: Any) -> None:
    """Whatever is asked to be done, the answer is a page with the form as it was sent."""
    for verb in ("guideline", "answer", "add", "remove", "pin", "nothing"):
        for path in ("/try", "/letter", "/proof", "/case.yaml"):
            answer = served.post(path, BARE | {"do": f"{verb} no such thing"})
            assert answer.status_code in (200, 422), (path, verb)
    refused = served.post("/try", BARE | {"do": "guideline none"})
    assert (refused.status_code, 'value="G56.01"' in refused.text, "no such guideline" in refused.text) == (
        422, True, True)  # fmt: skip


def test_letters_proofs_and_files_are_given_on_request(served: Any, guideline: Guideline) -> None:
    """Each is made of the form, under a policy of its own that lets no script run."""
    letter, proof = (served.post(path, BARE) for path in ("/letter", "/proof"))
    assert "Rationale for the determination" in letter.text
    assert "Outcome of each line" in proof.text
    for answer in (letter, proof):
        assert "script-src" not in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "G56.01" in served.post("/case.yaml", BARE).text
    assert served.post("/letter", {}).status_code == 422
    turned = served.post("/turn", BARE)
    assert "turned by the smallest change to medically necessary" in turned.text
    text = html.unescape(re.findall('name="text" value="([^"]*)"', turned.text)[0])
    assert ": medically necessary by " in served.post("/start", {"text": text}).text
    told = served.post("/try.json", BARE).json()
    assert {line["outcome"] for line in told["lines"]} == {"more_information_needed"}
    assert {fault["place"] for fault in served.post("/try.json", {"id": "a"}).json()["faults"]} >= {""}
