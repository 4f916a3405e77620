"""A guideline begins with a folder that works."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from coverlog.explain.commands.main import main


def run(*arguments: str) -> tuple[int, str]:
    told = CliRunner().invoke(main, arguments)
    return told.exit_code, told.output


def test_a_new_guideline_passes_its_checks_and_explains_its_cases(tmp_path: Path) -> None:
    """What init writes is laid out, sound, decides its cases as they expect, and is explained."""
    folder = str(tmp_path / "plans" / "aids")
    assert run("init", folder)[0] == 0
    assert run("fmt", "--check", folder)[0] == 0
    assert run("check", folder)[0] == 0
    status, told = run("-g", folder, "test")
    assert (status, told.splitlines()[-1]) == (0, "4 cases, 5 results, 0 not as expected")
    outcomes = {path.parent.name for path in Path(folder).glob("cases/*/*.yaml")}
    assert len(outcomes) == 4
    for path in Path(folder).glob("cases/*/*.yaml"):
        status, told = run("-g", folder, "explain", path.stem)
        assert (status, path.parent.name.replace("_", " ").upper() in told) == (0, True)
    assert [path.name for path in (tmp_path / "plans").iterdir()] == ["aids"]


@pytest.mark.parametrize("there", ["guideline.dl", "notes.txt"])
def test_nothing_that_is_there_is_written_over(tmp_path: Path, there: str) -> None:
    """A folder that holds anything is left as it is."""
    (tmp_path / there).write_text("mine")
    status, told = run("init", str(tmp_path))
    assert status == 2
    assert "is not empty" in told
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(there, "mine")]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    """An empty folder becomes the guideline."""
    assert run("init", str(tmp_path / "."))[0] == 0
    assert (tmp_path / "guideline.dl").is_file()
