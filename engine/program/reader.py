"""Reads the texts of a guideline: attaches annotations to clauses, declarations to predicates."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Iterator

from ..language.errors import Finding, did_you_mean
from ..language.parser import Annotation, Clause, parse
from ..language.terms import Place, Rule, unquote
from .declaration import AmissError, read_case_key
from .notation import ANNOTATIONS, SINGLE
from .program import AUTHORITIES, CaseKey, Predicate, Program, Statement
from .program import RESERVED as _RESERVED
from .quantities import with_quantities

# Facts the reader itself understands; everything else is the guideline's own vocabulary.
RESERVED = {name: predicate.params for name, predicate in _RESERVED.items()}
_OWNERS = {name for entry in ANNOTATIONS.values() for name in entry.below}
_HEAD = re.compile(r"(?P<name>[a-z]\w*)(?:\((?P<params>[A-Z]\w*(?:, *[A-Z]\w*)*)\))?$")
_LIKE_HEAD = re.compile(r"(?P<name>[a-z]\w*)\W*(?P<params>.*?)\W*$")
_OPEN = re.compile(r"(?P<kind>\w+)(?: (?P<how>unless|until) (?P<predicate>\w+))?$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")


class _Reader:
    """Walks a folder's clauses and annotations in order and attaches the one to the other."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.predicates: dict[str, Predicate] = {}
        self.drafts: list[tuple[Clause, dict[str, str], str]] = []
        self.facts: dict[str, list[tuple[Clause, str]]] = {name: [] for name in RESERVED}
        self.owner: Annotation | None = None
        self.props: dict[str, str] = {}
        self.used = self.unknown = False
        self.source = self.locator = ""

    def fail(self, code: str, place: Place, message: str, fix: str) -> None:
        self.findings.append(Finding(code, place, message, fix))

    def read(self, items: Iterable[Clause | Annotation]) -> None:
        self.source = self.locator = ""
        for item in items:
            if isinstance(item, Annotation):
                self._annotation(item)
            else:
                self._clause(item)
        self._close()

    def _close(self) -> None:
        """End the annotation at hand: a rule or a predicate takes effect, a stray one is an error."""
        if self.owner and self.owner.key == "predicate":
            self._declare(self.owner, self.props)
        elif self.owner and not self.used and self.owner.key in _OWNERS:
            self.fail("detached", self.owner.place, f"nothing follows this %@ {self.owner.key}",
                      "put the clause directly below it, or delete it")  # fmt: skip
        self.owner, self.props, self.used, self.unknown = None, {}, False, False

    def _annotation(self, note: Annotation) -> None:
        note = self._known(note)
        if note.key in ("source", "locator"):
            self._close()
            self.locator = note.rest if note.key == "locator" else ""
            self.source = note.rest if note.key == "source" else self.source
        elif note.key in _OWNERS:
            self._close()
            self.owner = note
        elif note.key not in ANNOTATIONS:
            if not self.owner or self.used:
                self._close()
                self.owner = note
            self.unknown = True
        elif not self._belongs(note):
            self.fail("detached", note.place, f"%@ {note.key} belongs to nothing here",
                      "put it directly below the %@ line it belongs to, before the clause")  # fmt: skip
        elif note.key == "fold" and not note.rest:
            self.fail("annotation", note.place, "a step is folded, and nothing says as what", "write %@ fold: WORDS")
        else:
            self.props[note.key] = note.rest

    def _belongs(self, note: Annotation) -> bool:
        """Say whether an annotation stands below one that it may stand below; below an unknown one it may."""
        owner = self.owner.key if self.owner and not self.used else ""
        return owner in ANNOTATIONS[note.key].below or bool(owner and owner not in ANNOTATIONS)

    def _known(self, note: Annotation) -> Annotation:
        """Return an annotation as the nearest known one, so that one slip is one finding."""
        if note.key == "locator" or note.key in ANNOTATIONS:
            return note
        hint = did_you_mean(note.key, ANNOTATIONS)
        known = f"{hint} known are {', '.join(sorted(ANNOTATIONS))}".strip()
        self.fail("annotation", note.place, f"unknown annotation %@ {note.key}", known)
        return note._replace(key=hint.removeprefix("did you mean ").removesuffix("?") or note.key)

    def _clause(self, clause: Clause) -> None:
        source = ", ".join(filter(None, (self.source, self.locator)))
        if clause.head.predicate in RESERVED:
            self.facts[clause.head.predicate].append((clause, source))
            return
        if self.unknown and self.owner and self.owner.key not in ("rule", "facts"):
            self.used = True  # what is wrong is the annotation above it
            return
        if not self.owner or self.owner.key == "predicate" or (self.owner.key == "rule" and self.used):
            self.fail("no-id", clause.place, f"this clause for {clause.head.predicate} has no id",
                      "write %@ rule ID: gloss (or %@ facts ID: gloss) above it")  # fmt: skip
            return
        if self.owner.key == "facts" and clause.body:
            self.fail("no-id", clause.place, "a rule stands among facts", "give it a %@ rule ID: gloss of its own")
            return
        if not self.source:
            self.fail("uncited", clause.place, "no source is named", "write %@ source: DOCUMENT, SECTION above")
        self.used = True
        name, _, gloss = self.owner.rest.partition(":")
        props = {"id": name.strip(), "gloss": gloss.strip(), "of": self.owner.key, **self.props}
        self.drafts.append((clause, props, source))

    def _declare(self, note: Annotation, props: dict[str, str]) -> None:
        text, _, gloss = note.rest.partition(":")
        match = _HEAD.match(text.strip())
        if not match:
            fix = "write %@ predicate name(Argument, ...): gloss, each argument with a capital"
            self.fail("annotation", note.place, "this declaration cannot be read", fix)
            match = _LIKE_HEAD.match(text.strip())  # declared all the same: what asks for it is not what is wrong
            if not match:
                return
        name, case = match["name"], self._case(note, props)
        if name in self.predicates or name in RESERVED:
            self.fail("duplicate", note.place, f"{name} is declared already", "keep one declaration")
        opened = _OPEN.match(props.get("open", ""))
        counted = props.get("open") == "" and case is not None and case.shape in SINGLE
        if "open" in props and not opened and not counted and (case or "case" not in props):
            self.fail("annotation", note.place, f"{name} is open, and no kind of concept is named",
                      "write %@ open: KIND, and unless or until PREDICATE behind it where it has one")  # fmt: skip
        params = tuple(p.strip() for p in (match["params"] or "").split(",") if p)
        settled = {opened["how"]: opened["predicate"]} if opened and opened["how"] else {}
        self.predicates[name] = Predicate(
            name, params, gloss.strip(), note.place, case, opened["kind"] if opened else "",
            is_error="error" in props, readings=_names(props.get("reading", "")), open_count=counted,
            is_shown="shown" in props, fold=props.get("fold", ""), **settled,
        )  # fmt: skip

    def _case(self, note: Annotation, props: dict[str, str]) -> CaseKey | None:
        try:
            return read_case_key(props["case"]) if "case" in props else None
        except AmissError as error:
            self.fail("annotation", note.place, f"%@ case: {props['case']} {error.message}", error.fix)
            return None

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
        for args, source, place in self.rows("statement"):
            name, authority, effective, words = map(unquote, args)
            if authority not in AUTHORITIES:
                self.fail("authority", place, f"unknown authority {authority}",
                          did_you_mean(authority, AUTHORITIES) or f"known are {', '.join(AUTHORITIES)}")  # fmt: skip
            if name in found:
                self.fail("duplicate", place, f"statement {name} stands twice", "keep one")
            self._date(effective, place)
            found[name] = Statement(name, authority, effective, words, source, place)
        return found

    def questions(self, known: Collection[str]) -> dict[str, tuple[str, str]]:
        found = {}
        for (name, question, answer), _, place in self.rows("ask"):
            if name not in known:
                self.fail("undeclared", place, f"no concept or predicate is called {name}",
                          did_you_mean(name, known) or 'write concept(NAME, KIND, "label").')  # fmt: skip
            found[name] = unquote(question), unquote(answer)
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
            cites = _names(props["cites"]) if "cites" in props else (name.partition("/")[0],)
            own, ended = _names(props.get("reading", "")), props.get("ended", "")
            if not cites:
                fix = "name a statement with %@ cites:, or leave the line out"
                self.fail("uncited", clause.place, f"{name} cites nothing", fix)
            self._cited(name, cites, statements, "statement", clause.place)
            self._cited(name, own, readings, "interpretation", clause.place)
            effective = props.get("effective", max((statements[c].effective for c in cites if c in statements), default=""))
            effective = "" if effective == "none" else effective
            for date in (effective, ended):
                self._date(date, clause.place)
            if props["of"] == "facts":
                name = f"{name}({', '.join(unquote(str(a)) for a in clause.head.args)})"
            yield Rule(
                name, clause.head, clause.body, props["gloss"], cites, own, effective, ended, source, clause.place,
                props.get("fold", ""),
            )  # fmt: skip


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def read_program(files: Iterable[tuple[str, str]]) -> tuple[Program, list[Finding]]:
    """Read a guideline from its texts, without checking whether it is sound.

    :param files: (name, text) of each `.dl` file.
    :return: the program, and what was found wrong with its annotations.
    :raises GuidelineError: where a text is not of the grammar.
    """
    reader = _Reader()
    for name, text in files:
        reader.read(parse(text, name))
    statements = reader.statements()
    pairs = {key: {unquote(a): unquote(b) for (a, b), _, _ in reader.rows(key)} for key in ("interpretation", "notice")}
    concepts = {name: (kind, unquote(label)) for (name, kind, label), _, _ in reader.rows("concept")}
    meta = [list(map(unquote, args)) for args, _, _ in reader.rows("guideline")] or [["", "", ""]]
    rules = tuple(reader.rules(statements, pairs["interpretation"]))
    facts = tuple(_fact(clause, source) for name in RESERVED for clause, source in reader.facts[name])
    program = Program(
        meta[0][0], meta[0][1], meta[0][2], reader.predicates, rules + facts,
        statements, pairs["interpretation"], pairs["notice"], concepts,
        reader.questions({**concepts, **reader.predicates}),
    )  # fmt: skip
    program, mismatches = with_quantities(program)
    return program, reader.findings + mismatches


def _fact(clause: Clause, source: str) -> Rule:
    """Return a reserved fact as a clause, so that rules and queries can ask for it."""
    name = f"{clause.head.predicate}({', '.join(unquote(str(a)) for a in clause.head.args[:1])})"
    return Rule(name, clause.head, (), "", (), (), "", "", source, clause.place)
