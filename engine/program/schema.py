"""The JSON Schema of a case file, made from what a guideline declares as its inputs."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from .code_systems import PROCEDURE, system_of
from .forms import BETWEEN, RECORDS, SINCE, TIME_UNITS, WITH
from .interface import CODE, FAVOURABLE
from .program import CaseKey, Program

DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
# A text of a record, as rules may have one: no quotation mark and no backslash; one of nothing but ? says nothing.
TEXT = r'^[^"\\]*[^"\\?\s][^"\\]*$'
# An amount of time: completed units of the guideline's own, or of another that is named.
TIME = r"^\s*([0-9]{1,6})\s*([Dd](?:ays?)?|[Ww](?:ks?|eeks?)?|[Mm](?:os?|onths?)|[Yy](?:rs?|ears?)?)?\s*$"
COUNT = 100_000
"""The largest amount, count, number of units and session of a case; sums of them stay within 32 bits."""
ITEMS = 500
"""The most services, diagnoses or words in any list of a case: more than a request has, and decided in seconds."""
ID_LENGTH, _TITLE, _SOURCE_LENGTH = 200, 1_000, 10_000  # the most characters of each
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
        "id": _text(ID_LENGTH) | {"pattern": r"^\S.*$", "description": "names the case in every answer"},
        "title": _text(_TITLE),
        "date_of_service": _day(),
        "services": _services(program),
        "expect": _expectations("open world"),
        "expect_closed": _expectations("closed world"),
    }
    required = ["id", "date_of_service", "services"]
    keys = [predicate.case for predicate in program.predicates.values() if predicate.case]
    # What one predicate reads as undocumented where the case does not say it, another need not ask for.
    optional = {p.case.key for p in program.predicates.values() if p.case and (p.case.default or p.is_open)}
    for predicate in program.predicates.values():
        if predicate.case and predicate.case.shape not in ("", "units", WITH):
            _add(properties, predicate.case, program)
            if predicate.case.shape == "one of" and predicate.case.key not in optional:
                required.append(predicate.case.key)
    return {
        **identified("case", program),
        "type": "object", "properties": properties, "required": required, "additionalProperties": False,
        "$defs": {"outcome": _outcome(program), "status": _status(), "amount": _amount()}
        | {key.unit: _lasting(key._replace(least="0", most="")) for key in keys if is_time(key)},
    }  # fmt: skip


def is_time(key: CaseKey) -> bool:
    """Say whether a key has amounts of time, which a case may write in any unit of time."""
    return key.shape == "amount of" and key.unit in TIME_UNITS and not key.decimals


def identified(what: str, program: Program, called: str = "") -> dict[str, Any]:
    """Return what a JSON Schema for a guideline begins with: its draft, its own name and its title.

    :param called: what its title calls it, where that is not its name behind an article.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:coverlog:schema:{what}:{quote(program.name, safe='')}",
        "title": f"{called or f'{_article(what)} {what}'} for {program.name}",
    }


def _article(noun: str) -> str:
    return "An" if noun[0] in "aeiou" else "A"


def _services(program: Program) -> dict[str, Any]:
    item: dict[str, Any] = {
        "type": "object",
        "properties": {
            CODE: {"type": "string", "pattern": PROCEDURE, "description": "procedure code, in quotes"},
            "units": _whole(1) | {"default": 1},
            "session": _whole(1) | {"default": 1},
        },
        "required": [CODE],
        "additionalProperties": False,
    }
    fields = (p.case.fields[0] for p in program.predicates.values() if p.case and p.case.shape == WITH)
    item["properties"] |= {field.key: _attribute(field, program) for field in fields}
    return {"minItems": 1} | _list(item)


def _text(most: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": most}


def _whole(least: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": least, "maximum": COUNT}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "maxItems": ITEMS, "items": item}


def _outcome(program: Program) -> dict[str, Any]:
    texts = _list({"type": "string"})
    covered = [each.name for each in program.of_role(FAVOURABLE)]
    leads = _list({"enum": covered}) | {"description": "the outcomes that the sets of `missing` lead to"}
    return {
        "type": "object",
        "properties": {
            "outcome": {"enum": [each.name for each in program.told()]},
            "by": texts,
            "reason": {"type": "string"},
            "missing": _list(_list(_NEED)),
            **({"missing_for": leads} if len(covered) > 1 else {}),
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
        properties[key.key] = _list(_either(_one_of(concepts, program), key.kind))
    elif key.shape in ("codes", "hierarchy", "slips"):
        properties[key.key] = _list(_either(_code(key), "code"))
    elif key.shape == RECORDS:
        _add_records(properties, key, program)
    elif key.shape == "count":
        properties[key.key] = _number(key)
    elif key.shape in SINCE or key.shape == BETWEEN:
        properties |= {name: _date() for name in (key.key, key.other) if name}
    else:
        group = properties.setdefault(key.key, {"type": "object", "properties": {}, "additionalProperties": False})
        shape = _amount_of(key) if key.shape == "amount of" else {"$ref": "#/$defs/status"}
        group["properties"] |= {concept: {"description": program.label(concept), **shape} for concept in concepts}


def _amount_of(key: CaseKey) -> dict[str, Any]:
    """Return the schema of an amount; those of the commonest measures are told once."""
    if key == CaseKey(key.key, key.shape, key.kind, "", key.unit) and key.unit in ("", *TIME_UNITS):
        return {"$ref": f"#/$defs/{key.unit or 'amount'}"}
    return _lasting(key) if is_time(key) else _either(_number(key), "value")


def _code(key: CaseKey) -> dict[str, Any]:
    return {"type": "string", "pattern": system_of(key.system).pattern}


def _add_records(properties: dict[str, Any], key: CaseKey, program: Program) -> None:
    """Add the fields of a predicate to the records of a key; those that not every predicate reads may be left out."""
    fields = {field.key: _field(field, program) for field in key.fields}
    if key.key not in properties:
        item = {"type": "object", "properties": {}, "required": list(fields), "additionalProperties": False}
        properties[key.key] = _list(item)
    item = properties[key.key]["items"]
    item["properties"] = {**item["properties"], **fields, "source": _SOURCE}
    item["required"] = [name for name in item["required"] if name in fields]


def _attribute(field: CaseKey, program: Program) -> dict[str, Any]:
    if field.shape == "codes":
        return _list(_code(field))
    return _list(_one_of(program.of_kind(field.kind), program)) if field.shape == "each of" else _field(field, program)


def _field(field: CaseKey, program: Program) -> dict[str, Any]:
    if field.shape == "one of":
        return _one_of(program.of_kind(field.kind), program)
    if field.shape == "number":
        return _number(field)
    if field.shape in SINCE:
        return _day()
    return {"type": "string", "pattern": TEXT, "maxLength": ID_LENGTH} if field.shape == "text" else _code(field)


def _number(key: CaseKey) -> dict[str, Any]:
    """Return the schema of a number with the decimals and bounds of its key."""
    least, most = (float(bound) if "." in bound else int(bound) for bound in (key.least, key.most or str(COUNT)))
    kind = {"type": "number", "multipleOf": 10**-key.decimals} if key.decimals else {"type": "integer"}
    told = {"description": f"in {key.unit}"} if key.unit else {}
    return {**kind, "minimum": least, "maximum": most, **told}


def _date() -> dict[str, Any]:
    return _either(_day(), "date")


def _day() -> dict[str, Any]:
    return {"type": "string", "pattern": DATE, "description": "YYYY-MM-DD"}


def _one_of(concepts: list[str], program: Program) -> dict[str, Any]:
    """Return the schema of one concept; editors show the labels beside the names."""
    return {"enum": concepts, "enumDescriptions": [program.label(concept) for concept in concepts]}


def _status() -> dict[str, Any]:
    return _either({"enum": ["present", "absent"]}, "status")


def _amount() -> dict[str, Any]:
    return _either(_whole(0) | {"description": "a whole number of completed units"}, "value")


def _lasting(key: CaseKey) -> dict[str, Any]:
    text = f"completed {key.unit} (6), or an amount of time that is a number of them: 6 weeks, 45 days, 2 months"
    return _either(_number(key) | {"type": ["integer", "string"], "pattern": TIME, "description": text}, "value")


def _either(plain: dict[str, Any], key: str) -> dict[str, Any]:
    """Allow a value as it is, or as an object that also names its source."""
    full = {
        "type": "object", "properties": {key: plain, "source": _SOURCE},
        "required": [key], "additionalProperties": False,
    }  # fmt: skip
    return {"if": {"type": "object"}, "then": full, "else": plain}
