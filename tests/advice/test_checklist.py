"""The checklist: what is missing as questions, the shortest way first, each with the statement that asks."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.decision.decide import Judged, decide, judge
from coverlog.engine.decision.need import Need
from coverlog.engine.language.terms import UNDOCUMENTED, Atom
from coverlog.engine.library.guideline import Guideline
from coverlog.explain.advice.asks import Item, boxes
from coverlog.explain.advice.change import Change, changed, listing, setting
from coverlog.explain.advice.checklist import checklist
from coverlog.explain.advice.wording import alternatives, question
from coverlog.explain.commands.main import main

CTS = "cts-six-weeks-of-splinting"


def run(*args: str, columns: int = 100, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, args, input=stdin, catch_exceptions=False, env={"COLUMNS": str(columns)})


def open_cases(guideline: Guideline) -> Iterator[Judged]:
    for case in read_files([guideline.folder / "cases" / "more_information_needed"], guideline):
        assert isinstance(case, Case)
        yield judge(case, guideline)


def told(said: dict[str, Any]) -> list[dict[str, Any]]:
    result = run("checklist", "-", "--format", "json", stdin=json.dumps(said))
    lines: list[dict[str, Any]] = json.loads(result.stdout)["lines"]
    return lines


@pytest.fixture
def wrist() -> dict[str, Any]:
    return {
        "id": "wrist",
        "date_of_service": "2025-11-03",
        "setting": "outpatient",
        "services": [{"cpt": "95886"}, {"cpt": "95909"}],
        "diagnoses": ["G56.01"],
    }


def test_each_item_is_a_question_with_its_statement(wrist: dict[str, Any]) -> None:
    """A set names what it is for; an item its finding, what it needs, the question and who asks."""
    first, *_, last = told(wrist)[0]["sets"]
    assert first == {
        "for": ["I.4.a"],
        "items": [
            {
                "finding": "significant_atrophy_on_exam",
                "needs": "present",
                "question": "Is there significant atrophy on examination?",
                "statement": "N0",
            }
        ],
    }
    assert [(item["question"], item["statement"]) for item in last["items"]] == [
        ("Did a change of activities fail to relieve the symptoms?", "I.4.a"),
        ("Is there weakness?", "I"),
        ("For how many weeks was a wrist splint used? (at least 4 weeks needed)", "I.4.a"),
    ]


def test_fewest_items_come_first_then_what_the_case_names_itself(wrist: dict[str, Any]) -> None:
    """Of equals, a criterion for a named condition comes before one for what a condition is a kind of."""
    wrist |= {"diagnoses": [], "conditions": ["inflammatory_polyneuropathy", "tarsal_tunnel_syndrome"]}
    sets = told(wrist | {"findings": {"sensory_loss": "present"}})[0]["sets"]
    assert [(each["for"], [item["finding"] for item in each["items"]]) for each in sets] == [
        (["I.4.e"], ["symptoms_persistent"]),
        (["I.4.e"], ["unresponsive_to_conservative_treatment"]),
        (["I.3.e"], ["results_guide_management"]),
    ]
    sizes = [len(each["items"]) for each in told(wrist)[0]["sets"]]
    assert sizes == sorted(sizes)


def test_it_asks_for_what_the_decision_misses(guideline: Guideline) -> None:
    """The sets are those of the decision, no more and no fewer, and nothing documented is asked."""
    for judged in open_cases(guideline):
        documented = judged.case.said.get("findings", {})
        for line, asks, _ in checklist(judged):
            sets = [frozenset((i.finding, i.needs) for i in ask.items) for ask in asks]
            missing = [frozenset((n["finding"], n["needs"]) for n in needs) for needs in line.missing]
            assert sorted(sets, key=sorted) == sorted(missing, key=sorted)
            assert not {name for each in sets for name, _ in each} & set(documented), judged.case.id


def documenting(item: Item, guideline: Guideline) -> Change:
    """Return the change that documents an item; a condition is named, as a list of the case has it."""
    if item.needs == "stated":
        return listing(f"conditions={item.finding}", guideline, add=True)
    return setting(f"{item.finding}={item.needs.removeprefix('>= ')}", guideline)


def test_answering_every_item_of_a_set_settles_the_line(guideline: Guideline) -> None:
    """Documented together, the items of a set meet exactly the statements that it is for."""
    for judged in open_cases(guideline):
        for line, asks, _ in checklist(judged):
            for ask in asks[:4]:
                case = changed(judged.case, guideline, [documenting(item, guideline) for item in ask.items])
                (after,) = {x.by for x in decide(case, guideline).lines if x[:2] == line[:2]}
                assert after == ask.statements, (case.id, ask.items)


def test_every_item_names_a_statement(guideline: Guideline) -> None:
    """Whoever is asked can be told by which statement."""
    for judged in open_cases(guideline):
        items = [item for _, asks, _ in checklist(judged) for ask in asks for item in ask.items]
        assert bool(items) == any(line.missing for line in judged.decision.lines)
        assert all(item.statement in guideline.program.statements for item in items)


def test_a_line_with_nothing_missing_says_so() -> None:
    """In text it is a sentence, in JSON an empty list."""
    result = run("checklist", CTS)
    assert "95886, 95909: medically necessary by I.4.a; nothing is missing" in result.stdout
    assert [line["sets"] for line in json.loads(run("checklist", CTS, "--format", "json").stdout)["lines"]] == [[], []]


def test_one_line_may_be_asked_for() -> None:
    """--line keeps to a code, and a code that is not there is usage."""
    one = json.loads(run("checklist", CTS, "--line", "95909", "--format", "json").stdout)
    assert [line["cpt"] for line in one["lines"]] == ["95909"]
    wrong = run("checklist", CTS, "--line", "99999")
    assert wrong.exit_code == 2
    assert "it has 95886, 95909" in wrong.stderr


def test_text_draws_choices_together_and_fits(wrist: dict[str, Any]) -> None:
    """Sets that differ in one place are one list with a choice there; no line is wider than asked."""
    text = run("checklist", "-", columns=60, stdin=json.dumps(wrist)).stdout
    assert max(map(len, text.splitlines())) <= 60
    assert text.count("[ ]") == 4
    assert " or Is there sensory loss?  [I]" in text
    assert text.count("95886, 95909: more information needed") == 1


def test_every_open_concept_has_a_question(guideline: Guideline) -> None:
    """A question ends as one, whether the guideline words it or its gloss does."""
    program = guideline.program
    for predicate in (p for p in program.predicates.values() if p.open_kind):
        amounts = (UNDOCUMENTED,) * (len(predicate.params) - 1)
        for concept in program.of_kind(predicate.open_kind):
            need = Need(Atom(predicate.name, (concept, *amounts)), 1, 1, concept)
            assert re.fullmatch(r".+\?( \(exactly 1 needed\))?", question(need, program))
    absent = Need(Atom("finding", ("sensory_loss",)), 0, 0, "sensory_loss")
    assert question(absent, program) == "Is there sensory loss? (it has to be ruled out)"


def test_boxes_stand_for_the_sets_they_were_drawn_from() -> None:
    """Multiplied out, the boxes are the sets again."""
    a, b, c, d, e = (Item(Need(Atom("finding", (name,)), 1, 1, name), "", "") for name in "abcde")
    sets = [(a, c), (b, c), (a, d), (b, d), (e,)]
    drawn = boxes(sets)
    assert {tuple(map(frozenset, box)) for box in drawn} == {
        (frozenset({a, b}), frozenset({c, d})), (frozenset({e}),)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (["there is pain"], "there is pain"),
        (["there is pain", "there is loss"], "there is pain or loss"),
        (["there is pain", "it lasts", "it grows"], "there is pain, that it lasts or that it grows"),
        (["there is pain", "there is pain"], "there is pain"),
        (["there is pain", "there is pain at night"], "there is pain or pain at night"),
        (["there is severe pain", "there is severe loss"], "there is severe pain or severe loss"),  # not: or loss
    ],
)
def test_alternatives_say_what_they_share_once(texts: list[str], told: str) -> None:
    """Clauses that begin alike are joined after `there is`; no word of a label is left out."""
    assert alternatives(texts) == told


def test_a_guideline_without_questions_asks_by_its_glosses(tmp_path: Path, guideline: Guideline) -> None:
    """Questions are a courtesy of the text: without them the gloss becomes the question."""
    for path in guideline.folder.glob("*.dl"):
        text = "\n".join(line for line in path.read_text().splitlines() if not line.startswith("ask("))
        (tmp_path / path.name).write_text(text)
    case = {"id": "w", "date_of_service": "2025-11-03", "setting": "office", "services": [{"cpt": "95886"}]}
    case |= {"services": [{"cpt": "95886"}, {"cpt": "95909"}], "diagnoses": ["G56.01"]}
    result = run("-g", str(tmp_path), "checklist", "-", stdin=json.dumps(case))
    text = " ".join(result.stdout.split())
    assert "How many weeks of wrist splint use? (at least 4 weeks needed)" in text
    assert "Is there lack of response to activity modification?" in text


def test_a_question_for_nothing_is_an_error_of_the_text(tmp_path: Path, guideline: Guideline) -> None:
    """A question names a concept; a misspelt one is found with a suggestion."""
    for path in guideline.folder.glob("*.dl"):
        (tmp_path / path.name).write_text(path.read_text().replace("ask(symptoms_persistent", "ask(symptom_persistent"))
    result = run("-g", str(tmp_path), "checklist", CTS)
    assert result.exit_code == 2
    assert "did you mean symptoms_persistent?" in result.stderr
