"""A form says what a case file says: there and back nothing is lost, and each answer fills in what was asked."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from coverlog.engine.cases.case import Case, Unreadable, read_case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.decision.decide import decide, judge
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.library.several import Several, shipped
from coverlog.explain.service.form import Filled, Form
from coverlog.explain.service.questions import Question, questions
from coverlog.explain.service.start import text_case
from coverlog.explain.service.tryout import Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

GUIDELINES = ("cg_med_24", "ncd_240_4")


def cases(guideline: Guideline, most: int) -> list[Case]:
    paths = canonical_paths(guideline)
    found = read_files(paths[:: max(1, len(paths) // most)], guideline)
    return [case for case in found if isinstance(case, Case)]


@pytest.mark.parametrize("name", GUIDELINES)
def test_a_form_says_what_a_case_file_says(name: str) -> None:
    """Every canonical case read from the fields that say it has the same lines, facts and sources."""
    guideline = load(name)
    form = Form(guideline)
    for case in cases(guideline, 1000):
        again = read_case(Filled(form.values(form.fields(case.said))), guideline)
        assert isinstance(again, Case), again
        assert (again.id, again.title, again.date) == (case.id, case.title, case.date)
        assert (again.lines, again.facts) == (case.lines, case.facts), case.id


def test_a_form_has_every_shape_of_a_case(toy_folder: Callable[[str], Path]) -> None:
    """Records, dates with their sources, and words of a line come through a form too, for guidelines of any kind."""
    for name in ("toy", "visits", "oxygen", "pump", "desk"):
        guideline = load(toy_folder(name))
        form = Form(guideline)
        sections = form.sections({})
        inputs = {each.name for section in sections for row in section.rows for each in row.inputs}
        full = dict.fromkeys(inputs, "1")
        assert set(form.fields(form.values(full))) == inputs, name


def test_a_case_goes_on_to_another_guideline_that_lists_its_codes(toy_folder: Callable[[str], Path]) -> None:
    """Of several guidelines those that list a code of the case are offered, and decide what they can read of it."""
    folder = toy_folder("therapy")
    text = (folder / "therapy.dl").read_text()
    (folder / "therapy.dl").write_text(text.replace('"THERAPY"', '"OTHER"'))
    desk = Desk(Several([load(), load(toy_folder("therapy")), load(folder)]))
    sent = {"guideline": "THERAPY", "id": "a", "date_of_service": "2025-01-01", "services.0.cpt": "97110",
            "prior.0.code": "97110", "prior.0.date": "2024-10-01", "prior.0.units": "4"}  # fmt: skip
    state = desk.state(sent)
    page = desk.page(state)
    assert re.findall("Decide by ([^<]*)<", page) == ["OTHER"]
    other = desk.state(sent | {"do": "guideline OTHER"})
    assert (other.form.guideline.program.name, other.values) == ("OTHER", state.values)
    assert "97110" in desk.answer(other).summary


def every(question: Question) -> list[Question]:
    return [inner for each in question.of for inner in every(each)] or [question]


@pytest.mark.parametrize("name", GUIDELINES)
def test_each_answer_fills_in_what_was_asked(name: str, whole: int) -> None:
    """Whatever is answered, the case can be read or contradicts itself, and what was asked is in it."""
    guideline = load(name)
    form, asked = Form(guideline), 0
    for case in cases(guideline, whole):
        fields = form.fields(case.said)
        try:
            judged = judge(case, guideline)
        except ValueError:
            continue
        for told in questions(judged, fields):
            boxes = [*told.common, *(choice for way in told.ways for choice in way.choices)]
            for question in (inner for choice in boxes for each in choice for inner in every(each)):
                assert question.answers or question.inputs, (case.id, question)
                filled = [dict([value.split("=", 1)]) for _, value in question.answers]
                filled += [{each.name: case.date if each.kind == "date" else "7" for each in question.inputs}]
                for more in filter(None, filled):
                    asked += 1
                    again = read_case(Filled(form.values(fields | more)), guideline)
                    assert isinstance(again, Case), (case.id, more, again)
                    assert again.facts != case.facts or more.items() <= fields.items(), (case.id, more)
    assert asked > 3


@pytest.fixture
def whole(size: Callable[[int, int], int]) -> int:
    return size(12, 1000)


def names(guideline: Guideline) -> list[str]:
    """The names of all that a form of a guideline can send, and some that it cannot."""
    sections = Form(guideline).sections({})
    known = [each.name for section in sections for row in section.rows for each in row.inputs]
    odd = [
        "services",
        "services.0",
        "services.-1.units",
        "services.9999999.cpt",
        "findings",
        "id.id",
        "",
        ".",
        "expect",
    ]
    return [*known, *(f"answer.{name}" for name in known), *odd, "world", "as_of", "detail", "before", "part"]


DOING = ["decide", "add services", "add", "remove services.0", "remove ", "answer", "answer id=", "answer =x", "pin",
         "answer findings.muscle_atrophy.status=present", "unpin", "guideline NCD 240.4",
         "guideline x", "x"]  # fmt: skip
TEXTS = st.one_of(st.text(max_size=20), st.sampled_from([
    "95886", "G56.01", "2025-11-03", "present", "6", "6 weeks", "1e9", "9" * 30, "-1", "0.5", "[]", "{}", "null",
    "outpatient", "carpal tunnel syndrome", "\ud800", "\x00", "'\"><b>", "closed", "full", *DOING]))  # fmt: skip


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_is_sent_gives_a_page(shared: Desk, data: st.DataObject) -> None:
    """Any names with any texts give a page that tells an answer or what is wrong; the form that it has is taken."""
    sent = data.draw(st.dictionaries(st.sampled_from(names(load())), TEXTS, max_size=12))
    sent |= {"do": data.draw(st.sampled_from(DOING))}
    try:
        state = shared.state(sent)
    except CaseError:
        return
    page = shared.page(state)
    assert ('class="faults"' in page) != ('class="outcomes"' in page) or not state.fields
    assert shared.state(state.fields | {"guideline": state.form.program.name}).values == state.values


@pytest.fixture(scope="module")
def shared() -> Desk:
    return Desk(shipped())


def test_a_text_of_each_kind_begins_the_same_case(guideline: Guideline) -> None:
    """YAML, JSON and CSV with the same words give the same decision; what is none is refused with its place."""
    desk = Desk(guideline)
    said = {"id": "a", "date_of_service": "2025-11-03", "setting": "outpatient", "diagnoses": ["G56.01", "E11.9"],
            "services": [{"cpt": "95886"}, {"cpt": "95909", "units": 2}],
            "findings": {"wrist_splint_weeks": 5}}  # fmt: skip
    table = ("id,date_of_service,setting,cpt,units,diagnoses,wrist splint use\n"
             "a,2025-11-03,outpatient,95886,,G56.01; E11.9,5\na,2025-11-03,outpatient,95909,2,,\n")  # fmt: skip
    yaml = desk.yaml(desk.begun(text_case(json.dumps(said).encode(), guideline, guideline)))
    found = []
    for text in (json.dumps(said), yaml, table):
        case = read_case(Filled(text_case(text.encode(), guideline, guideline).values), guideline)
        assert not isinstance(case, Unreadable), case
        found.append((case.facts, case.lines, decide(case, guideline).lines))
    assert found[0] == found[1] == found[2]
    with pytest.raises(ValueError, match=re.escape("the text:2:")):
        text_case(b"id: a\nsettling: outpatient\n", guideline, guideline)


def test_a_field_that_no_form_has_changes_no_question() -> None:
    """What is sent by no page of ours is left out, and the questions of a case are the same beside it."""
    desk = Desk(shipped())
    state = desk.start({"case": "all-three-studies-inpatient-without-nmj-disease"}, b"")
    judged = desk.judged(state)
    asked = questions(judged, state.fields)
    assert "('Stated', 'conditions." in repr(asked)
    for field in ("conditions.foo.source", "conditions..source", "conditions.-1.condition"):
        assert questions(judged, desk.state({**state.fields, field: "x"}).fields) == asked, field
