"""A guideline as one readable HTML book: statements, rules in words and text, codes, interpretations, cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import groupby

from ...engine.cases.case import Case, Unreadable
from ...engine.language.terms import Comparison, Literal, Rule
from ...engine.library.guideline import Guideline
from ...engine.program.program import Program, Statement
from ...engine.program.reader import RESERVED
from ...engine.program.words import say_atom, say_rule
from ..render.page import page, table
from ..testing.cases import refused, run_case
from ..testing.reviewed import group


def book(guideline: Guideline, cases: Sequence[Case | Unreadable]) -> str:
    """Return the knowledge base of a guideline with its cases as an HTML page that stands alone."""
    program = guideline.program
    title = f"{program.name}: {program.title}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="quiet">Published {escape(program.published)}. {len(program.statements)} statements, '
        f"{sum(bool(rule.body) for rule in program.rules)} rules, {len(cases)} cases.</p>",
        *_notices(program),
        *_contents(program),
        '<h2 id="statements">Statements</h2>',
        *(part for statement in program.statements.values() for part in _statement(statement, program)),
        *_facts(program),
        *_vocabulary(program),
        *_interpretations(program),
        *_cases(cases, guideline),
    ]
    return page(title, body)


def _notices(program: Program) -> Iterator[str]:
    yield from (f"<p><strong>{escape(key)}</strong> {escape(text)}</p>" for key, text in program.notices.items())


def _contents(program: Program) -> Iterator[str]:
    yield '<nav aria-label="Contents"><h2>Contents</h2>\n<ul>'
    for statement in program.statements.values():
        yield f'<li><a href="#{_anchor(statement.id)}">{escape(statement.id)}</a> {escape(statement.words)}</li>'
    for name in ("Tables", "Vocabulary", "Interpretations", "Cases"):
        yield f'<li><a href="#{name.lower()}">{name}</a></li>'
    yield "</ul></nav>"


def _anchor(name: str) -> str:
    """Return an id for a link: letters, digits, dots and hyphens stay, the rest goes by its number."""
    return "s-" + "".join(c if c.isalnum() or c in ".-" else f"_{ord(c)}" for c in name)


def _statement(statement: Statement, program: Program) -> Iterator[str]:
    yield f'<section><h3 id="{_anchor(statement.id)}">{escape(statement.id)}</h3>'
    yield f"<p>{escape(statement.words)}</p>"
    since = f", in force from {statement.effective}" if statement.effective else ""
    authority = statement.authority.replace("_", " ")
    yield f'<p class="quiet">{escape(f"{authority}{since}; {statement.source}")}</p>'
    for rule in program.rules:
        if rule.body and statement.id in rule.cites:
            yield from _rule(rule, program)
    yield "</section>"


def _rule(rule: Rule, program: Program) -> Iterator[str]:
    yield f"<h4>{escape(rule.id)}</h4>"
    parts = "".join(f"<li>{escape(_say(part, program))}</li>" for part in rule.body)
    yield f"<p>{escape(say_rule(rule, {}, program))}, where</p>\n<ul>{parts}</ul>"
    yield f"<pre><code>{escape(_text(rule))}</code></pre>"
    if rule.readings:
        links = ", ".join(f'<a href="#{_anchor(name)}">{escape(name)}</a>' for name in rule.readings)
        yield f'<p class="quiet">rests on {links}</p>'


def _say(part: Literal | Comparison, program: Program) -> str:
    if isinstance(part, Comparison):
        return str(part)
    said = say_atom(part.atom, program)
    return said if part.positive else f"it is not so that {said}"


def _text(rule: Rule) -> str:
    """Return a rule as the text has it, a part a line."""
    return f"{rule.head} :-\n    " + ",\n    ".join(map(str, rule.body)) + "."


def _facts(program: Program) -> Iterator[str]:
    """Yield a table for each predicate that facts give."""
    yield '<h2 id="tables">Tables</h2>'
    facts = [rule for rule in program.rules if not rule.body and rule.head.predicate not in RESERVED]
    by_name = sorted(facts, key=lambda rule: rule.head.predicate)  # stable: the order of the text within
    for name, rules in groupby(by_name, key=lambda rule: rule.head.predicate):
        declared = program.predicates[name]
        rows = [
            (*(_constant(a, program) for a in rule.head.args), say_atom(rule.head, program), group(rule),
             rule.effective or "always")
            for rule in rules
        ]  # fmt: skip
        yield table((*declared.params, "in words", "facts", "in force from"), rows, name)


def _constant(value: object, program: Program) -> str:
    text = str(value)
    label = program.label(text)
    plain = text.strip('"')
    return plain if label == plain else f"{plain}: {label}"


def _vocabulary(program: Program) -> Iterator[str]:
    yield '<h2 id="vocabulary">Vocabulary</h2>'
    for kind in dict.fromkeys(kind for kind, _ in program.concepts.values()):
        rows = [(name.strip('"'), program.concepts[name][1]) for name in program.of_kind(kind)]
        yield table(("name", "label"), rows, kind)


def _interpretations(program: Program) -> Iterator[str]:
    yield '<h2 id="interpretations">Interpretations</h2>\n<dl>'
    for name, words in program.interpretations.items():
        rules = ", ".join(dict.fromkeys(group(rule) for rule in program.rules if name in rule.readings))
        yield f'<dt id="{_anchor(name)}">{escape(name)}</dt><dd>{escape(words)}'
        yield f'<br><span class="quiet">followed by {escape(rules)}</span></dd>'
    yield "</dl>"


def _cases(cases: Iterable[Case | Unreadable], guideline: Guideline) -> Iterator[str]:
    yield '<h2 id="cases">Cases</h2>'
    rows = []
    for case in cases:
        for result in run_case(case, guideline):
            title = case.title if isinstance(case, Case) else case.error
            told = ", ".join(name.replace("_", " ") for name in result.outcomes)
            differs = "; ".join(result.differences)
            why = "contradicts itself" if isinstance(case, Case) and refused(case) else ", ".join(result.by)
            rows.append((result.case, title, result.world, told, why, differs or "as expected"))
    yield table(("case", "what it shows", "world", "outcomes", "by", "result"), rows, "Canonical cases")
