"""A list in words says what it was made of, and nothing else can be read in it."""

from collections.abc import Callable, Iterator
from math import inf

import pytest
from coverlog.engine.cases.case import Case, read_files
from coverlog.engine.decision.decide import judge
from coverlog.engine.decision.need import Need
from coverlog.engine.language.terms import UNDOCUMENTED, Atom
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.interface import AWAITED, CUSTOMARY
from coverlog.explain.advice.asks import Box, needs
from coverlog.explain.advice.groups import groups
from coverlog.explain.advice.remedies import ways
from coverlog.explain.advice.wording import alternatives, answer, question, showing
from hypothesis import given
from hypothesis import strategies as st

WORLDS = ("open", "closed")
Words = dict[str, Need]


def vocabulary(guideline: Guideline) -> list[Need]:
    """Every need that a record of the guideline can meet; an amount with several bounds."""
    found = []
    for predicate in guideline.program.predicates.values():
        for concept in guideline.program.of_kind(predicate.open_kind) if predicate.open_kind else ():
            if len(predicate.params) > 1:
                amount = Atom(predicate.name, (concept, *(UNDOCUMENTED,) * (len(predicate.params) - 1)))
                assert predicate.case
                four, *some = map(predicate.case.quantity, (4, 1, 1, 2, 5))
                found += [Need(amount, low, high, concept) for low, high in ((four, inf), some[:2], some[2:])]
            else:
                stated = bool(predicate.until)
                found += [Need(Atom(predicate.name, (concept,)), n, n, concept, bool(stated * n)) for n in (1, 0)]
    return found


@pytest.fixture(scope="module")
def words(guideline: Guideline) -> Words:
    """What is said of each need, by the words."""
    return {answer(need, guideline.program): need for need in vocabulary(guideline)}


def pieces(text: str, between: str, last: str, known: Callable[[str], bool]) -> Iterator[list[str]]:
    """Yield every way to read a text as A, or as A `last` B, or as A `between` B `last` C, of what is known."""
    if known(text):
        yield [text]
    at = text.find(between)
    while between and at >= 0:
        if known(text[:at]):
            for rest in pieces(text[at + len(between) :], between, last, known):
                if len(rest) > 1:
                    yield [text[:at], *rest]
        at = text.find(between, at + 1)
    at = text.find(last)
    while at >= 0:
        if known(text[:at]) and known(text[at + len(last) :]):
            yield [text[:at], text[at + len(last) :]]
        at = text.find(last, at + 1)


def read(text: str, words: Words) -> set[frozenset[Need]]:
    """Return every set of needs that alternatives can be read as."""
    found = {
        frozenset(map(words.__getitem__, each)) for each in pieces(text, ", that ", " or that ", words.__contains__)
    }
    there = text.partition(" ")[0] == "there" and " ".join(text.split()[:2]) + " "
    if there:
        found |= {
            frozenset(words[there + each] for each in told)
            for told in pieces(text.removeprefix(there), ", ", " or ", lambda each: there + each in words)
        }
    return found


def test_each_need_has_words_and_a_question_of_its_own(guideline: Guideline) -> None:
    """No two needs are said, or asked for, alike."""
    every = vocabulary(guideline)
    assert len({answer(need, guideline.program) for need in every}) == len(every)
    bounded = [need for need in every if not need.bounds or need.high == inf]
    assert len({question(need, guideline.program) for need in bounded}) == len(bounded)


@given(data=st.data())
def test_alternatives_read_back_as_what_they_were_made_of(
    data: st.DataObject, guideline: Guideline, words: Words
) -> None:
    """Whatever needs there are to choose among, their words are read in one way."""
    chosen = data.draw(st.lists(st.sampled_from(sorted(words)), min_size=1, max_size=6, unique=True))
    assert read(alternatives(chosen), words) == {frozenset(map(words.__getitem__, chosen))}, alternatives(chosen)


def read_box(text: str, words: Words) -> set[tuple[frozenset[Need], ...]]:
    """Return every way to read what a record has to show, place by place."""
    places = text.split("; ")
    told = [places[0], *(each.removeprefix("and ").removeprefix("that ") for each in places[1:])]
    found: set[tuple[frozenset[Need], ...]] = {()}
    for each in told:
        found = {(*before, choice) for before in found for choice in read(each, words)}
    return found


def boxed(guideline: Guideline, every: int) -> Iterator[Box]:
    names = [each.name for each in (*CUSTOMARY, AWAITED)]
    folders = [guideline.folder / "cases" / name for name in (*names, "mixed")]
    for case in list(read_files(folders, guideline))[::every]:
        assert isinstance(case, Case)
        for world in WORLDS:
            judged = judge(case, guideline, world=world)
            for line in judged.decision.lines:
                yield from (group.box for group in groups(ways(judged, line).ways) if group.box)


def test_every_list_of_a_canonical_case_reads_back(
    guideline: Guideline, words: Words, size: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    """What would change an outcome is read, in both worlds, as the needs that it was written for."""
    count = 0
    for box in boxed(guideline, size(25, 1)):
        told = showing(needs(box), guideline.program)
        assert read_box(told, words) == {tuple(map(frozenset, needs(box)))}, told
        count += 1
    record_property("measured", f"{count} lists read back as the needs that they were made of")
    assert count > size(20, 2000)
