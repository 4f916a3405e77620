"""A batch decided: what each case says as words of bits, the lines by the kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .apart import decide_apart
from .gather import Gather, Gathered
from .kernel import CONTRADICTED, UNDECIDED, UNSETTLED
from .load import Loaded
from .rejects import TABLE, Close, count
from .sources import Range, Sources, ranges, within
from .sql import text
from .vocabulary import Vocabulary

AGAINST_ITSELF = "the documentation contradicts itself (coverlog explain --from says how)"
GATHERED = 500_000
"""The most cases whose rows are held in memory at once."""
FETCHED = 4_000_000
"""How many lines are held in memory at once."""
Step = Callable[[str], None]


class Batch(Loaded):
    """One run: the tables read, the lines decided, the rejects with their reasons."""

    def run(self, found: Sources, step: Step = lambda told: None, only: str = "") -> None:
        """Decide; `ids`, `results` and the table `rejects` are then whole.

        :param step: called with what begins.
        :param only: what leaves out the cases that are for others; see `look`.
        :raises BatchError: where a column is missing.
        """
        import numpy as np

        step("reading what the values mean")
        self.look(found, only)
        self.db.execute(TABLE)
        self.db.execute('CREATE OR REPLACE TEMP TABLE flagged ("case" VARCHAR)')
        self.cases = count(self.db, "every_case")
        self.ids = np.full(count(self.db, "every_service"), UNDECIDED, np.int32)
        # Of each row of the table of cases, whether its case contradicts itself, or is to be looked at closely.
        self.against, self.close = (np.zeros(self.cases, bool) for _ in range(2))
        self._decide(ranges(found, self.db), step)
        self._insert("rejects", f"""row_no, "case", 'case', row_no, {text(AGAINST_ITSELF)}""", self.against)
        self._insert("flagged", '"case"', self.close)
        if close := count(self.db, "flagged"):
            step(f"looking closely at {close:,} cases")
            Close(self).look()
            decide_apart(self)

    def _decide(self, parts: list[Range], step: Step) -> None:
        words = Vocabulary(self)
        small = len(parts) > 1 or self.cases <= GATHERED
        gather = Gather(words) if small and not words.patterns else None
        if not (gather and gather.apart):
            gather = None
            words.make()
        for at, part in enumerate(parts, 1):
            step(f"deciding, part {at} of {len(parts)}")
            if gather:
                self._gathered(gather.part(part), part, words)
            else:
                self._grouped(part, words)

    def _gathered(self, of: Gathered, part: Range, words: Vocabulary) -> None:
        """Decide cases that have been put together as arrays."""
        found = words.decide(of.words, of.cases, of.said)
        self.close[of.rows[of.bad] - 1] = True
        for result, marked in ((UNSETTLED, self.close), (CONTRADICTED, self.against)):
            marked[of.rows[of.cases[found == result]] - 1] = True
        self.ids[of.lines - 1] = found
        for table, hashes in of.lost.items():
            self.db.register("lost", {"h": hashes})
            self.db.execute(f"""INSERT INTO flagged SELECT DISTINCT "case" FROM "all_{table}" t
                SEMI JOIN lost ON hash(t."case") = lost.h{within(part)}""")
            self.db.unregister("lost")

    def _grouped(self, part: Range, words: Vocabulary) -> None:
        """Let DuckDB put the cases of a range together, and decide them."""
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE state AS {words.state(part)}")
        self.db.execute('INSERT INTO flagged SELECT "case" FROM state WHERE bad')
        if words.patterns:
            words.patterns.decide()
        for lines in self._lines(part, words):
            self.ids[lines["row_no"] - 1] = _decided(lines, words)
        for result, marked in ((UNSETTLED, self.close), (CONTRADICTED, self.against)):
            self._mark(self.ids == result, marked)
        self.ids[self.ids < UNDECIDED] = UNDECIDED

    def _lines(self, part: Range, words: Vocabulary) -> Iterator[dict[str, Any]]:
        """Yield lines, an array for each column."""
        select = words.lines(part)
        many = not part[0] and not part[1] and len(self.ids) > FETCHED
        if many:
            self.db.execute(f"CREATE OR REPLACE TEMP TABLE line AS {select}")
        for start in range(0, len(self.ids) if many else 1, FETCHED):
            one = f"SELECT * FROM line WHERE rowid >= {start} AND rowid < {start + FETCHED}" if many else select
            yield self.db.execute(one).fetchnumpy()

    def _mark(self, lines: Any, marked: Any) -> None:
        """Mark the cases of some lines."""
        if lines.any():
            self.db.register("which", {"it": lines})
            found = self.db.execute("""SELECT row_no FROM all_case SEMI JOIN (SELECT "case" FROM
                (SELECT "case" FROM every_service) POSITIONAL JOIN which WHERE it) USING ("case")""").fetchnumpy()
            self.db.unregister("which")
            marked[found["row_no"] - 1] = True

    def _insert(self, table: str, columns: str, marked: Any) -> None:
        """Add the cases that are marked to a table."""
        if marked.any():
            self.db.register("which", {"it": marked})
            self.db.execute(f"""INSERT INTO {table} SELECT {columns} FROM
                (SELECT row_no, "case" FROM every_case) POSITIONAL JOIN which WHERE it""")
            self.db.unregister("which")


def _decided(lines: dict[str, Any], words: Vocabulary) -> Any:
    """Return the numbers of the results of lines."""
    if words.patterns:
        return words.patterns.results(lines["pattern_no"], lines["said"])
    import numpy as np

    told = [lines[word] for word in words.layout.words]
    # The lines of a case mostly stand beside each other: what is told of the first is told of all.
    change = np.ones(len(lines["no"]), bool)
    change[1:] = np.logical_or.reduce([word[1:] != word[:-1] for word in told])
    return words.decide([word[change] for word in told], np.cumsum(change) - 1, lines["no"])
