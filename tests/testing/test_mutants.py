"""Mutation: small changes of the rules, the cases that notice them, and those that no case could."""

import os
import random
import re
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.evaluation.limits import Budget, allowing
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.engine.program.program import Program
from coverlog.explain.commands.main import main
from coverlog.explain.testing import bench
from coverlog.explain.testing.cases import Result, result
from coverlog.explain.testing.edits import DECLARED, edits
from coverlog.explain.testing.equivalent import Reach, judge_survivors, proof, read_marks
from coverlog.explain.testing.mutants import Mutant, code_slots, mutants
from coverlog.explain.testing.mutation import Fate, Runner, run
from coverlog.explain.testing.tally import tally

SHELF = (Path(__file__).parent.parent / "guidelines" / "shelf.dl").read_text()
CASES = {
    "tall": ("tall", 3, "outcome: medically_necessary, by: [A]", "advisories: [units]"),
    "small": ("small", 2, "outcome: not_medically_necessary, by: [B]", "advisories: []"),
}


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    (tmp_path / "shelf.dl").write_text(SHELF)
    (tmp_path / "cases" / "all").mkdir(parents=True)
    for name, (size, units, expect, advisories) in CASES.items():
        (tmp_path / "cases" / "all" / f"{name}.yaml").write_text(
            f"id: {name}\ndate_of_service: 2025-01-01\nservices: [{{cpt: S0001, units: {units}}}]\nsize: {size}\n"
            f"expect:\n  S0001: {{{expect}}}\n  {advisories}\n"
        )
    return tmp_path


def cases_of(guideline: Guideline) -> list[Case]:
    return [case for case in read_files(canonical_paths(guideline), guideline) if isinstance(case, Case)]


def changes(program: Program, rule: str) -> list[str]:
    return [m.change for m in mutants(program) if m.rule.id == rule]


def fates(folder: Path, jobs: int = 1) -> dict[str, Fate]:
    loaded = load(folder)
    return {fate.mutant.name: fate for fate in run(loaded, cases_of(loaded), jobs)}


def named(folder: Path, name: str) -> Mutant:
    return next(m for m in mutants(load(folder).program) if m.name == name)


def test_each_part_is_changed_in_turn(shelf: Path) -> None:
    """A rule is dropped, its parts dropped, negated and swapped, its head swapped, its date shifted."""
    assert changes(load(shelf).program, "A") == [
        "dropped",
        "without shelf(Code)",
        "shelf(Code) becomes not shelf(Code)",
        "without size(tall)",
        "size(tall) becomes not size(tall)",
        "size(tall) becomes size(small)",
        "also where size(tall) is size(small)",
        'medically_necessary(Session, Code, "A") becomes medically_necessary(Session, Code, "B")',
        "in force from 2019-12-31, not 2020-01-01",
        "in force from 2020-01-02, not 2020-01-01",
    ]


def test_comparisons_flip_and_shift(shelf: Path) -> None:
    """`> 2` becomes `<= 2`, `>= 2`, `> 1` and `> 3`."""
    found = changes(load(shelf).program, "A/units")
    assert {f"Units > 2 becomes Units {new}" for new in ("<= 2", ">= 2", "> 1", "> 3")} <= set(found)


def test_an_exception_becomes_the_next_of_its_shape(shelf: Path) -> None:
    """`not covered` becomes the absence of another predicate of session and code, the next that is sound."""
    assert "not covered(Session, Code) becomes not service(Session, Code)" in changes(load(shelf).program, "B")
    assert "not asked(Session, Code) becomes not covered(Session, Code)" in changes(load(shelf).program, "B/other")


def test_a_further_disjunct_stands_beside_its_rule(shelf: Path) -> None:
    """A shelf for someone small as well: the rule stays, and the case of someone small notices."""
    program = load(shelf).program
    mutant = named(shelf, "A: also where size(tall) is size(small)")
    heads = [rule.head for rule in mutant.apply(program).rules]
    assert mutant.rule in mutant.apply(program).rules
    assert heads.count(mutant.rule.head) == 2
    assert fates(shelf)[mutant.name].case == "small"


def test_a_further_disjunct_that_gives_nothing_new_is_equivalent(shelf: Path) -> None:
    """What asks for more, for what never holds, or for what it excludes gives nothing that the rule does not."""
    text = SHELF.replace("%@ predicate aside", IDLE + "%@ predicate aside")
    (shelf / "shelf.dl").write_text(text)
    program = load(shelf).program
    reasons = {"A/big": "big(tall) entails big(tiny)", "A/small": "big(small) never holds", "A/not": "its own absence"}
    for rule, reason in reasons.items():
        (mutant,) = (m for m in mutants(program) if m.rule.id == rule and m.kind == "also")
        assert reason in proof(mutant, program), rule
    assert proof(named(shelf, "A: also where size(tall) is size(small)"), program) == ""


IDLE = """
concept(tiny, size, "tiny").

%@ predicate big(Size): {Size} is big
%@ predicate first: one
%@ predicate second: two
%@ predicate third: three

%@ rule A/tall: someone is tall
big(tall) :- size(tall).

%@ rule A/tiny: a tall one is a tiny one and more
big(tiny) :- big(tall).

%@ rule A/big: someone is big
first :- big(tiny).

%@ rule A/small: someone is tall
second :- big(tall).

%@ rule A/not: someone is tall and not small
third :- big(tall), not big(small).

"""

CODES = """
%@ predicate given(Diagnosis): code {Diagnosis} is given
%@ case: diagnoses codes
%@ predicate part(Diagnosis, Category): {Diagnosis} is part of {Category}
%@ case: diagnoses hierarchy
%@ predicate under(Diagnosis, Category): {Diagnosis} falls under {Category}
%@ predicate means(Category, Size): {Category} stands for {Size}

%@ rule A/itself: {Diagnosis} is itself
under(Diagnosis, Diagnosis) :- given(Diagnosis).

%@ rule A/part: {Diagnosis} is part of {Category}
under(Diagnosis, Category) :- under(Diagnosis, Narrower), part(Narrower, Category).

%@ rule A/means: {Diagnosis} stands for {Size}
aside :- under(Diagnosis, Category), means(Category, Size).

%@ facts A/table
means("E23.0", small).
means("E34", tall).
means("E34.328A", tall).

"""


def test_a_prefix_is_lengthened_and_shortened(shelf: Path) -> None:
    """Codes that a hierarchy reads lose and gain a character, within three and seven; a shelf's code is none."""
    text = SHELF.replace("%@ rule C:", CODES + "%@ rule C:")
    (shelf / "shelf.dl").write_text(text)
    program = load(shelf).program
    assert {place for place in code_slots(program) if place[0] == "means"} == {("means", 0)}
    found: dict[object, list[object]] = {}
    for mutant in mutants(program):
        if mutant.kind == "prefix" and mutant.mutated:
            found.setdefault(mutant.rule.head.args[0], []).append(mutant.mutated.head.args[0])
    assert found == {'"E23.0"': ['"E23"', '"E23.00"'], '"E34"': ['"E34.0"'], '"E34.328A"': ['"E34.328"']}


def test_what_is_open_is_closed_and_the_reverse(guideline: Guideline) -> None:
    """The declarations are changed too: what may be undocumented, and what settles it."""
    found = [edit.name for edit in edits(guideline.program) if edit.kind == DECLARED]
    assert "predicate condition: not open" in found
    assert "predicate condition: open without until settled" in found
    assert "predicate finding: open without unless ruled_out" in found


def test_what_settles_an_open_predicate_bears_on_decisions(guideline: Guideline) -> None:
    """A rule that is read only by what closes an open predicate is not idle."""
    program = guideline.program
    for name in ("C2/settled", "I/denied"):
        (rule,) = (rule for rule in program.rules if rule.id == name)
        assert Reach(program, "2025-01-01").bears(rule), name


def test_marks_that_stand_for_nothing_are_named(shelf: Path) -> None:
    """A mark of no mutant, and one of a mutant that a case notices."""
    (shelf / "equivalent.yaml").write_text(
        "- {rule: A, mutation: without everything, reason: gone}\n"
        '- {rule: A, mutation: "without size(tall)", reason: everybody is tall}\n'
    )
    result = CliRunner().invoke(main, ["-g", str(shelf), "test", "--mutate", "--jobs", "1"], catch_exceptions=False)
    assert "marked equivalent for nothing: A: without everything: there is no such mutant" in result.stdout
    assert "marked equivalent for nothing: A: without size(tall): small notices it" in result.stdout


def test_unsound_mutants_do_not_count(shelf: Path) -> None:
    """Without the part that binds the session the rule is unsafe, and no mutant."""
    assert "without asked(Session, Code)" not in changes(load(shelf).program, "A")
    assert "without service(Session, Code)" not in changes(load(shelf).program, "A/asked")


def test_a_mutant_is_noticed_by_a_case_that_comes_out_otherwise(shelf: Path) -> None:
    """The case of someone small notices that size no longer matters, the one of someone tall that the rule is gone."""
    found = fates(shelf)
    assert found["A: without size(tall)"].case == "small"
    assert found["A: dropped"].case == "tall"
    assert found["A/units: Units > 2 becomes Units > 3"].case == "tall"
    assert found["A/units: Units > 2 becomes Units >= 2"].case == "small"
    assert found["A/codes(S0001): dropped"].case


def test_a_mutant_that_no_case_is_about_survives(shelf: Path) -> None:
    """Without the case of someone small nobody notices that size does not matter."""
    (shelf / "cases" / "all" / "small.yaml").unlink()
    assert fates(shelf)["A: without size(tall)"] == Fate(named(shelf, "A: without size(tall)"), "", 0)


def test_a_mutant_for_which_the_time_is_over_is_not_noticed(shelf: Path) -> None:
    """Whatever a case notices in time is not judged without: nobody knows, and the share counts it as not noticed."""
    loaded = load(shelf)
    runner = Runner(loaded, cases_of(loaded))
    found = [fate for fate in map(runner.run, mutants(loaded.program)) if fate.case]
    late = [allowing(-1, partial(runner.run, fate.mutant)) for fate in found]
    assert {(fate.case, fate.tried, "took longer than -1 seconds" in fate.late) for fate in late} == {("", 0, True)}
    told = tally(found[:1] + late[1:], loaded, [])
    assert (told.by_case, told.left, told.late) == (1, [], late[1:])
    assert told.share == pytest.approx(100 / len(found))
    assert f"0 missed, {len(found) - 1} not judged in time (" in str(told)


def test_each_process_keeps_to_the_time_that_is_allowed(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that takes the place of another: a case may take as long there as everywhere else."""
    loaded = load(shelf)

    def allowed(_: Runner, mutant: Mutant) -> Fate:
        return Fate(mutant, "", round((Budget().end - time.monotonic()) / 1000))

    monkeypatch.setattr(Runner, "run", allowed)
    chosen = [*mutants(loaded.program)][:1] * 200
    assert {f.tried for f in allowing(9000, lambda: run(loaded, cases_of(loaded), 2, chosen))} == {9}


def test_processes_leave_an_interrupt_to_who_began_them(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Ctrl-C, which a terminal sends to all of them, the command says one line and its processes none."""
    loaded = load(shelf)

    def told(_: Runner, mutant: Mutant) -> Fate:
        return Fate(mutant, str(signal.getsignal(signal.SIGINT)), 0)

    monkeypatch.setattr(Runner, "run", told)
    assert {fate.case for fate in run(loaded, cases_of(loaded), 2)} == {str(signal.SIG_IGN)}


def test_two_processes_find_what_one_does(shelf: Path) -> None:
    """The number of jobs changes nothing but the time."""
    assert fates(shelf, 2) == fates(shelf, 1)


def test_a_literal_implied_by_another_is_an_equivalent_mutant(shelf: Path) -> None:
    """What is asked for is a shelf by the only rule for it, so that the rule need not say so."""
    program = load(shelf).program
    assert proof(named(shelf, "A: without shelf(Code)"), program) == "shelf(Code) is implied by asked(Session, Code)"
    assert proof(named(shelf, "A: without size(tall)"), program) == ""


def test_a_date_is_equivalent_where_the_rule_bears_on_nothing_that_day(shelf: Path) -> None:
    """What nobody reads may start a day late; a criterion may not."""
    program = load(shelf).program
    late, asked = "in force from 2022-01-02, not 2022-01-01", "in force from 2020-01-02, not 2020-01-01"
    assert "2022-01-01 only" in proof(named(shelf, f"C: {late}"), program)
    assert proof(named(shelf, f"A: {asked}"), program) == ""


def test_what_cannot_hold_before_its_facts_bears_on_nothing(shelf: Path) -> None:
    """On the day before, no code is a shelf, and the criterion cannot be met whatever a case says."""
    program = load(shelf).program
    (rule,) = (rule for rule in program.rules if rule.id == "A")
    early = program._replace(rules=tuple(r._replace(effective="") if r == rule else r for r in program.rules))
    assert not Reach(early, "2019-12-31").bears(rule)
    assert Reach(early, "2020-01-01").bears(rule)


def test_a_mark_needs_a_reason(shelf: Path) -> None:
    """equivalent.yaml names rule, mutation and reason, and counts only where all three stand."""
    path = shelf / "equivalent.yaml"
    path.write_text('- {rule: A, mutation: "without size(tall)", reason: everybody is tall}\n')
    mutant = named(shelf, "A: without size(tall)")
    assert judge_survivors([mutant], load(shelf)) == {mutant.name: "everybody is tall"}
    path.write_text('- {rule: A, mutation: "without size(tall)", reason: ""}\n')
    with pytest.raises(CaseError, match="each with a reason"):
        read_marks(shelf)


def test_the_command_tells_what_was_not_judged(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 1, the mutant and the time that was over for it: it is told as no answer, and as no miss."""

    def late(case: Case, guideline: Guideline, *_: object) -> Result:
        return allowing(-1, lambda: result(case, guideline, "open"))

    monkeypatch.setattr(bench, "result", late)
    told = CliRunner().invoke(main, ["-g", str(shelf), "test", "--mutate", "--jobs", "1"])
    assert told.exit_code == 1
    assert re.search(r" missed, [0-9]+ not judged in time \([0-9.]+ %\)", told.stdout)
    assert re.search(r"A: dropped: not judged: \S+ the evaluation took longer than -1 seconds", told.stdout)


def test_the_command_tells_what_was_missed(shelf: Path) -> None:
    """Status 1 and the mutants missed; 0 where the threshold is met; no bar where stderr is no terminal."""
    (shelf / "cases" / "all" / "small.yaml").unlink()
    args = ["-g", str(shelf), "test", "--mutate", "--jobs", "1"]
    result = CliRunner().invoke(main, args, catch_exceptions=False)
    assert result.exit_code == 1
    assert "A: without size(tall): no case is about it" in result.stdout
    unreviewed = f"{shelf.name}: no words were reviewed; `coverlog test --review` records them\n"
    assert result.stderr == f"{unreviewed}1 case, 1 result, 0 not as expected\n"
    assert CliRunner().invoke(main, [*args, "--threshold", "10"]).exit_code == 0


@pytest.fixture(scope="module")
def shipped_cases(guideline: Guideline) -> list[Case]:
    return cases_of(guideline)


@pytest.fixture(scope="module")
def shipped_mutants(guideline: Guideline) -> list[Mutant]:
    return list(mutants(guideline.program))


def test_the_shipped_cases_notice_mutants(
    guideline: Guideline, shipped_cases: list[Case], shipped_mutants: list[Mutant], size: Callable[[int, int], int]
) -> None:
    """Of mutants drawn at random none goes unnoticed that is not equivalent."""
    chosen = random.Random(7).sample(shipped_mutants, size(8, 400))
    left = [f.mutant for f in run(guideline, shipped_cases, min(2, os.cpu_count() or 1), chosen) if not f.case]
    assert {m.name for m in left} - judge_survivors(left, guideline).keys() == set()


def test_every_mark_names_a_mutant(guideline: Guideline, shipped_mutants: list[Mutant]) -> None:
    """A mark that fits no mutant has outlived its rule."""
    names = {(m.where, m.change) for m in shipped_mutants}
    names |= {(edit.where, edit.change) for edit in edits(guideline.program)}
    assert [mark for mark in read_marks(guideline.folder) if (mark.rule, mark.mutation) not in names] == []
