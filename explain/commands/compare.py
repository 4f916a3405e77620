"""The command that compares answers: compare."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ...engine.cases.case import SUFFIXES
from ...engine.cases.files import below, exists
from ...engine.language.errors import CaseError
from ...engine.library.guideline import Guideline, load
from .complete import complete_case
from .decide import as_object
from .inputs import judge_all
from .options import as_of_option, format_option, world_option
from .output import BAD_INPUT, as_json, width, write_out


@click.command()
@click.argument("names", nargs=2, metavar="OLD NEW", shell_complete=complete_case)
@world_option
@as_of_option
@format_option("text", "json")
@click.pass_obj
def compare(guideline: str, names: tuple[str, str], world: str, as_of: str, form: str) -> None:
    """Compare answers: which lines differ in outcome, in what decides them, and in what is missing.

    OLD and NEW are each a case, or a file or a folder of cases or of decisions (written by decide in JSON).
    Cases are decided here, in the world and on the date asked for; decisions are taken as they stand.

    \b
    Example: coverlog compare cts-six-weeks-of-splinting cts-three-weeks-of-splinting
    """
    from ..advice.comparison import as_json as told
    from ..advice.comparison import compared
    from ..advice.comparison_text import as_text

    loaded = load(guideline)
    old, new = (list(_answers(name, loaded, world, as_of)) for name in names)
    found = compared(old, new)
    write_out(as_json(told(found)) if form == "json" else f"{as_text(found, loaded.program, width())}\n")
    sys.exit(BAD_INPUT if found.errors else 0)


def _answers(name: str, guideline: Guideline, world: str, as_of: str) -> Iterator[dict[str, Any]]:
    """Yield the decisions that a name holds, and those of the cases that it holds or stands for."""
    from ..advice.comparison import decisions

    for file in _files(name):
        if isinstance(file, CaseError):
            raise file
        if file.suffix in _DECISIONS and (held := decisions(file)) is not None:
            yield from held
        else:
            yield from map(as_object, judge_all([str(file)], guideline, world, as_of))


_DECISIONS = (".json", ".jsonl")


def _files(name: str) -> list[Path | CaseError]:
    path = Path(name)
    if name == "-" or not exists(path) or not path.is_dir():
        return [path]
    return list(below(path, (*SUFFIXES, ".jsonl")))
