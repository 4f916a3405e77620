"""What a case file says, as ground atoms of the declared inputs, each with its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..language.terms import Atom, quote
from ..language.visible import in_quotes
from .code_set import exists
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
    return {Atom(name, (s.get("session", 1), quote(s["cpt"]))): "services" for s in said.values["services"]}


def _units(name: str, key: CaseKey, said: Said) -> Facts:
    """Add up the units of each code in each session."""
    total: dict[tuple[int, str], int] = {}
    for s in said.values["services"]:
        line = (s.get("session", 1), quote(s["cpt"]))
        total[line] = total.get(line, 0) + s.get("units", 1)
    return {Atom(name, (*line, units)): "services" for line, units in total.items()}


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
    return {Atom(name, (said.values[key.key],)): key.key} if key.key in said.values else {}


def _codes(name: str, key: CaseKey, said: Said) -> Facts:
    facts: Facts = {}
    for written, source in _listed(key, said, "code"):
        code = normal_code(written)
        if code != written:
            said.notes.append(f"{key.key}: {written!r} is read as {code}")
        _add(facts, Atom(name, (quote(code),)), key.key, source)
    return facts


def _hierarchy(name: str, key: CaseKey, said: Said) -> Facts:
    """Name each category a code belongs to: the code without its last character, down to three."""
    facts = {}
    for written, _ in _listed(key, said, "code"):
        code = normal_code(written)
        while len(code) > 3:
            broader = code[:-1].rstrip(".")
            facts[Atom(name, (quote(code), quote(broader)))] = "ICD-10-CM, by the form of the code"
            code = broader
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
    return {Atom(name, (concept, value)): source for concept, value, source in _documented(key, said)}


def _documented(key: CaseKey, said: Said) -> Iterator[tuple[str, Any, str]]:
    """Yield each concept of the key's kind that is documented, its value and its source."""
    concepts = set(said.program.of_kind(key.kind))
    for concept, value in said.values.get(key.key, {}).items():
        if concept in concepts:
            full = value if isinstance(value, dict) else {"value": value}
            source = f"{key.key}.{concept}" + (f", {in_quotes(full['source'])}" if "source" in full else "")
            yield concept, full.get("status", full.get("value")), source


_SHAPES: dict[str, Callable[[str, CaseKey, Said], Facts]] = {
    "": _services,
    "units": _units,
    "one of": _choice,
    "each of": _choices,
    "count": _count,
    "codes": _codes,
    "hierarchy": _hierarchy,
    "slips": _slips,
    "present of": _present,
    "absent of": _absent,
    "amount of": _amounts,
}


def normal_code(written: str) -> str:
    """Return a diagnosis code trimmed, in capitals and with its point: ` a001` is A00.1."""
    code = written.strip().upper().replace(".", "")
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code
