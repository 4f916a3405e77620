"""The codes that the rules tell apart are found once for a text, and kept."""

import json
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.decision import alike as found
from coverlog.engine.decision.loosened import relaxed
from coverlog.engine.library import cache
from coverlog.engine.library.guideline import Guideline


def test_what_is_kept_is_what_is_found(guideline: Guideline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found anew, found for the first time in a cache and read from it, the codes of a date are the same."""
    edition = relaxed(guideline).editions()[-1]
    told = found._alike(guideline, edition)
    assert sum(map(len, told)) > 10
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for _ in range(2):
        found._of_edition.cache_clear()
        assert found.alike(guideline, "2026-01-01") == told
    assert len([*(tmp_path / "coverlog").iterdir()]) == 1
    monkeypatch.setattr(found, "_alike", lambda *_: pytest.fail("it was kept"))
    found._of_edition.cache_clear()
    assert found.alike(guideline, "2026-01-01") == told


@pytest.mark.parametrize("value", [None, 1, {"a": "b"}, ["95886"], [["95886", 1]], [[None]], [{"95886": 1}]])
def test_what_says_no_codes_is_found_again(value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else a file holds, it is not read as codes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache.keep_written(Path("alike/x"), [("x", "")], json.loads(json.dumps(value)))
    assert cache.recalled(Path("alike/x"), [("x", "")], found._read) is None
