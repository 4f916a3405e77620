"""The items and ways of an account in words, for every form that it is shown in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ...engine.decision.decide import Judged
from ...engine.program.interface import FAVOURABLE, WAITING
from ..advice.account import Account, by_authority
from ..advice.blocks import Block, Group
from ..advice.phrases import listed
from ..advice.told import ANY, FEW, alike, asked
from ..advice.ways import Way

WHOLE = " (--full)"
_SIGNS = ("<", ">", "=")


def about(account: Account, judged: Judged) -> str:
    """Return the session of an account's lines, where the case has several, what is shown of it, and a date.

    The date is the one whose rules apply, where that is not the date of service.
    """
    line, program = account.lines[0], judged.guideline.program
    several = len({each.session for each in judged.decision.lines}) > 1
    shown = [program.label(value) for name, value in line.shown.items()
             if value and "Session" in program.predicates[name].params]  # fmt: skip
    return ", ".join([f"session {line.session}"] * several + shown + [judged.dated] * bool(judged.dated))


def sentence(account: Account) -> str:
    """Return what an outcome is by, its reason or what it waits for, to stand behind it."""
    line = account.lines[0]
    if line.reason:
        return f": {account.deciding[0][1]}"
    if account.fails:
        return " by " + "; ".join(f"{name}: {words}" for name, words in account.deciding)
    if line.by:
        return f" by {', '.join(line.by)}"
    if account.wanted:
        return f": no {'other ' * account.another}{account.wanted} is stated"
    if line.role == WAITING and line.missing_complete and not account.ways:
        return f": what is open would not lead to a yes{'; ' * bool(account.between)}{account.between}"
    names = dict.fromkeys(block.criterion for block in account.blocks if block.about)
    told = f" for {', '.join(list(names)[:3])}{', ...' * (len(names) > 3)}" if names else ""
    several = sum(len(place) for way in account.ways for place in way.places) > 1
    return told + f"; {'any one' if several else 'the'} OPEN item decides" * account.any_decides


def wanted_told(account: Account) -> str:
    """Return what a case has to state before any criterion is about it."""
    return f"{'another' if account.another else 'the'} {account.wanted}"


def ways_told(account: Account, most: int, *, named: bool = False) -> str:
    """Return what would be different, the nearest first, and how much more there is; empty where nothing would.

    :param most: how many ways are told.
    :param named: tell a way that takes several things by the statements that ask for them.
    """
    if account.nothing:
        if account.wanted:
            return ""
        return "Could change with: what a criterion for this request names, and what that criterion asks for"
    if not account.ways:
        return ""
    led = {way.outcome for way in account.ways}
    ways = [way._replace(outcome="") for way in account.ways] if len(led) == 1 else account.ways
    texts = told(ways, account.blocks, named=named)
    if not texts or account.any_decides:
        return ""
    met = next(iter(led)) if len(led) == 1 else ""
    shown = texts if texts[1:] else [texts[0].removeprefix(ANY)]
    return f"Would be {met or 'met'} with{f' {ANY[:-2]}' * (len(texts) > 1)}: {nearest(shown, most)}"


def nearest(ways: Sequence[str], most: int) -> str:
    """Return so many ways in words at most, and how many more there are."""
    left = len(ways) - len(ways[:most])
    return "; ".join(ways[:most]) + (f"; {left} more way{'s' * (left > 1)} (coverlog checklist)" if left else "")


def told(ways: Sequence[Way], blocks: Sequence[Block], *, named: bool = False) -> list[str]:
    """Return ways in words, each once; what stands as the items of one statement already is said by its name."""
    single = [(w, _aside(way)) for way in ways if not way.request and way.size == 1 for w in way.places[0]]
    found: dict[str, None] = {}
    for block in blocks:
        labels = {item.label for group in block.lacking for item in group}
        own = [(w, aside) for w, aside in single
               if w.statement == block.statement and not (aside or w.needs.startswith(_SIGNS))]  # fmt: skip
        if len(own) > 2 and block.whole and {w.label for w, _ in own} <= labels:
            found[f"any one of the {len(own)} under {block.statement}"] = None
            single = [each for each in single if each not in own]
    several = [_several(way, named=named) for way in ways if way.request or way.size > 1]
    return list(dict.fromkeys([*(w.label + aside for w, aside in single), *found, *several]))


def _several(way: Way, *, named: bool) -> str:
    parts = [f"a request in which {request}" for request in way.request]
    if named and len(way.places) > 1:
        parts += _numbers(way)
    else:
        parts += [w[0].label if len(w) == 1 else f"any one of ({'; '.join(x.label for x in w)})" for w in way.places]
    return (f"all of ({'; '.join(parts)})" if parts[1:] else parts[0]) + _aside(way)


def _numbers(way: Way) -> Iterator[str]:
    """Yield how many items a way takes of each statement, those of which it takes as many together."""
    taken = Counter(place[0].statement for place in way.places)
    for number in sorted({*taken.values()}):
        names = [name for name, each in taken.items() if each == number]
        yield f"{number} item{'s' * (number > 1)} under {'each of ' * bool(names[1:])}{listed(names)}"


def _aside(way: Way) -> str:
    """Return what is to be said beside a way."""
    told = f" (for {', '.join(way.only)})" * bool(way.only) + " (an advisory objects)" * bool(way.objections)
    return told + f" ({way.outcome})" * bool(way.outcome)


def rests_told(account: Account, shown: Iterable[Block]) -> str:
    """Return what the outcome and the blocks shown rest on, by authority; empty where they rest on nothing."""
    names = {*account.rests_on, *(name for block in shown for name in block.rests_on)}
    texts = []
    for authority, each in by_authority(names, account.program).items():
        if authority == "interpretation":
            texts.append(f"reading{'s' * (len(each) > 1)} {', '.join(each)}")
        else:
            texts.append(f"{', '.join(each)} ({authority.replace('_', ' ')})")
    return f"Rests on: {'; '.join(texts)}" if texts else ""


def folded_told(account: Account, left: Sequence[Block], *, short: bool = False, more: Sequence[str] = ()) -> str:
    """Return what is left out, by name and number.

    :param left: the blocks that there was no room for.
    :param short: give the number of the items that do not decide, not their names.
    :param more: what else is left out.
    """
    texts = []
    favourable = account.lines[0].role == FAVOURABLE
    shown = {block.criterion for block in account.blocks if block not in left}
    names = [name for name in dict.fromkeys([block.criterion for block in left]) if name not in shown]
    if names:
        texts.append(f"{'met as well' if favourable else 'also in play'}: {', '.join(names)} (--detail 2)")
    texts += more
    beside: Group = tuple(dict.fromkeys([i for block in (*account.blocks, *account.beside) for i in block.beside]))
    for items, does in account.apart(beside) if beside else ():
        number = f"{len(items)} item{'s' * (len(items) > 1)} that {does}"
        texts.append(number if short or len(items) > FEW else f"{alike(items)} ({does})")
    common = {block.statement for block in account.beside if not block.beside}
    if met := account.program.in_order(common - {block.statement for block in account.blocks} if common else ()):
        texts.append(f"{', '.join(met)} (met)")
    if account.others and account.lines[0].lacks:
        texts.append(f"{len(account.others)} {'other ' * bool(shown)}criteri{'a' if len(account.others) > 1 else 'on'}")
    texts += [", ".join(account.folded)] if account.folded else []
    return f"Folded: {'; '.join(texts)}{WHOLE}" if texts else ""


def facts(account: Account, judged: Judged) -> dict[str, Any]:
    """Return an account in words, part by part, for a page that lays it out."""
    wanted = f"{wanted_told(account)}; then what its criterion asks for" if account.wanted else ""
    return {
        "codes": ", ".join(line.code for line in account.lines), "about": about(account, judged),
        "outcome": account.lines[0].outcome,
        "role": account.lines[0].role, "says": account.lines[0].words,
        "sentence": sentence(account), "nothing": account.nothing,
        "wanted": wanted, "recorded": alike(account.recorded, short=True), "blocks": list(_laid_out(account.blocks)),
        "criteria": list(dict.fromkeys(each.criterion for each in account.blocks)),
        "ways": ways_told(account, 99), "rests": rests_told(account, account.blocks),
        "folded": folded_told(account, []).removesuffix(WHOLE),
    }  # fmt: skip


def _laid_out(blocks: Iterable[Block]) -> Iterator[dict[str, Any]]:
    """Yield blocks part by part, the words of a statement once."""
    said: set[tuple[str, str]] = set()
    for block in blocks:
        parts, any_one = asked(block)
        again = (block.statement, block.words) in said
        said.add((block.statement, block.words))
        yield {
            "statement": block.statement, "any_one": any_one, "criterion": block.criterion, "parts": parts,
            "words": "" if again else ("inferred: " if block.inferred else "") + block.words, "instead": block.instead,
        }  # fmt: skip
