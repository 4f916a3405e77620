"""What a value of a table means is what the reader of cases says of it; the benchmarks draw all that tables may say."""

import importlib.util
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from coverlog.engine.batch.output import summary
from coverlog.engine.batch.several import Batches
from coverlog.engine.batch.sources import connect
from coverlog.engine.batch.tables import Tables, plain
from coverlog.engine.cases.document import is_number, number
from coverlog.engine.library.guideline import load
from hypothesis import given
from hypothesis import strategies as st

OTHER = load("ncd_240_4")
KNOWN = Tables(OTHER)
days = st.dates(date(2004, 1, 1), date(2026, 12, 31)).map(str)
no_days = st.sampled_from([None, "", "2025-02-30", "20250101", "2025-W01-1"])


@given(st.sampled_from(["birth_date", "first_use"]), days | no_days, days | no_days)
def test_dates_mean_what_they_mean_alone(key: str, value: str | None, served: str | None) -> None:
    """Two dates give the same facts, or the same fault, whatever other dates were read before."""
    assert KNOWN.of_single(key, value, served) == Tables(OTHER).of_single(key, value, served)


@given(st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?", fullmatch=True) | st.text(max_size=8)
       | st.from_regex(r"\s?[+-]?[\d_]{1,4}\.?\d{0,2}\s?", fullmatch=True))  # fmt: skip
def test_a_number_of_a_table_is_that_of_a_case_file(told: str) -> None:
    """A text of a table is a number where a case file may write it so, zeros before it aside, and else stays a text."""
    found = plain(told)
    assert isinstance(found, str) == (found == told)
    if is_number(told) and (meant := number(told)) is not None:
        assert found == meant
    elif isinstance(found, int):
        assert told.isascii()
        assert Decimal(told) == found


@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4"])
def test_cases_are_drawn_of_all_that_tables_may_say(name: str, root: Path, tmp_path: Path) -> None:
    """The generator of the benchmarks fills every column for either guideline, the same for the same seed."""
    spec = importlib.util.spec_from_file_location("generate", root / "benchmarks" / "generate.py")
    assert spec
    assert spec.loader
    spec.loader.exec_module(generate := importlib.util.module_from_spec(spec))
    guideline = load(name)
    for folder in ("one", "two"):
        generate.draw(tmp_path / folder, 300, "adversarial", 7, guideline)
    for table in Tables(guideline).all():
        one, two = (duckdb.read_parquet(f"{tmp_path}/{folder}/{table.name}.parquet") for folder in ("one", "two"))
        assert one.fetchall() == two.fetchall()
        for column in table.columns:
            assert len(one.unique(column)) > 1
    of = Batches(connect(), guideline, "closed")
    of.run(tmp_path / "one")
    found = summary(of)
    assert found.cases == 300
    assert 0 < found.rejected < found.cases / 3
    assert len(found.outcomes) >= 3
