"""An answer is a text: it ends with its last line, and a document can be written to a file, whole or not at all."""

import os
import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from coverlog.explain.commands.main import COMMANDS, main
from coverlog.kb import guidelines

CTS, CPAP = "cts-six-weeks-of-splinting", "benefit-not-documented"
ASKED = {
    "analyze": ["--only", "faults"], "batch": ["--schema"], "checklist": [CPAP], "circuit": ["--code", "95886"],
    "compare": [CTS, CPAP], "construct": ["medically_necessary", "--code", "95886"], "decide": [CTS, CPAP],
    "diff": ["2019-01-01", "2020-01-01"], "explain": [CTS], "export": ["--asp"], "find": ["splinting"],
    "fmt": ["--check"], "from-fhir": ["--example", CTS], "letter": [CPAP], "query": ["study(Code, needle_emg)"],
    "serve": ["--example"], "show": ["I.4.a"], "sufficient": [CPAP], "validate": [CTS], "whatif": [CPAP, "--way", "1"],
}  # fmt: skip
"""What a command is asked that has to be asked something."""
ELSEWHERE = {"init", "test", "verify", "workbench"}
"""Those that write a folder, run for long, or ask for more than a word: their own tests run them."""
READ_HERE = {"text", "json", "jsonl", "table", "csv", "rows", "github", "yaml"}
"""What is for a person, a pipe or a log; any other format is a document of a kind that other programs open."""
NAMES = sorted(set(COMMANDS) - ELSEWHERE)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False)


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found
    return found


def formats(name: str) -> list[str]:
    options = {each.name: each.type for each in command(name).params}
    choice = options.get("form")
    return list(choice.choices) if isinstance(choice, click.Choice) else []


def answers() -> list[tuple[str, ...]]:
    """Every command with its arguments, in every format that is a text."""
    texts = {name: [each for each in formats(name) if each not in ("png", "svg", "html")] for name in NAMES}
    return [(name, *ASKED.get(name, []), *(["--format", form] if form else []))
            for name, forms in texts.items() for form in forms or [""]]  # fmt: skip


@pytest.mark.parametrize("args", answers(), ids=" ".join)
def test_an_answer_ends_with_its_last_line(args: tuple[str, ...]) -> None:
    """No answer begins or ends with an empty line, or breaks off in a line."""
    told = run(*args).stdout
    assert not told or re.fullmatch(r"[^\n](.*\S)?\n", told, re.DOTALL), (told[:40], told[-40:])


def writers() -> list[str]:
    """The commands whose answer is a document, or has a format that is one."""
    documents = {"schema", "compile", "export", "doc", "new"}
    return [name for name in sorted(COMMANDS) if name in documents or set(formats(name)) - READ_HERE]


@pytest.mark.parametrize("name", writers())
def test_a_document_can_be_written_to_a_file(name: str) -> None:
    """Whatever writes a document takes -o, in the words of all others."""
    (option,) = [each for each in command(name).params if "-o" in each.opts]
    assert isinstance(option, click.Option)
    assert (option.opts, option.help) == (["--output", "-o"], "Write to this file in place of standard output.")


FILES = [
    ("schema",), ("schema", "--of", "decision"), ("circuit", "--code", "95937", "--format", "dot"),
    ("checklist", CPAP, "--format", "fhir"), ("validate", CTS, "--format", "sarif"), ("check", "--format", "sarif"),
    ("analyze", "--only", "faults", "--format", "sarif"),
]  # fmt: skip


@pytest.mark.parametrize("args", FILES, ids=" ".join)
def test_a_file_holds_what_would_be_told(args: tuple[str, ...], tmp_path: Path) -> None:
    """A file gets the answer as standard output does; where it cannot be written, what stood there still does."""
    told, file = run(*args).stdout, tmp_path / "told"
    assert told
    written = run(*args, "-o", str(file))
    assert (written.exit_code, written.stdout, file.read_text()) == (0, "", told)
    refused = run(*args, "-o", str(tmp_path / "none" / "told"))
    assert refused.exit_code == 2
    assert "there is no folder" in refused.stderr
    assert os.listdir(tmp_path) == ["told"]


def test_nothing_found_leaves_nothing_of_an_old_report(tmp_path: Path) -> None:
    """A report of a check that finds nothing is an empty file, and not the one before it."""
    file = tmp_path / "report"
    file.write_text("an old finding\n")
    assert run("check", next(iter(guidelines())), "-o", str(file)).exit_code == 0
    assert file.read_text() == ""


@pytest.mark.parametrize("asked", [[], ["--code", "95886"]], ids=" ".join)
def test_a_drawing_of_a_circuit_has_its_counts(asked: list[str]) -> None:
    """Of one code or of all, it has the counts of the text, and each outcome with its codes."""
    drawn, told = (run("circuit", *asked, "--format", form) for form in ("dot", "text"))
    assert (drawn.exit_code, told.exit_code) == (0, 0)
    counts = " ".join(told.stdout.partition("\n\n")[0].split())
    assert f'label="{counts}"' in drawn.stdout
    assert re.search(r'label="[^"]*95886[^"]*: medically_necessary I.4.a"', drawn.stdout)


TOLD = ("I.4.a", "weeks", "wrist_splint_weeks", CTS), ("B.5.a", "index", "ahi", CPAP)


@pytest.mark.parametrize(("given", "names"), [((), TOLD[0]), (("-g", "ncd_240_4"), TOLD[1])])
def test_a_command_that_is_told_can_be_run(given: tuple[str, ...], names: tuple[str, ...]) -> None:
    """What `show` and `find` say to go on with answers as it stands, of the guideline that was asked."""
    lines = [line for name in names for line in run(*given, "show", name).stdout.splitlines()]
    told = [line.removeprefix("next:").strip() for line in lines if re.match(r"(next:| {5}) coverlog ", line)]
    told += [" ".join(run(*given, "find", "weeks").stderr.split()).rpartition(": ")[2]]
    assert len(told) > 8
    for each in told:
        program, *args = shlex.split(each)
        assert program == "coverlog"
        assert run(*args).exit_code == 0, each
