"""What is proved of every legal case: of the shipped guidelines, and of the page of each finding."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.analysis.diff import Pair, Side
from coverlog.engine.analysis.policy import Witness, read, witness_of
from coverlog.engine.analysis.reliance import Withdrawn, reliance, rests_on
from coverlog.engine.analysis.run import ANALYSES, SELDOM, analyse
from coverlog.engine.cases.case import Case
from coverlog.engine.cases.find import find_case
from coverlog.engine.cases.said import read_case
from coverlog.engine.decision.decide import LineDecision, decide
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.graph import stratify
from coverlog.engine.soundness.registry import CODES, PAGES, POLICY
from coverlog.explain.commands.main import main
from coverlog.explain.reference.analyses import marks_of, stale, unmarked
from coverlog.kb import ROOT

PRELUDE = (ROOT.parent / "tests" / "guidelines" / "rest.dl").read_text()
OF_POLICY = sorted(name for name, code in CODES.items() if code.of == POLICY)
DAY = "2026-01-01"
# Of each shipped guideline the analysis that takes longer than all others: the suite leaves it to a whole campaign.
LONGEST = {"cg_med_24": "dead", "ncd_240_4": "hopeless"}


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False)


def example(code: str, heading: str) -> str:
    page = (ROOT.parent / PAGES / f"{code}.md").read_text()
    match = re.search(rf"^## {heading}\n\n```\w+\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert match is not None, (code, heading)
    return match[1]


@pytest.mark.parametrize("code", OF_POLICY)
@pytest.mark.parametrize("heading", ["Bad", "Good"])
def test_what_a_page_shows_as_bad_is_found_and_as_good_is_not(code: str, heading: str, tmp_path: Path) -> None:
    """Analyze finds the page's code alone, and exits with 1; of what is shown as good it proves everything."""
    text = example(code, heading)
    own = {"property": "properties.dl", "stale-guard": "guards.yaml"}.get(code, "")  # which stands in a file of its own
    (tmp_path / "t.dl").write_text(text if "guideline(" in text else f"{PRELUDE}\n{'' if own else text}")
    if own:
        (tmp_path / own).write_text(text)
    ran = run("analyze", str(tmp_path), "--as-of", DAY, "--format", "json")
    told = json.loads(ran.stdout)
    dead = {"dead-rule"} if code == "hopeless" else set()  # what keeps a line waiting in vain fires in no legal case
    assert {finding["code"] for finding in told["findings"]} == ({code} | dead if heading == "Bad" else set())
    assert ran.exit_code == (heading == "Bad")
    assert told["unknown"] == []


@pytest.mark.parametrize("name", LONGEST)
def test_the_shipped_guidelines_have_no_fault_that_a_case_could_show(name: str, size: Any) -> None:
    """No legal case has two outcomes, none, or a wait that cannot end; no part that matters to none is unmarked."""
    guideline = load(name)
    marks = marks_of(guideline)
    only = tuple(each for each in ANALYSES if each not in (*SELDOM, size(LONGEST[name], "")))
    told = analyse(guideline, DAY, only=only, marked={(mark.rule, mark.mutation) for mark in marks})
    left, marked = unmarked(told.found, marks)
    assert [*left, *stale(told, guideline)] == []
    assert marked > 0 or "dead" not in only
    assert told.unknown == []


def test_every_witness_is_decided_as_it_is_told() -> None:
    """What a witness is said to come to is what its case comes to, read and decided anew."""
    guideline = load("ncd_240_4")
    told = analyse(guideline, DAY, only=("harm", "reach"))
    assert told.harms
    for harm in told.harms:
        for witness in (harm.before, harm.after):
            line = decided_line(witness, guideline)
            assert (line.outcome, line.by or ((line.reason,) if line.reason else ())) == (witness.answer, witness.by)
        assert harm.before.answer != harm.after.answer


def decided_line(witness: Witness, guideline: Guideline) -> LineDecision:
    decision = decide(read(witness.said, guideline), guideline, world=witness.world)
    return next(line for line in decision.lines if line.code == witness.code)


def test_properties_that_do_not_parse_are_told_with_their_place(tmp_path: Path) -> None:
    """A property that speaks of nothing declared ends with 2, and names the file and the line."""
    (tmp_path / "t.dl").write_text(PRELUDE)
    text = example("property", "Good").replace("not finding(fever)", "not fnding(fever)")
    (tmp_path / "properties.dl").write_text(text)
    ran = run("analyze", str(tmp_path), "--only", "properties")
    assert ran.exit_code == 2
    assert "properties.dl:6:1: undeclared: fnding" in ran.stderr


def test_what_a_gap_says_is_not_said_again_as_a_wait_in_vain() -> None:
    """Where nothing refuses, lines that wait are left without an outcome: that is found once, and mended there."""
    program = load("ncd_240_4").program
    rest = program._replace(rules=tuple(rule for rule in program.rules if rule.id != "B"))
    guideline = Guideline(Path("rest"), rest, stratify(rest))
    found = analyse(guideline, DAY, only=("faults", "hopeless")).found
    assert {proved.finding.code for proved in found} == {"gap"}


def test_what_is_not_proved_in_time_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without time, and with nothing kept, nothing is proved or found: each analysis is unknown, and the exit is 1."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ran = run("analyze", "ncd_240_4", "--seconds", "0", "--format", "json")
    told = json.loads(ran.stdout)
    assert told["unknown"] == told["analyses"] != []
    assert told["findings"] == []
    assert ran.exit_code == 1


def test_what_rests_on_an_interpretation_is_shown_by_a_case() -> None:
    """Without N-5 nobody is instructed and without N-6 no study covers: a case of each has another outcome."""
    told = json.loads(run("analyze", "ncd_240_4", "--as-of", DAY, "--only", "reliance", "--format", "json").stdout)
    rests = {each["name"]: each["changes"] for each in told["reliance"]}
    assert {change["before"] for change in rests["N-6"]} >= {"covered_in_study"}
    assert {(c["before"], c["after"]) for c in rests["N-5"]} >= {("covered_initial", "not_covered")}
    assert rests["N-7"] != []
    assert {"B.2", "B.4", "B.8"} <= set(rests)


def test_a_mark_of_what_matters_is_stale(tmp_path: Path) -> None:
    """Where the part that a mark names changes answers, the mark is a finding with its line; the exit is 1."""
    (tmp_path / "t.dl").write_text(PRELUDE + example("dead-fact", "Good"))
    marks = [("A/contagion", "without contagious(Finding)"), ("A/contagion", "without finding(Finding)")]
    said = [f'- rule: "{rule}"\n  mutation: "{change}"\n  reason: "so"\n' for rule, change in marks]
    (tmp_path / "guards.yaml").write_text("# marks\n" + "".join(said))
    ran = run("analyze", str(tmp_path), "--as-of", DAY, "--only", "dead")
    assert ran.exit_code == 1
    assert "guards.yaml:5:1: stale-guard: A/contagion, without finding(Finding): what is marked" in ran.stdout


def test_of_a_case_bank_reliance_tells_how_many_lines_change() -> None:
    """The share of each name is what deciding each case with and without its rules comes to, line by line."""
    names = ("enrolled-age-not-documented", "age-not-documented", "mild-short-recording-ten-events")
    on = [word for name in names for word in ("--on", name)]
    ran = run("analyze", "ncd_240_4", "--as-of", DAY, "--only", "reliance", *on, "--format", "json")
    guideline = load("ncd_240_4")
    cases = [find_case(name, guideline) for name in names]
    for each in json.loads(ran.stdout)["reliance"]:
        rest = less(guideline, each["name"])
        changed = [
            case.id for case in cases
            for one, two in zip(outcomes(case, guideline), outcomes(case, rest), strict=True) if one != two
        ]  # fmt: skip
        share = each["share"]
        assert (share["changed"], share["cases"]) == (len(changed), list(dict.fromkeys(changed))), each["name"]
        assert share["lines"] == sum(len(case.lines) for case in cases)
    assert run("analyze", "ncd_240_4", "--on", names[0]).exit_code == 2


@pytest.mark.parametrize("args", [("analyze", "ncd_240_4", "--only", "reliance"), ("diff", "2019-01-01", "2020-01-01")])
def test_a_case_that_cannot_be_read_makes_no_bank(args: tuple[str, ...]) -> None:
    """What is proved is told all the same; the case that was named is said not to be there, and the exit is 2."""
    ran = run(*args, "--on", "nosuch")
    assert ran.exit_code == 2
    assert "nosuch: no such file or case" in ran.stderr
    assert ran.stdout


def test_an_answer_that_is_refused_is_explained_once() -> None:
    """Where a withdrawn rule leaves no contradiction, what was refused is told once, with all that it would be."""
    told = " ".join(run("analyze", "ncd_240_4", "--as-of", DAY, "--only", "reliance").stdout.split())
    assert "refused would be covered for the initial 12 weeks, covered (continued), " in told
    assert told.count("refused: the case contradicts itself, or a line of it has no outcome, or two") == 1


def test_a_witness_of_a_fault_says_why_it_is_refused_and_the_remedy_stands_beside_the_finding(tmp_path: Path) -> None:
    """The case is told without a place in a file that nobody has, and one remedy is told of it."""
    (tmp_path / "t.dl").write_text(f"{PRELUDE}\n{example('conflict', 'Bad')}")
    ran = run("analyze", str(tmp_path), "--as-of", DAY, "--only", "faults")
    assert "world: the rules give code" in ran.stdout
    assert "witness:1:1" not in ran.stdout
    assert ran.stdout.count("let one of them ask that the other does not hold") == 1


def less(guideline: Guideline, name: str) -> Guideline:
    """Return a guideline without the rules that rest on a name, read anew."""
    program = guideline.program
    rules = tuple(rule for rule in program.rules if name not in rests_on(rule))
    rest = program._replace(rules=rules)
    return Guideline(guideline.folder, rest, stratify(rest))


def outcomes(case: Case, guideline: Guideline) -> list[str]:
    try:
        return [line.outcome for line in decide(case, guideline, as_of=DAY).lines]
    except CaseError:
        return ["refused" for _ in case.lines]


@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4"])
def test_what_is_shown_to_rest_on_a_name_is_decided_so_without_its_rules(name: str) -> None:
    """A guideline read anew without the rules of a name gives each case that is shown the answer that is shown."""
    guideline = load(name)
    for each in reliance(guideline, DAY):
        if each.witnesses:
            after = each.witnesses[1]
            found = witness_of(after.said, less(guideline, each.name), after.world, after.code, DAY)
            assert (found.answer, found.by) == (after.answer, after.by), each.name


def test_each_change_without_a_statement_is_one_that_a_comparison_of_both_finds() -> None:
    """What is asked of one circuit with switches is what a guideline beside the same without the rules comes to."""
    guideline = load("ncd_240_4")
    withdrawn = Withdrawn(guideline, DAY, "")
    for name in ("B.8", "N-6", "Codes"):
        pair = Pair(Side(guideline, DAY), Side(less(guideline, name), DAY))
        expected = {(change.before, change.after) for change in pair.outcomes()}
        assert {(turn.before, turn.after) for turn in withdrawn.turns(name)} == expected != set()


def test_outcomes_are_told_in_words_and_the_code_that_stands_for_others_is_said_to() -> None:
    """Neither the name of an outcome is shown raw, nor a code as one that the guideline names."""
    told = run("analyze", "ncd_240_4", "--only", "reach").stdout + run("analyze", "cg_med_24", "--only", "harm").stdout
    assert "(any code not named)\n  not addressed: the code is not one of those listed" in told
    assert "medically necessary by IV becomes not medically necessary by X1" in " ".join(told.split())
    assert "medically_necessary" not in told


SAID = """
interpretation("INT-1", "as read").
%@ predicate said(Finding): {Finding} is said
%@ case: said each of finding
%@ predicate base(Finding): {Finding} is there anyway
%@ predicate still: it is so anyway
%@ predicate sign(Finding): {Finding} is a sign
%@ facts A/base
base(wheeze).
%@ rule A/said: cough is said
met :- said(cough).
"""
SETTLED = {
    "by another rule": """
%@ rule A/still: it is so anyway
still :- base(wheeze).
%@ rule A/met: it is so anyway
met :- still.
%@ rule A/read: wheeze is said
%@ reading: INT-1
met :- said(wheeze).
""",
    "by the rule itself": """
%@ rule A/sign: {Finding} is there
%@ reading: INT-1
sign(Finding) :- base(Finding).
%@ rule A/wheeze: wheeze is said
sign(wheeze) :- said(wheeze).
%@ rule A/met: a sign is there
met :- sign(wheeze).
""",
}


@pytest.mark.parametrize("text", SETTLED.values(), ids=SETTLED)
def test_what_the_text_alone_settles_is_weighed_as_it_is_decided(text: str, tmp_path: Path) -> None:
    """Where a rule fires by facts beside one that fires by a case, a reading changes what it changes, and no more."""
    (tmp_path / "t.dl").write_text(PRELUDE + SAID + text)
    guideline = load(tmp_path)
    base = {"date_of_service": DAY, "services": [{"cpt": "10001"}]}
    cases = [
        read_case({"id": str(at), **base, "said": said}, guideline)
        for at, said in enumerate([[], ["wheeze"], ["cough"], ["wheeze", "cough"]])
    ]
    without = Withdrawn(guideline, DAY, "")
    rest = less(guideline, "INT-1")
    told = {case.id: [decide(case, each).lines[0].outcome for each in (guideline, rest)] for case in cases}
    other = tuple(name for name, (before, after) in told.items() if before != after)
    assert without.shares(cases)["INT-1"].cases == other
    turns = [turn for turn in without.turns("INT-1") if without.shown("INT-1", turn)]
    assert bool(turns) == bool(other)
