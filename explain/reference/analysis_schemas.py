"""The JSON Schemas of what is proved of all cases: of analyze, diff, construct and sufficient."""

from __future__ import annotations

from typing import Any

from ...engine.analysis.diff import REFUSED
from ...engine.analysis.run import ANALYSES
from ...engine.decision.decision import WORLDS
from ...engine.library.guideline import Guideline
from ...engine.program.interface import CODE
from ...engine.program.schema import identified
from ...engine.soundness.registry import CODES, POLICY
from .schema_parts import FLAG, NUMBER, TEXT, Schema, listed, of_keys

NAMES = listed(TEXT)
_BOTH: Schema = {"enum": [*WORLDS, "both"], "title": "what undocumented means: unknown (open), or not so (closed)"}


def analysis(guideline: Guideline) -> Schema:
    """Return the schema of what analyze says."""
    shown, turn = _or_null(_witness()), of_keys({CODE: TEXT, "before": TEXT, "after": TEXT})
    place: dict[str, Schema] = {"file": TEXT, "line": NUMBER, "column": NUMBER}
    codes = {"enum": [name for name, code in CODES.items() if code.of == POLICY]}
    finding = of_keys({"code": codes, "severity": TEXT, **place, "message": TEXT, "fix": TEXT, "witness": shown})
    share = of_keys({"lines": NUMBER, "changed": NUMBER, "cases": NAMES, "unread": NUMBER})
    rests = of_keys({
        "name": TEXT | {"title": "a statement to be confirmed, or an interpretation"},
        "changes": listed(turn) | {"title": "each outcome that would be another one"}, "witness": shown,
        "share": share | {"title": "of the cases named"},
    }, optional=("share",))  # fmt: skip
    way = of_keys({"outcome": {"enum": _answers(guideline)}, "by": TEXT})
    names = listed({"enum": list(ANALYSES)})
    return identified("analysis", guideline.program) | of_keys({
        "guideline": {"const": guideline.program.name}, "as_of": TEXT, "world": _BOTH, "analyses": names,
        "unknown": names | {"title": "those whose time was over"}, "findings": listed(finding),
        "reach": listed(of_keys({"codes": NAMES, "ways": listed(way)})), "reliance": listed(rests),
        "harm": listed(of_keys({"key": TEXT, "name": TEXT, "before": _witness(), "after": _witness()})),
    })  # fmt: skip


def difference(guideline: Guideline) -> Schema:
    """Return the schema of what diff says; the outcomes are those of one guideline or of the other."""
    side = of_keys({"guideline": TEXT, "as_of": TEXT})
    change = of_keys({
        "codes": NAMES, "before": TEXT | {"title": f"an outcome, or {REFUSED}"}, "after": TEXT,
        "gained": TEXT | {"title": "the statement or the reason told after and not before"}, "lost": TEXT,
        "when": listed(NAMES) | {"title": "each way in which it comes about"},
        "complete": FLAG | {"title": "whether these are all the ways"}, "statements": NAMES, "rules": NAMES,
        "witnesses": listed(_witness()) | {"minItems": 2, "maxItems": 2},
    })  # fmt: skip
    answer = of_keys({"outcome": TEXT, "by": NAMES})
    flip = of_keys({"case": TEXT, CODE: TEXT, "session": NUMBER, "before": answer, "after": answer})
    return identified("difference", guideline.program) | of_keys({
        "before": side, "after": side, "world": _BOTH, "equivalent": FLAG,
        "proved": FLAG | {"title": "whether no case of any number of sessions differs otherwise"},
        "uncompared": NAMES | {"title": "what is shown beside an answer, and does not rest on the same rules"},
        "changes": listed(change), "flips": listed(flip) | {"title": "lines of the cases named that change"},
    }, optional=("flips",))  # fmt: skip


def construction(guideline: Guideline) -> Schema:
    """Return the schema of what construct says: a witness, or null where it is proved that there is none."""
    return identified("construction", guideline.program) | _or_null(_witness())


def sufficiency(guideline: Guideline) -> Schema:
    """Return the schema of what sufficient says."""
    change = listed(of_keys({"before": TEXT, "after": TEXT}))
    line = of_keys({
        CODE: TEXT, "session": NUMBER, "outcome": {"enum": [o.name for o in guideline.program.told()]},
        "needs": _or_null(NAMES) | {"title": "the least that forces the outcome; null where the line waits"},
        "whatever_else_is_documented": FLAG,
        "change": _or_null(change) | {"title": "the smallest change; null where none turns the outcome"},
        "flipped": _or_null(_witness()),
    })  # fmt: skip
    named = identified("sufficiency", guideline.program, "What suffices of a case")
    return named | of_keys({"case": TEXT, "as_of": TEXT, "lines": listed(line)})


def _answers(guideline: Guideline) -> list[str]:
    return [outcome.name for outcome in guideline.program.told()]


def _witness() -> Schema:
    case: dict[str, Any] = {"type": "object", "title": "a case as a case file has it"}
    told = {CODE: TEXT, "answer": TEXT | {"title": "an outcome, or why the case is refused"}, "by": NAMES}
    return of_keys({"case": case, "world": {"enum": list(WORLDS)}, **told})


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
