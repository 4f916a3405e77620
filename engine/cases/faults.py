"""What is wrong with a case: every fault by the guideline's schema, each with its place and a remedy."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from ..language.errors import Fault, did_you_mean
from ..language.visible import short
from ..library.guideline import Guideline
from ..program.code_systems import DIAGNOSIS, PROCEDURE, SYSTEMS
from ..program.schema import DATE, TEXT
from .dates import misdated
from .document import Document, Path

MOST = 100
"""As many faults of a case are told; of the rest, how many there are."""
_SLIPS = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})
Found = tuple[Path, str, str]  # a place, what is wrong there, and a remedy


def faults(document: Document, guideline: Guideline) -> list[Fault]:
    """Return every fault of a case in the order of their places; what is beyond the first hundred is counted."""
    problems = document.problems
    errors = [error for error in guideline.validator.iter_errors(document.value) if not _within(error, problems)]
    # Those beyond the first hundred are counted only: saying what was meant takes its time.
    first = sorted(errors, key=lambda error: document.order(tuple(error.instance_path)))[:MOST]
    found = list(islice((f for error in first for f in _explain(error, document.value, guideline.schema)), MOST))
    found += misdated(document, guideline.program)
    told = [(document.order(path), Fault(document.place(path), *rest)) for path, *rest in found]
    told += [(document.order(path), fault) for path, fault in problems.items()]
    ordered = [fault for _, fault in sorted(told)]
    left = sum(map(_count, errors)) - len(found) + len(ordered[MOST:])
    return ordered[:MOST] + [Fault(document.file, f"{left:,} more faults", "put these right first")] * (left > 0)


def _count(error: Any) -> int:
    return len(error.kind.unexpected) if error.kind.name == "additionalProperties" else 1


def _within(error: Any, problems: Iterable[Path]) -> bool:
    """Say whether an error only follows from a part that could not be read."""
    return any(tuple(error.instance_path[: len(path)]) == path for path in problems)


def _explain(error: Any, case: Any, schema: dict[str, Any]) -> Iterator[Found]:
    """Yield what is wrong by one error of the validator, and what was meant.

    :param error: a `jsonschema_rs.ValidationError`.
    """
    path: Path = tuple(error.instance_path)
    name, rule, value = ".".join(map(str, path)) or "the case", error.kind.name, _at(case, path)
    if rule == "additionalProperties":
        known = _at(schema, error.schema_path[:-1])["properties"]
        for word in error.kind.unexpected:
            yield (*path, word), f"unknown key {short(word)} in {name}", _meant(word, known)
    elif rule == "enum":
        told = f"{name} is {short(str(value))}, which is none of the words allowed"
        yield path, told, _meant(str(value), error.kind.options)
    else:
        message, remedy = _WRONG[rule](value, error.kind.value)
        yield path, f"{name} {message}", remedy


def _at(value: Any, path: Iterable[str | int]) -> Any:
    for key in path:
        value = value[key]
    return value


def _meant(word: str, known: Iterable[str]) -> str:
    return did_you_mean(short(word), known) or f"known are {', '.join(known)}"


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
    if isinstance(value, (dict, list)) and value:
        return _TYPES["object" if isinstance(value, dict) else "array"]
    return f"'{short(value)}'" if isinstance(value, str) else repr(value)


def _wrong_form(value: str, pattern: str) -> tuple[str, str]:
    known = {system.pattern: system.example for system in SYSTEMS.values()}
    known |= {PROCEDURE: "99213, in quotes", DATE: "2025-11-03", TEXT: "words without quotation marks or backslashes"}
    example = known.get(pattern) or ("a word" if pattern.startswith(r"^\S") else pattern.strip("^$"))
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
    "maximum": lambda value, most: (f"is {value}, and cannot be more than {most:,}", "count completed units only"),
    "multipleOf": lambda value, of: (f"is {value}, which has too many decimals", f"write {_decimals(of)}"),
    "minItems": lambda value, least: ("is empty", "name at least one"),
    "maxItems": lambda value, most: (f"has {len(value):,} items, and cannot have more than {most:,}", "split the case"),
    "maxLength": lambda value, most: (
        f"has {len(value):,} characters, and cannot have more than {most:,}",
        "cut it",
    ),
    "required": lambda value, key: (f"lacks {key}", ""),
}
