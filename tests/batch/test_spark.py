"""Spark decides a batch as DuckDB does: the same lines, the same rejects, in one exchange."""

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
import sqlglot
from click.testing import CliRunner
from coverlog.engine.batch import frames
from coverlog.engine.batch.grouping import Grouping
from coverlog.engine.batch.load import Loaded
from coverlog.engine.batch.several import Batches
from coverlog.engine.batch.sources import BatchError, connect, sources
from coverlog.engine.batch.tables import Tables
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.commands.main import main

EVERY = 15
needs_java = pytest.mark.skipif(
    not shutil.which("java"), reason="Java is not installed: apt-get install default-jre-headless"
)


class Selected:
    """What a statement selects, as a frame of Spark is asked for it."""

    def __init__(self, db: Any, select: str) -> None:
        self.db, self.select = db, select

    def collect(self) -> list[Any]:
        return list(self.db.execute(self.select).fetchall())

    def createOrReplaceTempView(self, name: str) -> None:  # noqa: N802 - as Spark calls it
        self.db.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {self.select}')


class InDuckDB:
    """DuckDB in the place of Spark: it runs the statements of Spark, translated back."""

    def __init__(self, db: Any) -> None:
        self.db = db

    def sql(self, statement: str) -> Selected:
        return Selected(self.db, sqlglot.transpile(statement, read="spark", write="duckdb")[0])


def drawn(guideline: Guideline, tests: ModuleType, criteria: ModuleType, size: Callable[[int, int], int]) -> list[Any]:
    """Canonical cases, and for the guideline that has a judge random ones, as tables can say them."""
    single, rng = Tables(guideline).singles, random.Random(53)
    cases = [*tests.canonical(guideline, size(EVERY, 1))]
    if guideline is load():
        cases += [criteria.generate(rng) | {"id": f"drawn-{at}"} for at in range(size(40, 20_000))]
    return [{k: tests.plain(v, "date") if k in single else v for k, v in case.items()} for case in cases]


@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4"])
@pytest.mark.parametrize("world", ["open", "closed"])
def test_the_layers_decide_as_the_batch_does(
    world: str, name: str, criteria: ModuleType, batch_tests: ModuleType, tmp_path: Path,
    size: Callable[[int, int], int], record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """What Spark is given says in DuckDB what the batch says of each line, but for those that it sets apart."""
    guideline = load(name)
    cases = drawn(guideline, batch_tests, criteria, size)
    folder = batch_tests.write(batch_tests.rows_of(cases, guideline), tmp_path / "in")
    expected, rejects = batch_tests.told(folder, guideline, world)
    db = connect()
    batch = Loaded(db, guideline, world)
    batch.look(sources(folder, batch.tables, db))
    grouping = Grouping(batch, InDuckDB(db), {})  # also gives DuckDB the bits of every value
    db.execute(f"CREATE TEMP TABLE stage AS {grouping.query('true')}")
    told: dict[str, list[Any]] = {}
    for case, _, code, session, *key in db.execute("FROM stage WHERE row_no IS NOT NULL ORDER BY row_no").fetchall():
        (result,) = grouping.results([key])
        told.setdefault(case, []).append((code, session, *(result or ("",))))
    found = {case: each for case, each in told.items() if not any("" in line for line in each)}
    assert found == {case: expected[case] for case in found}
    assert not found.keys() & rejects.keys()
    assert len(found) > 0.9 * (len(cases) - len(rejects))
    record_property("measured", f"{sum(map(len, found.values()))} lines by the layers of Spark, {name}, {world}")


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
        patched.setitem(frames.START, "spark.sql.shuffle.partitions", "1")
        made = frames.session()
    yield made
    made.stop()


def rows(path: Path) -> list[Any]:
    """The rows of an output, a file or a folder of parts."""
    read = {".parquet": "read_parquet(?)", ".csv": "read_csv(?, all_varchar = true)"}[path.suffix]
    where = f"{path}/*{path.suffix}" if path.is_dir() else str(path)
    return sorted(duckdb.execute(f"SELECT * FROM {read}", [where]).fetchall(), key=str)


def run(engine: str, source: Path, out: Path, world: str, *more: str) -> Any:
    command = ["batch", str(source), "-o", str(out), "--engine", engine, "--world", world, "--format", "json", *more]
    return CliRunner().invoke(main, command)


def told(engine: str, source: Path, out: Path, world: str) -> tuple[list[Any], list[Any], str]:
    """The rows and the rejects that an engine writes, and its summary."""
    ran = run(engine, source, out, world)
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
def test_spark_decides_one_guideline_in_an_open_world(
    spark: Any, criteria: ModuleType, batch_tests: ModuleType, tmp_path: Path, size: Callable[[int, int], int]
) -> None:
    """Parquet of the other guideline alone comes to the same; with --strict one bad row lets nothing be written."""
    if not size(0, 1):
        pytest.skip("half a minute of planning: in a whole campaign")
    other = load("ncd_240_4")
    cases = drawn(other, batch_tests, criteria, size)
    cases += [cases[0] | {"id": "late", "date_of_service": "2025-02-30"}]
    source = batch_tests.write(batch_tests.rows_of(cases, other), tmp_path / "in")
    for file in source.glob("*.csv"):
        duckdb.execute(f"COPY (FROM read_csv('{file}', all_varchar = true)) TO '{file.with_suffix('.parquet')}'")
        file.unlink()
    of_duckdb, of_spark = (told(each, source, tmp_path / f"{each}.parquet", "open") for each in ("duckdb", "spark"))
    assert of_spark == of_duckdb
    before = {*tmp_path.iterdir()}
    ran = run("spark", source, tmp_path / "strict.parquet", "open", "--strict")
    assert ran.exit_code == 2
    assert "nothing is written (--strict)" in ran.stderr
    assert {*tmp_path.iterdir()} == before


@needs_java
def test_there_is_one_exchange(spark: Any, batch_tests: ModuleType, tmp_path: Path) -> None:
    """The plan that is executed moves rows between executors once: by their cases."""
    other = load("ncd_240_4")
    cases = [*batch_tests.canonical(other, EVERY)]
    single = Tables(other).singles
    cases = [{k: batch_tests.plain(v, "date") if k in single else v for k, v in case.items()} for case in cases]
    folder = batch_tests.write(batch_tests.rows_of(cases, other), tmp_path / "in")
    of = Batches(connect(), other, "closed")
    found = frames.Frames(spark, of.db, [sources(folder, of.all[0].tables, of.db)], tmp_path)
    found.views(of.all[0].list)
    of.all[0].look(found.close(""))
    made = spark.sql(Grouping(of.all[0], spark, {}).statement("true"))
    assert made.collect()
    plan = made._jdf.queryExecution().executedPlan().toString()
    plan = plan.split("== Initial Plan ==")[0]
    assert plan.count("Exchange hashpartitioning") == 1
    assert plan.count("Exchange") - plan.count("BroadcastExchange") == 1


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
    while not list(tmp_path.glob(".coverlog-batch-*/stage0*")) and running.poll() is None:
        time.sleep(0.01)
    running.kill()
    assert running.wait() == -signal.SIGKILL
    assert not list(tmp_path.glob("o*"))
    assert subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"in", "o.csv", "o-rejects.csv"}


def test_what_spark_does_not_do_is_told(guideline: Guideline, batch_tests: ModuleType, tmp_path: Path) -> None:
    """More columns and case files are left to DuckDB, and nothing is written; nor is a folder of other things."""
    folder = batch_tests.write(batch_tests.rows_of([batch_tests.BASE], guideline), tmp_path / "in")
    out = tmp_path / "lines.csv"
    command = ["batch", str(folder), "-o", str(out), "--engine", "spark"]
    ran = CliRunner().invoke(main, [*command, "--column", "missing"])
    assert (ran.exit_code, out.exists()) == (2, False)
    assert "--column is told by --engine duckdb alone" in ran.stderr
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 2
    assert "a folder with other things in it" in ran.stderr
    assert (out / "mine.txt").read_text() == "mine"
