"""The tables of the notation are what the reader does: every example reads, and the page is written from them."""

import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.library.guideline import load
from coverlog.engine.program.declaration import AmissError, read_case_key
from coverlog.engine.program.notation import ANNOTATIONS, OPTIONS, SHAPES
from coverlog.engine.soundness.lint import findings_of
from coverlog.engine.soundness.registry import ERROR, severity
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
def test_the_example_of_an_annotation_has_it_and_reads(name: str) -> None:
    """An example shows the annotation at work, and is free of errors."""
    assert f"%@ {name}" in ANNOTATIONS[name].example
    assert errors(ANNOTATIONS[name].example) == []


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
    """No annotation, shape or option is left out."""
    text = (root / "docs" / "language.md").read_text()
    assert [name for name in (*ANNOTATIONS, *SHAPES, *OPTIONS) if name not in text] == []


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
