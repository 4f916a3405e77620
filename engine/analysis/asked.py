"""What is asked of a case to be made, and what a case says, as values of its slots."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ..cases.case import Case
from ..language.errors import FaultError, did_you_mean, refused
from .legal import Chosen, Legal
from .slots import LISTS, Option, Slot, Space

_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,4})?")


def value_of(text: str, space: Space, option: str) -> tuple[Slot, Option]:
    """Return the slot and the value that a text NAME=VALUE names; the value is kept as it is written.

    :param option: how messages call it.
    :raises FaultError: where a case can say no such thing.
    """
    name, sign, written = (part.strip() for part in text.partition("="))
    if not sign or not written:
        raise refused(option, "no value is given", f"write {name or 'NAME'}=VALUE")
    value = (float(written) if "." in written else int(written)) if _NUMBER.fullmatch(written) else written
    mine = [s for s in space.slots if not s.session and name == (s.key if s.shape in LISTS or not s.name else s.name)]
    if not mine:
        raise refused(option, f"a case says no {name or 'such thing'}", did_you_mean(name, names(space)))
    for slot in mine:
        if found := _option(slot, value, space):
            return slot, found._replace(value=value)
    known = [str(o.value) for slot in mine for o in slot.options if o.value is not None]
    raise refused(option, f"{name} is never {written}", did_you_mean(written, known))


def dates_in(texts: Iterable[str]) -> dict[str, str]:
    """Return by name the ISO dates of some texts NAME=VALUE."""
    named = (text.partition("=") for text in texts)
    return {name.strip(): value.strip() for name, _, value in named if _is_date(value.strip())}


def dates_of(case: Case) -> dict[str, str]:
    """Return by key the ISO dates that a case says."""
    return {key: day for key, said in case.said.items() if _is_date(day := _bare(said))}


def _is_date(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(value).isoformat() == value)
    except (TypeError, ValueError):
        return False


def _option(slot: Slot, value: Any, space: Space) -> Option | None:
    """Return the value of a slot that stands for one as it is written."""
    if slot.key in space.days:
        return next((option for option in slot.options if option.value == value), None)
    said: dict[str, Any] = {}
    slot.put(said, value)
    try:
        inputs = space.read(slot.key, said, value).inputs
    except (ValueError, ArithmeticError, TypeError, AttributeError, LookupError):
        return None
    return next((o for o in slot.options if o.inputs == inputs and any(inputs)), None)


def slots_named(name: str, space: Space, option: str) -> list[Slot]:
    """Return the slots that a name stands for: a concept, a code or a key.

    :raises FaultError: where a case can say no such thing.
    """
    found = [slot for slot in space.slots if name in (slot.name, slot.key) and not slot.session]
    if not found:
        raise refused(option, f"a case says no {name}", did_you_mean(name, names(space)))
    return found


def names(space: Space) -> list[str]:
    """Return what a case may say, by name."""
    return list(dict.fromkeys(name for slot in space.slots for name in (slot.name, slot.key) if name))


def chosen_of(case: Case, session: int, legal: Legal) -> Chosen:
    """Return the values of the slots that a case holds; the session asked about is the first.

    :raises FaultError: where the edition does not hold apart what the case says.
    """
    facts = [atom for atom in case.facts if not _is_of_another(atom.args, session, legal, atom.predicate)]
    numbers = set(legal.circuits[0].numbers(facts))
    chosen = {}
    for slot in legal.space.slots:
        day = _bare(case.said.get(slot.key)) if slot.key in legal.space.days else None
        fitting = [
            o for o in slot.options
            if slot.session in (0, 1) and (o.value == day if day else o.inputs[0] and o.inputs[0] <= numbers)
        ]  # fmt: skip
        found = max(fitting, key=lambda o: len(o.inputs[0]), default=slot.options[0])
        chosen[slot] = found._replace(value=_spoken(case, slot, found, legal.space))
    told = set(legal.circuits[0].numbers(legal.together.facts(chosen.items())))
    if numbers - told:
        raise FaultError(f"{case.place}: the case says what is not looked through here")
    return chosen


def _spoken(case: Case, slot: Slot, option: Option, space: Space) -> Any:
    """Return a value of a slot as the case writes it, without its source."""
    there = case.said.get(slot.key)
    if slot.session or option.value is None or there is None:
        return option.value
    if slot.shape in LISTS:
        return next((item for item in map(_bare, there) if _option(slot, item, space) is not None), option.value)
    return _bare(there[slot.name] if slot.name else there)


def _bare(written: Any) -> Any:
    """Return a value without its source."""
    return next((v for k, v in written.items() if k != "source"), None) if isinstance(written, dict) else written


def _is_of_another(args: tuple[Any, ...], session: int, legal: Legal, predicate: str) -> bool:
    return legal.circuits[0].grounded.symbols.is_session(predicate, 0) and args[0] != session


def told(slot: Slot, value: Any) -> str:
    """Return a value of a slot in words that a case uses."""
    name = slot.key if slot.shape in LISTS or not slot.name or slot.session else f"{slot.key}.{slot.name}"
    of_list = bool(slot.session) or slot.shape in LISTS
    if value is None:
        return f"no {name}" + (f" {slot.name}" if of_list else "")
    units = f" ({value} units)" if slot.session and value > 1 else ""
    return f"{name}: {slot.name if slot.session else value}{units}"


def said_only(chosen: Chosen) -> Iterator[tuple[Slot, Option]]:
    """Yield what a case says."""
    return ((slot, option) for slot, option in chosen.items() if any(option.inputs) and option.value is not None)
