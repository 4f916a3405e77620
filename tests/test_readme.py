"""What the README and the tutorial show of a session is what one gets."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from coverlog.explain.commands.main import main

_BLOCK = re.compile(r"(?:^(?P<how>Append to|Write) `(?P<file>[^`]+)`:\n\n)?^```\w*\n(?P<text>.*?)^```$", re.M | re.S)


def steps(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield what a page asks for: a file to write or append to, or a command with the lines shown below it."""
    for block in _BLOCK.finditer(text):
        if block["how"]:
            yield block["how"], block["file"], block["text"]
        for shown in re.split(r"^\$ ", block["text"], flags=re.M)[1:]:
            command, _, lines = shown.partition("\n")
            if command.startswith("coverlog "):
                yield "Run", command.removeprefix("coverlog "), lines


def as_pattern(lines: str) -> re.Pattern[str]:
    """Return what an answer has to be like: the lines as they stand, and anything where three dots do."""
    dots = ("(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in lines.splitlines())
    return re.compile("".join(dots) + ("" if lines.endswith("...\n") else r"\s*\Z"))


def walked(text: str) -> int:
    """Do what a page asks for in the folder of today; return how many commands it showed."""
    shown = 0
    for what, name, lines in steps(text):
        if what == "Run":
            told = CliRunner().invoke(main, shlex.split(name), env={"COLUMNS": "100"}).stdout
            assert as_pattern(lines).match(told), f"{name}:\n{told}"
            shown += 1
        else:
            with Path(name).open("a" if what == "Append to" else "w") as file:
                file.write(lines)
    return shown


def test_the_sessions_of_the_readme_are_as_shown(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the README answers as it stands there, for the case that stands there."""
    text = (root / "README.md").read_text()
    (case,) = re.findall(r"^```yaml\n(id: wrist\n.*?)^```$", text, re.M | re.S)
    monkeypatch.chdir(tmp_path)
    Path("wrist.yaml").write_text(case)
    assert walked(text) > 3


def test_the_queries_of_the_readme_have_answers(root: Path) -> None:
    """What the README shows as something to ask is answered by more than that there is nothing."""
    asked = re.findall(r"`coverlog query '([^']+)'`", (root / "README.md").read_text())
    assert asked
    for query in asked:
        told = CliRunner().invoke(main, ["query", query, "--format", "csv"])
        assert len(told.stdout.splitlines()) > 1, query


def test_the_tutorial_works_line_by_line(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From an empty folder every step of the tutorial comes out as it says, and the guideline passes."""
    monkeypatch.chdir(tmp_path)
    assert walked((root / "docs" / "tutorial.md").read_text()) > 10
