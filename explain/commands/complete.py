"""What the shell is offered to complete with: the names of the guideline at hand, and files where files go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from ...engine.language.errors import GuidelineError
from ...engine.program.forms import SINGLE
from ...engine.program.program import AUTHORITIES
from ...kb import DEFAULT, guidelines

if TYPE_CHECKING:  # every command names completers, and few are asked to complete
    from click.shell_completion import CompletionItem

    from ...engine.library.guideline import Guideline

Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def from_guideline(names: Callable[[Guideline], Iterable[str]], *, files: bool = False) -> Completer:
    """Return a completer of names that the guideline named by -g has; one that cannot be read has none.

    :param files: offer files and folders too.
    """

    def complete(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
        from ...engine.library.guideline import load

        found: list[str] = []
        with suppress(GuidelineError, OSError):
            found = beginning(names(load((ctx.find_root().params.get("guideline") or (DEFAULT,))[0])), typed)
        return _offered(found, typed, "file" if files else "")

    return complete


def _offered(names: Iterable[str], typed: str, kind: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    # Files come first, for bash forgets what came before them.
    return [*([CompletionItem(typed, type=kind)] if kind else []), *map(CompletionItem, names)]


def beginning(names: Iterable[str], typed: str) -> list[str]:
    """Return the names that begin as typed, capitals or not, each once."""
    return [name for name in dict.fromkeys(names) if name.casefold().startswith(typed.casefold())]


def complete_guideline(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the guidelines shipped here, and folders."""
    return _offered(beginning(guidelines(), typed), typed, "dir")


def _settings(guideline: Guideline) -> Iterable[str]:
    """Yield `KEY=` for what a case may be set to, with each value where they are few."""
    program = guideline.program
    inputs = [p.case for p in program.predicates.values() if p.case]
    for key in inputs:
        if key.shape == "one of":
            yield from (f"{key.key}={value}" for value in program.of_kind(key.kind))
        elif key.shape in SINGLE:
            yield from (f"{name}=" for name in (key.other, key.key) if name)
        elif key.shape == "amount of":
            yield from (f"{concept}=" for concept in program.of_kind(key.kind))
        elif key.shape == "present of":
            yield from (f"{c}={value}" for c in program.of_kind(key.kind) for value in ("present", "absent", "unknown"))


def _items(guideline: Guideline) -> Iterable[str]:
    """Yield `KEY=VALUE` for what a case lists."""
    program = guideline.program
    for key in (p.case for p in program.predicates.values() if p.case):
        if key.shape == "each of":
            yield from (f"{key.key}={value}" for value in program.of_kind(key.kind))
        elif key.shape in ("", "codes"):
            yield f"{key.key}="


def _canonical(guideline: Guideline) -> Iterable[str]:
    from ...engine.cases.find import canonical

    return canonical(guideline)


def _names(guideline: Guideline) -> Iterable[str]:
    from ..reference.subjects import names

    return sorted({*names(guideline.program), *_canonical(guideline)})


def _words(guideline: Guideline) -> Iterable[str]:
    from ..reference.names import entries, words_of

    return sorted({word for each in entries(guideline.program, {}) for word in words_of(each.label)})


def _codes(guideline: Guideline) -> Iterable[str]:
    """Yield the procedure codes that the text has facts of."""
    return (name.strip('"') for name in guideline.program.of_kind("code"))


complete_name = from_guideline(_names)
complete_word = from_guideline(_words)
complete_case = from_guideline(_canonical, files=True)
complete_authority = from_guideline(lambda guideline: (*AUTHORITIES, *guideline.program.authorities))
complete_predicate = from_guideline(lambda guideline: guideline.program.declared())
complete_statement = from_guideline(lambda guideline: guideline.program.statements)
complete_code = from_guideline(_codes)
complete_setting = from_guideline(_settings)
complete_item = from_guideline(_items)
