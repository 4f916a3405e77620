"""The page that asks: a query of the rules and of a case, its answers with their proofs, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ...engine.cases.case import Case, Unreadable, read_case
from ...engine.decision.decision import WORLDS
from ...engine.language.errors import CaseError, Fault, FaultError, GuidelineError
from ...engine.library.guideline import Guideline
from ...engine.library.several import Answering
from ...engine.program.general import of_predicate
from ..proof.outline import steps
from ..query.answer import Answers, Limits, run
from ..query.scene import Scene, scene_of
from ..query.text import read_query, relations, unknown_constants
from ..query.told import as_json, proofs, records, verdict
from ..render.drawing import LOOKS
from ..render.tree_html import rows
from .form import Filled
from .pages import lines, page
from .start import canonical_case, day_of, text_case

LIMITS = Limits(seconds=5.0, rows=200)
"""How long a query may take, and how many answers it may give."""
PROVED = 25
"""How many answers are proved at once."""
Sent = Mapping[str, str]


class Told(NamedTuple):
    """A query answered."""

    found: Answers
    scene: Scene
    notes: tuple[str, ...]


def asked(sent: Sent, guideline: Guideline, answering: Answering) -> Told:
    """Return the answers to a query that was sent, of the case that was chosen or pasted with it.

    :raises CaseError: where the case or the date cannot be read.
    :raises LimitError: where a limit is reached.
    :raises GuidelineError: where the query is none.
    """
    query = read_query(sent.get("query", ""), guideline.program)
    world = sent["world"] if sent.get("world") in WORLDS else WORLDS[0]
    scene = scene_of(guideline, _case(sent, guideline, answering), world, day_of(sent.get("as_of", ""), "the date"))
    found = run(query, scene, LIMITS)
    notes = [scene.contradiction] if scene.contradiction else []
    notes += [] if found.rows else unknown_constants(sent["query"], scene.constants())
    notes += [f"only the first {LIMITS.rows} answers are shown"] if found.cut else []
    return Told(found, scene, tuple(notes))


def asked_json(sent: Sent, guideline: Guideline, answering: Answering) -> dict[str, Any]:
    """Return the answers as `coverlog query --format json` has them; see `asked`."""
    told = asked(sent, guideline, answering)
    return as_json(told.found, told.scene, sent["query"], explain=bool(sent.get("proof")))


def asked_page(sent: Sent, guidelines: Mapping[str, Guideline], answering: Answering, names: Any) -> str:
    """Return the page with the answers to what was sent, or what is wrong with it."""
    guideline = guidelines.get(sent.get("guideline", "")) or next(iter(guidelines.values()))
    faults: tuple[Fault, ...] = ()
    answer: dict[str, Any] = {}
    if sent.get("query", "").strip():
        try:
            answer = _laid_out(asked(sent, guideline, answering), proved=bool(sent.get("proof")))
        except FaultError as error:
            faults = error.faults
        except GuidelineError as error:
            faults = tuple(Fault(_column(each.place.column), each.message, each.fix) for each in error.findings)
    program = guideline.program
    told = [(name, params, program.predicates.get(name)) for name, params in sorted(relations(program).items())]
    return page(
        "query", title="Ask the rules and a case", here="/query", sent=sent, guidelines=guidelines, program=program,
        worlds=WORLDS, answer=answer, faults=faults, names=names, text=lines(sent.get("text", "")),
        query=lines(sent.get("query", "")), limits=LIMITS, most=PROVED,
        predicates=[(name, params, of_predicate(declared) if declared else "") for name, params, declared in told],
    )  # fmt: skip


def _laid_out(told: Told, *, proved: bool) -> dict[str, Any]:
    """Return what the page tells: the answers as a table, each with the steps that prove it."""
    found, scene = told.found, told.scene
    heads, *cells = records(found, scene)
    answer: dict[str, Any] = {
        "heads": heads, "rows": [(row, []) for row in cells],
        "verdict": "" if found.query.columns else verdict(found, scene),
        "tree": {}, "notes": told.notes, "about": f"{scene.name or 'no case'}, as of {scene.date}, {scene.world} world",
    }  # fmt: skip
    if proved:
        proof, roots = proofs(found, scene, range(min(PROVED, len(found.rows))))
        number, nodes = steps(proof), [proof.graph.nodes[node] for node in proof.graph]
        answer["rows"] = [(row, [number[root] for root in own]) for row, own in zip(cells, roots, strict=False)]
        answer["rows"] += [(row, []) for row in cells[len(roots) :]]
        kinds = {each["kind"] for each in nodes}
        answer["tree"] = {
            "rows": rows(proof, whole=True), "looks": [(kind, look) for kind, look in LOOKS.items() if kind in kinds],
            "authorities": {each.get("authority") for each in nodes}
            | ({"interpretation"} if any(each.get("readings") for each in nodes) else set()),
        }  # fmt: skip
    return answer


def _case(sent: Sent, guideline: Guideline, answering: Answering) -> Case | None:
    """Return the case that was chosen or pasted; None where neither was."""
    if sent.get("text", "").strip():
        values = text_case(sent["text"].encode(), guideline, guideline).values
    elif sent.get("case"):
        values = canonical_case(sent["case"], guideline).values
    else:
        return None
    found = read_case(Filled(values), guideline)
    if isinstance(found, Unreadable):
        raise CaseError(faults=found.faults)
    return found


def _column(column: int) -> str:
    return f"column {column}" if column else ""
