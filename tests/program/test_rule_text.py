"""Every fault of a rule text is found where it stands, under its code, with what to do about it."""

from pathlib import Path
from typing import NamedTuple

import pytest
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.decision.decide import judge
from coverlog.engine.language.errors import Finding, GuidelineError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.render.decision_text import decision_text

SOUND = """\
guideline("MINIMAL", "A minimal guideline", "2025-01-01").
%@ source: The document, section 1
%> first paragraph
statement("A", stated, "2020-01-01", "what is covered").
statement("B", inferred, "", "what is not").
interpretation("INT-1", "how it is read").
concept(cough, finding, "a cough").
concept(nights, duration, "nights").

%@ predicate service(Session, Code): code {Code} is requested in session {Session}
%@ case: services
%@ predicate documented(Finding): {Finding} is documented
%@ case: findings present of finding
%@ predicate denied(Finding): there is no {Finding}
%@ case: findings absent of finding
%@ predicate lasted(Duration, Count): there were {Count} {Duration}
%@ case: findings amount of duration
%@ open: duration
%@ predicate finding(Finding): there is {Finding}
%@ open: finding unless denied
%@ predicate reason(Finding): {Finding} is a reason
%@ predicate medically_necessary(Session, Code, Statement): code {Code} is necessary by {Statement}
%@ predicate not_medically_necessary(Session, Code, Statement): code {Code} is not necessary by {Statement}
%@ predicate not_addressed(Session, Code, Reason): code {Code} is not addressed

%@ rule A/finding: {Finding} is documented
%@ reading: INT-1
finding(Finding) :- documented(Finding).

%@ rule A/reason: {Finding} lasted {Count} nights
reason(Finding) :- finding(Finding), lasted(nights, Count), Count >= 3.

%@ facts A/known
%@ effective: 2021-01-01
reason(cough).

%@ rule A: {Finding} makes it necessary
medically_necessary(Session, Code, "A") :- service(Session, Code), reason(Finding).

%@ rule B: code {Code} is not necessary
not_medically_necessary(Session, Code, "B") :-
    service(Session, Code), not medically_necessary(Session, Code, "A").
"""
FILE = "rules.dl"


def loaded(folder: Path, text: str) -> Guideline:
    (folder / FILE).write_text(text, encoding="utf-8")
    return load(folder)


def faults(folder: Path, text: str) -> list[Finding]:
    """Return what is wrong with a text; that each is told in one line with its place is checked on the way."""
    with pytest.raises(GuidelineError) as caught:
        loaded(folder, text)
    for finding in caught.value.findings:
        assert finding.fix
        place = finding.place
        assert str(finding).startswith(f"{FILE}:{place.line}:{place.column}: {finding.code}: {finding.message}; ")
        assert 1 <= place.line <= text.count("\n") + 1
        assert "\n" not in str(finding)
    assert str(caught.value) == "\n".join(map(str, caught.value.findings))
    return caught.value.findings


def changed(old: str, new: str) -> tuple[str, tuple[int, int]]:
    """Return the sound text with one passage changed, and line and column of the mark § in it."""
    assert SOUND.count(old) == 1, old
    text = SOUND.replace(old, new)
    before = text.partition("§")[0]
    return text.replace("§", ""), (before.count("\n") + 1, len(before) - before.rfind("\n"))


class Fault(NamedTuple):
    """A passage, what it is changed to (the fault is at the mark §), its code, and words of the remedy."""

    old: str
    new: str
    code: str
    remedy: str


HEADER = "%@ source: The document, section 1\n%> first paragraph\n"
REASON = "reason(Finding) :- finding(Finding), lasted(nights, Count), Count >= 3."
MORE = f"{REASON}\n%@ rule A/more: a cough is a reason\n"
KNOWN = "reason(cough)."
DENIED = "%@ predicate denied(Finding): there is no {Finding}\n%@ case: findings absent of finding\n"
OPEN = "%@ open: finding unless denied"

SYNTAX = {
    "a clause ends with a full stop": Fault(
        'concept(cough, finding, "a cough").\nconcept',
        'concept(cough, finding, "a cough")\n§concept',
        "syntax",
        "a full stop",
    ),
    "the last clause ends with a full stop": Fault(
        'medically_necessary(Session, Code, "A").\n', 'medically_necessary(Session, Code, "A"§)', "syntax", "full stop"
    ),
    "a predicate begins with a small letter": Fault(REASON, f"§R{REASON[1:]}", "syntax", "small letter: reason"),
    "a predicate in a body begins with a small letter": Fault(
        ":- finding(Finding), ", ":- Finding§(Finding), ", "syntax", "a small letter"
    ),
    "the parts of a body are parted by commas": Fault(
        "finding(Finding), lasted(", "finding(Finding)§; lasted(", "syntax", "a comma"
    ),
    "a string is closed on its line": Fault(
        'cough, finding, "a cough")', 'cough, finding, §"a cough)', "syntax", "double quote"
    ),
    "less or equal is written <=": Fault("Count >= 3", "Count =§< 3", "syntax", "write <="),
    "a comparison has two sides": Fault("Count >= 3.", "Count >= §.", "syntax", "a number"),
    "a rule is written with :-": Fault(
        "finding(Finding) :- documented", "finding(Finding) §<- documented", "syntax", ":-"
    ),
    "an absence is negated once": Fault(
        "not medically_necessary(", "not §not medically_necessary(", "syntax", "leave both out"
    ),
    "parentheses hold an argument": Fault(KNOWN, "reason(§).", "syntax", "leave both out"),
    "no head is negated": Fault(KNOWN, "§not reason(cough).", "syntax", "a predicate of its own"),
    "no head is a comparison": Fault(KNOWN, "cough §= cough.", "syntax", ":-"),
    "a decimal is of plain digits": Fault("Count >= 3.", "Count >= §03.5.", "syntax", "at most 4 decimals"),
}

ANNOTATIONS = {
    "a misspelt annotation gets a suggestion": Fault(
        "%@ reading: INT-1", "§%@ reeding: INT-1", "annotation", "did you mean reading?"
    ),
    "an unknown annotation gets the known ones": Fault(
        "%@ reading: INT-1", "§%@ xyz: 1", "annotation", "known are case, cites, effective"
    ),
    "a property stands below its rule": Fault(
        "%@ rule A/finding", "§%@ effective: 2021-01-01\n%@ rule A/finding", "detached", "directly below"
    ),
    "what is shown is of a line": Fault(
        "%@ predicate reason(Finding): {Finding} is a reason",
        "§%@ predicate reason(Finding): {Finding} is a reason\n%@ shown",
        "annotation",
        "(Session, Value), (Code, Value) or",
    ),
    "a predicate that is not open is read by no interpretation": Fault(  # it may be one meant for the rule below
        "%@ predicate not_addressed",
        "§%@ predicate odd: there is something odd\n%@ reading: INT-1\n%@ predicate not_addressed",
        "annotation",
        "%@ open",
    ),
    "a property stands before the clause": Fault(REASON, f"{REASON}\n§%@ cites: A", "detached", "before the clause"),
    "a property belongs to its kind of annotation": Fault(
        "%@ reading: INT-1", "§%@ case: findings present of finding", "detached", "directly below"
    ),
    "a fold says as what": Fault(
        "%@ reading: INT-1", "%@ reading: INT-1\n§%@ fold", "annotation", "write %@ fold: WORDS"
    ),
    "facts are not folded": Fault(
        "%@ facts A/known\n", "%@ facts A/known\n§%@ fold: what is known\n", "detached", "directly below"
    ),
    "what is told of every line is not folded": Fault(
        "%@ predicate not_addressed(Session, Code, Reason): code {Code} is not addressed\n",
        "§%@ predicate not_addressed(Session, Code, Reason): code {Code} is not addressed\n%@ fold: scope\n",
        "annotation",
        "fold what it rests on",
    ),
    "what may be undocumented is not folded": Fault(
        "%@ predicate finding(Finding): there is {Finding}\n",
        "§%@ predicate finding(Finding): there is {Finding}\n%@ fold: findings\n",
        "annotation",
        "fold what it rests on",
    ),
    "a rule has a clause": Fault(
        "%@ rule A/reason", "§%@ rule A/empty: nothing\n%@ rule A/reason", "detached", "clause directly below"
    ),
    "the last rule has a clause": Fault(
        'not medically_necessary(Session, Code, "A").\n',
        'not medically_necessary(Session, Code, "A").\n§%@ rule B/late: nothing\n',
        "detached",
        "clause directly below",
    ),
    "a declaration names its arguments": Fault(
        "%@ predicate reason(Finding)", "§%@ predicate reason(finding)", "annotation", "name(Argument, ...)"
    ),
    "an input's shape is one of those known": Fault(
        "%@ predicate denied(Finding): there is no {Finding}\n%@ case: findings absent of finding",
        "§%@ predicate denied(Finding): there is no {Finding}\n%@ case: findings lack of finding",
        "annotation",
        "KEY SHAPE",
    ),
    "a clause has an id": Fault("%@ facts A/known\n%@ effective: 2021-01-01\n", "%> second\n§", "no-id", "%@ rule ID"),
    "a clause below a declaration has no id": Fault(
        "code {Code} is not addressed\n", "code {Code} is not addressed\n§reason(cough).\n", "no-id", "%@ rule ID"
    ),
    "each rule has an id of its own": Fault(
        REASON, f"{REASON}\n§reason(Finding) :- documented(Finding).", "no-id", "%@ rule ID"
    ),
    "a rule does not stand among facts": Fault(
        KNOWN, f"{KNOWN}\n§reason(Finding) :- documented(Finding).", "no-id", "%@ rule ID: gloss of its own"
    ),
}

CITATIONS = {
    "a rule cites a statement that is there": Fault(
        f"%@ rule A/reason: {{Finding}} lasted {{Count}} nights\n{REASON}",
        f"%@ rule AA/reason: {{Finding}} lasted {{Count}} nights\n§{REASON}",
        "uncited",
        "did you mean A?",
    ),
    "what %@ cites names is there": Fault(
        "%@ effective: 2021-01-01\n", "%@ cites: A, Z.9\n§", "uncited", "statement(...)"
    ),
    "a statement of the document's order is there": Fault(
        "%@ rule A/finding", "§%@ order: A, AA\n%@ rule A/finding", "uncited", "did you mean A?"
    ),
    "an interpretation that is followed is there": Fault(
        "%@ reading: INT-1\n", "%@ reading: INT-2\n§", "uncited", "did you mean INT-1?"
    ),
    "a rule that cites nothing is not let through": Fault(
        "%@ effective: 2021-01-01\n", "%@ cites:\n§", "uncited", "statement"
    ),
    "an authority is one of those known": Fault(
        'statement("B", inferred,', '§statement("B", infered,', "authority", "did you mean inferred?"
    ),
    "an unknown authority gets the known ones": Fault(
        'statement("B", inferred,', '§statement("B", hearsay,', "authority", "known are stated, earlier_edition"
    ),
    "a statement stands once": Fault(
        '"what is not").\n', '"what is not").\n§statement("B", stated, "", "again").\n', "duplicate", "keep one"
    ),
    "a predicate is declared once": Fault(
        "%@ predicate reason(Finding): {Finding} is a reason\n",
        "%@ predicate reason(Finding): {Finding} is a reason\n§%@ predicate reason(Finding): again\n",
        "duplicate",
        "keep one",
    ),
    "a reserved predicate is not declared again": Fault(
        "%@ predicate reason(Finding): {Finding} is a reason\n",
        "%@ predicate reason(Finding): {Finding} is a reason\n§%@ predicate concept(Name): mine\n",
        "duplicate",
        "keep one",
    ),
    "a concept stands once": Fault(
        "concept(nights,",
        'concept(other, finding, "another").\n§concept(cough, finding, "a cough").\nconcept(nights,',
        "duplicate",
        "an id of its own",
    ),
    "an id is taken once": Fault(
        "%@ facts A/known\n%@ effective: 2021-01-01\n",
        "%@ rule A/reason: {Finding} is documented\n§reason(Finding) :- documented(Finding).\n\n%@ facts A/known\n",
        "duplicate",
        "an id of its own",
    ),
    "an id is taken once, whatever the rule concludes": Fault(
        REASON,
        f"{REASON}\n%@ rule A/finding: more\n§reason(cough) :- documented(cough).",
        "duplicate",
        "an id of its own",
    ),
    "a statement's date is a date": Fault(
        '"what is not").\n', '"what is not").\n§statement("C", stated, "2020", "words").\n', "date", "YYYY-MM-DD"
    ),
    "a rule's date is a date": Fault("%@ effective: 2021-01-01\n", "%@ effective: soon\n§", "date", "YYYY-MM-DD"),
    "the date of a rule's end is a date": Fault(
        "%@ effective: 2021-01-01\n", "%@ ended: 1/2/2022\n§", "date", "YYYY-MM-DD"
    ),
    "a date is a day of the calendar": Fault(
        "%@ effective: 2021-01-01\n", "%@ effective: 2021-02-30\n§", "date", "YYYY-MM-DD"
    ),
    "a reserved fact has its number of arguments": Fault(
        "concept(nights, duration", "§concept(nights, duration, long", "arity", "write concept(Concept, Kind, Label)."
    ),
    "a statement has its number of arguments": Fault(
        '"what is not").\n',
        '"what is not").\n§statement("C", stated, "words").\n',
        "arity",
        "write statement(Statement, Authority, InForceFrom, Words).",
    ),
    "a reserved fact has no body": Fault(
        "concept(nights,",
        '§concept(fever, finding, "fever") :- documented(cough).\nconcept(nights,',
        "arity",
        "write concept(",
    ),
}

SOUNDNESS = {
    "an undeclared predicate gets a suggestion": Fault(
        REASON, f"§{REASON.replace('lasted(', 'lastd(')}", "undeclared", "did you mean lasted?"
    ),
    "an undeclared conclusion gets a suggestion": Fault(KNOWN, "§raeson(cough).", "undeclared", "did you mean reason?"),
    "a predicate like no other is to be declared": Fault(KNOWN, "§zzz(cough).", "undeclared", "%@ predicate"),
    "an input's kind has a concept": Fault(
        DENIED, "§" + DENIED.replace("of finding", "of findng"), "undeclared", "did you mean finding?"
    ),
    "an open kind has a concept": Fault(
        "%@ predicate finding(Finding): there is {Finding}\n%@ open: finding unless",
        "§%@ predicate finding(Finding): there is {Finding}\n%@ open: finder unless",
        "undeclared",
        "did you mean finding?",
    ),
    "what rules out is declared": Fault(
        f"%@ predicate finding(Finding): there is {{Finding}}\n{OPEN}",
        f"§%@ predicate finding(Finding): there is {{Finding}}\n{OPEN[:-1]}",
        "undeclared",
        "did you mean denied?",
    ),
    "an atom has the arguments declared": Fault(KNOWN, "§reason(cough, nights).", "arity", "write reason(Finding)"),
    "an atom in a body has the arguments declared": Fault(
        REASON, f"§{REASON.replace('finding(Finding)', 'finding(Finding, 1)')}", "arity", "write finding(Finding)"
    ),
    "a concept is asked for with its three arguments": Fault(
        REASON,
        f"§{REASON.replace('finding(Finding),', 'finding(Finding), concept(Finding, finding),')}",
        "arity",
        "concept",
    ),
    "a variable of the head is bound": Fault(
        REASON,
        "§reason(Finding) :- documented(cough), lasted(nights, Count), Count >= 3.",
        "unsafe",
        "gives Finding its values",
    ),
    "a fact has no variable": Fault(KNOWN, "§reason(Finding).", "unsafe", "gives Finding its values"),
    "a compared variable is bound": Fault(REASON, f"§{REASON[:-1]}, Most > 1.", "unsafe", "gives Most its values"),
    "a negated variable is bound": Fault(
        REASON, f"§{REASON[:-1]}, not denied(Other).", "unsafe", "gives Other its values"
    ),
    "_ is not negated": Fault(REASON, f"§{REASON[:-1]}, not denied(_).", "unsafe", "a predicate of its own, without _"),
    "_ is not compared": Fault(REASON, f"§{REASON[:-1]}, _ > 1.", "unsafe", "_"),
    "a predicate does not rest on its own absence": Fault(
        REASON, f"§{REASON[:-1]}, not reason(Finding).", "unstratified", "break the circle"
    ),
    "a gloss speaks of the clause's variables": Fault(
        f"{{Finding}} lasted {{Count}} nights\n{REASON}",
        f"{{Findng}} lasted {{Count}} nights\n§{REASON}",
        "gloss",
        "did you mean Finding?",
    ),
    "a rule has a gloss": Fault(
        f": {{Finding}} lasted {{Count}} nights\n{REASON}", f"\n§{REASON}", "gloss", "after the colon"
    ),
    "a predicate has a gloss": Fault(
        "%@ predicate reason(Finding): {Finding} is a reason",
        "§%@ predicate reason(Finding)",
        "gloss",
        "after the colon",
    ),
    "a predicate's gloss speaks of its arguments": Fault(
        "%@ predicate reason(Finding): {Finding} is a reason",
        "§%@ predicate reason(Finding): {Fnding} is a reason",
        "gloss",
        "did you mean Finding?",
    ),
    "an amount that may be undocumented is not negated": Fault(
        REASON, f"{MORE}§reason(cough) :- documented(Count), not lasted(nights, Count).", "amount", "compare that"
    ),
    "an amount that may be undocumented is not a constant": Fault(
        REASON, f"{MORE}§reason(cough) :- lasted(nights, 3).", "amount", "read it into a variable"
    ),
    "an amount that may be undocumented is compared with a number": Fault(
        REASON,
        f"{MORE}§reason(cough) :- service(Least, _), lasted(nights, Count), Count >= Least.",
        "amount",
        "compare it with a number",
    ),
    "an amount that may be undocumented is not compared by !=": Fault(
        REASON, f"§{REASON.replace('>=', '!=')}", "amount", "by =, <, <=, > or >="
    ),
    "an amount that may be undocumented is not added to": Fault(
        REASON, f"§{REASON.replace('Count >=', 'Count + 1 >=')}", "amount", "compare it with a number"
    ),
    "an amount that may be undocumented stands in no other literal": Fault(
        REASON, f"§{REASON[:-1]}, service(Count, _).", "amount", "in comparisons only"
    ),
    "an amount that may be undocumented is not concluded": Fault(
        REASON, f"{MORE}§reason(Count) :- lasted(nights, Count), Count >= 3.", "amount", "in comparisons only"
    ),
}
SOUNDNESS |= {
    "a decimal meets what is declared with decimals": Fault(
        REASON, f"§{REASON.replace('>= 3', '>= 3.5')}", "unit", "with no decimals"
    ),
}
ONE_BY_ONE = {**SYNTAX, **ANNOTATIONS, **CITATIONS, **SOUNDNESS}


@pytest.mark.parametrize("truth", ONE_BY_ONE)
def test_one_fault(truth: str, tmp_path: Path) -> None:
    """What breaks the truth is found at its place, with its code and its remedy, and nothing else is."""
    fault = ONE_BY_ONE[truth]
    text, place = changed(fault.old, fault.new)
    found = faults(tmp_path, text)
    assert {(f.code, (f.place.line, f.place.column)) for f in found} == {(fault.code, place)}, "\n".join(
        map(str, found)
    )
    assert any(fault.remedy in finding.fix for finding in found), "\n".join(map(str, found))


FINDING = f"%@ predicate finding(Finding): there is {{Finding}}\n{OPEN}\n"
VERSIONS = (
    "%@ rule A/v: one\n%@ ended: 2021-01-01\nreason(cough) :- documented(cough).\n"
    "%@ rule A/v: two\n%@ effective: 2021-01-01\n%@ ended: 2023-01-01\nreason(cough) :- documented(cough).\n"
    "%@ rule A/v: three\n%@ effective: 2022-01-01\n§reason(cough) :- documented(cough).\n"
)
REFUSED = {
    "no two versions of a rule overlap": (f"{KNOWN}\n", f"{KNOWN}\n{VERSIONS}"),
    "an open predicate says of what kind": (FINDING, FINDING.replace("finding unless denied", "")),
    "an open predicate has an argument": (FINDING, f"%@ predicate hot: it is hot\n%@ open: finding\n{FINDING}"),
    "what rules a concept out speaks of a concept": (FINDING, FINDING.replace("unless denied", "unless lasted")),
    "an input has a shape": (DENIED, DENIED.replace("absent of finding", "")),
    "an input has as many arguments as its shape gives": (
        DENIED,
        DENIED.replace("absent of finding", "amount of duration"),
    ),
    "an input's shape names a kind": (DENIED, DENIED.replace("absent of finding", "absent of")),
    "an input does not take a key that every case has": (DENIED, DENIED.replace("findings absent", "services absent")),
    "a default is one of its kind": (
        DENIED,
        DENIED.replace("findings absent of finding", "mood one of finding default sad"),
    ),
}


@pytest.mark.parametrize("truth", REFUSED)
def test_refused(truth: str, tmp_path: Path) -> None:
    """What could not be read as it is meant is refused where it stands."""
    old, new = REFUSED[truth]
    text, (line, _) = changed(old, new if "§" in new else f"§{new}")
    assert any(0 <= finding.place.line - line <= 1 for finding in faults(tmp_path, text))


def test_a_sound_guideline_has_no_finding(tmp_path: Path) -> None:
    """The text that the faults are put into loads, and says what it was written to say."""
    program = loaded(tmp_path, SOUND).program
    assert (program.name, program.title, program.published) == ("MINIMAL", "A minimal guideline", "2025-01-01")
    assert [rule.id for rule in program.rules if rule.cites] == ["A/finding", "A/reason", "A/known(cough)", "A", "B"]
    assert [rule.effective for rule in program.rules if rule.cites] == ["2020-01-01"] * 2 + [
        "2021-01-01",
        "2020-01-01",
        "",
    ]
    assert {rule.source for rule in program.rules if rule.cites} == {"The document, section 1, first paragraph"}


@pytest.mark.parametrize("name", ["service", "medically_necessary", "not_medically_necessary", "not_addressed"])
def test_every_guideline_has_the_interface(name: str, tmp_path: Path) -> None:
    """Without one of the four predicates of a request and its outcomes, the declaration to write is named."""
    found = faults(tmp_path, SOUND.replace(f"%@ predicate {name}(Session, Code", f"%@ predicate {name}(Code"))
    (finding,) = (f for f in found if f.code == "interface")
    assert finding.message.startswith(f"{name} of ")
    assert f"write %@ predicate {name}(Session, Code" in finding.fix
    declared = next(n for n, line in enumerate(SOUND.splitlines(), 1) if line.startswith(f"%@ predicate {name}("))
    assert (finding.place.file, finding.place.line) == (FILE, declared)


def test_a_line_is_known_by_session_and_code(tmp_path: Path) -> None:
    """Whoever gives a request a third argument is told how to read what else a line has."""
    text = SOUND.replace("%@ predicate service(Session, Code)", "%@ predicate service(Session, Code, Side)")
    (finding,) = (f for f in faults(tmp_path, text) if f.code == "interface")
    assert "%@ case: services with FIELD TYPE" in finding.fix


def test_every_guideline_has_a_name(tmp_path: Path) -> None:
    """A guideline that does not say what it is called is told to."""
    (finding,) = faults(tmp_path, SOUND.partition("\n")[2])
    assert finding.code == "interface"
    assert "write guideline(" in finding.fix


def test_every_guideline_has_a_source(tmp_path: Path) -> None:
    """Without a source every clause is uncited, and the header to write is named."""
    found = faults(tmp_path, SOUND.replace(HEADER, ""))
    assert {finding.code for finding in found} == {"uncited"}
    assert {finding.fix for finding in found} == {"write %@ source: DOCUMENT, SECTION above"}
    assert len(found) == 5


def test_a_source_holds_for_its_file_only(tmp_path: Path) -> None:
    """Each file names its own source."""
    (tmp_path / "zz.dl").write_text("%@ facts A/more\nreason(cough).\n")
    with pytest.raises(GuidelineError) as caught:
        loaded(tmp_path, SOUND)
    (finding,) = caught.value.findings
    assert str(finding).startswith("zz.dl:2:1: uncited: no source is named; write %@ source:")


def test_no_circle_goes_through_what_rules_out(tmp_path: Path) -> None:
    """What is open unless ruled out rests on the absence of what rules it out."""
    text, _ = changed(REASON, f"{REASON}\n%@ rule A/circle: {{Finding}} is there\ndenied(Finding) :- finding(Finding).")
    found = faults(tmp_path, text)
    assert {finding.code for finding in found} == {"unstratified"}
    assert "finding depends on not denied, by finding -> denied" in {finding.message for finding in found}


def test_a_long_circle_is_spelt_out(tmp_path: Path) -> None:
    """A circle through several predicates is shown from one to the next."""
    text, place = changed(
        "finding(Finding) :- documented(Finding).",
        '§finding(Finding) :- documented(Finding), not medically_necessary(1, "95886", "A").',
    )
    (finding,) = faults(tmp_path, text)
    assert (finding.code, (finding.place.line, finding.place.column)) == ("unstratified", place)
    assert finding.message == (
        "finding depends on not medically_necessary, by finding -> reason -> medically_necessary"
    )


def test_faults_of_annotations_are_told_together(tmp_path: Path) -> None:
    """Faults of several kinds are one report, in one go."""
    text = SOUND.replace('"B", inferred', '"B", infered').replace("%@ effective: 2021-01-01", "%@ effective: soon")
    text = text.replace("%@ reading: INT-1", "%@ reading: INT-9").replace("%@ rule B:", "%@ rul B:")
    assert {finding.code for finding in faults(tmp_path, text)} == {
        "authority",
        "date",
        "uncited",
        "annotation",
    }


def test_faults_of_rules_are_told_together(tmp_path: Path) -> None:
    """Unsound rules are all named, in the order of the text."""
    text = SOUND.replace(KNOWN, "reason(cough, 1).").replace("lasted(nights", "lastd(nights")
    text = text.replace("reason(Finding).\n", "reason(Other), not denied(Nobody).\n")
    found = faults(tmp_path, text)
    assert [finding.code for finding in found] == ["undeclared", "arity", "unsafe", "gloss"]
    assert [finding.place for finding in found] == sorted(finding.place for finding in found)


def test_faults_are_told_with_their_file(tmp_path: Path) -> None:
    """Every file of a folder is read, and a fault names the one it is in."""
    (tmp_path / "aa.dl").write_text("% nothing but a remark\n")
    (tmp_path / "zz.dl").write_text("%@ source: S\n%@ facts A/more\nreason(X).\n")
    with pytest.raises(GuidelineError, match=r"^zz\.dl:3:1: unsafe: X is bound by no positive literal"):
        loaded(tmp_path, SOUND)


def test_later_versions_may_share_an_id(tmp_path: Path) -> None:
    """A rule that has ended gives its id to the one that follows it."""
    versions = (
        "%@ rule A/v: first\n%@ ended: 2022-01-01\nreason(cough) :- documented(cough).\n"
        "%@ rule A/v: second\n%@ effective: 2022-01-01\n%@ ended: 2023-01-01\nreason(cough) :- documented(cough).\n"
        "%@ rule A/v: third\n%@ effective: 2023-01-01\nreason(cough) :- documented(cough).\n"
    )
    program = loaded(tmp_path, SOUND + versions).program
    assert [rule.gloss for rule in program.edition("2022-06-01") if rule.id == "A/v"] == ["second"]


def test_a_faulty_text_is_never_kept(tmp_path: Path) -> None:
    """A text that was put right loads at once, and one that was spoilt does not load from the cache."""
    assert loaded(tmp_path, SOUND)
    assert faults(tmp_path, SOUND.replace(KNOWN, "reason(cough, 1)."))
    assert loaded(tmp_path, SOUND)


def test_no_guideline_at_all_is_said(tmp_path: Path) -> None:
    """A folder without rule text is no guideline."""
    with pytest.raises(FileNotFoundError, match=r"no \.dl file"):
        load(tmp_path)


def test_what_is_declared_shown_stands_with_each_line_and_nothing_else_does(tmp_path: Path) -> None:
    """A decision shows the values that the guideline declares to be shown, by predicate, and none of its own."""
    told = """
%@ predicate told(Session, Code, Finding): {Finding} is told of code {Code} in session {Session}
%@ shown

%@ rule B/told: {Finding} is told
told(Session, Code, Finding) :- service(Session, Code), documented(Finding).
"""
    said = "id: x\ndate_of_service: 2025-01-01\nservices: [{cpt: '99213'}]\n"
    cough = f"{said}findings: {{cough: present}}\n"
    for text, given, more, words in (
        (SOUND, cough, [], "session 1\n"), (SOUND + told, cough, ["told"], "session 1: a cough\n"),
        (SOUND + told, said, ["told"], "session 1\n"),
    ):  # fmt: skip
        guideline = loaded(tmp_path, text)
        (case,) = read_text(given.encode(), "x.yaml", guideline)
        assert isinstance(case, Case)
        judged = judge(case, guideline)
        line = judged.decision.as_json()["lines"][0]
        assert list(line)[: 3 + len(more)] == ["cpt", "session", *more, "outcome"]
        assert [line[name] for name in more] == ["cough" if given == cough else None] * len(more)
        assert words in f"{decision_text(judged, 80)}\n"
