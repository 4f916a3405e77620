"""Circuits as clauses on both rails, surely and possibly: a solver finds a case in them or proves there to be none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from ..circuit.nodes import AND, ANY, INPUT, NOT, OR, Nodes
from ..language.errors import FaultError

SOLVER = "cadical195"
SURE, POSSIBLE = "s", "p"
MISSING = "proofs need python-sat: pip install 'coverlog[analysis]'"
_end: ContextVar[float] = ContextVar("end", default=float("inf"))


class OutOfTimeError(Exception):
    """The time for a proof is over: nothing is known."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let what is asked meanwhile take some seconds in all, of processor time: other work on the machine counts not.

    The time is looked at between questions.
    """
    token = _end.set(time.process_time() + seconds)
    try:
        yield
    finally:
        _end.reset(token)


def on_time() -> None:
    """Raise an error where the time is over.

    :raises OutOfTimeError: where it is.
    """
    if time.process_time() > _end.get():
        raise OutOfTimeError


class Formula:
    """Clauses, and a solver that holds them.

    :raises FaultError: where python-sat is not installed.
    """

    def __init__(self) -> None:
        try:
            from pysat.solvers import Solver
        except ImportError:
            raise FaultError(MISSING) from None
        self.clauses: list[list[int]] = []
        self._solver = Solver(name=SOLVER)
        self.top = 0
        self.true = self.new()
        self.add([self.true])
        self.open = self.new()  # whether the world is open: what nobody documented may be so
        self._gates: dict[tuple[int, ...], int] = {}

    def new(self) -> int:
        """Return a new variable."""
        self.top += 1
        return self.top

    def add(self, clause: Iterable[int]) -> None:
        """Add a clause."""
        found = list(clause)
        self.clauses.append(found)
        self._solver.add_clause(found)

    def either(self, literals: Iterable[int]) -> int:
        """Return what is so where one of some literals is."""
        parts = tuple(sorted({lit for lit in literals if lit != -self.true}))
        if self.true in parts or any(-lit in parts for lit in parts):
            return self.true
        if len(parts) < 2:
            return parts[0] if parts else -self.true
        if parts not in self._gates:
            gate = self._gates[parts] = self.new()
            self.add([-gate, *parts])
            for lit in parts:
                self.add([gate, -lit])
        return self._gates[parts]

    def both(self, literals: Iterable[int]) -> int:
        """Return what is so where all of some literals are."""
        return -self.either([-lit for lit in literals])

    def differ(self, one: int, two: int) -> int:
        """Return what is so where two literals are not the same."""
        return self.either([self.both([one, -two]), self.both([-one, two])])

    def one_of(self, literals: Sequence[int]) -> None:
        """Let exactly one of some literals be so."""
        self.add(literals)
        for at, one in enumerate(literals):
            for other in literals[at + 1 :]:
                self.add([-one, -other])

    def at_most_one(self, literals: Iterable[int]) -> None:
        """Let at most one of many literals be so, by a ladder: each rung says that one was so already."""
        before = -self.true
        for lit in literals:
            self.add([-before, -lit])
            rung = self.new()
            self.add([-before, rung])
            self.add([-lit, rung])
            before = rung

    def possible(self, literals: Iterable[int], *assumed: int) -> set[int]:
        """Return those of some literals that are so in some model each; a model tells of all that are so in it.

        :raises OutOfTimeError: where the time is over.
        """
        asked = set(literals)
        left = set(asked)
        while left:
            some = self.new()
            self.add([-some, *left])
            model = self.solve([*assumed, some])
            if model is None:
                break
            left -= model
        return asked - left

    def solve(self, assumed: Iterable[int] = ()) -> set[int] | None:
        """Return the literals of a model under assumptions; None where there is none.

        :raises OutOfTimeError: where the time is over.
        """
        on_time()
        found: Any = self._solver.get_model() if self._solver.solve(assumptions=list(assumed)) else None
        return None if found is None else set(found)

    def is_possible(self, assumed: Iterable[int]) -> bool:
        """Say whether there is a model under assumptions.

        :raises OutOfTimeError: where the time is over.
        """
        on_time()
        return bool(self._solver.solve(assumptions=list(assumed)))

    def core(self) -> list[int]:
        """Return the assumptions by which the last question had no model."""
        return self._solver.get_core() or []

    def least(self, assumed: Sequence[int], costs: Iterable[int]) -> set[int]:
        """Return the literals of a model in which nothing that costs can be left out; there is one.

        :param costs: literals.
        """
        wanted, kept, unsaid = set(costs), list[int](), list[int]()
        found = self.solve(assumed) or set()
        while left := sorted((wanted & found).difference(kept)):
            unsaid += sorted(-lit for lit in wanted - found if -lit not in unsaid)
            model = self.solve([*assumed, *unsaid, *kept, -left[0]])
            if model is None:
                kept.append(left[0])
            else:
                found = model
        return found

    def smallest(self, assumed: Iterable[int], costs: dict[int, int]) -> set[int] | None:
        """Return the literals of a model in which what is so costs least; None where there is none.

        :param costs: of literals.
        """
        from pysat.examples.rc2 import RC2
        from pysat.formula import WCNF

        on_time()
        asked = WCNF()
        asked.extend([*self.clauses, *([lit] for lit in assumed)])
        for literal, cost in costs.items():
            asked.append([-literal], weight=cost)
        with RC2(asked, solver=SOLVER) as found:
            model = found.compute()
        return None if model is None else set(model)


class Rails(NamedTuple):
    """The literal that is so where a node surely is, and the one where it possibly is."""

    sure: int
    possible: int


class Encoder:
    """Writes nodes as literals of a formula, each when it is first asked for.

    :param given: returns the literal of an input by its number and its session.
    :param present: for each session, the literal that is so where the case has it; the first has the line asked about.
    """

    def __init__(
        self, formula: Formula, nodes: Nodes, given: Callable[[int, int], int], present: Sequence[int]
    ) -> None:
        self.formula, self.nodes, self._given, self._present = formula, nodes, given, present
        self._known: dict[tuple[int, int], Rails] = {}

    def sure(self, node: int, session: int = 1) -> int:
        """Return the literal that is so where a node surely is."""
        return self.rails(node, session).sure

    def possible(self, node: int, session: int = 1) -> int:
        """Return the literal that is so where a node possibly is."""
        return self.rails(node, session).possible

    def rails(self, node: int, session: int = 1) -> Rails:
        """Return the literals of a node, in a session where it is of one."""
        if (node, self._of(node, session)) not in self._known:
            for each in self._new(node):
                for place in range(1, len(self._present) + 1) if self.nodes.local[each] else (0,):
                    self._known[each, place] = self._made(each, place)
        return self._known[node, self._of(node, session)]

    def _new(self, node: int) -> list[int]:
        """Return the nodes that one rests on and that have no literals yet, each after all that it rests on."""
        found: set[int] = set()
        waiting = [node]
        while waiting:
            each = waiting.pop()
            if each not in found and (each, self._of(each, 1)) not in self._known:
                found.add(each)
                waiting += self.nodes.below(each)
        return sorted(found)

    def _of(self, node: int, session: int) -> int:
        return session if self.nodes.local[node] else 0

    def _below(self, node: int, session: int) -> list[Rails]:
        return [self._known[each, self._of(each, session)] for each in self.nodes.below(node)]

    def _made(self, node: int, session: int) -> Rails:
        formula = self.formula
        kind, of = self.nodes.gates[node]
        if kind == "unknown":
            return Rails(-formula.true, formula.open)
        if kind in ("true", "false"):
            lit = formula.true if kind == "true" else -formula.true
            return Rails(lit, lit)
        if kind == INPUT:
            lit = self._given(of[0], session)
            return Rails(lit, lit)
        if kind == ANY:
            return self._anywhere(of[0])
        parts = self._below(node, session)
        if kind == NOT:
            return Rails(-parts[0].possible, -parts[0].sure)
        gate = {AND: formula.both, OR: formula.either}[kind]
        return Rails(gate([p.sure for p in parts]), gate([p.possible for p in parts]))

    def _anywhere(self, node: int) -> Rails:
        """Return the literals of what is so in some session that the case has."""
        found = [(self._known[node, s], lit) for s, lit in enumerate(self._present, 1)]
        either, both = self.formula.either, self.formula.both
        sure = either(both([rails.sure, lit]) for rails, lit in found)
        return Rails(sure, either(both([rails.possible, lit]) for rails, lit in found))
