"""A proof whose value is unknown, read as a circuit: what it comes to once a set is documented."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ...engine.language.parser import parse_atom
from ...engine.language.terms import UNDOCUMENTED, Atom, Comparison, holds

if TYPE_CHECKING:
    from .verify import Checker


class Circuit:
    """The steps of a proof under a set of findings documented, beyond what the case says."""

    def __init__(self, checker: Checker, needs: Iterable[dict[str, str]], without: str = "") -> None:
        self.checker, self.needs = checker, list(needs)
        stated = {need["finding"]: need["needs"] for need in self.needs}
        self.amounts = {
            name: int(text.split()[-1]) for name, text in stated.items() if text not in ("present", "absent", "stated")
        }
        self.amounts.pop(without, None)
        self.denied = {name for name, text in stated.items() if text == "absent" and name != without}
        self.present = self._closure({name for name, text in stated.items() if text in ("present", "stated")}) - {
            without
        }
        self._known: dict[str, bool] = {}

    def weakened(self, need: dict[str, str]) -> Circuit:
        """Return the circuit with one member of the set replaced by what it implies."""
        return Circuit(self.checker, self.needs, without=need["finding"])

    def _closure(self, names: set[str]) -> set[str]:
        """Add what documented findings imply, by the rules that give an open predicate from itself."""
        truth = self.checker.truth
        found = set(names)
        for rule in truth.rules:
            declared = truth.program.predicates.get(rule.head.predicate)
            if not (declared and declared.is_open and len(declared.params) == 1 and rule.body):
                continue
            grown = True
            while grown:
                heads = {
                    str(rule.head.substitute(binding).args[0])
                    for binding, _ in truth.instances(rule, {})
                    if all(
                        lit.atom.substitute(binding).args[0] in found
                        for lit in rule.literals
                        if lit.atom.predicate == rule.head.predicate
                    )
                    and any(lit.atom.predicate == rule.head.predicate for lit in rule.literals)
                }
                grown = not heads <= found
                found |= heads
        return found

    def holds(self, name: str) -> bool:
        """Say whether a node surely holds then; for a determination, whether one of its premises does."""
        if name not in self._known:
            self._known[name] = self._holds(self.checker.nodes[name])
        return self._known[name]

    def _holds(self, node: dict[str, Any]) -> bool:
        edges = self.checker.below[node["id"]]
        if node["kind"] in ("determination", "either"):
            return any(self.holds(edge["to"]) for edge in edges)
        if node["kind"] == "undocumented":
            return self._documented(parse_atom(node["atom"]))
        if node["kind"] == "derived" and node["value"] == "unknown":
            return all(self._part(node, edge) for edge in edges)
        return bool(node["kind"] != "absent" and node.get("value", "true") == "true")

    def _documented(self, atom: Atom) -> bool:
        return str(atom.args[0]) in self.present or str(atom.args[0]) in self.amounts

    def _part(self, node: dict[str, Any], edge: dict[str, Any]) -> bool:
        rule = self.checker.rules[node["rule"]]
        part = rule.body[edge["part"]]
        child = self.checker.nodes[edge["to"]]
        if isinstance(part, Comparison):
            return child["value"] == "true" or self._compares(rule.literals, part, node["binding"])
        if part.positive:
            return self.holds(edge["to"])
        return child["kind"] == "absent" or child.get("value") == "false" or self._fails(child)

    def _compares(self, literals: Iterable[Any], part: Comparison, binding: dict[str, Any]) -> bool:
        """Evaluate a comparison with the amount documented, where it was unknown."""
        filled = dict(binding)
        for literal in literals:
            atom = literal.atom.substitute(binding)
            for pattern, value in zip(literal.atom.args, atom.args, strict=True):
                if value == UNDOCUMENTED and str(atom.args[0]) in self.amounts:
                    filled[pattern.name] = self.amounts[str(atom.args[0])]
        return holds(part, filled) is True

    def _fails(self, child: dict[str, Any]) -> bool:
        """Say whether what stands under `not` surely fails then."""
        if child["kind"] == "undocumented":
            return str(parse_atom(child["atom"]).args[0]) in self.denied
        edges = self.checker.below[child["id"]]
        below = [self._fails(self.checker.nodes[edge["to"]]) for edge in edges]
        return bool(below) and (all(below) if child["kind"] == "either" else any(below))
