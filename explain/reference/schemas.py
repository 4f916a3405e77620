"""The JSON Schemas of what the commands answer: decision, proof, checklist and letter, beside that of a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...engine.decision.decision import WORLDS
from ...engine.library.guideline import Guideline
from ...engine.program.interface import OUTCOMES
from ...engine.program.program import AUTHORITIES, Program
from ...engine.program.schema import identified

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_OR_NULL: Schema = {"type": ["string", "null"]}
_NUMBER: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}


def schema_of(what: str, guideline: Guideline) -> Schema:
    """Return the JSON Schema (draft 2020-12) of a case, or of what a command says of one.

    :param what: one of `SCHEMAS`.
    """
    return SCHEMAS[what](guideline)


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _object(properties: dict[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    """Return the schema of an object with these keys and no others."""
    required = [key for key in properties if key not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _header(program: Program) -> dict[str, Schema]:
    """Return what every answer says of the case it is about."""
    return {
        "case": _TEXT | {"title": "the id of the case"},
        "guideline": {"const": program.name},
        "as_of": _TEXT | {"title": "the date whose rules apply, YYYY-MM-DD"},
        "world": {"enum": list(WORLDS), "title": "what undocumented means: unknown (open), or not so (closed)"},
    }


def _decision(guideline: Guideline) -> Schema:
    program = guideline.program
    advisory = _object({"id": _TEXT, "text": _TEXT, "source": _TEXT})
    decided = _object({
        **_header(program), "lines": _list(_line(program)), "advisories": _list(advisory), "notices": _list(_TEXT),
        "version": _TEXT | {"title": "the version of coverlog"},
        "guideline_hash": _HASH | {"title": "SHA-256 of the guideline's text"},
        "case_hash": _HASH | {"title": "SHA-256 of the case as canonical JSON, less what it is expected to come to"},
    })  # fmt: skip
    fault = _object({"place": _TEXT | {"title": "file:line:column"}, "message": _TEXT, "remedy": _TEXT})
    refused = _object({"case": _TEXT, "error": _TEXT, "faults": _list(fault)})
    return identified("decision", program) | {
        "anyOf": [{"$ref": "#/$defs/decided"}, {"$ref": "#/$defs/refused"}],
        "$defs": {
            "decided": {"title": "a decision"} | decided,
            "refused": {"title": "a case that cannot be decided"} | refused,
        },
    }


def _line(program: Program) -> Schema:
    shown = {p.name: _OR_NULL | {"title": p.gloss} for p in program.shown()}
    return _object({"cpt": _TEXT, "session": _NUMBER, **shown} | _outcome())


def _outcome() -> dict[str, Schema]:
    one = _object({"finding": _TEXT, "needs": _TEXT})
    several = _object({"at_least": _NUMBER | {"minimum": 1}, "of": _list(one) | {"title": "any so many of these"}})
    need: Schema = {"anyOf": [one, several]}
    return {
        "outcome": {"enum": list(OUTCOMES)},
        "by": _list(_TEXT) | {"title": "the statements that give the outcome"},
        "reason": _OR_NULL | {"title": "why the line is not addressed"},
        "missing": _list(_list(need)) | {"title": "each set, documented, settles the line"},
        "missing_complete": _FLAG | {"title": "whether `missing` is all there is"},
        "rests_on": _list(_TEXT) | {"title": "inferred statements and interpretations"},
    }


def _proof(guideline: Guideline) -> Schema:
    names = _list(_TEXT)
    edge = _object(
        {"from": _TEXT, "to": _TEXT, "role": _TEXT, "order": _NUMBER, "part": _NUMBER}, optional=("part",)
    )  # fmt: skip
    return identified("proof", guideline.program) | _object({
        **_header(guideline.program), "every": _FLAG | {"title": "whether every way is shown in which a step holds"},
        "lines": names, "roots": names, "nodes": _list(_node()), "edges": _list(edge),
    })  # fmt: skip


def _node() -> Schema:
    """Return the schema of a step; which keys there are beside the first three is told by its kind."""
    facts = {
        "id": _TEXT, "kind": _TEXT, "text": _TEXT | {"title": "the step in words"}, "atom": _TEXT, "value": _TEXT,
        "comparison": _TEXT, "aggregate": _TEXT, "members": {"type": "array"}, "possible": {"type": "array"},
        "low": _NUMBER, "high": {"type": ["integer", "null"]}, "how": _TEXT,
        "where": _TEXT | {"title": "where the case says so"},
        "rule": _TEXT, "cites": _list(_TEXT), "authority": {"enum": list(AUTHORITIES)}, "source": _TEXT,
        "readings": _list(_TEXT), "binding": {"type": "object"}, "folded": {"type": "array"}, "cpt": _TEXT,
        "session": _NUMBER, "asked": _TEXT,
    } | _outcome()  # fmt: skip
    return _object(facts, optional=tuple(key for key in facts if key not in ("id", "kind", "text")))


def _checklist(guideline: Guideline) -> Schema:
    one = _object(dict.fromkeys(("finding", "needs", "question", "statement"), _TEXT))
    item: Schema = {"anyOf": [one, _object({"at_least": _NUMBER | {"minimum": 1}, "of": _list(one)})]}
    asked = _object({"for": _list(_TEXT), "items": _list(item)})
    line = _object({"cpt": _TEXT, "session": _NUMBER, "missing_complete": _FLAG, "sets": _list(asked)})
    return identified("checklist", guideline.program) | _object({"case": _TEXT, "lines": _list(line)})


def _letter(guideline: Guideline) -> Schema:
    part = _object({"lead": _TEXT | {"title": "what stands out before the text"}, "text": _TEXT})
    block = _object({"kind": {"enum": ["title", "heading", "text", "items"]}, "parts": _list(part)})
    return identified("letter", guideline.program) | _object(_header(guideline.program) | {"blocks": _list(block)})


SCHEMAS: dict[str, Callable[[Guideline], Schema]] = {
    "case": lambda guideline: guideline.schema, "decision": _decision, "proof": _proof, "checklist": _checklist,
    "letter": _letter,
}  # fmt: skip
"""The schemas there are, each made for a guideline."""
