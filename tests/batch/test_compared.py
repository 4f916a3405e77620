"""What a rule compares that no circuit holds is looked at once for many cases, and found as each by itself would be."""

import hashlib
import json
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest
from coverlog.engine.batch import run
from coverlog.engine.batch.several import Batches
from coverlog.engine.batch.sources import connect
from coverlog.engine.batch.tables import Tables
from coverlog.engine.cases.case import Unreadable, read_text
from coverlog.engine.decision.decide import decide
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from hypothesis import given
from hypothesis import strategies as st

Said = dict[str, Any]
SHORT = "contradictory documentation; coverlog explain --from INPUT --case ID tells what contradicts what"
OTHER = load("ncd_240_4")
MEANT = {name: (load(name), Tables(load(name))) for name in ("cg_med_24", "ncd_240_4")}
MORE = """
concept(wear, amount, "wear").
concept(rest, amount, "rest").
%@ predicate given(Amount, Hours): the record gives {Hours} hours of {Amount}
%@ case: findings amount of amount
%@ predicate too_much(Hours, Most): {Hours} hours of wear, and {Most} of use
%@ error
%@ predicate twice(Amount, Hours): {Hours} hours of wear and of {Amount}
%@ error
%@ predicate odd_room: the room is bright, and rests
%@ error
%@ rule A/wear: {Hours} hours of wear, more than {Most} of use
too_much(Hours, Most) :- given(wear, Hours), given(usage, Most), Hours > Most.
%@ rule A/rest: {Hours} hours of wear, and as many of {Amount}
%@ effective: 2025-01-01
twice(Amount, Hours) :- given(wear, Hours), given(Amount, Same), Amount != wear, Hours = Same.
%@ rule A/bright: rest in a bright room
odd_room :- room(bright), given(rest, Hours), Hours >= 6.
"""
"""Rules that compare amounts of one table with each other, one of them in one edition."""
UNITS = """
%@ predicate ordered(Session, Code, Units): {Units} of {Code} are ordered
%@ case: services units
%@ predicate worn_out(Units, Hours): {Units} units for {Hours} hours
%@ error
%@ rule A/units: {Units} units are more than {Hours} hours
worn_out(Units, Hours) :- ordered(Session, Code, Units), given(wear, Hours), Units > Hours.
"""
"""One that compares them with what is of a session."""


def alone(said: Said, guideline: Guideline, world: str) -> list[Any] | str:
    """The lines of a case that is decided by itself, or why it cannot be."""
    (case,) = read_text(json.dumps(said).encode(), f"case {said['id']}", guideline)
    if isinstance(case, Unreadable):
        return case.error
    try:
        found = decide(case, guideline, world=world)
    except CaseError as error:
        return "; ".join(str(fault._replace(place="")) for fault in error.faults)
    return [(e.code, e.session, e.outcome, ", ".join(e.by) or None, e.reason) for e in found.lines]


def held(
    cases: list[Said], guideline: Guideline, world: str, folder: Path, batch_tests: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[int, int]:  # fmt: skip
    """Hold both ways of a batch, and one with a column more, against cases decided alone; count what is told whole."""
    source = batch_tests.write(batch_tests.rows_of(cases, guideline), folder)
    found = batch_tests.told(source, guideline, world)
    more, also = batch_tests.told(source, guideline, world, ["rests_on"])
    with monkeypatch.context() as grouped:
        grouped.setattr(run, "GATHERED", 0)
        assert batch_tests.told(source, guideline, world) == found
    assert ({name: [line[:5] for line in its] for name, its in more.items()}, also) == found
    lines, rejects = found
    whole = 0
    for said in cases:
        expected = alone(said, guideline, world)
        assert lines.get(said["id"], rejects.get(said["id"])) in (expected, SHORT), said
        assert rejects.get(said["id"]) != SHORT or str(expected).startswith("contradictory documentation: "), said
        assert (said["id"] in rejects) == isinstance(expected, str), said
        whole += rejects.get(said["id"]) == expected
    return whole, len(rejects)


@pytest.mark.parametrize("world", ["open", "closed"])
def test_two_ages_are_compared_as_in_each_case(
    world: str, apnea_criteria: ModuleType, batch_tests: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    size: Callable[[int, int], int],
) -> None:  # fmt: skip
    """A case with an age and a date of birth has the lines, or the reason for its refusal, that it has alone."""
    rng, cases = random.Random(61), []
    for at in range(size(60, 4000)):
        said = apnea_criteria.generate(rng) | {"id": f"drawn-{at}"}
        born = f"{int(said['date_of_service'][:4]) - rng.randint(17, 19)}{said['date_of_service'][4:8]}15"
        said |= {"birth_date": born, "age": rng.choice([17, 18, 19])} if at % 3 else {}
        said["findings"] = said.get("findings", {}) | ({"hypertension": "absent"} if at % 7 == 1 else {})
        cases.append(said | ({"diagnoses": ["I10"]} if at % 7 == 1 else {}))
    whole, rejected = held(cases, OTHER, world, tmp_path / "in", batch_tests, monkeypatch)
    assert len(cases) > rejected >= whole >= len(cases) // 4


@pytest.mark.parametrize(("world", "more"), [("open", MORE), ("closed", MORE), ("closed", MORE + UNITS)])
def test_amounts_of_one_table_are_compared(
    world: str, more: str, toy_text: Callable[[str], str], batch_tests: ModuleType, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, size: Callable[[int, int], int],
) -> None:  # fmt: skip
    """So it is where a rule compares rows of one table, in some editions alone, or rows with what is of a session."""
    (tmp_path / "lamp").mkdir()
    (tmp_path / "lamp" / "lamp.dl").write_text(toy_text("lamp") + more)
    guideline, rng = load(tmp_path / "lamp"), random.Random(67)
    cases = [
        {
            "id": f"drawn-{at}", "date_of_service": rng.choice(["2024-06-01", "2025-06-01"]),
            "services": [{"cpt": "L0001", "units": rng.choice([1, 1, 4])}, {"cpt": "L0002"}][: rng.randint(1, 2)],
            "room": rng.choice(["dark", "bright"]),
            "findings": {n: rng.randint(2, 6) for n in rng.sample(["usage", "wear", "rest"], rng.randint(0, 3))},
        } for at in range(size(80, 4000))
    ]  # fmt: skip
    whole, rejected = held(cases, guideline, world, tmp_path / "in", batch_tests, monkeypatch)
    assert len(cases) > rejected == whole > len(cases) // 8


def test_hardly_any_case_is_decided_alone(
    apnea_criteria: ModuleType, batch_tests: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case with two ages is not looked at closely, whether they agree or not."""
    case = {"id": "one", "date_of_service": "2025-06-01", "services": [{"cpt": "E0601"}], "birth_date": "1960-01-01"}
    cases = [case | {"age": 65}, case | {"id": "two", "age": 64}, case | {"id": "three"}]
    seen: list[object] = []
    monkeypatch.setattr(run, "decide_apart", seen.append)
    found = batch_tests.told(batch_tests.write(batch_tests.rows_of(cases, OTHER), tmp_path / "in"), OTHER, "closed")
    assert (seen, {*found[0]}, {*found[1]}) == ([], {"one", "three"}, {"two"})


@pytest.fixture
def busy() -> Iterator[None]:
    """Processors that have other work, so that what is begun first is not always done first."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            hashlib.sha256(bytes(1_000_000)).digest()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()


@pytest.mark.usefixtures("busy")
def test_the_right_case_of_several_files_is_rejected(batch_tests: ModuleType, tmp_path: Path) -> None:
    """Whatever order DuckDB reads several files in, a case that contradicts itself is rejected, and no other one."""
    case = {"date_of_service": "2025-06-01", "services": [{"cpt": "E0601"}], "findings": {"hypertension": "absent"}}
    cases = [case | {"id": f"{at:03}", "diagnoses": ["I10" if at % 10 == 4 else "G47.33"]} for at in range(100)]
    source = batch_tests.write(batch_tests.rows_of(cases, OTHER), tmp_path / "in")
    for file in sorted(source.glob("*.csv")):
        (source / file.stem).mkdir()
        for at, part in enumerate(("LIMIT 97", "OFFSET 97")):
            read = f"FROM read_csv('{file}', all_varchar = true) {part}"
            duckdb.execute(f"COPY ({read}) TO '{source / file.stem / f'{at}.parquet'}' (FORMAT parquet)")
        file.unlink()
    for columns in ((), *[("missing",)] * 4):
        of = Batches(connect(), OTHER, "closed", columns=columns)
        of.run(source)
        rejects = of.db.execute('SELECT "case", row_no, reason FROM rejects ORDER BY ALL').fetchall()
        assert rejects == [(f"{at:03}", at + 1, SHORT) for at in range(4, 100, 10)]
        assert of.all[0].ids[4::10].max() < 0


KNOWN = ["present", "absent", "true", "6 weeks", "3 months", "office", "G56.00", "I10", "g56.00", "nan", "1e3", '"']
VALUES = st.none() | st.integers(-3, 300).map(str) | st.floats(0, 200).map(str) | st.text(max_size=6)
VALUES |= st.sampled_from(KNOWN)


@given(st.sampled_from([*MEANT]), st.data())
def test_a_value_means_what_its_text_does(name: str, data: st.DataObject) -> None:
    """A value that surely fits has the atoms, and no fault, that reading a case that says it tells."""
    guideline, known = MEANT[name]
    slow = Tables(guideline)
    slow.__dict__["_base_fits"] = False  # every value is read as a text
    table = data.draw(st.sampled_from([*known.all()]))
    value = data.draw(VALUES)
    if table.key == "":
        key = data.draw(st.sampled_from(known.singles))
        assert known.of_single(key, value, "2025-06-01") == slow.of_single(key, value, "2025-06-01")
    elif table.key == "services":
        code, units = (
            data.draw(st.sampled_from(["95886", "E0601", "1", "x"])),
            data.draw(st.integers(-1, 40) | st.none()),
        )
        assert known.of_service(code, units) == slow.of_service(code, units)
    else:
        names = [concept for kind in ("finding", "duration", "index") for concept in guideline.program.of_kind(kind)]
        row = (data.draw(st.sampled_from(names) | st.text(max_size=4)), value) if len(table.columns) > 1 else (value,)
        assert known.of_item(table, *row) == slow.of_item(table, *row)
