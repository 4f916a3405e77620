"""The programs of others: what fits is compared with what they expect, and what does not is refused and said why."""

import subprocess
import sys
from pathlib import Path

import pytest

SOUFFLE = """// a comment
.type Node <: symbol
.decl edge(x:Node, n:number, y:Node)
.input edge
.decl path(x:Node, y:Node)
.output path()
.decl lonely(x:Node)
.output lonely
edge("c", 2, "d").
path(x, y) :- edge(x, n, y), (n < 2 ; n = 2).
path(x, z) :- path(x, y), edge(y, _, z).
lonely(x) :- edge(x, _, _), !edge(_, _, x), 1 = count : edge(x, _, _).
"""
NEMO = """@import main :- csv { resource = "main.csv" } .
alone(?x) :- main(?x, _), ~main(?any, ?x), ?x != <z> . % a comment
@export alone :- csv {} .
"""
DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"><decision name="D"><literalExpression>
<text>A and not(null or B)</text></literalExpression></decision></definitions>"""
CASE = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><testCase id="1">
<inputNode name="A"><value>true</value></inputNode><inputNode name="B"><value>false</value></inputNode>
<resultNode name="D"><expected><value{nil}>{value}</value></expected></resultNode></testCase></testCases>"""


def run(suite: str, folder: Path, root: Path) -> tuple[int, str]:
    command = [sys.executable, str(root / "tests" / "campaigns" / "suites"), suite, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr
    return done.returncode, done.stdout


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(("table", "told"), [("a\tb\n", "pass 1, differ 0"), ("a\tc\n", "pass 0, differ 1")])
def test_a_souffle_program_is_compared_with_its_tables(table: str, told: str, tmp_path: Path, root: Path) -> None:
    """`or`, projections, counts and negation mean what the tables say; a table that says otherwise is a difference."""
    folder = tmp_path / "tests" / "evaluation" / "small"
    write(folder / "small.dl", SOUFFLE)
    write(folder / "facts" / "edge.facts", "a\t1\tb\n")
    write(folder / "path.csv", table + "c\td\n")
    write(folder / "lonely.csv", "a\nc\n")
    write(tmp_path / "tests" / "odd" / "odd.dl", ".decl a(x:number)\n.output a\na(max(1, 2)).\n")
    code, out = run("souffle", tmp_path, root)
    assert f"2 tests, fit 1: {told}, refused 1" in out
    assert "1 functions" in out
    assert code == ("differ 1" in told)


@pytest.mark.parametrize(("table", "code"), [("a\n", 0), ("b\n", 1)])
def test_a_nemo_program_is_compared_with_its_tables(table: str, code: int, tmp_path: Path, root: Path) -> None:
    """Negation of what only it speaks of, and names of every kind, mean what the tables say."""
    folder = tmp_path / "resources" / "testcases"
    write(folder / "run.rls", NEMO)
    write(folder / "main.csv", "a,b\nb,c\n<z>,1\n")
    write(folder / "run" / "alone.csv", table)
    assert run("nemo", tmp_path, root)[0] == code


@pytest.mark.parametrize(("nil", "value", "code"), [(' xsi:nil="true"', "", 0), ("", "true", 1), ("", "false", 1)])
def test_a_decision_of_three_values_is_compared(nil: str, value: str, code: int, tmp_path: Path, root: Path) -> None:
    """What is null is undocumented: true and not (null or false) is neither true nor false."""
    folder = tmp_path / "TestCases" / "1-ternary-logic"
    write(folder / "1-ternary-logic.dmn", DMN)
    write(folder / "1-ternary-logic-test.xml", CASE.format(nil=nil, value=value))
    assert run("dmn", tmp_path, root)[0] == code
