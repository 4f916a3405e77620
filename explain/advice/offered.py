"""What a member is told of the ways to a yes: one thing a sentence, and each choice whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...engine.decision.need import AtLeast, Need
from ...engine.program.program import Program
from .account import Account
from .phrases import some
from .plain import clause, tests_of
from .ways import NTH, Way, in_sentences

ANY = "any one of these: "
POINT = "the point in the table below is met"


def offered(account: Account, program: Program) -> Iterator[str]:
    """Yield the nearest ways to a yes, and how many more there are; the sentences of one way as lines of a text."""
    shown, more = in_sentences(account.ways)
    led = {way.outcome for way in account.ways}
    one = next(iter(led)) if len(led) == 1 else ""  # the one outcome that all ways lead to
    shown = [way._replace(outcome="") for way in shown] if one else shown
    single = [_wanted(each.need, program) for way in shown if way.is_single for each in way.places[0]]
    several = ["\n".join(_way(way, account, program)) for way in shown if not way.is_single]
    if single:
        several.insert(0, f"{_if(_choice(single))}.")
    for number, told in enumerate(dict.fromkeys(several)):
        yield f"{'It would be yes as well' if number else 'The answer would be yes'} {told}"
    yield f"It would then be {one}." if one else ""
    yield f"There {'is' if more == 1 else 'are'} {some(more, 'more way')}." if more else ""
    yield "Your doctor can ask us for the list." if more or any(way.is_long for way in shown) else ""
    if not account.lines[0].missing_complete:
        yield "There may be other ways as well."


def _way(way: Way, account: Account, program: Program) -> Iterator[str]:
    """Yield a way that takes several things, or of which there is more to say, the first as the end of `yes `."""
    things = [clause(atom, program) or POINT for atom in way.asked]
    things += [POINT] * (len(way.request) - len(things))  # a code that is asked for, or no more, stands in the table
    things += [_choice([_wanted(wanted.need, program) for wanted in place]) for place in way.places]
    if way.is_long or len(things) > 1:
        yield f"if {way.size} things are so together."
        yield from () if way.is_long else (f"{nth}, {each}." for nth, each in zip(NTH, things, strict=False))
    else:
        yield f"{_if(things[0])}."
    lines = [line for line in account.lines if line.code in way.only]
    if lines:
        yield f"This would be a yes only for {tests_of(lines, program)}."
    if way.outcome:
        yield f"It would then be {way.outcome}."
    if way.objections:
        yield "A note on this stands below the table."


def _if(told: str) -> str:
    return f"with {told}" if told.startswith(ANY) else f"if {told}"


def _choice(texts: Sequence[str]) -> str:
    """Return one thing as it is, and several as a choice."""
    told = list(dict.fromkeys(texts))
    return told[0] if len(told) == 1 else ANY + "; ".join(told)


def _wanted(need: Need | AtLeast, program: Program) -> str:
    if isinstance(need, AtLeast):
        return need.in_words(_wanted(each, program) for each in need.of)
    limits = need.bounds.in_words() if need.bounds else ""
    said = clause(need.atom, program, limits, so=not need.denies)
    if not said and need.denies:
        said = f"your record says no to this: {clause(need.atom, program)}"
    return said or POINT
