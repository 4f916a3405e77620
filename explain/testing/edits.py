"""Small changes of what a guideline declares, cites and says, one at a time: they leave its clauses as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ...engine.language.terms import Rule
from ...engine.program.program import Program
from .reviewed import group

DECLARED = "declared"
"""The kind of edit that changes what may be undocumented, and so decisions; the others change words and citations."""


class Edit(NamedTuple):
    """One change of a row of a table of a program."""

    where: str  # what is changed, in words
    kind: str  # declared, authority, citation, reading, words
    change: str  # in words
    table: str  # the field of Program
    key: str  # a key of that table; for rules, the name of a rule or of a group of facts
    fields: tuple[tuple[str, Any], ...]  # what is put in place; no name stands for the row itself

    @property
    def name(self) -> str:
        """What is changed, and how."""
        return f"{self.where}: {self.change}"

    def apply(self, program: Program) -> Program:
        """Return the program with the change made."""
        if self.table == "rules":
            return program._replace(rules=tuple(map(self.of_rule, program.rules)))
        rows: dict[str, Any] = getattr(program, self.table)
        new = dict(self.fields)
        row = new[""] if "" in new else rows[self.key]._replace(**new)
        changed: dict[str, Any] = {self.table: {**rows, self.key: row}}
        return program._replace(**changed)

    def of_rule(self, rule: Rule) -> Rule:
        """Return a rule as the change leaves it."""
        return rule._replace(**dict(self.fields)) if self.table == "rules" and group(rule) == self.key else rule


def edits(program: Program) -> Iterator[Edit]:
    """Yield every edit of a program that differs from it."""
    yield from _predicates(program)
    yield from _statements(program)
    yield from _rules(program)
    for table, what in (("interpretations", "interpretation"), ("notices", "notice"), ("questions", "question"),
                        ("plain", "plain"), ("tells", "tell")):  # fmt: skip
        rows: dict[str, Any] = getattr(program, table)
        for name, row in rows.items():
            if (other := after(name, list(rows))) and rows[other] != row:
                yield _edit(table, what, name, "words", f"has the words of {other}", **{"": rows[other]})
    for name, (kind, label) in program.concepts.items():
        if (other := after(name, program.of_kind(kind))) and program.concepts[other][1] != label:
            yield _edit("concepts", "concept", name, "words", f"has the label of {other}",
                        **{"": (kind, program.concepts[other][1])})  # fmt: skip


def after(name: str, names: Sequence[str]) -> str:
    """Return what stands next to a name, or an empty text where nothing else does."""
    return names[(names.index(name) + 1) % len(names)] if len(names) > 1 else ""


def _edit(table: str, what: str, name: str, kind: str, change: str, **fields: Any) -> Edit:
    return Edit(f"{what} {name}", kind, change, table, name, tuple(fields.items()))


def _predicates(program: Program) -> Iterator[Edit]:
    for name, row in program.predicates.items():
        if row.is_open:
            yield _edit("predicates", "predicate", name, DECLARED, "not open", open_kind="", open_count=False,
                        unless="", until="")  # fmt: skip
        for how in ("unless", "until"):
            if closing := getattr(row, how):
                yield _edit("predicates", "predicate", name, DECLARED, f"open without {how} {closing}", **{how: ""})
        for change, readings in _readings(row.readings, program):
            yield _edit("predicates", "predicate", name, "reading", change, readings=readings)
        like = [p.name for p in program.predicates.values() if p.params == row.params]
        if other := after(name, like):
            gloss = program.predicates[other].gloss
            yield _edit("predicates", "predicate", name, "words", f"has the gloss of {other}", gloss=gloss)


def _statements(program: Program) -> Iterator[Edit]:
    for name, row in program.statements.items():
        authority = "stated" if row.authority == "inferred" else "inferred"
        yield _edit("statements", "statement", name, "authority", f"{authority}, not {row.authority}",
                    authority=authority)  # fmt: skip
        if other := after(name, list(program.statements)):
            for field in ("words", "source"):
                new = getattr(program.statements[other], field)
                if new != getattr(row, field):
                    yield _edit("statements", "statement", name, "words", f"has the {field} of {other}", **{field: new})


def _rules(program: Program) -> Iterator[Edit]:
    """Yield the edits of each rule and each group of facts, once by its name."""
    every = {group(rule): rule for rule in program.rules if rule.cites}
    for name, rule in every.items():
        for at, cited in enumerate(rule.cites):
            if other := after(cited, list(program.statements)):
                cites = (*rule.cites[:at], other, *rule.cites[at + 1 :])
                yield _edit("rules", "rule", name, "citation", f"cites {other}, not {cited}", cites=cites)
        for change, readings in _readings(rule.readings, program):
            yield _edit("rules", "rule", name, "reading", change, readings=readings)
        like = [n for n, r in every.items() if r.head.predicate == rule.head.predicate and r.gloss]
        for field, names in (("gloss", like if rule.gloss else []), ("source", list(every))):
            other = after(name, names) if names else ""
            if other and getattr(every[other], field) != getattr(rule, field):
                yield _edit("rules", "rule", name, "words", f"has the {field} of {other}",
                            **{field: getattr(every[other], field)})  # fmt: skip


def _readings(readings: tuple[str, ...], program: Program) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each list of interpretations that lacks one, or has its neighbour in its place."""
    for at, name in enumerate(readings):
        rest = (*readings[:at], *readings[at + 1 :])
        yield f"not read by {name}", rest
        if (other := after(name, list(program.interpretations))) and other not in readings:
            yield f"read by {other}, not {name}", (*readings[:at], other, *readings[at + 1 :])
