"""The commands: answers on stdout, the rest on stderr, and the exit status says which."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from coverlog.explain.commands.main import main

CTS = "cts-six-weeks-of-splinting"
LINE_KEYS = [
    "cpt", "session", "study", "configuration", "outcome", "by", "how", "reason", "missing", "missing_complete",
    "rests_on",
]  # fmt: skip


def run(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, args, input=stdin, catch_exceptions=False)


def commands() -> list[str]:
    return main.list_commands(click.Context(main))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.yaml"
    path.write_text("id: broken\nsetting: nowhere\n")
    return path


def test_decide_gives_the_documented_object() -> None:
    """One case as JSON is one object with the documented keys, in order."""
    result = run("decide", CTS, "--format", "json")
    told: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == 0
    assert list(told) == ["case", "guideline", "as_of", "world", "lines", "advisories", "notices",
                          "version", "guideline_hash", "case_hash", "warnings"]  # fmt: skip
    assert told["guideline"] == "CG-MED-24"
    assert [list(line) for line in told["lines"]] == [LINE_KEYS, LINE_KEYS]
    assert told["lines"][0]["by"] == ["I.4.a"]
    assert told["lines"][0]["missing"] == []
    assert len(told["notices"]) == 3


def test_jsonl_is_a_line_a_case(broken: Path) -> None:
    """With jsonl each case is a line, the unreadable one too, and the run ends with status 2."""
    result = run("decide", CTS, str(broken), CTS, "--format", "jsonl")
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [sorted(t)[:2] for t in told] == [["advisories", "as_of"], ["case", "error"], ["advisories", "as_of"]]
    assert result.exit_code == 2
    assert "broken.yaml:" in result.stderr


def test_decide_reads_standard_input() -> None:
    """`-` is a case on standard input."""
    case = 'id: piped\ndate_of_service: 2025-11-03\nsetting: office\nservices: [{cpt: "95875"}]\n'
    result = run("decide", "-", "--format", "json", stdin=case)
    assert json.loads(result.stdout)["lines"][0]["reason"] == "no_criteria_for_code"


def test_as_of_moves_the_rules(tmp_path: Path) -> None:
    """--as-of applies the rules of another date."""
    told = json.loads(run("decide", CTS, "--as-of", "2011-11-16", "--format", "json").stdout)
    assert {line["reason"] for line in told["lines"]} == {"edition_not_modelled"}
    assert told["as_of"] == "2011-11-16"
    assert run("decide", CTS, "--as-of", "soon").exit_code == 2


def test_fail_on_is_status_3() -> None:
    """An outcome named by --fail-on is status 3, another one is not."""
    assert run("decide", CTS, "--fail-on", "medically_necessary").exit_code == 3
    assert run("decide", CTS, "--fail-on", "not_addressed").exit_code == 0


def test_an_unknown_case_gets_a_suggestion() -> None:
    """A misspelt name of a canonical case is put right."""
    result = run("decide", "cts-six-weeks-of-splintin")
    assert result.exit_code == 2
    assert f"did you mean {CTS}?" in result.stderr
    assert result.stdout == ""


def test_text_fits_and_has_no_colour_in_a_pipe() -> None:
    """Text for a pipe has no escape codes, and no line is wider than asked."""
    result = CliRunner().invoke(main, ["decide", CTS], env={"COLUMNS": "70"})
    assert "\x1b" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 70
    assert "MEDICALLY NECESSARY by I.4.a" in result.stdout


def test_explain_shows_statement_authority_and_source() -> None:
    """The proof names statements, authorities, locators, and the case's own sources."""
    text = " ".join(run("explain", CTS, "--full").stdout.split())
    for part in ("I.4.a; earlier edition", "Medically Necessary, I.4.a", "6 >= 4", "case: findings."):
        assert part in text
    assert run("explain", CTS, "--line", "99999").exit_code == 2


def test_explain_as_json_is_a_graph() -> None:
    """The JSON proof has roots, nodes and edges that fit together."""
    told = json.loads(run("explain", CTS, "--format", "json").stdout)
    names = {node["id"] for node in told["nodes"]}
    assert set(told["roots"]) <= names
    assert all(edge["from"] in names and edge["to"] in names for edge in told["edges"])


def test_cases_all_come_out_as_expected() -> None:
    """The canonical cases hold."""
    result = run("cases")
    assert result.exit_code == 0, result.stdout


@pytest.mark.parametrize("command", commands())
def test_every_command_has_help_with_an_example(
    command: str, few_cases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Help says what a command does and shows one that works, in an empty folder; others may prepare for it.

    A service is made and said to be ready; it is not waited for.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COVERLOG_GUIDELINE", str(few_cases))
    monkeypatch.setattr("coverlog.explain.service.server.serve", lambda app, bound, ready: ready())  # has no end
    lines = run(command, "--help").stdout.split("Example: ")[1].split("\n\n")[0].splitlines()
    for line in lines:
        example, _, file = line.strip().removeprefix("coverlog ").partition(" > ")
        result = run(*example.split())
        assert result.exit_code == 0, example
        if file:
            (tmp_path / file).write_text(result.stdout)
        if example.startswith(command):
            return
    raise AssertionError(lines)


@pytest.mark.parametrize("command", commands())
def test_an_option_of_the_group_behind_a_command_is_told_where_it_stands(command: str) -> None:
    """However it is written, the error shows the line with it before the command; another option gets no such word."""
    context = click.Context(main)
    found = main.get_command(context, command)
    assert found is not None
    own = {opt for param in found.get_params(context) for opt in param.opts}
    group = [param for param in main.get_params(context) if isinstance(param, click.Option)]
    for opt, param in [(opt, each) for each in group for opt in each.opts if opt not in own]:
        value = [] if param.is_flag else ["7"]
        joined = [f"{opt}=7" if opt.startswith("--") else f"{opt}7"] * bool(value)
        for args in filter(None, ([opt, *value], joined)):
            result = run(command, *args)
            assert result.exit_code == 2, (command, args)
            shown = f"coverlog {opt}{' ' * bool(value)}{param.metavar or ''} {command}"
            assert f"No such option '{opt}'; it stands before the command: {shown}" in " ".join(result.stderr.split())
    assert "before the command" not in run(command, "--no-such-option").stderr


def test_a_misspelt_command_gets_a_suggestion() -> None:
    """An unknown command is usage, status 2, with what was meant."""
    result = run("decid", CTS)
    assert result.exit_code == 2
    assert "did you mean decide?" in result.stderr


def test_a_guideline_that_is_not_there_is_said() -> None:
    """A wrong guideline is one line with a suggestion, status 2."""
    result = run("-g", "cg_med_2", "cases")
    assert result.exit_code == 2
    assert "did you mean cg_med_24?" in result.stderr


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("ncd_240_4", "coverlog -g ncd_240_4 test"),
        ("ncd_240_5", "did you mean ncd_240_4?"),
        ("x", "coverlog -g NAME test"),
    ],
)
def test_a_path_without_cases_says_how_a_guideline_is_named(path: str, said: str) -> None:
    """A guideline in the place of cases, or nothing at all there, is answered by what was probably meant."""
    told = run("test", path)
    assert told.exit_code == 2
    assert said in told.stderr
    assert "Traceback" not in told.stderr
