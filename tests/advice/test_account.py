"""The account of a decision: the outcome, what decides it with its source, and what would be different."""

import gc
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import coverlog
import jsonschema_rs
import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.decision.decide import Judged, judge
from coverlog.engine.decision.decision import WORLDS
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.interface import FAVOURABLE, SILENT, UNFAVOURABLE, WAITING
from coverlog.explain.advice.account import Account, accounts, covering
from coverlog.explain.advice.item import ABSENT, BARS, MET, OPEN, OTHER, SHORT, STATES
from coverlog.explain.commands.main import main
from coverlog.explain.reference.schemas import schema_of
from coverlog.explain.render.account_text import LINES, as_text, screen

Size = Callable[[int, int], int]
WIDTH = 100
DECIDING = {UNFAVOURABLE: (SHORT, ABSENT, BARS, OTHER), WAITING: (OPEN,), FAVOURABLE: (MET,)}
WRIST = {
    "id": "wrist", "diagnoses": ["G56.01"],
    "findings": {
        "sensory_loss": {"status": "present", "source": "office note 2025-10-20"},
        "refractory_to_activity_modification": "present", "muscle_atrophy": "absent",
    },
}  # fmt: skip


TOYS = Path(__file__).parent.parent / "guidelines"

KINDS = """
%@ facts A/more
lamp("L0002").
interpretation("INT-1", "a standing lamp is a lamp").

%@ predicate small(Code): {Code} is small
%@ fold: sizes
%@ facts A/sizes
small("L0001").
%@ predicate large(Code): {Code} is large
%@ fold: heights
%@ facts A/heights
large("L0002").

%@ predicate suits(Code): {Code} suits the room
%@ rule A/small: a dark room
suits(Code) :- small(Code), room(dark).
%@ rule A/large: a dark room
%@ reading: INT-1
suits(Code) :- large(Code), room(dark).
"""
"""Two kinds of lamps for one kind of room, by a rule each."""


@pytest.fixture(scope="module")
def told(decided: list[Judged]) -> list[tuple[Judged, list[Account]]]:
    """Canonical cases decided in both worlds, each with its accounts."""
    return [(each, accounts(each)) for each in decided]


def named(name: str, guideline: Guideline, world: str = "open") -> Judged:
    (case,) = read_files(guideline.folder.glob(f"cases/*/{name}.yaml"), guideline)
    assert isinstance(case, Case)
    return judge(case, guideline, world=world)


def lines_of(account: Account, judged: Judged, width: int = WIDTH) -> list[str]:
    return screen(account, judged, width)


def shown(judged: Judged) -> list[str]:
    """Return the one screen of a case."""
    (account,) = accounts(judged)
    return lines_of(account, judged)


def deciding(lines: list[str], account: Account) -> int:
    """Return the number of the line that has what decides; where no criterion is about the case, what says so."""
    if account.nothing or account.lines[0].role == SILENT:
        return 1 + (account.nothing != "")
    if account.lines[0].role == WAITING and not account.ways:  # nothing that is open would lead to a yes
        assert "what is open would not lead to a yes" in " ".join(lines[:2])
        return 1
    states = DECIDING[account.lines[0].role]
    return next(n for n, line in enumerate(lines, 1) if re.search(rf"^(  |\S+ +)({'|'.join(states)}) ", line))


def test_the_first_screen_of_a_case_is_short_and_leads_with_what_decides(
    told: list[tuple[Judged, list[Account]]], record_property: Callable[[str, object], None]
) -> None:
    """A reason takes a dozen lines of 100 columns at most, and what decides it stands in the first six of them."""
    long, late, total, longest = Counter[int](), Counter[int](), 0, (0, "")
    for judged, each in told:
        for account in each:
            lines = lines_of(account, judged)
            assert max(map(len, lines)) <= WIDTH
            total += 1
            long[len(lines)] += 1
            late[deciding(lines, account)] += 1
            longest = max(longest, (len(lines), f"{judged.decision.case}, {judged.decision.world}"))
    over = sum(n for length, n in long.items() if length > LINES)
    behind = sum(n for line, n in late.items() if line > 6)
    record_property(
        "measured", f"{total} reasons: {total - over} in {LINES} lines ({100 * (total - over) / total:.1f} %), "
        f"{total - behind} decided in the first 6 ({100 * (total - behind) / total:.1f} %); longest {longest}",
    )  # fmt: skip
    assert (over, behind) == (0, 0), longest


def test_a_screen_reads_back_to_the_items_it_came_from(
    guideline: Guideline, told: list[tuple[Judged, list[Account]]]
) -> None:
    """Every item of a block that is shown stands there with its whole label, and no other concept is named."""
    labels = {
        label for kind, label in guideline.program.concepts.values() if kind in ("finding", "duration", "condition")
    }
    pattern = re.compile("|".join(sorted(map(re.escape, labels), key=len, reverse=True)))
    for judged, accounts_ in told:
        for account in accounts_:
            read: dict[str, set[str]] = {}
            for state, text in _items(lines_of(account, judged)):
                read.setdefault(state, set()).update(pattern.findall(text))
            for block in account.blocks:
                for item in (*block.met, *(item for group in block.lacking for item in group)):
                    read.get(item.state, set()).discard(item.label)
                    read.get(item.state, set()).discard(item.weaker)
            met = [*account.recorded, *(item for block in account.blocks for item in block.met)]
            held = " ".join(item.text() for item in met)
            assert all(label in held for rest in read.values() for label in rest), (judged.decision.case, read)


def _items(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the items of a screen, as (state, text), each with the lines below it that go on."""
    found: list[list[str]] = []
    for line in lines[1:]:
        begins = re.match(rf"(?:  |\S+ +)({'|'.join(STATES)}) +(.*)", line)
        if begins:
            found.append([begins[1], begins[2]])
        elif line.startswith("     ") and found:
            found[-1][1] += f" {line.strip()}"
        else:
            found.append(["", ""])
    yield from ((state, text) for state, text in found if state)


def test_six_weeks_are_enough(guideline: Guideline) -> None:
    """A yes names the statement, what it says, and what meets it with its source and numbers."""
    lines = shown(named("cts-six-weeks-of-splinting", guideline))
    assert lines[0] == "95886, 95909 (EMG with NCS): MEDICALLY NECESSARY by I.4.a"
    text = " ".join(" ".join(lines).split())
    assert "I.4.a carpal tunnel syndrome that activity modification and at least 4 weeks" in text
    assert "carpal tunnel syndrome: G56.01" in text
    assert "6 weeks recorded, at least 4 needed (occupational therapy note 2025-10-14)" in text
    assert "sensory loss: recorded (office note 2025-10-20)" in text
    assert "Rests on: I, I.4.a (earlier edition); readings INT-1, INT-8, INT-9" in text


def test_three_weeks_fall_short(guideline: Guideline) -> None:
    """A no leads with the number that falls short; what waives it stands under its own statement."""
    lines = shown(named("cts-three-weeks-of-splinting", guideline))
    assert lines[0].startswith("95886, 95909 (EMG with NCS): NOT MEDICALLY NECESSARY by X1")
    assert lines[3] == "  SHORT  wrist splint use: 3 weeks recorded, at least 4 needed (office note 2025-10-20)"
    assert lines[5].startswith("N0 ")
    text = " ".join(" ".join(lines).split())
    three = "; ".join(f"significant {sign} on examination" for sign in ("atrophy", "weakness", "sensory loss"))
    assert f"ABSENT {three}: each recorded as absent (no source given)" in text
    assert "Would be met with any one of: at least 4 weeks of wrist splint use; any one of the 3 under N0" in text
    assert "20 other criteria" in text
    assert len(lines) == LINES


def test_a_question_names_what_is_open(make: Callable[..., Case], guideline: Guideline) -> None:
    """What is not recorded, what the record rules out, and what is met are told apart."""
    lines = shown(judge(make(**WRIST), guideline))
    assert lines[0].endswith("MORE INFORMATION NEEDED for I.4.a; any one OPEN item decides")
    assert "  OPEN   wrist splint use: weeks not recorded, at least 4 needed" in lines
    text = " ".join(" ".join(lines).split())
    assert (
        "significant atrophy on examination: ruled out, muscle atrophy is recorded as absent (no source given)" in text
    )
    assert "significant weakness on examination; significant sensory loss on examination: not recorded" in text


def test_what_does_not_decide_is_folded(guideline: Guideline) -> None:
    """One of two ways is further off than the other: what it lacks beside is named in the fold."""
    lines = shown(named("diabetes-not-refractory", guideline))
    text = " ".join(" ".join(lines).split())
    assert (
        "ABSENT lack of response to conventional treatment: recorded as absent (endocrinology note 2025-10-15)" in text
    )
    assert "Would be met with: lack of response to conventional treatment" in text
    assert "progression of symptoms: not recorded (does not decide)" in text


@pytest.mark.parametrize("world", WORLDS)
def test_a_case_that_states_nothing_is_told_so(world: str, guideline: Guideline) -> None:
    """Where no criterion is about a case that is the reason, and no condition is proposed."""
    judged = named("no-indication-at-all", guideline, world)
    text = " ".join(" ".join(shown(judged)).split())
    assert (
        "The case states no condition that a criterion for this request names; its code M79.641 stands for none."
        in text
    )
    assert "sensory loss on examination (office note 2025-10-20)" in text
    assert ("OPEN the condition; then what its criterion asks for" in text) == (world == "open")
    assert ("Could change with: what a criterion" in text) == (world == "closed")
    assert not any(guideline.program.label(name) in text for name in ("radiculopathy", "diabetes", "myopathy"))


def test_a_waiver_is_said_in_the_words_of_the_rule_that_fired(guideline: Guideline) -> None:
    """No splint was used, so nothing says that it did not help: in the decision, the screen, JSON and the letter."""
    judged = named("cts-significant-weakness-waives-splinting", guideline)
    assert {line.how for line in judged.decision.lines} == {("I.4.a/waived",)}
    assert judged.decision.as_json()["lines"][0]["how"] == ["I.4.a/waived"]
    text = " ".join(" ".join(shown(judged)).split())
    assert "I.4.a carpal tunnel syndrome, conservative treatment waived by N0" in text
    assert "met significant weakness on examination: recorded" in text
    letter = CliRunner().invoke(main, ["letter", judged.decision.case], catch_exceptions=False).stdout
    assert "Your record shows that there is significant weakness on exam (" in letter
    assert "| N0: Clinical Indications, Medically Necessary, Note " in letter
    assert "splint" not in letter.partition("**For your doctor**")[2]
    assert "did not relieve" not in text + letter


def test_how_names_the_rules_by_which_the_statements_apply(
    guideline: Guideline, told: list[tuple[Judged, list[Account]]]
) -> None:
    """Each statement of `by` has a rule, each rule cites one of them first, and no other outcome has any."""
    rules = {rule.id: rule for rule in guideline.program.rules}
    for judged, _ in told:
        for line in judged.decision.lines:
            assert {rules[name].cites[0] for name in line.how} == set(line.by)
            assert list(line.how) == sorted(set(line.how))


def test_what_no_answer_would_cover_says_what_is_left_to_decide(guideline: Guideline) -> None:
    """A line that waits, and that nothing would cover, names what is open and between which outcomes it decides."""
    judged = named("no-signs-and-setting-not-stated", guideline)
    (account,) = accounts(judged)
    assert account.between == "setting decides between not addressed and not medically necessary"
    assert account.between in " ".join(" ".join(shown(judged)[:2]).split())
    assert account.between in " ".join(run("checklist", judged.case.id).split())
    assert not accounts(named("cts-setting-not-stated", guideline))[0].between


def test_lines_with_one_reason_share_it(told: list[tuple[Judged, list[Account]]]) -> None:
    """Each line has one account, and no two accounts say the same of lines in one session."""
    for judged, each in told:
        lines = [(line.code, line.session) for account in each for line in account.lines]
        assert sorted(lines) == sorted({(line.code, line.session) for line in judged.decision.lines})
        keys = [(a.lines[0].outcome, a.lines[0].session, a.deciding, a.nothing, items(a)) for a in each]
        assert len(set(keys)) == len(keys)


def items(account: Account) -> frozenset[tuple[object, ...]]:
    """Return what makes a reason: each criterion and statement with its items, by whichever rules."""
    return frozenset((b.criterion, b.statement, b.met, b.lacking) for b in account.blocks)


def test_lines_that_have_one_reason_by_different_rules_share_it(tmp_path: Path) -> None:
    """What each rests on and goes by is told of all of them, and the items once."""
    (tmp_path / "lamp.dl").write_text(
        (TOYS / "lamp.dl").read_text().replace("lamp(Code), room(dark)", "suits(Code)") + KINDS
    )
    toy = load(tmp_path)
    services = [{"cpt": code} for code in ("L0001", "L0002")]
    case = {"id": "two", "date_of_service": "2025-01-01", "room": "dark", "services": services}
    for amount in ({"usage": 4}, {"usage": 2}):
        (read,) = read_text(json.dumps(case | {"findings": amount}).encode(), "two", toy)
        assert isinstance(read, Case)
        judged = judge(read, toy)
        (account,) = accounts(judged)
        assert [line.code for line in account.lines] == ["L0001", "L0002"]
        apart = [accounts(judged, [line])[0] for line in judged.decision.lines]
        assert items(apart[0]) == items(apart[1]) == items(account)
        for one in apart:
            assert {*one.rests_on} <= {*account.rests_on}
            assert {*one.folded} <= {*account.folded}
            for block in one.blocks:
                (shared,) = (each for each in account.blocks if each.reason == block.reason)
                assert {*block.how} <= {*shared.how}
                assert {*block.rests_on} <= {*shared.rests_on}


def test_a_line_is_told_beside_others_as_it_is_alone(
    told: list[tuple[Judged, list[Account]]], make: Callable[..., Case], guideline: Guideline
) -> None:
    """What is written once for several lines is what each of them has where no other one is asked for."""
    apart = [{"cpt": "95886"}, {"cpt": "95909"}, {"cpt": "95908", "session": 2}]  # one waits as they do, for less
    case = make(**WRIST | {"services": apart})
    made = [judge(case, guideline, world=world) for world in WORLDS]
    several = [(judged, each) for judged, each in told if len(judged.decision.lines) > 1]
    for judged, each in (*several, *((judged, accounts(judged)) for judged in made)):
        for account in each:
            for line in account.lines:
                (alone,) = accounts(judged, [line])
                assert said(alone) == said(account)


def said(account: Account) -> tuple[object, ...]:
    """Return an account without its lines, and what would change them; in blocks told in any order."""
    kept = account._replace(lines=(), change=tuple, blocks=(), beside=())
    return kept, set(account.blocks), set(account.beside)


def test_a_statement_has_its_words_where_an_earlier_block_of_it_had_no_room(guideline: Guideline) -> None:
    """What is left out takes no words from what is shown."""
    judged = named("cts-six-weeks-of-splinting", guideline)
    (account,) = accounts(judged)
    first = next(block for block in account.blocks if block.met)
    many = tuple(first.met[0]._replace(label=f"thing number {number} of a long list") for number in range(60))
    long = first._replace(statement="S", words="what S asks for", criterion="Y", met=many, lacking=())
    short = long._replace(criterion="Z", met=first.met[:1])
    told = "\n".join(lines_of(account._replace(blocks=(first, long, short)), judged))
    assert "thing number 1 " not in told
    assert "what S asks for" in told


def test_the_statements_that_can_cover_a_line_are_found_in_the_rules(guideline: Guideline) -> None:
    """They are those that the favourable outcome can name on a date, whichever way the rules hand them on."""
    found = covering(guideline, "2025-11-03")
    assert len(found) == 21
    assert {"I.1", "I.3.a", "I.4.g", "I.5.b", "II", "III.3", "IV"} <= set(found)
    assert {*found} - {*covering(guideline, "2014-01-01")} == {"II"}


@pytest.mark.parametrize("name", ["cts-three-weeks-of-splinting", "no-indication-at-all", "diabetes-not-refractory"])
def test_json_has_the_account_beside_the_proof(name: str, guideline: Guideline, tmp_path: Path) -> None:
    """It is of the published schema, and `verify` notices where it is not the one of the proof."""
    told = run("explain", name, "--format", "json")
    answer = json.loads(told)
    jsonschema_rs.validator_for(schema_of("proof", guideline)).validate(answer)
    (reason,) = answer["account"]
    lines = [node for node in answer["nodes"] if node["kind"] == "determination"]
    assert set(reason["rests_on"]) == {name for line in lines for name in line["rests_on"]}
    assert "INT-15" in reason["authorities"]["interpretation"] or reason["authorities"]["stated"]
    (tmp_path / "proof.json").write_text(told)
    assert CliRunner().invoke(main, ["verify", str(tmp_path / "proof.json"), name]).exit_code == 0
    answer["account"][0]["outcome"] = "medically_necessary"
    (tmp_path / "proof.json").write_text(json.dumps(answer))
    amiss = CliRunner().invoke(main, ["verify", str(tmp_path / "proof.json"), name])
    assert amiss.exit_code == 1
    assert "the account is not the one of this proof" in amiss.stdout


def run(*args: str) -> str:
    result = CliRunner().invoke(main, args, catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return str(result.stdout)


def test_each_level_tells_more(guideline: Guideline) -> None:
    """The reason first; with --detail 2 every criterion in play; with --full the whole proof."""
    case = "cts-and-radiculopathy"
    first, second, full = (run("explain", case, *args) for args in ((), ("--detail", "2"), ("--full",)))
    assert "also in play: I.4.c" in " ".join(first.split())
    assert "I.4.c" in second
    assert "also in play" not in second
    assert len(first.splitlines()) < len(second.splitlines()) < len(full.splitlines())
    assert run("explain", case, "--detail", "full") == full
    for form in ("markdown", "html"):
        assert "carpal tunnel syndrome: G56.01" in run("explain", case, "--format", form)


FOLDING = """
%@ predicate asks: somebody asks
%@ fold: asking
%@ rule A/asks: code {Code} is requested
asks :- service(Session, Code).
%@ rule A/tired: someone is tired
%@ fold: tiredness
tired :- state(tired).
"""


def test_what_the_text_folds_is_left_out_and_named(tmp_path: Path, toy_text: Callable[[str], str]) -> None:
    """A folded predicate, or a step by a folded rule, is one word where it holds; where it does not, it is told."""
    text = toy_text("chair").replace("service(Session, Code), state(tired).", "service(Session, Code), asks, tired.")
    (tmp_path / "chair.dl").write_text(f"{text}{FOLDING}%@ predicate tired: someone is tired, and that counts\n")
    folding = load(tmp_path)
    base = {"id": "a", "date_of_service": "2025-01-01", "services": [{"cpt": "10001"}]}
    held, missed = (
        " ".join(" ".join(shown(judge(coverlog.read_case(base | more, folding), folding))).split())
        for more in ({"findings": {"tired": "present"}}, {})
    )
    assert held.endswith("Folded: the request, asking, tiredness (--full)")
    assert "OPEN tired: not recorded" in missed
    assert missed.endswith("Folded: the request, asking (--full)")


@pytest.mark.parametrize("world", WORLDS)
def test_what_nobody_says_is_asked_of_each_thing(world: str, toy_folder: Callable[[str], Path]) -> None:
    """A rule that asks for any of a kind names each that would do, and no variable that nothing binds."""
    apnea = load(toy_folder("apnea"))
    said = {"id": "a", "date_of_service": "2024-05-01", "services": [{"cpt": "E0601"}], "birth_date": "1990-01-01"}
    text = " ".join(" ".join(shown(judge(coverlog.read_case(said, apnea), apnea, world=world))).split())
    state = "OPEN" if world == "open" else "ABSENT"
    assert re.search(rf"{state} any one of: the apnea-hypopnea index; the respiratory disturbance index: ", text)
    assert "some " not in text


@pytest.mark.parametrize("name", ["another-test", "test-not-documented"])
def test_ways_of_one_item_are_drawn_together_beside_those_of_several(name: str) -> None:
    """Of four ways three take one thing, which stand as one choice, and the screen stays short."""
    judged = named(name, load("ncd_240_4"), "closed")
    lines = shown(judged)
    assert len(lines) <= LINES
    text = " ".join(" ".join(lines).split())
    assert "ABSENT any one of: an unattended home sleep test with a Type II device; an unattended home" in text
    assert "ABSENT one way: an unattended home sleep test with a Type IV device: " in text


def test_a_long_record_is_told_as_a_number_where_room_is_short(make: Callable[..., Case], guideline: Guideline) -> None:
    """Where no criterion is about a case whose record would take more lines than a screen has, --detail 2 tells it."""
    names = [name for name, (kind, _) in guideline.program.concepts.items() if kind == "finding"][:16]
    findings = {
        name: {"status": "present", "source": f"note {at} of the outpatient clinic"} for at, name in enumerate(names)
    }
    judged = judge(make(conditions=["back_pain", "headache"], findings=findings), guideline, world="closed")
    (account,) = accounts(judged)
    assert len(account.recorded) == 16
    lines = screen(account, judged, 100)
    assert len(lines) <= LINES
    assert "Recorded: 16 items (--detail 2)" in lines
    whole = " ".join(" ".join(screen(account, judged, 100, all_=True)).split())
    assert all(item.text(short=True) in whole for item in account.recorded)


def test_only_a_terminal_gets_colours(tmp_path: Path) -> None:
    """A pipe and a file get text alone."""
    case = "cts-six-weeks-of-splinting"
    assert "\x1b" not in run("explain", case) + run("explain", case, "-o", str(tmp_path / "told"))
    assert "\x1b" not in (tmp_path / "told").read_text()


@pytest.mark.parametrize("width", [60, 80])
def test_a_narrow_screen_says_what_a_wide_one_says(width: int, told: list[tuple[Judged, list[Account]]]) -> None:
    """Lines keep to the width that there is, no word is lost, and what goes on hangs under what it goes on from."""
    for judged, each in told:
        for account in each:
            wide, narrow = lines_of(account, judged), lines_of(account, judged, width)
            assert max(map(len, narrow)) <= width
            assert " ".join(narrow).split() == " ".join(wide).split()
            begun = [sum(not line.startswith(" ") for line in lines) for lines in (wide, narrow)]
            assert begun[0] == begun[1] or account.nothing


def test_two_ways_of_one_statement_are_told_apart() -> None:
    """The second way to be covered by a statement stands behind `or`; its words are said once, in every form."""
    for args in ([], ["--detail", "2"], ["--format", "markdown"]):
        text = run("explain", "no-benefit-after-12-weeks", *args)
        assert text.count("coverage is initially limited") == 1
        assert re.search(r"^(- \*\*)?or\b", text, re.MULTILINE)
        assert "not covered by B: no situation" in " ".join(text.split()).replace("NOT COVERED", "not covered")
    assert run("explain", "no-benefit-after-12-weeks", "--detail", "2").endswith("the whole proof: --full\n")
    (account,) = json.loads(run("explain", "no-benefit-after-12-weeks", "--format", "json"))["account"]
    assert [block["statement"] for block in account["blocks"] if block["instead"]] == ["B.1"]


RAW = re.compile(r"\b[A-Z]\w* (>=|<=|<|>|=) \d|\bsome weeks\b|\b(\w+) some \2\b|\b[a-z_]+\([a-z_]+,|\w/covered|\{\w+\}")


def test_nothing_raw_reaches_a_reader(told: list[tuple[Judged, list[Account]]]) -> None:
    """No unbound amount, no term and no id of a rule stands in a screen or in a proof as a tree."""
    from coverlog.explain.proof.build import prove

    for judged, each in told[::4]:
        for account in each:
            assert not RAW.search(" ".join(lines_of(account, judged)))
        proof: Any = prove(judged)
        for facts in proof.graph.nodes.values():
            assert not RAW.search(facts["text"]), facts["text"]


def test_what_is_not_told_is_not_searched_for(decided: list[Judged], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no criterion is about a case nothing searches for what would change it; elsewhere a refusal does."""

    class SearchedError(Exception):
        pass

    def search(*_: object) -> None:
        raise SearchedError

    monkeypatch.setattr("coverlog.explain.advice.account.ways", search)
    told = [(account, judged) for judged in decided for account in accounts(judged)]
    without = [(account, judged) for account, judged in told if account.nothing or account.wanted]
    refused = [(account, judged) for account, judged in told if account.fails and not account.nothing]
    for account, judged in without:
        assert lines_of(account, judged)
        assert screen(account, judged, WIDTH, all_=True)
    for account, judged in refused:
        with pytest.raises(SearchedError):
            lines_of(account, judged)
    assert without
    assert refused


@pytest.mark.parametrize("world", WORLDS)
def test_what_is_found_of_a_case_goes_with_it(world: str, guideline: Guideline, size: Size) -> None:
    """A case that was decided and told of leaves nothing to the collector of garbage: nothing keeps what keeps it."""
    names = [path.stem for path in sorted(guideline.folder.glob("cases/*/*.yaml"))[:: size(60, 6)]]

    def told(name: str) -> set[str]:
        judged = named(name, guideline, world)
        assert as_text(judged, judged.decision.lines)
        return {line.role for line in judged.decision.lines}

    roles = set[str]().union(*map(told, names))  # what is kept for all cases is there by then
    assert roles >= ({FAVOURABLE, UNFAVOURABLE, WAITING} if world == "open" else {FAVOURABLE, UNFAVOURABLE})
    gc.collect()
    gc.disable()
    try:
        left = {name: gc.collect() for name in names if told(name)}
    finally:
        gc.enable()
    assert not any(left.values()), left
