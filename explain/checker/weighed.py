"""What would settle an aggregate, for the proof checker: what can be documented of its members, and what that adds.

A comparison with the value holds whatever else turns out once the least or the most that it may be has moved far
enough. What moves it are members that surely count, or surely do not, and bounds on amounts that nobody documented,
step by step: so much as the options that hold are worth together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...engine.language.terms import Atom, Place, Rule
from .count import INFINITE, Count, Member, Way, total
from .ground import TRUE, UNKNOWN
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
    options, amounts = _open(count, up=True)
    if not _apart(count, amounts):
        return Wanted(need, tuple(options), complete=False)
    if len(amounts) == 1 and not options and amounts[0].worth[1] >= need:
        return Wanted(need, (Option(need, True, amounts[0], need),))
    complete = True
    for member in amounts:
        last = min(need, member.worth[1])
        complete &= last <= STEPS
        options += [Option(1, True, member, step) for step in range(1, last + 1)] if last <= STEPS else []
    return Wanted(need, tuple(options), complete)


def _less(count: Count, number: int) -> Wanted:
    """Return what makes the value at most a number; every amount without an end has to have a bound for that."""
    options, amounts = _open(count, up=False)
    endless = [member for member in amounts if member.worth[1] == INFINITE]
    bounded = {member.terms: member.worth[1] for member in amounts if member not in endless}
    high = sum(member.worth[1] for member in count.members if member not in endless)
    spare = sum(option.worth for option in options) + sum(bounded.values())
    room = number - high + spare
    if high <= number and not endless:
        return Wanted(0, ())
    if room < 0:
        return Wanted(1, ())
    if not _apart(count, amounts):
        return Wanted(1, (), complete=False)
    if len(amounts) == 1 and not options:
        only = amounts[0]
        return Wanted(1, (Option(1, False, only, room if endless else number - high + only.worth[1]),))
    complete, first = True, len(endless) * room + spare + 1
    for member in amounts:
        steps = range(room + 1) if member in endless else range(member.worth[1])
        complete &= len(steps) <= STEPS
        for step in steps if len(steps) <= STEPS else ():
            options.append(Option(first if member in endless and step == room else 1, False, member, step))
    return Wanted(len(endless) * (first + room) + high - number, tuple(options), complete)


def _open(count: Count, *, up: bool) -> tuple[list[Option], list[Member]]:
    """Return what moves the value by members of known worth, and the members that add an undocumented amount."""
    known = [m for m in count.members if m.value == UNKNOWN and not m.is_amount and m.worth != (0, 0)]
    options = [Option(m.worth[1] - m.worth[0], (m.worth[1] > 0) == up, m) for m in known]
    return options, [member for member in count.members if member.is_amount]


def _apart(count: Count, amounts: Iterable[Member]) -> bool:
    """Say whether no amount can be below zero, or one with another number, which would count once."""
    behind = [member.terms[1:] for member in count.members]
    return all(behind.count(member.terms[1:]) == 1 and member.worth[0] >= 0 for member in amounts)


def as_instance(way: Way) -> Instance:
    """Return a way in which a member counts as an instance of a rule that gives its terms."""
    rule = Rule("", Atom("", way.element.terms), way.element.condition, "", (), (), "", "", "", Place("", 1))
    return Instance(rule, way.binding, rule.head, way.premises, way.absences, TRUE)
