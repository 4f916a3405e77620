"""So many of several things: one item of what is missing, which stands for each choice of so many of them."""

import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from coverlog.engine.cases.said import read_case
from coverlog.engine.decision.decide import Judged, judge
from coverlog.engine.decision.need import AtLeast, Need, order
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.advice import checklist
from coverlog.explain.advice.letter import letter
from coverlog.explain.checker.verify import verify
from coverlog.explain.proof.build import prove
from coverlog.explain.proof.document import as_json
from coverlog.explain.reference.schemas import schema_of
from coverlog.explain.render.decision_text import decision_text
from coverlog.explain.testing.differing import missing_texts

CLUES = ("pain", "stiffness", "swelling", "weakness")
SAID: dict[str, Any] = {
    "id": "case", "date_of_service": "2024-05-01", "services": [{"cpt": "97110"}],
    "findings": {"fever": "present"}, "prior": {"left_knee": 1, "right_knee": 1},
}  # fmt: skip


@pytest.fixture(scope="module")
def clues(toy_folder: Callable[[str], Path]) -> Guideline:
    return load(toy_folder("clues"))


def decided(clues: Guideline, **findings: str) -> Judged:
    return judge(read_case(SAID | {"findings": SAID["findings"] | findings}, clues), clues)


def test_at_least_so_many_are_one_item(clues: Guideline) -> None:
    """Two of four clues are one set of one item; what is documented already is counted, what is denied is left out."""
    item = [{"at_least": 2, "of": [{"finding": clue, "needs": "present"} for clue in CLUES]}]
    assert decided(clues).decision.lines[0].as_json()["missing"] == [item]
    left = [{"finding": clue, "needs": "present"} for clue in ("stiffness", "swelling")]
    line = decided(clues, pain="present", weakness="absent").decision.lines[0]
    assert line.as_json()["missing"] == [[{"at_least": 1, "of": left}]]
    assert line.missing_complete
    assert missing_texts(line) == [["at least 1 of: stiffness; swelling"]]


def test_where_all_that_is_left_is_needed_there_is_no_choice(clues: Guideline) -> None:
    """Two of two are a set of two items."""
    line = decided(clues, pain="absent", weakness="absent").decision.lines[0]
    assert missing_texts(line) == [["stiffness", "swelling"]]


def test_it_stands_for_each_choice_of_so_many(clues: Guideline) -> None:
    """Any two of the four cover the line, and no one of them does."""
    for number in (1, 2):
        for chosen in combinations(CLUES, number):
            outcome = decided(clues, **dict.fromkeys(chosen, "present")).decision.lines[0].outcome
            assert (outcome == "medically_necessary") == (number == 2), chosen


def test_every_answer_speaks_of_it(clues: Guideline) -> None:
    """The decision in words, the checklist and the letter say how many, and of what."""
    judged = decided(clues)
    told = decision_text(judged, 100)
    assert "At least 2 of:" in told
    assert "[ ] Is there swelling?" in told
    boxes = checklist.as_text(judged, checklist.checklist(judged), 100)
    assert "[ ] At least 2 of:" in boxes
    assert boxes.count("[ ] Is there") == len(CLUES)
    assert "at least 2 of these are so (there is pain; there is stiffness" in json.dumps(letter(judged).as_json())


def test_its_forms_are_those_of_the_schemas(clues: Guideline) -> None:
    """Decisions, checklists and proofs with such items are valid by the published schemas, and verified."""
    judged = decided(clues)
    proof = json.loads(json.dumps(as_json(prove(judged))))
    lists = checklist.as_json(judged, checklist.checklist(judged))
    for what, told in (("decision", judged.decision.as_json()), ("checklist", lists), ("proof", proof)):
        validator = jsonschema_rs.validator_for(schema_of(what, clues))
        assert [error.message for error in validator.iter_errors(json.loads(json.dumps(told)))] == [], what
    assert verify(proof, judged.case, clues.program) == []


def test_a_set_that_needs_fewer_things_comes_first(clues: Guideline) -> None:
    """The number of a choice is what counts in the order of sets; of equals what leaves no choice comes first."""
    (need,) = decided(clues).decision.lines[0].needs[0]
    assert isinstance(need, AtLeast)
    mixed: list[frozenset[Need | AtLeast]] = [frozenset([need]), frozenset(need.of[:1]), frozenset(need.of[:2])]
    assert sorted(mixed, key=order) == [*mixed[1:], mixed[0]]
