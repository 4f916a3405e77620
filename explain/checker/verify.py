"""Verifies a proof step by step against the rule text and the case, knowing nothing of how it was built.

What a proof claims, from its leaves up: a derived step is an instance of a rule in force whose every
part has its proof; a fact is in the text or the case; what is absent is so by every rule that could
have given it. The truth of what is absent, and of what is undocumented, comes from an evaluator of
the checker's own (`truth`). Words, citations and ids are recomputed, so that none can be altered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from ...engine.cases.case import Case
from ...engine.language.errors import GuidelineError
from ...engine.language.parser import parse_atom
from ...engine.language.terms import Atom, Comparison, Rule, holds, variables
from ...engine.program.program import Program
from ...engine.program.words import (
    say_absent,
    say_atom,
    say_comparison,
    say_derived,
    say_either,
    say_failed,
    say_undocumented,
)
from ..proof.node import Child, node_id
from .in_play import Play
from .outcome import check_contrast, check_line
from .step import StepError, require
from .truth import FALSE, TRUE, UNKNOWN, Binding, Truth, fit

VALUES = {"true": TRUE, "unknown": UNKNOWN, "false": FALSE}


class Fault(NamedTuple):
    """A step of a proof that does not hold."""

    node: str
    message: str

    def __str__(self) -> str:
        return f"{self.node}: {self.message}"


class Claim(NamedTuple):
    """What a node says: an atom (its variables stand for anything) and its value."""

    atom: Atom
    value: int


def verify(told: Mapping[str, Any], case: Case, program: Program) -> list[Fault]:
    """Return every fault of a proof.

    :param told: the proof as `render.as_json` gives it (or as read back from `--format json`).
    :param case: the case it is about.
    :param program: the guideline, with its rule text as data.
    """
    return Checker(told, case, program).faults()


class Checker:
    """The proof at hand, and what is known independently of it."""

    def __init__(self, told: Mapping[str, Any], case: Case, program: Program) -> None:
        self.case, self.program, self.told = case, program, told
        self.truth = Truth(program, told["as_of"], case.facts, told["world"] == "open")
        self.play = Play(self.truth)
        self.rules = {rule.id: rule for rule in self.truth.rules}
        self.nodes: dict[str, dict[str, Any]] = {node["id"]: node for node in told["nodes"]}
        self.below: dict[str, list[dict[str, Any]]] = {name: [] for name in self.nodes}
        for edge in sorted(told["edges"], key=lambda e: int(e["order"])):
            self.below.setdefault(edge["from"], []).append(edge)

    def faults(self) -> list[Fault]:
        """Check every node, and that the roots reach them all without going in a circle."""
        found = []
        for name, node in self.nodes.items():
            try:
                self._check_id(name, node)
                _KINDS[node["kind"]](self, node)
            except StepError as bad:
                found.append(Fault(name, str(bad)))
            except (KeyError, IndexError, ValueError, TypeError, AttributeError, GuidelineError) as error:
                found.append(Fault(name, f"malformed: {type(error).__name__} {error}"))
        return found + [
            Fault(name, "is not part of the proof of any line")
            for name in self.nodes.keys() - self.reached(self.told["roots"])
        ]

    def reached(self, start: Iterable[str]) -> set[str]:
        """Return the nodes that some nodes rest on, themselves among them."""
        seen: set[str] = set()
        stack = list(start)
        while stack:
            name = stack.pop()
            if name not in seen:
                seen.add(name)
                stack += [edge["to"] for edge in self.below.get(name, ())]
        return seen

    def _check_id(self, name: str, node: dict[str, Any]) -> None:
        """A name is a digest of content and children: it can be right only where nothing goes in a circle."""
        facts = {key: value for key, value in node.items() if key not in ("id", "kind")}
        edges = self.below[name]
        require([e["order"] for e in edges] == list(range(len(edges))), "its children are not in order")
        children = [Child(e["role"], e["to"], e.get("part", -1)) for e in edges]
        require(node_id(node["kind"], facts, children) == name, "its id is not that of its content")

    def claim(self, name: str) -> Claim:
        """Return what a node says."""
        node = self.nodes[name]
        value = {"known": "true", "given": "true", "absent": "false"}.get(node["kind"], node.get("value", ""))
        return Claim(parse_atom(node["atom"]), VALUES[value])

    def rule(self, node: dict[str, Any]) -> Rule:
        """Return a node's rule, once it is in force and cited rightly."""
        rule = self.rules.get(node["rule"])
        if rule is None:
            raise StepError(f"no rule {node['rule']} is in force")
        for key, right in (
            ("cites", list(rule.cites)),
            ("readings", list(rule.readings)),
            ("source", rule.source),
            ("authority", self.program.authority(rule)),
        ):
            require(node[key] == right, f"{key} is not that of the rule")
        return rule

    def derived(self, node: dict[str, Any]) -> None:
        rule, binding = self.rule(node), node["binding"]
        require(rule.body, "the rule has no body")
        require(set(binding) == _names(rule), "the substitution is not of the rule's variables")
        require(str(rule.head.substitute(binding)) == node["atom"], "the rule does not conclude this")
        require(node["text"] == say_derived(rule, binding, node["value"], self.program), "the words are not the rule's")
        edges = self.below[node["id"]]
        require([e.get("part") for e in edges] == list(range(len(rule.body))), "a part of the body has no proof")
        values = [self._part(rule, edge, binding) for edge in edges]
        require(min(values) == VALUES[node["value"]] != FALSE, "the parts do not give this value")

    def _part(self, rule: Rule, edge: dict[str, Any], binding: Binding) -> int:
        part = rule.body[edge["part"]]
        if isinstance(part, Comparison):
            require(edge["role"] == "comparison", "a comparison has another role")
            return self._comparison(edge["to"], part, binding)
        claim = self.claim(edge["to"])
        require(edge["role"] == ("premise" if part.positive else "absence"), "a part has another role")
        require(claim.atom == part.atom.substitute(binding), "a part is proved by something else")
        return claim.value if part.positive else TRUE - claim.value

    def _comparison(self, name: str, part: Comparison, binding: Binding) -> int:
        node = self.nodes[name]
        require(node["kind"] == "compared" and node["comparison"] == str(part), "another comparison stands here")
        require(all(node["binding"][n] == binding[n] for n in part.names() if n in binding), "it compares other values")
        told = holds(part, node["binding"])
        return UNKNOWN if told is None else TRUE if told else FALSE

    def compared(self, node: dict[str, Any]) -> None:
        """A comparison's rule is known to its parents, which check it; here its words and value."""
        written = {str(c): c for rule in self.truth.rules for c in rule.comparisons}
        part = written[node["comparison"]]
        told = holds(part, node["binding"])
        require({None: "unknown", True: "true", False: "false"}[told] == node["value"], "it compares otherwise")
        require(set(node["binding"]) == set(part.names()), "it binds other variables")
        require(node["text"] == say_comparison(part, node["binding"]), "the words are not the comparison's")
        for edge in self.below[node["id"]]:
            claim = self.claim(edge["to"])
            require(edge["role"] == "premise" and claim.value == TRUE, "its values are not proved")
            require(any(v in claim.atom.args for v in node["binding"].values()), "its values are not those proved")

    def known(self, node: dict[str, Any]) -> None:
        rule = self.rule(node)
        require(not rule.body and str(rule.head) == node["atom"], "the text has no such fact")
        self._leaf(node, say_atom(rule.head, self.program))

    def given(self, node: dict[str, Any]) -> None:
        atom = parse_atom(node["atom"])
        require(self.case.facts.get(atom) == node["where"], "the case does not say this there")
        self._leaf(node, say_atom(atom, self.program))

    def _leaf(self, node: dict[str, Any], text: str) -> None:
        require(node["text"] == text, "the words are not the atom's")
        require(not self.below[node["id"]], "a leaf rests on something")

    def either(self, node: dict[str, Any]) -> None:
        claims = [self.claim(edge["to"]) for edge in self.below[node["id"]]]
        require(len(claims) > 1 and all(e["role"] == "way" for e in self.below[node["id"]]), "these are not ways")
        own = self.claim(node["id"])
        require(all(claim == own for claim in claims), "a way gives something else")
        require(node["text"] == say_either(own.atom, node["value"], self.program), "the words are not the atom's")

    def undocumented(self, node: dict[str, Any]) -> None:
        claim = self.claim(node["id"])
        predicate = self.program.declared()[claim.atom.predicate]
        require(predicate.is_open, "only an open input can be undocumented")
        require(self.truth.value(claim.atom) == claim.value, "the record speaks of it")
        if claim.value == FALSE and predicate.unless:
            require(not self.truth.value(self.program.denial(claim.atom)), "the record denies it")
        require(node.get("readings", []) == list(predicate.readings), "it is open by other readings")
        self._leaf(node, say_undocumented(claim.atom, node["value"], self.program))

    def absent(self, node: dict[str, Any]) -> None:
        atom = parse_atom(node["atom"])
        require(self.truth.value(atom) == FALSE, "it does hold, or may")
        contradicted = node["how"] == "contradicted"
        require(node["text"] == say_absent(atom, contradicted, self.program), "the words are not the atom's")
        if contradicted:
            claims = [self.claim(edge["to"]) for edge in self.below[node["id"]]]
            require(claims == [Claim(self.program.denial(atom), TRUE)], "no denial stands below")
            return
        declared = self.program.predicates.get(atom.predicate)
        require(not (declared and declared.is_record), "what is open is undocumented or denied")
        self._covered(node, atom)

    def _covered(self, node: dict[str, Any], atom: Atom) -> None:
        """Every rule that could give the atom is here: in play below, or folded."""
        every = {r.id: b for r in self.truth.rules if r.body and (b := fit(r.head, atom, {})) is not None}
        failed = [self.nodes[edge["to"]] for edge in self.below[node["id"]]]
        require(all(f["kind"] == "failed" for f in failed), "something else than a rule fails below")
        shown = {f["rule"]: f["binding"] for f in failed}
        require(len(shown) == len(failed), "a rule fails twice")
        played = {
            name: binding for name, binding in every.items() if self.play.failing(self.rules[name], binding) is not None
        }
        require(shown == played, "not every rule that is in play is shown to fail, or another one is")
        require(node["folded"] == sorted(every.keys() - played.keys()), "the folded rules are not the others")
        require(node["how"] == ("unmet" if played else "not_applicable"), "it fails in another way")

    def failed(self, node: dict[str, Any]) -> None:
        rule, binding = self.rule(node), node["binding"]
        require(not any(True for _ in self.truth.instances(rule, binding)), "the rule does hold, or may")
        require(node["text"] == say_failed(rule, binding, self.program), "the words are not the rule's")
        edges = self.below[node["id"]]
        causes = {e["part"] for e in edges if e["role"] == "cause"}
        require(causes == self.play.failing(rule, binding), "the parts that fail are others")
        for edge in edges:
            if edge["role"] == "held":
                self._held(rule, edge, binding)
            else:
                self._cause(rule, edge, binding)

    def _held(self, rule: Rule, edge: dict[str, Any], binding: Binding) -> None:
        part, claim = rule.body[edge["part"]], self.claim(edge["to"])
        require(not isinstance(part, Comparison) and part.positive, "a part of another kind is said to hold")
        require(fit(part.atom.substitute(binding), claim.atom, {}) is not None, "what holds is about something else")
        require(claim.value != FALSE, "it does not hold")

    def _cause(self, rule: Rule, edge: dict[str, Any], binding: Binding) -> None:
        part = rule.body[edge["part"]]
        require(edge["role"] == "cause", "a cause has another role")
        if isinstance(part, Comparison):
            require(self._comparison(edge["to"], part, binding) == FALSE, "the comparison does not fail")
            return
        claim = self.claim(edge["to"])
        require(fit(part.atom.substitute(binding), claim.atom, {}) is not None, "a cause is about something else")
        require(claim.value == (FALSE if part.positive else TRUE), "the cause is no cause")


def _names(rule: Rule) -> set[str]:
    return {name for literal in rule.literals for name in variables(literal.atom.args)}


_KINDS: dict[str, Callable[[Checker, dict[str, Any]], None]] = {
    "determination": check_line,
    "contrast": check_contrast,
    "derived": Checker.derived,
    "known": Checker.known,
    "given": Checker.given,
    "either": Checker.either,
    "undocumented": Checker.undocumented,
    "absent": Checker.absent,
    "failed": Checker.failed,
    "compared": Checker.compared,
}
