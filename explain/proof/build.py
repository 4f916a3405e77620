"""Builds the proof of a decision: each step once, without Python's stack."""

from __future__ import annotations

from collections.abc import Callable

from ...engine.decision.decide import Judged
from ...engine.decision.decision import LineDecision
from ...engine.decision.failing import CONTRADICTED, UNMET, Cause, Failure
from ...engine.decision.failing import UNDOCUMENTED as NOBODY_SAYS
from ...engine.decision.outcomes import any_way, passed
from ...engine.decision.ways import Ways
from ...engine.evaluation.rules import Firing
from ...engine.language.kept import Kept
from ...engine.language.terms import Aggregate, Atom, Comparison, Substitution
from ...engine.language.unify import unify
from ...engine.program.interface import CODE
from ...engine.program.words import (
    say_atom,
    say_contrast,
    say_outcome,
    unsure,
)
from .adding import KEPT, Adding, Steps
from .graph import Proof
from .node import Child
from .saying import absent, derived, failed, given, known, undocumented


def prove(judged: Judged, *, code: str = "", every: bool = False) -> Proof:
    """Return the proof of every line of a decision, or of the lines of one procedure code.

    :param every: show every way in which a step holds, not only the shortest.
    """
    builder = Builder(judged, every)
    lines = [line for line in judged.decision.lines if code in ("", line.code)]
    return Proof(builder.graph, tuple(dict.fromkeys(map(builder.determination, lines))), judged, every)


def why_not(judged: Judged, outcome: str, *, code: str = "") -> Proof:
    """Return why lines do not have an outcome: its refutation, or how far its proof goes."""
    builder = Builder(judged, every=False)
    lines = [line for line in judged.decision.lines if code in ("", line.code)]
    return Proof(builder.graph, tuple(dict.fromkeys(builder.contrast(line, outcome) for line in lines)), judged)


class Builder(Adding):
    """Adds what follows for a case; what it returns are the names of nodes."""

    def __init__(self, judged: Judged, every: bool, pause: Callable[[], None] = lambda: None) -> None:
        """Start with an empty graph.

        :param pause: called at every step; may raise to stop.
        """
        kept = judged.situation.evaluator.kept.setdefault("nodes", Kept(KEPT))
        super().__init__(judged.guideline.program, kept, pause)
        self.judged, self.model, self.why = judged, judged.model, judged.why
        self.ways = Ways(judged.model, judged.why, every=True) if every else judged.situation.ways
        self._holding: dict[Atom, str] = {}
        self._lacking: dict[Atom, str] = {}

    def determination(self, line: LineDecision) -> str:
        """Add the conclusion of a line with everything it rests on."""
        shown = self.judged.situation.decisive(line.key, line.outcome)
        children = [Child("premise", self.holds(a)) for a in shown]
        children += [Child("absence", self.absent(a)) for a in passed(line.declared, self.program, line.key)]
        return self._line(line, self._said(line), children)

    def _said(self, line: LineDecision) -> str:
        return say_outcome(line.code, line.session, line.words, line.by, line.reason, self.program)

    def _dated(self, text: str) -> str:
        """Return what is said of a line with the date whose rules apply, where it is not the date of service."""
        of, sign, said = text.partition(": ")
        return f"{of}, {self.judged.dated}{sign}{said}" if self.judged.dated else text

    def contrast(self, line: LineDecision, asked: str) -> str:
        """Add why a line does not have an outcome: that it does not hold, how far it does, or what does instead."""
        possible = self.judged.situation.outcomes(line.key)
        if asked in possible and not possible[asked]:
            children = [Child("absence", self.absent(any_way(asked, self.program, line.key)))]
        else:
            shown = possible.get(asked) or [a for a in possible.get(line.outcome, ()) if self.model.sure(a)]
            children = [Child("premise", self.holds(a)) for a in shown]
        told = {key: line.as_json()[key] for key in (CODE, "session", "outcome", "by", "how", "reason")}
        text = say_contrast(line.code, line.session, self.program.outcome(asked).words, self._said(line))
        return self._node("contrast", self._dated(text), children, asked=asked, **told)

    def _line(self, line: LineDecision, text: str, children: list[Child]) -> str:
        told = {key: value for key, value in line.as_json().items() if key not in line.shown}
        return self._node("determination", self._dated(text), children, **told)

    def holds(self, atom: Atom) -> str:
        """Add the proof of an atom that is surely or possibly so."""
        return self._run(self._holds(atom))

    def absent(self, atom: Atom) -> str:
        """Add why an atom does not hold: every rule that could have given it, and where it fails."""
        return self._run(self._absent(atom))

    def compared(self, comparison: Comparison, binding: Substitution) -> str:
        """Add a comparison with its values."""
        return self._run(self._compared(comparison, binding))

    def counted(self, aggregate: Aggregate, binding: Substitution) -> str:
        """Add what an aggregate comes to."""
        return self._run(self._counted(self.why.join.tally(aggregate, dict(binding))))

    def _holds(self, atom: Atom) -> Steps | str:
        return self._holding.get(atom) or self._held(atom)

    def _held(self, atom: Atom) -> Steps:
        self._holding[atom] = yield from self._holding_by(atom)
        return self._holding[atom]

    def _holding_by(self, atom: Atom) -> Steps:
        if atom in self.model.given:
            where = self.judged.case.facts[atom]
            return self._told("given", (atom, where), (), given, atom, where)
        if atom in self.model.unknown:
            return self._told("undocumented", (atom, "unknown"), (), undocumented, atom, "unknown")
        value = "true" if atom in self.model.support else "unknown"
        ways = []
        for firing in self.ways.of(atom):
            ways.append((yield from self._firing(firing, value)))
        if len(ways) == 1:
            return ways[0]
        text = unsure(say_atom(atom, self.program), value)
        return self._node("either", text, [Child("way", way) for way in ways], atom=str(atom), value=value)

    def _firing(self, firing: Firing, value: str) -> Steps:
        rule, binding = firing.rule, firing.binding
        if not rule.body:
            return self._told("known", id(rule), (), known, rule)
        premises, absences, tallies = iter(firing.premises), iter(firing.absences), iter(firing.tallies)
        children = []
        for index, part in enumerate(rule.body):
            if isinstance(part, Aggregate):
                children.append(Child("count", (yield self._counted(next(tallies))), index))
            elif isinstance(part, Comparison):
                children.append(Child("comparison", (yield self._compared(part, binding)), index))
            elif part.positive:
                children.append(Child("premise", (yield self._holds(next(premises))), index))
            else:
                children.append(Child("absence", (yield self._absence(next(absences))), index))
        return self._told("derived", (id(rule), value, *binding.items()), children, derived, firing, value)

    def _absence(self, atom: Atom) -> Steps | str:
        """Add why an atom under `not` does not hold; where it may hold, its proof as far as it goes."""
        return self._holds(atom) if self.model.possible(atom) else self._absent(atom)

    def _absent(self, atom: Atom) -> Steps | str:
        return self._lacking.get(atom) or self._lacks(atom)

    def _lacks(self, atom: Atom) -> Steps:
        self._lacking[atom] = yield from self._lacking_by(atom)
        return self._lacking[atom]

    def _lacking_by(self, atom: Atom) -> Steps:
        how = self.why.kind(atom)
        if how == NOBODY_SAYS:
            return self._told("undocumented", (atom, "false"), (), undocumented, atom, "false")
        if against := self.why.against(atom) if how == CONTRADICTED else None:
            denial = Child("cause", (yield self._holds(against)))
            return self._told("absent", (atom, how), [denial], absent, atom, how, None)
        failures = self.why.failures(atom) if how == UNMET else []
        played = []
        for failure in failures:
            if failure.in_play:
                played.append(Child("failure", (yield from self._failed(failure))))
        rules = [each.rule for each in failures if not each.in_play] if failures else self.why.rules(atom)
        folded = tuple(sorted(rule.id for rule in rules))
        return self._told("absent", (atom, how, folded), played, absent, atom, how, folded)

    def _failed(self, failure: Failure) -> Steps:
        """Add a rule that fails: the parts that do, in every instance in play, and those that hold beside them."""
        asked = unify(failure.rule.head, failure.atom) or {}
        children = []
        for cause in sorted(failure.causes, key=lambda c: (c.at, str(c.part))):
            children.append(Child("cause", (yield self._cause(cause, failure)), cause.at))
        for at, atom in failure.held(self.model):
            children.append(Child("held", (yield self._holds(atom)), at))
        return self._told("failed", (id(failure.rule), *asked.items()), children, failed, failure.rule, asked)

    def _cause(self, cause: Cause, failure: Failure) -> Steps | str:
        part = failure.rule.body[cause.at]
        if isinstance(part, Comparison):
            return self._compared(part, cause.binding, failure.rule)
        if isinstance(part, Aggregate):
            return self._counted(self.why.join.tally(part, cause.binding), failure.rule, cause.binding)
        atom = part.atom.substitute(cause.binding)
        return self._absent(atom) if part.positive else self._holds(atom)
