"""The one list of what would change an outcome: each way does, none has a part that would, and none is left out."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, combinations, product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.decision.decide import Judged, LineDecision, decide, judge
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.interface import AWAITED, CUSTOMARY, FAVOURABLE, UNFAVOURABLE, WAITING
from coverlog.explain.advice import checklist
from coverlog.explain.advice.change import changed, requested
from coverlog.explain.advice.letter import letter
from coverlog.explain.advice.remedies import Way, ways
from coverlog.explain.render.account_text import as_text
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

OUTCOMES = tuple(each.name for each in (*CUSTOMARY, AWAITED))
Said = dict[str, Any]
Record = Callable[[str, object], None]
Size = Callable[[int, int], int]
WORLDS = ("open", "closed")
GENERATED = 2000


def named(name: str, guideline: Guideline) -> Case:
    (case,) = read_files(guideline.folder.glob(f"cases/*/{name}.yaml"), guideline)
    assert isinstance(case, Case)
    return case


def generated(number: int, criteria: ModuleType, guideline: Guideline) -> Iterator[Case]:
    rng = random.Random(9)
    for _ in range(number):
        (case,) = read_text(json.dumps(criteria.generate(rng)).encode(), "generated", guideline)
        assert isinstance(case, Case)
        yield case


def gone(case: Case, options: Iterable[str], guideline: Guideline) -> Case:
    """Return a case after options of what-if."""
    asked: dict[str, list[str]] = {"set": [], "add": [], "drop": []}
    for option in options:
        verb, _, text = option.removeprefix("--").partition(" ")
        asked[verb].append(text)
    return changed(case, guideline, requested(asked, guideline))


def outcomes(case: Case, line: LineDecision, world: str, guideline: Guideline) -> set[str]:
    return {each.role for each in decide(case, guideline, world=world).lines if each[:2] == line[:2]}


def lines(judged: Judged) -> list[LineDecision]:
    """Return the lines that ways are told of, each once."""
    found = {line[:2]: line for line in judged.decision.lines}
    return [line for line in found.values() if line.role in (WAITING, UNFAVOURABLE)]


def went(judged: Judged, line: LineDecision, guideline: Guideline) -> Counter[str]:
    """Go every way of a line, and return what was counted."""
    found = ways(judged, line)
    for way in found.ways:
        after = outcomes(gone(judged.case, way.options, guideline), line, judged.decision.world, guideline)
        assert after == {FAVOURABLE}, (judged.case.id, judged.decision.world, line.code, way.options)
    without = line.role == UNFAVOURABLE and not found.ways
    return Counter({"lines": 1, "ways": len(found.ways), "cut": not found.complete, "refused without a way": without})


def as_changes(way: Way, criteria: ModuleType) -> frozenset[tuple[str, str]]:
    """Return a way as the changes of `every_way`; what is taken back of the record goes without saying."""
    found = set()
    for option in way.options:
        verb, _, text = option.removeprefix("--").partition(" ")
        key, _, value = text.partition("=")
        if key == "services":
            found.add((verb, criteria.KINDS[value.partition("@")[0]]))
        elif verb == "add":
            found.add(("stated", value))
        elif key in ("setting", "purpose"):
            found.add((key, value.replace("office", "outpatient")))
        elif value != "unknown":
            found.add(("present", key))
    return frozenset(found)


def alike(way: frozenset[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return a way without what kind of study is added: the list says those that come to the same once."""
    return frozenset((what, "" if what == "add" else value) for what, value in way)


def compared(judged: Judged, line: LineDecision, modules: Sequence[ModuleType]) -> Counter[str]:
    """Hold the ways of a refused line against every way found the long way, and return what was counted.

    Where not all could be looked at a way may ask for something narrower than another one that was not found, and
    then has still no part that can be left out.
    """
    criteria, every_way = modules
    found, world = ways(judged, line), judged.decision.world
    mine = {as_changes(way, criteria) for way in found.ways}
    every = every_way.every_way(judged.case.said, line.code, line.session, world)
    more, left = mine - every, set(map(alike, every)) - set(map(alike, mine))
    where = (judged.case.id, world, line.code, found.complete, more, left)
    assert not (found.complete and (more or left)), where
    parts = [way - {part} for way in more for part in way]
    assert not any(every_way.does(judged.case.said, each, line[:2], world) for each in parts), where
    counted = {"refused lines": 1, "equal to the long way": found.complete, "ways of these": len(mine)}
    return Counter(counted | {"narrower than need be": len(more)})


def tried(cases: Iterable[Judged], guideline: Guideline, modules: Sequence[ModuleType]) -> dict[str, int]:
    """Go every way of the lines of cases, hold those of refused lines against the long way, and return the counts."""
    counted: Counter[str] = Counter()
    for judged in cases:
        counted["cases in a world"] += 1
        for line in lines(judged):
            counted += went(judged, line, guideline)
            counted += compared(judged, line, modules) if line.role == UNFAVOURABLE else Counter()
    return dict(counted)


def test_every_way_of_a_canonical_case_changes_the_outcome_and_none_is_left_out(
    decided: list[Judged], criteria: ModuleType, every_way: ModuleType, guideline: Guideline, size: Size,
    record_property: Record,
) -> None:  # fmt: skip
    """Applied as what-if applies changes, each way makes its line medically necessary; none has a part that would do.

    What the criteria, read by hand, find the long way for a refused line is the list.
    """
    told = tried(decided[:: size(5, 1)], guideline, (criteria, every_way))
    record_property("measured", f"ways of canonical cases, both worlds: {told}")
    assert told["ways"] > size(30, 5000)


def test_every_way_of_a_generated_case_changes_the_outcome_and_none_is_left_out(
    criteria: ModuleType, every_way: ModuleType, guideline: Guideline, size: Size, record_property: Record
) -> None:
    """The same of generated cases, in the one world and the other by turns."""
    cases = generated(size(14, GENERATED), criteria, guideline)
    judged = (judge(case, guideline, world=WORLDS[at % 2]) for at, case in enumerate(cases))
    told = tried(judged, guideline, (criteria, every_way))
    record_property("measured", f"ways of generated cases, a world each: {told}")
    assert told["ways"] > size(5, 5000)


# --- Small programs --------------------------------------------------------------------------

SMALL = """
guideline("T-1", "Toys", "2024-01-01").

%@ source: Criteria
statement("A", stated, "2020-01-01", "a toy").
statement("B", stated, "2020-01-01", "none otherwise").

concept(home, place, "home").
concept(ward, place, "a ward").
concept(one, fact, "the first").
concept(two, fact, "the second").
concept(three, fact, "the third").
concept(size, reading, "size").

%@ predicate service(Session, Code): {Code} is requested
%@ case: services
%@ predicate place(Place): the place is {Place}
%@ case: place one of place
%@ predicate attested(Fact): the record attests {Fact}
%@ case: facts present of fact
%@ predicate refuted(Fact): the record refutes {Fact}
%@ case: facts absent of fact
%@ predicate fact(Fact): there is {Fact}
%@ open: fact unless refuted
%@ predicate measured(Reading, Amount): {Reading} was {Amount}
%@ case: facts amount of reading
%@ open: reading
%@ predicate toy(Code): {Code} is a toy
%@ predicate beside(Session): session {Session} has a box as well
%@ predicate box(Code): {Code} is a box
%@ predicate middle: something between holds
%@ predicate covered(Session, Code): {Code} is covered
%@ predicate medically_necessary(Session, Code, Statement): {Code} is necessary by {Statement}
%@ predicate not_medically_necessary(Session, Code, Statement): {Code} is not necessary by {Statement}
%@ predicate not_addressed(Session, Code, Reason): {Code} is not addressed: {Reason}

%@ facts A/codes
toy("T0001").

%@ facts A/boxes
box("B0001").

%@ rule A/beside: session {Session} has a box
beside(Session) :- service(Session, Code), box(Code).

%@ rule A/attested: the record attests {Fact}
fact(Fact) :- attested(Fact).

%@ rule B/covered: {Code} is covered
covered(Session, Code) :- medically_necessary(Session, Code, Statement).

%@ rule B: nothing covers {Code}
not_medically_necessary(Session, Code, "B") :- service(Session, Code), toy(Code), not covered(Session, Code).

%@ rule B/other: {Code} is no toy
not_addressed(Session, Code, other) :- service(Session, Code), not toy(Code).
"""
FACTS = ("one", "two", "three")
PARTS = (
    *(f"{no}fact({name})" for name in FACTS for no in ("", "not ")),
    "place(home)", "not place(home)", "beside(Session)", "not beside(Session)",
    "measured(size, Low), Low >= 3", "measured(size, High), High <= 5",
)  # fmt: skip
BODIES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=3, unique=True)
SAID: st.SearchStrategy[Said] = st.fixed_dictionaries(
    {
        "place": st.sampled_from(["home", "ward"]),
        "box": st.booleans(),
        "size": st.sampled_from([None, 1, 4, 9]),
        **{name: st.sampled_from(["present", "absent", None]) for name in FACTS},
    }
)
TOY = "T0001"


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sequence[Sequence[str]], Sequence[str]], Guideline]:
    """Return a function that makes a guideline of criteria and of what lies between."""

    def make(bodies: Sequence[Sequence[str]], between: Sequence[str]) -> Guideline:
        rules = [(f"A/{n}", 'medically_necessary(Session, Code, "A")', body) for n, body in enumerate(bodies)]
        text = "\n".join(
            f"\n%@ rule {name}: it holds\n{head} :- service(Session, Code), toy(Code), {', '.join(body)}."
            for name, head, body in rules
        )
        text += f"\n\n%@ rule A/middle: it holds\nmiddle :- {', '.join(between)}.\n"
        folder = tmp_path_factory.mktemp("toys")
        (folder / "toys.dl").write_text(SMALL + text)
        return load(folder)

    return make


def toy(said: Said, guideline: Guideline) -> Case:
    """Read a case of the small guideline."""
    boxes = [{"cpt": "B0001"}] * bool(said["box"])
    facts = {name: said[name] for name in (*FACTS, "size") if said[name] is not None}
    told: Said = {"id": "toy", "date_of_service": "2024-01-01", "services": [{"cpt": TOY}, *boxes]}
    told |= {"place": said["place"], "facts": facts}
    (case,) = read_text(json.dumps(told).encode(), "toy", guideline)
    assert isinstance(case, Case), case
    return case


def minimal(said: Said, world: str, guideline: Guideline) -> set[frozenset[tuple[str, object]]]:
    """Return every minimal set of changes that makes the toy necessary, by trying them all, the smallest first."""
    values: Said = {"place": ["home", "ward"], "box": [True, False], "size": [2, 3, 4, 5, 6]}
    values |= {name: ["present", "absent"] for name in FACTS}
    single: list[tuple[str, object]] = [(k, v) for k, known in values.items() for v in known if said[k] != v]
    found: list[frozenset[tuple[str, object]]] = []
    for number in range(1, len(values) + 1):
        for chosen in map(frozenset, combinations(single, number)):
            if len(dict(chosen)) == number and not any(other <= chosen for other in found):
                after = decide(toy(said | dict(chosen), guideline), guideline, world=world)
                found += [chosen] * (after.lines[0].role == FAVOURABLE)
    # Of the amounts that would do, a way names the bound.
    return {frozenset((k, "some" if k == "size" else v) for k, v in each) for each in found}


def toy_changes(way: Way) -> frozenset[tuple[str, object]]:
    found: set[tuple[str, object]] = set()
    for option in way.options:
        verb, _, text = option.removeprefix("--").partition(" ")
        key, _, value = text.partition("=")
        if key == "services":
            found.add(("box", verb == "add"))
        elif value != "unknown":
            found.add((key, "some" if key == "size" else value))
    return frozenset(found)


def hold_to_trying(said: Said, world: str, guideline: Guideline) -> None:
    """Hold the ways of a toy that is refused against every minimal change that makes it necessary."""
    case = toy(said, guideline)
    judged = judge(case, guideline, world=world)
    line = judged.decision.lines[0]
    if line.role != UNFAVOURABLE:
        return
    found = ways(judged, line)
    event(f"refused, {len(found.ways)} ways")
    assert found.complete
    for way in found.ways:
        assert outcomes(gone(case, way.options, guideline), line, world, guideline) == {FAVOURABLE}, way.options
        assert way.size >= len(toy_changes(way)), f"{way.request} does not say all of {way.options}"
    assert set(map(toy_changes, found.ways)) == minimal(said, world, guideline)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(  # an amount below every limit stands in nobody's way
    bodies=[["fact(one)", "not fact(one)"], ["fact(one)", "not fact(two)"]],
    between=["fact(one)", "measured(size, Low), Low >= 3"], world="open",
    said={"place": "home", "box": False, "size": None, "one": "present", "two": "present", "three": "present"},
)  # fmt: skip
@given(bodies=st.lists(BODIES, min_size=1, max_size=3), between=BODIES, said=SAID, world=st.sampled_from(WORLDS))
def test_small_programs_have_the_ways_that_trying_finds(
    bodies: list[list[str]], between: list[str], said: Said, world: str,
    toys: Callable[[Sequence[Sequence[str]], Sequence[str]], Guideline],
) -> None:  # fmt: skip
    """Whatever the rules, what is denied and what stands in the way, the list is every minimal change that helps."""
    between = [part for part in between if "Session" not in part] or ["fact(one)"]
    bodies = [[*body, "not middle"] if n % 2 else [*body, "middle"][: 2 + n] for n, body in enumerate(bodies)]
    guideline = toys(bodies, between)
    hold_to_trying(said, world, guideline)


@pytest.mark.parametrize("world", WORLDS)
def test_a_way_is_found_by_what_is_counted_alone(
    world: str, toys: Callable[[Sequence[Sequence[str]], Sequence[str]], Guideline]
) -> None:
    """What a rule asks for inside a count alone is open as well, and tells codes apart: a finding, and a code."""
    facts, boxes = "#count { Fact : fact(Fact) } >= 2", "#count { Other : service(Session, Other), box(Other) } >= 1"
    said: Said = {"place": "home", "box": False, "size": None, "one": "present", "two": "absent", "three": "absent"}
    for body, needs, option in (
        (facts, ["at least 1 of: three; two"], "--set three=present"),
        (boxes, [], "--add services=B0001@1"),
    ):
        guideline = toys([[body]], ["fact(one)"])
        judged = judge(toy(said, guideline), guideline, world=world)
        found = ways(judged, judged.decision.lines[0])
        assert found.complete
        assert [[str(item.need) for item in way.ask.items] for way in found.ways] == [needs]
        assert [way.options for way in found.ways] == [(option,)]


FIRST = st.sampled_from(FACTS)
OWN = st.tuples(st.sampled_from(["attested", "refuted"]), FIRST, st.sampled_from(["beside(1)", "not beside(1)"]))
BARE: Said = {"place": "home", "box": False, "size": None, "one": "absent", "two": None, "three": None}


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(  # a box denies what is not to be so: with it the record has less to say
    body=["fact(one)", "not fact(two)"], own=("refuted", "two", "beside(1)"), said=BARE, world="open"
)
@example(  # and without the box it has more to say
    body=["fact(one)", "not fact(two)", "not beside(Session)"], own=("refuted", "two", "beside(1)"),
    said=BARE | {"box": True}, world="open",
)  # fmt: skip
@example(  # the same of what a box says
    body=["fact(one)", "fact(two)", "not beside(Session)"], own=("attested", "two", "beside(1)"),
    said=BARE | {"box": True}, world="closed",
)  # fmt: skip
@example(  # a box lets one denial deny something else as well
    body=["not fact(one)", "not fact(two)", "fact(three)"], own=("refuted", "two", "beside(1), refuted(one)"),
    said=BARE | {"box": True, "one": None}, world="open",
)  # fmt: skip
@given(
    body=st.lists(st.sampled_from(PARTS[:10]), min_size=1, max_size=3, unique=True), own=OWN, said=SAID,
    world=st.sampled_from(WORLDS),
)  # fmt: skip
def test_what_a_request_says_or_denies_by_itself_is_asked_for_no_more_and_no_less(
    body: list[str], own: tuple[str, str, str], said: Said, world: str,
    toys: Callable[[Sequence[Sequence[str]], Sequence[str]], Guideline],
) -> None:  # fmt: skip
    """Where a rule says or denies something open by the services requested, each request has its own ways."""
    head, fact, by = own
    guideline = toys([body], [f"fact(one).\n\n%@ rule A/own: it is so\n{head}({fact}) :- {by}"])
    hold_to_trying(said, world, guideline)


def test_a_way_that_takes_a_code_away_says_so(
    toys: Callable[[Sequence[Sequence[str]], Sequence[str]], Guideline],
) -> None:
    """What a request has to be without is told by its code wherever ways are told; a member is led to the table."""
    guideline = toys([["not beside(Session)"]], ["fact(one)"])
    judged = judge(toy(BARE | {"box": True}, guideline), guideline)
    (way,) = ways(judged, judged.decision.lines[0]).ways
    assert (way.request, way.options) == (("B0001 is not requested with it",), ("--drop services=B0001@1",))
    assert "Would be met with: a request in which B0001 is not requested with it" in as_text(judged)
    asked = checklist.as_text(judged, checklist.checklist(judged), 100)
    assert "[ ] Can the request be such that B0001 is not requested with it?" in asked
    told = letter(judged).reasons[0]
    assert {"Session 1 has a box as well.", "The answer would be yes if the point in the table below is met."} < {
        *told.member
    }
    assert ("session 1 has a box", "so, and must not be") in [(row.asked, row.recorded) for row in told.doctor]


def test_a_way_that_asks_for_a_code_names_each_that_comes_to_the_same(tmp_path: Path) -> None:
    """Whichever of them can be billed stands in every answer, but for one that the guideline advises against."""
    text = (
        SMALL.replace('box("B0001").', 'box("B0001").\nbox("B0002").\nbox("B0003").\nbox("B0004").')
        + """
%@ predicate advisory(Advisory): {Advisory}
%@ predicate frail(Code): {Code} is frail

%@ facts B/frail
frail("B0003").

%@ rule B/frail: {Code} is frail
advisory("frail") :- service(Session, Code), frail(Code).

%@ rule A: a box is requested as well
medically_necessary(Session, Code, "A") :-
    service(Session, Code), toy(Code), service(Session, Box), box(Box).

%@ rule A/one: a box beside it, and the first
medically_necessary(Session, Code, "A") :- service(Session, Code), toy(Code), beside(Session), fact(one).
"""
    )
    (tmp_path / "toys.dl").write_text(text)
    guideline = load(tmp_path)
    judged = judge(toy(BARE | {"one": "present"}, guideline), guideline)
    (way,) = ways(judged, judged.decision.lines[0]).ways
    assert (way.request, way.options) == (("B0001, B0002 or B0004 is requested",), ("--add services=B0001@1",))
    assert "Would be met with: a request in which B0001, B0002 or B0004 is requested" in as_text(judged)
    asked = checklist.as_text(judged, checklist.checklist(judged), 100)
    assert "[ ] Can the request be such that B0001, B0002 or B0004 is requested?" in asked


def test_what_a_request_closes_of_a_choice_may_be_said_all_the_same(tmp_path: Path) -> None:
    """A choice that a request keeps from being open is open in the search for ways: a case may say any value of it."""
    text = (
        SMALL.replace("one of place", "one of place\n%@ open: place unless barred")
        + """
concept(street, place, "the street").

%@ predicate barred(Place): it is not asked whether it is {Place}

%@ rule A/barred: beside a box it is not asked whether it is the street
barred(street) :- beside(1), service(1, Code), not toy(Code).

%@ rule A: it is not at home, and barred or not
medically_necessary(Session, Code, "A") :- service(Session, Code), toy(Code), not place(home), not barred(home).
"""
    )
    (tmp_path / "toys.dl").write_text(text)
    guideline = load(tmp_path)
    for box in (False, True):
        judged = judge(toy(BARE | {"box": box}, guideline), guideline)
        found = ways(judged, judged.decision.lines[0])
        assert found.complete
        assert {way.options for way in found.ways} == {("--set place=street",), ("--set place=ward",)}


@pytest.mark.parametrize("world", WORLDS)
def test_a_note_that_stays_as_it_is_hides_no_way(world: str, toy_folder: Callable[[str], Path]) -> None:
    """Whatever a note rules out, or no longer rules out, the list is every minimal change that trying finds."""
    guideline, notes, findings = load(toy_folder("stand")), ("rain", "lamp"), ("", "present", "absent")
    records = [dict(zip(("place", "time", "worn", "torn"), each, strict=True))
               for each in product(("home", "garden"), ("day", "night"), findings, findings)]  # fmt: skip
    refused = 0
    for noted in chain.from_iterable(combinations(notes, number) for number in range(3)):
        judged = [judge(_stand(record, noted, guideline), guideline, world=world) for record in records]
        covered = [
            set(r.items()) for r, j in zip(records, judged, strict=True) if j.decision.lines[0].role == FAVOURABLE
        ]
        for record, each in zip(records, judged, strict=True):
            if each.decision.lines[0].role == UNFAVOURABLE:
                changes = {frozenset(other - {*record.items()}) for other in covered}
                least = {way for way in changes if ("worn", "") not in way if ("torn", "") not in way}
                least = {way for way in least if not any(other < way for other in least)}
                told = {frozenset((*option.removeprefix("--set ").split("="),) for option in way.options)
                        for way in ways(each, each.decision.lines[0]).ways}  # fmt: skip
                assert told == least, (noted, record)
                refused += 1
    assert refused > 10


def _stand(record: dict[str, str], notes: Iterable[str], guideline: Guideline) -> Case:
    said = {"id": "stand", "date_of_service": "2025-01-01", "services": [{"cpt": "L0001"}], "notes": [*notes],
            "findings": {name: record[name] for name in ("worn", "torn") if record[name]},
            "place": record["place"], "time": record["time"]}  # fmt: skip
    (case,) = read_text(json.dumps(said).encode(), "stand", guideline)
    assert isinstance(case, Case)
    return case
