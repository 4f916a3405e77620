"""A guideline as data: its clauses, declarations and citations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf
from pathlib import Path

from ...kb import texts_in
from ..language.errors import Finding, GuidelineError
from ..language.record import NamedTuple
from ..language.terms import Atom, Place, Quantity, Rule, in_words
from .interface import ADVISORY, AWAITED, FAVOURABLE, KEY, SERVICE, SILENT, UNFAVOURABLE, Outcome
from .reserved import FACTS
from .variation import Variation

INFERRED = "inferred"
AUTHORITIES = ("stated", "earlier_edition", INFERRED, "interpretation")
"""What every guideline may say of a statement; one may declare more, whose statements are to be confirmed."""


class CaseKey(NamedTuple):
    """Where a case file says an input: the key, the shape of what stands there, its vocabulary."""

    key: str
    shape: str
    kind: str  # the kind of concept allowed there, or ""
    default: str
    unit: str = ""  # of its numbers, in words; a unit of time among them
    decimals: int = 0
    least: str = "0"  # the least number a case may say, as the text has it, and the greatest
    most: str = ""
    other: str = ""  # the key of an earlier date, where time is counted from one date to another
    system: str = ""  # of its codes: a name, or a pattern of the guideline's own; without one they are ICD-10-CM's
    fields: tuple[CaseKey, ...] = ()  # of a record, in the order of the predicate's arguments behind its number

    @property
    def columns(self) -> str:
        """What stands in each column of its predicate, a letter each: n for a number, t for text."""
        from .notation import FIELDS, SHAPES  # asked for where a text is read, not where it was kept

        if self.shape in FIELDS:
            return FIELDS[self.shape].column
        fields = "".join(field.columns for field in self.fields)
        return (SHAPES[self.shape].columns if self.shape in SHAPES else "t") + fields

    def measures(self) -> Iterator[tuple[int, tuple[int, str]]]:
        """Yield each column of numbers with its measure."""
        of = [self] * (len(self.columns) - len(self.fields)) + list(self.fields)
        for at, (letter, key) in enumerate(zip(self.columns, of, strict=True)):
            if letter == "n":
                yield at, key.measure

    @property
    def measure(self) -> tuple[int, str]:
        """The decimals and the unit of its numbers; those of two measures are not compared."""
        return self.decimals, self.unit

    def quantity(self, count: int) -> int:
        """Return so many of the last decimal as a number of its measure."""
        return Quantity(count, *self.measure) if any(self.measure) else count

    @property
    def lowest(self) -> int:
        """The least number it can be."""
        return self._bound(self.least)

    @property
    def highest(self) -> float:
        """The greatest number it can be; infinite where the declaration has none."""
        return self._bound(self.most) if self.most else inf

    def _bound(self, written: str) -> int:
        whole, _, decimals = written.partition(".")
        return self.quantity(int(whole + decimals.ljust(self.decimals, "0")))


class Predicate(NamedTuple):
    """A declared predicate: its arguments' names, its gloss, and how it is fed."""

    name: str
    params: tuple[str, ...]
    gloss: str
    place: Place
    case: CaseKey | None = None
    open_kind: str = ""  # the kind of concept that may be undocumented in its first argument
    unless: str = ""  # the predicate that rules such a concept out
    is_error: bool = False  # an atom of it means that the case contradicts itself
    until: str = ""  # the predicate that settles such a concept: from then on what is not given is not so
    readings: tuple[str, ...] = ()  # the interpretations by which it may be undocumented
    open_count: bool = False  # the one number it says may be undocumented
    is_shown: bool = False  # its last argument is shown with a line whose session and code are the others
    fold: str = ""  # what short explanations call a step of it that holds, in place of the step
    said_by: str = ""  # where it is open, the input through which a case says that such a concept is so
    denied_by: str = ""  # and the one through which a case says that it is not, where there is one

    @property
    def is_open(self) -> bool:
        """Whether what is not documented may still be so."""
        return bool(self.open_kind) or self.open_count

    @property
    def is_choice(self) -> bool:
        """Whether the case says one concept of a kind: once it does, the others are not so."""
        return self.case is not None and self.case.shape == "one of"

    def asked(self, atom: Atom) -> str:
        """Return by what name a case documents an open atom: its concept, or the key of a number or a choice."""
        if self.case and self.case.other:
            return self.name
        return self.case.key if self.case and (self.open_count or self.is_choice) else str(atom.args[0])

    @property
    def amounts_from(self) -> int:
        """From which argument on an open predicate has numbers that may be undocumented."""
        return 0 if self.open_count else 1

    @property
    def is_record(self) -> bool:
        """Whether it is open whatever else the case says; other open predicates are closed once settled."""
        return self.is_open and not self.until


RESERVED = {each.name: Predicate(each.name, each.params, each.gloss, Place("", 1)) for each in FACTS.values()}
"""The facts that every guideline may state, which its rules may ask for like any other."""


class Statement(NamedTuple):
    """A row of the statement table, or a source that rules may cite."""

    id: str
    authority: str
    effective: str
    words: str
    source: str
    place: Place


class Program(NamedTuple):
    """A guideline: all its clauses of every edition, and what they are made of."""

    name: str
    title: str
    published: str
    predicates: dict[str, Predicate]
    rules: tuple[Rule, ...]
    statements: dict[str, Statement]
    interpretations: dict[str, str]
    notices: dict[str, str]
    concepts: dict[str, tuple[str, str]]  # constant -> kind, label
    questions: dict[str, tuple[str, str]]  # concept -> how to ask for it, and the answer that says it is so
    outcomes: tuple[Outcome, ...]  # what rules give lines, in the order in which it is looked for
    authorities: dict[str, str]  # its own, whose statements are to be confirmed, in words
    plain: dict[str, str]  # concept or code -> what a member reads in place of its label
    tells: dict[str, tuple[str, str]]  # concept or predicate -> how a member is told that it is so, and is not
    variation: Variation = Variation()  # what it extends, and how
    order: tuple[str, ...] = ()  # the statements that the document has in another order than the text

    def declared(self) -> dict[str, Predicate]:
        """Return every predicate that rules may ask for, by name: the guideline's own and the reserved ones."""
        return {**RESERVED, **self.predicates}

    def edition(self, date: str) -> tuple[Rule, ...]:
        """Return the clauses in force on an ISO date."""
        return tuple(rule for rule in self.rules if rule.in_force(date))

    def boundaries(self) -> list[str]:
        """Return every date on which a clause enters or leaves, in order."""
        return sorted({d for rule in self.rules for d in (rule.effective, rule.ended) if d})

    def denial(self, atom: Atom) -> Atom:
        """Return the atom that rules an open one out."""
        return Atom(self.predicates[atom.predicate].unless, atom.args[:1])

    def authority(self, rule: Rule) -> str:
        """Return the authority of the statement a rule cites first; the document's own facts are stated."""
        return self.statements[rule.cites[0]].authority if rule.cites else "stated"

    def outcome(self, name: str) -> Outcome:
        """Return an outcome by its name; one that no rule gives is awaited."""
        return next((each for each in self.outcomes if each.name == name), AWAITED)

    def of_role(self, role: str) -> tuple[Outcome, ...]:
        """Return the outcomes of a role, first what goes first."""
        return tuple(each for each in self.outcomes if each.role == role)

    def told(self) -> tuple[Outcome, ...]:
        """Return every outcome that a line can have, in the order in which they are told."""
        return (*self.of_role(FAVOURABLE), *self.of_role(UNFAVOURABLE), AWAITED, *self.of_role(SILENT))

    def outputs(self) -> tuple[str, ...]:
        """Return the predicates that are told of a case, whether or not a rule asks for them."""
        return (*(each.name for each in self.outcomes), ADVISORY)

    def interface(self) -> dict[str, tuple[str, ...]]:
        """Return the predicates by which the guideline takes a request and gives its outcomes, with their arguments."""
        told = (each for each in self.told() if each != AWAITED)
        return {SERVICE: KEY} | {each.name: (*KEY, "Reason" if each.role == SILENT else "Statement") for each in told}

    def unconfirmed(self, statements: Iterable[str]) -> set[str]:
        """Return which of some statements an answer that rests on them has to name: they are to be confirmed."""
        return {name for name in statements if self.statements[name].authority in (INFERRED, *self.authorities)}

    def label(self, constant: object) -> str:
        """Return a constant in words: its label, a quoted text as it is, and a symbol without a label as words."""
        return known[1] if (known := self.concepts.get(str(constant))) else in_words(constant)

    def shown(self) -> Iterator[Predicate]:
        """Yield the predicates whose values a decision shows with each line."""
        return (predicate for predicate in self.predicates.values() if predicate.is_shown)

    def in_order(self, names: Iterable[str]) -> list[str]:
        """Return statements and interpretations in the order of an answer: those come first, these by number."""
        return sorted(names, key=lambda n: (1, len(n), n) if n in self.interpretations else (0, 0, n))

    def in_document(self) -> list[Statement]:
        """Return the statements in the order of the document: each that is named, and behind it its followers."""
        place = {name: number for number, name in enumerate(self.order, 1)}
        at, placed = 0, []
        for each in self.statements.values():
            placed.append((at := place.get(each.id, at), each))
        return [each for _, each in sorted(placed, key=lambda pair: pair[0])]

    def of_kind(self, kind: str) -> list[str]:
        """Return the concepts of a kind, in the order of the text."""
        return [name for name, (of, _) in self.concepts.items() if of == kind]


PROPERTIES = "properties.dl"
"""The file of a guideline's folder that says what is proved of it, and is no part of it."""


def folder_texts(folder: Path) -> list[tuple[str, str]]:
    """Return the name and text of every `.dl` file of a guideline, in the order of their names."""
    return [(name, read_text(folder / name)) for name in texts_in(folder) if name != PROPERTIES]


def read_text(path: Path, name: str = "") -> str:
    """Return the text of a `.dl` file, with its lines ended by a line feed and without a byte order mark.

    :param name: what messages call it, where that is not the name in its folder.
    :raises GuidelineError: where it is not UTF-8.
    """
    data = path.read_bytes()
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        place = Place(name or path.name, data[: error.start].count(b"\n") + 1)
        raise GuidelineError([Finding("encoding", place, "this is not UTF-8 text", "save the file as UTF-8")]) from None
