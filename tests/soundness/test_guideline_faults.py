"""What a guideline may ask for, and what becomes of a case that its rules leave without an outcome, or give two."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.decision.decide import decide
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.collected import RESERVED
from coverlog.engine.soundness.lint import findings_of
from coverlog.engine.soundness.registry import ERROR, WARNING, severity
from coverlog.explain.commands.main import main

HEADER = """
guideline("T", "a test", "2025-01-01").

%@ source: Criteria
statement("A", stated, "", "the criterion").
statement("B", inferred, "", "the rest").
interpretation("INT-1", "as read here"). authority(hearsay, "x").
notice("B", "Benefits come first.").

concept(elsewhere, reason, "another place").
concept(cough, finding, "a cough").
concept(fever, finding, "fever").
ask(cough, "Is there a cough?", "there is a cough"). plain(cough, "coughing"). tell(cough, "you cough", "").

%@ predicate service(Session, Code): code {Code} is requested in session {Session}
%@ case: services
%@ predicate documented(Finding): {Finding} is documented
%@ case: findings present of finding
%@ predicate denied(Finding): {Finding} is denied
%@ case: findings absent of finding
%@ predicate finding(Finding): there is {Finding}
%@ open: finding unless denied
%@ predicate met(Code): code {Code} meets a criterion
%@ predicate medically_necessary(Session, Code, Statement): code {Code} is necessary by {Statement}
%@ predicate not_medically_necessary(Session, Code, Statement): code {Code} is not necessary by {Statement}
%@ predicate not_addressed(Session, Code, Reason): code {Code} is not addressed: {Reason}

%@ rule A/documented: there is {Finding}
finding(Finding) :- documented(Finding).
"""
NECESSARY = """
%@ rule A: code {Code} meets a criterion
medically_necessary(Session, Code, "A") :- service(Session, Code), met(Code).
"""
OTHERWISE = """
%@ rule B: code {Code} meets no criterion
%@ reading: INT-1
not_medically_necessary(Session, Code, "B") :- service(Session, Code), not met(Code).
"""
ASKED = {
    "guideline": 'guideline("T", _, _)',
    "statement": 'statement("A", stated, _, Words)',
    "interpretation": 'interpretation("INT-1", _)',
    "notice": 'notice("B", _)',
    "concept": "concept(Finding, finding, _)",
    "ask": "ask(Finding, _, _)",
    "authority": "authority(hearsay, _)",
    "plain": "plain(Finding, _)",
    "tell": "tell(Finding, _, _)",
}


def met(asked: str) -> str:
    finding = "Finding" if "Finding" in asked else "cough"
    return f"\n%@ rule A/met: code {{Code}} meets it\nmet(Code) :- service(S, Code), finding({finding}), {asked}.\n"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write_text(text: str) -> Path:
        (tmp_path / "t.dl").write_text(HEADER + text)
        return tmp_path

    return write_text


def request(**said: Any) -> dict[str, Any]:
    return {"id": "c", "date_of_service": "2025-05-01", "services": [{"cpt": "10001"}]} | said


def case_of(guideline: Guideline, **said: Any) -> Case:
    (case,) = read_text(json.dumps(request(**said)).encode(), "c.json", guideline)
    assert isinstance(case, Case), case
    return case


def test_every_reserved_fact_is_asked_for_here() -> None:
    """The parameters below leave none out."""
    assert ASKED.keys() == RESERVED.keys()


@pytest.mark.parametrize("name", [*ASKED, "not"])
def test_rules_may_ask_for_reserved_facts(name: str, write: Callable[[str], Path], tmp_path: Path) -> None:
    """Every command works with a guideline whose rules ask for what every guideline states."""
    asked = ASKED.get(name, 'not notice("A", "x"), not ask(fever, "x", "y"), not statement("C", stated, "", "z")')
    folder = write(met(asked) + NECESSARY + OTHERWISE)
    canonical = folder / "cases" / "medically_necessary" / "cough.yaml"
    canonical.parent.mkdir(parents=True)
    expected = {"10001": {"outcome": "medically_necessary"}}
    said = request(id="cough", findings={"cough": "present"}, expect=expected, expect_closed=expected)
    canonical.write_text(json.dumps(said))

    def run(*args: str, said: Any = None, status: int = 0) -> Result:
        result = CliRunner().invoke(main, ["-g", str(folder), *args], input=json.dumps(request(findings=said or {})))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == status, (args, result.output)
        return result

    assert "error" not in run("check").output
    outcomes = {}
    for world in ("open", "closed"):
        for said in ({"cough": "present"}, {"cough": "absent", "fever": "absent"}, {}):
            told = json.loads(run("decide", "-", "--world", world, "--format", "json", said=said).stdout)
            outcomes[world, len(said)] = told["lines"][0]["outcome"]
            run("explain", "-", "--world", world, "--verify", said=said)
            run("explain", "-", "--world", world, "--all", said=said)
            run("letter", "-", "--world", world, said=said)
    assert outcomes == {
        ("open", 1): "medically_necessary", ("open", 2): "not_medically_necessary",
        ("open", 0): "more_information_needed", ("closed", 1): "medically_necessary",
        ("closed", 2): "not_medically_necessary", ("closed", 0): "not_medically_necessary",
    }  # fmt: skip
    run("checklist", "-")
    run("whatif", "-", "--set", "cough=present")
    run("query", asked.replace("not ", "").split("),")[0].rstrip(")") + ")")
    run("query", 'medically_necessary(S, C, "A")', "--case", "cough", "--explain")
    assert "0 not as expected" in run("test", "--coverage", status=1).output  # one case does not cover it all
    for command in (["graph"], ["rules"], ["trace"], ["show", "A/met"], ["doc", "-o", str(tmp_path / "b.html")]):
        run(*command)


GAP = NECESSARY + met("Finding = cough") + OTHERWISE.replace("not met(Code)", 'not met(Code), Code != "10002"')


def test_a_line_without_outcome_is_an_error_of_its_case(write: Callable[[str], Path], tmp_path: Path) -> None:
    """The other cases of the run are decided; the error names the text's place, the case and the line."""
    folder = write(GAP)
    cases = [request(id="good"), request(id="bad", services=[{"cpt": "10002"}]), request(id="better")]
    (tmp_path / "c.json").write_text(json.dumps(cases))
    run = CliRunner().invoke(
        main, ["-g", str(folder), "decide", str(tmp_path / "c.json"), "--world", "closed", "--format", "json"]
    )
    assert run.exit_code == 2
    good, bad, better = json.loads(run.stdout)
    assert [each["lines"][0]["outcome"] for each in (good, better)] == ["not_medically_necessary"] * 2
    assert bad["case"] == "bad"
    assert "c.json:1:" in bad["error"]
    assert "the rules give code 10002 in session 1 no outcome (t.dl:25:1)" in bad["error"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (GAP, ["10002"]),
        (NECESSARY + met("Finding = cough"), ["00000"]),
        (NECESSARY + met("Finding = cough") + OTHERWISE, []),
        (GAP.replace('!= "10002"', '!= "10002", finding(fever)'), ["00000"]),
    ],
)
def test_a_line_that_can_be_left_out_is_warned_of(text: str, found: list[str]) -> None:
    """The warning names a code that comes to no outcome, and there is none where every line comes to one."""
    told = [f for f in findings_of([("t.dl", HEADER + text)]) if f.code == "line-without-outcome"]
    assert [finding.message.split()[4] for finding in told] == found
    assert all(severity(finding) == WARNING for finding in told)


BOTH = met("Finding = cough") + NECESSARY + OTHERWISE.replace("not met(Code)", "finding(fever)") + (
    "\n%@ rule B/else: code {Code} is of another place\n"
    "not_addressed(Session, Code, elsewhere) :- service(Session, Code), not met(Code), not finding(fever).\n"
)  # fmt: skip


@pytest.mark.parametrize("world", ["open", "closed"])
def test_two_outcomes_are_an_error_that_names_both_rules(world: str, write: Callable[[str], Path]) -> None:
    """Where two outcomes that exclude each other surely hold, none wins in silence."""
    guideline = load(write(BOTH))
    both = case_of(guideline, findings={"cough": "present", "fever": "present"})
    with pytest.raises(CaseError) as caught:
        decide(both, guideline, world=world)
    assert str(caught.value).startswith("c.json:1:1: the rules give code 10001 in session 1 two outcomes: ")
    assert "medically_necessary by A (t.dl:35:1) and not_medically_necessary by B (t.dl:39:1)" in str(caught.value)


def test_an_outcome_that_is_only_possible_contradicts_none(write: Callable[[str], Path]) -> None:
    """In the open world a sure outcome stands beside another that nobody can exclude yet."""
    guideline = load(write(BOTH))
    decided = decide(case_of(guideline, findings={"cough": "present"}), guideline)
    assert decided.lines[0].outcome == "medically_necessary"
    assert decide(case_of(guideline), guideline, world="closed").lines[0].reason == "elsewhere"


@pytest.mark.parametrize(
    ("declared", "said", "fault"),
    [
        ("visits count\n%@ open", "visits(V), V >= 3", ""),
        ("visits count\n%@ open: finding", "visits(V), V >= 3", "is a number and no finding"),
        ("visits each of finding\n%@ open", "visits(V), V != fever", "no kind of concept is named"),
        ("visits one of finding\n%@ open: finding", "visits(cough)", ""),
        ("visits one of finding default cough\n%@ open: finding", "visits(cough)", "it is cough by default"),
        ("visits one of finding\n%@ open: reason", "visits(cough)", "is one finding"),
        ("visits count\n%@ open", "visits(3)", "fixes an amount"),
        ("visits count\n%@ open", "visits(V), V != 3", "compares an amount"),
    ],
)
def test_counts_and_choices_may_be_open(declared: str, said: str, fault: str, write: Callable[[str], Path]) -> None:
    """An open number is compared only; an open choice names its kind and has no default."""
    text = f"\n%@ predicate visits(V): {{V}}\n%@ case: {declared}\n" + met(said) + NECESSARY + OTHERWISE
    found = [str(finding) for finding in findings_of([("t.dl", HEADER + text)]) if severity(finding) == ERROR]
    assert (fault in found[0]) if fault else found == []


@pytest.mark.parametrize(
    ("declared", "said", "yes", "no"),
    [
        ("count\n%@ open", "visits(V), V >= 3", 3, 2),
        ("one of finding\n%@ open: finding", "visits(cough)", "cough", "fever"),
    ],
)
def test_what_is_open_is_unknown_until_it_is_said(
    declared: str, said: str, yes: object, no: object, write: Callable[[str], Path]
) -> None:
    """Undocumented it denies nothing; said, it decides; in the closed world it is not so."""
    text = f"\n%@ predicate visits(V): {{V}}\n%@ case: visits {declared}\n" + met(said) + NECESSARY + OTHERWISE
    guideline = load(write(text))
    evaluator = guideline.evaluator("2025-05-01")

    def outcomes(is_open: bool, **more: object) -> set[str]:
        case = case_of(guideline, findings={"cough": "present"}, **more)
        model = evaluator.evaluate(case.facts, open_world=is_open)
        names = ("medically_necessary", "not_medically_necessary")
        return {f"{'' if model.sure(a) else 'perhaps '}{name}" for name in names for a in model.atoms(name)}

    assert outcomes(True) == {"perhaps medically_necessary", "perhaps not_medically_necessary"}
    assert outcomes(False) == {"not_medically_necessary"}
    for is_open in (True, False):
        assert outcomes(is_open, visits=yes) == {"medically_necessary"}
        assert outcomes(is_open, visits=no) == {"not_medically_necessary"}
