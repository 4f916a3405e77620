"""What is wrong with a case: every fault by the guideline's schema, each with its place and a remedy."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from ..language.errors import Fault, did_you_mean, known_are
from ..language.visible import short
from ..library.guideline import Guideline
from ..program.code_systems import DIAGNOSIS, PROCEDURE, SYSTEMS, example_of
from ..program.interface import CODE
from ..program.program import Program
from ..program.schema import DATE, TEXT, TIME
from .dates import called, misdated
from .document import Document, Path, path_of
from .times import fault, times

MOST = 100
"""As many faults of a case are told; of the rest, how many there are."""
FROM_FHIR = "read it as cases: coverlog from-fhir"
_FHIR = {"resourceType": "a FHIR resource", "hook": "a request of CDS Hooks"}
_EXAMPLES = {system.pattern: system.example for system in SYSTEMS.values()} | {
    PROCEDURE: "99213, in quotes", DATE: "2025-11-03", TIME: "6",
    TEXT: "words without quotation marks or backslashes",
}  # fmt: skip
_SLIPS = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})
Found = tuple[Path, str, str]  # a place, what is wrong there, and a remedy


def faults(document: Document, guideline: Guideline) -> list[Fault]:
    """Return every fault of a case in the order of their places; what is beyond the first hundred is counted."""
    if request := _of_fhir(document.value, guideline):
        return [Fault(document.place((request,)), f"no case: {_FHIR[request]}", f"{FROM_FHIR} {document.file}")]
    problems = document.problems
    every = [(path_of(error, document.value), error) for error in guideline.errors(document.value)]
    errors = [(path, error) for path, error in every if not _within(path, problems)]
    # Those beyond the first hundred are counted only: saying what was meant takes its time.
    first = sorted(errors, key=lambda each: document.order(each[0]))[:MOST]
    found = list(islice((f for each in first for f in _explain(*each, document.value, guideline)), MOST))
    own = [*found, *misdated(document, guideline.program), *_no_amount(document, guideline)]
    told = [(document.order(path), Fault(document.place(path), *rest)) for path, *rest in own]
    told += [(document.order(path), fault) for path, fault in problems.items()]
    ordered = [fault for _, fault in sorted(told)]
    left = sum(_count(error) for _, error in errors) - len(found) + len(ordered[MOST:])
    return ordered[:MOST] + [Fault(document.file, f"{left:,} more faults", "put these right first")] * (left > 0)


def _of_fhir(value: Any, guideline: Guideline) -> str:
    """Return the key by which a value is of FHIR, and is no case; an empty text where it is none."""
    keys = [key for key in _FHIR if isinstance(value, dict) and isinstance(value.get(key), str)]
    return next((key for key in keys if key not in guideline.schema["properties"]), "")


def _count(error: Any) -> int:
    return len(error.kind.unexpected) if error.kind.name == "additionalProperties" else 1


def _within(path: Path, problems: Iterable[Path]) -> bool:
    """Say whether an error only follows from a part that could not be read."""
    return any(path[: len(each)] == each for each in problems)


def _no_amount(document: Document, guideline: Guideline) -> list[Found]:
    """Return the faults of amounts of time that have the form of one, and yet are no number of the declared unit."""
    told = ((path, *fault(written, key)) for path, written, key in times(document.value, guideline.program))
    return [(path, f"{called(path, guideline.program)} {wrong}", remedy) for path, wrong, remedy in told if wrong]


def _explain(path: Path, error: Any, case: Any, guideline: Guideline) -> Iterator[Found]:
    """Yield what is wrong by one error of the validator, and what was meant.

    :param error: a `jsonschema_rs.ValidationError`.
    """
    from .meant import meant, misplaced  # most cases have no fault

    program = guideline.program
    name, rule, value = called(path, program) or "the case", error.kind.name, _at(case, path)
    if rule == "additionalProperties":
        known = _at(guideline.schema, error.schema_path[:-1])["properties"]
        for word in error.kind.unexpected:
            yield (*path, word), f"unknown key {short(word)} in {name}", _key_meant(word, path, known, program)
    elif rule == "enum":
        word = "" if value is None else str(value)
        told = f"{name} is {short(word) if word.strip() else 'empty'}, which is none of the words allowed"
        remedy = meant(path, value, None, program) or misplaced(str(value), path, program)
        yield path, told, remedy or _meant(str(value), error.kind.options)
    else:
        message, remedy = _WRONG[rule](value, error.kind.value)
        if rule == "required":
            remedy = _example(error.kind.value, _at(guideline.schema, error.schema_path[:-1])["properties"])
        elif rule in ("type", "pattern"):
            remedy = meant(path, value, error.kind.value, program) or remedy
        yield path, f"{name} {message}", remedy


def _key_meant(word: str, path: Path, known: Iterable[str], program: Program) -> str:
    """Return the remedy for an unknown key; a case's own keys are near misses first, for words resemble them."""
    from .meant import misplaced

    near = "" if path else did_you_mean(word.casefold(), known)
    return near or misplaced(word, path, program) or _meant(word, known)


def _example(key: str, properties: dict[str, Any]) -> str:
    """Return the remedy for a key that is lacking."""
    of = properties[key]
    if "enum" in of:
        return f"write {key}: {of['enum'][0]}" + "".join(f", or {word}" for word in of["enum"][1:])
    by_type = {"array": f"[{{{CODE}: CODE}}]", "integer": "6", "number": "6"}
    found = _EXAMPLES.get(of.get("pattern", "")) or by_type.get(of["type"])
    return f"write {key}: {found or 'and a name'}"


def _at(value: Any, path: Iterable[str | int]) -> Any:
    for key in path:
        value = value[key]
    return value


def _meant(word: str, known: Iterable[str]) -> str:
    return did_you_mean(short(word), known) or known_are(short(word), known, "coverlog schema")


_TYPES = {
    "object": "keys and values", "array": "a list", "string": "text", "integer": "a whole number", "number": "a number",
}  # fmt: skip


def _wrong_type(value: Any, wanted: list[str]) -> tuple[str, str]:
    remedy = ""
    if wanted == ["string"] and isinstance(value, (int, float)):
        remedy = f'write it in quotes: "{value}"'
    elif wanted == ["integer"] and isinstance(value, float):
        remedy = "count completed units only"
    return f"has to be {_TYPES[wanted[0]]}, not {_said(value)}", remedy


def _decimals(step: float) -> str:
    number = round(-math.log10(step))
    return f"{number} decimal{'s' * (number > 1)}"


def _said(value: Any) -> str:
    """Return a value as a case writes it, or what it is where that is long."""
    if value is None:
        return "nothing"
    if isinstance(value, (dict, list)) and value:
        return _TYPES["object" if isinstance(value, dict) else "array"]
    return f"'{short(value)}'" if isinstance(value, str) else repr(value)


def _wrong_form(value: str, pattern: str) -> tuple[str, str]:
    example = _EXAMPLES.get(pattern) or ("a word" if pattern.startswith(r"^\S") else example_of(pattern[4:-2]))
    meant = _slip(value) if pattern == DIAGNOSIS else ""
    return f"is {_said(value)}", f"write it like {example}" + (f"; did you mean {meant}?" if meant else "")


def _slip(code: str) -> str:
    """Return the diagnosis code that was meant where a letter stands for the digit after the first letter."""
    start = len(code) - len(code.lstrip()) + 1
    meant = code[:start] + code[start : start + 1].translate(_SLIPS) + code[start + 1 :]
    return meant.strip() if re.search(DIAGNOSIS, meant) else ""


_WRONG: dict[str, Callable[[Any, Any], tuple[str, str]]] = {
    "type": _wrong_type,
    "pattern": _wrong_form,
    "minimum": lambda value, least: (f"is {value}, and cannot be less than {least}", ""),
    "maximum": lambda value, most: (f"is {value}, and cannot be more than {most:,}", ""),
    "multipleOf": lambda value, of: (f"is {value}, which has too many decimals", f"write {_decimals(of)}"),
    "minItems": lambda value, least: ("is empty", "name at least one"),
    "maxItems": lambda value, most: (f"has {len(value):,} items, and cannot have more than {most:,}", "split the case"),
    "maxLength": lambda value, most: (
        f"has {len(value):,} characters, and cannot have more than {most:,}",
        "cut it",
    ),
    "required": lambda value, key: (f"lacks {key}", ""),
}
