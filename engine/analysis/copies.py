"""A case beside another one that says more: the same slots, some of them filled where the first says nothing."""

from __future__ import annotations

from collections.abc import Iterable

from .encoder import Encoder
from .legal import Chosen, Legal, Values
from .lines import Line, classes, line_of
from .slots import Option, Slot


def copied(legal: Legal, values: Values, at: int = 0) -> Encoder:
    """Return what encodes a circuit for a copy of the case, some slots of which hold other values."""
    return legal.encoders[at].beside(legal.given(at, values), legal.numbers(at, {slot for slot, _ in values}))


def line_in(legal: Legal, encoder: Encoder, line: Line, at: int = 0) -> Line:
    """Return what a line may come to in a copy."""
    circuit = legal.circuits[at]
    ways = classes(circuit, legal.space.another())[line.codes]
    return line_of(line.codes, ways, circuit.grounded.program, encoder)


def refused_in(legal: Legal, encoder: Encoder, values: Values, at: int = 0) -> int:
    """Return the literal that is so where a copy contradicts itself."""
    return legal.formula.either([legal.refused(at, encoder, values), legal.misdated(values)])


def filled(legal: Legal, added: Iterable[tuple[Slot, Option]]) -> Values:
    """Return the values of a copy in which some slots hold a value where the first case says nothing."""
    values = {}
    for slot, new in added:
        nothing = legal.literal(slot, slot.options[0])
        values[slot, slot.options[0]] = -legal.formula.true
        for option in slot.options[1:]:
            mine = legal.literal(slot, option)
            values[slot, option] = legal.formula.either([mine, nothing]) if option == new else mine
    return values


def further(legal: Legal, slots: Iterable[Slot]) -> tuple[Values, dict[Slot, int]]:
    """Return the values of a copy that says one thing more, and by slot the literal that is so where it is that."""
    formula, values, more = legal.formula, {}, {}
    for slot in slots:
        says = more[slot] = formula.new()
        nothing = legal.literal(slot, slot.options[0])
        formula.add([-says, nothing])
        values[slot, slot.options[0]] = formula.both([nothing, -says])
        new = [formula.new() for _ in slot.options[1:]]
        formula.add([-says, *new])
        for at, (option, lit) in enumerate(zip(slot.options[1:], new, strict=True)):
            formula.add([-lit, says])
            for other in new[:at]:
                formula.add([-lit, -other])
            values[slot, option] = formula.either([legal.literal(slot, option), lit])
    formula.at_most_one(more.values())
    return values, more


def optional(slots: Iterable[Slot]) -> list[Slot]:
    """Return the slots of which a case may say nothing."""
    return [slot for slot in slots if len(slot.options) > 1 and slot.options[0].value is None and _is_empty(slot)]


def _is_empty(slot: Slot) -> bool:
    return not any(slot.options[0].inputs)


def with_values(chosen: Chosen, values: Values, model: set[int]) -> Chosen:
    """Return a copy of a case as a model has it."""
    return {**chosen, **{slot: option for (slot, option), lit in values.items() if lit in model}}
