"""Work that no signal comes into: code of others that would lose what a signal raises, or break by it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader

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


def with_whole_extensions(work: Callable[[], Done]) -> Done:
    """Do some work, and let signals wait while a compiled module that it imports is loaded.

    Such a module calls Python, and takes what comes out of it for a failure of its own, for nothing, or for its end.
    """
    steps = {name: getattr(ExtensionFileLoader, name) for name in ("create_module", "exec_module")}

    def put_back() -> None:
        for name, step in steps.items():
            setattr(ExtensionFileLoader, name, step)

    def loading() -> Done:
        for name, step in steps.items():
            setattr(ExtensionFileLoader, name, whole(step))
        return work()

    return whatever_happens(loading, put_back)


def whole(step: Callable[..., Done]) -> Callable[..., Done]:
    """Return a step that signals wait for, each time until it is done."""
    return lambda *of: undisturbed(lambda: step(*of))
