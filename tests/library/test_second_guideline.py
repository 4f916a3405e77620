"""A second guideline is a folder of text: its own predicates, inputs, reasons and codes, and no line of Python."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.decision.decide import decide, judge
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.advice.line_rows import rows_of
from coverlog.explain.checker.phrases import Phrases
from coverlog.explain.checker.verify import verify
from coverlog.explain.commands.main import main
from coverlog.explain.proof.build import prove
from coverlog.explain.proof.document import as_json
from coverlog.explain.render.account_text import as_text
from jsonschema import Draft7Validator


@pytest.fixture(scope="module")
def folder(toy_folder: Callable[[str], Path]) -> Path:
    return toy_folder("oxygen")


@pytest.fixture(scope="module")
def oxygen(folder: Path) -> Guideline:
    return load(folder)


def request(**said: Any) -> dict[str, Any]:
    return {"id": "o", "date_of_service": "2024-05-01", "place": "home", "services": [{"cpt": "E1390"}]} | said


def case_of(oxygen: Guideline, **said: Any) -> Case:
    (case,) = read_text(json.dumps(request(**said)).encode(), "o.json", oxygen)
    assert isinstance(case, Case), case
    return case


def line(oxygen: Guideline, world: str = "open", **said: Any) -> dict[str, Any]:
    told: dict[str, Any] = decide(case_of(oxygen, **said), oxygen, world=world).as_json()["lines"][0]
    return told


def test_its_outcomes_are_its_own(oxygen: Guideline) -> None:
    """Necessary, not necessary and not addressed, by its statements and reasons."""
    met = line(oxygen, facts={"saturation": 85, "smoker": "absent"})
    assert (met["outcome"], met["by"]) == ("medically_necessary", ["O1"])
    unmet = line(oxygen, facts={"saturation": 95, "smoker": "absent"})
    assert (unmet["outcome"], unmet["by"]) == ("not_medically_necessary", ["O4"])
    assert line(oxygen, place="ward")["reason"] == "not_at_home"
    assert line(oxygen, services=[{"cpt": "E9999"}])["reason"] == "code_unknown"


def test_a_reason_without_a_label_is_told_in_words(oxygen: Guideline) -> None:
    """A symbol that the text gives no label is read as words, in the answer and by the checker of its proof."""
    case = case_of(oxygen, services=[{"cpt": "E9999"}])
    assert rows_of(judge(case, oxygen))[0].reason == "code unknown"
    assert "code_unknown" not in as_text(judge(case, oxygen), colour=False)
    assert Phrases(oxygen.program).label("code_unknown") == oxygen.program.label("code_unknown") == "code unknown"


def test_what_is_missing_may_be_an_absence_or_an_upper_bound(oxygen: Guideline) -> None:
    """A contraindication has to be denied, and a reading to be low enough."""
    told = line(oxygen)
    assert told["outcome"] == "more_information_needed"
    assert told["missing"] == [
        [{"finding": "saturation", "needs": "<= 88"}, {"finding": "smoker", "needs": "absent"}],
        [
            {"finding": "saturation", "needs": "<= 90"},
            {"finding": "seen_asleep", "needs": "present"},
            {"finding": "smoker", "needs": "absent"},
        ],
    ]
    assert line(oxygen, facts={"smoker": "present"})["outcome"] == "not_medically_necessary"


def test_worlds_differ_where_something_is_undocumented(oxygen: Guideline) -> None:
    """Nobody said that the member smokes: closed, that is no; open, it has to be said."""
    assert line(oxygen, "closed", facts={"saturation": 85})["outcome"] == "medically_necessary"
    assert line(oxygen, "open", facts={"saturation": 85})["missing"] == [[{"finding": "smoker", "needs": "absent"}]]


def test_what_it_rests_on_advises_and_notices(oxygen: Guideline) -> None:
    """Inferred statements, readings, advisories and notices are those of the text."""
    asleep = line(oxygen, "closed", facts={"saturation": 90, "seen_asleep": "present"})
    assert asleep["rests_on"] == ["O2", "R1"]
    told = decide(case_of(oxygen, visits=5), oxygen).as_json()
    assert [a["id"] for a in told["advisories"]] == ["visits"]
    assert told["notices"] == ["Benefits come first."]
    assert told["guideline"] == "OX-1"


def test_its_dates_select_its_rules(oxygen: Guideline) -> None:
    """Before a statement entered, it did not count."""
    facts = {"saturation": 85, "smoker": "present"}
    assert line(oxygen, facts=facts, date_of_service="2022-07-01")["outcome"] == "not_medically_necessary"
    assert line(oxygen, facts=facts, date_of_service="2022-06-30")["outcome"] == "medically_necessary"


@pytest.mark.parametrize("world", ["open", "closed"])
def test_its_proofs_are_verified(world: str, oxygen: Guideline) -> None:
    """The checker passes the proofs of another guideline too."""
    for facts in ({}, {"saturation": 85}, {"saturation": 95, "smoker": "absent"}, {"smoker": "present"}):
        case = case_of(oxygen, facts=facts)
        assert verify(as_json(prove(judge(case, oxygen, world=world))), case, oxygen.program) == []


def test_the_commands_take_it(folder: Path) -> None:
    """`-g FOLDER` decides by it, explains by it, and publishes its schema."""
    run = CliRunner()
    told = run.invoke(main, ["-g", str(folder), "decide", "-", "--format", "json"], input=json.dumps(request()))
    assert json.loads(told.stdout)["guideline"] == "OX-1"
    explained = run.invoke(main, ["-g", str(folder), "explain", "-"], input=json.dumps(request(place="ward")))
    assert "the guideline is for oxygen at home" in explained.stdout
    schema = json.loads(run.invoke(main, ["-g", str(folder), "schema"]).stdout)
    Draft7Validator.check_schema(schema)
    assert set(schema["properties"]["facts"]["properties"]) == {"smoker", "seen_asleep", "saturation"}
    assert {"place", "services", "date_of_service", "id"} == set(schema["required"])


def test_its_vocabulary_is_checked(oxygen: Guideline) -> None:
    """A word of the other guideline is unknown here."""
    (item,) = read_text(json.dumps(request(setting="office")).encode(), "o.json", oxygen)
    assert "unknown key setting" in getattr(item, "error", "")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"visit": 2}, "did you mean visits?"),
        ({"visits": -1}, "cannot be less than 0"),
        ({"facts": {"saturaton": 80}}, "did you mean saturation?"),
        ({"facts": {"saturation": "low"}}, "a whole number"),
        ({"facts": {"smoker": "maybe"}}, "none of the words allowed"),
        ({"place": "outpatient"}, "known are home, ward"),
    ],
)
def test_its_cases_are_put_right(said: dict[str, Any], error: str, oxygen: Guideline) -> None:
    """What a case says wrong is told in this guideline's words."""
    (item,) = read_text(json.dumps(request(**said)).encode(), "o.json", oxygen)
    assert error in getattr(item, "error", "")


@pytest.mark.parametrize(
    ("said", "valid"),
    [
        ({}, True),
        ({"visits": 0, "facts": {"smoker": {"status": "absent", "source": "a visit"}}}, True),
        ({"facts": {"saturation": {"value": 80}}}, True),
        ({"facts": {"saturation": "present"}}, False),
        ({"facts": {"smoker": 1}}, False),
        ({"place": "hospital"}, False),
        ({"services": []}, False),
    ],
)
def test_its_schema_admits_what_is_read(said: dict[str, Any], valid: bool, folder: Path, oxygen: Guideline) -> None:
    """The published schema and the reader agree."""
    schema = json.loads(CliRunner().invoke(main, ["-g", str(folder), "schema"]).stdout)
    assert Draft7Validator(schema).is_valid(request(**said)) == valid
    (item,) = read_text(json.dumps(request(**said)).encode(), "o.json", oxygen)
    assert isinstance(item, Case) == valid


def test_its_schema_knows_of_no_other(folder: Path) -> None:
    """No word of another guideline's matter stands in the schema."""
    text = CliRunner().invoke(main, ["-g", str(folder), "schema"]).stdout
    assert [word for word in ("week", "splint", "CG-MED-24", "EMG") if word in text] == []


@pytest.mark.parametrize("world", ["open", "closed"])
def test_the_command_and_the_library_agree(world: str, folder: Path, oxygen: Guideline, tmp_path: Path) -> None:
    """`decide` prints the object that the library returns, and what is doubtful in the case: here nothing."""
    file = tmp_path / "o.json"
    file.write_text(json.dumps(request(visits=5, facts={"saturation": 85})))
    told = CliRunner().invoke(main, ["-g", str(folder), "decide", str(file), "--format", "json", "--world", world])
    decided = decide(case_of(oxygen, visits=5, facts={"saturation": 85}), oxygen, world=world)
    assert told.exit_code == 0
    assert json.loads(told.stdout) == json.loads(json.dumps(decided.as_json() | {"warnings": []}))


# --- More rules, each in a folder of its own ---------------------------------------------------


Extended = Callable[..., Guideline]


@pytest.fixture
def extended(tmp_path: Path, toy_text: Callable[[str], str]) -> Extended:
    """Return a function that loads the guideline with a file beside it, some words of its own exchanged."""

    def load_extended(more: str, old: str = "", new: str = "") -> Guideline:
        text = toy_text("oxygen")
        assert old in text
        (tmp_path / "oxygen.dl").write_text(text.replace(old, new, 1))
        (tmp_path / "zz.dl").write_text(f"%@ source: Criteria\n{more}")
        return load(tmp_path)

    return load_extended


def test_its_canonical_cases_run(extended: Extended, tmp_path: Path) -> None:
    """Cases below its folder are compared with what they expect, absences and upper bounds included."""
    extended("")
    missing = [["saturation <= 88", "smoker absent"]]
    expect = {"E1390": {"outcome": "more_information_needed", "missing": missing}}
    file = tmp_path / "cases" / "more_information_needed" / "awake.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(request(id="awake", facts={"seen_asleep": "absent"}, expect=expect)))
    told = CliRunner().invoke(main, ["-g", str(tmp_path), "cases"])
    assert (told.exit_code, "awake" in told.stdout) == (0, True), told.stdout
    file.write_text(json.dumps(request(expect=expect)))
    assert CliRunner().invoke(main, ["-g", str(tmp_path), "cases"]).exit_code == 1


EDEMA = """
concept(edema, fact, "edema").
concept(leg_edema, fact, "edema of the legs").
%@ rule O1/leg: edema of the legs is edema
fact(edema) :- fact(leg_edema).
%@ rule O1/no-edema: without edema there is none of the legs
refuted(leg_edema) :- refuted(edema).
%@ rule O2/edema: {Percent} percent with edema is low
low :- measured(saturation, Percent), 89 = Percent, fact(edema).
"""


def test_a_reading_may_have_to_be_exact(extended: Extended) -> None:
    """One exact amount counts beside an upper bound, and only the weakest finding that is enough is asked for."""
    guideline = extended(EDEMA)
    known = {"smoker": "absent", "seen_asleep": "absent"}
    edema, exact = {"finding": "edema", "needs": "present"}, {"finding": "saturation", "needs": "= 89"}
    assert line(guideline, facts=known)["missing"] == [[{"finding": "saturation", "needs": "<= 88"}], [edema, exact]]
    assert line(guideline, facts=known | {"saturation": 89})["missing"] == [[edema]]
    assert line(guideline, facts=known | {"saturation": 89, "leg_edema": "present"})["by"] == ["O1"]
    assert line(guideline, facts=known | {"saturation": 89, "edema": "absent"})["by"] == ["O4"]
    assert line(guideline, facts=known | {"saturation": 90, "edema": "present"})["by"] == ["O4"]


IMPOSSIBLE = """
%@ predicate impossible(Reading): {Reading} is impossible
%@ error
%@ rule O1/impossible: {Reading} was {Percent} percent, which cannot be
impossible(Reading) :- measured(Reading, Percent), Percent > 100.
"""


def test_an_error_is_one_only_where_it_is_sure(extended: Extended) -> None:
    """A case is refused for an error that is documented, not for one that nobody can exclude yet."""
    guideline = extended(IMPOSSIBLE)
    with pytest.raises(CaseError, match=r"saturation was 101 percent, which cannot be \(facts.saturation\)"):
        line(guideline, facts={"saturation": 101})
    assert line(guideline, "closed")["outcome"] == "not_medically_necessary"
    assert line(guideline)["outcome"] == "more_information_needed"


HOSPICE = """
concept(hospice, fact, "hospice care").
concept(by_hospice, reason, "the hospice provides oxygen").
%@ rule O4/hospice: the hospice provides oxygen
not_addressed(Session, Code, by_hospice) :-
    service(Session, Code), oxygen(Code), place(home), fact(hospice), not covered(Session, Code).
"""


def test_a_line_may_wait_for_how_it_fails(extended: Extended) -> None:
    """Where no criterion can be met, but it is open which outcome that has, information is needed all the same."""
    uncovered = "not covered(Session, Code).\n\n%@ rule N/elsewhere"
    guideline = extended(HOSPICE, uncovered, uncovered.replace(").", "), not fact(hospice).", 1))
    high = {"saturation": 95}
    assert line(guideline, facts=high | {"hospice": "present"})["reason"] == "by_hospice"
    assert line(guideline, facts=high | {"hospice": "absent"})["by"] == ["O4"]
    assert line(guideline, "closed", facts=high)["by"] == ["O4"]
    assert line(guideline, facts=high)["outcome"] == "more_information_needed"


SIGNS = """
concept(stridor, sign, "stridor").
concept(wheeze, sign, "a wheeze").
%@ predicate sign(Sign): there is {Sign}
%@ case: signs present of sign
%@ open: sign unless no_sign
%@ predicate no_sign(Sign): there is no {Sign}
%@ case: signs absent of sign
%@ rule O2/signs: {Sign} is not there
medically_necessary(Session, Code, "O2") :-
    service(Session, Code), oxygen(Code), concept(Sign, sign, _), not sign(Sign).
%@ rule O2/sign: {Sign} is not there
advisory("sign") :- concept(Sign, sign, _), not sign(Sign).
"""


@pytest.mark.parametrize("world", ["open", "closed"])
def test_an_input_may_itself_be_open(world: str, extended: Extended) -> None:
    """An open finding read straight from the case is as good as one that a rule gives."""
    guideline = extended(SIGNS)
    both = {"facts": {"saturation": 95}, "signs": {"stridor": "present", "wheeze": "present"}}
    assert line(guideline, world, **both)["by"] == ["O4"]
    one = case_of(guideline, signs={"stridor": "present", "wheeze": "absent"})
    told = decide(one, guideline, world=world)
    assert told.lines[0].by == ("O2",)
    assert [advisory.text for advisory in told.advisories] == ["a wheeze is not there"]
    absent = [{"finding": "wheeze", "needs": "absent"}]
    assert world == "closed" or absent in line(guideline, signs={"stridor": "present"})["missing"]
