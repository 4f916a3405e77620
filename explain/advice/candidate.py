"""What would settle a line, with the request that it takes; of several, those of which no other one needs a part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ...engine.decision.need import AtLeast, Need, Set
from ...engine.decision.network import bits
from ...engine.decision.relaxed import Relaxed, Settled
from ...engine.language.record import NamedTuple
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


class _Weighed(NamedTuple):
    """A candidate with what it changes as bits, by which nearly all are compared: there may be thousands."""

    candidate: Candidate
    own: int
    documented: int  # with the findings that follow from it
    wide: dict[int, AtLeast | Need]  # by their bits, the needs that something else may document as well
    plain: int  # all others

    def is_within(self, other: _Weighed) -> bool:
        """Say whether another one changes all of this, or more."""
        left = self.own & ~other.documented
        return not left or (not left & self.plain and all(map(other.candidate.documents, self._needs(left))))

    def _needs(self, left: int) -> Iterator[AtLeast | Need]:
        return (self.wide[at] for at in bits(left))


def _weighed(candidates: Sequence[Candidate]) -> Iterator[_Weighed]:
    changes = [(*each.request.changes, *each.settled.needs) for each in candidates]
    number = {thing: at for at, thing in enumerate(dict.fromkeys(chain(*changes)))}
    needs = [(need, at) for need, at in number.items() if isinstance(need, Need | AtLeast)]
    findings = {n.atom: 1 << at for n, at in needs if isinstance(n, Need) and not n.bounds and not n.denies}
    wide = {at: need for need, at in needs if isinstance(need, AtLeast) or need.bounds}
    plain = sum(1 << at for at in number.values() if at not in wide)
    for candidate, changed in zip(candidates, changes, strict=True):
        own = sum(1 << number[thing] for thing in changed)
        follows = sum(findings[atom] for atom in findings.keys() & candidate.settled.told)
        yield _Weighed(candidate, own, own | follows, wide, plain)
