"""A case as the proof checker reads it: what was written, as facts with their sources.

It reads the case as written and validated, by the `case` keys that the guideline declares, and shares
no code with the engine's own reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...engine.language.terms import Atom, Constant
from ...engine.program.program import CaseKey, Program
from .ground import quoted
from .lasting import in_units

Given = tuple[tuple[Constant, ...], str]  # the arguments, and where the record says so


def lines_of(said: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the lines of a case, each procedure code and session once, in order."""
    return list(dict.fromkeys((each["cpt"], whole(each.get("session", 1))) for each in said["services"]))


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
    elif shape == "one of":
        if name in said:
            yield (said[name],), name
        elif key.default:
            yield (key.default,), f"{name}, by default"
    elif shape == "each of":
        yield from (((item,), where) for item, where in _items(said.get(name, ()), key.kind, name))
    elif shape == "count":
        yield from (((whole(said[name]),), name) for _ in range(name in said))
    elif shape in ("codes", "hierarchy", "slips"):
        for written, where in _items(said.get(name, ()), "code", name):
            yield from _coded(shape, "".join(written.split()).replace(".", "").upper(), where)
    else:
        yield from _documented(key, said.get(name, {}), program)


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
            if (each["cpt"], whole(each.get("session", 1))) == (code, session)
        ]
        yield (session, quoted(code), *([sum(units)] if with_units else [])), "services"


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
            yield (concept, in_units(value, key.unit) if isinstance(value, str) else whole(value)), where
        elif value == wanted:
            yield (concept,), where


def _quoted(source: str) -> str:
    """Return a source as a proof gives it: between quotation marks, those among its words as apostrophes."""
    return ', "{}"'.format(source.replace('"', "'"))
