"""What a case file says, as ground atoms of the declared inputs, each with its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..language.record import NamedTuple
from ..language.terms import Atom, Constant, quote
from ..language.visible import in_quotes
from .code_set import exists
from .code_systems import normal_code, system_of
from .elapsed import elapsed
from .forms import BETWEEN, RECORDS, SINCE, WITH
from .interface import CODE
from .program import CaseKey, Program

Facts = dict[Atom, str]


class Said(NamedTuple):
    """A case's values, the guideline's vocabulary, and where to note what is read otherwise than written."""

    values: dict[str, Any]
    program: Program
    notes: list[str]


def read_facts(name: str, key: CaseKey, said: Said) -> Facts:
    """Return the atoms that a case gives one input predicate.

    :param name: the predicate.
    :param key: where the case says it, from the predicate's declaration.
    """
    return _SHAPES[key.shape](name, key, said)


def _services(name: str, key: CaseKey, said: Said) -> Facts:
    return {Atom(name, (s.get("session", 1), quote(s[CODE]))): "services" for s in said.values["services"]}


def _units(name: str, key: CaseKey, said: Said) -> Facts:
    """Add up the units of each code in each session."""
    total: dict[tuple[int, str], int] = {}
    for s in said.values["services"]:
        line = (s.get("session", 1), quote(s[CODE]))
        total[line] = total.get(line, 0) + s.get("units", 1)
    return {Atom(name, (*line, units)): "services" for line, units in total.items()}


def _with(name: str, key: CaseKey, said: Said) -> Facts:
    """Name what each line of the request says under a field, one or several values."""
    (field,) = key.fields
    facts: Facts = {}
    of = field._replace(shape={"codes": "code", "each of": "one of"}.get(field.shape, field.shape))
    lines: dict[tuple[int, str], list[set[Constant]]] = {}
    for line in said.values["services"]:
        values = line.get(field.key, ())
        listed = values if isinstance(values, list) else [values] if field.key in line else []
        found = [_field(of, value, said) for value in listed]
        one = line.get("session", 1), line[CODE]
        lines.setdefault(one, []).append(set(found))
        facts |= {Atom(name, (one[0], quote(one[1]), value)): f"services, {field.key}" for value in found}
    for (session, code), each in lines.items():
        if any(other != each[0] for other in each):
            told = f"services: {code} stands twice in session {session} with other {field.key}, and is read as one line"
            said.notes.append(f"{told} with both; give each a session of its own to tell them apart")
    return facts


def _choice(name: str, key: CaseKey, said: Said) -> Facts:
    value = said.values.get(key.key, key.default)
    source = key.key if key.key in said.values else f"{key.key}, by default"
    return {Atom(name, (value,)): source} if value else {}


def _choices(name: str, key: CaseKey, said: Said) -> Facts:
    facts: Facts = {}
    for value, source in _listed(key, said, key.kind):
        _add(facts, Atom(name, (value,)), key.key, source)
    return facts


def _listed(key: CaseKey, said: Said, what: str) -> Iterator[tuple[str, str]]:
    """Yield each item of a list, and where the record says so; an empty text where that is not said.

    :param what: the key of the item where it is an object with a source.
    """
    for item in said.values.get(key.key, ()):
        full = item if isinstance(item, dict) else {what: item}
        yield full[what], full.get("source", "")


def _add(facts: Facts, atom: Atom, key: str, source: str) -> None:
    """Add a fact; of several that say the same, the last that names a source is kept."""
    if source or atom not in facts:
        facts[atom] = key + (f", {in_quotes(source)}" if source else "")


def _count(name: str, key: CaseKey, said: Said) -> Facts:
    return {Atom(name, (scaled(said.values[key.key], key),)): key.key} if key.key in said.values else {}


def scaled(value: float, key: CaseKey) -> int:
    """Return a number of a case as one of its key's measure: 4.9 with one decimal is 49 tenths."""
    if isinstance(value, int):
        return key.quantity(value * 10**key.decimals)
    from decimal import Decimal  # few cases have decimals

    return key.quantity(int(Decimal(str(value)).scaleb(key.decimals)))


def _since(name: str, key: CaseKey, said: Said) -> Facts:
    """Count the completed units from a date to the date of service; the source names both."""
    if key.key not in said.values:
        return {}
    start, end = dated(said.values[key.key]), said.values["date_of_service"]
    source = _dates(key.key, said.values[key.key], f"from {start} to {end}")
    return {Atom(name, (key.quantity(elapsed(key.unit, start, end)),)): source}


def _between(name: str, key: CaseKey, said: Said) -> Facts:
    written = [said.values.get(each) for each in (key.other, key.key)]
    if None in written:
        return {}
    start, end = map(dated, written)
    source = f"{_dates(key.other, written[0], start)} to {_dates(key.key, written[1], end)}"
    return {Atom(name, (key.quantity(elapsed(key.unit, start, end)),)): source}


def _dates(key: str, written: Any, told: str) -> str:
    source = written.get("source") if isinstance(written, dict) else None
    return f"{key}, {told}" + (f", {in_quotes(source)}" if source else "")


def dated(written: Any) -> str:
    """Return the ISO date of a key that holds one, with or without its source."""
    return str(written["date"] if isinstance(written, dict) else written)


def _codes(name: str, key: CaseKey, said: Said) -> Facts:
    facts: Facts = {}
    for written, source in _listed(key, said, "code"):
        code = system_of(key.system).normal(written)
        if code != written:
            said.notes.append(f"{key.key}: {written!r} is read as {code}")
        _add(facts, Atom(name, (quote(code),)), key.key, source)
    return facts


def _hierarchy(name: str, key: CaseKey, said: Said) -> Facts:
    """Name each category a code belongs to by its form."""
    system, source = system_of(key.system), "ICD-10-CM, by the form of the code"
    facts = {}
    for written, _ in _listed(key, said, "code"):
        for code, wider in system.hierarchy(system.normal(written)):
            facts[Atom(name, (quote(code), quote(wider)))] = source if not key.system else f"{key.system}, by its form"
    return facts


_SLIP = str.maketrans("OIL", "011")


def meant_by(code: str) -> str:
    """Return a diagnosis code with digits where it has letters that are taken for them."""
    return code[0] + code[1:].translate(_SLIP)


def _slips(name: str, key: CaseKey, said: Said) -> Facts:
    """Name what was meant by a code that does not exist and has a letter for a digit: O for 0, I or l for 1."""
    facts: Facts = {}
    for written, source in _listed(key, said, "code"):
        code = normal_code(written)
        meant = meant_by(code)
        if meant != code and not exists(code):  # Y93.I1 is one of the few codes with such a letter
            _add(facts, Atom(name, (quote(code), quote(meant))), key.key, source)
    return facts


def _present(name: str, key: CaseKey, said: Said) -> Facts:
    return {Atom(name, (finding,)): source for finding, value, source in _documented(key, said) if value == "present"}


def _absent(name: str, key: CaseKey, said: Said) -> Facts:
    return {Atom(name, (finding,)): source for finding, value, source in _documented(key, said) if value == "absent"}


def _amounts(name: str, key: CaseKey, said: Said) -> Facts:
    return {Atom(name, (concept, scaled(value, key))): source for concept, value, source in _documented(key, said)}


def _documented(key: CaseKey, said: Said) -> Iterator[tuple[str, Any, str]]:
    """Yield each concept of the key's kind that is documented, its value and its source."""
    concepts = set(said.program.of_kind(key.kind))
    for concept, value in said.values.get(key.key, {}).items():
        if concept in concepts:
            full = value if isinstance(value, dict) else {"value": value}
            source = f"{key.key}.{concept}" + (f", {in_quotes(full['source'])}" if "source" in full else "")
            yield concept, full.get("status", full.get("value")), source


def _records(name: str, key: CaseKey, said: Said) -> Facts:
    """Name each record by its number in the list, where it has all the fields."""
    facts = {}
    for number, record in enumerate(said.values.get(key.key, ()), 1):
        if all(field.key in record for field in key.fields):
            args = [_field(field, record[field.key], said) for field in key.fields]
            days = [f"{f.key} {record[f.key]}" for f in key.fields if f.shape in SINCE]
            told = f"{key.key}.{number}" + "".join(f", {day}" for day in days)
            told += f" to {said.values['date_of_service']}" if days else ""
            facts[Atom(name, (number, *args))] = told + (
                f", {in_quotes(record['source'])}" if "source" in record else ""
            )
    return facts


def _field(field: CaseKey, value: Any, said: Said) -> Constant:
    if field.shape == "number":
        return scaled(value, field)
    if field.shape in SINCE:
        return field.quantity(elapsed(field.unit, value, said.values["date_of_service"]))
    if field.shape == "one of":
        return str(value)
    return quote(system_of(field.system).normal(value) if field.shape == "code" else value.strip())


_SHAPES: dict[str, Callable[[str, CaseKey, Said], Facts]] = {
    "": _services,
    "units": _units,
    WITH: _with,
    "one of": _choice,
    "each of": _choices,
    "count": _count,
    "codes": _codes,
    "hierarchy": _hierarchy,
    "slips": _slips,
    "present of": _present,
    "absent of": _absent,
    "amount of": _amounts,
    **dict.fromkeys(SINCE, _since),
    BETWEEN: _between,
    RECORDS: _records,
}
