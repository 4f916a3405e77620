"""The JSON Schema of a case file, made from what a guideline declares as its inputs."""

from __future__ import annotations

from typing import Any

from .interface import OUTCOMES
from .program import CaseKey, Program

# Four digits and a digit or letter, or a letter and four digits: the forms of procedure codes.
PROCEDURE = r"^([0-9]{4}[0-9A-Z]|[A-Z][0-9]{4})$"
# ICD-10-CM: a letter, a digit and a digit or letter (or a letter and a digit: QA0), then up to four more; the point may
# be left out. The letters taken for digits (O, I, L) never stand second.
DIAGNOSIS = r"^\s*[A-Za-z]([0-9][0-9A-Za-z]|[A-HJKMNP-Za-hjkmnp-z][0-9])(\.?[0-9A-Za-z]{1,4})?\s*$"
DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
COUNT = 100_000
"""The largest amount, count, number of units and session of a case; sums of them stay within 32 bits."""
ITEMS = 500
"""The most services, diagnoses or words in any list of a case: more than a request has, and decided in seconds."""
_ID, _TITLE, _SOURCE_LENGTH = 200, 1_000, 10_000  # the most characters of each
_SOURCE = {"type": "string", "maxLength": _SOURCE_LENGTH, "description": "where the record says so"}
_NEED = {
    "type": "string",
    "description": "FINDING, FINDING absent, CONDITION stated, AMOUNT >= 4, or at least 2 of: A; B",
}


def case_schema(program: Program) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of one case of a guideline.

    The keys every guideline shares are given here; the others, and all vocabularies, come from the
    guideline's `%@ case:` declarations.
    """
    properties: dict[str, Any] = {
        "id": _text(_ID) | {"pattern": r"^\S.*$", "description": "names the case in every answer"},
        "title": _text(_TITLE),
        "date_of_service": {"type": "string", "pattern": DATE, "description": "YYYY-MM-DD"},
        "services": _services(),
        "expect": _expectations("open world"),
        "expect_closed": _expectations("closed world"),
    }
    required = ["id", "date_of_service", "services"]
    for predicate in program.predicates.values():
        if predicate.case and predicate.case.shape not in ("", "units", "hierarchy", "slips"):
            _add(properties, predicate.case, program)
            if predicate.case.shape == "one of" and not (predicate.case.default or predicate.is_open):
                required.append(predicate.case.key)
    return {
        **identified("case", program),
        "type": "object", "properties": properties, "required": required, "additionalProperties": False,
        "$defs": {"outcome": _outcome(), "status": _status(), "amount": _amount()},
    }  # fmt: skip


def identified(what: str, program: Program) -> dict[str, Any]:
    """Return what a JSON Schema for a guideline begins with: its draft, its own name and its title."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:coverlog:schema:{what}:{program.name}",
        "title": f"A {what} for {program.name}",
    }


def _services() -> dict[str, Any]:
    item = {
        "type": "object",
        "properties": {
            "cpt": {"type": "string", "pattern": PROCEDURE, "description": "procedure code, in quotes"},
            "units": _whole(1) | {"default": 1},
            "session": _whole(1) | {"default": 1},
        },
        "required": ["cpt"],
        "additionalProperties": False,
    }
    return {"minItems": 1} | _list(item)


def _text(most: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most}


def _whole(least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": COUNT}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "maxItems": ITEMS, "items": item}


def _outcome() -> dict[str, Any]:
    texts = _list({"type": "string"})
    return {
        "type": "object",
        "properties": {
            "outcome": {"enum": list(OUTCOMES)},
            "by": texts,
            "reason": {"type": "string"},
            "missing": _list(_list(_NEED)),
            "missing_complete": {"type": "boolean", "description": "whether `missing` is all there is"},
            "rests_on": texts,
        },
        "required": ["outcome"],
        "additionalProperties": False,
    }


def _advisories() -> dict[str, Any]:
    """Return the schema of the advisories to be given: their ids, or how many there are of each."""
    return {
        "if": {"type": "object"},
        "then": {"type": "object", "additionalProperties": _whole(1)},
        "else": _list({"type": "string"}),
    }


def _expectations(world: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": f"what a canonical case has to come to ({world}), by code or code@session",
        "properties": {"advisories": _advisories()},
        "patternProperties": {r"^[0-9A-Z]{5}(@[0-9]+)?$": {"$ref": "#/$defs/outcome"}},
        "additionalProperties": False,
    }


def _add(properties: dict[str, Any], key: CaseKey, program: Program) -> None:
    """Add what one input predicate reads; several may read different parts of one key."""
    concepts = program.of_kind(key.kind)
    if key.shape == "one of":
        properties[key.key] = _one_of(concepts, program) | ({"default": key.default} if key.default else {})
    elif key.shape == "each of":
        properties[key.key] = _list(_one_of(concepts, program))
    elif key.shape == "codes":
        properties[key.key] = _list({"type": "string", "pattern": DIAGNOSIS})
    elif key.shape == "count":
        properties[key.key] = _whole(0)
    else:
        group = properties.setdefault(key.key, {"type": "object", "properties": {}, "additionalProperties": False})
        shape = "amount" if key.shape == "amount of" else "status"
        group["properties"] |= {
            concept: {"description": program.label(concept), "$ref": f"#/$defs/{shape}"} for concept in concepts
        }


def _one_of(concepts: list[str], program: Program) -> dict[str, Any]:
    """Return the schema of one concept; editors show the labels beside the names."""
    return {"enum": concepts, "enumDescriptions": [program.label(concept) for concept in concepts]}


def _status() -> dict[str, Any]:
    return _either({"enum": ["present", "absent"]}, "status")


def _amount() -> dict[str, Any]:
    return _either(_whole(0) | {"description": "a whole number of completed units"}, "value")


def _either(plain: dict[str, Any], key: str) -> dict[str, Any]:
    """Allow a value as it is, or as an object that also names its source."""
    full = {
        "type": "object", "properties": {key: plain, "source": _SOURCE},
        "required": [key], "additionalProperties": False,
    }  # fmt: skip
    return {"if": {"type": "object"}, "then": full, "else": plain}
