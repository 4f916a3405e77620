"""What `coverlog fmt` writes: one layout, the same rules, every comment, and nothing half done."""

import errno
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.language.errors import GuidelineError
from coverlog.engine.program.layout import WIDTH, format_text
from coverlog.engine.program.program import Program, folder_texts
from coverlog.engine.program.reader import read_program
from coverlog.explain.commands.main import main
from coverlog.kb import guidelines
from hypothesis import given, settings
from hypothesis import strategies as st

quick = settings(max_examples=40, deadline=None, database=None, derandomize=True)
NOWHERE = ("", 0, 0)
UGLY = 'guideline( "X","x" ,"2025-01-01" )   .\n\n\n%@   source:S\n%@ rule   R/a :  a gloss\nmet:-a,b.%c'
PRETTY = 'guideline("X", "x", "2025-01-01").\n\n%@ source: S\n\n%@ rule R/a: a gloss\nmet :- a, b.  %c\n'


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False)


def layout(text: str) -> str:
    return format_text(text, "text.dl")


def placeless(text: str) -> tuple[object, ...]:
    """What a guideline's text says, without where: every part of the program, and the codes of its findings."""
    program, findings = read_program([("text.dl", text)])
    assert isinstance(program, Program)
    return (
        [rule._replace(place=NOWHERE) for rule in program.rules],  # type: ignore[arg-type]
        [p._replace(place=NOWHERE) for p in program.predicates.values()],  # type: ignore[arg-type]
        [s._replace(place=NOWHERE) for s in program.statements.values()],  # type: ignore[arg-type]
        (program.interpretations, program.notices, program.concepts, program.questions),
        [finding.code for finding in findings],
    )


# --- Texts with spaces and comments anywhere -----------------------------------------------------

NAMES = st.sampled_from(["a", "met", "in_scope", "notable", "x1", "a_name_that_takes_its_share_of_the_line"])
STRINGS = st.sampled_from(['"I.4.a"', '""', '"a % sign, (no comment) :- ."', '"%@ rule"', '"Ünïcode"'])
TERMS = st.one_of(NAMES, STRINGS, st.sampled_from(["X", "Session", "_", "0", "-7", "700"]))
NOTES = st.sampled_from(
    ["%@ source: S", "%@source S, T", "%> locator", "%>", "%@ rule R/a: gloss  of {X}", "%@  rule R/b :gloss",
     "%@ facts F", "%@ cites: A,B", "%@ effective:2018-01-01", "%@ ended 2019-01-01", "%@ predicate p(X, Y): {X}: {Y}",
     "%@ predicate q", "%@ case: key one of kind", "%@ open: kind unless q", "%@ error", "%@ unknown: x", "%@",
     "%@ : x", "%@ rule : : x", "%@ source :: x", "%@\trule\tX", "%@ rule:X  "]
)  # fmt: skip
REMARKS = st.sampled_from(
    ["%", "% a remark", "%%%  banner  %%%", "%\tnot :- a clause.", '% "quoted', "% trailing   ", "% é\u2028x"]
)


@st.composite
def _atom(draw: st.DrawFn) -> list[str]:
    args = draw(st.lists(TERMS, max_size=4))
    inside = [part for arg in args for part in (",", arg)][1:]
    return [draw(NAMES), *(["(", *inside, ")"] if args else [])]


@st.composite
def _literal(draw: st.DrawFn) -> list[str]:
    if draw(st.integers(0, 3)) == 0:
        sides = [draw(st.lists(TERMS, min_size=1, max_size=3)) for _ in range(2)]
        left, right = ([part for term in side for part in ("+", term)][1:] for side in sides)
        return [*left, draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="])), *right]
    return [*draw(st.sampled_from([[], ["not"]])), *draw(_atom())]


@st.composite
def _clause(draw: st.DrawFn) -> list[str]:
    body = [part for literal in draw(st.lists(_literal(), max_size=6)) for part in (",", *literal)][1:]
    return [*draw(_atom()), *([":-", *body] if body else []), "."]


@st.composite
def _gap(draw: st.DrawFn, *, needed: bool) -> str:
    """White space, with comments in it; at least one where two words would run together."""
    space = st.sampled_from(["", " ", "  ", "\t", "\n", "\n\n", "\n \n\n"])
    text = draw(space)
    for remark in draw(st.lists(REMARKS, max_size=2)) if draw(st.integers(0, 7)) == 0 else []:
        text += remark + "\n" + draw(space)
    return text or (" " if needed else "")


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A text of the grammar, laid out by chance."""
    text = ""
    for parts in draw(st.lists(st.one_of(_clause(), NOTES), max_size=8)):
        if isinstance(parts, str):
            text += parts + "\n" + draw(_gap(needed=False))
            continue
        for part in parts:
            words = bool(text) and (text[-1].isalnum() or text[-1] in '_"') and (part[0].isalnum() or part[0] in '_"-')
            text += draw(_gap(needed=words)) + part
        text += draw(_gap(needed=False))
    return text


def remarks(text: str) -> list[str]:
    """The comments of a text in order, found without the formatter: quotes and annotations are stepped over."""
    found = []
    for line in text.split("\n"):
        quoted = False
        for index, sign in enumerate(line):
            quoted ^= sign == '"'
            if sign == "%" and not quoted:
                if line[index + 1 : index + 2] not in ("@", ">"):
                    found.append(line[index:].rstrip())
                break
    return found


@given(texts())
@quick
def test_the_layout_says_the_same(text: str) -> None:
    """Whatever the spaces and comments, the formatted text reads as the same program."""
    assert placeless(layout(text)) == placeless(text)


@given(texts())
@quick
def test_the_layout_is_its_own_layout(text: str) -> None:
    """Formatting a formatted text changes nothing."""
    assert layout(layout(text)) == layout(text)


@given(texts())
@quick
def test_no_comment_is_lost(text: str) -> None:
    """Every comment stands in the formatted text once, in the same order."""
    assert remarks(layout(text)) == remarks(text)


@given(texts())
@quick
def test_lines_are_tidy(text: str) -> None:
    """No line ends in a space, no two free lines follow each other, and the text ends with its last line."""
    laid_out = layout(text)
    lines = laid_out.split("\n")
    assert all(line == line.rstrip(" \t") for line in lines)
    assert "\n\n\n" not in laid_out
    assert not laid_out.startswith("\n")
    assert laid_out == "" or (lines[-1] == "" and lines[-2] != "")


@given(st.lists(_literal(), min_size=1, max_size=12), st.lists(st.sampled_from([" ", "\n"]), min_size=12, max_size=12))
@quick
def test_a_line_is_too_long_only_where_one_literal_is(literals: list[list[str]], spaces: list[str]) -> None:
    """A body is broken between literals, at the width at the latest; a rule that fits stands on one line."""
    text = "head :- " + ",".join(space + " ".join(part) for part, space in zip(literals, spaces, strict=False)) + "."
    lines = layout(text).splitlines()
    assert all(len(line) <= WIDTH or layout(f"x :- {line.strip(' ,.')}.").count("\n") == 2 for line in lines[1:])
    assert (len(lines) == 1) == (len(" ".join(line.strip() for line in lines)) <= WIDTH)


# --- The layout ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(guidelines()))
def test_the_shipped_guidelines_are_laid_out(name: str) -> None:
    """Every file of a guideline shipped here is what fmt writes."""
    result = run("fmt", name, "--check")
    assert (result.exit_code, result.stdout) == (0, "")
    for file, text in folder_texts(guidelines()[name]):
        assert format_text(text, file) == text


def test_the_layout_is_the_documented_one() -> None:
    """Single spaces, a free line between sections and rules, two spaces before a comment beside a clause."""
    assert layout(UGLY) == PRETTY


def test_comments_stay_where_they_are() -> None:
    """A comment beside a literal stays beside it, one on a line of its own above the next one."""
    text = "met :-  % head\n    a,  % first\n    % second\n    b, c.  % last\n"
    assert layout(text) == text
    assert layout("met :- % head\na % first\n,% second\nb,c . % last") == text.replace(
        "\n    % second", "\n    % second"
    )


def test_a_comment_inside_an_atom_goes_beside_it() -> None:
    """An atom is one word of the layout: a comment in its arguments follows it."""
    assert layout("met :- a(X, % why\n  Y), b.") == "met :-\n    a(X, Y),  % why\n    b.\n"


def test_the_breaks_of_an_author_stay_in_a_long_body() -> None:
    """A body too long for a line keeps its lines, and those too long are filled to the width."""
    long = "condition(one), condition(two)"
    text = f"head :-\n    {long},\n    {long},\n    {long}.\n"
    assert layout(text) == text
    assert layout(f"head :- {', '.join([long] * 5)}.") == (
        f"head :-\n    {long}, {long}, {long},\n    {long}, {long}.\n"
    )


def test_a_group_of_facts_is_kept_together() -> None:
    """No free line stands in a group of facts, and one before the next group."""
    text = "%@ facts F\na(1).\n\na(2).  % two\n%@ facts G\n\nb(1).\n"
    assert layout(text) == "%@ facts F\na(1).\na(2).  % two\n\n%@ facts G\nb(1).\n"


def test_a_comment_above_a_rule_belongs_to_it() -> None:
    """The free line comes before the comment, not between it and the rule."""
    text = "a.\n% on the rule\n%@ rule R: gloss\nb :- a.\n% loose\n\n%@ rule S: gloss\nc :- a.\n"
    assert layout(text) == text.replace("a.\n% on", "a.\n\n% on", 1)


def test_an_empty_text_stays_empty() -> None:
    """Nothing becomes nothing."""
    assert layout("") == layout("\n\n") == ""


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def ugly(tmp_path: Path) -> Path:
    (tmp_path / "ugly.dl").write_text(UGLY)
    (tmp_path / "pretty.dl").write_text(PRETTY)
    return tmp_path


def test_check_shows_what_would_change_and_changes_nothing(ugly: Path) -> None:
    """--check names the files with a short difference, status 1."""
    result = run("fmt", str(ugly), "--check")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == str(ugly / "ugly.dl")
    assert "+met :- a, b.  %c" in result.stdout
    assert "pretty.dl" not in result.stdout
    assert (ugly / "ugly.dl").read_text() == UGLY
    assert result.stderr == "1 of 2 files would change\n"


def test_a_long_difference_is_cut(tmp_path: Path) -> None:
    """Of a long difference the beginning is shown, and how much is left."""
    (tmp_path / "long.dl").write_text("".join(f"a( {n} ).\n" for n in range(100)))
    lines = run("fmt", str(tmp_path), "--check").stdout.splitlines()
    assert len(lines) < 25
    assert lines[-1].startswith("... and ")


def test_fmt_writes_and_then_has_nothing_to_do(ugly: Path) -> None:
    """A run writes the files that change, keeps their mode, and leaves no other file; the next changes none."""
    (ugly / "ugly.dl").chmod(0o640)
    untouched = (ugly / "pretty.dl").stat().st_mtime_ns
    assert run("fmt", str(ugly)).exit_code == 0
    assert (ugly / "ugly.dl").read_text() == PRETTY
    assert stat.S_IMODE((ugly / "ugly.dl").stat().st_mode) == 0o640
    assert (ugly / "pretty.dl").stat().st_mtime_ns == untouched
    assert sorted(path.name for path in ugly.iterdir()) == ["pretty.dl", "ugly.dl"]
    assert run("fmt", str(ugly), "--check").exit_code == 0


def test_one_file_is_laid_out_alone(ugly: Path) -> None:
    """A path to a file means that file."""
    (ugly / "other.dl").write_text(UGLY)
    assert run("fmt", str(ugly / "ugly.dl")).exit_code == 0
    assert (ugly / "other.dl").read_text() == UGLY
    assert (ugly / "ugly.dl").read_text() == PRETTY


def test_a_syntax_error_leaves_every_file_as_it_is(ugly: Path) -> None:
    """Where one file does not parse nothing is written, and the place is said, status 2."""
    (ugly / "zz.dl").write_text("met :- .\n")
    result = run("fmt", str(ugly))
    assert result.exit_code == 2
    assert "zz.dl:1:8: syntax: unexpected '.'" in result.stderr
    assert (ugly / "ugly.dl").read_text() == UGLY
    with pytest.raises(GuidelineError):
        layout("met :- .")


def test_a_failed_write_loses_nothing(ugly: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the new text cannot be put in place, the old one stands, and no partial file is left."""

    def fail(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    result = run("fmt", str(ugly))
    assert result.exit_code == 2
    assert "ugly.dl cannot be written: No space left on device" in result.stderr
    assert (ugly / "ugly.dl").read_text() == UGLY
    assert len(os.listdir(ugly)) == 2


def test_a_link_stays_a_link(ugly: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a link leads to is laid out, and the link is kept."""
    folder = tmp_path_factory.mktemp("linked")
    (folder / "link.dl").symlink_to(ugly / "ugly.dl")
    run("fmt", str(folder))
    assert (folder / "link.dl").is_symlink()
    assert (ugly / "ugly.dl").read_text() == PRETTY


def test_lines_of_another_system_become_plain(tmp_path: Path) -> None:
    """Carriage returns go; what the text says stays."""
    (tmp_path / "crlf.dl").write_bytes(PRETTY.replace("\n", "\r\n").encode())
    assert run("fmt", str(tmp_path), "--check").exit_code == 1
    run("fmt", str(tmp_path))
    assert (tmp_path / "crlf.dl").read_bytes() == PRETTY.encode()


def test_bad_usage_is_status_2(tmp_path: Path) -> None:
    """A folder without a guideline is bad usage."""
    assert run("fmt", str(tmp_path)).exit_code == 2
    assert run("fmt", "cg_med_2").exit_code == 2
    assert "did you mean cg_med_24?" in run("fmt", "cg_med_2").stderr
