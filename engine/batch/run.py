"""A batch decided: the words of what its cases say, the circuit of each edition as SQL, the lines in words."""

from __future__ import annotations

from collections.abc import Callable

from ..circuit.circuit import Circuit
from ..evaluation.columns import NotGroundedError
from ..language.terms import quote
from ..program.interface import CODE, SILENT
from .load import SOUND, Loaded, Means, insert
from .sources import Sources
from .sql import FLAWED, Sql, query, text
from .tables import CASE, SERVICE

FLAWS = {
    "contradicted": "the documentation contradicts itself (coverlog explain --from says how)",
    f"outcome_no = {FLAWED}": "the rules give a line no outcome, or two that exclude each other",
}


class Batch(Loaded):
    """One run: the tables read, the lines decided, the rejects with their reasons."""

    def run(self, found: Sources, step: Callable[[str], None] = lambda told: None) -> None:
        """Decide; the tables `result` and `rejects` are then whole.

        :param step: called with what begins.
        :raises BatchError: where a column is missing.
        :raises NotGroundedError: where the guideline has no circuit; the tables are then read.
        """
        step("reading")
        self.read(found)
        meanings = self.meanings()
        circuits = {date: self.guideline.circuit(date) for date in self._editions()}
        for circuit in circuits.values():
            if circuit.grounded.apart:
                raise NotGroundedError(
                    f"{circuit.grounded.apart[0].id} compares what the case says, one case at a time"
                )
        for date, circuit in circuits.items():
            step(f"deciding by the rules in force from {self.guideline.since(date) or 'the beginning'}")
            self._decide(circuit, date, meanings)

    def _editions(self) -> list[str]:
        """Return a date of each edition that some case is decided by."""
        dates = self.db.execute(f"SELECT DISTINCT as_of FROM cases WHERE {SOUND} ORDER BY ALL").fetchall()
        return list({self.guideline.since(date): date for (date,) in dates}.values())

    def _decide(self, circuit: Circuit, date: str, meanings: dict[str, Means]) -> None:
        sql = Sql(circuit, open_world=self.world == "open")
        since = self.guideline.since(date)
        later = [each for each in self.guideline.program.boundaries() if each > since][:1]
        until = "".join(f" AND as_of < {text(each)}" for each in later)
        self.db.execute(f"""CREATE OR REPLACE TEMP TABLE mine AS
            SELECT * FROM cases WHERE {SOUND} AND as_of >= {text(since)}{until}""")
        self._said(sql, circuit, meanings)
        self._lines(sql)
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE decided AS {query(sql)}")
        for which, why in FLAWS.items():
            self._reject(f"""SELECT case_no, any_value(c."case"), 'case', case_no, {text(why)}
                FROM decided JOIN cases c USING (case_no) WHERE {which} GROUP BY case_no""")
        self._tell(sql)

    # --- Words ------------------------------------------------------------------------------------

    def _bits(self, name: str, means: Means, sql: Sql, circuit: Circuit) -> bool:
        """Make the table that gives each value its bits, and a code its class; False where no value has any."""
        width = len(means[0][0]) if means else 1
        values = []
        for row, meaning in means:
            words = sql.words.values(circuit.numbers(meaning.atoms))
            if name == SERVICE:
                values.append((*row, sql.class_of(quote(str(row[0]))), *words))
            elif any(words):
                values.append((*row, *words))
        columns = [f"v{at} VARCHAR" for at in range(width)] + ["class INTEGER"] * (name == SERVICE)
        columns += [f"{word} BIGINT" for word in sql.words.names]
        self.db.execute(f'CREATE OR REPLACE TEMP TABLE "bits_{name}" ({", ".join(columns)})')
        insert(self.db, f'"bits_{name}"', values)
        return bool(values)

    def _said(self, sql: Sql, circuit: Circuit, meanings: dict[str, Means]) -> None:
        """Make the view `said`, the words of what each case says beside its lines."""
        words = sql.words.names
        told = ", ".join(f"b.{word}" for word in words)
        parts = [f"""SELECT NULL::VARCHAR AS "case", {", ".join(f"0::BIGINT AS {w}" for w in words)} WHERE false"""]
        for table in self.list:
            for name, columns, _ in self.readings(table):
                if name == "session" or not self._bits(name, meanings[name], sql, circuit) or name == SERVICE:
                    continue
                on = " AND ".join(f"t.{column} IS NOT DISTINCT FROM b.v{at}" for at, column in enumerate(columns))
                source = "mine" if table.name == CASE else f'"in_{table.name}"'
                parts.append(f'SELECT t."case", {told} FROM {source} t JOIN "bits_{name}" b ON {on}')
        self.db.execute(f"""CREATE OR REPLACE TEMP VIEW said AS SELECT case_no, {_ored(words)}
            FROM ({" UNION ALL ".join(parts)}) JOIN mine USING ("case") GROUP BY case_no""")

    def _lines(self, sql: Sql) -> None:
        """Make the table `line`, and the view `bits` with a row for each session."""
        words = sql.words.names
        self.db.execute(f"""CREATE OR REPLACE TEMP TABLE line AS
            SELECT c.case_no, c."case", t.row_no AS line_no, t.{CODE} AS code,
                coalesce(try_cast(t.session AS BIGINT), 1) AS session, b.class, {", ".join(f"b.{w}" for w in words)}
            FROM in_service t JOIN mine c USING ("case")
            JOIN bits_service b ON t.{CODE} = b.v0 AND t.units IS NOT DISTINCT FROM b.v1""")
        self.db.execute(f"""CREATE OR REPLACE TEMP VIEW bits AS
            SELECT s.case_no, s.session, {", ".join(f"s.{w} | coalesce(said.{w}, 0) AS {w}" for w in words)}
            FROM (SELECT case_no, session, {_ored(words)} FROM line GROUP BY case_no, session) s
            LEFT JOIN said USING (case_no)""")

    # --- In words ---------------------------------------------------------------------------------

    def _tell(self, sql: Sql) -> None:
        """Add the lines of the edition to the result, in words."""
        names = {(at, place): (name, role, ways) for at, place, name, role, ways in sql.told()}
        rows = []
        found = self.db.execute("SELECT DISTINCT class, outcome_no, ways FROM decided WHERE outcome_no >= 0")
        for at, place, bits in found.fetchall():
            name, role, ways = names[at, place]
            last = [each for number, each in enumerate(ways) if bits >> number & 1]
            rows.append((at, place, bits, name, *_because(role, last)))
        self.db.execute("""CREATE OR REPLACE TEMP TABLE told
            (class INTEGER, outcome_no INTEGER, ways BIGINT, outcome VARCHAR, "by" VARCHAR, reason VARCHAR)""")
        insert(self.db, "told", rows)
        self.db.execute(f"""INSERT INTO result SELECT case_no, "case", line_no, code, session, outcome, "by", reason
            FROM decided JOIN told USING (class, outcome_no, ways) WHERE {SOUND}""")


def _ored(words: list[str]) -> str:
    return ", ".join(f"bit_or({word}) AS {word}" for word in words)


def _because(role: str, last: list[str]) -> tuple[str | None, str | None]:
    """Return by which statements a line has its outcome, and for which reason it is not spoken of."""
    return (None, last[0]) if role == SILENT else (", ".join(last) or None, None)
