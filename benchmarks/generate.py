"""Draws cases by the million as tables in Parquet: seeded, adversarial (anything beside anything) or realistic.

What an adversarial case says is any of what a case of the guideline may say, each amount close to where a rule turns;
what realistic ones say is written for CG-MED-24.

Run: python benchmarks/generate.py FOLDER [--cases 1000000] [--kind adversarial|realistic] [--seed 1] [--guideline NAME]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from coverlog.engine.analysis.slots import Slot, Space
from coverlog.engine.batch.sql import text
from coverlog.engine.batch.tables import CASE, DATE, SERVICE, Table, Tables
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.forms import SINCE

TODAY = "2025-06-01"
SERVICES, NAMED, CODES = 3, 8, 2
"""How many lines a case has, how many names of what is documented, how many codes of a list."""
PRESENT, UNSAID = 15, 4
"""How many times as often as something else a finding is present, and a single value is left out."""
REALISTIC = {
    "G56.00": 65, "M54.12": 25, "E11.40": 5, "G62.9": 5,
}  # fmt: skip
"""What is referred for, in a hundred referrals: carpal tunnel syndrome, radiculopathy and two others."""
PAIRS = (("95886", "95909"), ("95886", "95910"), ("95885", "95908"))


def draw(folder: Path, cases: int, kind: str, seed: int, guideline: Guideline) -> None:
    """Write the tables of some cases."""
    folder.mkdir(parents=True, exist_ok=True)
    db = duckdb.connect()
    # As long as each other, so that the order of the cases is that of their ids: a batch is then decided part by part.
    db.execute("CREATE MACRO named(i) AS 'c' || lpad(i::VARCHAR, 8, '0')")
    db.execute(f"CREATE MACRO h(i, salt) AS hash(i * 1000 + salt + {seed} * 1000003) % 1000000007")
    db.execute("CREATE MACRO one(list, number) AS list[1 + (number % len(list))::INT]")
    db.execute(f"CREATE VIEW numbers AS SELECT range AS i FROM range({cases})")
    tables = _realistic(guideline) if kind == "realistic" else _Anything(guideline).tables()
    for table, select in tables.items():
        db.execute(f"COPY ({select}) TO '{folder / table}.parquet' (FORMAT parquet, COMPRESSION zstd)")


def _list(values: Iterable[Any]) -> str:
    """Return values as a list of texts in SQL; None is no value."""
    return f"[{', '.join('NULL' if value is None else text(str(value)) for value in values)}]::VARCHAR[]"


def _each(number: int) -> str:
    """Return what gives each case some times over, its number i and k from 0, in order."""
    return f"(SELECT i, unnest(range({number})) AS k FROM numbers)"


class _Anything:
    """What a case of a guideline may say, under any of its editions, as statements that draw it."""

    def __init__(self, guideline: Guideline) -> None:
        circuits = [guideline.circuit(edition or "0001-01-01") for edition in guideline.editions()]
        self.first = next(filter(None, guideline.editions()), TODAY)
        self.all = list(Tables(guideline).all())
        self.slots: dict[str, list[Slot]] = {}
        for slot in Space(circuits, TODAY).slots:
            self.slots.setdefault(slot.key, []).append(slot)

    def tables(self) -> dict[str, str]:
        """Return by table what selects its rows."""
        of = {CASE: self._cases, SERVICE: self._services}
        return {table.name: of.get(table.name, self._items)(table, 100 * at) for at, table in enumerate(self.all)}

    def _cases(self, table: Table, salt: int) -> str:
        singles = [f"{self._single(self.slots[key][0], salt + at)} AS {key}"
                   for at, key in enumerate(table.columns) if key != DATE]  # fmt: skip
        return f"""SELECT named(i) AS id, served::VARCHAR AS {", ".join([DATE, *singles])}
            FROM (SELECT i, DATE {text(self.first)} - 200 + (h(i, 99) % 5000)::INT AS served FROM numbers)"""

    @staticmethod
    def _single(slot: Slot, salt: int) -> str:
        values = [option.value for option in slot.options]
        if slot.shape in SINCE:  # as long before the date of service
            values = [value and (date.fromisoformat(TODAY) - date.fromisoformat(value)).days for value in values]
        said = [value for value in values if value is not None]
        one = f"one({_list([None] * (UNSAID if None in values else 0) + said)}, h(i, {salt}))"
        return f"(served - {one}::INT)::VARCHAR" if slot.shape in SINCE else one

    def _services(self, table: Table, salt: int) -> str:
        slots = self.slots[table.key]
        units = sorted({option.value for slot in slots for option in slot.options if option.value})
        return f"""SELECT named(i) AS "case", one({_list(slot.name for slot in slots)}, h(i, {salt} + k)) AS cpt,
            (1 + (h(i, {salt + 20} + k) % 6 = 0)::INT) AS session,
            CASE WHEN h(i, {salt + 40} + k) % 8 = 0 THEN one({_list(units)}, h(i, {salt + 60} + k)) END AS units
            FROM {_each(SERVICES)}"""

    def _items(self, table: Table, salt: int) -> str:
        slots = self.slots[table.key]
        (name, *value) = table.columns
        names, number = _list(slot.name for slot in slots), len(slots)
        # Names that are told beside each other are akin; as far from each other as this, no name comes twice.
        step = next(each for each in (5, 7, 11, 1) if number % each or each == 1)
        place = f"h(i, {salt}) + k * {step}"
        if value:
            each = [[o.value for o in slot.options for _ in range(PRESENT if o.value == "present" else 1)
                     if o.value is not None] for slot in slots]  # fmt: skip
            values = f"one([{', '.join(map(_list, each))}], {place})"
            told, many = f"one({values}, h(i, {salt + 20} + k)) AS value", min(NAMED, number)
        else:
            told, many = "", CODES if slots[0].shape == "codes" else 1
        where = "" if many > 1 else f"WHERE h(i, {salt + 40}) % 2 = 0"
        return f"""SELECT named(i) AS "case", one({names}, {place}) AS {", ".join(filter(None, [name, told]))}
            FROM {_each(many)} {where}"""


def _realistic(guideline: Guideline) -> dict[str, str]:
    findings, durations = (_list(guideline.program.of_kind(kind)) for kind in ("finding", "duration"))
    codes = _list(code for code, share in REALISTIC.items() for _ in range(share))
    pairs = f"[{', '.join(map(_list, PAIRS))}]"
    return {
        "case": """SELECT named(i) AS id, (DATE '2025-01-01' + (h(i, 1) % 365)::INT)::VARCHAR AS date_of_service,
            CASE WHEN h(i, 2) % 10 < 6 THEN 'office' ELSE 'outpatient' END AS setting FROM numbers""",
        "service": f"""SELECT named(i) AS "case", one(one({pairs}, h(i, 10)), k) AS cpt
            FROM {_each(2)}""",
        "diagnosis": f"""SELECT named(i) AS "case",
            CASE WHEN h(i, 61) % 20 = 0 THEN 'G56.O1' ELSE one({codes}, h(i, 60)) END AS diagnosis
            FROM numbers""",
        "finding": f"""SELECT named(i) AS "case", one({findings}, h(i, 30) + k * 5) AS finding, 'present' AS value
            FROM numbers, range(6) u(k) WHERE k < 1 + 5 * (h(i, 31) % 2)
            UNION ALL SELECT named(i), one({durations}, 0), (h(i, 51) % 9)::VARCHAR FROM numbers
            WHERE h(i, 31) % 2 = 1 ORDER BY ALL""",
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Draws cases as tables in Parquet.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--kind", choices=["adversarial", "realistic"], default="adversarial")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guideline", default="cg_med_24")
    options = parser.parse_args()
    if options.kind == "realistic" and options.guideline != "cg_med_24":
        parser.error("realistic cases are written for cg_med_24 alone; draw adversarial ones")
    draw(options.folder, options.cases, options.kind, options.seed, load(options.guideline))


if __name__ == "__main__":
    main()
