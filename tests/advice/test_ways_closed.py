"""Ways beside what closes an open input: each can be typed and does what it says, and trying all finds no other one."""

import json
import random
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from coverlog.engine.cases.case import Case, read_files, read_text
from coverlog.engine.decision.decide import Judged, decide, judge
from coverlog.engine.decision.need import AtLeast, Need
from coverlog.engine.language.errors import CaseError
from coverlog.engine.language.terms import Atom
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.interface import FAVOURABLE, UNFAVOURABLE, WAITING
from coverlog.explain.advice.change import changed, requested
from coverlog.explain.advice.remedies import Way, ways
from coverlog.explain.checker.verify import verify
from coverlog.explain.proof.build import prove
from coverlog.explain.proof.document import as_json
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

Said = dict[str, Any]
Change = tuple[str, object]
WORLDS = ("open", "closed")

HUT = """
guideline("T-2", "Huts", "2024-01-01").

%@ source: Criteria
statement("A", stated, "2020-01-01", "a hut").
statement("B", stated, "2020-01-01", "none otherwise").

concept(home, place, "home").
concept(ward, place, "a ward").
concept(one, fact, "the first").
concept(two, fact, "the second").
concept(three, fact, "the third").
concept(size, reading, "size").
concept(rust, condition, "rust").
concept(rot, condition, "rot").

%@ predicate service(Session, Code): {Code} is requested
%@ case: services
%@ predicate place(Place): the place is {Place}
%@ case: place one of place
PLACE
%@ predicate attested(Fact): the record attests {Fact}
%@ case: facts present of fact
%@ predicate refuted(Fact): the record refutes {Fact}
REFUTED
%@ predicate fact(Fact): there is {Fact}
%@ open: fact FACT
%@ predicate measured(Reading, Amount): {Reading} was {Amount}
%@ case: facts amount of reading
%@ open: reading
%@ predicate visits(Count): there were {Count} visits
%@ case: visits count
%@ open
%@ predicate named(Condition): {Condition} is named
%@ case: conditions each of condition
%@ predicate condition(Condition): it is {Condition}
%@ open: condition CONDITION
%@ predicate settled(Condition): {Condition} is settled
%@ predicate barred(Fact): {Fact} is barred
%@ predicate hut(Code): {Code} is a hut
%@ predicate box(Code): {Code} is a box
%@ predicate beside(Session): session {Session} has a box as well
%@ predicate middle: something between holds
%@ predicate covered(Session, Code): {Code} is covered
%@ predicate medically_necessary(Session, Code, Statement): {Code} is necessary by {Statement}
%@ predicate not_medically_necessary(Session, Code, Statement): {Code} is not necessary by {Statement}
%@ predicate not_addressed(Session, Code, Reason): {Code} is not addressed: {Reason}

%@ facts A/codes
hut("T0001").

%@ facts A/boxes
box("B0001").

%@ rule A/beside: session {Session} has a box
beside(Session) :- service(Session, Code), box(Code).

%@ rule A/attested: the record attests {Fact}
fact(Fact) :- attested(Fact).

%@ rule A/named: it is named
condition(Condition) :- named(Condition).

%@ rule B/covered: {Code} is covered
covered(Session, Code) :- medically_necessary(Session, Code, Statement).

%@ rule B: nothing covers {Code}
not_medically_necessary(Session, Code, "B") :- service(Session, Code), hut(Code), not covered(Session, Code).

%@ rule B/other: {Code} is no hut
not_addressed(Session, Code, other) :- service(Session, Code), not hut(Code).
"""
FACTS, CONDITIONS, NUMBERS = ("one", "two", "three"), ("rust", "rot"), ("size", "visits")
PLAIN = (
    *(f"{no}fact({name})" for name in FACTS for no in ("", "not ")),
    *(f"{no}condition({name})" for name in CONDITIONS for no in ("", "not ")),
    "place(home)", "not place(home)", "measured(size, Low), Low >= 3", "measured(size, High), High <= 5",
    "visits(V), V >= 2", "#count { F : fact(F) } >= 2", "#count { F : fact(F) } <= 1",
)  # fmt: skip
PARTS = (*PLAIN, "middle", "not middle", "beside(Session)", "not beside(Session)", "barred(one)", "not barred(two)")
DENIED = ("refuted(one)", "not refuted(two)")
BY = ("place(home)", "not place(home)", "beside(1)", "not beside(1)", "measured(size, Low), Low >= 3", "named(rust)",
      "attested(three)", "visits(V), V >= 2")  # fmt: skip
SETTLED = ("settled(Condition) :- concept(Condition, condition, _), named(Other)", "settled(rot) :- place(home)",
           "settled(rust) :- attested(one)")  # fmt: skip


class Hut(NamedTuple):
    """A guideline: what covers a hut, what else its rules say, and how its inputs are open."""

    bodies: tuple[str, ...]
    own: tuple[str, ...] = ()
    fact: str = "unless refuted"
    condition: str = "until settled"
    place: str = ""
    denials: bool = True  # whether a case can say that something is not so

    def load(self, folder: Path) -> Guideline:
        """Write the text into a folder, and load it."""
        refuted = "%@ case: facts absent of fact" if self.denials else "%@ fold: denials"
        text = HUT.replace("REFUTED", refuted).replace("PLACE\n", f"{self.place}\n" if self.place else "")
        text = text.replace("open: fact FACT", f"open: fact {self.fact}")
        text = text.replace("open: condition CONDITION", f"open: condition {self.condition}")
        head = 'medically_necessary(Session, Code, "A") :- service(Session, Code), hut(Code)'
        rules = [*self.own, *(f"{head}, {body}" for body in self.bodies)]
        text += "".join(f"\n%@ rule A/own-{n}: it holds\n{rule}.\n" for n, rule in enumerate(rules))
        (folder / "hut.dl").write_text(text)
        return load(folder)


@st.composite
def huts(draw: st.DrawFn) -> Hut:
    """Draw a guideline in which something else than the record's own word closes, gives or denies what is open.

    No rule reads a denial that closes nothing, or one beside a count, or asks that one is not said beside what it would
    rule out: there ways may say too much, as the README tells.
    """
    denials = draw(st.integers(0, 4)) > 0
    fact = draw(st.sampled_from(["", "unless refuted", "unless barred"]))
    own = [f"middle :- {draw(st.sampled_from(PLAIN))}"]
    own += ["barred(Fact) :- refuted(Fact)"] * (fact == "unless barred" or (fact != "" and draw(st.booleans())))
    own += [draw(st.sampled_from(SETTLED))] * draw(st.booleans())
    heads = st.sampled_from([f"{head}({name})" for head in ("fact", "barred", "refuted") for name in FACTS])
    own += [f"{head} :- {by}" for head, by in draw(st.lists(st.tuples(heads, st.sampled_from(BY)), max_size=2))]
    parts, unsaid = st.sampled_from(PARTS + DENIED * (denials and fact != "")), {"not barred(two)", "not refuted(two)"}
    bodies = draw(st.lists(st.lists(parts, min_size=1, max_size=3, unique=True), min_size=1, max_size=3))
    counts = [any("#count" in part for part in body) for body in bodies]
    bodies = [[p for p in body if not (counted and p in DENIED)] for body, counted in zip(bodies, counts, strict=True)]
    ruled_out = ["not fact(two)", "#count"] + ["middle"] * any(each in own[0] for each in ("fact(two)", "#count"))
    for body in (body for body in bodies if denials and not unsaid.isdisjoint(body)):
        body[:] = [part for part in body if part in unsaid or not any(each in part for each in ruled_out)]
    condition, place = draw(st.sampled_from(["", "until settled"])), draw(st.sampled_from(["", "%@ open: place"]))
    return Hut(tuple(map(", ".join, bodies)), tuple(own), fact, condition, place, denials)


RECORDS: st.SearchStrategy[Said] = st.fixed_dictionaries(
    {
        "place": st.sampled_from(["home", "ward"]), "box": st.booleans(), "size": st.sampled_from([None, 1, 4, 9]),
        "visits": st.sampled_from([None, 1, 4]), "rust": st.sampled_from([False, False, True]),
        "rot": st.sampled_from([False, False, True]),
        **{name: st.sampled_from(["present", "absent", None]) for name in FACTS},
    }
)  # fmt: skip
NOTHING: Said = {"place": "home", "box": False, **dict.fromkeys((*NUMBERS, *FACTS)), **dict.fromkeys(CONDITIONS, False)}
VALUES: Said = {
    "place": ["home", "ward"], "box": [True, False], "size": [2, 3, 5, 6], "visits": [1, 2],
    **{name: [True] for name in CONDITIONS}, **{name: ["present", "absent"] for name in FACTS},
}  # fmt: skip


def case_of(said: Said, guideline: Guideline) -> Case:
    """Read a case of a hut."""
    told: Said = {"id": "hut", "date_of_service": "2024-01-01", "place": said["place"]}
    told |= {"services": [{"cpt": "T0001"}, *[{"cpt": "B0001"}] * bool(said["box"])]}
    told |= {"facts": {name: said[name] for name in (*FACTS, "size") if said[name] is not None}}
    told |= {"conditions": [name for name in CONDITIONS if said[name]]}
    told |= {"visits": said["visits"]} if said["visits"] is not None else {}
    return _read(told, guideline)


def _read(told: Said, guideline: Guideline) -> Case:
    (case,) = read_text(json.dumps(told).encode(), "case", guideline)
    assert isinstance(case, Case), case
    return case


def gone(case: Case, way: Way, guideline: Guideline) -> Case:
    """Return a case after the options of a way, as what-if takes them."""
    asked: dict[str, list[str]] = {"set": [], "add": [], "drop": []}
    for option in way.options:
        for each in option.removeprefix("--").split(" --"):
            verb, _, text = each.partition(" ")
            asked[verb].append(text)
    return changed(case, guideline, requested(asked, guideline))


def held(judged: Judged, guideline: Guideline) -> int:
    """Type every way of every line as it stands, and return how many there were."""
    tried = 0
    for line in judged.decision.lines:
        for way in ways(judged, line).ways:
            after = decide(gone(judged.case, way, guideline), guideline, world=judged.decision.world).lines
            told = [each for each in after if each[:2] == line[:2]]
            assert {each.role for each in told} == {FAVOURABLE}, (judged.case.id, way.options)
            assert {each.outcome for each in told} <= {way.ask.outcome or told[0].outcome}, (judged.case.id, way)
            assert all({*way.ask.statements} <= {*each.by} for each in told), (judged.case.id, way)
            assert all(item.statement for item in way.ask.items), way.ask
            tried += 1
    return tried


def changes(way: Way) -> list[frozenset[Change]]:
    """Return what a way changes, for each choice that it leaves open; of amounts only that they are others."""
    plain: set[Change] = set()
    for option in way.options:
        verb, _, text = option.removeprefix("--").partition(" ")
        key, _, value = text.partition("=")
        change = {"services": ("box", verb == "add"), "conditions": (value, True)}.get(key, (key, value))
        plain |= {_plain(change)} if value != "unknown" else set()
    found = [frozenset(plain)]
    for need in (item.need for item in way.ask.items if isinstance(item.need, AtLeast)):
        first = frozenset(map(_change, need.of[: need.number]))
        every = [frozenset(map(_change, chosen)) for chosen in combinations(need.of, need.number)]
        found = [(each - first) | chosen for each in found for chosen in every]
    return found


def _change(need: Need) -> Change:
    return _plain((need.finding, True if need.finding in CONDITIONS else need.needs))


def _plain(change: Change) -> Change:
    return (change[0], "some") if change[0] in NUMBERS else change


def trying(said: Said, world: str, guideline: Guideline, fixed: Iterable[str] = ()) -> set[frozenset[Change]]:
    """Return every minimal set of up to three changes that covers a hut."""
    single = [(key, value) for key, of in VALUES.items() for value in of if said[key] != value and key not in fixed]
    found: list[frozenset[Change]] = []
    for number in range(4):
        for chosen in map(frozenset, combinations(single, number)):
            if len(dict(chosen)) == number and not any(other <= chosen for other in found):
                after = decide(case_of(said | dict(chosen), guideline), guideline, world=world)
                found += [chosen] * (after.lines[0].role == FAVOURABLE)
    return {frozenset(map(_plain, each)) for each in found}


def is_weaker(told: Iterable[frozenset[Change]], way: frozenset[Change], after: Judged) -> bool:
    """Say whether some told way asks for no more than what follows once another one is gone: the list has the former.

    :param after: the case once it is gone, but for its amounts.
    """

    def so(change: Change) -> bool:
        name, value = change
        if change in way or name in (*NUMBERS, "box", "place"):
            return change in way
        atom = Atom("condition" if name in CONDITIONS else "fact", (name,))
        return not after.model.possible(atom) if value == "absent" else after.model.sure(atom)

    return any(all(map(so, each)) for each in told)


def is_verified(judged: Judged) -> bool:
    """Say whether the proof checker comes to the same, the sets of what is missing among it."""
    return not verify(json.loads(json.dumps(as_json(prove(judged)))), judged.case, judged.guideline.program)


def hold_to_trying(hut: Hut, said: Said, world: str, folder: Path) -> None:
    """Hold the ways of a hut against all changes of its case."""
    guideline = hut.load(folder)
    judged = judge(case_of(said, guideline), guideline, world=world)
    line = judged.decision.lines[0]
    event(f"{line.role}, {held(judged, guideline)} ways")
    assert is_verified(judged)
    if line.role != UNFAVOURABLE:
        return
    found = ways(judged, line)
    assert found.complete
    about = set(CONDITIONS) if hut.condition and any(said[name] for name in CONDITIONS) else set[str]()
    mine = {each for way in found.ways for each in changes(way)}
    elsewhere = bool(about) and any(name in about for each in mine for name, _ in each)
    every = trying(said, world, guideline, () if elsewhere else about)
    # A choice of several may have one in it for which less is enough, which is told apart.
    several = {each for way in found.ways if len(of := changes(way)) > 1 and every & {*of} for each in of}
    assert {each for each in mine - every - several if len(each) <= 3} == set()
    for left in every - mine:
        plain = {name: value for name, value in left if value != "some"}
        after = judge(case_of(said | plain, guideline), guideline, world=world)
        assert is_weaker(mine, left, after), (left, mine)


RULED, SO = ("middle :- fact(one)", "refuted(one) :- named(rust)"), {"one": "present"}


@settings(max_examples=24, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(  # nothing that a case says makes a condition not so but that another one settles it
    hut=Hut(("not condition(rot), place(ward)",), SETTLED[:1]), said=NOTHING, world="open"
)
@example(  # an amount that the record does not give stands in nobody's way in the closed world
    hut=Hut(("not middle, place(ward)",), ("middle :- measured(size, Low), Low >= 3",)), said=NOTHING, world="closed"
)
@example(  # what rules something out otherwise is a way
    hut=Hut(("not fact(two)",), ("barred(two) :- place(ward)", "barred(Fact) :- refuted(Fact)"), "unless barred"),
    said=NOTHING | {"three": "absent"}, world="open",
)  # fmt: skip
@example(  # what gives something otherwise is to be otherwise, and no more is to be said
    hut=Hut(("not fact(two)",), ("fact(two) :- place(home)",)), said=NOTHING | {"two": "absent"}, world="closed"
)
@example(  # where it is not said that something else is so, that need not be denied
    hut=Hut(("not fact(one), place(ward)",), ("fact(one) :- attested(three)",)), said=NOTHING | {"one": "absent"},
    world="open",
)  # fmt: skip
@example(  # a rule that asks what the record denies is met by a denial
    hut=Hut(("refuted(one), #count { F : fact(F) } >= 2",), (), ""), said=NOTHING | {"one": "present"}, world="closed"
)
@example(  # what a rule makes of a denial does not take back what the case says
    hut=Hut(("condition(rust), not fact(one)", "not beside(Session), not fact(one)"), RULED), said=NOTHING | SO,
    world="open",
)  # fmt: skip
@example(  # that a condition is named settles no other one by itself
    hut=Hut(("place(home), fact(one), middle",), ("middle :- not condition(rust)",), "", denials=False),
    said=NOTHING | SO | {"place": "ward", "rot": True}, world="open",
)  # fmt: skip
@example(  # and what follows from a rule stands beside what the case says
    hut=Hut(("fact(one), refuted(one)",), RULED), said=NOTHING | SO, world="open"
)
@given(hut=huts(), said=RECORDS, world=st.sampled_from(WORLDS))
def test_whatever_closes_an_open_input_the_ways_are_what_trying_finds(
    hut: Hut, said: Said, world: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each way can be typed and covers the line; of up to three changes, the list is every minimal one that does."""
    hold_to_trying(hut, said, world, tmp_path_factory.mktemp("hut"))


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("fact", ["", "unless barred"])
@pytest.mark.parametrize("denials", [True, False])
def test_what_no_key_of_a_case_rules_out_is_never_asked_to_be_absent(
    world: str, fact: str, denials: bool, tmp_path: Path
) -> None:
    """Where saying that something is absent settles nothing, no answer asks for it, and the proof checker agrees."""
    hut = Hut(("not fact(one), fact(two)",), ("barred(one) :- place(ward)",), fact, denials=denials)
    guideline = hut.load(tmp_path)
    judged = judge(case_of(NOTHING, guideline), guideline, world=world)
    (line,) = judged.decision.lines
    told = {option for way in ways(judged, line).ways for option in way.options}
    assert told == ({"--set two=present"} if world == "closed" else set())
    assert line.role == (WAITING if world == "open" else UNFAVOURABLE)
    assert is_verified(judged)


# --- The guidelines that ship, and the toys ---------------------------------------------------


@pytest.mark.parametrize("name", ["cg_med_24", "ncd_240_4"])
def test_every_way_of_a_canonical_case_can_be_typed_and_does_what_it_says(
    name: str, size: Callable[[int, int], int]
) -> None:
    """Of both guidelines, in both worlds, what-if takes the options of each way and the line comes to be covered."""
    guideline = load(name)
    files = sorted(guideline.folder.glob("cases/*/*.yaml"))[:: size(12, 1)]
    cases = [case for case in read_files(files, guideline) if isinstance(case, Case)]
    assert sum(held(judge(case, guideline, world=world), guideline) for case in cases for world in WORLDS) > 5


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("missing", [{"age": 17}, {"age": 17, "first_use": "2023-01-02"}])
def test_a_way_leads_to_what_goes_first_with_all_that_the_case_says(missing: Said, world: str) -> None:
    """Where one change meets several criteria, the outcome and the statements named are those that it comes to."""
    guideline = load("ncd_240_4")
    findings = ("clinical_evaluation", "test_ordered_by_treating_physician", "test_supervised", "education_given",
                "benefit_documented", "enrolled_in_approved_study")  # fmt: skip
    said = {"id": "said", "date_of_service": "2024-05-06", "services": [{"cpt": "E0601"}], "diagnoses": ["I10"],
            "sleep_test": "psg_attended", "indices": {"ahi": 14.0, "rdi": 15.0}, "recorded_hours": 2.0,
            "findings": dict.fromkeys(findings, "present")} | missing  # fmt: skip
    judged = judge(_read(said, guideline), guideline, world=world)
    (line,) = judged.decision.lines
    (way,) = ways(judged, line).ways
    (after,) = decide(gone(judged.case, way, guideline), guideline, world=world).lines
    assert (way.ask.outcome, way.ask.statements) == (after.outcome, after.by)
    assert held(judged, guideline) == 1


def test_a_way_counts_what_the_case_does_not_say(toy_folder: Callable[[str], Path]) -> None:
    """An outcome that goes first because nobody says an amount is the one that a way comes to, in the closed world."""
    guideline = load(toy_folder("pump"))
    findings = {"injections_failed": "present", "log_kept": "absent", "better_control": "present"}
    said = {"id": "p", "date_of_service": "2025-05-01", "services": [{"cpt": "E0784"}], "findings": findings}
    judged = judge(_read(said, guideline), guideline, world="closed")
    told = {way.options: (way.ask.outcome, way.ask.statements) for way in ways(judged, judged.decision.lines[0]).ways}
    assert told["--set log_kept=present",] == ("covered_initial", ("P.1",))
    assert held(judged, guideline) == len(told)


TOYS = ("apnea", "chair", "clues", "lamp", "oxygen", "pump", "rest", "shelf", "stand", "visits")


@pytest.mark.parametrize("name", TOYS)
def test_every_way_of_a_toy_can_be_typed_and_does_what_it_says(
    name: str, toy_folder: Callable[[str], Path], size: Callable[[int, int], int]
) -> None:
    """Whatever a drawn case of a toy guideline says, each way that is offered is taken as it stands and leads there."""
    guideline, rng, tried = load(toy_folder(name)), random.Random(name), 0
    for said in _drawn(guideline, rng, size(12, 200)):
        for world in WORLDS:
            try:
                judged = judge(_read(said, guideline), guideline, world=world)
            except CaseError:
                continue  # it contradicts itself
            tried += held(judged, guideline)
    assert tried


def _drawn(guideline: Guideline, rng: random.Random, number: int) -> Iterator[Said]:
    """Yield cases that say something or nothing by each key of a guideline."""
    program = guideline.program
    codes = sorted({str(a)[1:-1] for rule in program.rules for a in rule.head.args if str(a)[:1] == '"'})
    codes = [code for code in codes if len(code) == 5 and code[1:].isdigit()] or ["97110"]
    for _ in range(number):
        said: Said = {"id": "drawn", "date_of_service": "2025-05-01"}
        said["services"] = [{"cpt": code} for code in rng.sample(codes, rng.randint(1, min(2, len(codes))))]
        for key in (p.case for p in program.predicates.values() if p.case):
            values = program.of_kind(key.kind) if key.kind else []
            if key.shape == "one of":
                said[key.key] = rng.choice(values)
            elif key.shape == "count" and rng.random() < 0.5:
                said[key.key] = rng.randint(0, 5)
            elif key.shape == "each of" and rng.random() < 0.5:
                said[key.key] = rng.sample(values, 1)
            elif key.shape in ("present of", "amount of"):
                each = said.setdefault(key.key, {})
                for name in (name for name in values if rng.random() < 0.5):
                    each[name] = rng.choice(["present", "absent"] if key.shape == "present of" else [1, 3, 6])
        yield said
