"""A guideline of visits, by text alone: records, sums, counts, modifiers and age, through every command."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import clingo
import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.said import read_case
from coverlog.engine.decision.decide import decide
from coverlog.engine.library.guideline import load
from coverlog.explain.commands.main import main

ADULT, CHILD = "1980-01-02", "2010-01-02"
TWO = {"pain": {"status": "present", "source": "note"}, "stiffness": "present", "weakness": "absent"}
Outcome = tuple[str, list[str]]
CLUES = ("pain", "stiffness", "unsteady_gait", "weakness")


def record(units: int, date: str = "2025-06-01", code: str = "97110") -> dict[str, Any]:
    return {"code": code, "date": date, "units": units, "source": "claim"}


def request(*modifiers: str, units: int = 4, code: str = "97110", **said: Any) -> dict[str, Any]:
    line = {"cpt": code, "units": units, "modifiers": list(modifiers)}
    case = {"id": "visits", "date_of_service": "2025-10-05", "birth_date": ADULT, "services": [line], "findings": TWO}
    return {key: value for key, value in (case | said).items() if value is not None}


FULL = [record(16)]
RENEWED = TWO | {"plan_renewed": "present"}
WORN = [record(20)]
DENIED = dict.fromkeys(CLUES, "absent") | {"pain": "present"}
B, C, D = (("medically_necessary", ["B"]), ("medically_necessary", ["C"]), ("not_medically_necessary", ["D"]))
UNMET = DENIED | {"plan_renewed": "present"}
WAITS: Outcome = ("more_information_needed", [])
SILENT: Outcome = ("not_addressed", [])
SMALL = [{"cpt": "97110", "units": 2, "modifiers": ["GP"]}]
CASES: dict[str, tuple[dict[str, Any], Outcome, Outcome]] = {
    "twenty-units-in-all": (request("GP", prior=FULL), B, B),
    "twenty-one-units": (request("GP", prior=[record(17)]), D, D),
    "a-year-ago-does-not-count": (request("GP", prior=[*FULL, record(9, "2024-10-05")]), B, B),
    "eleven-months-ago-counts": (request("GP", prior=[*FULL, record(1, "2024-10-06")]), D, D),
    "equal-records-count-apart": (request("GP", prior=[record(9), record(9)]), D, D),
    "other-codes-do-not-count": (request("GP", prior=[*FULL, record(9, code="99213")]), B, B),
    "the-other-therapy-counts": (request("GP", prior=[*FULL, record(1, code="97112")]), D, D),
    "no-record-at-all": (request("GP", units=20), B, B),
    "both-lines-count": (request("GP", services=[*SMALL, {"cpt": "97112", "units": 19}]), D, D),
    "an-unlisted-line-does-not-count": (request("GP", services=[*SMALL, {"cpt": "99213", "units": 19}]), B, B),
    "two-lines-of-two-units": (request("GP", services=[*SMALL, *SMALL], prior=[record(17)]), D, D),
    "another-session-does-not-count": (
        request("GP", services=[*SMALL, {"cpt": "97112", "units": 19, "session": 2}]), B, B),
    "renewed-up-to-forty": (request("GP", "KX", prior=[*FULL, record(20)], findings=RENEWED), C, C),
    "renewed-over-forty": (request("GP", "KX", prior=[*FULL, record(20), record(1)], findings=RENEWED), D, D),
    "not-said-to-be-renewed": (request("GP", "KX", prior=WORN), WAITS, D),
    "renewed-without-its-modifier": (request("GP", prior=WORN, findings=RENEWED), D, D),
    "renewed-without-clues": (request("GP", "KX", prior=WORN, findings=UNMET), D, D),
    "renewed-without-the-first-modifier": (request("KX", prior=WORN, findings=RENEWED), D, D),
    "without-its-modifier": (request(), D, D),
    "one-clue": (request("GP", findings={"pain": "present"}), WAITS, D),
    "one-clue-and-a-renewed-plan": (request("GP", findings=UNMET), D, D),
    "gait-and-weakness": (request("GP", findings={"unsteady_gait": "present", "weakness": "present"}), B, B),
    "one-clue-the-others-denied": (request("GP", findings=DENIED), D, D),
    "eighteenth-birthday": (request("GP", birth_date="2007-10-05"), B, B),
    "the-day-before": (request("GP", birth_date="2007-10-06"), SILENT, SILENT),
    "age-not-said": (request("GP", birth_date=None), WAITS, D),
    "age-not-said-renewed": (
        request("GP", "KX", birth_date=None, prior=WORN, findings=RENEWED), WAITS, D),
    "unlisted": (request("GP", code="99213"), SILENT, SILENT),
    "unlisted-for-a-child": (request("GP", code="99213", birth_date=CHILD), SILENT, SILENT),
    "the-other-code": (request("GP", code="97112"), B, B),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(toy_folder: Callable[[str], Path]) -> Path:
    """The guideline with a canonical case for each of CASES."""
    folder = toy_folder("therapy")
    for name, (case, opened, closed) in CASES.items():
        path = folder / "cases" / opened[0] / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        expected = {"expect": expected_of(case, opened), "expect_closed": expected_of(case, closed)}
        path.write_text(json.dumps(case | {"id": name} | expected, indent=1))
    return folder


def expected_of(case: dict[str, Any], first: Outcome) -> dict[str, dict[str, Any]]:
    """Return what the lines of a case come to: the first as told, the others by their code."""
    codes = [line["cpt"] for line in case["services"]]
    outcomes = {code: SILENT if code == "99213" else D for code in codes} | {codes[0]: first}
    return {
        code: {"outcome": outcome}
        | ({"by": by} if by else {})
        | ({"reason": "not_listed" if code == "99213" else "child"} if outcome == "not_addressed" else {})
        for code, (outcome, by) in outcomes.items()
    }


def run(folder: Path, *args: str, said: dict[str, Any] | None = None, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["-g", str(folder), *args], input=json.dumps(said), catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


def told(folder: Path, *args: str, said: dict[str, Any]) -> str:
    return " ".join(run(folder, *args, said=said).stdout.split())


def test_its_text_is_sound_and_laid_out(folder: Path) -> None:
    """The checks find nothing, and the layout is canonical."""
    assert "no findings" in run(folder, "check").stderr
    assert run(folder, "fmt", "--check").exit_code == 0


def test_its_cases_come_to_what_they_expect_in_both_worlds(folder: Path) -> None:
    """Every rule and branch is decided by a case, and each case comes to its outcomes."""
    out = " ".join(run(folder, "test", "--coverage").output.split())
    assert "0 not as expected" in out
    assert "coverage: rules 14 of 14 (100.0 %), branches 72 of 72 (100.0 %), 0 set aside" in out, out


def test_its_cases_notice_every_change_of_a_rule(folder: Path) -> None:
    """No mutant is missed."""
    assert ", 0 missed (100.0 %)" in " ".join(run(folder, "test", "--mutate").output.split())


@pytest.mark.parametrize("name", CASES)
def test_its_proofs_are_verified(name: str, folder: Path) -> None:
    """The checker passes the proofs of every case, in both worlds."""
    for world in ("open", "closed"):
        assert "0 do not hold" in run(folder, "explain", name, "--verify", "--all", "--world", world).output


def test_a_sum_is_told_with_its_members(folder: Path) -> None:
    """The proof adds up what was given and what is asked for, each with its source, and says that there is no more."""
    proof = told(folder, "explain", "-", "--full", said=request("GP", prior=FULL)).replace("│ ", "")
    assert "20 in total, at most 20 needed: 16 (was, 1), 4 (now, 97110); there are no others" in proof
    assert "prior.1, date 2025-06-01 to" in proof
    assert '"claim"' in proof


def test_what_is_missing_is_a_choice_of_clues_and_an_age(folder: Path) -> None:
    """With one clue it is one of the other three; without the age, the age beside it, in every answer."""
    guideline = load(folder)
    (line,) = decide(read_case(request("GP", findings={"pain": "present"}), guideline), guideline).lines
    others = [{"finding": clue, "needs": "present"} for clue in CLUES[1:]]
    assert line.as_json()["missing"] == [[{"at_least": 1, "of": others}]]
    unsaid = request("GP", birth_date=None, findings={"pain": "present"})
    (line,) = decide(read_case(unsaid, guideline), guideline).lines
    assert line.as_json()["missing"] == [[{"finding": "birth_date", "needs": ">= 18"}, {"at_least": 1, "of": others}]]
    assert "Is there a stiff joint?" in told(folder, "checklist", "-", said=unsaid)
    assert "at least 1 of these is so (there is a stiff joint" in told(folder, "letter", "-", said=unsaid)


def test_documenting_it_turns_the_line(folder: Path) -> None:
    """What-if sets a finding and a birth date, and says which statement or reason made the difference, in words."""
    unsaid = request("GP", birth_date=None, findings={"pain": "present"})
    after = told(folder, "whatif", "-", "--set", "stiffness=present", "--set", f"birth_date={ADULT}", said=unsaid)
    assert "more information needed -> medically necessary by B" in after
    after = told(folder, "whatif", "-", "--set", f"birth_date={CHILD}", said=unsaid)
    assert "more information needed -> not addressed" in after
    assert "after the guideline is for adults after F:" in after


def test_records_are_asked_for_and_told(folder: Path) -> None:
    """A query counts and adds up records; the book has the text, and the schema their fields."""
    said = request("GP", prior=[*FULL, record(3, "2024-01-05")])
    assert told(folder, "query", "recent(Id, U)", "--case", "-", said=said) == "Id U certain 1 16 yes"
    assert told(folder, "query", "#sum { U, I : recent(I, U) } = 16", "--case", "-", said=said).startswith("yes")
    assert "no more than 20 units" in run(folder, "doc").stdout
    fields = json.loads(run(folder, "schema").stdout)["properties"]["prior"]["items"]["properties"]
    assert set(fields) == {"code", "date", "units", "source"}
    blank = run(folder, "new").stdout
    assert "a line may also have modifiers: ..." in blank
    assert "# prior: [{code: ..., date: YYYY-MM-DD, units: N}]" in blank


@pytest.mark.parametrize("name", CASES)
def test_clingo_judges_it(name: str, folder: Path) -> None:
    """Of the exported text, clingo covers what the closed world covers."""
    control = clingo.Control(["--warn=none"])
    control.add("base", [], run(folder, "export", "--asp", name).stdout)
    control.ground([("base", [])])
    with control.solve(yield_=True) as handle:
        (found,) = ({s.name for s in model.symbols(atoms=True)} for model in handle)
    outcomes = {"medically_necessary", "not_medically_necessary", "not_addressed"}
    assert CASES[name][2][0] in found & outcomes


@pytest.mark.parametrize("name", CASES)
def test_a_unit_is_said_once_in_a_letter(name: str, folder: Path) -> None:
    """Where a gloss says the unit of a record's number, a letter does not say it again."""
    assert "months months" not in told(folder, "letter", name, said={})


@pytest.mark.parametrize(("others", "noted"), [(["GP"], False), (["GP", "KX"], True), ([], True)])
def test_lines_of_one_code_that_differ_are_noted(others: list[str], noted: bool, folder: Path) -> None:
    """A code that stands twice in a session with other modifiers is read as one line, and a note says so."""
    lines = [*SMALL, {"cpt": "97110", "units": 2, "modifiers": others}]
    for session in (1, 2):
        case = read_case(request("GP", services=[lines[0], lines[1] | {"session": session}]), load(folder))
        assert any("stands twice in session 1 with other modifiers" in n for n in case.notes) == (
            noted and session == 1
        )
