"""What rules that no circuit holds find in cases: looked for once for all that say the same of what is compared."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from ..evaluation.apart import contradicted
from ..language.terms import Atom, Rule
from .vocabulary import Vocabulary

Numbers = Any  # an array of numbers
_Said = tuple[tuple[Rule, ...], tuple[Atom, ...]]
"""What a value says of it: the rules that are in force, or what they compare."""


class Compared:
    """Which cases a rule that no circuit holds finds to contradict themselves.

    `numbers` holds by reading, of each value that is different, the number of what it says of it: 0 for nothing.
    """

    def __init__(self, of: Vocabulary) -> None:
        self._of = of
        self._said: dict[_Said, int] = {((), ()): 0}
        self._known: dict[tuple[int, ...], bool] = {}
        self.numbers = {reading.name: self._numbers(reading.name, of) for reading in of.readings}

    def _numbers(self, reading: str, of: Vocabulary) -> Numbers:
        import numpy as np

        found = of.found[reading]
        said: list[_Said]
        if reading == "case_date":
            said = [((), ()) if meaning.fault else (of.rules(row[0]), ()) for row, meaning in found]
        else:
            watched = of.layout.watched
            said = [((), tuple([a for a in meaning.atoms if a.predicate in watched])) for _, meaning in found]
        return np.array([self._said.setdefault(each, len(self._said)) for each in said], np.int32)

    def against(self, places: Numbers, numbers: Numbers, size: int) -> Numbers:
        """Return which of some cases contradict themselves.

        :param places: of each row, the place of its case.
        :param numbers: of each row, the number of what it says.
        :param size: how many cases there are.
        """
        import numpy as np

        order = np.lexsort((numbers, places))
        places, its = places[order], numbers[order].tolist()
        starts = np.nonzero(np.concatenate([[True], places[1:] != places[:-1]])[: len(places)])[0]
        found = np.zeros(size, bool)
        found[places[starts]] = [self._is(tuple(its[a:b])) for a, b in pairwise([*starts.tolist(), len(its)])]
        return found

    def of_state(self, size: int) -> tuple[Numbers, Numbers]:
        """Take out of the table `state` the cases that contradict themselves: patterns do not tell them from others.

        Return the rows of the cases that say what is compared, and of those taken out.

        :param size: how many rows of cases there are.
        """
        told = self._of.db.execute("SELECT row_no FROM state WHERE compared AND NOT bad").fetchnumpy()["row_no"]
        against = told[self._against(size)[told - 1]] if len(told) else told
        if len(against):
            self._of.db.register("which", {"row_no": against})
            self._of.db.execute("DELETE FROM state WHERE row_no IN (SELECT row_no FROM which)")
            self._of.db.unregister("which")
        return told, against

    def _against(self, size: int) -> Numbers:
        """Return which cases of the table contradict themselves, by the places of their rows."""
        import numpy as np

        found = []
        for reading in (reading for reading in self._of.readings if self.numbers[reading.name].any()):
            told = self._of.db.execute(f"""SELECT s.row_no, "b_{reading.name}".no FROM "all_{reading.table.name}" t
                {self._of.join(reading)} JOIN state s ON s."case" = t."case"
                WHERE s.compared AND NOT s.bad""").fetchnumpy()
            found.append((told["row_no"] - 1, self.numbers[reading.name][told["no"]]))
        places, numbers = (np.concatenate(each) for each in zip(*found, strict=True))
        return self.against(places[numbers > 0], numbers[numbers > 0], size)

    def _is(self, numbers: tuple[int, ...]) -> bool:
        if numbers not in self._known:
            all_ = [*self._said]
            said = [all_[number] for number in numbers]
            rules = dict.fromkeys(rule for rules, _ in said for rule in rules)
            self._known[numbers] = contradicted(rules, [atom for _, atoms in said for atom in atoms])
        return self._known[numbers]
