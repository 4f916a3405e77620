"""The choices on the way to a set: what is to hold, what is out, and what each of them goes on with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..language.record import NamedTuple
from ..language.terms import Atom
from .network import Gate, Network, Values, bits
from .relations import Documentation, Relations, union


class Group(NamedTuple):
    """So many of some items, whichever they are."""

    number: int
    of: int

    @property
    def can_be(self) -> bool:
        """Whether there are so many of them."""
        return self.number <= self.of.bit_count()


class Told(NamedTuple):
    """A set that was found: its items, and the choices that it leaves open."""

    items: int
    groups: tuple[Group, ...]

    def within(self, cover: int) -> bool:
        """Say whether what is documented meets it."""
        return self.items & cover == self.items and all((g.of & cover).bit_count() >= g.number for g in self.groups)

    def disputed(self, cover: int, groups: Sequence[Group]) -> int:
        """Return the items by which some choice from groups, beside what is documented, may meet it."""
        left, every = self.items & ~cover, sum(group.of for group in groups)
        if left & ~every or any((left & group.of).bit_count() > group.number for group in groups):
            return 0
        for own in self.groups:
            room = (min(g.number - (left & g.of).bit_count(), (own.of & g.of & ~left).bit_count()) for g in groups)
            if own.number - (own.of & (cover | left)).bit_count() > sum(room):
                return 0
        return (left | sum(group.of for group in self.groups)) & every


class Choice(NamedTuple):
    """What is chosen so far on the way to a set."""

    values: Values  # what holds by the items
    items: tuple[int, ...] = ()
    cover: int = 0  # what the items document
    out: int = 0  # items that are out, and `apart`, gates that may not hold: sets with them are found elsewhere
    apart: tuple[int, ...] = ()
    needed: frozenset[int] = frozenset()  # the gates that have to hold
    undecided: tuple[int, ...] = ()  # those of them that can hold by several things


class Choices:
    """The tree of choices of one question; items are numbers, and sets of items masks of their bits."""

    def __init__(self, missing: Documentation, targets: Sequence[Atom]) -> None:
        # And not what keeps the search itself: so a case is let go of at once.
        self.model, self.kept, self.targets = missing.model, missing.kept, targets
        self.net = missing.network(targets)
        self.items = self.net.items
        self.of = Relations(missing, self.items)

    def groups(self, choice: Choice) -> tuple[Group, ...]:
        """Return what a choice still needs, where that is so many of some plain items and of others; or nothing."""
        found: list[Group] = []
        for gate in choice.undecided:
            open_ = self.open(choice, gate)
            items = sum(1 << ~node for node in open_ if node < 0)
            taken = sum(group.of for group in found)
            plain = {*self.net.gates[gate].weights} == {1} and items.bit_count() == len(open_)
            if (
                not plain
                or items & (taken | ~self.of.plain)
                or any(self.of.clash[i] & (items | taken) for i in bits(items))
            ):
                return ()
            found.append(Group(self.net.gates[gate].lacks(choice.values.held), items))
        return tuple(found)

    def open(self, choice: Choice, gate: int) -> list[int]:
        """Return what of a threshold may still come to hold."""
        chosen = sum(1 << i for i in choice.items)
        held, below = choice.values.held, self.net.gates[gate].below
        return [node for node in below if not held[node] and node not in choice.apart
                and (node >= 0 or not (choice.out >> ~node & 1 or self.of.clash[~node] & chosen))]  # fmt: skip

    def children(self, choice: Choice) -> Iterator[Choice]:
        """Yield the choices that go one step further, such that no set comes of two of them."""
        either = [gate for gate in choice.undecided if not self.net.gates[gate].weights]
        if not either:
            # What is needed already is settled first; where nothing is left to settle it goes in a circle.
            gates = [g for g in choice.undecided if choice.needed.isdisjoint(self.open(choice, g))]
            if gates and all(self._can_hold(choice, gate) for gate in choice.undecided):
                yield from self._apart(choice, *self._unlike(choice, gates))
            return
        gate = min(either, key=lambda g: len(self.net.gates[g].below))
        left = choice._replace(undecided=tuple(g for g in choice.undecided if g != gate))
        for below in sorted(self.net.gates[gate].below):
            if child := self.with_(left, below):
                yield child
            if below < 0:
                left = left._replace(out=left.out | self.of.up[~below])
            elif self.net.gates[gate].gone or self.net.circular.get(gate, -1) != self.net.circular.get(below, -2):
                left = left._replace(apart=(*left.apart, below))

    def _can_hold(self, choice: Choice, gate: int) -> bool:
        """Say whether what is open of a threshold is enough for it."""
        open_ = self.open(choice, gate)
        weight = sum(weight for weight, node in self.net.gates[gate].weighed if node in open_)
        return weight >= self.net.gates[gate].lacks(choice.values.held)

    def is_founded(self, choice: Choice) -> bool:
        """Say whether the question is settled once the thresholds that are left hold; a circle may need itself."""
        if not self.net.circular:
            return True
        gates = [Gate(True, g.gone, []) if at in choice.undecided else g for at, g in enumerate(self.net.gates)]
        return bool(Network(gates, self.net.roots, self.net.items).values(choice.cover).held[self.net.top])

    def _unlike(self, choice: Choice, gates: Sequence[int]) -> tuple[int, list[int]]:
        """Return a threshold, and what of it has to be looked at one by one: all that is no plain item of it alone."""
        open_ = {gate: self.open(choice, gate) for gate in choice.undecided}
        for gate in gates:
            nodes = open_[gate]
            others = [node for other, theirs in open_.items() if other != gate for node in theirs]
            beside = sum(1 << ~node for node in {*nodes, *others} if node < 0)
            unlike = [n for n in nodes if n >= 0 or not self.of.plain >> ~n & 1 or n in others or nodes.count(n) > 1
                      or self.of.clash[~n] & beside]  # fmt: skip
            if unlike or {*self.net.gates[gate].weights} != {1}:
                return gate, unlike or nodes
        return gates[0], open_[gates[0]]

    def split(self, choice: Choice, disputed: int) -> Iterator[Choice]:
        """Yield the choices with and without the items of a threshold that are disputed."""
        for gate in choice.undecided:
            if nodes := [node for node in self.open(choice, gate) if node < 0 and disputed >> ~node & 1]:
                yield from self._apart(choice, gate, nodes)
                return

    def _apart(self, choice: Choice, gate: int, nodes: Iterable[int]) -> Iterator[Choice]:
        """Yield the choices in which one of some nodes of a threshold holds, and none before it; last without any."""
        left = choice
        for node in sorted(set(nodes)):
            if child := self.with_(left, node):
                yield child
            left = (
                left._replace(out=left.out | self.of.up[~node])
                if node < 0
                else left._replace(apart=(*left.apart, node))
            )
        if gate in left.undecided:
            yield left

    def with_(self, choice: Choice, node: int) -> Choice | None:
        """Return a choice with one more gate or item, and all that it needs; None where they exclude each other."""
        items, needed, undecided = list(choice.items), set(choice.needed), list(choice.undecided)
        stack = [node]
        while stack:
            each = stack.pop()
            if each < 0:
                item = self.of.first[~each]
                if choice.out >> item & 1 or any(self.of.clash[item] >> i & 1 for i in items):
                    return None
                items += [item] * (item not in items)
            elif each not in needed:
                needed.add(each)
                if self.net.gates[each].conjunctive:
                    stack += self.net.gates[each].below
                else:
                    undecided.append(each)
        cover = union(self.of.cover, sum(1 << i for i in items))
        values = self.net.more(choice.values, cover & ~choice.cover)
        return Choice(
            values, tuple(items), cover, choice.out, choice.apart, frozenset(needed),
            tuple(gate for gate in undecided if not values.held[gate]),
        )  # fmt: skip
