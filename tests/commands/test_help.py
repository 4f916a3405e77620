"""Help fits the terminal, whatever its width, and says the same on each."""

import re
import shlex

import pytest
from click.testing import CliRunner
from coverlog.explain.commands.main import COMMANDS, main

NAMES = ["", *sorted(COMMANDS)]


def shown(name: str, columns: int) -> list[str]:
    args = [*filter(None, [name]), "--help"]
    ran = CliRunner(env={"COLUMNS": str(columns)}).invoke(main, args, catch_exceptions=False)
    assert ran.exit_code == 0
    return ran.stdout.splitlines()


def joined(lines: list[str]) -> str:
    """The words of help, its commands as a shell reads them and its choices as they are without a break."""
    return re.sub(r"\|\s+", "|", " ".join(" ".join(line.removesuffix(" \\") for line in lines).split()))


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_help_is_wider_than_the_terminal(name: str, columns: int) -> None:
    """A line is at most as wide as the terminal, unless it is one word that is wider."""
    for line in shown(name, columns):
        assert len(line) <= columns or len(shlex.split(line.removesuffix("\\"))) == 1, line


@pytest.mark.parametrize("name", NAMES)
def test_help_says_the_same_in_every_width(name: str) -> None:
    """No word is left out, cut or hyphenated where the terminal is narrow."""
    whole = joined(shown(name, 400))
    assert "(YYYY-MM-DD)" in whole or "YYYY" not in whole
    for columns in (24, 40, 60, 80, 120):
        assert joined(shown(name, columns)) == whole
