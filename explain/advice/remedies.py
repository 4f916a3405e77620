"""What would make a refused line medically necessary: the smallest changes of the request and the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from ...engine.decision.decide import Judged, LineDecision, judge, leaves, outcomes
from ...engine.decision.need import AtLeast, Need
from ...engine.decision.why import Failure
from ...engine.language.terms import Atom, Literal
from ...engine.language.unify import unify
from ...engine.program.interface import FAVOURABLE
from .asks import Ask, Item, asks
from .reasons import BLOCKED, DENIED, NUMBER, REQUEST, Reasons


class Remedy(NamedTuple):
    """What would make a line medically necessary: a different request, documentation, or both."""

    request: tuple[str, ...]
    ask: Ask


class Remedies(Reasons):
    """Answers, for one decided case, why no criterion covers a line, and which changes would cover it."""

    def remedies(self, line: LineDecision) -> list[Remedy]:
        """Return the smallest changes that make a line medically necessary; none where a block stands.

        They are read off the case without what it denies, the amounts that fall short and the findings that block.
        """
        blocks = [p.atom for p in self.points(line) if p.kind == BLOCKED and p.atom]
        against = {p.atom for p in self.points(line) if p.kind in (NUMBER, DENIED)}.union(*map(self._blamed, blocks))
        denied = {n for n, p in self.program.predicates.items() if p.case and p.case.shape == "absent of"}
        kept = {a: w for a, w in self.case.facts.items() if a.predicate not in denied and a not in against}
        relaxed = judge(self.case._replace(facts=kept), self.judged.guideline, as_of=self.judged.decision.as_of)
        targets = outcomes(relaxed.model, line.session, line.cpt)[FAVOURABLE]
        found = [Remedy((), ask) for ask in asks(targets, relaxed)]
        for failure in self._relevant(line):
            found += self._requests(failure, line, relaxed)
        found = [remedy._replace(ask=self._unsettled(remedy.ask)) for remedy in found]
        sizes = [len(remedy.request) + sum(item.need.size for item in remedy.ask.items) for remedy in found]
        return [remedy for remedy, size in zip(found, sizes, strict=True) if size == min(sizes)]

    def _unsettled(self, ask: Ask) -> Ask:
        """Drop what the record denies already and a criterion wants denied."""
        denials = [p.unless for p in self.program.predicates.values() if p.unless]
        settled = {str(a.args[0]) for name in denials for a in self.model.atoms(name) if self.model.sure(a)}
        return ask._replace(items=tuple(_without(ask.items, lambda need: need.denies and need.finding in settled)))

    def _blamed(self, block: Atom) -> set[Atom]:
        """Return what is documented that a block rests on; the request is another matter."""
        shapes = {name: p.case.shape for name, p in self.program.predicates.items() if p.case}
        return {a for a in leaves(self.model, block) if shapes.get(a.predicate) in ("present of", "amount of")}

    def _requests(self, failure: Failure, line: LineDecision, relaxed: Judged) -> Iterator[Remedy]:
        """Yield what a criterion that asks for a different request needs: the request, and documentation beside it."""
        points = list(self._points(failure, line))
        requests = tuple(dict.fromkeys(self.say(p.atom) for p in points if p.kind == REQUEST and p.atom))
        if not requests or any(point.kind == BLOCKED for point in points):
            return
        other = {cause.at for cause in failure.causes if self._asks_other(cause)}
        binding = unify(failure.rule.head, failure.atom) or {}
        parts = [part for at, part in enumerate(failure.rule.body) if at not in other and isinstance(part, Literal)]
        patterns = [p.atom.substitute(binding) for p in parts if p.positive and p.atom.predicate in self.clinical]
        for chosen in product(*(self._ways(pattern, relaxed) for pattern in patterns)):
            items = dict.fromkeys(item for ask in chosen for item in ask.items)
            statements = dict.fromkeys(name for ask in chosen for name in ask.statements)
            yield Remedy(requests, Ask(tuple(statements), tuple(items)))

    @staticmethod
    def _ways(pattern: Atom, relaxed: Judged) -> Sequence[Ask]:
        atoms = [a for a in relaxed.model.atoms(pattern.predicate) if unify(pattern, a) is not None]
        return [Ask((), ())] if any(map(relaxed.model.sure, atoms)) else asks(atoms, relaxed)


def _without(items: Iterable[Item], settled: Callable[[Need], bool]) -> Iterator[Item]:
    """Yield the items that are not settled; of several things to document, what is left of them."""
    for item in items:
        left = tuple(_without(item.of, settled))
        number = item.need.number - len(item.of) + len(left) if isinstance(item.need, AtLeast) else 0
        if isinstance(item.need, Need):
            yield from () if settled(item.need) else (item,)
        elif number > 0:
            need = AtLeast(number, tuple(each.need for each in left if isinstance(each.need, Need)))
            yield item._replace(need=need, question=f"At least {number} of:", of=left)
