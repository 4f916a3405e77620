"""A text says the same to a solver of its language as to the reader here, or it is refused."""

from collections.abc import Callable
from pathlib import Path

import clingo
import pytest
from coverlog.engine.language.comparison import NotANumberError, holds
from coverlog.engine.language.errors import GuidelineError
from coverlog.engine.language.parser import Clause, parse, parse_query
from coverlog.engine.language.terms import Comparison, Literal, Var
from coverlog.engine.program.reader import read_program
from coverlog.engine.soundness.check import check
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

many = settings(
    max_examples=200, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def by_clingo(text: str) -> list[str] | None:
    """Return the answer set of a text, or None where the solver refuses it."""
    control = clingo.Control(["--warn=none"], logger=lambda code, message: None)
    try:
        control.add("base", [], text)
        control.ground([("base", [])])
    except RuntimeError:
        return None
    with control.solve(yield_=True) as handle:
        return [str(sorted(map(str, model.symbols(atoms=True)))) for model in handle]


def clauses(text: str) -> list[Clause] | None:
    """Return the clauses of a text, or None where the reader refuses it."""
    try:
        return [part for part in parse(text, "t.dl") if isinstance(part, Clause)]
    except GuidelineError:
        return None


def written(read: list[Clause]) -> str:
    """Write clauses as the reader understood them."""
    bodies = [", ".join(map(str, clause.body)) for clause in read]
    return "\n".join(f"{c.head}{f' :- {body}' if body else ''}." for c, body in zip(read, bodies, strict=True))


PIECES = (
    "p", "q", "p(a)", "q(X)", "p(1)", "r(X, Y)", 'p("a")', "q(_)", "r(_, _)", "(", ")", ",", ".", ".", ":-", ":-",
    "not ", "not", "X", "Y", "_", "_a", "_X", "a", "b'", '"a"', '"a\\"b"', '"%"', '"', "\\", "1", "0", "-1", "-0",
    "- 1", "007", "0x1F", "2147483647", "2147483648", "-2147483648", "99999999999", "+", "-", "*", "..", ";", "|", "=",
    "!=", "<", "<=", ">", ">=", "==", "<>", "1 < 2", "X = 1", "1 + 1 = 2", "#true", "#const c = 1.", "#", "% c\n",
    "%* c *%", "%*", "*%", "%@ rule a: b\n", "%> b\n", "\n", "\r\n", "\r", "\t", "\x0b", "\x0c", "\0", "\u00a0", "é",
    "\u2028", "p.q", "p.\n", "p :- q.\n", "q(1).\n", "p(X) :- q(X).\n", "{", "}", "@f",
    "#count { X : q(X) } >= 1", "#sum { X : q(X) } = 1", "1 <= #count { X, Y : r(X, Y) ; a : p } < 3", "#count",
    "#sum { X, a : q(X), X != 2 ; -1 : p } > Y", "#min { X : q(X) } < 2", "#sum+", ": q(X)", "X :", "; 1 : q(1)",
    "&a", "$", "~", "?", "!", ":", ":~", "^",
)  # fmt: skip
lines = st.sampled_from((
    "p :- {}.", "p({}).", "q(1). p :- q(X), {}.", "p :- {}, {}.", "p(X) :- q(X), {} {} {}. q(1).", "{}", "{}{}{}",
    "p. % {}", "p. %{}\nq.", "p :- {} = {}.", "p{}.", "{}p.", 'p("{}").', "p :- not {}.",
    "q(1). p(X) :- q(X), X {} {}.", "q(1). q(2). p :- #count {{ {} : {} }} {} {}.", "q(2). p :- {} #sum {{ {} }}.",
    "q(1). q(2). p(X) :- q(X), #sum {{ X : {} {} }} >= {}.",
))  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a small text: frames of the grammar filled with pieces of and near it."""
    filled = []
    for frame in draw(st.lists(lines, min_size=1, max_size=3)):
        filled.append(frame.format(*(draw(st.sampled_from(PIECES)) for _ in range(frame.count("{}")))))
    return draw(st.sampled_from(("\n", " ", ""))).join(filled)


@many
@given(texts())
@example("p. % c\rq.")
@example("p. %* q.\n*% r.")
@example("p(2147483648).")
@example("p(007).")
@example("p. % a\0b\nq.")
@example("p :- -1 + 3 = 2.")
@example("p")
@example("p.% no end of line")
def test_what_is_read_is_read_alike(text: str) -> None:
    """A text that is read here has the same answer set for the solver as what was understood of it."""
    read = clauses(text)
    if read is not None:
        assert by_clingo(text) == by_clingo(written(read)), written(read)


@many
@given(texts())
def test_what_is_sound_is_no_error_to_a_solver(text: str) -> None:
    """Where every clause is safe, the solver accepts a text that is read here."""
    read = clauses(text)
    if read is not None and not any(term == Var("_") for clause in read for term in clause.head.args):
        declared = "%@ source: s\n%@ rule a: b\n%@ cites: a\n" + text
        program, _ = read_program([("t.dl", declared)])
        if not any(finding.code == "unsafe" for finding in check(program)):
            assert by_clingo(written(read)) is not None or _unsafe(read)


def _unsafe(read: list[Clause]) -> bool:
    """Say whether a clause without an id, which `check` never sees, has a variable that nothing binds."""
    return any(
        {t.name for t in clause.head.args if isinstance(t, Var)}
        | {n for part in clause.body if not isinstance(part, Literal) for n in part.names()}
        | {t.name for p in clause.body if isinstance(p, Literal) for t in p.atom.args if isinstance(t, Var)}
        for clause in read
    )


REFUSED = {
    "%* opens a comment of many lines": ("p. %* q. *%", "begin each line of the comment with %"),
    "a lone carriage return ends no line": ("p. % c\rq.", "end the line with a line feed"),
    "a zero byte ends the text": ("p. % c\0\nq.", "delete the zero byte"),
    "007 is three numbers": ("p(007).", "write 7, or a text in quotes"),
    "-0 is 0": ("p(-0).", "write 0"),
    "a number has 32 bits": ("p(2147483648).", "write one from -2147483647 to 2147483647"),
    "a number of many digits is too long": (f"p({'9' * 6000}).", "write one from"),
    "a question mark stands for what is undocumented": ('p("?").', "use another text"),
}


@pytest.mark.parametrize("truth", REFUSED)
@pytest.mark.parametrize("read", [lambda t: list(parse(t, "t.dl")), parse_query])
def test_refused(truth: str, read: Callable[[str], object]) -> None:
    """What would be read otherwise is an error with a place and a remedy, in a guideline and in a query."""
    text, remedy = REFUSED[truth]
    with pytest.raises(GuidelineError) as caught:
        read(text)
    (finding,) = caught.value.findings
    assert finding.code == "syntax"
    assert remedy in finding.fix
    assert finding.place.line == 1


def test_each_anonymous_variable_is_its_own() -> None:
    """No two `_` of a body are one variable, and their names do not depend on what was read before."""
    for _ in range(2):
        (clause,) = parse("p :- q(_, _), r(_), 1 = _.", "t.dl")
        assert isinstance(clause, Clause)
        assert written([clause]) == "p :- q(_, _), r(_), 1 = _."
        names = [name for part in clause.body for name in _names(part)]
        assert names == ["_1", "_2", "_3", "_4"]
        asked = [name for part, _ in parse_query("q(_, _), r(_)") for name in _names(part)]
        assert asked == ["_1", "_2", "_3"]


def _names(part: object) -> list[str]:
    terms = (*part.left, *part.right) if isinstance(part, Comparison) else part.atom.args  # type: ignore[attr-defined]
    return [term.name for term in terms if isinstance(term, Var)]


@pytest.mark.parametrize("value", ['"a"', "a", True, 1.0, 6.0, None])
def test_order_and_sums_are_of_integers(value: object) -> None:
    """Whatever is no integer raises where it would be ordered or added; only text is equal or unequal to text."""
    for comparison in (
        Comparison((Var("X"),), ">=", (1,)),
        Comparison((1,), "<", (Var("X"),)),
        Comparison((Var("X"), 1), "=", (2,)),
        Comparison((Var("X"), 1), "!=", (Var("X"), 1)),
    ):
        with pytest.raises(NotANumberError):
            holds(comparison, {"X": value})  # type: ignore[dict-item]
    assert holds(Comparison((Var("X"),), "=", (Var("X"),)), {"X": value}) is True  # type: ignore[dict-item]


HEADER = """
guideline("T", "a test", "2025-01-01").
%@ source: s
statement("A", stated, "", "words").
concept(a, thing, "a").
%@ predicate service(Session, Code): {Code}
%@ case: services
%@ predicate said(Thing): {Thing}
%@ case: things each of thing
%@ predicate counted(Number): {Number}
%@ case: number count
%@ predicate medically_necessary(Session, Code, Statement): {Code}
%@ predicate not_medically_necessary(Session, Code, Statement): {Code}
%@ predicate not_addressed(Session, Code, Reason): {Code}
%@ predicate both(Value): {Value}
%@ predicate handed(Value): {Value}
%@ predicate p: p
%@ facts A/both
both(1).
both(a).
%@ rule A/handed: on
handed(Value) :- both(Value), counted(Value).
%@ rule A/p: p
"""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('service(S, C), C >= "10001"', True),
        ("service(S, C), C > 1", True),
        ("service(S, C), S > 1", False),
        ("said(T), T < a", True),
        ("said(T), T != a", False),
        ("counted(N), N + 1 > 2", False),
        ("both(V), V + 1 = 2", True),
        ("both(V), V = 1", False),
        ("both(V), counted(V), V < 2", False),
        ("handed(V), V < 2", False),
        ('1 + "1" = 2', True),
        ("concept(C, K, L), L < 1", True),
    ],
)
def test_columns_tell_what_can_be_compared(body: str, text: bool) -> None:
    """Order and sums of what may be text are an error, by what facts, shapes and rules put in a column."""
    program, findings = read_program([("t.dl", f"{HEADER}p :- {body}.\n")])
    assert not findings
    assert [finding.code for finding in check(program)] == ["comparison"] * text


def test_a_text_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """What an editor puts before the text, and how it ends lines, is no part of it."""
    from coverlog.engine.program.program import folder_texts

    (tmp_path / "a.dl").write_bytes(b"\xef\xbb\xbf% c\r\np.\r\n")
    assert folder_texts(tmp_path) == [("a.dl", "% c\np.\n")]
    (tmp_path / "a.dl").write_bytes(b"% c\rp.\n")
    assert folder_texts(tmp_path) == [("a.dl", "% c\rp.\n")]
