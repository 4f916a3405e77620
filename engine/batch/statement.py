"""A circuit as one SQL statement that stands by itself, in a dialect."""

from __future__ import annotations

from ..circuit.circuit import Circuit
from ..language.terms import Atom, unquote
from ..program.interface import SILENT
from .entries import BatchError
from .sql import Sql, query, text

READ = (
    "said(case_no, session, symbol) has a row for all that a case says, session 0 for what is of no session;",
    "line(case_no, line_no, code, session) has one for each of its lines. What a symbol below stands for: 1 as a",
    "session for each; a code that ends in ~ for all below it that have no symbol; an amount for all up to the next,",
    "the least for all below it as well. The units of a code that stands twice in a session are added up.",
)
"""What the statement reads."""


def statement(circuit: Circuit, dialect: str, *, open_world: bool) -> str:
    """Return the circuit of an edition as SQL.

    :param dialect: as SQLGlot calls it: duckdb or spark.
    :raises BatchError: where SQLGlot is not installed.
    """
    try:
        import sqlglot
    except ImportError:
        raise BatchError("compile needs SQLGlot: pip install 'coverlog[batch]'") from None
    sql = Sql(circuit, open_world=open_world)
    whole = f"WITH {_bits(circuit, sql)},\n{_lines(sql)},\n{query(sql, 'classed', id_='').removeprefix('WITH ')}"
    if dialect != "duckdb":
        whole = whole.replace(" AS MATERIALIZED (", " AS (")
    made = sqlglot.transpile(_told(sql, whole), read="duckdb", write=dialect, pretty=True, comments=True)
    program = circuit.grounded.program
    world = "open" if open_world else "closed"
    head = [
        f"-- {program.name}: {program.title}",
        f"-- the rules in force from {circuit.grounded.date or 'the beginning'}, in the {world} world",
        *map("-- {}".format, READ),
        *(f"-- left out, to be looked at apart: {rule.id} ({rule.gloss})" for rule in circuit.grounded.apart),
    ]
    return "\n".join([*head, *made]) + ";\n"


def _bits(circuit: Circuit, sql: Sql) -> str:
    """Return the layers that read what cases say as bits: of the session, and of none."""
    names, inputs = sql.words.names, circuit.grounded.inputs
    # Of an amount that matters every symbol is there, also those that change nothing: others do not stand for these.
    amounts = {_amount(inputs[at]) for at in sql.words.place} - {()}
    rows = []
    for at, atom in enumerate(inputs):
        if at in sql.words.place or _amount(atom) in amounts:
            words = sql.words.values([at])
            rows.append(f"({text(str(atom))}, {', '.join(map(str, words))})")
    ored = ", ".join(f"bit_or(CAST({name} AS BIGINT)) AS {name}" for name in names)
    both = ", ".join(f"coalesce(here.{name}, 0) | coalesce(everywhere.{name}, 0) AS {name}" for name in names)
    values = ",\n    ".join(rows)
    return f"""symbol AS (
  SELECT * FROM (VALUES
    {values}
  ) AS s(symbol, {", ".join(names)})
),
word AS (SELECT case_no, session, {ored} FROM said JOIN symbol USING (symbol) GROUP BY case_no, session),
session AS (SELECT DISTINCT case_no, session FROM line),
bits AS (
  SELECT session.case_no, session.session, {both} FROM session
  LEFT JOIN word AS here ON here.case_no = session.case_no AND here.session = session.session
  LEFT JOIN word AS everywhere ON everywhere.case_no = session.case_no AND everywhere.session = 0
)"""


def _amount(atom: Atom) -> tuple[object, ...]:
    """Return what an amount is of; nothing for what is none."""
    return (atom.predicate, *atom.args[:-1]) if atom.args and isinstance(atom.args[-1], int) else ()


def _lines(sql: Sql) -> str:
    """Return the layer that gives the code of each line its class."""
    known = [(unquote(code), at) for at, codes in enumerate(sql.classes.values()) for code in codes]
    whens = " ".join(f"WHEN {text(code)} THEN {at}" for code, at in known)
    return f"classed AS (\n  SELECT *, CASE code {whens} ELSE {sql.class_of('')} END AS class FROM line\n)"


def _told(sql: Sql, lines: str) -> str:
    """Return the lines with their outcomes and ways in words."""
    names, ways = [], []
    for at, place, name, role, last in sql.told():
        names.append(f"WHEN class = {at} AND outcome_no = {place} THEN {text(name)}")
        told = ", ".join(
            f"CASE WHEN (ways & {1 << number}) <> 0 THEN {text(each)} END" for number, each in enumerate(last)
        )
        if told:
            first = f"coalesce({told}, NULL)" if role == SILENT else f"concat_ws(', ', {told})"
            ways.append(f"WHEN class = {at} AND outcome_no = {place} THEN {first}")
    return (
        f"WITH decided AS (\n{lines}\n)\nSELECT case_no, line_no, code, session, contradicted,\n"
        f"  CASE {' '.join(names)} END AS outcome,\n  CASE {' '.join(ways)} END AS because\nFROM decided"
    )
