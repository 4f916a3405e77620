"""A step of a proof that does not hold, for the proof checker."""

from __future__ import annotations


class StepError(Exception):
    """A check that failed; the node at hand is named by the caller."""


def require(held: object, message: str) -> None:
    """Raise `StepError` with a message unless something holds."""
    if not held:
        raise StepError(message)
