"""Several guidelines in one batch: a case is decided by those that list one of its codes, as it is elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from ..cases.case import Case, Unreadable, read_text
from ..language.errors import CaseError, FaultError
from ..library.guideline import Guideline
from ..library.several import Answering, Several, each
from ..program.interface import CODE
from .apart import results
from .back import AT_ONCE, saids
from .columns import Result
from .kernel import UNDECIDED
from .load import insert
from .rejects import ANOTHER, SOUND, TABLE, Close, Refused, reject
from .run import Batch, Step
from .sources import Sources, sources
from .tables import CASE


class Batches:
    """A batch of each guideline that answers, over the same input."""

    def __init__(self, db: Any, answering: Answering, world: str, as_of: str = "", columns: Iterable[str] = ()) -> None:
        self.db, self.answering = db, answering
        self.all = [Batch(db, guideline, world, as_of, columns) for guideline in each(answering)]
        self._refused: list[Refused] = []
        self.found: list[Sources] = []
        db.execute(TABLE)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are asked for."""
        return self.all[0].columns

    def run(self, path: Path, step: Step = lambda told: None) -> None:
        """Decide the tables of a folder or of a database.

        :param step: called with what begins.
        :raises BatchError: where a table or a column is missing.
        """
        self.found = sources(path, [batch.tables for batch in self.all], self.db)
        self.decide(self.found, step)

    def decide(
        self, found: Sequence[Sources], step: Step = lambda told: None, masks: dict[str, int] | None = None
    ) -> None:
        """Decide tables that have been found.

        :param found: where they are, for each guideline.
        :param masks: what `masks` gives for the codes of the whole, where these tables are a part of it.
        :raises BatchError: where a column is missing.
        """
        if len(self.all) == 1:
            self.all[0].run(found[0], step)
            return
        self.all[0].look(found[0])
        masks = self._asked() if masks is None else masks
        alone = self.alone(set(masks.values()))
        if alone is None:
            self._route(masks)
        for at, (batch, mine) in enumerate(zip(self.all, found, strict=True)):
            if alone in (None, at):
                batch.run(mine, step, "" if alone is not None else _FIRST if not at else _LATER.format(mask=1 << at))
        if alone is None:
            self._shared(found)

    # --- Who decides ------------------------------------------------------------------------------

    def _asked(self) -> dict[str, int]:
        rows = self.db.execute(f"SELECT DISTINCT {CODE}::VARCHAR FROM every_service").fetchall()
        return self.masks(str(code) for (code,) in rows)

    def masks(self, codes: Iterable[str]) -> dict[str, int]:
        """Return by code a bit for each guideline that decides a case with it; none where nobody lists it."""
        return {code: sum(1 << at for at, batch in enumerate(self.all) if self._lists(batch.guideline, code))
                for code in codes}  # fmt: skip

    def _lists(self, guideline: Guideline, code: str) -> bool:
        """Say whether a guideline lists a code; where several were named, each decides every case."""
        several = self.answering
        return not isinstance(several, Several) or not several.by_code or code in guideline.codes

    @staticmethod
    def alone(masks: set[int]) -> int | None:
        """Return the place of the one guideline that decides every case, or None."""
        if masks <= {0, 1}:
            return 0
        only = max(masks)
        return only.bit_length() - 1 if len(masks) == 1 and only.bit_count() == 1 else None

    def _route(self, masks: dict[str, int]) -> None:
        """Make the table `elsewhere` of the cases that are not for the first guideline alone."""
        self.db.execute("CREATE OR REPLACE TEMP TABLE masks (code VARCHAR, mask BIGINT)")
        insert(self.db, "masks", [*masks.items()])
        self.db.execute(f"""CREATE OR REPLACE TEMP TABLE elsewhere AS SELECT "case", bit_or(mask) AS mask
            FROM every_service t JOIN masks m ON t.{CODE} = m.code WHERE "case" IS NOT NULL
            GROUP BY "case" HAVING bit_or(mask) > 1""")

    # --- Cases of several -------------------------------------------------------------------------

    def _shared(self, found: Sequence[Sources]) -> None:
        """Decide the cases that are for several guidelines, one by one."""
        names = self.db.execute("""SELECT DISTINCT c."case" FROM every_case c JOIN elsewhere USING ("case")
            WHERE bit_count(mask) > 1 ORDER BY 1""").fetchall()
        for start in range(0, len(names), AT_ONCE):
            self._some([name for (name,) in names[start : start + AT_ONCE]], found)
        reject(self.db, self._refused)

    def _some(self, names: Sequence[str], found: Sequence[Sources]) -> None:
        whole, places = self.whole(names, found)
        rejected = {name for (name,) in self.db.execute('SELECT "case" FROM rejects').fetchall()}
        for name, said in whole.items():
            if name not in rejected:
                self._one(said, *places[name])

    def whole(
        self, names: Sequence[str], found: Sequence[Sources]
    ) -> tuple[dict[str, dict[str, Any]], dict[str, tuple[int, list[int]]]]:
        """Return by id what cases say to all guidelines together, and the numbers of each and of its lines.

        :param names: their ids; those of which the rows of one guideline make no case are left out.
        """
        said: dict[str, dict[str, Any]] = {}
        places: dict[str, tuple[int, list[int]]] = {}
        for batch, source in zip(self.all, found, strict=True):
            batch.look(source)
            self.db.execute("""CREATE OR REPLACE TEMP TABLE sample AS SELECT * FROM (SELECT unnest(?) AS "case")
                ANTI JOIN rejects USING ("case")""", [names])  # fmt: skip
            Close(batch).take("sample")
            for number, mine, rows in saids(batch, SOUND):
                said.setdefault(mine["id"], {}).update(mine)
                places[mine["id"]] = number, [row[0] for row in rows]
        return said, places

    def case(self, path: Path, name: str) -> Iterable[Case | Unreadable]:
        """Return a case of tables as each guideline reads it that it is for; nothing where its rows make no case.

        :param path: the folder, or the database.
        """
        said, _ = self.whole([name], sources(path, [batch.tables for batch in self.all], self.db, name))
        return self._read(said[name]) if name in said else ()

    def _read(self, said: dict[str, Any]) -> Iterator[Case | Unreadable]:
        return read_text(json.dumps(said).encode(), f"case {said['id']}", self.answering)

    def _one(self, said: dict[str, Any], number: int, rows: list[int]) -> None:
        """Decide a case by each guideline that it is for, or by none where one of them cannot."""
        for batch, told in self._told(self._read(said), number, said["id"]):
            for row, result in zip(rows, told, strict=True):
                batch.ids[row - 1] = batch.number(result)

    def _told(self, cases: Iterable[Case | Unreadable], number: int, name: str) -> list[tuple[Batch, list[Result]]]:
        """Return what the lines of a case come to, by each that decides it; it is refused where one of them cannot."""
        try:
            return [(batch := self._of(case), results(case, batch)) for case in cases]
        except FaultError as error:
            self._refused.append((number, name, error))
            return []

    def _of(self, case: Case | Unreadable) -> Batch:
        under = case.under if isinstance(case, Case) else None
        return next(batch for batch in self.all if under in (None, batch.guideline))

    # --- Files ------------------------------------------------------------------------------------

    def decide_files(self, cases: Iterable[Case | Unreadable]) -> None:
        """Decide cases that were read from files; what cannot be read or decided is rejected.

        :param cases: what `read_files` gives: a case of several guidelines stands there once for each.
        """
        import numpy as np

        lines: list[tuple[str, int, str, int]] = []
        ids: dict[Batch, list[int]] = {batch: [] for batch in self.all}
        numbers: dict[str, list[int]] = {}  # by id, those of the cases
        files: dict[str, int] = {}  # each with the number of cases before its first
        for number, of in enumerate(_together(cases), 1):
            numbers.setdefault(of[0].id, []).append(number)
            files.setdefault(_file(of[0]), number - 1)
            told = dict(self._told(of, number, of[0].id))
            own = of[0].lines if told and isinstance(of[0], Case) else ()
            lines += [(of[0].id, len(lines) + at, line.code, line.session) for at, line in enumerate(own, 1)]
            for batch, its in ids.items():
                its += map(batch.number, told[batch]) if batch in told else [UNDECIDED] * len(own)
        twice = {name for name, its in numbers.items() if len(its) > 1}
        self._refused += [(number, name, CaseError(ANOTHER)) for name in twice for number in numbers[name]]
        self.db.execute(_EVERY)
        insert(self.db, "every_service", lines)
        insert(self.db, "stood", [(CASE, file, before) for file, before in files.items()])
        reject(self.db, self._refused, placed=True)
        self.all[0].cases = sum(map(len, numbers.values()))
        alone = np.array([name not in twice for name, *_ in lines], bool)
        for batch, its in ids.items():
            batch.ids = np.where(alone, np.array(its, np.int32), np.int32(UNDECIDED))


def _together(cases: Iterable[Case | Unreadable]) -> Iterator[list[Case | Unreadable]]:
    """Yield what stands at one place: a case of several guidelines is read once for each."""
    for _, same in groupby(cases, key=lambda case: _place(case) or object()):
        yield list(same)


def _place(case: Case | Unreadable) -> str:
    """Return where a case stands; an empty text for what is no case."""
    of = case if isinstance(case, Case) else case.partly
    return of.place if of else ""


def _file(case: Case | Unreadable) -> str:
    """Return the file of a case, or of what is no case."""
    place = _place(case) or (case.faults[0].place if isinstance(case, Unreadable) and case.faults else case.id)
    return re.sub(r"(:\d+){2}$", "", place)


_EVERY = f"""CREATE OR REPLACE TEMP TABLE every_service
    ("case" VARCHAR, row_no BIGINT, {CODE} VARCHAR, session BIGINT)"""
_FIRST = 'ANTI JOIN elsewhere USING ("case")'
_LATER = 'SEMI JOIN (FROM elsewhere WHERE mask = {mask}) USING ("case")'
