"""Coverage and `coverlog test`: what the cases show of each rule, and where a case differs."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from click.testing import CliRunner
from click.testing import Result as Ran
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.decision.decide import decide
from coverlog.engine.decision.decision import Advisory
from coverlog.engine.decision.need import Need
from coverlog.engine.language.terms import Atom
from coverlog.engine.language.visible import visible
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.commands.main import main
from coverlog.explain.testing.branches import Branch, figures, measure
from coverlog.explain.testing.cases import Result, junit
from coverlog.explain.testing.differing import Difference, compare, told
from coverlog.explain.testing.equivalent import idle, read_marks
from hypothesis import example, given
from hypothesis import strategies as st

LAMP = (Path(__file__).parent.parent / "guidelines" / "lamp.dl").read_text()
CASE = """id: {id}
date_of_service: 2025-01-01
services: [{{cpt: {cpt}}}]
room: {room}
findings: {{usage: {hours}}}
expect:
  {cpt}: {{{expect}}}
"""
YES, NO = "outcome: medically_necessary, by: [A]", "outcome: not_medically_necessary, by: [B]"
CASES = {
    "three-hours": ("L0001", "dark", 3, YES),
    "two-hours": ("L0001", "dark", 2, NO),
    "bright": ("L0001", "bright", 9, NO),
    "no-lamp": ("L0002", "dark", 9, "outcome: not_addressed, reason: unknown_code"),
}


def lamp(folder: Path, *names: str) -> Path:
    """Write the guideline of lamps with some of its cases."""
    (folder / "cases" / "all").mkdir(parents=True)
    (folder / "lamp.dl").write_text(LAMP)
    for name in names or CASES:
        cpt, room, hours, expect = CASES[name]
        text = CASE.format(id=name, cpt=cpt, room=room, hours=hours, expect=expect)
        (folder / "cases" / "all" / f"{name}.yaml").write_text(text)
    return folder


def cases_of(guideline: Guideline) -> list[Case]:
    return [case for case in read_files(canonical_paths(guideline), guideline) if isinstance(case, Case)]


def covered(folder: Path) -> dict[tuple[str, str, str], Branch]:
    loaded = load(folder)
    return {(b.rule, b.part, b.value): b for b in measure(cases_of(loaded), loaded)}


def run(folder: Path, *args: str) -> Ran:
    return CliRunner().invoke(main, ["-g", str(folder), "test", *args], catch_exceptions=False)


def test_a_part_is_decisive_where_it_alone_fails(tmp_path: Path) -> None:
    """Two hours in the dark show the comparison false; a bright room shows the room false; nothing else does."""
    found = covered(lamp(tmp_path, "two-hours", "bright"))
    assert found["A", "Hours >= 3", "false"].case == "two-hours"
    assert found["A", "room(dark)", "false"].case == "bright"
    assert found["A", "lamp(Code)", "false"].case == ""


def test_a_part_beside_another_that_fails_is_not_decisive(tmp_path: Path) -> None:
    """A code that is no lamp in a dark room shows `lamp` false, and the room not."""
    found = covered(lamp(tmp_path, "no-lamp"))
    assert found["A", "lamp(Code)", "false"].case == "no-lamp"
    assert found["A", "room(dark)", "false"].case == ""


def test_a_rule_that_never_fires_is_said_so(tmp_path: Path) -> None:
    """What no case shows has the reason, and the figures count it."""
    found = covered(lamp(tmp_path, "two-hours"))
    assert found["A", "", "fired"].reason == "never fired"
    assert found["A", "Hours >= 3", "true"].reason == "never true where the whole body holds"
    assert found["A", "room(dark)", "false"].reason == "never the only part that fails"
    assert figures(list(found.values())).rules_covered == 1


def test_an_undocumented_amount_decides_nothing(tmp_path: Path) -> None:
    """In the open world an amount nobody documented is neither true nor false."""
    folder = lamp(tmp_path, "two-hours")
    path = folder / "cases" / "all" / "two-hours.yaml"
    path.write_text(path.read_text().replace("findings: {usage: 2}\n", ""))
    found = covered(folder)
    assert not found["A", "Hours >= 3", "true"].case
    assert not found["A", "Hours >= 3", "false"].case
    assert found["A", "hours(usage, Hours)", "false"].case == "two-hours"  # the closed world: there is none


def test_layout_does_not_change_coverage(tmp_path: Path) -> None:
    """Blanks, line ends and comments are no part of a rule."""
    plain = covered(lamp(tmp_path / "plain"))
    folder = lamp(tmp_path / "spread")
    text = LAMP.replace(", room(dark), ", ",\n\n    % a remark\n    room(  dark ),\n    ")
    assert text != LAMP
    (folder / "lamp.dl").write_text(text)
    assert covered(folder) == plain


def test_the_threshold_is_an_exit_status(tmp_path: Path) -> None:
    """Below the threshold the command ends with 1, at it with 0."""
    folder = lamp(tmp_path, "two-hours", "bright")
    assert run(folder, "--coverage").exit_code == 1
    assert run(folder, "--coverage", "--threshold", "20").exit_code == 0
    assert "A: medically" not in run(folder, "--coverage").stdout
    assert "A: never fired" in run(folder, "--coverage").stdout


def test_a_case_that_differs_is_said(tmp_path: Path) -> None:
    """A wrong expectation is status 1, in the table, in JSON and in JUnit."""
    folder = lamp(tmp_path)
    path = folder / "cases" / "all" / "bright.yaml"
    path.write_text(path.read_text().replace("by: [B]", "by: [A]"))
    report = tmp_path / "junit.xml"
    result = run(folder, "--junit", str(report))
    assert result.exit_code == 1
    assert "DIFFERS  bright" in result.stdout
    assert "L0001@1: it is decided by B; expected: A" in result.stdout
    told = json.loads(run(folder, "--format", "json").stdout)["results"]
    assert [r["case"] for r in told if r["differences"]] == ["bright"]
    (differs,) = next(r["differences"] for r in told if r["differences"])
    assert [differs[key] for key in ("line", "of", "found", "expected")] == ["L0001@1", "by", ["B"], ["A"]]
    suite = ET.parse(report).getroot()  # noqa: S314 - written by the line above
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")
    assert "expected: A" in str(suite.find("testcase/failure").get("message"))  # type: ignore[union-attr]


def test_missing_is_compared_as_a_set_of_sets(tmp_path: Path) -> None:
    """The order of the sets, and within them, says nothing; a set more or less does."""
    decision = decide(_undocumented(tmp_path), load(tmp_path))
    (line,) = decision.lines
    assert told(line)["missing"] == [["usage >= 3"]]
    pair = Need(Atom("finding", ("a",)), 1, 1, "a"), Need(Atom("finding", ("b",)), 0, 0, "b")
    twice = decision._replace(lines=(line._replace(needs=(*line.needs, pair)),))
    wanted = {"L0001": {"missing": [["b absent", "a"], ["usage >= 3"]]}}
    program = load(tmp_path).program
    assert list(compare(twice, wanted, program)) == []
    (differs,) = compare(decision, wanted, program)
    assert str(differs) == "L0001@1: what is missing: expected, not found: a and b recorded as absent"
    assert differs[2:] == ("missing", [["usage >= 3"]], [["b absent", "a"], ["usage >= 3"]])


def test_what_a_line_rests_on_may_be_expected(tmp_path: Path) -> None:
    """rests_on in any order, and whether `missing` is all there is, are compared where they are expected."""
    decision = decide(_undocumented(tmp_path), load(tmp_path))
    resting = decision._replace(lines=(decision.lines[0]._replace(rests_on=("A", "INT-1")),))
    program = load(tmp_path).program
    assert list(compare(resting, {"L0001": {"rests_on": ["INT-1", "A"], "missing_complete": True}}, program)) == []
    (differs,) = compare(decision, {"L0001": {"rests_on": ["A"]}}, program)
    assert str(differs) == "L0001@1: what it rests on: expected, not found: A"
    assert len(list(compare(decision, {"L0001": {"missing_complete": False}}, program))) == 1


def test_advisories_may_be_counted(tmp_path: Path) -> None:
    """Ids say which advisories are given; numbers say how many of each."""
    decision, program = decide(_undocumented(tmp_path), load(tmp_path)), load(tmp_path).program
    twice = decision._replace(advisories=(Advisory("a", "one", ""), Advisory("a", "two", "")))
    assert list(compare(twice, {"L0001": {}, "advisories": ["a"]}, program)) == []
    assert list(compare(twice, {"L0001": {}, "advisories": {"a": 2}}, program)) == []
    (differs,) = compare(twice, {"L0001": {}, "advisories": {"a": 1}}, program)
    assert str(differs) == "the advisories are a (2 of them); expected: a"


def _undocumented(folder: Path) -> Case:
    """Return the case of a dark room in which nobody documented the hours."""
    path = lamp(folder, "two-hours") / "cases" / "all" / "two-hours.yaml"
    expect = "outcome: more_information_needed, rests_on: [], missing_complete: true"
    path.write_text(path.read_text().replace("findings: {usage: 2}\n", "").replace(NO, expect))
    (case,) = cases_of(load(folder))
    return case


@given(st.text())
@example("\x00\x1b[31m\ud800\ufffe")
def test_junit_shows_what_xml_forbids(text: str) -> None:
    """Whatever a case is called, the report is XML that reads back; forbidden characters are visible escapes."""
    report = junit([Result(text, "open", (), (), (Difference(f"{text} differs"),))], 1.0)
    case = ET.fromstring(report)[0]  # noqa: S314 - made by the line above
    assert not set(report) & set("\x00\x1b\ud800\ufffe")
    shown = visible(text)
    assert case.get("name") == shown
    assert case[0].get("message") == visible(f"{text} differs")


def test_cases_is_test_in_short(tmp_path: Path) -> None:
    """`cases` shows the table of `test`, those to be refused among them."""
    folder = lamp(tmp_path)
    short = CliRunner().invoke(main, ["-g", str(folder), "cases"], catch_exceptions=False)
    assert short.stdout.splitlines() == run(folder).stdout.splitlines()
    assert short.stderr == "4 cases, 4 results, 0 not as expected\n"


def test_a_path_narrows_the_cases(tmp_path: Path) -> None:
    """Only the cases below PATH run."""
    folder = lamp(tmp_path)
    told = json.loads(run(folder, str(folder / "cases" / "all" / "bright.yaml"), "--format", "json").stdout)
    assert [(r["case"], r["world"], r["by"]) for r in told["results"]] == [("bright", "open", ["B"])]


def test_a_case_to_be_refused_differs_where_it_is_decided(tmp_path: Path) -> None:
    """What stands below cases/refused has to contradict itself."""
    folder = lamp(tmp_path)
    (folder / "cases" / "refused").mkdir()
    (folder / "cases" / "all" / "bright.yaml").rename(folder / "cases" / "refused" / "bright.yaml")
    result = run(folder)
    assert result.exit_code == 1
    assert "it has to be refused" in result.stdout


def test_the_shipped_cases_cover_every_rule_and_branch() -> None:
    """Each rule fires; each part of each is seen true, and decisive where it fails, but for five that cannot be."""
    loaded = load()
    marks = read_marks(loaded.folder)
    shipped = measure(cases_of(loaded), loaded, idle=lambda rule, at: idle(rule, at, loaded.program, marks))
    assert [b.rule for b in shipped if not b.part and not b.case] == []
    assert [(b.rule, b.part, b.value) for b in shipped if not b.case and not b.idle] == []
    assert sum(bool(b.idle) for b in shipped) == 5


def test_a_guideline_in_place_of_cases_is_told_how_it_is_tested(tmp_path: Path) -> None:
    """A folder of a guideline's text holds no cases of another one: the message has the command that tests it."""
    folder = tmp_path / "mine"
    (folder / "cases").mkdir(parents=True)
    (folder / "guideline.dl").write_text("")
    ran = CliRunner().invoke(main, ["test", str(folder)], catch_exceptions=False)
    assert ran.exit_code == 2
    assert f"coverlog -g {folder} test" in ran.stderr
