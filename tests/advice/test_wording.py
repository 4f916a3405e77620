"""A list in words says what it was made of, and nothing else can be read in it."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product, takewhile
from math import inf

import pytest
from coverlog.engine.decision.decide import Judged
from coverlog.engine.decision.need import AtLeast, Need
from coverlog.engine.language.terms import UNDOCUMENTED, Atom
from coverlog.engine.library.guideline import Guideline
from coverlog.engine.program.program import Program
from coverlog.explain.advice.account import Account, accounts
from coverlog.explain.advice.grounds import Grounds
from coverlog.explain.advice.member import paragraph
from coverlog.explain.advice.plain import clause
from coverlog.explain.advice.ways import NTH, in_sentences
from coverlog.explain.advice.wording import alternatives, answer, question
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


CHANGE = re.compile(r"(?:The answer|It) would be yes (?:as well )?(?:if|with) (?:(\d+) things are so together|(.+))\.")
THING = re.compile(rf"(?:{'|'.join(NTH)}), (.+)\.")
ANY = "any one of these: "


def read_ways(sentences: Sequence[str]) -> set[frozenset[str]]:
    """Return every set of clauses that the ways of a paragraph come to, each choice made in turn."""
    found: set[frozenset[str]] = set()
    for at, change in enumerate(map(CHANGE.fullmatch, sentences)):
        if change:
            number, only = change.groups()
            below = map(THING.fullmatch, sentences[at + 1 :])
            things = [only] if only else [told[1] for told in takewhile(bool, below) if told]
            assert only or len(things) in (0, int(number)), "as many things are told as are announced, or none"
            places = [told.removeprefix(ANY).split("; ") if told.startswith(ANY) else [told] for told in things]
            found |= {frozenset(each) for each in product(*places)} if things else set()
    return found


def made_of(account: Account, plain: Callable[[Need | AtLeast], str], program: Program) -> set[frozenset[str]]:
    """Return what the nearest ways of an account come to, each choice made in turn."""
    shown, _ = in_sentences(account.ways)
    found = set()
    for way in (way for way in shown if not way.is_long):
        places = [[plain(each.need) for each in place if isinstance(each.need, Need)] for place in way.places]
        found |= {frozenset([*(clause(atom, program) for atom in way.asked), *chosen]) for chosen in product(*places)}
    return found


def test_every_list_of_a_canonical_case_reads_back(
    guideline: Guideline,
    decided: list[Judged],
    size: Callable[[int, int], int],
    record_property: Callable[[str, object], None],
) -> None:
    """What a member reads of the ways to a yes is read, in both worlds, as the needs that it was written for."""
    program, count = guideline.program, 0

    def plain(need: Need | AtLeast) -> str:
        assert isinstance(need, Need), "this guideline counts nothing"
        limits = need.bounds.in_words() if need.bounds else ""
        return clause(need.atom, program, limits, so=not need.denies)

    assert len({plain(need) for need in vocabulary(guideline)} - {""}) == len(vocabulary(guideline))
    for judged in decided:
        grounds = Grounds(judged)
        for account in accounts(judged):
            told = () if account.nothing else paragraph(account, grounds)
            expected = set() if account.nothing else made_of(account, plain, program)
            assert read_ways(told) == expected, told
            count += len(expected)
    record_property("measured", f"{count} ways read back as the needs that they were made of")
    assert count > size(20, 800)  # beside those of more choices than a sentence tells, which have their number alone
