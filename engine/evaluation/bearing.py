"""What bears on a predicate: what has to come to be so, before anything of the predicate can that was not so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from ..language.terms import Atom, Var
from .compiled import Row
from .component import Member, Slot
from .prepared import Prepared

Turned = tuple[Slot, bool]
"""An atom, or all of a predicate, and whether more of it comes to be so, or less."""


def bearing(prepared: Prepared, predicate: str) -> frozenset[Slot]:
    """Return what bears on a predicate, as atoms and as whole predicates.

    It is followed down the rules: more of a head comes of more of a premise, and of less of what must not be. In the
    order false, undocumented, true no rule does otherwise; a count may do either. Whatever a case documents beside
    what is told here, each firing of the predicate is at most as sure as it was.
    """
    return frozenset(slot for slot, more in _Bearing(prepared).below((predicate, True)) if more)


class _Bearing:
    """Follows what rests on what, in an edition."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.members: dict[str, list[Member]] = {}
        for member in prepared.members:
            self.members.setdefault(member.compiled.rule.head.predicate, []).append(member)
        self._rows: dict[int, dict[Atom, list[Row]]] = {}

    def below(self, turned: Turned) -> set[Turned]:
        """Return what something rests on, itself among it."""
        found = {turned}
        for each in (queue := [turned]):
            fresh = [*dict.fromkeys(one for one in self._directly(*each) if one not in found)]
            found.update(fresh)
            queue += fresh
        return found

    def _directly(self, slot: Slot, more: bool) -> Iterator[Turned]:
        name = slot if isinstance(slot, str) else slot.predicate
        for member in self.members.get(name, ()):
            yield from self._listed(member, slot, more) if member.is_listed else self._joined(member, more)
        if name in self.prepared.opens:  # what closes it leaves less of it undocumented, and so does what a case says
            said = [name] if self.prepared.program.predicates[name].case else []
            yield from ((each, not more) for each in (*said, *self.prepared.opens[name].closing))

    def _listed(self, member: Member, slot: Slot, more: bool) -> Iterator[Turned]:
        by_head = self._by_head(member)
        for row in chain.from_iterable(by_head.values()) if isinstance(slot, str) else by_head.get(slot, ()):
            yield from ((each.fill(row), more) for each in member.compiled.premises)
            yield from ((each.fill(row), not more) for each in member.compiled.absences)

    def _by_head(self, member: Member) -> dict[Atom, list[Row]]:
        if member.at not in self._rows:
            found = self._rows[member.at] = dict[Atom, list[Row]]()
            for at in chain(member.always, *member.by.values()):
                row = self.prepared.listed[at].row
                found.setdefault(member.compiled.head.fill(row), []).append(row)
        return self._rows[member.at]

    def _joined(self, member: Member, more: bool) -> Iterable[Turned]:
        rule = member.compiled.rule
        counted = {lit.atom.predicate for aggregate in rule.aggregates for lit in aggregate.literals}
        yield from ((name, turned) for name in counted for turned in (True, False))
        for literal in rule.literals:
            is_ground = not any(isinstance(term, Var) for term in literal.atom.args)
            yield literal.atom if is_ground else literal.atom.predicate, more == literal.positive
