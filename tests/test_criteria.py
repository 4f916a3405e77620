"""Outcome, by, reason and missing equal the criteria on thousands of generated cases, in both worlds."""

import random
from collections import Counter
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from coverlog.engine.case import Case, read_text
from coverlog.engine.decide import Decision, judge, used_rules
from coverlog.engine.decide import decide as decide_case
from coverlog.engine.library import Guideline

SEEDS = range(8)
EACH = 500


def _lines(decision: Decision) -> list[dict[str, Any]]:
    keys = ("cpt", "session", "outcome", "by", "reason", "missing")
    return [{key: line.as_json()[key] for key in keys} for line in decision.lines]


def _cases(seed: int, number: int, criteria: ModuleType, guideline: Guideline) -> list[tuple[dict[str, Any], Case]]:
    import json

    rng = random.Random(seed)
    said = [criteria.generate(rng) for _ in range(number)]
    read = [next(iter(read_text(json.dumps(each).encode(), "generated", guideline))) for each in said]
    assert all(isinstance(case, Case) for case in read)
    return list(zip(said, read, strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", SEEDS)
def test_decisions_equal_the_criteria(
    seed: int, criteria: ModuleType, guideline: Guideline, record_property: Callable[[str, object], None]
) -> None:
    """Every line of every generated case is decided as the criteria, read by hand, decide it."""
    seen: Counter[str] = Counter()
    for said, case in _cases(seed, EACH, criteria, guideline):
        for world in ("open", "closed"):
            decision = decide_case(case, guideline, world=world)
            assert _lines(decision) == [dict(line) for line in criteria.judge(said, world)], (world, said)
            seen.update(line.outcome for line in decision.lines)
        assert {a.id for a in decision.advisories} == criteria.advisories(said), said
    record_property("measured", f"{EACH} cases equal the criteria in both worlds: {dict(sorted(seen.items()))}")
    assert set(seen) == {
        "medically_necessary",
        "not_medically_necessary",
        "more_information_needed",
        "not_addressed",
    }


def test_the_generator_reaches_every_rule(criteria: ModuleType, guideline: Guideline) -> None:
    """Every rule fires, and every rule of a line's proof is used, in some generated case."""
    fired, used = set(), set()
    for _, case in _cases(1000, 1500, criteria, guideline):
        judged = judge(case, guideline)
        fired |= {f.rule.id for firings in judged.model.firings.values() for f in firings if f.rule.body}
        decisive = [a for a in judged.model.atoms("medically_necessary") if judged.model.sure(a)]
        used |= {rule.id for rule in used_rules(decisive, judged.model, judged.why) if rule.body}
    rules = {rule.id for rule in guideline.program.rules if rule.body and rule.head.predicate != "contradiction"}
    assert rules - fired == set()
    assert {"I.1/pain", "I.4.b/waived", "II", "III.1", "III.2", "III.3", "IV"} <= used


def test_every_line_has_exactly_one_outcome(criteria: ModuleType, guideline: Guideline) -> None:
    """In the closed world a line is necessary, not necessary or not addressed, and never two of them."""
    for _, case in _cases(2000, 300, criteria, guideline):
        model = judge(case, guideline, world="closed").model
        for line in case.lines:
            key = (line.session, f'"{line.cpt}"')
            found = {
                name
                for name in ("medically_necessary", "not_medically_necessary", "not_addressed")
                if any(atom.args[:2] == key for atom in model.atoms(name))
            }
            assert len(found) == 1, (case.id, line, found)


def test_contradictory_documentation_is_refused(criteria: ModuleType, guideline: Guideline) -> None:
    """A finding documented present and denied, directly or by implication, is an error that names both."""
    from coverlog.engine.errors import CaseError

    rng = random.Random(7)
    pairs = [
        ("significant_weakness_on_exam", "weakness"),
        ("sensory_loss", "related_symptoms"),
        ("neuropathic_pain", "symptoms_of_neuropathy"),
    ]
    for present, absent in pairs:
        said = criteria.generate(rng) | {"diagnoses": [], "findings": {present: "present", absent: "absent"}}
        (_, case), *_ = [(said, case) for case in read_text(_json(said), "contradictory", guideline)]
        assert isinstance(case, Case)
        assert criteria.contradictions(said)
        with pytest.raises(CaseError, match=f"findings.{min(present, absent)}.*findings.{max(present, absent)}"):
            decide_case(case, guideline)


def _json(said: dict[str, Any]) -> bytes:
    import json

    return json.dumps(said).encode()


def test_a_code_and_a_finding_can_contradict_each_other(make: Any, guideline: Guideline) -> None:
    """A diagnosis code that documents what the findings deny is refused, and both are named."""
    from coverlog.engine.errors import CaseError

    case = make(diagnoses=["R20.0"], findings={"sensory_loss": "absent"})
    with pytest.raises(
        CaseError, match=r"contradictory documentation: .*sensory loss.*diagnoses; findings.sensory_loss"
    ):
        decide_case(case, guideline)
