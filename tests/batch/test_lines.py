"""Lines that stand twice, and what only case files can say, come to the same in a batch as in a decision."""

import json
import re
from collections.abc import Callable
from itertools import combinations_with_replacement, product
from pathlib import Path

import pytest
from click.testing import CliRunner
from coverlog.engine.batch.statement import statement
from coverlog.engine.language.terms import Atom
from coverlog.engine.library.guideline import load
from coverlog.explain.commands.main import main

from .test_batch import Said, unlike

LINES = [{"cpt": "S0001"}, {"cpt": "S0001", "units": 2}, {"cpt": "S0001", "session": 2}, {"cpt": "S0002", "units": 3}]
FEW = "size(tall), units(Session, Code, Units), Units <= 2."


@pytest.mark.parametrize(("gathered", "world"), [*product([500_000, 0], ["open", "closed"])])
def test_units_of_a_code_that_stands_twice_are_added_up(
    gathered: int, world: str, toy_text: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a rule of an outcome or an advisory asks for the units of a line, however many rows it has."""
    monkeypatch.setattr("coverlog.engine.batch.run.GATHERED", gathered)
    (tmp_path / "kb").mkdir()
    text = toy_text("shelf").replace("size(tall).\n\n%@ rule B/covered", FEW + "\n\n%@ rule B/covered")
    assert FEW in text
    (tmp_path / "kb" / "shelf.dl").write_text(text)
    cases: list[Said] = [
        {"id": f"c{at}", "date_of_service": "2025-01-01", "size": "tall", "services": [*lines]}
        for at, lines in enumerate(each for n in (1, 2, 3) for each in combinations_with_replacement(LINES, n))
    ]
    count, refused = unlike(cases, load(tmp_path / "kb"), world, tmp_path / "in")
    assert count > 60
    assert not refused


@pytest.fixture
def stay(toy_text: Callable[[str], str], tmp_path: Path) -> Path:
    """A guideline whose cases say what no table holds: the days from one date to another."""
    folder = tmp_path / "kb"
    folder.mkdir()
    more = (
        "\n%@ predicate stay(Days): the stay took {Days}\n%@ case: days from admission to discharge\n%@ open\n"
        "%@ predicate long: the stay was long\n%@ rule A/long: the stay was long\nlong :- stay(Days), Days > 3.\n"
    )
    text = toy_text("shelf").replace("size(tall).\n\n%@ rule B/covered", "size(tall), long.\n\n%@ rule B/covered")
    (folder / "shelf.dl").write_text(text + more)
    return folder


def test_files_are_decided_where_no_table_can_hold_what_cases_say(stay: Path, tmp_path: Path) -> None:
    """A folder of case files is a batch of any guideline."""
    for number, discharge in enumerate(["2024-12-31", "2024-12-12", ""]):
        said = {"id": f"c{number}", "date_of_service": "2025-01-01", "size": "tall", "services": [{"cpt": "S0001"}]}
        dates = {"admission": "2024-12-10", "discharge": discharge} if discharge else {}
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        (folder / f"c{number}.json").write_text(json.dumps(said | dates))
    out = tmp_path / "out.csv"
    result = CliRunner().invoke(main, ["-g", str(stay), "batch", str(folder), "-o", str(out)])
    assert result.exit_code == 0, result.output
    outcomes = [row.split(",")[4] for row in out.read_text().splitlines()[1:]]
    assert outcomes == ["medically_necessary", "not_medically_necessary", "more_information_needed"]


@pytest.mark.parametrize("told", ["--schema", "tables"])
def test_what_no_table_holds_is_told_with_a_remedy(told: str, stay: Path, tmp_path: Path) -> None:
    """Asked for the tables, or given some, a batch says what it cannot read, and that files do."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "case.csv").write_text("id,date_of_service\na,2025-01-01\n")
    run = ["--schema"] if told == "--schema" else [str(tmp_path / "in"), "-o", str(tmp_path / "out.csv")]
    result = CliRunner().invoke(main, ["-g", str(stay), "batch", *run])
    assert result.exit_code == 2
    assert "is read by days from, for which there is no table yet; let INPUT be a folder of case files" in result.output


def number_of(atom: Atom) -> int:
    """The number that an amount ends with."""
    (*_, number) = atom.args
    assert isinstance(number, int)
    return number


@pytest.mark.parametrize("name", ["ncd_240_4", "apnea"])
@pytest.mark.parametrize("open_world", [True, False])
def test_a_statement_says_by_itself_what_stands_for_an_amount(
    open_world: bool, name: str, toy_folder: Callable[[str], Path]
) -> None:
    """Read as its head says, the symbols that it lists say of each amount what the circuit's own symbols do."""
    guideline = load(toy_folder(name) if name == "apnea" else name)
    circuit = guideline.circuit("2025-06-01")
    text = statement(circuit, "duckdb", open_world=open_world)
    listed = dict(re.findall(r"\('(\w+\(.*?\))', ([\d, -]+)\)", text))
    tried = 0
    for atom in circuit.grounded.inputs:
        if str(atom) not in listed or not isinstance(number := atom.args[-1], int):
            continue
        of = [other for other in circuit.grounded.inputs if str(other) in listed and other.args[:-1] == atom.args[:-1]
              and other.predicate == atom.predicate]  # fmt: skip
        for near in {*range(max(0, int(number) - 3), int(number) + 4)}:
            said = atom._replace(args=(*atom.args[:-1], near))
            by_head = max(of, key=lambda o: (number_of(o) <= near, -abs(number_of(o) - near)))
            meant = str(circuit.grounded.symbols.stand_in(said))
            zero = ", ".join("0" for _ in listed[str(by_head)].split(", "))
            assert listed[str(by_head)] == listed.get(meant, zero), (str(said), str(by_head), meant)
            tried += 1
    assert tried
