"""Commands about a guideline's own soundness: test (in short, cases), trace, doc."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...engine.cases.case import Case, Unreadable
from ...engine.cases.find import canonical_paths
from ...engine.language.errors import did_you_mean
from ...engine.language.visible import visible
from ...engine.library.guideline import Guideline, load
from ...kb import guidelines
from ..advice.phrases import some
from ..testing.cases import Result, junit, read, run_case, table
from ..testing.reviewed import FILE, REMEDY, changes, record, snapshot
from ..testing.reviewed import read as read_review
from .options import format_option, output_option
from .output import FAILED, Named, as_json, bar, fitted, note, table_width, width, write_out

if TYPE_CHECKING:
    from ..testing.mutation import Fate

__test__ = False  # the command `test` is none for pytest


@click.command()
@click.argument("path", required=False, type=Named(path_type=Path))
@format_option("text", "json")
@click.option("--junit", "report", type=Named(dir_okay=False, path_type=Path), metavar="FILE",
              help="Also write the results as JUnit XML.")  # fmt: skip
@click.option("--coverage", is_flag=True, help="Say which rules fired, and which parts of rules were decisive.")
@click.option("--mutate", is_flag=True, help="Change the rules one at a time; tell the changes that no case notices.")
@click.option(
    "--review", is_flag=True, help="Record the words and citations of the guideline as reviewed; run no case."
)
@click.option("--threshold", type=click.FloatRange(0, 100), default=100, show_default=True, metavar="PERCENT",
              help="Exit 1 where coverage, or the share of mutants noticed, is below.")  # fmt: skip
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Run this many mutants, drawn at random.")
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="Processes for --mutate.")
@click.pass_obj
def test(
    guideline: str, path: Path | None, form: str, report: Path | None, coverage: bool, mutate: bool, review: bool,
    threshold: float, sample: int | None, jobs: int,
) -> None:  # fmt: skip
    """Test a guideline by its canonical cases, or by those below PATH; exit 1 where one differs.

    \b
    Example: coverlog test --format json
             coverlog -g ncd_240_4 test --coverage --threshold 95
             coverlog test --mutate --sample 100
    """
    loaded = load(guideline)
    if path:
        _of_cases(path)
    if review:
        _write(record(loaded.program), loaded.folder / FILE)
        return
    start = time.perf_counter()
    cases, results = _run([path] if path else canonical_paths(loaded), loaded)
    told: dict[str, Any] = {"results": [result.as_json() for result in results], "review": _unreviewed(loaded)}
    if report:
        write_out(junit(results, time.perf_counter() - start), report)
    good = [case for case in cases if isinstance(case, Case)]
    short = [_cover(good, loaded, threshold, told)] if coverage else []
    short += [_mutate(good, loaded, threshold, told, sample, jobs)] if mutate else []
    lines = [table(results, loaded.program, table_width()), *map(fitted, _extra(told)), ""]
    write_out(as_json(told) if form == "json" else "\n".join(lines))
    sys.exit(FAILED if _wrong(cases, results) or told["review"] or any(short) else 0)


@click.command()
@format_option("text", "json")
@click.pass_obj
def cases(guideline: str, form: str) -> None:
    """Run the canonical cases and compare them with what they expect, as `test` does; exit 1 where one differs.

    \b
    Example: coverlog cases
    """
    loaded = load(guideline)
    found, results = _run(canonical_paths(loaded), loaded)
    told = [result.as_json() for result in results]
    write_out(as_json(told) if form == "json" else f"{table(results, loaded.program, table_width())}\n")
    sys.exit(FAILED if _wrong(found, results) else 0)


def _of_cases(path: Path) -> None:
    """Refuse a path that has no cases, and say what was probably meant.

    :raises click.UsageError: where it is a guideline, or where there is no such file or folder.
    """
    if str(path) in guidelines() or (path.is_dir() and any(path.glob("*.dl"))):
        raise click.UsageError(f"{path} is a guideline, not cases; coverlog -g {path} test tests it")
    if not path.exists():
        hint = did_you_mean(str(path), guidelines()) or "a guideline is named by -g: coverlog -g NAME test"
        raise click.UsageError(f"{path}: there is no such file or folder of cases; {hint}")


def _run(paths: Sequence[Path], guideline: Guideline) -> tuple[list[Case | Unreadable], list[Result]]:
    """Read the cases of files and folders, and run them."""
    found = read(paths, guideline)
    return found, [result for case in bar(found, "cases") for result in run_case(case, guideline)]


def _wrong(cases: Sequence[Case | Unreadable], results: Sequence[Result]) -> bool:
    """Say on stderr how many results there are, and return whether any of them is not as expected."""
    wrong = sum(bool(result.differences) for result in results)
    note(f"{some(len(cases), 'case')}, {some(len(results), 'result')}, {wrong} not as expected")
    return bool(wrong)


def _unreviewed(guideline: Guideline) -> list[str]:
    """Return what a guideline says otherwise than it was reviewed; say once where nothing was."""
    words = read_review(guideline.folder)
    if words is None:
        note(f"{guideline.folder.name}: no words were reviewed; `coverlog test --review` records them")
        return []
    return list(changes(snapshot(guideline.program), words))


def _extra(told: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a text report that follow the table of cases."""
    for key in ("coverage", "mutation"):
        if key in told:
            yield f"\n{key}: {told[key]['figures']}"
            for item in told[key]["left"]:
                yield "  " + ": ".join(filter(None, item.values()))
            for mark in told[key].get("stale", ()):
                yield f"  marked equivalent for nothing: {mark}"
    if told["review"]:
        yield f"\nnot as reviewed; {REMEDY}:"
        yield from (f"  {text}" for text in told["review"])


def _cover(cases: Sequence[Case], guideline: Guideline, threshold: float, told: dict[str, Any]) -> bool:
    """Add coverage to what is told; say whether it is below the threshold."""
    from ..testing.branches import figures, measure
    from ..testing.equivalent import idle, read_marks

    marks = read_marks(guideline.folder)
    found = measure(cases, guideline, lambda items: bar(items, "coverage"),
                    lambda rule, at: idle(rule, at, guideline.program, marks))  # fmt: skip
    total = figures(found)
    told["coverage"] = {
        "figures": str(total),
        "idle": [branch._asdict() for branch in found if branch.idle],
        "left": [
            {"rule": b.rule, "part": f"{b.part} {b.value}" if b.part else "", "reason": b.reason}
            for b in found if not b.case and not b.idle
        ],
    }  # fmt: skip
    return total.least < threshold


def _mutate(
    cases: Sequence[Case], guideline: Guideline, threshold: float, told: dict[str, Any], sample: int | None, jobs: int
) -> bool:
    """Add the fates of mutants to what is told; say whether too few were noticed."""
    from ..testing.edits import Edit, edits
    from ..testing.mutants import Mutant, mutants
    from ..testing.mutation import run
    from ..testing.tally import tally

    every: list[Mutant | Edit] = [*mutants(guideline.program), *edits(guideline.program)]
    chosen = random.Random(sample).sample(every, min(sample, len(every))) if sample else every  # noqa: S311 - no secret
    fates = run(guideline, cases, jobs, chosen, lambda items, number: bar(items, "mutants", number))
    found = tally(fates, guideline, every)
    told["mutation"] = {
        "figures": str(found),
        "equivalent": found.equivalent,
        "left": [
            {"rule": f.mutant.where, "change": f.mutant.change, "reason": _missed(f)} for f in found.left + found.late
        ],
        "stale": found.stale,
    }
    return found.share < threshold


def _missed(fate: Fate) -> str:
    if fate.late:
        return f"not judged: {fate.late}"
    return f"{fate.tried} decisions it bears on came out the same" if fate.tried else "no case is about it"


@click.command()
@format_option("text", "html", "csv", "json")
@output_option
@click.pass_obj
def trace(guideline: str, form: str, out: Path | None) -> None:
    """Show for each statement its rules, authority, interpretations and canonical cases, and the holes.

    \b
    Example: coverlog trace --format csv
    """
    from ..testing import traceability as told

    loaded = load(guideline)
    cases = [case for case in read(canonical_paths(loaded), loaded) if isinstance(case, Case)]
    rows = told.matrix(cases, loaded, lambda items: bar(items, "cases"))
    if form == "json":
        text = as_json(told.as_json(rows))
    elif form == "text":
        text = told.as_text(rows, width(), told.changed(loaded.program)) + "\n"
    else:
        text = told.as_csv(rows) if form == "csv" else told.as_html(rows, loaded)
    _write(text, out)


@click.command()
@output_option
@click.pass_obj
def doc(guideline: str, out: Path | None) -> None:
    """Write the guideline as one HTML book: statements, rules in words and text, tables, cases.

    \b
    Example: coverlog doc > guideline.html
    """
    from ..reference.book import book

    loaded = load(guideline)
    cases = read(canonical_paths(loaded), loaded)
    _write(book(loaded, list(bar(cases, "cases"))), out)


def _write(text: str, out: Path | None) -> None:
    write_out(text, out)
    if out:
        click.echo(f"wrote {visible(str(out))}", err=True)
