"""The page of a proof in a real browser: whole, self-contained, foldable, printable, readable by everyone."""

import base64
import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.decision.decide import judge
from coverlog.engine.language.visible import in_quotes
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.interface import AWAITED, CUSTOMARY
from coverlog.explain.advice.letter import letter
from coverlog.explain.commands.main import main
from coverlog.explain.proof.build import prove, why_not
from coverlog.explain.proof.graph import Proof
from coverlog.explain.proof.outline import steps
from coverlog.explain.reference.book import book
from coverlog.explain.render import drawing as export
from coverlog.explain.render import page as shell
from coverlog.explain.render import proof_page as html
from coverlog.explain.render.dot import NO_GRAPHVIZ
from coverlog.explain.render.letter_page import as_html
from coverlog.explain.testing.traceability import as_html as trace_html
from jinja2 import UndefinedError
from markupsafe import escape
from playwright.sync_api import Page

OUTCOMES = tuple(each.name for each in (*CUSTOMARY, AWAITED))
IN_CI = os.environ.get("CI") == "true"
needs_graphviz = pytest.mark.skipif(
    not shutil.which("dot") and not IN_CI, reason="Graphviz is not installed: apt-get install graphviz"
)
needs_chromium = pytest.mark.skipif(
    not shutil.which("chromium") and not IN_CI, reason="Chromium is not installed: apt-get install chromium"
)
VOID = {"meta", "br"}
MARKUP = "<script>document.title = 'run'</script> <b onclick=x>\"bold\"</b> & ' </style></details>"


def say(text: object) -> str:
    """Return text as a page has it: escaped, and nothing hidden."""
    return str(escape(export.plain(text)))


def canonical(guideline: Guideline, outcome: str) -> Case:
    (case,) = read_files([min(guideline.folder.glob(f"cases/{outcome}/*.yaml"))], guideline)
    assert isinstance(case, Case)
    return case


@pytest.fixture(scope="module")
def proofs(guideline: Guideline, make: Any) -> dict[str, Proof]:
    """The proof of a case of each outcome in each world, a contrast, and one with markup in its words."""
    found = {
        f"{outcome}-{world}": prove(judge(canonical(guideline, outcome), guideline, world=world))
        for outcome in OUTCOMES
        for world in ("open", "closed")
    }
    necessary = judge(canonical(guideline, "medically_necessary"), guideline)
    found["why-not"] = why_not(necessary, "not_medically_necessary")
    findings = {"sensory_loss": {"status": "present", "source": MARKUP}, "symptoms_persistent": "absent"}
    hostile = make(id=f"markup {MARKUP}", title=MARKUP, conditions=["carpal_tunnel_syndrome"], findings=findings)
    signs = {"sensory_loss": "present", "wrist_splint_weeks": 6, "refractory_to_activity_modification": "present"}
    found["cts"] = prove(judge(make(conditions=["carpal_tunnel_syndrome"], findings=signs), guideline))
    short = signs | dict.fromkeys(("significant_atrophy_on_exam", "significant_weakness_on_exam"), "absent")
    short |= {"significant_sensory_loss_on_exam": "absent", "wrist_splint_weeks": 3}
    found["short"] = prove(judge(make(conditions=["carpal_tunnel_syndrome"], findings=short), guideline))
    found["markup"] = prove(judge(hostile, guideline))
    return found


KEYS = [f"{outcome}-{world}" for outcome in OUTCOMES for world in ("open", "closed")] + [
    "why-not",
    "cts",
    "short",
    "markup",
]
each_page = pytest.mark.parametrize("key", KEYS)


@pytest.fixture(scope="module")
def pages(proofs: dict[str, Proof], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for key, proof in proofs.items():
        (folder / f"{key}.html").write_text(html.page(proof), encoding="utf-8")
    return {key: folder / f"{key}.html" for key in proofs}


@pytest.fixture
def opened(tab: Callable[..., Page], pages: dict[str, Path]) -> Iterator[Any]:
    """Return a function that opens a page and fails at the end if it asked for anything or complained."""
    asked: list[str] = []
    complaints: list[str] = []
    heard: dict[Any, Callable[[Any], None]] = {
        "request": lambda request: asked.append(request.url.split("#")[0]),
        "console": lambda message: complaints.append(message.text),
        "pageerror": lambda error: complaints.append(str(error)),
    }
    listened: list[Page] = []

    def open_page(key: str, width: int = 1200, *, scripts: bool = True) -> Page:
        page = tab(width, scripts=scripts)
        if page not in listened:
            listened.append(page)
            for event, hear in heard.items():
                page.on(event, hear)
        page.goto(pages[key].as_uri())
        return page

    yield open_page
    for page in listened:
        for event, hear in heard.items():
            page.remove_listener(event, hear)
    assert set(asked) - {"about:blank"} <= {path.as_uri() for path in pages.values()}
    assert not complaints


class Reader(HTMLParser):
    """Reads a page strictly: every element closed in turn, every id once, headings without a gap."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        self.elements.append((tag, facts))
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if name == "href" and value]
        self.headings += [int(tag[1])] if re.fullmatch(r"h\d", tag) else []
        self.open += [] if tag in VOID else [tag]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == []
    return reader


@each_page
def test_a_page_is_well_formed(key: str, pages: dict[str, Path]) -> None:
    """Elements nest, ids are unique, links lead somewhere, headings leave no level out, images have a title."""
    text = pages[key].read_text(encoding="utf-8")
    reader = read(text)
    names = [tag for tag, _ in reader.elements]
    assert len(reader.ids) == len(set(reader.ids))
    assert {link.removeprefix("#") for link in reader.links} <= set(reader.ids)
    assert reader.headings[0] == 1
    assert reader.headings.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(reader.headings, reader.headings[1:], strict=False))
    assert ("html", {"lang": "en"}) in reader.elements
    assert (names.count("header"), names.count("main")) == (1, 1)
    assert names.count("title") == 1 + names.count("svg")
    assert all(facts.get("role") == "img" for tag, facts in reader.elements if tag == "svg")
    assert not {"script", "link", "img", "iframe", "object"} & set(names)
    assert "default-src 'none'" in text


@each_page
def test_a_page_tells_the_whole_proof(key: str, pages: dict[str, Path], proofs: dict[str, Proof]) -> None:
    """Every node is there once in full, with its words, citation, readings and source; the rest are links."""
    text, proof = pages[key].read_text(encoding="utf-8"), proofs[key]
    tree = text[text.index('<ul class="tree">') : text.index('<section class="picture">')]
    for node, step in steps(proof).items():
        facts = proof.graph.nodes[node]
        assert tree.count(f'id="step-{step}"') == 1
        assert f">{step} {export.LOOKS[facts['kind']].tag}<" in tree
        told = [facts["text"], facts.get("source"), facts.get("where"), *facts.get("cites", ())]
        assert all(say(words) in tree for words in told if words)
        assert all(say(name) in tree for name in (*facts.get("readings", ()), *facts.get("folded", ())))
    assert tree.count("<details") == sum(1 for node in proof.graph if proof.graph.out_degree(node))


@each_page
def test_a_page_begins_with_the_outcomes(key: str, pages: dict[str, Path], proofs: dict[str, Proof]) -> None:
    """Case, guideline, date, world and each line's outcome stand above the proof, advisories and notices below."""
    judged = proofs[key].judged
    decision, program = judged.decision, judged.guideline.program
    above, _, below = pages[key].read_text(encoding="utf-8").partition("<h2>Proof</h2>")
    for words in (judged.case.title, decision.case, program.name, decision.as_of, decision.world):
        assert say(words) in above
    headings = re.findall(r"</span> ([\d, ]+): ([a-z ]+)", above)
    for line in decision.lines:
        assert any(line.code in codes and told.startswith(line.outcome.replace("_", " ")) for codes, told in headings)
        assert all(say(name) in above for name in (*line.by, *line.rests_on))
        assert line.reason is None or say(program.label(line.reason)) in above
        needed = {need["finding"] for needs in line.missing for need in needs}
        left = [name for name in needed if say(program.label(name)) not in above]
        assert not left or re.search(r"There are \d+ more ways; coverlog checklist has all", above)
    assert all(say(a.text) in below and say(a.source) in below for a in decision.advisories)
    assert all(say(notice) in below for notice in decision.notices)


@needs_chromium
def test_no_page_is_wider_than_the_window(opened: Any, size: Callable[[int, int], int]) -> None:
    """Nothing scrolls sideways but the picture in its box, with every fold open too."""
    narrowest = "Math.min(...[...document.querySelectorAll('.tree .said')].map(s => s.parentNode.offsetWidth))"
    for key, unfolded in product(KEYS[:: size(6, 1)], (False, True)):
        page = opened(key)
        if unfolded:
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        for width in (320, 768, 1200):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert not unfolded or page.evaluate(narrowest) >= 140


@needs_chromium
@needs_graphviz
def test_a_picture_is_whole_and_when_chosen_of_full_size(opened: Any) -> None:
    """A picture fits the page, below the tree; what has the focus is as large as it was drawn, and scrolls."""
    page = opened("cts", 700)
    box = page.locator(".drawn").first
    inside = "e => [e.scrollWidth - e.clientWidth, e.firstElementChild.getBoundingClientRect().width]"
    over, width = box.evaluate(inside)
    box.focus()
    over_chosen, width_chosen = box.evaluate(inside)
    assert over <= 0 < over_chosen
    assert width < 700 < width_chosen == float(box.locator("svg").get_attribute("width") or 0)


def shown(page: Page, words: str) -> bool:
    """Return whether some words of the tree are on view."""
    return any(item.is_visible() for item in page.locator(".tree .said", has_text=words).all())


@needs_chromium
def test_what_a_line_turns_on_is_open(opened: Any) -> None:
    """The way to the findings is open, how a code comes into the case is closed."""
    page = opened("cts")
    for words in ("medically necessary by I.4.a", "6 weeks of wrist splint use did not relieve", "6 >= 4",
                  "sensory loss is documented"):  # fmt: skip
        assert shown(page, words), words
    for words in ("criteria speak of needle EMG", "is one of those modelled"):
        assert page.locator(".tree .said", has_text=words).count()
        assert not shown(page, words), words


@needs_chromium
def test_what_refuses_a_line_is_open(opened: Any) -> None:
    """No fold hides how a criterion fails: the amount that falls short is on view, with what was compared."""
    page = opened("short")
    for words in (
        "3 >= 4 does not hold",
        "wrist splint use lasted 3 weeks",
        "the examination shows significant",
    ):
        assert shown(page, words), words
    assert not shown(page, "criteria speak of needle EMG")


@needs_chromium
def test_a_repeated_step_has_no_number_of_its_own(opened: Any) -> None:
    """A step that stands above already is linked by its number, once; no other step is numbered twice."""
    page = opened("short")
    tags = page.locator(".tree .tag").all_text_contents()
    numbers = [tag.split()[0] for tag in tags if tag[0].isdigit()]
    assert len(numbers) == len(set(numbers)) == page.locator(".tree [id^=step-]").count()
    assert len(tags) - len(numbers) == page.locator(".tree a", has_text="step").count() > 0


def tabbed(page: Page) -> list[str]:
    """Return what each press of Tab reaches, around the page once, each with an outline to see."""
    reached: list[str] = []
    page.evaluate("document.querySelectorAll('summary, a, [tabindex]').forEach((e, i) => e.dataset.stop = i)")
    while True:
        page.keyboard.press("Tab")
        stop, outline = page.evaluate(
            "(e => [e.dataset.stop ?? '', parseFloat(getComputedStyle(e).outlineWidth)])(document.activeElement)"
        )
        if not stop or stop in reached:
            return reached
        assert outline >= 2
        reached.append(stop)


@needs_chromium
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_keyboard_folds_and_unfolds(scripts: bool, opened: Any) -> None:
    """Return and space open and close a step, with and without JavaScript."""
    page = opened("cts", scripts=scripts)
    fold = page.locator(".tree details:not([open])").filter(visible=True).first
    name = fold.locator("xpath=..").get_attribute("id")
    fold = page.locator(f"#{name} > details")
    inner = fold.locator("xpath=./ul/li").first
    fold.locator("xpath=./summary").focus()
    for key, visible in (("Enter", True), ("Space", False), ("Space", True), ("Enter", False)):
        page.keyboard.press(key)
        assert inner.is_visible() == visible


@needs_chromium
def test_the_keyboard_reaches_everything(opened: Any) -> None:
    """Tab goes to every fold, link and scrolling box on view, in order, and each shows its focus."""
    page = opened("cts")
    reached = tabbed(page)
    visible = [e.get_attribute("data-stop") for e in page.locator("[data-stop]").all() if e.is_visible()]
    assert reached == visible
    assert len(reached) > 10


@needs_chromium
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_as_above_leads_there(scripts: bool, opened: Any) -> None:
    """A link to a step shown above opens what it is folded into and brings it on view."""
    page = opened("cts", scripts=scripts)
    for link in page.locator(".tree a").filter(visible=True).all():
        target = page.locator(link.get_attribute("href") or "")
        link.click()
        assert target.is_visible()
        assert target.bounding_box()["y"] < 900


@needs_chromium
def test_everything_prints(opened: Any, size: Callable[[int, int], int]) -> None:
    """On paper every step is there, whatever is folded on the screen, and the picture fits."""
    hidden = (
        "[...document.querySelectorAll('.tree li, .legend dd, .whole svg')].filter(e => !e.checkVisibility()).length"
    )
    for key in KEYS[size(1, 0) :: size(6, 1)]:
        page = opened(key)
        assert page.evaluate(hidden) > 0
        page.emulate_media(media="print")
        assert page.evaluate(hidden) == 0
        page.set_viewport_size({"width": 680, "height": 960})  # A4 less its margins
        assert page.evaluate("document.documentElement.scrollWidth") <= 680
        data = page.pdf(format="A4")
        assert data.startswith(b"%PDF-")
        assert len(re.findall(rb"/Type\s*/Page\b", data)) >= 2


# Each text colour with the background it stands on: for HTML the first one around it that is painted,
# for the words of a picture the fill of their node.
COLOURS = """() => {
  const found = new Map(), clear = 'rgba(0, 0, 0, 0)';
  const ground = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor; if (c !== clear) return c; } };
  for (const e of document.querySelectorAll('body, body *')) {
    const style = getComputedStyle(e), svg = e.closest('svg');
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || e.matches('style, title')) continue;
    const node = svg && e.closest('.node');
    const behind = node ? getComputedStyle(node.querySelector('polygon, path, ellipse')).fill : ground(svg || e);
    found.set([svg ? style.fill : style.color, behind].join('|'), e.textContent.trim().slice(0, 40));
  }
  return [...found];
}"""


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour as WCAG 2 defines it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@needs_chromium
def test_text_stands_out(opened: Any) -> None:
    """Every text has a contrast of at least 4.5 to 1 with what is behind it; paper is always light."""
    seen: dict[tuple[str, str], dict[str, str]] = {}
    for key in ("medically_necessary-open", "short", "more_information_needed-open", "not_addressed-open", "why-not"):
        page = opened(key)
        for scheme, media in product(("light", "dark"), ("screen", "print")):
            page.emulate_media(media=media, color_scheme=scheme)
            seen.setdefault((scheme, media), {}).update(page.evaluate(COLOURS))
            background = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (luminance(background) > 0.5) == (scheme == "light" or media == "print")
    for colours, pairs in seen.items():
        assert len(pairs) > 10
        assert {pair: words for pair, words in pairs.items() if contrast(*pair.split("|")) < 4.5} == {}, colours


@needs_chromium
def test_every_tag_stands_out(opened: Any) -> None:
    """Each kind has its own colours on the page, those of the pictures in the light, with contrast enough."""
    names = [*(kind for kind in export.LOOKS if kind != "contrast"), *OUTCOMES]
    looks = {kind: (look.fill, look.line) for kind, look in export.LOOKS.items()}
    looks |= {each.name: export.OUTCOME_COLOURS[each.role] for each in (*CUSTOMARY, AWAITED)}
    for scheme in ("light", "dark"):
        page = opened("cts")
        page.emulate_media(color_scheme=scheme)
        tags = "".join(f'<span class="tag {name}">x</span>' for name in names)
        page.evaluate("tags => document.querySelector('main').innerHTML = tags", tags)
        style = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
        found = {name: page.locator(f".tag.{name}").evaluate(style) for name in names}
        assert len({tuple(pair) for pair in found.values()}) == len(names)
        assert all(contrast(*pair) >= 4.5 for pair in found.values())
        if scheme == "light":
            painted = {name: tuple(_hex(colour) for colour in reversed(pair)) for name, pair in found.items()}
            assert painted == {name: looks[name] for name in names}


def _hex(colour: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3])


@needs_chromium
def test_markup_in_a_case_stays_text(opened: Any) -> None:
    """A script in a case's title or source is shown, and does not run."""
    page = opened("markup")
    assert page.title() == f"{MARKUP}: proof"
    assert page.locator("h1").inner_text() == MARKUP
    assert page.locator(".tree .cite", has_text=in_quotes(MARKUP)).count() == 1


def test_without_graphviz_the_page_says_what_to_install(
    proofs: dict[str, Proof], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The page is whole without the picture, and one sentence names the package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    text = html.page(proofs["cts"])
    assert "<svg" not in text
    assert say(f"The picture is missing: {NO_GRAPHVIZ}.") in text
    read(text)


def test_without_jinja_the_page_says_what_to_install(
    proofs: dict[str, Proof], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A page is status 2 with the package to install, and no file; a notebook gets the text, with that word."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    shell.environment.cache_clear()
    command = ["explain", "cts-six-weeks-of-splinting", "--format", "html", "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(main, command)
    shown = proofs["cts"]._repr_mimebundle_()
    shell.environment.cache_clear()
    assert result.exit_code == 2
    assert "pip install 'coverlog[pages]'" in result.stderr
    assert not (tmp_path / "out").exists()
    assert shown.keys() == {"text/plain"}
    assert str(shell.NO_JINJA) in shown["text/plain"]


def test_every_page_allows_nothing_but_its_own_style(proofs: dict[str, Proof], guideline: Guideline) -> None:
    """Proof, letter, matrix and book have one policy: no source of anything, and the one style that they begin with."""
    judged = proofs["cts"].judged
    written = [html.page(proofs["cts"]), as_html(letter(judged)), trace_html([], guideline), book(guideline, [])]
    for text in written:
        style = text[text.index("<style>") + len("<style>") : text.index("</style>")]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        (policy,) = [facts["content"] for tag, facts in read(text).elements if "http-equiv" in facts]
        assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        assert not [facts for _, facts in read(text).elements if "style" in facts]


def test_a_template_that_misses_something_says_so() -> None:
    """What a template asks for and nobody gave is an error, not an empty place."""
    with pytest.raises(UndefinedError, match="heads"):
        shell.written("decision", title="t", rows=[])


def test_a_proof_in_a_notebook(proofs: dict[str, Proof]) -> None:
    """A notebook gets the proof as text and as a fragment whose style keeps to itself."""
    bundle = proofs["cts"]._repr_mimebundle_()
    assert bundle["text/plain"].startswith("95886, 95909 (EMG with NCS): MEDICALLY NECESSARY by I.4.a")
    assert bundle["text/html"].startswith('<div class="proof">')
    assert "body" not in [tag for tag, _ in read(bundle["text/html"]).elements]
    style = re.sub(r"/\*.*?\*/|@page \w+|\([^()]*\)", "", bundle["text/html"].split("style>")[1], flags=re.DOTALL)
    selectors = [each.strip() for group in re.findall(r"([^{};@]+)\{", style) for each in group.split(",")]
    assert {each.split()[0] for each in selectors if each} <= {".proof", "body.proof", "media"}
