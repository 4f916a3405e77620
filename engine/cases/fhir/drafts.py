"""Cases from a request: the orders of one day are one case, and each code that an order may be billed by is decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from ...library.guideline import Guideline
from .answers import answers
from .coded import Codes
from .facts import Found, Unused, reasons, recorded
from .orders import Order, orders, passed
from .patient import personal
from .resources import Resources
from .vocabulary import vocabulary
from .writing import Line, Taken, Writing


class Record(NamedTuple):
    """A request with all that it says beside its orders, read once for every day and code."""

    found: Resources
    codes: Codes
    answered: tuple[Found, ...]  # by questionnaires
    beside: tuple[Found, ...]


def record(found: Resources, codes: Codes) -> Record:
    """Return what a request says."""
    return Record(found, codes, tuple(answers(found, codes)), tuple(recorded(found, codes)))


class Draft(NamedTuple):
    """A case that a request says."""

    said: dict[str, Any]  # as a case file has it
    lines: tuple[Line, ...]  # in the order of its services
    asks: tuple[Line, ...]  # the lines that it is there for: all, or the one whose alternative it tries
    taken: tuple[Taken, ...]
    unused: tuple[Unused, ...]


def days(found: Resources) -> dict[str, list[Order]]:
    """Return the orders with a code to bill by, by the day of service; those of no day stand under an empty text."""
    by: dict[str, list[Order]] = {}
    for order in orders(found):
        if order.billing:
            by.setdefault(order.date.value, []).append(order)
    return by


def billed(found: Resources) -> set[str]:
    """Return the codes that the orders of a request may be billed by."""
    return {billing.code for order in orders(found) for billing in order.billing}


def alternatives(of_day: Sequence[Order]) -> Iterator[tuple[tuple[Line, ...], tuple[Line, ...]]]:
    """Yield the lines of each case to be decided, and which of them it is there for.

    The first has the first code of each order. Each other code of an order has one of its own, in which the other
    orders keep their first.
    """
    first = tuple(Line(order, order.billing[0]) for order in of_day)
    yield first, first
    for at, order in enumerate(of_day):
        for billing in order.billing[1:]:
            line = Line(order, billing)
            yield (*first[:at], line, *first[at + 1 :]), (line,)


def drafts(found: Resources, guidelines: Sequence[Guideline], codes: Codes) -> Iterator[Draft]:
    """Yield the cases that a request says, in the words of some guidelines together."""
    held = record(found, codes)
    for day, of_day in days(found).items():
        for number, (lines, asks) in enumerate(alternatives(of_day)) if day else ():
            yield draft(held, lines, asks, guidelines, number)


def draft(held: Record, lines: Sequence[Line], asks: Sequence[Line], guidelines: Sequence[Guideline],
          number: int = 0, *, answered: bool = True) -> Draft:  # fmt: skip
    """Return the case that lines of one day and the record of a request say.

    :param number: of the alternative; 0 for the first codes.
    :param answered: whether what questionnaires were answered counts.
    """
    day, words = lines[0].order.date.value, vocabulary(tuple(guidelines))
    ordered = [line.order for line in lines]
    writing = Writing(words)
    writing.request(day, f"orders-{day}" + (f"-{number + 1}" if number else ""), lines)
    for each in held.answered if answered else ():
        writing.put(each)
    writing.place(ordered, held.found, held.codes, day)
    said = (personal(ordered, held.found, words, day), reasons(ordered, held.found, held.codes), held.beside)
    for each in chain.from_iterable(said):
        writing.put(each)
    for guideline in guidelines:
        writing.drop_faults(guideline, only=len(guidelines) == 1)
    case = {key: value for key, value in writing.said.items() if value not in ([], {})}
    return Draft(case, tuple(lines), tuple(asks), tuple(writing.taken.values()), tuple(dict.fromkeys(writing.unused)))


def not_ordered(found: Resources) -> list[Unused]:
    """Return what stands among the orders of a request and asks for nothing that can be answered."""
    return [Unused(part.path, why) for part, why in passed(found)]
