"""The circuit of a guideline tells of every line what the decision says, in both worlds."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.circuit.circuit import WORLDS
from coverlog.engine.decision.decide import decide
from coverlog.engine.evaluation.limits import NotGroundedError
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load

EVERY = 10  # canonical cases, in the suite
CONTRADICTED = "contradicts itself"


def told(case: Case, guideline: Guideline, world: str) -> list[tuple[Any, ...]] | str | None:
    """What the circuit says of the lines; None where it cannot hold apart what the case says."""
    circuit = guideline.circuit(case.date)
    inputs = circuit.read(case.facts)
    if inputs is None:
        return None
    lines = circuit.lines(inputs, [(line.code, line.session) for line in case.lines], open_world=WORLDS[world])
    return CONTRADICTED if lines is None else [tuple(line) for line in lines]


def decided(case: Case, guideline: Guideline, world: str) -> list[tuple[Any, ...]] | str:
    try:
        decision = decide(case, guideline, world=world)
    except CaseError:
        return CONTRADICTED
    return [(line.code, line.session, line.outcome, line.by, line.reason) for line in decision.lines]


def agree(cases: Iterator[Case], guideline: Guideline) -> Counter[str]:
    """Hold the circuit against the decision on cases, and count."""
    seen: Counter[str] = Counter()
    for case in cases:
        for world in WORLDS:
            mine = told(case, guideline, world)
            seen["cases"] += 1
            if mine is None:
                seen["left to the decision"] += 1
                continue
            assert mine == decided(case, guideline, world), (case.id, world, case.said)
            seen["lines"] += 0 if isinstance(mine, str) else len(mine)
            seen["refused"] += mine == CONTRADICTED
    return seen


def test_canonical_cases_are_told_alike(
    guideline: Guideline, size: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    """Outcome, statements and reason of each line of the canonical cases are those of the decision."""
    read = read_files(canonical_paths(guideline)[:: size(EVERY, 1)], guideline)
    seen = agree((case for case in read if isinstance(case, Case)), guideline)
    record_property("measured", f"canonical cases in two worlds: {dict(seen)}")
    assert seen["lines"] > 100
    assert not seen["left to the decision"]


def test_generated_cases_are_told_alike(
    guideline: Guideline, criteria: ModuleType, size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """The same of generated cases, of all editions; few say more than the symbols hold apart."""
    rng = random.Random(11)
    drawn = (json.dumps(criteria.generate(rng)).encode() for _ in range(size(60, 5000)))
    cases = (case for data in drawn for case in read_text(data, "generated", guideline) if isinstance(case, Case))
    seen = agree(cases, guideline)
    record_property("measured", f"generated cases in two worlds: {dict(seen)}")
    assert seen["left to the decision"] * 20 < seen["cases"]


def test_the_other_guideline_is_told_alike(
    size: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    """The canonical cases of the shipped guideline with decimals and dates are told as they are decided."""
    other = load("ncd_240_4")
    read = read_files(canonical_paths(other)[:: size(4, 1)], other)
    seen = agree((case for case in read if isinstance(case, Case)), other)
    record_property("measured", f"canonical cases of {other.program.name} in two worlds: {dict(seen)}")
    assert seen["lines"] > 20


def test_ages_that_differ_contradict_each_other() -> None:
    """A rule that compares one amount of the case with another is looked at beside the circuit."""
    other = load("ncd_240_4")
    (case, *_) = (c for c in read_files(canonical_paths(other), other) if isinstance(c, Case) and "age" in c.said)
    for born, expected in (("1900-01-01", True), (None, False)):
        said = {k: v for k, v in case.said.items() if k != "birth_date"} | ({"birth_date": born} if born else {})
        (made,) = read_text(json.dumps(said).encode(), "case", other)
        assert isinstance(made, Case)
        assert (told(made, other, "open") == decided(made, other, "open") == CONTRADICTED) is expected


def said_of(guideline: Guideline, rng: random.Random) -> dict[str, Any]:
    """Draw a case of any guideline from its schema."""
    schema = guideline.schema

    def draw(of: dict[str, Any]) -> Any:
        of = schema["$defs"][of["$ref"].rpartition("/")[2]] if "$ref" in of else of
        if "else" in of:
            return draw(of["else"])
        if "enum" in of:
            return rng.choice(of["enum"])
        if of.get("type") in ("integer", "number"):
            step, low = of.get("multipleOf", 1), of.get("minimum", 0)
            near = rng.choice([0, 1, 2, 3, 4, 5, 6, 14.9, 15, 20, 20.1, 29, 30, 84, 85, 88, 89, 90, 91, 100_000])
            number = min(max(near, low), of["maximum"])
            return round(number / step) * step if step != 1 else int(number)
        if "pattern" in of:
            return f"20{rng.choice(['06', '07', '24', '25'])}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        return {name: draw(inner) for name, inner in of["properties"].items() if rng.random() < 0.5}

    listed = {a.args[0] for rule in guideline.program.rules if not rule.body for a in [rule.head] if a.args}
    codes = [str(each).strip('"') for each in listed if len(str(each).strip('"')) == 5 and str(each)[2:6].isdigit()]
    found = {name: draw(of) for name, of in schema["properties"].items()
             if name not in ("id", "title", "services", "date_of_service", "expect", "expect_closed")
             and (name in schema["required"] or rng.random() < 0.6)}  # fmt: skip
    lines = [{"cpt": rng.choice([*codes, "99999"]), "session": rng.randint(1, 2), "units": rng.randint(1, 4)}
             for _ in range(rng.randint(1, 3))]  # fmt: skip
    return {"id": "drawn", "date_of_service": "2025-10-05", "services": lines, **found}


@pytest.mark.parametrize("name", ["apnea", "pump", "visits", "oxygen", "lamp", "shelf", "desk", "chair"])
def test_other_guidelines_are_told_alike(
    name: str, toy_text: Callable[[str], str], tmp_path: Path, size: Callable[[int, int], int]
) -> None:
    """Numbers with decimals, times, counts, choices that are undocumented and absences are told as they are decided."""
    (tmp_path / "toy.dl").write_text(toy_text(name))
    guideline, rng = load(tmp_path), random.Random(5)
    drawn = (json.dumps(said_of(guideline, rng)).encode() for _ in range(size(60, 2000)))
    seen = agree((c for data in drawn for c in read_text(data, "drawn", guideline) if isinstance(c, Case)), guideline)
    assert seen["lines"] > 50


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ('ok :- service(S, A), service(T, B), place(home), A != B.', "two sessions"),
        ('ok :- service(S, A), service(S, B), place(home), A != B.', "compares what the case names"),
        ('ok :- service(1, A), place(home).', "names a session"),
        *[(f"ok :- service(S, A), {body}, place(home).", why) for body, why in (
            ("visits(V), weeks(W), V < W", "two amounts of the case"),
            ("visits(V), weeks(W), V + W > 1000", "adds up amounts"),
            ("visits(V), again(V)", "the same amount twice"),
        )],
    ],
)  # fmt: skip
def test_what_no_symbol_stands_for_is_said(rule: str, why: str, root: Path, tmp_path: Path) -> None:
    """A guideline whose cases no finite number of symbols stands for is not grounded, and it is said why."""
    text = (root / "tests/guidelines/toy.dl").read_text()
    more = (
        "%@ predicate visits(Count): {Count} visits\n%@ case: visits count\n%@ predicate weeks(Count): {Count} weeks\n"
    )
    more += (
        "%@ case: weeks count\n%@ predicate again(Count): {Count} again\n%@ case: again count\n%@ rule S/x: it is ok\n"
    )
    (tmp_path / "toy.dl").write_text(text + more + rule + "\n")
    with pytest.raises(NotGroundedError, match=why):
        load(tmp_path).circuit("2025-01-01")


def test_a_circle_is_followed_to_its_end(root: Path, tmp_path: Path) -> None:
    """Atoms that rest on each other hold where one of them does for another reason, and else not."""
    text = (root / "tests/guidelines/toy.dl").read_text()
    more = "\n".join(["%@ facts S/next", *(f"next({a}, {(a + 1) % 4})." for a in range(4)),
        "%@ rule S/start: it starts", "step(0) :- finding(pain).",
        "%@ rule S/on: it goes on", "step(B) :- step(A), next(A, B).",
        "%@ rule S/ok: it is ok", "ok :- step(3), not ruled(back_pain).", ""])  # fmt: skip
    (tmp_path / "toy.dl").write_text(text + more)
    guideline, rng = load(tmp_path), random.Random(5)
    drawn = (json.dumps(said_of(guideline, rng)).encode() for _ in range(40))
    seen = agree((c for data in drawn for c in read_text(data, "drawn", guideline) if isinstance(c, Case)), guideline)
    assert seen["lines"] > 40
