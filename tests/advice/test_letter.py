"""The letter: what a member reads is true, short and plain, and the doctor's table has the same and more."""

import contextlib
import json
import random
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.cases.plan import SLOTS
from coverlog.engine.decision.decide import Judged, decide, judge
from coverlog.engine.decision.decision import WORLDS
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.advice.account import accounts
from coverlog.explain.advice.change import changed, listing
from coverlog.explain.advice.grounds import Grounds
from coverlog.explain.advice.item import MET, Item
from coverlog.explain.advice.letter import Reason, letter
from coverlog.explain.advice.member import paragraph
from coverlog.explain.advice.plain import clause, plain
from coverlog.explain.advice.remedies import ways
from coverlog.explain.advice.ways import NTH
from coverlog.explain.commands.main import main
from coverlog.explain.render.letter_page import as_html, as_markdown

CTS, SHORT = "cts-six-weeks-of-splinting", "cts-three-weeks-of-splinting"
Size = Callable[[int, int], int]


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False)


def named(name: str, guideline: Guideline, world: str = "open") -> Judged:
    (case,) = read_files(guideline.folder.glob(f"cases/*/{name}.yaml"), guideline)
    assert isinstance(case, Case)
    return judge(case, guideline, world=world)


def said(name: str, guideline: Guideline, world: str = "open") -> str:
    """Return what a member is told of a case with one reason."""
    (reason,) = letter(named(name, guideline, world)).reasons
    return " ".join(reason.member)


def table(reason: Reason) -> str:
    return "\n".join(" | ".join(row) for row in reason.doctor)


# --- The words of a member -----------------------------------------------------------------------


@pytest.mark.parametrize(("text", "expected"), [
    ("The cat sat on the mat.", -1.45),
    ("Your record shows that your symptoms persist. The guideline asks for at least 4 weeks.", 2.3),
])  # fmt: skip
def test_the_grade_is_that_of_the_formula(text: str, expected: float, readability: ModuleType) -> None:
    """A text of one syllable a word, and one of the kind that is measured, counted by hand."""
    assert readability.grade(text) == pytest.approx(expected, abs=0.8)


@pytest.fixture(scope="module")
def both(decided: list[Judged], size: Size) -> list[Judged]:
    """Canonical cases of both guidelines, decided in both worlds; one that contradicts itself is left out."""
    apnea = load("ncd_240_4")
    found = decided[:: size(3, 1)]
    cases = [case for case in read_files(canonical_paths(apnea), apnea) if isinstance(case, Case)]
    for case in cases[:: size(11, 1)]:
        for world in WORLDS:
            with contextlib.suppress(CaseError):
                found.append(judge(case, apnea, world=world))
    return found


def test_a_member_reads_plain_words(
    both: list[Judged], readability: ModuleType, record_property: Callable[[str, object], None]
) -> None:
    """Each paragraph is of grade 8 or lower, without codes, ids, abbreviations, slots or variables."""
    told: dict[tuple[str, str], float] = {}
    for judged in both:
        program = judged.guideline.program
        codes = {name.strip('"') for name in program.concepts if name.startswith('"')}
        ids = {n for n in (*program.statements, *program.interpretations) if len(n) > 2 or n[-1:].isdigit()}
        sources = {str(value) for value in re.findall(r"source.: .([^'\"]+)", str(judged.case.said))}
        forbidden = codes | ids | {str(code) for code in judged.case.said.get("diagnoses", ()) if isinstance(code, str)}
        for reason in letter(judged).reasons:
            text = " ".join(reason.member)
            told[program.name, text] = readability.grade(text)
            for source in sources:
                text = text.replace(f' ("{source}")', "")
            assert not [name for name in forbidden if re.search(rf"(?<![\w.]){re.escape(name)}(?![\w])", text)], text
            assert not re.findall(r"\b(?!HIV\b)[A-Z]{2,}\b|[{}_]|\bsome \w+\b|\bNone\b| \(\)|\.\.|table below", text), (
                text
            )
    for name in {name for name, _ in told}:
        grades = {text: grade for (of, text), grade in told.items() if of == name}
        low = sum(each <= 8 for each in grades.values()) / len(grades)
        longest = max(len(text.split()) for text in grades)
        record_property("measured", f"{len(grades)} paragraphs of {name}, {low:.1%} of grade 8 or lower, "
                                    f"highest {max(grades.values()):.1f}, longest {longest} words")  # fmt: skip
    assert max(told.values()) <= 8


def test_two_concepts_never_read_as_one(guideline: Guideline) -> None:
    """Plain words tell concepts of a kind apart, as labels do; each declared name of them has a use."""
    program = guideline.program
    for kind in {kind for kind, _ in program.concepts.values()}:
        concepts = [name for name in program.of_kind(kind) if not name.startswith('"')]
        words = [program.tells[name][0] if name in program.tells else plain(name, program) for name in concepts]
        assert len(set(words)) == len(words), kind


# --- Paragraph and table are of the same items ---------------------------------------------------

FRAMES = r"""The guideline (?:supports|does not support) .+ for you(?: now)?\.
We cannot decide about .+ yet\.
The guideline gives no answer for .+\.
The reason is that .+\.
This is neither a yes nor a no\.
It (?:is|would then be) .+\.
The guideline supports this only for an? \w+ that it names\.
Your request names none(?: that is enough)?\.
Your diagnosis codes? (?:does|do) not stand for one\.
Your doctor can tell us: .+\?
The answer could change if the request names such an? \w+\.
The record must then show what the guideline asks for it\.
Nothing in it speaks of your case\.
We need (?:one more fact|to know more)\.
Your record does not say so yet\.
What your record leaves open would not lead to a yes\.
It only decides which other answer you get\.
There (?:is|are) \d+ more ways?\.
(?:The answer|It) would be yes (?:as well )?if \d+ things are so together\.
Your doctor can ask us for the list\.
This would be a yes only for .+\.
A note on this stands below the table\.
A part of the guideline asks that this is not so\.""".splitlines()
LEADS = (
    r"(?:Your record|It) (?:already )?(?:shows that|says that|says no to this:|does not show that|does not say that)",
    r"The guideline asks (?:for something else:|that)", r"Your request does not say that",
)  # fmt: skip
FACT = re.compile(rf"(?:{'|'.join(LEADS)})? ?(?P<clause>.+?)(?: \([^()]*\))?\.")
CHANGE = re.compile(
    rf"(?:(?:The answer|It) would be yes (?:as well )?(?:if|with)|(?:{'|'.join(NTH)}),)"
    r" (?:any one of these: )?(.+)\."
)


def items_of(account: Any, grounds: Grounds) -> list[Item]:
    blocks = (*account.blocks, *account.beside)
    return [i for b in blocks for group in (b.met, *b.lacking) for i in group] + list(account.recorded)


def clauses(account: Any, grounds: Grounds) -> set[str]:
    """Every clause that an item, a way or a refusing rule of an account can be told by."""
    program = grounds.program
    atoms = [
        (a, item.amount, item.needed) for item in items_of(account, grounds) for a in (item.atom, item.against) if a
    ]
    atoms += [(atom, "", "") for way in account.ways for atom in way.asked]
    needs = [wanted.need for way in account.ways for place in way.places for wanted in place]
    atoms += [(need.atom, "", need.bounds.in_words() if need.bounds else "") for need in needs]
    for line in account.lines if account.lines[0].role in ("unfavourable", "silent") else ():
        atoms += [(p, "", "") for a in grounds.reasons.decisive(line) for p in grounds.why.shortest(a).rests]
        atoms += [(a, "", "") for a in grounds.reasons.circumstances(grounds.reasons.decisive(line))]
    atoms += [(atom, "", "") for atom in grounds.reasons.about()]
    return {clause(atom, program, amount, so=so) for atom, *amounts in atoms for amount in ("", *amounts)
            for so in (True, False)} - {""}  # fmt: skip


def test_each_sentence_is_an_item_and_each_item_a_row(decided: list[Judged], size: Size) -> None:
    """What a member reads is read back to items, ways or fixed words; each item is in the table, with all of it."""
    number = 0
    for judged in decided[:: size(5, 1)]:
        grounds = Grounds(judged)
        for account, reason in zip(accounts(judged), letter(judged).reasons, strict=True):
            known = {each.lower() for each in clauses(account, grounds)}
            for told in reason.member:
                parts = [told]
                if any(re.fullmatch(frame, told) for frame in FRAMES) or re.match(r"The guideline asks for [^s]", told):
                    continue
                if change := CHANGE.fullmatch(told):
                    parts = [f"{part}." for part in change[1].split("; ")]
                for part in parts:
                    found = FACT.fullmatch(part)
                    assert found, told
                    assert found["clause"].lower() in known, (judged.case.id, told)
                    number += 1
            for item in items_of(account, grounds):
                assert item.label in table(reason), (judged.case.id, item.label)
                assert item.place in table(reason)
                assert item.needed in table(reason)
    assert number > 50


def test_a_paragraph_tells_each_item(decided: list[Judged], size: Size) -> None:
    """An item that fails, and what the record shows beside it, is in the paragraph in its own words and whole."""
    number = 0
    for judged in decided[:: size(5, 1)]:
        grounds = Grounds(judged)
        for account in accounts(judged):
            text = " ".join(paragraph(account, grounds)).lower()
            for item in items_of(account, grounds):
                if item.atom and item.concept and item.so and (item.state == MET or item.fails):
                    ways_to_say = [clause(a, grounds.program, amount, so=so) for a in (item.atom, item.against) if a
                                   for amount in (item.amount, item.needed) for so in (True, False)]  # fmt: skip
                    assert any(each and each.lower() in text for each in ways_to_say), (judged.case.id, item)
                    number += 1
    assert number > 40


# --- The six paragraphs --------------------------------------------------------------------------


def test_six_weeks_of_splinting(guideline: Guideline) -> None:
    """A yes says the request, what the record shows, and a number beside what was needed with its source."""
    text = said(CTS, guideline)
    assert text.startswith("The guideline supports a needle test of your muscles and a test of your nerves for you. "
                           "Your request is for carpal tunnel syndrome.")  # fmt: skip
    assert (
        'you wore a wrist splint for 6 weeks ("occupational therapy note 2025-10-14"). The guideline asks for at'
        in text
    )
    assert 'there is loss of feeling ("office note 2025-10-20")' in text
    assert "would be" not in text


def test_three_weeks_of_splinting(guideline: Guideline) -> None:
    """A no says the number that falls short, what the record denies, each way to a yes whole, and what is met."""
    text = said(SHORT, guideline)
    order = [
        "does not support", "you wore a wrist splint for 3 weeks (\"office note 2025-10-20\"). The guideline asks",
        "It says that there is no significant weakness on exam.",
        "The answer would be yes with any one of these: ", "you wore a wrist splint for at least 4 weeks",
        "already shows that a change of activities failed to help",
    ]  # fmt: skip
    assert [text.find(each) for each in order] == sorted(text.find(each) for each in order)
    assert -1 not in [text.find(each) for each in order]
    for sign in ("muscle wasting", "weakness", "loss of feeling"):
        assert (
            text.count(f"significant {sign} on exam") == 2
        )  # as it is denied, and as a way: never without its first word
    assert "only" not in text


def test_a_question_for_more_says_what_decides(guideline: Guideline) -> None:
    """Where more is needed the nearest ways are told, and that the record does not say so."""
    text = said("cts-nothing-documented", guideline)
    assert text.startswith("We cannot decide about a needle test of your muscles and a test of your nerves yet.")
    assert "with any one of these: there is significant muscle wasting on exam; there is significant loss of" in text
    assert "First, any one of these: there is muscle wasting; there is loss of feeling; there is weakness. Sec" in text
    assert "Your record does not say so yet." in text


def test_diabetes(guideline: Guideline) -> None:
    """What the record denies is said by the record's own word with its source, and what is met beside it."""
    text = said("diabetes-not-refractory", guideline)
    assert 'says that the usual treatment has not failed to help ("endocrinology note 2025-10-15")' in text
    assert "The answer would be yes if the usual treatment failed to help." in text
    assert "already shows that your symptoms persist" in text
    assert "missing" not in text


@pytest.mark.parametrize("world", WORLDS)
def test_no_condition_is_the_reason_in_both_worlds(world: str, guideline: Guideline) -> None:
    """A case that states no condition is told so, and asked for it, with what its record shows already."""
    text = said("no-indication-at-all", guideline, world)
    assert "The guideline supports this only for a condition that it names. Your request names none." in text
    assert "Your diagnosis code does not stand for one." in text
    assert 'already shows that there is loss of feeling on exam ("office note 2025-10-20")' in text
    assert ("The answer could change if" in text) == (world == "closed")
    assert ("Is a condition suspected or established?" in text) == (world == "open")


def test_a_waived_treatment_is_not_told_as_done(guideline: Guideline) -> None:
    """A waiver is told by what waives, and no splint that was not worn is told."""
    text = said("ulnar-significant-atrophy-waives-splinting", guideline)
    assert "shows that there is significant muscle wasting on exam" in text
    assert "splint" not in text


def test_another_request_is_told_as_such(guideline: Guideline) -> None:
    """Where the request alone is in the way, what was requested and what would do is told in plain words."""
    text = said("cts-emg-alone", guideline)
    assert "The request is for a needle test of your muscles without a test of your nerves." in text
    assert (
        "The answer would be yes if the request is for a needle test of your muscles with a test of your nerves" in text
    )
    judged = named("cts-emg-alone", guideline)
    assert "AAOS" not in text
    (reason,) = letter(judged).reasons
    assert any("On a request in which session 1 is EMG with NCS: " in flag for flag in reason.flags)


def test_no_answer_is_neither_yes_nor_no(guideline: Guideline) -> None:
    """A line that the guideline does not speak to has its reason, and the circumstance that it rests on."""
    text = said("emg-with-ncs-inpatient", guideline)
    assert (
        "The reason is that your request names no place of care that it speaks of. The place of service is inpatient."
        in text
    )
    assert "neither a yes nor a no" in text


def test_a_circumstance_is_told_once(guideline: Guideline) -> None:
    """What the case gives and what the rules make of it are one fact, told in the words of the record."""
    for path in (guideline.folder / "cases" / "not_addressed").glob("*.yaml"):
        for reason in letter(named(path.stem, guideline, "open")).reasons:
            text = " ".join(reason.member)
            assert "The case gives" not in text
            assert text.lower().count("the place of service is") <= 1, path.stem


def test_dates_and_ids_stay_on_one_line() -> None:
    """In HTML nothing breaks a date or the id of a reading at its hyphens, and the text is that of the Markdown."""
    text = run("letter", SHORT, "--format", "html").stdout.partition("<main>")[2]
    for pattern in (r"2025-10-20", r"INT-\d+"):
        spans = re.findall(rf'<span class="whole">{pattern}</span>', text)
        assert len(spans) == len(re.findall(pattern, text)) > 0
    assert "\\." not in run("letter", "no-benefit-after-12-weeks").stdout  # a decimal is no item of a list


@pytest.mark.parametrize(("name", "code"), [("cts-emg-alone", "95909"), ("ulnar-ncs-alone", "95886")])
def test_the_request_that_a_letter_names_would_do(name: str, code: str, guideline: Guideline) -> None:
    """Where only the request is in the way, the other request is medically necessary."""
    judged = named(name, guideline)
    assert ("session 1 is EMG with NCS",) in [way.request for way in ways(judged, judged.decision.lines[0]).ways]
    after = decide(changed(judged.case, guideline, [listing(f"services={code}", guideline, add=True)]), guideline)
    assert {line.outcome for line in after.lines} == {"medically_necessary"}


# --- The table of the doctor ---------------------------------------------------------------------


def test_the_table_has_what_the_paragraph_left_out(guideline: Guideline) -> None:
    """Codes, outcome and statement, where each criterion stands, what is asked, recorded, and the source."""
    made = letter(named(SHORT, guideline))
    (reason,) = made.reasons
    first, *rest = reason.doctor
    assert first[:2] == ("95886, 95909", "not medically necessary, X1")
    assert first.criterion == "I.4.a: Clinical Indications, Medically Necessary, I.4.a (earlier edition)"
    assert first[3:] == ("wrist splint use, at least 4 weeks", "3 weeks recorded", '"office note 2025-10-20"')
    waiver = next(row for row in rest if row.criterion.startswith("N0: "))
    assert waiver.asked.startswith(
        "any one of: significant atrophy on examination; significant weakness on examination; s"
    )
    assert waiver.recorded == "each recorded as absent"
    assert made.diagnoses == (("G56.01", ("carpal tunnel syndrome",)),)


def test_flags_stand_once_and_name_what_is_to_be_confirmed(guideline: Guideline) -> None:
    """Earlier edition, inferred wording and readings are told under the tables, each once."""
    judged = named("radiculopathy-persistent", guideline)
    (reason,) = letter(judged).reasons
    (inferred,) = [flag for flag in reason.flags if "inferred" in flag]
    assert inferred == "I.4.c is inferred; confirm it against the full document before this letter is sent."
    text = as_markdown(letter(judged))
    assert text.count("Readings used: ") == text.count(inferred) == 1
    assert all(notice in text for notice in judged.decision.notices)
    assert all(advisory.text in text.replace("\\", "") for advisory in judged.decision.advisories)


def test_every_line_is_in_one_reason(decided: list[Judged], size: Size) -> None:
    """Each line of a request stands in the letter once, under its own outcome, with the code of its role."""
    x12 = {"favourable": "A1", "unfavourable": "A3", "more_information_needed": "A4", "silent": None}
    for judged in decided[:: size(5, 1)]:
        told = letter(judged).as_json()["reasons"]
        lines = {f"{line.code}@{line.session}": line for line in judged.decision.lines}
        assert sorted(name for reason in told for name in reason["lines"]) == sorted(lines)
        for reason in told:
            assert {lines[name].outcome for name in reason["lines"]} == {reason["outcome"]}
            assert reason["x12"] == x12[reason["role"]]


def test_any_case_gets_a_letter(criteria: ModuleType, guideline: Guideline, size: Size) -> None:
    """Whatever a case holds, a letter can be written, and no refusal is without its reason and a row."""
    rng = random.Random(24)
    for _ in range(size(20, 400)):
        (case,) = read_text(json.dumps(criteria.generate(rng)).encode(), "g", guideline)
        assert isinstance(case, Case)
        for reason in letter(judge(case, guideline, world=rng.choice(WORLDS))).reasons:
            assert len(reason.member) > 1, case.id
            assert reason.doctor[0].lines


# --- Another guideline ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def toys(toy_text: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Guideline]:
    def toy(name: str) -> Guideline:
        folder = tmp_path_factory.mktemp(name)
        (folder / f"{name}.dl").write_text(toy_text(name))
        return load(folder)

    return toy


TOYS: dict[str, tuple[str, dict[str, Any], str]] = {
    "a date and a number with a unit": (
        "apnea", {"measured": {"ahi": 16.0, "recorded": 1.5}, "birth_date": "2010-01-01", "test": "home_test",
                  "first_use": "2024-01-01"},
        "Your record shows that the person is 14 years old. The guideline asks for at least 18 years.",
    ),
    "a choice that is another one": (
        "visits", {"setting": "ward", "visits": 1, "findings": {"dark": "absent"}},
        "Your record shows that the setting is ward.",
    ),
    "one of several favourable outcomes": (
        "pump", {"findings": dict.fromkeys(["injections_failed", "log_kept", "better_control"], "present")
                 | {"weeks_used": 14}},
        "The guideline supports this request for you. It is covered. Your record shows that there is better control.",
    ),
    "what the refusal itself speaks of": (
        "pump", {"findings": dict.fromkeys(["injections_failed", "in_study"], "absent") | {"in_hospital": "present"}},
        "There is a stay in a hospital. Your record says no to this: there is enrolment in a study.",
    ),
    "a request alone": ("shelf", {"size": "small"}, "The answer would be yes if someone is tall."),
    "a silent guideline": (
        "oxygen", {"place": "ward"}, "The reason is that the guideline is for oxygen at home. The place is a ward.",
    ),
}  # fmt: skip
REQUESTED = {"apnea": "E0601", "visits": "L0001", "pump": "E0784", "shelf": "S0001", "oxygen": "E1390"}


@pytest.mark.parametrize("what", TOYS)
def test_a_letter_of_another_guideline_is_true(what: str, toys: Callable[[str], Guideline]) -> None:
    """Nothing in the words assumes conditions, codes or weeks; a guideline without plain words has its labels."""
    name, case, expected = TOYS[what]
    guideline = toys(name)
    full = {"id": "toy", "date_of_service": "2024-05-01", "services": [{"cpt": REQUESTED[name]}], **case}
    (read,) = read_text(json.dumps(full).encode(), "toy.json", guideline)
    assert isinstance(read, Case), read
    (reason,) = letter(judge(read, guideline)).reasons
    text = " ".join(reason.member)
    assert expected in text
    assert not re.search(r"condition|diagnos|\bcode [A-Z0-9]|\{|\bsome \w+ is\b", text.replace("the code is not", ""))
    assert REQUESTED[name] not in text


# --- The plan's text -----------------------------------------------------------------------------

PLAN = {name: f"Our {name}, *word* for word & <all> of it." for name in SLOTS}


def plan_file(folder: Path, **letter: Any) -> str:
    file = folder / "plan.yaml"
    file.write_text(json.dumps({"letter": letter}))
    return str(file)


def test_an_empty_slot_can_be_seen_and_is_not_sent(tmp_path: Path) -> None:
    """A refusal shows each empty slot; --final writes nothing, and names every one and the remedy."""
    shown = run("letter", SHORT).stdout
    assert all(rf"**{{plan:{name}}}**" in shown for name in SLOTS)
    out = tmp_path / "letter.md"
    file = plan_file(tmp_path, **{name: text for name, text in PLAN.items() if name not in ("appeal", "help")})
    refused = run("letter", SHORT, "--plan", file, "--final", "-o", str(out))
    assert (refused.exit_code, refused.stdout, out.exists()) == (2, "", False)
    assert re.findall(r"\{plan:(\w+)\} is empty", refused.stderr) == ["appeal", "help"]
    assert f"write letter.appeal in {file}" in refused.stderr
    assert run("letter", SHORT, "--final").stderr.count("name the file by --plan") == len(SLOTS)


def test_the_plans_text_goes_in_word_for_word(tmp_path: Path) -> None:
    """A filled slot is the plan's own text, escaped; a letter that refuses nothing needs none."""
    file = plan_file(tmp_path, **PLAN | {"identity": ["First.", "Second."]})
    for form, text in (("json", PLAN["appeal"]), ("html", "*word* for word &amp; &lt;all&gt; of it."),
                       ("md", r"\*word\* for word \& \<all\> of it.")):  # fmt: skip
        final = run("letter", SHORT, "--plan", file, "--final", "--format", form)
        assert final.exit_code == 0, final.stderr
        assert final.stdout.count(text) == 1 if form == "json" else final.stdout.count(text) == 5
        assert "{plan:" not in final.stdout
    assert run("letter", CTS, "--final").exit_code == 0
    assert "{plan:" not in run("letter", CTS).stdout


def test_what_is_wrong_with_a_plan_is_told_with_its_place(tmp_path: Path) -> None:
    """Unknown keys, texts that are none and empty ones are errors, all at once, with place and remedy."""
    file = tmp_path / "plan.yaml"
    file.write_text("leter: {}\nletter:\n  apeal: x\n  help: 7\n  copies: ''\n")
    wrong = run("letter", CTS, "--plan", str(file))
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert f"{file}:1:8: unknown key leter in the plan; did you mean letter?" in wrong.stderr
    assert f"{file}:3:10: unknown key apeal in letter; did you mean appeal?" in wrong.stderr
    assert f"{file}:4:9: letter.help is no text" in wrong.stderr
    assert f"{file}:5:11: letter.copies is no text" in wrong.stderr
    file.write_text("")
    assert "a plan is one document" in run("letter", CTS, "--plan", str(file)).stderr


# --- On paper ------------------------------------------------------------------------------------

COMMON = [
    CTS,
    SHORT,
    "cts-nothing-documented",
    "cts-responds-to-activity-modification",
    "radiculopathy-not-persistent-and-responsive",
    "radiculopathy-course-undocumented",
    "diabetes-persistent-symptoms",
    "back-pain-without-a-sign",
    "screening-without-symptoms",
    "emg-with-ncs-inpatient",
]


def test_a_common_case_is_one_page(record_property: Callable[[str, object], None]) -> None:
    """A letter on a request of two lines is at most 480 words with its table, less the plan's own."""
    words = {name: len(run("letter", name).stdout.split()) for name in COMMON}
    record_property(
        "measured", f"letters on {len(words)} common cases: {min(words.values())} to {max(words.values())} words"
    )
    assert max(words.values()) <= 480


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
    text = run("letter", SHORT, "--format", "html").stdout
    page = _Tags()
    page.feed(text)
    assert not page.open
    assert ("html", {"lang": "en"}) in page.seen
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.seen}
    assert not re.search(r"https?:|@import|url\(", text)
    assert "@page { size: A4" in text
    assert text.count("plan empty") == len(SLOTS)


def test_what_a_case_says_is_escaped(guideline: Guideline, make: Any) -> None:
    """A title or a source is text, in both formats."""
    hostile = "*<script>* [x](y)\n# _b_ & `c` |"
    findings = {"weakness": {"status": "present", "source": hostile}}
    made = letter(judge(make(title=hostile, conditions=["myopathy"], findings=findings), guideline))
    page, text = as_html(made), as_markdown(made)
    assert "<script>" not in page
    assert page.count("*&lt;script&gt;* [x](y) # _b_ &amp; `c` |") == 3  # title, paragraph, table
    assert text.count(r"\*\<script\>\* \[x\](y) \# \_b\_ \& \`c\` \|") == 3


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
