"""What is exported as ASP-Core-2 means what the engine says, by clingo: the closed world and both rails of the open."""

import json
import random
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import clingo
import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.language.terms import Atom
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.asp import CLOSED, POSSIBLE, SURE, as_asp
from coverlog.engine.program.program import CaseKey
from coverlog.explain.commands.main import main

SERVICE = date(2025, 10, 5)
FOLDER = Path(__file__).parents[1]
TOYS = {path.stem: path for path in (*(FOLDER / "guidelines").glob("*.dl"), FOLDER / "campaigns" / "toy" / "toy.dl")}


@pytest.fixture(params=[*sorted(TOYS), "ncd_240_4"])
def toy(request: pytest.FixtureRequest, tmp_path: Path) -> Guideline:
    """Each toy guideline, and the shipped one that has decimals and dates."""
    if request.param not in TOYS:
        return load(request.param)
    (tmp_path / "toy.dl").write_text(TOYS[request.param].read_text())
    return load(tmp_path)


def codes_of(guideline: Guideline) -> list[str]:
    facts = [rule.head for rule in guideline.program.rules if not rule.body]
    named = [str(arg).strip('"') for fact in facts for arg in fact.args]
    return sorted({code for code in named if len(code) == 5 and code[1:].isdigit() and code[0].isalnum()}) or ["A0001"]


def numbers_of(guideline: Guideline) -> list[int]:
    """Every number that a comparison names, and the ones beside it."""
    comparisons = [c for rule in guideline.program.rules for c in rule.comparisons]
    named = {int(term) for c in comparisons for term in (*c.left, *c.right) if isinstance(term, int)}
    return sorted({number + more for number in named | {1} for more in (-1, 0, 1)})


def said(guideline: Guideline, rng: random.Random) -> dict[str, Any]:
    """Return what a case may say of every key, or leave out."""
    services: list[dict[str, Any]] = [{"cpt": rng.choice([*codes_of(guideline), "A0009"])} for _ in range(2)]
    found: dict[str, Any] = {"id": "made", "date_of_service": SERVICE.isoformat(), "services": services}
    for predicate in guideline.program.predicates.values():
        if predicate.case and predicate.case.key != "services":
            _say(found, predicate.case, guideline, rng)
        elif predicate.case and predicate.case.shape == "with":
            for line in services:
                (field,) = predicate.case.fields
                chosen = field.shape == "one of"
                line[field.key] = (rng.choice(guideline.program.of_kind(field.kind)) if chosen
                                   else rng.sample(["GP", "KX", "59"], rng.randrange(3)))  # fmt: skip
    return found


def _records(key: CaseKey, guideline: Guideline, rng: random.Random) -> list[dict[str, Any]]:
    """Return some records with numbers, codes and dates for their fields."""
    of: dict[str, Callable[[], Any]] = {
        "number": lambda: rng.choice([1, 4, 16, 20]),
        "code": lambda: rng.choice([*codes_of(guideline), "99213"]),
        "months since": lambda: (SERVICE - timedelta(rng.choice([0, 180, 364, 365, 366]))).isoformat(),
        "days since": lambda: (SERVICE - timedelta(rng.choice([0, 30, 31, 366]))).isoformat(),
    }
    chosen = guideline.program.of_kind
    return [
        {f.key: rng.choice(chosen(f.kind)) if f.shape == "one of" else of[f.shape]() for f in key.fields}
        for _ in range(rng.randrange(4))
    ]


def _say(found: dict[str, Any], key: CaseKey, guideline: Guideline, rng: random.Random) -> None:
    concepts = guideline.program.of_kind(key.kind)
    some = [concept for concept in concepts if rng.random() < 0.5]
    number = max(rng.choice(numbers_of(guideline)), int(key.lowest)) / 10**key.decimals
    day = (SERVICE - timedelta(rng.choice([0, 1, 83, 84, 85, 180, 190, 6570, 6580]))).isoformat()
    if key.shape == "one of":
        needed = not key.default and "place" not in key.key
        if needed or rng.random() < 0.7:
            found[key.key] = rng.choice(concepts)
    elif key.shape == "each of":
        found[key.key] = some
    elif key.shape in ("present of", "absent of"):
        group = found.setdefault(key.key, {})
        group |= {concept: key.shape.split()[0] for concept in some if concept not in group}
    elif key.shape == "records":
        found[key.key] = _records(key, guideline, rng)
    elif key.shape == "amount of":
        found.setdefault(key.key, {}).update(dict.fromkeys(some, number))
    elif rng.random() < 0.6:
        of = {
            "count": number,
            "codes": ["AB100"] if "[" in key.system else ["A00.1", "Z99.9"],
            "hierarchy": ["A00.1"],
            "slips": ["A00.1"],
        }
        found[key.key] = of.get(key.shape, day)
        found |= {key.other: (SERVICE - timedelta(6600)).isoformat()} if key.other else {}


def cases(guideline: Guideline, number: int) -> Iterator[Case]:
    rng = random.Random(4)
    read = 0
    while read < number:
        (case,) = read_text(json.dumps(said(guideline, rng)).encode(), "made", guideline)
        if isinstance(case, Case):
            read += 1
            yield case


def answer(text: str, but: str = "") -> set[str]:
    """Return the atoms of the one answer set of a text, without those of predicates that begin so."""
    control = clingo.Control(["--warn=none"])
    control.add("base", [], text)
    control.ground([("base", [])])
    with control.solve(yield_=True) as handle:
        (model,) = ([str(symbol) for symbol in model.symbols(atoms=True)] for model in handle)
    return {atom for atom in model if not (but and atom.startswith(but))}


def spelt(atoms: Iterable[Atom]) -> set[str]:
    args = ((a.predicate, ",".join(str(int(x)) if isinstance(x, int) else str(x) for x in a.args)) for a in atoms)
    return {f"{name}({told})" if told else name for name, told in args}


def test_the_exported_text_means_what_the_engine_says(toy: Guideline, size: Callable[[int, int], int]) -> None:
    """Each guideline, on random cases near its thresholds: all atoms of all three worlds are clingo's."""
    tried = {"?": 0, "sure": 0}
    for case in cases(toy, size(25, 300)):
        evaluator = toy.evaluator(case.date)
        model = evaluator.evaluate(case.facts, open_world=False)
        assert answer(as_asp(toy.program, toy.strata, case.date, case.facts, CLOSED)) == spelt(model.each()), case.said
        model = evaluator.evaluate(case.facts, open_world=True)
        sure = set(filter(model.sure, model.each()))
        for world, atoms, other in ((POSSIBLE, model.each(), "sure_"), (SURE, sure, "possible_")):
            text = as_asp(toy.program, toy.strata, case.date, case.facts, world)
            assert "%" not in "".join(line for line in text.splitlines() if '"' not in line)
            assert answer(text, other) == spelt(atoms), (world, case.said)
        tried["?"] += len(model.each()) > len(sure)
        tried["sure"] += bool(sure)
    assert tried["sure"]
    assert tried["?"] or not any(p.is_open for p in toy.program.predicates.values())


def test_a_predicate_of_the_other_rails_name_is_left_its_own(tmp_path: Path) -> None:
    """Where a guideline has a predicate `sure_x`, the rail's names have another beginning."""
    text = TOYS["oxygen"].read_text().replace("covered(", "sure_covered(")
    (tmp_path / "toy.dl").write_text(text)
    guideline = load(tmp_path)
    case = next(cases(guideline, 1))
    model = guideline.evaluator(case.date).evaluate(case.facts, open_world=True)
    written = as_asp(guideline.program, guideline.strata, case.date, case.facts, POSSIBLE)
    assert answer(written, "sure__") == spelt(model.each())


def test_the_shipped_guideline_is_exported(guideline: Guideline) -> None:
    """The command writes a canonical case, which clingo decides as the engine does; without --asp it asks for it."""
    name = "cts-six-weeks-of-splinting"
    run = CliRunner().invoke(main, ["export", "--asp", name], catch_exceptions=False)
    assert run.exit_code == 0
    assert 'medically_necessary(1,"95886","I.4.a")' in answer(run.stdout)
    bare = CliRunner().invoke(main, ["export", "--asp", "--as-of", "2020-01-01"], catch_exceptions=False)
    assert 'concept(wrist_splint_weeks,duration,"wrist splint use")' in answer(bare.stdout)
    assert not any(atom.startswith("service(") for atom in answer(bare.stdout))
    asked = CliRunner().invoke(main, ["export", name])
    assert (asked.exit_code, "--asp" in asked.stderr) == (2, True)
