"""Traceability and the book: every statement with its rules, cases and holes; pages that stand alone."""

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, not_read, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.language.errors import CaseError, Fault
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.commands.main import main
from coverlog.explain.reference.book import book
from coverlog.explain.testing.traceability import Row, as_csv, as_html, as_text, matrix

CASE = """id: at-home
title: someone <script>at home</script>
date_of_service: 2025-01-01
services: [{cpt: D0001}]
room: home
expect:
  D0001: {outcome: medically_necessary, by: [A]}
"""


@pytest.fixture
def desk(tmp_path: Path, toy_text: Callable[[str], str]) -> Guideline:
    (tmp_path / "desk.dl").write_text(toy_text("desk"))
    (tmp_path / "cases" / "all").mkdir(parents=True)
    (tmp_path / "cases" / "all" / "at-home.yaml").write_text(CASE)
    return load(tmp_path)


def rows(guideline: Guideline) -> dict[str, Row]:
    cases = [case for case in read_files(canonical_paths(guideline), guideline) if isinstance(case, Case)]
    return {row.statement: row for row in matrix(cases, guideline)}


def test_a_statement_has_its_rules_interpretations_and_cases(desk: Guideline) -> None:
    """A is followed by its facts and two rules, one of them by R1, and named by the case."""
    row = rows(desk)["A"]
    assert row.rules == ("A/codes", "A", "A/flat")
    assert (row.interpretations, row.by, row.holes) == (("R1",), ("at-home",), ())


def test_holes_are_statements_without_rule_or_case(desk: Guideline) -> None:
    """C has neither, D has a rule that no case uses."""
    found = rows(desk)
    assert found["C"].holes == ("no rule", "no case")
    assert found["D"].holes == ("no case",)


def test_an_interpretation_has_its_rules_and_cases(desk: Guideline) -> None:
    """R1 is what A/flat is read by; no case is about a flat."""
    row = rows(desk)["R1"]
    assert (row.authority, row.words, row.rules) == ("interpretation", "a flat is a home", ("A/flat",))
    assert row.holes == ("no case",)


def test_an_open_predicate_follows_an_interpretation(tmp_path: Path, toy_text: Callable[[str], str]) -> None:
    """What may be undocumented by an interpretation is read by it: no hole, though no rule names it."""
    opened = (
        "%@ predicate room(Room): the room is {Room}\n%@ case: rooms present of room\n%@ open: room\n%@ reading: R1"
    )
    text = toy_text("desk").replace("%@ predicate room(Room): the room is {Room}\n%@ case: room one of room", opened)
    (tmp_path / "desk.dl").write_text(text.replace("%@ reading: R1\nmedically", "medically"))
    (tmp_path / "cases" / "all").mkdir(parents=True)
    case = CASE.replace("room: home\n", "").replace("medically_necessary, by: [A]", "more_information_needed")
    (tmp_path / "cases" / "all" / "at-home.yaml").write_text(case)
    row = rows(load(tmp_path))["R1"]
    assert (row.rules, row.proved, row.holes) == (("predicate room",), ("at-home",), ())


def test_a_statement_used_in_a_proof_is_no_outcome(desk: Guideline) -> None:
    """B is not what the case comes to; that it fails is nothing the case proves."""
    assert rows(desk)["B"].by == ()


def test_the_formats_say_the_same(desk: Guideline) -> None:
    """CSV, text and HTML name each statement and each hole."""
    found = list(rows(desk).values())
    told = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert [row["statement"] for row in told] == ["A", "B", "C", "D", "R1"]
    assert told[2]["holes"] == "no rule\nno case"
    assert "HOLE: no rule, no case" in as_text(found, 80)
    assert max(map(len, as_text(found[:2], 60).splitlines()[:-1])) <= 60
    assert "no rule, no case" in as_html(found, desk)


class _Page(HTMLParser):
    """Notes what a page holds, and that what opens is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _stands_alone(text: str) -> _Page:
    page = _Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert ("lang", "en") in page.attributes
    assert page.tags.count("h1") == 1
    assert not re.search(r"https?:|url\(", text)
    names = [value for key, value in page.attributes if key == "id"]
    assert len(names) == len(set(names))
    assert {v for k, v in page.attributes if k == "href"} <= {f"#{name}" for name in names}
    return page


def test_the_book_stands_alone_and_is_escaped(desk: Guideline) -> None:
    """No script, no address, every link within, markup in the text shown as text."""
    text = book(desk, list(read_files(canonical_paths(desk), desk)))
    _stands_alone(text)
    assert "Desks &lt;&amp; chairs&gt;" in text
    assert "&lt;script&gt;at home" in text
    assert "a desk &lt;b&gt;for&lt;/b&gt; someone" in text
    assert text.count('scope="col"') > 0


def test_the_book_says_rules_in_words_and_text(desk: Guideline) -> None:
    """Each rule stands in words, part by part, and as the text has it; each case with what it comes to."""
    text = book(desk, list(read_files(canonical_paths(desk), desk)))
    assert "<p>someone is in a flat, where</p>" in text
    assert "<li>the room is a flat</li>" in text
    assert "<li>it is not so that CODE is covered</li>" in text
    assert "not covered(Session, Code)." in text
    assert 'data-label="outcomes">medically necessary<' in text


def test_the_book_and_the_matrix_follow_the_document() -> None:
    """A statement named by %@ order stands where that has it, with those behind it in the text; none is lost."""
    guideline = load()
    program = guideline.program
    told = [row.statement for row in matrix([], guideline)]
    headings = re.findall(r'<h3 id="[^"]*">([^<]+)</h3>', book(guideline, []))
    assert headings == told[: len(headings)] == [each.id for each in program.in_document()]
    assert sorted(headings) == sorted(program.statements)
    assert headings != list(program.statements)
    assert [name for name in headings if name in program.order] == list(program.order)
    assert headings[headings.index("I.4.g") + 1] == "N0"


def test_a_book_names_no_folder_of_the_machine(desk: Guideline) -> None:
    """A case that cannot be read is named by its place below the guideline."""
    unread = not_read("slip", CaseError(faults=[Fault(f"{desk.folder}/cases/slip.yaml:4", "no date", "write one")]))
    text = book(desk, [unread])
    assert "cases/slip.yaml:4" in text
    assert str(desk.folder) not in text


def test_the_shipped_pages_stand_alone(few_cases: Path, tmp_path: Path) -> None:
    """The book and the matrix of the shipped guideline are whole pages, here with some of its cases."""
    for args in (["doc"], ["trace", "--format", "html"]):
        out = tmp_path / "page.html"
        assert (
            CliRunner().invoke(main, ["-g", str(few_cases), *args, "-o", str(out)], catch_exceptions=False).exit_code
            == 0
        )
        _stands_alone(out.read_text())


def test_the_shipped_guideline_has_no_hole() -> None:
    """Each shipped statement and interpretation has a rule and a case, or is a notice that goes with every decision."""
    told = json.loads(CliRunner().invoke(main, ["trace", "--format", "json"], catch_exceptions=False).stdout)
    assert len(told) > 55
    assert [row["statement"] for row in told if row["holes"]] == []
