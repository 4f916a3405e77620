"""A `%@ range` line: facts for each code from one to another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..language.errors import GuidelineError
from ..language.parser import Annotation, Clause, parse
from ..language.terms import Atom, quote
from .declaration import AmissError

MOST = 10_000
"""How many codes a range may have."""
_RANGE = re.compile(r'(?P<name>[a-z]\w*): *"(?P<first>[^"]*)" +to +"(?P<last>[^"]*)"(?P<rest> *,.*)?')
_CODE = re.compile(r"(?P<before>.*?)(?P<digits>[0-9]+)(?P<after>[^0-9]*)")
_FIX = 'write %@ range NAME: "A00.1" to "A00.9", ARGUMENT'


def expanded(note: Annotation) -> Iterator[Clause]:
    """Yield the facts of a range, each at the place of its line.

    :raises AmissError: where the line cannot be read, or its codes differ in more than their last run of digits.
    """
    match = _RANGE.fullmatch(note.rest)
    if not match:
        raise AmissError("a range cannot be read", _FIX)
    fact: Annotation | Clause = note
    try:
        (fact,) = parse(f'{match["name"]}("x"{match["rest"] or ""}).', "range")
    except (GuidelineError, ValueError):  # no clause, or more than one
        fact = note
    if not isinstance(fact, Clause) or fact.body:
        raise AmissError(f"a range has arguments that cannot be read: {match['rest']}", _FIX)
    for code in codes(match["first"], match["last"]):
        yield Clause(Atom(fact.head.predicate, (quote(code), *fact.head.args[1:])), (), note.place)


def codes(first: str, last: str) -> list[str]:
    """Return the codes from one to another, both included, in order.

    :raises AmissError: where they differ in more than their last run of digits, or are none or too many.
    """
    one, other = _CODE.fullmatch(first), _CODE.fullmatch(last)
    if not one or not other or (one["before"], one["after"]) != (other["before"], other["after"]):
        raise AmissError(f"{quote(first)} and {quote(last)} differ in more than their last digits", "write two ranges")
    if len(one["digits"]) != len(other["digits"]):
        raise AmissError(f"{quote(first)} and {quote(last)} have not as many digits", "write two ranges")
    low, high, width = int(one["digits"]), int(other["digits"]), len(one["digits"])
    if not 0 <= high - low < MOST:
        told = f"more than {MOST:,} codes" if high > low else "no code"
        raise AmissError(f"from {quote(first)} to {quote(last)} is {told}", "write the smaller one first, and no more")
    return [f"{one['before']}{number:0{width}}{one['after']}" for number in range(low, high + 1)]
