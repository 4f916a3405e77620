"""Reads the texts of a guideline: attaches annotations to clauses, declarations to predicates."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from ..language.errors import Finding
from ..language.parser import Annotation, Clause, parse
from ..language.terms import Rule, unquote
from .collected import RESERVED, Collected, cited
from .declaration import AmissError, names, nearest, read_case_key, read_head, read_outcome
from .forms import SINGLE
from .graph import with_inputs
from .interface import Outcome, in_turn
from .notation import ANNOTATIONS
from .program import CaseKey, Predicate, Program
from .quantities import with_quantities
from .ranges import expanded
from .variation import EXTENDS, REPLACES, WITHDRAWS, Changes, Variation, is_own

_OWNERS = {name for entry in ANNOTATIONS.values() for name in entry.below}
_OPEN = re.compile(r"(?P<kind>\w+)(?: (?P<how>unless|until) (?P<predicate>\w+))?$")


class _Reader(Collected):
    """Walks a folder's clauses and annotations in order and attaches the one to the other."""

    def __init__(self) -> None:
        super().__init__()
        self.predicates: dict[str, Predicate] = {}
        self.outcomes: list[Outcome] = []
        self.changes: list[Annotation] = []
        self.order: list[Annotation] = []
        self.owner: Annotation | None = None
        self.props: dict[str, str] = {}
        self.used = self.unknown = False
        self.source = self.locator = ""

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
        elif note.key == "range" and self.owner and self.owner.key == "facts":
            self._range(note)
        elif note.key in _OWNERS:
            self._close()
            self.owner = note
        elif note.key == "order":
            self._close()
            self.order.append(note)
        elif note.key in (EXTENDS, REPLACES, WITHDRAWS):
            self._close()
            self.changes.append(note)
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

    def _range(self, note: Annotation) -> None:
        try:
            for clause in expanded(note):
                self._clause(clause)
        except AmissError as error:
            self.used = True
            self.fail("annotation", note.place, error.message, error.fix)

    def _belongs(self, note: Annotation) -> bool:
        """Say whether an annotation stands below one that it may stand below; below an unknown one it may."""
        owner = self.owner.key if self.owner and not self.used else ""
        return owner in ANNOTATIONS[note.key].below or bool(owner and owner not in ANNOTATIONS)

    def _known(self, note: Annotation) -> Annotation:
        """Return an annotation as the nearest known one, so that one slip is one finding."""
        if note.key == "locator" or note.key in ANNOTATIONS:
            return note
        meant, fix = nearest(note.key, sorted(ANNOTATIONS))
        self.fail("annotation", note.place, f"unknown annotation %@ {note.key}", fix)
        return note._replace(key=meant or note.key)

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
        name, params, amiss = read_head(text.strip())
        if amiss:
            self.fail("annotation", note.place, "this declaration cannot be read", amiss)
        if not name:
            return
        case = self._case(note, props)
        if name in self.predicates or name in RESERVED:
            self.fail("duplicate", note.place, f"{name} is declared already", "keep one declaration")
        opened = _OPEN.match(props.get("open", ""))
        counted = props.get("open") == "" and case is not None and case.shape in SINGLE
        if "open" in props and not opened and not counted and (case or "case" not in props):
            self.fail("annotation", note.place, f"{name} is open, and no kind of concept is named",
                      "write %@ open: KIND, and unless or until PREDICATE behind it where it has one")  # fmt: skip
        if "outcome" in props:
            self._outcome(name, note, props["outcome"])
        settled = {opened["how"]: opened["predicate"]} if opened and opened["how"] else {}
        self.predicates[name] = Predicate(
            name, params, gloss.strip(), note.place, case, opened["kind"] if opened else "",
            is_error="error" in props, readings=names(props.get("reading", "")), open_count=counted,
            is_shown="shown" in props, fold=props.get("fold", ""), **settled,
        )  # fmt: skip

    def _outcome(self, name: str, note: Annotation, said: str) -> None:
        try:
            self.outcomes.append(read_outcome(name, said))
        except AmissError as error:
            self.fail("annotation", note.place, f"%@ outcome: {said} {error.message}", error.fix)

    def ordered(self, statements: Collection[str]) -> Iterator[str]:
        """Yield the statements that the document has in another order than the text; a variant may lack some."""
        for note in self.order:
            if not self.changes:
                self._cited("%@ order", names(note.rest), statements, "statement", note.place)
            yield from (name for name in names(note.rest) if name in statements)

    def vary(self) -> Variation:
        """Leave out what the text changes in what it extends, and have each own source name the guideline."""
        changes = Changes(self.changes)
        if not self.changes:
            return Variation()
        said = [(unquote(str(c.head.args[0])), c.place) for key in ("statement", "interpretation")
                for c, _ in self.facts[key] if c.head.args]  # fmt: skip
        self.findings += changes.amiss(said)
        names_ = {is_own(clause.place): unquote(str(clause.head.args[0])) for clause, _ in self.facts["guideline"]}
        for key, facts in self.facts.items():
            kept = [each for each in facts if not changes.drops_fact(each[0])]
            self.facts[key] = [(clause, self._own(clause, source, names_)) for clause, source in kept]
        self.drafts = [
            (clause, props, self._own(clause, source, names_))
            for clause, props, source in self.drafts
            if not changes.drops(cited(props), clause.place)
        ]
        return Variation(names_.get(False, ""), changes.named(REPLACES), changes.named(WITHDRAWS))

    @staticmethod
    def _own(clause: Clause, source: str, names_: dict[bool, str]) -> str:
        return f"{names_.get(True, '')}: {source}" if source and is_own(clause.place) else source

    def _case(self, note: Annotation, props: dict[str, str]) -> CaseKey | None:
        try:
            return read_case_key(props["case"]) if "case" in props else None
        except AmissError as error:
            self.fail("annotation", note.place, f"%@ case: {props['case']} {error.message}", error.fix)
            return None


def read_program(files: Iterable[tuple[str, str]]) -> tuple[Program, list[Finding]]:
    """Read a guideline from its texts, without checking whether it is sound.

    :param files: (name, text) of each `.dl` file.
    :return: the program, and what was found wrong with its annotations.
    :raises GuidelineError: where a text is not of the grammar.
    """
    reader = _Reader()
    for name, text in files:
        reader.read(parse(text, name))
    variation = reader.vary()
    statements = reader.statements()
    tables = ("interpretation", "notice", "authority")
    pairs = {key: {unquote(a): unquote(b) for (a, b), _, _ in reader.rows(key)} for key in tables}
    concepts = {name: (kind, unquote(label)) for (name, kind, label), _, _ in reader.rows("concept")}
    known = {**concepts, **reader.predicates}
    meta = [list(map(unquote, args)) for args, _, _ in reader.rows("guideline")] or [["", "", ""]]
    rules = tuple(reader.rules(statements, pairs["interpretation"]))
    facts = tuple(_fact(clause, source) for name in RESERVED for clause, source in reader.facts[name])
    program, mismatches = with_quantities(with_inputs(Program(
        meta[0][0], meta[0][1], meta[0][2], reader.predicates, rules + facts,
        statements, pairs["interpretation"], pairs["notice"], concepts,
        {name: (asked, told) for name, (asked, told) in reader.words("ask", known).items()},
        in_turn(reader.outcomes), pairs["authority"],
        {name: words for name, (words,) in reader.words("plain", known).items()},
        {name: (so, not_so) for name, (so, not_so) in reader.words("tell", known).items()}, variation,
        tuple(reader.ordered(statements)),
    )))  # fmt: skip
    return program, reader.findings + mismatches


def _fact(clause: Clause, source: str) -> Rule:
    """Return a reserved fact as a clause, so that rules and queries can ask for it."""
    name = f"{clause.head.predicate}({', '.join(unquote(str(a)) for a in clause.head.args[:1])})"
    return Rule(name, clause.head, (), "", (), (), "", "", source, clause.place)
