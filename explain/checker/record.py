"""A case as the proof checker reads it: what was written, as facts with their sources.

It reads the case as written and validated, by the `case` keys that the guideline declares, and shares
no code with the engine's own reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ...engine.language.terms import Atom, Constant, Quantity
from ...engine.program.interface import CODE
from ...engine.program.program import CaseKey, Program
from .ground import quoted
from .lasting import completed, in_units
from .systems import standard, systematic

Given = tuple[tuple[Constant, ...], str]  # the arguments, and where the record says so


def lines_of(said: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the lines of a case, each procedure code and session once, in order."""
    return list(dict.fromkeys((each[CODE], whole(each.get("session", 1))) for each in said["services"]))


def facts_of(said: Mapping[str, Any], program: Program) -> dict[Atom, str]:
    """Return what a case says as ground atoms of the declared inputs, each with where it says so."""
    facts: dict[Atom, str] = {}
    for predicate in program.predicates.values():
        if predicate.case:
            for args, where in _given(predicate.case, said, program):
                facts[Atom(predicate.name, args)] = where
    return facts


def whole(value: Any) -> Any:
    """Return a whole decimal as the integer it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _given(key: CaseKey, said: Mapping[str, Any], program: Program) -> Iterator[Given]:
    shape, name = key.shape, key.key
    if shape in ("", "units"):
        yield from _requested(said, with_units=bool(shape))
    elif shape == "with":
        yield from _of_lines(key, said)
    elif shape == "one of":
        if name in said:
            yield (said[name],), name
        elif key.default:
            yield (key.default,), f"{name}, by default"
    elif shape == "each of":
        yield from (((item,), where) for item, where in _items(said.get(name, ()), key.kind, name))
    elif shape == "count":
        yield from (((measured(said[name], key),), name) for _ in range(name in said))
    elif shape.endswith((" since", " from")):
        yield from _elapsed(key, said)
    elif shape == "records" or key.system:
        yield from _recorded(key, said) if shape == "records" else _systematic(key, said)
    elif shape in ("codes", "hierarchy", "slips"):
        for written, where in _items(said.get(name, ()), "code", name):
            yield from _coded(shape, "".join(written.split()).replace(".", "").upper(), where)
    else:
        yield from _documented(key, said.get(name, {}), program)


def measured(value: Any, key: CaseKey) -> int:
    """Return a number of a case in the decimals and the unit of its key: 4.9 with one decimal is 49 tenths.

    :param value: as the case says it, or as the declaration writes it.
    """
    whole_part, _, decimals = str(value).partition(".")
    digits = whole_part + decimals.rstrip("0").ljust(key.decimals, "0")
    return Quantity(int(digits), key.decimals, key.unit) if key.decimals or key.unit else int(digits)


def _systematic(key: CaseKey, said: Mapping[str, Any]) -> Iterator[Given]:
    for written, where in _items(said.get(key.key, ()), "code", key.key):
        yield from systematic(key.shape, written, where, key.system)


def _recorded(key: CaseKey, said: Mapping[str, Any]) -> Iterator[Given]:
    """Yield the records that have every field, each by its number; the source names the dates that are counted from."""
    service = date.fromisoformat(said["date_of_service"])
    for at, record in enumerate(said.get(key.key, ())):
        if {field.key for field in key.fields} <= record.keys():
            args: list[Constant] = [at + 1]
            where = f"{key.key}.{at + 1}"
            for field in key.fields:
                value = record[field.key]
                if field.shape.endswith(" since"):
                    where += f", {field.key} {value}"
                    args.append(Quantity(completed(field.unit, date.fromisoformat(value), service), 0, field.unit))
                elif field.shape == "number":
                    args.append(measured(value, field))
                else:
                    args.append(value if field.shape == "one of" else quoted(standard(value, field.system)))
            where += f" to {service}" if any(field.shape.endswith(" since") for field in key.fields) else ""
            yield tuple(args), where + (_quoted(record["source"]) if "source" in record else "")


def _elapsed(key: CaseKey, said: Mapping[str, Any]) -> Iterator[Given]:
    """Yield the time from a date to the date of service, or from one date to another, with both as its source."""
    names = [key.other or key.key, *([key.key] if key.other else [])]
    if not all(name in said for name in names):
        return
    full = [said[name] if isinstance(said[name], dict) else {"date": said[name]} for name in names]
    days = [str(each["date"]) for each in full]
    quoted_ = [_quoted(each["source"]) if "source" in each else "" for each in full]
    if key.other:
        where = " to ".join(f"{n}, {d}{q}" for n, d, q in zip(names, days, quoted_, strict=True))
    else:
        days.append(said["date_of_service"])
        where = f"{names[0]}, from {days[0]} to {days[1]}{quoted_[0]}"
    yield (Quantity(completed(key.unit, *map(date.fromisoformat, days)), 0, key.unit),), where


def _items(listed: Sequence[Any], word: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield the items of a list, with where the record says so: those that name it last, so that theirs is kept."""
    bare = [each for each in listed if isinstance(each, str)]
    full = [each for each in listed if not isinstance(each, str)]
    yield from ((each, name) for each in bare)
    for each in sorted(full, key=lambda item: bool(item.get("source"))):
        yield each[word], name + (_quoted(each["source"]) if each.get("source") else "")


def _requested(said: Mapping[str, Any], *, with_units: bool) -> Iterator[Given]:
    """Yield each code of each session, with its units added up where they are asked for."""
    for code, session in lines_of(said):
        units = [
            whole(each.get("units", 1))
            for each in said["services"]
            if (each[CODE], whole(each.get("session", 1))) == (code, session)
        ]
        yield (session, quoted(code), *([sum(units)] if with_units else [])), "services"


def _of_lines(key: CaseKey, said: Mapping[str, Any]) -> Iterator[Given]:
    """Yield what the lines of the request say under a field; a list is as many values."""
    field = key.fields[0]
    for line in (each for each in said["services"] if field.key in each):
        written = line[field.key]
        for value in written if isinstance(written, list) else (written,):
            about: Constant
            if field.shape.endswith(" since"):
                days = date.fromisoformat(value), date.fromisoformat(said["date_of_service"])
                about = Quantity(completed(field.unit, *days), 0, field.unit)
            elif field.shape == "number":
                about = measured(value, field)
            else:
                system = field.system or ("icd10cm" if field.shape == "codes" else "")
                about = value if field.kind else quoted(standard(value, system))
            yield (whole(line.get("session", 1)), quoted(line[CODE]), about), f"services, {field.key}"


def _coded(shape: str, plain: str, name: str) -> Iterator[Given]:
    """Yield what a diagnosis code stands for by its form alone.

    :param plain: the code without its point, in capitals.
    """
    if shape == "codes":
        yield (_pointed(plain),), name
    elif shape == "hierarchy":
        for length in range(len(plain), 3, -1):
            yield (_pointed(plain[:length]), _pointed(plain[: length - 1])), "ICD-10-CM, by the form of the code"
    else:  # a slip: no code has one of these letters after its first
        meant = plain[0] + plain[1:].replace("O", "0").replace("I", "1").replace("L", "1")
        if meant != plain:
            yield (_pointed(plain), _pointed(meant)), name


def _pointed(plain: str) -> str:
    return quoted(plain if len(plain) <= 3 else f"{plain[:3]}.{plain[3:]}")


def _documented(key: CaseKey, stated: Mapping[str, Any], program: Program) -> Iterator[Given]:
    """Yield the concepts of the key's kind that are documented as the shape asks for."""
    wanted = key.shape.removesuffix(" of")
    for concept, written in stated.items():
        if program.concepts.get(concept, ("",))[0] != key.kind:
            continue
        full = written if isinstance(written, dict) else {"value": written}
        value = full["status"] if "status" in full else full.get("value")
        where = f"{key.key}.{concept}" + (_quoted(full["source"]) if "source" in full else "")
        if wanted == "amount":
            count = in_units(value, key.unit) if isinstance(value, str) else value
            yield (concept, measured(count, key)), where
        elif value == wanted:
            yield (concept,), where


def _quoted(source: str) -> str:
    """Return a source as a proof gives it: between quotation marks, those among its words as apostrophes."""
    return ', "{}"'.format(source.replace('"', "'"))
