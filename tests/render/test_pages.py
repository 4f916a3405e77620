"""Each page, of each guideline, is laid out so that it can be read at every width and on paper."""

import datetime
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from coverlog.engine.analysis.diff import Pair, Side
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.decision.decide import judge
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.advice.letter import letter
from coverlog.explain.proof.build import prove
from coverlog.explain.reference.book import book
from coverlog.explain.reference.differences import as_html as difference_html
from coverlog.explain.reference.differences import differences
from coverlog.explain.render.letter_page import as_html as letter_html
from coverlog.explain.render.proof_page import fragment, page
from coverlog.explain.testing.traceability import as_html, matrix
from playwright.sync_api import Page

pytestmark = pytest.mark.skipif(
    not shutil.which("chromium") and os.environ.get("CI") != "true",
    reason="Chromium is not installed: apt-get install chromium",
)
GUIDELINES = ("cg_med_24", "ncd_240_4")
PAGES = ("favourable", "refused", "waiting", "book", "trace", "notebook", "difference", "letter")
CASES = {
    "cg_med_24": ("cts-six-weeks-of-splinting", "cts-three-weeks-of-splinting", "cts-splint-weeks-undocumented"),
    "ncd_240_4": ("mild-short-recording-ten-events", "accessory-follows-the-refusal", "age-not-documented"),
}
PAPER = 680  # pixels between the margins of A4
# What JupyterLab's own style says of what it shows.
NOTEBOOK = """<!doctype html><meta charset="utf-8"><style>
.output dt, .output dd { display: block; float: left; padding: 0.2em 0.5em; } .output dt { width: 20%%; }
.output dd { width: 80%%; } .output ul:not(.list-inline) { padding-left: 2em; } .output ul { list-style: disc; }
</style><div class="output">%s</div>"""
# The words of cells and terms that stand on two lines although their row has room for them.
BROKEN = r"""() => {
  const found = [], range = document.createRange();
  for (const cell of document.querySelectorAll('td, th, dt, .tag, summary')) {
    const room = (cell.closest('table, dl, .tree') || cell.parentNode).clientWidth - 16;
    const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/\w+/g)) {
      const text = texts.currentNode;
      if (!text.parentElement.checkVisibility()) continue;
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const parts = [...range.getClientRects()].filter(part => part.width > 1);
      const width = parts.reduce((sum, part) => sum + part.width, 0);
      if (new Set(parts.map(part => Math.round(part.top))).size > 1 && width < room) found.push(word[0]);
    }
  }
  return found;
}"""
# The pictures on view that are not whole in their box.
CLIPPED = """() => [...document.querySelectorAll('svg')].filter(svg => svg.checkVisibility()).filter(svg => {
  const [own, box] = [svg.getBoundingClientRect(), svg.parentNode.getBoundingClientRect()];
  return !own.width || own.left < box.left || own.right > box.right || own.top < box.top || own.bottom > box.bottom;
}).length"""
# Pairs of terms and their meanings, one upon the other.
OVERLAPPING = """() => {
  const told = [...document.querySelectorAll('dt, dd, .tag')].filter(e => e.checkVisibility());
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  return told.filter(e => e.nextElementSibling?.matches('dd') && over(
    e.getBoundingClientRect(), e.nextElementSibling.getBoundingClientRect())).map(e => e.textContent);
}"""


def sample(guideline: Guideline) -> list[Case]:
    """Return a case of each outcome, in the order of `PAGES`."""
    paths = [path for name in CASES[guideline.folder.name] for path in guideline.folder.glob(f"cases/*/{name}.yaml")]
    return [case for case in read_files(paths, guideline) if isinstance(case, Case)]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function that writes a page of a guideline, once."""
    folder = tmp_path_factory.mktemp("pages")

    def write(name: str, key: str) -> Path:
        path = folder / f"{name}-{key}.html"
        if not path.exists():
            path.write_text(text(load(name), key), encoding="utf-8")
        return path

    return write


def text(guideline: Guideline, key: str) -> str:
    """Write a page: of a case of an outcome, or of one of each."""
    cases = sample(guideline)
    if key == "difference":
        return difference(guideline)
    if key in ("book", "trace"):
        return book(guideline, cases) if key == "book" else as_html(matrix(cases, guideline), guideline)
    case = dict(zip(PAGES, cases, strict=False)).get(key, cases[1])
    if key == "letter":
        return letter_html(letter(judge(case, guideline)))
    proof = prove(judge(case, guideline))
    return NOTEBOOK % fragment(proof) if key == "notebook" else page(proof)


def difference(guideline: Guideline) -> str:
    """Write the page of how the latest edition differs from the one before it, with a line of a case."""
    day = guideline.program.boundaries()[-1]
    before = (datetime.date.fromisoformat(day) - datetime.timedelta(1)).isoformat()
    pair = Pair(Side(guideline, before), Side(guideline, day))
    answers = {"before": {"outcome": "x", "by": []}, "after": {"outcome": "y", "by": ["I", "II"]}}
    flip = {"case": "a-case-of-a-long-name-that-has-to-be-broken-somewhere", "cpt": "95886", "session": 1, **answers}
    return difference_html(pair, differences(pair), [flip])


def faults(page: Page, width: int) -> dict[str, Any]:
    """Return what is wrong with a page as it is laid out now."""
    over = page.evaluate("document.documentElement.scrollWidth") - width
    told = {"over": max(over, 0), "broken": page.evaluate(BROKEN), "clipped": page.evaluate(CLIPPED)}
    return {name: wrong for name, wrong in (told | {"overlapping": page.evaluate(OVERLAPPING)}).items() if wrong}


@pytest.mark.parametrize("key", PAGES)
@pytest.mark.parametrize("name", GUIDELINES)
def test_a_page_can_be_read_at_every_width_and_on_paper(
    name: str, key: str, written: Any, tab: Callable[..., Page]
) -> None:
    """Nothing scrolls sideways, no word is broken for want of a wider column, no picture is cut, no terms overlap."""
    shown = tab()
    shown.goto(written(name, key).as_uri())
    found = {}
    on: tuple[tuple[Literal["screen", "print"], int], ...]
    on = ("screen", 320), ("screen", 768), ("screen", 1280), ("print", PAPER)
    for media, width in on:
        shown.emulate_media(media=media)
        shown.set_viewport_size({"width": width, "height": 900})
        found[media, width] = faults(shown, width)
    assert not {where: wrong for where, wrong in found.items() if wrong}


@pytest.mark.parametrize("name", GUIDELINES)
def test_the_doctors_table_is_read_without_scrolling(name: str, written: Any, tab: Callable[..., Page]) -> None:
    """On a telephone each cell stands below the one before it, with the name of its column."""
    shown = tab(320)
    shown.goto(written(name, "letter").as_uri())
    over = shown.evaluate("[...document.querySelectorAll('.wide')].map(e => e.scrollWidth - e.clientWidth)")
    named = shown.evaluate("[...document.querySelectorAll('td')].every(e => e.dataset.head)")
    assert over == [0]
    assert named


@pytest.mark.parametrize("name", GUIDELINES)
def test_a_page_that_is_read_has_all_its_folds_within_reach(name: str, written: Any, tab: Callable[..., Page]) -> None:
    """The matrix unfolds within the window: each list of cases is there, folded, and open it scrolls nowhere."""
    shown = tab(320)
    shown.goto(written(name, "trace").as_uri())
    folds = shown.locator("td details").count()
    shown.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    wrong = faults(shown, 320)
    assert folds > 10
    assert not wrong
