"""Queries: what they answer, what they refuse, and the prompt that takes them."""

import csv
import json
import os
import pty
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.language.errors import GuidelineError
from coverlog.engine.language.terms import quote
from coverlog.engine.library.guideline import Guideline
from coverlog.explain.commands.inputs import ask_of
from coverlog.explain.commands.main import main
from coverlog.explain.commands.prompt import history_file
from coverlog.explain.commands.repl import Repl, unfinished
from coverlog.explain.query.answer import Limits, QueryTimeoutError, run
from coverlog.explain.query.scene import Scene
from coverlog.explain.query.text import read_query, relations
from coverlog.explain.query.told import as_json

CTS = "cts-six-weeks-of-splinting"


def ask(*args: str, stdin: str | None = None, columns: str = "100") -> Result:
    return CliRunner().invoke(main, ["query", *args], input=stdin, env={"COLUMNS": columns}, catch_exceptions=False)


def told(text: str, *args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask(text, *args, "--format", "json").stdout)
    return found


def rows(text: str, *args: str) -> list[tuple[Any, ...]]:
    return [(*answer["values"].values(), answer["certain"]) for answer in told(text, *args)["answers"]]


def answers(text: str, scene: Scene, **limits: Any) -> list[tuple[tuple[Any, ...], bool]]:
    found = run(read_query(text, scene.guideline.program), scene, Limits(**limits))
    return [(answer.values, answer.sure) for answer in found.rows]


@pytest.fixture
def bare(guideline: Guideline) -> Scene:
    return ask_of("", guideline, "open", "2025-11-03")


@pytest.fixture
def cts(guideline: Guideline) -> Scene:
    return ask_of(CTS, guideline, "open", "")


def test_a_join_tells_each_constant_with_the_date_from_which_it_is_in_force() -> None:
    """What bears pain only, each with the date of the fact that says so; codes have none, all being in force."""
    assert rows("bare_pain(Condition), effective(Condition, D)") == [
        (condition, "2017-11-02", "yes") for condition in ("back_pain", "headache")
    ]
    assert rows("study(Code, _), effective(Code, D)") == []


def test_the_guideline_without_a_case_is_asked_of_today() -> None:
    """Without a case and a date, today's edition is asked."""
    import datetime

    today = told("study(C, S)")
    assert today["as_of"] == datetime.date.today().isoformat()
    assert today["case"] is None
    assert told("outpatient", "--case", CTS)["as_of"] == "2025-11-03"


def test_as_of_asks_another_edition() -> None:
    """The first edition modelled begins in 2013; two dates within one edition are answered alike."""
    assert told("edition_modelled", "--as-of", "2012-12-31")["answer"] == "no"
    assert told("edition_modelled", "--as-of", "2013-01-01")["answer"] == "yes"
    assert rows("is_a(C, K)", "--as-of", "2012-01-01") == rows("is_a(C, K)", "--as-of", "2012-12-31")


def test_not_takes_away(bare: Scene) -> None:
    """What has a counterpart and what is for conduction are told apart by `not`; each set is whole."""
    every = answers("study(C, needle_emg)", bare)
    without = answers("study(C, needle_emg), not with_conduction(C)", bare)
    having = answers("with_conduction(C), study(C, needle_emg)", bare)
    assert sorted(without + having) == sorted(every)
    assert without
    assert having


def test_comparisons_and_sums_are_of_numbers(bare: Scene) -> None:
    """A comparison may add; it filters what is joined, wherever it stands in the text."""
    late = answers("Few >= 9, band_from(C, Few)", bare)
    assert [few for (few, _), _ in late] == [9, 11, 13]
    twos = answers("band_from(C, F), band_to(C, T), F + 1 = T", bare)
    assert len(twos) == 6
    assert answers('band_from(C, 1), C != "95907"', bare) == []


def test_an_underscore_is_anything_and_answers_are_distinct(bare: Scene) -> None:
    """`_` makes no column, and the same answer twice is one."""
    assert answers("study(_, Study)", bare) == [
        ((s,), True) for s in ("needle_emg", "ischemic_exercise", "nerve_conduction", "repetitive_stimulation")
    ]
    assert answers("study(_, _)", bare) == [((), True)]


def test_an_underscore_under_not_is_none_at_all(bare: Scene) -> None:
    """`not p(_)` holds where there is no p whatever."""
    assert answers("not service(_, _)", bare) == [((), True)]
    assert answers("not study(_, needle_emg)", bare) == []


def test_ground_queries_answer_yes_no_or_unknown() -> None:
    """Without variables the answer is a word, and no is no failure."""
    for text, world, answer in (
        ("outpatient", "open", "yes"), ("setting(inpatient)", "open", "no"),
        ("finding(significant_weakness_on_exam)", "open", "unknown"),
        ("finding(significant_weakness_on_exam)", "closed", "no"),
        ("not finding(significant_weakness_on_exam)", "open", "unknown"),
        ("not finding(significant_weakness_on_exam)", "closed", "yes"),
    ):  # fmt: skip
        result = ask(text, "--case", CTS, "--world", world)
        assert (result.stdout, result.exit_code) == (f"{answer}\n", 0), text


def test_the_open_world_says_what_is_certain(cts: Scene) -> None:
    """What is documented is certain, what nobody documented is unknown; the closed world leaves it out."""
    found = dict(answers("finding(F)", cts))
    assert found[("sensory_loss",)] is True
    assert found[("significant_weakness_on_exam",)] is False
    closed = ask("finding(F)", "--case", CTS, "--world", "closed").stdout.splitlines()
    assert closed[0].split() == ["F"]
    assert "significant_weakness_on_exam" not in closed


def test_answers_are_those_of_the_model(cts: Scene) -> None:
    """For each predicate a query of variables gives the model's atoms, sure where they are."""
    for name, predicate in cts.guideline.program.predicates.items():
        text = f"{name}({', '.join(predicate.params)})" if predicate.params else name
        wanted = {(atom.args, cts.model.sure(atom)) for atom in cts.model.atoms(name)}
        assert set(answers(text, cts)) == wanted, name


def test_a_rule_asked_as_a_query_gives_what_the_rule_gives(cts: Scene) -> None:
    """The body of each rule in force, as a query, holds just where the rule fires, and is as sure."""
    for compiled in cts.judged.why.evaluator.compiled:
        rule = compiled.rule
        text = ", ".join(map(str, rule.body))
        if "?" in text:
            continue
        query = read_query(text, cts.guideline.program)
        heads: dict[Any, bool] = {}
        for answer in run(query, cts).rows:
            head = rule.head.substitute(dict(zip(query.columns, answer.values, strict=True)))
            heads[head] = heads.get(head, False) or answer.sure
        fired = {
            head: any(cts.model.is_sure(f) for f in firings if f.rule == rule)
            for head, firings in cts.model.firings.items()
            if any(f.rule == rule for f in firings)
        }
        assert heads == fired, rule.id


def test_an_undocumented_amount_may_be_any_number(bare: Scene) -> None:
    """An amount nobody documented is no reason to say no: a number asked for is unknown, not absent."""
    assert answers("weeks(wrist_splint_weeks, 4)", bare) == [((), False)]
    assert answers("weeks(W, N), N >= 4", bare)[0][1] is False
    assert rows("weeks(wrist_splint_weeks, N)") == [(None, "unknown")]
    assert "undocumented" in ask("weeks(wrist_splint_weeks, N)").stdout


def test_an_answer_that_holds_surely_in_one_way_is_certain(cts: Scene) -> None:
    """The way found first may be unknown; a sure way to the same answer makes it certain."""
    found = answers("service(S, C), finding(_)", cts)
    assert found
    assert all(sure for _, sure in found)


def test_the_rules_can_be_asked(bare: Scene) -> None:
    """rule, cites and statement join: every inferred criterion is found by its statement."""
    found = answers("rule(R, criterion), cites(R, S), statement(S, inferred, _, _)", bare)
    wanted = {
        (quote(rule.id), quote(cited))
        for rule in bare.guideline.program.edition(bare.date)
        for cited in rule.cites
        if rule.head.predicate == "criterion" and bare.guideline.program.statements[cited].authority == "inferred"
    }
    assert {values for values, _ in found} == wanted
    assert answers('interpretation("INT-5", W)', bare)
    assert answers("notice(N, W)", bare)
    assert answers("guideline(N, T, D)", bare)
    assert answers("concept(needle_emg, K, L)", bare)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("studdy(X, Y)", "query:1:1: undeclared: studdy is not declared; did you mean study?"),
        ("study(X, Y), sevice(1, X)", "query:1:14: undeclared: sevice is not declared; did you mean service?"),
        ("study(X)", "query:1:1: arity: study has 1 argument here and 2 where declared; write study(Code, Study)"),
        ("study(X, Y), Z > 3", "query:1:16: unsafe: Z is bound by no positive literal"),
        ("not study(X, needle_emg)", "add a literal that gives X its values, or write _ for any"),
        ("band_from(X, Y), Y > _", "_ has no value to compare"),
        ("study(X, ", "query:1:8: syntax: the query ends here unfinished; write one of:"),
        ("", "the query ends here unfinished"),
        ("study(X, Y) :- true", "syntax: unexpected ':'"),
        ("__import__('os').system('true')", "syntax:"),
        (f"band_from(X, {'9' * 5000})", "a number is too long"),
        (", ".join(["outpatient"] * 101), "the query has 101 parts; write at most 100"),
    ],
)
def test_a_wrong_query_is_one_clear_error(text: str, said: str) -> None:
    """What cannot be asked is one line with its place and a remedy, status 2, nothing on stdout."""
    result = ask(text)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


def test_nothing_found_for_a_misspelt_constant_gets_a_suggestion() -> None:
    """A constant that stands nowhere is put right, on stderr; so is a code without its quotes."""
    assert 'did you mean "95886"?' in ask("study(95886, S)").stderr
    result = ask("study(C, needle_em)")
    assert (result.stdout, result.exit_code) == ("no answers\n", 0)
    assert "did you mean needle_emg?" in result.stderr


def test_too_many_answers_are_cut_and_said() -> None:
    """At the limit the answers end, a note goes to stderr, and the status is 0."""
    result = ask("study(A, _), study(B, _)", "--limit-rows", "5")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 6
    assert "only the first 5 answers are shown" in result.stderr
    assert told("study(A, _)", "--limit-rows", "25")["truncated"] is False
    assert told("study(A, _)", "--limit-rows", "2")["truncated"] is True


SLOW = ", ".join(f"study(A{i}, _)" for i in range(8)) + ", A7 != A7"


def test_a_query_that_takes_too_long_ends(bare: Scene) -> None:
    """Past the limit of time a query ends with one message and status 2."""
    result = ask(SLOW, "--limit-seconds", "0.3")
    assert result.exit_code == 2
    assert "took longer than 0.3 seconds" in result.stderr
    with pytest.raises(QueryTimeoutError):
        answers(SLOW, bare, seconds=0.1)


def test_formats_agree() -> None:
    """Table, JSON and CSV tell the same rows in the same order."""
    text = ("band_from(Code, Few), band_to(Code, Most)",)
    table = [tuple(line.split()) for line in ask(*text).stdout.splitlines()]
    lines = list(csv.reader(ask(*text, "--format", "csv").stdout.splitlines()))
    assert table == [tuple(line) for line in lines]
    assert [tuple(map(str, row)) for row in rows(*text)] == table[1:]
    assert ask("diagnosis_unread", "--format", "csv").stdout == "answer\nno\n"


def test_the_order_is_the_same_every_time() -> None:
    """Two runs give the same bytes."""
    text = ("finding(F), study(C, S)", "--case", CTS)
    assert ask(*text).stdout == ask(*text).stdout


def test_tables_fit_and_have_no_colour_in_a_pipe() -> None:
    """No line is wider than the terminal, and no cell is cut: its words go on below it."""
    wanted = told("statement(S, A, From, Words)")["answers"]
    out = ask("statement(S, A, From, Words)", columns="60").stdout
    assert max(map(len, out.splitlines())) <= 60
    assert sum(line.endswith("yes") for line in out.splitlines()) == len(wanted)
    assert "…" not in out
    assert "\x1b" not in out


def test_a_table_in_a_pipe_is_as_wide_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no width is asked for and nobody looks, an answer is a line, whole."""
    monkeypatch.delenv("COLUMNS", raising=False)
    wanted = told("statement(S, A, From, Words)")["answers"]
    lines = ask("statement(S, A, From, Words)", columns="").stdout.splitlines()
    assert len(lines) == len(wanted) + 1
    assert max(map(len, lines)) > 100
    assert all(answer["values"]["Words"] in line for answer, line in zip(wanted, lines[1:], strict=True))


def test_explain_shows_the_proof_of_each_answer() -> None:
    """Each answer has a tree that ends in what the case says, with its source; a fact has its citation."""
    out = " ".join(ask('medically_necessary(S, "95886", By)', "--case", CTS, "--explain").stdout.split())
    assert "1. S = 1, By = I.4.a" in out
    assert "6 >= 4" in out
    assert "case: findings.wrist_splint_weeks" in out
    assert "[X5; stated; Clinical" in ask("effective(headache, D)", "--explain").stdout
    assert ask("outpatient", "--explain", "--format", "csv").exit_code == 2


def test_explain_in_json_names_the_roots_of_each_answer() -> None:
    """The proof is one graph; every answer names its own roots in it."""
    found = json.loads(ask("service(S, C), outpatient", "--case", CTS, "--explain", "--format", "json").stdout)
    names = {node["id"] for node in found["proof"]["nodes"]}
    assert len(found["answers"]) == 2
    assert all(len(answer["proof"]) == 2 and set(answer["proof"]) <= names for answer in found["answers"])
    assert all(edge["from"] in names and edge["to"] in names for edge in found["proof"]["edges"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('criterion("I.4.b")', "it is not so that I.4.b is satisfied"),
        ("outpatient, setting(inpatient)", "the service is outpatient"),
        ("not outpatient", "the service is outpatient"),
        ("weeks(wrist_splint_weeks, N), N > 50", "6 > 50 does not hold"),
        ("cites(R, S), statement(S, interpretation, _, _)", "it is not so"),
        ("not study(_, needle_emg)", "code 95860 is needle EMG"),
    ],
)
def test_no_is_explained_too(text: str, said: str) -> None:
    """Where there is no answer, the proof shows the first part that does not hold."""
    result = ask(text, "--case", CTS, "--world", "closed", "--explain")
    assert result.exit_code == 0
    assert said in " ".join(result.stdout.split())


def test_every_part_of_every_answer_has_a_proof(cts: Scene) -> None:
    """What may be asked may be explained, in both worlds: each predicate, positive and under not."""
    for scene in (cts, ask_of("", cts.guideline, "closed", "2025-11-03")):
        for name, predicate in scene.guideline.program.predicates.items():
            text = f"{name}({', '.join(predicate.params)})" if predicate.params else name
            anything = f"not {name}({', '.join('_' * len(predicate.params))})" if predicate.params else f"not {name}"
            for each in (text, anything):
                found = run(read_query(each, scene.guideline.program), scene)
                proof = as_json(found, scene, each, explain=True)["proof"]
                assert proof["roots"], each


def test_a_case_is_a_file_or_a_name(tmp_path: Path) -> None:
    """--case takes a file, standard input or a canonical case; a misspelt one is put right."""
    text = "id: mine\ndate_of_service: 2025-11-03\nsetting: inpatient\nservices: [{cpt: '95886'}]\n"
    (tmp_path / "mine.yaml").write_text(text)
    assert ask("setting(S)", "--case", str(tmp_path / "mine.yaml")).stdout.splitlines()[1].split() == [
        "inpatient", "yes"
    ]  # fmt: skip
    assert "inpatient" in ask("setting(S)", "--case", "-", stdin=text).stdout
    result = ask("outpatient", "--case", CTS[:-1])
    assert result.exit_code == 2
    assert f"did you mean {CTS}?" in result.stderr
    assert ask("--case", "-", stdin=text).exit_code == 2


def test_a_case_that_contradicts_itself_can_be_asked_why(tmp_path: Path) -> None:
    """A contradiction is said on stderr, and a query finds it."""
    (tmp_path / "odd.yaml").write_text(
        "id: odd\ndate_of_service: 2025-11-03\nsetting: office\nservices: [{cpt: '95886'}]\n"
        "findings: {sensory_loss_on_exam: present, sensory_loss: absent}\n"
    )
    result = ask("contradiction(F, W)", "--case", str(tmp_path / "odd.yaml"))
    assert result.stdout.split()[-3:] == ["sensory_loss_on_exam", "sensory_loss", "yes"]
    assert "contradictory documentation" in result.stderr


# The prompt.


def test_the_prompt_reads_lines_where_there_is_no_terminal() -> None:
    """A piped session has no prompt in its output, answers each query, and fails in the end if one was wrong."""
    result = ask(stdin='study("95886", S)\n:quit\nstudy(never)\n')
    assert result.exit_code == 0
    assert result.stdout.split() == ["S", "certain", "1", "needle_emg", "yes"]
    wrong = ask(stdin="studdy(X)\ndiagnosis_unread\n")
    assert wrong.exit_code == 2
    assert "did you mean study?" in wrong.stderr
    assert wrong.stdout == "no\n"


def test_a_query_goes_on_after_a_comma() -> None:
    """A query takes as many lines as it needs; comments and empty lines are no queries."""
    piped = "% a comment\n\nstudy(C, nerve_conduction), % first\n  band_from(C,\n  F).\nnot\n diagnosis_unread\n"
    result = ask(stdin=piped)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("959") == 7
    assert result.stdout.splitlines()[-1] == "yes"


def test_what_is_unfinished() -> None:
    """A comma, an open parenthesis and `not` at the end wait for more; within strings and comments they do not."""
    assert all(map(unfinished, ["a,", "a, ", "p(X", "a, not", "p(X), % why"]))
    assert not any(map(unfinished, ["a", "a.", 'p("(")', "a % (", 'p("x,")', "a_not"]))


def test_the_prompt_moves_between_cases_worlds_and_dates() -> None:
    """:case, :world and :as-of change where queries are asked; a wrong one changes nothing."""
    piped = (
        f"outpatient\n:case {CTS}\noutpatient\nfinding(weakness)\n:world closed\nfinding(weakness)\n"
        ":world flat\n:as-of never\n:case nobody\noutpatient\n"
        ":as-of 2011-12-31\nedition_modelled\n:as-of\nedition_modelled\n:case\noutpatient\n:case -\n"
    )
    result = ask(stdin=piped)
    assert result.stdout.split() == ["unknown", "yes", "unknown", "no", "yes", "no", "yes", "no"]
    assert result.exit_code == 2
    for said in ("flat is no world", "never is no date", "nobody: no such file or case", "as of 2011-12-31"):
        assert said in result.stderr


def test_the_prompt_explains_an_answer_by_its_number() -> None:
    """:explain N is the proof of answer N of the last query, -1 of the last one; there is none of others."""
    piped = "study(C, nerve_conduction)\n:explain 2\n:explain -1\n:explain 9\n:explain x\n:explain 0\n"
    result = ask(stdin=piped)
    assert "2. C = 95908\ncode 95908 is a nerve conduction study" in result.stdout
    assert "7. C = 95913\n" in result.stdout
    assert [f"there is no answer {n};" in result.stderr for n in ("9", "x", "0")] == [True] * 3
    assert "there is no answer yet" in ask(stdin=":explain\n").stderr
    assert "it is not so that" in ask(stdin="diagnosis_unread\n:explain\n").stdout


def test_the_prompt_lists_rules_and_helps() -> None:
    """:rules shows what gives a predicate, :help every command; a misspelt command is put right."""
    result = ask(stdin=":rules criterion\n:help\n:ruls criterion\n:rules criterio\n:rules weeks\n")
    assert "I.4.a/waived" in result.stdout
    assert all(command in result.stdout for command in (":rules", ":explain", ":case", ":world", ":as-of", ":quit"))
    assert "did you mean :rules?" in result.stderr
    assert "did you mean criterion?" in result.stderr


def test_the_prompt_lists_predicates(guideline: Guideline) -> None:
    """:predicates lists all that can be asked with its arguments, or what has a word in its name or gloss."""
    every = ask(stdin=":predicates\n", columns="200").stdout
    assert all(f"{name}(" in every or f"\n{name} " in every for name in relations(guideline.program))
    some = ask(stdin=":predicates SPLINT\n:predicates wEEks\n").stdout
    assert "weeks(Duration, Weeks)" in some
    assert "study(" not in some
    assert "no predicate has zzz" in ask(stdin=":predicates zzz\n").stderr


@pytest.mark.parametrize("begun", ["study(C,", "study(C, S), not", "study(C, S),"])
def test_an_empty_line_ends_an_unfinished_query(begun: str) -> None:
    """What is begun and not finished is said to be so at an empty line, and the next query is answered."""
    result = ask(stdin=f"{begun}\n\ndiagnosis_unread\n")
    assert "unfinished" in result.stderr
    assert result.stdout == "no\n"


def test_completion_knows_predicates_constants_and_commands(guideline: Guideline) -> None:
    """What may stand in a line is completed: commands first, their arguments, and names in a query."""
    repl = Repl(guideline, "", "open", "2025-11-03", Limits())
    assert ":explain" in repl.words(":ex")
    assert CTS in repl.words(":case cts")
    assert repl.words(":world ") == ["open", "closed"]
    assert {"study", "needle_emg", '"95886"', "effective"} <= set(repl.words("study("))
    assert "needle_emg" not in repl.words(":rules ")
    assert repl.prompt.complete("needle_e", 0) == "needle_emg"
    assert repl.prompt.complete("needle_e", 1) is None


def test_a_query_at_the_prompt_may_be_cancelled(guideline: Guideline, capsys: Any, monkeypatch: Any) -> None:
    """Ctrl-C while a query runs cancels it; the next one is answered."""
    repl = Repl(guideline, "", "open", "2025-11-03", Limits())
    with monkeypatch.context() as patch:
        patch.setattr("coverlog.explain.commands.repl.run", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert not repl.attempt("study(C, S)")
    assert capsys.readouterr().err == "cancelled\n"
    assert repl.attempt('study("95886", S)')
    assert "needle_emg" in capsys.readouterr().out


class Terminal:
    """A session under a pseudo-terminal."""

    def __init__(self, state: Path) -> None:
        self.pid, self.fd = pty.fork()
        if not self.pid:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a suite that runs in the background ignores it
            os.environ |= {"XDG_STATE_HOME": str(state), "TERM": "dumb"}
            code = "from coverlog.explain.commands.main import main; main()"
            os.execv(sys.executable, [sys.executable, "-c", code, "query"])  # noqa: S606
        self.seen = ""

    def until(self, text: str) -> str:
        """Return what is written up to a text, from where the last one ended."""
        while text not in self.seen:
            assert select.select([self.fd], [], [], 120)[0], f"{text!r} did not come: {self.seen!r}"
            try:
                self.seen += os.read(self.fd, 4096).decode()
            except OSError:  # the other side has left
                raise AssertionError(f"{text!r} did not come: {self.seen!r}") from None
        before, _, self.seen = self.seen.partition(text)
        return before

    def send(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def interrupt(self, text: str) -> None:
        """Press Ctrl-C until a text comes: readline may miss one between its prompt and its wait."""
        for _ in range(10):
            time.sleep(0.5)
            self.send("\x03")
            while text not in self.seen and select.select([self.fd], [], [], 3)[0]:
                self.seen += os.read(self.fd, 4096).decode()
            if text in self.seen:
                break
        self.until(text)

    def left(self) -> int:
        """Return the exit status, once the session has ended."""
        while True:
            try:
                if not os.read(self.fd, 4096):
                    break
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path)
    yield opened
    try:
        os.kill(opened.pid, signal.SIGKILL)
        os.waitpid(opened.pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass
    os.close(opened.fd)


def test_at_a_terminal_ctrl_c_cancels_and_ctrl_d_leaves(terminal: Terminal, tmp_path: Path) -> None:
    """Ctrl-C drops the line begun, or the query that runs; Ctrl-D ends the session with status 0."""
    terminal.until("query> ")
    terminal.send("study(C,\n")
    terminal.until("...> ")
    terminal.interrupt("query> ")
    terminal.send(f"{SLOW}\n")
    terminal.until("A7\r\n")
    terminal.interrupt("cancelled")
    terminal.until("query> ")
    terminal.send('study("95886", S)\n')
    assert "needle_emg" in terminal.until("query> ")
    terminal.send("\x04")
    assert terminal.left() == 0
    kept = tmp_path / "coverlog" / "query_history"
    assert 'study("95886", S)' in kept.read_text()
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_at_a_terminal_a_banner_says_of_what_is_asked(terminal: Terminal, guideline: Guideline) -> None:
    """Before the first prompt stand the guideline, the case, the world and the date, and how to get help."""
    banner = " ".join(terminal.until("query> ").split())
    assert f"{guideline.program.name}: no case, open world, as of 20" in banner
    assert ":help" in banner
    assert ":predicates" in banner


def test_at_a_terminal_tab_completes(terminal: Terminal) -> None:
    """Tab completes the name of a predicate."""
    terminal.until("query> ")
    terminal.send("outpat\t\n")
    assert "outpatient" in terminal.until("unknown\r\n")
    terminal.send(":quit\n")
    assert terminal.left() == 0


def test_the_history_is_kept_where_the_user_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_STATE_HOME holds the history, or ~/.local/state where it is not set."""
    monkeypatch.setenv("XDG_STATE_HOME", "/elsewhere")
    assert history_file() == Path("/elsewhere/coverlog/query_history")
    monkeypatch.delenv("XDG_STATE_HOME")
    assert history_file() == Path.home() / ".local/state/coverlog/query_history"


def test_a_guideline_of_other_text_can_be_asked(guideline: Guideline) -> None:
    """A query is checked against the guideline at hand, not against a list in Python."""
    with pytest.raises(GuidelineError, match="not declared"):
        read_query("of_some_other_guideline(X)", guideline.program)
