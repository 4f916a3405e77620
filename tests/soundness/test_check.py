"""What `coverlog check` finds, where it says it is, and in which form; each finding's page is true."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.language.errors import Finding
from coverlog.engine.library.guideline import load
from coverlog.engine.program.layout import format_text
from coverlog.engine.soundness.lint import findings_of
from coverlog.engine.soundness.registry import CASE, CODES, GUIDELINE, PAGES, WARNING, page
from coverlog.explain.commands.main import main
from coverlog.kb import ROOT, guidelines

# What the examples of the pages leave out; a page whose example names a guideline stands alone.
PRELUDE = """
guideline("EXAMPLE", "an example", "2025-01-01").

%@ source: Criteria
statement("A", stated, "2015-01-01", "fever, or a long rest").

concept(fever, finding, "fever").
concept(cough, finding, "a cough").
concept(wheeze, finding, "a wheeze").
concept(rest, duration, "rest").

%@ predicate service(Session, Code): code {Code} is requested in session {Session}
%@ case: services
%@ predicate documented(Finding): {Finding} is documented
%@ case: findings present of finding
%@ predicate weeks(Duration, Weeks): there were {Weeks} weeks of {Duration}
%@ case: findings amount of duration
%@ open: duration
%@ predicate met: a criterion is met
%@ predicate medically_necessary(Session, Code, Statement): code {Code} is necessary by {Statement}
%@ predicate not_medically_necessary(Session, Code, Statement): code {Code} is not necessary by {Statement}
%@ predicate not_addressed(Session, Code, Reason): code {Code} is not addressed: {Reason}

%@ rule A/line: code {Code} is requested, and a criterion is met
medically_necessary(Session, Code, "A") :- service(Session, Code), met.

%@ rule A/otherwise: code {Code} is requested, and no criterion is met
not_medically_necessary(Session, Code, "A") :- service(Session, Code), not met.

%@ rule A/fever: there is fever
met :- documented(fever).

%@ rule A/rest: there were {Weeks} weeks of rest
met :- weeks(rest, Weeks), Weeks >= 4.
"""
SOURCE = "%@ source: Criteria\n"
UNLABELLED = SOURCE + "%@ rule A/other: there is something else\nmet :- documented(Finding), Finding != elsewhere.\n"
WARNINGS = {name for name, code in CODES.items() if (code.severity, code.of) == (WARNING, GUIDELINE)}
OF_CASES = sorted(name for name, code in CODES.items() if code.of == CASE)
# Of what is text; the one of what is none has a test of its own.
TOLD = sorted({name for name, code in CODES.items() if code.of == GUIDELINE} - {"encoding"})


DOCS = ROOT.parent / PAGES


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False)


def found(example: str, prelude: str = PRELUDE) -> list[Finding]:
    texts = [] if "guideline(" in example else [("prelude.dl", prelude)]
    return findings_of([*texts, ("example.dl", example)])


def codes(example: str) -> list[str]:
    return [finding.code for finding in found(example)]


def example(code: str, heading: str) -> str:
    page = (DOCS / f"{code}.md").read_text()
    match = re.search(rf"^## {heading}\n\n(?:[^`#]*\n\n)?```\w+\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert match is not None, (code, heading)
    return match[1]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write_guideline(text: str) -> Path:
        (tmp_path / "prelude.dl").write_text(PRELUDE)
        (tmp_path / "example.dl").write_text(text)
        return tmp_path

    return write_guideline


# --- The pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", TOLD)
def test_the_bad_example_of_a_page_has_that_finding_and_no_other(code: str) -> None:
    """What a page shows as bad is found, by the page's code alone."""
    assert set(codes(example(code, "Bad"))) == {code}


@pytest.mark.parametrize("code", TOLD)
def test_the_good_example_of_a_page_is_clean_and_laid_out(code: str) -> None:
    """What a page shows as good has no finding at all, and is what fmt would write."""
    text = example(code, "Good")
    assert found(text) == []
    assert format_text(text, "example.dl") == text


@pytest.mark.parametrize("code", OF_CASES)
def test_a_case_of_a_page_has_that_finding_or_none(code: str) -> None:
    """Of a case shown as bad validate finds the page's code alone, and of one shown as good nothing."""
    for heading, expected in (("Bad", [code]), ("Good", [])):
        ran = CliRunner().invoke(main, ["validate", "-", "--format", "json"], input=example(code, heading))
        told = [finding["code"] for finding in json.loads(ran.stdout)]
        # An advisory may come with another finding: 95886 alone draws two.
        assert sorted(set(told)) == expected, heading
        assert ran.exit_code == (code == "case-fault" and heading == "Bad")


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_page_begins_with_what_sarif_says(code: str) -> None:
    """A page has the code as its title, then its sentence, then whether it is an error."""
    title, sentence, severity = (DOCS / f"{code}.md").read_text().split("\n\n")[:3]
    assert (title, sentence) == (f"# {code}", CODES[code].meaning)
    assert CODES[code].severity in severity


def test_the_codes_of_the_source_of_the_registry_and_of_the_pages_are_the_same(root: Path) -> None:
    """A code that can be found has its severity, its meaning and its page, and there are no others."""
    used = {code for path in root.glob("e*/**/*.py") for code in _codes_in(ast.parse(path.read_text()))}
    assert used == set(CODES) == {path.stem for path in DOCS.glob("*.md")}
    assert all((root / page(code)).is_file() for code in CODES)


def _codes_in(tree: ast.AST) -> Iterator[str]:
    """Yield the constants that stand where a finding takes its code."""
    first = {"Finding": 0, "fail": 0, "in_rule": 1}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            for code in call.args[first[name] : first[name] + 1] if name in first else []:
                # What decides between two codes is none itself.
                for part in (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,):
                    if isinstance(part, ast.Constant):
                        yield str(part.value)


def test_the_page_of_an_encoding_shows_what_is_found(tmp_path: Path) -> None:
    """The bad example, saved as the page says, is found; the good one is UTF-8 and clean."""
    (tmp_path / "prelude.dl").write_text(PRELUDE)
    (tmp_path / "example.dl").write_text(example("encoding", "Bad"), encoding="latin-1")
    told = json.loads(run("check", str(tmp_path), "--format", "json").stdout)
    assert [(finding["code"], finding["line"]) for finding in told] == [("encoding", 1)]
    (tmp_path / "example.dl").write_text(example("encoding", "Good"), encoding="utf-8")
    assert run("check", str(tmp_path)).exit_code == 0


def test_warnings_let_a_guideline_be_used_and_errors_do_not(write: Callable[[str], Path]) -> None:
    """A folder with a warning loads, and decides."""
    folder = write(example("unreachable-rule", "Bad"))
    assert load(folder).program.name == "EXAMPLE"
    assert run("check", str(folder)).exit_code == 0


# --- The command ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(guidelines()))
def test_the_shipped_guidelines_are_clean(name: str) -> None:
    """Every guideline shipped here has no finding, warnings included."""
    result = run("check", name)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{name}: no findings\n"


def test_the_guideline_of_the_group_is_checked_by_default(write: Callable[[str], Path]) -> None:
    """Without a path, check reads the guideline that -g names."""
    result = run("-g", str(write(example("unsafe", "Bad"))), "check")
    assert result.exit_code == 1
    assert "error: unsafe: Finding is bound by no positive literal" in result.stdout


def test_a_slip_in_a_variable_of_a_decimal_is_told_as_a_slip() -> None:
    """A name that no literal binds is unsafe, also where it is compared with a decimal; nothing is said of units."""
    text = example("unit", "Good")
    assert text.count(", Degrees >=") == 1
    (slip,) = found(text.replace(", Degrees >=", ", Degres >="))
    assert slip.code == "unsafe"
    assert "Degres" in slip.message


def test_text_says_place_code_and_remedy(write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of text is file:line:column, severity, code, what is wrong and what to do."""
    monkeypatch.chdir(write(example("misspelt-constant", "Bad")))
    result = run("check", ".")
    assert result.exit_code == 0
    assert result.stdout == (
        "example.dl:4:1: warning: misspelt-constant: wheze stands nowhere else and is close to wheeze "
        "(in A/wheeze); did you mean wheeze?\n"
    )
    assert result.stderr.endswith(": 1 warning\n")


def test_errors_are_status_1_and_bad_usage_is_status_2(write: Callable[[str], Path], tmp_path: Path) -> None:
    """Errors, warnings and a wrong path leave different statuses."""
    assert run("check", str(write(example("unsafe", "Bad")))).exit_code == 1
    assert run("check", str(write(example("subsumed-rule", "Bad")))).exit_code == 0
    assert run("check", str(tmp_path / "nowhere")).exit_code == 2
    assert "did you mean cg_med_24?" in run("check", "cg_med_2").stderr
    assert run("check", "--format", "xml").exit_code == 2
    assert "name its folder" in run("check", str(tmp_path / "example.dl")).stderr


def test_every_file_that_does_not_parse_is_told(tmp_path: Path) -> None:
    """A syntax error in one file does not hide that of another."""
    (tmp_path / "a.dl").write_text("met :- .\n")
    (tmp_path / "b.dl").write_text("\nMet.\n")
    lines = run("check", str(tmp_path)).stdout.splitlines()
    assert [line.split(": ")[0].rsplit("/", 1)[-1] for line in lines] == ["a.dl:1:8", "b.dl:2:1"]


def test_text_in_another_encoding_is_a_finding_beside_others_of_its_kind(tmp_path: Path) -> None:
    """Files that are not UTF-8 are found with their lines, each, as what is wrong with a text is: status 1."""
    (tmp_path / "greek.dl").write_bytes(b"\xe1\n")
    (tmp_path / "latin.dl").write_bytes(b"% one\n% caf\xe9\n")
    result = run("check", str(tmp_path))
    assert result.exit_code == 1
    greek, latin = result.stdout.splitlines()
    assert "greek.dl:1:1: error: encoding: this is not UTF-8 text" in greek
    assert "latin.dl:2:1: error: encoding: this is not UTF-8 text" in latin
    assert result.stderr.endswith(": 2 errors\n")


def test_json_has_the_same_findings_as_text(write: Callable[[str], Path]) -> None:
    """JSON is a list of objects with file, line, column, code, severity, message and fix; clean is an empty list."""
    folder = write(example("arity", "Bad"))
    (told,) = json.loads(run("check", str(folder), "--format", "json").stdout)
    assert told == {
        "code": "arity",
        "severity": "error",
        "file": str(folder / "example.dl"),
        "line": 4,
        "column": 1,
        "message": "documented has 2 arguments here and 1 where declared (in A/cough)",
        "fix": "write documented(Finding)",
    }
    assert json.loads(run("check", "--format", "json").stdout) == []


def test_github_escapes_what_would_end_the_command(write: Callable[[str], Path]) -> None:
    """A percent sign of a message is escaped, and the title is the code."""
    result = run("check", str(write(example("no-id", "Bad"))), "--format", "github")
    (line,) = result.stdout.splitlines()
    assert line.startswith(f"::error file={write(example('no-id', 'Bad'))}/example.dl,line=3,col=1,title=no-id::this ")
    assert "%25@ rule ID: gloss" in line


def test_github_escapes_commas_and_colons_in_paths(tmp_path: Path) -> None:
    """A file name with a comma or a colon stays one property."""
    (tmp_path / "a,b:c.dl").write_text("met :- .\n")
    result = run("check", str(tmp_path), "--format", "github")
    assert "a%2Cb%3Ac.dl,line=1,col=8,title=syntax::" in result.stdout


def _sarif(*args: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run("check", *args, "--format", "sarif").stdout)
    return told


def test_sarif_has_the_structure_of_its_standard(write: Callable[[str], Path]) -> None:
    """The log has a version, one run, its tool with rules that lead to pages, and results that point at lines."""
    folder = write(example("unsafe", "Bad"))
    log = _sarif(str(folder))
    (run_,) = log["runs"]
    rules = run_["tool"]["driver"]["rules"]
    (result,) = run_["results"]
    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in rules] == sorted(CODES)
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "unsafe"
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 4, "startColumn": 1}
    assert place["artifactLocation"]["uri"] == (folder / "example.dl").as_uri()
    assert all(Path(re.findall(r"\((\S+)\)", rule["help"]["markdown"])[0]).is_file() for rule in rules)


def test_sarif_of_a_clean_guideline_has_no_results() -> None:
    """Nothing found is an empty list of results, and levels of the rules are those of the codes."""
    (run_,) = _sarif()["runs"]
    assert run_["results"] == []
    levels = {rule["id"]: rule["defaultConfiguration"]["level"] for rule in run_["tool"]["driver"]["rules"]}
    assert {code for code, level in levels.items() if level == WARNING} == {
        name for name, code in CODES.items() if code.severity == WARNING
    }


# --- What is and is not found --------------------------------------------------------------------


def test_a_rule_is_reachable_in_some_edition_or_in_none() -> None:
    """Facts that end before the rule begins do not reach it; facts that overlap with it do."""
    text = SOURCE + (
        "%@ predicate listed(Finding): {{Finding}} is listed\n\n%@ facts A/listed\n%@ ended: {}\nlisted(cough).\n\n"
        "%@ rule A/cough: there is {{Finding}}, listed\n%@ effective: 2018-01-01\n"
        "met :- documented(Finding), listed(Finding).\n"
    )
    assert codes(text.format("2018-01-01")) == ["unreachable-rule"]
    assert codes(text.format("2018-01-02")) == []


def test_a_rule_that_ends_before_it_begins_is_never_reached() -> None:
    """Dates in the wrong order leave a rule no day to be in force."""
    text = SOURCE + "%@ rule A/x: a cough\n%@ effective: {}\n%@ ended: {}\nmet :- documented(cough).\n"
    assert codes(text.format("2018-01-01", "2017-01-01")) == ["unreachable-rule"]
    assert codes(text.format("2017-01-01", "2018-01-01")) == []


def test_reach_follows_recursion_and_kinds() -> None:
    """A rule is unreachable where its constant is in no chain of facts, and reachable where it is."""
    text = SOURCE + (
        "%@ predicate leads(Finding, To): {{Finding}} leads to {{To}}\n"
        "%@ predicate reaches(Finding): {{Finding}} comes\n\n"
        "%@ facts A/leads\nleads(fever, cough).\nleads(cough, wheeze).\n\n"
        "%@ rule A/start: {{Finding}} leads on\nreaches(To) :- documented(fever), leads(fever, To).\n\n"
        "%@ rule A/on: {{Finding}} leads on\nreaches(To) :- reaches(Finding), leads(Finding, To).\n\n"
        "%@ rule A/use: it comes\nmet :- reaches({}).\n"
    ).replace("{{Finding}} leads on", "it leads on to {{To}}")
    assert codes(text.format("cough")) == codes(text.format("wheeze")) == []
    assert codes(text.format("fever")) == ["unreachable-rule"]


def _rules(*bodies: str) -> str:
    return SOURCE + "".join(f"%@ rule A/{n}: rule {n}\nmet :- {body}.\n\n" for n, body in enumerate(bodies))


@pytest.mark.parametrize(
    ("general", "special"),
    [
        ("service(X, Y), documented(cough)", "documented(cough), service(A, B), documented(wheeze)"),
        ("documented(X), not documented(wheeze)", "documented(cough), not documented(wheeze)"),
        ("documented(F), F != cough", "documented(G), G != cough, documented(wheeze)"),
    ],
)
def test_a_rule_that_asks_for_more_is_subsumed_whatever_its_variables_are_called(general: str, special: str) -> None:
    """Names and order do not hide that a body holds all of another; the wider rule is not the one found."""
    for bodies in ((general, special), (special, general)):
        (finding,) = found(_rules(*bodies))
        assert finding.code == "subsumed-rule"
        assert f"(A/{bodies.index(special)}" in f"({finding.message}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("documented(F), F != cough", "documented(F), F != wheeze"),
        ("documented(cough), not documented(wheeze)", "documented(cough), documented(wheeze)"),
        ("service(X, X), documented(cough)", "service(X, Y), documented(wheeze), documented(cough)"),
    ],
)
def test_rules_that_differ_are_not_subsumed(one: str, other: str) -> None:
    """A different comparison, a negation, or a variable that stands twice keeps rules apart."""
    assert codes(_rules(one, other)) == []


def test_of_two_rules_alike_the_later_is_redundant() -> None:
    """Twins give one finding, at the second."""
    (finding,) = found(_rules("documented(cough)", "documented(cough)"))
    assert finding.message.startswith("A/1 adds nothing to A/0 of example.dl:3:1")


def test_a_rule_in_force_longer_is_not_subsumed() -> None:
    """A wider rule makes a narrower one redundant only if it is in force on all its days."""
    text = (
        SOURCE
        + "%@ rule A/wide: a cough\n%@ effective: {}\nmet :- documented(cough).\n\n"
        + ("%@ rule A/narrow: both\nmet :- documented(cough), documented(wheeze).\n")
    )
    assert codes(text.format("2018-01-01")) == []
    assert codes(text.format("2015-01-01")) == ["subsumed-rule"]


def test_a_third_version_may_not_overlap_the_second() -> None:
    """Versions are compared in the order of their dates, each with the next."""
    versions = [("", "2018-01-01"), ("2018-01-01", "2020-01-01"), ("2019-01-01", "")]
    names = ["cough", "wheeze", "rest"]
    text = SOURCE
    for (begins, ends), name in zip(versions, names, strict=True):
        text += "%@ rule A/v: a version\n" + (f"%@ effective: {begins}\n" if begins else "")
        text += (f"%@ ended: {ends}\n" if ends else "") + f"met :- documented({name}).\n\n"
    text = text.replace("documented(rest)", "documented(cough)")
    assert codes(text) == ["version-overlap"]
    assert codes(text.replace("effective: 2019-01-01", "effective: 2020-01-01")) == []


def test_a_code_misspelt_is_compared_where_codes_stand() -> None:
    """Text in quotes counts as misspelt only where declared text stands too: not in a table of foreign codes."""
    text = SOURCE + (
        'concept("10001", code, "a visit").\n\n%@ predicate foreign(Other, Finding): {{Other}} is {{Finding}}\n\n'
        '%@ facts A/foreign\nforeign("10002", cough).\n\n%@ rule A/x: a visit\nmet :- service(Session, "10001"), '
        'service(Session, "{}"), foreign(Other, cough).\n'
    )
    assert codes(text.format("10001")) == []
    assert codes(text.format("10007")) == ["misspelt-constant"]


def test_a_symbol_unlike_any_concept_has_no_label() -> None:
    """A symbol nobody declared is found once, also in a comparison."""
    (finding,) = found(UNLABELLED)
    assert finding.code == "concept-without-label"
    assert finding.fix == 'write concept(elsewhere, KIND, "label").'


def _unused() -> Iterator[tuple[str, str]]:
    yield 'concept(spare, system, "spare").\n', "the concept spare"
    yield 'interpretation("INT-1", "as read here").\n', "the interpretation INT-1"
    yield "%@ predicate spare(Finding): {Finding} is spare\n", "the predicate spare"


@pytest.mark.parametrize(("text", "name"), list(_unused()))
def test_a_declaration_that_nobody_uses_is_found_at_its_line(text: str, name: str) -> None:
    """Predicates, concepts and interpretations alike."""
    (finding,) = found(SOURCE + text)
    assert (finding.code, finding.place) == ("unused-declaration", ("example.dl", 2, 1))
    assert name in finding.message


def test_a_concept_that_a_rule_asks_for_by_its_kind_is_used() -> None:
    """`concept(X, kind, _)` in a body uses every concept of the kind."""
    text = (
        SOURCE
        + 'concept(spare, system, "spare").\n%@ rule A/any: there is {System}\nmet :- concept(System, system, _).\n'
    )
    assert codes(text) == []


def test_findings_that_follow_from_an_error_wait_for_it() -> None:
    """A misspelt predicate is one finding, not also the unused one it was meant for."""
    text = example("unreachable-rule", "Good").replace(", contagious(", ", contagous(")
    assert codes(text) == ["undeclared"]


def test_columns_that_share_nothing_leave_a_rule_unreachable() -> None:
    """A variable that stands for facts of two predicates needs a constant that both have."""
    text = SOURCE + (
        "%@ predicate early(Finding): {{Finding}} comes early\n%@ predicate late(Finding): {{Finding}} comes late\n\n"
        "%@ facts A/times\nearly(fever).\nlate({}).\n\n"
        "%@ rule A/both: {{Finding}} comes early and late\nmet :- early(Finding), late(Finding).\n"
    )
    assert codes(text.format("cough")) == ["unreachable-rule"]
    assert codes(text.format("fever")) == []


def test_a_symbol_used_twice_is_no_slip_of_the_pen() -> None:
    """However close to a concept, a symbol that stands in two places is one that was left undeclared."""
    text = example("concept-without-label", "Bad").replace("airway)", "coughs)")
    assert codes(text) == ["concept-without-label"]
    assert codes(text.replace("part_of(cough, coughs).", "part_of(cough, cough).")) == ["misspelt-constant"]


def test_an_outcome_by_a_misspelt_statement_is_found() -> None:
    """Text in quotes is compared with the statements where statements stand."""
    text = SOURCE + (
        'statement("I.4.a", stated, "2015-01-01", "a cough").\n\n%@ rule I.4.a: a cough\n'
        'medically_necessary(Session, Code, "I.4.{}") :- service(Session, Code), documented(cough).\n'
    )
    (finding,) = found(text.format("e"))
    assert (finding.code, finding.fix) == ("misspelt-constant", 'did you mean "I.4.a"?')
    assert codes(text.format("a")) == []
