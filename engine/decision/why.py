"""Why an atom holds, and why not: the shortest firing, and for each rule that fails what fails and how."""

from __future__ import annotations

from collections.abc import Collection, Generator

from ..evaluation.evaluator import Evaluator
from ..evaluation.join import Join
from ..evaluation.rules import Firing, Model
from ..language.terms import Aggregate, Atom, Literal, Part, Rule
from ..language.unify import Binding, numbered, unify
from .failing import CONTRADICTED, NOT_APPLICABLE, UNDOCUMENTED, UNMET, Cause, Failure, Fit, fits
from .smallest import Smallest


class Why:
    """Answers why, and why not, for one case."""

    def __init__(self, evaluator: Evaluator, model: Model) -> None:
        self.model = model
        self.evaluator = evaluator
        self.program = evaluator.program
        self._failures: dict[Atom, list[Failure]] = {}
        self._in_play: dict[Atom, bool] = {}  # whether any of them is, wherever one asks first
        self._known: dict[str, object] = {}
        self._fits = fits(evaluator)
        self._records = self._fits.records
        self.join = Join(model)
        self._fitting: dict[Atom, list[Binding]] = {}  # by pattern, the bindings of what may be so
        self._smallest = Smallest(model, surely=True)

    def shortest(self, atom: Atom) -> Firing:
        """Return the firing of a sure, derived atom that gives it the smallest proof."""
        if len(only := self.model.firings[atom]) == 1:
            return only[0]
        return self._smallest.of(atom)[1]

    def failures(self, atom: Atom) -> list[Failure]:
        """Return why each rule in force whose head fits an atom does not give it.

        :param atom: an atom that does not hold; its variables stand for anything.
        """
        if atom.predicate not in self.evaluator.of_head:
            return []
        pattern = numbered(atom)
        if pattern not in self._failures and not self._is_kept(pattern):
            self._work_out(pattern)
        return self._failures[pattern]

    def rules(self, atom: Atom) -> list[Rule]:
        """Return the rules in force whose head fits an atom."""
        return [fit.rule for fit in self._in_force(numbered(atom))]

    def _in_force(self, pattern: Atom) -> list[Fit]:
        date = self.evaluator.date
        return [fit for fit in self._fits.of(pattern) if fit.rule.in_force(date)]

    def _work_out(self, pattern: Atom) -> None:
        """Work out failures with a stack of their own: what fails rests on what fails, deeper than Python's stack."""
        running: dict[Atom, Generator[Atom, bool, list[Failure]]] = {pattern: self._failing(pattern)}
        answer: bool | None = None
        turning: set[Atom] = set()  # what rests on itself through others: it depends on where one asks first
        while running:
            asking, steps = next(reversed(running.items()))
            try:
                wanted = steps.send(answer)  # type: ignore[arg-type]
            except StopIteration as done:
                del running[asking]
                if asking in turning:
                    turning.update([*running][-1:])
                answer = self._keep(asking, done.value, alone=asking not in turning)
                continue
            if wanted in running:  # a recursive premise adds no reason of its own
                answer = False
                turning.update([*running][[*running].index(wanted) :] if wanted != asking else ())
            elif wanted in self._failures or self._is_kept(wanted):
                answer = any(failure.in_play for failure in self._failures[wanted])
                turning.update([asking] * (wanted not in self._in_play))
            else:
                running[wanted], answer = self._failing(wanted), None

    def _keep(self, pattern: Atom, failures: list[Failure], *, alone: bool) -> bool:
        """Keep the failures of a pattern, and return whether any of them is in play.

        :param alone: whether they are the same wherever one asks first: so for every case of which as much is known.
        """
        self._failures[pattern] = failures
        answer = any(failure.in_play for failure in failures)
        if alone:
            self._in_play[pattern] = answer
            if self.model.known:
                self.evaluator.refuted.keep((pattern, self.known_of(pattern)), failures)
        return answer

    def _is_kept(self, pattern: Atom) -> bool:
        """Take over the failures of a pattern that are kept of another case, if there are."""
        kept = self.evaluator.refuted.get((pattern, self.known_of(pattern))) if self.model.known else None
        if kept is not None:
            self._failures[pattern] = kept
            self._in_play[pattern] = any(failure.in_play for failure in kept)
        return kept is not None

    def known_of(self, pattern: Atom) -> object:
        """Return what stands for all that is known of what a pattern depends on."""
        name = pattern.predicate
        if name not in self._known:
            self._known[name] = self.evaluator.known(name, self.model)
        return self._known[name]

    def kind(self, atom: Atom) -> str:
        """Return how an atom that does not hold fails."""
        if atom.predicate in self._records:
            return self._said(atom)
        if atom.predicate not in self._fits.played:
            return NOT_APPLICABLE
        return UNMET if any(failure.in_play for failure in self.failures(atom)) else NOT_APPLICABLE

    def _said(self, atom: Atom) -> str:
        """Return how an open atom fails, by what the record says of it."""
        return CONTRADICTED if self.against(atom) else UNDOCUMENTED

    def against(self, atom: Atom) -> Atom | None:
        """Return what the record says that rules an open atom out: its denial, or another value of the same choice."""
        declared = self.program.predicates[atom.predicate]
        if declared.unless and self.model.sure(denial := self.program.denial(atom)):
            return denial
        chosen = filter(self.model.sure, self.model.atoms(atom.predicate)) if declared.is_choice else ()
        return next((each for each in chosen if each != atom), None)

    def read(self, cause: Cause, rule: Rule) -> list[Atom]:
        """Return the atoms that a part which fails asks for; of an aggregate those that its members are shown by."""
        part = rule.body[cause.at]
        if isinstance(part, Aggregate):
            return self.join.tally(part, cause.binding).atoms
        return [cause.part.atom] if isinstance(cause.part, Literal) else []

    def _failing(self, pattern: Atom) -> Generator[Atom, bool, list[Failure]]:
        """Return the failures of a pattern; yield each one of which they depend on whether it is in play."""
        failures = []
        for fit in self._in_force(pattern):
            if (start := fit.start) and not (
                self.model.possible(start.atom) if start.is_ground else self._fit(start.atom)
            ):
                known = self._in_play.get(start.pattern) if start.atom.predicate in self._fits.played else False
                if not ((yield start.pattern) if known is None else known):
                    failures.append(start.failure)
                    continue
            failures.append((yield from self._failure(fit, pattern)))
        return failures

    def _failure(self, fit: Fit, pattern: Atom) -> Generator[Atom, bool, Failure]:
        """Join the body part by part; a part that leaves no binding is a cause, and is passed over."""
        ways: list[Binding] = [fit.binding]
        causes: list[Cause] = []
        in_play = True
        for at, part, names in fit.parts:
            if passed := self._passed(part, names, ways):
                ways = passed
                continue
            causes += yield from self._causes(at, part, names, ways)
            if causes[-1].kind == NOT_APPLICABLE:
                in_play = False
                break  # the case is not about this rule: what else fails is of no interest
        return Failure(fit.rule, pattern, tuple(ways), tuple(causes), in_play)

    def _passed(self, part: Part, names: Collection[str], ways: list[Binding]) -> list[Binding]:
        """Return the ways in which a part does not fail beside the parts before it; all of them bind the same names.

        :param names: the variables of the part.
        """
        bound = all(name in ways[0] for name in names)
        if not isinstance(part, Literal) or not part.positive:  # what is not bound is passed over
            return [way for way in ways if self.join.holds(part, way, sure=False)] if bound else ways
        if not names:
            return ways if self.model.possible(part.atom) else []
        atom, possible = part.atom, self.model.possible
        if bound:
            return [way for way in ways if possible(atom.substitute(way))]
        return [{**way, **more} for way in ways for more in self._fit(atom.substitute(way))]

    def _fit(self, pattern: Atom) -> list[Binding]:
        """Return the bindings under which a pattern may be so."""
        if pattern not in self._fitting:
            bindings = (unify(pattern, atom) for atom in self.model.like(pattern))
            self._fitting[pattern] = [each for each in bindings if each is not None]
        return self._fitting[pattern]

    def _causes(
        self, at: int, part: Part, names: Collection[str], ways: list[Binding]
    ) -> Generator[Atom, bool, list[Cause]]:
        """Return how a part fails under each binding; the ones the case is about hide the others."""
        if not isinstance(part, Literal) or not part.positive:
            bound = {part.substitute(way): way for way in reversed(ways)}
            return [Cause(at, each, CONTRADICTED, way) for each, way in bound.items()]
        bindings = {(*map(way.get, names),): way for way in reversed(ways)}.values() if ways[1:] and names else ways[:1]
        predicate, is_record = part.atom.predicate, part.atom.predicate in self._records
        if not is_record and predicate not in self._fits.played:
            way = [*bindings][-1]
            return [Cause(at, part.substitute(way), NOT_APPLICABLE, way)]
        found = []
        for way in bindings:
            each = part.substitute(way) if names else part
            if is_record:
                kind = self._said(each.atom)
            else:
                known = self._in_play.get(asked := numbered(each.atom))
                kind = UNMET if ((yield asked) if known is None else known) else NOT_APPLICABLE
            found.append(Cause(at, each, kind, way))
        return [cause for cause in found if cause.kind != NOT_APPLICABLE] or found[-1:]
