"""Commands about the rules themselves: rules, show, graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from ...engine.cases.find import canonical
from ...engine.language.errors import CaseError, refused
from ...engine.library.guideline import load
from ...engine.program.program import AUTHORITIES
from ..advice.phrases import some
from .complete import complete_authority, complete_name, complete_predicate, complete_statement
from .inputs import calling, elsewhere
from .options import date_option, format_option, output_option
from .output import as_json, bar, note, table_width, width, write_out


@click.command()
@click.option("--statement", default="", metavar="ID", shell_complete=complete_statement,
              help="Rules that cite this statement or one below it.")  # fmt: skip
@click.option("--authority", default="", metavar="AUTHORITY", shell_complete=complete_authority,
              help=f"Rules that cite a statement of this authority: {', '.join(AUTHORITIES)}, or its own.")  # fmt: skip
@click.option("--uses", default="", metavar="PREDICATE", shell_complete=complete_predicate,
              help="Rules whose body asks for this predicate.")  # fmt: skip
@date_option("--in-force", "Rules in force on this date (YYYY-MM-DD).", "date")
@click.option("--facts", is_flag=True, help="List facts beside the rules.")
@format_option("text", "json")
@click.pass_obj
def rules(guideline: str, statement: str, authority: str, uses: str, date: str, facts: bool, form: str) -> None:
    """List the rules of the guideline; each option narrows the list.

    In a rule a word in capitals stands for what a case gives, and N for a number.

    \b
    Example: coverlog rules --statement I.4 --authority inferred
    """
    from ..reference.rules import find, rule_json, rules_table

    program = load(guideline).program
    found = find(program, statement=statement, authority=authority, uses=uses, date=date, facts=facts)
    if form == "json":
        write_out(as_json([rule_json(rule, program) for rule in found]))
    elif found:
        click.echo(rules_table(found, program, table_width()))
    note(some(len(found), "clause" if facts else "rule"))


@click.command()
@click.argument("name", metavar="NAME", shell_complete=complete_name)
@format_option("text", "json")
@click.pass_obj
def show(guideline: str, name: str, form: str) -> None:
    """Show what a name stands for: statement, rule, predicate, reading, concept, code, diagnosis code or case.

    Its text and citation, what depends on it, the canonical cases that exercise it, and where to go on. A label
    does for an id, and capitals do not matter. In a rule a word in capitals stands for what a case gives, and N for a
    number.

    \b
    Example: coverlog show I.4.a
             coverlog show cts-six-weeks-of-splinting
    """
    from ..reference.show import as_json as told
    from ..reference.show import look_up
    from ..reference.show_text import as_text
    from ..reference.subjects import names

    found = load(guideline)
    try:
        shown = look_up(found, name, _progress)
    except CaseError:
        if hint := elsewhere(found, lambda other: name in names(other.program) or name in canonical(other)):
            raise refused("", f"nothing of {found.program.name} is called {name}", f"{hint} show {name}") from None
        raise
    call = calling()
    shown = shown._replace(next=tuple(call + each.removeprefix("coverlog") for each in shown.next))
    text = as_json(told(shown, found.program)) if form == "json" else f"{as_text(shown, found.program, width())}\n"
    write_out(text)


def _progress(paths: Sequence[Path]) -> Iterable[Path]:
    return bar(paths, "canonical cases")


@click.command()
@format_option("dot", "mermaid", "svg", text="svg needs Graphviz.")
@output_option
@click.pass_obj
def graph(guideline: str, form: str, out: Path | None) -> None:
    """Draw which predicate rests on which, by stratum; dashed where it rests on an absence.

    Inputs are what a case says, open predicates what may be undocumented, outputs what is decided.

    \b
    Example: coverlog graph --format mermaid
    """
    from ..reference import predicates as dependencies

    tell = {"dot": dependencies.dot, "mermaid": dependencies.mermaid, "svg": dependencies.svg}[form]
    write_out(f"{tell(dependencies.dependencies(load(guideline)))}\n".encode(), out)
