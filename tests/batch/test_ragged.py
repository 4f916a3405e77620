"""A broken row of CSV rejects its case or ends the batch, each time by file and row: no case is decided without it."""

import csv
import gzip
import random
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.batch import ragged
from coverlog.engine.batch.load import Loaded
from coverlog.engine.batch.rejects import ANOTHER
from coverlog.engine.batch.sources import connect, sources
from coverlog.engine.batch.stored import WHY
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.commands.main import main

TABLES = {
    "case": "id,date_of_service,setting\none,2025-11-03,outpatient\ntwo,2025-11-03,office\nthree,2025-11-03,office\n",
    "service": "case,cpt,session\none,95886,1\none,95909,1\ntwo,95886,1\nthree,95886,1\n",
    "diagnosis": "case,diagnosis\none,G56.01\ntwo,G56.02\n",
    "condition": "case,condition\none,carpal_tunnel_syndrome\ntwo,carpal_tunnel_syndrome\n",
    "technique": "case,technique\nthree,multiple_f_waves\n",
    "finding": "case,finding,value\none,sensory_loss,present\none,refractory_to_activity_modification,present\n"
    "one,wrist_splint_weeks,6\ntwo,sensory_loss,present\n",
}
Lines = dict[str, list[dict[str, str]]]


def batch(folder: Path, *more: str) -> Result:
    command = ["-g", "cg_med_24", "batch", str(folder), "-o", str(folder.parent / "lines.csv"), *more]
    return CliRunner().invoke(main, command)


def read(folder: Path) -> tuple[Lines, list[dict[str, str]]]:
    """The lines that a batch has written, by their cases, and its rejects."""
    lines: Lines = {}
    with (folder.parent / "lines.csv").open() as file:
        for row in csv.DictReader(file):
            lines.setdefault(row["case"], []).append({k: v for k, v in row.items() if k != "row"})
    with (folder.parent / "lines-rejects.csv").open() as file:
        return lines, [*csv.DictReader(file)]


def decided(folder: Path) -> tuple[Lines, list[dict[str, str]]]:
    ran = batch(folder)
    assert ran.exit_code == 0, ran.output
    return read(folder)


def add(file: Path, row: bytes) -> int:
    """Add a row to a table, and return its number."""
    before = file.read_bytes()
    file.write_bytes(before + row)
    return before.count(b"\n")


BREAKS: dict[str, Callable[[list[str]], str]] = {
    "few": lambda says: (
        ",".join(["few", *says[:-1]]) if says[1:] else "few,,more"
    ),  # of two columns a row has one value
    "many": lambda says: ",".join(["many", *says, "more"]),
    "quoted": lambda says: ",".join(['"quoted"', *says, '"a, b"']),
    "far": lambda says: ",".join(["far", *says, "", "more"]),
    "bytes": lambda says: ",".join(["bytes", *says[:-1], "\udce9"]),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_broken_row_rejects_its_case(name: str, folder: Path) -> None:
    """Whatever table it is of and however it is broken: the case is rejected as a whole, and no other is."""
    for case in BREAKS:
        add(folder / "case.csv", f"{case},2025-11-03,office\n".encode())
        add(folder / "service.csv", f"{case},95886,1\n".encode())
    before, _ = decided(folder)
    assert set(before) == {"one", "two", "three", *BREAKS}
    says = TABLES[name].splitlines()[1].split(",")[1:]
    rows = {case: broken(says).encode(errors="surrogateescape") for case, broken in BREAKS.items()}
    numbers = {case: add(folder / f"{name}.csv", row + b"\n") for case, row in rows.items()}
    lines, rejects = decided(folder)
    assert lines == {case: its for case, its in before.items() if case not in BREAKS}
    assert {each["case"] for each in rejects} == {*BREAKS}
    assert {(each["table"], each["file"]) for each in rejects} == {(name, str(folder / f"{name}.csv"))}
    why = {each["case"]: each["reason"] for each in rejects if int(each["row"]) == numbers[each["case"]]
           if each["reason"] != ANOTHER}  # fmt: skip
    width = len(says) + 1
    values = {"few": width - 1 if says[1:] else 3, "many": width + 1, "quoted": width + 1, "far": width + 2}
    told = {case: f"{number} values where the first line names {width} columns" for case, number in values.items()}
    assert why == told | {"bytes": ragged.NO_UTF8}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("two,weakness,prthree,weakness", "4 values"),
        ("two,weakness,presentthree,weakness,present", "5 values"),
        ("two,weakness,present three,x", "4 values"),
        ("tw,weakness", "2 values"),
        ("two", "1 value"),
        (",weakness", "2 values"),
        ("tw\udce9,weakness,present", ragged.NO_UTF8),
        ('two,"weakness,present', ragged.OPEN),
        ('two,"weak\nness",present,more', "4 values"),
        ('two,"weak"ness,present', ragged.STRAY),
        ("two,weak\rness,present", ragged.STRAY),
        ("two,weakness,\npresent", "1 value"),
    ],
)
def test_a_row_that_may_be_of_any_case_ends_the_batch(row: str, why: str, folder: Path) -> None:
    """Where rows end, or whose one is, has to be sure; else the batch ends with file, line, row and remedy."""
    number = add(folder / "finding.csv", row.encode(errors="surrogateescape") + b"\n")
    number += row.startswith("two,weakness,\n")
    for ran in (
        batch(folder),
        CliRunner().invoke(main, ["-g", "cg_med_24", "explain", "--from", str(folder), "--case", "one"]),
    ):
        assert ran.exit_code == 2, ran.output
        assert f"{folder / 'finding.csv'}, line {number + 1} (row {number}): {why}" in ran.stderr
        assert ran.stderr.endswith(f"; {ragged.REMEDY}\n")
    assert [path.name for path in folder.parent.iterdir()] == ["in"]


def test_an_id_that_a_separator_cuts_is_in_doubt(folder: Path) -> None:
    """Where another id begins with what is read as one, the row may be of either."""
    for name, row in (("case", '"two,b",2025-11-03,office\n'), ("service", '"two,b",95886,1\n')):
        add(folder / f"{name}.csv", row.encode())
    assert decided(folder)[1] == []
    add(folder / "finding.csv", b"two,b,weakness,present\n")
    assert (batch(folder).exit_code, ragged.NO_CASE in batch(folder).stderr) == (2, True)


def test_a_column_that_is_not_the_first_tells_the_case_of_whole_rows_alone(folder: Path) -> None:
    """What is before it may be cut or shifted; where there are as many values as columns, none is."""
    (folder / "finding.csv").write_text("value,finding,case\npresent,sensory_loss,one\n")
    add(folder / "finding.csv", b"pr\xe9sent,weakness,two\n")
    assert {each["case"] for each in decided(folder)[1]} == {"two"}
    add(folder / "finding.csv", b"present,weakness\n")
    ran = batch(folder)
    assert (ran.exit_code, "line 4 (row 3)" in ran.stderr, "if it were the first" in ran.stderr) == (2, True, True)


def test_a_row_without_a_value_is_of_no_case(folder: Path) -> None:
    """Spaces or separators alone say nothing of any case: the row is rejected, and every case is decided."""
    before, _ = decided(folder)
    number = add(folder / "finding.csv", b"  \n\n,\n")
    lines, rejects = decided(folder)
    assert lines == before
    assert [(each["case"], each["row"]) for each in rejects] == [("", str(number)), ("", str(number + 1))]
    assert all(each["reason"].endswith(ragged.NOTHING) for each in rejects)


def test_bytes_of_a_column_that_is_not_read_break_no_row(folder: Path) -> None:
    """They are in nobody's way, whether another row is broken or not."""
    (folder / "finding.csv").write_bytes(b"case,finding,value,note\none,sensory_loss,present,Andr\xe9\n")
    assert decided(folder)[1] == []
    add(folder / "finding.csv", b"two,weakness\n")
    assert {each["case"] for each in decided(folder)[1]} == {"two"}


def test_ends_of_lines_may_be_mixed(folder: Path) -> None:
    """A row that ends as those of another system do is a row."""
    before, _ = decided(folder)
    file = folder / "finding.csv"
    head, first, *rest = file.read_bytes().split(b"\n")
    file.write_bytes(b"\n".join([head, first + b"\r", *rest]))
    assert decided(folder) == (before, [])


def test_a_strict_batch_ends_at_a_broken_row(folder: Path) -> None:
    """With --strict nothing is written, as where a value is faulty."""
    add(folder / "finding.csv", b"two,weakness\n")
    ran = batch(folder, "--strict")
    assert (ran.exit_code, "1 case rejected, and nothing is written" in ran.stderr) == (2, True)
    assert "1  2 values where the first line names 3 columns" in ran.stdout
    assert [path.name for path in folder.parent.iterdir()] == ["in"]


def test_a_case_with_a_broken_row_is_not_explained(folder: Path) -> None:
    """The other cases are, as without it."""
    explain = ["-g", "cg_med_24", "explain", "--from", str(folder), "--case"]
    before = CliRunner().invoke(main, [*explain, "one"])
    number = add(folder / "finding.csv", b"two,weakness\n")
    after, refused = (CliRunner().invoke(main, [*explain, name]) for name in ("one", "two"))
    assert (after.exit_code, after.stdout) == (0, before.stdout)
    assert refused.exit_code == 2
    assert f"finding.csv, table finding, row {number}: 2 values where the first line names 3 columns" in refused.stderr


@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4"])
def test_what_is_left_of_a_broken_row_is_faulty(name: str) -> None:
    """Its values are missing, and of every table some may not be: so its case is looked at closely, and rejected."""
    readings = [*Loaded(None, load(name), "open").readings()]
    faulty = {each.table.name for each in readings if each.of(*[None] * len(each.columns)).fault}
    assert faulty == {each.table.name for each in readings}


def test_a_case_of_several_guidelines_is_held_to_its_broken_rows(folder: Path) -> None:
    """A case that both decide is rejected by the row that one of them reads, in each form of the run."""
    add(folder / "service.csv", b"two,E0601,1\none,E0601,1\n")
    add(folder / "condition.csv", b"two,a,b\n")
    out = str(folder.parent / "lines.csv")
    ran = CliRunner().invoke(main, ["batch", str(folder), "-o", out])
    assert ran.exit_code == 0, ran.output
    lines, rejects = read(folder)
    assert (set(lines), {each["case"] for each in rejects}) == ({"one", "three"}, {"two"})


def test_reading_keeps_the_order_of_rows(tmp_path: Path) -> None:
    """However many rows there are, each keeps its number and its place where some of them are broken."""
    number = 300_000
    rows = [f"c{at},95886" for at in range(number)]
    broken = random.Random(7).sample(range(number), 50)
    for at in broken:
        rows[at] += ",1"
    (tmp_path / "case.csv").write_text(
        "\n".join(["id,date_of_service", *(f"c{at},2025-01-01" for at in range(number))])
    )
    (tmp_path / "service.csv").write_text("\n".join(["case,cpt", *rows]))
    batch = Loaded(connect(), load(), "open")
    batch.look(sources(tmp_path, [batch.tables], batch.db)[0])
    found = batch.db.execute(f'SELECT row_no, "case", cpt, "{WHY}" IS NOT NULL FROM every_service').fetchnumpy()
    columns = [found[name] for name in found]
    assert (columns[0] == range(1, number + 1)).all()
    assert [*columns[1]] == [f"c{at}" for at in range(number)]
    assert {at for at, is_broken in enumerate(columns[3]) if is_broken} == set(broken)


# --- Any byte of any row --------------------------------------------------------------------------

BYTES = [b",", b'"', b"\xe9", b"\r", b"\n", b" ", b";", b"x", b'"",', b",,", b"\xc3\xa9", b"drawn-1,"]
Break = Callable[[random.Random, list[bytes], int], int]


def cut(rng: random.Random, rows: list[bytes], at: int) -> int:
    rows[at] = rows[at][: rng.randrange(len(rows[at]))]
    return 1


def lose(rng: random.Random, rows: list[bytes], at: int) -> int:
    place = rng.randrange(len(rows[at]))
    rows[at] = rows[at][:place] + rows[at][place + 1 :]
    return 1


def gain(rng: random.Random, rows: list[bytes], at: int) -> int:
    place = rng.randrange(len(rows[at]) + 1)
    rows[at] = rows[at][:place] + rng.choice(BYTES) + rows[at][place:]
    return 1


def shift(rng: random.Random, rows: list[bytes], at: int) -> int:
    values = rows[at].split(b",")
    del values[rng.randrange(len(values))]
    rows[at] = b",".join(values)
    return 1


def join(rng: random.Random, rows: list[bytes], at: int) -> int:
    """The end of a line is lost, or it was never written whole."""
    if at + 1 == len(rows):
        return cut(rng, rows, at)
    first = rows[at] if rng.random() < 0.5 else rows[at][: rng.randrange(len(rows[at]))]
    rows[at : at + 2] = [first + rows[at + 1]]
    return 2


def is_sound(row: bytes, width: int) -> bool:
    """Whether a line is a row of so many values by another reader of CSV, or none, as an empty one."""
    try:
        (values,) = csv.reader([row.decode()], strict=True)
    except (csv.Error, ValueError):
        return False
    return not row or (b"\r" not in row and len(values) >= width and not any(values[width:]))


def written(folder: Path, name: str, rows: list[bytes], form: str) -> list[Path]:
    """Write a table anew in a form; return its files."""
    head, *its = rows
    (folder / f"{name}.csv").unlink()
    if form == "compressed":
        made = folder / f"{name}.csv.gz"
        made.write_bytes(gzip.compress(b"\r\n".join([*rows, b""])))
        return [made]
    if form == "in parts":
        (folder / name).mkdir()
        half = len(its) // 2
        parts = [folder / name / "a.csv", folder / name / "b.csv"]
        for part, of in zip(parts, (its[:half], its[half:]), strict=True):
            part.write_bytes(b"\n".join([head, *of, b""]))
        return parts
    (folder / f"{name}.csv").write_bytes(b"\n".join(rows))
    return [folder / f"{name}.csv"]


def test_no_case_is_decided_that_has_lost_a_row(
    guideline: Guideline, criteria: ModuleType, batch_tests: ModuleType, tmp_path: Path,
    size: Callable[[int, int], int], record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """Rows broken at random: each is rejected with its cases, or ends the batch, by file and row; others are as before.

    A change after which a row is one still, of other values, is none of these.
    """
    rng = random.Random(97)
    cases = [criteria.generate(rng) | {"id": f"drawn-{at}"} for at in range(30)]
    cases = [{k: batch_tests.plain(v, "date") if k == "purpose" else v for k, v in each.items()} for each in cases]
    tables = batch_tests.rows_of(cases, guideline)
    (tmp_path / "whole").mkdir()
    before, _ = decided(batch_tests.write(tables, tmp_path / "whole" / "in"))
    counts = {"rejected": 0, "ended": 0, "sound": 0}
    for at in range(size(40, 1000)):
        place = tmp_path / str(at)
        place.mkdir()
        source = batch_tests.write(tables, place / "in")
        counts[broken_once(rng, source, before)] += 1
    assert min(counts.values()) >= size(3, 100), counts
    record_property("measured", ", ".join(f"{number} {what}" for what, number in counts.items()))


def broken_once(rng: random.Random, source: Path, before: Lines) -> str:
    """Break a row of a batch, hold what becomes of it to what it was, and say what did."""
    name = rng.choice(sorted(path.stem for path in source.glob("*.csv")))
    rows = (source / f"{name}.csv").read_bytes().splitlines()
    width, was, at = rows[0].count(b",") + 1, [*rows], rng.randrange(1, len(rows))
    lines = rng.choice([cut, lose, gain, shift, join])(rng, rows, at)
    lost = {row.split(b",")[0].decode() for row in was[at : at + lines]}
    if all(is_sound(part, width) for part in rows[at].split(b"\n")):
        return "sound"
    files = written(source, name, rows, rng.choice(["one", "compressed", "in parts"]))
    ran = batch(source)
    told = (name, rows[at])
    if ran.exit_code == 2:
        assert re.search(
            r"\.csv(\.gz)?(, line \d+ \(row \d+\): |: CSV Error on Line: \d+; ).*; correct the line", ran.stderr
        )
        assert any(str(file) in ran.stderr for file in files), told
        return "ended"
    assert ran.exit_code == 0, (told, ran.output)
    after, rejects = read(source)
    assert not lost & set(after), told
    assert {case: its for case, its in before.items() if case not in lost} == after, told
    stood = [(each["file"], int(each["row"])) for each in rejects if "where the first line" in each["reason"]
             or each["reason"] == ragged.NO_UTF8]  # fmt: skip
    assert [number_of(files, rows, file, row) for file, row in stood] == [rows[at]], told
    return "rejected"


def number_of(files: list[Path], rows: list[bytes], file: str, row: int) -> bytes:
    """The row of a number in a file of a table."""
    its = rows[1:]
    before = len(its) // 2 if Path(file) != files[0] else 0
    return its[before + row - 1]
