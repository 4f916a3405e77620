"""Cases that say the same to a guideline, decided once for all of them: for what no circuit tells."""

from __future__ import annotations

from typing import Any

from ..cases.case import Case, Unreadable
from ..decision.decide import decide
from ..language.errors import CONTRADICTORY, FaultError
from .back import AT_ONCE, Rows, cases_of, take
from .columns import results_of
from .kernel import CONTRADICTED, UNSETTLED
from .layout import Layout
from .load import Loaded, Reading, whole
from .tables import SERVICE, Meaning


class Patterns:
    """The cases of a batch by what they say.

    Two values say the same where the same symbols stand for what they mean; a case is the list of what its rows say.
    """

    def __init__(self, batch: Loaded, layout: Layout) -> None:
        self.batch, self._layout = batch, layout
        self._numbers: dict[object, int] = {}
        self._known: dict[tuple[int, ...], dict[int, int] | int] = {}  # by pattern: results by what a line says
        self._list: list[tuple[int, ...]] = []
        (self._service,) = (reading for reading in batch.readings() if reading.name == SERVICE)
        self._lines: dict[tuple[Any, ...], int] = {}

    def number(self, reading: Reading, meaning: Meaning, *more: object) -> int:
        """Return the number of what a value says.

        :param more: what it says beside its atoms.
        """
        said = frozenset(self._layout.stood(meaning.atoms))
        return self._numbers.setdefault((reading.name, said, *more), len(self._numbers))

    def decide(self) -> None:
        """Decide one case of each new pattern of the table `state`; the table `pattern` numbers them."""
        db = self.batch.db
        db.execute("""CREATE OR REPLACE TEMP TABLE pattern AS SELECT row_number() OVER () - 1 AS pattern_no, *
            FROM (SELECT said, min("case") AS "case" FROM state WHERE NOT bad GROUP BY said)""")
        self._list = [tuple(said) for (said,) in db.execute("SELECT said FROM pattern ORDER BY pattern_no").fetchall()]
        new = [at for at, said in enumerate(self._list) if said not in self._known]
        for start in range(0, len(new), AT_ONCE):
            db.execute("CREATE OR REPLACE TEMP TABLE chosen AS SELECT unnest(?) AS pattern_no", [new[start:][:AT_ONCE]])
            db.execute("""CREATE OR REPLACE TEMP TABLE sample AS
                SELECT "case", pattern_no FROM pattern SEMI JOIN chosen USING (pattern_no)""")
            places = dict(db.execute("FROM sample").fetchall())
            take(self.batch, "sample")
            for _, case, rows in cases_of(self.batch):
                self._known[self._list[places[case.id]]] = self._results(case, rows)

    def _results(self, case: Case | Unreadable, rows: Rows) -> dict[int, int] | int:
        """Return the number of the result of each line, by what it says; or what stands for all of them."""
        if isinstance(case, Unreadable):
            return UNSETTLED
        try:
            decision = decide(case, self.batch.guideline, world=self.batch.world, as_of=self.batch.as_of)
        except FaultError as error:
            return CONTRADICTED if CONTRADICTORY in str(error) else UNSETTLED
        numbers = map(self.batch.number, results_of(decision, self.batch.columns))
        return dict(zip((self.said(row[1:]) for row in rows), numbers, strict=True))

    def said(self, row: tuple[Any, ...]) -> int:
        """Return the number of what a line says."""
        if row not in self._lines:
            self._lines[row] = self.number(self._service, self._service.of(*row), whole(row[1]))
        return self._lines[row]

    def results(self, patterns: Any, said: Any) -> Any:
        """Return the numbers of the results of lines.

        :param patterns: the number of the pattern of each line's case.
        :param said: that of what the line says.
        """
        import numpy as np

        both, back = np.unique(patterns * len(self._numbers) + said, return_inverse=True)
        return np.array([self._result(*divmod(each, len(self._numbers))) for each in both.tolist()], np.int32)[back]

    def _result(self, pattern: int, said: int) -> int:
        found = self._known[self._list[pattern]]
        return found if isinstance(found, int) else found[said]
