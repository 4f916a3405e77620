"""Draws cases by the million as tables in Parquet: seeded, adversarial (anything beside anything) or realistic.

Run: python benchmarks/generate.py FOLDER [--cases 1000000] [--kind adversarial|realistic] [--seed 1]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb
from coverlog.engine.evaluation.symbols import Codes
from coverlog.engine.language.terms import unquote
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.interface import SERVICE

SERVICES, FINDINGS, DIAGNOSES = 3, 8, 2
REALISTIC = {
    "G56.00": 65, "M54.12": 25, "E11.40": 5, "G62.9": 5,
}  # fmt: skip
"""What is referred for, in a hundred referrals: carpal tunnel syndrome, radiculopathy and two others."""
PAIRS = (("95886", "95909"), ("95886", "95910"), ("95885", "95908"))


def draw(folder: Path, cases: int, kind: str, seed: int, guideline: Guideline) -> None:
    """Write the tables of some cases."""
    folder.mkdir(parents=True, exist_ok=True)
    db = duckdb.connect()
    names = _lists(guideline)
    # As long as each other, so that the order of the cases is that of their ids: a batch is then decided part by part.
    db.execute("CREATE MACRO named(i) AS 'c' || lpad(i::VARCHAR, 8, '0')")
    db.execute(f"CREATE MACRO h(i, salt) AS hash(i * 1000 + salt + {seed} * 1000003) % 1000000007")
    tables = _realistic() if kind == "realistic" else _adversarial()
    for table, select in tables.items():
        lists = {n: "[" + ", ".join("'" + v + "'" for v in values) + "]" for n, values in names.items()}
        text = select.format(n=cases, **lists, **{f"n_{n}": len(v) for n, v in names.items()})
        db.execute(f"COPY ({text}) TO '{folder / table}.parquet' (FORMAT parquet, COMPRESSION zstd)")


def _lists(guideline: Guideline) -> dict[str, list[str]]:
    """Return the words that cases may say, by what they are."""
    program = guideline.program
    columns = guideline.circuit("2025-06-01").grounded.symbols.columns
    (_, procedure), (diagnosis,) = columns[SERVICE], columns["diagnosis"]
    codes, named = (sorted(map(unquote, c.named)) for c in (procedure, diagnosis) if isinstance(c, Codes))
    keys = {p.case.key: p.case for p in program.predicates.values() if p.case}
    return {
        "codes": [*codes, "99999"], "diagnoses": [*named, "R20.2", "Z00.0"],
        "settings": program.of_kind(keys["setting"].kind), "conditions": program.of_kind(keys["conditions"].kind),
        "findings": program.of_kind("finding"), "durations": program.of_kind("duration"),
    }  # fmt: skip


def _adversarial() -> dict[str, str]:
    return {
        "case": """SELECT named(i) AS id, (DATE '2012-06-01' + (h(i, 1) % 5000)::INT)::VARCHAR AS date_of_service,
            {settings}[1 + (h(i, 2) % {n_settings})::INT] AS setting,
            CASE WHEN h(i, 3) % 5 = 0 THEN 'screening' END AS purpose FROM range({n}) t(i)""",
        "service": f"""SELECT named(i) AS "case", {{codes}}[1 + (h(i, 10 + k) % {{n_codes}})::INT] AS cpt,
            (1 + (h(i, 20 + k) % 6 = 0)::INT) AS session
            FROM range({{n}}) t(i), range({SERVICES}) u(k) ORDER BY i, k""",
        "finding": f"""SELECT named(i) AS "case",
            {{findings}}[1 + ((h(i, 30) + k * 5) % {{n_findings}})::INT] AS finding,
            CASE WHEN h(i, 40 + k) % 8 = 0 THEN 'absent' ELSE 'present' END AS value
            FROM range({{n}}) t(i), range({FINDINGS - 1}) u(k)
            UNION ALL SELECT named(i), {{durations}}[1 + (h(i, 50) % {{n_durations}})::INT], (h(i, 51) % 9)::VARCHAR
            FROM range({{n}}) t(i) ORDER BY ALL""",
        "diagnosis": f"""SELECT named(i) AS "case", {{diagnoses}}[1 + (h(i, 60 + k) % {{n_diagnoses}})::INT]
            AS diagnosis
            FROM range({{n}}) t(i), range({DIAGNOSES}) u(k) ORDER BY i, k""",
        "condition": """SELECT named(i) AS "case", {conditions}[1 + (h(i, 70) % {n_conditions})::INT] AS condition
            FROM range({n}) t(i) WHERE h(i, 71) % 2 = 0 ORDER BY i""",
    }  # fmt: skip


def _realistic() -> dict[str, str]:
    bounds, total, whens = list(REALISTIC.items()), 0, []
    for code, share in bounds:
        total += share
        whens.append(f"WHEN h(i, 60) % 100 < {total} THEN '{code}'")
    pairs = " ".join(f"WHEN {at} THEN '{{}}'" for at in range(len(PAIRS)))
    first, second = (pairs.format(*(pair[place] for pair in PAIRS)) for place in (0, 1))
    return {
        "case": """SELECT named(i) AS id, (DATE '2025-01-01' + (h(i, 1) % 365)::INT)::VARCHAR AS date_of_service,
            CASE WHEN h(i, 2) % 10 < 6 THEN 'office' ELSE 'outpatient' END AS setting FROM range({n}) t(i)""",
        "service": f"""SELECT named(i) AS "case", CASE WHEN k = 0 THEN CASE h(i, 10) % {len(PAIRS)} {first} END
            ELSE CASE h(i, 10) % {len(PAIRS)} {second} END END AS cpt
            FROM range({{n}}) t(i), range(2) u(k) ORDER BY i, k""",
        "diagnosis": f"""SELECT named(i) AS "case", CASE WHEN h(i, 61) % 20 = 0 THEN 'G56.O1' ELSE
            CASE {" ".join(whens)} END END AS diagnosis FROM range({{n}}) t(i) ORDER BY i""",
        "finding": """SELECT named(i) AS "case", {findings}[1 + ((h(i, 30) + k * 5) % {n_findings})::INT] AS finding,
            'present' AS value FROM range({n}) t(i), range(6) u(k) WHERE k < 1 + 5 * (h(i, 31) % 2)
            UNION ALL SELECT named(i), {durations}[1], (h(i, 51) % 9)::VARCHAR FROM range({n}) t(i)
            WHERE h(i, 31) % 2 = 1 ORDER BY ALL""",
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="Draws cases as tables in Parquet.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--kind", choices=["adversarial", "realistic"], default="adversarial")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw(options.folder, options.cases, options.kind, options.seed, load())


if __name__ == "__main__":
    main()
