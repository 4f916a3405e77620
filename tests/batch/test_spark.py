"""Spark decides a batch as DuckDB does: the same lines, the same rejects, in one exchange."""

import os
import pickle
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from coverlog.engine.batch import frames, worker
from coverlog.engine.batch.entries import BatchError
from coverlog.engine.batch.output import counted, give, lines
from coverlog.engine.batch.several import Batches
from coverlog.engine.batch.sources import connect, sources
from coverlog.engine.batch.spark import OnSpark, remedy
from coverlog.engine.batch.tables import Tables
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.library.several import shipped
from coverlog.explain.commands.main import main

EVERY = 15
needs_java = pytest.mark.skipif(
    not shutil.which("java"), reason="Java is not installed: apt-get install default-jre-headless"
)


def drawn(guideline: Guideline, tests: ModuleType, criteria: ModuleType, size: Callable[[int, int], int]) -> list[Any]:
    """Canonical cases, and for the guideline that has a judge random ones, as tables can say them."""
    single, rng = Tables(guideline).singles, random.Random(53)
    cases = [*tests.canonical(guideline, size(EVERY, 1))]
    if guideline is load():
        cases += [criteria.generate(rng) | {"id": f"drawn-{at}"} for at in range(size(40, 20_000))]
    return [{k: tests.plain(v, "date") if k in single else v for k, v in case.items()} for case in cases]


def rows_of_parts(folder: Path, of: Batches, number: int) -> tuple[dict[str, tuple[str, ...]], list[list[Any]]]:
    """What a worker is given, as DuckDB reads it: the tables, and the rows of so many parts, those of a case in one."""
    found: dict[str, str] = {}
    tables: dict[str, tuple[str, ...]] = {}
    for batch, where in zip(of.all, sources(folder, [batch.tables for batch in of.all], of.db), strict=True):
        found |= where.of
        for t in batch.list:
            if t.name in found:
                tables[t.name] = tuple(dict.fromkeys((*tables.get(t.name, (t.id,)), *t.columns)))
    width = max(map(len, tables.values()))
    selects = []
    for at, (name, columns) in enumerate(tables.items()):
        known = {row[0] for row in of.db.execute(f"DESCRIBE {found[name]}").fetchall()}
        told = [f'"{c}"::VARCHAR' if c in known else "NULL::VARCHAR" for c in columns]
        told += ["NULL::VARCHAR"] * (width - len(columns))
        values = ", ".join(f"{value} AS c{place}" for place, value in enumerate(told))
        selects.append(f"SELECT {at}::INTEGER AS {worker.TABLE}, row_no AS {worker.ROW}, {values} FROM ({found[name]})")
    of.db.execute(f"CREATE TABLE given AS {' UNION ALL '.join(selects)}")
    of_part = f"FROM given WHERE coalesce(hash(c0) % {number}, 0) = {{}} ORDER BY hash(c0, row_no)"
    its = [of_part.format(at) for at in range(number)]
    return tables, [of.db.sql(each).to_arrow_table().to_batches(1000) for each in its]


@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4", "both"])
@pytest.mark.parametrize("world", ["open", "closed"])
def test_parts_come_to_what_the_whole_does(
    world: str, name: str, guideline: Guideline, criteria: ModuleType, batch_tests: ModuleType, tmp_path: Path,
    size: Callable[[int, int], int], record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """Lines, rejects and counts of parts, whatever the order of their rows, are together those of the whole."""
    pytest.importorskip("pyarrow", reason="Arrow is not installed: pip install 'coverlog[spark]'")
    answering = shipped() if name == "both" else load(name)
    first, second = (drawn(g, batch_tests, criteria, size) if name in (g.folder.name, "both") else []
                     for g in (guideline, load("ncd_240_4")))  # fmt: skip
    folder = mixed(first, second, guideline, batch_tests, tmp_path / "in")
    of = Batches(connect(), answering, world, columns=["missing"][: name != "both"])
    of.run(folder)
    expected, rejects, masks = whole(of)
    tables, parts = rows_of_parts(folder, of, 3)
    job = worker.Job(answering, world, "", of.columns, masks, tables, str(tmp_path), ".parquet")
    job = pickle.loads(pickle.dumps(job))  # noqa: S301 - as it comes to a worker
    told = [found for at, each in enumerate(parts) if (found := worker.part(job, each, f"part-{at}"))]
    assert rows(tmp_path) == expected
    assert sorted((each for part in told for each in part.rejects), key=str) == rejects
    assert sum((Counter({tuple(k): n for k, n in part.counts}) for part in told), Counter()) == counted(of)
    assert sum(part.cases for part in told) == of.all[0].cases
    assert min(len(told), len(rejects)) >= 3
    assert len(expected) > len(rejects)
    record_property("measured", f"{len(expected)} lines in {len(told)} parts, {name}, {world}")


def whole(of: Batches) -> tuple[list[Any], list[Any], dict[str, int]]:
    """The lines and the rejects of a batch that has been run, and for whom its codes are."""
    give(of)
    codes = of.db.execute("SELECT DISTINCT cpt FROM every_service").fetchall()
    told = of.db.execute(lines(of)).fetchall()
    rejects = of.db.execute('SELECT case_no, "case", source, row_no, reason FROM rejects').fetchall()
    return sorted(told, key=str), sorted(rejects, key=str), of.masks(code for (code,) in codes)


def test_a_part_without_rows_is_none(guideline: Guideline, tmp_path: Path) -> None:
    """Where no case fell into a part, nothing is written for it, and nothing is told."""
    pytest.importorskip("pyarrow", reason="Arrow is not installed: pip install 'coverlog[spark]'")
    job = worker.Job(guideline, "open", "", (), {}, {"case": ("id", "date_of_service")}, str(tmp_path), ".csv")
    assert worker.part(job, iter(()), "part-0") is None
    assert not list(tmp_path.iterdir())


def test_a_part_that_does_not_come_is_told(guideline: Guideline, tmp_path: Path) -> None:
    """Where an executor wrote to a disk of its own, the run ends, and says that the disk has to be shared."""
    ran = OnSpark(None, Batches(connect(), guideline, "open"), tmp_path / "work")
    with pytest.raises(BatchError, match="not on a disk that Spark's executors write to as well"):
        ran.add(worker.Told(1, [], [], str(tmp_path / "part-00000.csv")))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            "x\nTraceback\nModuleNotFoundError: No module named 'pyarrow'\n\n\tat a.b",
            "executors lacks 'pyarrow': install",
        ),
        ("x\ncoverlog.BatchError: batch needs DuckDB and NumPy: pip", "executors lacks DuckDB and NumPy: install"),
        (
            ": org.apache.spark.SparkException: Job aborted\n\tat a.b\nCaused by: java.io.IOException: "
            'Cannot run program "/no/python": error=2, No such file\n\tat a.b\nCaused by: java.io.IOException: error=2',
            "have no Python /no/python: let PYSPARK_PYTHON name one",
        ),
        ("x\nOSError: [Errno 28] No space left on device", "No space left on device): make room"),
        ("Job aborted\nCaused by: java.io.IOException: No space left on device", "or let SPARK_LOCAL_DIRS name"),
        ("Python worker exited unexpectedly (crashed)", "let spark.executor.memory be more"),
        ("x\nValueError: first\nKeyError: 'last'\n\tat a.b", "Spark does not decide: KeyError: 'last'"),
        ("[CODE] something else\nmore", "Spark does not decide: [CODE] something else"),
    ],
)
def test_why_spark_fails_is_told_with_what_to_do(error: str, told: str) -> None:
    """Of what Spark says the cause is told in a line: as no log is written, nowhere else."""
    assert told in remedy(error)
    assert "\n" not in remedy(error)


@pytest.mark.parametrize("lacking", ["pandas", "pyarrow"])
def test_what_pyspark_lacks_is_told_at_once(lacking: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PySpark alone, without what hands rows to workers, is as good as none."""
    pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'coverlog[spark]'")
    monkeypatch.setitem(sys.modules, lacking, None)
    with pytest.raises(BatchError, match=r"pip install 'coverlog\[batch,spark\]'"):
        frames.session()


def test_what_spark_lacks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PySpark, or without Java, it is said what to install."""
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "pyspark.sql", None)
        with pytest.raises(BatchError, match=r"pip install 'coverlog\[batch,spark\]'"):
            frames.session()
    pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'coverlog[spark]'")
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(BatchError, match="needs Java 17 or later: install it"):
        frames.session()


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A session of Spark, which the commands of this process find; it compiles in haste, as little is decided."""
    pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'coverlog[spark]'")
    with pytest.MonkeyPatch.context() as patched:
        for key in ("spark.driver.extraJavaOptions", "spark.executor.extraJavaOptions"):
            patched.setitem(frames.START, key, "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        patched.setitem(frames.START, "spark.master", "local[2]")
        made = frames.session()
    yield made
    made.stop()


def rows(path: Path) -> list[Any]:
    """The rows of an output, a file or a folder of parts."""
    read = {".parquet": "read_parquet(?)", ".csv": "read_csv(?, all_varchar = true)"}[path.suffix or ".parquet"]
    where = f"{path}/*{path.suffix}" if path.is_dir() else str(path)
    return sorted(duckdb.execute(f"SELECT * FROM {read}", [where]).fetchall(), key=str)


def run(engine: str, source: Path, out: Path, world: str, *more: str) -> Any:
    command = ["batch", str(source), "-o", str(out), "--engine", engine, "--world", world, "--format", "json", *more]
    return CliRunner().invoke(main, command)


def told(engine: str, source: Path, out: Path, world: str, *more: str) -> tuple[list[Any], list[Any], str]:
    """The rows and the rejects that an engine writes, and its summary."""
    ran = run(engine, source, out, world, *more)
    assert ran.exit_code == 0, ran.output
    return rows(out), rows(out.with_name(f"{out.stem}-rejects{out.suffix}")), ran.stdout


def mixed(first: list[Any], second: list[Any], guideline: Guideline, batch_tests: ModuleType, folder: Path) -> Path:
    """Cases of both guidelines, some for both, in several sessions, and some that are faulty."""
    both = [case | {"services": [*case["services"], {"cpt": "95909"}], "id": f"{case['id']}-both"} for case in second]
    base = batch_tests.BASE
    more = [
        base | {"id": "late", "date_of_service": "2025-02-30"},
        base | {"id": "unlike", "findings": {"weakness": "present", "symptoms_of_neuropathy": "absent"}},
        base | {"id": "days", "services": [{"cpt": "95886", "session": at} for at in (1, 2, 9)]},
        base | {"id": "two", "services": [{"cpt": "95886"}, {"cpt": "95909", "session": 2}]},
    ]
    tables = batch_tests.rows_of([*first, *more], guideline)
    for name, its in batch_tests.rows_of([*second, *both[:3]], load("ncd_240_4")).items():
        columns = [*dict.fromkeys(column for row in (*tables.get(name, ()), *its) for column in row)]
        tables[name] = [dict.fromkeys(columns) | row for row in (*tables.get(name, ()), *its)]
    tables["service"].append(dict.fromkeys(tables["service"][0]) | {"case": "nobody", "cpt": "95886"})
    return Path(batch_tests.write(tables, folder))


@needs_java
def test_spark_writes_the_same(
    spark: Any, guideline: Guideline, criteria: ModuleType, batch_tests: ModuleType,
    tmp_path: Path, size: Callable[[int, int], int], record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """Of cases of both guidelines, sound, faulty and for both, Spark writes the rows and the rejects of DuckDB."""
    first, second = (drawn(g, batch_tests, criteria, size) for g in (guideline, load("ncd_240_4")))
    source = mixed(first, second, guideline, batch_tests, tmp_path / "in")
    for world, suffix in (("closed", "csv"), ("open", "parquet"))[: size(1, 2)]:
        of_duckdb, of_spark = (told(each, source, tmp_path / f"{each}.{suffix}", world) for each in ("duckdb", "spark"))
        assert of_spark == of_duckdb
        assert len(of_spark[1]) >= 3
        assert not list(tmp_path.glob(".coverlog-batch-*"))
        record_property("measured", f"{len(of_spark[0])} rows of Spark are those of DuckDB, {world} world")


@needs_java
def test_spark_rejects_broken_rows_alike(
    spark: Any, guideline: Guideline, batch_tests: ModuleType, tmp_path: Path
) -> None:
    """Cases of CSV with broken rows are rejected by the same files, rows and reasons; what ends a batch ends both."""
    cases = [batch_tests.BASE | {"id": each} for each in ("sound", "few", "many", "bytes", "both")]
    cases[-1] |= {"services": [{"cpt": "95886"}, {"cpt": "E0601"}]}
    source = batch_tests.write(batch_tests.rows_of(cases, guideline), tmp_path / "in")
    (source / "finding").mkdir()
    os.rename(source / "finding.csv", source / "finding" / "a.csv")
    (source / "finding" / "b.csv").write_bytes(b"case,finding,value\nfew,weakness\nbytes,weakness,pr\xe9sent\n,,\n \n")
    with (source / "service.csv").open("a") as file:
        file.write("many,95886,1,1,1\nboth,95886\n")
    of_duckdb, of_spark = (told(each, source, tmp_path / f"{each}.csv", "open") for each in ("duckdb", "spark"))
    assert of_spark == of_duckdb
    assert {row[0] for row in of_spark[0]} == {"sound"}
    assert {row[0] for row in of_spark[1]} == {"few", "many", "bytes", "both", None}
    with (source / "service.csv").open("a") as file:
        file.write("few\n")
    ends = [run(each, source, tmp_path / "ended.csv", "open") for each in ("duckdb", "spark")]
    assert [ran.exit_code for ran in ends] == [2, 2]
    assert ends[0].stderr == ends[1].stderr
    assert "1 value where the first line names 4 columns" in ends[0].stderr


@needs_java
def test_spark_decides_one_guideline_in_an_open_world(
    spark: Any, criteria: ModuleType, batch_tests: ModuleType, tmp_path: Path, size: Callable[[int, int], int]
) -> None:
    """Parquet, in several files, of the other guideline alone comes to the same, with a column that is asked for.

    With --strict one bad row lets nothing be written.
    """
    other = load("ncd_240_4")
    cases = drawn(other, batch_tests, criteria, size)
    cases += [cases[0] | {"id": "late", "date_of_service": "2025-02-30"}]
    source = batch_tests.write(batch_tests.rows_of(cases, other), tmp_path / "in")
    for file in source.glob("*.csv"):
        (source / file.stem).mkdir()
        for at, part in enumerate(("OFFSET 3", "LIMIT 3")):
            read = f"FROM read_csv('{file}', all_varchar = true) {part}"
            duckdb.execute(f"COPY ({read}) TO '{source / file.stem / str(at)}.parquet' (FORMAT parquet)")
        file.unlink()
    of_duckdb, of_spark = (told(each, source, tmp_path / f"{each}.parquet", "open", "--column", "missing")
                           for each in ("duckdb", "spark"))  # fmt: skip
    assert of_spark == of_duckdb
    before = {*tmp_path.iterdir()}
    ran = run("spark", source, tmp_path / "strict.parquet", "open", "--strict")
    assert ran.exit_code == 2
    assert "nothing is written (--strict)" in ran.stderr
    assert {*tmp_path.iterdir()} == before


@needs_java
def test_there_is_one_exchange(
    spark: Any, guideline: Guideline, batch_tests: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan that is executed moves rows between executors once: by their cases."""
    cases = [batch_tests.BASE | {"id": each} for each in ("one", "two")]
    folder = batch_tests.write(batch_tests.rows_of(cases, guideline), tmp_path / "in")
    monkeypatch.setattr(frames, "FEW", 1)
    ran = OnSpark(spark, Batches(connect(), guideline, "closed"), tmp_path)
    (tmp_path / "lines").mkdir()
    found = frames.Frames(spark, ran.of.db, sources(folder, [ran.of.all[0].tables], ran.of.db), tmp_path)
    made = ran.decided(found, ".csv")
    assert 1 <= len(made.collect()) <= 2
    plan = made._jdf.queryExecution().executedPlan().toString().split("== Initial Plan ==")[0]
    assert plan.count("Exchange hashpartitioning") == plan.count("Exchange") == 1


@needs_java
def test_what_a_worker_lacks_is_told(
    spark: Any, guideline: Guideline, batch_tests: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the Python of the executors has not what decides, it is said what to install there; nothing is left."""
    source = batch_tests.write(batch_tests.rows_of([batch_tests.BASE], guideline), tmp_path / "in")
    bare = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    monkeypatch.setattr(spark.sparkContext, "pythonExec", str(bare))
    monkeypatch.setenv("PYSPARK_PYTHON", str(bare))
    ran = run("spark", source, tmp_path / "o.csv", "open")
    assert ran.exit_code == 2
    assert re.search(r"the Python of Spark's executors lacks '(coverlog|pyarrow)'", ran.stderr)
    assert "pip install 'coverlog[batch,spark]'" in ran.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@needs_java
def test_a_killed_run_leaves_nothing_finished(
    guideline: Guideline, batch_tests: ModuleType, tmp_path: Path, size: Callable[[int, int], int]
) -> None:
    """Of a run of Spark that is killed there is neither lines nor rejects, and the next one removes what it left."""
    if not size(0, 1):
        pytest.skip("two starts of Spark: in a whole campaign")
    pytest.importorskip("pyspark", reason="PySpark is not installed: pip install 'coverlog[spark]'")
    source = batch_tests.write(batch_tests.rows_of([batch_tests.BASE], guideline), tmp_path / "in")
    command = [str(Path(sys.executable).with_name("coverlog")), "batch", str(source), "-o", str(tmp_path / "o.csv")]
    command += ["--engine", "spark"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not list(tmp_path.glob(".coverlog-batch-*/lines")) and running.poll() is None:
        time.sleep(0.01)
    running.kill()
    assert running.wait() == -signal.SIGKILL
    assert not list(tmp_path.glob("o*"))
    assert subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"in", "o.csv", "o-rejects.csv"}


def test_what_spark_does_not_do_is_told(guideline: Guideline, batch_tests: ModuleType, tmp_path: Path) -> None:
    """Case files are left to DuckDB, and nothing is written; nor is it into a folder of other things."""
    folder = batch_tests.write(batch_tests.rows_of([batch_tests.BASE], guideline), tmp_path / "in")
    out = tmp_path / "lines.csv"
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "one.yaml").write_text("id: one\n")
    ran = CliRunner().invoke(main, ["batch", str(tmp_path / "files"), "-o", str(out), "--engine", "spark"])
    assert (ran.exit_code, out.exists()) == (2, False)
    assert "case files are decided by --engine duckdb" in ran.stderr
    command = ["batch", str(folder), "-o", str(out), "--engine", "spark"]
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 2
    assert "a folder with other things in it" in ran.stderr
    assert (out / "mine.txt").read_text() == "mine"
