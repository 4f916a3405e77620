"""What the tests share: the guideline, the judge of the criteria, and a cache folder of their own."""

import ast
import contextlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pytest
from hypothesis import settings

# Set before anything loads a guideline: the user's own cache is left alone. All processes of a run share one.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="coverlog-tests-")
os.environ.pop("COLUMNS", None)  # what a test asks for is piped: it is of no width, in whatever terminal the tests run

from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.decision.decide import Judged, judge
from coverlog.engine.decision.decision import WORLDS
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load

ROOT = Path(__file__).parent.parent
EACH = 15  # of the canonical cases each fifteenth: enough of every folder, in seconds
EVERY = 20  # of the canonical cases each twentieth, where any will do
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
            "--disable-component-update", "--disable-sync"]  # fmt: skip
LONG = ("testing", "tests")  # folders of the longest tests, which stand last by name
SHALLOW = 400  # calls within each other: enough for a test and what it uses, for nothing that grows with a proof
SHARE, LEAST = 4, 5  # of the examples that a law asks for the suite tries a quarter, and no fewer than five
WHOLE = 20  # times as many are tried in a whole campaign


class Size(Protocol):
    """How much is tried: one number in the suite, another in a whole campaign."""

    def __call__(self, sample: int, whole: int) -> int: ...


def _sibling(path: str) -> ModuleType:
    """Import a file below this folder; with importlib mode the tests are no package."""
    name = Path(path).name
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{path}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def pytest_unconfigure() -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(os.environ["XDG_CACHE_HOME"], ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--whole", action="store_true", help="whole campaigns, in place of the suite's samples of them")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The suite tries each law on a share of the examples that it asks for, a whole campaign on many times as many.

    None fails because the machine is slow. What takes longest starts first: at the end, where one process may wait
    for the other, tests are short.
    """
    items.sort(key=lambda item: item.path.parent.name not in LONG)
    functions = {item.function for item in items if isinstance(item, pytest.Function)}
    for test in (function for function in functions if getattr(function, "is_hypothesis_test", False)):
        own = test._hypothesis_internal_use_settings  # Hypothesis has no public way to change them
        asked = own.max_examples
        number = examples(asked, whole=config.getoption("--whole"))
        test._hypothesis_internal_use_settings = settings(own, max_examples=number, deadline=None)


def examples(asked: int, *, whole: bool) -> int:
    """Return how many examples are tried of those that a law asks for."""
    return WHOLE * asked if whole else max(min(LEAST, asked), asked // SHARE)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what the tests measured: figures recorded as the property `measured`."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in getattr(report, "user_properties", ()):
            if name == "measured":
                terminalreporter.write_line(f"measured: {value}")


@pytest.fixture(scope="session")
def size(pytestconfig: pytest.Config) -> Size:
    """Return a function that chooses between a sample for the suite and the whole campaign."""
    return lambda sample, whole: whole if pytestconfig.getoption("--whole") else sample


@pytest.fixture
def shallow() -> Iterator[int]:
    """Python's stack at less than half its depth, so that a chain longer than it is a short one."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(SHALLOW)
    yield SHALLOW
    sys.setrecursionlimit(before)


@pytest.fixture(scope="session")
def is_interrupted() -> Callable[..., bool]:
    """Return a function that lets work end by Ctrl-C at a step of the code of some modules; see `every_step`."""
    found: Callable[..., bool] = _sibling("every_step").is_interrupted
    return found


@pytest.fixture(scope="session")
def toy_text() -> Callable[[str], str]:
    """Return a function that reads a guideline of tests/guidelines by its name."""
    return lambda name: (Path(__file__).parent / "guidelines" / f"{name}.dl").read_text()


@pytest.fixture(scope="session")
def toy_folder(toy_text: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that writes a guideline of tests/guidelines into a folder of its own."""

    def written(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name)
        (folder / f"{name}.dl").write_text(toy_text(name))
        return folder

    return written


@pytest.fixture(scope="session")
def criteria() -> ModuleType:
    """The independent judge, and its generator of cases."""
    return _sibling("criteria")


@pytest.fixture(scope="session")
def apnea_criteria() -> ModuleType:
    """The independent judge of the second guideline, and its generator of cases."""
    return _sibling("apnea_criteria")


@pytest.fixture(scope="session")
def readability() -> ModuleType:
    """The grade of a text."""
    return _sibling("readability")


@pytest.fixture(scope="session")
def every_set() -> ModuleType:
    """The long way to every minimal set, for the search to be held against."""
    return _sibling("every_set")


@pytest.fixture(scope="session")
def semantics() -> ModuleType:
    """The random programs, and their judges."""
    return _sibling("evaluation/test_semantics")


@pytest.fixture(scope="session")
def quick(semantics: ModuleType, pytestconfig: pytest.Config) -> settings:
    """The settings of a law of random programs that stands within a test, as it is not collected: its share."""
    number = examples(semantics.quick.max_examples, whole=pytestconfig.getoption("--whole"))
    return settings(semantics.quick, max_examples=number)


@pytest.fixture(scope="session")
def every_way(criteria: ModuleType) -> ModuleType:
    """The long way to every way of a line, by the criteria, for the list of ways to be held against."""
    return _sibling("every_way")


@pytest.fixture(scope="session")
def tamper() -> ModuleType:
    """The campaign against the checker, of which the suite runs a sample."""
    return _sibling("campaigns/tamper")


@pytest.fixture(scope="session")
def guideline() -> Guideline:
    return load()


@pytest.fixture(scope="session")
def decided(guideline: Guideline, size: Size) -> list[Judged]:
    """Canonical cases decided in both worlds by turns, of every folder; one that contradicts itself is left out.

    A case that is decided keeps what would change it, which takes the most time: tests share it.
    """
    found = []
    for case in read_files(canonical_paths(guideline)[:: size(EACH, 1)], guideline):
        assert isinstance(case, Case), case
        for world in WORLDS:
            with contextlib.suppress(CaseError):
                found.append(judge(case, guideline, world=world))
    return found


@pytest.fixture(scope="session")
def few_cases(guideline: Guideline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped guideline with a sample of its canonical cases, and those that the commands' help names."""
    folder = tmp_path_factory.mktemp("few") / guideline.folder.name
    shutil.copytree(guideline.folder, folder, ignore=shutil.ignore_patterns("cases"))
    helped = "".join(path.read_text() for path in (ROOT / "explain" / "commands").glob("*.py"))
    paths = canonical_paths(guideline)
    for path in dict.fromkeys([*paths[::EVERY], *(path for path in paths if path.stem in helped)]):
        copy = folder / path.relative_to(guideline.folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium, started once for all pages that are looked at."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def tab(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that gives a tab as if it were new: a real one costs Chromium as much as twenty pages.

    For pages that keep nothing; of what they ask for and complain, who listens stops listening.
    """
    tabs = {scripts: browser.new_context(java_script_enabled=scripts).new_page() for scripts in (True, False)}

    def cleared(width: int = 1200, *, scripts: bool = True) -> Any:
        page = tabs[scripts]
        page.goto("about:blank")
        page.emulate_media(media="screen", color_scheme="light")
        page.set_viewport_size({"width": width, "height": 900})
        return page

    yield cleared
    for page in tabs.values():
        page.context.close()


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def trees() -> dict[Path, ast.Module]:
    """Every module of the house as syntax, read once; the face, which is for those outside, is none of them."""
    tops = ("kb", "engine", "explain")
    return {path: ast.parse(path.read_text()) for top in tops for path in sorted((ROOT / top).rglob("*.py"))}


def as_case(said: dict[str, Any], guideline: Guideline) -> Case:
    """Read a case given as a dict, as the reader reads a file."""
    (case,) = read_text(json.dumps(said).encode(), "case.json", guideline)
    assert isinstance(case, Case), case
    return case


@pytest.fixture(scope="session")
def make(guideline: Guideline) -> Any:
    """Return a function that makes a case from an outpatient EMG with NCS and what differs from it."""

    def make_case(**said: Any) -> Case:
        base: dict[str, Any] = {
            "id": "made",
            "date_of_service": "2025-11-03",
            "setting": "outpatient",
            "services": [{"cpt": "95886"}, {"cpt": "95909"}],
        }
        return as_case(base | said, guideline)

    return make_case


@pytest.fixture(scope="session")
def batch_tests() -> ModuleType:
    """What the tests of batches write tables with."""
    return _sibling("batch/test_batch")
