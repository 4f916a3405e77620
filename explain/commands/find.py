"""The command that searches: find."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from ...engine.cases.case import Case
from ...engine.cases.find import canonical_paths
from ...engine.library.guideline import Guideline, load
from .complete import complete_word
from .inputs import calling, elsewhere
from .options import format_option
from .output import as_json, bar, note, table_width, write_out

if TYPE_CHECKING:
    from ..reference.names import Hit

_MOST = 20


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="WORDS...", shell_complete=complete_word)
@click.option("--all", "every", is_flag=True, help=f"Show all that is found, and not the {_MOST} that fit best.")
@format_option("text", "json")
@click.pass_obj
def find(guideline: str, words: tuple[str, ...], every: bool, form: str) -> None:
    """Search statements, rules, labels, questions and cases for words; what fits best comes first.

    What is found has an id that `coverlog show` tells more of. Other forms of a word count, for less. In a rule a word
    in capitals stands for what a case gives, and N for a number.

    \b
    Example: coverlog find splinting
    """
    from ..reference import names

    loaded = load(guideline)
    known = list(names.entries(loaded.program, dict(_titles(loaded))))
    wanted = names.words_of(" ".join(words))
    meant = names.corrected(known, wanted)
    lacks = meant != wanted or not names.search(known, wanted)
    if lacks and (has := elsewhere(loaded, lambda other: names.has_all(other.program, wanted))):
        meant = wanted
        note(f"{has} find {' '.join(words)}")
    elif meant != wanted:
        note(f"nothing has {' '.join(words)}; this is for {' '.join(meant)}")
    found = names.best(names.search(known, meant))
    if form == "json":
        write_out(as_json(names.as_json(found)))
    elif found:
        click.echo(names.as_table(found if every else found[:_MOST], table_width()))
    if found or not (lacks and has):
        note(_summary(found, len(found) if every or form == "json" else _MOST))


def _summary(found: Sequence[Hit], shown: int) -> str:
    """Return how much was found, and where to go on."""
    if not found:
        return f"nothing found; {calling()} rules lists the rules, {calling()} cases the cases"
    more = f", {len(found) - shown} more with --all" if shown < len(found) else ""
    call = f"{calling()} show"
    return f"{len(found)} found{more}; {call} ID tells more: {call} {shlex.quote(found[0].entry.id)}"


def _titles(guideline: Guideline) -> Iterator[tuple[str, str]]:
    """Yield the canonical cases by the names of their files, with their titles; one that cannot be read has none."""
    from ...engine.cases.case import read_files

    for path in bar(canonical_paths(guideline), "cases"):
        titles = [case.title for case in read_files([path], guideline) if isinstance(case, Case)]
        yield path.stem, "; ".join(titles)
