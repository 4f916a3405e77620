"""The bounds of an evaluation: how long it may take and how much may follow, with a clear error at each.

pyDatalog answers a relation in compiled code that nothing interrupts. So what it is asked is bounded: a join
that may be large is counted first, and the time is looked at between questions.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar, copy_context
from math import inf, prod
from typing import Any, TypeVar

from ..language.comparison import NotANumberError, holds
from ..language.errors import Fault, FaultError
from ..language.terms import Atom, Comparison, Rule, Substitution, Term, Var

MAX_STEPS = 200_000
"""The most steps of rules that one evaluation may take: what fires, and what a join binds on the way."""
SECONDS = 60.0
"""How long an evaluation may take where nobody says otherwise."""

Done = TypeVar("Done")
_seconds: ContextVar[float] = ContextVar("seconds", default=SECONDS)
_end: ContextVar[float] = ContextVar("end", default=inf)


class NotGroundedError(ValueError):
    """A guideline that cannot be grounded for all cases at once: it is evaluated case by case."""


class LimitError(FaultError):
    """A limit of evaluation that was reached before there was an answer; no `CaseError`, for nothing is known."""


class TooManyStepsError(LimitError):
    """The limit of steps: whoever asks again reaches it again."""


class TooLongError(LimitError):
    """The limit of time: whoever asks again may have an answer."""


def whatever_happens(work: Callable[[], Done], put_back: Callable[[], object]) -> Done:
    """Do some work, and put back what it changes of a thread or of the process.

    :param put_back: is called twice, for a signal may come the first time; nothing is to be amiss in between.
    """
    try:
        try:
            return work()
        finally:
            put_back()
    finally:
        put_back()


def under(limit: ContextVar[float], value: float, work: Callable[[], Done]) -> Done:
    """Do some work while a limit has a value.

    It is done in a context of its own: wherever a signal interrupts it, nothing of the limit is left to later work.
    """

    def bounded() -> Done:
        limit.set(value)
        return work()

    return copy_context().run(bounded)


def allowing(seconds: float, work: Callable[[], Done]) -> Done:
    """Do some work, and let each case that is evaluated for it take some seconds."""
    return under(_seconds, seconds, work)


def until(end: float, work: Callable[[], Done]) -> Done:
    """Do some work, and let all that is evaluated for it end by some time of the monotonic clock, or before."""
    return under(_end, min(end, _end.get()), work)


def one_case(work: Callable[[], Done]) -> Done:
    """Do what is done for one case, and count the time of all that is evaluated for it together."""
    return until(time.monotonic() + _seconds.get(), work)


def on_time(work: Callable[[], Done]) -> Done:
    """Do what is done for one case, and let a timer stop it wherever it is; for the command line.

    Outside the main thread, or where somebody else's timer runs, there is none: the time is looked at all the same.

    :raises TooLongError: where the seconds of a case are over.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getitimer(signal.ITIMER_REAL)[0]:
        return one_case(work)
    before = signal.getsignal(signal.SIGALRM)

    def put_back() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    return whatever_happens(lambda: one_case(lambda: _timed(work)), put_back)


def _timed(work: Callable[[], Done]) -> Done:
    signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, _seconds.get(), 1)  # again, should something swallow it
    return work()


def _ring(*_: object) -> None:
    """Stop the work whose time is over; it rings for nobody once that has ended, for the end went with it."""
    if time.monotonic() > _end.get():
        raise _too_long()


def _too_long() -> TooLongError:
    said = f"the evaluation took longer than {_seconds.get():g} seconds"
    remedy = "let the literals of its rules share variables, or allow more (--limit-seconds)"
    return TooLongError(faults=[Fault("", said, remedy)])


class Budget:
    """What one evaluation may still do."""

    def __init__(self, steps: int | None = None) -> None:
        self.end = min(_end.get(), time.monotonic() + _seconds.get())
        self.most = self.left = MAX_STEPS if steps is None else steps

    def spend(self, steps: int, rule: Rule) -> None:
        """Take away what a rule has done.

        :raises LimitError: where nothing is left, or the time is over.
        """
        self.left -= steps
        if self.left < 0:
            said = f"more than {self.most:,} steps of rules; the last were of {rule.id} ({rule.place})"
            remedy = "let its literals share variables, or split the case"
            raise TooManyStepsError(faults=[Fault("", said, remedy)])
        self.watch()

    def watch(self) -> None:
        """Look at the time.

        :raises TooLongError: where it is over.
        """
        if time.monotonic() > self.end:
            raise _too_long()

    def expect(
        self, rule: Rule, parts: Sequence[Atom], sizes: Sequence[int], atoms: Callable[[], Iterable[Atom]]
    ) -> None:
        """Count what a join of a rule binds, where that may be more than is left.

        :param parts: what is joined.
        :param sizes: how many atoms each of them has that hold, or may hold.
        :param atoms: gives these atoms; asked only where they have to be counted.
        :raises LimitError: where it is more.
        """
        if len(parts) > 1 and prod(max(size, 1) for size in sizes) > self.left:
            for steps, _ in enumerate(_join(parts, _indexed(parts, atoms()), {}, rule.comparisons), 1):
                if steps > self.left:
                    self.spend(steps, rule)
                if not steps % 1000:
                    self.watch()


# By predicate and place, the atoms with a constant there; the place -1 has all of them.
_Index = dict[tuple[str, int], dict[Term, list[Atom]]]


def _indexed(parts: Iterable[Atom], atoms: Iterable[Atom]) -> _Index:
    index: _Index = {(part.predicate, place): {} for part in parts for place in range(-1, len(part.args))}
    for atom in atoms:
        if (atom.predicate, -1) in index:
            for place, term in enumerate(("", *atom.args), -1):
                index[atom.predicate, place].setdefault(term, []).append(atom)
    return index


def _join(parts: Sequence[Atom], index: _Index, binding: dict[str, Any], tests: Sequence[Comparison]) -> Iterator[None]:
    """Yield once for each way to bind the first part, the first two, and so on, as far as no comparison fails."""
    if not parts:
        return
    for atom in _candidates(parts[0], index, binding):
        found = dict(binding)
        pairs = zip(parts[0].args, atom.args, strict=True)
        if all((found.setdefault(a.name, b) if isinstance(a, Var) else a) == b for a, b in pairs):
            yield
            ready = [test for test in tests if found.keys() >= set(test.names())]
            if not any(_fails(test, found) for test in ready):
                yield from _join(parts[1:], index, found, [test for test in tests if test not in ready])


def _fails(comparison: Comparison, binding: Substitution) -> bool:
    try:
        return holds(comparison, binding) is False
    except NotANumberError:
        return False


def _candidates(part: Atom, index: _Index, binding: Substitution) -> list[Atom]:
    """Return the atoms that fit a part in the place that leaves the fewest."""
    wanted = [binding.get(a.name) if isinstance(a, Var) else a for a in part.args]
    lists = [index[part.predicate, i].get(a, []) for i, a in enumerate(wanted) if a is not None]
    return min(lists, key=len) if lists else index[part.predicate, -1].get("", [])
