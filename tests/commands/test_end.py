"""The program ends once it has answered, and yet as Python ends it: with its status, all told, all cleaned up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import atexit, sys, threading, time
from coverlog.explain.commands.main import main
class Loaded:
    def __del__(self):
        print("taken apart")
loaded, out = Loaded(), sys.stdout
atexit.register(print, "cleaned up")
{before}
sys.exit(main({given}))
"""
CASES = {
    "covered": (["decide", "cts-six-weeks-of-splinting"], 0),
    "found": (["decide", "cts-six-weeks-of-splinting", "--fail-on", "favourable"], 3),
    "no case": (["decide", "there-is-none"], 2),
    "no command": (["there-is-none"], 2),
    "help": (["--help"], 0),
}
THREAD = "threading.Thread(target=lambda: (time.sleep(0.5), print('a thread is done'))).start()"


def run(
    tmp_path: Path, args: list[str], before: str = "", given: str = "", how: tuple[str, ...] = ()
) -> tuple[int, list[str], str]:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(before=before, given=given))
    told = subprocess.run([sys.executable, *how, script, *args], check=False, capture_output=True, text=True)
    return told.returncode, told.stdout.splitlines(), told.stderr


@pytest.mark.parametrize("case", CASES)
def test_it_ends_at_once_and_as_python_does(case: str, tmp_path: Path) -> None:
    """What it says, the status, and what was registered for the end are those of a program that Python ends."""
    args, status = CASES[case]
    code, lines, errors = run(tmp_path, args)
    plain, whole, said = run(tmp_path, [], given="sys.argv[1:]", before=f"sys.argv[1:] = {args!r}")
    assert (code, errors) == (plain, said)
    assert code == status
    assert [*lines, "taken apart"] == whole
    assert lines[-1] == "cleaned up"


@pytest.mark.parametrize(
    ("before", "how"), [(THREAD, ()), ("", ("-m", "cProfile"))], ids=["a thread runs", "somebody waits for it"]
)
def test_it_ends_for_nobody_else(before: str, how: tuple[str, ...], tmp_path: Path) -> None:
    """Where a thread still runs, or the script was called by something else, the end is left to Python."""
    code, lines, _ = run(tmp_path, ["--version"], before, how=how)
    assert code == 0
    assert "taken apart" in lines
    assert "cleaned up" in lines
    assert ("a thread is done" in lines) == bool(before)


def test_a_long_answer_is_written_whole(tmp_path: Path) -> None:
    """However much the pipe holds back, all of it arrives, and a reader that goes away is told as ever."""
    _, whole, _ = run(tmp_path, ["schema"], given="sys.argv[1:]")
    _, lines, _ = run(tmp_path, ["schema"])
    assert [*lines, "taken apart"] == whole
    assert sum(map(len, lines)) > 10_000
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as pipe:
        gone = subprocess.run([sys.executable, tmp_path / "script.py", "schema"], check=False, stdout=pipe,
                              stderr=subprocess.PIPE)  # fmt: skip
    assert gone.returncode == 141
