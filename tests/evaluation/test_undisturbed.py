"""Work that no signal comes into: what comes meanwhile comes after it, once, and nothing is left of it."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.machinery import ExtensionFileLoader

import pytest
from coverlog.engine.evaluation import undisturbed as module
from coverlog.engine.evaluation.undisturbed import undisturbed, with_whole_extensions

SIGNALS = (signal.SIGINT, signal.SIGALRM)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Ctrl-C as Python has it, which a suite in the background ignores, and a timer that breaks in."""

    def ring(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGINT, signal.default_int_handler), signal.signal(signal.SIGALRM, ring)
    yield
    for each, handler in zip(SIGNALS, before, strict=True):
        signal.signal(each, handler)


@pytest.mark.parametrize(("sent", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGALRM, TimeoutError)])
def test_what_comes_meanwhile_comes_after(sent: int, error: type[BaseException]) -> None:
    """The work is done to its end, and then the signal is what it always is; the next one comes at once."""
    done: list[int] = []

    def work() -> None:
        for number in range(3):
            signal.raise_signal(sent)
            done.append(number)

    with pytest.raises(error):
        undisturbed(work)
    assert done == [0, 1, 2]
    with pytest.raises(error):
        signal.raise_signal(sent)


def test_work_that_fails_lets_its_error_or_the_signal_out() -> None:
    """An error is the work's where no signal came; where one did, it is not lost for the error."""

    def fail() -> None:
        raise LookupError

    def interrupted() -> None:
        signal.raise_signal(signal.SIGINT)
        raise LookupError

    with pytest.raises(LookupError):
        undisturbed(fail)
    with pytest.raises(KeyboardInterrupt):
        undisturbed(interrupted)


def test_an_interrupt_at_any_step_leaves_the_handlers(is_interrupted: Callable[..., bool]) -> None:
    """Wherever one comes, before or after the work, each signal is handled as before."""
    before, at = [signal.getsignal(each) for each in SIGNALS], 1
    while is_interrupted(lambda: undisturbed(lambda: None), at, module):
        assert [signal.getsignal(each) for each in SIGNALS] == before, at
        at += 1
    assert at > 10


def test_loading_whole_leaves_nothing(is_interrupted: Callable[..., bool]) -> None:
    """Wherever an interrupt comes, modules are afterwards loaded as before."""
    before, at = dict(vars(ExtensionFileLoader)), 1
    while is_interrupted(lambda: with_whole_extensions(lambda: None), at, module):
        assert dict(vars(ExtensionFileLoader)) == before, at
        at += 1
    assert at > 10


def test_what_is_ignored_stays_so_and_other_threads_work() -> None:
    """A signal that nobody handles is left alone, and a thread that signals do not come to does its work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    undisturbed(lambda: signal.raise_signal(signal.SIGINT))
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    done: list[int] = []
    thread = threading.Thread(target=lambda: undisturbed(lambda: done.append(1)))
    thread.start()
    thread.join()
    assert done == [1]


# Imports a module, and again and again with Ctrl-C at another call of its import; tells what came out each time.
IMPORTS = """
import os, signal, sys
from importlib import import_module
from coverlog.engine.evaluation.undisturbed import undisturbed, with_whole_extensions
signal.signal(signal.SIGINT, signal.default_int_handler)
name, tries = sys.argv[1], int(sys.argv[2])
whole = undisturbed if name == "pyDatalog" else with_whole_extensions
thrown = []  # what comes while Python throws something away, which a command sends again
sys.unraisablehook = lambda told: thrown.append(told.exc_type.__name__)

def said(at):
    calls = 0

    def count(frame, event, _):
        nonlocal calls
        calls += event == "call"
        if event == "call" and calls == at:
            signal.raise_signal(signal.SIGINT)

    sys.setprofile(count)
    try:
        whole(lambda: import_module(name))
        told = "".join(thrown) or f"{calls}"
    except BaseException as error:
        told = type(error).__name__
    sys.setprofile(None)
    return told

def apart(at):
    here, there = os.pipe()
    if not os.fork():
        os.write(there, said(at).encode())
        os._exit(0)
    os.close(there)
    with open(here) as told:
        found = told.read()
    return found if os.waitstatus_to_exitcode(os.wait()[1]) == 0 else "died"

calls = int(apart(0))
print(*(apart(calls * number // tries) for number in range(1, tries)))
"""


@pytest.mark.parametrize("name", ["duckdb", "jsonschema_rs", "numpy", "pyDatalog", "xml.etree.ElementTree"])
def test_an_interrupt_of_an_import_is_an_interrupt(name: str, size: Callable[[int, int], int]) -> None:
    """Wherever the import is, Ctrl-C comes out of it as such: not as a failure or a crash, and it is not lost."""
    told = subprocess.run(
        [sys.executable, "-c", IMPORTS, name, str(size(20, 300))], capture_output=True, text=True, check=True
    ).stdout.split()
    assert len(told) > 10
    assert set(told) == {"KeyboardInterrupt"}
