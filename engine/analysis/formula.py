"""Clauses, and a solver that finds a model of them or proves there to be none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from functools import cache
from operator import neg
from typing import Any

from ..evaluation.limits import Budget, Done, under
from ..evaluation.undisturbed import whole
from ..language.errors import FaultError

SOLVER = "cadical195"
QUICK = "minisat22"
"""A solver that looks at its clauses less before it answers: of many small questions each takes a part of the time."""
MISSING = "proofs need python-sat: pip install 'coverlog[analysis]'"
_end: ContextVar[float] = ContextVar("end", default=float("inf"))


class OutOfTimeError(Exception):
    """The time for a proof is over: nothing is known."""


def within(seconds: float, work: Callable[[], Done]) -> Done:
    """Do some work, and let what is asked for it take some seconds in all, of processor time: no other work counts.

    The time is looked at between questions.

    :raises OutOfTimeError: where it is over.
    """
    return under(_end, time.process_time() + seconds, work)


def on_time() -> None:
    """Raise an error where the time is over.

    :raises OutOfTimeError: where that of proofs is.
    :raises LimitError: where that of the request is, or of the case, for which something is proved.
    """
    Budget().watch()
    if time.process_time() > _end.get():
        raise OutOfTimeError


class _Elsewhere:
    """Lets python-sat leave Ctrl-C to Python, which has it once a question is answered.

    It would jump out of its own code, past all that this holds, and keep what then comes for itself.
    """

    @staticmethod
    def check() -> bool:
        """Say whether it runs where signals are handled."""
        return False


@cache
def _solvers() -> Any:
    """Return python-sat's solvers, such that a signal waits for what it must not interrupt.

    :raises FaultError: where python-sat is not installed.
    """
    try:
        from pysat import card, solvers
    except ImportError:
        raise FaultError(MISSING) from None
    for module, kind in ((solvers, solvers.Solver), (card, card.ITotalizer)):
        # After a signal that came in between, it would be deleted again.
        module.MainThread, kind.delete = _Elsewhere, whole(kind.delete)
    return solvers


class Formula:
    """Clauses, and a solver that holds them.

    :param solver: its name, as python-sat has it.
    :raises FaultError: where python-sat is not installed.
    """

    def __init__(self, solver: str = SOLVER) -> None:
        self._solver = _solvers().Solver(name=solver)
        self.clauses: list[list[int]] = []
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

    def prefer(self, literals: Iterable[int]) -> None:
        """Let some literals be so in a model wherever nothing is against it that the solver comes upon."""
        self._solver.set_phases(list(literals))

    def either(self, literals: Iterable[int]) -> int:
        """Return what is so where one of some literals is."""
        parts = set(literals)
        parts.discard(-self.true)
        if self.true in parts or not parts.isdisjoint(map(neg, parts)):
            return self.true
        if len(parts) < 2:
            return parts.pop() if parts else -self.true
        key = tuple(sorted(parts))
        if key not in self._gates:
            gate = self._gates[key] = self.new()
            self.add([-gate, *key])
            for lit in key:
                self.add([gate, -lit])
        return self._gates[key]

    def both(self, literals: Iterable[int]) -> int:
        """Return what is so where all of some literals are."""
        return -self.either(map(neg, literals))

    def differ(self, one: int, two: int) -> int:
        """Return what is so where two literals are not the same."""
        return -self.true if one == two else self.either([self.both([one, -two]), self.both([-one, two])])

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

    def some(self, literals: Iterable[int]) -> int:
        """Return a new literal that is so only where one of some literals is: for one question, which needs no more."""
        some = self.new()
        self.add([-some, *literals])
        return some

    def possible(self, literals: Iterable[int], *assumed: int) -> set[int]:
        """Return those of some literals that are so in some model each; a model tells of all that are so in it.

        :raises OutOfTimeError: where the time is over.
        """
        asked = set(literals)
        left = set(asked)
        while left:
            model = self.solve([*assumed, self.some(left)])
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
        wanted, kept, unsaid = set(costs), list[int](), dict[int, None]()
        found = self.solve(assumed) or set()
        while left := sorted((wanted & found).difference(kept)):
            unsaid |= dict.fromkeys(sorted(-lit for lit in wanted - found))
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
