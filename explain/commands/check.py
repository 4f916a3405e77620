"""Commands about a guideline's text: check, fmt."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from ...engine.language.errors import Finding, GuidelineError, did_you_mean
from ...engine.program.program import read_text
from ...kb import guidelines
from ..advice.phrases import some
from .options import format_option, output_option
from .output import FAILED, Named, note, write_out

_SHORT = 20


@click.command()
@click.argument("path", required=False, type=Named())
@format_option("text", "json", "github", "sarif")
@output_option
@click.pass_obj
def check(guideline: str, path: str | None, form: str, out: Path | None) -> None:
    """Find what is wrong with a guideline's text: a folder or a name; exit 1 where there are errors.

    \b
    Example: coverlog check cg_med_24 --format json
    """
    from ...engine.soundness.registry import ERROR, severity
    from ..render.findings import counted, written

    folder = _folder(path or guideline)
    findings = _found(folder)
    write_out(written(findings, folder, form), out)
    note(f"{folder.name}: {counted(findings)}")
    if any(severity(finding) == ERROR for finding in findings):
        sys.exit(FAILED)
    for each in _notes(folder):
        note(each)


@click.command()
@click.argument("path", required=False, type=Named())
@click.option("--check", "dry", is_flag=True, help="Change nothing: show what would change, and exit 1 where it would.")
@click.pass_obj
def fmt(guideline: str, path: str | None, dry: bool) -> None:
    """Lay out a guideline's text canonically: a folder, a name or one .dl file.

    \b
    Example: coverlog fmt cg_med_24 --check
    """
    from ..render.findings import shown

    given = Path(path or guideline)
    files = [given] if given.is_file() else _texts(_folder(str(given)))
    changed = _changed(files)
    for file, old, new in changed:
        click.echo(shown(file))
        if dry:
            click.echo(_diff(old, new))
        else:
            write_out(new, file)
    note(f"{len(changed)} of {some(len(files), 'file')} {'would change' if dry else 'changed'}")
    sys.exit(FAILED if dry and changed else 0)


def _folder(name: str) -> Path:
    """Return the folder of a guideline by its name or path.

    :raises FileNotFoundError: where there is no such guideline.
    """
    folder = guidelines().get(name, Path(name))
    if not _texts(folder):
        hint = "name its folder" if folder.is_file() else did_you_mean(name, guidelines())
        hint = hint or f"shipped are {', '.join(guidelines())}"
        raise FileNotFoundError(f"{name}: no guideline there (no .dl file); {hint}")
    return Path(os.path.abspath(folder))


def _texts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.dl"))


def _found(folder: Path) -> list[Finding]:
    """Return everything wrong with the texts of a guideline; what is no text is said first, and alone.

    What is only suspicious in a text that it extends is not its own.
    """
    from ...engine.library.texts import all_texts
    from ...engine.program.variation import is_own
    from ...engine.soundness.lint import findings_of
    from ...engine.soundness.registry import ERROR, severity

    unread: list[Finding] = []
    for file in _texts(folder):
        try:
            read_text(file)
        except GuidelineError as error:
            unread += error.findings
    if unread:
        return unread
    try:
        found = findings_of(all_texts(folder))
    except GuidelineError as error:
        return error.findings
    return [finding for finding in found if is_own(finding.place) or severity(finding) == ERROR]


def _notes(folder: Path) -> Iterator[str]:
    """Yield which editions cannot be decided, or made a circuit of, for all cases at once, and why."""
    from ...engine.library.grounding import why_no_circuit
    from ...engine.library.guideline import load

    guideline = load(folder)
    told: dict[str, list[str]] = {}
    for edition in guideline.editions():
        guideline.prepared(edition)
        if why := guideline.one_by_one.get(edition):
            told.setdefault(f"cases are asked of pyDatalog one by one: {why}", []).append(edition)
        elif why := why_no_circuit(guideline.program, guideline.strata, edition):
            told.setdefault(f"there is no circuit, and batch decides cases one by one: {why}", []).append(edition)
    for why, editions in told.items():
        yield f"note: edition {', '.join(edition or 'first' for edition in editions)}: {why}"


def _changed(files: Sequence[Path]) -> list[tuple[Path, str, str]]:
    """Return the files whose layout is not canonical, with their text and the canonical one.

    :raises GuidelineError: where one of them does not parse; then none is to be written.
    """
    from ...engine.program.layout import format_text

    texts = [(file, read_text(file, str(file))) for file in files]
    laid_out = [(file, old, format_text(old, str(file))) for file, old in texts]
    return [(file, old, new) for file, old, new in laid_out if new.encode() != file.read_bytes()]


def _diff(old: str, new: str) -> str:
    """Return the beginning of a difference."""
    lines = list(difflib.unified_diff(old.split("\n"), new.split("\n"), "as it is", "canonical", lineterm="", n=1))
    left = len(lines) - _SHORT
    return "\n".join(lines[:_SHORT] + ([f"... and {left} more lines"] if left > 0 else []))
