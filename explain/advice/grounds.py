"""What a line turns on: each rule in play with what it asks for, and whether that is met, falls short or is open."""

from __future__ import annotations

from collections.abc import Iterator

from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.failing import Cause, Failure
from ...engine.decision.outcomes import favourable
from ...engine.evaluation.rules import Firing
from ...engine.language.comparison import bounds, holds, within
from ...engine.language.terms import Aggregate, Atom, Comparison, Literal, Rule, Substitution, Var, variables
from ...engine.language.unify import Binding, unify
from ...engine.program.interface import WAITING
from .item import Item
from .items import Items
from .reasons import Reasons
from .step import Choice, Step, choice, step

REQUEST = "the request"
"""What is folded in every guideline: that a line is one of those requested."""

DEEPEST = 40
"""How many steps below a line are told; what is deeper stands in the whole proof alone."""


class Grounds:
    """Tells, for one decided case, what each line turns on."""

    def __init__(self, judged: Judged) -> None:
        self.judged, self.model, self.why = judged, judged.model, judged.why
        self.program = judged.guideline.program
        self.reasons = Reasons(judged)
        self.items = Items(self.reasons)
        self._choices: dict[Atom, Choice | Item] = {}
        self._above: list[Atom] = []
        self._evaluator, self._alike = judged.situation.evaluator, bool(judged.model.known)

    def steps(self, line: LineDecision) -> list[Step]:
        """Return the rules that give a line its outcome, or that would have to cover it; the nearest first."""
        if not line.lacks:
            return [self._may(self.why.shortest(atom)) for atom in self.reasons.decisive(line)]
        covering = favourable(self.judged.situation.outcomes(line.key), self.program)
        if line.role == WAITING and covering:
            found = [self._may(firing) for atom in covering for firing in self.model.firings[atom]]
        else:
            found = [step for failure in self.reasons.relevant(line) for step in self._failed(failure)]
            found = [step for step in found if not step.asks_other] or found
        return sorted(found, key=lambda step: step.distance)

    def deciding_rules(self, line: LineDecision) -> list[Rule]:
        """Return the rules that give a line its outcome; none where it waits."""
        sure = [atom for atom in self.reasons.decisive(line) if self.model.sure(atom)]
        return [self.why.shortest(atom).rule for atom in sure]

    def _may(self, firing: Firing) -> Step:
        """Return a rule that gives an atom, surely or possibly."""
        premises, absences = iter(firing.premises), iter(firing.absences)
        parts: list[Item | Choice] = []
        for part in firing.rule.body:
            if isinstance(part, Literal):
                if part.positive:
                    parts.append(self._part(next(premises), firing.rule, firing.binding))
                else:
                    parts += self._absence(next(absences))
            elif isinstance(part, Aggregate):
                parts.append(self._counted(part, firing.binding))
            else:
                parts += self._compared(part, firing.rule, firing.binding)
        return step(firing.rule, tuple(parts))

    def _failed(self, failure: Failure) -> Iterator[Step]:
        """Yield a rule that fails, once for each thing that the case could say for it: any one of them is enough."""
        failure = self._spelled(failure)
        about = {
            name for lit in failure.rule.literals for way in failure.ways
            if lit.positive and self.reasons.is_fact(lit.atom.substitute(way)) for name in variables(lit.atom.args)
        }  # fmt: skip
        same: dict[tuple[object, ...], list[Binding]] = {}
        for way in failure.ways:
            same.setdefault(tuple(way.get(name) for name in sorted(about)), []).append(way)
        for ways in same.values():
            own = [c for c in failure.causes if all(ways[0].get(n, v) == v for n, v in c.binding.items() if n in about)]
            yield self._failing(failure._replace(ways=tuple(ways), causes=tuple(own or failure.causes)))

    def _spelled(self, failure: Failure) -> Failure:
        """Return a rule that fails for want of anything recorded, with each thing that could be recorded."""
        for cause in failure.causes:
            atom = cause.part.atom if isinstance(cause.part, Literal) and cause.part.positive else None
            declared = self.program.predicates.get(atom.predicate) if atom else None
            if atom and declared and declared.is_record and declared.open_kind and isinstance(atom.args[0], Var):
                each = [{atom.args[0].name: concept} for concept in self.program.of_kind(declared.open_kind)]
                causes = [cause._replace(binding={**cause.binding, **one}) for one in each]
                failure = failure._replace(
                    ways=tuple({**way, **one} for way in failure.ways for one in each),
                    causes=(*(c for c in failure.causes if c is not cause), *causes),
                )
        return failure

    def _failing(self, failure: Failure) -> Step:
        """Return a rule that fails: the parts that do, and those that hold beside them."""
        causes: dict[int, list[Cause]] = {}
        for cause in failure.causes:
            causes.setdefault(cause.at, []).append(cause)
        held: dict[int, list[Atom]] = {}
        for at, atom in failure.held(self.model):
            held.setdefault(at, []).append(atom)
        parts: list[Item | Choice] = []
        for at, part in enumerate(failure.rule.body):
            if isinstance(part, Aggregate):
                ways = [c.binding for c in causes.get(at, ())] or [failure.binding]
                parts += [self._counted(part, way) for way in ways if way.keys() >= {*part.shared}]
            elif isinstance(part, Comparison):
                parts += [p for c in causes.get(at, ()) for p in self._compared(part, failure.rule, c.binding)]
            elif at in causes:
                parts += [p for c in causes[at] for p in self._cause(c, part, failure)]
            elif part.positive:
                parts += [self._part(a, failure.rule, self._way(failure, part, a)) for a in held.get(at, ())]
            else:
                parts += self._absence(part.atom.substitute(failure.binding))
        return step(failure.rule, tuple(dict.fromkeys(parts)))

    def _way(self, failure: Failure, part: Literal, atom: Atom) -> Substitution:
        return {**failure.binding, **(unify(part.atom, atom) or {})}

    def _cause(self, cause: Cause, part: Literal, failure: Failure) -> Iterator[Item | Choice]:
        atom = part.atom.substitute(cause.binding)
        if not part.positive:
            yield self.items.bar(atom)
        elif self.reasons.is_request(cause):
            yield self.items.request(atom)
        else:
            yield self._part(atom, failure.rule, cause.binding)

    def _part(self, atom: Atom, rule: Rule, binding: Substitution) -> Item | Choice:
        """Return what a rule asks for: an item that the case speaks of, or what other rules give."""
        if (known := self._choices.get(atom)) is not None:
            return known
        declared = self.reasons.declared[atom.predicate]
        of_services = declared.case and declared.case.key == "services"
        fold = declared.fold or (REQUEST if of_services else "")
        if fold and self.model.sure(atom):
            return self.items.folded(fold)
        if self.reasons.is_fact(atom):
            return self.items.item(atom, rule)
        if atom in self._above or len(self._above) >= DEEPEST:
            self._alike = False  # what comes now may be cut off, and be told otherwise elsewhere
            return self.items.deeper(atom)
        key = (atom, self.why.known_of(atom)) if self._alike and self._is_asked(atom) else None
        if (found := self._evaluator.told.get(key)) is None:
            self._above.append(atom)
            found = self._choice(atom)
            self._above.pop()
            if key:
                self._evaluator.told.keep(key, found)
        self._choices[atom] = found
        return found

    def _is_asked(self, atom: Atom) -> bool:
        """Say whether an atom is so by the request alone, and nothing below it is too deep to be told.

        Then it is told alike of all cases that ask for the same.
        """
        height = self._evaluator.of_request(atom.predicate)
        return 0 < height <= DEEPEST - len(self._above) and self.model.sure(atom)

    def _choice(self, atom: Atom) -> Choice | Item:
        if self.model.sure(atom):
            return self._sure(atom)
        steps = [self._may(firing) for firing in self.model.firings.get(atom, ())]
        failures = [failure for failure in self.why.failures(atom) if failure.in_play and failure.causes]
        telling = [failure for failure in failures if not any(map(self._is_routine, failure.causes))]
        steps += [step for failure in telling or failures for step in self._failed(failure)]
        if not steps:
            return self.items.plain(atom)
        return choice(atom, tuple(sorted(dict.fromkeys(steps), key=lambda step: step.distance)))

    def _sure(self, atom: Atom) -> Choice | Item:
        if atom not in self.model.support:
            return self.items.plain(atom)
        firing = self.why.shortest(atom)
        if firing.rule.fold:
            return self.items.folded(firing.rule.fold)
        return choice(atom, (self._may(firing),)) if firing.rule.body else self.items.plain(atom)

    def _is_routine(self, cause: Cause) -> bool:
        """Say whether a rule fails by a step that is folded and is so."""
        part = cause.part
        if not isinstance(part, Literal) or part.positive:
            return False
        return bool(self.reasons.declared[part.atom.predicate].fold)

    def _absence(self, atom: Atom) -> list[Item | Choice]:
        """Return what a rule asks not to be so."""
        fold = self.reasons.declared[atom.predicate].fold
        if not self.model.possible(atom):
            return [self.items.folded(fold)] if fold else [self.items.absent(atom)]
        if self.model.sure(atom) or self.reasons.is_fact(atom):
            return [self.items.bar(atom)]
        return list(map(self.items.bar, self._unknown(atom) or [atom]))

    def _unknown(self, atom: Atom) -> list[Atom]:
        """Return what nobody documented that makes an atom possible."""
        stack, seen = [atom], {atom}
        for each in stack:
            below = [p for firing in self.model.firings.get(each, ()) for p in firing.premises if p not in seen]
            stack += below
            seen.update(below)
        return sorted((each for each in stack if each in self.model.unknown), key=str)

    def _counted(self, part: Aggregate, binding: Substitution) -> Item:
        return self.items.counted(self.why.join.tally(part, dict(binding)))

    def _compared(self, part: Comparison, rule: Rule, binding: Substitution) -> list[Item | Choice]:
        """Return a comparison that no amount of the record is told with."""
        names = set(part.names())
        read = [lit.atom.substitute(binding) for lit in rule.literals
                if lit.positive and names & set(variables(lit.atom.args))]  # fmt: skip
        if len(names) == 1 and any(map(self.reasons.is_fact, read)):
            return []
        value = holds(part, binding) if binding.keys() >= names else None
        if len(names) == len(read) == 1 and value is not None and bounds(part):
            limits = [limit for c in rule.comparisons if {*c.names()} == names and (limit := bounds(c))]
            return [self.items.derived(read[0], within(limits), met=value)]
        return [self.items.compared(part, binding, value)]
