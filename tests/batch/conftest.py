"""What the tests of batches have in common."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The tables of a test's module, as files of CSV."""
    (tmp_path / "in").mkdir()
    for name, text in request.module.TABLES.items():
        (tmp_path / "in" / f"{name}.csv").write_text(text)
    return tmp_path / "in"
