"""The options and arguments that several commands take, each in one form."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ...engine.decision.decision import WORLDS
from ...engine.language.errors import did_you_mean
from ...engine.library.several import each
from .complete import complete_case
from .inputs import answering
from .output import Named

Option = Callable[[Any], Any]  # adds an option to the function of a command


def iso_date(value: str | None) -> str:
    """Return a date as YYYY-MM-DD, or an empty text for none.

    :raises click.BadParameter: where it is no date.
    """
    try:
        return datetime.date.fromisoformat(value).isoformat() if value else ""
    except ValueError:
        raise click.BadParameter(f"{value} is no date; write YYYY-MM-DD") from None


def date_option(name: str, text: str, *names: str) -> Option:
    """Return an option that takes a date.

    :param names: what the function calls it, where that is not the name of the option.
    """
    return click.option(name, *names, metavar="DATE", callback=lambda c, p, v: iso_date(v), help=text)


def format_option(*forms: str, text: str | None = None) -> Option:
    """Return the option that names the format of an answer; the first one is the default."""
    return click.option(
        "--format", "form", type=click.Choice(forms), default=forms[0], show_default=True, help=text
    )  # fmt: skip


def line_option(text: str) -> Option:
    """Return the option that names a procedure code of the case."""
    return click.option("--line", "code", default="", metavar="CODE", help=text)


def outcome_option(name: str, *names: str, text: str, roles: tuple[str, ...] = (), **more: Any) -> Option:
    """Return an option that takes outcomes of the guideline, by name.

    :param roles: what it takes beside them.
    """

    def known(ctx: click.Context) -> list[str]:
        told = [outcome.name for guideline in each(answering(ctx)) for outcome in guideline.program.told()]
        return [*dict.fromkeys(told), *roles]

    def checked(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        for word in (value,) if isinstance(value, str) else value or ():
            if word not in (there := known(ctx)):
                hint = did_you_mean(word, there) or f"there are {', '.join(there)}"
                raise click.BadParameter(f"{word} is no outcome of the guideline; {hint}")
        return value

    return click.option(
        name, *names, metavar="OUTCOME", callback=checked, help=text,
        shell_complete=lambda c, p, begun: [word for word in known(c) if word.startswith(begun)], **more,
    )  # fmt: skip


world_option = click.option(
    "--world",
    type=click.Choice(WORLDS),
    default="open",
    show_default=True,
    help="What is not documented is unknown (open), or not so (closed).",
)
as_of_option: Option = date_option(
    "--as-of", "Apply the rules of this date (YYYY-MM-DD) in place of the date of service."
)
output_option = click.option(
    "--output", "-o", "out", type=Named(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write to this file in place of standard output.",
)  # fmt: skip
cases_argument = click.argument(
    "cases", nargs=-1, required=True, type=Named(), metavar="CASE...", shell_complete=complete_case
)
case_argument = click.argument("case", type=Named(), shell_complete=complete_case)
case_option = click.option(
    "--case", "name", default="", metavar="CASE", shell_complete=complete_case,
    help="Ask of this case: a file, - or a canonical case.",
)  # fmt: skip
