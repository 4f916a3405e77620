"""Work that no signal comes into: code of others that would lose what a signal raises, or break by it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from importlib import import_module
from typing import Any

from .limits import Done, whatever_happens

_SIGNALS = (signal.SIGINT, signal.SIGALRM)


def undisturbed(work: Callable[[], Done]) -> Done:
    """Do some work, and let Ctrl-C and a timer wait until it is done.

    Their handlers wait and not the signals: of the process's threads any other one would take these.
    """
    if threading.current_thread() is not threading.main_thread():  # which alone they interrupt
        return work()
    came: list[int] = []
    before = {each: handler for each in _SIGNALS if callable(handler := signal.getsignal(each))}

    def alone() -> Done:
        for each in before:
            signal.signal(each, lambda number, _: came.append(number))
        return work()

    def put_back() -> None:
        for each, handler in before.items():
            signal.signal(each, handler)

    try:
        return whatever_happens(alone, put_back)
    finally:
        for each in dict.fromkeys(came):
            signal.raise_signal(each)


def imported(name: str) -> Any:
    """Import a module of others that takes what a signal raises meanwhile for its own failure, or ends the program.

    :raises ImportError: where there is none of that name.
    """
    return undisturbed(lambda: import_module(name))
