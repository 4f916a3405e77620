"""The search for the smallest sets that settle one question, by conflicts and best first."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from ..language.record import NamedTuple
from ..language.terms import Atom
from .at_once import held_at_once, is_plain
from .choices import Choice, Choices, Group, Told
from .implicants import implicants
from .need import AtLeast, Item, Need, Set, as_need, order
from .network import Values, bits
from .relations import union

SETS = 256
"""The most sets that are told."""
STEPS = 5_000
"""The most choices that are looked at; fewer where `WORK`, the gates looked at for them, is more."""
WORK = 500_000
NEVER = 1 << 30
_FAN = 1 << 20


class Found(NamedTuple):
    """The sets that settle a question; where they are not complete there may be more, none of them smaller."""

    sets: tuple[Set, ...]
    complete: bool


class Search(Choices):
    """The search for the sets of one question."""

    @cached_property
    def found(self) -> Found:
        """The minimal sets, the smallest first; what was asked of another case is not searched for again."""
        net, of = self.net, self.of
        gates = tuple([(g.conjunctive, g.gone, tuple(g.below), g.need, g.weights) for g in net.gates])
        limits = SETS, STEPS, WORK, net.complete
        asked = limits, gates, tuple(net.roots), tuple(net.items), tuple(of.cover), tuple(of.clash)
        found: Found = self.kept.get(asked) or self.kept.keep(asked, self._search())
        return found

    def _search(self) -> Found:
        sets: list[Set] = []
        complete = self.net.complete
        for each in self._minimal():
            if each is None or len(sets) == SETS:
                complete = False
                break
            sets.append(each)
        return Found(tuple(sorted(sets, key=order)), complete)

    def met(self, needs: Set, says: Callable[[Item], bool] | None = None) -> set[Atom]:
        """Return the targets that a set makes surely so; of a choice it leaves open, whichever is made.

        :param says: whether something is documented beside it.
        """
        also = sum(1 << at for at, item in enumerate(self.items) if says and says(item))
        turns = max([len(need.of) for need in needs if isinstance(need, AtLeast)], default=1)
        return set.intersection(*(self._met(turned(needs, turn), also) for turn in range(turns)))

    def met_each(self, every: Sequence[Set]) -> list[set[Atom]]:
        """Return for each of some sets what `met` does: all at once, a bit a set, where gates are plain."""
        choices = any(isinstance(need, AtLeast) for needs in every for need in needs)
        if choices or not is_plain(self.net):
            return [self.met(needs) for needs in every]
        held = held_at_once(self.net, [self._documented(turned(needs, 0)) for needs in every])
        roots = [(target, held[root]) for target, root in zip(self.targets, self.net.roots, strict=False)]
        return [{target for target, by in roots if by >> at & 1} for at in range(len(every))]

    def _met(self, needs: Sequence[Need], also: int) -> set[Atom]:
        held = self.net.values(self._documented(needs) | union(self.of.cover, also)).held
        return {target for target, root in zip(self.targets, self.net.roots, strict=False) if held[root]}

    def _documented(self, needs: Sequence[Need]) -> int:
        """Return the items that needs document."""
        chosen = {i for need in needs for i in self._about.get(need.atom, ()) if is_part(self.items[i], need)}
        return union(self.of.cover, sum(1 << i for i in chosen))

    @cached_property
    def _about(self) -> dict[Atom, list[int]]:
        """The items by what they are about."""
        found: dict[Atom, list[int]] = {}
        for at, item in enumerate(self.items):
            found.setdefault(item.atom, []).append(at)
        return found

    def _minimal(self) -> Iterator[Set | None]:
        """Yield the sets, those with the fewest needs first, and None where the search is given up."""
        terms = implicants(self)
        return self._searched() if terms is None or len(terms) > SETS else self._of(terms)

    def _of(self, terms: Iterable[int]) -> Iterator[Set]:
        """Yield the sets that ask for the least, of some by which the question is settled."""
        told: list[int] = []
        strongest = (self._strongest([*bits(each)]) for each in terms)
        for kept in sorted(strongest, key=self._asked_for):
            items = sum(1 << i for i in kept)
            cover = union(self.of.cover, items)
            if not any(each & cover == each for each in told) and self._is_minimal(kept, 0):
                told.append(items)
                yield self._needs(kept, ())

    def _asked_for(self, kept: Iterable[int]) -> int:
        """Return how many things items ask for: the bounds of an amount are one."""
        return len({self.of.whole[item] for item in kept})

    def _searched(self) -> Iterator[Set | None]:
        """Yield them by conflicts, best first."""
        first = self.with_(Choice(self.net.values(0)), self.net.top)
        # What is waiting: the least number of needs, the deepest first; whether that number is worked out.
        waiting = [(0, 0, 0, False, first)] if first else []
        told: list[Told] = []
        for step in range(min(STEPS, WORK // len(self.net.gates))):
            if not waiting:
                return
            least, depth, _, known, choice = heapq.heappop(waiting)
            held = choice.values.held.__getitem__
            if any(map(held, choice.apart)) or any(each.within(choice.cover) for each in told):
                continue
            if not known and (bound := self._bound(choice)) > least:
                if bound < NEVER:
                    heapq.heappush(waiting, (bound, depth, step, True, choice))
            elif held(self.net.top):
                if self._is_minimal(kept := self._strongest(choice.items), 0):
                    told.append(Told(sum(1 << i for i in kept), ()))
                    yield self._needs(kept, ())
            elif (groups := self.groups(choice)) and not (disputed := self._disputed(choice, groups, told)):
                kept = self._strongest(choice.items)
                told.append(Told(sum(1 << i for i in kept), groups))
                yield self._needs(kept, groups)
            else:
                further = self.split(choice, disputed) if groups else self.children(choice)
                for at, child in enumerate(further):
                    heapq.heappush(waiting, (least, depth - 1, step * _FAN + at, False, child))
        yield None

    def _disputed(self, choice: Choice, groups: Sequence[Group], told: Iterable[Told]) -> int:
        """Return items of groups that have to be told apart: with them a set found before, or a smaller one, may do."""
        every = sum(group.of for group in groups)
        if not self.is_founded(choice):
            return every
        disputed = (each.disputed(choice.cover, groups) for each in told)
        if found := next(filter(None, disputed), 0):
            return found
        return 0 if self._is_minimal(self._strongest(choice.items), every) else every

    def _bound(self, choice: Choice) -> int:
        """Return how many needs a set with a choice in it has at least; `NEVER` where there is none."""
        groups = self.groups(choice)
        if groups or choice.values.held[self.net.top]:
            own = self._asked_for(self._strongest(choice.items))
            return own + sum(group.number for group in groups) if all(group.can_be for group in groups) else NEVER
        count, taken = 0, 0
        for item in choice.items:
            if not (apart := self._wide(self.of.up[item])) & taken:
                count, taken = count + 1, taken | apart
        values, unmet = choice.values, choice.undecided
        while unmet:
            values = self.net.more(values, union(self.of.cover, taken))
            unmet = tuple(gate for gate in unmet if not values.held[gate])
            for gate in unmet:
                conflict = union(self.of.up, self.net.conflict(values, gate)) & ~choice.out
                number = self._least(choice, values, gate)
                if not conflict or number == NEVER:
                    return NEVER
                if not (apart := self._wide(conflict)) & taken:
                    count, taken = count + number, taken | apart
        return count

    def _least(self, choice: Choice, values: Values, gate: int) -> int:
        """Return how many things a gate needs at least beyond what holds."""
        if not self.net.gates[gate].weights:
            return 1
        open_ = [node for node in self.open(choice, gate) if not values.held[node]]
        lacking = self.net.gates[gate].lacks(values.held)
        if sum(w for w, node in self.net.gates[gate].weighed if node in open_) < lacking:
            return NEVER
        plain = all(node < 0 and self.of.plain >> ~node & 1 for node in open_)
        alike = {*self.net.gates[gate].weights} == {1} and len(set(open_)) == len(open_)
        return lacking if plain and alike else 1

    def _wide(self, items: int) -> int:
        """Return items with the other bounds of the same amounts: together they are one need."""
        return union(self.of.whole, items)

    def _strongest(self, items: Sequence[int]) -> list[int]:
        """Return items but for those that another one of them documents."""
        chosen = sum(1 << i for i in items)
        return [i for i in items if self.of.up[i] & chosen == 1 << i]

    def _is_minimal(self, kept: Sequence[int], beside: int) -> bool:
        """Say whether no item can be dropped, or give way to what it documents beside itself.

        :param beside: what may be documented too.
        """
        for item in kept:
            amount = self.of.whole[item].bit_count() > 1
            if self.of.cover[item] == 1 << item and not amount:
                continue  # without it the set would be smaller, and found before
            rest = union(self.of.cover, sum(1 << i for i in kept if i != item)) | beside
            if self.net.values(rest | self.of.cover[item] & ~self.of.up[item]).held[self.net.top]:
                return False
        return not self.of.pieces or not self._has_more(union(self.of.cover, sum(1 << i for i in kept)) | beside, kept)

    def _has_more(self, every: int, kept: Iterable[int]) -> bool:
        """Say whether something can be left out that is no amount, as the rest settles it wherever an amount is."""
        left = (every & ~self.of.up[item] for item in kept if self.items[item].kind in ("present", "absent"))
        return any(all(self.net.values(each).held[self.net.top] for each in self.of.somewhere(rest)) for rest in left)

    def _needs(self, kept: Iterable[int], groups: Iterable[Group]) -> Set:
        items: dict[Atom, list[Item]] = {}
        whole = [group for group in groups if group.of.bit_count() == group.number]  # all of them: no choice
        for item in (*kept, *(i for group in whole for i in bits(group.of))):
            items.setdefault(self.items[item].atom, []).append(self.items[item])
        choices = [AtLeast(g.number, tuple(sorted((self._need([self.items[i]]) for i in bits(g.of)), key=_key)))
                   for g in groups if g not in whole]  # fmt: skip
        return frozenset([*map(self._need, items.values()), *choices])

    def _need(self, items: list[Item]) -> Need:
        return as_need(items, self.model.declared[items[0].atom.predicate])


def _key(need: Need) -> tuple[object, ...]:
    return need.key


def turned(needs: Set, turn: int) -> list[Need]:
    """Return one way to make the choices that needs leave open; in some turn each thing of a choice is chosen."""
    found: list[Need] = []
    for need in needs:
        if isinstance(need, AtLeast):
            at = turn % len(need.of)
            found += (*need.of[at:], *need.of[:at])[: need.number]
        else:
            found.append(need)
    return found


def is_part(item: Item, need: Need) -> bool:
    """Say whether an item of a need's atom is a bound that the need sets, or all that it says."""
    bound = item.bound if item.kind in ("low", "high") else item.kind == "present"
    return bound == (need.high if item.kind == "high" else need.low)
