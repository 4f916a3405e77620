"""Commands that ask all legal cases about one: construct, sufficient."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from ...engine.evaluation.limits import NotGroundedError
from ...engine.language.errors import FaultError
from ...engine.library.guideline import Guideline, load
from ...engine.library.several import each
from .complete import complete_code, complete_setting, complete_statement
from .inputs import answering, elsewhere, noted
from .options import as_of_option, case_argument, date_option, format_option, output_option, world_option
from .output import FAILED, as_json, note, width, write_out

if TYPE_CHECKING:
    from pathlib import Path

    from ...engine.analysis.policy import Policy

UNGROUNDED = "the guideline has no circuit, and nothing is proved of it"


def policy_of(
    guideline: Guideline, date: str, world: str, served: str = "", dates: Mapping[str, str] = MappingProxyType({})
) -> Policy:
    """Return an edition as all its cases at once.

    :param served: the date of service of each, where it is another one.
    :param dates: by key, dates that the cases may say beside those that are looked at.
    :raises FaultError: where it has no circuit.
    """
    from ...engine.analysis.policy import Policy

    try:
        return Policy(guideline, date, world, served, dates)
    except NotGroundedError as error:
        raise FaultError(f"{UNGROUNDED}: {error}") from None


def _outcome(ctx: click.Context, param: click.Parameter, value: str) -> str:
    known = _outcomes(guideline := load(ctx.obj))
    if value not in known:
        has = elsewhere(guideline, lambda other: value in _outcomes(other))
        hint = f"{has} construct {value} --code {ctx.params['code']}" if has else f"there are {', '.join(known)}"
        raise click.BadParameter(f"{value} is no outcome of {guideline.program.name}; {hint}")
    return value


def _outcomes(guideline: Guideline) -> list[str]:
    return [outcome.name for outcome in guideline.program.told()]


@click.command()
@click.argument("outcome", callback=_outcome,
                shell_complete=lambda c, p, begun: [o.name for g in each(answering(c)) for o in g.program.told()
                                                    if o.name.startswith(begun)])  # fmt: skip
@click.option("--code", required=True, metavar="CPT", shell_complete=complete_code, is_eager=True,
              help="The code of the line.")  # fmt: skip
@click.option("--by", default="", metavar="STATEMENT", shell_complete=complete_statement,
              help="The statement, or the reason, that gives the outcome.")  # fmt: skip
@click.option("--with", "said", multiple=True, metavar="NAME=VALUE", shell_complete=complete_setting,
              help="What the case has to say.")  # fmt: skip
@click.option("--without", "unsaid", multiple=True, metavar="NAME", help="What it must not say: a name or a key.")
@world_option
@date_option("--as-of", "The rules, and the date of service, of this date (YYYY-MM-DD) in place of today.")
@output_option
@format_option("yaml", "json")
@click.pass_obj
def construct(
    guideline: str, outcome: str, code: str, by: str, said: tuple[str, ...], unsaid: tuple[str, ...], world: str,
    as_of: str, out: Path | None, form: str,
) -> None:  # fmt: skip
    """Write a smallest case of which a line comes to OUTCOME; exit 1 where it is proved that there is none.

    \b
    Example: coverlog construct medically_necessary --code 95886 --by I.4.a --with wrist_splint_weeks=6
             coverlog construct medically_necessary --code 95886 --without conditions --format json
    """
    from ...engine.analysis.asked import dates_in
    from ...engine.analysis.construct import construct as made
    from ..reference.analyses import witness
    from ..reference.sufficiency import constructed

    loaded = load(guideline)
    policy = policy_of(loaded, as_of or datetime.date.today().isoformat(), world, dates=dates_in(said))
    found = made(policy, outcome, code, by, said, unsaid)
    if form == "json":
        write_out(as_json(witness(found) if found else None), out)
    elif found:
        write_out(constructed(found, loaded), out)
    if not found:
        note(f"proved: there is no such case ({outcome} for {code})")
        sys.exit(FAILED)


@click.command()
@case_argument
@world_option
@as_of_option
@format_option("text", "json")
def sufficient(case: str, world: str, as_of: str, form: str) -> None:
    """Tell the least of what a case says that forces each outcome, and the smallest change that turns it.

    \b
    Example: coverlog sufficient cts-six-weeks-of-splinting
             coverlog sufficient cts-three-weeks-of-splinting --as-of 2016-01-01 --format json
    """
    from ...engine.analysis.asked import dates_of
    from ...engine.analysis.sufficient import forced
    from ...engine.cases.find import find_case
    from ..reference.sufficiency import forced_json, forced_text

    read = noted(find_case(case, answering()))
    guideline = read.under or each(answering())[0]
    lines = dict.fromkeys((line.code, line.session) for line in read.lines)
    date = as_of or read.date
    policy = policy_of(guideline, date, world, read.date, dates_of(read))
    found = [forced(policy, read, *line) for line in lines]
    if form == "json":
        write_out(as_json(forced_json(read.id, date, found)))
    else:
        dated = f"{read.id} (as of {date})" if date != read.date else read.id
        write_out(forced_text(dated, found, guideline.program, width()))
