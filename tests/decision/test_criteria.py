"""The engine decides generated cases as the criteria do, and its diagnosis facts are the criteria's."""

import csv
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.decision.decide import decide as decide_case
from coverlog.engine.decision.decide import judge
from coverlog.engine.decision.decision import Decision
from coverlog.engine.decision.support import used
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline
from coverlog.kb import ROOT

Said = dict[str, Any]

SEEDS = (0, 1)
WORLDS = ("open", "closed")
OUTCOMES = {"medically_necessary", "not_medically_necessary", "more_information_needed", "not_addressed"}
TABLE = ROOT.parents[1] / "shared" / "guideline" / "icd10_conditions.csv"


# --- The engine and the judge ----------------------------------------------------------------


def _lines(decision: Decision) -> list[dict[str, Any]]:
    keys = ("cpt", "session", "outcome", "by", "reason", "missing")
    return [{key: line.as_json()[key] for key in keys} for line in decision.lines]


def _read(said: Said, guideline: Guideline) -> Case:
    (case,) = read_text(json.dumps(said).encode(), "generated", guideline)
    assert isinstance(case, Case), (case, said)
    return case


def _cases(seed: int, number: int, criteria: ModuleType, guideline: Guideline) -> Iterator[tuple[Said, Case]]:
    rng = random.Random(seed)
    for _ in range(number):
        said = criteria.generate(rng)
        yield said, _read(said, guideline)


def _compare(
    said: Said, case: Case, criteria: ModuleType, guideline: Guideline
) -> Iterator[tuple[str, str, object, object]]:
    """What the engine and the judge say of a case: world, what is compared, the one's answer, the other's."""
    for world in WORLDS:
        decision = decide_case(case, guideline, world=world)
        expected = [dict(line) for line in criteria.judge(said, world)]
        for at, (mine, judges) in enumerate(zip(_lines(decision), expected, strict=True)):
            yield world, f"line {at}", mine, judges
        yield world, "advisories", {each.id for each in decision.advisories}, criteria.advisories(said)


@pytest.mark.parametrize("seed", SEEDS)
def test_decisions_equal_the_criteria(
    seed: int,
    criteria: ModuleType,
    guideline: Guideline,
    size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """Every line of every generated case is decided as the criteria, read by hand, decide it."""
    seen: Counter[str] = Counter()
    number = size(50, 2000)
    for said, case in _cases(seed, number, criteria, guideline):
        for world, what, mine, judges in _compare(said, case, criteria, guideline):
            assert mine == judges, (world, what, said)
            seen.update([judges["outcome"]] if isinstance(judges, dict) else [])
    record_property("measured", f"{number} cases equal the criteria in both worlds: {dict(sorted(seen.items()))}")
    assert set(seen) == OUTCOMES


def test_the_generator_reaches_every_rule(criteria: ModuleType, guideline: Guideline) -> None:
    """Every rule fires, and every rule of a line's proof is used, in some generated case."""
    unfired = {rule.id for rule in guideline.program.rules if rule.body and rule.head.predicate != "contradiction"}
    unused = {"I.1/pain", "I.4.b/waived", "II", "III.1", "III.2", "III.3", "IV"}
    for _, case in _cases(1000, 1500, criteria, guideline):
        judged = judge(case, guideline)
        unfired -= {f.rule.id for firings in judged.model.firings.values() for f in firings if f.rule.body}
        decisive = [a for a in judged.model.atoms("medically_necessary") if judged.model.sure(a)]
        unused -= {rule.id for rule in used(decisive, judged.model, judged.why)[0] if rule.body}
        if not unfired | unused:
            break
    assert unfired == set()
    assert unused == set()


def test_every_line_has_exactly_one_outcome(
    criteria: ModuleType, guideline: Guideline, size: Callable[[int, int], int]
) -> None:
    """In the closed world a line is necessary, not necessary or not addressed, and never two of them."""
    for _, case in _cases(2000, size(60, 300), criteria, guideline):
        model = judge(case, guideline, world="closed").model
        for line in case.lines:
            key = (line.session, f'"{line.code}"')
            found = {
                name
                for name in ("medically_necessary", "not_medically_necessary", "not_addressed")
                if any(atom.args[:2] == key for atom in model.atoms(name))
            }
            assert len(found) == 1, (case.id, line, found)


def test_contradictory_documentation_is_refused(criteria: ModuleType, guideline: Guideline) -> None:
    """A finding documented present and denied, directly or by implication, is an error that names both."""
    rng = random.Random(7)
    pairs = [(name, denied) for name in criteria.IMPLIES for denied in criteria.chain(name)[1:]]
    assert ("symptoms_persistent", "related_symptoms") in pairs
    for present, absent in pairs:
        findings = {present: "present", absent: "absent"}
        said = criteria.generate(rng) | {"date_of_service": "2025-03-04", "diagnoses": [], "findings": findings}
        assert criteria.contradictions(said) == [(present, absent)]
        with pytest.raises(CaseError, match=f"findings.{min(present, absent)}.*findings.{max(present, absent)}"):
            decide_case(_read(said, guideline), guideline)


def test_a_code_and_a_finding_can_contradict_each_other(make: Any, guideline: Guideline) -> None:
    """A diagnosis code that documents what the findings deny is refused, and both are named."""
    case = make(diagnoses=["R20.0"], findings={"sensory_loss": "absent"})
    with pytest.raises(
        CaseError, match=r"contradictory documentation: .*sensory loss.*diagnoses; findings.sensory_loss"
    ):
        decide_case(case, guideline)


# --- What diagnosis codes stand for ----------------------------------------------------------


def test_the_knowledge_base_reads_codes_as_the_criteria_do(criteria: ModuleType, guideline: Guideline) -> None:
    """Every diagnosis fact is a row of the criteria's table, and every row is a fact."""
    facts = [
        (str(rule.head.args[0]).strip('"'), rule.head.predicate.removeprefix("icd_"), rule.head.args[1])
        for rule in guideline.program.rules
        if rule.head.predicate in ("icd_condition", "icd_finding")
    ]
    assert set(facts) - criteria.ICD10 == set()
    assert criteria.ICD10 - set(facts) == set()
    assert len(facts) == len(criteria.ICD10)


def test_the_judge_has_the_published_table(criteria: ModuleType) -> None:
    """The table of codes in the judge is the criteria's own, where that lies beside the checkout."""
    if not TABLE.exists():
        pytest.skip("the criteria's table of codes is not beside this checkout")
    with TABLE.open(encoding="utf-8", newline="") as rows:
        published = [(row["code"], row["kind"], row["concept"]) for row in csv.DictReader(rows)]
    assert sorted(published) == sorted(criteria.ICD10)
