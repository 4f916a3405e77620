"""Any row that a batch writes is explained, by the guideline that it is by."""

import csv
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.commands.main import main

BASE: dict[str, Any] = {"date_of_service": "2025-03-01", "diagnoses": ["G56.01"]}
EMG = {"setting": "outpatient", "findings": {"weakness": "present", "refractory_to_activity_modification": "present"}}
APNEA = {"age": 40, "findings": {"clinical_evaluation": "present"}}
CASES: list[dict[str, Any]] = [
    BASE | EMG | {"id": "emg", "services": [{"cpt": "95886"}, {"cpt": "95909"}]},
    BASE | APNEA | {"id": "apnea", "services": [{"cpt": "E0601"}]},
    BASE | EMG | APNEA | {"id": "both", "services": [{"cpt": "E0601"}, {"cpt": "95886", "session": 2}],
                          "findings": EMG["findings"] | APNEA["findings"]},  # type: ignore[operator]
]  # fmt: skip


@pytest.mark.parametrize("form", ["tables", "files"])
def test_each_row_is_explained(form: str, guideline: Guideline, batch_tests: ModuleType, tmp_path: Path) -> None:
    """Of a case that is for two guidelines each explains what it decided, though the other's words are none of its."""
    source, out = tmp_path / "in", tmp_path / "lines.csv"
    if form == "tables":
        first, second = (batch_tests.rows_of(CASES, each) for each in (guideline, load("ncd_240_4")))
        case = [one | two for one, two in zip(first["case"], second["case"], strict=True)]
        batch_tests.write(first | second | {"case": case}, source)
    else:
        source.mkdir()
        (source / "all.json").write_text(json.dumps(CASES))
    ran = CliRunner().invoke(main, ["batch", str(source), "-o", str(out)])
    assert (ran.exit_code, "0 rejected" in ran.stdout) == (0, True), ran.output
    with out.open() as file:
        rows = [*csv.DictReader(file)]
    assert len(rows) == 2 + 1 + 4
    named = {each.program.name: each.folder.name for each in (guideline, load("ncd_240_4"))}
    for row in rows:
        explain = ["-g", named[row["guideline"]], "explain", "--from", str(source), "--case", row["case"]]
        told = CliRunner().invoke(main, [*explain, "--line", row["cpt"], "--format", "json", "--verify"])
        assert told.exit_code == 0, told.output
        (line,) = json.loads(told.stdout)["account"]
        deciding = [each["statement"] for each in line["deciding"]]
        assert (line["outcome"], deciding) == (
            row["outcome"],
            [*filter(None, (row["by"] or row["reason"]).split(", "))],
        )


def test_a_file_for_two_guidelines_is_explained_by_the_one_that_is_named(tmp_path: Path) -> None:
    """What it is told to do helps; what none of both has a word for is a fault to each."""
    file = tmp_path / "both.json"
    for more, code in (({}, 0), ({"moon": 1}, 2)):
        file.write_text(json.dumps(CASES[2] | more))
        for name in ("cg_med_24", "ncd_240_4"):
            ran = CliRunner().invoke(main, ["-g", name, "explain", str(file)])
            assert (ran.exit_code, "moon" in ran.stderr) == (code, bool(more)), ran.output
    file.write_text(json.dumps(CASES[2]))
    ran = CliRunner().invoke(main, ["explain", str(file)])
    assert (ran.exit_code, "name one of the guidelines: -g GUIDELINE" in ran.stderr) == (2, True)
