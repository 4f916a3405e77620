"""The tables of the notation are what the reader does: every example reads, and the page is written from them."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml
from coverlog.engine.cases.case import Case, Unreadable, read_text
from coverlog.engine.language.parser import FUNCTIONS
from coverlog.engine.language.terms import Atom, quote
from coverlog.engine.library.guideline import load
from coverlog.engine.program.code_systems import SYSTEMS
from coverlog.engine.program.counting import AGGREGATES
from coverlog.engine.program.declaration import AmissError, read_case_key
from coverlog.engine.program.layout import format_text
from coverlog.engine.program.notation import ANNOTATIONS, FIELDS, OPTIONS, SHAPES
from coverlog.engine.program.ranges import codes
from coverlog.engine.soundness.lint import findings_of
from coverlog.engine.soundness.registry import ERROR, severity
from coverlog.explain.checker.record import facts_of
from hypothesis import given
from hypothesis import strategies as st

BASE = """guideline("EXAMPLE", "an example", "2025-01-01").
%@ source: Criteria
statement("T", stated, "2015-01-01", "what is listed").
%@ predicate listed(Code): {Code} is listed
%@ predicate medically_necessary(Session, Code, Statement): {Code} is necessary by {Statement}
%@ predicate not_medically_necessary(Session, Code, Statement): {Code} is not necessary by {Statement}
%@ predicate not_addressed(Session, Code, Reason): {Code} is not addressed: {Reason}
"""
SERVICE = "%@ predicate service(Session, Code): {Code} is requested\n%@ case: services\n"
SAID: dict[str, Any] = {"id": "example", "date_of_service": "2025-11-03", "services": [{"cpt": "A0001"}]}


def errors(example: str) -> list[str]:
    text = BASE + ("" if "predicate service(" in example else SERVICE) + example + "\n"
    return [str(finding) for finding in findings_of([("example.dl", text)]) if severity(finding) == ERROR]


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_the_example_of_an_annotation_has_it_and_reads(name: str, tmp_path: Path) -> None:
    """An example shows the annotation at work, and is free of errors."""
    example = ANNOTATIONS[name].example
    assert f"%@ {name}" in example
    if "%@ extends" in example:
        (tmp_path / "example.dl").write_text(example + "\n")
        assert load(tmp_path).program.variation.base == "CG-MED-24"
    else:
        assert errors(example) == []


@pytest.mark.parametrize("name", AGGREGATES)
def test_the_example_of_an_aggregate_has_it_and_reads(name: str) -> None:
    """There is an example of every aggregate that the reader knows, free of errors and in the canonical layout."""
    assert set(AGGREGATES) == set(FUNCTIONS)
    example = AGGREGATES[name].example
    assert f"{name} {{" in example
    assert errors(example) == []
    assert example in format_text(example, "example.dl")


@pytest.mark.parametrize("name", SHAPES)
def test_the_example_of_a_shape_gives_what_it_says(name: str, tmp_path: Path) -> None:
    """The case of an example gives the facts beside it, and no others of that predicate."""
    entry = SHAPES[name]
    assert errors(entry.example) == []
    (tmp_path / "example.dl").write_text(BASE + ("" if not name else SERVICE) + entry.example + "\n")
    guideline = load(tmp_path)
    (case,) = read_text(
        yaml.safe_dump(SAID | yaml.safe_load(entry.case), default_flow_style=True).encode(), "c", guideline
    )
    assert isinstance(case, Case), case
    predicate = entry.facts[0].partition("(")[0]
    assert {str(atom) for atom in case.facts if atom.predicate == predicate} == set(entry.facts)
    read_by = guideline.program.predicates[predicate].case
    assert read_by is not None
    assert len(read_by.columns) == len(guideline.program.predicates[predicate].params) == entry.facts[0].count(",") + 1


def test_the_page_of_the_language_is_current(root: Path) -> None:
    """The page is what its tool writes of the tables."""
    tool = runpy.run_path(str(root / "tools" / "make_language_page.py"))
    assert (root / "docs" / "language.md").read_text() == tool["page"]()


def test_the_page_speaks_of_everything_there_is(root: Path) -> None:
    """No annotation, shape, option, type of a field or system of codes is left out."""
    text = (root / "docs" / "language.md").read_text()
    assert [name for name in (*ANNOTATIONS, *SHAPES, *OPTIONS, *FIELDS, *SYSTEMS) if name not in text] == []


MISTAKES = {
    "index amout of finding": "did you mean amount of?",
    "index amount of index unit": 'write unit "degrees Celsius"',
    "index amount of index decimals 7": "write decimals 1",
    "index amount of index decimal 1": "did you mean decimals?",
    "index amount of index from 0": "write from 0 to 300",
    "index amount of index from 5 to 1": "the smaller one first",
    "index amount of index from 0.5 to 1": "give it no decimals",
    "index amount of index in wekes": "did you mean weeks?",
    "place one of place unit \"days\"": "unit is for count and amount of",
    "visits count default one": "default is for one of",
    "first_use days sinc": "did you mean days since?",
    "days from admission discharge": "write %@ case: KEY SHAPE KIND",
    "visits count visit": "options behind a shape are default",
    "": "write %@ case: KEY SHAPE KIND",
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_a_wrong_line_names_the_known_ones(text: str) -> None:
    """What cannot be read is told with what to write, the nearest first."""
    with pytest.raises(AmissError) as caught:
        read_case_key(text)
    assert MISTAKES[text] in caught.value.fix
    found = errors(f"%@ predicate wrong(Number): {{Number}} is wrong\n%@ case: {text}\n%@ open\n"
                   "%@ rule T/a: it is listed\nlisted(\"A0001\") :- wrong(N), N > 3.")  # fmt: skip
    assert len(found) == 1, found


@given(st.text(st.sampled_from('abc 019."-ofinromtu'), max_size=40))
def test_a_line_is_read_or_told(text: str) -> None:
    """Whatever stands behind `%@ case:`, it is a key or one mistake with a remedy."""
    told: list[str] = []
    try:
        told = [read_case_key(text).key]
    except AmissError as error:
        told = [error.message, error.fix]
    assert all(told)


SLIPS = {
    "%@ rul T/a: it is listed\nlisted(\"A0001\").": "did you mean rule?",
    "%@ xyz T/a: it is listed\nlisted(\"A0001\").": "known are case, cites",
    "%@ predicate visits(Count): {Count} visits\n%@ cse: visits count\n%@ open\n"
    "%@ rule T/a: it is listed\nlisted(\"A0001\") :- visits(N), N > 3.": "did you mean case?",
    "%@ predicate visits(count): {Count} visits\n%@ case: visits count\n%@ open\n"
    "%@ rule T/a: it is listed\nlisted(\"A0001\") :- visits(N), N > 3.": "with a capital",
    "%@ predicat visits(Count): {Count} visits\n%@ case: visits count\n"
    "%@ rule T/a: it is listed\nlisted(\"A0001\") :- visits(N), N > 3.": "did you mean predicate?",
    "%@ facts T/a\n%@ qqqq: 2025-01-01\nlisted(\"A0001\").": "known are case, cites",
}  # fmt: skip


@pytest.mark.parametrize("text", SLIPS)
def test_one_slip_is_one_finding(text: str) -> None:
    """A misspelt annotation or declaration is told once: what rests on it is not told beside it."""
    found = errors(text)
    assert len(found) == 1, found
    assert SLIPS[text] in found[0]


RANGES = {
    ("M50.10", "M50.13"): ["M50.10", "M50.11", "M50.12", "M50.13"],
    ("A0009", "A0011"): ["A0009", "A0010", "A0011"],
    ("I10", "I10"): ["I10"],
    ("T1A", "T3A"): ["T1A", "T2A", "T3A"],
}


@pytest.mark.parametrize("ends", RANGES)
def test_a_range_counts_over_the_last_run_of_digits(ends: tuple[str, str]) -> None:
    """Both ends belong to it, and the width of the digits stays."""
    assert codes(*ends) == RANGES[ends]


@given(st.integers(0, 999), st.integers(0, 50), st.sampled_from(["", "A", "X0."]), st.sampled_from(["", "B"]))
def test_a_range_has_what_lies_between_its_ends(low: int, more: int, before: str, after: str) -> None:
    """As many codes as numbers, in order, each once, and all of one form."""
    first, last = (f"{before}{number:04}{after}" for number in (low, low + more))
    found = codes(first, last)
    assert (found[0], found[-1], len(found)) == (first, last, more + 1)
    assert found == sorted(set(found))
    assert {len(code) for code in found} == {len(first)}


GROUPS = '%@ predicate group(Code, Group): {Code} is of {Group}\nconcept(early, kind, "early").\n%@ facts T/g\n'
WRONG_RANGES = {
    '"A1" to "B3", early': "write two ranges",
    '"A3" to "A1", early': "the smaller one first",
    '"A1" to "A10", early': "write two ranges",
    '"A00001" to "A99999", early': "the smaller one first",
    '"A1" "A3", early': "write %@ range NAME",
    '"A1" to "A3", Early, f(': "write %@ range NAME",
    '"A1" to "A3", early). group("B", early': "write %@ range NAME",
}


@pytest.mark.parametrize("line", WRONG_RANGES)
def test_a_range_that_is_none_is_told(line: str) -> None:
    """One finding at its line, with what to write."""
    (found,) = errors(f"{GROUPS}%@ range group: {line}")
    assert "annotation" in found
    assert WRONG_RANGES[line] in found


def test_a_range_is_a_group_of_facts(tmp_path: Path) -> None:
    """Each code is a fact of the group's id, dates and citations, and fmt leaves the line as it is."""
    text = (
        f'{BASE}{SERVICE}{GROUPS}%@ effective: 2020-01-01\n%@ range group: "A1" to "A3", early\ngroup("B1", early).\n'
    )
    (tmp_path / "example.dl").write_text(text)
    rules = [rule for rule in load(tmp_path).program.rules if rule.head.predicate == "group"]
    assert [str(rule.head.args[0]) for rule in rules] == ['"A1"', '"A2"', '"A3"', '"B1"']
    assert {(rule.cites, rule.effective) for rule in rules} == {(("T",), "2020-01-01")}
    assert rules[0].id == "T/g(A1, early)"
    assert '%@ range group: "A1" to "A3", early\n' in format_text(text, "example.dl")
    assert format_text(format_text(text, "example.dl"), "example.dl") == format_text(text, "example.dl")


SYSTEM_CASES = {
    "icd10cm": (" m109", "M10.9", ["M10"]),
    "icd10pcs": ("0dtj4zz", "0DTJ4ZZ", ["0DTJ4Z", "0DTJ4", "0DTJ", "0DT"]),
    "cpt_hcpcs": ("j0585 ", "J0585", []),
    "revenue": ("450", "0450", ["045"]),
    "modifier": ("kx", "KX", []),
    "taxonomy": ("207rc0000x", "207RC0000X", ["207R00000X"]),
    '"[A-Z]{2}[0-9]{2,4}"': ("AB12", "AB12", []),
}


@pytest.mark.parametrize("system", SYSTEM_CASES)
def test_a_code_is_read_by_its_system(system: str, tmp_path: Path) -> None:
    """A code has one form and belongs to what its form says, by the engine's reading and by the checker's."""
    written, normal, above = SYSTEM_CASES[system]
    text = (
        f"{BASE}{SERVICE}%@ predicate given(Code): {{Code}}\n%@ case: list codes {system}\n"
        f"%@ predicate under(Code, Wider): {{Code}} is of {{Wider}}\n%@ case: list hierarchy {system}\n"
    )
    (tmp_path / "example.dl").write_text(text)
    guideline = load(tmp_path)
    (case,) = read_text(
        json.dumps(SAID | {"list": [written, {"code": written, "source": "a note"}]}).encode(), "c", guideline
    )
    assert isinstance(case, Case), case
    assert facts_of(case.said, guideline.program) == case.facts
    assert case.facts[Atom("given", (quote(normal),))] == 'list, "a note"'
    steps = list(zip([normal, *above], above, strict=False))
    assert {atom.args for atom in case.facts if atom.predicate == "under"} == {(quote(a), quote(b)) for a, b in steps}
    (wrong,) = read_text(json.dumps(SAID | {"list": ["???"]}).encode(), "c", guideline)
    assert isinstance(wrong, Unreadable)
    assert "write it like" in wrong.error


RECORDS = f"""{BASE}{SERVICE}concept(oven, heat, "the oven").
concept(left, side, "left").
%@ predicate read(Id, Heat, Side, Degrees, Days): {{Heat}}, {{Side}}, had {{Degrees}} {{Days}} ago
%@ case: readings records what one of heat, side one of side, value number unit "degrees" decimals 1, day days since
%@ predicate by(Id, Who): reading {{Id}} was taken by {{Who}}
%@ case: readings records who text
"""


def test_records_are_read_twice_alike(tmp_path: Path) -> None:
    """Each record is facts of the predicates whose fields it has, by its number; what is wrong is told at its place."""
    (tmp_path / "example.dl").write_text(RECORDS)
    guideline = load(tmp_path)
    assert guideline.schema["properties"]["readings"]["items"]["required"] == []

    def read(*records: dict[str, Any]) -> Case | Unreadable:
        (found,) = read_text(json.dumps(SAID | {"readings": list(records)}).encode(), "c", guideline)
        return found

    full = {"what": "oven", "side": "left", "value": 180.5, "day": "2025-11-01"}
    case = read({"who": " Dr. Who "}, full | {"source": "a note"})
    assert isinstance(case, Case), case
    assert {str(atom): where for atom, where in case.facts.items() if atom.predicate != "service"} == {
        "read(2, oven, left, 180.5, 2)": 'readings.2, day 2025-11-01 to 2025-11-03, "a note"',
        'by(1, "Dr. Who")': "readings.1",
    }
    assert facts_of(case.said, guideline.program) == case.facts
    wrong = read(full | {"day": "2026-01-01"}, full | {"value": 0.05}, full | {"side": "up"}, {"who": 'a "b"'})
    assert isinstance(wrong, Unreadable)
    assert [fault.message.partition(",")[0].partition(" is ")[0] for fault in wrong.faults] == [
        "contradictory documentation: readings.1.day", "readings.2.value", "readings.3.side", "readings.4.who",
    ]  # fmt: skip


LINES = """concept(left, side, "left").
concept(home, place, "the home").
%@ predicate modifier(Session, Code, Modifier): {Code} has modifier {Modifier}
%@ case: services with modifiers codes modifier
%@ predicate pointer(Session, Code, Diagnosis): {Code} is for {Diagnosis}
%@ case: services with pointers codes
%@ predicate side(Session, Code, Side): {Code} is on the {Side}
%@ case: services with side one of side
%@ predicate given_at(Session, Code, Place): {Code} is given at {Place}
%@ case: services with places each of place
%@ predicate given(Session, Code, Days): {Code} was given {Days} before
%@ case: services with date days since
%@ predicate charged(Session, Code, Charge): {Code} is charged {Charge}
%@ case: services with charge number decimals 2
"""
LINE = {"cpt": "A0001", "session": 2, "modifiers": ["lt", "59"], "pointers": ["g5601"], "side": "left",
        "places": ["home"], "date": "2025-11-01", "charge": 12.5}  # fmt: skip


def test_a_line_has_what_is_declared_of_it(tmp_path: Path) -> None:
    """Modifiers, pointers, a side, places, a date and a number are read with the line, by the checker as well."""
    (tmp_path / "example.dl").write_text(BASE + SERVICE + LINES)
    guideline = load(tmp_path)
    (case,) = read_text(json.dumps(SAID | {"services": [LINE, {"cpt": "A0002"}]}).encode(), "c", guideline)
    assert isinstance(case, Case), case
    told = sorted(map(str, case.facts))
    assert told == [
        'charged(2, "A0001", 12.50)', 'given(2, "A0001", 2)', 'given_at(2, "A0001", home)',
        'modifier(2, "A0001", "59")', 'modifier(2, "A0001", "LT")', 'pointer(2, "A0001", "G56.01")',
        'service(1, "A0002")', 'service(2, "A0001")', 'side(2, "A0001", left)',
    ]  # fmt: skip
    assert facts_of(case.said, guideline.program) == case.facts
    wrong = SAID | {"services": [{"cpt": "A0001", "side": "lft", "modifers": []}]}
    (refused,) = read_text(json.dumps(wrong).encode(), "c", guideline)
    assert isinstance(refused, Unreadable)
    assert "did you mean modifiers?" in refused.error
    assert "did you mean left?" in refused.error
    late = SAID | {"services": [{"cpt": "A0001", "date": "2025-11-31"}]}
    (refused,) = read_text(json.dumps(late).encode(), "c", guideline)
    assert isinstance(refused, Unreadable)
    assert "2025-11-31 is no day of the calendar" in refused.error
