"""The JSON Schemas of what the commands answer, beside that of a case."""

from __future__ import annotations

from collections.abc import Callable

from ...engine.cases.plan import SCHEMA, SLOTS
from ...engine.decision.decision import WORLDS
from ...engine.library.guideline import Guideline
from ...engine.program.general import of_predicate
from ...engine.program.interface import CODE, FAVOURABLE
from ...engine.program.program import AUTHORITIES, Program
from ...engine.program.schema import identified
from ...engine.soundness.registry import ADVICE, WARNING
from ..advice.comparison import SIDES
from ..advice.doctor import Row
from ..advice.item import TOLD
from ..advice.letter import X12
from ..advice.line_rows import UNREAD
from ..advice.ways import NAMED
from .analysis_schemas import analysis, construction, difference, sufficiency
from .schema_parts import FLAG as _FLAG
from .schema_parts import NUMBER as _NUMBER
from .schema_parts import TEXT as _TEXT
from .schema_parts import Schema
from .schema_parts import listed as _list
from .schema_parts import of_keys as _object

_HASH: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_OR_NULL: Schema = {"type": ["string", "null"]}


def schema_of(what: str, guideline: Guideline) -> Schema:
    """Return the JSON Schema (draft 2020-12) of a case, or of what a command says of one.

    :param what: one of `SCHEMAS`.
    """
    return SCHEMAS[what](guideline)


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
    decided = _object({
        **_header(program), "lines": _list(_line(program)), "advisories": _list(_advisory()), "notices": _list(_TEXT),
        "version": _TEXT | {"title": "the version of coverlog"},
        "guideline_hash": _HASH | {"title": "SHA-256 of the guideline's text"},
        "case_hash": _HASH | {"title": "SHA-256 of the case as canonical JSON, less what it is expected to come to"},
        "warnings": _list(_finding()) | {"title": "what is doubtful in the case; coverlog decide says it"},
    }, optional=("warnings",))  # fmt: skip
    fault = _object({"place": _TEXT | {"title": "file:line:column"}, "message": _TEXT, "remedy": _TEXT})
    refused = _object({"case": _TEXT, "error": _TEXT, "faults": _list(fault)})
    return identified("decision", program) | {
        "anyOf": [{"$ref": "#/$defs/decided"}, {"$ref": "#/$defs/refused"}],
        "$defs": {
            "decided": {"title": "a decision"} | decided,
            "refused": {"title": "a case that cannot be decided"} | refused,
        },
    }


def _finding() -> Schema:
    place: dict[str, Schema] = {"file": _TEXT, "line": _NUMBER, "column": _NUMBER}
    return _object({"code": _TEXT, "severity": {"enum": [WARNING, ADVICE]}, **place, "message": _TEXT, "fix": _TEXT})


def _advisory() -> Schema:
    return _object({"id": _TEXT, "text": _TEXT, "source": _TEXT})


def _line(program: Program) -> Schema:
    shown = {p.name: _OR_NULL | {"title": of_predicate(p)} for p in program.shown()}
    return _object({CODE: _TEXT, "session": _NUMBER, **shown} | _outcome(program))


def _outcome(program: Program) -> dict[str, Schema]:
    one = _object({"finding": _TEXT, "needs": _TEXT})
    several = _object({"at_least": _NUMBER | {"minimum": 1}, "of": _list(one) | {"title": "any so many of these"}})
    need: Schema = {"anyOf": [one, several]}
    return {
        "outcome": {"enum": [each.name for each in program.told()]},
        "by": _list(_TEXT) | {"title": "the statements that give the outcome"},
        "how": _list(_TEXT) | {"title": "the rules by which these statements give it"},
        "reason": _OR_NULL | {"title": "why the line is not addressed"},
        "missing": _list(_list(need)) | {"title": "each set, documented, settles the line"},
        **_for(program),
        "missing_complete": _FLAG | {"title": "whether `missing` is all there is"},
        "rests_on": _list(_TEXT) | {"title": "statements to be confirmed and interpretations"},
    }


def _for(program: Program) -> dict[str, Schema]:
    """Return the key that says which outcome a set leads to, where there are several."""
    names = [each.name for each in program.of_role(FAVOURABLE)]
    title = "the outcome that each set of `missing` leads to"
    return {"missing_for": _list({"enum": names}) | {"title": title}} if len(names) > 1 else {}


def _proof(guideline: Guideline) -> Schema:
    names = _list(_TEXT)
    edge = _object(
        {"from": _TEXT, "to": _TEXT, "role": _TEXT, "order": _NUMBER, "part": _NUMBER}, optional=("part",)
    )  # fmt: skip
    return identified("proof", guideline.program) | _object({
        **_header(guideline.program), "every": _FLAG | {"title": "whether every way is shown in which a step holds"},
        "lines": names, "roots": names, "nodes": _list(_node(guideline.program)), "edges": _list(edge),
        "account": _list(_account(guideline.program)),
    }, optional=("account",))  # fmt: skip


def _account(program: Program) -> Schema:
    """Return the schema of one reason: the same in plain words, for every line that has it."""
    items = _list(_object(dict.fromkeys(TOLD, _TEXT) | {"about": _FLAG, "so": _FLAG}))
    names = _list(_TEXT)
    block = _object({
        "statement": _TEXT, "words": _TEXT, "inferred": _FLAG, "criterion": _TEXT, "how": names, "met": items,
        "lacking": _list(items) | {"title": "each is a way: all items of it are needed"}, "whole": _FLAG,
        "beside": items | {"title": "what fails as well, and does not decide"}, "rests_on": names,
        "instead": _FLAG | {"title": "whether it is another way to be covered than the block before it, told as `or`"},
    })  # fmt: skip
    way = _object({
        "request": names, "statements": names, "places": _list(_list(_object(dict.fromkeys(NAMED, _TEXT)))),
        "objections": names, "only": names, "outcome": _TEXT,
    })  # fmt: skip
    known = [*AUTHORITIES, *program.authorities]
    authorities = {"type": "object", "additionalProperties": names, "propertyNames": {"enum": known}}
    return _object({
        "lines": names, "outcome": {"enum": [each.name for each in program.told()]},
        "deciding": _list(_object({"statement": _TEXT, "words": _TEXT})), "blocks": _list(block),
        "beside": _list(block), "nothing": _TEXT, "wanted": _TEXT, "between": _TEXT,
        "recorded": items, "ways": _list(way),
        "rests_on": names, "authorities": authorities, "folded": names, "others": names,
    })  # fmt: skip


def _node(program: Program) -> Schema:
    """Return the schema of a step; which keys there are beside the first three is told by its kind."""
    facts = {
        "id": _TEXT, "kind": _TEXT, "text": _TEXT | {"title": "the step in words"}, "atom": _TEXT, "value": _TEXT,
        "comparison": _TEXT, "aggregate": _TEXT, "members": {"type": "array"}, "possible": {"type": "array"},
        "low": {"type": "number"}, "high": {"type": ["number", "null"]},
        "where": _TEXT | {"title": "where the case says so"}, "rule": _TEXT, "cites": _list(_TEXT), "source": _TEXT,
        "authority": {"enum": [*AUTHORITIES, *program.authorities]},
        "readings": _list(_TEXT), "binding": {"type": "object"}, "folded": {"type": "array"}, CODE: _TEXT,
        "session": _NUMBER, "asked": _TEXT,
    } | _outcome(program) | {"how": {"type": ["string", "array"], "items": _TEXT}}  # fmt: skip
    return _object(facts, optional=tuple(key for key in facts if key not in ("id", "kind", "text")))


def _checklist(guideline: Guideline) -> Schema:
    one = _object(dict.fromkeys(("finding", "needs", "question", "statement"), _TEXT))
    item: Schema = {"anyOf": [one, _object({"at_least": _NUMBER | {"minimum": 1}, "of": _list(one)})]}
    program = guideline.program
    names = [each.name for each in program.of_role(FAVOURABLE)]
    leads = {"outcome": {"enum": names}} if len(names) > 1 else {}
    asked = _object({"for": _list(_TEXT), **leads, "items": _list(item)})
    way = _object(
        {"request": _list(_TEXT), "for": _list(_TEXT), **leads, "items": _list(item), "objections": _list(_advisory()),
         "whatif": _list(_TEXT)}
    )  # fmt: skip
    line = _object(
        {CODE: _TEXT, "session": _NUMBER, "outcome": _outcome(program)["outcome"], "missing_complete": _FLAG,
         "sets": _list(asked), "ways_complete": _FLAG, "ways": _list(way)}
    )  # fmt: skip
    answer = {**_header(program), "lines": _list(line), "advisories": _list(_advisory())}
    return identified("checklist", program) | _object(answer)


def _letter(guideline: Guideline) -> Schema:
    program, names = guideline.program, _list(_TEXT)
    reason = _object({
        "lines": names, "outcome": {"enum": [each.name for each in program.told()]}, "role": {"enum": list(X12)},
        "x12": _OR_NULL | {"title": "the outcome in X12 278 and FHIR PAS: A1 certified, A3 not certified, A4 pended"},
        "member": names | {"title": "sentences for the member"},
        "doctor": _list(_object(dict.fromkeys(Row._fields, _TEXT))), "flags": names,
    })  # fmt: skip
    slots = _object(dict.fromkeys(SLOTS, names))
    return identified("letter", program) | _object(_header(program) | {
        "reasons": _list(reason), "diagnoses": _list(_object({"code": _TEXT, "stands_for": names})),
        "advisories": _list(_advisory()), "notices": names, "plan": slots | {"title": "the plan's own text"},
        "empty": names | {"title": "the slots that are to be filled before the letter is sent"},
    })  # fmt: skip


def _rows(guideline: Guideline) -> Schema:
    outcomes = [*(each.name for each in guideline.program.told()), UNREAD]
    row = _object({
        "case": _TEXT, CODE: _TEXT, "session": {"type": ["integer", "null"]}, "outcome": {"enum": outcomes},
        "by": _list(_TEXT), "reason": _TEXT | {"title": "why the line has its outcome, or was not read"},
        "nearest": _TEXT | {"title": "the least that would make the line favourable, in words"},
        "distance": {"type": ["integer", "null"], "title": "the number of things in it; null where none is known"},
    })  # fmt: skip
    totals = _object(dict.fromkeys(outcomes, _NUMBER), optional=tuple(outcomes))
    return identified("rows", guideline.program, "Rows") | _object({"rows": _list(row), "totals": totals})


def _comparison(guideline: Guideline) -> Schema:
    key = {"case": _TEXT, CODE: _TEXT, "session": _NUMBER}
    both = _object(dict.fromkeys(SIDES, _list(_TEXT)))
    side = _object({"outcome": _TEXT, "by": _list(_TEXT), "reason": _OR_NULL})
    sets = _list(_list(_object({"finding": _TEXT, "needs": _TEXT})))
    differs = _list({"enum": ["outcome", "by", "missing"]})
    difference = _object({**key, "differs": differs, **dict.fromkeys(SIDES, side),
                          "missing": _object({"gone": sets, "came": sets})})  # fmt: skip
    moved = _object({"old": _TEXT, "new": _TEXT, "lines": _NUMBER})
    return identified("comparison", guideline.program) | _object({
        "cases": _NUMBER | {"title": "on both sides"}, "lines": _NUMBER | {"title": "on both sides"},
        "settings": {"type": "object", "additionalProperties": both}, "moved": _list(moved),
        "differences": _list(difference), "only": _object(dict.fromkeys(SIDES, _list(_object(key)))),
        "errors": _list(_object({"case": _TEXT, **dict.fromkeys(SIDES, _TEXT)})),
    })  # fmt: skip


SCHEMAS: dict[str, Callable[[Guideline], Schema]] = {
    "case": lambda guideline: guideline.schema, "decision": _decision, "proof": _proof, "checklist": _checklist,
    "letter": _letter, "rows": _rows, "comparison": _comparison,
    "plan": lambda guideline: identified("plan", guideline.program) | SCHEMA,
    "analysis": analysis, "difference": difference, "construction": construction, "sufficiency": sufficiency,
}  # fmt: skip
"""The schemas there are, each made for a guideline."""
