"""Why criteria do not cover a line, in plain words: what each asks for, what falls short and how, what would help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.failing import CONTRADICTED, NOT_APPLICABLE, UNDOCUMENTED, UNMET, Cause, Failure
from ...engine.decision.outcomes import any_way
from ...engine.language.comparison import bounds, within
from ...engine.language.record import NamedTuple
from ...engine.language.terms import UNDOCUMENTED as NOBODY_SAYS
from ...engine.language.terms import Aggregate, Atom, Comparison, Literal, Part, Var
from ...engine.language.unify import unify
from ...engine.program.interface import FAVOURABLE
from ...engine.program.words import say_comparison, say_counted
from .evidence import Evidence
from .wording import alternatives, telling

DENIED, REQUEST, NUMBER, BLOCKED = "denied", "request", "number", "blocked"


class Point(NamedTuple):
    """One thing that a statement asks for and that is not so, by the way it fails."""

    statement: str
    kind: str
    text: str
    source: str = ""
    atom: Atom | None = None  # what would have to be requested, the amount that falls short, or what blocks


class Shortfall(NamedTuple):
    """A statement that is not met, with every way in which it falls short, each the end of `not met, because`."""

    statement: str
    because: tuple[str, ...]


class Reasons(Evidence):
    """Answers, for one decided case, why no criterion covers a line, and what would change that."""

    def __init__(self, judged: Judged) -> None:
        super().__init__(judged)
        self._asking: dict[Part, bool] = {}  # by what fails, whether it asks for another request

    def shortfalls(self, line: LineDecision) -> list[Shortfall]:
        """Return every criterion that speaks of the case and is not met by a line, and why it is not."""
        points: dict[str, list[Point]] = {}
        for point in self.points(line):
            points.setdefault(point.statement, []).append(point)
        return [Shortfall(name, tuple(_because(own))) for name, own in points.items()]

    def points(self, line: LineDecision) -> list[Point]:
        """Return what fails in each criterion that speaks of the case, each thing once."""
        return list(dict.fromkeys(p for failure in self.relevant(line) for p in self._points(failure)))

    def blockers(self, line: LineDecision) -> list[str]:
        """Return the statements by which something blocks criteria that would cover a line."""
        blocks = [p.atom for p in self.points(line) if p.kind == BLOCKED and p.atom in self.model.support]
        return list(dict.fromkeys(name for b in blocks if b for name in self.why.shortest(b).rule.cites))

    def relevant(self, line: LineDecision) -> list[Failure]:
        """Return the criteria that fail though the case is about them.

        Those that ask for a different request count where it is all they ask for, or where there is nothing else.
        """
        asked = [any_way(each.name, self.program, line.key) for each in self.program.of_role(FAVOURABLE)]
        failures = [failure for each in asked for failure in self.why.failures(each)]
        about = [f for f in map(self._complete, filter(self._may_be_near, failures)) if self._may_be_near(f)]
        played = [f for f in about if not any(map(self._asks_other, f.causes))]
        return played + [f for f in about if f not in played and (not played or all(map(self._asks_other, f.causes)))]

    def _complete(self, failure: Failure) -> Failure:
        """Add what else fails in a rule that does not apply; the engine stops at what the case is not about."""
        if failure.in_play:
            return failure
        binding, causes = dict(failure.binding), list(failure.causes)
        known = {cause.at for cause in causes}
        parts = [(at, part) for at, part in enumerate(failure.rule.body) if isinstance(part, Literal)]
        for at, part in sorted(parts, key=lambda p: not p[1].positive):
            if at in known:
                continue
            atom = part.atom.substitute(binding)
            if not part.positive:
                causes += [Cause(at, Literal(atom, False), CONTRADICTED, binding)] * self.model.sure(atom)
            elif fits := [a for a in self.model.like(atom) if unify(atom, a) is not None]:
                binding |= unify(atom, next(filter(self.model.sure, fits), fits[0])) or {}
            else:
                causes.append(Cause(at, Literal(atom), self.why.kind(atom), binding))
        return failure._replace(ways=(binding,), causes=tuple(causes))

    def _may_be_near(self, failure: Failure) -> bool:
        """Say whether the case may be about a criterion that fails, by all that is known to fail of it."""
        return all(map(self._is_near, failure.causes))

    def _is_near(self, cause: Cause) -> bool:
        """Say whether a criterion that fails so may be about the case all the same."""
        return cause.kind != NOT_APPLICABLE or self.is_request(cause)

    def is_request(self, cause: Cause) -> bool:
        if not isinstance(cause.part, Literal) or not cause.part.positive:
            return False
        return cause.part.atom.predicate in self.from_case - self.clinical

    def _asks_other(self, cause: Cause) -> bool:
        """Say whether a cause fails by what is requested, itself or in each of its rules."""
        waiting = [cause]
        while waiting:
            each = waiting[-1]
            nested = [] if self.is_request(each) else self._nested(each)
            below = [c for failure in nested for c in failure.causes if c.part not in self._asking]
            if below:
                waiting += below
                continue
            asking = (any(self._asking[c.part] for c in failure.causes) for failure in nested)
            self._asking[each.part] = self.is_request(each) or (bool(nested) and all(asking))
            waiting.pop()
        return self._asking[cause.part]

    def _nested(self, cause: Cause) -> list[Failure]:
        if cause.kind != UNMET or not isinstance(cause.part, Literal):
            return []
        return [failure for failure in self.why.failures(cause.part.atom) if failure.in_play]

    def _points(self, failure: Failure) -> Iterator[Point]:
        """Yield what fails in a rule, itself or in the rules that fail below it; failures go in no circle."""
        stack: list[tuple[Failure, Cause | None]] = [(failure, None)]
        while stack:
            failure, cause = stack.pop()
            if cause is None:
                stack += [(failure, each) for each in reversed(failure.causes)]
            elif cause.kind != UNMET or self.is_request(cause):
                yield self._point(cause, failure)
            else:
                stack += [(nested, None) for nested in reversed(self._nested(cause))]

    def _point(self, cause: Cause, failure: Failure) -> Point:
        statement, part = failure.rule.cites[0], failure.rule.body[cause.at]
        if isinstance(part, Comparison):
            return self._number(statement, part, cause, failure)
        if isinstance(part, Aggregate):
            return Point(statement, NUMBER, self._count(part, cause))
        atom = part.atom.substitute(cause.binding)
        if not part.positive:
            cites = self.why.shortest(atom).rule.cites if atom in self.model.support else ()
            return Point(statement, BLOCKED, self.say(atom) + (f" ({', '.join(cites)})" if cites else ""), atom=atom)
        if self.is_request(cause):
            return Point(statement, REQUEST, self._request(atom), atom=atom)
        if cause.kind == UNDOCUMENTED:
            return Point(statement, UNDOCUMENTED, self._wanted(atom, failure))
        against = self.why.against(atom)
        source = (self.sources(against) or self.say(against)) if against else ""
        return Point(statement, DENIED, self._wanted(atom, failure), source, against)

    def _number(self, statement: str, part: Comparison, cause: Cause, failure: Failure) -> Point:
        """Say an amount, its source, and what was needed in its place."""
        names = {Var(name) for name in part.names()}
        read = [lit.atom.substitute(cause.binding) for lit in failure.rule.literals if names & set(lit.atom.args)]
        limit = bounds(part)
        if not limit or len(read) != 1 or not self.program.predicates[read[0].predicate].is_open:
            return Point(statement, NUMBER, say_comparison(part, cause.binding))
        needed = limit.in_words()
        text = f"{self.fact(read[0])}, and {needed} {'is' if needed.endswith(' 1') else 'are'} needed"
        return Point(statement, NUMBER, text, atom=read[0])

    def _count(self, part: Aggregate, cause: Cause) -> str:
        tally = self.why.join.tally(part, cause.binding)
        return say_counted(part, tally.binding, tally.rows, tally.ends, self.program)

    def _wanted(self, atom: Atom, failure: Failure) -> str:
        """Say what an open input would have to be for a rule."""
        begin = self.program.predicates[atom.predicate].amounts_from
        amounts = {a.name for a in atom.args[begin:] if isinstance(a, Var)}
        limits = [found for c in failure.rule.comparisons if amounts & set(c.names()) and (found := bounds(c))]
        open_ = atom._replace(args=(*atom.args[:begin], *[NOBODY_SAYS] * len(atom.args[begin:])))
        return telling(open_, within(limits).in_words(), self.program)

    def _request(self, atom: Atom) -> str:
        """Say what a criterion asks of the request, and what the request is."""
        others = [a for a in self.model.atoms(atom.predicate) if a.args[:-1] == atom.args[:-1]]
        told = self.say(others[0]) if others and len(atom.args) > 1 else "that is not so"
        return f"it asks that {self.say(atom)}, and {told}"


def _because(points: Sequence[Point]) -> Iterator[str]:
    """Yield the points of one statement: what nobody documented in one clause, what one source denies in one."""
    missing = [point.text for point in points if point.kind == UNDOCUMENTED]
    if missing:
        yield f"there is no evidence that {alternatives(missing)}"
    denied: dict[str, list[str]] = {}
    for point in points:
        if point.kind == DENIED:
            denied.setdefault(point.source, []).append(point.text)
    for source, texts in denied.items():
        yield f"the record denies that {alternatives(texts)} ({source})"
    yield from dict.fromkeys(point.text for point in points if point.kind not in (UNDOCUMENTED, DENIED))
