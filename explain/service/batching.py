"""What the page of a batch tells: outcomes, what decided them, the lines nearest to a yes, and the case of each row.

The output and the input of the batch are named where the workbench is started: no request names a file.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

from ...engine.batch.columns import DISTANCE, MISSING
from ...engine.batch.entries import BatchError, holds_case_files
from ...engine.batch.load import Loaded
from ...engine.batch.rejects import case_of
from ...engine.batch.sources import Sources, connect, sources, told
from ...engine.batch.sql import text
from ...engine.batch.tables import NotTabledError
from ...engine.cases.case import Case, read_files
from ...engine.decision.decide import judge
from ...engine.evaluation.limits import Budget, TooLongError, TooManyStepsError
from ...engine.language.errors import CaseError, FaultError
from ...engine.library.guideline import Guideline
from ...engine.program.interface import CODE, FAVOURABLE, SILENT, WAITING
from ..advice.line_rows import Row, remoteness, rows_of

_CSV = "read_csv({}, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"', comment = '')"
READERS = {".parquet": "read_parquet({})", ".csv": _CSV, ".jsonl": "read_json({}, format = 'newline_delimited')"}
SECONDS, LISTED = 5.0, 10
"""How long near misses are looked for; how many of each list are told."""


class Bar(NamedTuple):
    """A count, with its part of the largest one for a chart."""

    name: str
    number: int
    part: float


class Miss(NamedTuple):
    """A line that is near to a yes, and the things that are missing for it."""

    case: str
    code: str
    session: int | None
    outcome: str
    distance: int | None
    nearest: str


class Near(NamedTuple):
    """The near misses, what is missing most often, and how many cases were looked at for it; 0 for all."""

    rows: list[Miss]
    lacking: list[Bar]
    cases: int


class Batch:
    """A batch that was written.

    :param output: what `coverlog batch` wrote.
    :param source: what it decided: a folder of tables or of case files, or a database.
    :raises FaultError: where either cannot be read.
    """

    def __init__(self, output: Path, source: Path | None, guideline: Guideline) -> None:
        self.name, self.guideline, self.source = output.name, guideline, source
        if output.suffix not in READERS:
            raise FaultError(f"{output}: name what coverlog batch wrote ({', '.join(READERS)})")
        try:
            self.db = connect()
            self.db.execute(f"CREATE TABLE lines AS SELECT * FROM {READERS[output.suffix].format(text(str(output)))}")
            self.db.execute(f'SELECT "case", {CODE}, session, outcome, "by", reason FROM lines LIMIT 0')
            self.columns = {name for name, *_ in self.db.execute("DESCRIBE lines").fetchall()}
        except BatchError as error:
            raise FaultError(str(error)) from None
        except Exception as error:
            raise FaultError(f"{output} is no output of coverlog batch: {type(error).__name__}") from error

    def counts(self, column: str) -> list[Bar]:
        """Return the values of a column that most lines have, the most first."""
        found = self.db.execute(f"""SELECT {column}, count(*) AS n FROM lines WHERE {column} IS NOT NULL
            GROUP BY ALL ORDER BY n DESC, {column} LIMIT {LISTED}""").fetchall()
        return _bars(dict(found))

    @cached_property
    def size(self) -> tuple[int, int]:
        """How many cases and lines there are."""
        (cases, lines) = self.db.execute('SELECT count(DISTINCT "case"), count(*) FROM lines').fetchone()
        return cases, lines

    def rows(self, asked: Mapping[str, str], shown: int) -> tuple[list[tuple[str, ...]], int, int]:
        """Return the rows of a page that filters let through, how many there are, and the number of the page.

        :param asked: `outcome`, `by` and `page`.
        :param shown: how many rows a page has.
        """
        given = [(name, asked[name]) for name in ("outcome", "by") if asked.get(name)]
        where = " AND ".join(["true", *(f'"{name}" = ?' for name, _ in given)])
        values = [value for _, value in given]
        (number,) = self.db.execute(f"SELECT count(*) FROM lines WHERE {where}", values).fetchone()
        last = max(0, (number - 1) // shown)
        at = min(int(asked["page"]), last) if asked.get("page", "").isdecimal() and len(asked["page"]) < 9 else 0
        found = self.db.execute(
            f"""SELECT "case", {CODE}, session, outcome, "by", reason FROM lines WHERE {where}
            ORDER BY rowid LIMIT {shown} OFFSET {at * shown}""",
            values,
        ).fetchall()
        told = [tuple("" if cell is None else str(cell) for cell in row) for row in found]
        return told, number, at

    def case(self, name: str) -> Case:
        """Return a case of the batch.

        :raises CaseError: where there is no such case, or it cannot be read.
        """
        try:
            with told():
                if isinstance(self._input, tuple):
                    return case_of(*self._input, name)
                found = self._input.get(name)
        except (BatchError, NotTabledError, LookupError):
            found = None
        if found is None:
            raise CaseError("the input of the batch has no such case; start with the one that it decided (--from)")
        return found

    @cached_property
    def _input(self) -> tuple[Loaded, Sources] | dict[str, Case]:
        """What was decided: tables, or the cases of files by their ids."""
        if not self.source:
            return {}
        if holds_case_files(self.source):
            cases = read_files([self.source], self.guideline)
            return {case.id: case for case in cases if isinstance(case, Case)}
        loaded = Loaded(connect(), self.guideline, "open")
        (found,) = sources(self.source, [loaded.tables], loaded.db)
        loaded.look(found)
        return loaded, found

    @cached_property
    def near(self) -> Near:
        """The lines nearest to a yes: of all, where the batch has columns that tell it, else of the first cases.

        These are the cases without a yes that can be looked at in some seconds.

        :raises TooLongError: where the time of the request is over before.
        """
        if {MISSING, DISTANCE} <= self.columns:
            rows = self.db.execute(f"""SELECT "case", {CODE}, session, outcome, {DISTANCE}, {MISSING} FROM lines
                WHERE {MISSING} IS NOT NULL ORDER BY {DISTANCE}::INTEGER, rowid LIMIT {LISTED}""").fetchall()
            return Near([Miss(*row) for row in rows], self.counts(MISSING), 0)
        told, looked = list[Row](), 0
        for name in self._in_time() if self.source else ():
            try:
                told += rows_of(judge(self.case(name), self.guideline))
            except TooLongError:  # what was given up was not looked at
                Budget().watch()  # nor is the rest, where the time of the request is over: what was found is kept
                continue
            except (CaseError, TooManyStepsError):  # what cannot be decided is no near miss
                pass
            looked += 1
        near = [row for row in sorted(told, key=remoteness) if row.distance]
        misses = [Miss(row.case, row.code, row.session, row.outcome, row.distance, row.nearest) for row in near]
        return Near(misses[:LISTED], _bars(dict(Counter(row.nearest for row in near).most_common(LISTED))), looked)

    def _in_time(self) -> Iterator[str]:
        end = time.monotonic() + SECONDS
        yield from takewhile(lambda _: time.monotonic() < end, self._without())

    def _without(self) -> Iterator[str]:
        """Yield the cases with a line that is spoken of and not covered, those first that wait for information."""
        told = [each.name for role in (FAVOURABLE, SILENT) for each in self.guideline.program.of_role(role)]
        names = ", ".join(map(text, told))
        found = self.db.execute(f"""SELECT "case" FROM lines WHERE outcome NOT IN ({names})
            GROUP BY ALL ORDER BY bool_or(outcome = {text(WAITING)}) DESC, min(rowid) LIMIT 200""").fetchall()
        yield from (name for (name,) in found)


def _bars(counts: Mapping[Any, int]) -> list[Bar]:
    most = max(counts.values(), default=1)
    return [Bar(str(name), number, number / most) for name, number in counts.items()]
