"""Bodies put in order once they are read: every `_` by its place, the variables that aggregates share with the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from .terms import MIRROR, Aggregate, Atom, Comparison, Element, Guard, Literal, Part, Term, Var, variables


def aggregate(function: str, elements: tuple[Element, ...], left: Sequence[Any], right: Sequence[Any]) -> Aggregate:
    """Return an aggregate as it is read, with its value on the left of each comparison.

    :param left: the terms and the sign before it, or None twice.
    :param right: the sign and the terms behind it, or None twice.
    """
    guards = [Guard(MIRROR[str(op)], terms) for terms, op in (left,) if op] + [
        Guard(str(o), t) for o, t in (right,) if o
    ]
    return Aggregate(function.removeprefix("#"), elements, tuple(guards), ())


def numbered(parts: Iterable[Part]) -> Iterator[Part]:
    """Name each `_` of a body by its place, so that no two are one and a text reads the same every time."""
    numbers = count(1)

    def named(terms: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple([Var(f"_{next(numbers)}") if term == ("_",) else term for term in terms])

    def of(part: Literal | Comparison) -> Literal | Comparison:
        if isinstance(part, Literal):
            return Literal(Atom(part.atom.predicate, named(part.atom.args)), part.positive)
        return Comparison(named(part.left), part.op, named(part.right))

    for part in parts:
        if isinstance(part, Aggregate):
            elements = [Element(named(each.terms), tuple(map(of, each.condition))) for each in part.elements]
            guards = [Guard(guard.op, named(guard.right)) for guard in part.guards]
            yield Aggregate(part.function, tuple(elements), tuple(guards), ())
        else:
            yield of(part)


def sharing(parts: Sequence[Part], head: Atom | None = None) -> Iterator[Part]:
    """Tell the aggregates of a body which variables stand elsewhere too: these mean the same there."""
    outside = {*variables(head.args)} if head else set()
    for part in parts:
        outside.update(_outside(part))
    for part in parts:
        if isinstance(part, Aggregate):
            own = {name for element in part.elements for name in element.names()}
            names = (own & outside) | set(_outside(part))
            yield part._replace(shared=tuple(sorted(names)))
        else:
            yield part


def _outside(part: Part) -> Iterator[str]:
    """Yield the variables of a part, but for those inside the elements of an aggregate."""
    if isinstance(part, Literal):
        yield from variables(part.atom.args)
    elif isinstance(part, Comparison):
        yield from part.names()
    else:
        yield from (name for guard in part.guards for name in variables(guard.right))
