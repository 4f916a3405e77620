"""What is missing goes round: a questionnaire, its response, and a case that is decided by the answers."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.fhir.coded import shipped
from coverlog.engine.cases.fhir.drafts import Draft, drafts
from coverlog.engine.cases.fhir.example import order_sign, response
from coverlog.engine.cases.fhir.parts import body, parse
from coverlog.engine.cases.fhir.resources import resources
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.cases.said import read_case
from coverlog.engine.decision.decide import Judged, judge
from coverlog.engine.decision.need import Need, fewest
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.interface import FAVOURABLE
from coverlog.explain.advice.asked import LONGEST, Asked, as_id, from_id
from coverlog.explain.advice.questionnaire import of_lines, questionnaire
from coverlog.explain.commands.main import main

Json = dict[str, Any]
Size = Callable[[int, int], int]
NAMES = ("cg_med_24", "ncd_240_4")


def read(request: Json, guideline: Guideline) -> Draft:
    document = body(parse(json.dumps(request).encode(), "request"), "request")
    (draft,) = drafts(resources(document), [guideline], shipped())
    return draft


def one_session(guideline: Guideline, every: int) -> Iterator[Case]:
    """The canonical cases that orders of one day can say: in one session, and not contradictory."""
    for path in canonical_paths(guideline)[::every]:
        for case in read_files([path], guideline) if "refused" not in path.parts else ():
            if isinstance(case, Case) and {line.session for line in case.lines} == {1}:
                yield case


def told(judged: Judged) -> list[Any]:
    lines = [line.as_json() for line in judged.decision.lines]
    return [[line[key] for key in ("outcome", "by", "reason", "missing")] for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_a_case_is_the_same_by_way_of_fhir(name: str, size: Size) -> None:
    """Its orders, diagnoses and answers, read back, are decided as the case is; sources stay."""
    guideline, tried = load(name), 0
    for case in one_session(guideline, size(20, 1)):
        draft = read(order_sign(case.said), guideline)
        after = judge(read_case(draft.said, guideline), guideline)
        assert told(after) == told(judge(case, guideline)), case.id
        for key, value in case.said.get("findings", {}).items():
            if isinstance(value, dict) and "source" in value:
                assert draft.said["findings"][key] == value
        tried += 1
    assert tried > 2


def answers(need: Need) -> tuple[str, Any, str]:
    """What meets a need: the value of a choice, a number within the bounds, or that it is so or not."""
    if need.bounds:
        end = need.bounds.low if need.bounds.low > float("-inf") else need.bounds.high
        text = str(end).partition(" ")[0]
        return need.finding, float(text) if "." in text else int(text), "a note"
    return need.finding, "present" if need.needs == "stated" else need.needs, "a note"


def waiting(guideline: Guideline, every: int) -> Iterator[tuple[Case, Judged]]:
    for case in one_session(guideline, every):
        judged = judge(case, guideline)
        if any(line.needs for line in judged.decision.lines):
            yield case, judged


@pytest.mark.parametrize("name", NAMES)
def test_what_is_answered_settles_the_line(name: str, size: Size) -> None:
    """For each case that waits: an id gives its questionnaire again, which asks for each set; a set settles it."""
    guideline, tried = load(name), 0
    for case, judged in waiting(guideline, size(12, 1)):
        wanted = of_lines(judged.decision.lines)
        form = questionnaire(wanted, guideline)
        again = from_id(form["id"], guideline)
        assert again is not None
        assert questionnaire(again, guideline)["id"] == form["id"]
        asked = {item["linkId"] for item in form["item"]}
        for number, line in enumerate(judged.decision.lines):
            for needs in (*line.needs[:1], *line.needs[-1:]):
                items = [answers(need) for need in fewest(needs)]
                assert {link for link, *_ in items} <= asked
                request = order_sign(case.said)
                request["prefetch"]["mine"] = response(items, "mine")
                after = judge(read_case(read(request, guideline).said, guideline), guideline)
                assert after.decision.lines[number].role == FAVOURABLE, (case.id, needs)
                tried += 1
    assert tried > 0


@pytest.mark.parametrize("name", NAMES)
def test_what_nobody_documented_changes_nothing(name: str, size: Size) -> None:
    """A response in which each item is undocumented leaves the lines as they are, and asks the same again."""
    guideline = load(name)
    for case, judged in waiting(guideline, size(30, 1)):
        request = order_sign(case.said)
        form = questionnaire(of_lines(judged.decision.lines), guideline)
        items = [(item["linkId"], "undocumented", "") for item in form["item"]]
        request["prefetch"]["mine"] = response(items, "mine")
        assert told(judge(read_case(read(request, guideline).said, guideline), guideline)) == told(judged), case.id


@pytest.mark.parametrize("name", NAMES)
def test_every_questionnaire_is_a_form(name: str, size: Size) -> None:
    """Each item has a question, a type and a name of its own; what later ones wait for stands before them."""
    guideline = load(name)
    for case, judged in waiting(guideline, size(12, 1)):
        wanted = of_lines(judged.decision.lines)
        form = questionnaire(wanted, guideline, "https://payer.example")
        assert form["url"] == f"https://payer.example/fhir/Questionnaire/{form['id']}"
        assert len(form["id"]) <= LONGEST
        seen: set[str] = set()
        for item in form["item"]:
            assert item["text"].endswith(("?", "needed)")), item
            assert item["prefix"] in guideline.program.statements, (case.id, item)
            assert item["type"] in ("choice", "integer", "decimal", "date")
            assert {when["question"] for when in item.get("enableWhen", ())} <= seen
            assert {item["linkId"], item["item"][0]["linkId"]}.isdisjoint(seen)
            seen |= {item["linkId"], item["item"][0]["linkId"]}
        assert bool(wanted.later) == any("enableWhen" in item for item in form["item"])


def test_numbers_are_asked_for_within_their_bounds() -> None:
    """Those that a case may say, whole or with decimals as they are declared; a choice names each of its kind."""
    form = questionnaire(Asked(("ahi", "channels", "sleep_test")), load("ncd_240_4"))
    rate, channels, test = form["item"]
    ends = [{each["url"].rpartition("/")[2]: each for each in item["extension"]} for item in (rate, channels)]
    assert (rate["type"], ends[0]["minValue"]["valueDecimal"], ends[0]["maxValue"]["valueDecimal"]) == (
        "decimal",
        0,
        200,
    )
    assert (channels["type"], ends[1]["minValue"]["valueInteger"], ends[1]["maxValue"]["valueInteger"]) == (
        "integer",
        0,
        100,
    )
    assert [each["valueCoding"]["code"] for each in test["answerOption"]][-2:] == ["other", "undocumented"]


def enabled(item: Json, given: dict[str, Any]) -> bool:
    """Whether an item is to be answered, by the answers so far; as the definition of Questionnaire.enableWhen says."""

    def holds(when: Json) -> bool:
        answer = given.get(when["question"])
        (wanted,) = (value for key, value in when.items() if key.startswith("answer"))
        wanted = wanted["code"] if isinstance(wanted, dict) else wanted
        if when["operator"] == "exists":
            return bool((answer is not None) == wanted)
        if answer is None:
            return False
        compared = {"=": answer == wanted, "!=": answer != wanted}
        if when["operator"] in "<>":
            compared |= {"<": answer < wanted, ">": answer > wanted}
        return bool(compared[when["operator"]])

    found = [holds(when) for when in item.get("enableWhen", ())]
    return not found or (all if item["enableBehavior"] == "all" else any)(found)


@pytest.mark.parametrize("name", NAMES)
def test_longer_lists_are_asked_once_the_shorter_have_failed(name: str, size: Size) -> None:
    """Before any answer they are hidden; once everything first asked for is ruled out they are shown."""
    guideline, tried = load(name), 0
    for _, judged in waiting(guideline, size(12, 1)):
        wanted = of_lines(judged.decision.lines)
        form = questionnaire(wanted, guideline)
        later = [item for item in form["item"] if item["linkId"] in wanted.later]
        kinds = {item["linkId"]: item["type"] for item in form["item"]}
        failed = {link: -1 if kinds[link] in ("integer", "decimal") else "absent" for link in wanted.first}
        tried += bool(later)
        assert not any(enabled(item, {}) for item in later)
        assert all(enabled(item, failed) for item in later)
    assert tried > 0 or name != "cg_med_24"


def test_an_id_of_another_text_asks_for_nothing(guideline: Guideline) -> None:
    """What is no id, or one of another guideline, is none of this one's; the shortest of all is one finding."""
    other = as_id(Asked(("benefit_documented",)), load("ncd_240_4"))
    for text in ("", "x", other, "../../etc/passwd", as_id(Asked(("weakness",)), guideline) + "z",
                 f"{as_id(Asked(('weakness',)), guideline)[:16]}.0.0.e"):  # fmt: skip
        assert from_id(text, guideline) is None
    assert from_id(as_id(Asked(("weakness",)), guideline), guideline) == Asked(("weakness",))


def test_the_command_prints_the_questionnaire(guideline: Guideline) -> None:
    """`checklist --format fhir` is the questionnaire of the lines; where nothing is missing it says so, status 2."""
    case = next(case for case in one_session(guideline, 1) if case.id == "cts-nothing-documented")
    ran = CliRunner().invoke(main, ["checklist", case.id, "--format", "fhir"])
    assert json.loads(ran.stdout) == questionnaire(of_lines(judge(case, guideline).decision.lines), guideline)
    none = CliRunner().invoke(main, ["checklist", "cts-six-weeks-of-splinting", "--format", "fhir"])
    assert (none.exit_code, none.stdout) == (2, "")


def test_a_request_is_left_as_it_was(guideline: Guideline) -> None:
    """Reading changes nothing of what is read."""
    request = order_sign(next(one_session(guideline, 1)).said)
    before = copy.deepcopy(request)
    list(drafts(resources(request), [guideline], shipped()))
    assert request == before
