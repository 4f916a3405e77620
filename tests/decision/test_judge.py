"""The judge of the criteria agrees with itself, and its generator draws every kind of case."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

Said = dict[str, Any]

WORLDS = ("open", "closed")
OUTCOMES = {"medically_necessary", "not_medically_necessary", "more_information_needed", "not_addressed"}


# --- The generator ---------------------------------------------------------------------------


def _census(said: Said, criteria: ModuleType) -> Iterator[str]:
    """Of what kinds a generated case is."""
    stated = criteria.stated(said)
    sign = not criteria.present(said).isdisjoint(criteria.SIGNS)
    tested = stated & criteria.TESTED_FOR
    if not said.get("conditions") and not said.get("diagnoses"):
        yield "no condition and no diagnosis"
    if not stated and said.get("diagnoses"):
        yield "codes that stand for nothing"
    if stated and not tested:
        yield "only what attends"
    for pain in criteria.PAINS:
        if tested == {pain}:
            yield f"only {pain}, {'a sign' if sign else 'no sign'}"
    if tested == {"other_condition"}:
        yield "only another condition"
    if "code-slip" in criteria.advisories(said):
        yield f"a slip of the pen, {'beside a condition' if tested else 'and no condition'}"
    yield said.get("setting", "no setting")
    yield said.get("purpose", "diagnosis")
    yield said["date_of_service"]
    yield f"{len({service.get('session', 1) for service in said['services']})} sessions"
    yield from (f"code {service['cpt']}" for service in said["services"])
    yield from (f"{name} {weeks}" for name, weeks in criteria.weeks(said).items())


def test_the_generator_draws_every_kind_of_case(
    criteria: ModuleType, record_property: Callable[[str, object], None]
) -> None:
    """Cases without a condition, with pain alone, with slips, at every boundary: all are among the drawn."""
    rng, seen = random.Random(3), Counter[str]()
    for _ in range(3000):
        seen.update(_census(criteria.generate(rng), criteria))
    wanted = {
        *("no condition and no diagnosis", "codes that stand for nothing", "only what attends"),
        *("only another condition", "a slip of the pen, beside a condition", "a slip of the pen, and no condition"),
        *(f"only {pain}, {sign}" for pain in criteria.PAINS for sign in ("a sign", "no sign")),
        *(*criteria.SETTINGS, "no setting", "diagnosis", "screening", "1 sessions", "2 sessions", "3 sessions"),
        *("2012-12-31", "2013-01-01", "2015-05-06", "2015-05-07", "2017-11-01", "2017-11-02", *criteria.EARLIER),
        *(f"code {code}" for code in (*criteria.KINDS, *criteria.UNLISTED)),
        *(f"{name} {weeks}" for name in criteria.QUANTITIES for weeks in (3, 4, 5)),
    }
    assert wanted - set(seen) == set()
    rare = {name: seen[name] for name in wanted if seen[name] < 10}
    record_property("measured", f"3000 drawn cases are of {len(wanted)} kinds; fewer than ten of: {rare or 'none'}")


def test_a_near_miss_stands_for_nothing(criteria: ModuleType) -> None:
    """The codes drawn as beside the mark state no condition and document no finding."""
    for code in criteria.NEAR_MISSES:
        assert not criteria.meanings(code), code


# --- The judge agrees with itself ------------------------------------------------------------


def _completed(rng: random.Random, said: Said, criteria: ModuleType) -> tuple[Said, frozenset[str]]:
    """A case with all that it leaves open decided at random, and the names of what was added to it."""
    findings, added = dict(said.get("findings", {})), set()
    facts, likely = criteria.read(said, "open"), rng.choice((0.1, 0.5, 0.9))
    for name in rng.sample(criteria.FINDINGS, len(criteria.FINDINGS)):
        # A screening request is judged by what it documents (INT-6): a completion lifts nothing.
        if name in findings or (facts.screened and name in criteria.SYMPTOMS):
            continue
        for status in rng.sample(("present", "absent"), 2) if rng.random() > likely else ("present", "absent"):
            if not criteria.contradictions(said | {"findings": findings | {name: status}}):
                findings[name] = status
                break
        added |= {name} if findings[name] == "present" else set()
    for name in criteria.QUANTITIES:
        if name not in findings:
            findings[name] = rng.choice((0, 3, 4, 9))
            added |= {name} if findings[name] >= 4 else set()
    possible = sorted(facts.unknown & set(criteria.CONDITIONS))
    conditions = rng.sample(possible, min(len(possible), rng.choice((0, 1, 1, 2, 30))))
    setting = said.get("setting") or rng.choice(criteria.SETTINGS)
    complete = {**said, "findings": findings, "conditions": [*said.get("conditions", []), *conditions],
                "setting": setting}  # fmt: skip
    asked = {"setting"} if "setting" not in said and setting in criteria.OUTPATIENT else set()
    return complete, criteria.above({*added, *conditions}) | asked


# Scope goes by what a case states (INT-15): that it states this one brings a line of any setting into scope, which what
# may yet be stated does not. So a missing set that states it may ask for a setting that is then no longer needed.
LIFTS_SCOPE = "nmj_disease"


def _names(needs: list[dict[str, str]]) -> frozenset[str]:
    return frozenset(need["finding"] for need in needs)


def test_a_sure_answer_holds_however_the_case_is_completed(criteria: ModuleType) -> None:
    """What is sure is so in every completion, and the completions that meet are those with a missing set."""
    rng, checked = random.Random(11), Counter[str]()
    for _ in range(250):
        said = criteria.generate(rng)
        for complete, added in (_completed(rng, said, criteria) for _ in range(4)):
            for open_, closed in zip(criteria.judge(said, "open"), criteria.judge(complete, "closed"), strict=True):
                if open_["outcome"] == "more_information_needed":
                    if "setting" not in said and LIFTS_SCOPE in added:
                        continue
                    met = any(_names(needs) <= added for needs in open_["missing"])
                    assert met == (closed["outcome"] == "medically_necessary"), (said, complete, open_)
                # Scope goes by what the case states, not by what it may yet state.
                elif open_["outcome"] != "not_addressed":
                    assert open_["outcome"] == closed["outcome"], (said, complete, open_)
                    assert set(open_["by"]) <= set(closed["by"]), (said, complete, open_)
                checked[open_["outcome"]] += 1
    assert set(checked) == OUTCOMES
    assert min(checked.values()) > 200


def _with(said: Said, names: frozenset[str], criteria: ModuleType) -> Said:
    """The case with some findings documented, weeks reached, conditions and an outpatient setting stated."""
    found = names - set(criteria.CONDITIONS) - {"setting"}
    findings = {name: 4 if name in criteria.QUANTITIES else "present" for name in found}
    conditions = [*said.get("conditions", []), *sorted(names & set(criteria.CONDITIONS))]
    setting = {"setting": "outpatient"} if "setting" in names else {}
    return {**said, "findings": said.get("findings", {}) | findings, "conditions": conditions, **setting}


def test_missing_sets_are_enough_and_nothing_weaker_is(criteria: ModuleType) -> None:
    """A missing set makes its line necessary; with a member dropped or weakened it does not."""
    rng, sets = random.Random(13), 0
    for _ in range(300):
        said = criteria.generate(rng)
        for at, line in enumerate(criteria.judge(said, "open")):
            named = [_names(needs) for needs in line["missing"]]
            assert len(set(named)) == len(named)
            assert [len(names) for names in named] == sorted(len(names) for names in named)
            for names in rng.sample(named, min(3, len(named))):
                sets += 1
                for world in WORLDS:
                    assert criteria.judge(_with(said, names, criteria), world)[at]["outcome"] == "medically_necessary"
                for name in names - ({"setting"} if LIFTS_SCOPE in names else set()):
                    for weaker in (set(), *({one} for one in (() if name == "setting" else criteria.chain(name)[1:]))):
                        less = _with(said, names - {name} | weaker, criteria)
                        assert criteria.judge(less, "closed")[at]["outcome"] != "medically_necessary", (said, less)
    assert sets > 300


def test_the_closed_world_is_the_letter(criteria: ModuleType) -> None:
    """Scope by a stated setting is the same in both worlds, the closed one never asks, and agrees where one is sure."""
    rng = random.Random(17)
    for _ in range(700):
        said = criteria.generate(rng)
        for open_, closed in zip(*(criteria.judge(said, world) for world in WORLDS), strict=True):
            assert "setting" not in said or open_["reason"] == closed["reason"]
            assert closed["outcome"] != "more_information_needed"
            assert bool(closed["by"]) == (closed["outcome"] != "not_addressed")
            assert bool(open_["by"]) == (open_["outcome"] in ("medically_necessary", "not_medically_necessary"))
            # An unstated setting is not taken for the outpatient one in the closed world.
            unsettled = "setting" not in said and closed["outcome"] == "not_addressed"
            assert open_["outcome"] in (closed["outcome"], "more_information_needed") or unsettled


BOTH = [{"cpt": "95886"}, {"cpt": "95909"}]
WITH_RNS = [{"cpt": "95886"}, {"cpt": "95937"}]
WEAK = {"weakness": "present"}
MORE, REFUSED = "more_information_needed", "not_medically_necessary"
# What the case says; the outcome of its first and of its last line in the open world, with what each names.
READ_BY_HAND: dict[str, tuple[Said, tuple[str, list[str]], tuple[str, list[str]]]] = {
    "nothing stated": ({}, (MORE, []), (MORE, [])),
    "a slip of the pen": ({"diagnoses": ["G56.O1"]}, (MORE, []), (MORE, [])),
    "nothing stated, and no sign": (
        {"findings": {"symptoms_of_neuropathy": "absent"}, "date_of_service": "2014-01-01"},
        *((REFUSED, ["X1"]), (REFUSED, ["X1"])),
    ),
    "nothing stated, screening": (
        {"purpose": "screening"},
        *((REFUSED, ["X1", "X1.screening"]), (REFUSED, ["X1", "X1.screening"])),
    ),
    "what attends settles nothing": ({"conditions": ["lymphedema"]}, (MORE, []), (MORE, [])),
    "another condition settles all": (
        {"conditions": ["other_condition"], "findings": WEAK},
        *((REFUSED, ["X1", "X5"]), (REFUSED, ["X1", "X5"])),
    ),
    "back pain settles all without a sign": (
        {"diagnoses": ["M54.50"]},
        *((REFUSED, ["X1", "X5.back_pain"]), (REFUSED, ["X1", "X5.back_pain"])),
    ),
    "back pain with a weak leg": ({"diagnoses": ["M54.50"], "findings": WEAK}, (MORE, []), (MORE, [])),
    "back pain with a weak leg, screening by a code": (
        {"diagnoses": ["M54.50", "M62.81"], "purpose": "screening"},
        *((MORE, []), (MORE, [])),
    ),
    "lumbago with sciatica is radiculopathy too": (
        {"diagnoses": ["M54.41"], "findings": WEAK | {"symptoms_persistent": "absent"}},
        *((MORE, []), (MORE, [])),
    ),
    "headache with a cranial nerve disorder": (
        {"diagnoses": ["G43.909", "G52.1"], "findings": {"results_guide_management": "absent"}},
        *((REFUSED, ["X1"]), (REFUSED, ["X1"])),
    ),
    "NCS alone, back pain with a weak leg": (
        {"services": BOTH[1:], "conditions": ["back_pain"], "findings": WEAK},
        *((MORE, []), (MORE, [])),
    ),
    "EMG alone, nothing stated": ({"services": BOTH[:1]}, (MORE, []), (MORE, [])),
    "RNS alone, nothing stated": ({"services": WITH_RNS[1:]}, (REFUSED, ["X4"]), (REFUSED, ["X4"])),
    "in a ward only RNS asks for the condition": (
        {"services": WITH_RNS, "setting": "inpatient"},
        *(("not_addressed", []), (MORE, [])),
    ),
    "in a ward, myasthenia": (
        {"services": WITH_RNS, "setting": "inpatient", "conditions": ["myasthenia_gravis"]},
        *(("medically_necessary", ["II"]), ("medically_necessary", ["II"])),
    ),
    "the year before": ({"date_of_service": "2012-12-31"}, ("not_addressed", []), ("not_addressed", [])),
}


@pytest.mark.parametrize("name", READ_BY_HAND)
def test_cases_read_by_hand(name: str, criteria: ModuleType) -> None:
    """The judge says of single cases what the criteria say of them."""
    said, first, last = READ_BY_HAND[name]
    base = {"id": "read", "date_of_service": "2025-11-03", "setting": "outpatient", "services": BOTH}
    lines = criteria.judge(base | said, "open")
    assert (lines[0]["outcome"], lines[0]["by"]) == first
    assert (lines[-1]["outcome"], lines[-1]["by"]) == last


# What the case says, and which of the advisories on what is stated it draws.
ADVISED: dict[str, tuple[Said, set[str]]] = {
    "nothing stated": ({}, {"no-condition"}),
    "only what attends": ({"diagnoses": ["Z79.01"]}, {"no-condition"}),
    "a code that stands for nothing": ({"diagnoses": ["M79.641"]}, {"no-condition"}),
    "a letter for a digit": ({"diagnoses": ["g56.o1"]}, {"no-condition", "code-slip"}),
    "a letter for a digit, beside a condition": ({"diagnoses": ["G56.O1", "G12.2l"]}, {"code-slip"}),
    "a seventh place may have a letter": ({"diagnoses": ["S44.01XA"]}, set()),
    "back pain is to be tested for": ({"diagnoses": ["M54.50"]}, set()),
    "another condition is too": ({"conditions": ["other_condition"]}, set()),
    "EMG alone": ({"services": BOTH[:1], "conditions": ["plexopathy"]}, {"emg-alone", "with-ncs-code-alone"}),
    "EMG alone for radiculopathy": ({"services": BOTH[:1], "diagnoses": ["M54.41"]}, {"with-ncs-code-alone"}),
    "EMG with RNS": ({"services": WITH_RNS, "conditions": ["botulism"]}, {"with-ncs-code-alone"}),
    "NCS alone": ({"services": BOTH[1:], "conditions": ["radiculopathy"]}, {"ncs-alone"}),
    "only a code that no criterion speaks of": ({"services": [{"cpt": "95875"}]}, set()),
    "ten years of splint use": ({"conditions": ["radiculopathy"], "findings": {"wrist_splint_weeks": 520}}, set()),
    "more than ten years": (
        {"conditions": ["radiculopathy"], "findings": {"elbow_splint_weeks": {"value": 521}}},
        {"long-treatment"},
    ),
    "before the edition modelled": ({"date_of_service": "2012-12-31", "diagnoses": ["G56.O1"]}, {"code-slip"}),
}


@pytest.mark.parametrize("name", ADVISED)
def test_advisories_read_by_hand(name: str, criteria: ModuleType) -> None:
    """The judge draws the advisories that the criteria draw from single cases."""
    said, expected = ADVISED[name]
    base = {"id": "read", "date_of_service": "2025-11-03", "setting": "outpatient", "services": BOTH}
    assert criteria.advisories(base | said) == expected


def test_a_smallest_set_names_the_broadest_condition(criteria: ModuleType) -> None:
    """Where no condition is stated, each set names one to state, and never a kind of one that is enough."""
    base = {"id": "read", "date_of_service": "2025-11-03", "setting": "outpatient"}
    (emg,) = criteria.judge(base | {"services": BOTH[:1]}, "open")
    assert emg["missing"] == [[{"finding": "radiculopathy", "needs": "stated"}]]
    both, _ = criteria.judge(base | {"services": BOTH}, "open")
    assert both["missing"][0] == [{"finding": "nmj_disease", "needs": "stated"}]
    asked = [[need["finding"] for need in needs if need["needs"] == "stated"] for needs in both["missing"]]
    assert all(len(names) == 1 for names in asked)
    narrow = set(criteria.IS_A) - {"cranial_nerve_disorder"}
    assert {name for names in asked for name in names} == criteria.SPOKEN_OF - narrow - {"cranial_nerve_disorder"}
