"""What a guideline's texts hold, once they are walked through: statements, questions and rules, each checked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from ..language.errors import Finding, did_you_mean
from ..language.parser import Clause
from ..language.terms import Place, Rule, term_text, unquote
from .declaration import names
from .program import AUTHORITIES, Statement
from .program import RESERVED as _RESERVED

# Facts the reader itself understands; everything else is the guideline's own vocabulary.
RESERVED = {name: predicate.params for name, predicate in _RESERVED.items()}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")


class Collected:
    """Clauses with their annotations, in the order of the text, and what is wrong with them."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.drafts: list[tuple[Clause, dict[str, str], str]] = []
        self.facts: dict[str, list[tuple[Clause, str]]] = {name: [] for name in RESERVED}

    def fail(self, code: str, place: Place, message: str, fix: str) -> None:
        self.findings.append(Finding(code, place, message, fix))

    def rows(self, predicate: str) -> Iterator[tuple[list[str], str, Place]]:
        """Yield the arguments of the reserved facts of a predicate, as plain text, checked for number."""
        for clause, source in self.facts[predicate]:
            if clause.body or len(clause.head.args) != len(RESERVED[predicate]):
                self.fail("arity", clause.place, f"{predicate} is a fact of {len(RESERVED[predicate])} arguments",
                          f"write {predicate}({', '.join(RESERVED[predicate])}).")  # fmt: skip
                continue
            yield [str(a) for a in clause.head.args], source, clause.place

    def statements(self) -> dict[str, Statement]:
        found: dict[str, Statement] = {}
        known = [*AUTHORITIES, *(name for (name, _), _, _ in self.rows("authority"))]
        for args, source, place in self.rows("statement"):
            name, authority, effective, words = map(unquote, args)
            if authority not in known:
                fix = did_you_mean(authority, known) or f"known are {', '.join(known)}; declare authority(NAME, WORDS)"
                self.fail("authority", place, f"unknown authority {authority}", fix)
            if name in found:
                self.fail("duplicate", place, f"statement {name} stands twice", "keep one")
            self._date(effective, place)
            found[name] = Statement(name, authority, effective, words, source, place)
        return found

    def words(self, fact: str, known: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return the words that facts of one name give concepts and predicates."""
        found = {}
        for (name, *told), _, place in self.rows(fact):
            if name not in known:
                self.fail("undeclared", place, f"no concept or predicate is called {name}",
                          did_you_mean(name, known) or 'write concept(NAME, KIND, "label").')  # fmt: skip
            if name in found:
                self.fail("duplicate", place, f"{name} has words of {fact} already", "keep one")
            found[name] = tuple(map(unquote, told))
        return found

    def _date(self, text: str, place: Place) -> None:
        try:
            valid = not text or bool(_DATE.match(text) and datetime.date.fromisoformat(text))
        except ValueError:
            valid = False
        if not valid:
            self.fail("date", place, f"{text} is no date", "write YYYY-MM-DD")

    def _cited(self, name: str, cited: Iterable[str], known: Iterable[str], what: str, place: Place) -> None:
        for missing in set(cited).difference(known):
            fix = did_you_mean(missing, known) or f"state it with {what}(...), or name one with %@ cites:"
            self.fail("uncited", place, f"{name} cites no {what}: {missing}", fix)

    def rules(self, statements: dict[str, Statement], readings: dict[str, str]) -> Iterator[Rule]:
        for clause, props, source in self.drafts:
            name = props["id"]
            cites = cited(props)
            own = names(props.get("reading", ""))
            if not cites:
                fix = "name a statement with %@ cites:, or leave the line out"
                self.fail("uncited", clause.place, f"{name} cites nothing", fix)
            self._cited(name, cites, statements, "statement", clause.place)
            self._cited(name, own, readings, "interpretation", clause.place)
            dates = [statements[c].effective for c in cites if c in statements]
            effective = props.get("effective", max(dates, default=""))
            effective = "" if effective == "none" else effective
            ended = props.get("ended", "")
            self._date(effective, clause.place)
            self._date(ended, clause.place)
            if props["of"] == "facts":
                name = f"{name}({', '.join(unquote(term_text(a)) for a in clause.head.args)})"
            yield Rule(
                name, clause.head, clause.body, props["gloss"], cites, own, effective, ended, source, clause.place,
                props.get("fold", ""),
            )  # fmt: skip


def cited(props: Mapping[str, str]) -> tuple[str, ...]:
    """Return the statements that a clause cites: those named, or the one that its id begins with."""
    return names(props["cites"]) if "cites" in props else (props["id"].partition("/")[0],)
