"""What the summary of a batch counts is what its lines say."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

from click.testing import CliRunner
from coverlog import read_case
from coverlog.engine.batch.columns import joined, things
from coverlog.engine.decision.decide import decide
from coverlog.engine.library.guideline import load
from coverlog.explain.commands.main import main


def test_so_many_of_several_are_counted_as_one_thing(
    toy_folder: Callable[[str], Path], batch_tests: ModuleType, tmp_path: Path
) -> None:
    """Each missing set that is written as one text is read again as the things that it is of, and so counted."""
    folder = toy_folder("clues")
    clues, said = load(folder), ("", "present", "absent")
    cases: list[dict[str, Any]] = [
        {"id": f"c{at}", "date_of_service": "2024-05-01", "services": [{"cpt": "97110"}], "prior": prior,
         "findings": {name: value for name, value in zip(("pain", "fever", "weakness"), values, strict=True) if value}}
        for at, (prior, *values) in enumerate(product(({}, {"left_knee": 2, "right_knee": 2}), said, said, said))
    ]  # fmt: skip
    expected = Counter[str]()
    for each in cases:
        (line,) = decide(read_case(each, clues), clues).lines
        for needs in line.needs:
            assert things(joined(needs)) == [*map(str, needs)]
        expected.update(map(str, line.needs[0] if line.needs else ()))
    source = batch_tests.write(batch_tests.rows_of(cases, clues), tmp_path / "in")
    told = ["batch", str(source), "-o", str(tmp_path / "lines.csv"), "--column", "missing", "--format", "json"]
    ran = CliRunner().invoke(main, ["-g", str(folder), *told])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["missing"] == dict(sorted(expected.items(), key=lambda it: (-it[1], it[0]))[:10])
    assert any(name.startswith("at least 2 of: ") for name in expected)
    with (tmp_path / "lines.csv").open() as file:
        written = Counter(thing for row in csv.DictReader(file) for thing in things(row["missing"]))
    assert written == expected
