"""What an input of a batch holds is found whatever its form, and what is nearly right is told, not left out."""

import csv
import gzip
import json
import os
from collections.abc import Callable
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result
from coverlog.engine.batch.comma import BETWEEN, reader
from coverlog.engine.batch.entries import BatchError, alike
from coverlog.engine.batch.sources import connect
from coverlog.engine.batch.tables import Tables
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.commands.main import main
from hypothesis import given
from hypothesis import strategies as st

TABLES = {
    "case": "id,date_of_service,setting\none,2025-11-03,outpatient\ntwo,2025-11-03,office\n",
    "service": "case,cpt,session\none,95886,1\none,95909,1\ntwo,95886,1\n",
    "diagnosis": "case,diagnosis\none,G56.01\ntwo,G56.02\n",
    "finding": "case,finding,value\none,sensory_loss,present\none,refractory_to_activity_modification,present\n"
    "one,wrist_splint_weeks,6\n",
}
NAMES = [name for name in ("cg_med_24", "ncd_240_4") for table in Tables(load(name)).all()
         for name in (table.name, *table.columns)]  # fmt: skip


def batch(source: Path, out: str = "lines.csv") -> Result:
    return CliRunner().invoke(main, ["batch", str(source), "-o", str(source.parent / out)])


def lines(source: Path) -> str:
    ran = batch(source)
    assert ran.exit_code == 0, ran.stderr
    return (source.parent / "lines.csv").read_text()


def database(folder: Path, **renamed: str) -> Path:
    made = folder.parent / "in.duckdb"
    with duckdb.connect(str(made)) as db:
        for path in folder.glob("*.csv"):
            name = renamed.get(path.stem, path.stem)
            db.execute(f"CREATE TABLE \"{name}\" AS FROM read_csv('{path}', all_varchar = true)")
    return made


LETTERS = st.sampled_from(",;|\t#'\\\" ax1\n{}") | st.characters(codec="utf-8", exclude_characters="\r\0")
ROWS = st.lists(st.lists(st.text(LETTERS, max_size=4), min_size=3, max_size=3), min_size=1, max_size=5)


@given(ROWS, st.sampled_from(BETWEEN), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_csv_is_read_as_it_is_written(rows: list[list[str]], between: str, end: str, quoted: bool) -> None:
    """Whatever values stand in it, no row of a CSV is lost and none is read otherwise than it was written."""
    with NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=between, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else 0)
        writer.writerows([["case", "finding", "value"], *rows])
        file.flush()
        db = duckdb.connect()
        found = db.execute(f"FROM ({reader([file.name], db)})").fetchall()
    assert found == [tuple(value or None for value in row) for row in rows]


def compressed(folder: Path) -> None:
    for path in folder.glob("*.csv"):
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
        path.unlink()


def in_parts(folder: Path) -> None:
    """The rows of a table in files of their own, the columns of the second in another order."""
    (folder / "finding.csv").unlink()
    (folder / "finding").mkdir()
    head, *rows = TABLES["finding"].splitlines()
    (folder / "finding" / "a.csv").write_text("\n".join([head, rows[0], ""]))
    turned = [",".join(row.split(",")[::-1]) for row in (head, *rows[1:])]
    (folder / "finding" / "b.csv").write_text("\n".join([*turned, ""]))


def with_others(folder: Path) -> None:
    """Files and columns that are no tables and no columns of a batch, one called as the number of a row is."""
    (folder / "readme.txt").write_text("hello")
    (folder / "member.csv").write_text("id,born\none,1970\n")
    (folder / ".case.csv").write_text("")
    head, *rows = TABLES["service"].splitlines()
    (folder / "service.csv").write_text("\n".join([f"row_no,{head},row", *(f"7,{row},8" for row in rows), ""]))


def linked(folder: Path) -> None:
    os.rename(folder / "case.csv", folder.parent / "cases.csv")
    (folder / "case.csv").symlink_to(folder.parent / "cases.csv")


@pytest.mark.parametrize("change", [compressed, in_parts, with_others, linked])
def test_the_form_of_the_input_changes_no_line(change: Callable[[Path], None], folder: Path) -> None:
    """Compressed, in parts, linked, or beside what is no table: the lines are the same."""
    expected = lines(folder)
    assert "medically_necessary,I.4.a" in expected
    change(folder)
    assert lines(folder) == expected


def test_what_other_programs_write_is_read(folder: Path) -> None:
    """Numbers as floats, days as times of midnight, codes as numbers: the lines are the same, typed or not."""
    expected = lines(folder)
    kinds = {
        "date_of_service": "TIMESTAMP",
        "session": "DOUBLE",
        "cpt": "BIGINT",
        "setting": "ENUM('outpatient', 'office')",
    }
    for path in folder.glob("*.csv"):
        columns = path.read_text().splitlines()[0].split(",")
        told = ", ".join(f'"{column}"::{kinds.get(column, "VARCHAR")} AS "{column}"' for column in columns)
        duckdb.execute(
            f"COPY (SELECT {told} FROM read_csv('{path}', all_varchar = true)) TO '{path.with_suffix('.parquet')}'"
        )
        path.unlink()
    assert lines(folder) == expected


def test_a_view_is_a_table(folder: Path) -> None:
    """A view of a database is read, and what stands in another schema is not."""
    expected = lines(folder)
    made = database(folder, finding="said")
    with duckdb.connect(str(made)) as db:
        db.execute("CREATE VIEW finding AS FROM said")
        db.execute("CREATE SCHEMA other; CREATE TABLE other.condition AS SELECT 1 AS one")
    assert lines(made) == expected
    with duckdb.connect(str(made)) as db:
        db.execute("DROP TABLE said")
    ran = batch(made)  # what the view is of is gone
    assert (ran.exit_code, f"{made}: the table finding cannot be read: " in ran.stderr) == (2, True), ran.output


@pytest.mark.parametrize("columns", [(), ("missing", "rests_on")])
@pytest.mark.parametrize("of", ["cg_med_24", ""])
def test_rows_of_a_view_may_come_in_any_order(of: str, columns: tuple[str, ...], folder: Path) -> None:
    """Whatever order a view has its rows in when it is read again, each line and each reject is of its own case."""
    with (folder / "case.csv").open("a") as cases, (folder / "service.csv").open("a") as services:
        for at in range(60):
            cases.write(f"c{at},2025-{at % 12 + 1:02}-03,{('office', 'inpatient', 'moon')[at % 3]}\n")
            services.write(f"c{at},{('95886', '99213', 'E0601', '95937')[at % 4]},1\nc{at},95909,{at % 2 + 1}\n")
    made = database(folder, case="asked", service="said")
    with duckdb.connect(str(made)) as db:
        for name, table in (("case", "asked"), ("service", "said")):
            db.execute(f'CREATE VIEW "{name}" AS FROM {table} ORDER BY random()')
    found = []
    for source in (folder, made):
        args = ["batch", str(source), "-o", str(source.parent / "lines.csv"), *(f"--column={name}" for name in columns)]
        ran = CliRunner().invoke(main, [*["-g", of][: 2 * bool(of)], *args])
        assert ran.exit_code == 0, ran.output
        rows, rejects = (duckdb.read_csv(str(source.parent / name)) for name in ("lines.csv", "lines-rejects.csv"))
        told = rows.select('* EXCLUDE "row"'), rejects.select('"case", "table", reason')
        found.append((ran.stdout, *(sorted(each.fetchall(), key=str) for each in told)))
    assert found[0] == found[1]
    assert len(found[0][2]) == 20


@given(st.sampled_from(NAMES), st.sampled_from(["", "s"]), st.sampled_from([" ", "-", "", "_"]),
       st.sampled_from([str.upper, str.title, str.lower]))  # fmt: skip
def test_names_that_are_written_otherwise_are_alike(
    name: str, end: str, between: str, case: Callable[[str], str]
) -> None:
    """Case, plural and what stands between words make no other name; no two names of a guideline are alike."""
    assert alike(case(name.replace("_", between).removesuffix("s") + end)) == alike(name)
    assert len({alike(each) for each in NAMES}) == len(set(NAMES))


@pytest.mark.parametrize(
    ("table", "instead"), [("diagnosis", "diagnoses"), ("diagnosis", "Diagnosis"), ("finding", "FINDINGS")]
)
@pytest.mark.parametrize("of_database", [False, True])
def test_a_table_that_is_called_otherwise_is_told(table: str, instead: str, of_database: bool, folder: Path) -> None:
    """A table whose name is nearly right is not left out of what is decided, but named with what to call it."""
    os.rename(folder / f"{table}.csv", folder / f"{instead}.csv")
    ran = batch(database(folder) if of_database else folder)
    assert ran.exit_code == 2
    assert f"the table {instead} is not read; call it {table}" in ran.stderr


def test_a_column_that_is_called_otherwise_is_told(folder: Path) -> None:
    """So is a column, also one that a case may leave out."""
    (folder / "case.csv").write_text(TABLES["case"].replace("setting", "Setting"))
    ran = batch(folder)
    assert ran.exit_code == 2
    assert "the column Setting of table case is not read; call it setting" in ran.stderr


SLIPS: dict[str, Callable[[str], str]] = {
    "a letter left out": lambda name: name[:3] + name[4:],
    "a letter twice": lambda name: name[:3] + name[2:],
    "two letters the wrong way round": lambda name: name[:3] + name[4] + name[3] + name[5:],
}


@pytest.mark.parametrize("slip", SLIPS)
@pytest.mark.parametrize("name", ["setting", "purpose", "finding", "diagnosis"])
def test_a_slip_in_a_name_is_told(name: str, slip: str, folder: Path) -> None:
    """What may be left out is not so by a slip: in the closed world it would be decided as if nobody had said it."""
    wrong = SLIPS[slip](name)
    if name in TABLES:
        os.rename(folder / f"{name}.csv", folder / f"{wrong}.csv")
        expected = f"the table {wrong} is not read; call it {name}"
    else:
        (folder / "case.csv").write_text(TABLES["case"].replace("setting", wrong, 1))
        expected = f"the column {wrong} of table case is not read; call it {name}"
    ran = batch(folder)
    assert (ran.exit_code, expected in ran.stderr) == (2, True), ran.stderr


def test_names_of_a_guideline_are_no_slips_of_each_other() -> None:
    """So what one guideline reads is refused by none beside it."""
    names = {*map(alike, NAMES)}
    pairs = ((SequenceMatcher(None, *pair).ratio(), pair) for pair in combinations(sorted(names), 2))
    assert max(pairs) < (0.75,)


def test_what_stands_there_twice_is_told(folder: Path) -> None:
    """Of two tables of one name, or of tables beside case files, none is left out in silence."""
    (folder / "finding").mkdir()
    (folder / "finding" / "a.csv").write_text(TABLES["finding"])
    assert "two tables finding" in batch(folder).stderr
    (folder / "finding" / "a.csv").rename(folder / "a.yaml")
    ran = batch(folder)
    assert (ran.exit_code, "holds a table, case.csv, and a case file, a.yaml" in ran.stderr) == (2, True)
    ran = CliRunner().invoke(main, ["explain", "--from", str(folder), "--case", "one"])
    assert (ran.exit_code, "a case file, a.yaml" in ran.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("finding.csv", b"case,finding,valu\xe9\none,weakness,present\n", "finding.csv: CSV Error on Line: 1; Invalid"),
        ("service.csv", b'case,cpt\none,"95886\n', "service.csv, line 2 (row 1): a quote that is not closed"),
        ("service.csv.gz", gzip.compress(b"case,cpt\none\n", mtime=0), "service.csv.gz, line 2 (row 1): 1 value where"),
        ("service.csv.gz", gzip.compress(b"case,cpt\none,95886\n" * 99, mtime=0)[:-9], "service.csv.gz"),
        ("service.csv", b"case,cpt\rone,95886\rone\r", "which one is told only where lines end with a line feed"),
        ("service.csv", b"code,cpt\none,95886,1\n", "table service has no column case"),
        ("service.csv", b"case,cpt\none," + b"9" * (2 << 20) + b"\none\n", "line 2 (row 1): more than 2,097,152 bytes"),
        ("service.csv", b"", "service.csv is empty"),
        ("service.csv", b"case,cpt,CASE\n", "two columns are called CASE"),
        ("finding.parquet", b"PAR1 and so on", "finding.parquet"),
    ],
)
def test_what_cannot_be_read_is_told_in_short(name: str, data: bytes, told: str, folder: Path) -> None:
    """A file that is no table stops a batch, and an explanation, with its name and one line; nothing is written."""
    for path in folder.glob(f"{name.partition('.')[0]}.*"):
        path.unlink()
    (folder / name).write_bytes(data)
    explained = ["explain", "--from", str(folder), "--case", "one"]
    for ran in (batch(folder), CliRunner().invoke(main, explained)):
        assert ran.exit_code == 2, ran.output
        assert told in ran.stderr
        assert len(ran.stderr.splitlines()) == 1
    assert [path.name for path in folder.parent.iterdir()] == ["in"]


@pytest.mark.parametrize("size", ["", "0", "500", "-5MB", "10%", "1..2GB", "MB", "much"])
def test_a_size_of_memory_has_a_number_and_a_unit(size: str) -> None:
    """What is no size is refused with an example; without any, DuckDB has its own bound."""
    if not size:
        assert connect(size)
        return
    with pytest.raises(BatchError, match="no size of memory; write 500MB or 4GB"):
        connect(size)


@pytest.mark.parametrize("out", ["in/case.csv", "in/condition.parquet", "in/finding/a.csv", "in.duckdb"])
def test_no_output_takes_the_place_of_its_input(out: str, folder: Path) -> None:
    """An output that the input holds, or that the next run would read, is refused before anything is decided."""
    (folder / "finding").mkdir()
    made = database(folder)
    os.rename(made, made.with_suffix(".csv"))
    source = made.with_suffix(".csv") if out == "in.duckdb" else folder
    before = (folder / "case.csv").read_bytes()
    ran = batch(source, "in.csv" if out == "in.duckdb" else out)
    assert (ran.exit_code, "would be a table of" in ran.stderr) == (2, True), ran.output
    assert (folder / "case.csv").read_bytes() == before
    assert not list(folder.rglob("*-rejects.*"))


def test_every_reject_leads_to_its_row(folder: Path) -> None:
    """File and row of a reject are those of what it tells, of tables in parts as of one file."""
    in_parts(folder)
    with (folder / "finding" / "b.csv").open("a") as file:
        file.write("present,flu,two\n")
    with (folder / "service.csv").open("a") as file:
        file.write("nobody,95886,1\n")
    with (folder / "case.csv").open("a") as file:
        file.write("three,2025-02-30,office\n")
    lines(folder)
    rejects = duckdb.read_csv(str(folder.parent / "lines-rejects.csv")).fetchall()
    assert {case for case, *_ in rejects} == {"two", "nobody", "three"}
    for case, _, file, row, _ in rejects:
        assert case in Path(file).read_text().splitlines()[row].split(","), (case, file, row)


def test_case_files_of_one_id_are_rejected(tmp_path: Path, guideline: Guideline) -> None:
    """As in tables; a case of two guidelines is one, with the same numbers for its lines by both."""
    said: dict[str, Any] = {"id": "both", "date_of_service": "2025-11-03",
                            "services": [{"cpt": "95886"}, {"cpt": "E0601"}]}  # fmt: skip
    (tmp_path / "in").mkdir()
    for at, each in enumerate([said, said | {"id": "twice"}, said | {"id": "twice"}, said | {"id": 5}]):
        (tmp_path / "in" / f"{at}.json").write_text(json.dumps(each))
    ran = batch(tmp_path / "in")
    assert ran.stdout.startswith("4 cases, 4 lines, 3 rejected")
    found = duckdb.read_csv(str(tmp_path / "lines.csv")).fetchall()
    assert [row[:3] for row in found] == [("both", 1, "95886"), ("both", 2, "E0601")] * 2
    rejects = duckdb.read_csv(str(tmp_path / "lines-rejects.csv")).fetchall()
    assert [Path(file).name for _, _, file, row, _ in rejects if row == 1] == ["3.json", "1.json", "2.json"]
    assert [why for case, *_, why in rejects if case == "twice"] == ["another case has this id"] * 2
