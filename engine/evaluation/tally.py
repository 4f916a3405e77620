"""Aggregates at work: what one counts or adds up under a binding, surely and possibly, and whether that is enough.

What is undocumented may or may not be so, so that the value is within two ends: the least is that of what
is surely so, the most that of what may be so as well (of a sum, where numbers below zero stand on the other
side). An amount that nobody documented may be any that its declaration admits (from 0 up, where it
has no bounds), or there may be none. It is another amount than
every other one, so two of them count twice at most. A comparison with the value holds where it holds for all
within the ends, fails where it holds for none, and is unknown otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import inf

from ..language.comparison import NotANumberError, throughout, total
from ..language.terms import UNDOCUMENTED, Aggregate, Atom, Element, Place, Rule
from ..language.unify import Binding
from .rules import Firing, Member, Model, Tally, instance

_LARGEST = 2**31


@lru_cache(maxsize=4096)
def as_rule(element: Element) -> Rule:
    """Return a rule that gives the terms of an element wherever its condition holds."""
    return Rule("", Atom("", element.terms), element.condition, "", (), (), "", "", "", Place("", 1))


def tallied(aggregate: Aggregate, binding: Binding, ways: Iterable[tuple[Element, Binding]], model: Model) -> Tally:
    """Return what an aggregate comes to.

    :param binding: the values of the variables that it shares with its rule.
    :param ways: each way in which the condition of an element holds, surely or possibly.
    :raises NotANumberError: where a sum is not of whole numbers, or beyond 32 bits.
    """
    found: dict[object, list[Firing]] = {}
    for element, way in ways:
        firing = instance(as_rule(element), way)
        # Amounts that nobody documented look the same and need not be; one amount is one, whatever else is read.
        found.setdefault((firing.head.args, _unknown(firing)), []).append(firing)
    members = sorted((_member(firings, model) for firings in found.values()), key=_order)
    ends = [member.worth(aggregate.function) for member in members]
    low, high = sum(least for least, _ in ends), sum(most for _, most in ends)
    if low <= -_LARGEST or _LARGEST <= high < inf:
        raise NotANumberError(f"{aggregate} adds up to a number beyond 32 bits")
    told = [throughout(guard.op, low, high, total(guard.right, binding, aggregate)) for guard in aggregate.guards]
    value = False if False in told else None if None in told else True
    return Tally(aggregate, binding, tuple(members), low, high, value)


def _member(firings: list[Firing], model: Model) -> Member:
    ranked = sorted((not model.is_sure(firing), [str(v) for _, v in sorted(firing.binding.items())], at)
                    for at, firing in enumerate(firings))  # fmt: skip
    ways = tuple(firings[at] for *_, at in ranked)
    return Member(ways[0].head.args, ways, not ranked[0][0], *_range(ways[0], model))  # type: ignore[arg-type]


def _unknown(way: Firing) -> tuple[Atom, ...]:
    """Return the undocumented amount that a way adds up, as what it is read from; nothing for another way."""
    if way.head.args[0] != UNDOCUMENTED:
        return ()
    patterns = (literal.atom for literal in way.rule.literals if literal.positive)
    return tuple(p for pattern, p in zip(patterns, way.premises, strict=True) if way.rule.head.args[0] in pattern.args)


def _range(way: Firing, model: Model) -> tuple[float, ...]:
    """Return the most and the least that an undocumented amount can be which a way adds up; nothing for another way."""
    if not (read := _unknown(way)):
        return ()
    keys = [declared.case for each in read if (declared := model.declared.get(each.predicate)) and declared.case]
    return (_plain(keys[0].highest), _plain(keys[0].lowest)) if keys else (inf, 0)


def _plain(number: float) -> float:
    return int(number) if abs(number) < inf else number


def _order(member: Member) -> tuple[bool, list[str], list[str]]:
    return not member.sure, [str(term) for term in member.terms], [str(atom) for atom in member.ways[0].premises]
