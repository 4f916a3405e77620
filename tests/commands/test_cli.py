"""The commands: answers on stdout, the rest on stderr, and the exit status says which."""

import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result
from coverlog.engine.library.guideline import Guideline
from coverlog.explain.commands.main import main
from coverlog.kb import guidelines

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
    told = run("explain", CTS, "--as-of", "2011-11-16").stdout
    assert told.splitlines()[0].startswith("95886, 95909 (as of 2011-11-16): NOT ADDRESSED: ")
    assert "as of" not in run("explain", CTS).stdout


FORMS = (
    *(("explain", "--format", form) for form in ("text", "json", "markdown", "html", "dot", "mermaid", "graphml")),
    ("explain", "--full"), ("explain", "--why-not", "not_addressed"), ("checklist",), ("checklist", "--format", "json"),
    ("letter",), ("letter", "--format", "html"), ("letter", "--format", "json"), ("decide",),
    ("sufficient",), ("sufficient", "--format", "json"),
)  # fmt: skip


@pytest.mark.parametrize("asked", FORMS, ids=" ".join)
@pytest.mark.parametrize("case", [CTS, "both-items-continued"])
def test_an_answer_by_the_rules_of_another_date_says_it_and_calls_it_no_date_of_service(
    case: str, asked: tuple[str, ...]
) -> None:
    """In each form it has the date, and no sentence says of the date of service what is so of the other one."""
    command, *options = asked
    told = run(command, case, *options, "--as-of", "2007-03-04").stdout
    assert "2007-03-04" in told
    assert "2007-03-04" not in run(command, case, *options).stdout
    assert not re.search(r"date\s+of\s+(service|the\s+test|the\s+request)\s+is|that\s+date", told)


def test_a_proof_by_the_rules_of_another_date_is_checked_by_them() -> None:
    """`explain --verify` holds it to the date and the world asked for."""
    for options in ([], ["--as-of", "2014-01-01"], ["--as-of", "2007-03-04", "--world", "closed"]):
        assert run("explain", CTS, "--verify", *options).exit_code == 0


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
    shown = run(command, "--help").stdout.split("Example: ")[1].split("\n\n")[0]
    lines = re.sub(r" \\\n +", " ", shown).splitlines()  # as a shell joins them
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


# Sends Ctrl-C at the moment a module is looked for.
INTERRUPTS = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.{})
class Interrupts:
    def find_spec(self, name, *_):
        if name == {!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
from coverlog.explain.commands.main import main
main()
"""


@pytest.mark.parametrize(
    ("module", "status", "said"),
    [
        ("click", -signal.SIGINT, ""),
        ("coverlog.explain.commands.complete", -signal.SIGINT, ""),
        ("coverlog.explain.commands.explain", 130, "\ncoverlog: interrupted\n"),
        ("coverlog.explain.advice.account", 130, "\ncoverlog: interrupted\n"),
    ],
)
def test_an_interrupted_command_ends_without_a_trace(module: str, status: int, said: str) -> None:
    """Ctrl-C at the start, at the import of a command or in the midst of one leaves no list of calls, and no answer."""
    told = subprocess.run(
        [sys.executable, "-c", INTERRUPTS.format("default_int_handler", module), "explain", CTS],
        capture_output=True, text=True,
    )  # fmt: skip
    assert (told.returncode, told.stderr, told.stdout) == (status, said, "")


@pytest.mark.parametrize("module", ["click", "coverlog.explain.commands.explain", "coverlog.explain.advice.account"])
def test_what_was_started_to_ignore_an_interrupt_does(module: str) -> None:
    """What a shell starts in the background, or `nohup` does, answers in spite of a Ctrl-C that is not for it."""
    told = subprocess.run(
        [sys.executable, "-c", INTERRUPTS.format("SIG_IGN", module), "explain", CTS], capture_output=True, text=True
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert "MEDICALLY NECESSARY" in told.stdout


@pytest.mark.parametrize("at", ["parse_args", "invoke", "main"])
def test_an_interrupt_is_told_in_one_way(at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever click is when Ctrl-C comes, the status and the line are the same."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(click.Group, at, interrupted)
    told = run("decide", CTS)
    assert (told.exit_code, told.stdout, told.stderr) == (130, "", "\ncoverlog: interrupted\n")


# Sends Ctrl-C where Python throws something away, which then goes on as if nothing had come.
LOST = """
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
class Thrown:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
class Interrupts:
    def find_spec(self, name, *_):
        if name == "coverlog.explain.advice.account":
            Thrown()
            time.sleep(5)
sys.meta_path.insert(0, Interrupts())
from coverlog.explain.commands.main import main
main()
"""


# Lets what starts a thread go on late, as on a busy machine.
BUSY = """
import _thread, threading, time
start = _thread.start_new_thread
times = [0.2]
def late(*of):
    found = start(*of)
    time.sleep(times.pop() if times else 0)
    return found
_thread.start_new_thread = threading._start_new_thread = late
"""


@pytest.mark.parametrize("machine", ["", BUSY], ids=["idle", "busy"])
def test_an_interrupt_is_not_lost_where_something_is_thrown_away(machine: str) -> None:
    """Ctrl-C ends the command also where Python would tell it and go on, and where it comes again too soon."""
    told = subprocess.run([sys.executable, "-c", machine + LOST, "explain", CTS], capture_output=True, text=True)
    assert (told.returncode, told.stderr, told.stdout) == (130, "\ncoverlog: interrupted\n", "")


# Sends Ctrl-C where a class of ours that is imported lately names its parts.
NAMES = """
import signal, sys
from coverlog.explain.commands.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)
def sends(frame, event, _):
    if event == "call" and frame.f_code.co_name == "__set_name__":
        sys.setprofile(None)
        signal.raise_signal(signal.SIGINT)
sys.setprofile(sends)
main()
"""


def test_an_interrupt_while_a_class_is_made_is_an_interrupt() -> None:
    """Ctrl-C ends the command in one line also where Python 3.11 would tell it as a fault of the class."""
    told = subprocess.run([sys.executable, "-c", NAMES, "explain", CTS], capture_output=True, text=True)
    assert (told.returncode, told.stderr, told.stdout) == (130, "\ncoverlog: interrupted\n", "")


ENDS = {
    "a statement": ("show", "B.4"), "a case": ("show", "enrolled-nothing-else-said"), "traceability": ("trace",),
    "cases": ("test",), "text": ("check",),
    "a query": ("query", "outcome(A, B)", "--case", "enrolled-nothing-else-said"),
    "a decision": ("decide", "enrolled-nothing-else-said"),
}  # fmt: skip


@pytest.mark.parametrize("what", ENDS)
def test_a_time_that_is_over_is_said_and_is_no_answer(what: str, tmp_path: Path) -> None:
    """Nothing is concluded of a case for which the time was over, and nothing of it is kept for who asks again."""
    told = []
    for name, limits in (("one", []), ("two", ["--limit-seconds", "1e-6"])):
        folder = tmp_path / name / "guideline"
        shutil.copytree(
            guidelines()["ncd_240_4"], folder, ignore=lambda _, names: {"covered", "not_covered"} & {*names}
        )
        if limits:
            late = run("-g", str(folder), *limits, *ENDS[what])
            assert late.exit_code == (1 if what == "cases" else 2), late.output
            assert "took longer than 1e-06 seconds" in late.output
            assert not re.search(r"as expected|refused:|no findings|no canonical case", late.stdout)
        told.append(run("-g", str(folder), *ENDS[what]).stdout.replace(str(folder), ""))
    assert told[0] == told[1]


def test_the_clock_refuses_no_case(guideline: Guideline) -> None:
    """A canonical case that is to be refused comes to nothing, and not as meant, where the time for it was over."""
    folder = guideline.folder / "cases" / "refused"
    told = run("--limit-seconds", "1e-6", "test", str(folder), "--format", "json")
    assert told.exit_code == 1, told.output
    found = {each["world"]: (each["outcomes"], str(each["differences"])) for each in json.loads(told.stdout)["results"]}
    assert {len(outcomes) for world, (outcomes, _) in found.items() if world} == {0}
    assert all("took longer than 1e-06 seconds" in said for world, (_, said) in found.items() if world)


@pytest.mark.parametrize(
    "line",
    [
        ("decide", ""), ("explain", ""), ("validate", ""), ("compare", "", CTS), ("-g", "", "decide", CTS),
        ("explain", CTS, "-o", ""), ("init", ""), ("test", ""), ("batch", ".", "-o", ""), ("check", ""), ("fmt", ""),
        ("analyze", ""), ("diff", "cg_med_24", ""), ("letter", ""), ("sufficient", ""), ("verify", "x", ""),
    ],
)  # fmt: skip
def test_an_empty_name_is_no_folder(line: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a variable that is not set leaves of a name never means the folder of today."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "case.yaml").write_text("id: x\n")
    told = run(*line)
    assert (told.exit_code, told.stdout) == (2, ""), told.output
    assert "the name is empty" in told.stderr or "name a case" in told.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.yaml"]


def test_a_slip_in_the_name_of_a_file_is_met_by_the_one_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not there is answered by the case file named like it beside it, as the path was written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cases").mkdir()
    for folder in ("", "cases/"):
        Path(f"{folder}wrist.yaml").write_text("id: wrist\n")
        assert f"did you mean {folder}wrist.yaml?" in run("decide", f"{folder}wrist.yml").stderr


def test_a_place_that_cannot_be_written_is_told_with_the_remedy(tmp_path: Path) -> None:
    """A folder that is not there is named, and so is the file that stands where a folder should."""
    (tmp_path / "file").write_text("")
    assert "there is no folder" in run("explain", CTS, "-o", f"{tmp_path}/none/x.txt").stderr
    told = run("init", f"{tmp_path}/file/new")
    assert told.exit_code == 2
    assert f"{tmp_path}/file/new cannot be made: " in told.stderr


@pytest.mark.parametrize(
    "line", ["explain x --line 9588", "construct medically_necessary --by I.4", "construct x --with wrist"]
)
def test_what_an_option_names_is_completed(line: str) -> None:
    """A code, a statement and what a case says are offered where an option takes them."""
    *before, typed = line.split()
    offered = ShellComplete(main, {}, "coverlog", "_COVERLOG_COMPLETE").get_completions(before, typed)
    assert offered
    assert all(item.value.startswith(typed) for item in offered)
