"""NCD 240.4 is decided as its criteria, read by hand, decide it; its statements are those of the determination."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from coverlog.engine.cases.case import Case, read_text
from coverlog.engine.cases.find import canonical_paths
from coverlog.engine.decision.decide import decide, judge
from coverlog.engine.decision.decision import Decision
from coverlog.engine.language.errors import CaseError
from coverlog.engine.library.guideline import Guideline, load
from coverlog.explain.advice.account import accounts
from coverlog.explain.advice.letter import letter
from coverlog.explain.checker.verify import verify
from coverlog.explain.proof.build import prove
from coverlog.explain.proof.document import as_json
from coverlog.explain.render.account_text import LINES, screen
from coverlog.explain.testing.differing import compare

Said = dict[str, Any]
WORLDS = ("open", "closed")
COVERED = ("covered_initial", "covered", "covered_in_study")
OUTCOMES = {*COVERED, "not_covered", "more_information_needed", "not_addressed"}

S, R, F = "stated", "recalled", "inferred"
FROM = "2008-03-13"
TABLE = {
    "B": (S, FROM), "B.1": (R, FROM), "B.2": (R, FROM), "B.3": (S, FROM), "B.4": (R, FROM), "B.5.a": (S, FROM),
    "B.5.b": (S, FROM), "B.6": (S, FROM), "B.7": (S, FROM), "B.8": (R, FROM), "C": (R, FROM),
    "Codes": (F, ""), "Codes.accessories": (F, ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def ncd() -> Guideline:
    return load("ncd_240_4")


def _read(said: Said, guideline: Guideline) -> Case:
    (case,) = read_text(json.dumps(said).encode(), "generated", guideline)
    assert isinstance(case, Case), (case, said)
    return case


def _cases(seed: int, number: int, criteria: ModuleType, guideline: Guideline) -> Iterator[tuple[Said, Case]]:
    rng = random.Random(seed)
    for _ in range(number):
        said = criteria.generate(rng)
        yield said, _read(said, guideline)


def _lines(decision: Decision) -> list[Said]:
    keys = ("cpt", "session", "outcome", "by", "reason", "missing")
    return [{key: line.as_json()[key] for key in keys} for line in decision.lines]


def test_decisions_equal_the_criteria(
    ncd: Guideline,
    apnea_criteria: ModuleType,
    size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """Every line of every generated case is decided as the criteria decide it, in both worlds."""
    seen: Counter[str] = Counter()
    for said, case in _cases(0, size(80, 2000), apnea_criteria, ncd):
        for world in WORLDS:
            judged = [dict(line) for line in apnea_criteria.judge(said, world)]
            assert _lines(decide(case, ncd, world=world)) == judged, (world, said)
            seen.update(line["outcome"] for line in judged)
    record_property("measured", f"{seen.total()} lines equal the criteria: {dict(sorted(seen.items()))}")
    assert set(seen) == OUTCOMES


def test_every_proof_of_generated_cases_holds(
    ncd: Guideline, apnea_criteria: ModuleType, size: Callable[[int, int], int]
) -> None:
    """The checker, which reads dates, decimals and ranges by itself, finds nothing wrong."""
    for said, case in _cases(1, size(12, 300), apnea_criteria, ncd):
        for world in WORLDS:
            proof = prove(judge(case, ncd, world=world))
            assert verify(as_json(proof), case, ncd.program) == [], (world, said)


def test_contradictory_documentation_is_refused(ncd: Guideline, apnea_criteria: ModuleType) -> None:
    """What the criteria find contradictory is an error, and nothing else of a drawn case is."""
    rng, found = random.Random(5), Counter[str]()
    for _ in range(1500):
        said = apnea_criteria._draw(rng)
        if wrong := apnea_criteria.contradictions(said):
            (case,) = read_text(json.dumps(said).encode(), "drawn", ncd)
            if isinstance(case, Case):
                with pytest.raises(CaseError, match="contradictory"):
                    decide(case, ncd)
            found.update(wrong)
    assert found.keys() >= set(apnea_criteria.ICD10)


def test_the_statements_are_those_of_the_determination(ncd: Guideline) -> None:
    """Each statement stands with its authority, the day it entered and its section, and has a rule."""
    program = ncd.program
    assert {s.id: (s.authority, s.effective) for s in program.statements.values()} == TABLE
    assert {name for rule in program.rules for name in rule.cites} == set(TABLE)
    for statement in program.statements.values():
        if statement.authority != F:
            assert f"NCD 240.4, {statement.id[0]}. Nationally" in statement.source


def test_every_interpretation_is_followed(ncd: Guideline) -> None:
    """N-1 to N-9 each name the rules, or the predicates that may be undocumented, that are read by them."""
    followed = {reading for rule in ncd.program.rules for reading in rule.readings}
    followed |= {reading for predicate in ncd.program.predicates.values() for reading in predicate.readings}
    assert followed == set(ncd.program.interpretations) == {f"N-{n}" for n in range(1, 10)}


def test_what_was_recalled_is_named_by_the_answers_that_rest_on_it(ncd: Guideline) -> None:
    """Every line that is covered names a recalled statement, and only statements and readings to be confirmed."""
    cases = [_read_path(path, ncd) for path in canonical_paths(ncd) if path.parent.name in COVERED]
    assert cases
    for case in cases:
        for line in decide(case, ncd).lines:
            named = [ncd.program.statements[name].authority for name in line.rests_on if name in TABLE]
            assert set(named) <= {R, F}, case.id
            assert line.outcome not in COVERED or R in named, case.id


def _read_path(path: Any, guideline: Guideline) -> Case:
    (case,) = read_text(path.read_bytes(), str(path), guideline)
    assert isinstance(case, Case), case
    return case


SAID_OF_DATES = {
    "day-before-the-eighteenth-birthday": ("SHORT", "birth date: 17 years stated"),
    "child-enrolled": ("SHORT", "age: 17 years recorded, at least 18 needed"),
    "both-indices-below-5": ("SHORT", "the apnea-hypopnea index (AHI): 2.0 events per hour recorded"),
    "another-test": ("ABSENT", "any one of: an unattended home sleep test with a Type II device"),
}


@pytest.mark.parametrize("name", SAID_OF_DATES)
def test_what_fails_is_never_told_as_met(name: str, ncd: Guideline) -> None:
    """A number that the case has from a date falls short like any other, and what is told once is not told again."""
    (case,) = (_read_path(path, ncd) for path in canonical_paths(ncd) if path.stem == name)
    judged = judge(case, ncd)
    (account,) = accounts(judged)
    lines = screen(account, judged, 100)
    state, said = SAID_OF_DATES[name]
    told = " ".join(" ".join(lines).split())
    assert f"{state} {said}" in told
    assert told.count(said) == 1
    assert "any one of: any one of" not in told
    assert "(covered for" not in told
    for block in account.blocks:
        assert not {item.atom for item in block.met} & {i.atom for group in block.lacking for i in group}


def test_a_member_reads_plain_words(
    ncd: Guideline,
    readability: ModuleType,
    size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """Each paragraph is of grade 8 or lower, without codes, ids or abbreviations, and says no sentence twice."""
    grades, screens = [], []
    for path in canonical_paths(ncd)[:: size(12, 1)]:
        for world in WORLDS:
            judged = judge(_read_path(path, ncd), ncd, world=world)
            for reason in letter(judged).reasons:
                text = " ".join(reason.member)
                own = re.sub(r' \("[^"]*"\)', "", text)
                assert not re.findall(r"\b[A-Z]{2,}\b|[{}_]|\bB\.\d|\d{5}|\bsome \w+\b|table below", own), own
                facts = [each for each in reason.member if "guideline asks" not in each]
                assert len(set(facts)) == len(facts)
                grades.append(readability.grade(own))
            for account in accounts(judged):
                lines = screen(account, judged, 100)
                screens.append((len(lines), path.stem, world))
                assert len(lines) <= LINES, "\n".join(lines)
    record_property("measured", f"{len(grades)} paragraphs of NCD 240.4, highest grade {max(grades):.1f}; "
                                f"{len(screens)} screens, longest {max(screens)}")  # fmt: skip
    assert max(grades) <= 8


@pytest.mark.parametrize(("leads", "differs"), [(["covered_initial"], False), (["covered"], True), ([], True)])
def test_a_canonical_case_may_say_what_its_missing_sets_lead_to(
    ncd: Guideline, leads: list[str], differs: bool
) -> None:
    """Of the outcomes that cover a line, `missing_for` names those that the sets lead to; others are a difference."""
    (path,) = (p for p in canonical_paths(ncd) if p.stem == "symptom-not-documented")
    (case,) = read_text(path.read_bytes(), str(path), ncd)
    assert isinstance(case, Case)
    expected = {"E0601": {"outcome": "more_information_needed", "missing_for": leads}}
    assert bool(list(compare(decide(case, ncd), expected, ncd.program))) == differs
