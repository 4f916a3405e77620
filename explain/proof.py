"""The proof of a decision as a networkx graph with shared parts and content-addressed ids.

An edge runs from a conclusion to what it rests on, with `order` and `role` (premise, absence,
comparison, failure, cause). A node has `kind`, `text`, and by kind:

=============== ======================================================================================
determination   the outcome of a line: `cpt`, `session`, `outcome`, `by`, `reason`, `missing`
derived         given by a rule: `atom`, `rule`, `binding`, `value` (true, or unknown in the open world)
known           a fact of the knowledge base: `atom`, `rule`
given           said by the case: `atom`, `where`
absent          does not hold: `atom`, `how`; its children are the rules that fail in play, `folded`
                names the ones the case is not about
failed          a rule that does not give the atom: `rule`, `binding`
compared        a comparison with its values: `comparison`, `value`
undocumented    an open input nobody documented: `atom`
either          holds in more than one way, none of them sure yet: `atom`
=============== ======================================================================================

Nodes that rest on a rule also have `cites`, `authority`, `source` and `readings`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import networkx as nx

from ..engine.decide import Judged, LineDecision, outcomes
from ..engine.terms import UNDOCUMENTED, Atom, Comparison, Rule, Substitution, Var, holds, variables
from ..engine.why import CONTRADICTED, Cause, Failure, unify
from ..engine.why import UNDOCUMENTED as NOBODY_SAYS
from ..engine.words import say_atom, say_rule
from ..engine.world import Firing

Child = tuple[str, str]  # role, node id


class Proof(NamedTuple):
    """The proofs of a decision's lines in one graph; `roots` are their determinations, in line order."""

    graph: nx.DiGraph[str]
    roots: tuple[str, ...]
    judged: Judged


def prove(judged: Judged, *, cpt: str = "") -> Proof:
    """Return the proof of every line of a decision, or of the lines of one procedure code."""
    builder = _Builder(judged)
    lines = [line for line in judged.decision.lines if cpt in ("", line.cpt)]
    roots = tuple(dict.fromkeys(builder.determination(line) for line in lines))
    return Proof(builder.graph, roots, judged)


class _Builder:
    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self.model, self.why, self.program = judged.model, judged.why, judged.guideline.program
        self.graph: nx.DiGraph[str] = nx.DiGraph()
        self._holding: dict[Atom, str] = {}
        self._lacking: dict[Atom, str] = {}

    def _node(self, kind: str, text: str, children: Iterable[Child] = (), **facts: Any) -> str:
        """Add a node named by its content and its children's, so that equal proofs are one."""
        children = list(children)
        content = json.dumps([kind, text, facts, children], sort_keys=True, default=str)
        name = hashlib.sha256(content.encode()).hexdigest()[:16]
        if name not in self.graph:
            self.graph.add_node(name, kind=kind, text=text, **facts)
            for order, (role, child) in enumerate(children):
                self.graph.add_edge(name, child, role=role, order=order)
        return name

    def _rule(self, rule: Rule) -> dict[str, Any]:
        statements = [self.program.statements[c] for c in rule.cites]
        return {
            "rule": rule.id, "cites": list(rule.cites), "readings": list(rule.readings), "source": rule.source,
            "authority": statements[0].authority if statements else "stated",
        }  # fmt: skip

    def determination(self, line: LineDecision) -> str:
        """Add the conclusion of a line with everything it rests on."""
        possible = outcomes(self.model, line.session, line.cpt)
        atoms = possible.get(line.outcome, possible["medically_necessary"])
        told = line.as_json()
        facts = {key: told[key] for key in ("cpt", "session", "outcome", "by", "reason", "missing", "rests_on")}
        children = [("premise", self.holds(a)) for a in atoms if line.outcome not in possible or self.model.sure(a)]
        return self._node("determination", self._conclusion(line), children, **facts)

    def _conclusion(self, line: LineDecision) -> str:
        because = f" by {', '.join(line.by)}" if line.by else ""
        because += f": {self.program.label(line.reason)}" if line.reason else ""
        return f"{line.cpt}, session {line.session}: {line.outcome.replace('_', ' ')}{because}"

    def holds(self, atom: Atom) -> str:
        """Add the proof of an atom that is surely or possibly so."""
        if atom not in self._holding:
            self._holding[atom] = self._holds(atom)
        return self._holding[atom]

    def _holds(self, atom: Atom) -> str:
        if atom in self.model.support:
            return self._firing(self.model.support[atom], "true")
        if atom in self.model.given:
            return self._node("given", say_atom(atom, self.program), atom=str(atom), where=self.judged.case.facts[atom])
        if atom in self.model.unknown:
            return self._undocumented(atom)
        firings = self.model.firings[atom]
        ways = [("premise", self._firing(firing, "unknown")) for firing in firings]
        return (
            ways[0][1]
            if len(ways) == 1
            else self._node("either", f"would hold: {say_atom(atom, self.program)}", ways, atom=str(atom))
        )

    def _undocumented(self, atom: Atom) -> str:
        amounts = tuple(Var("_") if a == UNDOCUMENTED else a for a in atom.args)
        said = say_atom(atom._replace(args=amounts), self.program)
        return self._node("undocumented", f"it is not documented whether {said}", atom=str(atom))

    def _firing(self, firing: Firing, value: str) -> str:
        rule, binding = firing.rule, firing.binding
        if not rule.body:
            return self._node("known", say_atom(rule.head, self.program), atom=str(rule.head), **self._rule(rule))
        children = [("premise", self.holds(premise)) for premise in firing.premises]
        children += [("absence", self.absence(atom)) for atom in firing.absences]
        children += [("comparison", self._compared(c, binding)) for c in rule.comparisons]
        text = say_rule(rule, {k: v for k, v in binding.items() if v != UNDOCUMENTED}, self.program)
        text = text if value == "true" else f"would hold: {text}"
        return self._node(
            "derived", text, children, atom=str(firing.head), value=value, binding=_plain(binding), **self._rule(rule)
        )

    def _compared(self, comparison: Comparison, binding: Substitution, failed: Rule | None = None) -> str:
        """Add a comparison with its values; where it fails, also the premises that the values come from."""
        value = holds(comparison, binding)
        said = {True: "", False: " does not hold", None: " is not documented"}[value]
        text = f"{comparison if value is None else comparison.substitute(binding)}{said}"
        names = set(comparison.names())
        read = (
            [lit.atom for lit in failed.literals if lit.positive and names & set(variables(lit.atom.args))]
            if failed
            else []
        )
        return self._node(
            "compared", text, [("premise", self.holds(atom.substitute(binding))) for atom in read],
            comparison=str(comparison), value=str(value).lower(), binding=_plain(binding),
        )  # fmt: skip

    def absence(self, atom: Atom) -> str:
        """Add why an atom under `not` does not hold; where it may hold, its proof as far as it goes."""
        return self.holds(atom) if self.model.possible(atom) else self.absent(atom)

    def absent(self, atom: Atom) -> str:
        """Add why an atom does not hold: every rule that could have given it, and where it fails."""
        if atom not in self._lacking:
            self._lacking[atom] = self._absent(atom)
        return self._lacking[atom]

    def _absent(self, atom: Atom) -> str:
        how = self.why.kind(atom)
        said = say_atom(atom, self.program)
        declared = self.program.predicates.get(atom.predicate)
        if how == CONTRADICTED and declared and declared.unless:
            denial = self.holds(Atom(declared.unless, atom.args[:1]))
            return self._node(
                "absent", f"the record says it is not so: {said}", [("cause", denial)], atom=str(atom), how=how
            )
        if how == NOBODY_SAYS:
            return self._node("undocumented", f"there is no evidence that {said}", atom=str(atom), how=how)
        failures = self.why.failures(atom)
        played = [("failure", self._failed(failure)) for failure in failures if failure.in_play]
        folded = sorted({failure.rule.id for failure in failures if not failure.in_play})
        return self._node("absent", f"it is not so that {said}", played, atom=str(atom), how=how, folded=folded)

    def _failed(self, failure: Failure) -> str:
        asked = unify(failure.rule.head, failure.atom) or {}
        text = f"fails: {say_rule(failure.rule, asked, self.program)}"
        children = [("cause", self._cause(cause, failure)) for cause in failure.causes]
        return self._node("failed", text, children, binding=_plain(failure.binding), **self._rule(failure.rule))

    def _cause(self, cause: Cause, failure: Failure) -> str:
        if isinstance(cause.part, Comparison):
            return self._compared(cause.part, cause.binding, failure.rule)
        if cause.part.positive:
            return self.absent(cause.part.atom)
        return self.holds(cause.part.atom)


def _plain(binding: Substitution) -> dict[str, Any]:
    return {name: value for name, value in sorted(binding.items()) if not name.startswith("_")}
