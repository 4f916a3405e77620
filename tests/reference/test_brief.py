"""What a case says is told with the unit of every number, as its guideline declares it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.library.guideline import load
from coverlog.engine.program.forms import NUMBERS
from coverlog.engine.program.program import Program
from coverlog.explain.advice.comparison_text import said
from coverlog.explain.advice.units import unit_of
from coverlog.explain.commands.main import main
from coverlog.explain.reference.brief import brief
from coverlog.kb import guidelines

NAMES = sorted(guidelines())


def numbers(program: Program) -> Iterator[tuple[str, str, str]]:
    """Every number that a case may say: its key, its concept or an empty text, and the unit that is declared."""
    for predicate in program.predicates.values():
        if (key := predicate.case) and key.shape in NUMBERS:
            for name in program.of_kind(key.kind) if key.kind else [""]:
                unit = key.unit or (predicate.params[1].lower() if name else "")
                yield key.key, name, unit


@pytest.mark.parametrize("name", NAMES)
def test_a_number_of_a_case_has_its_unit(name: str) -> None:
    """Of every number that a case may say the unit is told, in the singular of one."""
    program = load(name).program
    every = list(numbers(program))
    assert any(unit for _, _, unit in every)
    for key, concept, unit in every:
        for number in (1, 5, 2.5):
            case: dict[str, Any] = {"id": "one", key: {concept: number} if concept else number}
            told = brief(case, [program])
            one = unit.removesuffix("s") if unit in ("days", "weeks", "months", "years") else unit
            assert told.endswith(f"{number} {one if number == 1 else unit}".rstrip()), told
        need = {"finding": concept or key, "needs": ">= 5"}
        assert f"at least 5 {unit}".rstrip() in said(need, program)


@pytest.mark.parametrize(("case", "number"), [("cts-three-weeks-of-splinting", "3"), ("index-of-4-9", "4.9")])
def test_what_forces_an_outcome_has_its_unit(case: str, number: str) -> None:
    """So it is where it is told what of a case forces an outcome."""
    told = CliRunner().invoke(main, ["sufficient", case]).stdout
    (name,) = re.findall(rf"\.(\w+): {re.escape(number)} ", told.partition("turned")[0])
    (unit,) = {unit_of(name, load(each).program) for each in NAMES} - {""}
    assert f"{name}: {number} {unit}\n" in told


def test_a_line_is_told_with_what_its_numbers_are() -> None:
    """A session and units beside a code are named."""
    line = {"cpt": "95885", "session": 2, "units": 3}
    assert brief({"services": [line, {"cpt": "95886"}]}, []) == "services: 95885 (session 2, 3 units), 95886"
