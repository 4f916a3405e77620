"""A batch that Ctrl-C comes into ends as every command does, whichever of its queries has it."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from coverlog.explain.commands.main import main

CASE = '{"id": "a", "date_of_service": "2025-11-03", "setting": "outpatient", "services": [{"cpt": "95886"}]}'


class Interrupted:
    """A DuckDB whose query of some number is interrupted, as DuckDB tells it."""

    def __init__(self, real: Any, at: int) -> None:
        self._real, self._left = real, at

    def execute(self, *query: Any) -> Any:
        self._left -= 1
        if not self._left:
            raise RuntimeError("Query interrupted")
        return self._real.execute(*query)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@pytest.mark.parametrize("at", range(1, 7))
def test_a_query_that_is_interrupted_ends_the_batch(at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 130 and one line, from the first query on, with no output."""
    real = duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda **how: Interrupted(real(**how), at))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_text(CASE)
    told = CliRunner().invoke(main, ["batch", str(tmp_path / "in"), "-o", str(tmp_path / "out.csv")])
    assert (told.exit_code, told.stderr) == (130, "\ncoverlog: interrupted\n"), told.output
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
