"""What the proof checker says of a step that does not hold."""

from __future__ import annotations

from typing import Any, NamedTuple


class Fault(NamedTuple):
    """A step of a proof that does not hold."""

    node: str  # the id of the step, or "" where it is the proof as a whole
    message: str

    def __str__(self) -> str:
        return f"{self.node}: {self.message}" if self.node else self.message


class TooLargeError(Exception):
    """The case or the proof is larger than the checker's stated limits."""


def show(value: Any, depth: int = 3) -> str:
    """Return a value of a received proof for a message: short, and in characters that a terminal leaves alone."""
    if isinstance(value, str):
        return ascii(value if len(value) <= 120 else f"{value[:117]}...")
    if value is None or isinstance(value, bool | float):
        return str(value).lower().replace("none", "null")
    if isinstance(value, int):
        return str(value) if abs(value) < 10**18 else "a large number"
    if isinstance(value, list | dict) and depth:
        shown = [show(each, depth - 1) for each in list(value)[:8]] + ["..."] * (len(value) > 8)
        if isinstance(value, dict):
            shown = [f"{show(k, 0)}: {show(v, depth - 1)}" for k, v in list(value.items())[:8]]
        return f"[{', '.join(shown)}]" if isinstance(value, list) else f"{{{', '.join(shown)}}}"
    return (
        "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else "a value of another type"
    )


def same(told: Any, right: Any) -> bool:
    """Say whether a value of a received proof is exactly the right one; its depth is that of the right one."""
    if type(told) is not type(right):
        return False
    if isinstance(right, dict):
        return told.keys() == right.keys() and all(same(told[key], right[key]) for key in right)
    if isinstance(right, list):
        return len(told) == len(right) and all(map(same, told, right))
    return bool(told == right)
