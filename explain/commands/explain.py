"""Commands that explain: explain."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..advice.phrases import some
from .complete import complete_case
from .inputs import answering, judge_one, judge_row, lines_of
from .options import (
    as_of_option,
    format_option,
    line_option,
    outcome_option,
    output_option,
    world_option,
)
from .output import FAILED, as_json, in_colour, note, width, write_out

if TYPE_CHECKING:
    from ...engine.decision.decide import Judged
    from ..proof.graph import Proof

DETAILS = REASON, PLAY, FULL = "1", "2", "full"
ALL_TOLD = "Nothing more is in play than the first screen tells; the whole proof: --full"
FORMATS = ("text", "json", "markdown", "html", "svg", "png", "dot", "mermaid", "graphml")


@click.command()
@click.argument("case", required=False, shell_complete=complete_case)
@click.option("--from", "source", metavar="INPUT", type=click.Path(exists=True, path_type=Path),
              help="Take the case from what a batch is given: its tables, case files or database.")  # fmt: skip
@click.option("--case", "name", default="", metavar="ID", help="The id of the case there.")
@line_option("Explain the lines of this procedure code only.")
@click.option("--detail", type=click.Choice(DETAILS), default=None, help="How much: the reason (1, as without this), "
              "every criterion in play (2), or the whole proof (full).")  # fmt: skip
@click.option("--full", is_flag=True, help="The whole proof, as --detail full.")
@click.option("--all", "every", is_flag=True, help="Show every way in which a step holds, not only the shortest.")
@outcome_option("--why-not", "outcome", text="Say why lines do not have this outcome.")
@click.option("--verify", is_flag=True, help="Have the proof checked step by step by an independent program; "
              "exit 1 where it does not hold.")  # fmt: skip
@world_option
@as_of_option
@format_option(*FORMATS, text="Pictures (svg, png, and the one in html) need Graphviz.")
@output_option
def explain(
    case: str | None, source: Path | None, name: str, code: str,
    detail: str | None, full: bool, every: bool, outcome: str | None,
    verify: bool, world: str, as_of: str, form: str, out: Path | None,
) -> None:  # fmt: skip
    """Say why each line has its outcome: what decides it, with its source, and what would be different.

    The whole proof, with statement, authority and source of every step, comes with --full, --all and --why-not, and
    in every format but text.

    \b
    Example: coverlog explain cts-six-weeks-of-splinting
             coverlog explain cts-six-weeks-of-splinting --line 95886 --full
             coverlog explain cts-six-weeks-of-splinting --format html -o proof.html
             coverlog explain --from claims/ --case 4711
    """
    if form == "png" and not out and sys.stdout.isatty():
        raise click.UsageError("a PNG picture is not for a terminal; name a file: -o FILE")
    judged = _judged(case, source, name, world, as_of)
    lines_of(judged, code)
    level = FULL if full else detail or (FULL if form == "text" and (every or outcome) else REASON)
    reasons = form == "markdown" or (form == "text" and level != FULL)
    proof = _proof(judged, code, outcome, every=every) if verify or not reasons else None
    if reasons or not proof:
        write_out(_reasons(judged, code, form, level, colour=not out and in_colour()), out)
    else:
        write_out(_told(proof, form, level), out)
    if proof and verify and not _verified(proof):
        sys.exit(FAILED)


def _judged(case: str | None, source: Path | None, name: str, world: str, as_of: str) -> Judged:
    """Decide the case that is named, or the row of a batch."""
    if not (case or name) or (name and not source):
        raise click.UsageError("name a case, or the id of one with the batch it is in: --from INPUT --case ID")
    if case and name:
        raise click.UsageError(f"{case} and {name} are two cases; name the one to explain")
    found = judge_row(source, name or case or "", world, as_of) if source else None
    return found or judge_one(case or "", answering(), world, as_of)


def _proof(judged: Judged, code: str, outcome: str | None, *, every: bool) -> Proof:
    """Return the proof of the lines of a code, or of all, or why they do not have an outcome."""
    from ..proof.build import prove, why_not  # brings a library of graphs, which takes longer to import than all else

    return why_not(judged, outcome, code=code) if outcome else prove(judged, code=code, every=every)


def _reasons(judged: Judged, code: str, form: str, level: str, *, colour: bool) -> str:
    """Return the account of the lines of a code, or of all, each once."""
    every = {(line.code, line.session): line for line in judged.decision.lines if code in ("", line.code)}
    lines = list(every.values())
    if form == "markdown":
        from ..render.account_markdown import as_markdown

        return f"{as_markdown(judged, lines).rstrip()}\n"
    from ..render.account_text import as_text

    told = [as_text(judged, lines, width(), all_=every, colour=colour)
            for every in (False, True)[: 1 + (level == PLAY)]]  # fmt: skip
    return f"{told[-1]}\n\n{ALL_TOLD}\n" if len(set(told)) < len(told) else f"{told[-1]}\n"


def _verified(proof: Proof) -> bool:
    """Have a proof checked, and say on stderr what came of it."""
    from ..checker.verify import verify
    from ..proof.document import as_json as document

    judged = proof.judged
    decision, program = judged.decision, judged.guideline.program
    faults = verify(document(proof), judged.case, program, as_of=decision.as_of, world=decision.world)
    for fault in faults:
        click.echo(fault, err=True)
    note(f"{some(len(proof.graph), 'step')} checked, {len(faults)} {'does' if len(faults) == 1 else 'do'} not hold")
    return not faults


def _told(proof: Proof, form: str, level: str) -> bytes:
    """Return a proof in a format; text is UTF-8, as the formats themselves say."""
    from ..render import drawing as export
    from ..render import proof_page as html

    if form == "png":
        return export.png(proof)
    tellers = {
        "text": lambda: _text(proof), "json": lambda: as_json(_document(proof)).rstrip(),
        "html": lambda: html.page(proof, whole=level == FULL), "svg": lambda: export.svg(proof),
        "dot": lambda: export.dot(proof), "mermaid": lambda: export.mermaid(proof),
        "graphml": lambda: export.graphml(proof),
    }  # fmt: skip
    return f"{tellers[form]()}\n".encode()


def _text(proof: Proof) -> str:
    from ..render import tree_text
    from ..render.decision_text import advisories

    return "\n".join([tree_text.as_text(proof, width()), *advisories(proof.judged, width())])


def _document(proof: Proof) -> dict[str, Any]:
    """Return the proof as it can be checked, and the account of its lines."""
    from ..advice.account import accounts
    from ..proof.document import as_json as document

    return document(proof) | {"account": [each.as_json() for each in accounts(proof.judged, proof.lines)]}
