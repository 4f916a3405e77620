"""What would cover a line: every minimal way, a different request, documentation, or both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ...engine.decision.decide import Judged, LineDecision
from ...engine.decision.decision import Advisory
from ...engine.decision.loosened import inputs
from ...engine.decision.need import Need
from ...engine.decision.outcomes import favourable
from ...engine.decision.situation import Situation
from ...engine.evaluation.rules import Firing, Model
from ...engine.language.record import NamedTuple
from ...engine.language.terms import Atom, quote
from ...engine.library.guideline import Guideline
from ...engine.program.interface import SERVICE, WAITING
from .asks import Ask, ask, asks, closings, named, steps_to
from .request import Request, facts, requests
from .route import Route

if TYPE_CHECKING:  # slow to import, and only what is refused is searched for by them
    from ...engine.decision.relaxed import Relaxed
    from .candidate import Candidate

WAYS = 256
"""The most ways that are told of a line; of more, those that need the fewest things."""


class Way(NamedTuple):
    """What covers a line: a different request, documentation, or both."""

    request: tuple[str, ...]  # what is asked of the request, as the end of `a request in which`
    ask: Ask
    objections: tuple[Advisory, ...] = ()  # the advisories that the case draws with it, and does not draw now
    options: tuple[str, ...] = ()  # the options of `coverlog whatif` that go this way
    asked: tuple[Atom, ...] = ()  # what is asked of the request

    @property
    def size(self) -> int:
        """How many things it needs."""
        return len(self.request) + sum(item.need.size for item in self.ask.items)


class Ways(NamedTuple):
    """Every minimal way of a line, the fewest things first; where they are not complete there may be more."""

    ways: tuple[Way, ...]
    complete: bool


_FOUND: WeakKeyDictionary[Situation, dict[tuple[str, int, str], Ways]] = WeakKeyDictionary()


def ways(judged: Judged, line: LineDecision) -> Ways:
    """Return every minimal way to cover a line that is refused, or waits for information.

    For a line that waits these are the sets of what is missing. For a line that is refused they are told of what
    the case is about; where nothing could be met for that, or it is about nothing, of what it could be about.
    """
    if not line.lacks:
        return Ways((), complete=True)
    known = _FOUND.setdefault(judged.situation, {})
    if (key := (line.code, line.session, line.outcome)) not in known:
        # Which codes are alike is read only where there is another line to ask of.
        codes = _like(line, judged) if known else ()
        same = (found for (code, *rest), found in known.items() if code in codes and rest == [*key[1:]])
        known[key] = next(same, None) or _ways(judged, line)
    return known[key]


def _like(line: LineDecision, judged: Judged) -> tuple[str, ...]:
    """Return the codes of which the rules say the same as of the code of a line."""
    from ...engine.decision.alike import alike

    since = judged.guideline.since(judged.situation.date)
    return next((codes for codes in alike(judged.guideline, since) if line.code in codes), ())


def _ways(judged: Judged, line: LineDecision) -> Ways:
    if line.role == WAITING:
        route = Route(judged, line.session)
        targets = favourable(judged.situation.outcomes(line.key), judged.guideline.program)
        wanted = asks(targets, judged) if line.needs else []
        told = (Way((), each, *route.changed([item.need for item in each.items])) for each in wanted)
        return Ways(tuple(told), line.missing_complete)
    search = _Search(judged, line)
    return search.ways(search.settled) or search.ways(frozenset()) or Ways((), search.complete)


@lru_cache(maxsize=16)
def _about(guideline: Guideline, date: str) -> tuple[Atom, ...]:
    """Return what a case that says nothing may be about."""
    until = {p.name for p in inputs(guideline.program).values() if p.until}
    nothing = guideline.evaluator(date).evaluate([], open_world=True)
    return tuple(atom for atom in nothing.unknown if atom.predicate in until)


def unstated(judged: Judged) -> str:
    """Return that a case states nothing of what it has to be about, and the question for it; else an empty text.

    What is stated is not enough where it leaves open what else the case is about.
    """
    about = _about(judged.guideline, judged.guideline.since(judged.situation.date))
    settled = any(map(judged.model.sure, about)) and judged.model.unknown.isdisjoint(about)
    if not about or settled:
        return ""
    program = judged.guideline.program
    (param, *_) = program.predicates[about[0].predicate].params
    asked, _ = program.questions.get(about[0].predicate, ("", ""))
    no, one = ("No other", "another") if _states(judged) else ("No", "a")
    kind = param.lower()
    return f"{no} {kind} is stated. {asked.replace(f'{{{param}}}', f'{one} {kind}')}".rstrip()


def _states(judged: Judged) -> bool:
    """Say whether a case states anything that criteria could be about."""
    program, model, prepared = judged.guideline.program, judged.model, judged.situation.evaluator.prepared
    kinds = {p.case.kind for p in program.predicates.values() if p.case and p.case.shape == "each of"}
    closing = {name for p in program.predicates.values() for name in (p.unless, p.until)}  # they say what is not so
    own = {*model.given, *model.support}.difference(prepared.static.support if prepared else ())
    sure = (atom for atom in own if len(atom.args) == 1 and atom.predicate not in closing)
    if not any(program.concepts.get(str(atom.args[0]), ("",))[0] in kinds for atom in sure):
        return False
    from .evidence import Evidence  # slow to import, and few cases state nothing

    return bool(Evidence(judged).about())


class _Search:
    """Looks for the ways of one line that is refused."""

    def __init__(self, judged: Judged, line: LineDecision) -> None:
        self.judged, self.line = judged, line
        self.situation, self.program = judged.situation, judged.guideline.program
        self.date = judged.guideline.since(self.situation.date)
        self.requests, self.complete = requests(judged.case, judged.guideline, self.date, line.code, line.session)
        self.settled = self._settled()
        self.relaxed: dict[Request, Relaxed] = {}
        self.steps: dict[tuple[tuple[Atom, ...], int], tuple[list[Firing], bool]] = {}
        self.route = Route(judged, line.session)

    def _settled(self) -> frozenset[str]:
        """Return the concepts that the case could be about, and is not; none where it is about none of them.

        What is open still, whatever the case is about, is none of them.
        """
        about, model = _about(self.judged.guideline, self.date), self.judged.model
        stated = any(map(model.sure, about))
        return frozenset(str(atom.args[0]) for atom in about if stated and atom not in model.unknown)

    def ways(self, settled: frozenset[str]) -> Ways | None:
        """Return the ways with some concepts as the case has them; None where there are none."""
        from .candidate import fewest

        found = list(self._candidates(settled))
        if not self.complete:
            found = [self._least(each) for each in found]
        same: dict[object, list[Candidate]] = {}
        for each in found:
            same.setdefault(each.changed, []).append(each)
        kept = fewest(each for each, *_ in same.values())
        told: dict[tuple[object, ...], tuple[Way, bool]] = {}
        for way, broad in (self._way(same[each.changed]) for each in kept[:WAYS]):
            key = (way.request, way.ask.items)  # several requests may come to the same
            if key not in told or len(way.objections) < len(told[key][0].objections):
                told[key] = (way, broad)
        ranked = sorted(told.values(), key=lambda pair: (pair[0].size, len(pair[0].request), pair[1]))
        return Ways(tuple(way for way, _ in ranked), self.complete and len(kept) <= WAYS) if ranked else None

    def _candidates(self, settled: frozenset[str]) -> Iterator[Candidate]:
        from ...engine.decision.alike import gates
        from ...engine.decision.relaxed import Relaxed
        from .candidate import Candidate

        for request in self.requests:
            said = facts(self.judged.case, self.judged.guideline, request, self.line.session)
            service = Atom(SERVICE, (self.line.session, quote(self.line.code)))
            items = gates(self.judged.guideline, self.date, said, service)
            if items is None:
                continue
            relaxed = Relaxed(self.situation, said, settled)
            relaxed.ask(self.line.code, self.line.session, items)
            if any(made.changes < request.changes and relaxed.asks_the_same(of) for made, of in self.relaxed.items()):
                continue  # what would cover the line would do so with fewer changes
            self.relaxed[request] = relaxed
            yield from (Candidate(request, each, relaxed) for each in relaxed.settled())
            self.complete &= relaxed.complete

    def _least(self, candidate: Candidate) -> Candidate:
        """Return a candidate, or what does as well of it for a request that changes less and was not all looked at."""
        for request, relaxed in self.relaxed.items():
            looked_at = relaxed.complete or not request.changes < candidate.request.changes
            if settled := None if looked_at else relaxed.least(candidate.settled.every):
                return candidate._replace(request=request, settled=settled, relaxed=relaxed)
        return candidate

    def _way(self, same: Sequence[Candidate]) -> tuple[Way, bool]:
        """Return candidates that change the same as a way, and whether it is for what follows from what is named."""
        request, settled, relaxed = same[0]
        needs, told = settled.needs, settled.told
        targets = tuple(dict.fromkeys(target for c in same for target in c.settled.targets))
        steps, broad = self._steps(targets, relaxed.model)
        choices = [need for need in needs if isinstance(need, Need) and not self._is_open(need)]
        items = [need for need in needs if need not in choices]
        literals = list(self.route.asked(targets, choices, relaxed.model, told))
        asked = tuple(literal.atom for literal in literals if literal.positive)
        said = [self.route.in_words(atom, request) for atom in asked]
        objections, options = self.route.changed(needs, told, request)
        by_choice = {*asked} <= {need.atom for need in choices}
        if by_choice or len(asked) < len(literals):
            said += self.route.by_code(request, every=by_choice)
        wanted = ask(items, targets, steps, relaxed.model, self.program)
        if not all(item.statement for item in wanted.items):  # it closes what is open
            steps = [*steps, *steps_to(closings(steps, self.program), relaxed.model)]
            wanted = ask(items, targets, steps, relaxed.model, self.program)
        return Way(tuple(said), wanted, objections, options, asked), broad

    def _steps(self, targets: tuple[Atom, ...], model: Model) -> tuple[list[Firing], bool]:
        """Return what outcomes rest on, and whether that is for something that follows from what the case names."""
        if (key := (targets, id(model))) not in self.steps:
            steps = list(steps_to(targets, model))
            self.steps[key] = steps, not named(steps, model, self.program)
        return self.steps[key]

    def _is_open(self, need: Need) -> bool:
        return self.program.predicates[need.atom.predicate].is_open
