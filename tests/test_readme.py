"""What the README shows of a session is what one gets."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from coverlog.explain.commands.main import main

_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.M | re.S)


def sessions(text: str) -> list[tuple[str, list[str]]]:
    """Return the commands shown in the blocks of a text, each with the lines shown below it."""
    shown: list[tuple[str, list[str]]] = []
    for block in _BLOCK.findall(text):
        for line in block.splitlines():
            if line.startswith("$ coverlog "):
                shown.append((line.removeprefix("$ coverlog "), []))
            elif shown and "$ coverlog " in block:
                shown[-1][1].append(line)
    return shown


def as_pattern(lines: list[str]) -> re.Pattern[str]:
    """Return what an answer has to be like: the lines as they stand, and anything where three dots do."""
    return re.compile("".join("(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in lines))


def test_the_sessions_of_the_readme_are_as_shown(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of the README answers as it stands there, for the case that stands there."""
    import shlex

    text = (root / "README.md").read_text()
    monkeypatch.chdir(tmp_path)
    (case,) = re.findall(r"^```yaml\n(id: wrist\n.*?)^```$", text, re.M | re.S)
    Path("wrist.yaml").write_text(case)
    shown = sessions(text)
    assert len(shown) > 3
    for command, lines in shown:
        told = CliRunner().invoke(main, shlex.split(command), env={"COLUMNS": "100"}).stdout
        assert as_pattern(lines).match(told), f"{command}:\n{told}"
