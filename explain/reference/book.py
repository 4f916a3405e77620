"""A guideline as one readable HTML book: statements, rules in words and text, codes, interpretations, cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from ...engine.cases.case import Case, Unreadable
from ...engine.library.guideline import Guideline
from ...engine.program.collected import RESERVED
from ...engine.program.general import of_part, of_rule
from ...engine.program.program import Program, Statement
from ...engine.program.words import say_atom
from ..advice.wording import come_to
from ..render.page import page
from ..testing.cases import refused, run_case
from ..testing.reviewed import group

Table = dict[str, Any]
"""The heads, the rows and the caption of a table."""


def book(guideline: Guideline, cases: Sequence[Case | Unreadable]) -> str:
    """Return the knowledge base of a guideline with its cases as an HTML page that stands alone.

    :raises PagesError: where Jinja2 is not installed.
    """
    program = guideline.program
    return page(
        "book", "proof", "book", title=f"{program.name}: {program.title}", kind="proof book", program=program,
        ruled=sum(bool(rule.body) for rule in program.rules), counted=len(cases), anchor=_anchor,
        statements=[(each, list(_rules(each, program))) for each in program.in_document()],
        tables=list(_facts(program)), vocabulary=list(_vocabulary(program)),
        interpretations=list(_interpretations(program)), cases=_cases(cases, guideline),
    )  # fmt: skip


def _anchor(name: str) -> str:
    """Return an id for a link: letters, digits, dots and hyphens stay, the rest goes by its number."""
    return "s-" + "".join(c if c.isalnum() or c in ".-" else f"_{ord(c)}" for c in name)


def _rules(statement: Statement, program: Program) -> Iterator[dict[str, Any]]:
    """Yield each rule that cites a statement, in words and as the text has it, a part a line."""
    for rule in program.rules:
        if rule.body and statement.id in rule.cites:
            body = [f"    {part}{',' if i < len(rule.body) else '.'}" for i, part in enumerate(rule.body, 1)]
            yield {
                "id": rule.id, "words": of_rule(rule, program), "readings": rule.readings,
                "parts": [of_part(part, program) for part in rule.body], "text": [f"{rule.head} :-", *body],
            }  # fmt: skip


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> Table:
    return {"heads": heads, "rows": list(rows), "caption": caption}


def _facts(program: Program) -> Iterator[Table]:
    """Yield a table for each predicate that facts give."""
    facts = [rule for rule in program.rules if not rule.body and rule.head.predicate not in RESERVED]
    by_name = sorted(facts, key=lambda rule: rule.head.predicate)  # stable: the order of the text within
    for name, rules in groupby(by_name, key=lambda rule: rule.head.predicate):
        declared = program.predicates[name]
        rows = [
            (*(_constant(a, program) for a in rule.head.args), say_atom(rule.head, program), group(rule),
             rule.effective or "always")
            for rule in rules
        ]  # fmt: skip
        yield _table((*declared.params, "in words", "facts", "in force from"), rows, name)


def _constant(value: object, program: Program) -> str:
    text = str(value)
    label = program.label(text)
    plain = text.strip('"')
    return plain if label == plain else f"{plain}: {label}"


def _vocabulary(program: Program) -> Iterator[Table]:
    for kind in dict.fromkeys(kind for kind, _ in program.concepts.values()):
        rows = [(name.strip('"'), program.concepts[name][1]) for name in program.of_kind(kind)]
        yield _table(("name", "label"), rows, kind)


def _interpretations(program: Program) -> Iterator[tuple[str, str, str]]:
    """Yield each interpretation with its words and the rules that follow it."""
    for name, words in program.interpretations.items():
        yield name, words, ", ".join(dict.fromkeys(group(rule) for rule in program.rules if name in rule.readings))


def _cases(cases: Iterable[Case | Unreadable], guideline: Guideline) -> Table:
    rows = []
    for case in cases:
        for result in run_case(case, guideline):
            title = case.title if isinstance(case, Case) else case.error
            told = ", ".join(come_to(name, guideline.program) for name in result.outcomes)
            differs = "; ".join(map(str, result.differences))
            why = "contradicts itself" if refused(case) else ", ".join(result.by)
            row = (result.case, title, result.world, told, why, differs or "as expected")
            rows.append([text.replace(f"{guideline.folder}/", "") for text in row])
    return _table(("case", "what it shows", "world", "outcomes", "by", "result"), rows, "Canonical cases")
