"""The first screen: each reason in about a dozen lines, the outcome first, then what decides it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

from ...engine.decision.decide import Judged, LineDecision
from ..advice.account import Account, accounts
from ..advice.blocks import Block
from ..advice.item import MET, OPEN
from .account_words import about, alike, asked, folded_told, rests_told, sentence, ways_told
from .decision_text import emphasis

LINES = 12
"""How many lines a reason has, where what decides it can be told in as many."""

PLAIN, COMMON, BARE = range(3)
"""How tight a screen is: every statement has its words; not those that all criteria ask for; the first alone."""


def as_text(
    judged: Judged, lines: Iterable[LineDecision] = (), width: int = 100, *, all_: bool = False, colour: bool = True
) -> str:
    """Return the reasons of a decision one after another.

    :param all_: tell every criterion in play, however many lines that takes.
    :param colour: give the outcome its colour.
    """
    told = accounts(judged, lines)
    screens = (screen(account, judged, width, all_=all_, colour=colour) for account in told)
    return "\n".join("\n".join([*lines, ""]) for lines in screens)


def screen(account: Account, judged: Judged, width: int, *, all_: bool = False, colour: bool = False) -> list[str]:
    """Return one reason as lines of at most `width` columns, in as few as tell what decides it."""
    lines: list[str] = []
    for tight in (PLAIN,) if all_ else (PLAIN, COMMON, BARE):
        lines = _Screen(account, judged, width, tight, all_=all_, colour=colour).lines()
        if len(lines) <= LINES:
            break
    return lines


class _Screen:
    """Writes one reason."""

    def __init__(
        self, account: Account, judged: Judged, width: int, tight: int, *, all_: bool, colour: bool
    ) -> None:  # fmt: skip
        self.account, self.judged, self.width, self.tight, self.all = account, judged, width, tight, all_
        self.colour = colour
        self.said: set[str] = set()  # the statements whose words stand already
        states = [f"  {item.state}" for b in account.blocks for group in (b.met, *b.lacking) for item in group]
        names = [block.statement for block in account.blocks]
        self.column = max((len(name) + 1 for name in (*states, *names)), default=9)

    def lines(self) -> list[str]:
        """Return the reason as lines."""
        account = self.account
        head, ways = list(self._headline()), self._wrap(ways_told(account, 99 if self.all else 3 - bool(self.tight)))
        if account.nothing:
            head += [*self._wrap(account.nothing), *self._wanted()]
        shown: list[Block] = []
        left: list[Block] = []
        body: list[str] = []
        for must, blocks, common in self._criteria():
            more = [line for index, block in enumerate(blocks) for line in self._block(block, index, common=common)]
            rest = [*ways, *self._rests_on([*shown, *blocks]), *self._folded([*left, *blocks])]
            if must or self.all or len(head) + len(body) + len(more) + len(rest) <= LINES:
                body += more
                shown += blocks
            else:
                left += blocks
        return [*head, *body, *ways, *self._rests_on(shown), *self._folded(left)]

    def _criteria(self) -> list[tuple[bool, list[Block], bool]]:
        """Return the blocks by criterion, whether they must be told, and whether all criteria ask for them."""
        groups = [list(group) for _, group in groupby(self.account.blocks, key=lambda block: block.criterion)]
        common = [not any(block.about for block in group) for group in groups]
        musts = [index == 0 or (each and not all(common)) for index, each in enumerate(common)]
        return sorted(zip(musts, groups, common, strict=True), key=lambda each: not each[0])

    def _wrap(self, text: str, first: str = "", rest: str = "") -> list[str]:
        return textwrap.wrap(
            text, self.width, initial_indent=first, subsequent_indent=rest, break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip

    def _under(self, begin: str, text: str) -> list[str]:
        """Return a text behind what it begins with, its further lines below it."""
        return self._wrap(text, begin.ljust(self.column), " " * self.column) or [begin]

    def _headline(self) -> Iterator[str]:
        line = self.account.lines[0]
        codes = ", ".join(each.code for each in self.account.lines)
        outcome = line.words.upper()
        shown = about(self.account, self.judged)
        for told in self._wrap(f"{codes}{f' ({shown})' * bool(shown)}: {outcome}{sentence(self.account)}", rest="  "):
            yield told.replace(outcome, emphasis(line.role, outcome)) if self.colour else told

    def _block(self, block: Block, index: int, *, common: bool) -> Iterator[str]:
        """Yield a statement with its items; where room is short, without the words of those that are not the first."""
        parts, any_one = asked(block)
        bare = self.said and (self.tight == BARE or (common and self.tight == COMMON))
        words = "" if bare or block.statement in self.said else f"{'inferred: ' * block.inferred}{block.words}"
        self.said.add(block.statement)
        alone = len({state for state, _ in parts}) == 1  # then the first item stands beside the name
        if words or not alone:
            text = f"{words}{'; ' * bool(words and any_one)}{'any one of:' * any_one}"
            yield from self._under(block.statement, text)
        for number, (state, text) in enumerate(parts):
            beside = not words and alone and not number
            mark = f"{state} {'any one of: ' * any_one}" if beside else ""
            yield from self._under(block.statement if beside else f"  {state}", mark + text)

    def _wanted(self) -> Iterator[str]:
        """Yield what a case has to state before any criterion is about it, and what its record shows already."""
        account = self.account
        if account.wanted:
            text = f"the {account.wanted}; then what its criterion asks for (coverlog checklist)"
            yield from self._under(f"  {OPEN}", text)
        if account.recorded:
            told = alike(account.recorded)
            yield from self._under(f"  {MET}", told) if account.wanted else self._wrap(f"Recorded: {told}")

    def _rests_on(self, shown: Iterable[Block]) -> list[str]:
        return self._wrap(rests_told(self.account, shown))

    def _folded(self, left: list[Block]) -> list[str]:
        return self._wrap(folded_told(self.account, left, short=self.tight > PLAIN))
