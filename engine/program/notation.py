"""What a guideline's text may say beside its clauses: every annotation, and every shape of what a case says.

The reader reads by these tables and `docs/language.md` is written from them, so that neither knows more than the other.
"""

from __future__ import annotations

from ..language.record import NamedTuple
from .forms import TIME_UNITS


class Annotation(NamedTuple):
    """A `%@` line: what it is written below, what stands behind it, what it says, and it at work."""

    name: str
    below: tuple[str, ...]  # the annotations that it may stand below; of none: it stands by itself
    arguments: str
    meaning: str
    example: str


class Shape(NamedTuple):
    """A shape of what stands under a key of the case: its arguments, its columns, and it at work."""

    name: str
    arguments: str
    columns: str  # of the predicate, a letter each: n for a number, t for text
    meaning: str
    example: str  # the declaration
    case: str  # what a case then says, in YAML
    facts: tuple[str, ...]  # what that gives

    @property
    def is_of_kind(self) -> bool:
        """Whether it speaks of the concepts of one kind."""
        return self.arguments == "KIND"


class Option(NamedTuple):
    """What may stand behind the shape of a case key."""

    name: str
    arguments: str
    meaning: str


_CLAUSES = ("rule", "facts")
ANNOTATIONS = {entry.name: entry for entry in (
    Annotation(
        "source", (), "DOCUMENT, SECTION", "Where the guideline says what follows, up to the next one; `%>` below it "
        "names the place more closely.", '%@ source: Clinical Indications\n%> I.A\nstatement("I.A", stated, "", "x").',
    ),
    Annotation(
        "order", (), "STATEMENT, ...", "The order of the document, where the text has another one: each statement named"
        " stands where the list has it, and behind it those that follow it in the text, up to the next one named.",
        '%@ source: Policy\n%@ order: A, B\nstatement("B", stated, "", "y").\nstatement("A", stated, "", "x").',
    ),
    Annotation(
        "extends", (), "GUIDELINE", "The guideline is that one, shipped here or in a folder beside it, but for what "
        "its own text replaces, withdraws and adds. It needs a `guideline(...)` of its own.",
        '%@ extends: cg_med_24\nguideline("PLAN-1", "a plan\'s own reading", "2026-01-01").',
    ),
    Annotation(
        "replaces", (), "STATEMENT, ...", "The statement of what the guideline extends is gone with every clause that "
        "cites it; the guideline says it anew. Of an interpretation the words alone are said anew.",
        '%@ extends: cg_med_24\n%@ replaces: G1\n%@ source: Policy\nguideline("PLAN-1", "its own", "2026-01-01").\n'
        'statement("G1", stated, "", "x").\nnotice("G1", "x").',
    ),
    Annotation(
        "withdraws", (), "STATEMENT, ...", "The statement of what the guideline extends is gone, with every clause "
        "that cites it.",
        '%@ extends: cg_med_24\n%@ withdraws: III.3\nguideline("PLAN-1", "a plan\'s own reading", "2026-01-01").',
    ),
    Annotation(
        "rule", (), "ID: gloss", "Names the clause below it. It cites the statement before the `/` of its id; the gloss"
        " says in words what it concludes, `{Variable}` filled in.",
        "%@ rule T/listed: code {Code} is listed\nlisted(Code) :- service(Session, Code).",
    ),
    Annotation(
        "facts", (), "ID: gloss", "Names the group of facts below it.", '%@ facts T/codes\nlisted("A0001").',
    ),
    Annotation(
        "predicate", (), "NAME(Argument, ...): gloss", "Declares a predicate, and how it is said, as a clause.",
        "%@ predicate old(Age): a person of {Age} is old",
    ),
    Annotation(
        "cites", _CLAUSES, "STATEMENT, ...", "The statements that the clause rests on, where its id does not say so.",
        '%@ facts codes\n%@ cites: T\nlisted("A0001").',
    ),
    Annotation(
        "reading", (*_CLAUSES, "predicate"), "INTERPRETATION, ...", "The interpretations by which a statement is read,"
        " or by which a predicate may be undocumented.",
        'interpretation("INT-1", "x").\n%@ facts T/codes\n%@ reading: INT-1\nlisted("A0001").',
    ),
    Annotation(
        "effective", _CLAUSES, "YYYY-MM-DD, or none", "The first day on which the clause holds; without it, that of "
        "the statements it cites.", '%@ facts T/codes\n%@ effective: 2025-01-01\nlisted("A0001").',
    ),
    Annotation(
        "ended", _CLAUSES, "YYYY-MM-DD", "The first day on which the clause no longer holds.",
        '%@ facts T/codes\n%@ ended: 2025-01-01\nlisted("A0001").',
    ),
    Annotation(
        "range", ("facts",), 'NAME: "CODE" to "CODE", ARGUMENT, ...', "Facts of a predicate, one a code, from the one"
        " to the other: they differ in their last run of digits only. Those below a code belong to it by its system.",
        '%@ predicate group(Code, Group): {Code} is of {Group}\nconcept(early, group, "an early one").\n'
        '%@ facts T/groups\n%@ range group: "A01.10" to "A01.13", early',
    ),
    Annotation(
        "case", ("predicate",), "KEY SHAPE ...", "Reads the predicate from that key of a case; see the shapes below.",
        "%@ predicate visits(Count): there were {Count} visits\n%@ case: visits count",
    ),
    Annotation(
        "open", ("predicate",), "KIND, KIND unless PREDICATE, KIND until PREDICATE; for a single number nothing",
        "What the case does not say of the predicate may be so: each concept of a kind, but for those that the "
        "PREDICATE behind `unless` rules out, or of which the one behind `until` says that it is settled whether they "
        "are so; its one argument is the concept. A `one of` key that is open is settled by what a case chooses. It is "
        "asked to be ruled out only where `unless` rests on an `absent of` key.",
        'concept(gout, condition, "gout").\nconcept(lupus, condition, "lupus").\n'
        "%@ predicate named(Condition): {Condition} is named\n%@ case: conditions each of condition\n"
        "%@ predicate known(Condition): {Condition} is one that is spoken of\n"
        "%@ predicate settled(Condition): a condition is named, so that others are not meant\n"
        "%@ predicate condition(Condition): it is {Condition}\n%@ open: condition until settled\n"
        "%@ facts T/known\nknown(gout).\nknown(lupus).\n"
        "%@ rule T/named: {Condition} is named\ncondition(Condition) :- named(Condition).\n"
        "%@ rule T/settled: {Other} is named, and so it is settled whether it is {Condition}\n"
        "settled(Condition) :- known(Condition), named(Other).",
    ),
    Annotation(
        "error", ("predicate",), "", "A case by which the predicate holds contradicts itself, and is refused.",
        "%@ predicate twice(Code): {Code} stands twice\n%@ error",
    ),
    Annotation(
        "shown", ("predicate",), "", "The last argument is shown with each line of the session and the code that are "
        "the others.", "%@ predicate kind(Code, Kind): {Code} is {Kind}\n%@ shown",
    ),
    Annotation(
        "fold", ("rule", "predicate"), "WORDS", "A step of the predicate, or by the rule, that holds is left out of "
        "short explanations; they name it by these words.",
        "%@ predicate old(Age): a person of {Age} is old\n%@ fold: age",
    ),
    Annotation(
        "outcome", ("predicate",), "ROLE ORDER, WORDS", "A line can come to it: it is `favourable`, `unfavourable` or "
        "`silent`. Of those that hold the lowest order goes first; of two in one role, and of what holds beside "
        "another, the order is to be said. What covers a line goes before all else; its rules ask that nothing stands "
        "against it. A role of which a guideline declares none has its customary outcome: "
        "`medically_necessary`, `not_medically_necessary` or `not_addressed`.",
        "%@ predicate covered_at_first(Session, Code, Statement): {Code} is covered by {Statement}\n"
        "%@ outcome: favourable 1, covered for the first 12 weeks",
    ),
)}  # fmt: skip

_OVEN = 'concept(oven, heat, "the oven").\n'
_FINDINGS = 'concept(chill, finding, "chill").\n'
SHAPES = {entry.name: entry for entry in (
    Shape("", "", "nt", "Each line of the request: its session and its code. The key is `services`.",
          "%@ predicate service(Session, Code): {Code} is requested\n%@ case: services",
          'services: [{cpt: "A0001"}]', ('service(1, "A0001")',)),
    Shape("units", "", "ntn", "The units of each code of a session, added up. The key is `services`.",
          "%@ predicate units(Session, Code, Units): {Units} units of {Code}\n%@ case: services units",
          'services: [{cpt: "A0001", units: 2}]', ('units(1, "A0001", 2)',)),
    Shape("with", "FIELD TYPE", "nt", "A field of each line of the request: modifiers, a date, a side, a place, the "
          "diagnosis codes that it points to. `codes SYSTEM` and `each of KIND` are lists. The key is `services`.",
          "%@ predicate modifier(Session, Code, Modifier): {Code} has modifier {Modifier}\n"
          "%@ case: services with modifiers codes modifier",
          'services: [{cpt: "A0001", modifiers: ["25"]}]', ('modifier(1, "A0001", "25")',)),
    Shape("one of", "KIND", "t", "One concept of a kind. Every case has to say it, unless it has a default "
          "(`one of place default garden`) or is open.",
          'concept(garden, place, "a garden").\n%@ predicate place(Place): it is {Place}\n%@ case: place one of place',
          "place: garden", ("place(garden)",)),
    Shape("each of", "KIND", "t", "A list of concepts of a kind.",
          'concept(gout, condition, "gout").\n%@ predicate named(Condition): {Condition} is named\n'
          "%@ case: conditions each of condition", "conditions: [gout]", ("named(gout)",)),
    Shape("count", "", "n", "A single number.",
          "%@ predicate visits(Count): there were {Count} visits\n%@ case: visits count", "visits: 3", ("visits(3)",)),
    Shape("codes", "SYSTEM", "t", "A list of codes of a system, each in the one form of its system. Without a system"
          " they are of icd10cm.",
          "%@ predicate diagnosis(Code): diagnosis code {Code}\n%@ case: diagnoses codes",
          "diagnoses: [m109]", ('diagnosis("M10.9")',)),
    Shape("records", "FIELD TYPE, ...", "n", "A list of objects: the number of each in the list, then its fields. A"
          " record may also have a source. Fields that not every predicate of a key reads may be left out.",
          '%@ predicate prior(Id, Code, Months, Provider): {Code} was given {Months} ago by {Provider}\n'
          "%@ case: prior records code cpt_hcpcs, date months since, provider text",
          "date_of_service: 2025-10-05\n"
          'prior: [{code: "A0002", date: 2025-07-01, provider: "Dr. Who", source: "claim"}]',
          ('prior(1, "A0002", 3, "Dr. Who")',)),
    Shape("hierarchy", "SYSTEM", "tt", "Each code of a list and the one that it belongs to next by its form, then "
          "that and the next: a rule goes all the way (`under(Code, Wider) :- under(Code, Category), "
          "broader(Category, Wider).`).",
          "%@ predicate broader(Code, Category): {Code} belongs to {Category}\n%@ case: diagnoses hierarchy",
          "diagnoses: [M10.91]", ('broader("M10.91", "M10.9")', 'broader("M10.9", "M10")')),
    Shape("slips", "", "tt", "Each code that does not exist and has a letter for a digit, and the code that was meant.",
          "%@ predicate slip(Code, Meant): {Code} is no code; {Meant} was meant\n%@ case: diagnoses slips",
          "diagnoses: [M1O.9]", ('slip("M1O.9", "M10.9")',)),
    Shape("present of", "KIND", "t", "The concepts of a kind that are documented as present.",
          _FINDINGS + "%@ predicate said(Finding): {Finding} is said\n%@ case: findings present of finding",
          'findings: {chill: {status: present, source: "note"}}', ("said(chill)",)),
    Shape("absent of", "KIND", "t", "The concepts of a kind that are documented as absent.",
          _FINDINGS + "%@ predicate denied(Finding): {Finding} is denied\n%@ case: findings absent of finding",
          "findings: {chill: absent}", ("denied(chill)",)),
    Shape("amount of", "KIND", "tn", "The concepts of a kind with a number each.",
          _OVEN + "%@ predicate heat(Heat, Degrees): {Heat} has {Degrees}\n"
          '%@ case: readings amount of heat unit "degrees Celsius" decimals 1 from 0 to 300',
          'readings: {oven: {value: 180.5, source: "note"}}', ("heat(oven, 180.5)",)),
    Shape("days since", "", "n", "A date, as the days from it to the date of service.",
          "%@ predicate in_use(Days): first used {Days} before the service\n%@ case: first_use days since",
          "date_of_service: 2025-10-05\nfirst_use: {date: 2025-07-01, source: delivery ticket}", ("in_use(96)",)),
    Shape("weeks since", "", "n", "A date, as the completed weeks from it to the date of service.",
          "%@ predicate in_use(Weeks): first used {Weeks} before the service\n%@ case: first_use weeks since",
          "date_of_service: 2025-10-05\nfirst_use: 2025-07-01", ("in_use(13)",)),
    Shape("months since", "", "n", "A date, as the completed calendar months from it to the date of service: the day of"
          " the month has come round.",
          "%@ predicate in_use(Months): first used {Months} before the service\n%@ case: first_use months since",
          "date_of_service: 2025-10-05\nfirst_use: 2025-07-01", ("in_use(3)",)),
    Shape("years since", "", "n", "A date, as the completed years from it to the date of service: the birthday has come"
          " round.",
          "%@ predicate age(Years): the person is {Years} old\n%@ case: birth_date years since",
          "date_of_service: 2025-10-05\nbirth_date: 2007-10-05", ("age(18)",)),
    Shape("days from", "KEY to KEY", "n", "Two dates, as the days from the one to the other. No key stands before it.",
          "%@ predicate stay(Days): the stay took {Days}\n%@ case: days from admission to discharge",
          "date_of_service: 2025-10-05\nadmission: 2025-09-30\ndischarge: 2025-10-04", ("stay(4)",)),
)}  # fmt: skip


class Field(NamedTuple):
    """What a field of a record may be."""

    name: str
    arguments: str
    column: str
    meaning: str


FIELDS = {entry.name: entry for entry in (
    Field("text", "", "t", "words, as they are"),
    Field("number", "", "n", "a number, with the options of numbers behind it"),
    Field("one of", "KIND", "t", "one concept of a kind"),
    *(Field(f"{unit} since", "", "n", f"a date, as completed {unit} to the date of service") for unit in TIME_UNITS),
)}  # fmt: skip
CODE = "code"
"""What a field is whose type is the name of a code system, or a pattern in quotes."""

OPTIONS = {entry.name: entry for entry in (
    Option("default", "CONCEPT", "behind `one of`: what it is where the case does not say it"),
    Option("unit", '"degrees Celsius"', "the unit of the numbers, in words"),
    Option("decimals", "1", "how many decimals the numbers have, 1 to 4; rules write as many (`180.5`)"),
    Option("from", "0 to 300", "the least and the greatest number a case may say; 0 and 100,000 without it"),
    Option("in", "weeks", "a unit of time: days, weeks, months or years; a case may write `6 weeks` or `45 days`"),
)}  # fmt: skip
