"""What `coverlog check` says as SARIF is SARIF: every log keeps the schema of the standard."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from coverlog.engine.language.errors import Finding
from coverlog.engine.language.terms import Place
from coverlog.engine.soundness.registry import CODES
from coverlog.explain.render.findings import as_sarif
from hypothesis import given
from hypothesis import strategies as st

TEXT = (Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text()
# The pattern of a language has a bracket too many, which the errata of the standard take out.
SARIF = jsonschema_rs.Draft4Validator(json.loads(TEXT.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$")), validate_formats=True)
NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
FILES = NAMES.filter(lambda name: name not in {".", ".."}).map("{}.dl".format)
PLACES = st.builds(Place, FILES, st.integers(1, 10_000), st.integers(1, 500))
FINDINGS = st.lists(st.builds(Finding, st.sampled_from(sorted(CODES)), PLACES, st.text(), st.text()), max_size=5)


@given(FINDINGS, st.sampled_from([Path("kb"), Path("/elsewhere/a folder"), Path("%41 #?")]))
def test_every_log_keeps_the_schema(findings: list[Finding], folder: Path) -> None:
    """Whatever is found, wherever it is and whatever its file is called; each finding is one result."""
    log = json.loads(as_sarif(findings, folder))
    SARIF.validate(log)
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == [finding.code for finding in findings]


def _without_version(log: dict[str, Any]) -> None:
    del log["version"]


def _with_level(log: dict[str, Any]) -> None:
    log["runs"][0]["results"][0]["level"] = "grave"


def _with_line(log: dict[str, Any]) -> None:
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0


@pytest.mark.parametrize("spoil", [_without_version, _with_level, _with_line])
def test_the_schema_refuses_what_is_no_sarif(spoil: Any) -> None:
    """A log without its version, with a level that is none, or with a line before the first does not pass."""
    log = json.loads(as_sarif([Finding("unsafe", Place("a.dl", 3), "this", "do that")], Path("kb")))
    SARIF.validate(log)
    spoiled = copy.deepcopy(log)
    spoil(spoiled)
    assert not SARIF.is_valid(spoiled)
