"""The symbols that stand for whatever a case can say, and the reading of a case as symbols.

One session stands for each, a code for all that the text treats like it, and a number for all between two cuts. What
a case says beside that is put back where it is shown: its sessions, its codes, its amounts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import product

from ..language.record import NamedTuple
from ..language.terms import Atom, Constant, quote, unquote
from ..program.code_systems import system_of
from ..program.program import CaseKey, Predicate, Program
from .columns import AMOUNT, CONCEPT, SESSION, Columns, roles_of
from .limits import NotGroundedError

HERE = 1
"""The session that stands for each."""
OTHER = '"~"'
"""The code that stands for each that the text does not name, nor anything that it belongs to."""
MAX_INPUTS = 20_000
"""The most symbols that stand for what cases say."""


def below(code: str) -> str:
    """Return what stands for each code that belongs to a named one, to none that belongs to it, and is not named."""
    return quote(f"{unquote(code)}~")


class Amounts(NamedTuple):
    """The numbers that stand for all: each cut, and one in every gap between them."""

    points: tuple[int, ...]
    key: CaseKey

    def stand_in(self, number: int) -> int:
        """Return the number that stands for one, of the same measure."""
        at = bisect_left(self.points, int(number))
        if at < len(self.points) and self.points[at] == int(number):
            return self.key.quantity(self.points[at])
        between = self.points[at - 1] + 1 if at else self.points[0] - 1 if self.points else 0
        return self.key.quantity(max(between, int(self.key.lowest)))

    def each(self) -> list[int]:
        """Return every number that stands for some."""
        found = {self.stand_in(int(p) + step) for p in self.points for step in (-1, 0, 1)} or {self.key.quantity(0)}
        return sorted(n for n in found if int(n) >= int(self.key.lowest)) or [self.key.lowest]


class Codes(NamedTuple):
    """The codes that stand for all of one key."""

    named: frozenset[str]
    key: CaseKey
    climbs: bool  # whether it is read what a code belongs to

    def stand_in(self, code: str) -> str:
        """Return the code that stands for one."""
        if code in self.named:
            return code
        if self.climbs:
            wider = next((w for w in self._above(code) if w in self.named), None)
            return below(wider) if wider else OTHER
        return OTHER

    def _above(self, code: str) -> Iterator[str]:
        return (quote(wider) for _, wider in system_of(self.key.system).hierarchy(unquote(code)))

    def each(self) -> list[str]:
        """Return every code that stands for some."""
        named = sorted(self.named)
        return [*named, *(below(code) for code in named if self.climbs), OTHER]

    def steps(self) -> Iterator[tuple[str, str]]:
        """Yield each code with what it belongs to next."""
        system = system_of(self.key.system)
        for code in sorted(self.named):
            yield below(code), code
            yield from ((quote(a), quote(b)) for a, b in system.hierarchy(unquote(code)))


Column = Amounts | Codes | list[Constant]
"""What stands for all that a case can put into a column."""


class Symbols:
    """What stands for the inputs of a program.

    :raises NotGroundedError: where no number of symbols stands for all cases.
    """

    def __init__(self, program: Program, columns: Columns) -> None:
        self.program = program
        self.inputs = {p.name: p for p in program.predicates.values() if p.case}
        self._climbing = {p.case.key for p in self.inputs.values() if p.case and p.case.shape == "hierarchy"}
        self.columns = {name: [*self._columns(p, columns)] for name, p in self.inputs.items()}
        self._sessions = {
            (p.name, at) for p in program.declared().values() for at in range(len(p.params))
            if columns.role((p.name, at)) == SESSION
        }  # fmt: skip

    def _columns(self, predicate: Predicate, columns: Columns) -> Iterator[Column]:
        key = predicate.case
        for at, role in enumerate(roles_of(key) if key else ()):
            node = (predicate.name, at)
            if key is None or role == SESSION:
                yield [HERE]
            elif role == CONCEPT:
                yield list(self.program.of_kind(key.kind))
            elif role == AMOUNT:
                points, added = columns.cuts(node)
                yield Amounts(tuple(sorted(points | set(range(added + 1)))), key)
            else:
                named = frozenset(c for c in columns.constants(node) if isinstance(c, str))
                yield Codes(named, key, key.key in self._climbing)

    def atoms(self) -> list[Atom]:
        """Return every symbol, in a stable order."""
        found: list[Atom] = []
        for name, columns in self.columns.items():
            found += (Atom(name, args) for args in self._rows(self.inputs[name], columns))
            if len(found) > MAX_INPUTS:
                raise NotGroundedError(f"more than {MAX_INPUTS:,} symbols stand for what cases say")
        return found

    def _rows(self, predicate: Predicate, columns: Sequence[Column]) -> Iterator[tuple[Constant, ...]]:
        shape = predicate.case.shape if predicate.case else ""
        if shape == "hierarchy" and isinstance(columns[0], Codes):
            yield from dict.fromkeys(columns[0].steps())
        elif shape == "slips":
            yield OTHER, OTHER
        else:
            yield from product(*(c if isinstance(c, list) else c.each() for c in columns))

    def is_session(self, predicate: str, column: int) -> bool:
        """Say whether a column is of sessions."""
        return (predicate, column) in self._sessions

    def is_of_other(self, atom: Atom) -> bool:
        """Say whether an atom of a session is of a code that the text does not name."""
        column = self.columns[atom.predicate][1]
        return isinstance(column, Codes) and atom.args[1] not in column.named

    def always(self, atom: Atom) -> bool:
        """Say whether a symbol is so in every case: what a code belongs to does not depend on who says so."""
        key = self.inputs[atom.predicate].case
        return key is not None and key.shape == "hierarchy"

    def stand_in(self, atom: Atom) -> Atom | None:
        """Return what stands for an atom that a case gives; None for one that is always so."""
        predicate = self.inputs[atom.predicate]
        if predicate.case is None or predicate.case.shape == "hierarchy":
            return None
        if predicate.case.shape == "slips":
            return Atom(atom.predicate, (OTHER, OTHER))
        args = zip(atom.args, self.columns[atom.predicate], strict=True)
        return Atom(atom.predicate, tuple([_stand_in(term, column) for term, column in args]))


def _stand_in(term: object, column: Column) -> Constant:
    if isinstance(column, Amounts):
        return column.stand_in(term)  # type: ignore[arg-type]
    if isinstance(column, Codes):
        return column.stand_in(term)  # type: ignore[arg-type]
    return HERE if column == [HERE] else term  # type: ignore[return-value]
