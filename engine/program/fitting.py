"""Whether a case fits its schema, told of most cases at once: the validator, which tells every fault, loads slowly."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import inf
from typing import Any

Schema = dict[str, Any]

_NOTES = {"$schema", "$id", "$defs", "title", "description", "default", "enumDescriptions"}
_ASKED = {
    "$ref", "if", "then", "else", "enum", "type", "pattern", "maxLength", "minimum", "maximum", "multipleOf", "items",
    "minItems", "maxItems", "required", "properties", "patternProperties", "additionalProperties",
}  # fmt: skip
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
}  # fmt: skip
_AN_OBJECT = {"type": "object"}
_OWN = "^(?:"
"""How the pattern of a guideline's own codes begins: what stands in it may mean something else to the validator."""


def referred(schema: Schema, whole: Schema) -> Schema:
    """Return the definition that a schema refers to, or else the schema itself.

    :param whole: what has the definitions.
    """
    return whole["$defs"][schema["$ref"].removeprefix("#/$defs/")] if "$ref" in schema else schema


def fits(value: Any, schema: Schema, whole: Schema) -> bool:
    """Say whether a value surely fits a schema; where this says no, the validator is to be asked.

    :param schema: of a case, or of a part of one; where it asks for what is not known here, the answer is no.
    :param whole: what has the definitions that it refers to.
    """
    if not schema.keys() <= _NOTES | _ASKED or schema.get("if", _AN_OBJECT) != _AN_OBJECT:
        return False
    others = [referred(schema, whole)] if "$ref" in schema else []
    if "if" in schema:
        others.append(schema.get("then" if isinstance(value, dict) else "else", {}))
    if not all(fits(value, other, whole) for other in others):
        return False
    if "enum" in schema and not (isinstance(value, str) and value in schema["enum"]):
        return False
    if "type" in schema:
        named = schema["type"]
        if not any(type(value) in _TYPES.get(name, ()) for name in ([named] if isinstance(named, str) else named)):
            return False
    return type(value) in _PARTS and _PARTS[type(value)](value, schema, whole)


def _text(value: str, schema: Schema, whole: Schema) -> bool:
    if len(value) > schema.get("maxLength", inf):
        return False
    return "pattern" not in schema or _matches(value, schema["pattern"])


def _matches(value: str, pattern: str) -> bool:
    """Say whether a text surely has a form: the characters of no language, space or line make a difference to it."""
    plain = value.isascii() and value.isprintable() and not pattern.startswith(_OWN)
    return plain and re.search(pattern, value) is not None


def _number(value: float, schema: Schema, whole: Schema) -> bool:
    if not schema.get("minimum", -inf) <= value <= schema.get("maximum", inf):
        return False
    ones = round(1 / schema.get("multipleOf", 1))  # a number of decimals is asked for as a multiple of 0.1, 0.01 ...
    return "multipleOf" not in schema or (ones > 0 and round(value * ones) / ones == value)


def _list(value: list[Any], schema: Schema, whole: Schema) -> bool:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", inf):
        return False
    return all(fits(item, schema.get("items", {}), whole) for item in value)


def _object(value: dict[str, Any], schema: Schema, whole: Schema) -> bool:
    properties, more = schema.get("properties", {}), schema.get("patternProperties", {})
    other = schema.get("additionalProperties", {})
    for key, part in value.items():
        if more and not (key.isascii() and key.isprintable()):
            return False
        found = [properties[key]] if key in properties else []
        found += [of for pattern, of in more.items() if re.search(pattern, key)]
        if (not found and other is False) or not all(fits(part, of, whole) for of in found or [other]):
            return False
    return all(key in value for key in schema.get("required", ()))


_PARTS: dict[type, Callable[[Any, Schema, Schema], bool]] = {
    dict: _object, list: _list, str: _text, int: _number, float: _number,
}  # fmt: skip
