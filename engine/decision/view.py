"""How a value shows itself in a notebook: those who can draw it register with `shown`, and the engine knows none."""

from __future__ import annotations

from functools import singledispatch
from importlib import import_module

_DRAWERS = ["...explain.render.notebook"]
"""Modules that register, by their names from here; they are imported when something is first displayed."""


@singledispatch
def shown(value: object) -> dict[str, str]:
    """Return a value by media type, as `_repr_mimebundle_` has to; as text where nobody registered its class."""
    return {"text/plain": repr(value)}


def mimebundle(value: object) -> dict[str, str]:
    """Return a value by media type, as whoever registered its class draws it."""
    for name in _DRAWERS:
        import_module(name, __package__)
    return shown(value)
