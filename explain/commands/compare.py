"""The command that compares answers: compare."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from ...engine.cases.case import SUFFIXES, Unreadable
from ...engine.cases.files import below, exists
from ...engine.language.errors import CaseError
from ...engine.library.guideline import Guideline, load
from ...engine.library.several import Answering, Several, each
from .complete import complete_case, complete_guideline
from .decide import as_object
from .inputs import answering, judge_all
from .options import as_of_option, format_option, world_option
from .output import BAD_INPUT, Named, as_json, width, write_out


@click.command()
@click.argument("names", nargs=-1, required=True, type=Named(), metavar="OLD NEW", shell_complete=complete_case)
@click.option("--guideline", "-g", "named", multiple=True, shell_complete=complete_guideline,
              help="Twice: decide the same cases by two guidelines.")  # fmt: skip
@world_option
@as_of_option
@format_option("text", "json")
def compare(names: tuple[str, ...], named: tuple[str, ...], world: str, as_of: str, form: str) -> None:
    """Compare answers: which lines differ in outcome, in what decides them, and in what is missing.

    OLD and NEW are each a case, or a file or a folder of cases or of decisions (written by decide in JSON).
    Cases are decided here, in the world and on the date asked for; decisions are taken as they stand. With two
    guidelines (-g A -g B) any number of cases is decided by each of them: compare CASE... -g A -g B.

    \b
    Example: coverlog compare cts-six-weeks-of-splinting cts-three-weeks-of-splinting
             coverlog compare cts-six-weeks-of-splinting -g cg_med_24 -g FOLDER
    """
    from ..advice.comparison import as_json as told
    from ..advice.comparison import compared
    from ..advice.comparison_text import as_text

    by = Several([load(name) for name in named]) if named else answering()
    two = each(by) if named or click.get_current_context().find_root().params.get("guideline") else ()
    if len(two) == 2:
        old, new = (_told_by(names, one, two, world, as_of) for one in two)
    elif len(names) == 2 and len(two) < 2:
        old, new = (list(_answers(name, by, world, as_of)) for name in names)
    else:
        raise click.UsageError("name two sets of answers, OLD and NEW, or cases and two guidelines: CASE... -g A -g B")
    found = compared(old, new)
    sides = (two[:1], two[1:]) if len(two) == 2 else (each(by), each(by))
    known = [{one.program.name: one.program for one in side} for side in sides]
    write_out(as_json(told(found)) if form == "json" else f"{as_text(found, known, width())}\n")
    sys.exit(BAD_INPUT if found.errors else 0)


def _told_by(
    names: Sequence[str], one: Guideline, both: Sequence[Guideline], world: str, as_of: str
) -> list[dict[str, Any]]:
    """Return what one of two guidelines says of cases; where their outcomes differ in name, each goes by its role."""
    alike = len({frozenset(outcome.name for outcome in guideline.program.told()) for guideline in both}) == 1
    found = []
    for item in judge_all(names, Several(both), world, as_of):
        told = as_object(item)
        if not isinstance(item, Unreadable):
            if item.guideline is not one:
                continue
            roles = [{} if alike else {"role": line.role} for line in item.decision.lines]
            told["lines"] = [line | role for line, role in zip(told["lines"], roles, strict=True)]
        found.append(told)
    return found


def _answers(name: str, guideline: Answering, world: str, as_of: str) -> Iterator[dict[str, Any]]:
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
