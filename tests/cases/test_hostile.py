"""Hostile, hurried and unlucky input: nothing hidden reaches a reader, and nothing ends in a traceback or never."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from coverlog.engine.cases.case import MAX_BYTES, Case, Unreadable, read_files, read_text
from coverlog.engine.cases.texts import documents
from coverlog.engine.decision.decide import decide, judge
from coverlog.engine.language.visible import in_quotes, visible
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.schema import COUNT, ITEMS
from coverlog.explain.advice.checklist import as_text as checklist_text
from coverlog.explain.advice.checklist import checklist
from coverlog.explain.advice.letter import letter
from coverlog.explain.commands import output
from coverlog.explain.commands.output import replace_file
from coverlog.explain.proof.build import prove
from coverlog.explain.proof.document import as_json as proof_json
from coverlog.explain.render import drawing as export
from coverlog.explain.render import proof_page as html
from coverlog.explain.render import tree_text as render
from coverlog.explain.render.decision_text import decision_text
from coverlog.explain.render.letter_page import as_html, as_markdown
from coverlog.explain.testing.cases import Result, junit
from coverlog.explain.testing.differing import Difference
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

COVERLOG = Path(sys.executable).parent / "coverlog"
CTS = "cts-six-weeks-of-splinting"
BASE: dict[str, Any] = {
    "id": "made",
    "date_of_service": "2025-11-03",
    "setting": "outpatient",
    "services": [{"cpt": "95886"}, {"cpt": "95909"}],
}
SPECIAL = (
    "\x00\x07\x1b\x7f\x80\x85\x9b\u00ad\u061c\u200b\u200d\u200e\u202e\u2066\u2069\u2028\u2029\ufeff\ufffe\U000e0041"
)
CHARACTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.text(st.one_of(st.sampled_from(SPECIAL + "\n\t<>&\"'[];|`*"), CHARACTERS))
IMITATION = "note 3]  [I.4.c; stated; Clinical Indications, I.4.c"
SLOWLY = settings(deadline=None, suppress_health_check=list(HealthCheck))  # the guideline is a fixture of the session


def read(case: Any, guideline: Guideline, name: str = "c.json") -> Case | Unreadable:
    text = case if isinstance(case, str) else json.dumps(case)
    (item,) = read_text(text.encode(), name, guideline)
    return item


def hidden(text: str) -> set[str]:
    """Return the characters of a text that nobody sees, or that change how others look."""
    return {c for c in set(text) - {"\n"} if visible(c) != c}


# What is shown to people.


@SLOWLY
@given(st.text())
@example(SPECIAL + "\ud83d")
def test_what_is_visible_hides_nothing(text: str) -> None:
    """Nothing in a visible text is a control, a mark of direction or a lone surrogate; a plain text stays itself."""
    shown = visible(text)
    assert shown.isprintable()
    shown.encode()
    assert visible(shown) == shown
    assert not text.isascii() or not text.isprintable() or shown == text


def outputs(case: Case, guideline: Guideline) -> dict[str, str]:
    """Return a case's answers in every format that is read by people."""
    judged = judge(case, guideline)
    proof = prove(judged)
    blocks = letter(judged)
    return {
        "decide": decision_text(judged, 80), "notebook": "".join(judged.decision._repr_mimebundle_().values()),
        "text": render.as_text(proof), "json": json.dumps(proof_json(proof)), "html": html.page(proof),
        "dot": export.dot(proof), "mermaid": export.mermaid(proof), "graphml": export.graphml(proof),
        "svg": export.svg(proof) if shutil.which("dot") else "<svg/>", "letter": as_markdown(blocks),
        "letter_html": as_html(blocks), "checklist": checklist_text(judged, checklist(judged), 80),
        "junit": junit([Result(case.id, "open", (), (), (Difference(case.title), Difference(case.place)))], 0.0),
    }  # fmt: skip


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Any]] = []
        self.feed(re.sub(r"(?s)<svg.*?</svg>", "", text))

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", None))


def worded(words: str, guideline: Guideline, name: str = "c.json") -> Case:
    findings: dict[str, Any] = {
        "sensory_loss": {"status": "present", "source": words},
        "weakness": {"status": "absent", "source": words},
    }
    said = BASE | {"id": f"x{words}", "title": words, "conditions": ["carpal_tunnel_syndrome"], "findings": findings}
    case = read(said, guideline, name)
    assert isinstance(case, Case), case
    return case


@pytest.fixture(scope="session")
def plain(guideline: Guideline) -> dict[str, str]:
    """The outputs of a case whose words are harmless."""
    return outputs(worded("plain", guideline), guideline)


@settings(SLOWLY, max_examples=15)
@given(words=WORDS.filter(lambda words: len(visible(words)) < 150))
@example(words=SPECIAL)
@example(words="</title></svg><script>x</script>]]>--><![CDATA[")
def test_no_output_hides_anything(words: str, guideline: Guideline, plain: dict[str, str]) -> None:
    """Whatever a case's id, title and sources hold, every format shows it, and stays well-formed."""
    told = outputs(worded(words, guideline, f"{words}.json"), guideline)
    assert told["decide"].count("\x1b") == plain["decide"].count("\x1b")  # the colours are our own
    told["decide"] = told["decide"].replace("\x1b", "")
    assert {form: found for form, text in told.items() if (found := hidden(text))} == {}
    for form in ("svg", "graphml", "junit"):
        ET.fromstring(told[form])  # noqa: S314 - our own
    for form in ("html", "letter_html"):
        assert _Tags(told[form]).tags == _Tags(plain[form]).tags, form


@SLOWLY
@given(words=WORDS.filter(bool))
@example(words=SPECIAL)
def test_no_error_hides_anything(words: str, guideline: Guideline) -> None:
    """A message that quotes a case shows what it quotes, in keys, values, file names and codes."""
    wrong: list[dict[str, Any]] = [
        {words: 1}, {"setting": words}, {"title": {words: words}}, {"diagnoses": [words + "!"]}, {"ncs_studies": words},
        {"services": [{"cpt": words}]}, {"date_of_service": words}, {"findings": {words: "present", "weakness": words}},
    ]  # fmt: skip
    for each in wrong:
        item = read(BASE | each, guideline, f"{words}.json")
        assert isinstance(item, Unreadable)
        assert not hidden(item.error + item.id)


def test_a_case_does_not_imitate_a_citation(guideline: Guideline) -> None:
    """A source that looks like a citation stands in quotation marks, which it cannot close, in every format."""
    words = f'{IMITATION} "'
    findings: dict[str, Any] = {"weakness": {"status": "present", "source": words}}
    case = read(BASE | {"title": words, "conditions": ["myopathy"], "findings": findings}, guideline)
    assert isinstance(case, Case)
    told = outputs(case, guideline)
    quoted = " ".join(in_quotes(words).split())
    assert quoted.count('"') == 2
    for form in ("html", "letter_html", "letter", "text"):
        text = unescape(told[form]).replace("\\", "")
        text = " ".join(re.sub(r"[│├└─]|</?text[^>]*>", " ", text).split())
        assert quoted in text, form
        outside = re.sub(r'"[^"]*"', "", text)
        assert form != "text" or IMITATION.partition("[")[2] not in outside


def test_a_long_title_makes_no_line_of_its_own(guideline: Guideline) -> None:
    """Where a title goes on over several lines, none begins where a verdict does."""
    case = worded("x" * 76 + " 95886  NOT MEDICALLY NECESSARY by I.4.c", guideline)
    for form in ("decide", "checklist"):
        lines = outputs(case, guideline)[form].splitlines()
        assert not any(line.startswith("95886  NOT") for line in lines), form


# Numbers.


def cases_with_numbers() -> st.SearchStrategy[dict[str, Any]]:
    number = st.integers(0, 12)
    service = st.fixed_dictionaries(
        {"cpt": st.sampled_from(["95886", "95909", "95911"])},
        optional={"units": st.integers(1, 6), "session": st.integers(1, 2)},
    )
    weeks = number | st.fixed_dictionaries({"value": number})
    return st.fixed_dictionaries(
        {"services": st.lists(service, min_size=1, max_size=3), "diagnoses": st.just(["G56.01"])},
        optional={"ncs_studies": number, "findings": st.fixed_dictionaries({}, optional={"wrist_splint_weeks": weeks})},
    )


@settings(SLOWLY, max_examples=25)
@given(said=cases_with_numbers(), form=st.sampled_from(["{}.0", "{}.00", "{}e0", "{}E0", "{}0e-1", "{}.0e+0"]))
def test_a_whole_decimal_is_the_integer_it_is(said: dict[str, Any], form: str, guideline: Guideline) -> None:
    """A case that writes its numbers as whole decimals is decided as the same case with integers."""
    whole = json.dumps(BASE | said)
    decimal = re.sub(r"(?<=: )[1-9]\d*(?=[,}])", lambda found: form.format(found[0]), whole)
    one, other = read(whole, guideline), read(decimal, guideline)
    assert isinstance(one, Case)
    assert isinstance(other, Case)
    assert one.facts == other.facts
    for world in ("open", "closed"):
        assert decide(one, guideline, world=world) == decide(other, guideline, world=world)


@pytest.mark.parametrize("key", ["units", "session", "ncs_studies", "wrist_splint_weeks"])
@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("4.5", "has to be a whole number, not 4.5; count completed "),
        ("true", "has to be a whole number, not True"),
        ("4.99999999999999999", "is no number that can be counted with"),
        ("1e-400", "is no number that can be counted with"),
        ("1e400", "is no number that can be counted with"),
        ("1e99999999999999999999", "is no number that can be counted with"),
        ("7" * 5000, "is no number that can be counted with"),
        ("-7", "is -7, and cannot be less than"),
        (f"{COUNT + 1}", "cannot be more than 100,000"),
        (f"{2**40}", "cannot be more than 100,000"),
    ],
)
def test_what_is_no_count_is_told(key: str, written: str, message: str, guideline: Guideline) -> None:
    """A fraction, a truth value and a number beyond any count are errors at every key that counts."""
    said: dict[str, Any] = {"ncs_studies": 770, "findings": {"wrist_splint_weeks": 771}}
    text = json.dumps(BASE | said | {"services": [{"cpt": "95886", "units": 772, "session": 773}]})
    at = {"ncs_studies": "770", "wrist_splint_weeks": "771", "units": "772", "session": "773"}[key]
    item = read(text.replace(at, written), guideline)
    assert isinstance(item, Unreadable)
    assert re.match(r"c\.json:1:\d+: ", item.error)
    assert message in item.error
    assert len(item.error) < 200


# Every fault, and the bounds.


@pytest.mark.parametrize("value", ["", " ", "\t\n", None])
def test_a_word_that_is_not_there_is_told_as_empty(value: str | None, guideline: Guideline) -> None:
    """Whether a case says nothing or blanks in place of a word, the message has no gap."""
    said = {"id": "a", "date_of_service": "2025-06-01", "services": [{"cpt": "95886"}]}
    (case,) = read_text(json.dumps(said | {"setting": value}).encode(), "case", guideline)
    assert isinstance(case, Unreadable)
    assert ": setting is empty, which is none of the words allowed; " in case.error


def test_every_fault_is_told_in_order(guideline: Guideline) -> None:
    """A case with nine faults gets nine lines, each with its place, by the places."""
    text = """\
id: bad
titel: x
date_of_service: 2025-02-30
setting: outpatent
services: [{cpt: "9588", units: 0, unit: 1}, {units: 2.5}]
diagnoses: [GO1.1]
findings: {sensory_loss: maybe, weakness: {source: a}}
id: again
"""
    item = read(text, guideline, "c.yaml")
    assert isinstance(item, Unreadable)
    lines = item.error.split("\n")
    assert [line.split(": ")[1].split(";")[0] for line in lines] == [
        "unknown key titel in the case", "2025-02-30 is no day of the calendar",
        "setting is outpatent, which is none of the words allowed", "services.0.cpt is '9588'",
        "services.0.units is 0, and cannot be less than 1", "unknown key unit in services.0", "services.1 lacks cpt",
        "services.1.units has to be a whole number, not 2.5", "diagnoses.0 is 'GO1.1'",
        "findings.sensory_loss is maybe, which is none of the words allowed", "findings.weakness lacks status",
        "id stands twice",
    ]  # fmt: skip
    places = [tuple(map(int, re.findall(r":(\d+):(\d+): ", line)[0])) for line in lines]
    assert places == sorted(places)


@pytest.mark.parametrize(("written", "meant"), [
    ("GO1.1", "G01.1"), ("Go1.1", "G01.1"), ("MI7.16", "M17.16"), ("Ml7", "M17"), (" GO1.1 ", "G01.1"),
    ("G-1.1", ""), ("GL1.1", ""), ("GOO.1.1", ""), ("0O1.1", ""), ("GQQ.1", ""), ("G5", ""),
])  # fmt: skip
def test_a_slip_of_the_pen_in_a_code_is_named(written: str, meant: str, guideline: Guideline) -> None:
    """A letter where a code's first digit stands is told with what was meant; nothing else is guessed."""
    item = read(BASE | {"diagnoses": [written]}, guideline)
    assert isinstance(item, Unreadable)
    assert item.error.endswith(f"did you mean {meant}?" if meant else "write it like A00.1")


@pytest.mark.parametrize(("said", "message"), [
    ({"services": [{"cpt": "95886"}] * 4_000}, f"services has 4,000 items, and cannot have more than {ITEMS}"),
    ({"diagnoses": ["G56.01"] * 40_000}, f"diagnoses has 40,000 items, and cannot have more than {ITEMS}"),
    ({"techniques": ["f_wave"] * 4_000}, f"techniques has 4,000 items, and cannot have more than {ITEMS}"),
    ({"title": "x" * 2_000}, "title has 2,000 characters, and cannot have more than 1,000"),
    ({"id": "x" * 2_000}, "id has 2,000 characters, and cannot have more than 200"),
    ({"diagnoses": ["?"] * 40_000}, "39,901 more faults; put these right first"),
    ({f"k{n}": 1 for n in range(20_000)}, "19,900 more faults; put these right first"),
])  # fmt: skip
def test_what_is_too_much_is_refused(said: dict[str, Any], message: str, guideline: Guideline) -> None:
    """Every list and text has a bound that its error names, and an error has one too."""
    item = read(BASE | said, guideline)
    assert isinstance(item, Unreadable)
    assert message in item.error
    assert len(item.error.split("\n")) <= 101


# JSON.


def shown(value: Any) -> Any:
    """Return a value of JSON as a case's reader has it."""
    if isinstance(value, dict):
        return {visible(key): shown(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shown(each) for each in value]
    return visible(value) if isinstance(value, str) else value


@SLOWLY
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(CHARACTERS, max_size=20),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(CHARACTERS, max_size=9), inner, max_size=4),
        max_leaves=8,
    ).filter(lambda value: isinstance(value, (dict, list))),
    st.sampled_from([None, 1, "\t"]),
)  # fmt: skip
@example(["😀", "\\ud83d", '\\"\U0010ffff"', {"😀": 1}], None)
def test_what_json_writes_is_read(value: Any, indent: Any) -> None:
    """Any value that Python's json writes is read as it is, emoji and escaped backslashes among it."""
    (document,) = documents(json.dumps(value, indent=indent), "j.json")
    if not document.problems:  # two keys may look the same once they are visible
        assert document.value == shown(value)


def test_a_pair_of_surrogates_moves_no_place(guideline: Guideline) -> None:
    """What follows an emoji on its line keeps its column; half of one is an error with its place."""
    text = json.dumps({"id": "x", "title": "😀😀"} | BASE | {"setting": "nowhere"})
    item = read(text, guideline)
    assert isinstance(item, Unreadable)
    column = text.index('"nowhere"') + 1
    assert item.error.startswith(f"c.json:1:{column}: setting is nowhere")
    for half in ("\\ud83d", "\\uDE00", "\\ud83d\\u0041"):
        item = read(f'{{"id": "x",\n "title": "a{half}"}}', guideline)
        assert isinstance(item, Unreadable)
        assert item.error == f"c.json:2:13: {half[:6]} is half a character; write both halves, or leave it out"


# Files.


def test_only_regular_files_are_read(tmp_path: Path, guideline: Guideline) -> None:
    """A pipe, a device and a loop of links are named, none is waited for, and the case beside them is read."""
    (tmp_path / "good.yaml").write_text(json.dumps(BASE))
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    (tmp_path / "loop.yml").symlink_to(tmp_path / "loop.yml")
    (tmp_path / "gone.yml").symlink_to(tmp_path / "nowhere")
    told = {
        Path(getattr(i, "place", i.id).split(":")[0]).name: getattr(i, "error", "")
        for i in read_files([tmp_path], guideline)
    }
    assert told.pop("good.yaml") == ""
    assert "not a regular file" in told.pop("pipe.yaml")
    assert "not a regular file" in told.pop("zero.json")
    assert "cannot be read: Too many levels of symbolic links" in told.pop("loop.yml")
    assert "cannot be read: No such file" in told.pop("gone.yml")
    assert not told


def test_a_folder_that_cannot_be_entered_is_named(tmp_path: Path, guideline: Guideline) -> None:
    """A folder below, whose path is too long to be opened, is an error of its own beside the cases that are read."""
    (tmp_path / "good.yaml").write_text(json.dumps(BASE))
    above = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=above)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=above)
        os.close(above)
        above = inner
    os.close(above)
    good, refused = read_files([tmp_path], guideline)
    assert isinstance(good, Case)
    assert isinstance(refused, Unreadable)
    assert "cannot be read: File name too long" in refused.error


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read anything")
def test_a_file_out_of_reach_is_named(tmp_path: Path, guideline: Guideline) -> None:
    """A folder and a file without permission are errors of their own."""
    (tmp_path / "shut").mkdir(mode=0)
    (tmp_path / "own.yaml").write_text("id: x")
    (tmp_path / "own.yaml").chmod(0)
    errors = [item.error for item in read_files([tmp_path], guideline) if isinstance(item, Unreadable)]
    assert [error.endswith("cannot be read: Permission denied") for error in errors] == [True, True]


def coverlog(*args: str | bytes, shell: str = "", **extra: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a user does, by a shell where streams are rearranged."""
    told: dict[str, Any] = {"capture_output": True, "timeout": 60, "check": False} | extra
    if shell:
        return subprocess.run(["bash", "-c", shell.replace("coverlog", str(COVERLOG))], **told)
    return subprocess.run([COVERLOG, *args], **told)


FATE = [  # a shell's line, the exit status, and what is said on stderr
    ("coverlog decide /dev/zero", 2, "/dev/zero: not a regular file"),
    ("coverlog decide - < /dev/zero", 2, "larger than 1,048,576 bytes"),
    ("yes | coverlog decide /dev/stdin", 2, "larger than 1,048,576 bytes"),
    ("coverlog decide - <&-", 2, "<stdin>: empty"),
    ('coverlog decide <(echo \'{"id": 1}\')', 2, "lacks services"),
    (f"coverlog decide {'x' * 300}", 2, "cannot be read: File name too long"),
    (f"coverlog decide {CTS}/x", 2, "no such file or case"),
    (f"coverlog decide {CTS} > /dev/full", 2, "coverlog: standard output: No space left on device"),
    ("coverlog --help > /dev/full", 2, "coverlog: standard output: No space left on device"),
    (f"coverlog explain {CTS} --format html > /dev/full", 2, "coverlog: standard output: No space left on device"),
    (f"coverlog decide {CTS} >&-", 2, "coverlog: standard output: it is closed"),
    (f"coverlog decide {CTS} 2>&-", 0, ""),
    (f"coverlog explain {CTS} -o /dev/full", 2, "/dev/full cannot be written: No space left on device"),
    (f"coverlog letter {CTS} -o /dev/null", 0, ""),
    (f"coverlog letter {CTS} -o /", 2, "'/' is a directory"),
    (f"coverlog explain {CTS} -o /dev/stdout", 0, ""),
    (f"env -i coverlog decide {CTS}", 0, ""),
    (f"PYTHONIOENCODING=ascii coverlog explain {CTS}", 0, ""),
    ("coverlog decide $'\\e[31mred\\xff.yaml'", 2, r"\x1b[31mred\udcff.yaml: no such file or case"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "status", "said"), FATE, ids=[line[:60] for line, *_ in FATE])
def test_whatever_streams_and_names_are_there_is_no_traceback(
    line: str, status: int, said: str, tmp_path: Path
) -> None:
    """Full, closed and endless streams, and odd names, end soon, with one clear message and the status for it."""
    ran = coverlog(shell=line, cwd=tmp_path)
    told = ran.stderr.decode()
    assert (ran.returncode, said in told) == (status, True), told
    assert "Traceback" not in told
    assert "Exception ignored" not in told
    assert not hidden(told)
    assert bool(told) == bool(said)


@pytest.mark.parametrize("command", [["schema"], ["explain", CTS], ["--help"]], ids=" ".join)
def test_a_reader_that_went_away_is_no_failure(command: list[str]) -> None:
    """Where nobody reads on, as after `| head -1`, the command ends quietly, with the status a shell has for that."""
    reader, writer = os.pipe()
    os.close(reader)
    ran = coverlog(*command, capture_output=False, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (141, b"")


def test_a_name_that_is_not_utf8_is_a_name(tmp_path: Path) -> None:
    """A folder and a file whose names are no UTF-8 are read, and told with the odd byte as an escape."""
    folder = os.path.join(os.fsencode(tmp_path), b"caf\xe9")
    os.mkdir(folder)
    for name, said in ((b"a\xff.json", BASE), (b"b\xff.json", {"id": "b"})):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(said, file)
    out = os.path.join(folder, b"out\xfe.xml")
    ran = coverlog("decide", folder, "--format", "jsonl")
    assert ran.returncode == 2
    good, bad = (json.loads(line) for line in ran.stdout.splitlines())
    assert good["case"] == "made"
    assert r"caf\udce9/b\udcff.json:1:1: the case lacks" in bad["error"]
    ran = coverlog("test", folder, "--junit", out)
    assert b"Traceback" not in ran.stderr
    assert ET.parse(os.fsdecode(out)).getroot().get("tests") == "2"  # noqa: S314 - our own


# What is written.


OUTS = [
    ["explain", CTS, "-o"], ["letter", CTS, "-o"], ["graph", "-o"],
]  # fmt: skip


@pytest.mark.parametrize("command", OUTS, ids=[args[0] for args in OUTS])
def test_a_write_that_fails_leaves_the_old_file(command: list[str], tmp_path: Path) -> None:
    """Where a file cannot grow, the old one stays, nothing is left beside it, and one message says so."""
    import resource

    out = tmp_path / "old.txt"
    out.write_text("old")
    ran = coverlog(*command, str(out), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)))
    assert ran.returncode == 2
    assert f"{out} cannot be written: File too large" in ran.stderr.decode()
    assert b"Traceback" not in ran.stderr
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old.txt", "old")]


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path, guideline: Guideline) -> None:
    """--junit says it the same way; the results are not lost by it silently."""
    case = next(iter(guideline.folder.glob(f"cases/*/{CTS}.yaml")))
    ran = coverlog("test", str(case), "--junit", "/dev/full")
    assert ran.returncode == 2
    assert b"/dev/full cannot be written: No space left on device" in ran.stderr


def test_a_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    """What replaces a file has its mode; a link goes on leading to it; a new file has the mode of any new file."""
    old, link, new = tmp_path / "old", tmp_path / "link", tmp_path / "new"
    old.write_text("old")
    old.chmod(0o640)
    link.symlink_to(old)
    replace_file(link, b"told")
    replace_file(new, b"told")
    mask = os.umask(0)
    os.umask(mask)
    assert old.read_text() == new.read_text() == "told"
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert stat.S_IMODE(new.stat().st_mode) == 0o666 & ~mask
    assert link.is_symlink()


@pytest.mark.parametrize("before", ["", "old"])
def test_a_file_is_written_whole_wherever_it_is_interrupted(
    before: str, tmp_path: Path, is_interrupted: Callable[..., bool]
) -> None:
    """Ctrl-C at any step leaves the old file or the new one, and nothing beside it."""
    file, at, interrupted = tmp_path / "out", 1, True
    while interrupted:
        file.write_text(before) if before else file.unlink(missing_ok=True)
        interrupted = is_interrupted(lambda: replace_file(file, b"told"), at, output)
        found = {each.name: each.read_text() for each in tmp_path.iterdir()}
        assert found in ({"out": "told"}, {"out": before} if before else {}), at
        at += 1
    assert at > 50


def test_a_bounded_read_is_bounded(tmp_path: Path, guideline: Guideline) -> None:
    """A file that says it is empty, as those of /proc do, is read all the same, and one too large is refused."""
    (item,) = read_files([Path("/proc/self/status")], guideline)
    assert isinstance(item, Unreadable)
    assert "empty" not in item.error
    (tmp_path / "large.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    (item,) = read_files([tmp_path / "large.yaml"], guideline)
    assert isinstance(item, Unreadable)
    assert "larger than" in item.error
