"""Commands that check what was received: verify."""

from __future__ import annotations

import json
import stat
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...engine.cases.broken import not_json
from ...engine.cases.case import Case
from ...engine.cases.find import find_case
from ...engine.decision.decide import judge
from ...engine.decision.decision import WORLDS
from ...engine.language.errors import refused
from ...engine.library.guideline import Guideline
from ...engine.library.several import each
from ..advice.phrases import some
from .inputs import answering
from .options import as_of_option, case_argument, format_option
from .output import FAILED, as_json, fitted, write_out

if TYPE_CHECKING:
    from ..checker.verify import Fault

WANTED = "give what coverlog explain CASE --format json writes"
ACCOUNT = "the account is not the one of this proof, case and guideline"
"""What is wrong where the proof holds and the plain words beside it, which no step gives, are not its own."""

MAX_BYTES = 2**25
"""The largest proof, in bytes; that of a case with two lines takes about 40,000."""


@click.command()
@click.argument("proof")
@case_argument
@click.option(
    "--world", type=click.Choice(WORLDS), help="The world that the proof has to be of; else the one it names."
)
@as_of_option
@format_option("text", "json")
def verify(proof: str, case: str, world: str | None, as_of: str, form: str) -> None:
    """Check a proof against a case and the guideline's text, step by step, by an independent program.

    PROOF is a file as `coverlog explain CASE --format json` writes it, or - for standard input. It has to be of the
    case's date of service, or of --as-of. Exit 0: it holds; 1: it does not; 2: it is no proof, or cannot be read.

    \b
    Example: coverlog explain cts-six-weeks-of-splinting --format json > proof.json
             coverlog verify proof.json cts-six-weeks-of-splinting
    """
    from ..checker.step import Fault
    from ..checker.verify import verify as check

    if proof == case == "-":
        raise click.UsageError("the proof and the case cannot both come from standard input")
    told, guidelines = _told(proof), answering()
    account, known = told.pop("account", None), find_case(case, guidelines, of=str(told.get("guideline")))
    loaded = known.under or each(guidelines)[0]
    found = check(told, known, loaded.program, as_of=as_of, world=world or "")
    if account is not None and not found and account != _account(told, known, loaded):
        found = [Fault("", ACCOUNT)]
    write_out(as_json(_as_json(told, found)) if form == "json" else f"{fitted(_as_text(told, found))}\n")
    sys.exit(FAILED if found else 0)


def _account(told: dict[str, Any], case: Case, guideline: Guideline) -> Any:
    """Return the account of the lines that a proof is of, which holds, as `explain` writes it."""
    from ..advice.account import accounts

    judged = judge(case, guideline, world=told["world"], as_of=told["as_of"])
    lines = [line for line in judged.decision.lines if f"{line.code}@{line.session}" in told["lines"]]
    return json.loads(json.dumps([each.as_json() for each in accounts(judged, lines)]))


def _told(name: str) -> dict[str, Any]:
    """Return the proof that a file, or standard input, holds.

    :raises CaseError: where it cannot be read, is too large, is not JSON, or is no proof.
    """
    from ..checker.claims import is_proof

    shown = "<stdin>" if name == "-" else name
    data = _read(name, shown)
    if len(data) > MAX_BYTES:
        raise refused(shown, f"larger than {MAX_BYTES:,} bytes", "prove one line at a time (explain --line)")
    try:
        told = json.loads(data, object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise refused(shown, f"not UTF-8 text (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise not_json(shown, error, WANTED) from None
    except RecursionError:
        raise refused(shown, "nested too deeply for a proof") from None
    except ValueError as error:  # a key twice, or a number of more digits than Python reads
        raise refused(shown, str(error)) from None
    if not is_proof(told):
        raise refused(shown, "no proof", WANTED)
    found: dict[str, Any] = told
    return found


def _read(name: str, shown: str) -> bytes:
    """Return a file's bytes, no more than one beyond the largest proof."""
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        if stat.S_ISREG(Path(name).stat().st_mode):
            with Path(name).open("rb") as file:
                return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise refused(shown, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    raise refused(shown, "no regular file", "give a file, or - for standard input")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that stands twice in an object: readers differ on which one counts."""
    twice = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f"{ascii(twice[0])[:60]} stands twice in an object")
    return dict(pairs)


def _steps(told: dict[str, Any]) -> int:
    return len(told["nodes"]) if isinstance(told["nodes"], list) else 0


def _as_json(told: dict[str, Any], found: list[Fault]) -> dict[str, Any]:
    """Return what came of it, with what the proof says that it is of."""
    header = {key: told.get(key) for key in ("case", "guideline", "as_of", "world", "lines")}
    return {"holds": not found, **header, "steps": _steps(told), "faults": [fault._asdict() for fault in found]}


def _as_text(told: dict[str, Any], found: list[Fault]) -> str:
    """Return each fault, and how many steps were checked of what."""
    from ..checker.step import show

    lines = [f"{show(fault.node)[1:-1]}: {fault.message}" if fault.node else fault.message for fault in found]
    said = f"{some(_steps(told), 'step')} checked, {some(len(found), 'fault')}"
    if found:
        return "\n".join([*lines, f"{said}: the proof does not hold"])
    shown = ", ".join(told["lines"])
    return f"{said}: the proof of {shown} holds ({show(told['case'])[1:-1]}, {told['as_of']}, {told['world']} world)"
