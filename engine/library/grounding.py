"""Grounded editions, kept for the next start: which firings there are, or why it has none, and what bears on what."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..evaluation.compiled import Row
from ..evaluation.component import Slot
from ..evaluation.limits import NotGroundedError
from ..evaluation.prepared import Outline, Prepared
from ..language.terms import Atom, Constant, Quantity, Term
from ..program.graph import Strata
from ..program.program import Program
from .cache import of_edition

if TYPE_CHECKING:
    from ..evaluation.grounded import Fired, Grounded

Outlined = tuple[str, Outline | None]  # why it cannot be grounded, or an empty text; else its outline
Found = tuple[str, "tuple[Fired, ...]"]  # why it cannot be grounded, or an empty text; its firings


def grounded(program: Program, strata: Strata, date: str, seal: tuple[str, str]) -> Grounded:
    """Return the edition of a date grounded, as an earlier start kept it where one did.

    :param seal: the digest of the guideline's text, empty where it was not read from one, and the edition.
    :raises NotGroundedError: where it cannot be grounded.
    """
    from ..evaluation.grounded import ground, with_firings

    def made() -> Found:
        try:
            return "", ground(program, strata, date).fired
        except NotGroundedError as error:
            return str(error), ()

    why, fired = of_edition("grounded", seal, _decoded, made, _encoded)
    if why:
        raise NotGroundedError(why)
    return with_firings(program, strata, date, fired)


def _encoded(found: Found) -> Any:
    return [found[0], [[rule, _listed(row)] for rule, row in found[1]]]


def _written(constant: Term) -> Any:
    return constant.__getnewargs__() if isinstance(constant, Quantity) else constant


def _decoded(data: Any) -> Found:
    """Return what a list says.

    :raises ValueError: where it says no grounded edition; other errors where it is no such list at all.
    """
    why, fired = data
    if type(why) is not str:
        raise ValueError(why)
    return why, tuple([(rule, tuple(map(_read, row))) for rule, row in fired])


def _read(value: Any) -> Constant:
    if type(value) is list:
        count, places, unit = value
        return Quantity(int(count), int(places), str(unit))
    if type(value) not in (int, str):
        raise ValueError(value)
    return value  # type: ignore[no-any-return]


def why_no_circuit(program: Program, strata: Strata, date: str) -> str:
    """Return why the edition of a date has no circuit, as far as its text tells; an empty text where it does not."""
    from ..evaluation.grounded import with_firings

    try:
        with_firings(program, strata, date, ())
    except NotGroundedError as error:
        return str(error)
    return ""


def prepared(program: Program, strata: Strata, date: str, seal: tuple[str, str]) -> Prepared:
    """Return the edition of a date ready to choose the firings of cases from; see `grounded`.

    :raises NotGroundedError: where too much follows.
    """

    def made() -> Outlined:
        from ..evaluation.outline import outline

        try:
            return "", outline(program, strata, date)
        except NotGroundedError as error:
            return str(error), None

    why, found = of_edition("outline", seal, _outline, made, _outlined)
    if found is None:
        raise NotGroundedError(why)
    return Prepared(program, strata, date, found)


@lru_cache(maxsize=16)
def bearing_on(predicate: str, prepared: Prepared, seal: tuple[str, str]) -> frozenset[Slot]:
    """Return what bears on a predicate in an edition, as an earlier start kept it where one did; see `bearing`.

    :param seal: see `grounded`.
    """

    def made() -> frozenset[Slot]:
        from ..evaluation.bearing import bearing

        return bearing(prepared, predicate)

    return of_edition(f"bearing/{predicate}", seal, _slots, made, _slotted)


def _slotted(slots: Iterable[Slot]) -> Any:
    return [slot if isinstance(slot, str) else [slot.predicate, _listed(slot.args)] for slot in sorted(slots, key=str)]


def _slots(data: Any) -> frozenset[Slot]:
    """Return what a list says; see `_decoded`."""
    return frozenset([each if type(each) is str else _slot(*each) for each in data])


def _slot(predicate: Any, args: Any) -> Atom:
    if type(predicate) is not str:
        raise ValueError(predicate)
    return Atom(predicate, _row(args))


def _outlined(told: Outlined) -> Any:
    static, listed, given = told[1] or ((), (), ())
    return [told[0], [
        [[rule, _listed(row)] for rule, row in static], [[rule, [*map(_listed, rows)]] for rule, rows in listed], given,
    ]]  # fmt: skip


def _listed(row: Iterable[Term]) -> list[Any]:
    return list(map(_written, row))


def _outline(data: Any) -> Outlined:
    """Return what a list says; see `_decoded`."""
    why, (static, listed, given) = data
    if type(why) is not str:
        raise ValueError(why)
    return why, None if why else Outline(
        tuple([(int(rule), _row(row)) for rule, row in static]),
        tuple([(int(rule), tuple(map(_row, rows))) for rule, rows in listed]),
        tuple([(str(name), tuple(map(bool, columns)), tuple(map(_row, rows))) for name, columns, rows in given]),
    )


def _row(values: Any) -> Row:
    return tuple(map(_read, values))
