"""What the columns of a batch hold is said as it is read."""

import json

import pytest
from click.testing import CliRunner
from coverlog.engine.batch.held import held
from coverlog.engine.batch.tables import CASE, DATE, SERVICE, Meaning, Table, Tables
from coverlog.engine.library.guideline import load
from coverlog.explain.commands.main import main

DAY = "2024-05-05"


@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4"])
def test_what_is_listed_is_read_and_nothing_else(name: str) -> None:
    """Where values are listed each of them is read, and another is a fault; every column is told of."""
    tables = Tables(load(name))
    listed = 0
    for table in tables.all():
        told = held(tables, table)
        assert list(told) == [table.id, *table.columns]
        assert all(told.values())
        for column in table.columns if table.name != SERVICE else ():
            values = told[column].partition(";")[0].split(", ")
            if any(" " in value for value in values) or column == "value":
                continue
            for value in values:
                read = tables.of_single(column, value, DAY) if table.name == CASE else _item(tables, table, value)
                assert not read.fault, (table, column, value)
                listed += 1
            wrong = tables.of_single(column, "nothing", DAY) if table.name == CASE else _item(tables, table, "nothing")
            assert wrong.fault
    assert listed >= 7


def _item(tables: Tables, table: Table, value: str) -> Meaning:
    return tables.of_item(table, value, *(["10"] if "value" in table.columns else []))


@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4"])
def test_the_ends_of_numbers_are_as_they_are_said(name: str) -> None:
    """The numbers between which a value is said to be are read, and the next one is not."""
    tables = Tables(load(name))
    table = next(tables.all())
    told = {column: words.partition(" from ")[2] for column, words in held(tables, table).items() if " from " in words}
    assert told
    for column, words in told.items():
        low, _, high = words.partition(",")[0].split()
        assert not tables.of_single(column, low, DAY).fault
        assert not tables.of_single(column, high, DAY).fault
        assert tables.of_single(column, str(int(high) + 1), DAY).fault


def test_the_tables_are_told_as_text_and_as_data() -> None:
    """Both forms of --schema tell the same columns and what they hold; each guideline has its own."""
    runner = CliRunner(env={"COLUMNS": None})
    text = runner.invoke(main, ["batch", "--schema"]).stdout
    data = json.loads(runner.invoke(main, ["batch", "--schema", "--format", "json"]).stdout)
    for table in data:
        assert f"\n{table['table']}({', '.join(table['columns'])}): {table['what']}\n" in text
        assert list(table["holds"]) == table["columns"]
        for column, words in table["holds"].items():
            assert [column, *words.split()] in [line.split() for line in text.splitlines()]
    assert {DATE} <= {column for table in data for column in table["columns"]}
