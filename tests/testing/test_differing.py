"""What differs from an expectation is told in words, with the facts beside them."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.decision.decide import decide
from coverlog.engine.library.guideline import load
from coverlog.explain.commands.main import main
from coverlog.explain.testing.cases import read
from coverlog.explain.testing.differing import compare, told

NEEDS = {
    "cg_med_24": ["sensory_loss absent", "wrist_splint_weeks >= 4"], "ncd_240_4": ["age >= 18", "insomnia absent"],
}  # fmt: skip
NO_WORDS = re.compile(r"[][{}']|\bNone\b|\bTrue\b|\bFalse\b|(?:: |; |, )(?:[:;,]|$)")
"""What is of a program, or a place where something was to be told and is not."""


def otherwise(key: str, value: Any, name: str) -> Any:
    """Something else than what a line says of itself."""
    other = {"outcome": "more_information_needed", "reason": None, "missing_complete": False, "missing": [NEEDS[name]]}
    more = [] if value else ["not_addressed" if key == "missing_for" else "I.9"]
    return other.get(key, more)


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_what_differs_is_told_in_words(name: str, size: Callable[[int, int], int]) -> None:
    """Whatever a case expects otherwise, its sentence has no list, name of a concept or empty place, and JSON both."""
    guideline, tried = load(name), 0
    names = {*guideline.program.concepts, *(one.name for one in guideline.program.told())}
    names = {each for each in names if "_" in each}
    for case in read(canonical_paths(guideline)[:: size(7, 1)], guideline):
        if not isinstance(case, Case) or "refused" in case.place:
            continue
        decision = decide(case, guideline)
        for line in decision.lines:
            for key, value in told(line).items():
                wrong = otherwise(key, value, name)
                if wrong == value:
                    continue
                tried += 1
                expected: dict[str, Any] = {f"{one.code}@{one.session}": {} for one in decision.lines}
                expected[f"{line.code}@{line.session}"] = {key: wrong}
                (differs,) = compare(decision, expected, guideline.program)
                assert not NO_WORDS.search(str(differs)), differs
                assert not names.intersection(re.findall(r"[\w.]+", str(differs))), differs
                assert str(differs).startswith(f"{line.code}@{line.session}: ")
                facts = json.loads(json.dumps(differs._asdict()))
                assert (facts["of"], facts["found"], facts["expected"]) == (key, value, wrong)
    assert tried > 50


def test_sets_of_several_are_told_by_their_labels() -> None:
    """Of what is missing each need is in words, an amount with its unit, and only what the other side has not."""
    guideline = load("cg_med_24")
    (path,) = (each for each in canonical_paths(guideline) if each.stem == "cts-splint-weeks-undocumented")
    (case,) = read([path], guideline)
    assert isinstance(case, Case)
    decision = decide(case, guideline)
    wanted = [each for each in told(decision.lines[0])["missing"] if each != ["wrist_splint_weeks >= 4"]]
    wanted.append(["at least 2 of: sensory_loss; weakness absent"])
    (differs,) = compare(decision, {f"{ln.code}": {"missing": wanted} for ln in decision.lines[:1]}
                         | {ln.code: {} for ln in decision.lines[1:]}, guideline.program)  # fmt: skip
    assert str(differs).partition(": ")[2] == (
        "what is missing: found, not expected: at least 4 weeks of wrist splint use; "
        "expected, not found: at least 2 of (sensory loss; weakness recorded as absent)"
    )


def test_the_table_of_cases_has_outcomes_in_words(tmp_path: Path) -> None:
    """A person reads the words of an outcome; JSON has its name."""
    guideline = load("ncd_240_4")
    (path,) = (each for each in canonical_paths(guideline) if each.stem == "age-of-17")
    (tmp_path / "one.yaml").write_text(path.read_text().replace("outcome: not_covered", "outcome: covered"))
    args = ["-g", "ncd_240_4", "test", str(tmp_path)]
    shown = CliRunner().invoke(main, args).stdout
    assert "the outcome is not covered; expected: covered (continued)" in shown
    assert "not_covered" not in shown
    result = json.loads(CliRunner().invoke(main, [*args, "--format", "json"]).stdout)["results"][0]
    assert result["outcomes"] == ["not_covered"]
    assert (result["differences"][0]["found"], result["differences"][0]["expected"]) == ("not_covered", "covered")
