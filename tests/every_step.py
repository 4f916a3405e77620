"""Interrupts some work at a step of its choice, the finest that Python knows."""

import sys
from collections.abc import Callable
from types import FrameType, ModuleType
from typing import Any


def is_interrupted(work: Callable[[], object], at: int, *modules: ModuleType) -> bool:
    """Let some work end by Ctrl-C at a step of the code of some modules.

    :return: whether it came out; False where the work has fewer steps.
    """
    steps, before, files = 0, sys.gettrace(), {module.__file__ for module in modules}

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal steps
        if frame.f_code.co_filename not in files:
            return None
        frame.f_trace_opcodes = True
        steps += 1
        if steps == at:
            raise KeyboardInterrupt
        return trace

    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    assert steps < at, f"an interrupt at step {at} was swallowed"
    return False
