"""JSON is read without YAML, and as YAML reads it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.cases.json_text import usual_json
from coverlog.engine.cases.texts import documents
from coverlog.engine.cases.yaml_text import yaml_documents
from coverlog.engine.language.errors import CaseError
from hypothesis import example, given, settings
from hypothesis import strategies as st

WORDS = st.text(st.characters(codec="utf-8"), max_size=8) | st.text(" -:,#?&*!|>%@`'{}[]~0.e", max_size=6)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | WORDS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=12
)
TEXTS = st.builds(
    lambda value, indent, colon, comma, before, is_ascii: before + json.dumps(
        value, indent=indent, separators=(comma, colon), ensure_ascii=is_ascii
    ),
    st.dictionaries(WORDS, VALUES, max_size=4) | st.lists(VALUES, max_size=4), st.sampled_from([None, 0, 2]),
    st.sampled_from([":", ": ", "  :  "]), st.sampled_from([",", ", ", " , "]),
    st.sampled_from(["", " ", "\n", "\n  "]), st.booleans(),
)  # fmt: skip


def by_yaml(text: str) -> list[Any] | str:
    """What YAML makes of a text: of each document the value, the places and the problems; or why there is none."""
    try:
        return [(each.value, each.places, each.problems) for each in yaml_documents(text, "t.json")]
    except CaseError as error:
        return str(error)


@settings(deadline=None)
@given(TEXTS)
@example('{"a": 1, "a": 2}')
@example('{"a"\n: 1}')
@example('{"' + "a" * 1100 + '": 1}')
@example("[" * 25 + "]" * 25)
@example('{"a": 1e999, "b": -0, "c": 1.50, "d": 12345678901234567890}')
@example('{"a": NaN}')
@example('{"a": "x\ty", "b": "\x7f", "c": "\x85"}')
@example('{"a": 1} {"b": 2}')
@example('{"a": 1}\n---\n{"b": 2}')
def test_json_of_the_usual_kind_reads_as_yaml_does(text: str) -> None:
    """Wherever YAML is left out, it would have given the same values at the same places, and no fault."""
    found = usual_json(text, "t.json")
    if found is not None:
        assert by_yaml(text) == [(found.value, found.places, found.problems)]
        assert found.problems == {}


@pytest.mark.parametrize("text", ['{"id": "a", "n": [1, 2.5, -3], "t": true, "o": {}}', '[{"id": "x y"}, null]\n'])
def test_a_plain_case_in_json_is_of_the_usual_kind(text: str) -> None:
    """What a program writes of an ordinary case is read without YAML."""
    (document,) = documents(text, "t.json")
    assert usual_json(text, "t.json")
    assert document.value == json.loads(text)
    assert document.place() == "t.json:1:1"


def test_yaml_is_not_imported_for_json(tmp_path: Path) -> None:
    """A process that reads a case in JSON does without it."""
    file = tmp_path / "case.json"
    file.write_text(
        '{"id": "a", "date_of_service": "2025-11-03", "setting": "outpatient", "services": [{"cpt": "95886"}]}'
    )
    told = ("import sys; from pathlib import Path; from coverlog.engine.cases.case import read_files; "
            "from coverlog.engine.library.guideline import load; "
            "found = [each.id for each in read_files([Path(sys.argv[1])], load())]; "
            "print(found, 'yaml' in sys.modules)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", told, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout == "['a'] False\n"
