"""A batch decided: what each case says as words of bits, one grouping of all rows; the lines by the kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .apart import decide_apart
from .kernel import CONTRADICTED, UNDECIDED, UNSETTLED
from .load import Loaded
from .rejects import TABLE, Close, count
from .sources import Range, Sources
from .sql import text
from .vocabulary import Vocabulary

AGAINST_ITSELF = "the documentation contradicts itself (coverlog explain --from says how)"
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
        words = Vocabulary(self)
        for at, part in enumerate(found.ids, 1):
            step(f"deciding, part {at} of {len(found.ids)}")
            self._part(part, words)
        self._contradicted()
        if close := count(self.db, "flagged"):
            step(f"looking closely at {close:,} cases")
            Close(self).look()
            decide_apart(self)

    def _part(self, part: Range, words: Vocabulary) -> None:
        """Decide the cases whose ids are in a range."""
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE state AS {words.state(part)}")
        self.db.execute('INSERT INTO flagged SELECT "case" FROM state WHERE bad')
        if words.patterns:
            words.patterns.decide()
        for lines in self._lines(part, words):
            self.ids[lines["row_no"] - 1] = words.decide(lines)
        unsettled = self.ids == UNSETTLED
        if unsettled.any():
            self._flag(unsettled)
            self.ids[unsettled] = UNDECIDED

    def _lines(self, part: Range, words: Vocabulary) -> Iterator[dict[str, Any]]:
        """Yield lines, an array for each column."""
        select = words.lines(part)
        many = not part[0] and not part[1] and len(self.ids) > FETCHED
        if many:
            self.db.execute(f"CREATE OR REPLACE TEMP TABLE line AS {select}")
        for start in range(0, len(self.ids) if many else 1, FETCHED):
            one = f"SELECT * FROM line WHERE rowid >= {start} AND rowid < {start + FETCHED}" if many else select
            yield self.db.execute(one).fetchnumpy()

    def _flag(self, which: Any) -> None:
        """Let the cases of some lines be looked at closely."""
        self.db.register("which", {"it": which})
        self.db.execute("""INSERT INTO flagged SELECT DISTINCT "case" FROM
            (SELECT "case" FROM every_service) POSITIONAL JOIN which WHERE it""")
        self.db.unregister("which")

    def _contradicted(self) -> None:
        which = self.ids == CONTRADICTED
        if which.any():
            self.db.register("which", {"it": which})
            self.db.execute(f"""INSERT INTO rejects SELECT c.row_no, "case", 'case', c.row_no, {text(AGAINST_ITSELF)}
                FROM all_case c SEMI JOIN (SELECT "case" FROM (SELECT "case" FROM every_service)
                    POSITIONAL JOIN which WHERE it) USING ("case")""")
            self.db.unregister("which")
