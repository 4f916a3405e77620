"""The first screen: each reason in about a dozen lines, the outcome first, then what decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from ...engine.decision.decide import Judged, LineDecision
from ...engine.program.interface import FAVOURABLE, SILENT, UNFAVOURABLE, WAITING
from ..advice.account import Account, accounts
from ..advice.blocks import Block
from ..advice.item import ABSENT, BARS, MET, OPEN, OTHER, SHORT
from ..advice.phrases import in_whole_words
from ..advice.told import alike, asked, together
from .account_words import about, folded_told, rests_told, sentence, wanted_told, ways_told
from .decision_text import advisories, emphasis

LINES, WIDTH = 12, 100
"""How many lines a reason has at most, of so many columns; of fewer columns it is the same text in more lines."""

HANG = "  "
"""What the further lines of a text begin with that stands beside no name."""

SOON = 6
"""By which of its lines a reason has what decides it."""

PLAIN, COMMON, BARE, TERSE, FAILING, NEAREST, NAMES = LEVELS = range(7)
"""How tight a screen is, each level as the one before it and tighter.

Every statement has its words; not those that all criteria ask for; the first alone; a choice that is open has what
fails of it as a number, and one way is told by its statements; what is met is a number; what all criteria ask for is
a name; so are the words of the first.
"""

DECIDING: dict[str, tuple[str, ...]] = {
    FAVOURABLE: (MET,),
    UNFAVOURABLE: (SHORT, ABSENT, BARS, OTHER),
    WAITING: (OPEN,),
    SILENT: (),
}
"""The states of the items that decide, by the role of an outcome."""


def as_text(
    judged: Judged, lines: Iterable[LineDecision] = (), width: int = 100, *, all_: bool = False, colour: bool = True
) -> str:
    """Return the reasons of a decision one after another, and what the guideline advises beside them.

    :param all_: tell every criterion in play, however many lines that takes.
    :param colour: give the outcome its colour.
    """
    told, written = accounts(judged, lines), dict[object, list[str]]()
    screens = [screen(account, judged, width, all_=all_, colour=colour, written=written) for account in told]
    return "\n\n".join("\n".join(lines) for lines in [*screens, advisories(judged, width)] if lines)


def screen(
    account: Account, judged: Judged, width: int, *, all_: bool = False, colour: bool = False,
    written: dict[object, list[str]] | None = None,
) -> list[str]:  # fmt: skip
    """Return one reason as lines of at most `width` columns, in as few as tell what decides it.

    A narrow screen has the text of a wide one.

    :param written: what was written already, which reasons have in common.
    """
    written = {} if written is None else written
    found: list[tuple[bool, int, int, list[str], _Screen]] = []
    for tight in LEVELS[:1] if all_ else LEVELS:
        each = _Screen(account, judged, max(width, WIDTH), tight, written, all_=all_, colour=colour)
        lines = each.lines()
        late = each.decides(lines) > SOON
        found.append((late, len(lines), tight, lines, each))
        if len(lines) <= LINES and not late:
            break
    *_, lines, each = min(found)
    return lines if width >= WIDTH else each.lines(width)


class _Screen:
    """Writes one reason."""

    def __init__(
        self, account: Account, judged: Judged, width: int, tight: int, written: dict[object, list[str]],
        *, all_: bool, colour: bool,
    ) -> None:  # fmt: skip
        self.account, self.judged, self.width, self.tight, self.all = account, judged, width, tight, all_
        self.colour, self.shown, self.written = colour, list[Block](), written
        self.said = set[str]()  # the statements whose words stand already
        names = [block.statement for block in account.blocks]
        names += [HANG + i.state for b in account.blocks for group in (b.met[:1], *b.lacking) for i in group]
        self.column = max(map(len, names), default=8) + 1

    def lines(self, width: int = 0) -> list[str]:
        """Return the reason as lines.

        :param width: write in so many columns what was chosen for the ones it has.
        """
        account, chosen = self.account, self.shown if width else None
        self.width, self.said = width or self.width, set()
        head, ways = list(self._headline()), self._wrap(self._ways(), rest=HANG)
        if account.nothing:
            head += [*self._wrap(account.nothing), *self._wanted()]
        body, shown, left = self._body(len(head) + len(ways), chosen)
        self.shown = shown
        return [*head, *body, *ways, *self._rests_on(shown), *self._folded(left)]

    def _body(self, told: int, chosen: list[Block] | None) -> tuple[list[str], list[Block], list[Block]]:
        """Return the criteria that are told, as lines and as blocks, and the blocks that are not.

        :param told: how many lines the text has beside them, but for what it rests on and what is folded.
        :param chosen: the blocks that are to be told; without any those that there is room for.
        """
        body, shown, left = list[str](), list[Block](), list[Block]()
        least = told + bool(self.account.rests_on) + bool(self.account.folded)
        criteria = self._criteria()
        for at, (must, blocks, common) in enumerate(criteria, 1):
            later = [block for needed, each, _ in criteria[at:] for block in each if not needed]
            must = must or self.all or (chosen is not None and blocks[0] in chosen)
            if not must and (chosen is not None or least + len(body) + len(blocks) > LINES):
                left += blocks
                continue
            said = set(self.said)
            more = [line for block in blocks for line in self._block(block, common=common)]
            if must or self._fits(told + len(body) + len(more), [*shown, *blocks], [*left, *later]):
                body += more
                shown += blocks
            else:
                left += blocks
                self.said = said
        return body, shown, left

    def _fits(self, told: int, shown: Sequence[Block], left: list[Block]) -> bool:
        """Say whether so many lines leave room for those below them."""
        if told > LINES or (told := told + len(self._rests_on(shown))) > LINES:
            return False
        return told + len(self._folded(left)) <= LINES

    def _criteria(self) -> list[tuple[bool, list[Block], bool]]:
        """Return the blocks by criterion, whether they must be told, and whether all criteria ask for them."""
        groups = [list(group) for _, group in groupby(self.account.blocks, key=lambda block: block.criterion)]
        if self.account.lines[0].role != FAVOURABLE:
            groups = list(together(groups))
        common = [not any(block.about for block in group) for group in groups]
        if (line := self.account.lines[0]).role == FAVOURABLE:
            all_by = self.tight < NEAREST
            musts = [
                not at or (all_by and any(b.statement in line.by for b in group)) for at, group in enumerate(groups)
            ]
        else:
            musts = [not at or (each and not all(common) and self.tight < NEAREST) for at, each in enumerate(common)]
        return sorted(zip(musts, groups, common, strict=True), key=lambda each: not each[0])

    def _ways(self) -> str:
        most = 99 if self.all else 3 - min(self.tight, 1) - (self.tight >= TERSE)
        return ways_told(self.account, most, named=self.tight >= TERSE)

    def _wrap(self, text: str, first: str = "", rest: str = "") -> list[str]:
        return in_whole_words(text, self.width, first, rest)

    def _under(self, begin: str, text: str) -> list[str]:
        """Return a text behind what it begins with, its further lines below it."""
        return self._wrap(text, begin.ljust(self.column), " " * self.column) or [begin]

    def _headline(self) -> Iterator[str]:
        line = self.account.lines[0]
        codes = ", ".join(each.code for each in self.account.lines)
        outcome = line.words.upper()
        shown = about(self.account, self.judged)
        coloured = emphasis(line.role, outcome) if self.colour else outcome
        for told in self._wrap(f"{codes}{f' ({shown})' * bool(shown)}: {outcome}{sentence(self.account)}", rest=HANG):
            yield told.replace(outcome, coloured)

    def decides(self, lines: Sequence[str]) -> int:
        """Return the number of the line that has the first item that decides; 1 where the headline says it all."""
        account, at = self.account, self.column
        states = tuple(f"{state} " for state in DECIDING[account.lines[0].role])
        told = [] if account.nothing else enumerate(lines, 1)
        return next((n for n, line in told if line[at if line[:1].strip() else 2 :].startswith(states)), 1)

    def _block(self, block: Block, *, common: bool) -> list[str]:
        """Return a statement with its items; where room is short, without the words of those that are not the first."""
        bare = self.tight >= NAMES or (self.said and (self.tight >= BARE or (common and self.tight == COMMON)))
        words = "" if bare or block.statement in self.said else f"{'inferred: ' * block.inferred}{block.words}"
        self.said.add(block.statement)
        unmet = self.tight >= FAILING and self.account.lines[0].role != FAVOURABLE
        key = block, words, unmet, self.tight >= TERSE, self.column, self.width
        return self._once(key, lambda: list(self._written(block, words, unmet=unmet)))

    def _once(self, key: object, write: Callable[[], list[str]]) -> list[str]:
        """Return what is written already, or write it."""
        if (told := self.written.get(key)) is None:
            told = self.written[key] = write()
        return told

    def _written(self, block: Block, words: str, *, unmet: bool) -> Iterator[str]:
        """Yield a statement with its items, perhaps those alone that are not met."""
        parts, any_one = asked(block, open_alone=self.tight >= TERSE)
        if unmet:
            parts = [part for part in parts if part[0] != MET] or parts
        name = "or" if block.instead else block.statement
        alone = len({state for state, _ in parts}) == 1  # then the first item stands beside the name
        if words or not alone:
            text = f"{words}{'; ' * bool(words and any_one)}{'any one of:' * any_one}"
            yield from self._under(name, text)
        for number, (state, text) in enumerate(parts):
            beside = not words and alone and not number
            mark = f"{state} {'any one of: ' * any_one}" if beside else ""
            yield from self._under(name if beside else f"  {state}", mark + text)

    def _wanted(self) -> Iterator[str]:
        """Yield what a case has to state before any criterion is about it, and what its record shows already."""
        account = self.account
        if account.wanted:
            text = f"{wanted_told(account)}; then what its criterion asks for (coverlog checklist)"
            yield from self._under(f"  {OPEN}", text)
        if account.recorded:
            number = len(account.recorded)
            many = self.tight >= FAILING and number > 1
            told = f"{number} items (--detail 2)" if many else alike(account.recorded, short=True)
            yield from self._under(f"  {MET}", told) if account.wanted else self._wrap(f"Recorded: {told}", rest=HANG)

    def _rests_on(self, shown: Sequence[Block]) -> list[str]:
        key = self.account.rests_on, tuple([block.rests_on for block in shown]), self.width
        return self._once(key, lambda: self._wrap(rests_told(self.account, shown), rest=HANG))

    def _folded(self, left: list[Block]) -> list[str]:
        key = id(self.account), tuple(map(id, left)), self.tight, self.width
        return self._once(key, lambda: self._wrap(self._folded_told(left), rest=HANG))

    def _folded_told(self, left: list[Block]) -> str:
        more = self._numbers([block for block in self.account.blocks if block not in left])
        return folded_told(self.account, left, short=self.tight > PLAIN, more=list(more))

    def _numbers(self, shown: Sequence[Block]) -> Iterator[str]:
        """Yield how many items of the blocks shown are left out, where they are."""
        if self.tight >= TERSE:
            lacking = [[any(item.fails for item in group) for group in block.lacking] for block in shown]
            if failing := sum(sum(each) for each in lacking if not all(each)):
                yield f"{failing} that fail{'s' * (failing == 1)} where another is open (--detail 2)"
        unmet = self.tight >= FAILING and self.account.lines[0].role != FAVOURABLE
        left_out = {item for block in shown if block.lacking for item in block.met}
        if met := len(left_out if unmet else ()):
            yield f"{met} item{'s' * (met > 1)} met (--detail 2)"
