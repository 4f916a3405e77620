"""What a case says in few words: each value by its label or with its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...engine.program.interface import CODE
from ...engine.program.program import Program
from ..advice.phrases import some
from ..advice.units import counted


def brief(said: Mapping[str, Any], programs: Sequence[Program]) -> str:
    """Return what a case says, but for its id and its date.

    :param programs: the guidelines whose labels and units are used; the first that has one of either tells it.
    """
    rest = {key: value for key, value in said.items() if key not in ("id", "date_of_service")}
    return "; ".join(f"{key.replace('_', ' ')}: {_few(value, key, programs)}" for key, value in rest.items())


def _few(value: Any, name: str, programs: Sequence[Program]) -> str:
    """Return a value in few words: what the guidelines name by its label, a finding with how it is.

    :param name: by which the case says it: a key or a concept.
    """
    if isinstance(value, list):
        return ", ".join(_few(each, name, programs) for each in value)
    if isinstance(value, dict) and CODE in value:
        return _line(value)
    if isinstance(value, dict):
        return ", ".join(f"{_few(each, '', programs)} {_few(how, each, programs)}" for each, how in value.items())
    if label := next((p.label(value) for p in programs if value in p.concepts), ""):
        return label
    return max((counted(value, name, program) for program in programs), key=len)


def _line(line: Mapping[str, Any]) -> str:
    """Return a line of a request by its code, with what it says beside that."""
    rest = [some(value, "unit") if key == "units" else f"{key} {value}" for key, value in line.items() if key != CODE]
    return f"{line[CODE]} ({', '.join(rest)})" if rest else str(line[CODE])
