"""What is taken to fit a schema is what the validator finds no fault in."""

import copy
from functools import cache
from typing import Any

import pytest
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.cases.texts import documents
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.fitting import fits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ODD: list[Any] = [
    None, True, 0, 1, -1, 2.5, 6.0, 15.1, 15.125, 1e300, 10**20, "", " ", "x", "95886", "95886\n", "G56.01\u2028",
    "g5601", "2025-11-03", "٢٠٢٥-11-03", "6 weeks", "6\x1cweeks", "present", "x" * 300, "\u017f", [], [1] * 600, {},
    {"status": "present"}, {"value": 3, "source": "note"}, {"date": "2025-11-03"}, {"code": "G56.01"}, {"outcome": "x"},
]  # fmt: skip


@pytest.fixture(scope="module")
def therapy() -> Guideline:
    return load("ncd_240_4")


@cache
def _cases(guideline: Guideline) -> list[Any]:
    files = canonical_paths(guideline)
    return [document.value for file in files for document in documents(file.read_text("utf-8"), file.name)]


def test_every_canonical_case_fits_and_needs_no_validator(guideline: Guideline, therapy: Guideline) -> None:
    """A case without a fault is told as one, whichever guideline it is for; those with one are not."""
    for each in (guideline, therapy):
        whole = each.schema
        for case in _cases(each):
            assert fits(case, whole, whole) == each.validator.is_valid(case), case["id"]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), of_therapy=st.booleans())
def test_what_fits_has_no_fault(
    data: st.DataObject, of_therapy: bool, guideline: Guideline, therapy: Guideline
) -> None:
    """Whatever is changed in a case, it is taken to fit only where the validator finds no fault in it."""
    by = therapy if of_therapy else guideline
    case = copy.deepcopy(data.draw(st.sampled_from(_cases(by)), label="case"))
    for _ in range(data.draw(st.integers(1, 3), label="changes")):
        _change(case, data)
    if fits(case, by.schema, by.schema):
        assert list(by.validator.iter_errors(case)) == []


def _change(case: Any, data: st.DataObject) -> None:
    """Put something else at some place of a case, take something away, or add something."""
    at = case
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        below = [key for key in keys if isinstance(at[key], dict | list) and at[key]]
        if not below or data.draw(st.booleans(), label="here"):
            break
        at = at[data.draw(st.sampled_from(below), label="below")]
    told = st.sampled_from(ODD).map(copy.deepcopy)  # what is put in may be changed next
    odd = data.draw(told | st.text(max_size=8) | st.floats(0, 200).map(lambda x: round(x, 2)))
    if isinstance(at, list):
        at.append(odd) if data.draw(st.booleans(), label="more") else at.__setitem__(-1, odd)
        return
    key = data.draw(st.sampled_from([*at, "findings", "advisories", "95886@2", "95886@٢", "source", "x"]), label="key")
    at[key] = odd
    if data.draw(st.booleans(), label="taken away"):
        del at[key]


@pytest.mark.parametrize("schema", [{"not": {}}, {"if": {"type": "string"}, "then": {}}, {"const": 1}])
def test_what_is_not_known_is_left_to_the_validator(schema: dict[str, Any]) -> None:
    """A schema that asks for more than is looked at here is fitted by nothing."""
    values: list[Any] = [1, "1", {}, []]
    assert not any(fits(value, schema, schema) for value in values)


def test_a_pattern_of_a_guideline_s_own_is_left_to_the_validator() -> None:
    """The same characters may mean another set of codes in another kind of expression."""
    assert not fits("A", {"type": "string", "pattern": "^(?:[A])$"}, {})
    assert fits("A", {"type": "string", "pattern": "^[A]$"}, {})
