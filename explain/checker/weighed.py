"""What would settle an aggregate, for the proof checker: what can be documented of its members, and what that adds.

A comparison with the value holds whatever else turns out once the least or the most that it may be has moved far
enough. What moves it are members that surely count, or surely do not, and bounds on amounts that nobody documented,
step by step: so much as the options that hold are worth together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...engine.language.terms import UNDOCUMENTED, Atom, Place, Rule
from .count import INFINITE, Count, Member, Way, total, worth
from .ground import TRUE, UNKNOWN, names
from .truth import Instance

STEPS = 100
"""The most steps of a bound on an amount that is one of several things in a sum."""
CONTRARY = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


class Option(NamedTuple):
    """Something to document of a member: that it counts or not, perhaps with an amount beyond or below a bound."""

    worth: int
    so: bool
    member: Member
    bound: int | None = None


class Wanted(NamedTuple):
    """Options of which enough have to hold; where it is not complete there are more that are not told apart."""

    need: int
    options: tuple[Option, ...]
    complete: bool = True


Ways = tuple[bool, tuple[Wanted, ...]]
"""What is wanted: all of it, or any."""


def holding(count: Count) -> list[Ways]:
    """Return what each comparison of an aggregate needs to hold."""
    return [_compared(count, guard.op, total(guard.right, count.binding)) for guard in count.aggregate.guards]


def failing(count: Count) -> list[Ways]:
    """Return what each comparison of an aggregate needs to fail."""
    return [_compared(count, CONTRARY[guard.op], total(guard.right, count.binding)) for guard in count.aggregate.guards]


def _compared(count: Count, op: str, number: int) -> Ways:
    if op in ("=", "!="):
        off = int(op == "!=")
        return op == "=", (_more(count, number + off), _less(count, number - off))
    if op in (">=", ">"):
        return True, (_more(count, number + (op == ">")),)
    return True, (_less(count, number - (op == "<")),)


def _more(count: Count, number: int) -> Wanted:
    """Return what makes the value at least a number."""
    need = number - count.low
    if need <= 0:
        return Wanted(0, ())
    known, amounts = _open(count)
    options = [Option(abs(each), each > 0, member) for member, each in known]
    if amounts and not _apart(count, amounts):
        return Wanted(need, tuple(options), complete=False)
    if len(amounts) == 1 and not known:
        return Wanted(need, (Option(need, True, amounts[0], need),))
    if amounts and need > STEPS:
        return Wanted(need, tuple(options), complete=False)
    options += [Option(1, True, member, step) for member in amounts for step in range(1, need + 1)]
    return Wanted(need, tuple(options))


def _less(count: Count, number: int) -> Wanted:
    """Return what makes the value at most a number; every amount has to have a bound for that."""
    known, amounts = _open(count)
    options = [Option(abs(each), each < 0, member) for member, each in known]
    spare = sum(option.worth for option in options)
    high = sum(worth(member, count.aggregate.function)[1] for member in count.members if member not in amounts)
    if not amounts:
        return Wanted(max(high - number, 0), tuple(options))
    room = number - high + spare
    if room < 0:
        return Wanted(1, ())
    if not _apart(count, amounts):
        return Wanted(1, (), complete=False)
    if len(amounts) == 1 and not known:
        return Wanted(1, (Option(1, False, amounts[0], room),))
    if room >= STEPS:
        return Wanted(1, (), complete=False)
    first = len(amounts) * room + spare + 1
    for member in amounts:
        options.append(Option(first, False, member, room))
        options += [Option(1, False, member, step) for step in range(room)]
    return Wanted(len(amounts) * (first + room) + high - number, tuple(options))


def _open(count: Count) -> tuple[list[tuple[Member, int]], list[Member]]:
    """Return the members that may count, with what they add, and those that add an undocumented amount."""
    open_ = [member for member in count.members if member.value == UNKNOWN]
    ends = [(member, worth(member, count.aggregate.function)) for member in open_]
    known = [(member, low + high) for member, (low, high) in ends if high < INFINITE and low + high]
    return known, [member for member, (_, high) in ends if high == INFINITE]


def _apart(count: Count, amounts: Iterable[Member]) -> bool:
    """Say whether no amount can be one with another number, which would count once."""
    behind = [member.terms[1:] for member in count.members]
    return all(behind.count(member.terms[1:]) == 1 for member in amounts)


def as_instance(way: Way) -> Instance:
    """Return a way in which a member counts as an instance of a rule that gives its terms."""
    rule = Rule("", Atom("", way.element.terms), way.element.condition, "", (), (), "", "", "", Place("", 1))
    return Instance(rule, way.binding, rule.head, way.premises, way.absences, TRUE)


def amount_of(way: Way) -> Atom:
    """Return the undocumented amount that a way adds up."""
    name = names(way.element.terms[:1])[0]
    patterns = [literal.atom for literal in way.element.literals if literal.positive]
    return next(
        atom for pattern, atom in zip(patterns, way.premises, strict=True)
        if name in names(pattern.args) and UNDOCUMENTED in atom.args
    )  # fmt: skip
