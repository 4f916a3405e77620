"""A second guideline is a folder of text: its own predicates, inputs, reasons and codes, and no line of Python."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator

from coverlog.engine.case import Case, read_text
from coverlog.engine.decide import decide, judge
from coverlog.engine.library import Guideline, load
from coverlog.explain.checker import verify
from coverlog.explain.cli import main
from coverlog.explain.proof import prove
from coverlog.explain.render import as_json

OXYGEN = """
guideline("OX-1", "Home oxygen", "2024-01-01").

%@ source: Criteria
statement("O1", stated, "2020-01-01", "oxygen at home for low saturation").
statement("O2", inferred, "2020-01-01", "or for a lower one seen during sleep").
statement("O3", stated, "2022-07-01", "not for those who smoke").
statement("O4", stated, "2020-01-01", "not otherwise").
statement("N", stated, "", "for members at home").
interpretation("R1", "an attested smoker is one who was not denied to smoke").
notice("N", "Benefits come first.").

concept(home, place, "home").
concept(ward, place, "a ward").
concept(smoker, fact, "smoking").
concept(seen_asleep, fact, "a reading during sleep").
concept(saturation, reading, "saturation").
concept(not_at_home, reason, "the guideline is for oxygen at home").

%@ predicate service(Session, Code): {Code} is requested
%@ case: services
%@ predicate place(Place): the place is {Place}
%@ case: place one of place
%@ predicate visits(Count): {Count} visits were made
%@ case: visits count
%@ predicate attested(Fact): the record attests {Fact}
%@ case: facts present of fact
%@ predicate refuted(Fact): the record refutes {Fact}
%@ case: facts absent of fact
%@ predicate fact(Fact): there is {Fact}
%@ open: fact unless refuted
%@ predicate measured(Reading, Percent): {Reading} was {Percent} percent
%@ case: facts amount of reading
%@ open: reading
%@ predicate oxygen(Code): {Code} is oxygen
%@ predicate low: the saturation is low enough
%@ predicate medically_necessary(Session, Code, Statement): {Code} is necessary by {Statement}
%@ predicate not_medically_necessary(Session, Code, Statement): {Code} is not necessary by {Statement}
%@ predicate not_addressed(Session, Code, Reason): {Code} is not addressed: {Reason}
%@ predicate covered(Session, Code): {Code} is covered
%@ predicate advisory(Advisory): advisory {Advisory}

%@ facts O1/codes
oxygen("E1390").

%@ rule O1/attested: the record attests {Fact}
fact(Fact) :- attested(Fact).

%@ rule O1/low: {Percent} percent is low
low :- measured(saturation, Percent), Percent <= 88.

%@ rule O2/asleep: {Percent} percent during sleep is low
low :- measured(saturation, Percent), Percent <= 90, fact(seen_asleep).

%@ rule O1: low saturation at home
medically_necessary(Session, Code, "O1") :-
    service(Session, Code), oxygen(Code), place(home), low, not smokes.

%@ predicate smokes: there is smoking, and that counts

%@ rule O3: those who smoke get none
%@ reading: R1
smokes :- fact(smoker).

%@ rule O4/covered: {Code} is covered
covered(Session, Code) :- medically_necessary(Session, Code, Statement).

%@ rule O4: nothing covers {Code}
not_medically_necessary(Session, Code, "O4") :-
    service(Session, Code), oxygen(Code), place(home), not covered(Session, Code).

%@ rule N/elsewhere: {Code} is for the home
not_addressed(Session, Code, not_at_home) :- service(Session, Code), not place(home).

%@ rule N/not-listed: {Code} is not listed
not_addressed(Session, Code, code_unknown) :- service(Session, Code), place(home), not oxygen(Code).

%@ rule visits: {Count} visits are many
%@ cites: N
advisory("visits") :- visits(Count), Count > 3.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("oxygen")
    (path / "oxygen.dl").write_text(OXYGEN)
    return path


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
