"""All legal cases of small random guidelines, one by one: what is proved of them is so, and what is found is there."""

import random
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from coverlog.engine.analysis.diff import REFUSED, Pair, Side
from coverlog.engine.analysis.idle import cuts
from coverlog.engine.analysis.policy import Policy, each_code
from coverlog.engine.analysis.slots import Option, Slot
from coverlog.engine.analysis.sweep import documentable, faults, harms, hopeless, reached
from coverlog.engine.analysis.trial import Trial
from coverlog.engine.circuit.circuit import Line
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.graph import stratify
from coverlog.engine.program.interface import FAVOURABLE, SILENT, UNFAVOURABLE, WAITING
from coverlog.engine.program.reader import read_program
from coverlog.engine.soundness.check import check

DAY, LATER = "2025-05-01", "2025-06-01"
HEAD = """
guideline("R", "a random one", "2025-01-01").
%@ source: Criteria
statement("A", stated, "", "a"). statement("B", stated, "", "b"). statement("D", stated, "", "d").
concept(fever, finding, "fever"). concept(cough, finding, "a cough"). concept(rest, duration, "rest").
concept(garden, place, "a garden"). concept(house, place, "a house"). concept(elsewhere, reason, "elsewhere").
%@ predicate service(Session, Code): {Code} is requested in {Session}
%@ case: services
%@ predicate documented(Finding): {Finding} is documented
%@ case: findings present of finding
%@ predicate denied(Finding): there is no {Finding}
%@ case: findings absent of finding
%@ predicate finding(Finding): there is {Finding}
%@ open: finding unless denied
%@ predicate weeks(Duration, Weeks): {Weeks} weeks of {Duration}
%@ case: findings amount of duration
%@ open: duration
%@ predicate place(Place): it is {Place}
%@ case: place one of place
%@ predicate known(Code): {Code} is known
%@ predicate beside(Session): another code is known in {Session}
%@ predicate one: one
%@ predicate two: two
%@ predicate clash: a clash
%@ error
%@ predicate medically_necessary(Session, Code, Statement): {Code} by {Statement}
%@ predicate not_medically_necessary(Session, Code, Statement): {Code} not by {Statement}
%@ predicate not_addressed(Session, Code, Reason): {Code} not addressed, {Reason}
%@ facts A/known
known("10001").
%@ rule A/documented: there is {Finding}
finding(Finding) :- documented(Finding).
%@ rule A/beside: a known code is requested
beside(Session) :- service(Session, Code), known(Code).
"""
FIRST = [
    "finding(fever)", "finding(cough)", "not finding(fever)", "not finding(cough)", "documented(fever)",
    "denied(cough)", "not documented(cough)", "weeks(rest, W), W >= 4", "weeks(rest, W), W < 3", "place(garden)",
    "not place(garden)",
]  # fmt: skip
SECOND = [*FIRST, "one", "not one"]
LINE = [*SECOND, "two", "not two", "two", "not two", "known(Code)", "not known(Code)", "beside(Session)"]
HEADS = {"one": FIRST, "two": SECOND, "clash": ["documented(fever), denied(cough)", "place(house), denied(fever)"]}
LINES = [
    'medically_necessary(Session, Code, "A")', 'medically_necessary(Session, Code, "D")',
    'not_medically_necessary(Session, Code, "B")', "not_addressed(Session, Code, elsewhere)",
]  # fmt: skip


def text_of(seed: int) -> str:
    """A random guideline; every second one gives each line an outcome at least."""
    draw = random.Random(seed)
    rules = []

    def body(pool: list[str], first: str = "") -> str:
        parts = draw.sample(pool, draw.randint(1, 3))
        kept = [part for at, part in enumerate(parts) if "W" not in part or not any("W" in p for p in parts[:at])]
        return ", ".join([*filter(None, [first]), *dict.fromkeys(kept)])

    for head, pool in HEADS.items():
        for _ in range(draw.randint(1, 2) if head != "clash" else draw.randint(0, 1)):
            rules.append(f"{head} :- {body(pool)}." if head != "clash" else f"{head} :- {draw.choice(pool)}.")
    for head in LINES:
        rules += (f"{head} :- {body(LINE, 'service(Session, Code)')}." for _ in range(draw.randint(0, 2)))
    if seed % 2:
        rules.append('not_medically_necessary(Session, Code, "B") :- service(Session, Code), not two.')
        rules.append('medically_necessary(Session, Code, "A") :- service(Session, Code), two.')
    return HEAD + "".join(f"%@ rule A/r{at}: a rule\n{rule}\n" for at, rule in enumerate(rules))


def guideline_of(text: str) -> Guideline:
    program, findings = read_program([("r.dl", text)])
    assert [*findings, *check(program)] == []
    return Guideline(Path("r"), program, stratify(program))


class Decided(NamedTuple):
    """Every legal case, by the value of each slot, and the lines of each in both worlds; None where it is refused."""

    slots: list[Slot]
    answers: dict[tuple[str, tuple[int, ...]], dict[str, Line] | None]


def decided(guideline: Guideline, slots: list[Slot]) -> Decided:
    circuit, answers = guideline.circuit(DAY), {}
    for chosen in product(*(range(len(slot.options)) for slot in slots)):
        options: list[Option] = [slot.options[at] for slot, at in zip(slots, chosen, strict=True)]
        codes = [s.name for s, o in zip(slots, options, strict=True) if s.session and o.value is not None]
        inputs = circuit.read([fact for option in options for fact in option.facts])
        assert inputs is not None
        for world in ("open", "closed") if codes else ():
            lines = circuit.lines(inputs, [(code, 1) for code in codes], open_world=world == "open")
            answers[world, chosen] = None if lines is None else {line.code: line for line in lines}
    return Decided(slots, answers)


def lines_of(every: Decided) -> Iterator[tuple[str, tuple[int, ...], Line]]:
    for (world, chosen), lines in every.answers.items():
        for line in (lines or {}).values():
            yield world, chosen, line


def without_faults(every: Decided) -> Decided:
    """A case is refused where one of its lines has no outcome, or two."""
    answers = {
        k: lines if lines and all(v.outcome for v in lines.values()) else None for k, lines in every.answers.items()
    }
    return every._replace(answers=answers)


def role(line: Line, guideline: Guideline) -> str:
    return guideline.program.outcome(line.outcome).role if line.outcome else ""


def check_sweep(guideline: Guideline, policy: Policy, every: Decided) -> None:
    codes = [code for code, _ in each_code(policy.lines)]
    wrong = {line.code for _, _, line in lines_of(every) if not line.outcome}
    assert {witness.code for _, witness in faults(policy)} == wrong & set(codes)
    every = without_faults(every)
    ways: dict[str, set[tuple[str, str]]] = {code: set() for code in codes}
    for _, _, line in lines_of(every):
        if line.code in ways and line.outcome:
            last = line.by or ((line.reason,) if line.reason else ("",))
            ways[line.code] |= {(line.outcome, str(each)) for each in last}
    assert {codes[0]: set(found) for codes, found in reached(policy).items()} == ways


def check_more(guideline: Guideline, every: Decided) -> None:
    """What saying one thing more undoes, and what waits for nothing, looked for case by case."""
    faulty = {k for k, lines in every.answers.items() if lines and not all(line.outcome for line in lines.values())}
    every = without_faults(every)
    empty = {
        at for at, slot in enumerate(every.slots) if slot.options[0].value is None and not any(slot.options[0].inputs)
    }
    undone = set()
    for (world, chosen), lines in every.answers.items():
        for at in empty:
            if chosen[at] == 0:
                for value in range(1, len(every.slots[at].options)):
                    more = every.answers[world, (*chosen[:at], value, *chosen[at + 1 :])] or {}
                    for code, line in (lines or {}).items():
                        if role(line, guideline) == FAVOURABLE and code in more:
                            after = role(more[code], guideline)
                            undone |= {every.slots[at].name} if after in (SILENT, UNFAVOURABLE) else set()
    assert {harm.slot.name for harm in harms(Policy(guideline, DAY))} == undone
    policy = Policy(guideline, DAY, "open")
    fill = [at for at, slot in enumerate(every.slots) if slot.name in {s.name for s in documentable(policy)}]
    lost = set()
    for (world, chosen), lines in every.answers.items():
        for code, line in (lines or {}).items() if world == "open" else ():
            if line.outcome == WAITING and not _helped(chosen, code, fill, every, guideline, faulty):
                lost.add(code)
    codes = {code for code, _ in each_code(policy.lines)}
    assert {witness.code for witness in hopeless(policy)} == lost & codes


def _helped(
    chosen: tuple[int, ...], code: str, fill: list[int], every: Decided, guideline: Guideline, faulty: Any
) -> bool:  # fmt: skip
    """Say whether documentation can cover a line, tell two outcomes apart, or come to a fault, which is told itself."""
    choices = [
        range(len(slot.options)) if at in fill and chosen[at] == 0 else (chosen[at],)
        for at, slot in enumerate(every.slots)
    ]
    if any(("open", more) in faulty for more in product(*choices)):
        return True
    found = [lines[code] for more in product(*choices) if (lines := every.answers["open", more])]
    outcomes = {line.outcome for line in found} - {WAITING}
    return len(outcomes) > 1 or any(role(line, guideline) == FAVOURABLE for line in found)


def check_cuts(guideline: Guideline, slots: list[Slot], every: Decided) -> None:
    """A part that can be taken away without a change is found, and none that cannot."""
    wanted = cuts(guideline.program, DAY)
    trial = Trial(guideline.program, DAY, wanted)
    changing = trial.changing(wanted)
    assert trial.shown(wanted) <= trial.proved(wanted) == changing  # what cases show, the solver says as well
    for cut in random.Random(len(wanted)).sample(wanted, min(4, len(wanted))):
        rest = [r for r in guideline.program.rules if r is not cut.rule]
        new = [] if cut.part < 0 else [cut.rule._replace(body=cut.relaxed().body)]
        program = guideline.program._replace(rules=(*rest, *new))
        other = decided(Guideline(Path("r"), program, stratify(program)), slots)
        assert (cut in changing) is (_plain(other) != _plain(every)), (cut.rule.id, cut.change)


def _plain(every: Decided) -> Any:
    return {
        key: lines and {c: (v.outcome, v.by, v.reason) for c, v in lines.items()}
        for key, lines in every.answers.items()
    }


def check_diff(one: Guideline, two: Guideline) -> None:
    """Every pair of different outcomes that some case has on both sides, and no other, is a kind of change."""
    pair = Pair(Side(one, DAY), Side(two, DAY))
    sides = [without_faults(decided(guideline, pair.legal.space.slots)) for guideline in (one, two)]
    seen: dict[str, set[tuple[str, str]]] = {}
    for (world, chosen), first in sides[0].answers.items():
        second = sides[1].answers[world, chosen]
        codes = [s.name for s, at in zip(sides[0].slots, chosen, strict=True) if s.session and at]
        for code in codes:
            told = [lines[code].outcome if lines else REFUSED for lines in (first, second)]
            if told[0] != told[1]:
                seen.setdefault(code, set()).add((told[0], told[1]))
    found: dict[str, set[tuple[str, str]]] = {}
    for change, _ in pair.changes():
        if change.before != change.after:
            found.setdefault(change.codes[0], set()).add((change.before, change.after))
    assert found == {codes[0]: seen[codes[0]] for codes in pair.classes if codes[0] in seen}


def check_all(seed: int) -> None:
    guideline = guideline_of(text_of(seed))
    policy = Policy(guideline, DAY)
    every = decided(guideline, policy.legal.space.slots)
    check_sweep(guideline, policy, every)
    check_more(guideline, every)
    check_cuts(guideline, policy.legal.space.slots, every)
    check_diff(guideline, guideline_of(text_of(seed + 1000)))


@pytest.mark.parametrize("part", range(5))
def test_what_is_proved_of_random_guidelines_is_so_of_each_case(part: int, size: Any) -> None:
    """Faults, what is reached, undone, waited for in vain, idle or different: as all cases one by one say."""
    for seed in range(part, size(10, 500), 5):
        check_all(seed)


@pytest.mark.parametrize("part", range(2))
def test_editions_asked_about_together_are_told_what_each_is_told_alone(part: int, size: Any) -> None:
    """Which parts change an answer and which rules fire in an edition is the same beside another, and by itself."""
    for seed in range(part, size(20, 200), 2):
        draw, program = random.Random(seed), guideline_of(text_of(seed)).program
        dates = [draw.choice([("", ""), ("", ""), (LATER, ""), ("", LATER)]) for _ in program.rules]
        rules = (r._replace(effective=e, ended=n) for r, (e, n) in zip(program.rules, dates, strict=True))
        dated = program._replace(rules=tuple(rules))
        wanted = cuts(dated, DAY)
        both = Trial(dated, DAY, wanted, days=[LATER])
        for day in (DAY, LATER):
            asked = [cut for cut in wanted if cut.rule.in_force(day)]
            alone, places = Trial(dated, day, asked), {cut.rule.place for cut in asked}
            assert both.is_of(day) or day == DAY
            assert both.changing(asked, day) == alone.changing(asked)
            assert both.firing(places, day) == alone.firing(places)


@pytest.mark.parametrize("seed", [104, 334])
def test_guidelines_of_odd_circuits_are_proved_of_as_well(seed: int) -> None:
    """One of which no line can come to anything, and one of which an outcome is so where a contradiction is."""
    check_all(seed)
