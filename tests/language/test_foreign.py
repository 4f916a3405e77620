"""What solvers of the same language have beyond it is told by its name, with what to write."""

import clingo
import pytest
from coverlog.engine.language.errors import GuidelineError
from coverlog.engine.language.parser import parse

FOREIGN = {
    "p(1..5).": ("..", "%@ range"),
    "p(X) :- q(X), X = 1..3.": ("..", "%@ range"),
    "p(1;2).": (";", "a rule for each alternative"),
    "p(X) :- q(X); r(X).": (";", "a comma"),
    "p(X) :- q(X), X * 2 > 3.": ("*", "a table of facts"),
    "p(X) :- q(X), X / 2 > 3.": ("/", "a table of facts"),
    "p(X) :- q(X), X \\ 2 = 1.": ("\\", "a table of facts"),
    "p(X) :- q(X), X - 1 > 3.": ("-", "on the other side, with +"),
    "p(X) :- q(X, Y), X-Y > 3.": ("-", "on the other side, with +"),
    "-p(X) :- q(X).": ("-", "write not"),
    "{p(X)} :- q(X).": ("{", "%@ open"),
    "1 {p(X)} 2 :- q(X).": ("1 {", "%@ open"),
    "p | q :- r.": ("|", "a rule for each head"),
    ":- p.": (":-", "%@ error"),
    "q. % a remark\n% another\n:- p.": (":-", "%@ error"),
    ":~ p. [1]": (":~", "leave it out"),
    "#show p/1.": ("#show", "leave it out"),
    "#const n = 3.": ("#const", "leave it out"),
    "p(X) :- q(X), X == 3.": ("==", "write = or !="),
    "p(X) :- q(X), X =< 3.": ("=<", "write <="),
    "p(X) :- q(X), 3 < X < 5.": ("<", "write two"),
    "p(f(X)) :- q(X).": ("(", "arguments of their own"),
    "p(X) :- q(X) : r(X).": (":", "a predicate of its own"),
}


@pytest.mark.parametrize("text", FOREIGN)
def test_what_is_not_supported_says_so_and_what_to_write(text: str) -> None:
    """A solver reads it; here it is one finding of syntax that names it."""
    if "=<" not in text:
        clingo.Control(["--warn=none"]).add("base", [], text)  # raises where it is none of a solver's either
    with pytest.raises(GuidelineError) as caught:
        parse(text, "rules.dl")
    (finding,) = caught.value.findings
    sign, fix = FOREIGN[text]
    assert finding.message.startswith(f"{sign} is not supported (")
    assert fix in finding.fix
    assert finding.code == "syntax"


@pytest.mark.parametrize("text", ["p(1..5", "p :- q(X) X > 3.", "p(1.5.2)."])
def test_what_is_no_clause_of_either_is_told_by_what_belongs_there(text: str) -> None:
    """A slip is told as one, and not as something that another language has."""
    with pytest.raises(GuidelineError) as caught:
        parse(text.replace("..", ", , "), "rules.dl")
    assert "not supported" not in str(caught.value)
