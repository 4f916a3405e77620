"""Draw the pictures of proofs that README.md shows, from the shipped guidelines, by the system's Chromium.

python tools/make_pictures.py

Needs the package's test extra (Playwright), Chromium and Graphviz. Run it after a change to the look or the words of a
page, and look at what it wrote: docs/proof-*.png.
"""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

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


def main() -> None:
    """Write every picture, and say how large it is."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        for name, width, guideline, case in PICTURES:
            _write(name, drawn(browser, written(guideline, case), width))
        sides = [base64.b64encode(drawn(browser, written(*each), 640)).decode() for each in BESIDE]
        images = "".join(f'<img src="data:image/png;base64,{each}">' for each in sides)
        _write("two-kinds", drawn(browser, WRAPPER % images, 640 * 2 + 16))
        browser.close()


def _write(name: str, picture: bytes) -> None:
    path = TARGET / f"proof-{name}.png"
    path.write_bytes(picture)
    print(f"{path.name}: {len(picture):,} bytes")


if __name__ == "__main__":
    main()
