"""A plan's variant: what it replaces and withdraws is its own, the rest is the guideline's."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.cases.find import canonical, canonical_paths
from coverlog.engine.decision.decide import decide, judge
from coverlog.engine.language.errors import GuidelineError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.checker.verify import verify
from coverlog.explain.commands.main import main
from coverlog.explain.proof.build import prove
from coverlog.explain.proof.document import as_json
from coverlog.explain.testing.cases import run_case

CTS, RADICULOPATHY = "cts-ncs-alone", "back-pain-with-radiculopathy"
SAME = """
%@ extends: cg_med_24
%@ replaces: I.4.c
%@ source: Policy
guideline("SAME", "the same", "2026-01-01").
statement("I.4.c", stated, "2011-11-17", "radiculopathy").
%@ rule I.4.c: radiculopathy whose symptoms persist or did not respond to treatment
%@ reading: INT-9
criterion("I.4.c") :- condition(radiculopathy), treatment_failed.
"""


@pytest.fixture(scope="module")
def folder(toy_folder: Callable[[str], Path]) -> Path:
    return toy_folder("plan")


@pytest.fixture(scope="module")
def plan(folder: Path) -> Guideline:
    return load(folder)


def written(tmp_path: Path, text: str, name: str = "own") -> Path:
    (tmp_path / name).mkdir(exist_ok=True)
    (tmp_path / name / "own.dl").write_text(text)
    return tmp_path / name


def case_of(name: str, guideline: Guideline) -> Case:
    (case,) = read_files([canonical(guideline)[name]], guideline)
    assert isinstance(case, Case)
    return case


def run(folder: Path, *args: str) -> Any:
    return CliRunner().invoke(main, ["-g", str(folder), *args], catch_exceptions=False)


def test_answers_name_the_variant_and_what_it_stands_on(plan: Guideline, guideline: Guideline) -> None:
    """What was replaced by a stated text is nothing to confirm, and what was withdrawn covers nothing."""
    before, after = (decide(case_of(CTS, each), each) for each in (guideline, plan))
    assert (before.guideline, after.guideline) == ("CG-MED-24", "PLAN-1")
    assert before.lines[0].by == ("III.3",)
    assert after.lines[0].outcome == "not_medically_necessary"
    asking = [name for name in canonical(guideline) if "radiculopathy" in name]
    rests = [{n for name in asking for line in decide(case_of(name, each), each).lines for n in line.rests_on}
             for each in (guideline, plan)]  # fmt: skip
    assert rests[0] - rests[1] == {"I.4.c", "III.3"}


def test_the_rest_is_the_guidelines(criteria: ModuleType, guideline: Guideline, tmp_path: Path, size: Any) -> None:
    """A variant that says a statement again as it was decides every case alike, and rests on it no more."""
    same = load(written(tmp_path, SAME))
    rng = random.Random(3)
    for _ in range(size(40, 1000)):
        data = json.dumps(criteria.generate(rng)).encode()
        ((case,), (other,)) = (list(read_text(data, "generated", each)) for each in (guideline, same))
        assert isinstance(case, Case)
        assert isinstance(other, Case)
        before, after = decide(case, guideline), decide(other, same)
        told = [line._replace(rests_on=tuple(n for n in line.rests_on if n != "I.4.c")) for line in before.lines]
        assert told == list(after.lines)
        assert before.advisories == after.advisories


@pytest.mark.parametrize("world", ["open", "closed"])
def test_its_proofs_hold(world: str, plan: Guideline) -> None:
    """The checker reads the variant as it is, and what is the plan's says so in its source."""
    for name in (CTS, RADICULOPATHY):
        case = case_of(name, plan)
        told = as_json(prove(judge(case, plan, world=world), every=True))
        assert verify(told, case, plan.program) == []
        sources = {node["source"] for node in told["nodes"] if "I.4.c" in node.get("cites", ())}
        assert all(source.startswith("PLAN-1: Coverage policy") for source in sources)


def test_what_is_the_plans_is_told(folder: Path) -> None:
    """`show` names the plan in the source, and what it withdraws; `trace` and `compare` say the difference."""
    assert "stated; PLAN-1:" in " ".join(run(folder, "show", "I.4.c").stdout.split())
    gone = run(folder, "show", "III.3")
    assert gone.exit_code == 2
    assert "PLAN-1 withdraws III.3; it stands in CG-MED-24, which PLAN-1 extends" in gone.stderr
    told = " ".join(run(folder, "compare", CTS, "-g", "cg_med_24", "-g", str(folder)).stdout.split())
    assert f"{CTS} 95908@1: medically necessary by III.3 -> not medically necessary by X2" in told
    assert "CG-MED-24, III.3: carpal tunnel syndrome that meets I.4.a" in told


def test_a_variant_says_what_it_is(plan: Guideline) -> None:
    """In words: the guideline that it extends, with what is replaced and withdrawn."""
    assert str(plan.program.variation) == "CG-MED-24 with I.4.c replaced and III.3 withdrawn"
    assert "III.3" not in plan.program.statements
    assert {rule.place.file for rule in plan.program.rules if "I.4.c" in rule.cites} == {"plan.dl"}


def test_the_cases_of_the_guideline_run_beside_its_own(tmp_path: Path, toy_text: Callable[[str], str]) -> None:
    """Those that come out otherwise stand in its own folder by the same name; one that does not is told."""
    folder = written(tmp_path, toy_text("plan"))
    plan = load(folder)
    (result,) = [each for each in run_case(case_of(CTS, plan), plan) if each.world == "open"]
    differs = " ".join(map(str, result.differences))
    assert "the outcome is not medically necessary; expected: medically necessary" in differs
    text = canonical(plan)[CTS].read_text()
    own = folder / "cases" / f"{CTS}.yaml"
    own.parent.mkdir()
    own.write_text(text[: text.index("expect:")] + 'expect: {"95908": {outcome: not_medically_necessary, by: [X2]}}\n')
    assert canonical(plan)[CTS] == own
    assert len(canonical_paths(plan)) == len(canonical_paths(load()))
    assert [each.differences for each in run_case(case_of(CTS, plan), plan)] == [()]
    own.write_text(text)
    told = [str(one) for each in run_case(case_of(CTS, plan), plan) for one in each.differences]
    assert told[-1] == "it expects what the case of CG-MED-24 does; delete it"


def test_a_variant_of_a_variant(tmp_path: Path, toy_text: Callable[[str], str]) -> None:
    """Each changes what lies below it: the second one takes back nothing of the first."""
    written(tmp_path, toy_text("plan"), "plan")
    text = '%@ extends: plan\n%@ withdraws: I.4.c, III.2\nguideline("PLAN-2", "another", "2026-06-01").\n'
    second = load(written(tmp_path, text, "second"))
    assert {"I.4.c", "III.2", "III.3"}.isdisjoint(second.program.statements)
    assert str(second.program.variation) == "PLAN-1 with I.4.c, III.2 withdrawn"
    assert "I.4.d" in second.program.statements


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("withdraws: III.3", "withdraws: III.33", "variant: there is no III.33 to be changed; did you mean III.3?"),
        ("withdraws: III.3", "replaces: III.3", "variant: III.3 is replaced, and not said anew"),
        ("replaces: I.4.c", "withdraws: I.4.c", "variant: I.4.c is withdrawn, and said anew"),
        ("extends: cg_med_24", "extends: cg_med_42", "there is no guideline cg_med_42 to extend; did you mean cg_med"),
        ("extends: cg_med_24", "extends: own", "own extends itself; name another guideline"),
        ("replaces: I.4.c", "cites: I.4.c", "detached: %@ cites belongs to nothing here"),
    ],
)
def test_a_change_of_what_is_not_there_is_told(
    old: str, new: str, said: str, toy_text: Callable[[str], str], tmp_path: Path
) -> None:
    """Each mistake is an error of the variant's own text, with a remedy."""
    folder = written(tmp_path, toy_text("plan").replace(old, new))
    with pytest.raises(GuidelineError) as error:
        load(folder)
    assert said in str(error.value)
    assert said.partition(": ")[2].partition(";")[0] in run(folder, "check", str(folder)).stdout
