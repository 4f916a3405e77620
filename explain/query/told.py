"""The answers to a query told as a table, JSON or CSV, and the proof of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ...engine.language.terms import UNDOCUMENTED, Aggregate, Atom, Comparison, Constant, Part, plain, unquote
from ..advice.phrases import filled
from ..render.table import table
from .answer import Answers, Binding, Clock, closest, matches
from .scene import Scene

if TYPE_CHECKING:
    from ..proof.graph import Proof


def verdict(answers: Answers, scene: Scene, *, row: int = 0) -> str:
    """Return yes, no or unknown: whether there is an answer, or whether one of them surely holds."""
    if not answers.rows:
        return "no"
    return "yes" if answers.rows[row].sure or scene.world == "closed" else "unknown"


def _value(constant: Constant) -> str:
    text = "undocumented" if constant == UNDOCUMENTED else unquote(constant)
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def records(answers: Answers, scene: Scene) -> list[list[str]]:
    """Return the header and the rows; in the open world the last column says what is certain."""
    opened = scene.world == "open"
    header = [*answers.query.columns, *(["certain"] if opened else [])]
    told = [[*map(_value, a.values), *([verdict(answers, scene, row=i)] if opened else [])]
            for i, a in enumerate(answers.rows)]  # fmt: skip
    return [header, *told]


def as_table(answers: Answers, scene: Scene, width: int, *, numbered: bool = False) -> str:
    """Return the answers as a table, or yes, no or unknown where nothing is asked for.

    :param width: the most columns it may take; 0 is as many as it takes.
    :param numbered: put the number of each answer first.
    """
    if not answers.query.columns:
        return verdict(answers, scene)
    if not answers.rows:
        return "no answers"
    rows = records(answers, scene)
    if numbered:
        rows = [[str(i) if i else "", *row] for i, row in enumerate(rows)]
    return table(rows, width)


def as_csv(answers: Answers, scene: Scene) -> str:
    """Return the answers as CSV with a header."""
    rows = records(answers, scene) if answers.query.columns else [["answer"], [verdict(answers, scene)]]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().rstrip("\n")


def as_json(answers: Answers, scene: Scene, text: str, *, explain: bool) -> dict[str, Any]:
    """Return the answers with what they were asked of; each one's proof by its roots where asked for."""
    told: dict[str, Any] = {
        "query": text, "guideline": scene.guideline.program.name, "case": scene.name or None,
        "as_of": scene.date, "world": scene.world, "columns": list(answers.query.columns),
        "answer": verdict(answers, scene) if not answers.query.columns else None,
        "answers": [_object(answers, scene, i) for i in range(len(answers.rows))], "truncated": answers.cut,
    }  # fmt: skip
    if explain:
        from ..proof.document import as_json as document

        proof, roots = proofs(answers, scene, range(len(answers.rows)))
        whole = document(proof._replace(roots=()))  # the parts of a query are no lines of a case
        told["proof"] = {"roots": list(proof.roots), "nodes": whole["nodes"], "edges": whole["edges"]}
        for answer, own in zip(told["answers"], roots, strict=False):
            answer["proof"] = list(own)
    return told


def _object(answers: Answers, scene: Scene, row: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in zip(answers.query.columns, answers.rows[row].values, strict=True):
        told = None if value == UNDOCUMENTED else plain(value)
        values[name] = unquote(told) if isinstance(told, str) else told
    return {"values": values, "certain": verdict(answers, scene, row=row)}


def explained(answers: Answers, scene: Scene, width: int, which: Iterable[int] | None = None) -> str:
    """Return the proof of each answer, or of some, as indented trees; of none, why there is none."""
    from ..render import tree_text as render

    rows = range(len(answers.rows)) if which is None else which
    clock = Clock(answers.limits)
    blocks = []
    for row in rows:
        proof, _ = proofs(answers, scene, [row], clock)
        names = zip(answers.query.columns, answers.rows[row].values, strict=True)
        said = ", ".join(f"{name} = {_value(value)}" for name, value in names) or verdict(answers, scene)
        heading = filled(f"{row + 1}. {said}", width)
        blocks.append(f"{heading}\n{render.as_text(proof, width)}")
    if not answers.rows:
        blocks.append(render.as_text(proofs(answers, scene, [])[0], width))
    return "\n".join(blocks).rstrip()


def proofs(
    answers: Answers, scene: Scene, rows: Iterable[int], clock: Clock | None = None
) -> tuple[Proof, list[tuple[str, ...]]]:
    """Return the proofs of answers in one graph, and the roots of each: a node for each part of the query.

    Where there are no answers, the one proof is of what holds of the query and of the first part that does not.

    :param clock: what tells when the answers' limits are reached; without one it starts here.
    :raises QueryTimeoutError: where it takes longer than the limit.
    """
    from ..proof.graph import Proof

    steps = _Steps(scene, clock or Clock(answers.limits))
    shown = [(answers.query.parts, answers.rows[row].binding) for row in rows]
    shown = shown if answers.rows else [closest(answers.query, scene, answers.limits)]
    roots = [tuple(dict.fromkeys(steps.of(parts, binding))) for parts, binding in shown]
    every = tuple(dict.fromkeys(root for own in roots for root in own))
    return Proof(steps.builder.graph, every, scene.judged), roots


class _Steps:
    """Proves the parts of answers with the builder of a decision's proofs."""

    def __init__(self, scene: Scene, clock: Clock) -> None:
        from ..proof.build import Builder
        from ..proof.saying import by

        self.scene, self.by = scene, by
        self.builder = Builder(scene.judged, every=False, pause=lambda: clock.check("ask for fewer proofs at once"))

    def of(self, parts: tuple[Part, ...], binding: Binding) -> Iterator[str]:
        """Yield the nodes of each part with its variables bound."""
        for part in parts:
            if isinstance(part, Comparison):
                yield self.builder.compared(part, binding)
            elif isinstance(part, Aggregate):
                yield self.builder.counted(part, binding)
            else:
                yield from self._literal(part.atom.substitute(binding))

    def _literal(self, wanted: Atom) -> Iterator[str]:
        """Yield the node of an atom that fits a pattern, of each that may, or why there is none."""
        fits = [(atom, sure) for atom, _, sure in matches(wanted, {}, self.scene)]
        found = [atom for atom, sure in fits if sure][:1] or [atom for atom, _ in fits]
        for atom in found:
            if rule := self.scene.built_in.get(atom):
                yield self.builder._node("known", str(atom), atom=str(atom), **self.by(rule, self.builder.program))
            else:
                yield self.builder.holds(atom)
        if not found:
            yield self.builder.absent(wanted)
