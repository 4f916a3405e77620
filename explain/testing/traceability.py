"""The traceability matrix: from statements and interpretations to their rules and canonical cases, and the holes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ...engine.cases.case import Case
from ...engine.decision.decide import judge
from ...engine.decision.decision import WORLDS
from ...engine.decision.situation import Situation
from ...engine.decision.support import used
from ...engine.language.errors import CaseError
from ...engine.language.terms import Rule
from ...engine.library.guideline import Guideline
from ...engine.program.interface import ADVISORY
from ...engine.program.program import Program
from ..advice.phrases import filled, some, wrapped
from .cases import expected, refused
from .reviewed import group


class Row(NamedTuple):
    """A statement or an interpretation with all that hangs on it."""

    statement: str
    words: str
    authority: str
    effective: str
    source: str
    rules: tuple[str, ...]
    interpretations: tuple[str, ...]
    by: tuple[str, ...]  # the cases whose outcome names it
    proved: tuple[str, ...]  # the other cases whose proofs use it
    holes: tuple[str, ...]


Uses = dict[str, tuple[set[str], set[str]]]
"""Statement or interpretation to the cases whose outcome names it, and to those whose proofs use it."""


def matrix(
    cases: Sequence[Case], guideline: Guideline, progress: Callable[[Sequence[Case]], Iterable[Case]] = iter
) -> list[Row]:
    """Return a row for each statement, then one for each interpretation, in the order of the document."""
    program = guideline.program
    uses: Uses = {name: (set(), set()) for name in (*program.statements, *program.interpretations)}
    for case in progress(cases):
        for world in WORLDS:
            if expected(case, world):
                _note(case, world, guideline, uses)
    told = [_row(each.id, program, uses) for each in program.in_document()]
    return told + [_interpretation(name, program, uses) for name in program.interpretations]


def _note(case: Case, world: str, guideline: Guideline, uses: Uses) -> None:
    """Note which statements a decision names, and which its proofs and advisories use."""
    undocumented: set[str] = set()
    if refused(case):
        rules = _refusing(case, guideline)
    else:
        try:
            judged = judge(case, guideline, world=world)
        except CaseError:
            return
        for line in judged.decision.lines:
            for name in line.by:
                uses[name][0].add(case.id)
        found = [judged.situation.outcomes(line.key) for line in judged.decision.lines]
        targets = [a for kinds in found for atoms in kinds.values() for a in atoms]
        targets += judged.model.atoms(ADVISORY)
        rules, undocumented = used(targets, judged.model, judged.why)
    named = {name for rule in rules for name in (*rule.cites, *rule.readings)}
    for name in named.union(*(guideline.program.predicates[p].readings for p in undocumented)):
        uses[name][1].add(case.id)


def _refusing(case: Case, guideline: Guideline) -> list[Rule]:
    """Return the rules by which a case contradicts itself."""
    model = Situation(case, guideline, "closed", case.date).model
    errors = [p.name for p in guideline.program.predicates.values() if p.is_error]
    return [f.rule for name in errors for atom in model.atoms(name) for f in model.firings[atom]]


def _row(name: str, program: Program, uses: Uses) -> Row:
    statement = program.statements[name]
    rules = [rule for rule in program.rules if name in rule.cites]
    by, proved = sorted(uses[name][0]), sorted(uses[name][1] - uses[name][0])
    readings = {reading for rule in rules for reading in rule.readings}
    ids = tuple(dict.fromkeys(group(rule) for rule in rules))
    told = name in program.notices  # a notice goes with every decision
    holes = () if told else tuple(text for text, there in (("no rule", ids), ("no case", by or proved)) if not there)
    return Row(
        name, statement.words, statement.authority, statement.effective, statement.source, ids,
        tuple(sorted(readings, key=lambda r: (len(r), r))), tuple(by), tuple(proved), holes,
    )  # fmt: skip


def _interpretation(name: str, program: Program, uses: Uses) -> Row:
    """Return the row of an interpretation: what is read by it, and the cases whose proofs are."""
    rules = dict.fromkeys(group(rule) for rule in program.rules if name in rule.readings)
    opened = [f"predicate {p.name}" for p in program.predicates.values() if name in p.readings]
    ids, cases = (*opened, *rules), tuple(sorted(uses[name][1]))
    holes = tuple(text for text, there in (("no rule", ids), ("no case", cases)) if not there)
    return Row(name, program.interpretations[name], "interpretation", "", "", ids, (), (), cases, holes)


def as_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the matrix as JSON objects."""
    return [row._asdict() for row in rows]


def as_csv(rows: Sequence[Row]) -> str:
    """Return the matrix as comma-separated values; several values of a cell stand one a line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(Row._fields)
    for row in rows:
        writer.writerow(["\n".join(cell) if isinstance(cell, tuple) else cell for cell in row])
    return out.getvalue()


def as_text(rows: Sequence[Row], width: int, changed: str = "") -> str:
    """Return the matrix as text, a paragraph a statement.

    :param changed: what a variant changes, as a sentence.
    """
    told = [line for row in rows for line in _paragraph(row, width)]
    return "\n".join([*told, filled(summary(rows) + changed, width)])


def _paragraph(row: Row, width: int) -> Iterator[str]:
    since = f", since {row.effective}" if row.effective else ""
    yield from wrapped(f"{row.statement}  {row.words}", width, subsequent_indent="  ")
    yield from wrapped(f"  {row.authority.replace('_', ' ')}{since}", width, subsequent_indent="    ")
    for label, names in (("rules", row.rules), ("rests on", row.interpretations)):
        if names:
            yield from wrapped(f"  {label}: {', '.join(names)}", width, subsequent_indent="    ")
    for label, names in (("cases by it", row.by), ("used in", row.proved)):
        if names:
            shown = f"{', '.join(names[:3])}{', ...' if len(names) > 3 else ''}"
            yield from wrapped(f"  {label}: {len(names)} ({shown})", width, subsequent_indent="    ")
    if row.holes:
        yield from wrapped(f"  HOLE: {', '.join(row.holes)}", width, subsequent_indent="    ")
    yield ""


def changed(program: Program) -> str:
    """Return what a variant changes, to stand behind a summary; nothing of another guideline."""
    return f". {program.name} is {program.variation}." if program.variation.base else ""


def summary(rows: Sequence[Row]) -> str:
    """Return the count of statements, of interpretations and of holes, in a line."""
    holes = [f"{row.statement} ({', '.join(row.holes)})" for row in rows if row.holes]
    read = sum(row.authority == "interpretation" for row in rows)
    count = f"{some(len(rows) - read, 'statement')}, {some(read, 'interpretation')}"
    return f"{count}, {len(holes)} with holes" + (f": {'; '.join(holes)}" if holes else "")


def as_html(rows: Sequence[Row], guideline: Guideline) -> str:
    """Return the matrix as an HTML page that stands alone.

    :raises PagesError: where Jinja2 is not installed.
    """
    from ..render.page import page

    heads = ("statement", "what it says", "authority", "rules", "interpretations", "cases", "holes")
    cells = [
        (
            row.statement, row.words, f"{row.authority.replace('_', ' ')} {row.effective}", ", ".join(row.rules),
            ", ".join(row.interpretations), _cases(row), ", ".join(row.holes) or "none",
        )
        for row in rows
    ]  # fmt: skip
    title = f"{guideline.program.name}: traceability"
    return page(
        "trace",
        "proof",
        "book",
        program=guideline.program,
        title=title,
        kind="proof book",
        summary=summary(rows) + changed(guideline.program),
        heads=heads,
        rows=cells,
    )


def _cases(row: Row) -> list[tuple[str, str]]:
    """Return the cases of a row as they fold: how many, and their names."""
    told = (("by it", row.by), ("use it", row.proved))
    return [(f"{len(names)} {label}", ", ".join(names)) for label, names in told if names]
