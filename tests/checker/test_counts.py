"""The independent checker counts for itself: it passes every proof with aggregates, and catches every tampering."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.evaluation import rules, tally
from coverlog.engine.language.comparison import throughout
from coverlog.engine.language.errors import GuidelineError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.words import say_needed
from coverlog.explain.checker.verify import Verifier

CLUES = ("pain", "swelling", "stiffness", "weakness", "fever")
TREATMENTS, COURSES = ("rest", "splint", "exercise"), ("left_knee", "right_knee")


@pytest.fixture(scope="module")
def clues(toy_folder: Callable[[str], Path]) -> Guideline:
    return load(toy_folder("clues"))


def drawn(rng: random.Random, guideline: Guideline, prior: Sequence[float] = (0, 1, 2, 3, 4, 6)) -> Case:
    """Draw a case that leaves about a half of everything undocumented."""
    findings = {clue: rng.choice(("present", "absent", "")) for clue in CLUES}
    said: dict[str, Any] = {
        "id": "drawn", "date_of_service": "2024-05-01",
        "services": [
            {"cpt": rng.choice(("97110", "97112", "97140")), "units": rng.randint(1, 3), "session": rng.randint(1, 2)}
            for _ in range(rng.randint(1, 3))
        ],
        "findings": {clue: status for clue, status in findings.items() if status},
        "treatments": {name: rng.choice((0, 3, 4, 9)) for name in TREATMENTS if rng.random() < 0.5},
        "prior": {name: rng.choice(prior) for name in COURSES if rng.random() < 0.6},
    }  # fmt: skip
    (case,) = read_text(json.dumps(said).encode(), "drawn", guideline)
    assert isinstance(case, Case)
    return case


def test_every_proof_that_counts_holds(
    clues: Guideline,
    tamper: ModuleType,
    size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """Every proof and every contrast of every drawn case passes, in both worlds and depths, with what is missing."""
    rng, kinds, choices = random.Random(7), set(), 0
    number = size(25, 400)
    for _ in range(number):
        case = drawn(rng, clues)
        verifier = Verifier(case, clues.program)
        for name, proof in tamper.proofs(case, clues):
            assert verifier.faults(proof) == [], (case.said, name)
            kinds |= {(n["kind"], n["value"]) for n in proof["nodes"] if n["kind"] == "counted"}
            choices += sum("at_least" in item for n in proof["nodes"] for s in n.get("missing", ()) for item in s)
    assert kinds == {("counted", value) for value in ("true", "false", "unknown")}
    assert choices > number // 3
    record_property("measured", f"{number} cases with counts and sums verified; {choices} choices left open, no fault")


def test_every_tampering_with_a_count_is_caught(
    clues: Guideline,
    tamper: ModuleType,
    size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """No change of what is counted, of its ends, of what shows it, or of what is missing passes, forged or not."""
    result, rng = tamper.Tally(), random.Random(3)
    for _ in range(size(2, 40)):
        tamper.attack(drawn(rng, clues), clues, result, rng, sample=size(1, 4), most=size(1, 8))
    assert result.missed == []
    assert any(kind.startswith("counted.members") for kind in result.tried)
    record_property("measured", result.table().splitlines()[-1])


def test_sums_of_decimals_hold_as_well(
    tmp_path: Path, toy_text: Callable[[str], str], tamper: ModuleType, size: Callable[[int, int], int]
) -> None:
    """A sum of numbers with decimals and a unit, some of them not documented, is verified with what is missing."""
    text = toy_text("clues").replace("course from 0 to 6", 'course unit "hours" decimals 1 from 0.0 to 0.5')
    (tmp_path / "clues.dl").write_text(text.replace("prior_units(C, N) } <= 4", "prior_units(C, N) } <= 0.7"))
    hours, rng, told = load(tmp_path), random.Random(2), set()
    for _ in range(size(12, 120)):
        case = drawn(rng, hours, (0.1, 0.3, 0.5))
        verifier = Verifier(case, hours.program)
        for name, proof in tamper.proofs(case, hours):
            assert verifier.faults(proof) == [], (case.said, name)
            told |= {n["text"].partition(",")[0] for n in proof["nodes"] if n["kind"] == "counted"}
            told |= {i.get("needs") for n in proof["nodes"] for needs in n.get("missing", ()) for i in needs}
    assert {"0.1 to 0.6 hours in total", "<= 0.4"} <= told, told
    sums = [part for rule in hours.program.rules for part in rule.aggregates if part.function == "sum"]
    assert say_needed(sums[-1], {}) == "at most 0.7 hours in total"


@pytest.mark.parametrize(("measure", "least"), [("in weeks", "4"), ('unit "weeks" decimals 1', "4.0")])
def test_what_is_compared_inside_a_count_has_its_measure(
    measure: str, least: str, tmp_path: Path, toy_text: Callable[[str], str], tamper: ModuleType
) -> None:
    """Amounts with a unit or decimals that are compared inside a count: every proof holds, and the count is right."""
    text = toy_text("clues").replace("amount of treatment", f"amount of treatment {measure}")
    (tmp_path / "clues.dl").write_text(text.replace("W >= 4 }", f"W >= {least} }}"))
    guideline, rng, seen = load(tmp_path), random.Random(11), set()
    for _ in range(12):
        case = drawn(rng, guideline)
        verifier = Verifier(case, guideline.program)
        for name, proof in tamper.proofs(case, guideline):
            assert verifier.faults(proof) == [], (case.said, name)
            long = sum(weeks >= 4 for weeks in case.said.get("treatments", {}).values())
            told = {len(n["members"]) for n in proof["nodes"] if n["kind"] == "counted" and "weeks(" in n["aggregate"]}
            assert told <= {long}
            seen |= told
    assert seen


def test_a_number_compared_inside_a_count_is_written_with_its_decimals(
    tmp_path: Path, toy_text: Callable[[str], str]
) -> None:
    """`W >= 4` beside an amount with one decimal is an error inside a count as it is in a body."""
    (tmp_path / "clues.dl").write_text(
        toy_text("clues").replace("amount of treatment", "amount of treatment decimals 1")
    )
    with pytest.raises(GuidelineError, match=r"4 meets numbers with 1 decimal.*write 4.0"):
        load(tmp_path)


def _refused(clues: Guideline, tamper: ModuleType) -> Iterator[bool]:
    rng = random.Random(5)
    for _ in range(15):
        case = drawn(rng, clues)
        verifier = Verifier(case, clues.program)
        yield from (bool(verifier.faults(proof)) for _, proof in tamper.proofs(case, clues))


@pytest.mark.parametrize(
    "fault", ["a member is lost", "equal ends", "what is possible counts", "a guard is off by one"]
)
def test_a_fault_of_the_engine_in_counting_is_caught(
    fault: str, clues: Guideline, tamper: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the engine gets wrong in counting, some proof is refused."""
    made, worth = tally._member, rules.Member.worth
    if fault == "what is possible counts":
        monkeypatch.setattr(tally, "_member", lambda firings, model: made(firings, model)._replace(sure=True))
    elif fault == "equal ends":
        monkeypatch.setattr(rules.Member, "worth", lambda self, function: (worth(self, function)[0],) * 2)
    elif fault == "a member is lost":
        monkeypatch.setattr(
            rules.Member, "worth", lambda self, of: (0, 0) if self.terms[-1] == "pain" else worth(self, of)
        )
    else:
        monkeypatch.setattr(tally, "throughout", lambda op, low, high, number: throughout(op, low, high, number + 1))
    # A guideline of its own: what it has evaluated is kept.
    assert any(_refused(Guideline(Path(), clues.program, clues.strata), tamper))
