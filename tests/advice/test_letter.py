"""The letter: plain language, one page, and never a refusal without its specific reason."""

import json
import random
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.decision.decide import Judged, decide, judge
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.interface import AWAITED, CUSTOMARY
from coverlog.explain.advice.change import changed, listing
from coverlog.explain.advice.letter import letter
from coverlog.explain.advice.reasons import Reasons
from coverlog.explain.advice.remedies import ways
from coverlog.explain.commands.main import main
from coverlog.explain.render.letter_page import as_html, as_markdown

OUTCOMES = tuple(each.name for each in (*CUSTOMARY, AWAITED))
CTS = "cts-six-weeks-of-splinting"
SPECIFIC = (
    "Not met, because ",
    "names no condition that the criteria speak of",
    "No criterion for this request speaks",
)


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False)


def written(name: str, *args: str) -> str:
    """Return a letter as one line of text."""
    result = run("letter", name, *args)
    assert result.exit_code == 0, result.stderr
    return " ".join(result.stdout.split())


def canonical(guideline: Guideline, world: str, outcome: str = "*", every: int = 1) -> Iterator[Judged]:
    folders = [guideline.folder / "cases" / name for name in (*OUTCOMES, "mixed") if outcome in ("*", name)]
    for case in list(read_files(folders, guideline))[::every]:
        assert isinstance(case, Case)
        yield judge(case, guideline, world=world)


def named(name: str, guideline: Guideline) -> Judged:
    (case,) = read_files(guideline.folder.glob(f"cases/*/{name}.yaml"), guideline)
    assert isinstance(case, Case)
    return judge(case, guideline)


@pytest.mark.parametrize("world", ["open", "closed"])
def test_every_line_has_its_outcome_and_a_refusal_its_reason(
    world: str, guideline: Guideline, size: Callable[[int, int], int]
) -> None:
    """Each line stands under its outcome, each refusal with its reason; what all of it rests on stands at the end."""
    for judged in canonical(guideline, world, every=size(5, 1)):
        text = as_markdown(letter(judged))
        sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
        for line in judged.decision.lines:
            own = [s for s in sections if line.cpt in s.partition("\n")[0] and f": {_plain(line.outcome)}\n" in s]
            assert own, (judged.case.id, line.cpt)
            assert line.outcome != "not_medically_necessary" or all(any(s in o for s in SPECIFIC) for o in own)
        assert not re.search(r"None|\{|\}|\(\)|\?|some \w+\b", text), judged.case.id
        assert all(notice in text for notice in judged.decision.notices)
        last = sections[-1].replace("\\", "")
        for name in (name for line in judged.decision.lines for name in (*line.by, *line.rests_on)):
            assert re.search(rf" {re.escape(name)}( \(|[;.])", last), (judged.case.id, name)


def _plain(outcome: str) -> str:
    return outcome.replace("_", " ")


COMMON = [
    CTS,
    "cts-three-weeks-of-splinting",
    "cts-nothing-documented",
    "cts-responds-to-activity-modification",
    "radiculopathy-not-persistent-and-responsive",
    "radiculopathy-course-undocumented",
    "diabetes-persistent-symptoms",
    "back-pain-without-a-sign",
    "screening-without-symptoms",
    "emg-with-ncs-inpatient",
]


@pytest.mark.parametrize("name", COMMON)
def test_a_common_case_is_one_page(name: str) -> None:
    """A letter on a request of two lines is at most 480 words.

    About 110 of them are the readings that an outcome for the wrist rests on, INT-12 among them.
    """
    assert len(written(name).split()) <= 480


def test_an_approval_shows_criterion_facts_and_sources() -> None:
    """What is met is said with the facts that meet it and where the record has them."""
    text = written(CTS)
    assert "These are medically necessary, because this criterion is met: - **I.4.a:** Carpal tunnel syndrome" in text
    assert 'A wrist splint was used for 6 weeks ("occupational therapy note 2025-10-14").' in text
    assert "carpal tunnel syndrome (the record gives diagnosis code G56.01)" in text
    assert "**Taken from an earlier edition of the guideline:** I.4.a; I (needle EMG" in text


def test_a_number_that_falls_short_is_said_with_what_is_needed() -> None:
    """Three weeks where four are asked for, with the source; what denies the waiver beside it."""
    text = written("cts-three-weeks-of-splinting")
    assert 'a wrist splint was used for 3 weeks ("office note 2025-10-20"), and at least 4 weeks are needed.' in text
    assert "the record says it is not so that there is significant atrophy on examination, significant" in text
    assert "A record which shows that a wrist splint was used for at least 4 weeks." in text


def test_undocumented_and_denied_are_told_apart() -> None:
    """Nobody says it is one thing; the record says otherwise is another, with its source."""
    text = written("cts-and-radiculopathy", "--world", "closed")
    assert "there is no evidence that a wrist splint was used for at least 4 weeks" in text
    assert 'it is not so that a change of activities failed to relieve the symptoms ("office note 2025-10-20")' in text
    assert "counts as not so" in text


def test_what_rules_a_finding_out_is_named() -> None:
    """Where a weaker finding is denied, the letter says so."""
    text = written("weakness-absent-makes-significant-weakness-absent")
    assert 'the record says there is no weakness, "office note 2025-10-20"' in text


def test_a_criterion_that_asks_for_another_request_is_explained() -> None:
    """Where the record meets a criterion and the request does not, the letter says what was requested."""
    text = written("cts-emg-alone")
    assert "it asks that session 1 is EMG with NCS, and session 1 is EMG alone, although I.4.a is met" in text
    assert "A request in which session 1 is EMG with NCS (worth knowing: code 95860 stands beside conduction" in text


def test_screening_and_nothing_in_play_are_said() -> None:
    """A block is a reason, with what would lift it: another request or a record; who names nothing is told so."""
    screened = written("screening-nmj-inpatient")
    assert "Not met, because the test screens someone without documented symptoms (X1.screening)" in screened
    assert "- A record which shows that there are related symptoms." in screened
    assert "- A request in which the purpose of the test is diagnosis." in screened
    unnamed = written("no-indication-at-all", "--world", "closed")
    assert "names no condition that the criteria speak of (its codes, M79.641, stand for none)" in unnamed
    assert "Here, the case is about back pain (the record gives diagnosis code M54.50). No criterion" in written(
        "back-pain-without-a-sign"
    )


def test_what_settles_a_condition_is_no_condition(guideline: Guideline) -> None:
    """What a letter says that the case names is surely so, and said of the condition, not of what settles it."""
    for name in ("no-diagnosis-emg-alone", "no-diagnosis-screening-without-symptoms", "back-pain-without-a-sign"):
        for world in ("open", "closed"):
            case = named(name, guideline).case
            told = Reasons(judge(case, guideline, world=world)).named()
            assert told == (["the case is about back pain (the record gives diagnosis code M54.50)"] * ("back" in name))


def test_what_is_not_addressed_is_no_refusal() -> None:
    """The reason is said in words, with the circumstance that it rests on."""
    text = written("emg-with-ncs-inpatient")
    assert "because the guideline does not speak to this place of service. Here, the place of service is inp" in text
    assert "neither an approval nor a refusal" in text


def test_what_to_document_is_each_alternative() -> None:
    """Where more is needed, every way to meet a criterion is there, with the criterion."""
    text = written("cts-nothing-documented")
    assert (
        "significant atrophy on examination, significant sensory loss on examination or significant weakness on "
        "examination."
    ) in text
    assert (
        "shows that there is muscle atrophy, sensory loss or weakness; that a change of activities failed to relieve "
        "the symptoms; and that a wrist splint was used for at least 4 weeks."
    ) in text


def test_inferred_wording_and_readings_are_marked() -> None:
    """A letter that rests on inferred wording or on a reading says so plainly."""
    text = written("radiculopathy-persistent")
    assert (
        "**Inferred wording, which no edition at hand has; to be confirmed against the full document:** I.4.c" in text
    )
    assert "**How we read wording that can be understood in more than one way:** INT-1 (the purpose" in text


def test_lines_decided_alike_are_one_section() -> None:
    """Two lines with one reason share a section, lines with different reasons do not."""
    assert written(CTS).count("## 9") == 1
    assert written("emg-ncs-repetitive-stimulation-and-ischemic-test").count("## 9") == 3


@pytest.mark.parametrize(("name", "code"), [("cts-emg-alone", "95909"), ("ulnar-ncs-alone", "95886")])
def test_the_request_that_a_letter_names_would_do(name: str, code: str, guideline: Guideline) -> None:
    """Where the request is in the way, the other request is medically necessary."""
    judged = named(name, guideline)
    (way,) = (way for way in ways(judged, judged.decision.lines[0]).ways if way.request)
    assert (way.request, way.ask.items) == (("session 1 is EMG with NCS",), ())
    after = decide(changed(judged.case, guideline, [listing(f"services={code}", guideline, add=True)]), guideline)
    assert {line.outcome for line in after.lines} == {"medically_necessary"}


def test_no_reason_no_letter(guideline: Guideline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal whose reason cannot be written is an error, not a letter."""
    judged = named("cts-without-signs", guideline)
    monkeypatch.setattr(Reasons, "shortfalls", lambda self, line: [])
    with pytest.raises(CaseError, match="no specific reason can be written for 95886"):
        letter(judged)


def test_any_case_gets_a_letter(criteria: ModuleType, guideline: Guideline) -> None:
    """Whatever a case holds, a letter can be written and no refusal lacks its reason."""
    rng = random.Random(24)
    for _ in range(60):
        (case,) = read_text(json.dumps(criteria.generate(rng)).encode(), "g", guideline)
        assert isinstance(case, Case)
        judged = judge(case, guideline, world=rng.choice(["open", "closed"]))
        sections = as_markdown(letter(judged)).split("\n## ")
        refused = [s for s in sections if s.partition("\n")[0].endswith(": not medically necessary")]
        assert all(any(reason in s for reason in SPECIFIC) for s in refused), case.id


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_one_self_contained_page() -> None:
    """The page names its language, loads nothing, runs nothing, prints on A4, and its tags close."""
    text = run("letter", CTS, "--format", "html").stdout
    page = _Tags()
    page.feed(text)
    assert not page.open
    assert ("html", {"lang": "en"}) in page.seen
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.seen}
    assert not re.search(r"https?:|@import|url\(", text)
    assert "@page { size: A4" in text


def test_what_a_case_says_is_escaped(guideline: Guideline, make: Any) -> None:
    """A title or a source is text, in both formats."""
    hostile = "*<script>* [x](y)\n# _b_ & `c`"
    findings = {"weakness": {"status": "present", "source": hostile}}
    blocks = letter(judge(make(title=hostile, conditions=["myopathy"], findings=findings), guideline))
    page, plain = as_html(blocks), as_markdown(blocks)
    assert "<script>" not in page
    assert page.count("*&lt;script&gt;* [x](y) # _b_ &amp; `c`") == 2
    assert plain.count(r"\*\<script\>\* \[x\](y) \# \_b\_ \& \`c\`") == 2


def test_a_letter_goes_to_a_file_or_says_why_not(tmp_path: Path) -> None:
    """-o writes the file and nothing else; a file that cannot be written is usage."""
    file = tmp_path / "letter.md"
    result = run("letter", CTS, "-o", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert file.read_text() == run("letter", CTS).stdout
    wrong = run("letter", CTS, "-o", str(tmp_path / "none" / "letter.md"))
    assert wrong.exit_code == 2
    assert "cannot be written" in wrong.stderr


def test_a_case_that_is_not_there_is_one_error() -> None:
    """Bad input is status 2 with a suggestion."""
    result = run("letter", CTS[:-1])
    assert result.exit_code == 2
    assert f"did you mean {CTS}?" in result.stderr
