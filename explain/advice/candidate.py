"""What would settle a line, with the request that it takes; of several, those of which no other one needs a part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

from ...engine.decision.need import AtLeast, Need, Set
from ...engine.decision.network import bits
from ...engine.decision.relaxed import Relaxed, Settled
from ...engine.language.record import NamedTuple
from ...engine.language.terms import Atom
from .request import Request


class Candidate(NamedTuple):
    """What would settle a line, with the request that it takes."""

    request: Request
    settled: Settled
    relaxed: Relaxed

    @property
    def changed(self) -> tuple[Request, Set]:
        """What it changes."""
        return self.request, self.settled.needs

    @property
    def size(self) -> int:
        """How many things it changes."""
        return len(self.request.changes) + sum(need.size for need in self.settled.needs)

    def documents(self, need: Need | AtLeast) -> bool:
        """Say whether what is needed comes with it."""
        own = self.settled.needs
        if isinstance(need, AtLeast):
            more = any(n.number >= need.number and {*n.of} <= {*need.of} for n in own if isinstance(n, AtLeast))
            return more or sum(map(self.documents, need.of)) >= need.number
        if need in own or need.denies:
            return need in own
        if need.bounds:
            plain = [n for n in own if isinstance(n, Need)]
            return any(n.atom == need.atom and need.low <= n.low and n.high <= need.high for n in plain)
        return need.atom in self.settled.told


def fewest(found: Iterable[Candidate]) -> list[Candidate]:
    """Return the candidates of which no other one changes a part, or something weaker; the smallest first."""
    weighed = _weighed(sorted(found, key=lambda candidate: candidate.size))
    kept: list[_Weighed] = []
    for each in weighed:
        if not any(other.is_within(each) for other in kept):
            kept = [other for other in kept if not each.is_within(other)] + [each]
    return [each.candidate for each in kept]


class _Changes(NamedTuple):
    """What candidates change, each thing as a bit, by which nearly all are compared: there may be thousands."""

    findings: dict[Atom, int]  # what may follow from others
    wide: dict[int, AtLeast | Need]  # by their places, the needs that something else may document as well
    following: int  # the findings
    fixed: int  # what nothing else comes to


class _Weighed:
    """A candidate with what it changes as bits."""

    def __init__(self, candidate: Candidate, own: int, every: _Changes) -> None:
        self.candidate, self.own, self.every = candidate, own, every

    @cached_property
    def follows(self) -> int:
        """The findings that follow from what it documents."""
        findings = self.every.findings
        return sum(findings[atom] for atom in findings.keys() & self.candidate.settled.told)

    def is_within(self, other: _Weighed) -> bool:
        """Say whether another one changes all of this, or more."""
        left = self.own & ~other.own
        if left & self.every.fixed:
            return False
        if left & self.every.following:
            left &= ~other.follows
        return not left & self.every.following and all(
            other.candidate.documents(self.every.wide[at]) for at in bits(left)
        )


def _weighed(candidates: Sequence[Candidate]) -> Iterator[_Weighed]:
    changes = [(*each.request.changes, *each.settled.needs) for each in candidates]
    number = {thing: at for at, thing in enumerate(dict.fromkeys(chain(*changes)))}
    needs = [(need, at) for need, at in number.items() if isinstance(need, Need | AtLeast)]
    findings = {n.atom: 1 << at for n, at in needs if isinstance(n, Need) and not n.bounds and not n.denies}
    wide = {at: need for need, at in needs if isinstance(need, AtLeast) or need.bounds}
    following = sum(findings.values())
    every = _Changes(findings, wide, following, sum(1 << at for at in number.values() if at not in wide) & ~following)
    for candidate, changed in zip(candidates, changes, strict=True):
        yield _Weighed(candidate, sum(1 << number[thing] for thing in changed), every)
