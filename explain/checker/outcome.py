"""Checks the conclusion of a proof: a line's outcome against the checker's own evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...engine.language.terms import Atom, quote, unquote
from ...engine.program.words import say_contrast, say_outcome
from .step import require
from .supposed import Circuit
from .truth import TRUE

if TYPE_CHECKING:
    from .verify import Checker


def check_line(checker: Checker, node: dict[str, Any]) -> None:
    """Check the conclusion of a line: its outcome, what decides it, and what is said to be missing."""
    require(node["text"] == _said(checker, node), "the words are not the outcome's")
    edges = checker.below[node["id"]]
    require(all(edge["role"] == "premise" for edge in edges), "an outcome rests on premises only")
    claims = {claim.atom: claim.value for claim in (checker.claim(edge["to"]) for edge in edges)}
    require(claims == _decisive(checker, node), "these are not what decides the line")
    marks = _marks(checker, node["id"])
    require(set(node["rests_on"]) <= marks, "it rests on something that its proof does not use")
    require(checker.told["every"] or marks <= set(node["rests_on"]), "its proof rests on more than is said")
    if node["outcome"] == "more_information_needed":
        covered = _outcomes(checker, "medically_necessary", node)
        require(bool(node["missing"]) == bool(covered), "what is missing is not what would cover it")
        for needs in node["missing"]:
            _settles(checker, node, needs)
    else:
        require(not node["missing"], "nothing is missing where the outcome is sure")


def check_contrast(checker: Checker, node: dict[str, Any]) -> None:
    """Check why a line does not have an outcome: the outcome it has, and what stands below for the other."""
    told = say_contrast(node["cpt"], node["session"], node["asked"], _said(checker, node))
    require(node["text"] == told, "the words are not the question's")
    _decisive(checker, node)
    edges = checker.below[node["id"]]
    absent = [e for e in edges if e["role"] == "absence"]
    for edge in edges:
        atom = checker.claim(edge["to"]).atom
        line = (node["session"], quote(node["cpt"]))
        require(atom.args[:2] == line, "it is about another line")
        require(not absent or atom.predicate == node["asked"], "something else than what is asked is absent")


def _said(checker: Checker, node: dict[str, Any]) -> str:
    lines = [(line.cpt, line.session) for line in checker.case.lines]
    require((node["cpt"], node["session"]) in lines, "the case has no such line")
    return say_outcome(node["cpt"], node["session"], node["outcome"], node["by"], node["reason"], checker.program)


def _marks(checker: Checker, name: str) -> set[str]:
    """Return the inferred statements and the interpretations that a proof's steps cite."""
    marks: set[str] = set()
    for each in checker.reached([name]):
        node = checker.nodes[each]
        marks.update(node.get("readings", ()))
        cited = (checker.program.statements[c] for c in node.get("cites", ()))
        marks.update(statement.id for statement in cited if statement.authority == "inferred")
    return marks


def _decisive(checker: Checker, node: dict[str, Any]) -> dict[Atom, int]:
    """Return what decides a line, by the checker's own evaluation; see `decide` for the order."""
    own = {
        name: _outcomes(checker, name, node)
        for name in ("medically_necessary", "not_addressed", "not_medically_necessary")
    }
    sure = {name: {a: v for a, v in atoms.items() if v == TRUE} for name, atoms in own.items()}
    first = next((name for name in own if sure[name]), "more_information_needed")
    require(node["outcome"] == first, "the outcome is another one")
    last = sorted(unquote(str(atom.args[2])) for atom in sure.get(first, ()))
    require(node["by"] == (last if first.endswith("medically_necessary") else []), "it is by other statements")
    require(node["reason"] == (last[0] if first == "not_addressed" else None), "the reason is another one")
    every = {atom: value for atoms in own.values() for atom, value in atoms.items()}
    return sure.get(first) or own["medically_necessary"] or every


def _outcomes(checker: Checker, name: str, node: dict[str, Any]) -> dict[Atom, int]:
    line = (node["session"], quote(node["cpt"]))
    return {atom: value for atom, value in checker.truth.values.get(name, {}).items() if atom.args[:2] == line}


def _settles(checker: Checker, node: dict[str, Any], needs: list[dict[str, str]]) -> None:
    """Documented, a set makes the line necessary; with a member replaced by what it implies, it does not."""
    circuit = Circuit(checker, needs)
    require(circuit.holds(node["id"]), f"documenting {needs} does not settle it")
    for need in needs:
        require(not circuit.weakened(need).holds(node["id"]), f"{need} of {needs} is not needed")
