"""Amounts whose declaration bounds them, counted and added up: what is missing, against every way to document them."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product
from typing import NamedTuple

import pytest
from coverlog.engine.decision.missing import Missing
from coverlog.engine.decision.need import AtLeast, Need, Set
from coverlog.engine.evaluation.evaluator import Evaluator
from coverlog.engine.evaluation.rules import Model
from coverlog.engine.language.terms import Atom, Quantity
from coverlog.engine.program.graph import stratify
from coverlog.engine.program.program import Program
from coverlog.engine.program.reader import read_program
from coverlog.engine.soundness.check import check
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

TEXT = """guideline("BOUNDED", "amounts with bounds", "2025-01-01").
%@ source: chance
statement("R", stated, "", "whatever comes").
concept(f0, finding, "a finding").
concept(f1, finding, "a finding").
concept(d0, duration, "a duration").
concept(d1, duration, "a duration").
%@ predicate service(Session, Code): service
%@ case: services
%@ predicate medically_necessary(Session, Code, Statement): necessary
%@ predicate not_medically_necessary(Session, Code, Statement): not necessary
%@ predicate not_addressed(Session, Code, Reason): not addressed
%@ predicate finding(Finding): finding
%@ case: findings present of finding
%@ open: finding unless denied
%@ predicate denied(Finding): denied
%@ case: findings absent of finding
%@ predicate weeks(Duration, Weeks): weeks
%@ case: findings amount of duration{measure} from {least} to {most}
%@ open: duration
%@ predicate tally(Number): number
%@ case: tally count{measure} from {none} to {few}
%@ open
%@ predicate goal: goal
"""
FINDINGS, DURATIONS, GOAL = ("f0", "f1"), ("d0", "d1"), Atom("goal", ())
COUNTED = (
    "#count {{ D : weeks(D, N), N >= {j} }}", "#count {{ D : weeks(D, N), N <= {j} }}", "#count {{ D : weeks(D, N) }}",
    "#count {{ D : weeks(D, N), N >= {j} ; F : finding(F) }}", "#count {{ D : weeks(D, N), N = {j}, finding(f0) }}",
)  # fmt: skip
SUMMED = (
    "#sum {{ N, D : weeks(D, N) }}", "#sum {{ N, D : weeks(D, N), finding(f0) }}", "#sum {{ N : weeks(d0, N) }}",
    "#sum {{ N, D : weeks(D, N), N >= {j} }}", "#sum {{ N, D : weeks(D, N), N <= {j} }}", "#sum {{ N : tally(N) }}",
    "#sum {{ N, a : weeks(d0, N) ; M, b : tally(M) }}", "#sum {{ N, D : weeks(D, N) ; {two}, b, F : finding(F) }}",
    "#sum {{ N, D : weeks(D, N), not finding(f0) }}", "#sum {{ N, D : weeks(D, N), finding(F) }}",
    "#sum {{ N : weeks(d0, N), weeks(D, M), M >= {j} }}",
)  # fmt: skip
PLAIN = ("finding(f0)", "finding(f1)", "not finding(f0)", "weeks(d0, P), P >= {j}", "tally(Q), Q < {j}")


class Bounded(NamedTuple):
    """A program, and the bounds of its durations; their numbers have a decimal, or none."""

    program: Program
    least: int
    most: int
    rules: list[str]
    decimals: int

    def numbers(self, least: int, most: int) -> list[int]:
        """Return the numbers that are tried between two: every one, or every half where there is a decimal."""
        halves = range(2 * least, 2 * most + 1)
        tenths = [Quantity(5 * half, 1, "u") for half in halves]
        return list(tenths) if self.decimals else list(range(least, most + 1))

    def __repr__(self) -> str:
        return f"from {self.least} to {self.most}: {' '.join(self.rules)}"


@st.composite
def bounded(draw: st.DrawFn) -> Bounded:
    """Draw one or two rules for the goal, over counts and sums of amounts with bounds."""
    least = draw(st.sampled_from((0, 0, 0, 1, 2)))
    decimals = draw(st.sampled_from((0, 0, 1)))
    most = least + draw(st.integers(0, 1))
    written = (lambda n: f"{n}.{draw(st.sampled_from('05'))}") if decimals else str
    whole = (lambda n: f"{n}.0") if decimals else str
    rules = []
    for _ in range(draw(st.integers(1, 2))):
        parts = []
        for _ in range(draw(st.integers(1, 2))):
            op = draw(st.sampled_from((">=", "<=", "<", ">", "=", "!=")))
            shape = draw(st.sampled_from(COUNTED + SUMMED * 2))
            end = draw(st.integers(0, 5))
            aggregate = shape.format(j=written(draw(st.integers(0, 3))), two=whole(2))
            parts.append(f"{aggregate} {op} {end if shape in COUNTED else written(end)}")
        if draw(st.integers(0, 2)) == 0:
            parts.append(draw(st.sampled_from(PLAIN)).format(j=written(draw(st.integers(0, 3)))))
        rules.append(f"goal :- {', '.join(parts)}.")
    return understood(rules, least, most, decimals)


def understood(rules: list[str], least: int = 0, most: int = 1, decimals: int = 0) -> Bounded:
    """Return a program of some rules."""
    whole = (lambda n: f"{n}.0") if decimals else str
    measure = ' unit "u" decimals 1' * decimals
    ends = {"least": whole(least), "most": whole(most), "none": whole(0), "few": whole(2 - decimals)}
    text = TEXT.format(measure=measure, **ends)
    program, found = read_program(
        [("x.dl", text + "".join(f"%@ rule R/{i}: so\n{rule}\n" for i, rule in enumerate(rules)))]
    )
    assert [*found, *check(program)] == []
    return Bounded(program, least, most, rules, decimals)


class _Every:
    """Every way to document a case that says nothing, and what the program makes of each."""

    def __init__(self, drawn: Bounded) -> None:
        self.drawn = drawn
        evaluator = Evaluator(drawn.program, stratify(drawn.program), "2025-01-01")
        self.with_ = cache(lambda facts, is_open=True: evaluator.evaluate(facts, open_world=is_open))

    def sets(self) -> tuple[list[Set], bool]:
        found = Missing(self.with_(frozenset()), self._denying).sets([GOAL])
        return list(found.sets), found.complete

    def _denying(self, atom: Atom) -> Model:
        return self.with_(frozenset({Atom("denied", atom.args)}))

    def ways(self, *, whole: bool) -> Iterator[frozenset[Atom]]:
        """Yield each way to say something, or everything, in the record."""
        unsaid: list[Atom | None] = [] if whole else [None]
        numbers = self.drawn.numbers(self.drawn.least, self.drawn.most)
        options = [[None, *(Atom("weeks", (d, n)) for n in numbers)] for d in DURATIONS if self._asked(d, "weeks(D")]
        options += [
            [None, *(Atom("tally", (n,)) for n in self.drawn.numbers(0, 2 - self.drawn.decimals))]
        ] * self._asked("tally")
        for finding in FINDINGS:
            if self._asked(finding, "finding(F)"):
                options.append([*unsaid, Atom("finding", (finding,)), Atom("denied", (finding,))])
        for chosen in product(*options):
            yield frozenset(atom for atom in chosen if atom)

    def is_met_by_any(self, need: Need | AtLeast) -> bool:
        """Say whether an amount has to be documented, and may be any that its declaration admits."""
        if isinstance(need, AtLeast) or not need.bounds:
            return False
        case = self.drawn.program.predicates[need.atom.predicate].case
        return case is not None and need.low <= case.lowest and need.high >= case.highest

    def _asked(self, *words: str) -> bool:
        """Say whether a rule asks for something: what none asks for makes no difference."""
        return any(word in rule for rule in self.drawn.rules for word in words)


def met(needs: Set, facts: frozenset[Atom]) -> bool:
    return all(_is_met(need, facts) for need in needs)


def _is_met(need: Need | AtLeast, facts: frozenset[Atom]) -> bool:
    if isinstance(need, AtLeast):
        return any(all(_is_met(n, facts) for n in some) for some in combinations(need.of, need.number))
    if need.atom.predicate == "finding":
        return (need.atom if need.low else Atom("denied", need.atom.args)) in facts
    said = [a.args[-1] for a in facts if a.predicate == need.atom.predicate and a.args[:-1] == need.atom.args[:-1]]
    return any(isinstance(n, int) and need.low <= n <= need.high for n in said)


thorough = settings(
    max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


CIRCLES = (
    "goal :- goal, #count { F : finding(F) } >= 1.", "goal :- goal, #count { D : weeks(D, N), N >= 1 } >= 1.",
    "goal :- goal, #count { F : finding(F) ; D : weeks(D, N), N >= 1 } >= 2.",
)  # fmt: skip


@thorough
@example(understood(["goal :- finding(f0).", CIRCLES[0]]))
@example(understood(["goal :- finding(f0), finding(f1).", CIRCLES[1]]))
@example(understood(["goal :- #count { F : finding(F) } >= 2.", CIRCLES[2]]))
@given(bounded())
def test_a_record_settles_the_goal_where_it_meets_a_set(drawn: Bounded) -> None:
    """Of every way to document something, what makes the goal sure is what meets a set; no set has a need too many."""
    every = _Every(drawn)
    if every.with_(frozenset()).sure(GOAL):
        return
    sets, complete = every.sets()
    surely = {facts: every.with_(facts).sure(GOAL) for facts in every.ways(whole=False)}
    for facts, sure in surely.items():
        told = any(met(needs, facts) for needs in sets)
        assert told == sure or (sure and not complete), (sorted(facts), sets)
    for needs in sets:
        assert any(met(needs, facts) for facts in surely), f"no record can meet {needs}"
        if drawn.decimals or any(every.is_met_by_any(need) for need in needs):
            continue  # between the halves that are tried are other numbers; what any amount meets says little
        for need in needs:
            left = needs - {need}
            assert not all(sure for facts, sure in surely.items() if met(left, facts)), (needs, need)


@pytest.mark.parametrize("lets", ["finding(F)", "weeks(D, M), M >= 2"])
@pytest.mark.parametrize(("number", "possible"), [(6, True), (7, False)])
def test_an_amount_counts_once_whatever_lets_it_count(number: int, possible: bool, lets: str) -> None:
    """An amount of at most 6 that either of two findings, or amounts, lets count adds up to at most 6."""
    text = TEXT.format(measure="", least=0, most=6, none=0, few=2)
    rule = f"goal :- #sum {{ N : weeks(d0, N), {lets} }} >= {number}."
    program, _ = read_program([("x.dl", f"{text}%@ rule R/0: so\n{rule}\n")])
    model = Evaluator(program, stratify(program), "2025-01-01").evaluate(frozenset(), open_world=True)
    assert model.possible(GOAL) == possible


@thorough
@given(bounded())
def test_what_is_sure_holds_however_the_record_turns_out(drawn: Bounded) -> None:
    """A goal that is sure holds in the closed world whatever is within the bounds; one that is not possible never."""
    every = _Every(drawn)
    whole = {facts: every.with_(facts, False).sure(GOAL) for facts in every.ways(whole=True)}
    for facts in every.ways(whole=False):
        model = every.with_(facts)
        ends = {so for way, so in whole.items() if facts <= way}
        if model.sure(GOAL):
            assert ends == {True}, sorted(facts)
        elif not model.possible(GOAL):
            assert ends == {False}, sorted(facts)
