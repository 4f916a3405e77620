"""A batch decides every line as the decision does, rejects what cannot be read, and is written whole or not at all."""

import csv
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from coverlog.engine.batch.columns import COLUMNS
from coverlog.engine.batch.entries import BatchError
from coverlog.engine.batch.load import Loaded
from coverlog.engine.batch.output import give, summary
from coverlog.engine.batch.output import lines as lines_of
from coverlog.engine.batch.rejects import case_of
from coverlog.engine.batch.several import Batches
from coverlog.engine.batch.sources import connect, ranges, sources
from coverlog.engine.batch.statement import statement
from coverlog.engine.batch.tables import Tables
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.decision.decide import decide
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.library.several import Answering, Several, shipped
from coverlog.engine.program.schema import ID_LENGTH, ITEMS
from coverlog.explain.commands.main import main

EVERY = 15
GENERATED, PART = 100_000, 5_000  # in a whole campaign: how many cases, and how many at a time
Said = dict[str, Any]
Rows = dict[str, list[dict[str, Any]]]


def plain(value: Any, key: str) -> Any:
    return value.get(key, value.get("status", value.get("value"))) if isinstance(value, dict) else value


def rows_of(cases: list[Said], guideline: Guideline) -> Rows:
    """The tables that say what cases say."""
    tables = list(Tables(guideline).all())
    found: Rows = {table.name: [] for table in tables}
    for said in cases:
        found["case"].append({"id": said["id"], **{c: said.get(c) for c in tables[0].columns}})
        for table in tables[1:]:
            items = said.get(table.key, [])
            if table.name == "service":
                found["service"] += ({"case": said["id"], **{c: s.get(c) for c in table.columns}} for s in items)
            elif isinstance(items, dict):
                pairs = ((name, plain(value, "")) for name, value in items.items())
                found[table.name] += ({"case": said["id"], table.name: n, "value": v} for n, v in pairs)
            else:
                found[table.name] += ({"case": said["id"], table.name: plain(i, "code")} for i in items)
    return found


def write(rows: Rows, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name, lines in rows.items():
        if lines:
            with (folder / f"{name}.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, list(lines[0]))
                writer.writeheader()
                writer.writerows(lines)
    return folder


def told(
    folder: Path, guideline: Answering, world: str, columns: Sequence[str] = ()
) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """What a batch says: the lines of each case, and the reason of each rejected one."""
    db = connect()
    batch = Batches(db, guideline, world, columns=columns)
    batch.run(folder)
    give(batch)
    lines: dict[str, list[Any]] = {}
    for name, _, *line, by in db.execute(lines_of(batch)).fetchall():
        lines.setdefault(name, []).append((*line, by) if isinstance(guideline, Several) else tuple(line))
    rejects = 'SELECT "case", string_agg(reason ORDER BY reason) FROM rejects GROUP BY "case"'
    return lines, dict(db.execute(rejects).fetchall())


def decided(said: Said, guideline: Guideline, world: str, columns: Sequence[str] = ()) -> list[Any] | None:
    (case,) = read_text(json.dumps(said).encode(), "case", guideline)
    if not isinstance(case, Case):
        return None
    try:
        decision = decide(case, guideline, world=world)
    except CaseError:
        return None
    more = [tuple(COLUMNS[name].of(line, decision) for name in columns) for line in decision.lines]
    return [(line.code, line.session, line.outcome, ", ".join(line.by) or None, line.reason, *each)
            for line, each in zip(decision.lines, more, strict=True)]  # fmt: skip


def canonical(guideline: Guideline, step: int) -> Iterator[Said]:
    for path in canonical_paths(guideline)[::step]:
        for case in read_text(path.read_bytes(), str(path), guideline):
            if isinstance(case, Case):
                yield case.said


def twin(said: Said, rng: random.Random) -> Said:
    """A case that may say the same to a guideline in other words: another day, amount, code or order."""
    day = int(said["date_of_service"][-2:])
    findings = {name: value + rng.randint(0, 1) if isinstance(value, int) else value
                for name, value in said.get("findings", {}).items()}  # fmt: skip
    services = [{**line, "cpt": "99998" if line["cpt"] == "99999" else line["cpt"]} for line in said["services"]]
    return said | {
        "id": f"{said['id']}-twin", "date_of_service": f"{said['date_of_service'][:-2]}{day - (day > 20):02}",
        "services": services[::-1], "findings": findings, "diagnoses": said.get("diagnoses", [])[::-1],
    }  # fmt: skip


def drawn(generate: Callable[[random.Random], Said], pairs: int, part: int) -> Iterator[Said]:
    """Generated cases, each with its twin."""
    rng = random.Random(part)
    for at in range(pairs):
        said = generate(rng) | {"id": f"drawn-{at:06}"}
        yield from (said, twin(said, rng))


def unlike(cases: list[Said], guideline: Guideline, world: str, folder: Path) -> tuple[int, int]:
    """Hold a batch, with every column and with none, against the decision; count lines and refused cases."""
    single = Tables(guideline).singles
    cases = [{k: plain(v, "date") if k in single else v for k, v in case.items()} for case in cases]
    source = write(rows_of(cases, guideline), folder)
    (few, rejects), (all_, also) = (told(source, guideline, world, columns) for columns in ((), list(COLUMNS)))
    count, refused = 0, 0
    for said in cases:
        expected = decided(said, guideline, world, list(COLUMNS))
        assert all_.get(said["id"]) == expected, said
        assert few.get(said["id"]) == (expected and [line[:5] for line in expected]), said
        assert (said["id"] in rejects, said["id"] in also) == (expected is None, expected is None), said
        count, refused = count + len(expected or ()), refused + (expected is None)
    return count, refused


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "part" in metafunc.fixturenames:
        parts = GENERATED // PART if metafunc.config.getoption("--whole") else 1
        metafunc.parametrize("part", range(parts), ids=[f"part{part:02}" for part in range(parts)])


@pytest.mark.parametrize("world", ["open", "closed"])
@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4"])
def test_every_line_is_decided_alike(
    world: str, name: str, part: int, criteria: ModuleType, apnea_criteria: ModuleType, tmp_path: Path,
    size: Callable[[int, int], int], record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """Outcome, statements, reason and what more is asked for are those of the decision, for cases alike too."""
    guideline, judge = load(name), {"cg_med_24": criteria, "ncd_240_4": apnea_criteria}[name]
    known = [] if part else [*canonical(guideline, size(EVERY, 1))]
    generated = [*drawn(judge.generate, size(40, PART // 2), part)]
    lines, refused = unlike([*known, *generated], guideline, world, tmp_path / "in")
    record_property("measured", f"{name}, {world} world: {lines} lines of {len(known)} canonical and {len(generated)} "
                    f"generated cases alike in every column, {refused} cases refused by both")  # fmt: skip


@pytest.mark.parametrize("world", ["open", "closed"])
@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4"])
def test_the_statement_decides_alike(
    world: str, name: str, criteria: ModuleType, apnea_criteria: ModuleType, size: Callable[[int, int], int]
) -> None:
    """The SQL that compile writes gives, in DuckDB, the lines of the decision, and names what it leaves out."""
    guideline, judge = load(name), {"cg_med_24": criteria, "ncd_240_4": apnea_criteria}[name]
    rng = random.Random(29)
    every = (judge.generate(rng) | {"date_of_service": "2025-06-01"} for _ in range(size(40, 2000)))
    drawn = [said for said in every if decided(said, guideline, world)]
    circuit = guideline.circuit("2025-06-01")
    db = duckdb.connect()
    db.execute("CREATE TABLE said (case_no BIGINT, session BIGINT, symbol VARCHAR)")
    db.execute("CREATE TABLE line (case_no BIGINT, line_no BIGINT, code VARCHAR, session BIGINT)")
    for number, said in enumerate(drawn):
        (case,) = read_text(json.dumps(said).encode(), "case", guideline)
        assert isinstance(case, Case)
        symbols = [(atom, circuit.grounded.symbols.stand_in(atom)) for atom in case.facts]
        local = circuit.grounded.symbols.is_session
        rows = [[number, a.args[0] if local(a.predicate, 0) else 0, str(symbol)] for a, symbol in symbols if symbol]
        db.executemany("INSERT INTO said VALUES (?, ?, ?)", rows)
        lines = [[number, at, line.code, line.session] for at, line in enumerate(case.lines)]
        db.executemany("INSERT INTO line VALUES (?, ?, ?, ?)", lines)
    found: dict[int, list[Any]] = {}
    text = statement(circuit, "duckdb", open_world=world == "open")
    assert all(f"-- left out, to be looked at apart: {rule.id} " in text for rule in circuit.grounded.apart)
    for row in sorted(db.execute(text.rstrip().rstrip(";")).fetchall()):
        number, _, code, session, contradicted, outcome, because = row
        found.setdefault(number, []).append((code, session, outcome, because))
        assert not contradicted
    for number, said in enumerate(drawn):
        expected = decided(said, guideline, world)
        assert expected is not None
        assert found[number] == [(cpt, session, outcome, by or why) for cpt, session, outcome, by, why in expected]


def test_the_statement_names_its_rules(guideline: Guideline) -> None:
    """Beside what a layer gives stand the atom and the rules; the dialect of Spark is written too."""
    for dialect in ("duckdb", "spark"):
        written = statement(guideline.circuit("2025-06-01"), dialect, open_world=True)
        assert "by I.4.a, I.4.a/waived */" in written
        assert "layer1 AS" in written


BASE: Said = {
    "id": "good", "date_of_service": "2025-03-01", "setting": "outpatient",
    "services": [{"cpt": "95886"}, {"cpt": "95909"}], "findings": {"weakness": "present"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        ("case", {"id": "good"}, "another case has this id"),
        ("case", {"id": ""}, "the id is missing"),
        ("case", {"id": "late", "date_of_service": "2025-02-30"}, "2025-02-30 is no day"),
        ("case", {"id": "late", "date_of_service": "11/03/2025"}, "date_of_service is '11/03/2025'"),
        ("case", {"id": "late", "date_of_service": None}, "date_of_service"),
        ("case", {"id": "lone"}, "the case has no line"),
        ("case", {"id": "where", "setting": "moon"}, "moon"),
        ("service", {"case": "other", "cpt": "95886"}, "the row belongs to no case"),
        ("service", {"case": "good", "cpt": "9588"}, "9588"),
        ("service", {"case": "good", "cpt": "95886", "session": "x"}, "session"),
        ("service", {"case": "good", "cpt": "95886", "session": "\N{SUPERSCRIPT TWO}"}, "session has to be a whole"),
        ("service", {"case": "good", "cpt": "95886", "session": "9" * 30}, "is no number that can be counted with"),
        ("service", {"case": "good", "cpt": "95886", "units": "-1"}, "units is -1"),
        ("finding", {"case": "good", "finding": "wrist_splint_weeks", "value": "1_000"}, "1_000"),
        ("finding", {"case": "good", "finding": None, "value": "present"}, "finding is empty"),
        ("finding", {"case": "good", "finding": "weaknes", "value": "present"}, "weaknes"),
        ("finding", {"case": "good", "finding": "weakness", "value": "absent"}, "said twice"),
        ("finding", {"case": "good", "finding": "wrist_splint_weeks", "value": "many"}, "many"),
        (
            "finding",
            {"case": "good", "finding": "symptoms_of_neuropathy", "value": "absent"},
            "contradictory documentation",
        ),
        ("condition", {"case": "good", "condition": "flu"}, "flu"),
        ("diagnosis", {"case": "good", "diagnosis": "?!"}, "?!"),
    ],
)
def test_what_cannot_be_read_is_rejected(
    table: str, row: dict[str, str], reason: str, guideline: Guideline, tmp_path: Path
) -> None:
    """A row that says what no case may say is rejected with its reason, and the other cases are decided."""
    rows = rows_of([BASE, BASE | {"id": "sound"}], guideline)
    first = rows[table][0] if rows[table] else dict.fromkeys(row, "")
    filled = first | row if table == "case" else dict.fromkeys(first, None) | row
    rows[table].append(filled)
    lines, rejects = told(write(rows, tmp_path / "in"), guideline, "open")
    assert any(reason in each for each in rejects.values()), rejects
    assert len(lines["sound"]) == 2
    assert not set(rejects) & set(lines)


@pytest.mark.parametrize("seed", range(4))
def test_both_ways_of_putting_cases_together_agree(
    seed: int, guideline: Guideline, criteria: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows in any order, of ids that are missing, lost or said twice, come to the same as arrays and by grouping."""
    rng = random.Random(seed)
    rows = rows_of([criteria.generate(rng) | {"id": id_} for id_ in ("a", "b", "b", "", "c", "d", "e", "f")], guideline)
    for name, lines in rows.items():
        for row in rng.sample(lines, min(2, len(lines))):
            row["id" if name == "case" else "case"] = rng.choice([None, " ", "nobody", "a"])
        rng.shuffle(lines)
    source = write(rows, tmp_path / "in")
    found = told(source, guideline, "open")
    assert found[1]
    monkeypatch.setattr("coverlog.engine.batch.run.GATHERED", 0)
    assert told(source, guideline, "open") == found


@pytest.mark.parametrize("gathered", [500_000, 0])
def test_what_a_case_file_may_not_be_no_rows_may(
    gathered: int, guideline: Guideline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids and lists are as long as a case file's may be, and what is longer is rejected, whoever puts it together."""
    monkeypatch.setattr("coverlog.engine.batch.run.GATHERED", gathered)
    line, code = {"cpt": "95886"}, "G56.01"
    cases = [
        BASE | {"id": "most", "services": [line] * ITEMS, "diagnoses": [code] * ITEMS},
        BASE | {"id": "lines", "services": [line] * (ITEMS + 1)}, BASE | {"id": "codes", "diagnoses": [code] * 600},
        BASE | {"id": "x" * ID_LENGTH}, BASE | {"id": "y" * (ID_LENGTH + 1)}, BASE | {"id": " space"},
    ]  # fmt: skip
    lines, rejects = told(write(rows_of(cases, guideline), tmp_path / "in"), guideline, "open")
    for said in cases:
        assert lines.get(said["id"]) == decided(said, guideline, "open")
        assert (said["id"] in rejects) == (said["id"] not in lines)
    assert len(rejects) == 4


def test_parts_come_to_what_the_whole_comes_to(
    guideline: Guideline, criteria: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parquet whose cases are in order is decided part by part, with the same lines and rejects."""
    rng = random.Random(47)
    rows = rows_of([criteria.generate(rng) | {"id": f"drawn-{at}"} for at in range(200)], guideline)
    rows["service"] += [{"case": "drawn-lost", "cpt": "95886"}]
    source, many = write(rows, tmp_path / "in"), tmp_path / "many"
    many.mkdir()
    for path in source.glob("*.csv"):
        id_ = "id" if path.stem == "case" else "case"
        duckdb.execute(f"""COPY (SELECT * REPLACE (printf('%03d', i) || "{id_}" AS "{id_}")
            FROM read_csv('{path}', all_varchar = true), range(40) t(i) ORDER BY "{id_}")
            TO '{many / path.stem}.parquet' (ROW_GROUP_SIZE 2048)""")
    db = connect()
    assert len(ranges(sources(many, [Tables(guideline)], db)[0], db)) == 1
    whole = told(many, guideline, "closed")
    monkeypatch.setattr("coverlog.engine.batch.sources.CHUNK", 2048)
    assert len(ranges(sources(many, [Tables(guideline)], db)[0], db)) > 2
    assert told(many, guideline, "closed") == whole
    assert len(whole[1]) >= 40


def test_a_case_is_put_together_again(guideline: Guideline, criteria: ModuleType, tmp_path: Path) -> None:
    """The rows of a case make the case that they were made of, but for its title and its sources."""
    rng = random.Random(31)
    cases = [criteria.generate(rng) | {"id": f"drawn-{at}"} for at in range(30)]
    db = connect()
    batch = Loaded(db, guideline, "open")
    (found,) = sources(write(rows_of(cases, guideline), tmp_path / "in"), [batch.tables], db)
    batch.look(found)
    for said in cases:
        (one,) = read_text(json.dumps(said).encode(), "", guideline)
        assert isinstance(one, Case)
        assert set(one.facts) == set(case_of(batch, found, said["id"]).facts)


@pytest.fixture
def folder(guideline: Guideline, tmp_path: Path) -> Path:
    return write(rows_of([BASE, BASE | {"id": "bad", "setting": "moon"}], guideline), tmp_path / "in")


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_the_output_is_written_with_its_rejects(suffix: str, folder: Path, tmp_path: Path) -> None:
    """Lines and rejects stand beside each other in the format that the name asks for, and nothing else does."""
    out = tmp_path / f"lines.{suffix}"
    ran = CliRunner().invoke(main, ["batch", str(folder), "-o", str(out), "--format", "json"])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["lines"] == 2
    read = {"parquet": "parquet", "csv": "csv", "jsonl": "json"}[suffix]
    rows = duckdb.execute(f"SELECT * FROM read_{read}(?)", [str(out)]).fetchall()
    assert [row[:2] for row in rows] == [("good", 1), ("good", 2)]
    rejects = duckdb.execute(f"SELECT * FROM read_{read}(?)", [str(tmp_path / f"lines-rejects.{suffix}")]).fetchall()
    assert rejects[0][:4] == ("bad", "case", str(folder / "case.csv"), 2)
    assert {path.name for path in tmp_path.iterdir()} == {"in", out.name, f"lines-rejects.{suffix}"}


def test_a_strict_batch_writes_nothing(folder: Path, tmp_path: Path) -> None:
    """Where something is rejected and that is not allowed, no file appears, and the status says so."""
    ran = CliRunner().invoke(main, ["batch", str(folder), "-o", str(tmp_path / "lines.csv"), "--strict"])
    assert ran.exit_code == 2
    assert {path.name for path in tmp_path.iterdir()} == {"in"}


def test_a_failed_batch_leaves_what_was_there(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the second file cannot be made, the output is what it was, and nothing is left beside it."""
    out = tmp_path / "lines.csv"
    out.write_text("old")
    monkeypatch.setattr("coverlog.engine.batch.output._LINES", "SELECT nothing")
    ran = CliRunner().invoke(main, ["batch", str(folder), "-o", str(out)])
    assert ran.exit_code != 0
    assert out.read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"in", "lines.csv"}


def test_a_killed_batch_leaves_nothing_finished(guideline: Guideline, criteria: ModuleType, tmp_path: Path) -> None:
    """Of a run that is killed there is neither lines nor rejects, and the next one removes what it left."""
    rng = random.Random(41)
    cases = [criteria.generate(rng) | {"id": f"drawn-{at}"} for at in range(50)]
    source = write(rows_of(cases, guideline), tmp_path / "in")
    command = [str(Path(sys.executable).with_name("coverlog")), "batch", str(source), "-o", str(tmp_path / "o.csv")]
    running = subprocess.Popen([*command, "--column", "missing"], stdout=subprocess.DEVNULL)
    while not (left := list(tmp_path.glob(".coverlog-batch-*"))) and running.poll() is None:
        time.sleep(0.001)
    running.kill()
    assert running.wait() == -signal.SIGKILL
    assert {path.name for path in tmp_path.iterdir()} == {"in", left[0].name}
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"in", "o.csv", "o-rejects.csv"}


def test_a_case_of_a_folder_of_files_is_explained_by_its_id(tmp_path: Path) -> None:
    """What a batch decides from case files can be explained from them, as from tables; an id that none has is told."""
    (tmp_path / "deep").mkdir()
    for at, name in (("deep/one.yaml", "wanted"), ("two.yaml", "other")):
        said = f'id: {name}\ndate_of_service: 2025-11-03\nsetting: outpatient\nservices: [{{cpt: "95886"}}]\n'
        (tmp_path / at).write_text(said)
    ran = CliRunner().invoke(main, ["explain", "--from", str(tmp_path), "--case", "wanted", "--format", "json"])
    assert (ran.exit_code, json.loads(ran.stdout)["case"]) == (0, "wanted")
    missed = CliRunner().invoke(main, ["explain", "--from", str(tmp_path), "--case", "nobody"])
    assert missed.exit_code == 2
    assert f"{tmp_path}: no case has the id nobody" in missed.stderr


def test_files_and_databases_are_batches_too(guideline: Guideline, folder: Path, tmp_path: Path) -> None:
    """A folder of case files and a database of tables come to the lines that a folder of tables comes to."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "good.json").write_text(json.dumps(BASE))
    with duckdb.connect(str(tmp_path / "in.duckdb")) as db:
        for path in folder.glob("*.csv"):
            db.execute(f"CREATE TABLE \"{path.stem}\" AS SELECT * FROM read_csv('{path}', all_varchar = true)")
    outputs = []
    for at, source in enumerate((folder, files, tmp_path / "in.duckdb")):
        out = tmp_path / f"lines{at}.csv"
        ran = CliRunner().invoke(main, ["batch", str(source), "-o", str(out)])
        assert ran.exit_code == 0, ran.output
        outputs.append(out.read_text())
    assert outputs[0] == outputs[1] == outputs[2]
    ran = CliRunner().invoke(main, ["explain", "--from", str(tmp_path / "in.duckdb"), "--case", "good"])
    assert ran.exit_code == 0, ran.output
    assert "95886" in ran.stdout


def test_what_is_missing_is_said_at_once(guideline: Guideline, folder: Path, tmp_path: Path) -> None:
    """A table or a column that is not there is named, with what to do."""
    with pytest.raises(BatchError, match="no table case"):
        sources(tmp_path, [Tables(guideline)], connect())
    (folder / "finding.csv").write_text("case,what\ngood,weakness\n")
    ran = CliRunner().invoke(main, ["batch", str(folder), "-o", str(tmp_path / "lines.csv")])
    assert ran.exit_code == 2
    assert "no column finding, value; it has case, what" in ran.stderr


def test_the_other_guideline_has_batches_too(tmp_path: Path) -> None:
    """Numbers with decimals, dates and codes of the other shipped guideline are read from tables as from files."""
    other = load("ncd_240_4")
    single = Tables(other).singles
    cases = [{k: plain(v, "date") if k in single else v for k, v in c.items()} for c in canonical(other, EVERY)]
    out = tmp_path / "lines.csv"
    command = ["-g", "ncd_240_4", "batch", str(write(rows_of(cases, other), tmp_path / "in")), "-o", str(out)]
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 0, ran.output
    found: dict[str, list[Any]] = {}
    for row in csv.DictReader(out.open()):
        line = row["cpt"], int(row["session"]), row["outcome"], row["by"] or None, row["reason"] or None
        found.setdefault(row["case"], []).append(line)
    for said in cases:
        assert found.get(said["id"]) == decided(said, other, "open")


def test_a_case_goes_to_the_guidelines_that_list_its_codes(
    guideline: Guideline, criteria: ModuleType, tmp_path: Path
) -> None:
    """Of a batch for both shipped guidelines each case is decided as its file would be, those for both by both."""
    both, rng = shipped(), random.Random(43)
    drawn = [criteria.generate(rng) | {"id": f"drawn-{at}"} for at in range(12)]
    other = load("ncd_240_4")
    single = Tables(other).singles
    cases = [{k: plain(v, "date") if k in single else v for k, v in c.items()} for c in canonical(other, EVERY)]
    mixed = [case | {"services": [*case["services"], {"cpt": "95909"}], "id": f"{case['id']}-both"} for case in cases]
    rows = rows_of(drawn, guideline)
    for name, more in rows_of([*cases, *mixed], other).items():
        columns = [*dict.fromkeys(column for row in (*rows.get(name, ()), *more) for column in row)]
        rows[name] = [dict.fromkeys(columns) | row for row in (*rows.get(name, ()), *more)]
    lines, rejects = told(write(rows, tmp_path / "in"), both, "open")
    seen = set()
    for said in (*drawn, *cases, *mixed):
        expected = []
        for case in read_text(json.dumps(said).encode(), "case", both):
            assert isinstance(case, Case)
            assert case.under is not None
            found = decide(case, case.under).lines
            expected += [(e.code, e.session, e.outcome, ", ".join(e.by) or None, e.reason, case.under.program.name)
                         for e in found]  # fmt: skip
        seen.add(len({by for *_, by in expected}))
        assert sorted(lines[said["id"]], key=str) == sorted(expected, key=str), said
    assert seen == {1, 2}
    assert not rejects


@pytest.mark.parametrize("column", [(), ("--column", "missing")])
def test_tables_without_rows_for_a_guideline_are_a_batch_too(column: tuple[str, ...], tmp_path: Path) -> None:
    """No case at all, or none that one guideline alone decides: the lines are those that there are."""
    for cases in (0, 1):
        source = tmp_path / f"in{cases}"
        source.mkdir()
        (source / "case.csv").write_text("id,date_of_service\n" + "good,2025-03-01\n" * cases)
        (source / "service.csv").write_text("case,cpt\n" + "good,95886\n" * cases)
        out = tmp_path / "lines.csv"
        named = ["-g", "cg_med_24", "-g", "ncd_240_4", "batch", str(source), "-o", str(out), *column]
        ran = CliRunner().invoke(main, named)
        assert ran.exit_code == 0, ran.output
        assert [row["case"] for row in csv.DictReader(out.open())] == ["good", "good"] * cases


def test_a_case_of_several_is_held_to_its_rows_as_any(guideline: Guideline, tmp_path: Path) -> None:
    """An id of two cases, or a name said twice and otherwise, is rejected of cases for both guidelines as of others."""
    said = BASE | {"services": [{"cpt": "95886"}, {"cpt": "E0601"}]}
    rows = rows_of([said | {"id": each} for each in ("sound", "two", "two", "twice")], guideline)
    rows["finding"].append({"case": "twice", "finding": "weakness", "value": "absent"})
    source = write(rows, tmp_path / "in")
    lines, rejects = told(source, shipped(), "open")
    assert (set(lines), len(lines["sound"])) == ({"sound"}, 4)
    assert set(rejects["two"].split(",")) == {"another case has this id"}
    assert rejects["twice"] == "weakness is said twice, and otherwise"
    for name in rejects:  # and what a batch rejects is not explained
        ran = CliRunner().invoke(main, ["-g", "cg_med_24", "explain", "--from", str(source), "--case", name])
        assert (ran.exit_code, rejects[name].split(",")[0] in ran.stderr) == (2, True)


def test_a_summary_counts(guideline: Guideline, folder: Path) -> None:
    """Cases, lines, outcomes and rejects are counted, these by their reasons too."""
    db = connect()
    batch = Batches(db, guideline, "closed")
    batch.run(folder)
    found = summary(batch)
    assert (found.cases, found.lines, found.rejected) == (2, 2, 1)
    assert [(number, "moon" in why) for why, number in found.rejects.items()] == [(1, True)]
    assert sum(found.outcomes.values()) == 2
