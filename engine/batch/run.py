"""A batch decided: what each case says as words of bits, the lines by the kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..language.errors import CONTRADICTORY
from ..program.interface import CODE
from .against import Reasons
from .apart import decide_apart
from .compared import Compared
from .gather import Gather, Gathered
from .kernel import CONTRADICTED, UNDECIDED, UNSETTLED
from .load import SESSION, Loaded
from .rejects import ROWS, TABLE, Close, count
from .sources import Range, Sources, ranges, within
from .sql import text
from .vocabulary import Vocabulary

AGAINST_ITSELF = f"{CONTRADICTORY}; coverlog explain --from INPUT --case ID tells what contradicts what"
"""What is said of a case by the rules of a circuit, one sentence for all: to tell each takes longer than all else."""
GATHERED = 500_000
"""The most cases whose rows are held in memory at once."""
CLOSE, AGAINST, BY_COMPARING, BY_ALL = 1, 2, 3, 4
"""What is still to be done of a case: to look at it closely, to say that it contradicts itself, and to tell why, by
rules that no circuit holds alone or by all."""
FETCHED = 4_000_000
"""How many lines are held in memory at once."""
Step = Callable[[str], None]
_TWICE = f"""CREATE OR REPLACE TEMP TABLE twice AS SELECT DISTINCT "case" FROM all_service
    GROUP BY "case", {CODE}::VARCHAR, coalesce(TRY_CAST({SESSION}::VARCHAR AS DOUBLE), 1) HAVING count(*) > 1"""
"""Makes a table of the cases that request a code twice in a session."""


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
        self.how = np.zeros(self.cases, np.uint8)  # of each row of the table of cases, what its case still needs
        self._decide(ranges(found, self.db), step)
        self._insert(ROWS, f"""row_no, "case", 'case', row_no, {text(AGAINST_ITSELF)}""", AGAINST)
        self._tell(step)
        self._insert("flagged", '"case"', CLOSE)
        if close := count(self.db, "flagged"):
            step(f"looking closely at {close:,} cases")
            Close(self).look()
            decide_apart(self)

    def _decide(self, parts: list[Range], step: Step) -> None:
        words = Vocabulary(self)
        self.apart = {rule.head.predicate for circuit in words.circuits.values() for rule in circuit.grounded.apart}
        if words.adds_up:
            self.db.execute(_TWICE)
        small = len(parts) > 1 or self.cases <= GATHERED
        compared = Compared(words) if words.layout.compared() else None
        gather = Gather(words, compared) if small and not words.patterns else None
        if not (gather and gather.apart):
            gather = None
            words.make()
        for at, part in enumerate(parts, 1):
            step(f"deciding, part {at} of {len(parts)}")
            if gather:
                self._gathered(gather.part(part), part, words)
            else:
                self._grouped(part, words, compared)
        if words.adds_up:
            rows = self.db.execute('SELECT row_no FROM every_case SEMI JOIN twice USING ("case")').fetchnumpy()
            self.how[rows["row_no"] - 1] = CLOSE

    def _gathered(self, of: Gathered, part: Range, words: Vocabulary) -> None:
        """Decide cases that have been put together as arrays."""
        found = words.decide(of.words, of.cases, of.said)
        self._mark(found, of.rows[of.cases])
        found[of.against[of.cases]] = UNDECIDED
        self.ids[of.lines - 1] = found
        self.how[of.rows[of.bad] - 1] = CLOSE
        self._compared(of.rows[of.compared], of.rows[of.against])
        for table, hashes in of.lost.items():
            self.db.register("lost", {"h": hashes})
            self.db.execute(f"""INSERT INTO flagged SELECT DISTINCT "case" FROM "all_{table}" t
                SEMI JOIN lost ON hash(t."case") = lost.h{within(part)}""")
            self.db.unregister("lost")

    def _grouped(self, part: Range, words: Vocabulary, compared: Compared | None) -> None:
        """Let DuckDB put the cases of a range together, and decide them."""
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE state AS {words.state(part)}")
        self.db.execute('INSERT INTO flagged SELECT "case" FROM state WHERE bad')
        told, against = compared.of_state(self.cases) if compared else (self.how[:0], self.how[:0])
        if words.patterns:
            words.patterns.decide()
        for lines in self._lines(part, words):
            self.ids[lines["row_no"] - 1] = found = _decided(lines, words)
            self._mark(found, lines["of_case"])
        self.how[against - 1] = AGAINST
        self._compared(told, against[:0])

    def _lines(self, part: Range, words: Vocabulary) -> Iterator[dict[str, Any]]:
        """Yield lines, an array for each column."""
        select = words.lines(part)
        many = not part[0] and not part[1] and len(self.ids) > FETCHED
        if many:
            self.db.execute(f"CREATE OR REPLACE TEMP TABLE line AS {select}")
        for start in range(0, len(self.ids) if many else 1, FETCHED):
            one = f"SELECT * FROM line WHERE rowid >= {start} AND rowid < {start + FETCHED}" if many else select
            yield self.db.execute(one).fetchnumpy()

    def _mark(self, found: Any, rows: Any) -> None:
        """Mark the cases that do not come to results.

        :param found: of each line, the number of its result, or what stands in place of one.
        :param rows: the row of its case.
        """
        for result, how in ((UNSETTLED, CLOSE), (CONTRADICTED, AGAINST)):
            self.how[rows[found == result] - 1] = how

    def _compared(self, compared: Any, against: Any) -> None:
        """Mark the cases that contradict themselves and say what is compared: why is told of them.

        :param compared: the rows of the cases that say it.
        :param against: those of them that contradict themselves by it, and are marked where they do by more.
        """
        more = compared[self.how[compared - 1] == AGAINST]
        self.how[against - 1] = BY_COMPARING
        self.how[more - 1] = BY_ALL

    def _tell(self, step: Step) -> None:
        """Reject the cases of which it is told why they contradict themselves."""
        errors = [p.name for p in self.guideline.program.predicates.values() if p.is_error]
        apart = [name for name in errors if name in self.apart]
        for how, names in ((BY_COMPARING, apart), (BY_ALL, errors)):
            self.db.execute('CREATE OR REPLACE TEMP TABLE told ("case" VARCHAR)')
            self._insert("told", '"case"', how)
            if told := count(self.db, "told"):
                step(f"telling why {told:,} cases contradict themselves")
                Reasons(self, names).reject()

    def _insert(self, table: str, columns: str, how: int) -> None:
        """Add the cases that are marked so to a table."""
        marked = self.how == how
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
