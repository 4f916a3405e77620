"""Draw the pictures of proofs and of the workbench that README.md shows, by the system's Chromium.

python tools/make_pictures.py [proofs | workbench]

Needs the package's test extra (Playwright), Chromium and Graphviz. Run it after a change to the look or the words of a
page, and look at what it wrote: docs/proof-*.png and docs/workbench-*.png.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.decision.decide import judge
from coverlog.engine.library.guideline import load
from coverlog.explain.proof.build import prove
from coverlog.explain.render.proof_page import page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TARGET = Path(__file__).parent.parent / "docs"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
HEIGHT = 1000
# Each picture: its name, its width, and the guideline and the case of the page.
PICTURES = (
    ("medically_necessary", 640, "cg_med_24", "cts-six-weeks-of-splinting"),
    ("not_medically_necessary", 640, "cg_med_24", "cts-three-weeks-of-splinting"),
    ("more_information_needed", 640, "cg_med_24", "cts-splint-weeks-undocumented"),
    ("not_addressed", 640, "cg_med_24", "emg-with-ncs-inpatient"),
    ("narrow", 320, "cg_med_24", "cts-three-weeks-of-splinting"),
)
BESIDE = (("cg_med_24", "cts-three-weeks-of-splinting"), ("ncd_240_4", "index-of-14-9-without-symptoms"))
TRIED, READ = "cts-splint-weeks-undocumented", "III.3"  # the case and the statement that the workbench shows
WRAPPER = """<!doctype html><meta charset="utf-8"><style>
body { display: flex; gap: 16px; margin: 0; background: #8b949e }
</style>%s"""


def written(name: str, case_id: str) -> str:
    """Return the page of a canonical case of a guideline."""
    guideline = load(name)
    (path,) = (path for path in canonical_paths(guideline) if path.stem == case_id)
    (case,) = read_files([path], guideline)
    if not isinstance(case, Case):
        raise SystemExit(case.error)
    return page(prove(judge(case, guideline)))


def drawn(browser: Browser, text: str, width: int) -> bytes:
    """Return the first screen of a page as PNG."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme="light")
    shown = context.new_page()
    shown.set_content(text)
    picture = shown.screenshot()
    context.close()
    return picture


@contextmanager
def served() -> Iterator[str]:
    """Start the workbench, and give its address."""
    command = [sys.executable, "-c", "from coverlog.explain.commands.main import main; main()", "workbench", "--port=0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)  # noqa: S603 - this package's own command
    try:
        line = process.stderr.readline() if process.stderr else ""
        yield str(re.findall(r"http://\S+/", line)[0])
    finally:
        process.terminate()
        process.wait()


def bench(browser: Browser, url: str) -> None:
    """Write the pictures of the workbench: a case that is tried, its proof, and a statement."""
    size: Any = {"width": 1200, "height": HEIGHT - 150}
    context = browser.new_context(viewport=size, color_scheme="light")
    shown = context.new_page()
    shown.goto(f"{url}try")
    shown.locator("[name=case]").fill(TRIED)
    shown.get_by_text("Start", exact=True).click()
    shown.locator(".outcomes").wait_for()
    _write("workbench-try", shown.screenshot())
    shown.locator("[name=detail]").select_option("full")
    shown.locator("#answer .tree").first.wait_for()
    shown.evaluate("document.querySelector('#answer .legend').scrollIntoView()")
    _write("workbench-proof", shown.screenshot())
    shown.goto(f"{url}statements/{READ}")
    while shown.get_by_text("are being looked for").count():  # the canonical cases are run for it beside the service
        shown.wait_for_timeout(1000)
        shown.reload()
    _write("workbench-statement", shown.screenshot())
    context.close()


def main() -> None:
    """Write the pictures, all or those of one kind, and say how large each is."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        if "workbench" not in sys.argv[1:]:
            proofs(browser)
        if "proofs" not in sys.argv[1:]:
            with served() as url:
                bench(browser, url)
        browser.close()


def proofs(browser: Browser) -> None:
    """Write the pictures of proofs."""
    for name, width, guideline, case in PICTURES:
        _write(f"proof-{name}", drawn(browser, written(guideline, case), width))
    sides = [base64.b64encode(drawn(browser, written(*each), 640)).decode() for each in BESIDE]
    images = "".join(f'<img src="data:image/png;base64,{each}">' for each in sides)
    _write("proof-two-kinds", drawn(browser, WRAPPER % images, 640 * 2 + 16))


def _write(name: str, picture: bytes) -> None:
    path = TARGET / f"{name}.png"
    path.write_bytes(picture)
    print(f"{path.name}: {len(picture):,} bytes")


if __name__ == "__main__":
    main()
