"""What a first screen, a checklist and a letter say is so of the case: nothing is left out that would turn it."""

import json
import random
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.decision.decide import Judged, judge
from coverlog.engine.decision.decision import WORLDS
from coverlog.engine.decision.need import AtLeast, Need
from coverlog.engine.language.comparison import bounds, within
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.graph import below
from coverlog.engine.program.interface import WAITING
from coverlog.explain.advice.account import Account, accounts
from coverlog.explain.advice.asks import steps_to
from coverlog.explain.advice.checklist import checklist
from coverlog.explain.advice.item import OPEN
from coverlog.explain.advice.letter import letter
from coverlog.explain.advice.remedies import unstated
from coverlog.explain.proof.build import prove
from coverlog.explain.render.account_text import screen
from coverlog.explain.render.account_words import told as ways_in_words

Size = Callable[[int, int], int]
Said = dict[str, Any]
WRIST: Said = {
    "id": "wrist", "date_of_service": "2025-11-03", "setting": "outpatient", "diagnoses": ["G56.01"],
    "services": [{"cpt": "95886"}, {"cpt": "95909"}],
}  # fmt: skip
SLEEP: Said = {"id": "sleep", "date_of_service": "2024-05-06", "services": [{"cpt": "E0601"}]}
QUALIFIES: Said = {
    "sleep_test": "psg_attended", "indices": {"ahi": 22.4}, "recorded_hours": 6.1,
    "findings": dict.fromkeys(("clinical_evaluation", "test_ordered_by_treating_physician", "test_supervised",
                               "education_given", "benefit_documented"), "present"),
}  # fmt: skip


@pytest.fixture(scope="module")
def ncd() -> Guideline:
    return load("ncd_240_4")


@pytest.fixture(scope="module")
def drawn(
    criteria: ModuleType, apnea_criteria: ModuleType, guideline: Guideline, ncd: Guideline, size: Size
) -> list[Judged]:
    """Cases drawn for both guidelines, each decided in a world."""
    rng = random.Random(2026)
    return [
        decided(generated.generate(rng), of, WORLDS[at % 2])
        for generated, of in ((criteria, guideline), (apnea_criteria, ncd))
        for at in range(size(60, 600))
    ]


def decided(said: Said, guideline: Guideline, world: str = "open") -> Judged:
    (case,) = read_text(json.dumps(said).encode(), "said", guideline)
    assert isinstance(case, Case), (case, said)
    return judge(case, guideline, world=world)


def named(name: str, guideline: Guideline, world: str = "open") -> Judged:
    (case,) = read_files(guideline.folder.glob(f"cases/*/{name}.yaml"), guideline)
    assert isinstance(case, Case)
    return judge(case, guideline, world=world)


def text(account: Account, judged: Judged) -> str:
    return " ".join(" ".join(screen(account, judged, 100)).split())


def needs(account: Account) -> Iterator[Need]:
    for way in account.ways:
        for each in (wanted.need for place in way.places for wanted in place):
            yield from each.of if isinstance(each, AtLeast) else [each]


def test_the_open_items_of_a_screen_are_what_is_missing(drawn: list[Judged]) -> None:
    """Each thing that is missing is open in the reason; where an open item is said to decide, each does."""
    number = 0
    for judged in drawn:
        for account in accounts(judged):
            if account.lines[0].role == WAITING and account.ways and account.blocks:
                lacking = {i for block in account.blocks for way in block.lacking for i in way}
                opened, wanted = {i.atom for i in lacking if i.state == OPEN}, {need.atom for need in needs(account)}
                assert wanted <= opened
                assert opened == wanted or "OPEN item decides" not in text(account, judged)
                number += 1
    assert number > 5


def test_no_item_both_decides_and_does_not(drawn: list[Judged]) -> None:
    """What stands in a reason as deciding stands nowhere in it as what does not decide."""
    for judged in drawn:
        for account in accounts(judged):
            lacking = {i for block in account.blocks for way in block.lacking for i in way}
            assert not lacking & {i for block in (*account.blocks, *account.beside) for i in block.beside}


@pytest.mark.parametrize("first_use", ["2024-05-05", "2022-01-01"])
def test_what_fails_beside_all_that_bars_another_way_does_not_decide(first_use: str, ncd: Guideline) -> None:
    """A child is refused for the age alone, however long the device is in use: one of two periods always applies."""
    judged = decided({**SLEEP, **QUALIFIES, "age": 17, "first_use": first_use}, ncd)
    (account,), (reason,) = accounts(judged), letter(judged).reasons
    assert account.fails
    assert {i.concept for block in account.blocks for way in block.lacking for i in way} == {"age"}
    assert "Your record shows that you first used the device" not in " ".join(reason.member)


def test_an_item_that_decides_nothing_is_not_said_to_decide(guideline: Guideline) -> None:
    """One of two conditions asks for one thing, the other one for more beside it: not each open item decides."""
    said = {"diagnoses": ["O98.72", "E10.9"], "findings": {"weakness": "present"}}
    judged = decided({**WRIST, **said}, guideline)
    (account,) = accounts(judged)
    assert "OPEN item decides" not in text(account, judged)
    assert "Would be met with: the expectation that the result will guide management" in text(account, judged)
    assert "We need one more fact." in letter(judged).reasons[0].member


def test_a_way_that_takes_less_leaves_the_rest_undecided(ncd: Guideline) -> None:
    """Of a participant in a study the age alone is asked for, though other ways to be covered are open as well."""
    findings = {"enrolled_in_approved_study": "present"}
    judged = decided({**SLEEP, "findings": findings}, ncd)
    (account,) = accounts(judged)
    assert text(account, judged).count(" OPEN ") == 2  # in the headline, and of the age
    assert "the OPEN item decides" in text(account, judged)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", ["screening-without-symptoms", "screening-nmj-inpatient"])
def test_what_bars_rests_on_what_the_rule_in_whose_words_it_is_told_goes_by(
    name: str, world: str, guideline: Guideline
) -> None:
    """That what a screening does not document is absent is a reading: the screen and the letter name it."""
    judged = named(name, guideline, world)
    (account, *_), (reason, *_) = accounts(judged), letter(judged).reasons
    told = text(account, judged)
    assert "BARS the test is a screening" in told
    assert {"X1.screening", "INT-6"} <= {
        *re.findall(r"[\w.-]+", told.partition("Rests on: ")[2].partition("Folded")[0])
    }
    assert any("INT-6" in flag for flag in reason.flags)


def test_what_a_case_has_to_state_is_asked_for_wherever_it_waits_for_it(
    drawn: list[Judged], guideline: Guideline
) -> None:
    """Where the screen names it as open, the checklist and the letter ask the question too."""
    asked = 0
    for judged in [named("back-pain-with-weakness-asks-for-the-condition", guideline), *drawn]:
        found = [account for account in accounts(judged) if account.wanted]
        for account in found:
            question = unstated(judged)
            assert question.startswith("No other " if account.another else "No "), judged.decision.case
            lines = tuple(f"{line.code}@{line.session}" for line in account.lines)
            (member,) = (reason.member for reason in letter(judged).reasons if reason.lines == lines)
            assert f"Your doctor can tell us: {question.partition('. ')[2]}" in member
            asked += 1
    assert asked > 3


@pytest.mark.parametrize("beside", ["lymphedema", "anticoagulant_therapy"])
def test_no_request_is_said_to_be_for_what_is_nothing_to_test_for(beside: str, guideline: Guideline) -> None:
    """It is told as something of the person; the request is for the condition beside it."""
    said = {"services": [{"cpt": "95909"}], "conditions": [beside],
            "findings": {"weakness": "present", "significant_weakness_on_exam": "present"}}  # fmt: skip
    judged = decided({**WRIST, **said}, guideline)
    assert judged.decision.lines[0].by[-1] == "III.3"
    paragraph = " ".join(letter(judged).reasons[0].member)
    assert paragraph.count("Your request is for") == 1
    assert "Your request is for carpal tunnel syndrome." in paragraph


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", ["screening-cts-splinted-but-no-symptom", "screening-without-symptoms"])
def test_what_alone_would_be_enough_is_not_said_to_decide_nothing(name: str, world: str, guideline: Guideline) -> None:
    """Symptoms lift what bars a screening as they are recorded: all that a way takes of the record could change it."""
    judged = named(name, guideline, world)
    (account,), (reason,) = accounts(judged), letter(judged).reasons
    assert account.fails
    assert any(not way.request for way in account.ways)
    rows = " ".join(row.asked for row in reason.doctor)
    assert "could change it" in rows
    for told in (text(account, judged), rows):
        assert "not decide" not in told


def test_what_decides_between_other_answers_is_not_said_to_decide_nothing(guideline: Guideline) -> None:
    """The setting that the headline says to decide leads to no yes, and that is what the fold and the table say."""
    judged = named("no-signs-and-setting-not-stated", guideline)
    (account,), (reason,) = accounts(judged), letter(judged).reasons
    assert "setting decides between" in text(account, judged)
    rows = " ".join(row.asked for row in reason.doctor)
    for told in (text(account, judged), rows):
        assert "not decide" not in told
        assert re.search(r"leads? to no yes", told)


def test_an_item_has_the_statement_that_asks_for_it_there(
    drawn: list[Judged], guideline: Guideline, size: Size
) -> None:
    """The statement of an item asks for no condition that neither the case states nor the same list asks for."""
    asked = 0
    for judged in [named("no-indication-at-all", guideline), *drawn[: size(20, 600)]]:
        for listed in checklist(judged):
            atoms = {a for a in judged.model.atoms("medically_necessary") if a.args[:2] == listed.line.key}
            steps = list(steps_to(sorted(atoms, key=str), judged.model))
            for each in listed.asks:
                stated = {item.need.atom for item in each.items if isinstance(item.need, Need)}
                for item in each.items:
                    if not isinstance(item.need, Need) or item.need.atom.predicate != "finding":
                        continue
                    by = [s for s in steps if item.need.atom in s.premises and s.rule.cites[0] == item.statement]
                    assert any(judged.model.sure(p) or p in stated for s in by for p in s.premises
                               if p.predicate == "condition") or any(
                        all(p.predicate != "condition" for p in s.premises) for s in by
                    ), (item, each)  # fmt: skip
                    asked += 1
    assert asked > 20


def test_an_item_of_a_way_has_a_statement_that_takes_it_up(drawn: list[Judged], guideline: Guideline) -> None:
    """A rule of it reads the item for something else, and needs an amount to be within the bounds that are told."""
    asked = 0
    for judged in [named("headache-emg-with-ncs", guideline), *drawn]:
        program = judged.guideline.program
        for item in (i for each in checklist(judged) for way in each.ways.ways for i in way.ask.items):
            if not isinstance(item.need, Need) or item.need.denies:
                continue
            own = below(program, item.need.atom.predicate)  # what says that it is so
            rules = [
                rule for rule in program.rules if item.statement in rule.cites[:1] and rule.head.predicate not in own
            ]
            rules = [rule for rule in rules if own & {literal.atom.predicate for literal in rule.literals}]
            assert rules, item
            limits = (within([limit for c in rule.comparisons if (limit := bounds(c))]) for rule in rules)
            assert item.need.bounds is None or item.need.bounds in limits, item
            asked += 1
    assert asked > 100


@pytest.mark.parametrize("world", WORLDS)
def test_a_condition_that_is_not_enough_is_named_as_such(world: str, guideline: Guideline) -> None:
    """Where a case states one, another one is asked for, in the screen, the checklist and the letter alike."""
    judged = named("anticoagulation-and-no-condition-ncs-alone", guideline, world)
    (account,), (reason,) = accounts(judged), letter(judged).reasons
    told = text(account, judged)
    assert (
        "The case states anticoagulant therapy (Z79.01), and every criterion for this request asks for another" in told
    )
    assert "no condition is stated" not in told
    assert "names none that is enough" in " ".join(reason.member)


def test_what_the_case_names_is_not_said_to_be_stated_twice(guideline: Guideline) -> None:
    """A condition given by its name stands there alone, one given by a code with the code."""
    said = {**WRIST, "diagnoses": ["I89.0"], "conditions": ["anticoagulant_therapy"]}
    judged = decided(said, guideline)
    (account,) = accounts(judged)
    assert "The case states anticoagulant therapy and lymphedema (I89.0), and" in text(account, judged)


def test_no_request_is_said_to_stand_alone_beside_another(guideline: Guideline) -> None:
    """Needle EMG that is requested with repetitive stimulation is without conduction studies, and not alone."""
    judged = decided({**WRIST, "services": [{"cpt": "95886"}, {"cpt": "95937"}]}, guideline)
    for account in accounts(judged):
        assert "(EMG without NCS)" in text(account, judged)
    for reason in letter(judged).reasons:
        assert "alone" not in " ".join(reason.member)


def test_a_way_by_its_statements_has_as_many_items_as_it_takes(drawn: list[Judged]) -> None:
    """Where room is short a way says how many items of each statement it takes, and these are all that it takes."""
    number = 0
    for judged in drawn:
        for account in accounts(judged):
            for way in (each for each in account.ways if len(each.places) > 1):
                (told,) = ways_in_words([way], account.blocks, named=True)
                counted = 0
                for items, names in re.findall(r"(\d+) items? under (?:each of )?([^;()]+)", told):
                    counted += int(items) * len(re.split(r", | and ", names.strip()))
                assert counted == len(way.places), told
                number += 1
    assert number > 10


def test_each_is_said_of_what_the_record_says_of_each(drawn: list[Judged], ncd: Guideline) -> None:
    """Several things are `each recorded` or `each ruled out`; what is stated or open in their place is said once."""
    for judged in [*drawn, named("another-test", ncd)]:
        texts = [text(account, judged) for account in accounts(judged)]
        texts += [row.recorded for reason in letter(judged).reasons for row in reason.doctor]
        for told in texts:
            assert not re.search(r"(^|: )each (?!recorded|ruled out)[^;(]*(is stated|not (stated|recorded))", told), (
                told
            )


def test_a_way_of_several_things_is_told_as_one(ncd: Guideline) -> None:
    """A Type IV test with too few channels, where another test was made: both are needed, in one way."""
    judged = decided({**SLEEP, **QUALIFIES, "age": 40, "sleep_test": "other", "channels": 2}, ncd)
    (account,), (reason,) = accounts(judged), letter(judged).reasons
    rows = " ".join(row.asked for row in reason.doctor)
    for told in (text(account, judged), rows):
        (first, second) = re.findall(
            "(?:one way|and with it): (channels|an unattended home sleep test with a Type IV)", told
        )
        assert first != second
        assert told.count("and with it: ") == 1


def test_what_is_met_of_a_criterion_stands_beside_what_it_lacks(guideline: Guideline) -> None:
    """Two criteria that lack the same are shown with that or folded together: neither reads as met."""
    findings = {"sensory_loss": "present", "unresponsive_to_conservative_treatment": "absent"}
    said = {"diagnoses": ["G65.0", "G57.3"], "conditions": ["other_entrapment_neuropathy"], "findings": findings}
    judged = decided({**WRIST, **said}, guideline, "closed")
    (account,) = accounts(judged)
    assert "also in play: I.4.f, I.4.g" in text(account, judged)
    assert not re.search(r"^I\.4\.[fg] ", "\n".join(screen(account, judged, 100)), re.MULTILINE)
    whole = "\n".join(screen(account, judged, 100, all_=True))
    assert all(re.search(rf"^{name} ", whole, re.MULTILINE) for name in (r"I\.4", r"I\.4\.f", r"I\.4\.g"))


def test_one_of_a_thing_is_told_in_the_singular(ncd: Guideline, guideline: Guideline) -> None:
    """One week, one day and one event are no weeks, days and events, in a proof and in what is advised."""
    said = {**SLEEP, "age": 1, "first_use": "2024-05-05", "indices": {"ahi": 9.0}, "recorded_events": 1, "channels": 1}
    weeks = {**WRIST, "ncs_studies": 1, "findings": {"wrist_splint_weeks": 1}}
    for judged in (decided(said, ncd), decided(weeks, guideline, "closed")):
        nodes = prove(judged).graph.nodes(data="text")
        told = [str(words) for _, words in nodes] + [advisory.text for advisory in judged.decision.advisories]
        assert any(re.search(r"\b1 \w+\b", words) for words in told)
        assert not [words for words in told if re.search(r"(?<!session )\b1 \w+s\b(?! not hold)", words)]


def test_the_criterion_of_the_case_is_shown_where_there_is_room(guideline: Guideline) -> None:
    """A statement is left out only where a dozen lines do not hold it: the fold counts nothing that is shown."""
    findings = {"refractory_to_activity_modification": "present", "elbow_splint_weeks": 12}
    services = [{"cpt": code, "session": 3} for code in ("95863", "95869", "95910")] + [{"cpt": "95875"}]
    judged = decided({**WRIST, "diagnoses": ["G56.2"], "services": services, "findings": findings}, guideline)
    (first, _) = accounts(judged)
    lines = screen(first, judged, 100)
    assert len(lines) == 12
    assert "also in play" not in " ".join(lines)


@pytest.mark.parametrize("findings", [{}, {"insomnia": "present"}])
def test_two_ways_to_record_enough_are_told_as_a_choice(findings: Said, ncd: Guideline) -> None:
    """Hours or events are enough: wherever the hours fall short the screen and the table tell of a choice."""
    said = {**QUALIFIES, "age": 40, "indices": {"ahi": 16.0, "rdi": 9.0}, "recorded_hours": 1.0, "recorded_events": 9}
    judged = decided({**SLEEP, **said, "findings": {**QUALIFIES["findings"], **findings}}, ncd)
    (account,), (reason,) = accounts(judged), letter(judged).reasons
    for block in account.blocks:
        fails = {item.concept for way in block.lacking for item in way}
        assert not fails & {"recorded_hours", "recorded_events"} or fails == {"recorded_hours", "recorded_events"}
    assert re.search(r"any one of:.*recorded hours: 1\.0 hours recorded.*recorded events: 9", text(account, judged))
    rows = [row.asked for row in reason.doctor if "recorded hours" in row.asked]
    assert rows
    assert all(row.startswith("any one of: ") for row in rows)
