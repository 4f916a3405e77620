"""The first screen: each reason in about a dozen lines, the outcome first, then what decides it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import click

from ...engine.decision.decide import Judged, LineDecision
from ...engine.program.interface import UNFAVOURABLE, WAITING
from ...engine.program.words import say_session
from ..advice.account import Account, accounts, by_authority
from ..advice.blocks import Block
from ..advice.items import ABSENT, MET, OPEN, STATES, Item
from ..advice.ways import Way
from .decision_text import COLOURS

LINES = 12
"""About how many lines a reason has; what is added where there is room stops there."""


def as_text(judged: Judged, lines: Iterable[LineDecision] = (), width: int = 100, *, all_: bool = False) -> str:
    """Return the reasons of a decision one after another.

    :param all_: tell every criterion in play, however many lines that takes.
    """
    screens = (_Screen(each, judged, width, all_=all_).lines() for each in accounts(judged, lines))
    return "\n".join("\n".join([*screen, ""]) for screen in screens)


class _Screen:
    """Writes one reason."""

    def __init__(self, account: Account, judged: Judged, width: int, *, all_: bool) -> None:
        self.account, self.judged, self.width, self.all = account, judged, width, all_
        self.said: set[str] = set()  # the statements whose words stand already
        states = [f"  {item.state}" for b in account.blocks for group in (b.met, *b.lacking) for item in group]
        names = [block.statement for block in account.blocks]
        self.column = max((len(name) + 1 for name in (*states, *names)), default=9)

    def lines(self) -> list[str]:
        """Return the reason as lines of at most the width."""
        account = self.account
        head, ways = list(self._headline()), self._ways()
        if account.nothing:
            head += [*self._wrap(account.nothing), *self._wanted()]
        shown: list[Block] = []
        left: list[Block] = []
        body: list[str] = []
        for must, blocks in self._criteria():
            more = [line for block in blocks for line in self._block(block)]
            rest = [*ways, *self._rests_on([*shown, *blocks]), *self._folded([*left, *blocks])]
            if must or self.all or len(head) + len(body) + len(more) + len(rest) <= LINES:
                body += more
                shown += blocks
            else:
                left += blocks
        end = [*ways, *self._rests_on(shown)]
        room = LINES - len(head) - len(body) - len(end)
        return [*head, *body, *end, *self._folded(left, short=len(self._folded(left)) > max(room, 1))]

    def _criteria(self) -> list[tuple[bool, list[Block]]]:
        """Return the blocks by criterion, and whether they must be told: the first, and what all criteria ask for."""
        groups = [list(group) for _, group in groupby(self.account.blocks, key=lambda block: block.criterion)]
        common = [not any(block.about for block in group) for group in groups]
        musts = [index == 0 or (each and not all(common)) for index, each in enumerate(common)]
        return sorted(zip(musts, groups, strict=True), key=lambda pair: not pair[0])

    def _wrap(self, text: str, first: str = "", rest: str = "") -> list[str]:
        return textwrap.wrap(
            text, self.width, initial_indent=first, subsequent_indent=rest, break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip

    def _headline(self) -> Iterator[str]:
        line = self.account.lines[0]
        codes = ", ".join(each.cpt for each in self.account.lines)
        outcome = line.outcome.replace("_", " ").upper()
        program = self.judged.guideline.program
        shown = {name: value for name, value in line.shown.items() if value}
        session = say_session(line.session, shown, program).replace(":", ",", 1)
        text = f"{codes} ({session}): {outcome}{self._by(line)}"
        for told in self._wrap(text, rest="  "):
            yield told.replace(outcome, click.style(outcome, fg=COLOURS[line.outcome], bold=True))

    def _by(self, line: LineDecision) -> str:
        if line.reason:
            return f": {self.account.deciding[0][1]}"
        if line.outcome == UNFAVOURABLE:
            return " by " + "; ".join(f"{name}: {words}" for name, words in self.account.deciding)
        if line.by:
            return f" by {', '.join(line.by)}"
        if self.account.wanted:
            return f": no {self.account.wanted} is stated"
        if line.outcome == WAITING and self.account.blocks and all(way.size == 1 for way in self.account.ways):
            return f" for {self.account.blocks[0].criterion}; any one OPEN item decides"
        return ""

    def _block(self, block: Block) -> Iterator[str]:
        single = len(block.lacking) > 1 and block.whole and all(len(group) == 1 for group in block.lacking)
        words = "as well" if block.statement in self.said else f"{'inferred: ' * block.inferred}{block.words}"
        self.said.add(block.statement)
        text = f"{words}{'; any one of:' if single else ''}"
        yield from self._wrap(text, block.statement.ljust(self.column), " " * self.column)
        if single:
            yield from self._items([item for group in block.lacking for item in group])
        else:
            for group in block.lacking:
                yield from self._items(group, "one way: " if len(block.lacking) > 1 else "")
        yield from self._items(block.met)

    def _items(self, items: Sequence[Item], before: str = "") -> Iterator[str]:
        """Yield items, those that stand alike together; an amount that fails has a line of its own."""
        ordered = sorted(items, key=lambda item: STATES.index(item.state))
        for state, same in groupby(ordered, key=lambda item: item.state):
            first = f"  {state}".ljust(self.column)
            yield from self._wrap(before + alike(list(same)), first, " " * self.column)
            before = ""

    def _wanted(self) -> Iterator[str]:
        """Yield what a case has to state before any criterion is about it, and what its record shows already."""
        account = self.account
        if account.wanted:
            text = f"the {account.wanted}; then what its criterion asks for (coverlog checklist)"
            yield from self._wrap(text, f"  {OPEN}".ljust(self.column), " " * self.column)
        if account.recorded:
            first = f"  {MET}".ljust(self.column) if account.wanted else "Recorded: "
            yield from self._wrap(alike(account.recorded), first, " " * self.column if account.wanted else "")

    def _ways(self) -> list[str]:
        account = self.account
        if account.nothing:
            change = "what a criterion for this request names, and what that criterion asks for"
            return [] if account.wanted else self._wrap(f"Could change with: {change}")
        if not account.ways or self._by(account.lines[0]).endswith("decides"):
            return []
        texts = told(account.ways, account.blocks)
        shown = texts if self.all else texts[:3]
        left = len(texts) - len(shown)
        more = f"; {left} more way{'s' * (left > 1)} (coverlog checklist)" if left else ""
        several = " any one of" if len(texts) > 1 else ""
        return self._wrap(f"Would be met with{several}: {'; '.join(shown)}{more}")

    def _rests_on(self, shown: Sequence[Block]) -> list[str]:
        names = {*self.account.rests_on, *(name for block in shown for name in block.rests_on)}
        told = []
        for authority, each in by_authority(names, self.judged.guideline.program).items():
            if authority == "interpretation":
                told.append(f"reading{'s' * (len(each) > 1)} {', '.join(each)}")
            else:
                told.append(f"{', '.join(each)} ({authority.replace('_', ' ')})")
        return self._wrap(f"Rests on: {'; '.join(told)}") if told else []

    def _folded(self, left: Sequence[Block], *, short: bool = False) -> list[str]:
        account = self.account
        told: list[str] = []
        if left:
            told.append(f"also in play: {', '.join(dict.fromkeys(block.criterion for block in left))} (--detail 2)")
        beside = [item for block in (*account.blocks, *account.beside) for item in block.beside]
        if beside:
            several = len(beside) > 1
            told.append(f"{len(beside)} item{'s' * several} that do{'es' * (not several)} not decide"
                        if short else f"does not decide: {alike(beside)}")  # fmt: skip
        met = dict.fromkeys(block.statement for block in account.beside if not block.beside)
        if met:
            told.append(f"{', '.join(met)} (met)")
        if account.others and account.lines[0].outcome in (UNFAVOURABLE, WAITING):
            told.append(f"{len(account.others)} other criteria")
        told += [", ".join(account.folded)] if account.folded else []
        return self._wrap(f"Folded: {'; '.join(told)} (--full)") if told else []


def alike(items: Sequence[Item]) -> str:
    """Return items that stand alike in one text; what the record says of several of them is said once."""
    texts = []
    for _, same in groupby(
        items, key=lambda item: (item.state == MET or item.told.replace(item.weaker, "~"), item.source)
    ):
        each = list(same)
        if len(each) > 1 and each[0].state != MET:
            weaker = list(dict.fromkeys(item.weaker for item in each))
            told = each[0].told if len(weaker) == 1 else f"ruled out, {'; '.join(weaker)} are recorded as absent"
            labels = "; ".join(item.label for item in each)
            texts.append(f"{labels}: each {told}" + (f" ({each[0].source})" if each[0].source else ""))
        else:
            texts += [item.text(short=len(items) > 1) for item in each]
    return "; ".join(texts)


def _standing(item: Item) -> tuple[object, str]:
    """Return how an item stands, whichever it is."""
    return item.state == MET or (item.told if not item.weaker else ABSENT), item.source


def told(ways: Sequence[Way], blocks: Sequence[Block]) -> list[str]:
    """Return ways in words, each once; what stands as the items of one statement already is said by its name."""
    single = [wanted for way in ways if way.size == 1 and not way.only for place in way.places for wanted in place]
    found: dict[str, None] = {}
    for block in blocks:
        labels = {item.label for group in block.lacking for item in group}
        own = [
            wanted for wanted in single if wanted.statement == block.statement and not wanted.needs.startswith(_SIGNS)
        ]
        if len(own) > 2 and block.whole and {wanted.label for wanted in own} <= labels:
            found[f"any one of the {len(own)} under {block.statement}"] = None
            single = [wanted for wanted in single if wanted not in own]
    several = [_several(way) for way in ways if way.size != 1 or way.request or way.only]
    only = [wanted.label for wanted in single]
    return list(dict.fromkeys([*only, *found, *several]))


_SIGNS = ("<", ">", "=")


def _several(way: Way) -> str:
    places = [w[0].label if len(w) == 1 else f"any one of ({'; '.join(x.label for x in w)})" for w in way.places]
    only = f" (for {', '.join(way.only)})" if way.only else ""
    parts = [*(f"a request in which {request}" for request in way.request), *places]
    return (parts[0] if len(parts) == 1 else f"all of ({'; '.join(parts)})") + only
