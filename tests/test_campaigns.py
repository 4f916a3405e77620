"""The campaigns are whole: what the suite tries a sample of, one of them tries whole, and each finds its tests."""

import ast
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
CAMPAIGNS = runpy.run_path(str(TESTS / "campaigns" / "__main__.py"), run_name="campaigns")["CAMPAIGNS"]


def paths(command: tuple[str, ...]) -> list[Path]:
    """The files and folders that a command runs."""
    return [Path(each) for each in command if each.startswith(str(TESTS))]


@pytest.fixture(scope="module")
def runs() -> dict[Path, list[str]]:
    """The files of tests that campaigns run, each with the words that its tests are chosen by."""
    found: dict[Path, list[str]] = {}
    for command in (campaign.command for campaign in CAMPAIGNS.values()):
        words = command[command.index("-k") + 1].split(" or ") if "-k" in command else [""]
        for path in paths(command):
            for file in path.glob("test_*.py") if path.is_dir() else [path]:
                found.setdefault(file, []).extend(words)
    return found


def sampled(path: Path) -> Iterator[str]:
    """The tests of a file whose size is another one in a whole campaign: by a fixture, or by Hypothesis."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    sizes = {"size", "decided", "quick"}
    for function in [*functions, *functions]:  # twice: a fixture may stand below one that asks for it
        asks = not sizes.isdisjoint(arg.arg for arg in function.args.args)
        given = any("given(" in ast.unparse(each) for each in function.decorator_list)
        if asks and any("fixture" in ast.unparse(each) for each in function.decorator_list):
            sizes.add(function.name)
        elif function.name.startswith("test_") and (asks or given):
            yield function.name


def test_what_the_suite_samples_is_tried_whole_by_a_campaign(runs: dict[Path, list[str]]) -> None:
    """No test with a size of its own, and no law of Hypothesis, is in the suite alone."""
    left = {
        (path.relative_to(TESTS).as_posix(), name)
        for path in TESTS.rglob("test_*.py") for name in sampled(path)
        if not any(word in f"{path.stem} {name}" for word in runs.get(path, []))
    }  # fmt: skip
    assert left == set()


def test_every_campaign_finds_what_it_runs(runs: dict[Path, list[str]]) -> None:
    """Each file of a campaign is there, and each word that tests are chosen by chooses some of its files' tests."""
    for campaign in CAMPAIGNS.values():
        assert paths(campaign.command)
        assert all(path.exists() for path in paths(campaign.command))
    files = [path for path in runs if path.name.startswith("test_")]
    names = " ".join(f"{path.stem} {name}" for path in files for name in sampled(path))
    assert [word for path in files for word in runs[path] if word not in names] == []
