"""What solvers of the same language have beyond it is told by its name, with what to write."""

import clingo
import pytest
from coverlog.engine.language.errors import GuidelineError
from coverlog.engine.language.parser import parse, parse_query

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
OTHER = {
    "p(X) :- q(X), |X| > 2.": ("|", "a table of facts"),
    "p :- q(X) | r(X).": ("|", "a rule for each alternative"),
    "p :- (q(X), r(X)).": ("(", "leave the brackets out"),
    "p :- q((1, 2)).": ("(", "arguments of their own"),
    "p, q :- r.": (",", "a rule for each head"),
    "p :- q or r.": ("or", "a rule for each alternative"),
    "p if q.": ("if", "write :-"),
    "p <- q.": ("<-", "write :-"),
    "p :- \\+ q.": ("\\+", "write not"),
    "p :- !q.": ("!", "write not"),
    "p :- q, !.": ("!", "leave it out"),
    "p :- Not q.": ("Not", "write not"),
    "p :- not not q.": ("not", "leave both out"),
    "not p :- q.": ("not", "a predicate of its own"),
    "p :- not #count { X : q(X) } > 1.": ("#count", "the opposite comparison"),
    "p :- #count { X : q(X), #sum { Y : q(Y) } > 1 } > 1.": ("#sum", "a predicate of its own"),
    "p :- #count { q(X) } > 1.": ("(", "what is counted"),
    "p :- #sum+ { X : q(X) } > 1.": ("#sum+", "leave it out"),
    "p :- #true.": ("#true", "leave it out"),
    "p :- q(X), X is 1.": ("is", "write ="),
    "p :- q(X), X := 1.": (":=", "write ="),
    "p :- q(X), X \\= 1.": ("\\=", "write = or !="),
    "p :- q(X), X ^ 2 = 1.": ("^", "a table of facts"),
    "p :- q(X), X in r.": ("in", "a fact of a predicate"),
    "p :- &sum{X} > 1.": ("&sum", "leave it out"),
    "p(@f(1)).": ("@f", "leave it out"),
    "?- p.": ("?", "leave it out"),
    "p :- Q(1).": ("(", "a small letter"),
    "p().": (")", "leave both out"),
    "p('a').": ("'", "double quotes"),
    'p("a\\"b").': ('"a\\', "leave it out"),
    'p("a\nb").': ('"a', "on the line"),
}


@pytest.mark.parametrize("text", OTHER)
def test_what_other_dialects_write_is_told_by_what_it_is(text: str) -> None:
    """Amid a text that is sound it is one finding, at its line, with what to write; what a text quotes is no syntax."""
    sign, fix = OTHER[text]
    with pytest.raises(GuidelineError) as caught:
        parse(f'r("a :- b. {{ | }} not", 1.5). % or :- {{ (\n{text}\nq(1).\n', "rules.dl")
    (finding,) = caught.value.findings
    assert finding.message.startswith(f"{sign} is not supported (")
    assert fix in finding.fix
    assert finding.place.line == 2


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


@pytest.mark.parametrize("text", [text for text in FOREIGN | OTHER if text.startswith(("p :- ", "p(X) :- "))])
def test_a_query_says_the_same_of_what_a_body_may_not_have(text: str) -> None:
    """What is not supported in the body of a rule is told in the same words where it is asked for."""
    told = []
    for read in (lambda: parse(text, "rules.dl"), lambda: parse_query(text.partition(":- ")[2], "query")):
        with pytest.raises(GuidelineError) as caught:
            read()
        told.append([(finding.message, finding.fix) for finding in caught.value.findings])
    assert told[0] == told[1]
