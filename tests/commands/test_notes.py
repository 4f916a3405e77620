"""What is said beside an answer keeps to the terminal, and is a line where it is piped."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.library.guideline import load
from coverlog.explain.commands.main import main

CTS = "cts-six-weeks-of-splinting"
FIRST = "%@ predicate first: first\n%@ rule A/first: first\nfirst :- service(1, _).\n"
"""What names a session, so that there is no circuit."""


@pytest.fixture
def apart(toy_folder: Callable[[str], Path]) -> str:
    folder = toy_folder("lamp")
    (folder / "lamp.dl").write_text((folder / "lamp.dl").read_text() + FIRST)
    return str(folder)


def notes(args: tuple[str, ...], columns: str) -> str:
    return CliRunner(env={"COLUMNS": columns}).invoke(main, args, catch_exceptions=False).stderr


@pytest.mark.parametrize("columns", [30, 40, 60, 100])
def test_a_note_is_wrapped_on_a_terminal_and_whole_in_a_pipe(columns: int, apart: str) -> None:
    """No line of a note is wider than the terminal, no word of it is cut or lost, and a pipe gets a note a line."""
    for args in (
        ("check", apart), ("find", "splinnting"), ("find", "benefit"), ("find", "no-such-word"),
        ("query", "finding(sensory_los)", "--case", "cts-six-weeks-of-splinting"), ("rules", "--statement", "I.4.a"),
    ):  # fmt: skip
        piped, shown = notes(args, ""), notes(args, str(columns))
        assert piped
        assert all(len(line) <= columns or len(line.split()) == 1 for line in shown.splitlines()), shown
        assert shown.split() == piped.split()
        assert not any(line.startswith(" ") for line in piped.splitlines())
    assert notes(("check", apart), "").count("\n") == 2


SHOWN = [
    ("decide", CTS), ("decide", CTS, "--format", "table"), ("explain", CTS), ("explain", CTS, "--full"),
    ("explain", CTS, "--why-not", "not_medically_necessary"), ("checklist", "cts-three-weeks-of-splinting"),
    ("whatif", CTS, "--set", "wrist_splint_weeks=2"), ("compare", CTS, "cts-three-weeks-of-splinting"),
    ("sufficient", "cts-three-weeks-of-splinting"), ("diff", "2017-11-01", "2017-11-02"), ("find", "splinting"),
    ("trace",), ("rules", "--statement", "I"), ("batch", "--schema"), ("query", "finding(F)", "--case", CTS),
]  # fmt: skip


@pytest.mark.parametrize("args", SHOWN, ids=" ".join)
def test_an_answer_keeps_to_the_terminal(args: tuple[str, ...]) -> None:
    """No line of a text is wider than the terminal, however narrow, unless it is one word that is."""
    for columns in (30, 45, 60, 100):
        told = CliRunner(env={"COLUMNS": str(columns)}).invoke(main, args, catch_exceptions=False).stdout
        assert told
        for line in told.splitlines():
            words = [word for word in line.split() if word.strip("│├└─")]
            assert len(line) <= columns or len(words) == 1, line


def test_what_follows_a_table_is_wrapped_too(tmp_path: Path) -> None:
    """What coverage leaves, below the table of cases, keeps to the terminal, and is a line each in a pipe."""
    (path,) = (each for each in canonical_paths(load("ncd_240_4")) if each.stem == "age-of-17")
    (tmp_path / "one.yaml").write_bytes(path.read_bytes())
    args = ("-g", "ncd_240_4", "test", str(tmp_path), "--coverage")
    told, wide = (
        CliRunner(env={"COLUMNS": columns}).invoke(main, args, catch_exceptions=False).stdout for columns in ("50", "")
    )
    assert all(len(line) <= 50 or len(line.split()) == 1 for line in told.splitlines())
    shown, whole = (text.partition("\ncoverage: ")[2] for text in (told, wide))
    assert any(len(line) > 50 for line in whole.splitlines())
    assert shown.split() == whole.split()
