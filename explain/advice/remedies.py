"""What would make a line medically necessary: every minimal way, a different request, documentation, or both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from ...engine.decision.decide import Advisory, Judged, LineDecision, outcomes
from ...engine.decision.need import Need
from ...engine.decision.relaxed import Relaxed, Settled, inputs
from ...engine.decision.situation import Situation
from ...engine.program.interface import FAVOURABLE, UNFAVOURABLE, WAITING
from .asks import Ask, ask, asks, named, steps_to
from .request import Request, facts, requests
from .route import Route

WAYS = 256
"""The most ways that are told of a line; of more, those that need the fewest things."""


class Way(NamedTuple):
    """What makes a line medically necessary: a different request, documentation, or both."""

    request: tuple[str, ...]  # what is asked of the request, as the end of `a request in which`
    ask: Ask
    objections: tuple[Advisory, ...] = ()  # the advisories that the case draws with it, and does not draw now
    options: tuple[str, ...] = ()  # the options of `coverlog whatif` that go this way

    @property
    def size(self) -> int:
        """How many things it needs."""
        return len(self.request) + len(self.ask.items)


class Ways(NamedTuple):
    """Every minimal way of a line, the fewest things first; where they are not complete there may be more."""

    ways: tuple[Way, ...]
    complete: bool


_FOUND: WeakKeyDictionary[Situation, dict[tuple[str, int], Ways]] = WeakKeyDictionary()


def ways(judged: Judged, line: LineDecision) -> Ways:
    """Return every minimal way to make a line medically necessary that is refused, or waits for information.

    For a line that waits these are the sets of what is missing. For a line that is refused they are told of what
    the case is about; where nothing could be met for that, or it is about nothing, of what it could be about.
    """
    known = _FOUND.setdefault(judged.situation, {})
    if (key := (line.cpt, line.session)) not in known:
        known[key] = _ways(judged, line)
    return known[key]


def _ways(judged: Judged, line: LineDecision) -> Ways:
    if line.outcome == WAITING:
        route = Route(judged, line.session)
        wanted = asks(outcomes(judged.model, line.session, line.cpt)[FAVOURABLE], judged) if line.missing else []
        told = (Way((), each, *route.changed([item.need for item in each.items])) for each in wanted)
        return Ways(tuple(told), line.missing_complete)
    if line.outcome != UNFAVOURABLE:
        return Ways((), complete=True)
    search = _Search(judged, line)
    return search.ways(search.settled) or search.ways(frozenset()) or Ways((), search.complete)


class _Candidate(NamedTuple):
    """What would settle a line, with the request that it takes."""

    request: Request
    settled: Settled
    relaxed: Relaxed

    @property
    def size(self) -> int:
        """How many things it changes."""
        return len(self.request.changes) + len(self.settled.needs)

    def is_within(self, other: _Candidate) -> bool:
        """Say whether another one changes all of this, or more."""
        if not self.request.changes <= other.request.changes:
            return False
        return all(other.documents(need) for need in self.settled.needs)

    def documents(self, need: Need) -> bool:
        """Say whether what is needed comes with it."""
        own = self.settled.needs
        if need in own or need.denies:
            return need in own
        if need.bounds:
            return any(n.atom == need.atom and need.low <= n.low and n.high <= need.high for n in own)
        return need.atom in self.settled.told


class _Search:
    """Looks for the ways of one line that is refused."""

    def __init__(self, judged: Judged, line: LineDecision) -> None:
        self.judged, self.line = judged, line
        self.situation, self.program = judged.situation, judged.guideline.program
        self.requests, self.complete = requests(
            judged.case, judged.guideline, self.situation.date, line.cpt, line.session
        )
        self.settled = self._settled()
        self.route = Route(judged, line.session)

    def _settled(self) -> frozenset[str]:
        """Return the concepts that the case could be about, and is not; none where it is about none of them."""
        nothing = self.situation.evaluator.evaluate([], open_world=True).unknown
        until = {p.name for p in inputs(self.program).values() if p.until}
        about = [atom for atom in nothing if atom.predicate in until]
        stated = any(map(self.judged.model.sure, about))
        return frozenset(str(atom.args[0]) for atom in about if stated)

    def ways(self, settled: frozenset[str]) -> Ways | None:
        """Return the ways with some concepts as the case has them; None where there are none."""
        found = list(self._candidates(settled))
        kept: list[_Candidate] = []
        for each in sorted(found, key=lambda c: c.size):
            if not any(other.is_within(each) for other in kept):
                kept = [other for other in kept if not each.is_within(other)] + [each]
        told = [self._way(each, found) for each in kept[:WAYS]]
        ranked = sorted(told, key=lambda pair: (pair[0].size, len(pair[0].request), pair[1]))
        return Ways(tuple(way for way, _ in ranked), self.complete and len(kept) <= WAYS) if ranked else None

    def _candidates(self, settled: frozenset[str]) -> Iterator[_Candidate]:
        for request in self.requests:
            said = facts(self.judged.case, self.judged.guideline, request, self.line.session)
            relaxed = Relaxed(self.situation, said, settled)
            yield from (_Candidate(request, s, relaxed) for s in relaxed.settled(self.line.cpt, self.line.session))
            self.complete &= relaxed.complete

    def _way(self, candidate: _Candidate, found: Sequence[_Candidate]) -> tuple[Way, bool]:
        """Return a candidate as a way, and whether it is for something that follows from what the case names."""
        request, (needs, _, told), relaxed = candidate
        same = [c for c in found if c.request == request and c.settled.needs == needs]
        targets = list(dict.fromkeys(target for c in same for target in c.settled.targets))
        steps = list(steps_to(targets, relaxed.model))
        items = [need for need in needs if self.program.predicates[need.atom.predicate].is_open]
        choices = [need for need in needs if need not in items]
        way = Way(
            tuple(self.route.words(targets, choices, relaxed.model, told)), ask(items, targets, steps, self.program),
            *self.route.changed(needs, told, request),
        )  # fmt: skip
        return way, not named(steps, relaxed.model, self.program)
