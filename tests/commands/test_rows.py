"""Decisions by the row: each line once, the reason beside the outcome, and how far it is from favourable."""

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.decision.decide import judge
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.interface import CUSTOMARY, WAITING
from coverlog.explain.advice.line_rows import rows_of
from coverlog.explain.commands.main import main

FAVOURABLE, SILENT, UNFAVOURABLE = (each.name for each in CUSTOMARY)
SIX, THREE = "cts-six-weeks-of-splinting", "cts-three-weeks-of-splinting"
OPEN = "cts-activity-modification-undocumented"


def run(*args: str, columns: str = "", **env: str) -> Result:
    return CliRunner().invoke(main, args, env={"COLUMNS": columns, **env}, catch_exceptions=False)


def rows(*args: str) -> list[dict[str, Any]]:
    told: dict[str, Any] = json.loads(run("decide", *args, "--format", "rows").stdout)
    assert sum(told["totals"].values()) == len(told["rows"])
    assert told["totals"] == dict(Counter(row["outcome"] for row in told["rows"]))
    found: list[dict[str, Any]] = told["rows"]
    return found


def test_a_row_has_the_decision_and_its_distance(guideline: Guideline) -> None:
    """A row has the outcome and statements of its line; favourable is 0 away, an open line as far as its least set."""
    for path in canonical_paths(guideline)[::11]:
        for case in read_files([path], guideline):
            assert isinstance(case, Case)
            try:
                judged = judge(case, guideline)
            except CaseError:
                continue
            lines = {(line.code, line.session): line for line in judged.decision.lines}
            found = rows_of(judged)
            assert [(row.code, row.session) for row in found] == list(lines)
            for row, line in zip(found, lines.values(), strict=True):
                assert (row.outcome, row.by) == (line.outcome, line.by)
                assert row.reason
                assert bool(row.nearest) == bool(row.distance)
                if row.outcome == FAVOURABLE:
                    assert row.distance == 0
                if row.outcome == WAITING:
                    assert row.distance == (len(line.needs[0]) if line.needs else None)
                if row.outcome == SILENT:
                    assert row.distance is None


def test_a_refusal_says_what_falls_short_and_what_is_nearest() -> None:
    """The reason has the number that falls short and its source, and what is recorded as absent in these words."""
    (first, second) = rows(THREE)
    assert first["outcome"] == UNFAVOURABLE
    assert first["reason"].startswith("I.4.a: wrist splint use: 3 weeks recorded, at least 4 needed (office note 2025-")
    assert "each recorded as absent (no source given)" in first["reason"]
    assert first["distance"] == 1
    assert second["cpt"] == "95909"


@pytest.mark.parametrize("world", ["open", "closed"])
def test_a_row_says_first_that_no_condition_is_stated(world: str) -> None:
    """Where a case states nothing to be tested for, that is the reason, and no condition is proposed."""
    for row in rows("no-indication-at-all", "--world", world):
        assert row["reason"].startswith("The case states no condition that a criterion for this request names; its ")
        assert row["nearest"] == "what a criterion for this request names"


def test_a_row_tells_a_waiver_by_what_fired() -> None:
    """A treatment that was waived is not told as one that did not help."""
    for row in rows("ulnar-significant-atrophy-waives-splinting"):
        assert row["reason"] == "I.4.b: ulnar neuropathy, conservative treatment waived by N0"


def test_nearest_puts_those_first_that_need_least() -> None:
    """Rows go from favourable to those that need most; what has no way known and what is not read come last."""
    found = rows("unlisted-code-beside-good-ones", THREE, "nobody", SIX, "--sort", "nearest")
    far = [row["distance"] for row in found]
    assert far == sorted(far, key=lambda d: (d is None, d))
    assert far[0] == 0
    assert far[-1] is None
    cases = json.loads(run("decide", THREE, SIX, "--sort", "nearest", "--format", "json").stdout)
    assert [case["case"] for case in cases] == [SIX, THREE]


def test_table_csv_and_json_tell_the_same_rows() -> None:
    """The three formats have the same lines in the same order, and the totals stand once."""
    wanted = rows(SIX, THREE, OPEN)
    told = list(csv.DictReader(io.StringIO(run("decide", SIX, THREE, OPEN, "--format", "csv").stdout)))
    for row, cells in zip(wanted, told, strict=True):
        plain = {name: "" if value is None else str(value) for name, value in row.items()}
        assert cells == plain | {"by": " ".join(row["by"])}
    lines = run("decide", SIX, THREE, OPEN, "--format", "table").stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:-2]] == [[r["case"], f"{r['cpt']}@{r['session']}"] for r in wanted]
    assert all(row["reason"] in line for row, line in zip(wanted, lines[1:-2], strict=True))
    assert lines[-1].startswith("6 lines of 3 cases: 2 medically necessary, 2 not medically necessary, 2 more")


def test_a_case_that_cannot_be_read_is_a_row(tmp_path: Path) -> None:
    """What cannot be read is counted, told with its fault, and the status is 2; --fail-on still holds."""
    (tmp_path / "broken.yaml").write_text("id: broken\nsetting: nowhere\n")
    found = rows(str(tmp_path), SIX)
    assert [row["outcome"] for row in found] == ["not_read", FAVOURABLE, FAVOURABLE]
    assert "nowhere" in found[0]["reason"]
    assert run("decide", str(tmp_path), "--format", "table").exit_code == 2
    assert run("decide", SIX, "--format", "table", "--fail-on", FAVOURABLE).exit_code == 3


COMMANDS = [
    ("decide", THREE), ("decide", SIX, THREE, OPEN, "--format", "table"), ("explain", THREE), ("checklist", OPEN),
    ("whatif", THREE, "--set", "wrist_splint_weeks=5"), ("compare", SIX, THREE), ("find", "wrist", "splint"),
    ("query", "weeks(C, W)", "--explain", "--case", THREE), ("query", "statement(S, A, F, W)"), ("rules",),
    ("-g", "FEW", "cases"), ("-g", "FEW", "trace"), ("show", "weeks"), ("show", THREE), ("show", "treatment_failed"),
    ("explain", SIX, "--full"), ("trace",),
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("columns", [40, 60])
def test_what_people_read_fits_a_narrow_terminal(command: tuple[str, ...], columns: int, few_cases: Path) -> None:
    """No line is wider than the terminal but a command or a name to copy, and no cell is cut."""
    told = run(*(str(few_cases) if word == "FEW" else word for word in command), columns=str(columns)).stdout
    assert told
    wide = [line for line in told.splitlines() if len(line) > columns and " coverlog " not in line]
    assert [line for line in wide if len(line.split()) > 1] == []
    assert "…" not in told
    cut = [line for line in told.splitlines() if re.search(r"\w-$", line)]  # an id or a date in two pieces
    assert columns < 60 or cut == []  # there are ids of more than 40 characters


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)])
def test_no_color_is_honoured_on_a_terminal(env: dict[str, str], coloured: bool) -> None:
    """Where colour could be shown, NO_COLOR with any value takes it away (https://no-color.org)."""
    result = CliRunner().invoke(main, ["decide", SIX], env=env, color=True)
    assert ("\x1b[" in result.stdout) == coloured
    assert "MEDICALLY NECESSARY" in result.stdout


def test_a_table_says_what_it_counts_and_names_outcomes_as_declared() -> None:
    """The nearest way is so many things, under a head that says to what; totals have the words of the guideline."""
    told = run("decide", THREE, "home-test-type-2", "--format", "table").stdout
    assert "nearest way to a yes" in told.splitlines()[0]
    assert "  1 thing: there is " in told
    assert told.splitlines()[-1] == "3 lines of 2 cases: 1 covered for the initial 12 weeks, 2 not medically necessary"
