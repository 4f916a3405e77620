"""Verifies a proof step by step against the rule text and the case, knowing nothing of how it was built.

A second implementation: it reads the case, evaluates the rules, compares, words, sizes and orders by
code of its own (`record`, `truth`, `ground`, `phrases`, `sizes`, `in_play`, `supposed`), and says for
each step what has to stand there (`due`, `outcome`). With the builder it shares the rule text as
parsed (`engine.program`), the types of terms (`engine.terms`), and how a node is named (`node`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ...engine.program.program import Program
from ..proof.node import Child, node_id
from .claim import Claim, Due, Step
from .claims import Link, Told, take_up
from .due import Dues
from .ground import TRUE, spell
from .outcome import Conclusions, Line
from .record import facts_of, lines_of
from .settled import TOLD
from .several import Needs, stand_for
from .step import Fault, TooLargeError, same, show
from .truth import Truth, edition

if TYPE_CHECKING:
    from ...engine.cases.case import Case

__all__ = ["Fault", "verify"]


def verify(told: object, case: Case, program: Program, *, as_of: str = "", world: str = "") -> list[Fault]:
    """Return every fault of a proof; none where it holds.

    :param told: the proof as `render.as_json` gives it, or any JSON that claims to be one.
    :param case: the case it is about; read here as it was written.
    :param program: the guideline, with its rule text as data.
    :param as_of: the ISO date it has to be of, where that is not the date of service.
    :param world: the world it has to be of (`open` or `closed`), where that matters; it says itself which it is.
    """
    return Verifier(case, program, as_of=as_of, world=world).faults(told)


_CALLED = {"as_of": "date"}  # what a key of a proof is called


class Verifier:
    """Checks proofs of one case, each on its own; what the case comes to is worked out once."""

    def __init__(self, case: Case, program: Program, *, as_of: str = "", world: str = "") -> None:
        """Take the case and what its proofs have to be of; see `verify`."""
        self.said, self.program, self.world = case.said, program, world
        self.as_of = as_of or str(self.said["date_of_service"])
        self.lines = lines_of(self.said)
        self._facts = facts_of(self.said, program)
        self._dues: dict[tuple[bool, bool], Dues] = {}
        self._conclusions: dict[tuple[bool, bool], Conclusions] = {}

    def faults(self, told: object) -> list[Fault]:
        """Return every fault of a proof; none where it holds."""
        proof, faults = take_up(told)
        if proof is None:
            return faults
        faults = self._header(proof.header)
        try:
            return faults or _Walk(self, proof).faults()
        except TooLargeError as error:
            return [Fault("", f"it cannot be checked: {error}")]

    def _header(self, header: dict[str, Any]) -> list[Fault]:
        """Return what a proof says it is about and is not."""
        due = {"case": self.said["id"], "guideline": self.program.name, "as_of": self.as_of}
        if self.world or header["world"] not in ("open", "closed"):
            due["world"] = self.world or "open"
        return [
            Fault("", f"its {_CALLED.get(key, key)} is {show(header[key])}, and has to be {show(right)}")
            for key, right in due.items()
            if header[key] != right
        ]

    def dues(self, world: str, *, every: bool) -> Dues:
        """Return what is due in a world, in the depth that is shown."""
        key = world == "open", every
        if key not in self._dues:
            other = self._dues.get((key[0], not every))
            truth = other.truth if other else Truth(edition(self.program, self.as_of), self._facts, open_world=key[0])
            self._dues[key] = Dues(truth, self._facts, every=every)
        return self._dues[key]

    def conclusions(self, world: str, *, every: bool) -> Conclusions:
        """Return what the lines come to in a world."""
        key = world == "open", every
        if key not in self._conclusions:
            date = self.as_of * (self.as_of != str(self.said["date_of_service"]))
            self._conclusions[key] = Conclusions(self.dues(world, every=every), self.dues(world, every=False), date)
        return self._conclusions[key]


class _Walk:
    """One proof, checked from its roots down."""

    def __init__(self, known: Verifier, proof: Told) -> None:
        self.proof, self.program, self.lines = proof, known.program, known.lines
        world, every = proof.header["world"], proof.header["every"]
        self.dues = known.dues(world, every=every)
        self.truth, self.conclusions = self.dues.truth, known.conclusions(world, every=every)
        self.found: list[Fault] = []

    def faults(self) -> list[Fault]:
        """Check that every line shown has its conclusion, and every step below it what is due there."""
        self.found = [Fault("", message) for message in self._contradictions()]
        shown = self._shown()
        if self.found:
            return self.found
        walk: list[tuple[str, Claim]] = []
        for root, line in zip(self.proof.header["roots"], shown, strict=True):
            walk += self._root(root, line)
        seen = set(walk)
        while walk:
            name, claim = walk.pop()
            for pair in self._step(name, self.dues.due(claim)):
                if pair not in seen:
                    seen.add(pair)
                    walk.append(pair)
        self.found += [Fault(name, "is not part of the proof of any line") for name in self.proof.unreached()]
        return list(dict.fromkeys(self.found))

    def _contradictions(self) -> list[str]:
        """Say why the case or the guideline admits no proof at all."""
        errors = [name for name, declared in self.program.predicates.items() if declared.is_error]
        sure = [a for name in errors for a, value in self.truth.relation(name).values.items() if value == TRUE]
        return [f"the case contradicts itself: {spell(atom)}" for atom in sure if atom in self.truth.derived]

    def _shown(self) -> list[Line]:
        """Return the lines shown, once they are all of the case's or all of one procedure code."""
        told, roots = self.proof.header["lines"], self.proof.header["roots"]
        named = {f"{code}@{session}": (code, session) for code, session in self.lines}
        shown = [named[each] for each in told if isinstance(each, str) and each in named]
        codes = {code for code, _ in shown}
        whole = self.lines if len(codes) > 1 else [line for line in self.lines if line[0] in codes]
        if len(shown) < len(told) or shown not in (self.lines, whole):
            self._fault("", f"lines is {show(told)}; the case's are {show(list(named))}, or those of one code")
        elif len(roots) != len(shown):
            self._fault("", f"{len(shown)} lines are shown by {len(roots)} roots")
        asked = {str(self.proof.nodes[root].get("asked", "")) for root in roots}
        if len(asked) > 1:
            self._fault("", "its roots answer different questions")
        return shown

    def _root(self, name: str, line: Line) -> list[tuple[str, Claim]]:
        """Check the conclusion of a line."""
        node = self.proof.nodes[name]
        if amiss := self.conclusions.contradiction(line):
            self._fault(name, amiss)
            return []
        if node.get("kind") != "contrast":
            due = self.conclusions.line(line)
            return self._step(name, due._replace(facts=due.facts | self._missing(name, line)))
        asked = node.get("asked")
        if not isinstance(asked, str) or not self.conclusions.is_outcome(asked):
            self._fault(name, f"asked is {show(asked)}, which is no outcome")
            return []
        if self.proof.header["every"]:
            self._fault("", "every is true, and a contrast shows the smallest proofs")
        return self._step(name, self.conclusions.contrast(line, asked))

    def _missing(self, name: str, line: Line) -> dict[str, Any]:
        """Return what is due as missing in a line; a list that is cut is checked set by set."""
        told = self.proof.nodes[name].get("missing")
        try:
            due = self.conclusions.missing(line)
        except TooLargeError:
            due = None
        if due is not None and ((choices := stand_for(told, due, TOLD)) or len(due) <= TOLD):
            right: list[Needs] = told if choices else due  # type: ignore[assignment]
            whole = self.conclusions.is_complete(line)
            return {"missing": right, "missing_complete": whole, **self._leads(line, right)}
        if amiss := self.conclusions.cut_amiss(line, told, due):
            self._fault(name, f"missing {amiss}")
            return {"missing": told, "missing_complete": False}
        return {"missing": told, "missing_complete": False, **self._leads(line, told or [])}

    def _leads(self, line: Line, sets: list[Needs]) -> dict[str, Any]:
        """Return what is due as the outcomes that sets lead to, where there are several."""
        leads = self.conclusions.leads(line, sets)
        return {} if leads is None else {"missing_for": leads}

    def _step(self, name: str, due: Due) -> list[tuple[str, Claim]]:
        """Check one node; return its children, each with what it has to stand for."""
        node, links, before = self.proof.nodes[name], self.proof.below[name], len(self.found)
        if not same(node.get("kind"), due.kind):
            self._fault(name, f"kind is {show(node.get('kind'))}, and has to be {due.kind}")
            return []
        facts = {key: value for key, value in node.items() if key not in ("id", "kind")}
        wrong = dict(_differences(facts, due.facts))
        self.found += [Fault(name, message) for message in wrong.values()]
        if due.kind == "either":
            due = due._replace(steps=self._in_told_order(due.steps, links))
        if [(link.role, link.part) for link in links] != [(step.role, step.part) for step in due.steps]:
            self._fault(name, f"it rests on {_parts(links)}, and has to rest on {_parts(due.steps)}")
            return []
        if len(self.found) == before:
            children = [Child(link.role, link.to, link.part) for link in links]
            if node_id(due.kind, facts, children) != name:
                self._fault(name, "its id is not that of its content")
        elif not _WHAT.isdisjoint(wrong):
            return []  # it is about something else: what is below it says nothing here
        return [(link.to, step.claim) for link, step in zip(links, due.steps, strict=True)]

    def _in_told_order(self, steps: tuple[Step, ...], links: list[Link]) -> tuple[Step, ...]:
        """Return ways in the order in which they are told, which says nothing; as they are where others are told."""
        left, ordered = list(steps), []
        for link in links:
            told = self.proof.nodes[link.to]
            found = (s for s in left if _is_of(told, self.dues.due(s.claim)))
            if (step := next(found, None)) is None:
                return steps
            left.remove(step)
            ordered.append(step)
        return (*ordered, *left)

    def _fault(self, name: str, message: str) -> None:
        self.found.append(Fault(name, message))


_WHAT = frozenset(("atom", "rule", "binding", "comparison"))


def _is_of(told: dict[str, Any], due: Due) -> bool:
    """Say whether a node is of the same instance of a rule as the one that is due."""
    return all(same(told.get(key), due.facts.get(key)) for key in ("rule", "binding"))


def _differences(told: dict[str, Any], due: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with each attribute of a node."""
    for key, right in due.items():
        if key not in told:
            yield key, f"it lacks {key}"
        elif not same(told[key], right):
            yield key, f"{key} is {show(told[key])}, and has to be {show(right)}"
    yield from ((str(key), f"it has an unknown key {show(key)}") for key in told if key not in due)


def _parts(links: Any) -> str:
    """Say in short what a step rests on: the roles of its children, with the parts they speak of."""
    told = [f"{show(link.role)[1:-1]}{f' {link.part}' if link.part >= 0 else ''}" for link in links[:12]]
    return (", ".join(told) or "nothing") + (f" and {len(links) - 12} more" if len(links) > 12 else "")
