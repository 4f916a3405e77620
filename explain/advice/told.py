"""The items of a statement in words: those that stand alike together, a choice marked as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from .blocks import Block
from .item import ABSENT, MET, STATES, Item

ANY, WAY = "any one of: ", "one way: "
FURTHER = {ANY: "or: ", WAY: "and with it: "}
"""What the further lines of a choice, or of a way, begin with."""
FEW = 3
"""So many things are told one by one; of more what they have in common is said once, or their number is."""


def asked(block: Block, *, open_alone: bool = False) -> tuple[list[tuple[str, str]], bool]:
    """Return what a block lacks and what is met, as (state, items in words), and whether any one item is enough.

    What every way of it lacks is said apart, so that what follows `any one of` is a choice.

    :param open_alone: leave out the ways that fail, where there are others that are open.
    """
    if not block.lacking:
        return [(MET, alike(block.met))] if block.met else [], False
    lacking = [group for group in block.lacking if not any(item.fails for item in group)] if open_alone else []
    lacking = lacking or list(block.lacking)
    common = [item for item in next(iter(lacking), ()) if all(item in group for group in lacking)]
    rests = [tuple(item for item in group if item not in common) for group in lacking]
    rests = [rest for rest in rests if rest]
    singles = [rest[0] for rest in rests if len(rest) == 1] if block.whole else []
    single = len(singles) == len(rests) > 1
    told = _by_state(common)
    if single:
        told += _marked("" if not common else ANY, singles)
    else:
        drawn = singles if len(singles) > 1 else []
        told += _marked(ANY, drawn)
        told += [each for rest in rests if len(rest) > 1 or not drawn for each in _marked(WAY, rest)]
    return told + _by_state(block.met), single and not common


def _marked(mark: str, items: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """Yield items by their state, with what the first of them begins with; see `FURTHER`."""
    for at, (state, text) in enumerate(_by_state(items)):
        yield state, (FURTHER.get(mark, "") if at else mark) + text


def of_each(told: str) -> str:
    """Return what the record says of each of several things."""
    other = told.endswith(" is stated") or any(nothing in told for nothing in ("not recorded", "not stated"))
    return told if other else f"each {told}"


def _by_state(items: Iterable[Item]) -> list[tuple[str, str]]:
    ordered = sorted(items, key=lambda item: STATES.index(item.state))
    return [(state, alike(list(same))) for state, same in groupby(ordered, key=lambda item: item.state)]


def alike(items: Sequence[Item], *, short: bool = False) -> str:
    """Return items that stand alike in one text; what the record says of several of them is said once.

    :param short: leave out `recorded` of one alone too.
    """
    texts = []
    for _, same in groupby(items, key=_standing):
        each = list(same)
        if len(each) > 1 and (each[0].state != MET or (len(each) > FEW and {i.told for i in each} == {"recorded"})):
            weaker = list(dict.fromkeys(item.weaker for item in each))
            told = each[0].told if len(weaker) == 1 else f"ruled out, {'; '.join(weaker)} are recorded as absent"
            labels = "; ".join(item.label for item in each)
            texts.append(f"{labels}: {of_each(told)}" + (f" ({each[0].source})" if each[0].source else ""))
        else:
            texts += [item.text(short=short or len(items) > 1) for item in each]
    return "; ".join(texts)


def _standing(item: Item) -> tuple[object, str]:
    """Return how an item stands, whichever it is."""
    return item.state == MET or (item.told if not item.weaker else ABSENT), item.source


def together(groups: Iterable[list[Block]]) -> Iterator[list[Block]]:
    """Yield the blocks of criteria, those that lack the same together: what is met of one never stands alone."""
    whole = list[Block]()
    for group in groups:
        whole += group
        if any(block.lacking for block in group):
            yield whole
            whole = []
    if whole:
        yield whole
