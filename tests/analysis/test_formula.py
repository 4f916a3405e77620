"""A solver is asked in a time of its own, and takes nothing of the process for itself."""

import os
import signal
import subprocess
import sys
import time
from itertools import combinations

import pytest
from coverlog.engine.analysis.formula import Formula
from coverlog.engine.evaluation.limits import LimitError, until


def pigeons(number: int) -> Formula:
    """So many pigeons, each in one of the holes, of which there is one too few: no solver finds that out at once."""
    formula = Formula()
    sits = [[formula.new() for _ in range(number - 1)] for _ in range(number)]
    for pigeon in sits:
        formula.add(pigeon)
    for hole in zip(*sits, strict=True):
        for one, other in combinations(hole, 2):
            formula.add([-one, -other])
    return formula


def test_an_interrupt_while_a_solver_answers_is_an_interrupt() -> None:
    """Ctrl-C is Python's, whatever python-sat would make of it, and is so the next time."""
    formula = pigeons(9)

    def asked() -> None:
        formula.solve()
        time.sleep(60)  # where the solver is quicker

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background ignores it
    try:
        with subprocess.Popen(["sh", "-c", f"sleep 0.2; kill -INT {os.getpid()}"]), pytest.raises(KeyboardInterrupt):
            asked()
        assert signal.getsignal(signal.SIGINT) == signal.default_int_handler
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_what_is_proved_for_a_request_ends_with_it() -> None:
    """Nothing more is asked once the time of a request is over, and the next one is answered."""
    formula = pigeons(3)
    for asked in (formula.solve, lambda: formula.is_possible([]), lambda: formula.smallest([], {1: 1})):
        with pytest.raises(LimitError):
            until(0, asked)
        assert not asked()


def test_a_solver_is_deleted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the midst of it comes once it is done; to delete one again would break the program."""
    formula, pysolvers = Formula(), sys.modules["pysolvers"]
    real, deleted = pysolvers.cadical195_del, list[object]()

    def interrupted(solver: object, *more: object) -> None:
        if solver not in deleted:
            real(solver, *more)
        deleted.append(solver)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(pysolvers, "cadical195_del", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            formula._solver.delete()
    finally:
        signal.signal(signal.SIGINT, before)
    del formula
    assert len(deleted) == 1
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
