"""What a batch rejects: each case once, by its id as its rows have it, told why, and where that stands."""

import json
import random
from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.batch.columns import COLUMNS
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.language.visible import visible
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.schema import ID_LENGTH
from coverlog.explain.commands.main import main

Rows = list[dict[str, Any]]
BASE: dict[str, Any] = {"date_of_service": "2025-03-01", "setting": "outpatient", "services": [{"cpt": "95886"}]}
OTHER: dict[str, Any] = {"date_of_service": "2025-03-01", "services": [{"cpt": "E0601"}]}
COLUMNS_OF = {"case": ["id", "date_of_service"], "service": ["case", "cpt"]}
FAULTS: list[tuple[str, list[str | None]]] = [
    ("case", ["", "2025-03-01"]), ("case", [None, "2025-03-01"]), ("case", ["c3", "2025-03-01"]),
    ("case", ["lone", "2025-03-01"]), ("case", ["late", "2025-02-30"]), ("service", ["late", "95886"]),
    ("service", ["ghost", "95886"]), ("service", [None, "95886"]), ("service", ["c4", "9588"]),
    ("finding", ["c5", "weakness", "strong"]), ("finding", ["c6", "weaknes", "present"]),
    ("finding", ["ghost", "weakness", "present"]), ("condition", ["c7", "flu"]), ("condition", ["c8", "flu"]),
]  # fmt: skip


def run(*args: str) -> tuple[int, str, str]:
    ran = CliRunner().invoke(main, [*args])
    assert not ran.exception or isinstance(ran.exception, SystemExit), ran.exc_info
    return ran.exit_code, ran.stdout, ran.stderr


def batch(source: Path, *more: str, of: str = "cg_med_24") -> tuple[dict[str, Any], Rows, Rows]:
    """The summary, the lines and the rejects of a batch."""
    out = source.parent / "lines.jsonl"
    code, told, error = run("-g", of, "batch", str(source), "-o", str(out), "--format", "json", *more)
    assert code == 0, error
    lines, rejects = ([*map(json.loads, filter(None, path.read_text().split("\n")))]
                      for path in (out, out.with_name("lines-rejects.jsonl")))  # fmt: skip
    return json.loads(told), lines, rejects


@pytest.fixture
def faulty(guideline: Guideline, batch_tests: ModuleType, tmp_path: Path) -> Callable[[random.Random], Path]:
    """Return a function that writes sound cases with some faults among them."""

    def written(rng: random.Random) -> Path:
        rows = batch_tests.rows_of([BASE | {"id": f"c{at}"} for at in range(9)], guideline)
        for table, says in rng.sample(FAULTS, 7):
            columns = {"case": ["id", "date_of_service"], "service": ["case", "cpt"]}.get(
                table, ["case", table, "value"]
            )
            empty = dict.fromkeys(rows[table][0] if rows[table] else columns[: len(says)])
            rows[table].insert(rng.randint(0, len(rows[table])), empty | dict(zip(columns, says, strict=False)))
        source: Path = batch_tests.write(rows, tmp_path / "in")
        return source

    return written


@pytest.mark.parametrize("seed", range(6))
def test_each_case_is_decided_or_rejected(seed: int, faulty: Callable[[random.Random], Path]) -> None:
    """So many cases as are not rejected have lines; a row that belongs to no case rejects none, but is told."""
    source = faulty(random.Random(seed))
    told, lines, rejects = batch(source)
    assert told["cases"] - told["rejected"] == len({line["case"] for line in lines})
    assert told["rejects"] == dict(Counter(each["reason"] for each in rejects))
    assert {each["case"] for each in rejects}.isdisjoint(line["case"] for line in lines)


@pytest.mark.parametrize("seed", range(6))
def test_what_a_batch_rejects_is_refused_by_file_and_row(seed: int, faulty: Callable[[random.Random], Path]) -> None:
    """Asked to explain such a case, each of its rejects is told with the words and the place that the batch tells."""
    source = faulty(random.Random(seed))
    _, _, rejects = batch(source)
    for each in (each for each in rejects if each["case"]):
        code, _, error = run("-g", "cg_med_24", "explain", "--from", str(source), "--case", each["case"])
        assert code == 2
        assert f"{each['file']}, table {each['table']}, row {each['row']}: {each['reason']}\n" in error


def test_one_case_is_explained(faulty: Callable[[random.Random], Path]) -> None:
    """Of a case and another one in a batch none is left out in silence."""
    source = str(faulty(random.Random(1)))
    code, _, error = run("-g", "cg_med_24", "explain", "cts-six-weeks-of-splinting", "--from", source, "--case", "c0")
    assert (code, "cts-six-weeks-of-splinting and c0 are two cases" in error) == (2, True)


def test_what_belongs_to_no_case_is_not_written_around(
    guideline: Guideline, batch_tests: ModuleType, tmp_path: Path
) -> None:
    """A strict batch of sound cases with one row of none writes nothing."""
    rows = batch_tests.rows_of([BASE | {"id": "one"}], guideline)
    rows["service"].append(rows["service"][0] | {"case": "ghost"})
    source = batch_tests.write(rows, tmp_path / "in")
    code, told, error = run("-g", "cg_med_24", "batch", str(source), "-o", str(tmp_path / "lines.csv"), "--strict")
    assert (code, told.splitlines()[0]) == (2, "1 case, 1 line, 0 rejected")
    assert "what belongs to no case is rejected, and nothing is written (--strict)" in error
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_reason_says_why_and_a_place_where(batch_tests: ModuleType, tmp_path: Path) -> None:
    """The reason of two alike is one to the summary; only that of a case file begins with a place there."""
    ages = [OTHER | {"id": f"c{at}", "age": 40, "birth_date": "1990-01-01"} for at in range(2)]
    faults = [OTHER | {"id": f"d{at}", "sleep_test": "moon", "channels": -1} for at in range(2)]
    tables = batch_tests.write(batch_tests.rows_of([*ages, *faults], load("ncd_240_4")), tmp_path / "in")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "all.json").write_text(json.dumps([*ages, *faults], indent=1))
    (of_tables, _, rows), (of_files, _, placed) = (batch(each, of="ncd_240_4") for each in (tables, tmp_path / "files"))
    assert (set(of_tables["rejects"].values()), set(of_files["rejects"].values())) == ({2}, {2})
    assert of_tables["rejected"] == of_files["rejected"] == 4
    assert len(rows) == len(placed) == 6
    assert {each["reason"] for each in rows} == set(of_tables["rejects"])
    for each in placed:
        place, _, why = each["reason"].partition(": ")
        assert place.startswith(f"{each['file']}:")
        assert why in of_files["rejects"]


HIDDEN = ["", " ", "\t", "\xa0", "\u3000", "\x01", "\u200b", "\u2028", "\x7f"]
IDS = [*map("".join, product(HIDDEN, ["a", "b\tc", "d\xa0e"])), "ü", "z\n", "a\n", "x\u202ey", '"quoted", and',
       "'; DROP x", "z" * ID_LENGTH, "z" * (ID_LENGTH + 1), "é" * ID_LENGTH, "\u200b" * 33, "\u200b" * 34, "\x1b" * 50,
       "\x1b" * 51, "y" * 199 + "\u200b"]  # fmt: skip


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("columns", [(), tuple(COLUMNS)])
def test_an_id_of_a_table_is_as_good_as_that_of_a_case_file(
    columns: tuple[str, ...], grouped: bool, guideline: Guideline, batch_tests: ModuleType, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Whatever is hidden in it: a case is decided where a file may have its id, and told by the id that its row has."""
    if grouped:
        monkeypatch.setattr("coverlog.engine.batch.run.GATHERED", 0)
    cases = [BASE | {"id": name} for name in IDS]
    (tmp_path / "in").mkdir()
    batch_tests.write(batch_tests.rows_of(cases, guideline), tmp_path / "in")
    _, lines, rejects = batch(tmp_path / "in", *(f"--column={name}" for name in columns))
    good = {name for name in IDS for case in read_text(json.dumps(BASE | {"id": name}).encode(), "", guideline)
            if isinstance(case, Case)}  # fmt: skip
    assert ({line["case"] for line in lines}, {each["case"] for each in rejects}) == (good, {*IDS} - good)
    for name in ("x\u202ey", "z\n"):
        code, told, error = run(
            "-g", "cg_med_24", "explain", "--from", str(tmp_path / "in"), "--case", name, "--format", "json"
        )
        assert (code, json.loads(told)["case"]) == (0, visible(name)), error
